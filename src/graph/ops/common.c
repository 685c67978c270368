/* SPDX-License-Identifier: Apache-2.0 */
/* See common.h. */
#include "graph/ops/common.h"

#include <math.h>
#include <string.h>

#include "graph/host_kernels.h"
#include "graph/lower_internal.h"

#define MAX_PLANE  (1 << 26) /* cells of a padded image; keeps all sizes in 32 bits */
#define MAX_POOLED (1 << 23) /* cells of a mean: their sum of -128 stays in 32 bits */

const mote_tensor *op_in(const mote_graph *g, const mote_op *op, int32_t k)
{
    return &g->tensors[op->inputs[k]];
}

const mote_tensor *op_out(const mote_graph *g, const mote_op *op)
{
    return &g->tensors[op->outputs[0]];
}

const float *run_in(const mote_run *r, const mote_op *op, int32_t k)
{
    return r->values[op->inputs[k]];
}

float *run_out(const mote_run *r, const mote_op *op)
{
    return r->values[op->outputs[0]];
}

/* ---- shapes ----------------------------------------------------------------------------- */

mote_status op_misfit(const mote_graph *g, const mote_op *op, const char *rule, mote_err *err)
{
    mote_buf b;
    mote_buf_init(&b, 512);
    for (int32_t i = 0; i < op->n_inputs; i++) {
        const mote_tensor *t = op_in(g, op, i);
        char shape[MOTE_SHAPE_TEXT_BYTES];
        mote_dims_text(t->n_dims, t->dims, shape);
        mote_buf_printf(&b, "%s'%s' %s", i ? ", " : "", t->name, shape);
    }
    mote_status st = mote_fail(err, MOTE_SHAPE, "%s: %s; inputs are %s", mote_op_text(op->kind),
                               rule, b.data ? b.data : "?");
    mote_buf_release(&b);
    return st;
}

mote_status op_same_shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    (void)err;
    const mote_tensor *in = op_in(g, op, 0);
    out->n_dims = in->n_dims;
    memcpy(out->dims, in->dims, sizeof out->dims);
    return MOTE_OK;
}

/* Zeros around the input: of a VALID window of weights alone, and fewer than it spans. */
static mote_status check_zeros(const mote_op *op, int32_t window_h, int32_t window_w, mote_err *err)
{
    const mote_op_attrs *a = &op->attrs;
    if (a->top == 0 && a->bottom == 0 && a->left == 0 && a->right == 0)
        return MOTE_OK;
    if (a->padding != MOTE_PAD_VALID || !mote_op_has(op->kind, MOTE_OP_WEIGHTED))
        return mote_fail(err, MOTE_ARG,
                         "%s: zeros around the input go with a window of weights and padding VALID",
                         mote_op_text(op->kind));
    if (a->top < 0 || a->bottom < 0 || a->left < 0 || a->right < 0 || a->top >= window_h ||
        a->bottom >= window_h || a->left >= window_w || a->right >= window_w)
        return mote_fail(
            err, MOTE_ARG,
            "%s: %d, %d rows and %d, %d columns of zeros around the input; 0 to %d and "
            "0 to %d fit its window",
            mote_op_text(op->kind), a->top, a->bottom, a->left, a->right, window_h - 1,
            window_w - 1);
    return MOTE_OK;
}

