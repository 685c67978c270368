/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that say how unusual a sample is: a score, and whether it reaches the threshold. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "device/answer/mrt_answer.h"
#include "model/answer.h"

#define WHAT "decision"

static const char *const names[] = {
    [MOTE_SCORE_OUTPUT] = "output", [MOTE_SCORE_RECONSTRUCTION] = "reconstruction"};
#define N_NAMES (sizeof names / sizeof names[0])

static mote_status check(const mote_signature *s, mote_err *err)
{
    if (s->n_outputs != 1 || s->n_labels != 0 || s->events)
        return mote_fail(err, MOTE_ARG, "an anomaly has one score and no labels");
    return MOTE_OK;
}

static json_t *to_json(const mote_decision *d, const mote_signature *s)
{
    (void)s;
    json_t *j = json_pack("{s:s, s:f}", "score", names[d->anomaly.score], "threshold",
                          (double)d->anomaly.threshold);
    bool is_whole = j != NULL;
    if (is_whole && d->anomaly.quiet_ms > 0)
        is_whole = json_object_set_new(j, "quiet_ms", json_real(d->anomaly.quiet_ms)) == 0;
    if (is_whole && d->anomaly.adapt_ms > 0)
        is_whole = json_object_set_new(j, "adapt_ms", json_real(d->anomaly.adapt_ms)) == 0 &&
                   json_object_set_new(j, "usual", json_real((double)d->anomaly.usual)) == 0;
    if (is_whole)
        return j;
    json_decref(j);
    return NULL;
}

static mote_status from_json(const json_t *j, const mote_signature *s, mote_decision *out,
                             mote_err *err)
{
    const char *score = NULL;
    double threshold = 0, quiet_ms = 0, adapt_ms = 0, usual = 0;
    size_t k = 0;
    (void)s;
    MOTE_TRY(mote_json_get_str(j, WHAT, "score", &score, err));
    MOTE_TRY(mote_json_get_f64(j, WHAT, "threshold", &threshold, err));
    if (json_object_get(j, "quiet_ms")) /* of windows in time, and not before this was chosen */
        MOTE_TRY(mote_json_get_f64(j, WHAT, "quiet_ms", &quiet_ms, err));
    if (json_object_get(j, "adapt_ms")) {
        MOTE_TRY(mote_json_get_f64(j, WHAT, "adapt_ms", &adapt_ms, err));
        MOTE_TRY(mote_json_get_f64(j, WHAT, "usual", &usual, err));
    }
    if (!(quiet_ms >= 0 && isfinite(quiet_ms)))
        return mote_fail(err, MOTE_PARSE, WHAT ": quiet_ms %g is no time", quiet_ms);
    if (!(adapt_ms >= 0 && isfinite(adapt_ms)) || !(usual >= 0 && usual <= (double)FLT_MAX))
        return mote_fail(err, MOTE_PARSE,
                         WHAT ": adapt_ms %g is no time, or usual %g no mean of scores", adapt_ms,
                         usual);
    while (k < N_NAMES && strcmp(names[k], score) != 0)
        k++;
    if (k == N_NAMES)
        return mote_fail(err, MOTE_PARSE, WHAT ": there is no score '%.60s'; there are %s and %s",
                         score, names[0], names[1]);
    out->anomaly = (mote_anomaly_point){.score = (mote_score_kind)k,
                                        .threshold = (float)threshold,
                                        .quiet_ms = quiet_ms,
                                        .adapt_ms = adapt_ms,
                                        .usual = (float)usual};
    return MOTE_OK;
}

static mote_status is_finite(const mote_decision *d, const mote_signature *s, mote_err *err)
{
    (void)s;
    if (!isfinite(d->anomaly.threshold))
        return mote_fail(err, MOTE_ARG, "the threshold of the score is not a number");
    return MOTE_OK;
}

static mote_status fits(const mote_signature *s, const mote_decision *d, const mote_tensor *in,
                        const mote_tensor *out, mote_err *err)
{
    (void)s;
    int64_t want = d->anomaly.score == MOTE_SCORE_OUTPUT ? 1 : mote_tensor_elements(in);
    if (mote_tensor_elements(out) != want)
        return mote_fail(err, MOTE_SHAPE, "the graph has %lld outputs, a score from its %s %lld",
                         (long long)mote_tensor_elements(out), names[d->anomaly.score],
                         (long long)want);
    return MOTE_OK;
}

static mrt_values_s8 values_of(const mote_tensor *t, const void *x)
{
    return (mrt_values_s8){x, t->quant.scales[0], t->quant.zero_point};
}

/* As the device computes it. */
static float difference(const mote_model_answer_run *r)
{
    const int32_t n = (int32_t)mote_tensor_elements(r->out_tensor);
    if (r->out_tensor->dtype == MOTE_F32)
        return mrt_difference_f32(r->out, r->in, n);
    const mrt_values_s8 made = values_of(r->out_tensor, r->out),
                        was = values_of(r->in_tensor, r->in);
    return mrt_difference_s8(&made, &was, n);
}

static void say(const mote_model_answer_run *r, mote_prediction *out)
{
    out->score = r->decision->anomaly.score == MOTE_SCORE_OUTPUT
                     ? (float)mote_model_answer_number(r->out_tensor, r->out, 0)
                     : difference(r);
    out->is_anomaly = !(out->score < r->decision->anomaly.threshold); /* NaN too */
}

static int32_t width(const mote_tensor *out)
{
    (void)out;
    return 1;
}

static const float *numbers(const mote_prediction *y)
{
    return &y->score;
}

const mote_model_answer mote_model_answer_anomaly = {.name = "anomaly",
                                                     .numbers_name = "score",
                                                     .check = check,
                                                     .to_json = to_json,
                                                     .from_json = from_json,
                                                     .is_finite = is_finite,
                                                     .fits = fits,
                                                     .say = say,
                                                     .width = width,
                                                     .numbers = numbers};
