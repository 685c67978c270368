/* SPDX-License-Identifier: Apache-2.0 */
/* A model of series: a file of any of the formats that the data room reads (CSV, Edge Impulse,
 * .ts), put at the model's rate and cut into windows as in training, each half over the one before;
 * or numbers [steps][axes] as JSON or a tensor.
 *
 * The answer is the surest window; a recording of one window is that window. No window crosses a
 * gap. A model of a stream looks every hop of its operating point, and says which events the device
 * would say, each stretch without a gap heard alone (model/hear.h). Columns are found by the names
 * of the model's axes, whatever their order; a file that calls them otherwise must have as many. */
#include <math.h>
#include <string.h>

#include "data/csv_write.h"
#include "data/kind_series.h"
#include "model/alarms.h"
#include "serve/intake.h"

static bool fits(const mote_model *m)
{
    const mote_signature *s = mote_model_signature(m);
    return s->input == MOTE_INPUT_SERIES && s->sample.dtype == MOTE_F32 && s->sample.n_dims == 2;
}

static void shape(const mote_model *m, mote_shape *sample, int32_t *rate_hz)
{
    const mote_signature *s = mote_model_signature(m);
    *sample = s->sample;
    *rate_hz = (int32_t)lround(s->rate_hz) > 0 ? (int32_t)lround(s->rate_hz) : 1;
}

static void describe(const mote_served *s, mote_buf *out)
{
    const mote_signature *g = mote_model_signature(s->model);
    mote_buf_printf(out, "series, %d steps of %d axes at %g Hz", (int)s->sample.dims[0],
                    (int)s->sample.dims[1], g->rate_hz);
}

/* ---- windows --------------------------------------------------------------------------------- */

/* What was asked about: stretches without a gap, axes as the model has them, one behind the other;
 * where each begins in the file, in steps of the model's rate. */
typedef struct {
    size_t n, first; /* steps, and which of x is the first of them */
    int64_t at;
} stretch;
typedef struct {
    const mote_asked *asked;
    float *x;
    stretch *items;
    size_t n;
    const char *wrong; /* NULL: nothing */
} series;

/* Which column of the file is each axis of the model. */
static mote_status match_axes(const mote_asked *asked, const mote_series_samples *f,
                              int32_t *column, mote_err *err)
{
    const mote_served *s = asked->s;
    const mote_signature *g = mote_model_signature(s->model);
    int32_t n = s->sample.dims[1], n_found = 0;
    for (int32_t c = 0; c < n; c++) {
        column[c] = -1;
        for (int32_t k = 0; c < g->n_columns && k < f->n_channels && column[c] < 0; k++)
            if (strcmp(f->names[k], g->columns[c]) == 0)
                column[c] = k;
        n_found += column[c] >= 0;
    }
    if (n_found == n)
        return MOTE_OK;
    if (f->n_channels != n)
        return mote_fail(err, MOTE_SHAPE, "'%s' has %d axes, model '%s' takes %d", asked->file.name,
                         (int)f->n_channels, s->name, (int)n);
    for (int32_t c = 0; c < n; c++)
        column[c] = c;
    return MOTE_OK;
}

static mote_status take_stretches(const mote_asked *asked, const mote_series_samples *f,
                                  const int32_t *column, mote_arena *a, series *out, mote_err *err)
{
    const mote_served *s = asked->s;
    const size_t axes = (size_t)s->sample.dims[1];
    series made = {.asked = asked, .n = f->n_stretches};
    size_t n_steps = 0, n_values = 0;
    for (size_t i = 0; i < f->n_stretches; i++)
        n_steps += f->stretches[i].n;
    if (!mote_mul_size(n_steps, axes, &n_values))
        return mote_fail(err, MOTE_LIMIT, "a series of %zu steps is too long", n_steps);
    MOTE_TRY(mote_arena_take(a, n_values, sizeof *made.x, &made.x, err));
    MOTE_TRY(mote_arena_take(a, made.n, sizeof *made.items, &made.items, err));
    size_t at = 0;
    for (size_t i = 0; i < made.n; i++) {
        const mote_series_stretch *st = &f->stretches[i];
        made.items[i] =
            (stretch){st->n, at, llround((double)st->from_us / 1e6 * (double)s->rate_hz)};
        for (size_t t = 0; t < st->n; t++, at++)
            for (size_t c = 0; c < axes; c++)
                made.x[at * axes + c] = st->x[t * (size_t)f->n_channels + (size_t)column[c]];
    }
    *out = made;
    return MOTE_OK;
}

/* What `mote data check` would warn of, and what no window is cut from: nothing is left out unsaid.
 */
