/* SPDX-License-Identifier: Apache-2.0 */
/* SCALE: in [..,c], offset [c], factor [c] -> (in - offset) factor. On the host. */
#include "device/signal/mrt_columns.h"
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    MOTE_TRY(op_per_channel(g, op, 1, "needs one offset a column", err));
    MOTE_TRY(op_per_channel(g, op, 2, "needs one factor a column", err));
    return op_same_shape(g, op, out, err);
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0), *offset = run_in(r, op, 1), *factor = run_in(r, op, 2);
    float *y = run_out(r, op);
    int32_t columns = in->dims[in->n_dims - 1];
    for (int64_t i = 0, n = mote_tensor_elements(in); i < n; i++) {
        int64_t c = i % columns;
        y[i] = mrt_column_scale(x[i], offset[c], factor[c]);
    }
}

const mote_op_class mote_op_scale = {.n_activations = 1,
                                     .n_constants = 2,
                                     .n_outputs = 1,
                                     .shape = shape,
                                     .check = op_check_f32,
                                     .run = run};
