/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded bundle, and predicting with it. See model.h; the file's layout is in bundle.c. */
#include "model/model.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "model/bundle_internal.h"
#include "model/runner.h"

#define MAX_BUNDLE_BYTES ((size_t)1 << 30)
#define MAX_CLIP_SAMPLES (1 << 24)

struct mote_model {
    atomic_int refs;
    mote_arena arena;
    json_t *document;
    const char *name;
    int32_t n_labels;
    const char *labels[MOTE_MODEL_MAX_LABELS];
    int32_t clip_samples;
    mote_frontend features;
    mote_shape sample; /* int16[clip_samples] */
    mote_operating_point operating_point;
    mote_graph *s8, *f32;
    mote_golden golden;
    mote_sha256 hash;
};

/* ---- loading ----------------------------------------------------------------------------- */

static mote_status read_labels(mote_model *m, mote_err *err)
{
    json_t *labels = NULL;
    MOTE_TRY(mote_json_get_arr(m->document, "model.json", "labels", &labels, err));
    size_t n = json_array_size(labels);
    if (n < 1 || n > MOTE_MODEL_MAX_LABELS)
        return mote_fail(err, MOTE_PARSE, "model.json: 1 to %d labels are possible, not %zu",
                         MOTE_MODEL_MAX_LABELS, n);
    for (size_t i = 0; i < n; i++) {
        m->labels[i] = json_string_value(json_array_get(labels, i));
        if (!m->labels[i] || strlen(m->labels[i]) >= MOTE_LABEL_BYTES)
            return mote_fail(err, MOTE_PARSE, "model.json: label %zu is not a short text", i);
    }
    m->n_labels = (int32_t)n;
    return MOTE_OK;
}

mote_status mote_operating_point_from_json(const json_t *j, int32_t n_labels,
                                           mote_operating_point *out, mote_err *err)
{
    const char *what = "operating_point";
    int64_t smooth, suppress, hop;
    double temperature;
    json_t *thresholds;
    MOTE_TRY(mote_json_get_i64(j, what, "smooth_hops", 1, 64, &smooth, err));
    MOTE_TRY(mote_json_get_i64(j, what, "suppress_ms", 0, 600000, &suppress, err));
    MOTE_TRY(mote_json_get_i64(j, what, "hop_ms", 1, 60000, &hop, err));
    MOTE_TRY(mote_json_get_f64(j, what, "temperature", &temperature, err));
    MOTE_TRY(mote_json_get_arr(j, what, "thresholds", &thresholds, err));
    if (!(temperature >= 0.01 && temperature <= 100.0))
        return mote_fail(err, MOTE_PARSE, "%s: temperature must be 0.01 to 100", what);
    if (json_array_size(thresholds) != (size_t)n_labels)
        return mote_fail(err, MOTE_PARSE, "%s: there must be one threshold a label", what);
    mote_operating_point op = {.smooth_hops = (int32_t)smooth,
                               .suppress_ms = (int32_t)suppress,
                               .hop_ms = (int32_t)hop,
                               .temperature = (float)temperature};
    for (int32_t i = 0; i < n_labels; i++) {
        json_t *t = json_array_get(thresholds, (size_t)i);
        double x = json_number_value(t);
        if (!json_is_number(t) || !(x >= 0.0 && x <= 1.0))
            return mote_fail(err, MOTE_PARSE, "%s: threshold %d is not in [0, 1]", what, i);
        op.thresholds[i] = (float)x;
    }
    *out = op;
    return MOTE_OK;
}

static mote_status read_operating_point(mote_model *m, mote_err *err)
{
    json_t *j = json_object_get(m->document, "operating_point");
    if (j) {
        mote_status st = mote_operating_point_from_json(j, m->n_labels, &m->operating_point, err);
        return st == MOTE_OK ? st : mote_wrap(err, st, "model.json");
    }
    mote_operating_point *op = &m->operating_point;
    *op = (mote_operating_point){
        .smooth_hops = 1, .suppress_ms = 1000, .hop_ms = 100, .temperature = 1.0f};
    for (int32_t i = 0; i < m->n_labels; i++)
        op->thresholds[i] = m->labels[i][0] == '_' ? 0.0f : 0.5f;
    return MOTE_OK;
}

