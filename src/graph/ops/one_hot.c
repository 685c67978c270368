/* SPDX-License-Identifier: Apache-2.0 */
/* ONE_HOT: in [..,c], counts [c] (int32) -> [..,sum of counts, 0 counting as 1]. A column of count
 * n holds a category 0..n-1 and becomes n numbers, 1 at the category and 0 elsewhere; all 0 when it
 * is missing (NaN) or none of them. A column of count 0 is a number and stays. On the host. */
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    int64_t width;
    MOTE_TRY(op_column_counts(g, op, 1, 1, &width, err));
    MOTE_TRY(op_same_shape(g, op, out, err));
    if (width > MOTE_MAX_TENSOR_ELEMENTS)
        return mote_fail(err, MOTE_LIMIT, "one_hot: a row of %lld values", (long long)width);
    out->dims[out->n_dims - 1] = (int32_t)width;
    return MOTE_OK;
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0);
    const int32_t *counts = r->values[op->inputs[1]];
    float *y = run_out(r, op);
    int32_t columns = in->dims[in->n_dims - 1];
    for (int64_t i = 0, n = mote_tensor_elements(in); i < n; i++) {
        int32_t count = counts[i % columns];
        if (count == 0)
            *y++ = x[i];
        for (int32_t k = 0; k < count; k++)
            *y++ = x[i] >= (float)k && x[i] <= (float)k ? 1.0f : 0.0f;
    }
}

const mote_op_class mote_op_one_hot = {.n_activations = 1,
                                       .n_constants = 1,
                                       .n_outputs = 1,
                                       .shape = shape,
                                       .check = op_check_columns,
                                       .run = run};
