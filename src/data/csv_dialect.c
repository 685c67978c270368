/* SPDX-License-Identifier: Apache-2.0 */
/* What separates cells, ends lines, stands for the decimal point, and whether row 1 is a header:
 * found from the first rows of the file, with the evidence in words.
 *
 * Delimiter: each candidate takes the sample apart. Its score is the share of rows that have the
 * most common number of cells; candidates that find one cell a row do not count. At equal scores
 * the one that is rarest in prose and numbers wins, because commas inside cells ("3,14") may well
 * be as regular as the semicolons between them, hardly ever the other way round.
 *
 * Blanks, one or many, part cells when no candidate does and most of the cells that they make are
 * numbers, or when every one is ("1,5 2,5" has two cells, not three).
 *
 * Header: row 1 is one when none of its cells is a number and the rows below hold numbers or dates
 * in some column; when there are no numbers at all, when its cells differ from each other and none
 * comes again below it. */
#include <string.h>

#include "data/csv_internal.h"

#define SAMPLED_ROWS  200
#define SAMPLED_BYTES ((size_t)1 << 20)
#define COUNTED       64 /* different numbers of cells that are counted */

typedef struct {
    uint32_t n_rows, n_modal, n_columns; /* n_modal rows have n_columns cells */
    uint32_t first_cells;                /* of row 1 */
    uint32_t n_empty_last;               /* rows whose last cell is empty */
    uint64_t n_odd_quotes;               /* quotes in the middle of a cell */
} shape;

static void rewind_to(mote_csv *csv, mote_csv_mark start)
{
    mote_csv_findings kept = {0};
    csv->line = start.line;
    csv->at = (size_t)start.byte; /* the sample is the first window: nothing has moved */
    csv->findings = kept;
    csv->n_odd_quotes = 0;
    mote_csv_rescan(csv);
}

/* The next row of the sample; false at its end, which is also a row that the window cuts. */
static bool next_sampled(mote_csv *csv, uint32_t n_rows)
{
    mote_err ignored;
    if (n_rows >= SAMPLED_ROWS || (n_rows > 1 && csv->at > SAMPLED_BYTES))
        return false;
    return mote_csv_scan_row(csv, &ignored) == MOTE_CSV_ROW;
}

static shape shape_by(mote_csv *csv, char delimiter, mote_csv_mark start)
{
    uint32_t cells[COUNTED] = {0}, rows[COUNTED] = {0}, n = 0;
    shape s = {0};
    csv->chars.delimiter = delimiter;
    rewind_to(csv, start);
    while (next_sampled(csv, s.n_rows)) {
        uint32_t i = 0;
        while (i < n && cells[i] != csv->n_cells)
            i++;
        if (i == n && n < COUNTED) {
            cells[n] = csv->n_cells;
            rows[n++] = 0;
        }
        if (i < COUNTED)
            rows[i]++;
        if (s.n_rows++ == 0)
            s.first_cells = csv->n_cells;
        else
            s.n_empty_last += csv->cells[csv->n_cells - 1].n == 0;
    }
    s.n_odd_quotes = csv->n_odd_quotes;
    for (uint32_t i = 0; i < n; i++) {
        if (rows[i] > s.n_modal || (rows[i] == s.n_modal && cells[i] > s.n_columns)) {
            s.n_modal = rows[i];
            s.n_columns = cells[i];
        }
    }
    return s;
}

/* Is `s` the better account of the sample? One that leaves quotes in the middle of cells is none;
 * shares are compared as fractions; a single row says nothing but how many cells it has. */
static bool is_better(const shape *s, const shape *most)
{
    if (s->n_columns <= 1 || most->n_columns <= 1)
        return s->n_columns > 1;
    if ((s->n_odd_quotes > 0) != (most->n_odd_quotes > 0))
        return s->n_odd_quotes == 0;
    if (s->n_rows == 1 && most->n_rows == 1)
        return s->n_columns > most->n_columns;
    return (uint64_t)s->n_modal * most->n_rows > (uint64_t)most->n_modal * s->n_rows;
}

/* A number as files of columns write it: with either decimal point, which ends in a digit. */
static bool is_plain_number(const mote_csv_cell *c)
{
    double x;
    return c->n > 0 && !c->is_quoted && c->s[c->n - 1] >= '0' && c->s[c->n - 1] <= '9' &&
           (mote_parse_decimal(c->s, c->n, '.', &x) || mote_parse_decimal(c->s, c->n, ',', &x));
}

/* Do blanks part the cells? other: the account of the best candidate. Row 1 may be names. */
static bool is_by_blanks(mote_csv *csv, mote_csv_mark start, const shape *other)
{
    const shape s = shape_by(csv, ' ', start);
    uint64_t n_cells = 0, n_numbers = 0;
    if (s.n_columns <= 1 || s.n_odd_quotes > 0 || 10 * (uint64_t)s.n_modal < 9 * (uint64_t)s.n_rows)
        return false;
    rewind_to(csv, start);
    for (uint32_t n = 0; next_sampled(csv, n); n++) {
        for (uint32_t i = 0; i < csv->n_cells && (n > 0 || s.n_rows == 1); i++) {
            n_cells++;
            n_numbers += is_plain_number(&csv->cells[i]);
        }
    }
    return other->n_columns > 1 ? n_numbers == n_cells : 2 * n_numbers > n_cells;
}

