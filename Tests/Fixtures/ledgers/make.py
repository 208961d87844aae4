#!/usr/bin/env python3
"""Makes a repository with a ledger that contains batches of every kind, and packs it.

    Tests/Fixtures/ledgers/make.py LEDGERCTL ARCHIVE.tar.gz

`0.1.0.tar.gz` was made by the command of 0.1.0, from Debian 12's git and strace. It is never made again: every later
version opens what is in it, resumes it and verifies it. The batches, in the order of their registration:

    landed       two assets on `main`, in one commit
    updated      one of them under another name: its old files were replaced
    failed       two assets, the second's image is cut short
    waiting      its extractor was limited, and the run didn't wait
    interrupted  the run was killed while an extractor was asked
    undone       placed, then cancelled
    cancelled    packaged and held, then cancelled
    held         packaged, and stopped before placing
    unconfirmed  killed after its commit was on the branch, before that was written down
    half-placed  killed while it placed its files
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

IDF = {
    "schema": "idf/v1", "dimensions": {"width": 48, "height": 48, "format": "PNG"}, "background": "#102030",
    "palette": {"primary": ["#405060"], "accents": ["#c45c4b"]},
    "density_zones": {"upper_left": {"coverage": 0.1}, "central": {"coverage": 0.2}, "lower_right": {"coverage": 0.3}},
    "specimens": ["Banksia"],
}
# Limited while a file says so; kills the run that asks where a file names its process.
EXTRACTOR = f"""#!/bin/sh
cat >/dev/null
if [ -e limited ]; then echo "limited: retry after 90 seconds" >&2; exit 75; fi
if [ -e deadly ]; then until [ -s process ]; do sleep 0.1; done; kill -9 $(cat process); fi
echo '{json.dumps(IDF)}'
"""


def png(path, seed, size=48):
    rows = b"".join(
        b"\0" + b"".join(bytes(((x * 3 + seed * 40) % 256, (y * 5 + seed * 17) % 256, (x + y + seed * 91) % 256))
                         for x in range(size)) for y in range(size))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9))
                   + chunk(b"IEND", b""))


class Project:
    def __init__(self, binary, root):
        self.binary, self.root = binary, root
        self.environment = {"PATH": os.environ["PATH"], "HOME": root, "USER": "maker", "TZ": "UTC", "LANG": "C.UTF-8",
                            "GIT_CONFIG_NOSYSTEM": "1"}
        self.images = 0

    def path(self, name):
        return os.path.join(self.root, name)

    def call(self, words, *expected):
        done = subprocess.run(words, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if expected and done.returncode not in expected:
            sys.exit(f"{words} exited {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode()

    def git(self, *words):
        return self.call(["git", *words], 0)

    def ledgerctl(self, exit, *words):
        return self.call([self.binary, *words], exit)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def manifest(self, batch, **assets):
        """Writes BATCH.json and an image an asset; `A_1="Name"` is the asset A-1 with that name."""
        listed = []
        for asset, name in assets.items():
            asset = asset.replace("_", "-")
            image = f"images/{asset.lower()}.png"
            if not os.path.exists(self.path(image)):
                self.images += 1
                png(self.path(image), self.images)
            listed.append({"asset_id": asset, "path": image, "score": 92,
                           "specs": {"name": name, "category": "patterns", "mode": "Gallery"}})
        self.write(f"{batch}.json", json.dumps({"batch_id": batch, "assets": listed}, indent=1) + "\n")

    def events(self, batch):
        return [json.loads(line) for line in
                self.ledgerctl(0, "events", batch, "--format", "jsonl").splitlines()]

    def exec(self, limited=False, deadly=False):
        """Turns to the program as extractor, which is limited, deadly or neither."""
        self.write("ledger.yaml", "extractor: { kind: exec, command: [/bin/sh, extract.sh] }\n")
        for name, wanted in (("limited", limited), ("deadly", deadly)):
            if wanted:
                self.write(name, "")
            elif os.path.exists(self.path(name)):
                os.remove(self.path(name))

    def local(self):
        os.remove(self.path("ledger.yaml"))

    def killed(self, words, call, wanted):
        """Kills runs at the 1st, 2nd … such call, each from the same start, until one is killed where it is wanted."""
        start = self.root + ".start"
        shutil.copytree(self.root, start, symlinks=True)
        for count in range(1, 80):
            self.call(["strace", "-f", "-b", "execve", "-qq", "-o", self.root + ".trace", "-e", f"trace={call}", "-e",
                       f"inject={call}:signal=KILL:when={count}", self.binary, *words])
            if wanted():
                shutil.rmtree(start)
                return
            shutil.rmtree(self.root)
            shutil.copytree(start, self.root, symlinks=True)
        sys.exit(f"No {call} of {words} was where it was wanted.")


def make(project):
    project.git("init", "-q", "-b", "main", ".")
    project.git("config", "user.name", "Maker")
    project.git("config", "user.email", "maker@example.org")
    project.git("config", "gc.auto", "0")
    os.mkdir(project.path("images"))
    project.write("extract.sh", EXTRACTOR)
    project.write(".gitignore", "/images/\n/*.json\n/extract.sh\n/ledger.yaml\n/limited\n/deadly\n/process\n")
    project.git("add", ".gitignore")
    project.git("commit", "-q", "-m", "Begin")

    project.manifest("landed", A_1="Night Canopy", A_2="Red Gum")
    project.ledgerctl(0, "run", "landed.json")
    project.manifest("updated", A_2="River Red Gum")
    project.ledgerctl(0, "run", "updated.json")

    project.manifest("failed", B_1="Wattle", B_2="Grevillea")
    with open(project.path("images/b-2.png"), "r+b") as image:
        image.truncate(200)
    project.ledgerctl(1, "run", "failed.json")

    project.exec(limited=True)
    project.manifest("waiting", C_1="Waratah")
    project.ledgerctl(75, "run", "waiting.json", "--max-wait", "0s")

    # The limit is the program's: another one is asked.
    project.exec(deadly=True)
    shutil.copy(project.path("extract.sh"), project.path("extract-2.sh"))
    project.write(".git/info/exclude", "/extract-2.sh\n")
    project.write("ledger.yaml", "extractor: { kind: exec, command: [/bin/sh, extract-2.sh] }\n")
    project.manifest("interrupted", D_1="Correa")
    with subprocess.Popen([project.binary, "run", "interrupted.json", "--progress", "none"], cwd=project.root,
                          env=project.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        project.write("process", str(run.pid))
    if run.returncode != -9 or project.events("interrupted")[-1]["type"] != "stage.started":
        sys.exit("The batch `interrupted` could not be made.")
    os.remove(project.path("process"))
    project.exec()
    project.local()

    project.manifest("undone", E_1="Boronia")
    project.write(".git/index.lock", "")
    project.ledgerctl(75, "run", "undone.json")
    os.remove(project.path(".git/index.lock"))
    if not project.git("status", "--porcelain"):
        sys.exit("The batch `undone` was not placed.")
    project.ledgerctl(0, "cancel", "undone", "--why", "Another one is nicer.")

    project.manifest("cancelled", F_1="Hakea")
    project.ledgerctl(0, "run", "cancelled.json", "--until", "packaged")
    project.ledgerctl(0, "cancel", "cancelled", "--why", "No longer needed.")

    project.manifest("held", G_1="Melaleuca", G_2="Callistemon")
    project.ledgerctl(0, "run", "held.json", "--until", "packaged")

    project.manifest("unconfirmed", H_1="Kunzea")
    project.killed(
        ["run", "unconfirmed.json", "--progress", "none"], "flock",
        lambda: "Ledger-Batch: unconfirmed" in project.git("log", "--format=%B")
        and not os.path.exists(project.path(".git/index.lock"))
        and project.events("unconfirmed")[-1]["type"] == "commit.intended")

    project.manifest("half-placed", A_1="Night Canopy Blue", I_1="Lechenaultia", I_2="Scaevola")
    project.killed(
        ["run", "half-placed.json", "--progress", "none"], "fsync",
        lambda: 3 < len(project.git("status", "--porcelain", "-uall").splitlines()) < 9
        and ".ledgerctl-" not in project.git("status", "--porcelain", "-uall"))
    if project.events("half-placed")[-1]["stage"] != "place":
        sys.exit("The batch `half-placed` could not be made.")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    binary, archive = map(os.path.abspath, sys.argv[1:])
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="ledgerctl-fixture-"))
    try:
        project = Project(binary, os.path.join(scratch, "project"))
        os.mkdir(project.root)
        make(project)
        database = project.path(".ledger/ledger.db")
        project.call(["sqlite3", database, "PRAGMA wal_checkpoint(TRUNCATE)"], 0)
        for suffix in ("-wal", "-shm"):
            if os.path.exists(database + suffix):
                os.remove(database + suffix)
        shutil.rmtree(project.path(".git/hooks"), ignore_errors=True)
        # Links stay links, and nobody's name goes along.
        subprocess.run(["tar", "-czf", archive, "--owner=0", "--group=0", "--numeric-owner", "-C", project.root, "."],
                       check=True)
        print(f"{archive}: {os.path.getsize(archive)} bytes")
        print(project.ledgerctl(0, "status"))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


main()
