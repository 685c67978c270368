/* SPDX-License-Identifier: Apache-2.0 */
/* Section `schedule` of mote.yaml: when to train again, and when a new model replaces the old one.
 * The keys are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_SCHEDULE_H
#define MOTE_PROJECT_SECTION_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool on_drift;
    int32_t new_samples, every_days; /* 0: never */
    double beat_by;                  /* challenger's gain in accuracy where the champion is weak */
    double clean_at_least;           /* least accuracy on the test split; 0: no limit */
    double clean_loss_at_most;       /* accuracy it may lose there against the champion */
} mote_project_schedule;

#endif
