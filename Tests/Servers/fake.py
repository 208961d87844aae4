"""Servers that misbehave, in plain Python: `fake.py HOW [OPTION]`. One function for each way; see the end for the loop."""

import json
import os
import signal
import subprocess
import sys
import time

from design_facts import IDF
from work import work_on

HOW = sys.argv[1]
OPTION = sys.argv[2] if len(sys.argv) > 2 else None
TOOL = {"name": "generate_idf", "inputSchema": {"type": "object", "properties": {"code": {"type": "string"}}}}
FACTS = json.dumps(IDF, ensure_ascii=False)
calls = 0


def write(text):
    sys.stdout.buffer.write(text if isinstance(text, bytes) else text.encode())
    sys.stdout.buffer.flush()


def send(message, end="\n"):
    if HOW == "text_ids" and "id" in message:
        message = message | {"id": str(message["id"])}
    if HOW == "zero_id" and "id" in message:
        message = message | {"id": 0}
    if HOW == "no_jsonrpc":
        return write(json.dumps(message) + end)
    write(json.dumps({"jsonrpc": "2.0"} | message, ensure_ascii=False) + end)


def text(words, **more):
    return {"content": [{"type": "text", "text": words}], **more}


def answer(id, words=FACTS, **more):
    send({"id": id, "result": text(words, **more)})


def read():
    line = sys.stdin.buffer.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)


# Ways to answer a call, by name.


def fine(id):
    answer(id)


def banner(id):
    write("\n\n   \nINFO warming up, key=sk-abcdefgh12345678ijkl\n{\"level\": \"info\"}\n[1, 2]\n\x1b[1mready\x1b[0m\n")
    answer(id)


def crlf(id):
    send({"id": id, "result": text(FACTS)}, end="\r\n")


def pieces(id):
    for byte in (json.dumps({"jsonrpc": "2.0", "id": id, "result": text(FACTS)}, ensure_ascii=False) + "\n").encode():
        write(bytes([byte]))


def listed(id):
    write(json.dumps([{"jsonrpc": "2.0", "id": id, "result": text(FACTS)}]) + "\n")


def wrong_id(id):
    answer(id + 1000)
    answer("x" + str(id))


def repeated_id(id):
    if calls > 1:
        answer(id - 1, "{}")
    answer(id)
    answer(id, "{}")


def unasked(id):
    answer(4711, "{}")
    send({"method": "notifications/message", "params": {"level": "info", "data": "hello"}})
    answer(id)


def escapes(id):
    answer(id, "\x1b]0;owned\x07 \u202egnp.exe \u009b31m <b>{{name}}</b>", isError=True)


def tells_secret(id):
    sys.stderr.write("using key " + os.environ["SIDEKICK_KEY"] + "\n")
    sys.stderr.flush()
    words = f"wrong key {os.environ['SIDEKICK_KEY']}, Authorization: Bearer abcdefghijklmnop1234"
    answer(id, words, isError=True)


def null_id(id):
    send({"id": None, "error": {"code": -32700, "message": "Parse error"}})


def no_outcome(id):
    send({"id": id})


def invalid_json(id):
    write('{"jsonrpc": "2.0", "id": %d, "result": {"content": [{"type": "text", "text": "\\x"}]}}\n' % id)


def endless_line(id):
    while True:
        write("x" * 65536)


def stderr_flood(id):
    for _ in range(64):
        sys.stderr.write("e" * 65535 + "\n")
    sys.stderr.flush()
    answer(id)


def dies(id):
    sys.stderr.write("out of cheese\n")
    sys.stderr.flush()
    os._exit(3)


def dies_once(id):
    if os.path.exists(OPTION):
        answer(id)
    else:
        open(OPTION, "w").close()
        os._exit(3)


def never(id):
    pass


def progress_for_ever(id):
    while True:
        send({"method": "notifications/progress", "params": {"progressToken": id, "progress": time.time()}})
        time.sleep(0.05)


def told_of_cancelling(id):
    message = read()
    with open(OPTION, "w") as file:
        json.dump(message, file)
    answer(id)


def closes_stdout(id):
    os.close(1)
    time.sleep(3600)


def asks_back(id):
    send({"id": "a", "method": "ping"})
    send({"id": 7, "method": "sampling/createMessage", "params": {}})
    ping, sampling = read(), read()
    ok = ping == {"jsonrpc": "2.0", "id": "a", "result": {}} and sampling["error"]["code"] == -32601
    answer(id, FACTS if ok and sampling["id"] == 7 else f"{ping} {sampling}")


