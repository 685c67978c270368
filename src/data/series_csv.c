/* SPDX-License-Identifier: Apache-2.0 */
/* A sensor recording as CSV: rows are samples; which column is the time, the label or an axis,
 * series_columns.c finds.
 *
 * A time's unit is: given; said by the name ("time_ms", "t (us)"); told by its size when it counts
 * from 1970 (1e17 ns, 1e14 us, 1e11 ms, 1e8 s); else seconds when the median interval is below 1,
 * milliseconds when it is not, as acquisition files of Edge Impulse have it. Which of these it was
 * stands in the notes. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/series_internal.h"
#include "data/time_text.h"

typedef struct {
    const char *name; /* of the file */
    mote_csv *csv;
    const mote_series_config *cfg;
    mote_series *s;
    mote_series_build build;
    mote_series_columns columns;
    mote_series_span *spans; /* owned until the end (mote_free) */
    size_t n_spans, spans_room;
} reader;

/* ---- rows ---- */

static mote_status add_label(reader *r, const mote_csv_cell *c, size_t sample, mote_err *err)
{
    mote_series_span *last = r->n_spans ? &r->spans[r->n_spans - 1] : NULL;
    if (last && strlen(last->label) == c->n && memcmp(last->label, c->s, c->n) == 0) {
        last->n++;
        return MOTE_OK;
    }
    if (!r->spans || r->n_spans == r->spans_room) {
        size_t room = r->spans_room ? r->spans_room * 2 : 16;
        mote_series_span *more = mote_realloc(r->spans, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "'%s': %zu labels", r->name, room);
        r->spans = more;
        r->spans_room = room;
    }
    /* labels are kept as they are, so that equal ones are found equal above */
    const char *label = mote_arena_strndup(&r->s->arena, c->s, c->n);
    if (!label)
        return mote_fail(err, MOTE_NOMEM, "'%s': a label", r->name);
    r->spans[r->n_spans++] = (mote_series_span){sample, 1, label};
    return MOTE_OK;
}

static mote_status add_row(reader *r, const mote_csv_row *row, mote_err *err)
{
    mote_series *s = r->s;
    double t = 0;
    if (r->columns.time >= 0) {
        const mote_csv_cell *c = &row->cells[r->columns.time];
        bool ok = r->columns.is_date ? mote_time_parse(r->columns.format, c->s, c->n, &t)
                                     : mote_csv_number(r->csv, c, &t);
        if (!ok)
            return mote_fail(err, MOTE_PARSE,
                             "'%s': line %llu: '%.*s' is no time like those before", r->name,
                             (unsigned long long)row->line, c->n < 40 ? (int)c->n : 40, c->s);
        MOTE_TRY(mote_series_add_time(&r->build, r->name, t, err));
    }
    if (r->columns.label >= 0)
        MOTE_TRY(add_label(r, &row->cells[r->columns.label],
                           r->build.n_values / (size_t)s->n_channels, err));
    for (int32_t c = 0; c < s->n_channels; c++) {
        const mote_csv_cell *cell = &row->cells[r->columns.axes[c]];
        double x = NAN;
        if (!mote_csv_number(r->csv, cell, &x)) {
            x = NAN;
            if (cell->n > 0 && s->n_bad_cells++ == 0)
                s->bad_line = row->line;
        }
        MOTE_TRY(mote_series_add_value(&r->build, r->name, (float)x, err));
    }
    return MOTE_OK;
}

static mote_status add_rows(reader *r, mote_err *err)
{
    for (;;) {
        mote_csv_row row;
        MOTE_TRY(mote_csv_next(r->csv, &row, err));
        if (!row.cells)
            return MOTE_OK;
        if (row.n_cells == r->columns.n)
            MOTE_TRY(add_row(r, &row, err));
        else if (r->s->n_ragged++ == 0)
            r->s->ragged_line = row.line;
    }
}

/* ---- times ---- */

static double unit_of_size(double first, double median, const char **why)
{
    static const double sizes[][2] = {{1e17, 1e-9}, {1e14, 1e-6}, {1e11, 1e-3}, {1e8, 1}};
    for (size_t i = 0; i < 4; i++) {
        if (first >= sizes[i][0]) {
            *why = "by their size, counted from 1970";
            return sizes[i][1];
        }
    }
    *why = median < 1 ? "because the median interval is below 1; say data.time_unit if not"
                      : "as no unit is said; say data.time_unit if not";
    return median < 1 ? 1 : 1e-3;
}

