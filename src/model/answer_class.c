/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are one of n: probabilities, and when a stream of them is an event. */
#include <math.h>
#include <string.h>

#include "model/answer.h"

#define WHAT "operating_point"

/* ---- the signature ------------------------------------------------------------------------ */

static mote_status check(const mote_signature *s, mote_err *err)
{
    if (s->n_labels < 1 || s->n_outputs != s->n_labels)
        return mote_fail(err, MOTE_ARG, "1 to %d labels are possible, one an output; not %d for %d",
                         MOTE_MODEL_MAX_LABELS, s->n_labels, s->n_outputs);
    if (s->n_labels < MOTE_MODEL_MAX_EVENTS && s->events >> s->n_labels)
        return mote_fail(err, MOTE_ARG, "an event has no label");
    if (s->n_labels > MOTE_MODEL_MAX_EVENTS && s->events)
        return mote_fail(err, MOTE_ARG,
                         "a model that reacts in a stream has at most %d labels, not %d",
                         MOTE_MODEL_MAX_EVENTS, s->n_labels);
    return MOTE_OK;
}

static mote_status fits(const mote_signature *s, const mote_decision *d, const mote_tensor *in,
                        const mote_tensor *out, mote_err *err)
{
    (void)d;
    (void)in;
    if (mote_tensor_elements(out) != s->n_labels)
        return mote_fail(err, MOTE_SHAPE, "the graph has %lld outputs for %d labels",
                         (long long)mote_tensor_elements(out), s->n_labels);
    return MOTE_OK;
}

/* ---- the operating point ------------------------------------------------------------------ */

json_t *mote_operating_point_to_json(const mote_operating_point *op, int32_t n_labels)
{
    return json_pack("{s:i, s:i, s:i, s:f, s:o}", "smooth_hops", op->smooth_hops, "suppress_ms",
                     op->suppress_ms, "hop_ms", op->hop_ms, "temperature", (double)op->temperature,
                     "thresholds", mote_json_floats(op->thresholds, (size_t)n_labels));
}

mote_status mote_operating_point_from_json(const json_t *j, int32_t n_labels,
                                           mote_operating_point *out, mote_err *err)
{
    int64_t smooth, suppress, hop;
    double temperature;
    json_t *thresholds;
    MOTE_TRY(mote_json_get_i64(j, WHAT, "smooth_hops", (mote_i64_range){1, 64}, &smooth, err));
    MOTE_TRY(
        mote_json_get_i64(j, WHAT, "suppress_ms", (mote_i64_range){0, 600000}, &suppress, err));
    MOTE_TRY(mote_json_get_i64(j, WHAT, "hop_ms", (mote_i64_range){1, 60000}, &hop, err));
    MOTE_TRY(mote_json_get_f64(j, WHAT, "temperature", &temperature, err));
    MOTE_TRY(mote_json_get_arr(j, WHAT, "thresholds", &thresholds, err));
    if (!(temperature >= 0.01 && temperature <= 100.0))
        return mote_fail(err, MOTE_PARSE, WHAT ": temperature must be 0.01 to 100");
    if (json_array_size(thresholds) != (size_t)n_labels)
        return mote_fail(err, MOTE_PARSE, WHAT ": there must be one threshold a label");
    mote_operating_point op = {.smooth_hops = (int32_t)smooth,
                               .suppress_ms = (int32_t)suppress,
                               .hop_ms = (int32_t)hop,
                               .temperature = (float)temperature};
    for (int32_t i = 0; i < n_labels; i++) {
        json_t *t = json_array_get(thresholds, (size_t)i);
        double x = json_number_value(t);
        if (!json_is_number(t) || !(x >= 0.0 && x <= 1.0))
            return mote_fail(err, MOTE_PARSE, WHAT ": threshold %d is not in [0, 1]", i);
        op.thresholds[i] = (float)x;
    }
    *out = op;
    return MOTE_OK;
}

/* Where no label reacts, and nothing was said of how windows are listened to, there is no detector
 * and nothing of it to keep. */
