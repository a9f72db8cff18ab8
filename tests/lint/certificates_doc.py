#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the project in the current folder: docs/certificates.md has a section
for each check of src/pki/fit.h, in that order and with its code, and
docs/ctlsmith.schema.json knows the same. Prints each problem as FILE:LINE:
TEXT."""

import json
import pathlib
import re

DOC = "docs/certificates.md"
SCHEMA = "docs/ctlsmith.schema.json"
TABLE = "src/pki/fit.h"
MARKS = ("documented", "observed", "assumed")
SHORTEST = 60


def problem(file, line, text):
    print(f"{file}:{line}: {text}")


def macro(name):
    """The text of #define NAME(X) without its line ends and comments."""
    source = pathlib.Path(TABLE).read_text()
    source = re.sub(r"/\*.*?\*/", " ", source, flags=re.S)
    found = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*\n)", source)
    return found.group(1).replace("\\\n", " ") if found else ""


def checks():
    """[(name, code)], in order."""
    body = macro("FIT_CHECKS")
    found = re.findall(r'X\(\w+,\s*"([^"]*)",\s*"([^"]*)",', body)
    if not found or len(found) != len(re.findall(r"\bX\(", body)):
        problem(TABLE, 1, "the table of checks is not in a form known here")
    return [(name, code) for code, name in found]


def sections():
    """[(line, name, the lines below it)]."""
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


def judge_section(line, name, lines, code):
    if not lines or lines[0] != (code or "-"):
        problem(DOC, line, f"{name}: '{code or '-'}' must come first")
    text = " ".join(lines[1:])
    if len(text) < SHORTEST:
        problem(DOC, line, f"{name}: nothing is said of it")
    for mark in re.findall(r"\[([a-z]+)[\]:]", text):
        if mark not in MARKS:
            problem(DOC, line, f"{name}: [{mark}] is no mark of evidence")


def judge_doc(table):
    shown = sections()
    wanted = dict(table)
    names = [name for _, name, _ in shown]
    for name in wanted:
        if names.count(name) != 1:
            problem(DOC, 1, f"{name}: {names.count(name)} sections, not one")
    for line, name, lines in shown:
        if name in wanted:
            judge_section(line, name, lines, wanted[name])
        else:
            problem(DOC, line, f"{name} is no check of {TABLE}")
    if sorted(names) == sorted(wanted) and names != list(wanted):
        problem(DOC, 1, f"another order than in {TABLE}")


def judge_schema(table):
    defs = json.loads(pathlib.Path(SCHEMA).read_text())["$defs"]
    of = defs["fit_check"]["properties"]
    if of["check"]["enum"] != [name for name, _ in table]:
        problem(SCHEMA, 1, f"fit_check.check is not that of {TABLE}")
    if set(of["code"]["enum"]) != {code or None for _, code in table}:
        problem(SCHEMA, 1, f"fit_check.code is not that of {TABLE}")
    levels = re.findall(r'X\(\w+,\s*"([^"]*)"\)', macro("FIT_LEVELS"))
    if defs["fit_result"]["enum"] != levels:
        problem(SCHEMA, 1, f"fit_result is not that of {TABLE}")


found_checks = checks()
judge_doc(found_checks)
judge_schema(found_checks)
