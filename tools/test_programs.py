# SPDX-License-Identifier: Apache-2.0
"""The programs of meson's tests of some suites, relative to the build folder, for ninja.

    meson introspect --tests BUILD | python3 tools/test_programs.py BUILD SUITE..
"""
import json
import os
import sys


def main():
    build = os.path.realpath(sys.argv[1])
    wanted = set(sys.argv[2:])
    names = {"mote"}  # the tests run it as well
    for test in json.load(sys.stdin):
        if wanted & {suite.split(":")[-1] for suite in test["suite"]}:
            names.add(os.path.relpath(test["cmd"][0], build))
    print(*sorted(names))


if __name__ == "__main__":
    main()
