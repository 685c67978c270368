/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of Common Voice (tab-separated) and of the Multilingual Spoken Words Corpus (commas, with
 * quotes where a cell holds one): see layout.h. The columns are found by their names. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/unicode.h"
#include "data/layout.h"

#define MAX_COLUMNS 64
#define LONGEST_ID  32 /* of a speaker: 32 of the 128 digits tell them apart */

/* Columns of both tables; -1: not there. */
typedef struct {
    int path, label, group, valid, set;
} columns;

typedef struct {
    const char *name; /* of the file, without folders */
    const char *text;
    size_t n, at;
    size_t line;
    char separator;
    columns columns; /* of its head; kind NONE: it is not the head of a layout */
    mote_layout_kind kind;
    char cells[MAX_COLUMNS][512]; /* of the line that was read; longer cells are cut */
    size_t n_cells;
} table;

static void put_cell_char(table *t, size_t *len, char c)
{
    if (t->n_cells < MAX_COLUMNS && *len + 1 < sizeof t->cells[0])
        t->cells[t->n_cells][(*len)++] = c;
}

/* Take the next line apart; false at the end. A quote is one only in a table of commas. */
static bool next_line(table *t)
{
    if (t->at >= t->n)
        return false;
    t->line++;
    t->n_cells = 0;
    size_t len = 0;
    bool quoted = false, more = true;
    while (more) {
        char c = t->at < t->n ? t->text[t->at] : '\n';
        t->at++;
        bool is_quote = t->separator == ',' && c == '"';
        if (quoted && is_quote && t->at < t->n && t->text[t->at] == '"') {
            put_cell_char(t, &len, '"');
            t->at++;
        } else if (is_quote) {
            quoted = !quoted;
        } else if ((c == t->separator && !quoted) || (c == '\n' && (!quoted || t->at > t->n))) {
            if (t->n_cells < MAX_COLUMNS) {
                while (len > 0 && c == '\n' && t->cells[t->n_cells][len - 1] == '\r')
                    len--;
                t->cells[t->n_cells++][len] = '\0';
            }
            len = 0;
            more = c != '\n';
        } else if (c != '\0') {
            put_cell_char(t, &len, c);
        }
    }
    return true;
}

static int find_column(const table *t, const char *name)
{
    for (size_t i = 0; i < t->n_cells; i++)
        if (strcmp(t->cells[i], name) == 0)
            return (int)i;
    return -1;
}

static void read_head(table *t)
{
    columns *c = &t->columns;
    t->separator = memchr(t->text, '\t', t->n < 4096 ? t->n : 4096) ? '\t' : ',';
    if (!next_line(t))
        return;
    if (t->separator == '\t') {
        t->kind = MOTE_LAYOUT_COMMON_VOICE;
        *c = (columns){find_column(t, "path"), find_column(t, "sentence"),
                       find_column(t, "client_id"), -1, -1};
    } else {
        t->kind = MOTE_LAYOUT_MSWC;
        *c = (columns){find_column(t, "LINK"), find_column(t, "WORD"), find_column(t, "SPEAKER"),
                       find_column(t, "VALID"), find_column(t, "SET")};
    }
    if (c->path < 0 || c->label < 0 || c->group < 0)
        t->kind = MOTE_LAYOUT_NONE;
}

/* A table whose head is read; owned by the caller (mote_free). NULL: no memory. */
static table *open_table(const mote_file_bytes *file)
{
    table *t = mote_alloc_zero(1, sizeof *t);
    if (!t)
        return NULL;
    t->name = mote_path_base(file->name);
    t->text = file->bytes;
    t->n = file->n;
    if (t->n > 0)
        read_head(t);
    return t;
}

mote_layout_kind mote_layout_of_table(const mote_file_bytes *file)
{
    table *t = open_table(file);
    mote_layout_kind kind = t ? t->kind : MOTE_LAYOUT_NONE;
    mote_free(t);
    return kind;
}

static const char *cell(const table *t, int column)
{
    return column >= 0 && (size_t)column < t->n_cells ? t->cells[column] : "";
}

