/* SPDX-License-Identifier: Apache-2.0 */
/* What a model is worth in a day, from its rates and what the project says events are worth.
 *
 *   words a day * ((1 - m) * true_accept + m * false_reject) + hours a day * a * false_accept
 *
 * m: share of words that are missed; a: false accepts per hour of listening. Depends on project.h.
 */
#ifndef MOTE_EVALUATE_VALUE_H
#define MOTE_EVALUATE_VALUE_H

#include <stdint.h>

#include "base/interval.h"
#include "project/project.h"

/* What was counted on a stream. */
typedef struct {
    int64_t n_targets, n_missed; /* events that were to be detected, of them not */
    int64_t n_false_accepts;
    double hours; /* of listening, > 0 */
} mote_value_counts;

/* Where the value comes from; each part is signed and they sum to value. */
typedef struct {
    double true_accepts, false_rejects, false_accepts;
    mote_interval value; /* NaN when the project states no value or no words were heard */
} mote_value;

/* The interval takes the worse ends of the two rates' intervals, each at (1 + confidence) / 2, so
 * that both hold together with `confidence` (Bonferroni). */
mote_value mote_value_per_day(const mote_project_value *v, const mote_value_counts *c,
                              double confidence);
/* The same of intervals of the two rates, both at (1 + confidence) / 2. NaN when one is. */
mote_value mote_value_of_rates(const mote_project_value *v, const mote_interval *missed,
                               const mote_interval *false_accepts_per_hour);

#endif
