"""A program that says a secret in many places, written in pieces: `leaky.py PLAN`, the path of a JSON object with

    how: one of the functions below, or for `exec` anything          kind: mcp or exec
    spelling: the secret as it is spelt                              seed: of the pieces' sizes
"""

import json
import os
import random
import sys

from design_facts import IDF

with open(sys.argv[1]) as file:
    PLAN = json.load(file)
SAID = PLAN["spelling"]
chance = random.Random(PLAN["seed"])


def write(to, text):
    """Writes in pieces, each with a system call of its own."""
    rest = text.encode("utf-8", "surrogatepass")
    while rest:
        size = chance.choice([1, 2, 3, 7, 16, 61, 400, 5000])
        size = os.write(to, rest[:size])
        rest = rest[size:]


def send(message):
    write(1, json.dumps({"jsonrpc": "2.0"} | message, ensure_ascii=chance.random() < 0.5) + "\n")


def facts():
    text = json.dumps(IDF | {"purpose": f"see {SAID} there", "mode": SAID, SAID: [SAID, {SAID: 1}]})
    return chance.choice([text, f"Sure, {SAID}:\n```json\n{text}\n```\n{SAID}"])


def content(*all, **more):
    return {"content": [{"type": "text", "text": text} for text in all], **more}


# Ways to answer a call.


def answer(id):
    send({"id": id, "result": content(facts())})


def structured(id):
    send({"id": id, "result": content(SAID, structuredContent=IDF | {"mode": SAID})})


def is_error(id):
    send({"id": id, "result": content(f"refused: {SAID}", isError=True)})


def parted(id):
    """The secret is split between two pieces of text."""
    middle = len(SAID) // 2
    send({"id": id, "result": content("refused: " + SAID[:middle], SAID[middle:] + " is wrong", isError=True)})


def rpc_error(id):
    send({"id": id, "error": {"code": -32000, "message": f"the key {SAID}", "data": {"why": [SAID]}}})


def limited(id):
    send({"id": id, "error": {"code": 429, "message": f"quota of {SAID}: retry after 90000 seconds"}})


def unfinished(id):
    send({"id": id, "result": content("x") | {"resultType": "x" * chance.randrange(60) + SAID}})


def no_content(id):
    send({"id": id, "result": {"content": "y" * chance.randrange(60) + SAID}})


def no_facts(id):
    send({"id": id, "result": content("z" * chance.randrange(100) + SAID)})


def no_json(id):
    write(1, '{"jsonrpc": "2.0", "id": %d, "result": {"content": "%s" "%s"}\n' % (id, SAID, SAID))


def behind_output(id):
    write(1, "p" * chance.randrange(90) + SAID + '{"jsonrpc": "2.0", "id": %d, "result": %s}\n'
          % (id, json.dumps(content(facts()))))


def wrong_id(id):
    send({"id": "i" * chance.randrange(60) + SAID, "result": {}})
    answer(id)


def dies(id):
    write(2, f"{SAID}\nlast words: {SAID}")
    os._exit(3)


def noise(id):
    """Prints the secret as a banner, also over several lines."""
    cuts = sorted(chance.randrange(len(SAID) + 1) for _ in range(3))
    write(1, f"key {SAID}\nkey " + "\n".join(SAID[a:b] for a, b in zip([0] + cuts, cuts + [len(SAID)])) + "\n")
    answer(id)


def flood(id):
    """More on stderr than is kept: the cut goes through the middle of it."""
    write(2, "e" * chance.randrange(100) + (SAID + "\n") * (70_000 // (len(SAID) + 1)) + "the end\n")
    os._exit(1)


def called(message):
    id, token = message["id"], message["params"].get("_meta", {}).get("progressToken", message["id"])
    write(2, f"asked with {SAID}\n")
    send({"method": "notifications/message", "params": {"level": "info", "logger": SAID, "data": {SAID: SAID}}})
    for step in range(3):
        send({"method": "notifications/progress",
              "params": {"progressToken": token, "progress": step, "total": 3, "message": f"step {SAID}"}})
    send({"method": "notifications/progress", "params": {"progressToken": SAID, "progress": 1, "message": SAID}})
    globals()[PLAN["how"]](id)


def serve():
    tool = {"name": "generate_idf", "description": SAID, "inputSchema": {"type": "object", "properties": {"code": {}}}}
    for line in sys.stdin.buffer:
        message = json.loads(line)
        id, method = message.get("id"), message.get("method")
        if method == "initialize":
            info = {"name": f"leaky {SAID}", "version": SAID}
            send({"id": id, "result": {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {},
                                       "serverInfo": info, "instructions": SAID}})
        elif method == "tools/list":
            send({"id": id, "result": {"tools": [tool, tool | {"name": SAID}]}})
        elif method == "tools/call":
            called(message)
        elif id is not None:
            send({"id": id, "error": {"code": -32601, "message": f"no method, {SAID}"}})


def execute():
    """A program that is asked once, as `exec` starts it."""
    sys.stdin.buffer.read()
    write(2, f"using {SAID}\n")
    how = PLAN["how"]
    if how == "flood":
        flood(0)
    if how in ("dies", "is_error"):
        write(2, f"it is {SAID}")
        sys.exit(1)
    if how == "limited":
        write(2, f"retry after 90000 seconds, {SAID}\n")
        sys.exit(75)
    write(1, facts() if how in ("answer", "structured", "noise") else "z" * chance.randrange(100) + SAID)


serve() if PLAN["kind"] == "mcp" else execute()
