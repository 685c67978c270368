/* SPDX-License-Identifier: Apache-2.0 */
/* A sensor recording as CSV: rows are samples, columns of numbers are channels, one column may be
 * the time and one the label.
 *
 * The column of time is the first one whose cells are dates, or that is named like one (timestamp,
 * time, t, date, .., with or without a unit). A number's unit is: given; said by the name
 * ("time_ms", "t (us)"); told by its size when it counts from 1970 (1e17 ns, 1e14 us, 1e11 ms, 1e8
 * s); else seconds when the median interval is below 1, milliseconds when it is not, as acquisition
 * files of Edge Impulse have it. Which of these it was stands in the notes. A column is judged by
 * its first 200 rows; what is text there, and not the label, is left out and named. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/series_internal.h"
#include "data/time_text.h"

#define JUDGED_ROWS 200

typedef struct {
    const char *name; /* of the file */
    mote_csv *csv;
    const mote_series_config *cfg;
    mote_series *s;
    mote_series_build build;
    uint32_t n_columns;
    uint32_t *n_numbers, *n_texts;     /* [n_columns], of the judged rows */
    uint32_t *formats;                 /* [n_columns] of time that all judged cells fit */
    int32_t time_column, label_column; /* -1: none */
    bool is_date;
    mote_time_format format;
    uint32_t *channels;      /* [n_channels] columns */
    mote_series_span *spans; /* owned until the end (mote_free) */
    size_t n_spans, spans_room;
} reader;

static const char *column_name(const reader *r, uint32_t i)
{
    const char *const *header = mote_csv_get_header(r->csv);
    return header ? header[i] : "";
}

/* Letters of a name without case; up to a blank, '_', '(' or '['. */
static bool begins_with_word(const char *s, const char *word)
{
    while (*s == ' ' || *s == '"')
        s++;
    size_t i = 0;
    for (; word[i]; i++)
        if (((s[i] >= 'A' && s[i] <= 'Z') ? s[i] + 32 : s[i]) != word[i])
            return false;
    return s[i] == '\0' || strchr(" _([.-", s[i]) != NULL;
}

static bool is_one_of(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (begins_with_word(name, *words))
            return true;
    return false;
}

static int32_t find_named(const reader *r, const char *name)
{
    for (uint32_t i = 0; i < r->n_columns; i++)
        if (strcmp(column_name(r, i), name) == 0)
            return (int32_t)i;
    return -1;
}

static mote_status judge(reader *r, mote_err *err)
{
    mote_arena *a = &r->s->arena;
    MOTE_TRY(mote_arena_take(a, r->n_columns, sizeof *r->n_numbers, &r->n_numbers, err));
    MOTE_TRY(mote_arena_take(a, r->n_columns, sizeof *r->n_texts, &r->n_texts, err));
    MOTE_TRY(mote_arena_take(a, r->n_columns, sizeof *r->formats, &r->formats, err));
    MOTE_TRY(mote_arena_take(a, r->n_columns, sizeof *r->channels, &r->channels, err));
    for (uint32_t i = 0; i < r->n_columns; i++)
        r->formats[i] = MOTE_TIME_ALL_FORMATS;
    for (int k = 0; k < JUDGED_ROWS; k++) {
        mote_csv_row row;
        MOTE_TRY(mote_csv_next(r->csv, &row, err));
        if (!row.cells)
            break;
        for (uint32_t i = 0; i < row.n_cells && i < r->n_columns; i++) {
            const mote_csv_cell *c = &row.cells[i];
            double x;
            bool is_number = mote_csv_number(r->csv, c, &x);
            r->n_numbers[i] += is_number;
            r->n_texts[i] += !is_number && c->n > 0;
            r->formats[i] = mote_time_match(c->s, c->n, r->formats[i]);
        }
    }
    mote_csv_seek(r->csv, NULL);
    return MOTE_OK;
}

