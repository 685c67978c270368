/* SPDX-License-Identifier: Apache-2.0 */
/* Series as a kind of input: see kind.h; the files are read by series.c and those below it.
 *
 * From file to samples: the recordings of a file are put at one rate, each stretch between gaps by
 * itself. A stretch ends where the interval is more than GAP_FACTOR medians, where time stands
 * still or runs back, and where a value is missing. Within it, samples are taken at k / rate from
 * its first by linear interpolation; a file that has the wanted rate and no times passes unchanged.
 * Windows are cut in stretches only, so never across a gap, nor from one recording into the next.
 */
#include "data/kind_series.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/dataset_internal.h"
#include "data/kind_series_own.h"
#include "data/series.h"

#define GAP_FACTOR 1.9 /* as in mote_series_check_default */
#define MAX_VALUES ((size_t)64 << 20)

static const char *const endings[] = {"csv", "tsv", "json", "cbor", "ts", "txt", NULL};
static const mote_filetype reads[] = {MOTE_N_FILETYPES};
static const mote_filetype locked[] = {MOTE_FILETYPE_hdf5, MOTE_FILETYPE_numpy,
                                       MOTE_FILETYPE_parquet, MOTE_N_FILETYPES};

static mote_decoding decoding(void)
{
    return (mote_decoding){.max_bytes = mote_series_config_default().max_bytes};
}

/* A text with two lines of numbers, or an acquisition of Edge Impulse. */
static bool recognise(mote_filetype type, const uint8_t *head, size_t n)
{
    if (type == MOTE_FILETYPE_html)
        return false;
    mote_series_format f = mote_series_recognise(head, n);
    if (f != MOTE_SERIES_CSV)
        return f == MOTE_SERIES_TS || f == MOTE_SERIES_EDGE_CBOR || type == MOTE_FILETYPE_json;
    mote_csv_glance g;
    return type == MOTE_FILETYPE_text && mote_csv_look(head, n, &g) && g.n_number_rows > 1;
}

/* Rates that sensors are set to. */
static const double usual_rates[] = {
    0.1,   0.2, 0.5, 1,   2,   4,    5,    8,    10,   12.5, 15,   16,   20,   25,  26,  30,
    31.25, 32,  40,  50,  52,  60,   62.5, 64,   75,   80,   96,   100,  104,  119, 120, 125,
    128,   150, 160, 200, 208, 238,  240,  250,  256,  300,  320,  400,  416,  476, 480, 500,
    512,   600, 800, 833, 952, 1000, 1024, 1600, 1660, 2000, 2048, 3200, 4000, 8000};

/* Measured intervals never give the rate that was meant: recordings of one sensor at 99.6, 99.8 and
 * 100.2 Hz are all at 100. The nearest usual rate within 2 %, else three digits of what it is. */
static double rate_meant(double measured_hz)
{
    double best = 0;
    for (size_t i = 0; i < sizeof usual_rates / sizeof usual_rates[0]; i++)
        if (fabs(usual_rates[i] - measured_hz) < fabs(best - measured_hz))
            best = usual_rates[i];
    if (!(measured_hz > 0) || fabs(best - measured_hz) <= 0.02 * measured_hz)
        return measured_hz > 0 ? best : measured_hz;
    double unit = pow(10.0, floor(log10(measured_hz)) - 2.0);
    return round(measured_hz / unit) * unit;
}

/* ---- decoding ------------------------------------------------------------------------------- */

static bool has_values(const mote_series_one *s, size_t i, int32_t n_channels)
{
    for (int32_t c = 0; c < n_channels; c++)
        if (!isfinite(s->values[i * (size_t)n_channels + (size_t)c]))
            return false;
    return true;
}

static bool joins(const mote_series_one *s, size_t i, double rate_hz)
{
    if (!s->times_s)
        return true;
    double step = s->times_s[i] - s->times_s[i - 1];
    return step > 0 && step <= GAP_FACTOR / rate_hz;
}

/* The next run without a gap at or behind `at`; first == end: there is none. */
static mote_series_run next_run(const mote_series_one *s, int32_t n_channels, double rate_hz,
                                size_t at)
{
    while (at < s->n && !has_values(s, at, n_channels))
        at++;
    mote_series_run r = {at, at < s->n ? at + 1 : at};
    while (r.end < s->n && r.end > r.first && has_values(s, r.end, n_channels) &&
           joins(s, r.end, rate_hz))
        r.end++;
    return r;
}

