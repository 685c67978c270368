/* SPDX-License-Identifier: Apache-2.0 */
/* Lowering: what holds for all operators; what each needs and prepares is in its file below ops/,
 * the packing of weights in lower_pack.c. Depends on graph.h and device/nn; see lower.h. */
#include "graph/lower.h"

#include <math.h>

#include "graph/host_kernels.h"
#include "graph/lower_internal.h"
#include "graph/op.h"

#define LOWER_LIMIT_BYTES ((size_t)1 << 30)

/* How the kernels are called. */
enum { FORM_UNARY, FORM_BINARY, FORM_SCRATCH };

static const struct {
    const char *name, *function, *source;
    mote_kernel_params params;
    int form;
} kernels[MOTE_N_KERNELS] = {
    {"", "", "", MOTE_N_PARAMS, FORM_UNARY},
#define KERNEL(name, function, source, params, form)                                               \
    {#name, #function, source, MOTE_PARAMS_##params, FORM_##form},
#include "graph/kernels.def"
#undef KERNEL
};

const char *mote_kernel_name(mote_kernel k)
{
    return kernels[k].name;
}
const char *mote_kernel_function(mote_kernel k)
{
    return kernels[k].function;
}
const char *mote_kernel_source(mote_kernel k)
{
    return kernels[k].source;
}
mote_kernel_params mote_kernel_params_of(mote_kernel k)
{
    return kernels[k].params;
}
bool mote_kernel_has_scratch(mote_kernel k)
{
    return kernels[k].form == FORM_SCRATCH;
}

void mote_quantize_multiplier(double real, int32_t *multiplier, int32_t *shift)
{
    int exponent = 0;
    double fraction = real > 0 ? frexp(real, &exponent) : 0;
    int64_t q = (int64_t)round(fraction * 2147483648.0);
    if (q == (int64_t)1 << 31) {
        q /= 2;
        exponent++;
    }
    if (q == 0 || exponent < -31) {
        q = 0;
        exponent = 0;
    }
    *multiplier = (int32_t)q;
    *shift = exponent;
}

mote_status mote_lower_fail(const mote_graph *g, int32_t op, mote_status st, const char *why,
                            mote_err *err)
{
    const mote_op *o = &g->ops[op];
    return mote_fail(err, st, "operator %d (%s, '%s'): %s", (int)op, mote_op_text(o->kind),
                     g->tensors[o->outputs[0]].name, why);
}

mote_status mote_lower_need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *out,
                            mote_err *err)
{
    const mote_op_class *c = mote_op_find(g->ops[op].kind);
    if (isa == MOTE_ISA_F32)
        return mote_lower_need_f32(g, op, out, err);
    if (!c || !c->need)
        return mote_lower_fail(g, op, MOTE_UNSUPPORTED,
                               c && c->flags & MOTE_OP_TRAINING
                                   ? "has no device kernel; fold the training graph first"
                                   : "has no device kernel",
                               err);
    mote_kernel_need n = {0};
    MOTE_TRY(c->need(g, op, isa, &n, err));
    *out = n;
    return MOTE_OK;
}

static bool one_scale(const mote_tensor *t)
{
    return t->dtype == MOTE_I8 && t->quant.n_scales == 1 && t->quant.scales[0] > 0 &&
           isfinite(t->quant.scales[0]) && t->quant.zero_point >= -128 &&
           t->quant.zero_point <= 127;
}

static mote_status check_activations(const mote_graph *g, mote_isa isa, const mote_call *c,
                                     mote_err *err)
{
    const mote_tensor *out = &g->tensors[c->output];
    bool fine = isa == MOTE_ISA_F32 || one_scale(out);
    for (int32_t i = 0; i < c->n_inputs; i++)
        fine = fine && (isa == MOTE_ISA_F32 || one_scale(&g->tensors[c->inputs[i]]));
    if (!fine)
        return mote_lower_fail(g, c->op, MOTE_UNSUPPORTED,
                               "every activation must be int8 with one scale", err);
    if (out->n_dims > 1 && out->dims[0] != 1 && !mote_op_has(g->ops[c->op].kind, MOTE_OP_ANY_BATCH))
        return mote_lower_fail(g, c->op, MOTE_UNSUPPORTED, "the batch must be 1", err);
    return MOTE_OK;
}

static mote_status lower_op(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *c,
                            mote_err *err)
{
    const mote_op *o = &g->ops[c->op];
    MOTE_TRY(mote_lower_need(g, c->op, isa, &c->need, err));
    c->kernel = c->need.kernel;
    const mote_op_class *class = mote_op_find(o->kind);
    c->n_inputs = class->n_activations;
    MOTE_BUG_IF(c->n_inputs > 2 || o->n_outputs != 1);
    for (int32_t i = 0; i < c->n_inputs; i++) {
        c->inputs[i] = o->inputs[i];
        if (g->tensors[o->inputs[i]].role == MOTE_ROLE_CONST)
            return mote_lower_fail(g, c->op, MOTE_UNSUPPORTED, "works on a constant", err);
    }
    c->output = o->outputs[0];
    MOTE_TRY(check_activations(g, isa, c, err));
    return isa == MOTE_ISA_F32 ? mote_lower_f32(g, a, c, err) : class->lower(g, isa, a, c, err);
}

mote_status mote_lower(const mote_graph *g, mote_isa isa, mote_lowered *out, mote_err *err)
{
    MOTE_TRY(mote_graph_validate(g, err));
    MOTE_TRY(mote_graph_one_to_one(g, "the device", err));
    mote_lowered l = {0};
    if (mote_graph_is_f32(g))
        isa = MOTE_ISA_F32;
    mote_arena_init(&l.arena, LOWER_LIMIT_BYTES);
    mote_status st = mote_arena_take(&l.arena, (size_t)g->n_ops, sizeof *l.calls, &l.calls, err);
    for (int32_t i = 0; st == MOTE_OK && i < g->n_ops; i++) {
        l.calls[i].op = i;
        st = lower_op(g, isa, &l.arena, &l.calls[i], err);
        l.n_calls = i + 1;
    }
    if (st != MOTE_OK) {
        mote_arena_release(&l.arena);
        return st;
    }
    *out = l;
    return MOTE_OK;
}

void mote_lowered_release(mote_lowered *l)
{
    mote_arena_release(&l->arena);
    l->calls = NULL;
    l->n_calls = 0;
}

#define CALL_UNARY(function, params)   function(&c->u.params, in[0], out)
#define CALL_BINARY(function, params)  function(&c->u.params, in[0], in[1], out)
#define CALL_SCRATCH(function, params) function(&c->u.params, in[0], out, scratch)

void mote_call_run(const mote_call *c, const int8_t *const in[2], int8_t *out, void *scratch)
{
    switch (c->kernel) {
#define KERNEL(name, function, source, params, form)                                               \
    case MOTE_KERNEL_##name:                                                                       \
        CALL_##form(function, params);                                                             \
        break;
#include "graph/kernels.def"
#undef KERNEL
    case MOTE_KERNEL_NONE:
    case MOTE_N_KERNELS:
        break;
    }
}
