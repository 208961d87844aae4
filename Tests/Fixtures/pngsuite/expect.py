#!/usr/bin/env python3
"""Writes expected.json: what an independent decoder, pypng (pip install pypng), sees in the valid images.

An image is listed there with its width, height and the SHA-256 of its pixels as 8-bit RGBA, row by row: samples are
scaled to 8 bits by value * 255 / most, rounded half up; a transparent colour (tRNS) has alpha 0; gamma is not applied.
"""
import hashlib
import json
import pathlib

import png

HERE = pathlib.Path(__file__).resolve().parent


def rgba(path):
    """Width, height and the rows of an image as 8-bit RGBA."""
    reader = png.Reader(filename=str(path))
    width, height, rows, facts = reader.read()
    depth, planes = facts["bitdepth"], facts["planes"]
    most = (1 << depth) - 1
    # A true colour image's palette is a suggestion only.
    palette = facts.get("palette") if planes == 1 else None
    clear = None if palette else reader.transparent
    clear = clear if clear is None or isinstance(clear, tuple) else (clear,)
    for row in rows:
        line = bytearray()
        for at in range(0, width * planes, planes):
            samples = tuple(row[at : at + planes])
            if palette:
                line += bytes((tuple(palette[samples[0]]) + (255,))[:4])
                continue
            eight = [(value * 255 * 2 + most) // (most * 2) for value in samples]
            alpha = eight.pop() if planes in (2, 4) else (0 if samples == clear else 255)
            line += bytes((eight if len(eight) == 3 else eight * 3) + [alpha])
        yield width, height, bytes(line)


def main():
    expected = []
    for path in sorted((HERE / "valid").glob("*.png")):
        digest = hashlib.sha256()
        for width, height, line in rgba(path):
            digest.update(line)
        expected.append({"name": path.stem, "width": width, "height": height, "rgba": digest.hexdigest()})
    lines = ",\n".join("  " + json.dumps(image) for image in expected)
    (HERE / "expected.json").write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