typedef struct {
    const mote_series *from;
    mote_series_samples *to;
    double rate_hz;
    size_t room; /* stretches */
} decoding_job;

/* Samples of a run at the wanted rate; *x lives in the arena. */
static mote_status resample(const decoding_job *j, const mote_series_one *s, mote_series_run r,
                            float **x, size_t *n, mote_err *err)
{
    size_t channels = (size_t)j->to->n_channels, last = r.end - r.first - 1, at = 0;
    double native = s->rate_hz > 0 ? s->rate_hz : j->rate_hz;
    double length =
        s->times_s ? s->times_s[r.end - 1] - s->times_s[r.first] : (double)last / native;
    *n = (size_t)floor(length * j->rate_hz + 1e-6) + 1;
    if (*n > MAX_VALUES / channels)
        return mote_fail(err, MOTE_LIMIT, "at %g Hz it has more than %zu values", j->rate_hz,
                         MAX_VALUES);
    MOTE_TRY(mote_arena_take(&j->to->arena, *n * channels, sizeof **x, x, err));
    for (size_t i = 0; i < *n; i++) {
        double t = (double)i / j->rate_hz, before = 0, after = 0;
        for (;; at++) {
            before =
                s->times_s ? s->times_s[r.first + at] - s->times_s[r.first] : (double)at / native;
            size_t next = at < last ? at + 1 : at;
            after = s->times_s ? s->times_s[r.first + next] - s->times_s[r.first]
                               : (double)next / native;
            if (at >= last || t < after)
                break;
        }
        double share = after > before ? (t - before) / (after - before) : 0.0;
        share = share < 0 ? 0 : share > 1 ? 1 : share;
        const float *a = s->values + (r.first + at) * channels;
        const float *b = at < last ? a + channels : a;
        for (size_t c = 0; c < channels; c++)
            (*x)[i * channels + c] = (float)((1 - share) * (double)a[c] + share * (double)b[c]);
    }
    return MOTE_OK;
}

/* Where a sample of a recording is in the file, in time. */
static int64_t place_us(const decoding_job *j, const mote_series_one *s, size_t i, int64_t base_us)
{
    double native = s->rate_hz > 0 ? s->rate_hz : j->rate_hz;
    double at = s->times_s ? s->times_s[i] - s->times_s[0] : (double)i / native;
    return base_us + (int64_t)llround(at * 1e6);
}

static mote_status add_stretches(decoding_job *j, const mote_series_one *s, int64_t base_us,
                                 mote_err *err)
{
    double native = s->rate_hz > 0 ? s->rate_hz : j->rate_hz;
    mote_series_samples *to = j->to;
    for (mote_series_run r = next_run(s, to->n_channels, native, 0); r.end > r.first;
         r = next_run(s, to->n_channels, native, r.end)) {
        if (to->n_stretches == j->room) {
            mote_series_stretch *more = NULL;
            size_t room = j->room ? 2 * j->room : 16;
            MOTE_TRY(mote_arena_take(&to->arena, room, sizeof *more, &more, err));
            if (j->room)
                memcpy(more, to->stretches, j->room * sizeof *more);
            to->stretches = more;
            j->room = room;
        }
        mote_series_stretch *st = &to->stretches[to->n_stretches];
        float *x = NULL;
        MOTE_TRY(resample(j, s, r, &x, &st->n, err));
        st->x = x;
        st->from_us = place_us(j, s, r.first, base_us);
        to->n_stretches++;
    }
    return MOTE_OK;
}

static int64_t length_us(const decoding_job *j, const mote_series_one *s)
{
    return s->n ? place_us(j, s, s->n - 1, 0) + (int64_t)llround(1e6 / j->rate_hz) : 0;
}

