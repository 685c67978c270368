/* SPDX-License-Identifier: Apache-2.0 */
/* The reader object: opening, the window over the file, rows one by one, places to come back to.
 *
 * UTF-8 is read where it stands: the window is the file. Other encodings are converted into a
 * window of 256 KiB that grows only for a row that does not fit; a row that the window cuts is
 * scanned again from its start when the window has moved. */
#include "data/csv.h"

#include <string.h>

#include "data/csv_internal.h"

#define WINDOW_BYTES ((size_t)256 << 10)
#define ARENA_BYTES  ((size_t)64 << 20)

mote_csv_config mote_csv_config_default(void)
{
    return (mote_csv_config){.max_row_bytes = (size_t)16 << 20, .max_columns = 16384};
}

static mote_status check_config(const mote_csv_config *c, mote_err *err)
{
    char d = c->delimiter;
    if (d == '"' || d == '\n' || d == '\r' || d == '.' || (d >= '0' && d <= '9') ||
        (unsigned char)d >= 0x80)
        return mote_fail(err, MOTE_ARG, "a byte of %d cannot be a delimiter", d);
    if (c->decimal && c->decimal != '.' && c->decimal != ',')
        return mote_fail(err, MOTE_ARG, "the decimal point is '.' or ',', not '%c'", c->decimal);
    if (d && d == c->decimal)
        return mote_fail(err, MOTE_ARG, "'%c' cannot be the delimiter and the decimal point", d);
    if (c->max_row_bytes < 64 || c->max_row_bytes > (size_t)1 << 30)
        return mote_fail(err, MOTE_ARG, "max_row_bytes is %zu, not 64 to 1 GiB", c->max_row_bytes);
    if (c->max_columns < 1 || c->max_columns > 1000000)
        return mote_fail(err, MOTE_ARG, "max_columns is %u, not 1 to 1000000", c->max_columns);
    return MOTE_OK;
}

/* ---- the window ---- */

static bool is_converted(const mote_csv *csv)
{
    return csv->dialect.encoding != MOTE_CSV_UTF8;
}

/* Bytes of source that the first `n` bytes of the window were made of: counted from where it was
 * asked last, so that asking at every row counts the window once. */
static size_t source_of(mote_csv *csv, size_t n)
{
    if (!is_converted(csv))
        return n;
    if (n < csv->told_n)
        csv->told_n = csv->told_source = 0;
    const size_t from = csv->source_at + csv->told_source;
    const mote_csv_piece rest = {csv->dialect.encoding, csv->source + from, csv->source_next - from,
                                 csv->source_next == csv->source_bytes};
    size_t used;
    (void)mote_csv_convert(&rest, NULL, n - csv->told_n, &used);
    csv->told_n = n;
    csv->told_source += used;
    return csv->told_source;
}

/* More text behind what is not handed out yet, which moves to the front. */
mote_status mote_csv_move_window(mote_csv *csv, mote_err *err)
{
    size_t kept = csv->n - csv->at;
    if (csv->at == 0 && kept + 4 > csv->window_bytes) {
        size_t more = csv->window_bytes ? csv->window_bytes * 2 : WINDOW_BYTES;
        if (csv->window_bytes > csv->cfg.max_row_bytes)
            return mote_fail(err, MOTE_LIMIT,
                             "'%s': the row that begins in line %llu is longer than %zu bytes: a "
                             "quote may not be closed",
                             csv->name, (unsigned long long)csv->line, csv->cfg.max_row_bytes);
        char *window = mote_realloc(csv->window, more, 1);
        if (!window)
            return mote_fail(err, MOTE_NOMEM, "'%s': a window of %zu bytes", csv->name, more);
        csv->window = window;
        csv->window_bytes = more;
    } else {
        csv->source_at += source_of(csv, csv->at);
        csv->told_n = csv->told_source = 0;
        memmove(csv->window, csv->window + csv->at, kept);
    }
    const mote_csv_piece rest = {csv->dialect.encoding, csv->source + csv->source_next,
                                 csv->source_bytes - csv->source_next, true};
    size_t used;
    csv->n = kept + mote_csv_convert(&rest, csv->window + kept, csv->window_bytes - kept, &used);
    csv->source_next += used;
    csv->d = csv->window;
    csv->at = 0;
    csv->is_last = csv->source_next == csv->source_bytes;
    mote_csv_rescan(csv);
    return MOTE_OK;
}