def is_error(id):
    answer(id, "the picture shows nothing", isError=True)


def is_error_limited(id):
    answer(id, "quota", isError=True, structuredContent={"error": {"code": 429, "retry_after": 12}})


def rpc_error(id):
    send({"id": id, "error": {"code": -32000, "message": "the model is asleep"}})


def rpc_limited(id):
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38s"}]
    send({"id": id, "error": {"code": -32000, "message": "Too Many Requests", "data": {"details": details}}})


def rpc_daily(id):
    quota = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
    send({"id": id, "error": {"code": 429, "message": "quota", "data": {"violations": [{"quotaId": quota}]}}})


def fence(id):
    answer(id, f"~~~\n{FACTS}\n~~~")


def prose(id):
    answer(id, f"Sure! {FACTS} Done.")


def nonsense(id):
    answer(id, "I can't see the image.")


def number_for_text(id):
    send({"id": id, "result": {"content": [{"type": "text", "text": 7}]}})


def no_colour(id):
    answer(id, json.dumps(IDF | {"palette": {"primary": ["reddish"], "accents": []}}))


def other_size(id):
    answer(id, json.dumps(IDF | {"dimensions": {"width": 4, "height": 4, "format": "PNG"}}))


def number_for_name(id):
    answer(id, json.dumps(IDF | {"purpose": 7}))


def needs_input(id):
    send({"id": id, "result": {"resultType": "input_required", "inputRequests": {}}})


def wrapped(id):
    send({"id": id, "result": {"content": [], "structuredContent": {"result": FACTS}}})


def with_child(id):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    with open(OPTION, "w") as file:
        file.write(f"{os.getpid()} {child.pid}")
    answer(id)


def ignores_terminate(id):
    with_child(id)


def works_on(id):
    work_on(OPTION)
    answer(id)


def half_emoji(id):
    write('{"jsonrpc": "2.0", "id": %d, "result": {"content": [{"type": "text", "text": "cut \\ud83d"}, ' % id)
    write('{"type": "text", "text": %s}]}}\n' % json.dumps(FACTS[:-1] + ', "caption": "leaf \\ud83c"}'))


def no_line_feed(id):
    write("Loading 0%\rLoading 100%\r")
    answer(id)


def two_on_a_line(id):
    send({"method": "notifications/message", "params": {"level": "info", "data": "{"}}, end="")
    answer(id)


def image_beside(id):
    image = {"type": "image", "mimeType": "image/png", "data": "A" * (5 << 20)}
    send({"id": id, "result": {"content": [image, {"type": "text", "text": FACTS}]}})


def too_large(id):
    send({"id": id, "result": {"content": [{"type": "text", "text": "A" * (11 << 20)}]}})


def elicits(id):
    answer(id, "Error executing tool generate_idf: Method not found: elicitation/create", isError=True)


def wrong_arguments(id):
    answer(id, "1 validation error for call[generate_idf]\ncontext\n  Input should be a valid string", isError=True)


def wrong_arguments_ts(id):
    answer(id, "MCP error -32602: Invalid arguments for tool generate_idf: [...]", isError=True)


def wrong_model_reply(id):
    answer(id, "1 validation error for Reply\nmood\n  Field required", isError=True)


# The loop, with ways to behave before a call.


asked_anew = False


def refuse(message, code, words, **data):
    send({"id": message["id"], "error": {"code": code, "message": words, **({"data": data} if data else {})}})


def initialize(message):
    version = message["params"]["protocolVersion"]
    if HOW == "strict_version" and version != "2025-06-18":
        return refuse(message, -32602, "Unsupported", supported=["2025-06-18", "2024-11-05"], requested=version)
    if HOW == "strict_32022" and version != "2025-03-26":
        return refuse(message, -32022, "Unsupported", supported=["2025-03-26"], requested=version)
    if HOW == "expects_version" and version != "2024-11-05":
        return refuse(message, -32602, "Unsupported", expected="2024-11-05", received=version)
    if HOW == "poisoned_error" and asked_anew:
        return refuse(message, -32600, "Invalid Request: connection is in an invalid state")
    if HOW == "poisoned_silence" and asked_anew:
        return
    if HOW == "unknown_version":
        version = "1999-01-01"
    if HOW == "older_version":
        version = "2024-11-05"
    if HOW == "stateless":
        data = {"supported": ["2026-07-28"], "requested": version}
        return send({"id": message["id"], "error": {"code": -32022, "message": "Unsupported", "data": data}})
    info = {"name": "fake", "version": "1.0"}
    send({"id": message["id"], "result": {"protocolVersion": version, "capabilities": {}, "serverInfo": info}})