/* What the file says of its stretches of time, as labels. */
static mote_status add_labels(const decoding_job *j, mote_decoded *out, mote_err *err)
{
    size_t n = 0;
    int64_t base_us = 0;
    for (size_t i = 0; i < j->from->n_items; i++)
        n += j->from->items[i].n_spans + (j->from->items[i].label ? 1 : 0);
    mote_said *said = NULL;
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(&j->to->arena, n, sizeof *said, &said, err));
    for (size_t i = 0; i < j->from->n_items; i++) {
        const mote_series_one *s = &j->from->items[i];
        int64_t end_us = base_us + length_us(j, s);
        for (size_t k = 0; k < s->n_spans; k++) {
            const mote_series_span *p = &s->spans[k];
            size_t behind = p->first + p->n;
            said[out->n_said++] =
                (mote_said){.label = mote_arena_strdup(&j->to->arena, p->label),
                            .from_us = place_us(j, s, p->first, base_us),
                            .to_us = behind < s->n ? place_us(j, s, behind, base_us) : end_us};
        }
        if (s->label && s->n_spans == 0)
            said[out->n_said++] = (mote_said){.label = mote_arena_strdup(&j->to->arena, s->label),
                                              .from_us = base_us,
                                              .to_us = end_us};
        base_us = end_us;
    }
    for (size_t i = 0; i < out->n_said; i++)
        if (!said[i].label)
            return mote_fail(err, MOTE_NOMEM, "labels of a series");
    out->said = said;
    return MOTE_OK;
}

static void write_facts(const decoding_job *j, mote_decoded *out)
{
    size_t n = 0;
    for (size_t i = 0; i < j->from->n_items; i++)
        n += j->from->items[i].n;
    (void)mote_format(out->facts, sizeof out->facts,
                      "{\"format\":\"%s\",\"n_channels\":%d,\"rate_hz\":%g,\"n\":%zu,"
                      "\"n_recordings\":%zu,\"n_stretches\":%zu}",
                      mote_series_format_name(j->from->format), (int)j->from->n_channels,
                      j->from->items[0].rate_hz, n, j->from->n_items, j->to->n_stretches);
}

static mote_status hash_content(const mote_series_samples *s, mote_decoded *out, mote_err *err)
{
    mote_hasher *h = NULL;
    MOTE_TRY(mote_hasher_create(&h, err));
    mote_hasher_add_u64(h, (uint64_t)s->n_channels);
    for (size_t i = 0; i < s->n_stretches; i++) {
        size_t bytes = s->stretches[i].n * (size_t)s->n_channels * sizeof(float);
        mote_hasher_add_u64(h, (uint64_t)s->stretches[i].from_us);
        mote_hasher_add(h, s->stretches[i].x, bytes);
        out->bytes += bytes;
    }
    out->content = mote_hasher_finish(h);
    mote_hasher_destroy(h);
    return MOTE_OK;
}

static mote_status decode_all(decoding_job *j, const char *what, mote_decoded *out, mote_err *err)
{
    int64_t at_us = 0;
    if (!(j->rate_hz > 0))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s': it has neither times nor a rate; name its column of times in "
                         "'data.time_column' of mote.yaml, or give 'data.rate_hz'",
                         what);
    for (size_t i = 0; i < j->from->n_items; i++) {
        mote_status st = add_stretches(j, &j->from->items[i], at_us, err);
        if (st != MOTE_OK)
            return mote_wrap(err, st, "'%s'", what);
        at_us += length_us(j, &j->from->items[i]);
    }
    if (j->to->n_stretches == 0)
        return mote_fail(err, MOTE_CORRUPT, "'%s': no sample has all its values", what);
    out->duration_us = at_us;
    j->to->n_steps = j->to->n_stretches == 1 ? j->to->stretches[0].n
                                             : (size_t)llround((double)at_us * j->rate_hz / 1e6);
    double start_s = j->from->items[0].start_s;
    out->taken_ms = isfinite(start_s) && start_s > 0 ? (int64_t)(start_s * 1000) : 0;
    write_facts(j, out);
    MOTE_TRY(hash_content(j->to, out, err));
    return add_labels(j, out, err);
}

static mote_status name_axes(const mote_series *s, mote_series_samples *to, mote_decoded *out,
                             mote_err *err)
{
    const char **names = NULL;
    MOTE_TRY(mote_arena_take(&to->arena, (size_t)s->n_channels, sizeof *names, &names, err));
    for (int32_t c = 0; c < s->n_channels; c++)
        if (!(names[c] = mote_arena_strdup(&to->arena, s->names[c])))
            return mote_fail(err, MOTE_NOMEM, "the names of %d axes", (int)s->n_channels);
    to->names = out->columns = names;
    if (s->notes[0] && !(to->notes = mote_arena_strdup(&to->arena, s->notes)))
        return mote_fail(err, MOTE_NOMEM, "the notes on a series");
    out->n_columns = (size_t)s->n_channels;
    return MOTE_OK;
}

