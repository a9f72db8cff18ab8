#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""typist.py OUT WORDS=ANSWER... -- COMMAND...: runs the command at a terminal of its
own, with OUT for its standard output, and types ANSWER when the terminal shows
WORDS and then a colon; prints what the terminal showed, and exits as the command
did. Each answer is typed once."""
import os
import pty
import sys

out, rest = sys.argv[1], sys.argv[2:]
at = rest.index("--")
answers = [word.split("=", 1) for word in rest[:at]]
command = rest[at + 1:]
pid, master = pty.fork()
if pid == 0:
    os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), 1)
    os.execv(command[0], command)
seen = fresh = b""
while True:
    try:
        got = os.read(master, 65536)
    except OSError:
        break
    if not got:
        break
    seen += got
    fresh += got
    for pair in answers:
        start = fresh.find(pair[0].encode())
        if start >= 0 and b": " in fresh[start:]:
            fresh = b""
            answers.remove(pair)
            os.write(master, pair[1].encode() + b"\n")
            break
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
