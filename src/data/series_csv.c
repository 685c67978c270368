/* SPDX-License-Identifier: Apache-2.0 */
/* A sensor recording as CSV: rows are samples; which column is the time, the label or an axis,
 * series_columns.c finds.
 *
 * With a column of groups the file holds several recordings: each begins where the group changes.
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
    mote_series_span *spans; /* of the recording that is read; owned until the end (mote_free) */
    size_t n_spans, spans_room;
    double unit_s;          /* that the size of the first times told; 0: none has yet */
    const char *group;      /* of that recording; NULL: no column says it */
    mote_series_one *items; /* those that are read, in the arena */
    size_t n_items, items_room;
} reader;

#define MAX_RECORDINGS ((size_t)1 << 20) /* of one file */

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
        else if (!(unit > 0) && r->unit_s > 0)
            unit = r->unit_s;
        else if (!(unit > 0))
            unit = unit_of_size(first, median, &why);
        r->unit_s = median > 0 ? unit : r->unit_s; /* a recording of one row tells nothing */
        if (r->n_items == 0)
            mote_series_note(r->s, "times '%.40s' in units of %g s, %s", name, unit, why);
    } else if (r->n_items == 0) {
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

/* ---- recordings ---- */

static mote_status push(reader *r, const mote_series_one *one, mote_err *err)
{
    if (r->n_items == r->items_room) {
        mote_series_one *more = NULL;
        const size_t room = r->items_room ? 2 * r->items_room : 1;
        if (room > MAX_RECORDINGS)
            return mote_fail(err, MOTE_LIMIT,
                             "'%s': column '%s' changes more than %zu times; sort the rows by it, "
                             "then by time",
                             r->name, r->cfg->group_column, MAX_RECORDINGS);
        MOTE_TRY(mote_arena_take(&r->s->arena, room, sizeof *more, &more, err));
        if (r->n_items)
            memcpy(more, r->items, r->n_items * sizeof *more);
        r->items = more;
        r->items_room = room;
    }
    r->items[r->n_items++] = *one;
    return MOTE_OK;
}

/* The recording that was read so far is done. */
static mote_status settle(reader *r, mote_err *err)
{
    mote_series_one one = {.start_s = NAN, .rate_hz = r->cfg->rate_hz, .line = 1};
    if (r->build.n_values == 0)
        return mote_fail(err, MOTE_PARSE, "'%s' has no sample", r->name);
    if (r->build.n_times)
        MOTE_TRY(settle_times(r, &one, err));
    else if (!(r->cfg->rate_hz > 0) && r->build.n_values > (size_t)r->s->n_channels &&
             r->n_items == 0)
        mote_series_note(r->s, "no column of time and no rate is known: give the rate");
    MOTE_TRY(mote_series_finish(&r->build, r->s, &one, err));
    one.group = r->group;
    if (r->n_spans == 1)
        one.label = r->spans[0].label;
    if (r->n_spans > 1) {
        mote_series_span *spans;
        MOTE_TRY(mote_arena_take(&r->s->arena, r->n_spans, sizeof *spans, &spans, err));
        memcpy(spans, r->spans, r->n_spans * sizeof *spans);
        one.spans = spans;
        one.n_spans = r->n_spans;
    }
    r->n_spans = 0;
    return push(r, &one, err);
}

/* A row of another group than the one before begins another recording. */
static mote_status see_group(reader *r, const mote_csv_cell *c, mote_err *err)
{
    if (r->group && strlen(r->group) == c->n && memcmp(r->group, c->s, c->n) == 0)
        return MOTE_OK;
    if (r->group)
        MOTE_TRY(settle(r, err));
    r->group = mote_arena_strndup(&r->s->arena, c->s, c->n);
    return r->group ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "'%s': a group", r->name);
}

static mote_status add_rows(reader *r, mote_err *err)
{
    for (;;) {
        mote_csv_row row;
        MOTE_TRY(mote_csv_next(r->csv, &row, err));
        if (!row.cells)
            return MOTE_OK;
        if (row.n_cells != r->columns.n) {
            if (r->s->n_ragged++ == 0)
                r->s->ragged_line = row.line;
            continue;
        }
        if (r->columns.group >= 0)
            MOTE_TRY(see_group(r, &row.cells[r->columns.group], err));
        MOTE_TRY(add_row(r, &row, err));
    }
}

