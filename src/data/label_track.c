/* SPDX-License-Identifier: Apache-2.0 */
/* Label tracks of Audacity and tables of labels; see label_track.h. */
#include "data/label_track.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"

/* [s, s + n) as seconds from 0 on, with a point or a comma; false: it is none. */
static bool seconds(const char *s, size_t n, double *out)
{
    while (n > 0 && (*s == ' ' || *s == '\t')) {
        s++;
        n--;
    }
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
        n--;
    const char point = n > 0 && memchr(s, ',', n) ? ',' : '.';
    return mote_parse_decimal(s, n, point, out) && isfinite(*out) && *out >= 0;
}

static const char *trimmed(mote_arena *a, const char *s, size_t n)
{
    while (n > 0 && (*s == ' ' || *s == '\t')) {
        s++;
        n--;
    }
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'))
        n--;
    return mote_arena_printf(a, "%.*s", (int)n, s);
}

/* A line without its end: "0.50\t1.25\tyes". */
typedef struct {
    const char *s;
    size_t n, number;
} track_line;

static mote_status read_line(const mote_file_bytes *file, const track_line *line, mote_arena *a,
                             mote_track_label *out, mote_err *err)
{
    const char *s = line->s;
    const size_t n = line->n, number = line->number;
    const char *first = memchr(s, '\t', n);
    const char *rest = first ? first + 1 : s + n;
    const char *second = memchr(rest, '\t', (size_t)(s + n - rest));
    mote_track_label l = {0};
    if (!first || !second || !seconds(s, (size_t)(first - s), &l.from_s) ||
        !seconds(rest, (size_t)(second - rest), &l.to_s) || !(l.to_s >= l.from_s))
        return mote_fail(err, MOTE_PARSE,
                         "'%s': line %zu is not 'from<tab>to<tab>label' with seconds from 0 on",
                         file->name, number);
    l.label = trimmed(a, second + 1, (size_t)(s + n - second - 1));
    if (!l.label)
        return mote_fail(err, MOTE_NOMEM, "no memory for the labels of '%s'", file->name);
    if (!*l.label)
        return mote_fail(err, MOTE_PARSE, "'%s': line %zu has no label", file->name, number);
    *out = l;
    return MOTE_OK;
}

mote_status mote_label_track_read(const mote_file_bytes *file, mote_arena *a, mote_label_track *out,
                                  mote_err *err)
{
    const char *s = file->bytes, *end = s + file->n;
    mote_label_track t = {0};
    size_t n_lines = 1, number = 0;
    if (file->n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
        s += 3;
    for (const char *c = s; c < end; c++)
        n_lines += *c == '\n';
    MOTE_TRY(mote_arena_take(a, n_lines, sizeof *t.items, &t.items, err));
    while (s < end) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        size_t n = (size_t)((stop ? stop : end) - s);
        number++;
        if (n > 0 && s[n - 1] == '\r')
            n--;
        if (n > 0 && *s != '\\')
            MOTE_TRY(read_line(file, &(track_line){s, n, number}, a, &t.items[t.n++], err));
        s = stop ? stop + 1 : end;
    }
    *out = t;
    return MOTE_OK;
}

/* ---- tables ------------------------------------------------------------------------------ */

enum { FILE_NAME, START, END, LABEL, N_COLUMNS };

static mote_status find_columns(const mote_csv *csv, uint32_t at[static N_COLUMNS], mote_err *err)
{
    static const char *const names[N_COLUMNS] = {"file", "start", "end", "label"};
    const char *const *header = mote_csv_get_header(csv);
    const uint32_t n = mote_csv_get_dialect(csv)->n_columns;
    for (size_t k = 0; k < N_COLUMNS; k++) {
        at[k] = UINT32_MAX;
        for (uint32_t i = 0; header && i < n; i++)
            if (strcmp(header[i], names[k]) == 0)
                at[k] = i;
        if (at[k] == UINT32_MAX)
            return mote_fail(err, MOTE_NOT_FOUND,
                             "'%s': there is no column '%s'; a table of labels begins with "
                             "'file,start,end,label'",
                             mote_csv_get_name(csv), names[k]);
    }
    return MOTE_OK;
}

static mote_status read_row(const mote_csv *csv, const mote_csv_row *row,
                            const uint32_t at[static N_COLUMNS], mote_arena *a,
                            mote_track_label *out, mote_err *err)
{
    mote_track_label l = {0};
    for (size_t k = 0; k < N_COLUMNS; k++)
        if (at[k] >= row->n_cells)
            return mote_fail(err, MOTE_PARSE, "'%s': line %llu has only %u cells",
                             mote_csv_get_name(csv), (unsigned long long)row->line,
                             (unsigned)row->n_cells);
    const mote_csv_cell *c = row->cells;
    if (!seconds(c[at[START]].s, c[at[START]].n, &l.from_s) ||
        !seconds(c[at[END]].s, c[at[END]].n, &l.to_s) || !(l.to_s >= l.from_s))
        return mote_fail(err, MOTE_PARSE,
                         "'%s': line %llu: 'start' and 'end' are seconds from 0 on, the end not "
                         "before the start",
                         mote_csv_get_name(csv), (unsigned long long)row->line);
    l.file = trimmed(a, c[at[FILE_NAME]].s, c[at[FILE_NAME]].n);
    l.label = trimmed(a, c[at[LABEL]].s, c[at[LABEL]].n);
    if (!l.file || !l.label)
        return mote_fail(err, MOTE_NOMEM, "no memory for the labels of '%s'",
                         mote_csv_get_name(csv));
    if (!*l.file || !*l.label)
        return mote_fail(err, MOTE_PARSE, "'%s': line %llu has no %s", mote_csv_get_name(csv),
                         (unsigned long long)row->line, *l.file ? "label" : "file");
    *out = l;
    return MOTE_OK;
}

static mote_status read_rows(mote_csv *csv, mote_arena *a, mote_label_track *out, mote_err *err)
{
    mote_label_track t = {0};
    size_t n = 0;
    uint32_t at[N_COLUMNS];
    mote_csv_row row;
    MOTE_TRY(find_columns(csv, at, err));
    for (;;) {
        MOTE_TRY(mote_csv_next(csv, &row, err));
        if (!row.cells)
            break;
        n++;
    }
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *t.items, &t.items, err));
    mote_csv_seek(csv, NULL);
    while (t.n < n) {
        MOTE_TRY(mote_csv_next(csv, &row, err));
        MOTE_TRY(read_row(csv, &row, at, a, &t.items[t.n], err));
        t.n++;
    }
    *out = t;
    return MOTE_OK;
}

mote_status mote_label_table_read(const mote_file_bytes *file, mote_arena *a, mote_label_track *out,
                                  mote_err *err)
{
    mote_csv *csv = NULL;
    mote_csv_config cfg = mote_csv_config_default();
    cfg.header = MOTE_CSV_HEADER_YES;
    MOTE_TRY(mote_csv_open_bytes(file, &cfg, &csv, err));
    mote_status st = read_rows(csv, a, out, err);
    mote_csv_destroy(csv);
    return st;
}
