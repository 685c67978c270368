/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts to alarms, see mrt_alarm.h. */
#include "device/stream/mrt_alarm.h"

void mrt_alarm_init(mrt_alarm *a, int32_t quiet)
{
    a->quiet = quiet > 0 ? quiet : 0;
    a->is_on = 0;
    a->n_quiet = 0;
}

mrt_alarm_said mrt_alarm_push(mrt_alarm *a, int32_t is_anomaly)
{
    if (is_anomaly) {
        const int32_t was_on = a->is_on;
        a->is_on = 1;
        a->n_quiet = 0;
        return was_on ? MRT_ALARM_GOES_ON : MRT_ALARM_BEGINS;
    }
    if (!a->is_on)
        return MRT_ALARM_NONE;
    if (++a->n_quiet <= a->quiet)
        return MRT_ALARM_GOES_ON;
    a->is_on = 0;
    return MRT_ALARM_ENDS;
}
