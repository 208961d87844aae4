#!/usr/bin/env python3
"""Changes a ledger's file in ways that nobody foresaw, and reads it with the verbs that read.

    Tests/Fuzzing/hostile-ledger.py LEDGERCTL [SECONDS] [SEED]

Each round takes the ledger of 0.1.0 from Tests/Fixtures/ledgers, changes rows, payloads or bytes of it, and runs one
verb after another. None may trap, end with 70, write an escape, or take up much memory. A round that breaks a promise
is told with its number: `LEDGERCTL 0 SEED ROUND` repeats it and leaves the project to look at.
"""
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURE = os.path.join(HERE, "..", "Fixtures", "ledgers", "0.1.0.tar.gz")
MEMORY = 300_000
NUMBERS = [0, -1, 1, 2**31 - 1, 2**31, 2**32, 2**48, 2**53, 2**62, 2**63 - 1, -2**63, 253402300799999, 253402300800000]
STRINGS = ["", "\x1b]52;c;cHduCg==\x07", "\x9b2J", "a\nb", "\u202egnp", "x" * 5000, "../../etc", "@last", "é", "\0", "CON",
         "batch.registered", "stage.completed", "commit.intended", "place", "extract", "refs/heads/main", "0" * 64]
JSON_VALUES = NUMBERS + STRINGS + [None, True, [], {}, 1e308, -1e308, 0.5, [[]] * 3, {"a": {"b": []}}]


def mutate_json(value, chance):
    """Changes one place somewhere in a JSON value."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(sorted(value))
        if chance.random() < 0.1:
            del value[name]
        else:
            value[name] = mutate_json(value[name], chance)
        return value
    if isinstance(value, list) and value and chance.random() < 0.85:
        index = chance.randrange(len(value))
        if chance.random() < 0.15:
            value.append(value[index])
        else:
            value[index] = mutate_json(value[index], chance)
        return value
    if isinstance(value, int) and not isinstance(value, bool) and chance.random() < 0.7:
        return chance.choice(NUMBERS)
    return chance.choice(JSON_VALUES)


def mutate_rows(path, chance):
    ledger = sqlite3.connect(path, isolation_level=None)
    ledger.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    try:
        guards = ledger.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            ledger.execute(f"DROP TRIGGER {name}")
        ledger.execute("PRAGMA ignore_check_constraints = 1")
        for _ in range(chance.randint(1, 4)):
            try:
                mutate_row(ledger, chance)
            except (sqlite3.IntegrityError, OverflowError):
                pass
        for _, text in guards:
            ledger.execute(text)
    finally:
        ledger.close()


def mutate_row(ledger, chance):
    kind = chance.randrange(10)
    position = chance.randint(1, 175)
    if kind < 5:
        row = ledger.execute("SELECT payload FROM events WHERE position = ?", (position,)).fetchone()
        if row is None:
            return
        payload = row[0]
        if chance.random() < 0.8:
            try:
                payload = json.dumps(mutate_json(json.loads(payload), chance), separators=(",", ":"), sort_keys=True)
                payload = payload.encode("utf-8", "surrogatepass")
            except ValueError:
                pass
        else:
            payload = bytearray(payload)
            for _ in range(chance.randint(1, 3)):
                payload[chance.randrange(len(payload))] = chance.randrange(256)
            payload = bytes(payload)
        ledger.execute("UPDATE events SET payload = ? WHERE position = ?", (payload, position))
    elif kind < 7:
        column = chance.choice(["time_ms", "version", "attempt", "position"])
        ledger.execute(f"UPDATE events SET {column} = ? WHERE position = ?", (chance.choice(NUMBERS), position))
    elif kind < 8:
        column = chance.choice(["batch", "run", "type", "asset", "stage"])
        ledger.execute(f"UPDATE events SET {column} = ? WHERE position = ?", (chance.choice(STRINGS), position))
    elif kind < 9:
        column = chance.choice(["batch", "state", "version", "position", "time_ms"])
        value = chance.choice(STRINGS if column in ("batch", "state") else NUMBERS)
        ledger.execute(f"UPDATE batches SET {column} = ? WHERE folded IN (SELECT folded FROM batches LIMIT 1 OFFSET ?)",
                       (value, chance.randrange(10)))
    else:
        table = chance.choice(["calls", "limiter_pauses"])
        column = chance.choice(["wall_ms", "boot_ms"])
        ledger.execute(f"UPDATE {table} SET {column} = ?", (chance.choice(NUMBERS),))


def mutate_bytes(path, chance):
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        for _ in range(chance.randint(1, 8)):
            file.seek(chance.randrange(size))
            file.write(bytes([chance.randrange(256)]))
        if chance.random() < 0.1:
            file.truncate(chance.randrange(size))


VERBS = [["events"], ["events", "--format", "jsonl"], ["events", "--format", "json"], ["status"], ["verify"],
         ["verify", "--deep"], ["doctor"], ["plan", "held.json"], ["prune"]]
OF_BATCH = [["status"], ["report"], ["explain"], ["show"], ["report", "--format", "json"], ["status", "--format", "json"],
            ["resume"], ["cancel"], ["retry"]]
BATCHES = ["landed", "updated", "failed", "waiting", "interrupted", "undone", "cancelled", "held", "unconfirmed",
           "half-placed"]
ASSETS = ["A-1", "B-2", "C-1", "D-1", "E-1", "F-1", "G-1", "H-1", "I-1"]


def limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def broken(binary, project, words):
    """What a verb did that it must never do; None if nothing."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.join(project, ".git"), "LANG": "C.UTF-8", "TZ": "UTC"}
    try:
        with subprocess.Popen([binary, *words], cwd=project, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=limit) as run:
            said = run.stdout.read()
            _, status, used = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
    except subprocess.TimeoutExpired:
        return "takes too long"
    if run.returncode < 0:
        return f"ended with signal {-run.returncode}: {said[-600:]!r}"
    if run.returncode == 70:
        return f"exited 70: {said[-600:]!r}"
    if used.ru_maxrss > MEMORY:
        return f"took up {used.ru_maxrss} KB"
    text = said.decode(errors="replace")
    for letter in text:
        if (ord(letter) < 32 and letter != "\n") or 127 <= ord(letter) < 160 or letter in "\u202e\u200b":
            if "json" in words and 127 <= ord(letter):
                continue
            return f"wrote {letter!r}: {text[max(0, text.index(letter) - 100):][:300]!r}"
    return None