static mote_status read_document(mote_model *m, const mote_section *s, mote_err *err)
{
    MOTE_TRY(mote_json_parse("model.json", (const char *)s->data, s->len, &m->document, err));
    MOTE_TRY(mote_json_get_str(m->document, "model.json", "name", &m->name, err));
    MOTE_TRY(read_labels(m, err));
    int64_t clip;
    MOTE_TRY(mote_json_get_i64(m->document, "model.json", "clip_samples", 0, MAX_CLIP_SAMPLES,
                               &clip, err));
    m->clip_samples = (int32_t)clip;
    if (clip > 0) {
        json_t *f = NULL;
        MOTE_TRY(mote_json_get_obj(m->document, "model.json", "features", &f, err));
        MOTE_TRY(mote_frontend_from_json(f, "model.json: features", &m->features, err));
        m->sample = (mote_shape){MOTE_I16, 1, {m->clip_samples}};
    }
    return read_operating_point(m, err);
}

static mote_status check_agreement(const mote_model *m, mote_err *err)
{
    const mote_tensor *in = &m->s8->tensors[m->s8->input], *out = &m->s8->tensors[m->s8->output];
    if (in->dtype != MOTE_I8 || out->dtype != MOTE_I8 || in->quant.n_scales != 1 ||
        out->quant.n_scales != 1)
        return mote_fail(err, MOTE_PARSE, "bundle: its graph does not take and give int8");
    if (mote_tensor_elements(out) != m->n_labels)
        return mote_fail(err, MOTE_SHAPE, "bundle: the graph has %lld outputs for %d labels",
                         (long long)mote_tensor_elements(out), m->n_labels);
    if (m->clip_samples == 0)
        return MOTE_OK;
    mote_shape shape;
    MOTE_TRY(mote_frontend_shape(&m->features, &m->sample, &shape, err));
    int64_t n = mote_shape_elements(&shape);
    if (mote_tensor_elements(in) != n)
        return mote_fail(err, MOTE_SHAPE,
                         "bundle: the front end gives %lld values, the graph takes %lld",
                         (long long)n, (long long)mote_tensor_elements(in));
    return MOTE_OK;
}

mote_status mote_golden_read(const void *bytes, size_t n, mote_arena *a, mote_golden *out,
                             mote_err *err)
{
    mote_reader r;
    mote_reader_init(&r, bytes, n);
    mote_golden g = {0};
    g.n = mote_read_i32(&r); /* one after the other: initialisers have no order */
    g.n_pcm = mote_read_i32(&r);
    g.n_in = mote_read_i32(&r);
    g.n_out = mote_read_i32(&r);
    if (r.failed || g.n < 0 || g.n_pcm < 0 || g.n_in < 0 || g.n_out < 0)
        return mote_fail(err, MOTE_PARSE, "the counts of the golden vectors are damaged");
    size_t one = (size_t)g.n_pcm * 2 + (size_t)g.n_in + (size_t)g.n_out, n_all = (size_t)g.n;
    if (one == 0 || n_all > mote_reader_left(&r) / one || n_all * one != mote_reader_left(&r))
        return mote_fail(err, MOTE_PARSE, "the golden vectors end too early");
    uint8_t *copy = NULL;
    MOTE_TRY(mote_arena_take(a, n_all + 1, one, &copy, err));
    memcpy(copy, mote_read_bytes(&r, n_all * one), n_all * one);
    g.pcm = (const int16_t *)(const void *)copy;
    g.in = (const int8_t *)copy + n_all * (size_t)g.n_pcm * 2;
    g.out = g.in + n_all * (size_t)g.n_in;
    *out = g;
    return MOTE_OK;
}

