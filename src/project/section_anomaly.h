/* SPDX-License-Identifier: Apache-2.0 */
/* Section `anomaly` of mote.yaml: what is normal, and how often that may raise an alarm. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_ANOMALY_H
#define MOTE_PROJECT_SECTION_ANOMALY_H

#include "project/setting_types.h"

typedef struct {
    mote_names normal;  /* labels of samples that are; none: the task is about something else */
    double false_alarm; /* share of normal samples that may raise an alarm */
    double quiet_ms;    /* an alarm that pauses for no longer is one */
    double adapt_ms;    /* in so long becomes usual what stays unusual; 0: never */
    double margin;      /* so many times the threshold that this gives is the threshold; >= 1 */
} mote_project_anomaly;

#endif
