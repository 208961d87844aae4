"""Programs for `exec`: `program.py HOW`. Reads one JSON object on stdin, writes design facts to stdout."""

import json
import os
import signal
import sys
import time

from design_facts import IDF
from work import work_on

how = sys.argv[1]
asked = json.loads(sys.stdin.read()) if how != "deaf" else {}

if how == "fine":
    print(json.dumps(IDF | {"mode": f"{asked['asset_id']} {asked['path']} {asked['specs']['name']} {asked['measured']['dimensions']['width']}"}))
elif how == "works_on":
    work_on(sys.argv[2])
    print(json.dumps(IDF))
elif how == "limited":
    sys.exit(print("retry after 38 seconds", file=sys.stderr) or 75)
elif how == "limited_plain":
    sys.exit(print("12", file=sys.stderr) or 75)
elif how == "limited_silent":
    sys.exit(75)
elif how == "quota":
    sys.exit(print("HTTP 429 Too Many Requests", file=sys.stderr) or 1)
elif how == "no":
    sys.exit(print("Traceback\nwrong key " + os.environ["PROGRAM_KEY"], file=sys.stderr) or 1)
elif how == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
elif how == "nonsense":
    print("hello")
elif how == "deaf":
    time.sleep(3600)
elif how == "flood":
    while True:
        sys.stdout.write("x" * 65536)
elif how == "not_run":
    sys.exit(127)
elif how == "told":
    print(json.dumps({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}))