static void release(void *own)
{
    mote_series_samples *s = own;
    mote_arena_release(&s->arena);
    mote_free(s);
}

static const mote_trouble troubles[] = {
    [MOTE_SERIES_GAP] = {"gap", "series with gaps", "gaps",
                         "no window crosses one; record again when too little is left", false},
    [MOTE_SERIES_JITTER] = {"jitter", "series whose times jitter", "times",
                            "they are put at even steps by interpolation; take the times where the "
                            "sensor is read",
                            true},
    [MOTE_SERIES_SAME_TIME] = {"same-time", "series with a time that comes twice", "samples",
                               "they are cut there; find out what wrote them twice", false},
    [MOTE_SERIES_BACK_IN_TIME] = {"back-in-time", "series in which time runs back", "samples",
                                  "they are cut there; check the clock, or sort the rows", false},
    [MOTE_SERIES_STUCK] = {"stuck", "series with an axis that stands still", "stretches",
                           "look for a loose sensor; remove what shows no movement", false},
    [MOTE_SERIES_SATURATED] = {"clipped", "series with an axis at its limit", "stretches",
                               "raise the range of the sensor (as from 2 g to 8 g)", false},
    [MOTE_SERIES_NAN] = {"missing", "series with missing values", "stretches",
                         "they are cut there; record again when too little is left", false},
    {"no-number", "series with text where a number should be", "cells",
     "they count as missing; mend the files", false},
    {"ragged", "series with rows of another length", "rows",
     "these rows are left out; mend the files", false},
    {NULL, NULL, NULL, NULL, false},
};
_Static_assert(sizeof troubles / sizeof troubles[0] <= MOTE_KIND_MAX_TROUBLES, "one counter each");

/* An axis that moves a little in between stands still only if it does so for long: a second. */
static mote_status find_troubles(const mote_series *s, mote_series_samples *to, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, (size_t)1 << 30);
    for (size_t i = 0; i < s->n_items; i++) {
        mote_series_report r;
        mote_series_check_config c = mote_series_check_default();
        if (to->file_rate_hz > 50)
            c.stuck_samples = (size_t)to->file_rate_hz;
        mote_arena_reset(&scratch);
        MOTE_TRY(mote_series_check(&s->items[i], &c, &scratch, &r, err));
        for (int k = 0; k < MOTE_N_SERIES_FINDINGS; k++)
            to->found[k] += (uint32_t)r.n[k];
    }
    to->n_bad_cells = (uint32_t)s->n_bad_cells;
    to->n_ragged = (uint32_t)s->n_ragged;
    return MOTE_OK;
}

static void measure(const mote_decoded *d, const mote_cut_config *cut, mote_measured *out)
{
    (void)cut;
    const mote_series_samples *s = mote_decoded_series(d);
    for (int k = 0; k < MOTE_N_SERIES_FINDINGS; k++)
        out->n[k] = s->found[k];
    out->n[MOTE_N_SERIES_FINDINGS] = s->n_bad_cells;
    out->n[MOTE_N_SERIES_FINDINGS + 1] = s->n_ragged;
    out->rate_hz = s->file_rate_hz;
    out->columns = 14695981039346656037u; /* FNV-1a of the names */
    for (int32_t c = 0; c < s->n_channels; c++)
        for (const char *p = s->names[c];; p++) {
            out->columns = (out->columns ^ (uint8_t)*p) * 1099511628211u;
            if (!*p)
                break;
        }
}

static mote_series_config config_of(const mote_decoding *cfg)
{
    mote_series_config c = mote_series_config_default();
    c.rate_hz = cfg->rate_hz;
    c.max_bytes = cfg->max_bytes;
    if (cfg->cut) {
        c.label_column = cfg->cut->label_column;
        c.time_column = cfg->cut->time_column;
        c.group_column = cfg->cut->group_column;
        c.unit_s = cfg->cut->time_unit_s;
        c.axes = cfg->cut->axes;
    }
    return c;
}

