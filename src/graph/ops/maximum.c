/* SPDX-License-Identifier: Apache-2.0 */
/* MAXIMUM: the greater of in and bound, value by value. Comes with networks of float32 that others
 * trained; as int8 a table of 256 values. */
#include <math.h>

#include "graph/ops/common.h"

static double value(const mote_op_attrs *a, double x)
{
    return x > (double)a->bound ? x : (double)a->bound;
}

static double slope(const mote_op_attrs *a, double x, double y)
{
    (void)y;
    return x > (double)a->bound ? 1.0 : 0.0;
}

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    if (!isfinite(op->attrs.bound))
        return mote_fail(err, MOTE_ARG, "maximum: its bound is not finite");
    return op_same_shape(g, op, out, err);
}

const mote_op_class mote_op_maximum = {.flags = MOTE_OP_ANY_BATCH,
                                       .n_activations = 1,
                                       .n_outputs = 1,
                                       .shape = shape,
                                       .run = op_run_element,
                                       .value = value,
                                       .slope = slope,
                                       .need = op_need_lut,
                                       .lower = op_lower_lut};
