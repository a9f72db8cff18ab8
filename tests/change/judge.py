# SPDX-License-Identifier: Apache-2.0
"""What `ctlsmith-lab status --json` says of a change.

judge.py certs <STATUS: a line for each certificate, NODE UNIT SINCE.
judge.py made <STATUS: the same, and a line for each list, NODE list FINGERPRINT.
judge.py wrong BEFORE UNIT... <STATUS: a line for each thing that is not as it
should be: phones that refuse or do not work, nodes with different lists, requests
that are left, services that do not show their certificate, and certificates that
are others than in BEFORE though they are not of a UNIT.
"""
import json
import sys


# Units whose service shows its certificate at a port.
SERVED = {"CallManager", "CAPF", "TVS", "tomcat"}


def certs(status):
    for node in status["nodes"]:
        for unit, cert in sorted(node["certificates"].items()):
            yield node["name"], unit, cert


def lines(status):
    return {f"{node} {unit} {cert['from']}" for node, unit, cert in certs(status)}


def wrong(status, before, units):
    phones = {key: value for key, value in status["phones"].items() if key != "list"}
    bad = [phone for phone in status["phones"]["list"]
           if not phone["off"] and not phone["working"]]
    if (phones["refused"] or phones["trusting"] < phones["total"]
            or phones["working"] < phones["total"] - phones["off"]):
        yield f"phones: {phones} {bad[:2]}"
    given = {node["ctl"] for node in status["nodes"]
             if node["role"] != "presence" and not node["down"]}
    if len(given) != 1:
        yield f"lists: {given}"
    for node, unit, cert in certs(status):
        if cert["csr"]:
            yield f"{node}: a request for {unit} is left"
        if unit in SERVED and not cert["served"]:
            yield f"{node}: {unit} is not served"
    for line in sorted(before ^ lines(status)):
        if line.split()[1] not in units:
            yield f"changed besides: {line}"


def main(what, *args):
    status = json.load(sys.stdin)
    if what == "certs":
        found = sorted(lines(status))
    elif what == "made":
        found = sorted(lines(status)) + [
            f"{node['name']} list {node['ctl']}" for node in status["nodes"]]
    else:
        with open(args[0], encoding="utf-8") as file:
            before = set(file.read().splitlines())
        found = list(wrong(status, before, args[1:]))
    for line in found:
        print(line)


main(*sys.argv[1:])
