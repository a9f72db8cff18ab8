#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the project in the current folder: docs/findings.md has a section for
each rule of ctl/rules.h, in that order and with its severities, and
docs/ctlsmith.schema.json knows the same ids, once it knows findings at all.
Prints each problem as FILE:LINE: TEXT."""

import json
import pathlib
import re

DOC = "docs/findings.md"
SCHEMA = "docs/ctlsmith.schema.json"
TABLE = "ctl/rules.h"
KINDS = ("CTL", "ITL", "other files")
MARKS = ("documented", "observed", "assumed")
# What is said of dates must not be more than is known.
DATES = ("signer-expired", "certificate-expired", "certificate-early")
NO_SOURCE = "No source says that phones look at"
SHORTEST = 60


def problem(file, line, text):
    print(f"{file}:{line}: {text}")


def macro(name):
    """The text of #define NAME(X) without its line ends and comments."""
    source = pathlib.Path(TABLE).read_text()
    found = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*\n)", source)
    text = found.group(1).replace("\\\n", " ") if found else ""
    return re.sub(r"/\*.*?\*/", " ", text)


def severities():
    """{CTL_ERROR: "error", ...}; a silent rule is shown as a dash."""
    result = dict(re.findall(r'X\((\w+),\s*"([^"]*)"\)',
                             macro("CTL_SEVERITIES")))
    if "CTL_SILENT" in result:
        result["CTL_SILENT"] = "-"
    return result


def rules():
    """[(id, "CTL: error, ITL: error, other files: -")], in order."""
    names = severities()
    body = macro("CTL_RULES")
    found = re.findall(
        r'X\(\w+,\s*"([^"]*)",\s*(\w+),\s*(\w+),\s*(\w+),\s*"', body)
    if not found or len(found) != len(re.findall(r"\bX\(", body)):
        problem(TABLE, 1, "the table of rules is not in a form known here")
    return [(name, ", ".join(f"{kind}: {names.get(severity, severity)}"
                             for kind, severity in zip(KINDS, cells)))
            for name, *cells in found]


def sections():
    """[(line, id, the lines below it)]."""
    result = []
    for number, line in enumerate(
            pathlib.Path(DOC).read_text().splitlines(), 1):
        if line.startswith("### "):
            result.append((number, line[4:].strip(), []))
        elif line.startswith("#"):
            result.append((number, None, []))
        elif result and line.strip():
            result[-1][2].append(line.strip())
    return [section for section in result if section[1] is not None]


def judge_section(line, name, lines, wanted):
    if not lines or lines[0] != wanted:
        problem(DOC, line, f"{name}: '{wanted}' must come first, not "
                f"'{lines[0] if lines else ''}'")
    text = " ".join(lines[1:])
    if len(text) < SHORTEST:
        problem(DOC, line, f"{name}: nothing is said of it")
    if name in DATES and NO_SOURCE not in text.replace("**", ""):
        problem(DOC, line, f"{name}: it must say: {NO_SOURCE} that")
    for mark in re.findall(r"\[([a-z]+)[\]:]", text):
        if mark not in MARKS:
            problem(DOC, line, f"{name}: [{mark}] is no mark of evidence")


def judge_doc(table):
    shown = sections()
    wanted = dict(table)
    ids = [name for _, name, _ in shown]
    for name in wanted:
        if ids.count(name) != 1:
            problem(DOC, 1, f"{name}: {ids.count(name)} sections, not one")
    for line, name, lines in shown:
        if name not in wanted:
            problem(DOC, line, f"{name} is no rule of {TABLE}")
        else:
            judge_section(line, name, lines, wanted[name])
    if sorted(ids) == sorted(wanted) and ids != list(wanted):
        problem(DOC, 1, f"another order than in {TABLE}")


def resolve(schema, node):
    while isinstance(node, dict) and "$ref" in node:
        where = schema
        for key in node["$ref"].removeprefix("#/").split("/"):
            where = where[key]
        node = where
    return node


def findings(schema, node):
    """What the schema says of one finding: each "findings" property."""
    if isinstance(node, list):
        for value in node:
            yield from findings(schema, value)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "properties" and "findings" in value:
            whole = resolve(schema, value["findings"])
            yield resolve(schema, whole.get("items", {}))
        yield from findings(schema, value)


def judge_schema(table):
    schema = json.loads(pathlib.Path(SCHEMA).read_text())
    wanted = {
        "id": [name for name, _ in table],
        "severity": [name for name in severities().values() if name != "-"],
    }
    # those of `token match` and `token report` are about tokens, those of
    # `cluster status` about clusters (docs/health.md)
    of_lists = [value for name, value in schema["$defs"].items()
                if not name.startswith(("match", "report", "cluster_status"))]
    for finding in findings(schema, of_lists):
        for key, values in wanted.items():
            of = resolve(schema, finding.get("properties", {}).get(key, {}))
            there = of.get("enum", [])
            if sorted(there) != sorted(values):
                odd = sorted(set(there) ^ set(values))
                problem(SCHEMA, 1, f"findings[].{key} is not that of {TABLE}: "
                        f"{', '.join(odd) or 'one is there twice'}")
            elif key == "id" and there != values:
                problem(SCHEMA, 1, f"findings[].id: another order than in "
                        f"{TABLE}")


found_rules = rules()
judge_doc(found_rules)
judge_schema(found_rules)
