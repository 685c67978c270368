/* SPDX-License-Identifier: Apache-2.0 */
/* MAX_POOL_2D: in [n,h,w,c] -> [n,oh,ow,c], the largest of window_h x window_w; cells outside the
 * image do not count. */
#include <math.h>

#include "graph/ops/common.h"

/* Of one channel: x is its first value. */
static float max_at(const op_window *in, const mote_op_attrs *a, const float *x, int32_t oy,
                    int32_t ox)
{
    float max = -INFINITY;
    for (int32_t ky = 0; ky < a->window_h; ky++)
        for (int32_t kx = 0; kx < a->window_w; kx++) {
            int32_t iy = oy * in->stride_h + ky - in->pad_h;
            int32_t ix = ox * in->stride_w + kx - in->pad_w;
            if (iy < 0 || iy >= in->h || ix < 0 || ix >= in->w)
                continue;
            float v = x[(iy * in->w + ix) * in->c];
            max = v > max ? v : max;
        }
    return max;
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *out = op_out(r->g, op);
    const float *x = run_in(r, op, 0);
    float *y = run_out(r, op);
    op_window in = op_window_of(r->g, op, op->attrs.window_h, op->attrs.window_w);
    for (int32_t oy = 0; oy < out->dims[1]; oy++)
        for (int32_t ox = 0; ox < out->dims[2]; ox++)
            for (int32_t c = 0; c < in.c; c++)
                *y++ = max_at(&in, &op->attrs, x + c, oy, ox);
}

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    (void)g, (void)op, (void)isa, (void)err;
    n->kernel = MOTE_KERNEL_MAX_POOL;
    return MOTE_OK;
}

const mote_op_class mote_op_max_pool_2d = {.flags = MOTE_OP_KEEPS_QUANT,
                                           .n_activations = 1,
                                           .n_outputs = 1,
                                           .shape = op_pool_shape,
                                           .run = run,
                                           .need = need,
                                           .lower = op_lower_pool,
                                           .f32 = MOTE_KERNEL_MAX_POOL_F32};