mote_status op_window_shape(const mote_graph *g, const mote_op *op, int32_t window_h,
                            int32_t window_w, mote_shape *out, mote_err *err)
{
    const mote_tensor *in = op_in(g, op, 0);
    const mote_op_attrs *a = &op->attrs;
    if (a->stride_h < 1 || a->stride_w < 1 || a->stride_h > 1024 || a->stride_w > 1024)
        return mote_fail(err, MOTE_ARG, "%s: stride %d x %d, 1 to 1024 is needed",
                         mote_op_text(op->kind), a->stride_h, a->stride_w);
    if (a->padding != MOTE_PAD_SAME && a->padding != MOTE_PAD_VALID)
        return mote_fail(err, MOTE_ARG, "%s: unknown padding %d", mote_op_text(op->kind),
                         (int)a->padding);
    MOTE_TRY(check_zeros(op, window_h, window_w, err));
    out->n_dims = 4;
    out->dims[0] = in->dims[0];
    out->dims[1] =
        mote_out_size(a->padding, in->dims[1] + a->top + a->bottom, window_h, a->stride_h);
    out->dims[2] =
        mote_out_size(a->padding, in->dims[2] + a->left + a->right, window_w, a->stride_w);
    out->dims[3] = in->dims[3];
    if (out->dims[1] < 1 || out->dims[2] < 1)
        return op_misfit(g, op, "the window is larger than the input", err);
    return MOTE_OK;
}

int32_t op_span(int32_t n, int32_t dilation)
{
    return (n - 1) * (dilation > 1 ? dilation : 1) + 1;
}

mote_status op_check_dilation(const mote_op *op, int32_t most, mote_err *err)
{
    const int32_t h = op->attrs.dilation_h, w = op->attrs.dilation_w;
    if (h < 0 || w < 0 || h > most || w > most)
        return mote_fail(err, MOTE_ARG, "%s: dilation %d x %d, 1 to %d is possible",
                         mote_op_text(op->kind), h, w, most);
    return MOTE_OK;
}

mote_status op_pair_shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    if (mote_op_pair_of(op_in(g, op, 0), op_in(g, op, 1)).repeat == 0)
        return op_misfit(g, op,
                         "both inputs need one shape, or the second one cell in neighbouring "
                         "dimensions along which it is repeated",
                         err);
    return op_same_shape(g, op, out, err);
}

uint32_t op_pair_in_place(const mote_graph *g, const mote_op *op)
{
    return mote_op_pair_of(op_in(g, op, 0), op_in(g, op, 1)).repeat == 1 ? 3 : 1;
}

mote_status op_pool_shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    const mote_op_attrs *a = &op->attrs;
    if (op_in(g, op, 0)->n_dims != 4)
        return op_misfit(g, op, "needs [n,h,w,c]", err);
    if (a->window_h < 1 || a->window_w < 1 || a->window_h > (1 << 16) || a->window_w > (1 << 16))
        return mote_fail(err, MOTE_ARG, "%s: window %d x %d, 1 to 65536 is needed",
                         mote_op_text(op->kind), a->window_h, a->window_w);
    return op_window_shape(g, op, a->window_h, a->window_w, out, err);
}

mote_status op_per_channel(const mote_graph *g, const mote_op *op, int32_t k, const char *what,
                           mote_err *err)
{
    const mote_tensor *in = op_in(g, op, 0), *p = op_in(g, op, k);
    if (p->n_dims == 1 && p->dims[0] == in->dims[in->n_dims - 1] && p->role == MOTE_ROLE_CONST)
        return MOTE_OK;
    return op_misfit(g, op, what, err);
}

mote_status op_column_counts(const mote_graph *g, const mote_op *op, int32_t k, int32_t zero,
                             int64_t *total, mote_err *err)
{
    MOTE_TRY(op_per_channel(g, op, k, "needs one count a column", err));
    const mote_tensor *t = op_in(g, op, k);
    if (t->dtype != MOTE_I32)
        return mote_fail(err, MOTE_UNSUPPORTED, "%s: the counts '%s' are %s, int32 is needed",
                         mote_op_text(op->kind), t->name, mote_dtype_name(t->dtype));
    const int32_t *counts = t->data;
    int64_t sum = 0;
    for (int32_t c = 0; c < t->dims[0]; c++) {
        if (counts[c] < 0 || counts[c] > MOTE_MAX_COLUMN)
            return mote_fail(err, MOTE_RANGE, "%s: count %d of '%s' is %d, 0 to %d are possible",
                             mote_op_text(op->kind), c, t->name, counts[c], MOTE_MAX_COLUMN);
        sum += counts[c] ? counts[c] : zero;
    }
    *total = sum;
    return MOTE_OK;
}

