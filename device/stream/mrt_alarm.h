/* SPDX-License-Identifier: Apache-2.0 */
/* From the verdicts of windows to alarms: one that goes on is one, with a begin and an end.
 *
 *     window:   . ! ! . ! . . . .      quiet 1: an alarm may pause for one window
 *     said:       B G G G   E          begins, goes on, ends
 *
 * An alarm begins with a window that is an anomaly, and ends once more than `quiet` windows behind
 * its last one are none. Integers only. Depends on nothing. Used by the firmware and, by way of
 * model/alarms.h, by whoever judges or serves. */
#ifndef MRT_ALARM_H
#define MRT_ALARM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { MRT_ALARM_NONE, MRT_ALARM_BEGINS, MRT_ALARM_GOES_ON, MRT_ALARM_ENDS } mrt_alarm_said;

typedef struct {
    int32_t quiet;   /* windows, 0.. */
    int32_t is_on;   /* an alarm has begun and not ended */
    int32_t n_quiet; /* windows since its last anomaly */
} mrt_alarm;

/* quiet below 0 counts as 0. */
void mrt_alarm_init(mrt_alarm *a, int32_t quiet);

/* One window: is it an anomaly (1) or not (0)? */
mrt_alarm_said mrt_alarm_push(mrt_alarm *a, int32_t is_anomaly);

#ifdef __cplusplus
}
#endif

#endif
