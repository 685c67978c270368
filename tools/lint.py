#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of CONTRIBUTING.md that a compiler does not know.

    tools/lint.py [--root DIR]

Each rule is one function: it yields complaints 'path:line: what, and what would mend it'. A rule
with no complaint has passed. The last line is 'N passed, N failed, 0 skipped'. A line may be let
off a rule with a reason: /* lint: RULE: the reason */ in the line or the one before it.
tests/lint holds a small bad tree for every rule.
"""
import argparse
import pathlib
import re
import subprocess
import sys

from lint_code import portable_sql, scoped_begins, unused_exports

C_FILES = (".c", ".h", ".def")
BANNED = """malloc calloc realloc free reallocarray aligned_alloc posix_memalign strdup strndup
sprintf vsprintf strcpy strcat strncpy strncat strtok gets atoi atol atof strtod strtof sscanf
fopen printf exit abort rand srand random time localtime gmtime getenv system popen""".split()
DEVICE_HEADERS = {"stdint.h", "stddef.h", "stdbool.h", "limits.h", "float.h", "string.h", "arm_mve.h"}


class Tree:
    """The files under version control (all files where there is no git), read once."""

    def __init__(self, root):
        self.root = root
        try:
            out = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard", "."],
                                 capture_output=True, check=True).stdout.decode()
            names = [n for n in out.split("\0") if n]
        except (OSError, subprocess.CalledProcessError):
            names = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
        bad = "tests/lint/"          # the bad trees are only looked at as roots of their own
        self.names = sorted(n for n in names if not n.startswith(bad) and (root / n).is_file())
        self.texts = {}

    def text(self, name):
        if name not in self.texts:
            self.texts[name] = (self.root / name).read_text(encoding="utf-8", errors="replace")
        return self.texts[name]

    def lines(self, name):
        return self.text(name).split("\n")

    def files(self, *prefixes, suffixes=C_FILES):
        return [n for n in self.names if n.startswith(prefixes) and n.endswith(suffixes)]


def allowed(lines, i, rule):
    """Is line i (from 0) let off the rule, with a reason?"""
    note = re.compile(r"lint: " + rule + r": \w+")
    return bool(note.search(lines[i]) or (i > 0 and note.search(lines[i - 1])))


def code_only(text):
    """The text with comments, strings and characters blanked, line ends kept."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def blank(m):
        return re.sub(r"[^\n]", " ", m.group())
    return re.sub(pattern, blank, text, flags=re.S)


def includes(tree, name):
    for i, line in enumerate(tree.lines(name)):
        m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if m:
            yield i + 1, m.group(1) == '"', m.group(2)


def layers(tree):
    """An include goes up or to a folder that is not in tools/layers.txt."""
    order = [w for w in tree.text("tools/layers.txt").split("\n") if w and not w.startswith("#")]
    for name in tree.files("src/"):
        folder = name.split("/")[1]
        if "/firmware/" in name:         # part of the generated project, beside generated headers
            continue
        if folder not in order:
            yield f"{name}:1: the folder '{folder}' is not in tools/layers.txt"
            continue
        for line, quoted, path in includes(tree, name):
            other = path.split("/")[0]
            if not quoted or other in (folder, "device"):
                continue
            if "/" not in path:
                yield f"{name}:{line}: write the include '{path}' from src/ ('{folder}/{path}')"
            elif other not in order:
                yield f"{name}:{line}: '{path}' is in no folder of tools/layers.txt"
            elif order.index(other) > order.index(folder):
                yield f"{name}:{line}: '{folder}' may not include '{other}', which is above it"


def device_includes(tree):
    """The device runtime includes anything but itself and freestanding headers."""
    for name in tree.files("device/"):
        for line, quoted, path in includes(tree, name):
            if quoted:
                here = (tree.root / name).parent / path
                if not here.is_file() and not (tree.root / path).is_file() \
                        and not (tree.root / "device" / path).is_file() or path.startswith("../src"):
                    yield f"{name}:{line}: device/ may not include '{path}'"
            elif path not in DEVICE_HEADERS:
                yield f"{name}:{line}: device/ may not include <{path}>"


def banned_calls(tree):
    """A call that src/base has in a safe form."""
    call = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for name in tree.files("src/", "device/"):
        if name.startswith("src/base/"):
            continue
        lines = tree.lines(name)
        for i, line in enumerate(code_only(tree.text(name)).split("\n")):
            m = call.search(line)
            if m and not allowed(lines, i, "banned_calls"):
                yield f"{name}:{i + 1}: '{m.group(1)}' is banned; src/base has the safe form"


def rows(tree, name, macro):
    for m in re.finditer(r"^" + macro + r"\(([^,]+),([^,]*)", code_only(tree.text(name)), flags=re.M):
        yield tree.text(name)[:m.start()].count("\n") + 1, m.group(1).strip(), m.group(2).strip()


