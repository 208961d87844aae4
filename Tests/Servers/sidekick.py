"""A real server with flash-sidekick's two tools, for either line of the SDK: mcp<2 (FastMCP) and mcp>=2 (MCPServer).

What a call does is told by the name of the file it is about, such as /images/slow-1.png. Options:
--pid FILE writes the server's process, --calls FILE a line for each call.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from design_facts import IDF
from mcp.types import SamplingMessage, TextContent
from pydantic import BaseModel

try:
    from mcp.server.fastmcp import Context, FastMCP as Server
    from mcp.server.fastmcp.exceptions import ToolError
except ModuleNotFoundError:
    from mcp.server.mcpserver import Context, MCPServer as Server
    from mcp.server.mcpserver.exceptions import ToolError

QUOTA = """429 RESOURCE_EXHAUSTED. {'error': {'code': 429, 'status': 'RESOURCE_EXHAUSTED', 'details': [{'@type': \
'type.googleapis.com/google.rpc.RetryInfo', 'retryDelay': '2s'}]}}"""

server = Server("flash-sidekick")
refused = 0
together = 0
all_here = asyncio.Event()


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def record(what):
    if path := option("--calls"):
        with open(path, "a") as file:
            file.write(f"{time.time():.3f} {what}\n")


class Consent(BaseModel):
    is_given: bool


@server.tool()
async def generate_idf(code: str, ctx: Context) -> str:
    """Describes the image at a path."""
    global refused, together
    kind = Path(code).name.split("-")[0].split(".")[0]
    record(kind)
    text = json.dumps(IDF)
    if kind == "slow":
        await asyncio.sleep(1)
    elif kind == "together":
        together += 1
        if together == 3:
            all_here.set()
        await all_here.wait()
    elif kind == "fence":
        return f"Here it is:\n\n```json\n{json.dumps(IDF, indent=2)}\n```\nAnything else?"
    elif kind == "prose":
        return f"The image (see {{above}}) has these facts: {text} I hope that helps!"
    elif kind == "error":
        raise ToolError("the picture shows nothing")
    elif kind == "limited":
        refused += 1
        if refused <= 2:
            raise ToolError(QUOTA)
    elif kind == "told":
        # flash-sidekick gives a model's refusal as its answer.
        return QUOTA
    elif kind == "crash":
        print("out of cheese", file=sys.stderr, flush=True)
        os._exit(3)
    elif kind == "progress":
        for step in range(8):
            await ctx.report_progress(step, 8)
            await asyncio.sleep(0.25)
    elif kind == "never":
        await asyncio.sleep(3600)
    elif kind == "elicit":
        await ctx.elicit(message="Shall it be described?", schema=Consent)
    elif kind == "sample":
        question = SamplingMessage(role="user", content=TextContent(type="text", text="What is it?"))
        await ctx.session.create_message(messages=[question], max_tokens=10)
    elif kind == "secret":
        raise ToolError(f"wrong key {os.environ['SIDEKICK_KEY']}, Authorization: Bearer abcdefgh12345678")
    elif kind == "environment":
        raise ToolError(" ".join(sorted(os.environ)))
    elif kind == "printing":
        print("a stray line", flush=True)
    return text


@server.tool()
async def batch_file_analysis(file_paths: list[str], analysis_type: str) -> str:
    """Describes all images at once."""
    record(f"batch of {len(file_paths)} for {analysis_type}")
    results = []
    for path in file_paths:
        kind = Path(path).name.split("-")[0].split(".")[0]
        if kind == "error":
            results.append({"file": path, "error": "the picture shows nothing"})
        elif kind == "limited":
            results.append({"file": path, "error": "429 Too Many Requests, retry after 38 seconds"})
        elif kind == "missing":
            continue
        elif kind == "fence":
            results.append({"file": path, "analysis": f"```json\n{json.dumps(IDF)}\n```"})
        elif kind == "bad":
            results.append({"file": path, "analysis": json.dumps(IDF | {"background": "red"})})
        else:
            results.append({"file": path, "analysis": json.dumps(IDF)})
    return json.dumps({"batch_results": results})


@server.tool()
async def describe(picture: str, specs: dict, question: str, key: str) -> dict:
    """Gives back what it was given, as structured content around valid facts."""
    return IDF | {"mode": json.dumps([len(picture), specs.get("name"), question[:8], key])}


if path := option("--pid"):
    Path(path).write_text(str(os.getpid()))
server.run()
