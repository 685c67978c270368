/* SPDX-License-Identifier: Apache-2.0 */
/* ORDINAL: in [..,c], counts [c] (int32), ranks [sum of counts] -> the rank of each category, the
 * columns' ranks behind each other. A column of count n holds a category 0..n-1; one that is
 * missing (NaN) or none of them gives NaN, for IMPUTE behind it. A column of count 0 is a number
 * and stays. On the host. */
#include <math.h>

#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    MOTE_TRY(op_column_values(g, op, 2, err));
    return op_same_shape(g, op, out, err);
}

static float rank_of(float x, const float *ranks, int32_t count)
{
    if (!(x >= 0.0f && x < (float)count))
        return NAN;
    int32_t k = (int32_t)x;
    return (float)k < x ? NAN : ranks[k];
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0), *ranks = run_in(r, op, 2);
    const int32_t *counts = r->values[op->inputs[1]];
    float *y = run_out(r, op);
    int32_t columns = in->dims[in->n_dims - 1];
    int64_t first = 0;
    for (int64_t i = 0, n = mote_tensor_elements(in); i < n; i++) {
        int64_t c = i % columns;
        first = c == 0 ? 0 : first;
        y[i] = counts[c] == 0 ? x[i] : rank_of(x[i], ranks + first, counts[c]);
        first += counts[c];
    }
}

const mote_op_class mote_op_ordinal = {.n_activations = 1,
                                       .n_constants = 2,
                                       .n_outputs = 1,
                                       .shape = shape,
                                       .check = op_check_columns,
                                       .run = run};