static mote_status say_wrong(const mote_decoded *d, mote_arena *a, series *out, mote_err *err)
{
    const mote_served *s = out->asked->s;
    const mote_cut_config cut = {.rate_hz = (double)s->rate_hz};
    mote_measured m = {0};
    MOTE_SCOPED_BUF b;
    size_t n_short = 0;
    mote_buf_init(&b, 4096);
    d->kind->measure(d, &cut, &m);
    for (size_t k = 0; d->kind->troubles[k].id; k++)
        if (m.n[k] > 0 && !d->kind->troubles[k].is_note)
            mote_buf_printf(&b, "%s%s: %s", b.len ? "; " : "", d->kind->troubles[k].id,
                            MOTE_COUNTED(m.n[k], d->kind->troubles[k].each));
    for (size_t i = 0; i < out->n; i++)
        n_short += out->items[i].n < (size_t)s->sample.dims[0];
    if (n_short > 0)
        mote_buf_printf(&b, "%sleft out: %s shorter than a window", b.len ? "; " : "",
                        MOTE_COUNTED(n_short, "stretches"));
    MOTE_TRY(mote_buf_status(&b, err));
    if (b.len > 0 && !(out->wrong = mote_arena_strdup(a, b.data)))
        return mote_fail(err, MOTE_NOMEM, "no memory for what is wrong with '%s'", s->name);
    return MOTE_OK;
}

/* Steps of one window. */
static size_t steps_of(const series *in)
{
    return (size_t)in->asked->s->sample.dims[0];
}

static size_t axes_of(const series *in)
{
    return (size_t)in->asked->s->sample.dims[1];
}

/* Windows of all stretches: how many, `stride` steps from one to the next. */
static size_t count_windows(const series *in, size_t stride)
{
    const size_t steps = steps_of(in);
    size_t n = 0;
    for (size_t i = 0; i < in->n; i++)
        n += in->items[i].n < steps ? 0 : (in->items[i].n - steps) / stride + 1;
    return n;
}

/* ---- from outside -----------------------------------------------------------------------------
 */

static mote_status series_of_file(const mote_asked *asked, mote_arena *a, series *out,
                                  mote_err *err)
{
    const mote_served *s = asked->s;
    const mote_signature *g = mote_model_signature(s->model);
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_SERIES);
    mote_decoding how = kind->decoding();
    mote_decoded d;
    int32_t *column = NULL;
    how.samples_only = true;
    how.measured = true;
    how.strangers = asked->from_strangers;
    how.rate_hz = g->rate_hz;
    const mote_cut_config by_name = {.axes = {g->columns, (size_t)g->n_columns}};
    how.cut = &by_name;
    MOTE_TRY(mote_arena_take(a, (size_t)s->sample.dims[1], sizeof *column, &column, err));
    mote_status found = mote_kind_decode(kind, &asked->file, &how, &d, err);
    how.cut = NULL; /* a file that calls them otherwise */
    if (found == MOTE_NOT_FOUND)
        found = mote_kind_decode(kind, &asked->file, &how, &d, err);
    if (found != MOTE_OK)
        return found;
    const mote_series_samples *f = mote_decoded_series(&d);
    mote_status st = MOTE_OK;
    if (f->has_times && !asked->may_convert &&
        fabs(f->file_rate_hz - g->rate_hz) > 0.02 * g->rate_hz)
        st = mote_fail(err, MOTE_ARG,
                       "'%s' has %g samples a second, model '%s' takes %g: convert it, or allow "
                       "resampling (?resample=1, --resample)",
                       asked->file.name, f->file_rate_hz, s->name, g->rate_hz);
    if (st == MOTE_OK)
        st = match_axes(asked, f, column, err);
    if (st == MOTE_OK)
        st = take_stretches(asked, f, column, a, out, err);
    if (st == MOTE_OK && count_windows(out, 1) == 0)
        st = mote_fail(err, MOTE_SHAPE,
                       "'%s' has no stretch of %d samples without a gap at %g Hz, which model '%s' "
                       "takes",
                       asked->file.name, (int)s->sample.dims[0], g->rate_hz, s->name);
    if (st == MOTE_OK)
        st = say_wrong(&d, a, out, err);
    mote_decoded_release(&d);
    return st;
}

/* One window as a JSON array of numbers, flat or [steps][axes]. */
static mote_status series_of_json(const mote_asked *asked, mote_arena *a, series *out,
                                  mote_err *err)
{
    series w = {.asked = asked, .n = 1};
    MOTE_TRY(mote_arena_take(a, (size_t)asked->s->n_values, sizeof *w.x, &w.x, err));
    MOTE_TRY(mote_arena_take(a, 1, sizeof *w.items, &w.items, err));
    w.items[0] = (stretch){.n = steps_of(&w)};
    MOTE_TRY(mote_intake_json(asked, w.x, err));
    *out = w;
    return MOTE_OK;
}

