/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to cells. 64 bytes at a time become a word with a bit for every delimiter, quote and line
 * end; only those bytes are then looked at one by one, so that what is between costs nothing.
 * (The division into a vector pass and a pass over its bits is that of Langdale and Lemire,
 * "Parsing Gigabytes of JSON per Second", 2019, section 3.)
 *
 * Between marks the state is: where the cell began, whether inside quotes, and where the last quote
 * closed; a quote right behind a closing one reopens it, which is how "" becomes a quote. */
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "data/csv_internal.h"

/* Bit i: byte i of x equals that of `pattern`; exact in every byte (no borrow between them). */
static uint64_t equal_bytes(uint64_t x, uint64_t pattern)
{
    const uint64_t low = 0x7F7F7F7F7F7F7F7Fu;
    uint64_t t = x ^ pattern;
    uint64_t hit = ~(((t & low) + low) | t | low); /* 0x80 where t is 0 */
    return ((hit >> 7) * 0x0102040810204080u) >> 56;
}

uint64_t mote_csv_marks_portable(const char *p, mote_csv_chars c)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t marks = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t x = 0;
        for (int k = 7; k >= 0; k--) /* little endian whatever the machine is; one load on most */
            x = x << 8 | (uint8_t)p[8 * i + k];
        uint64_t hit = equal_bytes(x, ones * (uint8_t)c.delimiter) |
                       equal_bytes(x, ones * (uint8_t)c.line_end) | equal_bytes(x, ones * '"');
        marks |= hit << (8 * i);
    }
    return marks;
}

#if defined(__SSE2__)
uint64_t mote_csv_marks(const char *p, mote_csv_chars c)
{
    __m128i delimiter = _mm_set1_epi8(c.delimiter), end = _mm_set1_epi8(c.line_end);
    __m128i quote = _mm_set1_epi8('"');
    uint64_t marks = 0;
    for (int i = 0; i < 4; i++) {
        __m128i x;
        memcpy(&x, p + 16 * i, sizeof x);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, delimiter), _mm_cmpeq_epi8(x, end));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, quote));
        marks |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
    }
    return marks;
}
#else
uint64_t mote_csv_marks(const char *p, mote_csv_chars c)
{
    return mote_csv_marks_portable(p, c);
}
#endif

/* Marks of the block at `base`; bytes behind the window are none. */
static uint64_t load_block(const mote_csv *csv, size_t base)
{
    size_t left = csv->n - base;
    if (left >= 64)
        return mote_csv_marks(csv->d + base, csv->chars);
    char rest[64] = {0};
    memcpy(rest, csv->d + base, left);
    return mote_csv_marks(rest, csv->chars) & (((uint64_t)1 << left) - 1);
}

