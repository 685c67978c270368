/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are numbers: the graph's outputs, in the units of the signature. */
#include <math.h>

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
    const mote_value_point *v = &d->value;
    json_t *o = json_object();
    (void)s;
    if (v->n > 0 &&
        json_object_set_new(o, "interval",
                            json_pack("{s:f, s:o}", "level", v->level, "half_widths",
                                      mote_json_floats(v->half_widths, (size_t)v->n))) != 0) {
        json_decref(o);
        o = NULL;
    }
    return o;
}

/* A bundle of before intervals were chosen has none. */
static mote_status from_json(const json_t *j, const mote_signature *s, mote_decision *out,
                             mote_err *err)
{
    static const char what[] = "decision: interval";
    mote_value_point v = {.n = s->n_outputs};
    if (!json_is_object(j))
        return mote_fail(err, MOTE_PARSE, "decision: it is no object");
    const json_t *o = json_object_get(j, "interval"), *halves = json_object_get(o, "half_widths");
    double level = 0;
    if (!o)
        return MOTE_OK;
    MOTE_TRY(mote_json_get_f64(o, what, "level", &level, err));
    v.level = level;
    if (!(v.level > 0 && v.level < 1))
        return mote_fail(err, MOTE_PARSE, "%s: level %g is not between 0 and 1", what, level);
    if (!json_is_array(halves) || json_array_size(halves) != (size_t)s->n_outputs)
        return mote_fail(err, MOTE_PARSE, "%s: half_widths must be a list of %d numbers", what,
                         s->n_outputs);
    for (int32_t k = 0; k < s->n_outputs; k++) {
        const json_t *x = json_array_get(halves, (size_t)k);
        v.half_widths[k] = json_is_number(x) ? (float)json_number_value(x) : -1;
        if (!(v.half_widths[k] >= 0 && isfinite(v.half_widths[k])))
            return mote_fail(err, MOTE_PARSE, "%s: half width %d is none", what, k);
    }
    out->value = v;
    return MOTE_OK;
}

static mote_status is_finite(const mote_decision *d, const mote_signature *s, mote_err *err)
{
    bool is_good = d->value.n == 0 || (d->value.n == s->n_outputs && isfinite(d->value.level));
    for (int32_t k = 0; is_good && k < d->value.n; k++)
        is_good = isfinite(d->value.half_widths[k]);
    return is_good ? MOTE_OK : mote_fail(err, MOTE_ARG, "the interval of a value is not a number");
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
