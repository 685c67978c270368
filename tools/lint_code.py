# SPDX-License-Identifier: Apache-2.0
"""Rules of tools/lint.py that read what C says: statements of SQL, and who uses a function."""
import re

COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')|/\*.*?\*/|//[^\n]*', flags=re.S)
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def without_comments(text):
    """The text with comments blanked; what looks like one in a string is none."""
    return COMMENT.sub(lambda m: m.group(1) or re.sub(r"[^\n]", " ", m.group()), text)


# ---- SQL that every database understands ----

# The SQLite driver; everything else speaks to all of them.
DRIVER = re.compile(r"src/store/sql_sqlite(_\w+)?\.[ch]$")
IS_SQL = re.compile(r"\b(SELECT|INSERT INTO|INSERT OR|REPLACE INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|"
                    r"CREATE INDEX|PRAGMA|WITH RECURSIVE|WHERE|HAVING|GLOB|ORDER BY|ON CONFLICT)\b")
CALL = r"[^()]*(?:\([^()]*\)[^()]*)*"
NOT_PORTABLE = [
    (r"\bINSERT OR \w+|\bREPLACE INTO\b", "write ON CONFLICT .. DO UPDATE or DO NOTHING"),
    (r"\bGLOB\b|\bLIKE\b|\bREGEXP\b", "compare substr(x, 1, length(?1)) with ?1"),
    (r"\b(rowid|oid|_rowid_)\b", "name the key"),
    (r"\bRETURNING\b", "ask mote_store_last_id"),
    (r"\bjson_\w+\(|->>", "read the document in C"),
    (r"\b(strftime|datetime|julianday|unixepoch|date|time)\(", "times are numbers, made in C"),
    (r"\bPRAGMA\b|\bpragma_|\bsqlite_\w+", "only the driver of SQLite asks SQLite"),
    (r"\b(iif|ifnull|hex|unhex|zeroblob|randomblob|instr|typeof|group_concat|total|printf|quote|likely)\(",
     "write CASE, coalesce, or do it in C"),
    (r"\b(min|max)\(" + CALL + r",", "min and max of two values are CASE WHEN"),
    (r"\b(min|max|sum|avg)\((?!CASE\b)[^()]*(?:[=<>]|IS NULL)", "a comparison is no number: CASE WHEN .. THEN 1 ELSE 0 END"),
    (r"(?:\b(?:WHERE|AND|OR|NOT|WHEN)|(?<!\w)\() ?\?\d+ ?(?:OR\b|AND\b|THEN\b|\)(?! ?,| ?$))", "a number is no condition: compare it"),
    (r"\bIS (NOT )?\?", "IS compares with NULL alone"),
    (r"\bLIMIT -", "give the greatest number"),
    (r"\b(AUTOINCREMENT|WITHOUT ROWID|STRICT)\b", "tables are the driver's affair"),
]


def statements(text):
    """(line, text) of each run of string literals, macros between them left out."""
    code = without_comments(text)
    run = None
    for m in LITERAL.finditer(code):
        if run and re.fullmatch(r"[\s\\]*(?:[A-Z_][A-Z0-9_]*)?[\s\\]*", code[run[1]:m.start()]):
            run = (run[0] + m.group(1), m.end(), run[2])
            continue
        if run:
            yield run[2], run[0]
        run = (m.group(1), m.end(), code[:m.start()].count("\n") + 1)
    if run:
        yield run[2], run[0]


def portable_sql(tree):
    """A statement that only SQLite understands, outside its driver."""
    for name in tree.files("src/", suffixes=(".c", ".h")):
        if DRIVER.search(name):
            continue
        for line, sql in statements(tree.text(name)):
            if not IS_SQL.search(sql):
                continue
            for pattern, remedy in NOT_PORTABLE:
                m = re.search(pattern, sql)
                if m:
                    yield f"{name}:{line}: '{m.group().strip()}' is not in every database's SQL: {remedy}"


# ---- functions that somebody uses ----

NAME = re.compile(r"\b((?:mote|mrt)_\w+)\b")
DECLARED = re.compile(r"^(?!static|typedef|#|\s)[^;{}()#=]*?\b((?:mote|mrt)_\w+)\s*\(", flags=re.M)


SCOPED = re.compile(r"MOTE_SCOPED_(BUF|ARENA) \w+[^;=]*;")
LEAVES = re.compile(r"\breturn\b|\bMOTE_TRY\b|\n}")


def scoped_begins(tree):
    """What is released on leaving a scope must be begun before the first way out of it."""
    for name in tree.files("src/", suffixes=(".c",)):
        code = without_comments("\n".join(tree.lines(name)))
        for m in SCOPED.finditer(code):
            begun = code.find(f"mote_{m.group(1).lower()}_init(", m.end())
            way_out = LEAVES.search(code, m.end())
            if begun < 0 or (way_out and way_out.start() < begun):
                yield (f"{name}:{code[:m.start()].count(chr(10)) + 1}: released on the way out before "
                       f"it is begun: call mote_{m.group(1).lower()}_init at once")


def macro_names(code, function):
    """Macros of a header whose text names the function: who uses them uses it."""
    joined = code.replace("\\\n", "  ")
    return [m.group(1) for m in re.finditer(r"^\s*#\s*define\s+(\w+)(.*)$", joined, flags=re.M)
            if re.search(r"\b" + function + r"\b", m.group(2))]


class Uses:
    def __init__(self, tree):
        self.codes = {n: without_comments(tree.text(n)) for n in tree.files(
            "src/", "device/", "examples/", "bench/",
            suffixes=(".c", ".h", ".def", ".in", ".tmpl", ".S", ".cpp", ".ino"))}
        self.files = {}
        self.pasted = set()
        for name, code in self.codes.items():
            for word in set(re.findall(r"\b[A-Za-z_]\w+", code)):
                self.files.setdefault(word, set()).add(name)
            self.pasted.update(re.findall(r"\b((?:mote|mrt)_\w*?) ?##", code))

    def definers(self, function):
        """The files that say what it does: more than one when targets have their own."""
        body = re.compile(r"^(?!static\b)[A-Za-z][^;{}()#=]*\b" + function + r"\s*\([^;{]*\)\s*\{",
                          flags=re.M)
        return {f for f in self.files.get(function, ()) if f.endswith(".c") and body.search(self.codes[f])}

    def has_user(self, function, header):
        own = self.definers(function) | {header}
        if not own - {header}:
            return True                      # no function of ours: a type, a macro, inline
        words = [function] + macro_names(self.codes[header], function)
        return any(self.files.get(w, set()) - own for w in words) or any(
            function.startswith(p) for p in self.pasted if p not in ("mote_", "mrt_"))


def unused_exports(tree):
    """A function of a header that nobody outside its own files uses; tests do not count."""
    uses = Uses(tree)
    for name in tree.files("src/", "device/", suffixes=(".h",)):
        code = uses.codes[name]
        lines = tree.lines(name)
        for m in DECLARED.finditer(code):
            line = code[:m.start(1)].count("\n")
            near = "\n".join(lines[max(0, line - 3):line + 1])
            if uses.has_user(m.group(1), name) or re.search(r"lint: unused_exports: \w+", near):
                continue
            yield (f"{name}:{line + 1}: nobody outside its own files uses {m.group(1)}: use it, make "
                   "it static, or drop it")
