#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the project in the current folder: the tables of
docs/ctl-format.md and the names in docs/ctlsmith.schema.json are those of
ctl/ctl.h, and each "format N.M" in the code is a section that there is.
Prints each problem as FILE:LINE: TEXT."""

import json
import pathlib
import re

DOC = "docs/ctl-format.md"
SCHEMA = "docs/ctlsmith.schema.json"
HEADER = "ctl/ctl.h"


def problem(file, line, text):
    print(f"{file}:{line}: {text}")


def macro(file, name):
    """The entries X(...) of #define NAME(X), each a list of its arguments,
    strings without their quotes."""
    source = pathlib.Path(file).read_text()
    found = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*\n)", source)
    if not found:
        problem(file, 1, f"no table {name}")
        return []
    return [[argument.strip().strip('"')
             for argument in re.findall(r'"[^"]*"|[^,]+', entry)]
            for entry in re.findall(r'X\(((?:"[^"]*"|[^()"])*)\)',
                                    found.group(1))]


def tables(file, wanted):
    """The markdown tables with a WANTED head: {head: (line, rows)}."""
    result = {}
    head = None
    for number, line in enumerate(
            pathlib.Path(file).read_text().splitlines(), 1):
        if not line.startswith("|"):
            head = None
            continue
        cells = tuple(cell.strip().strip("`")
                      for cell in line.strip("|").split("|"))
        if head is None:
            head = cells
            if head in wanted and head in result:
                problem(file, number, f"a second table {' / '.join(head)}")
            result[head] = (number, [])
        elif not all(re.fullmatch(r"-+", cell) for cell in cells):
            result[head][1].append(cells)
    return result


def compare(file, line, what, shown, real, source):
    """SHOWN, what a document lists, against REAL, what SOURCE has."""
    for row in real:
        if row not in shown:
            problem(file, line, f"{what}: {source} has {row}, which is not here")
    for row in shown:
        if row not in real:
            problem(file, line, f"{what}: {row} is not in {source}")
    if sorted(shown, key=str) == sorted(real, key=str) and shown != real:
        problem(file, line, f"{what}: another order than in {source}")


def shape(name):
    return name.removeprefix("CTL_").lower()


def digest_names():
    return {row[0]: row[1]
            for row in macro("src/pki/digest.h", "DIGEST_LIST")}


def format_tables():
    """{head of a table in DOC: the rows it must have}."""
    digests = digest_names()
    first = {
        ("kind", "what it is"): "CTL_KINDS",
        ("dialect", "written by"): "CTL_DIALECTS",
        ("origin", "when"): "CTL_ORIGINS",
        ("status", "meaning"): "CTL_STATUSES",
        ("anchor", "the key is that of", "it proves"): "CTL_ANCHORS",
    }
    real = {
        ("tag", "name", "shape", "container"): [
            (code, name, shape(kind), "-" if parent == "0" else parent)
            for _, code, name, kind, parent
            in macro(HEADER, "CTL_HEADER_TAGS")],
        ("tag", "name", "shape"): [
            (code, name, shape(kind))
            for _, code, name, kind in macro(HEADER, "CTL_RECORD_TAGS")],
        ("code", "JSON name", "printed"): [
            tuple(row[1:]) for row in macro(HEADER, "CTL_ROLES")],
        ("code", "digest", "printed"): [
            (code, digests.get(which, which), name)
            for code, which, name in macro(HEADER, "CTL_DIGESTS")],
        ("code", "bits"): [
            tuple(row) for row in macro(HEADER, "CTL_MODULI")],
    }
    for head, name in first.items():
        real[head] = [(row[1],) for row in macro(HEADER, name)]
    return real, set(first)


def judge_format():
    real, first_only = format_tables()
    shown = tables(DOC, real)
    for head, rows in real.items():
        if head not in shown:
            problem(DOC, 1, f"no table {' / '.join(head)}")
            continue
        if not rows:
            problem(HEADER, 1, f"nothing found for {' / '.join(head)}")
        line, found = shown[head]
        if head in first_only:
            found = [row[:1] for row in found]
        compare(DOC, line, " / ".join(head), found, rows, HEADER)


def enum_at(schema, *path):
    for key in path:
        schema = schema[key]
    return schema["enum"]


def judge_schema():
    schema = json.loads(pathlib.Path(SCHEMA).read_text())["$defs"]
    record = ("record", "properties")
    digests = digest_names()

    def names(macro_name, column=1):
        return [row[column] for row in macro(HEADER, macro_name)]

    real = {
        ("kind",): names("CTL_KINDS"),
        (*record, "role"): names("CTL_ROLES", 2) + ["unknown"],
        (*record, "function"): names("CTL_ROLES", 3) + [None],
        (*record, "dialect"): names("CTL_DIALECTS"),
        ("origin", "properties", "method"): names("CTL_ORIGINS"),
        ("verification", "properties", "status"): names("CTL_STATUSES"),
        ("verification", "properties", "anchor"): names("CTL_ANCHORS"),
        ("digest",): [digests.get(which, which)
                      for which in names("CTL_DIGESTS")] + [None],
        ("header", "properties", "modulus_bits"):
            [int(bits) for bits in names("CTL_MODULI")] + [None],
        ("error", "properties", "code"):
            [row[1] for row in macro("src/base/diag.h", "ERR_LIST")
             if row[0] != "ERR_OK"],
    }
    for path, values in real.items():
        compare(SCHEMA, 1, path[-1], enum_at(schema, *path), values,
                "the code")


def judge_citations():
    sections = set(re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ",
                              pathlib.Path(DOC).read_text(), re.MULTILINE))
    count = 0
    for folder in ("ctl", "src", "tests", "docs"):
        for file in sorted(pathlib.Path(folder).rglob("*.[chd]*")):
            if file.suffix not in (".c", ".h", ".md", ".scd"):
                continue
            for number, line in enumerate(
                    file.read_text().splitlines(), 1):
                for cited in re.findall(
                        r"\b[Ff]ormats? (\d+(?:\.\d+)?)\b", line):
                    count += 1
                    if cited not in sections:
                        problem(file, number,
                                f"there is no section {cited} in {DOC}")
    if count == 0:
        problem(DOC, 1, "nothing cites it, which cannot be")


judge_format()
judge_schema()
judge_citations()