mote_status op_column_values(const mote_graph *g, const mote_op *op, int32_t k, mote_err *err)
{
    int64_t total;
    MOTE_TRY(op_column_counts(g, op, 1, 0, &total, err));
    const mote_tensor *t = op_in(g, op, k);
    if (total < 1 || t->n_dims != 1 || t->dims[0] != total || t->role != MOTE_ROLE_CONST)
        return op_misfit(g, op, "needs as many values as the counts add up to, at least one", err);
    return MOTE_OK;
}

mote_status op_check_columns(const mote_graph *g, const mote_op *op, mote_err *err)
{
    for (int32_t k = 0; k < op->n_inputs; k++)
        if (k != 1 && op_in(g, op, k)->dtype != MOTE_F32)
            return mote_fail(err, MOTE_UNSUPPORTED, "%s: '%s' is %s, float32 is needed",
                             mote_op_text(op->kind), op_in(g, op, k)->name,
                             mote_dtype_name(op_in(g, op, k)->dtype));
    if (op_out(g, op)->dtype != MOTE_F32)
        return mote_fail(err, MOTE_UNSUPPORTED, "%s: '%s' must be float32", mote_op_text(op->kind),
                         op_out(g, op)->name);
    return MOTE_OK;
}

mote_status op_check_f32(const mote_graph *g, const mote_op *op, mote_err *err)
{
    for (int32_t k = 0; k < op->n_inputs + op->n_outputs; k++) {
        const mote_tensor *t =
            &g->tensors[k < op->n_inputs ? op->inputs[k] : op->outputs[k - op->n_inputs]];
        if (t->dtype != MOTE_F32)
            return mote_fail(err, MOTE_UNSUPPORTED, "%s: '%s' is %s, float32 is needed",
                             mote_op_text(op->kind), t->name, mote_dtype_name(t->dtype));
    }
    return MOTE_OK;
}

/* ---- the reference ---------------------------------------------------------------------- */

float op_activate(mote_activation a, double x)
{
    if (a != MOTE_ACT_NONE && x < 0.0)
        x = 0.0;
    if (a == MOTE_ACT_RELU6 && x > 6.0)
        x = 6.0;
    return (float)x;
}

op_window op_window_of(const mote_graph *g, const mote_op *op, int32_t window_h, int32_t window_w)
{
    const mote_tensor *in = op_in(g, op, 0);
    const mote_op_attrs *a = &op->attrs;
    op_window w = {.h = in->dims[1],
                   .w = in->dims[2],
                   .c = in->dims[3],
                   .stride_h = a->stride_h,
                   .stride_w = a->stride_w};
    w.pad_h = a->top + mote_pad_before(a->padding, w.h, window_h, a->stride_h);
    w.pad_w = a->left + mote_pad_before(a->padding, w.w, window_w, a->stride_w);
    return w;
}

void op_run_pair(const mote_run *r, const mote_op *op, double (*f)(double a, double b))
{
    const mote_op_pair p = mote_op_pair_of(op_in(r->g, op, 0), op_in(r->g, op, 1));
    const float *a = run_in(r, op, 0), *b = run_in(r, op, 1);
    float *y = run_out(r, op);
    for (int32_t o = 0; o < p.outer; o++, b += p.inner)
        for (int32_t k = 0; k < p.repeat; k++)
            for (int32_t i = 0; i < p.inner; i++)
                *y++ = op_activate(op->attrs.activation, f((double)*a++, (double)b[i]));
}

void op_run_copy(const mote_run *r, const mote_op *op)
{
    memcpy(run_out(r, op), run_in(r, op, 0), mote_tensor_bytes(op_in(r->g, op, 0)));
}

void op_run_element(const mote_run *r, const mote_op *op)
{
    const mote_op_class *c = mote_op_find(op->kind);
    const float *x = run_in(r, op, 0);
    float *y = run_out(r, op);
    for (int64_t i = 0, n = mote_tensor_elements(op_in(r->g, op, 0)); i < n; i++)
        y[i] = (float)c->value(&op->attrs, (double)x[i]);
}

