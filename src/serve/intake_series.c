/* SPDX-License-Identifier: Apache-2.0 */
/* A model of series: a file of any of the formats that the data room reads (CSV, Edge Impulse,
 * .ts), put at the model's rate and cut into windows as in training, each half over the one before;
 * or numbers [steps][axes] as JSON or a tensor.
 *
 * The answer is the surest window; a recording of one window is that window. No window crosses a
 * gap. Columns are found by the names of the model's axes, whatever their order; a file that calls
 * them otherwise must have as many. */
#include <math.h>
#include <string.h>

#include "base/json_pull.h"
#include "data/kind_series.h"
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

/* What came from outside, for which model. */
typedef struct {
    const mote_served *s;
    const mote_asked *asked;
    const void *bytes;
    size_t n;
} request;

/* Windows of a request: [n][n_values] numbers, and when each begins. */
typedef struct {
    float *x;
    double *at_s;
    size_t n;
} windows;

/* Which column of the file is each axis of the model. */
static mote_status match_axes(const mote_served *s, const mote_series_samples *f, const char *what,
                              int32_t *column, mote_err *err)
{
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
        return mote_fail(err, MOTE_SHAPE, "'%s' has %d axes, model '%s' takes %d", what,
                         (int)f->n_channels, s->name, (int)n);
    for (int32_t c = 0; c < n; c++)
        column[c] = c;
    return MOTE_OK;
}

static mote_status cut_windows(const mote_served *s, const mote_series_samples *f,
                               const int32_t *column, mote_arena *a, windows *out, mote_err *err)
{
    size_t steps = (size_t)s->sample.dims[0], axes = (size_t)s->sample.dims[1];
    size_t stride = steps > 1 ? steps / 2 : 1, n = 0;
    for (size_t i = 0; i < f->n_stretches; i++)
        n += f->stretches[i].n < steps ? 0 : (f->stretches[i].n - steps) / stride + 1;
    windows w = {.n = n};
    size_t n_values;
    if (!mote_mul_size(n, steps * axes, &n_values))
        return mote_fail(err, MOTE_LIMIT, "a series of %zu windows is too long", n);
    MOTE_TRY(mote_arena_take(a, n_values, sizeof *w.x, &w.x, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *w.at_s, &w.at_s, err));
    size_t k = 0;
    for (size_t i = 0; i < f->n_stretches; i++) {
        const mote_series_stretch *st = &f->stretches[i];
        for (size_t first = 0; first + steps <= st->n; first += stride, k++) {
            float *to = w.x + k * steps * axes;
            for (size_t t = 0; t < steps; t++)
                for (size_t c = 0; c < axes; c++)
                    to[t * axes + c] =
                        st->x[(first + t) * (size_t)f->n_channels + (size_t)column[c]];
            w.at_s[k] = (double)st->from_us / 1e6 + (double)first / f->rate_hz;
        }
    }
    *out = w;
    return MOTE_OK;
}

/* ---- from outside -----------------------------------------------------------------------------
 */

static mote_status windows_of_file(const request *r, mote_arena *a, windows *out, mote_err *err)
{
    const mote_served *s = r->s;
    const mote_asked *asked = r->asked;
    const mote_signature *g = mote_model_signature(s->model);
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_SERIES);
    mote_decoding how = kind->decoding();
    mote_decoded d;
    int32_t *column = NULL;
    how.samples_only = true;
    how.strangers = asked->from_strangers;
    how.rate_hz = g->rate_hz;
    MOTE_TRY(mote_arena_take(a, (size_t)s->sample.dims[1], sizeof *column, &column, err));
    MOTE_TRY(mote_kind_decode(kind, r->bytes, r->n, asked->what, &how, &d, err));
    const mote_series_samples *f = mote_decoded_series(&d);
    mote_status st = MOTE_OK;
    if (f->has_times && !asked->may_convert &&
        fabs(f->file_rate_hz - g->rate_hz) > 0.02 * g->rate_hz)
        st = mote_fail(err, MOTE_ARG,
                       "'%s' has %g samples a second, model '%s' takes %g: convert it, or allow "
                       "resampling (?resample=1, --resample)",
                       asked->what, f->file_rate_hz, s->name, g->rate_hz);
    if (st == MOTE_OK)
        st = match_axes(s, f, asked->what, column, err);
    if (st == MOTE_OK)
        st = cut_windows(s, f, column, a, out, err);
    if (st == MOTE_OK && out->n == 0)
        st = mote_fail(err, MOTE_SHAPE,
                       "'%s' has no stretch of %d samples without a gap at %g Hz, which model '%s' "
                       "takes",
                       asked->what, (int)s->sample.dims[0], g->rate_hz, s->name);
    mote_decoded_release(&d);
    return st;
}