def discover(message):
    global asked_anew
    asked_anew = True
    if HOW.startswith("poisoned") and OPTION:
        with open(OPTION, "a") as file:
            file.write("x")
    if HOW == "poisoned_silence":
        return
    if HOW == "strict_32022":
        return refuse(message, -32022, "Unsupported", supported=["2025-03-26"], requested="2026-07-28")
    if HOW == "dies_of_probe":
        os._exit(1)
    if HOW == "deaf_to_probe":
        return
    if HOW == "other_versions":
        data = {"supported": ["2031-01-01"], "requested": "2026-07-28"}
        send({"id": message["id"], "error": {"code": -32022, "message": "Unsupported", "data": data}})
    elif HOW == "advertises_old":
        send({"id": message["id"], "result": {"supportedVersions": ["2025-11-25"], "capabilities": {}}})
    elif HOW == "stateless":
        meta = {"io.modelcontextprotocol/serverInfo": {"name": "fake", "version": "2.0"}}
        send({"id": message["id"], "result": {"supportedVersions": ["2026-07-28"], "_meta": meta}})
    else:
        send({"id": message["id"], "error": {"code": -32601, "message": "Method not found"}})


def list_tools(message):
    result = {"tools": [TOOL]}
    page = int((message.get("params") or {}).get("cursor") or 0)
    if HOW == "many_pages" and page < 40:
        result = {"tools": [TOOL | {"name": f"t{page}"}], "nextCursor": str(page + 1)}
    if HOW == "looping_pages":
        result = {"tools": [TOOL | {"name": "describe"}], "nextCursor": "1"}
    if HOW == "failing_pages":
        if page:
            return refuse(message, -32602, "Invalid cursor")
        result = {"tools": [TOOL | {"name": "describe"}], "nextCursor": "7"}
    if HOW == "empty_cursor":
        result = {"tools": [TOOL | {"name": "describe"}], "nextCursor": ""}
    if HOW == "half_emoji":
        write('{"jsonrpc": "2.0", "id": %d, "result": {"tools": [{"name": "other", "description": "\\ud83d"}, %s]}}\n'
              % (message["id"], json.dumps(TOOL)))
        return
    if HOW == "two_pages":
        first = message["params"].get("cursor") is None
        result = {"tools": [TOOL | {"name": "other"}], "nextCursor": "2"} if first else {"tools": [TOOL]}
    if HOW == "other_tools":
        result = {"tools": [TOOL | {"name": "generate_idfs"}, TOOL | {"name": "fetch"}]}
    if HOW == "wrapped":
        result = {"tools": [TOOL | {"outputSchema": {"type": "object", "x-fastmcp-wrap-result": True}}]}
    send({"id": message["id"], "result": result})


def stateless(id):
    answer(id, resultType="complete")


def main():
    global calls
    if HOW == "dies_at_start":
        sys.stderr.write("no module named cheese\n")
        sys.exit(1)
    if HOW == "deaf":
        time.sleep(3600)
    if HOW == "ignores_terminate":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if HOW == "counts_starts":
        with open(OPTION, "a") as file:
            file.write("x")
        os._exit(1)
    handle = globals().get(HOW, fine)
    while True:
        message = read()
        method = message.get("method")
        if method == "initialize":
            initialize(message)
        elif method == "server/discover":
            discover(message)
        elif method == "tools/list":
            list_tools(message)
        elif method == "tools/call":
            if HOW == "stateless":
                meta = message["params"]["_meta"]
                assert meta["io.modelcontextprotocol/protocolVersion"] == "2026-07-28", meta
            calls += 1
            # `only:NAME` misbehaves towards the call that is about NAME alone.
            spared = (OPTION or "").startswith("only:") and message["params"]["arguments"].get("code") != OPTION[5:]
            (fine if spared else handle)(message["id"])


if HOW == "ignores_terminate":
    # Neither the end of its stdin nor a signal it may refuse ends it.
    def read(inner=read):
        line = sys.stdin.buffer.readline()
        while not line:
            time.sleep(3600)
        return json.loads(line)


main()
