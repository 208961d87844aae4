#!/usr/bin/env python3
"""Holds the shipped JSON Schemas against the cases that the code is tested with.

Needs `jsonschema` and `PyYAML` (requirements.txt beside this file). Ends with 1 if a schema and the code disagree.
"""
import json
import pathlib
import sys

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parent.parent / "Sources" / "Schemas" / "files"
FIXTURES = HERE.parent / "Fixtures"


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def refuse_constant(word):
    raise ValueError(f"{word} is not valid JSON")


def finite(text):
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is out of range")
    return number


def read_json(data):
    return json.loads(data.decode("utf-8"), parse_constant=refuse_constant, parse_float=finite)


def verdict(check, read, data):
    """Says `accepts`, `refuses`, or `unreadable` where there is nothing to check."""
    try:
        value = read(data)
    except (ValueError, yaml.YAMLError):
        return "unreadable"
    return "accepts" if check.is_valid(value) else "refuses"


def compare(name, folder, suffix, read):
    check = validator(name)
    cases = json.loads((folder / "cases.json").read_text("utf-8"))
    wrong = []
    for case in cases:
        data = (folder / f"{case['name']}{suffix}").read_bytes()
        found = verdict(check, read, data)
        expected = "accepts" if case["schema"] == "blind" else case["schema"]
        if found != expected:
            wrong.append(f"{name}: {case['name']}: expected {case['schema']}, found {found}")
        # A schema must never refuse what the code takes, nor take what the code refuses unless it is said to be blind.
        if (case["schema"] == "accepts") != (not case["faults"]):
            wrong.append(f"{name}: {case['name']}: the case contradicts itself")
    return len(cases), wrong


def main():
    for file in sorted(SCHEMAS.glob("*.json")):
        validator(file.stem)
    manifests, wrong = compare("manifest", FIXTURES / "manifests", ".json", read_json)
    configurations, more = compare("config", FIXTURES / "configurations", ".yaml", yaml.safe_load)
    wrong += more
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{manifests} manifests and {configurations} configurations: {len(wrong)} disagreements")
    return 1 if wrong or not manifests or not configurations else 0


if __name__ == "__main__":
    sys.exit(main())
