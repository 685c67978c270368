/* SPDX-License-Identifier: Apache-2.0 */
/* The table of front ends, and what all rows share: names, hash, fitting, workers. */
#include "feature/frontend.h"

#include <math.h>
#include <string.h>

#include "device/signal/mrt_frontend.h"
#include "device/signal/mrt_normalise.h"
#include "device/signal/mrt_quantize.h"
#include "feature/frontend_class.h"

static const mote_frontend_class *const ROWS[] = {
    &mote_frontend_row_none,
#define FRONTEND(name, input, settings, doc) &mote_frontend_row_##name,
#include "project/frontends.def"
#undef FRONTEND
};
#define N_ROWS (sizeof ROWS / sizeof ROWS[0])

static mote_frontend of_row(const mote_frontend_class *row)
{
    mote_frontend f;

    memset(&f, 0, sizeof f);
    f.row = row;
    if (row->init != NULL)
        row->init(&f);
    return f;
}

static const mote_frontend_class *row_named(const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(ROWS[i]->name, name) == 0)
            return ROWS[i];
    return NULL;
}

/* Settings -------------------------------------------------------------------------------- */

mote_frontend mote_frontend_none(void)
{
    return of_row(&mote_frontend_row_none);
}

bool mote_frontend_is_given(const mote_frontend *f)
{
    return f->row != NULL && f->row != &mote_frontend_row_none;
}

mote_status mote_frontend_named(const char *name, mote_frontend *out, mote_err *err)
{
    const mote_frontend_class *row = row_named(name);

    if (row != NULL) {
        *out = of_row(row);
        return MOTE_OK;
    }
    MOTE_SCOPED_BUF names;
    mote_buf_init(&names, 1000);
    for (size_t i = 0; i < N_ROWS; i++)
        mote_buf_printf(&names, "%s'%s'", i > 0 ? ", " : "", ROWS[i]->name);
    return mote_fail(err, MOTE_NOT_FOUND, "there is no front end '%.60s'; there are %s", name,
                     names.status == MOTE_OK ? names.data : "others");
}

mote_frontend mote_frontend_of_project(const mote_project_features *y, double rate_hz)
{
    const mote_frontend_class *row = row_named(y->kind);

    MOTE_BUG_IF(row == NULL); /* the choices of config.def are rows */
    mote_frontend f = of_row(row);
    if (row->of_project != NULL) /* `none` has no settings */
        row->of_project(y, rate_hz, &f);
    return f;
}

mote_status mote_frontend_take_columns(mote_frontend *f, const struct mote_columns *columns,
                                       mote_err *err)
{
    return f->row->take_columns != NULL ? f->row->take_columns(f, columns, err) : MOTE_OK;
}

bool mote_frontend_is_light(const mote_frontend *f)
{
    return f->row->is_light;
}

const char *mote_frontend_name(const mote_frontend *f)
{
    return f->row->name;
}

bool mote_frontend_input(const mote_frontend *f, mote_input_kind *out)
{
    if (f->row->input == MOTE_N_INPUTS)
        return false;
    *out = f->row->input;
    return true;
}

mote_status mote_frontend_check(const mote_frontend *f, mote_err *err)
{
    if (f->row == NULL)
        return mote_fail(err, MOTE_ARG, "no front end was chosen");
    if (f->n_fitted < 0 || f->n_fitted > MOTE_FRONTEND_MAX_FITTED ||
        (f->n_fitted > 0 && !f->row->is_fitted))
        return mote_fail(err, MOTE_RANGE, "front end '%s': %d fitted values, 0 to %d are possible",
                         f->row->name, (int)f->n_fitted,
                         f->row->is_fitted ? MOTE_FRONTEND_MAX_FITTED : 0);
    for (int32_t i = 0; i < f->n_fitted; i++)
        if (!(fabsf(f->offset[i]) <= 0x1p40f) || !(f->scale[i] >= 0) || !(f->scale[i] <= 0x1p40f))
            return mote_fail(err, MOTE_RANGE, "front end '%s': value %d has offset %g and scale %g",
                             f->row->name, (int)i, (double)f->offset[i], (double)f->scale[i]);
    return f->row->check(f, err);
}