static bool is_json_array(const mote_asked *asked)
{
    const char *bytes = asked->file.bytes;
    size_t at = 0;
    while (at < asked->file.n && strchr(" \t\r\n", bytes[at]))
        at++;
    return at < asked->file.n && bytes[at] == '[';
}

/* Whether a window is to stand for the recording rather than another: the surer label, or the more
 * unusual; of values the first does. */
static bool surer(const mote_served *s, const mote_classify_window *x,
                  const mote_classify_window *than)
{
    if (x->probabilities)
        return mote_classify_speaks(s, x->probabilities) >
               mote_classify_speaks(s, than->probabilities);
    return x->score > than->score;
}

/* What is found in a request: its windows, the first value of each, and events. */
typedef struct {
    mote_classify_window *windows;
    const float **x;
    mote_heard *events;
    mote_classify_alarm *alarms;
    size_t n, n_events, n_alarms, n_run;
} found;

/* One sample at a time: each window half over the one before. */
static mote_status try_windows(mote_infer *t, const series *in, mote_arena *a, found *f,
                               mote_err *err)
{
    const mote_served *s = in->asked->s;
    const size_t steps = steps_of(in), axes = axes_of(in);
    const size_t stride = mote_alarm_hop(steps);
    mote_prediction p;
    f->n = count_windows(in, stride);
    MOTE_TRY(mote_arena_take(a, f->n, sizeof *f->windows, &f->windows, err));
    MOTE_TRY(mote_arena_take(a, f->n, sizeof *f->x, &f->x, err));
    MOTE_TRY(mote_arena_take(a, f->n, sizeof *f->alarms, &f->alarms, err));
    for (size_t i = 0; i < in->n; i++) {
        const stretch *st = &in->items[i];
        const size_t before = f->n_run;
        for (size_t first = 0; first + steps <= st->n; first += stride, f->n_run++) {
            f->x[f->n_run] = in->x + (st->first + first) * axes;
            MOTE_TRY(mote_infer_try(t, s, f->x[f->n_run], steps * axes, &p, err));
            MOTE_TRY(
                mote_classify_keep(s, &p, st->at + (int64_t)first, a, &f->windows[f->n_run], err));
        }
        const mote_classify_stretch one = {f->windows + before, f->n_run - before};
        MOTE_TRY(mote_classify_alarms(s, &one, a, f->alarms, &f->n_alarms, err));
    }
    return MOTE_OK;
}

/* A stretch as the device hears it, behind what was found before; f->windows and f->events have
 * room. */
static mote_status hear_stretch(mote_hearer *hearer, const series *in, const stretch *st,
                                mote_arena *a, found *f, mote_err *err)
{
    const size_t axes = axes_of(in);
    const float *x = in->x + st->first * axes;
    const mote_hear_config cfg = {.mode = in->asked->is_label_only ? MOTE_HEAR_INSIDE_ONLY
                                                                   : MOTE_HEAR_INSIDE,
                                  .is_alone = true};
    mote_hearing h;
    MOTE_TRY(mote_hear(hearer, &(mote_recording){x, st->n}, &cfg, a, &h, err));
    MOTE_TRY(mote_classify_heard(in->asked->s, &h, st->at, a, f->windows + f->n, err));
    for (size_t i = 0; i < h.n_inside; i++)
        f->x[f->n + i] = x + i * (size_t)h.hop * axes;
    for (size_t i = 0; i < h.n; i++) {
        mote_heard *e = &f->events[f->n_events++];
        *e = h.items[i];
        e->start += st->at;
        e->at += st->at;
    }
    f->n += h.n_inside;
    f->n_run += h.n_run;
    return MOTE_OK;
}

static mote_status hear(mote_infer *t, const series *in, mote_arena *a, found *f, mote_err *err)
{
    const size_t room = count_windows(in, 1);
    mote_hearer *hearer = NULL;
    MOTE_TRY(mote_infer_hearer(t, in->asked->s, &hearer, err));
    MOTE_TRY(mote_arena_take(a, room, sizeof *f->windows, &f->windows, err));
    MOTE_TRY(mote_arena_take(a, room, sizeof *f->x, &f->x, err));
    MOTE_TRY(mote_arena_take(a, room, sizeof *f->events, &f->events, err));
    for (size_t i = 0; i < in->n; i++)
        if (in->items[i].n >= steps_of(in))
            MOTE_TRY(hear_stretch(hearer, in, &in->items[i], a, f, err));
    return MOTE_OK;
}