def command_table(tree):
    """A row of commands.def without its page or its transcript."""
    table = "src/cli/commands.def"
    if table not in tree.names:
        return
    text = tree.text(table)
    for m in re.finditer(r'^CMD\((\w+),\s*"(\w+)', text, flags=re.M):
        line, name, family = text[:m.start()].count("\n") + 1, m.group(1), m.group(2)
        for wanted in (f"docs/commands/{family}.md", f"tests/cli/{family}.t"):
            if wanted not in tree.names:
                yield f"{table}:{line}: '{name}' has no {wanted}"


OPERATORS = "src/graph/ops.def"


def operator_table(tree):
    """An operator without its file or its page; a file or a page without its operator."""
    if OPERATORS not in tree.names:
        return
    known = set()
    for line, _, kind in rows(tree, OPERATORS, "OP"):
        name = kind.lower()
        known.add(name)
        for wanted in (f"src/graph/ops/{name}.c", f"docs/ops/{name}.md"):
            if wanted not in tree.names:
                yield f"{OPERATORS}:{line}: '{kind}' has no {wanted}"
    for folder, suffix in (("src/graph/ops/", ".c"), ("docs/ops/", ".md")):
        for path in sorted(n for n in tree.names if n.startswith(folder) and n.endswith(suffix)):
            if path[len(folder):-len(suffix)] not in known | {"common"}:
                yield f"{path}:1: belongs to no operator of {OPERATORS}"


def operator_kinds(tree):
    """A decision by the kind of an operator: its class (graph/op.h) or a table by kind has it."""
    decision = re.compile(r"\bcase MOTE_OP_|[=!]= *MOTE_OP_(?!NONE\b)")
    for name in tree.files("src/"):
        for i, line in enumerate(code_only(tree.text(name)).split("\n")):
            if decision.search(line) and not allowed(tree.lines(name), i, "operator_kinds"):
                yield f"{name}:{i + 1}: ask the operator's class instead of its kind"


def map_lines(tree):
    """A source file without its line in the map (ARCHITECTURE.md, docs/arch/)."""
    pages = [n for n in tree.names if n == "ARCHITECTURE.md" or n.startswith("docs/arch/")]
    known = set()
    for page in pages:
        for entry in re.findall(r"^- (`[^:]*):", tree.text(page), flags=re.M):
            known.update(re.findall(r"`([^`]+)`", entry))
    sources = tree.files("src/", "device/", suffixes=C_FILES + (".sql", ".ts", ".html"))
    for name in sources:
        if name.startswith("src/graph/ops/") and name.endswith(".c") and "common" not in name:
            continue  # an operator's page is its line: operator_table
        if name not in known:
            yield f"{name}:1: has no line '- `{name}`: what it is' in docs/arch/"
    for name in sorted(known):
        if name.startswith(("src/", "device/")) and not (tree.root / name).exists():
            yield f"docs/arch: '{name}' is on the map but not there"


def file_length(tree):
    """A file of more than 800 lines."""
    for name in tree.files("src/", "device/", "tests/"):
        n = len(tree.lines(name)) - 1
        if n > 800:
            yield f"{name}:1: {n} lines, 800 are the limit; cut it where it holds two things"


def line_length(tree):
    """A line of more than 100 columns, a tab, a blank at the end."""
    for name in tree.files("src/", "device/", "tests/"):
        for i, line in enumerate(tree.lines(name)):
            if len(line) > 100:
                yield f"{name}:{i + 1}: {len(line)} columns, 100 are the limit"
            if "\t" in line:
                yield f"{name}:{i + 1}: a tab; indent by 4 spaces"
            if line.endswith(" "):
                yield f"{name}:{i + 1}: blanks at the end of the line"


def licence(tree):
    """A source file that does not start with the SPDX line and a comment on what it is."""
    for name in tree.files("src/", "device/", "tests/"):
        lines = tree.lines(name)
        if name.endswith(".def"):
            if not lines[0].startswith("/*"):
                yield f"{name}:1: does not start with a comment on what it is"
        elif lines[0] != "/* SPDX-License-Identifier: Apache-2.0 */":
            yield f"{name}:1: does not start with /* SPDX-License-Identifier: Apache-2.0 */"
        elif len(lines) < 2 or not lines[1].startswith("/*"):
            yield f"{name}:2: no comment on what the file is follows the licence"
    for name in tree.files("tools/", ".ci/", "tests/", suffixes=("",)):
        lines = tree.lines(name)
        if lines[0].startswith("#!") and not any("SPDX-License-Identifier" in x for x in lines[:3]):
            yield f"{name}:2: no SPDX-License-Identifier line"