/* mote_csv_scan_row with the window moved on as needed. */
static mote_csv_scan take_row(mote_csv *csv, mote_err *err)
{
    for (;;) {
        mote_csv_scan got = mote_csv_scan_row(csv, err);
        if (got != MOTE_CSV_MORE)
            return got;
        if (mote_csv_move_window(csv, err) != MOTE_OK)
            return MOTE_CSV_BAD;
    }
}

mote_csv_mark mote_csv_tell(mote_csv *csv)
{
    size_t before = source_of(csv, csv->at);
    return (mote_csv_mark){csv->source_at + before, csv->line, csv->row};
}

size_t mote_csv_byte_of(const mote_csv *csv, const mote_csv_mark *at)
{
    return csv->mark_bytes + (size_t)at->byte;
}

void mote_csv_seek(mote_csv *csv, const mote_csv_mark *to)
{
    if (!to) {
        to = &csv->first;
        csv->findings = (mote_csv_findings){0};
    }
    csv->line = to->line;
    csv->row = to->row;
    csv->n_odd_quotes = 0;
    csv->has_failed = false;
    if (is_converted(csv)) {
        csv->source_at = csv->source_next = (size_t)to->byte;
        csv->told_n = csv->told_source = 0;
        csv->n = csv->at = 0;
        csv->is_last = false;
    } else {
        csv->at = (size_t)to->byte;
    }
    mote_csv_rescan(csv);
}

/* ---- opening ---- */

static mote_status open_source(mote_csv *csv, const mote_file_bytes *file, mote_err *err)
{
    mote_csv_text text;
    MOTE_TRY(mote_csv_find_encoding(file, &text, err));
    csv->source = (const uint8_t *)file->bytes + text.mark_bytes;
    csv->source_bytes = file->n - text.mark_bytes;
    csv->mark_bytes = text.mark_bytes;
    csv->dialect.encoding = text.encoding;
    csv->dialect.has_mark = text.mark_bytes > 0;
    csv->dialect.bad_byte = text.bad_byte;
    csv->dialect.n_bad_bytes = text.n_bad_bytes;
    csv->line = 1;
    if (!is_converted(csv)) {
        csv->d = (const char *)csv->source;
        csv->n = csv->source_bytes;
        csv->is_last = true;
    } else {
        MOTE_TRY(mote_csv_move_window(csv, err));
    }
    return mote_csv_find_dialect(csv, err);
}

/* A reader with nothing to read yet. */
static mote_status create(const char *name, const mote_csv_config *cfg, mote_csv **out,
                          mote_err *err)
{
    mote_csv_config chosen = cfg ? *cfg : mote_csv_config_default();
    MOTE_TRY(check_config(&chosen, err));
    mote_csv *csv = mote_alloc_zero(1, sizeof *csv);
    if (!csv)
        return mote_fail(err, MOTE_NOMEM, "'%s'", name);
    mote_arena_init(&csv->arena, ARENA_BYTES);
    csv->cfg = chosen;
    csv->name = mote_arena_strdup(&csv->arena, name);
    if (!csv->name) {
        mote_csv_destroy(csv);
        return mote_fail(err, MOTE_NOMEM, "'%s'", name);
    }
    *out = csv;
    return MOTE_OK;
}

/* Hand a reader out that was opened, or drop it. */
static mote_status finish(mote_csv *csv, mote_status st, mote_csv **out)
{
    if (st == MOTE_OK)
        *out = csv;
    else
        mote_csv_destroy(csv);
    return st;
}

mote_status mote_csv_open(const char *path, const mote_csv_config *cfg, mote_csv **out,
                          mote_err *err)
{
    mote_csv *csv = NULL;
    MOTE_TRY(create(path, cfg, &csv, err));
    mote_status st = mote_map_open(path, &csv->map, err);
    csv->is_mapped = st == MOTE_OK;
    if (st == MOTE_OK)
        st = open_source(csv, &(mote_file_bytes){path, csv->map.data, csv->map.len}, err);
    return finish(csv, st, out);
}

mote_status mote_csv_open_bytes(const mote_file_bytes *file, const mote_csv_config *cfg,
                                mote_csv **out, mote_err *err)
{
    mote_csv *csv = NULL;
    MOTE_TRY(create(file->name, cfg, &csv, err));
    return finish(csv, open_source(csv, file, err), out);
}

void mote_csv_destroy(mote_csv *csv)
{
    if (!csv)
        return;
    if (csv->is_mapped)
        mote_map_release(&csv->map);
    mote_free(csv->cells);
    mote_free(csv->raw);
    mote_free(csv->scratch);
    mote_free(csv->window);
    mote_arena_release(&csv->arena);
    mote_free(csv);
}

/* ---- rows ---- */

