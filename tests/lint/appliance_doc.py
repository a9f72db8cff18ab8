#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the table of docs/appliance.md with src/cluster/tables/commands.yaml
and with the readers that the headers declare."""

import pathlib
import re
import sys

import yaml

MARKS = {"verbatim", "code", "derived", "unseen"}


def rows_of(text):
    """Cells of the table under "## Commands"."""
    part = text.split("\n## Commands\n", 1)
    if len(part) != 2:
        return []
    rows = []
    for line in part[1].split("\n## ", 1)[0].splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| id |")):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def judge_row(row, command, readers):
    """Yields what is wrong with one row."""
    if len(row) != 6:
        yield "has not six cells"
        return
    name, typed, level, why, read, mark = row
    words = typed.strip("`")
    line = command["line"]
    if typed != f"`{words}`" or not (line + " ").startswith(words + " "):
        yield f"{typed} is not the line {line}"
    if level not in ("0", "1", "4"):
        yield f"level {level}"
    if not why or not read:
        yield "says nothing"
    for reader in re.findall(r"`((?:said|database)_\w+)`", read):
        if reader not in readers:
            yield f"there is no {reader}()"
    if mark not in MARKS:
        yield f"no such mark: {mark}"


def main():
    folder = pathlib.Path("src/cluster")
    commands = yaml.safe_load((folder / "tables/commands.yaml").read_text())
    commands = {c["id"]: c for c in commands["commands"]}
    readers = set()
    for header in ("said.h", "database.h"):
        readers |= set(
            re.findall(r"enum err (\w+)\(", (folder / header).read_text())
        )
    doc = pathlib.Path("docs/appliance.md").read_text()
    rows = rows_of(doc)
    wrong = []
    ids = [row[0] for row in rows]
    if ids != list(commands):
        wrong.append(
            "its rows are not the commands of the table, in their order: "
            + " ".join(sorted(set(ids) ^ set(commands)) or ["order"])
        )
    for row in rows:
        if row[0] in commands:
            for what in judge_row(row, commands[row[0]], readers):
                wrong.append(f"{row[0]}: {what}")
    for reader in sorted(readers):
        if f"`{reader}`" not in doc and reader not in ("said_rows",):
            wrong.append(f"it does not name {reader}()")
    for what in wrong:
        print(f"docs/appliance.md: {what}")
    return 1 if wrong else 0


sys.exit(main())
