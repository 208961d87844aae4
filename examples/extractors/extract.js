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
    narrative: "What your model sees in the image.",
    motifs: [{ name: "leaf", rationale: "Why it is there." }],
    specimens: specs.specimens || [],
    alt: "What a reader who can't see the image is told.",
  };
}

const asset = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(describe(asset.path, asset.specs)));
