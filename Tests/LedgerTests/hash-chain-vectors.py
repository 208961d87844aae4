#!/usr/bin/env python3
"""Checks docs/hash-chain-vectors.json with nothing but hashlib; with --write, computes the hashes again."""
import hashlib, json, pathlib, sys

def number(n): return n.to_bytes(8, "big", signed=True)
def text(t): return number(len(t.encode())) + t.encode()
def maybe(value, encode): return b"\0" if value is None else b"\1" + encode(value)

def hashes(e):
    payload = bytes.fromhex(e["payload"])
    leaf = hashlib.sha256(
        text("ledger/leaf/v1") + number(e["position"]) + number(e["version"]) + number(e["time_ms"])
        + maybe(e["attempt"], number) + text(e["batch"]) + text(e["run"]) + maybe(e["asset"], text)
        + maybe(e["stage"], text) + text(e["type"]) + number(len(payload)) + payload).digest()
    node = text("ledger/node/v1") + number(e["position"]) + bytes.fromhex(e["previous"]) + leaf
    return leaf.hex(), hashlib.sha256(node).hexdigest()

path = pathlib.Path(__file__).parents[2] / "docs" / "hash-chain-vectors.json"
vectors = json.loads(path.read_text())
wrong = 0
previous = "00" * 32
for e in vectors["events"]:
    if "--write" in sys.argv:
        e["previous"] = previous
        e["leaf"], e["hash"] = hashes(e)
    if e["previous"] != previous or (e["leaf"], e["hash"]) != hashes(e):
        wrong += 1
        print("wrong:", e["name"])
    previous = e["hash"]
if "--write" in sys.argv:
    path.write_text(json.dumps(vectors, indent=2) + "\n")
print(len(vectors["events"]), "vectors,", wrong, "wrong")
sys.exit(wrong > 0)