static void find_delimiter(mote_csv *csv, mote_csv_mark start, char given, shape *found)
{
    static const char candidates[] = {'\t', '|', ';', ','};
    char best = ',';
    shape most = {0};
    for (size_t i = 0; i < sizeof candidates && !given; i++) {
        shape s = shape_by(csv, candidates[i], start);
        if (is_better(&s, &most)) {
            most = s;
            best = candidates[i];
        }
    }
    if (!given && is_by_blanks(csv, start, &most))
        best = ' ';
    *found = shape_by(csv, given ? given : best, start);
    char *why = csv->dialect.delimiter_why;
    size_t room = sizeof csv->dialect.delimiter_why;
    if (found->n_columns <= 1 && !given)
        (void)mote_format(why, room, "no tab, '|', ';', ',' or blank parts the first %u rows",
                          found->n_rows);
    else
        (void)mote_format(why, room, "%sthe same number of cells in %u of %u rows",
                          given ? "given; " : "", found->n_modal, found->n_rows);
    csv->dialect.delimiter = csv->chars.delimiter;
    csv->dialect.n_columns = found->n_columns;
}

/* "sep=;" as a first line of its own. */
static void obey_sep_line(mote_csv *csv, mote_csv_mark *start, char *given)
{
    const char *d = csv->d + csv->at;
    size_t n = csv->n - csv->at;
    if (n < 6 || memcmp(d, "sep=", 4) != 0 || (d[5] != '\n' && d[5] != '\r') || d[4] == '"' ||
        d[4] == '\n' || d[4] == '\r' || d[4] == '.' || (unsigned char)d[4] >= 0x80)
        return;
    size_t len = d[5] == '\r' && n > 6 && d[6] == '\n' ? 7 : 6;
    *given = csv->cfg.delimiter ? csv->cfg.delimiter : d[4];
    start->byte += len;
    start->line++;
}

static void find_line_end(mote_csv *csv)
{
    size_t n = csv->n < SAMPLED_BYTES ? csv->n : SAMPLED_BYTES;
    const char *lf = memchr(csv->d, '\n', n), *cr = memchr(csv->d, '\r', n);
    const char *end = lf ? (lf > csv->d && lf[-1] == '\r' ? "\r\n" : "\n") : cr ? "\r" : "\n";
    (void)mote_format(csv->dialect.line_end, sizeof csv->dialect.line_end, "%s", end);
    csv->chars.line_end = lf || !cr ? '\n' : '\r';
}

static bool is_number(const mote_csv_cell *c, char point)
{
    double x;
    return mote_parse_decimal(c->s, c->n, point, &x);
}

static void find_decimal(mote_csv *csv, mote_csv_mark start)
{
    uint32_t n_rows = 0, n_point = 0, n_comma = 0;
    rewind_to(csv, start);
    for (; next_sampled(csv, n_rows); n_rows++) {
        for (uint32_t i = 0; i < csv->n_cells; i++) {
            bool point = is_number(&csv->cells[i], '.'), comma = is_number(&csv->cells[i], ',');
            n_point += point && !comma;
            n_comma += comma && !point;
        }
    }
    csv->dialect.decimal = csv->cfg.decimal ? csv->cfg.decimal : n_comma > n_point ? ',' : '.';
}

/* ---- the header ---- */

/* A number, or a date: begins with a digit and holds digits and what stands in dates only. */
static bool is_like_data(const mote_csv *csv, const mote_csv_cell *c)
{
    if (is_number(c, csv->dialect.decimal))
        return true;
    if (c->n < 6 || c->s[0] < '0' || c->s[0] > '9')
        return false;
    for (uint32_t i = 0; i < c->n; i++)
        if (!strchr("0123456789-/.:TZ +", c->s[i]) || c->s[i] == '\0')
            return false;
    return true;
}

static const char *const *copy_header(mote_csv *csv, uint32_t skipped, uint32_t n)
{
    csv->header = mote_arena_alloc(&csv->arena, n, sizeof *csv->header);
    for (uint32_t i = 0; csv->header && i < n; i++) {
        bool is_there = i >= skipped && i - skipped < csv->n_cells;
        const mote_csv_cell *c = is_there ? &csv->cells[i - skipped] : NULL;
        csv->header[i] = c ? mote_arena_strndup(&csv->arena, c->s, c->n) : "";
        if (!csv->header[i])
            csv->header = NULL;
    }
    return csv->header;
}

static bool is_equal(const mote_csv_cell *c, const char *s)
{
    return strlen(s) == c->n && memcmp(c->s, s, c->n) == 0;
}

/* What row 1 (csv->header, n cells) and the rows below it say. */
typedef struct {
    uint32_t n_rows_below, n_like_data; /* columns with data below, of those that row 1 has */
    uint32_t n_numbers_above;           /* cells of row 1 that are numbers or dates */
    bool comes_again;                   /* a cell of row 1 stands below it too, or twice in it */
} evidence;

