/* SPDX-License-Identifier: Apache-2.0 */
/* RELU: max(0, in). Training graphs only: folding fuses it into the operator before it. */
#include "graph/ops/common.h"

static void run(const mote_run *r, const mote_op *op)
{
    const float *x = run_in(r, op, 0);
    float *y = run_out(r, op);
    for (int64_t i = 0, n = mote_tensor_elements(op_in(r->g, op, 0)); i < n; i++)
        y[i] = op_activate(MOTE_ACT_RELU, (double)x[i]);
}

const mote_op_class mote_op_relu = {.flags = MOTE_OP_TRAINING,
                                    .n_activations = 1,
                                    .n_outputs = 1,
                                    .shape = op_same_shape,
                                    .run = run};
