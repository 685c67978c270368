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
 * A split that has no share of the data gets none of the time. Pure functions of the version.
 * Depends on base, data/version. Used by data/dataset. */
#ifndef MOTE_DATA_STRETCH_H
#define MOTE_DATA_STRETCH_H

#include "data/version.h"

#define MOTE_STRETCH_LONG 4      /* clips */

typedef struct { double from, to; } mote_stretch;        /* [from, to) of the length; equal: none */

/* The stretch of every item for a split; those that are no background have none. (*out)[v->n] lives
 * as long as `a`. clip_us > 0: length of a clip. */
MOTE_MUST_USE mote_status mote_stretches(const mote_data_version *v,
                                         const double fractions[MOTE_N_SPLITS], mote_split split,
                                         int64_t clip_us, mote_arena *a, mote_stretch **out,
                                         mote_err *err);

#endif
