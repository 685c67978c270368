/* SPDX-License-Identifier: Apache-2.0 */
/* Whose row moves samples in their window. See position.h. */
#include "pipeline/position.h"

typedef mote_status move(const mote_dataset *d, const mote_position *where, mote_arena *a,
                         mote_positioned *out, mote_err *err);

static move *const rows[MOTE_N_INPUTS] = {mote_position_words}; /* in order; others: none */

bool mote_position_offered(mote_input_kind input)
{
    return input < MOTE_N_INPUTS && rows[input];
}

mote_status mote_position_samples(const mote_dataset *d, const mote_position *where, mote_arena *a,
                                  mote_positioned *out, mote_err *err)
{
    MOTE_BUG_IF(!mote_position_offered(d->kind->input));
    return rows[d->kind->input](d, where, a, out, err);
}
