/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a work goes, and how long it still takes. See pace.h. */
#include "cli/pace.h"

void mote_pace_hear(mote_pace *p, int64_t done, int64_t now_us)
{
    if (!p->has_begun || done < p->done)
        *p = (mote_pace){.has_begun = true, .first = done, .first_us = now_us};
    p->done = done;
}

double mote_pace_per_s(const mote_pace *p, int64_t now_us)
{
    const int64_t own = p->done - p->first, took_us = now_us - p->first_us;
    return own > 0 && took_us > 0 ? (double)own * 1e6 / (double)took_us : 0.0;
}

int64_t mote_pace_left_us(const mote_pace *p, int64_t total, int64_t now_us)
{
    const double per_s = mote_pace_per_s(p, now_us);
    if (total <= 0 || !(per_s > 0.0))
        return -1;
    return total > p->done ? (int64_t)((double)(total - p->done) * 1e6 / per_s) : 0;
}
