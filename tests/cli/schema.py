#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges a JSON document by a schema.

schema.py DOCUMENT SCHEMA: it is as the schema says; what is not is printed.
schema.py --itself SCHEMA: the schema is one.
schema.py --refuses DOCUMENT SCHEMA: each line of standard input is Python that
changes the document, named doc, and the schema refuses what comes of it."""

import copy
import json
import sys

from jsonschema.validators import validator_for


def read(path):
    """The JSON in a file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def problems(document, schema):
    """Yields what the schema has against a document."""
    for error in validator_for(schema)(schema).iter_errors(document):
        where = "/".join(map(str, error.absolute_path))
        yield f"{where}: {error.message}"


def accepted(document, schema, changes):
    """Yields the changes after which the schema still takes the document, and
    those that change nothing."""
    for change in filter(None, map(str.strip, changes)):
        changed = {"doc": copy.deepcopy(document)}
        exec(change, changed)  # pylint: disable=exec-used
        if changed["doc"] == document:
            yield f"changes nothing: {change}"
        elif not any(problems(changed["doc"], schema)):
            yield f"accepted: {change}"


def main(words):
    """0 where all is as it should be."""
    schema = read(words[-1])
    if words[0] == "--itself":
        validator_for(schema).check_schema(schema)
        return 0
    if words[0] == "--refuses":
        found = list(accepted(read(words[1]), schema, sys.stdin))
    else:
        found = list(problems(read(words[0]), schema))
    for problem in found:
        print(problem[:2000])
    return bool(found)


sys.exit(main(sys.argv[1:]))
