/* SPDX-License-Identifier: Apache-2.0 */
/* Splits by time: what is to come is judged by what came last.
 *
 * Groups are put in the order of their latest sample. From the end, whole groups go to the test
 * until it has its share of the samples, then to validation; what is left is for training. Groups
 * of one time stay together, since nothing tells which was first.
 * Pure functions of their input. Depends on base, data/split. Used by data/deal only. */
#ifndef MOTE_DATA_DEAL_TIME_H
#define MOTE_DATA_DEAL_TIME_H

#include "data/split.h"
#include "data/version.h"

/* Set groups[i].part of all n groups; time_ms [n]. ARG when a part that has a share would be empty:
 * the message says why. On error no part is changed. */
MOTE_MUST_USE mote_status mote_deal_time(mote_split_group *groups, const int64_t *time_ms, size_t n,
                                         const double fractions[MOTE_N_SPLITS], mote_arena *scratch,
                                         mote_err *err);

#endif