/* By the name of a set, in a cell ("TRAIN") or at the end of a file's name ("en_dev.csv"). */
static mote_provided_part part_of(const char *name)
{
    static const struct {
        const char *name;
        mote_provided_part part;
    } rows[] = {{"train", MOTE_PROVIDED_TRAIN},
                {"dev", MOTE_PROVIDED_VALIDATION},
                {"valid", MOTE_PROVIDED_VALIDATION},
                {"validation", MOTE_PROVIDED_VALIDATION},
                {"test", MOTE_PROVIDED_TEST}};
    size_t n = strcspn(name, ".");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t k = strlen(rows[i].name);
        bool ends = n >= k && (n == k || name[n - k - 1] == '_');
        for (size_t j = 0; ends && j < k; j++)
            ends = (name[n - k + j] | 0x20) == rows[i].name[j];
        if (ends)
            return rows[i].part;
    }
    return MOTE_N_PROVIDED;
}

/* A sentence of one word, without what ends a sentence; "" when it has several. */
static const char *word_of(char *sentence)
{
    size_t n = strlen(sentence);
    while (n > 0 && strchr(".!?, ", sentence[n - 1]))
        n--;
    sentence[n] = '\0';
    return strchr(sentence, ' ') ? "" : sentence;
}

static mote_status row_of_common_voice(table *t, mote_arena *a, mote_layout_row *row, mote_err *err)
{
    char *sentence = t->cells[t->columns.label], *label = NULL;
    bool is_bad = mote_str_starts(t->name, "invalidated") || mote_str_starts(t->name, "other") ||
                  mote_str_starts(t->name, "reported");
    row->rank = row->part != MOTE_N_PROVIDED ? 2 : is_bad ? 0 : 1;
    if (is_bad)
        row->skipped = "not validated by Common Voice";
    else if (!*word_of(sentence))
        row->skipped = "a sentence of several words";
    else
        MOTE_TRY(mote_text_fold(sentence, a, &label, err));
    row->label = label;
    return MOTE_OK;
}

static mote_status read_row(table *t, mote_arena *a, mote_layout_row *row, mote_err *err)
{
    const columns *c = &t->columns;
    const char *path = cell(t, c->path), *dot = strrchr(mote_path_base(path), '.');
    const char *set = cell(t, c->set), *group = cell(t, c->group);
    *row = (mote_layout_row){.part = part_of(*set ? set : t->name), .rank = 1};
    if (t->kind == MOTE_LAYOUT_COMMON_VOICE) {
        MOTE_TRY(row_of_common_voice(t, a, row, err));
    } else {
        row->label = mote_arena_strdup(a, cell(t, c->label));
        if ((*cell(t, c->valid) | 0x20) == 'f')
            row->skipped = "marked as not valid in its table";
        row->rank = row->part != MOTE_N_PROVIDED ? 2 : 1;
    }
    row->path = mote_arena_strndup(a, path, dot ? (size_t)(dot - path) : strlen(path));
    bool known = *group && strcmp(group, "NA") != 0 && strcmp(group, "None") != 0;
    row->group = known ? mote_arena_strndup(a, group, strnlen(group, LONGEST_ID)) : NULL;
    bool is_short =
        !row->path || (known && !row->group) || (t->kind == MOTE_LAYOUT_MSWC && !row->label);
    return is_short ? mote_fail(err, MOTE_NOMEM, "'%s': line %zu", t->name, t->line) : MOTE_OK;
}

static mote_status read_rows(mote_layout *l, table *t, mote_arena *a, mote_err *err)
{
    if (t->kind == MOTE_LAYOUT_NONE || t->kind != l->kind)
        return mote_fail(err, MOTE_CORRUPT, "'%s': line 1: not the columns that are expected",
                         t->name);
    while (next_line(t)) {
        const columns *c = &t->columns;
        const char *path = cell(t, c->path), *label = cell(t, c->label);
        mote_layout_row row;
        if (!*path || (size_t)c->label >= t->n_cells || !mote_utf8_valid(path, strlen(path)) ||
            !mote_utf8_valid(label, strlen(label)))
            continue;
        MOTE_TRY(read_row(t, a, &row, err));
        MOTE_TRY(mote_layout_add(l, row, err));
    }
    return MOTE_OK;
}

mote_status mote_layout_parse_table(mote_layout *l, const mote_file_bytes *file, mote_arena *a,
                                    mote_err *err)
{
    table *t = open_table(file);
    if (!t)
        return mote_fail(err, MOTE_NOMEM, "'%s'", file->name);
    mote_status st = read_rows(l, t, a, err);
    mote_free(t);
    return st;
}
