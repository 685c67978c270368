/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a data version (docs/formats/data-version.md): writing and reading. Declared in
 * data/version.h.
 *
 *     mote.data 4
 *     seed 0
 *     shares 0.7 0.15 0.15
 *     samples 2
 *     <64 hex> TAB role TAB split TAB duration_us TAB label TAB group [TAB @from-to] [TAB =value]
 *         [TAB #n splits of n rows]
 *     ...
 *
 * Lines end in '\n'; sample lines are sorted by (role, label, hash, group, from), so equal data
 * gives equal bytes. Format 5 has negative recordings. Formats 1 and 2 call an example by another
 * word and have neither spans nor values; a version without rows is written in format 3; format 1
 * holds no words apart. The SHA-256 of the whole is the name of the object, hence no checksum
 * inside. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/version.h"

#define MAX_ROWS 100000000u /* of all files of a version */

/* The splits of rows, three in a character: from '?', 16 times the first, 4 times the second and
 * the third; what is behind the last row is 0. A character that comes n times in a row is written
 * once, and n behind it. */
#define ROWS_FIRST '?'
#define ROWS_EACH  3

static int rows_symbol(const mote_version_item *it, size_t at)
{
    int symbol = 0;
    for (size_t i = at; i < at + ROWS_EACH; i++)
        symbol = 4 * symbol + (i < it->n_rows ? it->rows[i] : 0);
    return symbol;
}

static void write_rows(const mote_version_item *it, mote_buf *out)
{
    mote_buf_printf(out, "\t#%zu ", it->n_rows);
    for (size_t at = 0; at < it->n_rows;) {
        int symbol = rows_symbol(it, at);
        size_t n = 0;
        for (; at < it->n_rows && rows_symbol(it, at) == symbol; at += ROWS_EACH)
            n++;
        mote_buf_char(out, (char)(ROWS_FIRST + symbol));
        if (n > 1)
            mote_buf_printf(out, "%zu", n);
    }
}

static bool has_rows(const mote_data_version *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].rows)
            return true;
    return false;
}

/* "train" of what is not held apart, else "group's split/word's split". */
static void write_split(const mote_version_item *it, mote_buf *out)
{
    if (it->role == MOTE_ROLE_BACKGROUND || it->rows) {
        mote_buf_char(out, '-');
        return;
    }
    mote_buf_str(out, mote_split_name(it->split));
    if (it->is_word)
        mote_buf_printf(out, "/%s", mote_split_name(it->word));
}

mote_status mote_manifest_write(const mote_data_version *v, mote_buf *out, mote_err *err)
{
    mote_buf_printf(out, "mote.data %d\nseed %llu\nshares",
                    v->n_negative > 0 ? 5
                    : has_rows(v)     ? 4
                                      : 3,
                    (unsigned long long)v->seed);
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        mote_buf_char(out, ' ');
        mote_buf_f64(out, v->fractions[i]);
    }
    mote_buf_printf(out, "\nsamples %zu\n", v->n);
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(&it->object, hex);
        mote_buf_printf(out, "%s\t%s\t", hex, mote_data_role_name(it->role));
        write_split(it, out);
        mote_buf_printf(out, "\t%lld\t%s\t%s", (long long)it->duration_us, it->label, it->group);
        if (it->to_us > 0)
            mote_buf_printf(out, "\t@%lld-%lld", (long long)it->from_us, (long long)it->to_us);
        if (!isnan(it->value)) {
            mote_buf_str(out, "\t=");
            mote_buf_f64(out, it->value);
        }
        if (it->rows)
            write_rows(it, out);
        mote_buf_char(out, '\n');
    }
    return mote_buf_status(out, err);
}

/* ---- reading ------------------------------------------------------------------------------- */

typedef struct {
    const char *at, *end;
    size_t line; /* of what is being read, from 1 */
    int format;
    uint64_t n_rows; /* of all files so far */
    mote_arena *arena;
} reader;

typedef struct {
    const char *s;
    size_t n;
} piece;

static mote_status damaged(const reader *r, const char *what, mote_err *err)
{
    return mote_fail(err, MOTE_CORRUPT, "data version: line %zu: %s", r->line, what);
}

static mote_status next_line(reader *r, piece *out, mote_err *err)
{
    r->line++;
    const char *stop = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
    if (!stop)
        return damaged(r, "the text ends too early", err);
    *out = (piece){r->at, (size_t)(stop - r->at)};
    r->at = stop + 1;
    return MOTE_OK;
}

/* The part of *line up to the next `mark` (or all of it), which is cut off. */
static piece cut(piece *line, char mark)
{
    const char *stop = line->n ? memchr(line->s, mark, line->n) : NULL;
    size_t n = stop ? (size_t)(stop - line->s) : line->n;
    piece first = {line->s, n};
    size_t drop = stop ? n + 1 : n;
    line->s += drop;
    line->n -= drop;
    return first;
}

