/* SPDX-License-Identifier: Apache-2.0 */
/* NOISE: the input itself outside training; in it each value plus a normal one whose standard
 * deviation is `rate`. Training graphs only: folding takes it out. */
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    if (!(op->attrs.rate >= 0.0f && op->attrs.rate < 1000.0f))
        return mote_fail(err, MOTE_ARG, "noise: rate must be in [0, 1000)");
    return op_same_shape(g, op, out, err);
}

const mote_op_class mote_op_noise = {.flags = MOTE_OP_TRAINING | MOTE_OP_IDLE_IN_USE,
                                     .n_activations = 1,
                                     .n_outputs = 1,
                                     .shape = shape,
                                     .run = op_run_copy};
