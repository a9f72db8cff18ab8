#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tests of `ctlsmith cert calendar` need to know without asking ctlsmith.

calendar.py recipe          prints the recipe of a cluster of 16 nodes, for the
                            twin; its bytes are the same every time
calendar.py place FROM TO   puts what the twin made of it into TO, in the folders
                            that an administrator would have
calendar.py events FILE     reads an iCalendar with the icalendar module; prints
                            "UID START SUMMARY" of each event, and refuses what
                            RFC 5545 does
"""
import os
import shutil
import sys

NODES = ["pub"] + [f"sub{n}" for n in range(1, 16)]
KEYS = [f"rsa1024-{c}" for c in "abcdefg"]


def cert(name, key, subject, serial, until, more=""):
    print(f"- name: {name}\n  key: {key}\n  subject: [{subject}]\n"
          f"  serial: {serial}\n  not_before: 2022-01-01T00:00:00Z\n"
          f"  not_after: {until}")
    if more:
        print(f"  {more}")


def recipe():
    print("# A cluster of 16 nodes.\ncerts:")
    for n, node in enumerate(NODES):
        key, byte = KEYS[n % len(KEYS)], f"{n + 16:02X}"
        host = f"CN={node}.lab.example, O=Lab"
        # the publisher's ends soon, the others in spring, a day apart
        until = "2026-12-01T06:00:00Z" if n == 0 else \
            f"2027-03-{n + 1:02}T06:00:00Z"
        cert(f"{node}-CallManager", key, host, f"11:{byte}", until)
        cert(f"{node}-tomcat", key, host, f"12:{byte}",
             f"2028-05-{n + 1:02}T00:00:00Z")
        # one was forgotten
        until = "2026-10-15T12:30:00Z" if node == "sub3" else \
            f"2029-06-{n + 1:02}T00:00:00Z"
        cert(f"{node}-ipsec", key, host, f"13:{byte}", until)
        cert(f"{node}-TVS", key, host, f"14:{byte}",
             f"2030-07-{n + 1:02}T00:00:00Z")
    cert("recovery", "rsa2048-a", "CN=ITLRECOVERY_pub.lab.example, O=Lab",
         "21:01", "2042-01-01T00:00:00Z")
    cert("capf", "rsa2048-b", "CN=CAPF-0a1b2c3d, O=Lab", "22:01",
         "2027-01-15T00:00:00Z", "ca: true")
    for n, until in enumerate(["2026-11-20T00:00:00Z", "2027-03-01T00:00:00Z",
                               "2031-01-01T00:00:00Z"]):
        cert(f"lsc{n}", KEYS[n], f"CN=SEP00112233440{n}, O=Lab",
             f"23:0{n + 1}", until, "issuer: capf")
    for n, until in enumerate(["2024-03-01T00:00:00Z", "2029-03-01T00:00:00Z"]):
        cert(f"token{n}", KEYS[n],
             f"O=Cisco Systems, OU=IPCBU, CN=SAST-ADN0054f50{n}",
             f"24:0{n + 1}", until,
             "issuer_subject: [O=Cisco Systems, CN=Cisco Manufacturing CA]\n"
             "  issuer_key: rsa2048-h")
    cert("maker", "rsa2048-h", "O=Cisco Systems, CN=Cisco Manufacturing CA",
         "25:01", "2029-05-14T20:25:42Z", "ca: true")
    cert("mic", "rsa1024-a", "O=Cisco Systems, CN=CP-7965G-SEP001122334409",
         "26:01", "2029-12-31T00:00:00Z", "issuer: maker")
    cert("ldap", "rsa2048-c", "CN=ldap.lab.example, O=Lab", "27:01",
         "2027-01-30T00:00:00Z")
    cert("stranger", "rsa2048-d", "CN=stranger, O=Else", "28:01",
         "2033-01-01T00:00:00Z")
    print("header: {filename: CTLFile.tlv, digest: sha1, "
          "timestamp: 2026-06-01T00:00:00Z}\nsigner: {record: 1}\nrecords:")
    for name in ["token0", "token1"]:
        print(f"- {{cert: {name}, role: SAST, dialect: token, dns: ''}}")
    for name in ["pub-CallManager", "recovery"]:
        print(f"- {{cert: {name}, role: SAST, dns: pub, ip: 192.0.2.1}}")
    print("- {cert: capf, role: CAPF, dns: pub, ip: 192.0.2.1}")
    for n, node in enumerate(NODES):
        print(f"- {{cert: {node}-CallManager, role: CCM+TFTP, dns: {node}, "
              f"ip: 192.0.2.{n + 1}}}")


def copy(where, name, to, *path):
    target = os.path.join(to, *path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(os.path.join(where, name), target)


def place(where, to):
    copy(where, "CTLFile.tlv", to, "CTLFile.tlv")
    for node in NODES:
        for unit in ["CallManager", "tomcat", "ipsec", "TVS"]:
            copy(where, f"{node}-{unit}.pem", to, node, f"{unit}.pem")
        copy(where, "ldap.pem", to, node, "tomcat-trust", "ldap.pem")
        copy(where, "maker.pem", to, node, "CAPF-trust", "maker.pem")
    copy(where, "capf.pem", to, "pub", "CAPF.pem")
    for name in ["lsc0", "lsc1", "lsc2", "mic", "stranger"]:
        copy(where, f"{name}.pem", to, "others", f"{name}.pem")


def events(name):
    import icalendar
    raw = open(name, "rb").read()
    assert raw.endswith(b"\r\n")
    for line in raw[:-2].split(b"\r\n"):
        assert len(line) <= 75, line
        assert b"\r" not in line and b"\n" not in line, line
        assert not [c for c in line if c < 32], line
        line.decode("utf-8")
    whole = icalendar.Calendar.from_ical(raw)
    assert whole["VERSION"] == "2.0" and whole["PRODID"]
    seen = set()
    for event in whole.walk("VEVENT"):
        assert event["UID"] not in seen
        seen.add(event["UID"])
        assert not event.errors, event.errors
        assert event["DTSTAMP"] and event["DESCRIPTION"]
        for alarm in event.walk("VALARM"):
            assert alarm["ACTION"] == "DISPLAY" and alarm["DESCRIPTION"]
            assert alarm["TRIGGER"].dt.total_seconds() < 0
        print(event["UID"], event["DTSTART"].dt.strftime("%Y%m%dT%H%M%S%Z"),
              len(event.walk("VALARM")), event["SUMMARY"])


if __name__ == "__main__":
    {"recipe": recipe, "place": place, "events": events}[sys.argv[1]](
        *sys.argv[2:])
