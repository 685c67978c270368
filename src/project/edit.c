/* SPDX-License-Identifier: Apache-2.0 */
/* Settings changed in place. See edit.h.
 *
 * The tree says where each value begins; where it ends is found in the text: a plain scalar is as
 * long as its text, a quoted one and a list or map in brackets end with their closing character.
 * Whatever the cut was, the result is read again and must say what was asked for. */
#include "project/edit.h"

#include <string.h>

#include "base/text.h"
#include "project/project.h"
#include "project/yaml_tree.h"

#define TEXT_MAX_BYTES ((size_t)4 * MOTE_PROJECT_MAX_BYTES)
#define NAME_BYTES     64

typedef struct {
    const char *text;
    const mote_yaml_node *root; /* NULL: the file is empty */
    mote_arena *a;
} document;

static mote_status open_document(const char *text, mote_arena *a, document *out, mote_err *err)
{
    mote_yaml_fault fault = {0};
    const mote_yaml_node *root = NULL;
    mote_status st = mote_yaml_load(text, strlen(text), a, &root, &fault, err);
    if (st == MOTE_PARSE)
        return mote_fail(err, st, MOTE_PROJECT_FILE ":%d:%d: %s", fault.line, fault.column,
                         fault.text);
    MOTE_TRY(st);
    *out = (document){text, root, a};
    return MOTE_OK;
}

/* ---- places ------------------------------------------------------------------------------ */

static const char *line_start(const char *text, int32_t line)
{
    for (int32_t i = 1; i < line; i++) {
        const char *end = strchr(text, '\n');
        if (!end)
            return text + strlen(text);
        text = end + 1;
    }
    return text;
}

/* Columns count characters, not bytes. */
static const char *place_of(const document *d, const mote_yaml_node *node)
{
    const char *s = line_start(d->text, node->line);
    for (int32_t column = 1; column < node->column && *s && *s != '\n'; column++) {
        s++;
        while (((unsigned char)*s & 0xc0) == 0x80)
            s++;
    }
    return s;
}

static const char *end_of_quoted(const char *s)
{
    const char quote = *s++;
    for (; *s; s++) {
        if (*s == '\\' && quote == '"' && s[1])
            s++;
        else if (*s == quote && quote == '\'' && s[1] == quote)
            s++;
        else if (*s == quote)
            return s + 1;
    }
    return s;
}

static const char *end_of_brackets(const char *s)
{
    int depth = 0;
    while (*s) {
        if (*s == '"' || *s == '\'') {
            s = end_of_quoted(s);
            continue;
        }
        depth += *s == '[' || *s == '{';
        depth -= *s == ']' || *s == '}';
        s++;
        if (depth == 0)
            break;
    }
    return s;
}

static bool is_flow(const document *d, const mote_yaml_node *node)
{
    const char c = *place_of(d, node);
    return node->kind != MOTE_YAML_SCALAR && (c == '{' || c == '[');
}

/* Behind the last byte of a value. */
static const char *end_of(const document *d, const mote_yaml_node *node)
{
    const char *at = place_of(d, node);
    if (node->kind != MOTE_YAML_SCALAR && !is_flow(d, node))
        return node->n > 0 ? end_of(d, node->items[node->n - 1]) : at;
    if (node->kind != MOTE_YAML_SCALAR)
        return end_of_brackets(at);
    if (*at == '"' || *at == '\'')
        return end_of_quoted(at);
    return node->is_plain && strncmp(at, node->text, node->len) == 0 ? at + node->len : at;
}

static bool is_nothing(const mote_yaml_node *node)
{
    return !node || (node->kind == MOTE_YAML_SCALAR && node->is_plain && node->len == 0);
}

/* ---- cutting ----------------------------------------------------------------------------- */

/* Put `words` in place of [from, to) of the text. */
static mote_status replace(const document *d, const char *from, const char *to, const char *words,
                           char **out, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, TEXT_MAX_BYTES);
    mote_buf_add(&b, d->text, (size_t)(from - d->text));
    mote_buf_str(&b, words);
    mote_buf_str(&b, to);
    MOTE_TRY(mote_buf_status(&b, err));
    *out = mote_arena_strndup(d->a, b.data ? b.data : "", b.len);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for " MOTE_PROJECT_FILE);
}

/* The begin of the next line; a text without a line feed at its end gets one by the caller. */
static const char *next_line(const char *s)
{
    const char *end = strchr(s, '\n');
    return end ? end + 1 : s + strlen(s);
}

