/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_NORM: in [..,c], gamma, beta, mean, variance [c] ->
 * gamma (in - mean) / sqrt(variance + epsilon) + beta. Training graphs only: folded into the layer
 * before it. */
#include <math.h>

#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    for (int32_t k = 1; k < 5; k++)
        MOTE_TRY(op_per_channel(g, op, k, "gamma, beta, mean and variance need one value a channel",
                                err));
    if (!(op->attrs.epsilon > 0.0f))
        return mote_fail(err, MOTE_ARG, "batch_norm: epsilon must be above 0");
    return op_same_shape(g, op, out, err);
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0), *gamma = run_in(r, op, 1), *beta = run_in(r, op, 2),
                *mean = run_in(r, op, 3), *variance = run_in(r, op, 4);
    float *y = run_out(r, op);
    int32_t c = in->dims[in->n_dims - 1];
    for (int64_t i = 0, n = mote_tensor_elements(in); i < n; i++) {
        int64_t k = i % c;
        y[i] = (float)((double)gamma[k] * ((double)x[i] - (double)mean[k]) /
                           sqrt((double)variance[k] + (double)op->attrs.epsilon) +
                       (double)beta[k]);
    }
}

const mote_op_class mote_op_batch_norm = {.flags = MOTE_OP_TRAINING,
                                          .n_activations = 1,
                                          .n_constants = 4,
                                          .n_outputs = 1,
                                          .shape = shape,
                                          .check = op_check_f32,
                                          .run = run};
