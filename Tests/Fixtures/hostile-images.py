#!/usr/bin/env python3
"""Writes images that are meant to hurt whoever decodes them: hostile-images.py FOLDER. Plain zlib and struct."""
import pathlib
import struct
import sys
import zlib


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def header(width, height, depth=8, colour=0, interlaced=0):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def zeros(count):
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(count >> 20)]
                    + [packer.compress(bytes(count & (1 << 20) - 1)), packer.flush()])


END = chunk(b"IEND", b"")
SMALL = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes([x * 4 for x in range(64)]) for _ in range(64))))
FINE = header(64, 64) + SMALL + END

IMAGES = {
    # Whole images, however much they take to read.
    "fine": FINE,
    "bomb": header(16384, 16384) + chunk(b"IDAT", zeros(16384 * 16385)) + END,
    "text": header(64, 64) + chunk(b"tEXt", b"Comment\0" + b"x" * 50_000_000) + SMALL + END,
    "packed-text": header(64, 64) + chunk(b"zTXt", b"Comment\0\0" + zeros(50_000_000)) + SMALL + END,
    "chunks": header(64, 64) + chunk(b"tEXt", b"a\0b") * 200_000 + SMALL + END,
    # Broken ones.
    "empty": b"",
    "no-pixels": header(0, 0) + SMALL + END,
    "prose": b"no picture at all\n",
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(100),
    "cut": FINE[:-30],
    "checksum": FINE[:60] + bytes([FINE[60] ^ 1]) + FINE[61:],
    "zlib": header(64, 64) + chunk(b"IDAT", b"\x55" * 500) + END,
    "claims": header(16384, 16384, 16, 6) + chunk(b"IDAT", zeros(60_000)) + END,
    "claims-interlaced": header(16384, 16384, 16, 6, 1) + chunk(b"IDAT", zeros(60_000)) + END,
    "giant": header(100_000, 100_000) + SMALL + END,
    "too-long": header(8, 8) + chunk(b"IDAT", zeros(400 << 20)) + END,
    "endless-chunk": header(64, 64) + struct.pack(">I", 0x7FFFFFFF) + b"tEXt" + SMALL + END,
}

for name, data in IMAGES.items():
    (pathlib.Path(sys.argv[1]) / f"{name}.png").write_bytes(data)