/* One window as a JSON array of numbers, flat or [steps][axes]. */
static mote_status window_of_json(const request *r, mote_arena *a, windows *out, mote_err *err)
{
    const mote_served *s = r->s;
    const mote_asked *asked = r->asked;
    int64_t dims[2] = {s->sample.dims[0], s->sample.dims[1]};
    size_t got = 0, want = (size_t)s->n_values;
    windows w = {.n = 1};
    mote_json_pull p;
    MOTE_TRY(mote_arena_take(a, want, sizeof *w.x, &w.x, err));
    MOTE_TRY(mote_arena_take(a, 1, sizeof *w.at_s, &w.at_s, err));
    mote_json_pull_init(&p, r->bytes, r->n);
    mote_status st = mote_pull_f32s(&p, dims, 2, w.x, want, &got, err);
    if (st == MOTE_OK)
        st = mote_pull_end(&p, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "'%s'", asked->what);
    if (got != want)
        return mote_fail(err, MOTE_SHAPE, "'%s' has %zu numbers, model '%s' takes %zu", asked->what,
                         got, s->name, want);
    *out = w;
    return MOTE_OK;
}

static bool is_json_array(const char *bytes, size_t n)
{
    size_t at = 0;
    while (at < n && strchr(" \t\r\n", bytes[at]))
        at++;
    return at < n && bytes[at] == '[';
}

/* Whether a window is to stand for the recording rather than another: the surer label, or the more
 * unusual; of values the first does. */
static bool surer(const mote_classify_window *x, const mote_classify_window *than)
{
    if (x->probabilities)
        return x->probabilities[x->class_id] > than->probabilities[than->class_id];
    return x->score > than->score;
}

static mote_status classify(mote_infer *t, const mote_served *s, const void *bytes, size_t n,
                            const mote_asked *asked, mote_arena *a, mote_classification *out,
                            mote_err *err)
{
    windows in = {0};
    mote_prediction p;
    mote_classify_window *w = NULL;
    size_t best = 0;
    const request r = {s, asked, bytes, n};
    MOTE_TRY(is_json_array(bytes, n) ? window_of_json(&r, a, &in, err)
                                     : windows_of_file(&r, a, &in, err));
    int64_t start_ns = mote_infer_now_ns();
    size_t n_values = (size_t)s->n_values;
    MOTE_TRY(mote_arena_take(a, in.n, sizeof *w, &w, err));
    for (size_t i = 0; i < in.n; i++) {
        MOTE_TRY(mote_infer_try(t, s, in.x + i * n_values, n_values, &p, err));
        MOTE_TRY(mote_classify_keep(s, &p, llround(in.at_s[i] * s->rate_hz), a, &w[i], err));
        if (surer(&w[i], &w[best]))
            best = i;
    }
    mote_infer_input told = {.x = in.x + best * n_values,
                             .n = n_values,
                             .request_id = asked->request_id,
                             .consent = asked->consent};
    mote_heard *hit = NULL;
    MOTE_TRY(mote_infer_run(t, s, &told, &p, err));
    MOTE_TRY(mote_arena_take(a, 1, sizeof *hit, &hit, err));
    const mote_graph *g = mote_model_graph(s->model);
    bool is_hit = s->has_classes && g->tensors[g->outputs[0]].dtype == MOTE_I8 &&
                  mote_hear_tensor(s->model, p.out, hit);
    hit->at = w[best].start;
    *out = (mote_classification){.best = w[best],
                                 .windows = w,
                                 .n_windows = in.n,
                                 .detections = hit,
                                 .n_detections = is_hit,
                                 .n_run = in.n + 1,
                                 .infer_ns = mote_infer_now_ns() - start_ns};
    return MOTE_OK;
}

static mote_status take(const char *name, const float *values, size_t n, bool is_real,
                        mote_arena *a, const void **out, mote_err *err)
{
    (void)is_real;
    (void)a;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return mote_fail(err, MOTE_RANGE, "number %zu of input '%s' is none", i, name);
    *out = values;
    return MOTE_OK;
}

extern const mote_intake mote_intake_series;
const mote_intake mote_intake_series = {
    .tensor = "series",
    .kept_as = "f32",
    .reads_files = true,
    .fits = fits,
    .shape = shape,
    .describe = describe,
    .predict = mote_predict,
    .classify = classify,
    .take = take,
    .encode = mote_intake_keep_f32,
};
