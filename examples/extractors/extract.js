#!/usr/bin/env node
// Describes an image: one JSON object on stdin, the design facts on stdout.
const fs = require("fs");

// Stands for your model: it gets the image and what the manifest says of it.
function describe(path, specs) {
  const signature = fs.readFileSync(path).subarray(1, 4).toString();
  if (signature !== "PNG") {
    console.error("not a PNG"); // the last line on stderr is the reason that ledgerctl shows
    process.exit(1);
  }
  return {
    schema: "idf/v1",
    background: "#101820",
    palette: { primary: ["#2f6b4f", "#c9a227"], accents: ["#e4572e"] },
    density_zones: {
      upper_left: { coverage: 0.12 },
      central: { coverage: 0.61 },
      lower_right: { coverage: 0.34 },
    },
    specimens: specs.specimens || [],
  };
}

const asset = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(describe(asset.path, asset.specs)));
