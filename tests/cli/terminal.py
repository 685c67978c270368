#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command on a terminal of its own and presses keys.

    terminal.py [TEXT KEYS].. -- COMMAND..

Waits until TEXT is on the screen (after what was there for the last one), then types KEYS: letters,
'^C' for Ctrl-C. What the command printed is printed without the lines that were written over; the
exit code is the command's."""
import os
import pty
import re
import select
import sys
import time

cut = sys.argv.index("--")
steps = list(zip(sys.argv[1:cut:2], sys.argv[2:cut:2]))
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[cut + 1], sys.argv[cut + 1:])
screen, seen, end = b"", 0, time.time() + 60
while time.time() < end:
    if steps and steps[0][0].encode() in screen[seen:]:
        seen = screen.index(steps[0][0].encode(), seen) + len(steps[0][0])
        os.write(fd, steps.pop(0)[1].replace("^C", "\x03").encode())
    if not select.select([fd], [], [], 0.05)[0]:
        continue
    try:
        piece = os.read(fd, 4096)
    except OSError:
        break
    if not piece:
        break
    screen += piece
else:
    os.kill(pid, 9)
code = os.waitpid(pid, 0)[1]
lines = screen.decode(errors="replace").replace("\r\n", "\n")
print(re.sub(r"[^\n]*\r\x1b\[K", "", lines), end="")
sys.exit(os.waitstatus_to_exitcode(code))