static mote_status read_all(reader *r, const mote_file_bytes *file, mote_err *err)
{
    MOTE_TRY(mote_csv_open_bytes(file, &r->cfg->csv, &r->csv, err));
    MOTE_TRY(mote_series_find_columns(r->name, r->csv, r->cfg, r->s, &r->columns, err));
    MOTE_TRY(add_rows(r, err));
    MOTE_TRY(settle(r, err));
    if (r->columns.group >= 0)
        mote_series_note(r->s, "groups from column '%.40s'", r->cfg->group_column);
    r->s->items = r->items;
    r->s->n_items = r->n_items;
    return MOTE_OK;
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

/* ---- where they stand ------------------------------------------------------------------------ */

typedef struct {
    mote_csv *csv;
    const mote_series_columns *columns;
    mote_arena *a;
    mote_series_places list;
    size_t room;
} placer;

static mote_status add_place(placer *p, const mote_csv_mark *at, const mote_csv_cell *group,
                             mote_err *err)
{
    mote_series_place *more = NULL;
    if (p->list.n == p->room) {
        const size_t room = p->room ? 2 * p->room : 16;
        if (room > MAX_RECORDINGS)
            return mote_fail(err, MOTE_LIMIT, "more than %zu changes of group", MAX_RECORDINGS);
        MOTE_TRY(mote_arena_take(p->a, room, sizeof *more, &more, err));
        if (p->list.n)
            memcpy(more, p->list.items, p->list.n * sizeof *more);
        p->list.items = more;
        p->room = room;
    }
    mote_series_place *to = &p->list.items[p->list.n];
    *to = (mote_series_place){.from = mote_csv_byte_of(p->csv, at),
                              .line = (int64_t)at->line,
                              .group = mote_arena_strndup(p->a, group->s, group->n)};
    if (!to->group)
        return mote_fail(err, MOTE_NOMEM, "a group");
    p->list.n++;
    return MOTE_OK;
}

static mote_status walk_places(placer *p, mote_err *err)
{
    mote_csv_mark at = mote_csv_tell(p->csv);
    p->list.head = mote_csv_byte_of(p->csv, &at);
    for (;;) {
        mote_csv_row row;
        MOTE_TRY(mote_csv_next(p->csv, &row, err));
        mote_series_place *last = p->list.n ? &p->list.items[p->list.n - 1] : NULL;
        const mote_csv_cell *c =
            row.cells && row.n_cells == p->columns->n ? &row.cells[p->columns->group] : NULL;
        const bool is_next =
            c && (!last || strlen(last->group) != c->n || memcmp(last->group, c->s, c->n) != 0);
        if (last && (is_next || !row.cells))
            last->n = mote_csv_byte_of(p->csv, &at) - last->from;
        if (!row.cells)
            return MOTE_OK;
        if (is_next)
            MOTE_TRY(add_place(p, &at, c, err));
        at = mote_csv_tell(p->csv);
    }
}

/* A reader at the first row, and what its columns are. */
typedef struct {
    mote_csv *csv;
    mote_series s; /* holds their names */
    mote_series_columns columns;
} opened;

static void close_columns(opened *o)
{
    mote_csv_destroy(o->csv);
    mote_arena_release(&o->s.arena);
}

/* To be closed, also after a failure. */
static mote_status open_columns(const mote_file_bytes *file, const mote_series_config *cfg,
                                opened *o, mote_err *err)
{
    *o = (opened){.s.format = MOTE_SERIES_CSV, .columns.label = -1};
    mote_arena_init(&o->s.arena, (size_t)64 << 20);
    MOTE_TRY(mote_csv_open_bytes(file, &cfg->csv, &o->csv, err));
    return mote_series_find_columns(file->name, o->csv, cfg, &o->s, &o->columns, err);
}

mote_status mote_series_csv_places(const mote_file_bytes *file, const mote_series_config *cfg,
                                   mote_arena *a, mote_series_places *out, mote_err *err)
{
    opened o;
    mote_status st = open_columns(file, cfg, &o, err);
    placer p = {.csv = o.csv, .columns = &o.columns, .a = a};
    if (st == MOTE_OK && o.columns.group >= 0)
        st = walk_places(&p, err);
    close_columns(&o);
    if (st == MOTE_OK)
        *out = p.list;
    return st;
}

bool mote_series_csv_says_labels(const mote_file_bytes *file, const mote_series_config *cfg)
{
    opened o;
    mote_err ignored;
    const bool is_open = open_columns(file, cfg, &o, &ignored) == MOTE_OK;
    close_columns(&o);
    return is_open && o.columns.label >= 0;
}
