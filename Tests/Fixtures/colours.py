#!/usr/bin/env python3
"""Makes the PNGs of Tests/Fixtures/colours and what littlecms says of their colours: colours.py FOLDER (needs pillow).

Each image has a ground and three squares of flat colours under a profile or under colour chunks. The profiles are written
here byte by byte; `expected.json` holds the colours that Pillow's ImageCms, another build of littlecms, makes of them with
perceptual intent, so that two ways lead to each value. PNG's own chunks are turned into profiles for that.
"""
import io
import json
import pathlib
import struct
import sys
import zlib

from PIL import Image, ImageCms

STORED = [(230, 226, 214), (131, 141, 192), (200, 60, 40), (90, 150, 70)]
GREYS = [(220,) * 3, (128,) * 3, (60,) * 3, (20,) * 3]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def fixed(*numbers):
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def curve(gamma):
    """A tone curve: a power, or sRGB's for None."""
    if gamma is not None:
        return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    points = [i / 1023 for i in range(1024)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in points]
    return b"curv" + bytes(4) + struct.pack(">I", 1024) + b"".join(struct.pack(">H", round(v * 65535)) for v in linear)


def profile(name, colours, gamma, space=b"RGB "):
    """An ICC profile of version 2: a matrix of D50 colours and one curve, or a curve for greys."""
    text = name.encode() + b"\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"CC0\0",
        b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1, 0.8249),
    }
    if space == b"RGB ":
        for tag, colour in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colours):
            tags[tag] = b"XYZ " + bytes(4) + fixed(*colour)
        for tag in (b"rTRC", b"gTRC", b"bTRC"):
            tags[tag] = curve(gamma)
    else:
        tags[b"kTRC"] = curve(gamma)
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, body in tags.items():
        body += bytes(-len(body) % 4)
        table += tag + struct.pack(">II", start + len(data), len(body))
        data += body
    size = start + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + fixed(0.9642, 1, 0.8249)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + data


P3 = [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)]
ADOBE = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
PROPHOTO = [(0.79767, 0.28804, 0), (0.13519, 0.71188, 0), (0.03134, 0.00009, 0.82491)]
SRGB = [(0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)]
DISPLAY_P3 = profile("Display P3", P3, None)


def iccp(data):
    return chunk(b"iCCP", b"profile\0\0" + zlib.compress(data))


def gamma(value):
    return chunk(b"gAMA", struct.pack(">I", value))


def chromaticities(*values):
    return chunk(b"cHRM", struct.pack(">8I", *values))


P3_CHRM = chromaticities(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SRGB_CHRM = chromaticities(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
CICP_P3 = chunk(b"cICP", bytes([12, 13, 0, 1]))
SRGB_CHUNK = chunk(b"sRGB", b"\0")
WRONG_CHECKSUM = iccp(DISPLAY_P3)[:-1] + b"\0"

# Name: chunks, the profile that they mean (None: sRGB), whether the image is grey.
IMAGES = {
    "display-p3": (iccp(DISPLAY_P3), DISPLAY_P3, False),
    "adobe-rgb": (iccp(profile("Adobe RGB", ADOBE, 2.19921875)), profile("", ADOBE, 2.19921875), False),
    "prophoto": (iccp(profile("ProPhoto", PROPHOTO, 1.8)), profile("", PROPHOTO, 1.8), False),
    "grey": (iccp(profile("Dot gain", [], 1.8, b"GRAY")), profile("", [], 1.8, b"GRAY"), True),
    "srgb": (iccp(profile("sRGB", SRGB, None)), None, False),
    "cicp-before-iccp": (CICP_P3 + iccp(profile("ProPhoto", PROPHOTO, 1.8)), DISPLAY_P3, False),
    "iccp-before-srgb": (iccp(DISPLAY_P3) + SRGB_CHUNK, DISPLAY_P3, False),
    "srgb-before-gamma": (SRGB_CHUNK + gamma(100000), None, False),
    "gamma": (gamma(55556), profile("", SRGB, 1.8), False),
    "gamma-chromaticities": (gamma(55556) + P3_CHRM, profile("", P3, 1.8), False),
    "srgb-gamma": (gamma(45455) + SRGB_CHRM, None, False),
    "broken-profile": (iccp(DISPLAY_P3[:200]), None, False),
    "broken-before-gamma": (iccp(b"\0" * 300) + gamma(55556), profile("", SRGB, 1.8), False),
    "grey-profile-on-colours": (iccp(profile("Grey", [], 1.8, b"GRAY")), None, False),
    "unknown-cicp": (chunk(b"cICP", bytes([99, 13, 0, 1])), None, False),
    "damaged-profile": (WRONG_CHECKSUM, None, False),
}


def image(chunks, is_grey):
    colours = GREYS if is_grey else STORED
    rows = b""
    for y in range(48):
        rows += b"\0"
        for x in range(48):
            square = (x - 4) // 14 if 4 <= x < 46 and 12 <= y < 36 and (x - 4) % 14 < 12 else -1
            colour = colours[square + 1]
            rows += bytes(colour[:1] if is_grey else colour)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 48, 48, 8, 0 if is_grey else 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunks + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def expected(meant, is_grey):
    colours = GREYS if is_grey else STORED
    if meant is not None:
        mode = "L" if is_grey else "RGB"
        pixels = Image.new(mode, (len(colours), 1))
        pixels.putdata([colour[0] if is_grey else colour for colour in colours])
        source = ImageCms.ImageCmsProfile(io.BytesIO(meant))
        changed = ImageCms.profileToProfile(
            pixels, source, ImageCms.createProfile("sRGB"), renderingIntent=ImageCms.Intent.PERCEPTUAL, outputMode="RGB")
        colours = list(changed.getdata())
    return ["#%02x%02x%02x" % colour for colour in colours]


folder = pathlib.Path(sys.argv[1])
table = {}
for name, (chunks, meant, is_grey) in IMAGES.items():
    (folder / f"{name}.png").write_bytes(image(chunks, is_grey))
    table[name] = expected(meant, is_grey)
(folder / "expected.json").write_text(json.dumps(table, indent=2) + "\n")
