/* SPDX-License-Identifier: Apache-2.0 */
/* What all layouts share, and the lists of Speech Commands: see layout.h. */
#include "data/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

#define LONGEST_PATH 1024

const char *mote_layout_name(mote_layout_kind kind)
{
    static const char *const names[] = {"no layout", "an Edge Impulse export",
                                        "Speech Commands with its lists", "Common Voice",
                                        "the Multilingual Spoken Words Corpus"};
    return names[kind];
}

void mote_layout_init(mote_layout *l, mote_layout_kind kind)
{
    *l = (mote_layout){.kind = kind};
}

void mote_layout_release(mote_layout *l)
{
    mote_free(l->rows);
    mote_layout_init(l, MOTE_LAYOUT_NONE);
}

mote_status mote_layout_add(mote_layout *l, mote_layout_row row, mote_err *err)
{
    if (l->n == l->capacity) {
        size_t capacity = l->capacity ? l->capacity * 2 : 256;
        mote_layout_row *rows = mote_realloc(l->rows, capacity, sizeof *rows);
        if (!rows)
            return mote_fail(err, MOTE_NOMEM, "a layout of %zu recordings", capacity);
        l->rows = rows;
        l->capacity = capacity;
    }
    l->rows[l->n++] = row;
    return MOTE_OK;
}

bool mote_layout_is_name(const char *name)
{
    return mote_str_ends(name, "info.labels") || mote_str_ends(name, "testing_list.txt") ||
           mote_str_ends(name, "validation_list.txt") || mote_str_ends(name, ".tsv") ||
           mote_str_ends(name, ".csv");
}

/* ---- names of splits ------------------------------------------------------------------------- */

/* The part that the word s[0..n) names. */
static mote_provided_part part_of_word(const char *s, size_t n)
{
    static const struct {
        const char *word;
        mote_provided_part part;
    } words[] = {{"train", MOTE_PROVIDED_LEARN},    {"training", MOTE_PROVIDED_LEARN},
                 {"test", MOTE_PROVIDED_TEST},      {"testing", MOTE_PROVIDED_TEST},
                 {"val", MOTE_PROVIDED_VALIDATION}, {"validation", MOTE_PROVIDED_VALIDATION}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *w = words[i].word;
        size_t k = 0;
        while (k < n && w[k] && ((s[k] >= 'A' && s[k] <= 'Z') ? s[k] + 32 : s[k]) == w[k])
            k++;
        if (k == n && !w[k])
            return words[i].part;
    }
    return MOTE_N_PROVIDED;
}

bool mote_layout_is_split_name(const char *name)
{
    return part_of_word(name, strlen(name)) != MOTE_N_PROVIDED;
}

mote_provided_part mote_layout_part_of_names(const char *path, const char *rel)
{
    for (const char *p = rel, *slash; (slash = strchr(p, '/')) != NULL; p = slash + 1) {
        mote_provided_part part = part_of_word(p, (size_t)(slash - p));
        if (part != MOTE_N_PROVIDED)
            return part;
    }
    static const char *const ends[] = {"_TRAIN.", "_TEST."};
    for (size_t i = 0; i < 2; i++) {
        char other[4096];
        const char *at = strstr(mote_path_base(path), ends[i]);
        if (at &&
            mote_format(other, sizeof other, "%.*s%s%s", (int)(at - path), path, ends[1 - i],
                        at + strlen(ends[i])) &&
            mote_path_exists(other))
            return i == 0 ? MOTE_PROVIDED_LEARN : MOTE_PROVIDED_TEST;
    }
    return MOTE_N_PROVIDED;
}

/* ---- Speech Commands ------------------------------------------------------------------------- */

/* A line of a list: "word/speaker_nohash_0.wav". */
static size_t line_of(const char *text, size_t n, size_t at)
{
    const char *end = memchr(text + at, '\n', n - at);
    return end ? (size_t)(end - text) - at : n - at;
}

static bool is_list_line(const char *line, size_t n)
{
    return n > 5 && n < LONGEST_PATH && memchr(line, '/', n) && !memchr(line, '\0', n) &&
           mote_utf8_valid(line, n);
}

