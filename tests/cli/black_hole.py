#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""black_hole.py ADDRESS PORT...: until its standard input ends, nothing that is sent
there is answered: each port listens, and its queue is full already."""
import socket
import sys

held = []
for port in sys.argv[2:]:
    listener = socket.create_server((sys.argv[1], int(port)), backlog=0)
    held += [listener, socket.create_connection(listener.getsockname())]
print("ready", flush=True)
sys.stdin.read()