static mote_status read_golden(mote_model *m, const mote_section *s, mote_err *err)
{
    mote_golden g = {0};
    mote_status st = mote_golden_read(s->data, s->len, &m->arena, &g, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "bundle");
    if (g.n_pcm != m->clip_samples || g.n_out != m->n_labels ||
        g.n_in != mote_tensor_elements(&m->s8->tensors[m->s8->input]))
        return mote_fail(err, MOTE_PARSE, "bundle: the golden vectors do not fit the model");
    m->golden = g;
    return MOTE_OK;
}

static mote_status load(mote_model *m, const void *bytes, size_t n, mote_err *err)
{
    mote_section s;
    MOTE_TRY(mote_bundle_section(bytes, n, "model.json", &s, err));
    if (!s.data)
        return mote_fail(err, MOTE_PARSE, "bundle: section 'model.json' is missing");
    MOTE_TRY(read_document(m, &s, err));
    MOTE_TRY(mote_bundle_section(bytes, n, "graph.s8", &s, err));
    if (!s.data)
        return mote_fail(err, MOTE_PARSE, "bundle: section 'graph.s8' is missing");
    MOTE_TRY(mote_graph_load(s.data, s.len, &m->s8, err));
    MOTE_TRY(check_agreement(m, err));
    MOTE_TRY(mote_bundle_section(bytes, n, "graph.f32", &s, err));
    if (s.data)
        MOTE_TRY(mote_graph_load(s.data, s.len, &m->f32, err));
    MOTE_TRY(mote_bundle_section(bytes, n, "golden.bin", &s, err));
    if (s.data)
        MOTE_TRY(read_golden(m, &s, err));
    m->hash = mote_sha256_of(bytes, n);
    return MOTE_OK;
}

mote_status mote_model_load(const void *bytes, size_t n, mote_model **out, mote_err *err)
{
    mote_model *m = mote_alloc_zero(1, sizeof *m);
    if (!m)
        return mote_fail(err, MOTE_NOMEM, "no memory for a model");
    atomic_init(&m->refs, 1);
    mote_arena_init(&m->arena, MAX_BUNDLE_BYTES);
    mote_status st = load(m, bytes, n, err);
    if (st != MOTE_OK) {
        mote_model_unref(m);
        return st;
    }
    *out = m;
    return MOTE_OK;
}

mote_status mote_model_load_file(const char *path, mote_model **out, mote_err *err)
{
    char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MAX_BUNDLE_BYTES, &bytes, &n, err));
    mote_status st = mote_model_load(bytes, n, out, err);
    mote_free(bytes);
    return st == MOTE_OK ? st : mote_wrap(err, st, "load '%s'", path);
}

