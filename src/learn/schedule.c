/* SPDX-License-Identifier: Apache-2.0 */
/* Warm-up and cosine; see schedule.h. */
#include "learn/schedule.h"

#include "base/num.h"

double mote_schedule_rate(const mote_schedule *s, int64_t step)
{
    if (step < s->warmup_steps)
        return s->peak * (double)(step + 1) / (double)s->warmup_steps;
    if (s->held_from > 0 && step > s->held_from)
        step = s->held_from;
    if (s->kind == MOTE_SCHEDULE_CONSTANT || s->total_steps <= s->warmup_steps)
        return s->peak;
    double t = (double)(step - s->warmup_steps) / (double)(s->total_steps - s->warmup_steps);
    t = t > 1.0 ? 1.0 : t < 0.0 ? 0.0 : t;
    return s->peak *
           (s->final_fraction + (1.0 - s->final_fraction) * 0.5 * (1.0 + mote_num_cos_pi(t)));
}