static evidence look_below(mote_csv *csv, uint32_t n, uint32_t skipped)
{
    evidence e = {0};
    uint64_t seen[1024] = {0}; /* columns with data, of the first 65536 */
    for (uint32_t i = skipped; i < n; i++) {
        mote_csv_cell c = {csv->header[i], (uint32_t)strlen(csv->header[i]), false};
        e.n_numbers_above += is_like_data(csv, &c);
        for (uint32_t k = skipped; k < i && n <= 512 && !e.comes_again; k++)
            e.comes_again = strcmp(csv->header[k], csv->header[i]) == 0;
    }
    for (; next_sampled(csv, e.n_rows_below + 1); e.n_rows_below++) {
        for (uint32_t i = skipped; i < csv->n_cells && i < n && i < 65536; i++) {
            uint64_t bit = (uint64_t)1 << (i % 64);
            if (!(seen[i / 64] & bit) && is_like_data(csv, &csv->cells[i])) {
                seen[i / 64] |= bit;
                e.n_like_data++;
            }
            e.comes_again |= is_equal(&csv->cells[i], csv->header[i]) && csv->cells[i].n > 0;
        }
    }
    return e;
}

static bool judge_header(mote_csv *csv, const evidence *e)
{
    char *why = csv->dialect.header_why;
    size_t room = sizeof csv->dialect.header_why;
    if (csv->cfg.header != MOTE_CSV_HEADER_FIND) {
        (void)mote_format(why, room, "as given");
        return csv->cfg.header == MOTE_CSV_HEADER_YES;
    }
    if (e->n_numbers_above) {
        (void)mote_format(why, room, "row 1 holds numbers in %u columns", e->n_numbers_above);
        return false;
    }
    if (e->n_like_data) {
        (void)mote_format(why, room, "row 1 holds no number, the rows below do in %u columns",
                          e->n_like_data);
        return true;
    }
    if (e->n_rows_below == 0) {
        (void)mote_format(why, room, "the only row holds no number");
        return true;
    }
    (void)mote_format(why, room,
                      e->comes_again ? "row 1 is text like the rows below it"
                                     : "row 1 holds texts that do not come again; say "
                                       "'header: no' if it is data");
    return !e->comes_again;
}

static mote_status find_header(mote_csv *csv, mote_csv_mark start, const shape *s, mote_err *err)
{
    rewind_to(csv, start);
    if (!next_sampled(csv, 0))
        return mote_fail(err, MOTE_PARSE, "'%s' holds no row", csv->name);
    /* One name too few: the rows begin with a name of their own (R), or all end in a delimiter. */
    bool is_short = s->n_rows > 1 && s->first_cells + 1 == s->n_columns;
    uint32_t skipped = is_short && s->n_empty_last < s->n_rows - 1;
    uint32_t n = csv->n_cells + is_short;
    if (!copy_header(csv, skipped, n))
        return mote_fail(err, MOTE_NOMEM, "'%s': a header of %u names", csv->name, csv->n_cells);
    mote_csv_mark behind = {csv->at, csv->line, 0};
    evidence e = look_below(csv, n, skipped);
    csv->dialect.has_header = judge_header(csv, &e);
    if (csv->dialect.has_header && s->n_rows == 1)
        csv->dialect.n_columns = n;
    csv->dialect.has_row_names = csv->dialect.has_header && skipped;
    if (!csv->dialect.has_header)
        csv->header = NULL;
    else if (n != csv->dialect.n_columns)
        return mote_fail(err, MOTE_PARSE,
                         "'%s': the header in line %llu has %u names, %u of %u rows have %u cells; "
                         "mend it, or read the file without a header",
                         csv->name, (unsigned long long)start.line, n, s->n_modal, s->n_rows,
                         csv->dialect.n_columns);
    rewind_to(csv, csv->dialect.has_header ? behind : start);
    return MOTE_OK;
}

/* A window of converted text may be too small for the first row. */
static mote_status hold_first_row(mote_csv *csv, mote_csv_mark start, mote_err *err)
{
    for (;;) {
        mote_err why;
        rewind_to(csv, start);
        mote_csv_scan got = mote_csv_scan_row(csv, &why);
        if (got == MOTE_CSV_BAD)
            return mote_fail(err, why.status, "%s", why.text);
        if (got != MOTE_CSV_MORE)
            return MOTE_OK;
        csv->at = 0;
        MOTE_TRY(mote_csv_move_window(csv, err));
    }
}

mote_status mote_csv_find_dialect(mote_csv *csv, mote_err *err)
{
    mote_csv_mark start = {0, 1, 0};
    char given = csv->cfg.delimiter;
    shape s;
    csv->at = 0;
    find_line_end(csv);
    obey_sep_line(csv, &start, &given);
    find_delimiter(csv, start, given, &s);
    if (s.n_rows == 0) {
        MOTE_TRY(hold_first_row(csv, start, err));
        find_delimiter(csv, start, given, &s);
    }
    find_decimal(csv, start);
    MOTE_TRY(find_header(csv, start, &s, err));
    csv->row = 0;
    csv->first = mote_csv_tell(csv);
    return MOTE_OK;
}