void mote_csv_rescan(mote_csv *csv)
{
    csv->base = csv->at;
    csv->marks = csv->at < csv->n ? load_block(csv, csv->at) : 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A quoted cell d[from..to), blanks outside gone: plain when it is one pair of quotes with none
 * inside, else to be unescaped when the row is known. */
static mote_status add_cell(mote_csv *csv, size_t from, size_t to, bool is_quoted, bool is_plain,
                            mote_err *err)
{
    const char *d = csv->d;
    while (from < to && is_blank(d[from]))
        from++;
    while (to > from && is_blank(d[to - 1]))
        to--;
    if (csv->n_cells == csv->cells_room) {
        if (csv->n_cells >= csv->cfg.max_columns)
            return mote_fail(err, MOTE_LIMIT, "'%s': line %llu has more than %u columns", csv->name,
                             (unsigned long long)csv->line, csv->cfg.max_columns);
        uint32_t room = csv->cells_room ? csv->cells_room * 2 : 64;
        room = room < csv->cfg.max_columns ? room : csv->cfg.max_columns;
        mote_csv_cell *cells = mote_realloc(csv->cells, room, sizeof *cells);
        if (!cells)
            return mote_fail(err, MOTE_NOMEM, "'%s': a row of %u cells", csv->name, room);
        csv->cells = cells;
        size_t *raw = mote_realloc(csv->raw, room, 2 * sizeof *raw);
        if (!raw)
            return mote_fail(err, MOTE_NOMEM, "'%s': a row of %u cells", csv->name, room);
        csv->raw = raw;
        csv->cells_room = room;
    }
    mote_csv_cell *cell = &csv->cells[csv->n_cells];
    if (is_quoted && is_plain && to - from >= 2 && d[to - 1] == '"') {
        from++;
        to--;
    } else if (is_quoted) {
        csv->raw[2 * csv->n_escaped] = csv->n_cells;
        csv->raw[2 * csv->n_escaped + 1] = to;
        csv->n_escaped++;
    }
    *cell = (mote_csv_cell){d + from, (uint32_t)(to - from), is_quoted};
    csv->n_cells++;
    return MOTE_OK;
}

/* Where blanks part cells, many are as one, and those around a row part nothing: the cell that was
 * added last is none. What is left of an empty line is one empty cell. */
static void drop_gap(mote_csv *csv, bool is_last)
{
    const mote_csv_cell *cell = &csv->cells[csv->n_cells - 1];
    if (cell->n == 0 && !cell->is_quoted && (csv->n_cells > 1 || !is_last))
        csv->n_cells--;
}

/* Quotes out of s[0..n), which begins with one; returns what is left. */
static size_t unescape(const char *s, size_t n, char *out, bool *is_behind)
{
    size_t len = 0;
    bool inside = true;
    for (size_t i = 1; i < n; i++) {
        if (s[i] != '"') {
            *is_behind |= !inside;
        } else if (inside && i + 1 < n && s[i + 1] == '"') {
            i++;
        } else if (inside) {
            inside = false;
            continue;
        }
        out[len++] = s[i];
    }
    return len;
}

/* The cells with quotes inside, into the scratch memory: never longer than the row was. */
static mote_status unescape_cells(mote_csv *csv, size_t row_bytes, mote_err *err)
{
    if (csv->scratch_bytes < row_bytes) {
        char *more = mote_realloc(csv->scratch, row_bytes, 1);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "'%s': a row of %zu bytes", csv->name, row_bytes);
        csv->scratch = more;
        csv->scratch_bytes = row_bytes;
    }
    size_t len = 0;
    for (uint32_t i = 0; i < csv->n_escaped; i++) {
        mote_csv_cell *cell = &csv->cells[csv->raw[2 * i]];
        bool is_behind = false;
        size_t n = unescape(cell->s, cell->n, csv->scratch + len, &is_behind);
        if (is_behind && csv->findings.n_behind_quote++ == 0)
            csv->findings.behind_quote_line = csv->line;
        cell->s = csv->scratch + len;
        cell->n = (uint32_t)n;
        len += n;
    }
    return MOTE_OK;
}

/* What is being scanned. */
typedef struct {
    size_t cell;      /* where the cell began */
    size_t closed_at; /* where its last quote closed; SIZE_MAX: none has */
    uint64_t n_lines; /* line ends seen in the row */
    uint64_t quote_line;
    bool is_quoted, is_inside, is_plain;
} scan;

static void at_quote(mote_csv *csv, scan *s, size_t p)
{
    if (s->is_inside) {
        s->is_inside = false;
        s->closed_at = p;
    } else if (s->is_quoted) { /* behind a closing quote: "" or text of no meaning */
        s->is_plain = false;
        s->is_inside = p == s->closed_at + 1;
    } else {
        for (size_t i = s->cell; i < p; i++)
            if (!is_blank(csv->d[i])) { /* a character like any other */
                csv->n_odd_quotes++;
                return;
            }
        s->is_quoted = s->is_inside = true;
        s->quote_line = csv->line + s->n_lines;
    }
}

static mote_csv_scan too_long(mote_csv *csv, const scan *s, mote_err *err)
{
    const char *cause = s->is_inside ? ": a quote that opens in line " : "";
    char line[24] = "";
    if (s->is_inside)
        (void)mote_format(line, sizeof line, "%llu", (unsigned long long)s->quote_line);
    (void)!mote_fail(err, MOTE_LIMIT,
                     "'%s': the row that begins in line %llu is longer than %zu bytes"
                     "%s%s%s",
                     csv->name, (unsigned long long)csv->line, csv->cfg.max_row_bytes, cause, line,
                     s->is_inside ? " is not closed" : "");
    return MOTE_CSV_BAD;
}