/* ---- lowering --------------------------------------------------------------------------- */

mote_status op_need_none(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *out,
                         mote_err *err)
{
    (void)g, (void)op, (void)isa, (void)err;
    *out = (mote_kernel_need){.kernel = MOTE_KERNEL_NONE, .in_place = 1};
    return MOTE_OK;
}

bool op_same_quant(const mote_tensor *a, const mote_tensor *b)
{
    return a->quant.zero_point == b->quant.zero_point &&
           memcmp(a->quant.scales, b->quant.scales, sizeof(float)) == 0;
}

mote_status op_lower_same_quant(const mote_graph *g, mote_call *call, mote_err *err)
{
    if (op_same_quant(&g->tensors[call->inputs[0]], &g->tensors[call->output]))
        return MOTE_OK;
    return mote_lower_fail(g, call->op, MOTE_RANGE,
                           "input and output must have the same scale and zero point", err);
}

/* The division and rounding are in single precision, as TensorFlow Lite does them. */
void op_activation_range(mote_activation act, const mote_tensor *out, int32_t *lo, int32_t *hi)
{
    float scale = out->quant.scales[0];
    int32_t zero = out->quant.zero_point;
    *lo = -128;
    *hi = 127;
    if (act != MOTE_ACT_NONE && zero > *lo)
        *lo = zero;
    float six = roundf(6.0f / scale);
    if (act == MOTE_ACT_RELU6 && six < (float)(127 - zero))
        *hi = zero + (int32_t)six;
}

void op_nhwc(const mote_tensor *t, int32_t *h, int32_t *w, int32_t *c)
{
    *h = t->n_dims == 4 ? t->dims[1] : 1;
    *w = t->n_dims == 4 ? t->dims[2] : t->n_dims == 3 ? t->dims[1] : 1;
    *c = t->n_dims >= 1 ? t->dims[t->n_dims - 1] : 1;
}

void op_conv_sizes(const mote_graph *g, const mote_op *op, mrt_conv *c)
{
    const mote_tensor *w = op_in(g, op, 1);
    memset(c, 0, sizeof *c);
    op_nhwc(op_in(g, op, 0), &c->in_h, &c->in_w, &c->in_c);
    op_nhwc(op_out(g, op), &c->out_h, &c->out_w, &c->out_c);
    c->kernel_h = w->dims[1];
    c->kernel_w = w->dims[2];
    c->stride_h = op->attrs.stride_h;
    c->stride_w = op->attrs.stride_w;
    c->dilation_h = op->attrs.dilation_h > 1 ? op->attrs.dilation_h : 1;
    c->dilation_w = op->attrs.dilation_w > 1 ? op->attrs.dilation_w : 1;
    c->pad_h = op->attrs.top + mote_pad_before(op->attrs.padding, c->in_h,
                                               op_span(c->kernel_h, c->dilation_h), c->stride_h);
    c->pad_w = op->attrs.left + mote_pad_before(op->attrs.padding, c->in_w,
                                                op_span(c->kernel_w, c->dilation_w), c->stride_w);
}

mote_status op_conv_need(const mote_graph *g, int32_t op, const mrt_conv *c, mote_kernel_need *n,
                         mote_err *err)
{
    if ((int64_t)(c->in_h + op_span(c->kernel_h, c->dilation_h)) *
            (c->in_w + op_span(c->kernel_w, c->dilation_w)) >
        MAX_PLANE)
        return mote_lower_fail(g, op, MOTE_UNSUPPORTED, "the image or kernel is too large", err);
    n->channel_bytes = (size_t)c->out_c * 9;
    n->weights_bytes = (size_t)c->out_c * (size_t)(c->kernel_h * c->kernel_w * c->in_c);
    return MOTE_OK;
}