static mote_status find_time(reader *r, mote_err *err)
{
    static const char *const words[] = {"timestamp", "time",    "t",  "date",
                                        "datetime",  "ts",      "ms", "millis",
                                        "seconds",   "elapsed", NULL};
    r->time_column = -1;
    if (r->cfg->time_column && *r->cfg->time_column) {
        r->time_column = find_named(r, r->cfg->time_column);
        if (r->time_column < 0)
            return mote_fail(err, MOTE_NOT_FOUND, "'%s' has no column '%s' of time", r->name,
                             r->cfg->time_column);
    }
    for (uint32_t i = 0; i < r->n_columns && r->time_column < 0 && !r->cfg->time_column; i++)
        if (r->formats[i] || (r->n_numbers[i] && is_one_of(column_name(r, i), words)))
            r->time_column = (int32_t)i;
    if (r->time_column < 0)
        return MOTE_OK;
    uint32_t formats = r->formats[r->time_column];
    r->is_date = formats != 0;
    for (int f = MOTE_N_TIME_FORMATS - 1; f >= 0; f--)
        if (formats & (1u << f))
            r->format = (mote_time_format)f;
    if (!r->is_date && !r->n_numbers[r->time_column])
        return mote_fail(err, MOTE_PARSE, "'%s': column '%s' holds no times that can be read",
                         r->name, column_name(r, (uint32_t)r->time_column));
    return MOTE_OK;
}

static mote_status find_label(reader *r, mote_err *err)
{
    static const char *const words[] = {"label",  "class",  "activity", "gesture",
                                        "target", "labels", "event",    NULL};
    r->label_column = -1;
    if (r->cfg->label_column && *r->cfg->label_column) {
        r->label_column = find_named(r, r->cfg->label_column);
        if (r->label_column < 0)
            return mote_fail(err, MOTE_NOT_FOUND, "'%s' has no column '%s' of labels", r->name,
                             r->cfg->label_column);
    }
    for (uint32_t i = 0; i < r->n_columns && r->label_column < 0 && !r->cfg->label_column; i++)
        if ((int32_t)i != r->time_column && is_one_of(column_name(r, i), words))
            r->label_column = (int32_t)i;
    return MOTE_OK;
}

/* "accel_x (m/s2)" and "accel_x [m/s2]" say their unit. */
static mote_status name_channel(reader *r, uint32_t column, const char **name, const char **unit,
                                mote_err *err)
{
    const char *full = column_name(r, column);
    size_t n = strlen(full), cut = strcspn(full, "([");
    const char last = n > 0 ? full[n - 1] : ' ';
    if (cut == 0 || (last != ')' && last != ']'))
        cut = n;
    *unit = cut < n ? mote_series_text(r->s, full + cut + 1, n - cut - 2) : "";
    while (cut > 0 && full[cut - 1] == ' ')
        cut--;
    *name = cut ? mote_series_text(r->s, full, cut)
                : mote_arena_printf(&r->s->arena, "column_%u", column + 1);
    return *name && *unit ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "the name of a channel");
}

static mote_status find_channels(reader *r, mote_err *err)
{
    mote_series *s = r->s;
    bool has_row_names = mote_csv_get_dialect(r->csv)->has_row_names;
    for (uint32_t i = 0; i < r->n_columns; i++) {
        if ((int32_t)i == r->time_column || (int32_t)i == r->label_column ||
            (i == 0 && has_row_names))
            continue;
        if (r->n_numbers[i] > r->n_texts[i] && s->n_channels < MOTE_SERIES_MAX_CHANNELS)
            r->channels[s->n_channels++] = i;
        else if (r->n_numbers[i] > r->n_texts[i])
            return mote_fail(err, MOTE_LIMIT, "'%s' has more than %d channels", r->name,
                             MOTE_SERIES_MAX_CHANNELS);
        else
            mote_series_note(s, "column %u '%.40s' holds no numbers and is left out", i + 1,
                             column_name(r, i));
    }
    if (s->n_channels == 0)
        return mote_fail(err, MOTE_PARSE, "'%s' has no column of numbers", r->name);
    const char **names, **units;
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *names, &names, err));
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *units, &units, err));
    for (int32_t c = 0; c < s->n_channels; c++)
        MOTE_TRY(name_channel(r, r->channels[c], &names[c], &units[c], err));
    s->names = names;
    s->units = units;
    return MOTE_OK;
}

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
    if (r->time_column >= 0) {
        const mote_csv_cell *c = &row->cells[r->time_column];
        bool ok = r->is_date ? mote_time_parse(r->format, c->s, c->n, &t)
                             : mote_csv_number(r->csv, c, &t);
        if (!ok)
            return mote_fail(err, MOTE_PARSE,
                             "'%s': line %llu: '%.*s' is no time like those before", r->name,
                             (unsigned long long)row->line, c->n < 40 ? (int)c->n : 40, c->s);
        MOTE_TRY(mote_series_add_time(&r->build, r->name, t, err));
    }
    if (r->label_column >= 0)
        MOTE_TRY(add_label(r, &row->cells[r->label_column],
                           r->build.n_values / (size_t)s->n_channels, err));
    for (int32_t c = 0; c < s->n_channels; c++) {
        const mote_csv_cell *cell = &row->cells[r->channels[c]];
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
        if (row.n_cells == r->n_columns)
            MOTE_TRY(add_row(r, &row, err));
        else if (r->s->n_ragged++ == 0)
            r->s->ragged_line = row.line;
    }
}