/* The window is used up at s: what does that mean? */
static mote_csv_scan at_end(mote_csv *csv, scan *s, mote_err *err)
{
    if (!csv->is_last)
        return MOTE_CSV_MORE;
    if (csv->at == csv->n)
        return MOTE_CSV_END;
    if (s->is_inside) {
        (void)!mote_fail(err, MOTE_PARSE,
                         "'%s': the quote that opens in line %llu is never closed; close it, or "
                         "write quotes inside a quoted cell twice",
                         csv->name, (unsigned long long)s->quote_line);
        return MOTE_CSV_BAD;
    }
    if (csv->n - csv->at > csv->cfg.max_row_bytes)
        return too_long(csv, s, err);
    mote_status st = add_cell(csv, s->cell, csv->n, s->is_quoted, s->is_plain, err);
    if (st == MOTE_OK && csv->chars.delimiter == ' ')
        drop_gap(csv, true);
    return st == MOTE_OK ? MOTE_CSV_ROW : MOTE_CSV_BAD;
}

/* One row from csv->at, empty lines too (a row of one empty cell). */
static mote_csv_scan scan_line(mote_csv *csv, scan *s, size_t *end, mote_err *err)
{
    const char *d = csv->d;
    size_t start = csv->at, base = csv->base;
    uint64_t marks = csv->marks;
    *s = (scan){.cell = start, .closed_at = SIZE_MAX, .is_plain = true};
    csv->n_cells = csv->n_escaped = 0;
    for (;;) {
        for (; marks; marks &= marks - 1) {
            size_t p = base + (size_t)__builtin_ctzll(marks);
            if (d[p] == '"') {
                at_quote(csv, s, p);
                continue;
            }
            if (s->is_inside) {
                s->n_lines += d[p] == csv->chars.line_end;
                continue;
            }
            if (add_cell(csv, s->cell, p, s->is_quoted, s->is_plain, err) != MOTE_OK)
                return MOTE_CSV_BAD;
            if (csv->chars.delimiter == ' ')
                drop_gap(csv, d[p] != ' ');
            s->cell = p + 1;
            s->is_quoted = false;
            s->is_plain = true;
            s->closed_at = SIZE_MAX;
            if (d[p] == csv->chars.delimiter)
                continue;
            if (p - start > csv->cfg.max_row_bytes) /* wherever its blocks of 64 begin */
                return too_long(csv, s, err);
            s->n_lines++;
            csv->base = base;
            csv->marks = marks & (marks - 1);
            *end = p + 1;
            return MOTE_CSV_ROW;
        }
        if (base + 64 - start > csv->cfg.max_row_bytes && base + 64 < csv->n)
            return too_long(csv, s, err);
        if (csv->n < 64 || base >= csv->n - 64) {
            csv->base = csv->n;
            csv->marks = 0;
            *end = csv->n;
            return at_end(csv, s, err);
        }
        base += 64;
        marks = load_block(csv, base);
    }
}

mote_csv_scan mote_csv_scan_row(mote_csv *csv, mote_err *err)
{
    for (;;) {
        scan s;
        size_t end = 0;
        mote_csv_scan got = scan_line(csv, &s, &end, err);
        if (got != MOTE_CSV_ROW) {
            if (got == MOTE_CSV_MORE)
                mote_csv_rescan(csv);
            return got;
        }
        bool is_empty = csv->n_cells == 1 && csv->cells[0].n == 0 && !csv->cells[0].is_quoted;
        if (!is_empty) {
            if (csv->n_escaped && unescape_cells(csv, end - csv->at, err) != MOTE_OK)
                return MOTE_CSV_BAD;
            csv->at = end;
            csv->row_line = csv->line;
            csv->line += s.n_lines;
            return MOTE_CSV_ROW;
        }
        csv->findings.n_blank_lines++;
        csv->at = end;
        csv->line += s.n_lines;
    }
}
