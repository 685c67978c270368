#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Self-test of tools/lint.py: writes a good tree, then breaks one rule at a time in a copy of it and
demands that exactly this rule complains, with the path in the complaint. Run by run_lint.sh.

    check_rules.py LINT FOLDER
"""
import pathlib
import shutil
import subprocess
import sys

HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n/* What it is. */\n"
GOOD = {
    "tools/layers.txt": "# order\nbase\nstore\ngraph\ncli\n",
    "docs/arch/all.md": "Folders.\n\n" + "".join(f"- `{p}`: a file\n" for p in (
        "src/base/text.h", "src/base/text.c", "src/store/store.c",
        "src/store/keyword.c", "src/cli/commands.def",
        "device/mrt_a.c", "device/mrt_a.h", "src/graph/ops.def")),
    "src/base/text.h": HEAD + "#ifndef TEXT_H\n#define TEXT_H\n#endif\n",
    "src/base/text.c": HEAD + '#include "base/text.h"\n\n#include <stdlib.h>\n'
                              "void f(void *p) { free(p); }\nvoid mote_lonely(int x)\n{\n}\n",
    "src/store/store.c": HEAD + '#include "base/text.h"\n#include "device/mrt_a.h"\n'
                                '/* malloc(1) in a comment */ char *s = "free(p) in a string";\n'
                                "void g(struct x *o) { o->free(1); mote_free(o); }\n"
                                "/* a keyword in a comment */ const char *t = \"pcm in a string\";\n",
    "src/store/keyword.c": HEAD + "int n_keywords;\n",
    "src/cli/commands.def": '/* Commands. */\nCMD(train, "train", BUILD, 0, "train")\n',
    "docs/commands/train.md": "# train\n",
    "tests/cli/train.t": "$ true\n",
    "device/mrt_a.h": HEAD + "#ifndef MRT_A_H\n#define MRT_A_H\n#endif\n",
    "device/mrt_a.c": HEAD + '#include "mrt_a.h"\n\n#include <stdint.h>\n',
    "src/graph/ops.def": "/* Operators. */\nOP(1, DENSE, dense)\n",
    "src/graph/ops/dense.c": HEAD + "int x;\n",
    "docs/ops/dense.md": "# dense\n",
}
# rule, file, what is appended to it (None: the file goes away)
BAD = [
    ("layers", "src/base/text.c", '#include "store/store.h"\n'),
    ("layers", "src/store/store.c", '#include "cli/x.h"\n'),
    ("layers", "src/store/store.c", '#include "nowhere/x.h"\n'),
    ("layers", "src/store/store.c", '#include "text.h"\n'),
    ("device_includes", "device/mrt_a.c", '#include "base/text.h"\n'),
    ("device_includes", "device/mrt_a.c", "#include <stdio.h>\n"),
    ("banned_calls", "src/store/store.c", "void h(void) { x = malloc(3); }\n"),
    ("banned_calls", "src/store/store.c", "void h(void) { (void)printf (\"\"); }\n"),
    ("banned_calls", "device/mrt_a.c", "void h(void) { exit(3); }\n"),
    ("command_table", "docs/commands/train.md", None),
    ("command_table", "tests/cli/train.t", None),
    ("operator_table", "docs/ops/dense.md", None),
    ("operator_table", "src/graph/ops/dense.c", None),
    ("operator_table", "src/graph/ops/none.c", HEAD + "int x;\n"),
    ("operator_table", "docs/ops/none.md", "# none\n"),
    ("operator_kinds", "src/store/store.c", "int h(int k) { return k == MOTE_OP_DENSE; }\n"),
    ("map_lines", "docs/arch/all.md", None),
    ("map_lines", "src/store/store.c", None),
    ("file_length", "src/store/store.c", "\n" * 800),
    ("line_length", "src/store/store.c", "/* " + "x" * 98 + " */\n"),
    ("line_length", "src/store/store.c", "\tint x;\n"),
    ("line_length", "src/store/store.c", "int x; \n"),
    ("todo_form", "src/store/store.c", "/* TO" + "DO: later */\n"),
    ("licence", "src/store/new.c", "int x;\n"),
    ("licence", "tools/run", "#!/bin/sh\necho\n"),
    ("include_guards", "src/base/text.h", ""),
    ("scoped_begins", "src/base/text.c",
     "int f(int x)\n{\n    MOTE_SCOPED_BUF b;\n    if (x)\n        return 1;\n"
     "    mote_buf_init(&b, 9);\n    return 0;\n}\n"),
    ("unused_exports", "src/base/text.h", "void mote_lonely(int x);\n"),
    ("portable_sql", "src/store/store.c", 'q = "INSERT OR REPLACE INTO t(a) VALUES (?1)";\n'),
    ("portable_sql", "src/store/store.c", 'q = "INSERT OR IGNORE INTO t(a) "\n    "VALUES (?1)";\n'),
    ("portable_sql", "src/store/store.c", 'q = "SELECT a FROM t WHERE b GLOB ?1";\n'),
    ("portable_sql", "src/store/store.c", 'q = "SELECT rowid FROM t WHERE b = 1";\n'),
    ("portable_sql", "src/store/store.c", 'q = "INSERT INTO t(a) VALUES (?1) RETURNING id";\n'),
    ("portable_sql", "src/store/store.c", 'q = "SELECT json_extract(a, 1) FROM t WHERE b = 1";\n'),
    ("portable_sql", "src/store/store.c", 'q = "SELECT a FROM t WHERE b < strftime(?1)";\n'),
    ("portable_sql", "src/store/store.c", 'q = "PRAGMA foreign_keys = ON";\n'),
    ("portable_sql", "src/store/store.c", 'q = "SELECT max(a, coalesce(b, 0)) FROM t WHERE c = 1";\n'),
    ("portable_sql", "src/store/store.c", 'q = "SELECT a FROM t WHERE (?1 OR b = 2)";\n'),
    ("portable_sql", "src/store/store.c", "q = \"SELECT min(a = 'x') FROM t ORDER BY 1\";\n"),
    ("kind_words", "src/store/store.c", "int n_keywords;\n"),
    ("kind_words", "src/store/store.c", "void h(const short *pcm);\n"),
    ("kind_words", "src/store/store.c", "int mote_audio_rate;\n"),
    ("function_shape", "src/store/store.c", "void h(void)\n{\n" + "    f();\n" * 61 + "}\n"),
    ("function_shape", "src/store/store.c",
     "void h(int a, int b, int c, int d,\n       int e, int f, int g)\n{\n}\n"),
    ("function_shape", "src/store/store.c",
     "void h(void)\n{\n" + "".join("    " * i + "if (x)\n" for i in range(1, 6)) + "}\n"),
    ("function_shape", "tools/lint_allow.txt", "lines src/store/store.c h: it was long once\n"),
]
FIRST_LINE = {"include_guards": HEAD + "int x;\n"}


def write(root, files):
    shutil.rmtree(root, ignore_errors=True)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(lint, root):
    p = subprocess.run([sys.executable, lint, "--root", str(root)], capture_output=True, text=True)
    broken = {line.split(":")[0] for line in p.stdout.split("\n") if ": " in line}
    return p.returncode, broken, p.stdout


def main():
    lint, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    passed = failed = 0
    write(folder, GOOD)
    code, broken, out = run(lint, folder)
    if code == 0 and not broken:
        passed += 1
    else:
        failed += 1
        print("not ok - the good tree:\n" + out)
    for rule, name, text in BAD:
        files = dict(GOOD)
        if text is None:
            del files[name]
        elif rule in FIRST_LINE:
            files[name] = FIRST_LINE[rule]
        else:
            files[name] = files.get(name, "") + text
        if name.endswith("new.c"):
            files["docs/arch/all.md"] += f"- `{name}`: a file\n"
        write(folder, files)
        code, broken, out = run(lint, folder)
        if code == 1 and broken == {rule}:
            passed += 1
        else:
            failed += 1
            print(f"not ok - {rule} in {name}:\n{out}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
