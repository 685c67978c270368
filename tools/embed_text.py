#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write text files as one C source: embed_text.py OUT.c NAME=FILE...

Each becomes `const char NAME[]`, ended by a 0. Bytes as numbers, because C compilers need not
accept string literals over 4095 bytes."""
import pathlib
import sys


def main() -> int:
    text = ["/* Made by tools/embed_text.py; do not edit. */"]
    for pair in sys.argv[2:]:
        name, path = pair.split("=", 1)
        data = pathlib.Path(path).read_bytes() + b"\0"
        if 0 in data[:-1] or any(b > 126 for b in data):
            print(f"embed_text: {path} is not plain ASCII text", file=sys.stderr)
            return 1
        rows = [",".join(str(b) for b in data[k:k + 24]) for k in range(0, len(data), 24)]
        text += [f"extern const char {name}[];", f"const char {name}[] = {{", ",\n".join(rows), "};"]
    pathlib.Path(sys.argv[1]).write_text("\n".join(text) + "\n", encoding="ascii")
    return 0


sys.exit(main())
