/* SPDX-License-Identifier: Apache-2.0 */
/* Expected business value, see value.h. */
#include "evaluate/value.h"

#include <math.h>

static mote_value value_at(const mote_project_value *v, double missed,
                           double false_accepts_per_hour)
{
    mote_value out = {
        .true_accepts = v->volume_per_day * (1 - missed) * v->true_accept,
        .false_rejects = v->volume_per_day * missed * v->false_reject,
        .false_accepts = v->listening_hours_per_day * false_accepts_per_hour * v->false_accept,
    };
    out.value.value = out.true_accepts + out.false_rejects + out.false_accepts;
    return out;
}

mote_value mote_value_of_rates(const mote_project_value *v, const mote_interval *missed,
                               const mote_interval *accepts)
{
    const double nan = (double)NAN;
    if (!v->is_given || !isfinite(missed->value) || !isfinite(accepts->value))
        return (mote_value){nan, nan, nan, {nan, nan, nan}};
    mote_value out = value_at(v, missed->value, accepts->value);
    /* Monotone in both rates, but which end is worse depends on the signs of the money. */
    double ends[4] = {
        value_at(v, missed->lo, accepts->lo).value.value,
        value_at(v, missed->lo, accepts->hi).value.value,
        value_at(v, missed->hi, accepts->lo).value.value,
        value_at(v, missed->hi, accepts->hi).value.value,
    };
    out.value.lo = out.value.hi = out.value.value;
    for (int i = 0; i < 4; i++) {
        out.value.lo = fmin(out.value.lo, ends[i]);
        out.value.hi = fmax(out.value.hi, ends[i]);
    }
    return out;
}

mote_value mote_value_per_day(const mote_project_value *v, const mote_value_counts *c,
                              double confidence)
{
    const double nan = (double)NAN;
    if (!v->is_given || c->n_targets <= 0 || !(c->hours > 0) || !(confidence > 0 && confidence < 1))
        return (mote_value){nan, nan, nan, {nan, nan, nan}};
    double each = (1 + confidence) / 2;
    mote_interval missed = mote_interval_wilson(c->n_missed, c->n_targets, each);
    mote_interval accepts = mote_interval_poisson(c->n_false_accepts, c->hours, each);
    return mote_value_of_rates(v, &missed, &accepts);
}
