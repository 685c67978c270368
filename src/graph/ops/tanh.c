/* SPDX-License-Identifier: Apache-2.0 */
/* TANH: (e^x - e^-x) / (e^x + e^-x), value by value. As int8 a table of 256 values. */
#include <math.h>

#include "base/num.h"
#include "graph/ops/common.h"

static double value(const mote_op_attrs *a, double x)
{
    (void)a;
    double t = mote_num_exp(-2.0 * fabs(x)), y = (1.0 - t) / (1.0 + t);
    return x < 0.0 ? -y : y;
}

static double slope(const mote_op_attrs *a, double x, double y)
{
    (void)a, (void)x;
    return 1.0 - y * y;
}

const mote_op_class mote_op_tanh = {.flags = MOTE_OP_ANY_BATCH,
                                    .n_activations = 1,
                                    .n_outputs = 1,
                                    .out_scale = 1.0f / 128.0f,
                                    .out_zero = 0,
                                    .shape = op_same_shape,
                                    .run = op_run_element,
                                    .value = value,
                                    .slope = slope,
                                    .need = op_need_lut,
                                    .lower = op_lower_lut,
                                    .f32 = MOTE_KERNEL_TANH_F32};
