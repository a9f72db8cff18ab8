#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""piv.py PORT PIN PUK KEY-9A CERT-9A KEY-9C CERT-9C: a PIV card in a reader.

Connects to vpcd (package vsmartcard-vpcd) on PORT of this machine, which makes
it a card in a reader of pcscd, and answers as much of NIST SP 800-73-4 as
OpenSC asks for: two RSA keys with certificates (PEM), for authentication (9A)
and signature (9C, which wants the PIN before each use), PIN and PUK with three
tries each. SIGUSR1 takes the card out, and the next one puts it in again; its
memory of wrong PINs survives that. Ends with SIGTERM, or with the reader.

The keys are everybody's, so nothing here guards them.
"""
import re
import signal
import socket
import struct
import subprocess
import sys

ATR = bytes.fromhex("3b80800101")
AID = bytes.fromhex("a000000308")
SELECTED = bytes.fromhex("61114f0600001000010079074f05") + AID
DISCOVERY = bytes.fromhex("7e124f0ba0000003080000100001005f2f024000")
FASC_N = bytes.fromhex("d4e739da739ced39ce739d836858210842108421c84210c3eb")
GUID = bytes.fromhex("c715317700000000c0de000000000001")
TRIES = 3

OK = 0x9000
VERIFY_FAILED = 0x63C0  # and the number of tries left
SECURITY = 0x6982
BLOCKED = 0x6983
WRONG_DATA = 0x6A80
NOT_FOUND = 0x6A82
NO_REFERENCE = 0x6A88
NO_SUCH_COMMAND = 0x6D00

MESSAGE_OFF, MESSAGE_ON, MESSAGE_RESET, MESSAGE_ATR = 0, 1, 2, 4


def openssl(*args):
    return subprocess.run(("openssl",) + args, check=True, capture_output=True,
                          stdin=subprocess.DEVNULL).stdout


def tlv(tag, value):
    """Tag in hex; length in BER."""
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(octets)]) + octets
    return bytes.fromhex(tag) + length + value


def parse(data):
    """The values of a sequence of TLVs with tags of one byte, by tag."""
    found = {}
    while data:
        tag, size, data = data[0], data[1], data[2:]
        if size & 0x80:
            octets = size & 0x7F
            size, data = int.from_bytes(data[:octets], "big"), data[octets:]
        found[tag], data = data[:size], data[size:]
    return found


class Key:
    def __init__(self, key, cert, consent):
        text = openssl("rsa", "-in", key, "-noout", "-text").decode()
        self.modulus = self.number(text, "modulus")
        self.exponent = self.number(text, "privateExponent")
        self.size = (self.modulus.bit_length() + 7) // 8
        self.consent = consent  # the PIN before each use
        der = openssl("x509", "-in", cert, "-outform", "DER")
        self.object = tlv("53", tlv("70", der) + tlv("71", b"\0")
                          + tlv("fe", b""))

    @staticmethod
    def number(text, name):
        digits = re.search(rf"^{name}:\n((?:    [0-9a-f:]+\n)+)", text, re.M)
        return int(re.sub(r"[\s:]", "", digits.group(1)), 16)

    def raw(self, block):
        value = pow(int.from_bytes(block, "big"), self.exponent, self.modulus)
        return value.to_bytes(self.size, "big")


class Secret:
    def __init__(self, value):
        self.change(value)

    def change(self, value):
        self.value = value
        self.left = TRIES

    def check(self, value):
        """A status."""
        if self.left == 0:
            return BLOCKED
        if value == self.value:
            self.left = TRIES
            return OK
        self.left -= 1
        return VERIFY_FAILED | self.left if self.left else BLOCKED


def padded(text):
    return text.encode().ljust(8, b"\xff")


class Card:
    def __init__(self, pin, puk, auth, sign):
        self.secrets = {0x80: Secret(padded(pin)), 0x81: Secret(padded(puk))}
        self.keys = {0x9A: auth, 0x9C: sign}
        chuid = (tlv("30", FASC_N) + tlv("34", GUID) + tlv("35", b"20350101")
                 + tlv("3e", b"") + tlv("fe", b""))
        self.objects = {"7e": DISCOVERY, "5fc102": tlv("53", chuid),
                        "5fc105": auth.object, "5fc10a": sign.object}
        self.reset()

    def reset(self):
        self.verified = False  # since the card was put in
        self.consented = False  # by the command before
        self.chain = b""
        self.rest = b""

    def answer(self, apdu):
        """What the card says to a command; long answers come in parts."""
        if len(apdu) < 4:
            return struct.pack(">H", WRONG_DATA)
        cla, ins, p1, p2 = apdu[:4]
        if ins == 0xC0:
            return self.part(OK, apdu[4] if len(apdu) == 5 else 0)
        self.chain += apdu[5:5 + apdu[4]] if len(apdu) > 5 else b""
        if cla & 0x10:
            return struct.pack(">H", OK)
        data, self.chain = self.chain, b""
        command = {0xA4: self.select, 0xCB: self.get_data, 0x20: self.verify,
                   0x24: self.change, 0x2C: self.unblock,
                   0x87: self.authenticate}.get(ins)
        if command is None:
            return struct.pack(">H", NO_SUCH_COMMAND)
        self.rest, status = command(p1, p2, data)
        if ins != 0x20:
            self.consented = False
        return self.part(status, 0)

    def part(self, status, wanted):
        """As much as was asked for; 0 stands for 256."""
        wanted = wanted or 256
        first, self.rest = self.rest[:wanted], self.rest[wanted:]
        if self.rest:
            status = 0x6100 | len(self.rest) if len(self.rest) < 256 else 0x6100
        return first + struct.pack(">H", status)

    def select(self, p1, p2, data):
        if p1 == 4 and data.startswith(AID):
            return SELECTED, OK
        return b"", NOT_FOUND

    def get_data(self, p1, p2, data):
        found = self.objects.get(parse(data).get(0x5C, b"").hex())
        return (b"", NOT_FOUND) if found is None else (found, OK)

    def verify(self, p1, p2, data):
        if p2 != 0x80:
            return b"", NO_REFERENCE
        pin = self.secrets[p2]
        if not data:
            if self.verified:
                return b"", OK
            return b"", VERIFY_FAILED | pin.left if pin.left else BLOCKED
        status = pin.check(data)
        self.verified = self.consented = status == OK
        return b"", status

    def change(self, p1, p2, data):
        if p2 not in self.secrets:
            return b"", NO_REFERENCE
        status = self.secrets[p2].check(data[:8])
        if status == OK:
            self.secrets[p2].change(data[8:16])
        return b"", status

    def unblock(self, p1, p2, data):
        status = self.secrets[0x81].check(data[:8])
        if status == OK:
            self.secrets[0x80].change(data[8:16])
        return b"", status

    def authenticate(self, p1, p2, data):
        key = self.keys.get(p2)
        block = parse(parse(data).get(0x7C, b"")).get(0x81, b"")
        if key is None:
            return b"", NO_REFERENCE
        if len(block) != key.size:
            return b"", WRONG_DATA
        if not (self.consented if key.consent else self.verified):
            return b"", SECURITY
        return tlv("7c", tlv("82", key.raw(block))), OK


class Reader:
    """The connection to vpcd: open while the card is in."""

    def __init__(self, port, card):
        self.port = port
        self.card = card
        self.wanted = True
        self.link = None
        signal.signal(signal.SIGUSR1, self.toggle)

    def toggle(self, *_):
        self.wanted = not self.wanted
        if self.link is not None:
            # what waits for a message gets none
            self.link.shutdown(socket.SHUT_RDWR)

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def send(self, data):
        self.link.sendall(struct.pack(">H", len(data)) + data)

    def serve(self):
        while True:
            message = self.read(*struct.unpack(">H", self.read(2)))
            if len(message) > 1:
                self.send(self.card.answer(message))
            elif message[0] == MESSAGE_ATR:
                self.send(ATR)
            elif message[0] in (MESSAGE_OFF, MESSAGE_ON, MESSAGE_RESET):
                self.card.reset()

    def run(self):
        while True:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
            while not self.wanted:
                signal.sigwait([signal.SIGUSR1])
                self.wanted = True
            self.card.reset()
            self.link = socket.create_connection(("127.0.0.1", self.port))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
            try:
                self.serve()
            except (EOFError, OSError):
                if self.wanted:
                    return
            finally:
                self.link.close()
                self.link = None


def main():
    if len(sys.argv) != 8:
        sys.exit(__doc__.split(":")[0])
    port, pin, puk, *files = sys.argv[1:]
    card = Card(pin, puk, Key(*files[:2], consent=False),
                Key(*files[2:], consent=True))
    Reader(int(port), card).run()


if __name__ == "__main__":
    main()