static mote_status parse_list(mote_layout *l, const mote_file_bytes *file, mote_arena *a,
                              mote_err *err)
{
    const char *text = file->bytes;
    bool is_test = mote_str_ends(file->name, "testing_list.txt");
    for (size_t at = 0, len; at < file->n; at += len + 1) {
        len = line_of(text, file->n, at);
        size_t used = len > 0 && text[at + len - 1] == '\r' ? len - 1 : len;
        if (!is_list_line(text + at, used))
            continue;
        mote_layout_row row = {.path = mote_arena_strndup(a, text + at, used),
                               .part = is_test ? MOTE_PROVIDED_TEST : MOTE_PROVIDED_VALIDATION,
                               .rank = is_test};
        if (!row.path)
            return mote_fail(err, MOTE_NOMEM, "'%s'", file->name);
        MOTE_TRY(mote_layout_add(l, row, err));
    }
    l->has_extensions = true;
    l->has_test = l->has_test || is_test;
    l->has_validation = l->has_validation || !is_test;
    return MOTE_OK;
}

static mote_file_bytes behind_mark(const mote_file_bytes *file)
{
    size_t mark = mote_utf8_mark(file->bytes, file->n);
    return (mote_file_bytes){file->name, (const char *)file->bytes + mark, file->n - mark};
}

mote_layout_kind mote_layout_of(const mote_file_bytes *file)
{
    const char *base = mote_path_base(file->name);
    const mote_file_bytes text = behind_mark(file);
    if (strcmp(base, "info.labels") == 0)
        return MOTE_LAYOUT_EDGE_IMPULSE;
    if (strcmp(base, "testing_list.txt") != 0 && strcmp(base, "validation_list.txt") != 0)
        return mote_layout_of_table(&text);
    bool is_list = text.n > 0 && is_list_line(text.bytes, line_of(text.bytes, text.n, 0));
    return is_list ? MOTE_LAYOUT_SPEECH_COMMANDS : MOTE_LAYOUT_NONE;
}

mote_status mote_layout_parse(mote_layout *l, const mote_file_bytes *file, mote_arena *a,
                              mote_err *err)
{
    const mote_file_bytes text = behind_mark(file);
    if (l->kind == MOTE_LAYOUT_EDGE_IMPULSE)
        return mote_layout_parse_info_labels(l, &text, a, err);
    if (l->kind == MOTE_LAYOUT_SPEECH_COMMANDS)
        return parse_list(l, &text, a, err);
    return mote_layout_parse_table(l, &text, a, err);
}

/* ---- finding ------------------------------------------------------------------------------- */

static int compare_rows(const void *a, const void *b)
{
    const mote_layout_row *x = a, *y = b;
    int c = strcmp(x->path, y->path);
    return c ? c : (x->rank < y->rank) - (x->rank > y->rank);
}

void mote_layout_finish(mote_layout *l)
{
    if (l->n == 0)
        return;
    qsort(l->rows, l->n, sizeof *l->rows, compare_rows);
    size_t kept = 1;
    for (size_t i = 1; i < l->n; i++)
        if (strcmp(l->rows[i].path, l->rows[kept - 1].path) != 0)
            l->rows[kept++] = l->rows[i];
    l->n = kept;
}

static const mote_layout_row *find_exact(const mote_layout *l, const char *path, size_t n)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        const char *p = l->rows[middle].path;
        int c = strncmp(p, path, n);
        if (c == 0 && p[n] == '\0')
            return &l->rows[middle];
        if (c < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return NULL;
}

const mote_layout_row *mote_layout_find(const mote_layout *l, const char *path)
{
    const char *base = mote_path_base(path), *dot = strrchr(base, '.');
    size_t n = !l->has_extensions && dot && dot > base ? (size_t)(dot - path) : strlen(path);
    const char *two = base; /* the last two parts begin here */
    if (two > path)
        for (two--; two > path && two[-1] != '/';)
            two--;
    const char *starts[] = {path, two, base};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        const mote_layout_row *row = find_exact(l, starts[i], n - (size_t)(starts[i] - path));
        if (row)
            return row;
    }
    return NULL;
}

const char *mote_layout_middle(const char *name, size_t *n)
{
    static const char *const endings[] = {".wav.",  ".flac.", ".ogg.", ".mp3.",
                                          ".json.", ".cbor.", ".csv."};
    const char *first = strchr(name, '.');
    const char *start = first ? first + 1 : name, *end = NULL;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        const char *at = strstr(start, endings[i]);
        if (at && (!end || at < end))
            end = at;
    }
    if (!end)
        end = strrchr(start, '.'); /* '<label>.<name>.<ext>': nothing was added */
    if (!end || end == start) {
        end = strrchr(name, '.'); /* '<name>.<ext>' */
        start = name;
    }
    *n = end ? (size_t)(end - start) : strlen(start);
    return start;
}