def play(binary, start, scratch, seed, number):
    chance = random.Random(f"{seed}/{number}")
    project = os.path.join(scratch, "project")
    shutil.copytree(start, project, symlinks=True)
    database = os.path.join(project, ".ledger", "ledger.db")
    (mutate_rows if chance.random() < 0.8 else mutate_bytes)(database, chance)
    verbs = chance.sample(VERBS, 3)
    for words in chance.sample(OF_BATCH, 3):
        rest = [chance.choice(ASSETS)] if words == ["explain"] else []
        verbs.append([words[0], chance.choice(BATCHES), *rest, *words[1:]])
    for words in verbs:
        finding = broken(binary, project, words)
        if finding:
            return f"round {number}: {' '.join(words)} {finding}", len(verbs)
    shutil.rmtree(project)
    return None, len(verbs)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = sys.argv[3] if len(sys.argv) > 3 else str(int(time.time()))
    only = int(sys.argv[4]) if len(sys.argv) > 4 else None
    scratch = tempfile.mkdtemp(prefix="ledgerctl-hostile-")
    start = os.path.join(scratch, "start")
    os.mkdir(start)
    subprocess.run(["tar", "-xzf", FIXTURE, "--no-same-owner", "-C", start], check=True)
    if only is not None:
        finding, _ = play(binary, start, scratch, seed, only)
        print(f"{finding}\nThe project is in {scratch}/project.")
        return
    end, number, runs, findings = time.time() + seconds, 0, 0, 0
    try:
        while time.time() < end:
            number += 1
            finding, verbs = play(binary, start, scratch, seed, number)
            runs += verbs
            if finding:
                findings += 1
                print(f"seed {seed}, {finding}", flush=True)
                shutil.rmtree(os.path.join(scratch, "project"))
    finally:
        shutil.rmtree(scratch)
    print(f"seed {seed}: {number} ledgers, {runs} commands, {findings} findings")
    sys.exit(1 if findings else 0)


main()