/* Windows as training cuts them, one behind the other; of many an even choice. */
static mote_infer_told stand_for(const series *in)
{
    mote_infer_told told = {.n = 0};
    const size_t steps = steps_of(in), axes = axes_of(in), n = count_windows(in, steps);
    const size_t n_told = n < MOTE_SERVE_MAX_TOLD ? n : MOTE_SERVE_MAX_TOLD;
    size_t i = 0; /* of all these windows */
    for (size_t k = 0; k < in->n; k++)
        for (size_t at = 0; at + steps <= in->items[k].n; at += steps, i++)
            if (told.n < n_told && i == told.n * n / n_told)
                told.items[told.n++] = in->x + (in->items[k].first + at) * axes;
    return told;
}

static mote_status classify(mote_infer *t, const mote_asked *asked, mote_arena *a,
                            mote_classification *out, mote_err *err)
{
    const mote_served *s = asked->s;
    series in = {0};
    mote_prediction p;
    found f = {.n = 0};
    size_t best = 0;
    const bool is_stream = mote_model_has_stream(s->model);
    MOTE_TRY(is_json_array(asked) ? series_of_json(asked, a, &in, err)
                                  : series_of_file(asked, a, &in, err));
    int64_t start_ns = mote_infer_now_ns();
    MOTE_TRY(is_stream ? hear(t, &in, a, &f, err) : try_windows(t, &in, a, &f, err));
    for (size_t i = 1; i < f.n; i++)
        if (surer(s, &f.windows[i], &f.windows[best]))
            best = i;
    const mote_infer_told told = stand_for(&in);
    const mote_infer_input one = {.x = f.x[best],
                                  .n = (size_t)s->n_values,
                                  .request_id = asked->request_id,
                                  .consent = asked->consent,
                                  .told = f.n > 1 ? &told : NULL};
    MOTE_TRY(mote_infer_run(t, s, &one, &p, err));
    if (is_stream && is_json_array(asked) && !asked->is_label_only) /* it has no time */
        f.n_events = mote_hear_tensor(s->model, p.out, f.events) ? 1 : 0;
    *out = (mote_classification){.best = f.windows[best],
                                 .windows = f.windows,
                                 .n_windows = f.n,
                                 .is_of_windows = f.n > 1,
                                 .wrong = in.wrong,
                                 .is_label_only = is_stream && asked->is_label_only,
                                 .detections = f.events,
                                 .n_detections = f.n_events,
                                 .alarms = f.alarms,
                                 .n_alarms = f.n_alarms,
                                 .n_run = f.n_run + 1,
                                 .infer_ns = mote_infer_now_ns() - start_ns};
    return MOTE_OK;
}

static mote_status take(const mote_intake_numbers *in, mote_arena *a, const void **out,
                        mote_err *err)
{
    (void)a;
    for (size_t i = 0; i < in->n; i++)
        if (!isfinite(in->values[i]))
            return mote_fail(err, MOTE_RANGE, "number %zu of input '%s' is none", i, in->name);
    *out = in->values;
    return MOTE_OK;
}

/* A window as CSV: its time, and the axes by their names. */
static mote_status encode(const mote_model *m, const void *x, size_t n, mote_buf *out,
                          mote_err *err)
{
    const mote_signature *g = mote_model_signature(m);
    const float *at = x;
    size_t axes = (size_t)g->sample.dims[1];
    char name[16];
    mote_buf_str(out, "t_ms");
    for (size_t c = 0; c < axes; c++) {
        (void)mote_format(name, sizeof name, "axis_%zu", c + 1);
        const char *called = c < (size_t)g->n_columns ? g->columns[c] : name;
        mote_buf_str(out, ",");
        mote_csv_put_text(out, called, strlen(called));
    }
    mote_buf_str(out, "\n");
    for (size_t t = 0; t < n / axes; t++) {
        mote_csv_put_number(out, (float)((double)t * 1000 / g->rate_hz));
        for (size_t c = 0; c < axes; c++) {
            mote_buf_str(out, ",");
            mote_csv_put_number(out, at[t * axes + c]);
        }
        mote_buf_str(out, "\n");
    }
    return mote_buf_status(out, err);
}

extern const mote_intake mote_intake_series;
const mote_intake mote_intake_series = {
    .tensor = "series",
    .kept_as = "csv",
    .reads_files = true,
    .fits = fits,
    .shape = shape,
    .describe = describe,
    .predict = mote_predict,
    .classify = classify,
    .take = take,
    .encode = encode,
};
