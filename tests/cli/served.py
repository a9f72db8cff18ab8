# SPDX-License-Identifier: Apache-2.0
"""served.py FOLDER READY [CERT KEY]: gives the files of FOLDER to whoever asks, on
127.0.0.1, by TFTP, HTTP and, with a certificate and its key, HTTPS. READY then
has the three ports (0: none), in a line. Ends when standard input does."""
import http.server
import os
import socket
import ssl
import sys
import threading

folder, ready = sys.argv[1:3]
os.chdir(folder)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def web(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def send(name, peer):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    try:
        data = open(name, "rb").read()
    except OSError:
        s.sendto(b"\0\5\0\1no\0", peer)
        return
    for n in range(len(data) // 512 + 1):
        block = data[n * 512:n * 512 + 512]
        s.sendto(b"\0\3" + (n + 1).to_bytes(2, "big") + block, peer)
        s.recvfrom(600)


def tftp(sock):
    while True:
        request, peer = sock.recvfrom(600)
        if request[:2] == b"\0\1":
            name = request[2:].split(b"\0")[0].decode()
            threading.Thread(target=send, args=(name, peer),
                             daemon=True).start()


udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
threading.Thread(target=tftp, args=(udp,), daemon=True).start()
https = 0
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*sys.argv[3:5])
    https = web(tls)
with open(ready + ".new", "w") as f:
    print(udp.getsockname()[1], web(), https, file=f)
os.rename(ready + ".new", ready)
sys.stdin.read()