/* Of the longest recording: a short one tells it badly, one of a single row not at all. */
static double rate_of(const mote_series *s)
{
    const mote_series_one *best = &s->items[0];
    for (size_t i = 1; i < s->n_items; i++)
        if (s->items[i].n > best->n)
            best = &s->items[i];
    return rate_meant(best->rate_hz);
}

static mote_status decode(const mote_file_bytes *file, const mote_decoding *cfg, mote_decoded *out,
                          mote_err *err)
{
    const mote_series_config c = config_of(cfg);
    mote_series s;
    MOTE_TRY(mote_series_read(file, &c, &s, err));
    mote_series_samples *to = mote_alloc_zero(1, sizeof *to);
    mote_status st = to ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "'%s': a series", file->name);
    if (st == MOTE_OK) {
        mote_arena_init(&to->arena, 2 * MAX_VALUES * sizeof(float));
        to->n_channels = s.n_channels;
        to->format = s.format;
        to->is_chosen = c.axes.n > 0;
        to->has_times = s.items[0].times_s != NULL;
        to->file_rate_hz = rate_of(&s);
        to->rate_hz = cfg->rate_hz > 0 ? cfg->rate_hz : to->file_rate_hz;
        decoding_job j = {.from = &s, .to = to, .rate_hz = to->rate_hz};
        out->rate_hz = to->rate_hz;
        st = name_axes(&s, to, out, err);
        if (st == MOTE_OK)
            st = decode_all(&j, file->name, out, err);
        if (st == MOTE_OK && cfg->measured)
            st = find_troubles(&s, to, err);
    }
    mote_series_release(&s);
    if (st != MOTE_OK && to)
        release(to);
    out->own = st == MOTE_OK ? to : NULL;
    return st;
}

/* ---- files of several ------------------------------------------------------------------------ */

static mote_status find_places(const mote_file_bytes *file, const mote_decoding *cfg, mote_arena *a,
                               mote_series_places *out, mote_err *err)
{
    const mote_series_config c = config_of(cfg);
    const mote_series_format format = mote_series_recognise(file->bytes, file->n);
    if (format == MOTE_SERIES_TS)
        return mote_series_ts_places(file, a, out, err);
    if (format == MOTE_SERIES_CSV && c.group_column && *c.group_column)
        return mote_series_csv_places(file, &c, a, out, err);
    *out = (mote_series_places){.n = 0};
    return MOTE_OK;
}

/* The cases of a .ts file, each a sample with a group of its own, and the recordings of a CSV file
 * with a column of groups. */
static mote_status split_file(const mote_file_bytes *file, const mote_decoding *cfg, mote_arena *a,
                              mote_file_parts *out, mote_err *err)
{
    mote_series_places list = {0};
    mote_file_parts made = {0};
    MOTE_TRY(find_places(file, cfg, a, &list, err));
    MOTE_TRY(mote_arena_take(a, list.n + 1, sizeof *made.items, &made.items, err));
    for (; made.n < list.n; made.n++) {
        const mote_series_place *p = &list.items[made.n];
        made.items[made.n] = (mote_file_part){.head = list.head,
                                              .from = p->from,
                                              .n = p->n,
                                              .number = p->line,
                                              .label = p->label,
                                              .group = p->group};
    }
    *out = made;
    return MOTE_OK;
}

static mote_status part_file(const mote_file_bytes *file, const mote_file_part *part, mote_buf *out,
                             mote_err *err)
{
    if (part->from > file->n || part->n > file->n - part->from || part->head > file->n)
        return mote_fail(err, MOTE_CORRUPT, "the file became shorter while it was read");
    if (mote_series_recognise(file->bytes, file->n) == MOTE_SERIES_TS) {
        mote_series_ts_one(file->bytes, part->from, part->n, out);
    } else {
        mote_buf_add(out, file->bytes, part->head);
        mote_buf_add(out, (const char *)file->bytes + part->from, part->n);
    }
    return mote_buf_status(out, err);
}

static bool says_labels(const mote_file_bytes *file, const mote_decoding *cfg)
{
    const mote_series_config c = config_of(cfg);
    return mote_series_recognise(file->bytes, file->n) == MOTE_SERIES_CSV &&
           mote_series_csv_says_labels(file, &c);
}

/* ---- what is said of it ---------------------------------------------------------------------- */