static mote_status read_numbers(const json_t *list, const char *what, const char *key, float *out,
                                int32_t *n, mote_err *err)
{
    if (!json_is_array(list) || json_array_size(list) > MOTE_FRONTEND_MAX_FITTED)
        return mote_fail(err, MOTE_PARSE, "%s: '%s' must be a list of at most %d numbers", what,
                         key, MOTE_FRONTEND_MAX_FITTED);
    *n = (int32_t)json_array_size(list);
    for (int32_t i = 0; i < *n; i++) {
        const json_t *v = json_array_get(list, (size_t)i);
        if (!json_is_number(v) || !(fabs(json_number_value(v)) <= 0x1p40))
            return mote_fail(err, MOTE_PARSE, "%s: '%s[%d]' must be a number", what, key, (int)i);
        out[i] = (float)json_number_value(v);
    }
    return MOTE_OK;
}

/* Takes "offset" and "scale" out of the object. */
static mote_status parse_fitted(json_t *o, const char *what, mote_frontend *f, mote_err *err)
{
    const json_t *offset = json_object_get(o, "offset"), *scale = json_object_get(o, "scale");
    int32_t n_scale = 0;

    if (!f->row->is_fitted || (offset == NULL && scale == NULL))
        return MOTE_OK;
    MOTE_TRY(read_numbers(offset, what, "offset", f->offset, &f->n_fitted, err));
    MOTE_TRY(read_numbers(scale, what, "scale", f->scale, &n_scale, err));
    if (n_scale != f->n_fitted)
        return mote_fail(err, MOTE_PARSE, "%s: %d numbers in 'offset' but %d in 'scale'", what,
                         (int)f->n_fitted, (int)n_scale);
    json_object_del(o, "offset");
    json_object_del(o, "scale");
    return MOTE_OK;
}

/* Before there were kinds, a front end was one of sound: with coefficients or without. */
static const char *kind_of_first_version(const json_t *o)
{
    const json_t *n = json_object_get(o, "n_coefficients");
    return json_is_integer(n) && json_integer_value(n) == 0 ? "logmel" : "mfcc";
}

mote_status mote_frontend_from_json(const json_t *o, const char *what, mote_frontend *out,
                                    mote_err *err)
{
    if (!json_is_object(o))
        return mote_fail(err, MOTE_PARSE, "%s: front-end settings must be an object", what);
    const json_t *kind = json_object_get(o, "kind");
    if (kind != NULL && !json_is_string(kind))
        return mote_fail(err, MOTE_PARSE, "%s: 'kind' must be a string", what);
    mote_frontend f;
    mote_status st = mote_frontend_named(
        kind != NULL ? json_string_value(kind) : kind_of_first_version(o), &f, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "%s: 'kind'", what);
    MOTE_SCOPED_JSON *own = json_copy((json_t *)(uintptr_t)o); /* jansson copies non-const only */
    if (own == NULL)
        return mote_fail(err, MOTE_NOMEM, "%s: no memory for the front end", what);
    json_object_del(own, "kind");
    MOTE_TRY(parse_fitted(own, what, &f, err));
    MOTE_TRY(f.row->parse(own, what, &f, err));
    st = mote_frontend_check(&f, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "%s", what);
    *out = f;
    return MOTE_OK;
}

json_t *mote_frontend_to_json(const mote_frontend *f)
{
    json_t *o = f->row->to_json(f);
    const size_t n = (size_t)f->n_fitted;

    if (o != NULL &&
        (json_object_set_new(o, "kind", json_string(f->row->name)) != 0 ||
         (n > 0 && (json_object_set_new(o, "offset", mote_json_floats(f->offset, n)) != 0 ||
                    json_object_set_new(o, "scale", mote_json_floats(f->scale, n)) != 0)))) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static size_t put_u32(uint8_t *to, uint32_t x)
{
    for (size_t i = 0; i < 4; i++)
        to[i] = (uint8_t)(x >> (8 * i));
    return 4;
}

static size_t put_floats(uint8_t *to, const float *x, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        put_u32(to + 4 * i, bits);
    }
    return 4 * (size_t)n;
}

mote_sha256 mote_frontend_hash(const mote_frontend *f)
{
    static const char title[] = "mote.front-end 2\n";
    uint8_t text[sizeof title + 32 + sizeof(mote_sha256) + 4 + 8 * MOTE_FRONTEND_MAX_FITTED];
    const mote_sha256 own = f->row->hash(f);
    const size_t name_bytes = strlen(f->row->name) + 1;
    size_t n = sizeof title;

    MOTE_BUG_IF(name_bytes > 32);
    memcpy(text, title, sizeof title);
    memcpy(text + n, f->row->name, name_bytes);
    n += name_bytes;
    memcpy(text + n, own.bytes, sizeof own.bytes);
    n += sizeof own.bytes;
    n += put_u32(text + n, (uint32_t)f->n_fitted);
    n += put_floats(text + n, f->offset, f->n_fitted);
    n += put_floats(text + n, f->scale, f->n_fitted);
    return mote_sha256_of(text, n);
}

