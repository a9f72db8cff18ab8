#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py COLUMNS OUT COMMAND...: runs the command with a terminal of that many
columns as its standard error, and as its standard output too unless OUT names
a file; prints what the terminal got, and exits as the command did."""
import fcntl
import os
import pty
import struct
import sys
import termios

columns, out, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
pid = os.fork()
if pid == 0:
    os.close(master)
    os.dup2(slave, 2)
    to = slave if out == "-" else os.open(
        out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(to, 1)
    os.execv(command[0], command)
os.close(slave)
while True:
    try:
        got = os.read(master, 65536)
    except OSError:
        break
    if not got:
        break
    sys.stdout.buffer.write(got)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
