#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the schema files as one C table: embed_sql.py OUT.c FILE.sql...

Bytes as numbers, because C compilers need not accept string literals over 4095 bytes."""
import pathlib
import sys


def main() -> int:
    out, files = sys.argv[1], [pathlib.Path(f) for f in sys.argv[2:]]
    files.sort(key=lambda f: f.name)
    names = [f.name for f in files]
    if len(set(n.split("_")[0] for n in names)) != len(names):
        print(f"embed_sql: two schema files have the same number: {', '.join(names)}", file=sys.stderr)
        return 1
    bad = [n for n in names if len(n.split("_")[0]) != 3]
    if bad:    # else the order of the names is not that of the numbers
        print(f"embed_sql: a schema file begins with three digits: {', '.join(bad)}", file=sys.stderr)
        return 1
    text = ["/* Made by tools/embed_sql.py from store/schema/; do not edit. */",
            '#include "store/store_internal.h"', ""]
    for i, f in enumerate(files):
        data = f.read_bytes() + b"\0"
        rows = [",".join(str(b) for b in data[k:k + 24]) for k in range(0, len(data), 24)]
        text += [f"static const char sql_{i}[] = {{", ",\n".join(rows), "};"]
    text.append("const mote_schema_file mote_schema_files[] = {")
    for i, f in enumerate(files):
        text.append(f'    {{"{f.stem}", sql_{i}, sizeof sql_{i} - 1}},')
    text += ["};", f"const size_t mote_n_schema_files = {len(files)};", ""]
    pathlib.Path(out).write_text("\n".join(text), encoding="ascii")
    return 0


sys.exit(main())