static void tell(const mote_decoded *d, mote_buf *out)
{
    const mote_series_samples *s = mote_decoded_series(d);
    mote_buf_printf(out, "%s, %d %s (", mote_series_format_name(s->format), (int)s->n_channels,
                    s->n_channels == 1 ? "axis" : "axes");
    for (int32_t c = 0; c < s->n_channels && c < 8; c++)
        mote_buf_printf(out, "%s%s", c ? ", " : "", s->names[c]);
    mote_buf_printf(out, "%s) at %g Hz%s", s->n_channels > 8 ? ", .." : "", s->rate_hz,
                    s->has_times ? "" : " as data.rate_hz says, for the file has no times");
    for (const char *p = s->notes, *end; p && *p; p = end + (*end == '\n')) {
        end = p + strcspn(p, "\n");
        mote_buf_printf(out, "; %.*s", (int)(end - p), p);
    }
}

static int32_t axes_in(const char *facts)
{
    static const char key[] = "\"n_channels\":";
    const char *at = facts ? strstr(facts, key) : NULL;
    int64_t n = 0;
    size_t len = at ? strspn(at + sizeof key - 1, "0123456789") : 0;
    return at && mote_parse_i64(at + sizeof key - 1, len, &n) && n <= INT32_MAX ? (int32_t)n : 0;
}

static bool goes_with(const char *facts, const mote_decoded *d, char *why, size_t why_bytes)
{
    int32_t before = axes_in(facts), now = mote_decoded_series(d)->n_channels;
    if (mote_decoded_series(d)->is_chosen) /* whatever else the files hold */
        return true;
    if (before > 0 && before != now)
        (void)mote_format(why, why_bytes, "it has %d %s, those before have %d", (int)now,
                          now == 1 ? "axis" : "axes", (int)before);
    return before <= 0 || before == now;
}

/* ---- windows -------------------------------------------------------------------------------- */

#define USUAL_STEPS 64 /* of a window, for an example */

static size_t steps_of(double ms, const mote_series_samples *s)
{
    return (size_t)llround(ms * s->rate_hz / 1000.0);
}

/* Steps of a window. Without a length it is the whole recording: where that has gaps, or a piece is
 * only a part of it, no window fits. */
static size_t window_of(const mote_cut_config *cfg, const mote_series_samples *s)
{
    return cfg->length_ms > 0 ? steps_of(cfg->length_ms, s) : s->n_steps;
}

/* "column:state" names one; by folder or file name there is none. */
static const char *label_column(const char *label_from)
{
    static const char word[] = "column:";
    if (strncmp(label_from, word, sizeof word - 1) == 0)
        return label_from + sizeof word - 1;
    return *label_from ? "" : NULL;
}

/* "none" is no column, and "" not yet known which. */
static const char *time_column(const char *said)
{
    return strcmp(said, "none") == 0 ? "" : *said ? said : NULL;
}

static double seconds_of(const char *unit)
{
    static const struct {
        const char *name;
        double s;
    } units[] = {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].s;
    return 0;
}

static mote_cut_config cut_of(const mote_project *p)
{
    return (mote_cut_config){.rate_hz = p->data.rate_hz,
                             .time_column = time_column(p->data.time_column),
                             .time_unit_s = seconds_of(p->data.time_unit),
                             .group_column = p->data.group_column,
                             .axes = p->data.axes,
                             .length_ms = p->data.window_ms,
                             .stride_ms = p->data.stride_ms,
                             .label_column = label_column(p->data.label_from)};
}

static mote_status check_cut(const mote_cut_config *cfg, mote_err *err)
{
    if (!(cfg->length_ms >= 0) || !(cfg->stride_ms >= 0) || !(cfg->rate_hz >= 0))
        return mote_fail(err, MOTE_ARG,
                         "data set: windows of %g ms every %g ms at %g Hz are not possible",
                         cfg->length_ms, cfg->stride_ms, cfg->rate_hz);
    return MOTE_OK;
}

