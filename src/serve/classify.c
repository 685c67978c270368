/* SPDX-License-Identifier: Apache-2.0 */
/* The answer as JSON. */
#include "serve/classify.h"

#include <string.h>

#include "base/json_write.h"
#include "model/alarms.h"

static int64_t ms_of(const mote_served *s, int64_t samples)
{
    return s->rate_hz ? samples * 1000 / s->rate_hz : 0;
}

mote_status mote_classify_keep(const mote_served *s, const mote_prediction *p, int64_t start,
                               mote_arena *a, mote_classify_window *out, mote_err *err)
{
    float *numbers = NULL;
    size_t n = (size_t)s->n_numbers;
    MOTE_TRY(mote_arena_take(a, n, sizeof *numbers, &numbers, err));
    memcpy(numbers, mote_prediction_numbers(mote_model_signature(s->model)->answer, p),
           n * sizeof *numbers);
    *out = (mote_classify_window){.start = start,
                                  .class_id = p->class_id,
                                  .probabilities = p->probabilities ? numbers : NULL,
                                  .values = p->values ? numbers : NULL,
                                  .score = p->score,
                                  .is_anomaly = p->is_anomaly};
    return MOTE_OK;
}

mote_status mote_classify_heard(const mote_served *s, const mote_hearing *h, int64_t zero,
                                mote_arena *a, mote_classify_window *out, mote_err *err)
{
    const mote_graph *g = mote_model_graph(s->model);
    const float temperature = mote_model_operating_point(s->model)->temperature;
    const size_t n_labels = (size_t)s->n_labels;
    float *p = NULL;
    MOTE_TRY(mote_arena_take(a, h->n_inside * n_labels, sizeof *p, &p, err));
    for (size_t i = 0; i < h->n_inside; i++, p += n_labels) {
        const int8_t *q = h->outputs + (h->inside + i) * n_labels;
        mote_model_probabilities(q, &g->tensors[g->outputs[0]].quant, s->n_labels, temperature, p);
        int32_t class_id = 0;
        for (int32_t k = 1; k < s->n_labels; k++)
            class_id = q[k] > q[class_id] ? k : class_id;
        out[i] =
            (mote_classify_window){.start = zero + h->first + (int64_t)(h->inside + i) * h->hop,
                                   .class_id = class_id,
                                   .probabilities = p};
    }
    return MOTE_OK;
}

mote_status mote_classify_alarms(const mote_served *s, const mote_classify_stretch *x,
                                 mote_arena *a, mote_classify_alarm *out, size_t *n_alarms,
                                 mote_err *err)
{
    const mote_decision *d = mote_model_decision(s->model);
    const int64_t n_steps = s->sample.dims[0];
    const size_t hop = mote_alarm_hop((size_t)n_steps);
    const mote_alarm_rule rule = mote_alarm_rule_of(d, (double)s->rate_hz, hop);
    mote_alarm *found = NULL;
    float *scores = NULL;
    if (x->n == 0 || x->windows[0].probabilities || x->windows[0].values)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *scores, &scores, err));
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *found, &found, err));
    for (size_t i = 0; i < x->n; i++)
        scores[i] = x->windows[i].score;
    const size_t n = mote_alarms_find(&rule, scores, x->n, found);
    for (size_t i = 0; i < n; i++) {
        const int64_t start = x->windows[found[i].first].start;
        out[(*n_alarms)++] = (mote_classify_alarm){.start = start,
                                                   .at = start + n_steps,
                                                   .end = x->windows[found[i].last].start + n_steps,
                                                   .score = found[i].score};
    }
    return MOTE_OK;
}

float mote_classify_speaks(const mote_served *s, const float *p)
{
    const mote_operating_point *op = mote_model_operating_point(s->model);
    float best = -1.0f, any = 0.0f;
    for (int32_t i = 0; i < s->n_labels; i++) {
        if (op->thresholds[i] > 0 && p[i] > best)
            best = p[i];
        if (p[i] > any)
            any = p[i];
    }
    return best >= 0 ? best : any;
}

/* Where the truth is said to lie, of each value; nothing where the model does not say. */
static void add_intervals(mote_json_out *w, const mote_served *s, const float *values)
{
    const mote_value_point *v = &mote_model_decision(s->model)->value;
    if (v->n == 0)
        return;
    mote_out_object(w, "intervals");
    for (int32_t k = 0; k < v->n; k++) {
        const mote_value_interval of = mote_value_interval_of(v, k, values[k]);
        mote_out_array(w, mote_model_label(s->model, k));
        mote_out_f32s(w, (const float[2]){of.lo, of.hi}, 2);
        mote_out_end(w);
    }
    mote_out_end(w);
    mote_out_f32(w, "level", (float)v->level);
}

