/* SPDX-License-Identifier: Apache-2.0 */
/* Scores of windows to alarms, see alarms.h. */
#include "model/alarms.h"

#include <math.h>

#include "device/stream/mrt_alarm.h"

size_t mote_alarm_hop(size_t n_steps)
{
    return n_steps > 1 ? n_steps / 2 : 1;
}

int32_t mote_alarm_quiet(const mote_decision *d, double rate_hz, size_t hop)
{
    const double looks = floor(d->anomaly.quiet_ms / 1000.0 * rate_hz / (double)hop + 1e-9);
    return looks >= 1 && looks < INT32_MAX ? (int32_t)looks : 0;
}

size_t mote_alarms_find(const float *scores, size_t n, float threshold, int32_t quiet,
                        mote_alarm *out)
{
    size_t n_alarms = 0;
    mrt_alarm state;
    mrt_alarm_init(&state, quiet);
    for (size_t i = 0; i < n; i++) {
        const bool is_anomaly = !(scores[i] < threshold); /* as model/answer_anomaly.c says it */
        if (mrt_alarm_push(&state, is_anomaly) == MRT_ALARM_BEGINS)
            out[n_alarms++] = (mote_alarm){i, i, scores[i]};
        if (!is_anomaly)
            continue;
        mote_alarm *now = &out[n_alarms - 1];
        now->last = i;
        now->score = scores[i] > now->score ? scores[i] : now->score;
    }
    return n_alarms;
}
