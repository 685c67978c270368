/* SPDX-License-Identifier: Apache-2.0 */
/* Section `value` of mote.yaml: what events are worth. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_VALUE_H
#define MOTE_PROJECT_SECTION_VALUE_H

#include <stdbool.h>

typedef struct {
    bool is_given; /* false: no money was stated, value_per_day is unknown */
    const char *currency;
    double true_accept, false_accept, false_reject; /* gain of one event; losses are negative */
    double volume_per_day;                          /* keywords spoken to it */
    double listening_hours_per_day;
} mote_project_value;

#endif