void op_host_conv_need(const mrt_conv *c, mote_kernel_need *n)
{
    n->kernel = MOTE_KERNEL_HOST_CONV;
    n->weights_bytes = mote_host_conv_packed_bytes(c->out_c, c->kernel_h * c->kernel_w * c->in_c);
    n->scratch_bytes = mote_host_conv_scratch_bytes(c);
}

mote_status op_lower_conv(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *out = op_out(g, o);
    mrt_conv *c = &call->u.conv;
    c->in_zero = op_in(g, o, 0)->quant.zero_point;
    c->out_zero = out->quant.zero_point;
    op_activation_range(o->attrs.activation, out, &c->act_min, &c->act_max);
    if (c->act_min == -128 && c->act_max == 127)
        c->flags |= MRT_FULL_RANGE;
    return mote_lower_constants(g, a, call, err);
}

void op_pool_sizes(const mote_graph *g, const mote_op *o, mrt_pool *p)
{
    int32_t c;
    memset(p, 0, sizeof *p);
    op_nhwc(op_in(g, o, 0), &p->in_h, &p->in_w, &p->channels);
    op_nhwc(op_out(g, o), &p->out_h, &p->out_w, &c);
    p->window_h = o->attrs.window_h;
    p->window_w = o->attrs.window_w;
    p->stride_h = o->attrs.stride_h;
    p->stride_w = o->attrs.stride_w;
    p->pad_h = mote_pad_before(o->attrs.padding, p->in_h, p->window_h, p->stride_h);
    p->pad_w = mote_pad_before(o->attrs.padding, p->in_w, p->window_w, p->stride_w);
}

mote_status op_lower_pool(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                          mote_err *err)
{
    (void)isa, (void)a;
    const mote_op *o = &g->ops[call->op];
    MOTE_TRY(op_lower_same_quant(g, call, err));
    mrt_pool *p = &call->u.pool;
    op_pool_sizes(g, o, p);
    int64_t rows = p->window_h < p->in_h ? p->window_h : p->in_h;
    int64_t cols = p->window_w < p->in_w ? p->window_w : p->in_w;
    if (rows * cols > MAX_POOLED)
        return mote_lower_fail(g, call->op, MOTE_UNSUPPORTED, "the window is too large", err);
    op_activation_range(o->attrs.activation, op_out(g, o), &p->act_min, &p->act_max);
    return MOTE_OK;
}

mote_status op_need_lut(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *out,
                        mote_err *err)
{
    (void)g, (void)op, (void)isa, (void)err;
    *out = (mote_kernel_need){.kernel = MOTE_KERNEL_LUT, .in_place = 1, .weights_bytes = 256};
    return MOTE_OK;
}

/* In single precision but for the function itself, as TensorFlow Lite fills its tables
 * (kernels/internal/common.h, LUTPopulate). */
mote_status op_lower_lut(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err)
{
    (void)isa;
    const mote_op *o = &g->ops[call->op];
    const mote_quant *in = &op_in(g, o, 0)->quant, *out = &op_out(g, o)->quant;
    const mote_op_class *c = mote_op_find(o->kind);
    if (c->out_scale > 0.0f &&
        (out->zero_point != c->out_zero || fabsf(out->scales[0] - c->out_scale) > 1e-7f))
        return mote_lower_fail(g, call->op, MOTE_RANGE,
                               "the output must have the scale and zero point of its range", err);
    int8_t *table;
    MOTE_TRY(mote_arena_take(a, 256, 1, &table, err));
    float inverse = 1.0f / out->scales[0];
    for (int32_t q = -128; q < 128; q++) {
        float x = in->scales[0] * (float)(q - in->zero_point);
        float y = roundf((float)c->value(&o->attrs, (double)x) * inverse) + (float)out->zero_point;
        table[q + 128] = (int8_t)(y < -128.0f ? -128.0f : y > 127.0f ? 127.0f : y);
    }
    call->u.lut = (mrt_lut){.n = (int32_t)mote_tensor_elements(op_out(g, o)), .table = table};
    return MOTE_OK;
}
