#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the program CTLSMITH, or ./planted, says of its commands and
options with its man pages and its completion script."""

import functools
import os
import pathlib
import re
import subprocess

PAGES = pathlib.Path("docs/man")
COMPLETION = "src/cli/completion.c"
SECTIONS = ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS",
            "NOTES", "SEE ALSO")


@functools.cache
def said(words):
    """What the program prints, asked with these words."""
    asked = "./planted" if os.path.exists("planted") else os.environ["CTLSMITH"]
    return subprocess.run([asked, *words.split()], check=False, text=True,
                          stdout=subprocess.PIPE).stdout


def part_of_help(command, title):
    """The lines below "TITLE:" in the help of a command."""
    part = re.search(rf"^{title}:.*\n((?:.+\n)*)", said(f"{command} --help"),
                     re.M)
    return part[1].splitlines() if part else []


def commands(group):
    """The commands that the help of a group lists; it may be ""."""
    return [line.split()[0] for line in part_of_help(group, "Commands")]


def leaves(group):
    """The commands below a group that are no groups: "list", "pin change"."""
    found = []
    for sub in commands(group):
        inner = leaves(f"{group} {sub}")
        found += [f"{sub} {leaf}" for leaf in inner] or [sub]
    return found


def help_options(command):
    """ "--kind KIND", "--json" or "-o, --output DIR" for each option."""
    option = re.compile(r"  ((?:-[a-z], )?--[a-z0-9-]+(?: [A-Z][^ ]*)?)")
    found = map(option.match, part_of_help(command, "Options"))
    return [match[1] for match in found if match]


def page_options(page, part):
    """The options of the section OPTIONS, and of the part of COMMANDS."""
    found = []
    section = mine = ""
    for line in page.splitlines():
        if line.startswith("# "):
            section = line[2:]
        if line.startswith("#"):
            mine = section == "COMMANDS" and line == f"## {part}"
        if line.startswith("*-") and (section.startswith("OPTIONS") or mine):
            found.append(re.sub(r"[*_]", "", line))
    return found


def parts_of_page(page):
    """What the parts of the section COMMANDS are called."""
    section = re.search(r"^# COMMANDS.*\n((?:(?!# ).*\n)*)", page, re.M)
    return re.findall(r"^## (.*)$", section[1], re.M) if section else []


def completed(pattern):
    """The words that the completion script has where the pattern fits."""
    found = re.search(pattern, said("completion bash"), re.M)
    return found[1].split() if found else []


def differ(where, what, left, right):
    """Yields what only one of two lists has."""
    for word in sorted(set(left) - set(right)):
        yield f"{where}:1: {what} alone has {word}"
    for word in sorted(set(right) - set(left)):
        yield f"{where}:1: {what} does not have {word}"


def judge_options(path, page, command, part):
    """The options of a command are those of its page, and are completed."""
    options = help_options(command)
    if not options:
        yield f"ctlsmith:1: {command} --help lists no options"
    yield from differ(path, f"the page on {command}",
                      page_options(page, part), options)
    yield from differ(COMPLETION, f"the completion of {command}",
                      completed(rf"^\t'{command}'\) opts='([^']*)'"),
                      [re.search(r"--[a-z0-9-]+", option)[0]
                       for option in options])
    if not re.search(rf"^\*ctlsmith {command}\*", page, re.M):
        yield f"{path}:1: no synopsis of ctlsmith {command}"


def judge_names(group):
    """Each word behind a group, and behind those in it, is completed."""
    yield from differ(COMPLETION, f"the completion of {group}",
                      completed(rf"^\t\t'{group}'\) names='([^']*)'"),
                      commands(group) + ["--help"])
    for sub in commands(group):
        if commands(f"{group} {sub}"):
            yield from judge_names(f"{group} {sub}")


def judge_command(command, overview):
    """A command has a page, which tells of all that it has."""
    path = PAGES / f"ctlsmith-{command}.1.scd"
    if f"*{command}*" not in overview.splitlines():
        yield f"{PAGES}/ctlsmith.1.scd:1: the command {command} is not in it"
    if not path.exists():
        yield f"{path}:1: the command {command} has no page"
        return
    page = path.read_text()
    if not commands(command):
        yield from judge_options(path, page, command, "")
        return
    yield from differ(path, "the page", parts_of_page(page), leaves(command))
    yield from judge_names(command)
    for leaf in leaves(command):
        yield from judge_options(path, page, f"{command} {leaf}", leaf)


def judge_pages(names):
    """Each page has a command, but that of ctlsmith-lab, a program, and the
    sections that all have."""
    for path in sorted(PAGES.glob("*.scd")):
        name = path.name.removeprefix("ctlsmith-").removesuffix(".1.scd")
        if path.name.startswith("ctlsmith-") and name not in names + ["lab"]:
            yield f"{path}:1: there is no such command"
        lines = path.read_text().splitlines()
        for section in SECTIONS:
            if f"# {section}" not in lines:
                yield f"{path}:1: no section {section}"


def judge():
    """Yields all that does not agree."""
    names = commands("")
    if not names:
        yield "ctlsmith:1: --help lists no commands"
    overview = (PAGES / "ctlsmith.1.scd").read_text()
    for command in names:
        yield from judge_command(command, overview)
    yield from judge_pages(names)
    yield from differ(COMPLETION, "the completion",
                      completed(r"^\tlocal names='(.*)'$"),
                      names + ["help", "--help", "--version"])


for problem in judge():
    print(problem)
