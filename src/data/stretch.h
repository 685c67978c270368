/* SPDX-License-Identifier: Apache-2.0 */
/* Which stretch of a background recording a split may use, as shares of its length. Backgrounds
 * are long and few, so each is divided in time, in the order train, validation, test:
 *
 *   long enough   (MOTE_STRETCH_LONG clips and more)  validation and test get the share they have
 *                 of the data, but at least two clips, as far as a quarter of the recording goes
 *                 (so at least one); training gets the rest
 *   shorter       is not divided: taken in the order of the version, each goes to the split that
 *                 lacks most of its share of the time of all such recordings
 *
 * A split that has no share of the data gets none of the time.
 *
 * In cross-validation the stretch moves with the round, so that each fold is judged on noise of its
 * own: of k folds, fold f has [f/k, (f+1)/k) of each recording of at least 2 k clips, and whole
 * recordings that are shorter, in turn. Where that would leave a fold without noise (no long
 * recording, and fewer than k short ones) every round divides as above: noise that training has
 * not heard, but the same for all folds.
 *
 * Pure functions of the version.
 * Depends on base, data/version. Used by data/dataset. */
#ifndef MOTE_DATA_STRETCH_H
#define MOTE_DATA_STRETCH_H

#include "data/version.h"

#define MOTE_STRETCH_LONG 4 /* clips */

/* [from, to) of the length; equal: none; `to` above 1: to the end, and on from the beginning. */
typedef struct {
    double from, to;
} mote_stretch;

/* Who listens to the backgrounds, and in what clips. */
typedef struct {
    mote_split split;
    int64_t clip_us;        /* length of a clip, above 0 */
    int32_t n_folds, round; /* of cross-validation (mote_version_folds); n_folds 0: there is none,
                               the splits have the fractions of the version */
} mote_listener;

/* The stretch of every item for a listener; those that are no background have none. (*out)[v->n]
 * lives as long as `a`. */
MOTE_MUST_USE mote_status mote_stretches(const mote_data_version *v, const mote_listener *who,
                                         mote_arena *a, mote_stretch **out, mote_err *err);

#endif
