/* SPDX-License-Identifier: Apache-2.0 */
/* BIN: in [..,c], counts [c] (int32), edges [sum of counts] -> how many edges of its column are at
 * or below each value: 0 to the count. The edges of a column ascend. What is missing (NaN) stays
 * so; a column of count 0 stays as it is. On the host. */
#include <math.h>

#include "device/signal/mrt_columns.h"
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    MOTE_TRY(op_column_values(g, op, 2, err));
    return op_same_shape(g, op, out, err);
}

static mote_status check(const mote_graph *g, const mote_op *op, mote_err *err)
{
    MOTE_TRY(op_check_columns(g, op, err));
    const mote_tensor *t = op_in(g, op, 1);
    const int32_t *counts = t->data;
    const float *edges = op_in(g, op, 2)->data;
    for (int32_t c = 0; c < t->dims[0]; c++, edges += counts[c - 1])
        for (int32_t k = 0; k < counts[c]; k++)
            if (!(k == 0 ? edges[0] >= -INFINITY : edges[k] > edges[k - 1]))
                return mote_fail(err, MOTE_RANGE, "bin: edge %d of column %d does not ascend", k,
                                 c);
    return MOTE_OK;
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0), *edges = run_in(r, op, 2);
    const int32_t *counts = r->values[op->inputs[1]];
    float *y = run_out(r, op);
    int32_t columns = in->dims[in->n_dims - 1];
    int64_t first = 0;
    for (int64_t i = 0, n = mote_tensor_elements(in); i < n; i++) {
        int64_t c = i % columns;
        first = c == 0 ? 0 : first;
        bool stays = counts[c] == 0 || isnan(x[i]);
        y[i] = stays ? x[i] : (float)mrt_column_bin(x[i], edges + first, counts[c]);
        first += counts[c];
    }
}

const mote_op_class mote_op_bin = {.n_activations = 1,
                                   .n_constants = 2,
                                   .n_outputs = 1,
                                   .shape = shape,
                                   .check = check,
                                   .run = run};
