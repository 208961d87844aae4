"""A server with the two tools of the original request, and a substitute for the text model behind them (mcp<2).

`generate_idf` hands its text to the model and opens no file; `batch_file_analysis` opens each path as UTF-8 text. The
model describes an image only where it is asked for JSON and told what was measured; else it writes prose about code.
--calls FILE takes a line for each question that the model gets, and FILE.tool one for each call of the second tool; --fails has both models fail.
"""

import json
import sys
from pathlib import Path
from typing import List, Literal

from mcp.server.fastmcp import FastMCP

server = FastMCP("text_model")
MEASURED = ["\"density_zones\"", "\"dimensions\"", "\"palette\""]


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def model(system, question):
    if path := option("--calls"):
        with open(path, "a") as file:
            file.write(json.dumps(question) + "\n")
    if "--fails" in sys.argv:
        return "Error: Both Gemini and the fallback failed."
    if "JSON" not in question or not all(word in question for word in MEASURED):
        return f"{system} The file has no functions. An empty class `Leaf {{}}` would do."
    name = next(line for line in question.splitlines() if line.startswith("File: "))[6:]
    told = {
        "narrative": f"What {name} shows.", "motifs": [{"name": "leaf", "rationale": "The palette is green."}],
        "mode": "Laboratory", "alt": f"Picture {name}", "palette": {"primary": ["#ff00fe"], "accents": []},
    }
    return "```json\n" + json.dumps(told) + "\n```"


@server.tool()
async def generate_idf(code: str) -> str:
    """Extracts signatures from code."""
    return model("Extract signatures only.", code)


def analyse(path, kind):
    try:
        code = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return {"file": path, "error": str(error)}
    return {"file": path, "analysis": model("Analyze code strictly.", f"Analyze this file for {kind}.\n\nCode:\n{code}")}


@server.tool()
async def batch_file_analysis(
    file_paths: List[str], analysis_type: Literal["quality", "dependencies", "complexity", "security"]
) -> str:
    """Analyses several files at once."""
    if path := option("--calls"):
        with open(path + ".tool", "a") as file:
            file.write(f"batch of {len(file_paths)}\n")
    return json.dumps({"batch_results": [analyse(path, analysis_type) for path in file_paths]}, indent=2)


server.run()
