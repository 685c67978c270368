/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are numbers: the graph's outputs, in the units of the signature. */
#include "model/answer.h"

static mote_status check(const mote_signature *s, mote_err *err)
{
    if (s->n_labels < 1 || s->n_outputs != s->n_labels)
        return mote_fail(err, MOTE_ARG, "%d values have %d names", s->n_outputs, s->n_labels);
    if (s->events)
        return mote_fail(err, MOTE_ARG, "values are no events");
    return MOTE_OK;
}

static json_t *to_json(const mote_decision *d, const mote_signature *s)
{
    (void)d;
    (void)s;
    return json_object();
}

static mote_status from_json(const json_t *j, const mote_signature *s, mote_decision *out,
                             mote_err *err)
{
    (void)s;
    (void)out;
    return json_is_object(j) ? MOTE_OK : mote_fail(err, MOTE_PARSE, "decision: it is no object");
}

static mote_status is_finite(const mote_decision *d, const mote_signature *s, mote_err *err)
{
    (void)d;
    (void)s;
    (void)err;
    return MOTE_OK;
}

static mote_status fits(const mote_signature *s, const mote_decision *d, const mote_tensor *in,
                        const mote_tensor *out, mote_err *err)
{
    (void)d;
    (void)in;
    if (mote_tensor_elements(out) != s->n_outputs)
        return mote_fail(err, MOTE_SHAPE, "the graph has %lld outputs for %d values",
                         (long long)mote_tensor_elements(out), s->n_outputs);
    return MOTE_OK;
}

static void say(const mote_model_answer_run *r, mote_prediction *out)
{
    for (int32_t i = 0; i < r->signature->n_outputs; i++)
        r->numbers[i] = (float)mote_model_answer_number(r->out_tensor, r->out, i);
    out->values = r->numbers;
}

static int32_t width(const mote_tensor *out)
{
    return (int32_t)mote_tensor_elements(out);
}

static const float *numbers(const mote_prediction *y)
{
    return y->values;
}

const mote_model_answer mote_model_answer_value = {.name = "value",
                                                   .numbers_name = "values",
                                                   .check = check,
                                                   .to_json = to_json,
                                                   .from_json = from_json,
                                                   .is_finite = is_finite,
                                                   .fits = fits,
                                                   .say = say,
                                                   .width = width,
                                                   .numbers = numbers};
