# SPDX-License-Identifier: Apache-2.0
"""Which of meson's tests of some suites are run, by name or by program.

    meson introspect --tests BUILD | python3 tools/tests_of.py names|programs BUILD SUITE..

MOTE_DRAW=K/N, where it is set: of the tests in the suite 'long' every N-th, the K-th share of them as
HEAD deals them; all others. Programs are relative to the build folder, as ninja wants them.
"""
import json
import os
import subprocess
import sys
import zlib


def drawn(draw):
    """Whether a long test is run: a function of its name."""
    if not draw:
        return lambda name: True
    share, of = map(int, draw.split("/"))
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    return lambda name: (zlib.crc32(f"{head} {name}".encode()) + share) % of == 0


def main():
    what, build, wanted = sys.argv[1], os.path.realpath(sys.argv[2]), set(sys.argv[3:])
    is_drawn = drawn(os.environ.get("MOTE_DRAW"))
    names, programs = [], {"mote"}  # the tests run it as well
    for test in json.load(sys.stdin):
        suites = {suite.split(":")[-1] for suite in test["suite"]}
        if wanted & suites and ("long" not in suites or is_drawn(test["name"])):
            names.append(test["name"])
            programs.add(os.path.relpath(test["cmd"][0], build))
    print(*(names if what == "names" else sorted(programs)))


if __name__ == "__main__":
    main()