void mote_frontend_describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    f->row->describe(f, out, out_bytes);
}

bool mote_frontend_is_fixed(const mote_frontend *f)
{
    return f->row->is_fixed != NULL && f->row->is_fixed(f);
}

bool mote_frontend_other_arithmetic(const mote_frontend *f, mote_frontend *out)
{
    if (f->row->is_fixed == NULL)
        return false;
    const bool is_fixed = f->row->is_fixed(f);
    *out = *f;
    f->row->set_fixed(out, !is_fixed);
    return true;
}

/* Shapes ---------------------------------------------------------------------------------- */

mote_status mote_frontend_shape(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                                mote_err *err)
{
    MOTE_TRY(mote_frontend_check(f, err));
    MOTE_TRY(mote_shape_check("a sample", in, err));
    return f->row->shape(f, in, out, err);
}

size_t mote_frontend_elements(const mote_frontend *f, const mote_shape *in)
{
    mote_shape out;

    return mote_frontend_shape(f, in, &out, NULL) == MOTE_OK ? (size_t)mote_shape_elements(&out)
                                                             : 0;
}

bool mote_frontend_pace_of(const mote_frontend *f, const mote_shape *in, mote_frontend_pace *out)
{
    return f->row->pace != NULL && f->row->pace(f, in, out);
}

size_t mote_frontend_frames(const mote_frontend_pace *pace, size_t n_steps)
{
    const size_t window = (size_t)pace->window;
    return n_steps < window ? 0 : 1 + (n_steps - window) / (size_t)pace->hop;
}

/* Computation ----------------------------------------------------------------------------- */

