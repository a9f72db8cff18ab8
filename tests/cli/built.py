#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tests of `ctlsmith build` need to know of lists without asking ctlsmith.

built.py spec LIST DIR      writes DIR/spec.yaml and the certificates that it
                            names, out of what the twin reads in LIST, and
                            prints the key that signed it, a file
built.py cut LIST DIR       writes DIR/preimage and DIR/signature: LIST without
                            its SIGNATURE, and the value of that
built.py roles LIST         prints "sast ccm+tftp ..."
built.py recipes DIR        writes a recipe for each dialect, digest and size of
                            the signer's key, with a record for each role of
                            RSA and EC certificates
"""
import glob
import json
import os
import subprocess
import sys

ROLES = {0: "sast", 1: "ccm", 2: "ccm+tftp", 3: "tftp", 4: "capf", 5: "srst",
         6: "firewall", 7: "app-server", 21: "tvs"}
CONTAINERS = (3, 7, 9)


def dump(path):
    """Spaces of {tag: value} as the twin reads them: 0 is the header."""
    spaces = {}
    out = subprocess.run([os.environ["TWIN"], "dump", path], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    for line in out.splitlines():
        words = line.split(" ")
        if not words[0].isdigit():
            continue
        spaces.setdefault(int(words[0]), {}).setdefault(
            int(words[3]), bytes.fromhex(words[5]))
    return spaces


def signing_key(public):
    for path in sorted(glob.glob(
            os.environ["SRC"] + "/softhsm-fixtures/keys/rsa*.pem")):
        der = subprocess.run(
            ["openssl", "rsa", "-in", path, "-RSAPublicKey_out", "-outform",
             "DER"], check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout
        if der == public:
            return path
    sys.exit("no key signed this")


def text(value):
    return value.rstrip(b"\0").decode()


def dialect_of(record):
    """As docs/ctl-format.md tells them apart."""
    if record[5].startswith(b"cn="):
        return "token"
    return "appliance" if 2 in record and 8 in record else "builder"


def record_of(record, number, folder, dialects):
    entry = {"role": ROLES[int.from_bytes(record[4], "big")]}
    if 9 in record:
        name = f"{number:02}.der"
        with open(os.path.join(folder, name), "wb") as file:
            file.write(record[9])
        entry["cert"] = name
        if dialects:
            entry["dialect"] = dialect_of(record)
    if text(record.get(2, b"")):
        entry["host"] = text(record[2])
    if 10 in record:
        entry["ip"] = ".".join(map(str, record[10]))
    elif 9 not in record:
        entry["host"] = text(record.get(2, b""))
    return entry


def spec(path, folder, dialects):
    spaces = dump(path)
    head = spaces.pop(0)
    signer = next(r for r in spaces.values() if r[4] == b"\0\0" and
                  r.get(5) == head[6] and r.get(6) == head[5])
    stamp = int.from_bytes(head[15], "big")
    version = ".".join(map(str, head[1]))
    filename = text(head[14])
    whole = {"kind": "itl" if filename.startswith("ITL") else "ctl",
             "digest": {1: "sha1", 3: "sha512"}[head[8][0]],
             "filename": filename, "timestamp": stamp, "version": version,
             "records": [record_of(r, n, folder, dialects)
                         for n, r in sorted(spaces.items())]}
    with open(os.path.join(folder, "spec.yaml"), "w",
              encoding="utf-8") as file:
        json.dump(whole, file, indent=1, ensure_ascii=False)
    with open(os.path.join(folder, "signer.der"), "wb") as file:
        file.write(signer[9])
    print(signing_key(signer[7]))


def cut(path, folder):
    """A walk of its own over the header, up to the signature."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while data[at] != 12:
        at += 3
        if data[at - 3] not in CONTAINERS:
            at += int.from_bytes(data[at - 2:at], "big")
    size = int.from_bytes(data[at + 1:at + 3], "big")
    with open(os.path.join(folder, "preimage"), "wb") as file:
        file.write(data[:at] + data[at + 3 + size:])
    with open(os.path.join(folder, "signature"), "wb") as file:
        file.write(data[at + 3:at + 3 + size])


def recipe(dialect, digest, bits):
    subject = "O=Example, OU=Lab, L=Town, ST=State, C=DE"
    certs = [("ca", "rsa2048-h", "CN=Lab CA", ", ca: true"),
             ("signer", f"rsa{bits}-a", "CN=signer", ""),
             ("other", "rsa1024-d", "CN=ITLRECOVERY_signer", "")]
    certs += [(f"r{code}", f"rsa{size}", f"CN=rsa-{code}", ", issuer: ca")
              for code, size in zip(ROLES, ["2048-b", "2048-c", "2048-d",
                                            "2048-e", "1024-b", "2048-f",
                                            "1024-c", "2048-g", "4096-b"])]
    certs += [(f"e{code}", f"ec{curve}", f"CN=ec-{code}", ", issuer: ca")
              for code, curve in zip(ROLES, ["256-a", "384-a", "256-b",
                                             "384-b"] * 3)]
    lines = ["certs:"]
    for number, (name, key, cn, more) in enumerate(certs):
        # an odd and an even number of digits, with the high bit and without
        serial = ["4A1122", "8B112233", "0C11"][number % 3] + f"{number:02X}"
        lines.append(f"- {{name: {name}, key: {key}, "
                     f"subject: [{cn}, {subject}], serial: '{serial}'{more}}}")
    order = "order: builder, signer_version: '1.0', " \
        if dialect == "builder" else ""
    lines.append(f"header: {{filename: CTLFile.tlv, digest: {digest}, {order}"
                 "timestamp: 2024-05-01T12:00:00Z}")
    lines.append("signer: {record: 1, dialect: " + dialect + "}")
    lines.append("records:")
    for name, code in [("signer", 0), ("other", 0), ("signer", 2)] + \
            [(f"{kind}{code}", code) for code in ROLES for kind in "re"]:
        place = "" if dialect == "builder" else \
            f", dns: host-{code}, ip: 192.0.2.{code}"
        lines.append(f"- {{cert: {name}, dialect: {dialect}, "
                     f"role_code: {code}{place}}}")
    return "\n".join(lines) + "\n"


def recipes(folder):
    for dialect in "appliance", "token", "builder":
        for digest in "sha1", "sha512":
            for bits in 1024, 2048, 4096:
                name = f"{dialect}-{digest}-{bits}.yaml"
                with open(os.path.join(folder, name), "w",
                          encoding="utf-8") as file:
                    file.write(recipe(dialect, digest, bits))


what = sys.argv[1]
if what == "spec":
    spec(sys.argv[2], sys.argv[3], "--dialects" in sys.argv)
elif what == "cut":
    cut(sys.argv[2], sys.argv[3])
elif what == "roles":
    print(*(ROLES[int.from_bytes(space[4], "big")]
            for number, space in sorted(dump(sys.argv[2]).items()) if number))
elif what == "recipes":
    recipes(sys.argv[2])
else:
    sys.exit(__doc__)
