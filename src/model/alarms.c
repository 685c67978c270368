/* SPDX-License-Identifier: Apache-2.0 */
/* Scores of windows to alarms, see alarms.h. */
#include "model/alarms.h"

#include <math.h>

#include "device/stream/mrt_alarm.h"
#include "device/stream/mrt_usual.h"

size_t mote_alarm_hop(size_t n_steps)
{
    return n_steps > 1 ? n_steps / 2 : 1;
}

static int32_t looks_in(double ms, double rate_hz, size_t hop)
{
    const double looks = floor(ms / 1000.0 * rate_hz / (double)hop + 1e-9);
    return looks >= 1 && looks < INT32_MAX ? (int32_t)looks : 0;
}

mote_alarm_rule mote_alarm_rule_of(const mote_decision *d, double rate_hz, size_t hop)
{
    return (mote_alarm_rule){.threshold = d->anomaly.threshold,
                             .usual = d->anomaly.usual,
                             .adapt = looks_in(d->anomaly.adapt_ms, rate_hz, hop),
                             .quiet = looks_in(d->anomaly.quiet_ms, rate_hz, hop)};
}

size_t mote_alarms_find(const mote_alarm_rule *rule, float *scores, size_t n, mote_alarm *out)
{
    size_t n_alarms = 0;
    mrt_usual usual;
    mrt_alarm state;
    mrt_usual_init(&usual, rule->usual, rule->adapt);
    mrt_alarm_init(&state, rule->quiet);
    for (size_t i = 0; i < n; i++) {
        scores[i] = mrt_usual_push(&usual, scores[i]);
        const bool is_anomaly = !(scores[i] < rule->threshold); /* as answer_anomaly.c says it */
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