mote_status mote_frontend_plan_create(const mote_frontend *f, const mote_shape *in,
                                      int32_t n_workers, mote_frontend_plan **out, mote_err *err)
{
    mote_shape shape;

    MOTE_TRY(mote_frontend_shape(f, in, &shape, err));
    if (n_workers < 1 || n_workers > 1024)
        return mote_fail(err, MOTE_ARG, "feature plan for %d workers, must be 1..1024",
                         (int)n_workers);
    mote_frontend_plan *p = mote_alloc_zero(1, sizeof *p);
    if (p == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for a front end");
    p->frontend = *f;
    p->in = *in;
    p->out = shape;
    p->n_workers = n_workers;
    const mote_status st = f->row->plan != NULL ? f->row->plan(p, err) : MOTE_OK;
    if (st != MOTE_OK) {
        mote_free(p);
        return st;
    }
    *out = p;
    return MOTE_OK;
}

void mote_frontend_plan_destroy(mote_frontend_plan *p)
{
    if (p == NULL)
        return;
    if (p->frontend.row->release != NULL)
        p->frontend.row->release(p);
    mote_free(p);
}

const mote_shape *mote_frontend_plan_out(const mote_frontend_plan *p)
{
    return &p->out;
}

bool mote_frontend_sees_window(const mote_frontend *f)
{
    return f->row->sees_window != NULL && f->row->sees_window(f);
}

mote_status mote_frontend_run_frames(const mote_frontend_plan *p, int32_t worker, const void *x,
                                     size_t n_steps, float *out, mote_err *err)
{
    MOTE_BUG_IF(worker < 0 || worker >= p->n_workers);
    if (p->frontend.row->pace == NULL && n_steps != (size_t)p->in.dims[0])
        return mote_fail(err, MOTE_SHAPE, "a sample of %zu steps, the front end takes %d", n_steps,
                         (int)p->in.dims[0]);
    return p->frontend.row->run(p, worker, x, n_steps, out, err);
}

/* Values of a frame of a plan that sees windows. */
static size_t values_of(const mote_frontend_plan *p)
{
    return (size_t)p->out.dims[1];
}

mote_status mote_frontend_window(const mote_frontend_plan *p, const float *frames, size_t n_frames,
                                 float *out, mote_err *err)
{
    int16_t *kept;

    if (!mote_frontend_sees_window(&p->frontend)) {
        if (out != frames)
            memcpy(out, frames, n_frames * values_of(p) * sizeof *out);
        return MOTE_OK;
    }
    if (n_frames < 1 || n_frames > MRT_NORMALISE_MAX_FRAMES)
        return mote_fail(err, MOTE_LIMIT, "a window of %zu frames is normalised, 1 to %d can be",
                         n_frames, MRT_NORMALISE_MAX_FRAMES);
    kept = mote_alloc(n_frames, values_of(p) * sizeof *kept);
    if (kept == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for a window of %zu frames", n_frames);
    p->frontend.row->window(p, frames, n_frames, kept, out);
    mote_free(kept);
    return MOTE_OK;
}

mote_status mote_frontend_run(const mote_frontend_plan *p, int32_t worker, const void *x,
                              size_t n_steps, float *out, mote_err *err)
{
    mote_frontend_pace pace;

    MOTE_TRY(mote_frontend_run_frames(p, worker, x, n_steps, out, err));
    if (!mote_frontend_sees_window(&p->frontend) ||
        !mote_frontend_pace_of(&p->frontend, &p->in, &pace))
        return MOTE_OK;
    return mote_frontend_window(p, out, mote_frontend_frames(&pace, n_steps), out, err);
}

#define LIGHT_NUMBERS ((size_t)1 << 17) /* made on this thread before another has woken up */

typedef struct {
    const mote_frontend_plan *plan;
    const void *const *x;
    float *out;
    size_t n_out;
} batch_run;

static void run_sample(void *arg, size_t i, int32_t worker)
{
    const batch_run *b = arg;
    const mote_frontend_plan *p = b->plan;
    mote_err err = {0};
    const mote_status st = p->frontend.row->run(p, worker, b->x[i], (size_t)p->in.dims[0],
                                                b->out + i * b->n_out, &err);

    MOTE_BUG_IF(st != MOTE_OK); /* the plan's own shape always fits */
}

typedef struct {
    const mote_frontend_plan *plan;
    size_t n_frames, n_out;
    int16_t *kept; /* [threads][n_out] */
    float *out;
} window_run;

static void run_window(void *arg, size_t i, int32_t worker)
{
    const window_run *r = arg;
    float *x = r->out + i * r->n_out;

    r->plan->frontend.row->window(r->plan, x, r->n_frames, r->kept + (size_t)worker * r->n_out, x);
}

/* The second step of all samples, in place. */
static mote_status batch_windows(const mote_frontend_plan *p, mote_pool *pool, size_t n, float *out,
                                 mote_err *err)
{
    window_run r = {.plan = p,
                    .n_frames = (size_t)p->out.dims[0],
                    .n_out = (size_t)mote_shape_elements(&p->out),
                    .out = out};

    if (!mote_frontend_sees_window(&p->frontend))
        return MOTE_OK;
    r.kept = mote_alloc((size_t)mote_pool_threads(pool), r.n_out * sizeof *r.kept);
    if (r.kept == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for windows of %zu frames", r.n_frames);
    mote_pool_run(pool, n, run_window, &r);
    mote_free(r.kept);
    return MOTE_OK;
}

mote_status mote_frontend_batch(const mote_frontend_plan *p, mote_pool *pool, const void *const *x,
                                size_t n, float *out, mote_err *err)
{
    if (mote_pool_threads(pool) > p->n_workers)
        return mote_fail(err, MOTE_ARG, "feature plan of %d workers used by %d threads",
                         (int)p->n_workers, (int)mote_pool_threads(pool));
    if (p->frontend.row->batch != NULL) {
        MOTE_TRY(p->frontend.row->batch(p, pool, x, n, out, err));
        return batch_windows(p, pool, n, out, err);
    }
    batch_run b = {p, x, out, (size_t)mote_shape_elements(&p->out)};
    const bool is_little = p->frontend.row->is_light && n <= LIGHT_NUMBERS / (b.n_out + 1);
    mote_pool_run(is_little ? NULL : pool, n, run_sample, &b);
    return batch_windows(p, pool, n, out, err);
}

bool mote_frontend_gives_integers(const mote_frontend *f)
{
    return mote_frontend_is_fixed(f) || mote_frontend_sees_window(f);
}

/* Fixed-point features, and normalised ones, are integers times 2^-12: back to them, and the
 * device's integer form. */
static void quantize_fixed(const mrt_quant_fixed *q, const float *values, size_t n, int8_t *out)
{
    for (size_t i = 0; i < n; i++) {
        const float v = values[i] * (float)(1 << MRT_FRONTEND_Q);
        const int32_t x = v >= -0x1p30f && v <= 0x1p30f ? (int32_t)v : 0;
        mrt_quantize_fixed(q, &x, 1, out + i);
    }
}

mote_status mote_frontend_quantize(const mote_frontend_plan *p, mote_input_quant q,
                                   const float *values, size_t n, int8_t *out, mote_err *err)
{
    mrt_quant_f32 f;
    mrt_quant_fixed fixed;

    const bool is_fixed = mote_frontend_gives_integers(&p->frontend);
    if (!(is_fixed ? mrt_quant_fixed_from(q.scale, q.zero_point, &fixed)
                   : mrt_quant_f32_from(q.scale, q.zero_point, &f)))
        return mote_fail(err, MOTE_RANGE,
                         "quantisation of features with scale %g and zero point %d",
                         (double)q.scale, (int)q.zero_point);
    if (is_fixed)
        quantize_fixed(&fixed, values, n, out);
    else
        mrt_quantize_f32(&f, values, n, out);
    return MOTE_OK;
}

/* Fitting --------------------------------------------------------------------------------- */

bool mote_frontend_wants_fit(const mote_frontend *f)
{
    if (f->row->wants_fit != NULL)
        return f->row->wants_fit(f);
    return f->row->is_fitted && f->n_fitted == 0;
}

/* Mean and deviation of value `v` of the frames, in double and in order, into `f`. */
static mote_status fit_value(const mote_frames *x, int32_t v, mote_frontend *f, mote_err *err)
{
    const size_t n_values = (size_t)x->n_values;
    const float *column = x->x + v;
    double sum = 0, squares = 0;

    for (size_t i = 0; i < x->n; i++)
        sum += (double)column[i * n_values];
    const double mean = sum / (double)x->n;
    for (size_t i = 0; i < x->n; i++) {
        const double d = (double)column[i * n_values] - mean;
        squares += d * d;
    }
    const double deviation = sqrt(squares / (double)x->n);
    if (!(fabs(mean) <= 0x1p30) || !(deviation <= 0x1p30))
        return mote_fail(err, MOTE_RANGE,
                         "front end '%s': value %d has mean %g and standard deviation %g in "
                         "training, which is out of range",
                         f->row->name, (int)v, mean, deviation);
    f->offset[v] = (float)mean;
    /* What varies by less than a float of the mean's size can tell does not vary. */
    f->scale[v] =
        deviation > 1e-6 * fabs(mean) && deviation > 0x1p-30 ? (float)(1.0 / deviation) : 0.0f;
    return MOTE_OK;
}

mote_status mote_frontend_fit(const mote_frontend *f, const mote_frames *x, mote_frontend *out,
                              mote_err *err)
{
    mote_frontend fitted = *f;

    if (f->row->fit != NULL)
        return f->row->fit(f, x, out, err);
    if (!f->row->is_fitted || x->n == 0 || x->n_values < 1 ||
        x->n_values > MOTE_FRONTEND_MAX_FITTED)
        return mote_fail(err, MOTE_ARG,
                         "front end '%s' cannot be fitted to %zu frames of %d values; 1 to %d "
                         "values are possible",
                         f->row->name, x->n, (int)x->n_values,
                         f->row->is_fitted ? MOTE_FRONTEND_MAX_FITTED : 0);
    for (int32_t v = 0; v < x->n_values; v++)
        MOTE_TRY(fit_value(x, v, &fitted, err));
    fitted.n_fitted = x->n_values;
    *out = fitted;
    return MOTE_OK;
}

/* Words ----------------------------------------------------------------------------------- */

void mote_frontend_words(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                         mote_value_words *out)
{
    out->like = NULL;
    if (f->row->words != NULL)
        f->row->words(f, in, first, last, out);
    else if (first == last)
        (void)mote_format(out->what, sizeof out->what, "value %d of the input", (int)first + 1);
    else
        (void)mote_format(out->what, sizeof out->what, "values %d to %d of the input",
                          (int)first + 1, (int)last + 1);
}

bool mote_frontend_energy_is_first(const mote_frontend *f)
{
    return f->row->energy_is_first;
}

bool mote_frontend_picture(const mote_frontend *f, mote_frontend *out, double *low_hz,
                           double *high_hz)
{
    return f->row->picture != NULL && f->row->picture(f, out, low_hz, high_hz);
}