static bool has_detector(const mote_operating_point *op, const mote_signature *s)
{
    const mote_operating_point usual = mote_decision_default(s).op;
    return s->events || op->smooth_hops != usual.smooth_hops ||
           op->suppress_ms != usual.suppress_ms || op->hop_ms != usual.hop_ms;
}

static json_t *to_json(const mote_decision *d, const mote_signature *s)
{
    return has_detector(&d->op, s) ? mote_operating_point_to_json(&d->op, s->n_labels)
                                   : json_pack("{s:f}", "temperature", (double)d->op.temperature);
}

static mote_status temperature_from_json(const json_t *j, mote_decision *out, mote_err *err)
{
    double temperature = 0;
    MOTE_TRY(mote_json_get_f64(j, WHAT, "temperature", &temperature, err));
    if (!(temperature >= 0.01 && temperature <= 100.0))
        return mote_fail(err, MOTE_PARSE, WHAT ": temperature must be 0.01 to 100");
    out->op.temperature = (float)temperature;
    return MOTE_OK;
}

static mote_status from_json(const json_t *j, const mote_signature *s, mote_decision *out,
                             mote_err *err)
{
    if (!s->events && !json_object_get(j, "thresholds"))
        return temperature_from_json(j, out, err);
    MOTE_TRY(mote_operating_point_from_json(j, s->n_labels, &out->op, err));
    for (int32_t i = 0; i < s->n_labels; i++)
        if (out->op.thresholds[i] > 0 && !mote_signature_reacts(s, i))
            return mote_fail(err, MOTE_PARSE, WHAT ": '%s' has a threshold and is no event",
                             s->labels[i]);
    return MOTE_OK;
}

static mote_status is_finite(const mote_decision *d, const mote_signature *s, mote_err *err)
{
    for (int32_t i = 0; i < s->n_labels; i++)
        if (!isfinite(d->op.thresholds[i]))
            return mote_fail(err, MOTE_ARG, "the threshold of '%s' is not a number", s->labels[i]);
    if (!isfinite(d->op.temperature))
        return mote_fail(err, MOTE_ARG, "the temperature is not a number");
    return MOTE_OK;
}

/* ---- probabilities ------------------------------------------------------------------------ */

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

static void normalise(const mote_tensor *t, const void *out, int32_t n, float temperature,
                      float *probabilities)
{
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++)
        sum += mote_model_answer_number(t, out, i);
    for (int32_t i = 0; i < n; i++) {
        double x = mote_model_answer_number(t, out, i);
        probabilities[i] = (float)(sum > 0.0 ? x / sum : x);
    }
    if (temperature < 1.0f || temperature > 1.0f)
        mote_temperature_apply(probabilities, n, (double)temperature);
}

void mote_model_probabilities(const int8_t *out, const mote_quant *quant, int32_t n,
                              float temperature, float *probabilities)
{
    const mote_tensor t = {.dtype = MOTE_I8, .quant = *quant};
    normalise(&t, out, n, temperature, probabilities);
}

static void say(const mote_model_answer_run *r, mote_prediction *out)
{
    int32_t n = r->signature->n_labels, best = 0;
    normalise(r->out_tensor, r->out, n, r->decision->op.temperature, r->numbers);
    for (int32_t i = 1; i < n; i++)
        if (mote_model_answer_number(r->out_tensor, r->out, i) >
            mote_model_answer_number(r->out_tensor, r->out, best))
            best = i;
    out->class_id = best;
    out->probabilities = r->numbers;
}

static int32_t width(const mote_tensor *out)
{
    return (int32_t)mote_tensor_elements(out);
}

static const float *numbers(const mote_prediction *y)
{
    return y->probabilities;
}

const mote_model_answer mote_model_answer_class = {.name = "class",
                                                   .numbers_name = "probabilities",
                                                   .has_classes = true,
                                                   .check = check,
                                                   .to_json = to_json,
                                                   .from_json = from_json,
                                                   .is_finite = is_finite,
                                                   .fits = fits,
                                                   .say = say,
                                                   .width = width,
                                                   .numbers = numbers};