/* Times to seconds since the first, and the nominal rate. */
static mote_status settle_times(reader *r, mote_series_one *one, mote_err *err)
{
    double *t = r->build.times, first = t[0], unit = 1, *scratch;
    size_t n = r->build.n_times;
    MOTE_TRY(mote_arena_take(&r->s->arena, n, sizeof *scratch, &scratch, err));
    double median = mote_series_median_interval(t, n, scratch);
    const char *why = "as given", *name = mote_series_column(r->csv, (uint32_t)r->columns.time);
    if (!r->columns.is_date) {
        unit = r->cfg->unit_s > 0 ? r->cfg->unit_s : mote_series_unit_of(name);
        if (!(r->cfg->unit_s > 0) && unit > 0)
            why = "by the name";
        else if (!(unit > 0))
            unit = unit_of_size(first, median, &why);
        mote_series_note(r->s, "times '%.40s' in units of %g s, %s", name, unit, why);
    } else {
        mote_series_note(r->s, "times '%.40s' as %s", name,
                         mote_time_format_name(r->columns.format));
    }
    for (size_t i = 0; i < n; i++)
        t[i] = (t[i] - first) * unit;
    one->rate_hz = median > 0 ? 1 / (median * unit) : 0;
    one->start_s =
        (r->columns.is_date && r->columns.format != MOTE_TIME_OF_DAY) || first * unit >= 1e8
            ? first * unit
            : (double)NAN;
    return MOTE_OK;
}

static mote_status settle(reader *r, mote_err *err)
{
    mote_series_one *one;
    MOTE_TRY(mote_arena_take(&r->s->arena, 1, sizeof *one, &one, err));
    *one = (mote_series_one){.start_s = NAN, .rate_hz = r->cfg->rate_hz, .line = 1};
    if (r->build.n_values == 0)
        return mote_fail(err, MOTE_PARSE, "'%s' has no sample", r->name);
    if (r->build.n_times)
        MOTE_TRY(settle_times(r, one, err));
    else if (!(r->cfg->rate_hz > 0) && r->build.n_values > (size_t)r->s->n_channels)
        mote_series_note(r->s, "no column of time and no rate is known: give the rate");
    MOTE_TRY(mote_series_finish(&r->build, r->s, one, err));
    if (r->n_spans == 1)
        one->label = r->spans[0].label;
    if (r->n_spans > 1) {
        mote_series_span *spans;
        MOTE_TRY(mote_arena_take(&r->s->arena, r->n_spans, sizeof *spans, &spans, err));
        memcpy(spans, r->spans, r->n_spans * sizeof *spans);
        one->spans = spans;
        one->n_spans = r->n_spans;
    }
    r->s->items = one;
    r->s->n_items = 1;
    return MOTE_OK;
}

static mote_status read_all(reader *r, const mote_file_bytes *file, mote_err *err)
{
    MOTE_TRY(mote_csv_open_bytes(file, &r->cfg->csv, &r->csv, err));
    MOTE_TRY(mote_series_find_columns(r->name, r->csv, r->cfg, r->s, &r->columns, err));
    MOTE_TRY(add_rows(r, err));
    return settle(r, err);
}

mote_status mote_series_read_csv(const mote_file_bytes *file, const mote_series_config *cfg,
                                 mote_series *out, mote_err *err)
{
    mote_series_config chosen = cfg ? *cfg : mote_series_config_default();
    mote_series s = {.format = MOTE_SERIES_CSV};
    reader r = {.name = file->name, .cfg = &chosen, .s = &s, .build.max_values = chosen.max_values};
    mote_arena_init(&s.arena, chosen.max_values * 24 + ((size_t)64 << 20));
    mote_status st = read_all(&r, file, err);
    mote_csv_destroy(r.csv);
    mote_series_build_release(&r.build);
    mote_free(r.spans);
    if (st != MOTE_OK) {
        mote_arena_release(&s.arena);
        return st;
    }
    *out = s;
    return MOTE_OK;
}