const mote_csv_dialect *mote_csv_get_dialect(const mote_csv *csv)
{
    return &csv->dialect;
}

const char *mote_csv_get_name(const mote_csv *csv)
{
    return csv->name;
}

const char *const *mote_csv_get_header(const mote_csv *csv)
{
    return csv->header;
}

const mote_csv_findings *mote_csv_get_findings(const mote_csv *csv)
{
    return &csv->findings;
}

static void count_row(mote_csv *csv)
{
    mote_csv_findings *f = &csv->findings;
    f->n_rows++;
    if (csv->n_cells == csv->dialect.n_columns)
        return;
    if (f->n_ragged < MOTE_CSV_NAMED) {
        f->ragged_line[f->n_ragged] = csv->row_line;
        f->ragged_cells[f->n_ragged] = csv->n_cells;
    }
    f->n_ragged++;
}

mote_status mote_csv_next(mote_csv *csv, mote_csv_row *row, mote_err *err)
{
    if (csv->has_failed)
        return mote_fail(err, MOTE_PARSE, "'%s': line %llu could not be read", csv->name,
                         (unsigned long long)csv->line);
    mote_err why;
    mote_csv_scan got = take_row(csv, &why);
    if (got == MOTE_CSV_BAD) {
        csv->has_failed = true;
        return mote_fail(err, why.status, "%s", why.text);
    }
    if (got == MOTE_CSV_END) {
        *row = (mote_csv_row){.line = csv->line, .row = csv->row};
        return MOTE_OK;
    }
    count_row(csv);
    *row = (mote_csv_row){csv->cells, csv->n_cells, csv->row_line, csv->row++};
    return MOTE_OK;
}

bool mote_csv_number(const mote_csv *csv, const mote_csv_cell *cell, double *out)
{
    return mote_parse_decimal(cell->s, cell->n, csv->dialect.decimal, out);
}

/* ---- in words ---- */

static void describe_encoding(const mote_csv_dialect *d, mote_buf *b)
{
    mote_buf_printf(b, "encoding: %s%s", mote_csv_encoding_name(d->encoding),
                    d->has_mark ? ", with a byte order mark" : "");
    if (d->encoding != MOTE_CSV_UTF8)
        mote_buf_str(b, ", converted to UTF-8");
    if (d->n_bad_bytes)
        mote_buf_printf(b, "; %zu bytes are no UTF-8, the first is byte %zu", d->n_bad_bytes,
                        d->bad_byte);
    mote_buf_char(b, '\n');
}

void mote_csv_describe(const mote_csv *csv, mote_buf *b)
{
    const mote_csv_dialect *d = &csv->dialect;
    const mote_csv_findings *f = &csv->findings;
    describe_encoding(d, b);
    mote_buf_printf(b, "cells: %u a row, between them %s: %s\n", d->n_columns,
                    d->delimiter == '\t'  ? "a tab"
                    : d->delimiter == ',' ? "','"
                    : d->delimiter == ';' ? "';'"
                    : d->delimiter == '|' ? "'|'"
                    : d->delimiter == ' ' ? "blanks"
                                          : "the delimiter that was given",
                    d->delimiter_why);
    mote_buf_printf(b, "decimal point: '%c'\n", d->decimal);
    mote_buf_printf(b, "header: %s, %s%s\n", d->has_header ? "yes" : "no", d->header_why,
                    d->has_row_names
                        ? "; it has one cell less than the rows, which begin with their "
                          "name"
                        : "");
    mote_buf_printf(b, "rows: %llu", (unsigned long long)f->n_rows);
    if (f->n_blank_lines)
        mote_buf_printf(b, ", and %llu empty lines", (unsigned long long)f->n_blank_lines);
    mote_buf_char(b, '\n');
    if (f->n_ragged) {
        mote_buf_printf(b, "%llu rows have another number of cells than %u:",
                        (unsigned long long)f->n_ragged, d->n_columns);
        for (uint64_t i = 0; i < f->n_ragged && i < MOTE_CSV_NAMED; i++)
            mote_buf_printf(b, "%s line %llu has %u", i ? "," : "",
                            (unsigned long long)f->ragged_line[i], f->ragged_cells[i]);
        mote_buf_str(b, f->n_ragged > MOTE_CSV_NAMED ? ", ..\n" : "\n");
    }
    if (f->n_behind_quote)
        mote_buf_printf(b, "%llu cells go on behind their closing quote, the first in line %llu\n",
                        (unsigned long long)f->n_behind_quote,
                        (unsigned long long)f->behind_quote_line);
}
