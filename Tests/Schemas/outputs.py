#!/usr/bin/env python3
"""Holds what the built command prints against the shipped JSON Schemas.

Takes the command's path. Needs `jsonschema` (requirements.txt beside this file) and git. Ends with 1 at a disagreement.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent.parent / "Sources" / "Schemas" / "files"
VALIDATORS = {
    file.stem: jsonschema.Draft202012Validator(json.loads(file.read_text("utf-8"))) for file in SCHEMAS.glob("*.json")
}


class Checker:
    def __init__(self, command, folder):
        self.command = command
        self.folder = folder
        self.documents = 0
        self.wrong = []

    def run(self, *words, exit=0):
        done = subprocess.run([self.command, *words], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != exit:
            self.wrong.append(f"{words}: expected exit {exit}, found {done.returncode}: {done.stderr}")
        for line in done.stdout.splitlines():
            self.check(words, json.loads(line))
        return done.stdout

    def check(self, words, document):
        name = document["schema"].split("/")[1]
        if name == "events":
            for event in document["events"]:
                self.check(words, event)
            return
        self.documents += 1
        for error in VALIDATORS[name].iter_errors(document):
            self.wrong.append(f"{words}: {name}: {error.json_path}: {error.message}")
        if name == "result":
            for error in document["errors"]:
                for problem in VALIDATORS["error"].iter_errors(error):
                    self.wrong.append(f"{words}: error: {problem.message}")


def main():
    command = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(command, folder)
        checker.run("demo", "demo", "--format", "jsonl")
        checker.folder = folder + "/demo"
        checker.run("run", "batch.json", "--format", "json")
        checker.run("status", "--format", "json")
        checker.run("events", "--format", "json")
        checker.run("report", "@last", "--format", "json")
        manifest = json.loads(pathlib.Path(checker.folder, "batch.json").read_text("utf-8"))
        manifest["batch_id"] = "broken"
        image = pathlib.Path(checker.folder, "downloads", "asset-4-validated.png")
        image.write_bytes(image.read_bytes()[:5000])
        pathlib.Path(checker.folder, "broken.json").write_text(json.dumps(manifest), "utf-8")
        checker.run("run", "broken.json", "--format", "jsonl", exit=1)
        checker.run("status", "broken", "--format", "json")
        checker.run("events", "broken", "--format", "jsonl")
        checker.run("cancel", "broken", "--why", "done", "--format", "json")
        checker.run("status", "--format", "json")
        manifest["assets"][0]["score"] = 12
        pathlib.Path(checker.folder, "broken.json").write_text(json.dumps(manifest), "utf-8")
        checker.run("run", "broken.json", "--format", "json", exit=65)
        checker.run("run", "gone.json", "--format", "json", exit=66)
        checker.run("run", "--format", "json", exit=64)
    for line in checker.wrong:
        print(line, file=sys.stderr)
    print(f"{checker.documents} documents: {len(checker.wrong)} disagreements")
    return 1 if checker.wrong or checker.documents < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
