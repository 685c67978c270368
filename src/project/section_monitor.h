/* SPDX-License-Identifier: Apache-2.0 */
/* Section `monitor` of mote.yaml: the watch over served traffic. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_MONITOR_H
#define MOTE_PROJECT_SECTION_MONITOR_H

#include <stdint.h>

typedef struct {
    int32_t window;          /* predictions compared at a time */
    int32_t min_predictions; /* fewer: no statement */
    double false_alarm;      /* probability that a window without drift raises any alert */
} mote_project_monitor;

#endif