static bool piece_is(piece p, const char *word)
{
    return p.n == strlen(word) && memcmp(p.s, word, p.n) == 0;
}

static mote_status read_header(reader *r, mote_data_version *v, mote_err *err)
{
    piece line;
    MOTE_TRY(next_line(r, &line, err));
    r->format = piece_is(line, "mote.data 5")   ? 5
                : piece_is(line, "mote.data 4") ? 4
                : piece_is(line, "mote.data 3") ? 3
                : piece_is(line, "mote.data 2") ? 2
                : piece_is(line, "mote.data 1") ? 1
                                                : 0;
    if (r->format == 0)
        return damaged(r, "not a data version of format 1, 2, 3, 4 or 5", err);
    MOTE_TRY(next_line(r, &line, err));
    if (!piece_is(cut(&line, ' '), "seed") || !mote_parse_u64(line.s, line.n, &v->seed))
        return damaged(r, "expected 'seed N'", err);
    MOTE_TRY(next_line(r, &line, err));
    if (!piece_is(cut(&line, ' '), "shares"))
        return damaged(r, "expected 'shares'", err);
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        piece number = cut(&line, ' ');
        if (!mote_parse_f64(number.s, number.n, &v->fractions[i]) ||
            !(v->fractions[i] >= 0.0 && v->fractions[i] <= 1.0))
            return damaged(r, "a share is not a number from 0 to 1", err);
    }
    MOTE_TRY(next_line(r, &line, err));
    uint64_t n = 0;
    bool ok = piece_is(cut(&line, ' '), "samples") && mote_parse_u64(line.s, line.n, &n);
    /* The shortest sample line has 64 digits and more: no count can promise more than is there. */
    if (!ok || n > (uint64_t)(r->end - r->at) / 64)
        return damaged(r, "expected 'samples N' and N lines", err);
    v->n = (size_t)n;
    return MOTE_OK;
}

/* Equal neighbours share their text: labels and groups repeat for many lines. */
static mote_status keep(reader *r, piece p, const char *before, const char **out, mote_err *err)
{
    if (p.n == 0 || p.n > MOTE_LABEL_MAX_BYTES || !mote_utf8_valid(p.s, p.n) ||
        memchr(p.s, 0, p.n) || memchr(p.s, '\t', p.n))
        return damaged(r, "a label or group is empty, too long or not UTF-8", err);
    *out = before && piece_is(p, before) ? before : mote_arena_strndup(r->arena, p.s, p.n);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "data version of %zu lines", r->line);
}

static bool parse_split(piece p, mote_split *out)
{
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        *out = (mote_split)i;
        if (piece_is(p, mote_split_name(*out)))
            return true;
    }
    return false;
}

static bool parse_role(const reader *r, piece role, piece split, mote_version_item *it)
{
    if (piece_is(role, "background")) {
        it->role = MOTE_ROLE_BACKGROUND;
        return piece_is(split, "-");
    }
    if (r->format > 4 && piece_is(role, "negative")) {
        it->role = MOTE_ROLE_NEGATIVE;
        return parse_split(split, &it->split) && parse_split(split, &it->word);
    }
    it->role = MOTE_ROLE_EXAMPLE;
    it->is_word = r->format > 1 && split.n > 0 && memchr(split.s, '/', split.n);
    piece group = it->is_word ? cut(&split, '/') : split;
    if (r->format > 3 && piece_is(role, "example") && piece_is(split, "-"))
        return true; /* each row has its own */
    return piece_is(role, r->format < 3 ? "keyword" : "example") &&
           parse_split(group, &it->split) && parse_split(split, &it->word);
}

static void put_rows(mote_version_item *it, size_t at, int symbol)
{
    for (size_t i = 0; i < ROWS_EACH && at + i < it->n_rows; i++)
        it->rows[at + i] = (uint8_t)(symbol >> (2 * (ROWS_EACH - 1 - (int)i)) & 3);
}

