/* SPDX-License-Identifier: Apache-2.0 */
/* IMPUTE: in [..,c], fill [c] -> in, with fill in place of what is missing (NaN). On the host. */
#include <math.h>

#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    MOTE_TRY(op_per_channel(g, op, 1, "needs one value a column", err));
    return op_same_shape(g, op, out, err);
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0), *fill = run_in(r, op, 1);
    float *y = run_out(r, op);
    int32_t columns = in->dims[in->n_dims - 1];
    for (int64_t i = 0, n = mote_tensor_elements(in); i < n; i++)
        y[i] = isnan(x[i]) ? fill[i % columns] : x[i];
}

const mote_op_class mote_op_impute = {.n_activations = 1,
                                      .n_constants = 1,
                                      .n_outputs = 1,
                                      .shape = shape,
                                      .check = op_check_f32,
                                      .run = run};
