#!/usr/bin/env python3
"""Describes an image: one JSON object on stdin, the design facts on stdout."""
import json
import sys


def describe(path, specs):
    """Stands for your model: it gets the image and what the manifest says of it."""
    with open(path, "rb") as image:
        if image.read(8) != b"\x89PNG\r\n\x1a\n":
            sys.exit("not a PNG")  # the last line on stderr is the reason that ledgerctl shows
    return {
        "schema": "idf/v1",
        "background": "#101820",
        "palette": {"primary": ["#2f6b4f", "#c9a227"], "accents": ["#e4572e"]},
        "density_zones": {
            "upper_left": {"coverage": 0.12},
            "central": {"coverage": 0.61},
            "lower_right": {"coverage": 0.34},
        },
        "specimens": specs.get("specimens", []),
    }


asset = json.load(sys.stdin)
print(json.dumps(describe(asset["path"], asset["specs"])))