static const char *first_of_line(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

static bool is_note(const char *line, const char *tag)
{
    line += strspn(line, " ");
    if (*line != '#')
        return false;
    line += 1 + strspn(line + 1, " ");
    return mote_str_starts(line, tag) && line[strlen(tag)] == ':';
}

static const char *find_note(const char *text, const char *tag)
{
    for (const char *s = text; *s; s = next_line(s))
        if (is_note(s, tag))
            return s;
    return NULL;
}

const char *mote_edit_note_find(const char *text, const char *tag, mote_arena *a)
{
    const char *s = find_note(text, tag);
    if (!s)
        return NULL;
    s = strchr(s, ':') + 1;
    s += strspn(s, " ");
    size_t n = strcspn(s, "\r\n");
    while (n > 0 && s[n - 1] == ' ')
        n--;
    return mote_arena_strndup(a, s, n);
}

/* The text without the line of the tag, ending with a line feed. */
static mote_status without_note(const char *text, const char *tag, mote_arena *a, char **out,
                                mote_err *err)
{
    document d = {text, NULL, a};
    const char *s = tag ? find_note(text, tag) : NULL;
    size_t n = strlen(text);
    if (s)
        return replace(&d, s, next_line(s), "", out, err);
    const char *end = text + n;
    return replace(&d, end, end, n > 0 && text[n - 1] != '\n' ? "\n" : "", out, err);
}

char *mote_edit_line(const char *text, mote_arena *a)
{
    static const char *const breaks[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    char *out = mote_arena_strdup(a, text);
    for (char *s = out; s && *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            *s = ' ';
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++)
        for (char *s = out ? strstr(out, breaks[i]) : NULL; s; s = strstr(s, breaks[i]))
            memset(s, ' ', strlen(breaks[i]));
    return out;
}

/* Put the note above the line on which `at` is, indented like it. */
static mote_status add_note(const document *d, const char *at, const mote_edit_note *note,
                            char **out, mote_err *err)
{
    const char *line = first_of_line(d->text, at);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    mote_buf_add(&b, line, strspn(line, " "));
    const char *words = mote_edit_line(note->text, d->a);
    if (!words)
        return mote_fail(err, MOTE_NOMEM, "no memory for " MOTE_PROJECT_FILE);
    mote_buf_printf(&b, "# %s: %s\n", note->tag, words);
    MOTE_TRY(mote_buf_status(&b, err));
    return replace(d, line, line, b.data, out, err);
}

/* ---- keys -------------------------------------------------------------------------------- */

static bool split_name(const char **path, char name[NAME_BYTES])
{
    size_t n = strcspn(*path, ".");
    if (!mote_format(name, NAME_BYTES, "%.*s", (int)n, *path))
        return false;
    *path += n + ((*path)[n] == '.');
    return true;
}

static const mote_yaml_node *find_path(const mote_yaml_node *node, const char *path)
{
    char name[NAME_BYTES];
    while (node && *path && split_name(&path, name))
        node = mote_yaml_find(node, name);
    return node;
}

bool mote_edit_has(const char *text, const char *path, mote_arena *a)
{
    document d = {0};
    return open_document(text, a, &d, NULL) == MOTE_OK && !is_nothing(find_path(d.root, path));
}

/* "name: value", or a block in a block: "a:\n  b: value". */
static void add_blocks(mote_buf *b, size_t indent, const char *path, const char *value)
{
    char name[NAME_BYTES] = "";
    while (*path && split_name(&path, name)) {
        mote_buf_printf(b, "%*s%s:%s", (int)indent, "", name, *path ? "\n" : " ");
        indent += 2;
    }
    mote_buf_printf(b, "%s\n", value);
}

/* The same in one line: "a: {b: value}". */
static void add_brackets(mote_buf *b, const char *path, const char *value)
{
    char name[NAME_BYTES] = "";
    int depth = -1;
    for (; *path && split_name(&path, name); depth++)
        mote_buf_printf(b, "%s: %s", name, *path ? "{" : value);
    for (; depth > 0; depth--)
        mote_buf_char(b, '}');
}

/* Put what is left of the path into a map, which has no such key. */
static mote_status add_key(const document *d, const mote_yaml_node *map, const char *path,
                           const char *value, char **out, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    const char *at = d->text + strlen(d->text);
    if (map && is_flow(d, map)) {
        at = map->n > 0 ? end_of(d, map->items[map->n - 1]) : place_of(d, map) + 1;
        mote_buf_str(&b, map->n > 0 ? ", " : "");
        add_brackets(&b, path, value);
    } else if (map && map != d->root) {
        at = next_line(end_of(d, map));
        add_blocks(&b, (size_t)(map->keys[0]->column - 1), path, value);
    } else {
        mote_buf_char(&b, '\n');
        add_blocks(&b, 0, path, value);
    }
    MOTE_TRY(mote_buf_status(&b, err));
    return replace(d, at, at, b.data, out, err);
}

static mote_status set_path(const document *d, const char *path, const char *value, char **out,
                            mote_err *err)
{
    const mote_yaml_node *map = d->root, *node = d->root;
    const mote_yaml_node *key = NULL;
    char name[NAME_BYTES];
    const char *rest = path;
    while (*rest) {
        const char *here = rest;
        if (!split_name(&rest, name))
            return mote_fail(err, MOTE_UNSUPPORTED, "its name is too long");
        if (map && map->kind != MOTE_YAML_MAP)
            return mote_fail(err, MOTE_UNSUPPORTED, "what it is in is no block");
        size_t i = 0;
        while (map && i < map->n && strcmp(map->keys[i]->text, name) != 0)
            i++;
        if (!map || i == map->n)
            return add_key(d, map, here, value, out, err);
        key = map->keys[i];
        node = map->items[i];
        if (*rest && is_nothing(node)) { /* "device:" with nothing below */
            MOTE_SCOPED_BUF b;
            mote_buf_init(&b, 1 << 16);
            add_blocks(&b, (size_t)key->column + 1, rest, value);
            MOTE_TRY(mote_buf_status(&b, err));
            const char *at = next_line(place_of(d, key));
            return replace(d, at, at, b.data, out, err);
        }
        map = node;
    }
    if (!key || (node->kind != MOTE_YAML_SCALAR && !is_flow(d, node)))
        return mote_fail(err, MOTE_UNSUPPORTED, "its value is a block");
    if (is_nothing(node)) {
        const char *at = strchr(place_of(d, key), ':');
        const char *words = mote_arena_printf(d->a, " %s", value);
        return at && words ? replace(d, at + 1, at + 1, words, out, err)
                           : mote_fail(err, MOTE_UNSUPPORTED, "its value was not found");
    }
    return replace(d, place_of(d, node), end_of(d, node), value, out, err);
}

/* Do the two say the same? */
static bool is_same_value(const mote_yaml_node *a, const mote_yaml_node *b)
{
    if (!a || !b || a->kind != b->kind || a->n != b->n || strcmp(a->text, b->text) != 0)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!is_same_value(a->items[i], b->items[i]))
            return false;
    return true;
}

static mote_status check_set(const char *text, const char *path, const char *value, mote_arena *a,
                             document *out, mote_err *err)
{
    document wanted = {0};
    MOTE_TRY(open_document(text, a, out, err));
    MOTE_TRY(open_document(value, a, &wanted, err));
    return is_same_value(find_path(out->root, path), wanted.root)
               ? MOTE_OK
               : mote_fail(err, MOTE_UNSUPPORTED, "the file would not say it");
}

static mote_status set_and_check(mote_editor *e, const char *path, const char *value,
                                 const mote_edit_note *note, mote_err *err)
{
    document d = {0};
    char *bare = NULL, *next = NULL;
    MOTE_TRY(without_note(e->text, note->tag, e->a, &bare, err));
    MOTE_TRY(open_document(bare, e->a, &d, err));
    MOTE_TRY(set_path(&d, path, value, &next, err));
    MOTE_TRY(check_set(next, path, value, e->a, &d, err));
    if (note->tag)
        MOTE_TRY(add_note(&d, place_of(&d, find_path(d.root, path)), note, &next, err));
    e->text = next;
    return MOTE_OK;
}

mote_status mote_edit_set(mote_editor *e, const char *path, const char *value,
                          const mote_edit_note *note, mote_err *err)
{
    static const mote_edit_note none = {0};
    mote_err why = {0};
    mote_status st = set_and_check(e, path, value, note ? note : &none, &why);
    if (st == MOTE_UNSUPPORTED)
        return mote_fail(
            err, st, "'%s' cannot be set in this " MOTE_PROJECT_FILE " (%s): set it to %s by hand",
            path, why.text, value);
    return st == MOTE_OK ? st : mote_fail(err, st, "%s", why.text);
}

/* ---- requirements ------------------------------------------------------------------------ */

static const mote_yaml_node *find_entry(const document *d, const mote_edit_requirement *q)
{
    const mote_yaml_node *list = mote_yaml_find(d->root, "requirements");
    for (size_t i = 0; list && list->kind == MOTE_YAML_LIST && i < list->n; i++) {
        const mote_yaml_node *name = mote_yaml_find(list->items[i], "metric");
        if (name && strcmp(name->text, q->metric) == 0 && !mote_yaml_find(list->items[i], "slice"))
            return list->items[i];
    }
    return NULL;
}

/* One key of an entry: another value, or a line (in brackets: a pair) of its own behind the last.
 */
static mote_status set_in_entry(mote_editor *e, const mote_edit_requirement *q, const char *name,
                                const char *value, mote_err *err)
{
    document d = {0};
    char *next = NULL;
    MOTE_TRY(open_document(e->text, e->a, &d, err));
    const mote_yaml_node *entry = find_entry(&d, q), *node = mote_yaml_find(entry, name);
    if (!entry)
        return mote_fail(err, MOTE_UNSUPPORTED, "the entry was not found");
    if (node)
        MOTE_TRY(replace(&d, place_of(&d, node), end_of(&d, node), value, &next, err));
    else
        MOTE_TRY(add_key(&d, entry, name, value, &next, err));
    e->text = next;
    return MOTE_OK;
}

static mote_status add_entry(const document *d, const mote_edit_requirement *q, char **out,
                             mote_err *err)
{
    const mote_yaml_node *list = mote_yaml_find(d->root, "requirements");
    const char *at = d->text + strlen(d->text);
    int32_t indent = 2;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 12);
    if (!is_nothing(list) && (list->kind != MOTE_YAML_LIST || is_flow(d, list)))
        return mote_fail(err, MOTE_UNSUPPORTED, "the requirements are in brackets");
    if (!is_nothing(list)) { /* behind the last entry, which begins two columns before its keys */
        at = next_line(end_of(d, list));
        indent = list->column - 1;
    } else if (list) {
        at = next_line(place_of(d, list));
    } else {
        mote_buf_str(&b, "\nrequirements:\n");
    }
    mote_buf_printf(&b, "%*s- metric: %s\n%*s  %s: %s\n", (int)indent, "", q->metric, (int)indent,
                    "", q->limit_key, q->limit);
    MOTE_TRY(mote_buf_status(&b, err));
    return replace(d, at, at, b.data, out, err);
}