/* ---- times ---- */

static double unit_of_name(const char *name)
{
    static const struct {
        const char *end;
        double unit_s;
    } units[] = {{"ns", 1e-9},     {"us", 1e-6}, {"ms", 1e-3},   {"millis", 1e-3},
                 {"micros", 1e-6}, {"sec", 1},   {"seconds", 1}, {"s", 1}};
    size_t n = strlen(name);
    while (n > 0 && strchr(")] ", name[n - 1]))
        n--;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t k = strlen(units[i].end);
        bool is_end = n >= k && memcmp(name + n - k, units[i].end, k) == 0;
        if (is_end && (n == k || strchr("_([ -.", name[n - k - 1])))
            return units[i].unit_s;
    }
    return 0;
}

static double unit_of_size(double first, double median, const char **why)
{
    static const double sizes[][2] = {{1e17, 1e-9}, {1e14, 1e-6}, {1e11, 1e-3}, {1e8, 1}};
    for (size_t i = 0; i < 4; i++) {
        if (first >= sizes[i][0]) {
            *why = "by their size, counted from 1970";
            return sizes[i][1];
        }
    }
    *why = median < 1 ? "because the median interval is below 1; say unit_s if not"
                      : "as no unit is said; say unit_s if not";
    return median < 1 ? 1 : 1e-3;
}

/* Times to seconds since the first, and the nominal rate. */
static mote_status settle_times(reader *r, mote_series_one *one, mote_err *err)
{
    double *t = r->build.times, first = t[0], unit = 1, *scratch;
    size_t n = r->build.n_times;
    MOTE_TRY(mote_arena_take(&r->s->arena, n, sizeof *scratch, &scratch, err));
    double median = mote_series_median_interval(t, n, scratch);
    const char *why = "as given", *name = column_name(r, (uint32_t)r->time_column);
    if (!r->is_date) {
        unit = r->cfg->unit_s > 0 ? r->cfg->unit_s : unit_of_name(name);
        if (!(r->cfg->unit_s > 0) && unit > 0)
            why = "by the name";
        else if (!(unit > 0))
            unit = unit_of_size(first, median, &why);
        mote_series_note(r->s, "times '%.40s' in units of %g s, %s", name, unit, why);
    } else {
        mote_series_note(r->s, "times '%.40s' as %s", name, mote_time_format_name(r->format));
    }
    for (size_t i = 0; i < n; i++)
        t[i] = (t[i] - first) * unit;
    one->rate_hz = median > 0 ? 1 / (median * unit) : 0;
    one->start_s = (r->is_date && r->format != MOTE_TIME_OF_DAY) || first * unit >= 1e8
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

static mote_status read_all(reader *r, const void *bytes, size_t n, mote_err *err)
{
    MOTE_TRY(mote_csv_open_bytes(r->name, bytes, n, &r->cfg->csv, &r->csv, err));
    r->n_columns = mote_csv_get_dialect(r->csv)->n_columns;
    MOTE_TRY(judge(r, err));
    MOTE_TRY(find_time(r, err));
    MOTE_TRY(find_label(r, err));
    MOTE_TRY(find_channels(r, err));
    MOTE_TRY(add_rows(r, err));
    return settle(r, err);
}

mote_status mote_series_read_csv(const char *name, const void *bytes, size_t n,
                                 const mote_series_config *cfg, mote_series *out, mote_err *err)
{
    mote_series_config chosen = cfg ? *cfg : mote_series_config_default();
    mote_series s = {.format = MOTE_SERIES_CSV};
    reader r = {.name = name, .cfg = &chosen, .s = &s, .build.max_values = chosen.max_values};
    mote_arena_init(&s.arena, chosen.max_values * 24 + ((size_t)64 << 20));
    mote_status st = read_all(&r, bytes, n, err);
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