def todo_form(tree):
    """A TODO without a name and an issue."""
    for name in tree.files("src/", "device/", "tests/"):
        for i, line in enumerate(tree.lines(name)):
            if re.search(r"\b(TODO|FIXME|XXX)\b", line) and not re.search(
                    r"TODO\([a-z.-]+\): .+, #?\d+", line) and "mkstemp" not in line:
                if "XXXXXX" not in line:
                    yield f"{name}:{i + 1}: write it as TODO(name): text, issue"


def count_todos(tree):
    return sum(len(re.findall(r"TODO\(", tree.text(n))) for n in tree.files("src/", "device/"))


def include_guards(tree):
    """A header without an include guard of its own."""
    for name in tree.files("src/", "device/", suffixes=(".h",)):
        if name.endswith("_body.h"):         # included several times on purpose
            continue
        if not re.search(r"^#ifndef (\w+)\n#define \1\b", tree.text(name), flags=re.M):
            yield f"{name}:1: no include guard"


# Files that are a kind's own: the rows of the tables in RESHAPING's sense, and what belongs to sound
# alone.
OWN = re.compile(r"audio|keyword|series|image|table|tasks\.def|archs\.def|kinds\.def|sources\.def|inputs\.def|"
                 r"frontends\.def|templates\.def|mfcc|logmel|wav|sound|speech|synth|builtin|"
                 r"noise|room|pcm|mrt_frontend")
KIND_WORDS = re.compile(r"keyword|pcm|audio", re.I)


def speaks_of_kinds(tree):
    """The files outside the kinds' own whose code says keyword, pcm or audio."""
    return [n for n in tree.files("src/", "device/")
            if not OWN.search(n.split("/")[-1]) and KIND_WORDS.search(code_only(tree.text(n)))]


def kind_words(tree):
    """Only what is a kind's own speaks of it."""
    for n in speaks_of_kinds(tree):
        yield (f"{n}:1: says keyword, pcm or audio; only a file that is a kind's own may (ask the "
               "row of the kind instead)")


def functions(text):
    """(name, line, lines of the body, parameters, deepest level of control) of each function."""
    lines = code_only(text).split("\n")
    for i, line in enumerate(lines):
        if line != "{":
            continue
        top = i - 1
        while top > 0 and lines[top - 1].strip() and lines[top - 1][-1] not in ";}{" and \
                not lines[top - 1].startswith("#"):
            top -= 1
        head = " ".join(part.strip() for part in lines[top:i])
        name = re.search(r"(\w+)\s*$", head[:max(head.find("("), 0)])
        if not name:
            continue
        depth, n = 0, 1
        args = head[head.find("(") + 1:head.rfind(")")]
        for ch in args:
            depth += (ch in "([") - (ch in ")]")
            n += ch == "," and depth == 0
        end = i
        while end < len(lines) and lines[end] != "}":
            end += 1
        levels = [(len(b) - len(b.lstrip(" "))) // 4 for b in lines[i + 1:end]
                  if re.match(r"\s*(if|for|while|switch|do)\b", b)]
        yield (name.group(1), top + 1, end - i - 1, 0 if args.strip() in ("", "void") else n,
               max(levels, default=0))


def function_shape(tree):
    """At most 60 lines, 6 parameters and 4 levels of control, or a reason in
    tools/lint_allow.txt: 'what path name: the reason'."""
    allow = {}
    for row in (tree.lines("tools/lint_allow.txt") if "tools/lint_allow.txt" in tree.names else []):
        key, _, why = row.partition(": ")
        if why.strip():
            allow[key] = why
    used = set()
    for n in tree.files("src/", "device/", suffixes=(".c", ".h")):
        for name, line, length, params, depth in functions(tree.text(n)):
            for what, got, most in (("lines", length, 60), ("parameters", params, 6),
                                    ("levels", depth, 4)):
                if got <= most:
                    continue
                key = f"{what} {n} {name}"
                used.add(key)
                if key not in allow:
                    yield (f"{n}:{line}: {name} has {got} {what}, {most} are the limit; cut it by "
                           "idea, or give a struct a name")
    for key in sorted(set(allow) - used):
        yield f"tools/lint_allow.txt:1: '{key}' is not needed any more"


RULES = [layers, device_includes, banned_calls, command_table, operator_table, operator_kinds,
         map_lines, file_length, line_length, licence, todo_form, include_guards,
         portable_sql, scoped_begins, unused_exports, kind_words, function_shape]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    tree = Tree(args.root.resolve())
    failed = 0
    for rule in RULES:
        complaints = list(rule(tree))
        failed += bool(complaints)
        for c in complaints:
            print(f"{rule.__name__}: {c}")
    print(f"{count_todos(tree)} TODO")
    print(f"{len(RULES) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