static mote_status shape(const mote_decoded *d, const mote_cut_config *cfg, mote_shape *out,
                         mote_err *err)
{
    if (!d)
        return mote_fail(err, MOTE_NOT_FOUND, "data set: there is no series to cut from");
    const mote_series_samples *s = mote_decoded_series(d);
    size_t window = window_of(cfg, s);
    if (window == 0 && cfg->length_ms > 0)
        return mote_fail(err, MOTE_ARG,
                         "data.window_ms: a window of %g ms holds no step of series at %.3g Hz, "
                         "whose steps are %g ms apart; %d steps, for one, are window_ms: %g",
                         cfg->length_ms, s->rate_hz, round(1000.0 / s->rate_hz), USUAL_STEPS,
                         round(1000.0 * USUAL_STEPS / s->rate_hz));
    mote_shape made = {.dtype = MOTE_F32, .n_dims = 2, .dims = {(int32_t)window, s->n_channels}};
    MOTE_TRY(mote_shape_check("a window", &made, err));
    *out = made;
    return MOTE_OK;
}

/* The part of a stretch that the piece means, in samples. */
mote_series_run mote_series_within(const mote_series_samples *s, const mote_series_stretch *st,
                                   const mote_piece *p)
{
    mote_series_run r = {0, st->n};
    if (p->to_us == 0)
        return r;
    double from = (double)(p->from_us - st->from_us) * s->rate_hz / 1e6;
    double to = (double)(p->to_us - st->from_us) * s->rate_hz / 1e6;
    r.first = from > 0 ? (size_t)ceil(from - 1e-3) : 0;
    r.end = to > 0 ? (size_t)ceil(to - 1e-3) : 0;
    r.end = r.end < st->n ? r.end : st->n;
    r.first = r.first < r.end ? r.first : r.end;
    return r;
}

static size_t windows_of(mote_series_run r, size_t window, size_t stride)
{
    size_t n = r.end - r.first;
    return n < window || window == 0 ? 0 : (n - window) / stride + 1;
}

static size_t stride_of(const mote_series_samples *s, const mote_cut_config *cfg)
{
    size_t n = cfg->stride_ms > 0 ? steps_of(cfg->stride_ms, s) : window_of(cfg, s);
    return n > 0 ? n : 1;
}

static size_t count(const mote_piece *p, const mote_cut_config *cfg)
{
    const mote_series_samples *s = mote_decoded_series(p->decoded);
    size_t n = 0;
    for (size_t i = 0; i < s->n_stretches; i++)
        n += windows_of(mote_series_within(s, &s->stretches[i], p), window_of(cfg, s),
                        stride_of(s, cfg));
    return n;
}

static void cut(const mote_piece *p, const mote_cut_config *cfg, size_t k, void *out)
{
    const mote_series_samples *s = mote_decoded_series(p->decoded);
    size_t window = window_of(cfg, s), stride = stride_of(s, cfg);
    for (size_t i = 0; i < s->n_stretches; i++) {
        mote_series_run r = mote_series_within(s, &s->stretches[i], p);
        size_t n = windows_of(r, window, stride), channels = (size_t)s->n_channels;
        if (k < n) {
            memcpy(out, s->stretches[i].x + (r.first + k * stride) * channels,
                   window * channels * sizeof(float));
            return;
        }
        k -= n;
    }
    MOTE_BUG_IF(true); /* count said so */
}

extern const mote_kind mote_kind_series;
const mote_kind mote_kind_series = {
    .input = MOTE_INPUT_SERIES,
    .one = "series",
    .many = "series",
    .formats = "CSV, Edge Impulse JSON and CBOR, .ts",
    .endings = endings,
    .reads = reads,
    .locked = locked,
    .is_timed = true,
    .decoding = decoding,
    .recognise = recognise,
    .unlike = "a text, and not rows of cells parted by comma, semicolon, tab, '|' or blanks",
    .decode = decode,
    .release = release,
    .split_file = split_file,
    .part_file = part_file,
    .says_labels = says_labels,
    .has_split_names = true,
    .tell = tell,
    .goes_with = goes_with,
    .troubles = troubles,
    .measure = measure,
    .cut_of = cut_of,
    .cut_hint = "give 'data.window_ms' in mote.yaml",
    .check_cut = check_cut,
    .shape = shape,
    .count = count,
    .cut = cut,
    .passage_type = "text/csv",
    .n_passages = mote_series_n_passages,
    .passage_sample = mote_series_passage_sample,
    .encode_passage = mote_series_encode_passage,
    .load_own = mote_series_load_own,
    .watch = &mote_series_watch,
    .copy_own = mote_series_copy_own,
};
