/* SPDX-License-Identifier: Apache-2.0 */
/* LOG: in [..,c], use [c] (bool) -> sign(in) ln(1 + |in|) in the columns that are to be used, in
 * itself in the others. Defined everywhere, so a value that training never saw has one too; what is
 * missing (NaN) stays so. On the host. */
#include "device/signal/mrt_columns.h"
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    MOTE_TRY(op_per_channel(g, op, 1, "needs one bool a column", err));
    return op_same_shape(g, op, out, err);
}

static mote_status check(const mote_graph *g, const mote_op *op, mote_err *err)
{
    if (op_in(g, op, 1)->dtype == MOTE_BOOL)
        return op_check_columns(g, op, err);
    return mote_fail(err, MOTE_UNSUPPORTED, "log: '%s' is %s, bool is needed",
                     op_in(g, op, 1)->name, mote_dtype_name(op_in(g, op, 1)->dtype));
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0);
    const uint8_t *use = r->values[op->inputs[1]];
    float *y = run_out(r, op);
    int32_t columns = in->dims[in->n_dims - 1];
    for (int64_t i = 0, n = mote_tensor_elements(in); i < n; i++)
        y[i] = use[i % columns] ? mrt_column_log(x[i]) : x[i];
}

const mote_op_class mote_op_log = {.n_activations = 1,
                                   .n_constants = 1,
                                   .n_outputs = 1,
                                   .shape = shape,
                                   .check = check,
                                   .run = run};