static void add_answer(mote_json_out *w, const mote_served *s, const mote_classify_window *x)
{
    if (!x->probabilities && !x->values) {
        mote_out_f32(w, "score", x->score);
        mote_out_bool(w, "is_anomaly", x->is_anomaly);
        return;
    }
    if (x->probabilities)
        mote_out_str(w, "label", mote_model_label(s->model, x->class_id));
    mote_out_object(w, s->numbers_name);
    for (int32_t i = 0; i < s->n_labels; i++)
        mote_out_f32(w, mote_model_label(s->model, i),
                     x->probabilities ? x->probabilities[i] : x->values[i]);
    mote_out_end(w);
    if (x->values)
        add_intervals(w, s, x->values);
}

static void add_window(mote_json_out *w, const mote_served *s, const mote_classify_window *x)
{
    add_answer(w, s, x);
    mote_out_i64(w, "start_ms", ms_of(s, x->start));
}

/* Can the model say that something was detected? A score does, and labels that have a threshold. */
static bool detects(const mote_served *s, const mote_classify_window *x)
{
    const mote_operating_point *op = mote_model_operating_point(s->model);
    bool some = !x->probabilities && !x->values;
    for (int32_t i = 0; x->probabilities && i < s->n_labels; i++)
        some |= op->thresholds[i] > 0;
    return some;
}

static void add_detections(mote_json_out *w, const mote_served *s, const mote_classification *c)
{
    if (c->is_label_only || !detects(s, &c->best)) {
        mote_out_null(w, "detected");
        return;
    }
    /* of several windows what has become usual is no anomaly any more: alarms know */
    const bool is_alone = c->n_windows <= 1;
    mote_out_bool(w, "detected",
                  c->n_detections > 0 || c->n_alarms > 0 || (is_alone && c->best.is_anomaly));
    mote_out_array(w, "detections");
    for (size_t i = 0; i < c->n_detections; i++) {
        const mote_heard *d = &c->detections[i];
        mote_out_object(w, NULL);
        mote_out_str(w, "label", mote_model_label(s->model, d->class_id));
        if (c->is_of_windows)
            mote_out_i64(w, "from_ms", ms_of(s, d->start));
        mote_out_i64(w, "at_ms", ms_of(s, d->at));
        mote_out_f32(w, "score", (float)d->average_q16 / 65536.0f);
        mote_out_end(w);
    }
    for (size_t i = 0; i < c->n_alarms; i++) {
        const mote_classify_alarm *x = &c->alarms[i];
        mote_out_object(w, NULL);
        mote_out_i64(w, "from_ms", ms_of(s, x->start));
        mote_out_i64(w, "at_ms", ms_of(s, x->at));
        mote_out_i64(w, "to_ms", ms_of(s, x->end));
        mote_out_f32(w, "score", x->score);
        mote_out_end(w);
    }
    mote_out_end(w);
}

static void add_model(mote_json_out *w, const mote_served *s)
{
    mote_out_object(w, "model");
    mote_out_str(w, "name", s->name);
    mote_out_str(w, "version", s->version);
    mote_out_end(w);
}

static void add_rows(mote_json_out *w, const mote_served *s, const mote_classification *c,
                     int64_t latency_us)
{
    mote_out_array(w, "rows");
    for (size_t i = 0; i < c->n_windows; i++) {
        mote_out_object(w, NULL);
        add_answer(w, s, &c->windows[i]);
        mote_out_end(w);
    }
    mote_out_end(w);
    add_model(w, s);
    mote_out_u64(w, "n_rows", c->n_windows);
    mote_out_i64(w, "latency_us", latency_us);
}

static void add_one(mote_json_out *w, const mote_served *s, const mote_classification *c,
                    bool all_windows, int64_t latency_us)
{
    add_window(w, s, &c->best);
    add_detections(w, s, c);
    add_model(w, s);
    mote_out_u64(w, "n_windows", c->n_windows);
    if (c->wrong)
        mote_out_str(w, "wrong", c->wrong);
    mote_out_i64(w, "latency_us", latency_us);
    if (!all_windows)
        return;
    mote_out_array(w, "windows");
    for (size_t i = 0; i < c->n_windows; i++) {
        mote_out_object(w, NULL);
        add_window(w, s, &c->windows[i]);
        mote_out_end(w);
    }
    mote_out_end(w);
}

void mote_classify_json(const mote_served *s, const mote_classification *c, bool all_windows,
                        int64_t latency_us, mote_buf *b)
{
    mote_json_out w;
    mote_out_begin(&w, b);
    mote_out_object(&w, NULL);
    if (c->is_of_rows && c->n_windows > 1)
        add_rows(&w, s, c, latency_us);
    else
        add_one(&w, s, c, all_windows, latency_us);
    mote_out_end(&w);
    mote_out_finish(&w);
}