static bool says(const mote_yaml_node *entry, const char *name, const char *value)
{
    const mote_yaml_node *node = mote_yaml_find(entry, name);
    return !value || (node && strcmp(node->text, value) == 0);
}

static mote_status require(mote_editor *e, const mote_edit_requirement *q,
                           const mote_edit_note *note, mote_err *err)
{
    document d = {0};
    char *next = NULL;
    MOTE_TRY(without_note(e->text, note->tag, e->a, &next, err));
    MOTE_TRY(open_document(next, e->a, &d, err));
    const bool is_there = find_entry(&d, q) != NULL;
    if (!is_there && !q->limit)
        return mote_fail(err, MOTE_NOT_FOUND, "no requirement speaks of '%s'", q->metric);
    if (!is_there)
        MOTE_TRY(add_entry(&d, q, &next, err));
    mote_editor work = {e->a, next};
    if (is_there && q->limit)
        MOTE_TRY(set_in_entry(&work, q, q->limit_key, q->limit, err));
    if (q->where)
        MOTE_TRY(set_in_entry(&work, q, "where", q->where, err));
    MOTE_TRY(open_document(work.text, e->a, &d, err));
    const mote_yaml_node *entry = find_entry(&d, q);
    if (!mote_yaml_find(entry, q->limit_key) || !says(entry, q->limit_key, q->limit) ||
        !says(entry, "where", q->where))
        return mote_fail(err, MOTE_UNSUPPORTED, "the file would not say it");
    if (note->tag) {
        MOTE_TRY(add_note(&d, place_of(&d, entry), note, &next, err));
        work.text = next;
    }
    *e = work;
    return MOTE_OK;
}

mote_status mote_edit_require(mote_editor *e, const mote_edit_requirement *q,
                              const mote_edit_note *note, mote_err *err)
{
    static const mote_edit_note none = {0};
    mote_err why = {0};
    mote_status st = require(e, q, note ? note : &none, &why);
    if (st == MOTE_UNSUPPORTED)
        return mote_fail(err, st,
                         "the requirement on '%s' cannot be written into this " MOTE_PROJECT_FILE
                         " (%s): write it by hand",
                         q->metric, why.text);
    return st == MOTE_OK ? st : mote_fail(err, st, "%s", why.text);
}