mote_model *mote_model_ref(mote_model *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void mote_model_unref(mote_model *m)
{
    if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    mote_graph_destroy(m->s8);
    mote_graph_destroy(m->f32);
    json_decref(m->document);
    mote_arena_release(&m->arena);
    mote_free(m);
}

/* ---- what it is -------------------------------------------------------------------------- */

const char *mote_model_name(const mote_model *m)
{
    return m->name;
}

int32_t mote_model_n_labels(const mote_model *m)
{
    return m->n_labels;
}

const char *mote_model_label(const mote_model *m, int32_t class_id)
{
    MOTE_BUG_IF(class_id < 0 || class_id >= m->n_labels);
    return m->labels[class_id];
}

int32_t mote_model_clip_samples(const mote_model *m)
{
    return m->clip_samples;
}

const mote_shape *mote_model_sample(const mote_model *m)
{
    return m->clip_samples > 0 ? &m->sample : NULL;
}

const mote_frontend *mote_model_features(const mote_model *m)
{
    return m->clip_samples > 0 ? &m->features : NULL;
}

const mote_graph *mote_model_graph_s8(const mote_model *m)
{
    return m->s8;
}

const mote_graph *mote_model_graph_f32(const mote_model *m)
{
    return m->f32;
}

const mote_operating_point *mote_model_operating_point(const mote_model *m)
{
    return &m->operating_point;
}

const json_t *mote_model_drift_reference(const mote_model *m)
{
    return json_object_get(m->document, "drift_reference");
}

const json_t *mote_model_document(const mote_model *m)
{
    return m->document;
}

const mote_golden *mote_model_golden(const mote_model *m)
{
    return m->golden.n > 0 ? &m->golden : NULL;
}

const mote_sha256 *mote_model_hash(const mote_model *m)
{
    return &m->hash;
}

/* ---- predicting -------------------------------------------------------------------------- */

struct mote_predictor {
    mote_model *model;
    mote_arena arena;
    mote_frontend_plan *plan;
    mote_runner *runner;
    int64_t n_in;
    float *features, *probabilities;
    int8_t *in, *out;
};

static mote_status prepare(mote_predictor *p, mote_err *err)
{
    const mote_model *m = p->model;
    const mote_tensor *in = &m->s8->tensors[m->s8->input];
    p->n_in = mote_tensor_elements(in);
    MOTE_TRY(mote_arena_take(&p->arena, (size_t)p->n_in, sizeof *p->features, &p->features, err));
    MOTE_TRY(mote_arena_take(&p->arena, (size_t)p->n_in, sizeof *p->in, &p->in, err));
    MOTE_TRY(mote_arena_take(&p->arena, (size_t)m->n_labels, sizeof *p->out, &p->out, err));
    MOTE_TRY(mote_arena_take(&p->arena, (size_t)m->n_labels, sizeof *p->probabilities,
                             &p->probabilities, err));
    if (m->clip_samples > 0)
        MOTE_TRY(mote_frontend_plan_create(&m->features, &m->sample, 1, &p->plan, err));
    return mote_runner_create(m->s8, &p->runner, err);
}

mote_status mote_predictor_create(mote_model *m, mote_predictor **out, mote_err *err)
{
    mote_predictor *p = mote_alloc_zero(1, sizeof *p);
    if (!p)
        return mote_fail(err, MOTE_NOMEM, "no memory for a predictor");
    p->model = mote_model_ref(m);
    mote_arena_init(&p->arena, (size_t)1 << 28);
    mote_status st = prepare(p, err);
    if (st != MOTE_OK) {
        mote_predictor_destroy(p);
        return st;
    }
    *out = p;
    return MOTE_OK;
}

void mote_predictor_destroy(mote_predictor *p)
{
    if (!p)
        return;
    mote_runner_destroy(p->runner);
    mote_frontend_plan_destroy(p->plan);
    mote_arena_release(&p->arena);
    mote_model_unref(p->model);
    mote_free(p);
}

static double clamp_log(float p)
{
    return log(fmax((double)p, MOTE_LEAST_PROBABILITY));
}

void mote_temperature_apply(float *row, int32_t n_classes, double temperature)
{
    double top = -(double)INFINITY, sum = 0;
    for (int32_t k = 0; k < n_classes; k++)
        top = fmax(top, clamp_log(row[k]));
    for (int32_t k = 0; k < n_classes; k++)
        sum += exp((clamp_log(row[k]) - top) / temperature);
    for (int32_t k = 0; k < n_classes; k++)
        row[k] = (float)(exp((clamp_log(row[k]) - top) / temperature) / sum);
}

void mote_model_probabilities(const int8_t *out, const mote_quant *quant, int32_t n,
                              float temperature, float *probabilities)
{
    double scale = (double)quant->scales[0], sum = 0.0;
    for (int32_t i = 0; i < n; i++)
        sum += scale * (out[i] - quant->zero_point);
    for (int32_t i = 0; i < n; i++) {
        double x = scale * (out[i] - quant->zero_point);
        probabilities[i] = (float)(sum > 0.0 ? x / sum : x);
    }
    if (temperature < 1.0f || temperature > 1.0f)
        mote_temperature_apply(probabilities, n, (double)temperature);
}

static void finish(mote_predictor *p, bool has_features, mote_prediction *out)
{
    const mote_model *m = p->model;
    int32_t best = 0;
    mote_model_probabilities(p->out, &m->s8->tensors[m->s8->output].quant, m->n_labels,
                             m->operating_point.temperature, p->probabilities);
    for (int32_t i = 1; i < m->n_labels; i++)
        if (p->out[i] > p->out[best])
            best = i;
    *out = (mote_prediction){.class_id = best,
                             .probabilities = p->probabilities,
                             .in = p->in,
                             .out = p->out,
                             .features = has_features ? p->features : NULL};
}

mote_status mote_predict_pcm(mote_predictor *p, const int16_t *pcm, size_t n, mote_prediction *out,
                             mote_err *err)
{
    const mote_model *m = p->model;
    if (m->clip_samples == 0)
        return mote_fail(err, MOTE_UNSUPPORTED, "model '%s' takes a tensor, not audio", m->name);
    if (n != (size_t)m->clip_samples) {
        mote_frontend_pace pace = {0};
        (void)mote_frontend_pace_of(&m->features, &m->sample, &pace);
        return mote_fail(err, MOTE_SHAPE, "model '%s' takes %d samples at %g Hz, not %zu", m->name,
                         m->clip_samples, pace.rate_hz, n);
    }
    MOTE_TRY(mote_frontend_run(p->plan, 0, pcm, n, p->features, err));
    const mote_tensor *in = &m->s8->tensors[m->s8->input];
    MOTE_TRY(mote_frontend_quantize(p->plan, in->quant.scales[0], in->quant.zero_point, p->features,
                                    (size_t)p->n_in, p->in, err));
    mote_runner_run(p->runner, p->in, p->out, NULL, NULL);
    finish(p, true, out);
    return MOTE_OK;
}

mote_status mote_predict_f32(mote_predictor *p, const float *in, size_t n, mote_prediction *out,
                             mote_err *err)
{
    const mote_model *m = p->model;
    if (n != (size_t)p->n_in)
        return mote_fail(err, MOTE_SHAPE, "model '%s' takes %lld values, not %zu", m->name,
                         (long long)p->n_in, n);
    const mote_quant *q = &m->s8->tensors[m->s8->input].quant;
    for (size_t i = 0; i < n; i++) {
        double x = round((double)in[i] / (double)q->scales[0]) + q->zero_point;
        if (!(x >= -128.0)) /* NaN too */
            x = -128.0;
        p->in[i] = (int8_t)(x > 127.0 ? 127.0 : x);
    }
    mote_runner_run(p->runner, p->in, p->out, NULL, NULL);
    finish(p, false, out);
    return MOTE_OK;
}

const mote_model *mote_predictor_model(const mote_predictor *p)
{
    return p->model;
}

mote_status mote_predictor_frames(mote_predictor *p, const int16_t *pcm, size_t n, float *features,
                                  int8_t *out, mote_err *err)
{
    const mote_graph *g = p->model->s8;
    const mote_quant *q = &g->tensors[g->input].quant;
    mote_frontend_pace pace;
    if (!mote_frontend_pace_of(&p->model->features, &p->model->sample, &pace))
        return mote_fail(err, MOTE_UNSUPPORTED, "model '%s' has no frames", p->model->name);
    size_t n_values = mote_frontend_frames(&pace, n) * (size_t)pace.n_values;
    MOTE_TRY(mote_frontend_run(p->plan, 0, pcm, n, features, err));
    return mote_frontend_quantize(p->plan, q->scales[0], q->zero_point, features, n_values, out,
                                  err);
}

void mote_predictor_run(mote_predictor *p, const int8_t *in, int8_t *out)
{
    mote_runner_run(p->runner, in, out, NULL, NULL);
}