/* "#n symbols". No more memory is asked for than MAX_ROWS, and n must be what the symbols say. */
static mote_status read_row_splits(reader *r, piece rows, mote_version_item *it, mote_err *err)
{
    piece count = cut(&rows, ' ');
    uint64_t n = 0;
    if (!mote_parse_u64(count.s + 1, count.n - 1, &n) || n == 0 || n > MAX_ROWS - r->n_rows)
        return damaged(r, "rows are not '#n ..'", err);
    r->n_rows += n;
    it->n_rows = (size_t)n;
    MOTE_TRY(mote_arena_take(r->arena, it->n_rows, sizeof *it->rows, &it->rows, err));
    size_t at = 0;
    while (rows.n > 0 && at < it->n_rows) {
        int symbol = *rows.s - ROWS_FIRST;
        size_t digits = 1;
        uint64_t times = 1;
        while (digits < rows.n && rows.s[digits] >= '0' && rows.s[digits] <= '9')
            digits++;
        if (symbol < 0 || symbol > 63 ||
            (digits > 1 && !mote_parse_u64(rows.s + 1, digits - 1, &times)) || times == 0 ||
            times > (it->n_rows - at + ROWS_EACH - 1) / ROWS_EACH)
            return damaged(r, "the splits of rows are damaged", err);
        for (; times > 0; times--, at += ROWS_EACH)
            put_rows(it, at, symbol);
        rows.s += digits;
        rows.n -= digits;
    }
    for (size_t i = 0; i < it->n_rows; i++)
        if (it->rows[i] >= MOTE_N_SPLITS)
            return damaged(r, "a row is in no split", err);
    return rows.n == 0 && at >= it->n_rows ? MOTE_OK
                                           : damaged(r, "the splits of rows are damaged", err);
}

/* "@from-to", "=value" and "#rows", each there or not, in this order. */
static mote_status read_rest(reader *r, piece line, mote_version_item *it, mote_err *err)
{
    if (line.n > 0 && *line.s == '@') {
        piece to = cut(&line, '\t'), from = cut(&to, '-');
        if (!mote_parse_i64(from.s + 1, from.n - 1, &it->from_us) || it->from_us < 0 ||
            !mote_parse_i64(to.s, to.n, &it->to_us) || it->to_us <= it->from_us)
            return damaged(r, "a span is not '@from-to'", err);
    }
    if (line.n > 0 && *line.s == '=') {
        piece value = cut(&line, '\t');
        if (!mote_parse_f64(value.s + 1, value.n - 1, &it->value) || !isfinite(it->value))
            return damaged(r, "a value is not '=number'", err);
    }
    if (line.n > 0 && *line.s == '#' && r->format > 3) {
        piece rows = cut(&line, '\t');
        MOTE_TRY(read_row_splits(r, rows, it, err));
    }
    return line.n == 0 ? MOTE_OK : damaged(r, "more fields than there are", err);
}

static mote_status read_item(reader *r, const mote_version_item *before, mote_version_item *it,
                             mote_err *err)
{
    piece line;
    *it = (mote_version_item){.value = NAN};
    MOTE_TRY(next_line(r, &line, err));
    piece hash = cut(&line, '\t'), role = cut(&line, '\t'), split = cut(&line, '\t');
    piece duration = cut(&line, '\t'), label = cut(&line, '\t');
    char hex[MOTE_SHA256_HEX_BYTES] = {0};
    memcpy(hex, hash.s, hash.n < sizeof hex - 1 ? hash.n : sizeof hex - 1);
    if (hash.n != sizeof hex - 1 || !mote_sha256_parse(hex, &it->object))
        return damaged(r, "the hash is not 64 hexadecimal digits", err);
    if (!parse_role(r, role, split, it))
        return damaged(r, "unknown role or split", err);
    if (!mote_parse_i64(duration.s, duration.n, &it->duration_us) || it->duration_us < 0)
        return damaged(r, "the duration is not a number", err);
    MOTE_TRY(keep(r, label, before ? before->label : NULL, &it->label, err));
    piece group = r->format < 3 ? line : cut(&line, '\t');
    MOTE_TRY(keep(r, group, before ? before->group : NULL, &it->group, err));
    return r->format < 3 ? MOTE_OK : read_rest(r, line, it, err);
}

mote_status mote_manifest_parse(const char *text, size_t n, mote_arena *a, mote_data_version *out,
                                mote_err *err)
{
    reader r = {.at = text, .end = text + n, .arena = a};
    mote_data_version v = {.note = ""};
    MOTE_TRY(read_header(&r, &v, err));
    MOTE_TRY(mote_arena_take(a, v.n, sizeof *v.items, &v.items, err));
    for (size_t i = 0; i < v.n; i++) {
        MOTE_TRY(read_item(&r, i ? &v.items[i - 1] : NULL, &v.items[i], err));
        if (v.items[i].role == MOTE_ROLE_BACKGROUND)
            v.n_background++;
        else if (v.items[i].role == MOTE_ROLE_NEGATIVE)
            v.n_negative++;
        else
            v.duration_us += v.items[i].duration_us;
    }
    if (r.at != r.end) {
        r.line++;
        return damaged(&r, "more lines than samples were announced", err);
    }
    *out = v;
    return MOTE_OK;
}
