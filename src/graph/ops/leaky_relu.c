/* SPDX-License-Identifier: Apache-2.0 */
/* LEAKY_RELU: in where it is positive, bound in elsewhere, value by value; bound is 0 (a RELU by
 * itself) to 1. Comes with networks of float32 that others trained; as int8 a table of 256 values.
 */
#include "graph/ops/common.h"

static double value(const mote_op_attrs *a, double x)
{
    return x > 0.0 ? x : (double)a->bound * x;
}

static double slope(const mote_op_attrs *a, double x, double y)
{
    (void)y;
    return x > 0.0 ? 1.0 : (double)a->bound;
}

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    if (!(op->attrs.bound >= 0.0f && op->attrs.bound <= 1.0f))
        return mote_fail(err, MOTE_ARG, "leaky_relu: its slope below 0 is %g, not from 0 to 1",
                         (double)op->attrs.bound);
    return op_same_shape(g, op, out, err);
}

const mote_op_class mote_op_leaky_relu = {.flags = MOTE_OP_ANY_BATCH,
                                          .n_activations = 1,
                                          .n_outputs = 1,
                                          .shape = shape,
                                          .run = op_run_element,
                                          .value = value,
                                          .slope = slope,
                                          .need = op_need_lut,
                                          .lower = op_lower_lut};
