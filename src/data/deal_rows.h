/* SPDX-License-Identifier: Apache-2.0 */
/* Splits of rows: a table is one object, and each of its rows is dealt by itself.
 *
 *   provided     a file that came with its split (data/provided.h): all its rows are there; one
 * that is to be learned from is dealt to training and validation alone by time (data.splits.by:
 * time) the last rows by table.time over all files that are dealt are the test, those before them
 * validation; rows of one time stay together, rows without a time are the first by group     whole
 * groups of table.group, evenly by what is asked for (data/split.h), remembered as
 * "<column>=<value>"; rows without a group are by themselves else         by the hash of the row
 * and the seed: a row never moves, whatever is added, and equal rows are in one split
 *
 * Depends on base, store, data/split, data/provided, data/version. Used by data/deal only. */
#ifndef MOTE_DATA_DEAL_ROWS_H
#define MOTE_DATA_DEAL_ROWS_H

#include "data/version.h"

/* Give the rows of every item that has rows their splits; what is remembered is added to the
 * report. Errors: ARG by time without table.time, or a part would be empty; NOT_FOUND a column that
 * the project names is in no table; those of decoding and of the store. */
MOTE_MUST_USE mote_status mote_deal_rows(mote_store *s, const mote_version_config *cfg,
                                         mote_arena *a, mote_data_version *v,
                                         mote_version_report *report, mote_err *err);

#endif
