/* SPDX-License-Identifier: Apache-2.0 */
/* Post-training quantisation. See quantise.h for the scheme.
 *
 * The story: run the calibration samples through the float graph and collect a histogram of every
 * activation; give every activation a scale and zero point; then rebuild the graph operator by
 * operator with int8 weights and int32 biases. */
#include "compress/quantise.h"

#include <math.h>
#include <string.h>

#include "compress/calibrate.h"
#include "graph/op.h"
#include "graph/rewrite.h"

typedef struct {
    const mote_graph *from;
    mote_arena arena;
    mote_histogram **histograms; /* [n_tensors], NULL for constants */
    double **channel_means;      /* [n_tensors][channels of the last dimension], activations */
    int64_t *n_seen;             /* [n_tensors] rows behind channel_means */
    int32_t not_finite;          /* a tensor that took a value which is not; -1: none */
    float *scales;               /* [n_tensors] of activations */
    int32_t *zero_points;
    mote_quant *quants; /* [n_tensors] the same as the graph wants it */
    const mote_quantise_config *config;
} quantiser;

int8_t mote_quantise_value(float x, float scale, int32_t zero_point)
{
    double q = round((double)x / (double)scale) + zero_point;
    return (int8_t)(q < -128.0 ? -128.0 : q > 127.0 ? 127.0 : q);
}

/* ---- calibration ------------------------------------------------------------------------- */

static void observe(void *arg, int32_t tensor, const float *values, int64_t n)
{
    quantiser *q = arg;
    for (int64_t i = 0; i < n && q->not_finite < 0; i++)
        if (!isfinite(values[i]))
            q->not_finite = tensor;
    if (q->not_finite >= 0)
        return;
    mote_histogram_add(q->histograms[tensor], values, n);
    const mote_tensor *t = &q->from->tensors[tensor];
    int32_t channels = t->dims[t->n_dims - 1];
    for (int64_t i = 0; i < n; i++)
        q->channel_means[tensor][i % channels] += (double)values[i];
    q->n_seen[tensor] += n / channels;
}

/* Weights that are not finite would have no int8 form; those behind a RELU do not show in its
 * values. */
static mote_status check_constants(const mote_graph *g, mote_err *err)
{
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const mote_tensor *c = &g->tensors[t];
        const float *v = c->data;
        for (int64_t i = 0, n = v ? mote_tensor_elements(c) : 0; i < n; i++)
            if (!isfinite(v[i]))
                return mote_fail(err, MOTE_RANGE, "constant '%s': value %lld is not finite",
                                 c->name, (long long)i);
    }
    return MOTE_OK;
}

static mote_status calibrate(quantiser *q, const float *samples, size_t n_samples, mote_err *err)
{
    const mote_graph *g = q->from;
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const mote_tensor *tensor = &g->tensors[t];
        if (tensor->role == MOTE_ROLE_CONST)
            continue;
        MOTE_TRY(mote_arena_take(&q->arena, 1, sizeof(mote_histogram), &q->histograms[t], err));
        MOTE_TRY(mote_arena_take(&q->arena, (size_t)tensor->dims[tensor->n_dims - 1],
                                 sizeof(double), &q->channel_means[t], err));
    }
    size_t n_in = (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]);
    size_t n_out = (size_t)mote_tensor_elements(&g->tensors[g->outputs[0]]);
    float *out = NULL;
    MOTE_TRY(mote_arena_take(&q->arena, n_out, sizeof *out, &out, err));
    for (size_t i = 0; i < n_samples; i++) {
        const float *in = samples + i * n_in;
        for (size_t k = 0; k < n_in; k++)
            if (!isfinite(in[k]))
                return mote_fail(err, MOTE_ARG, "calibration sample %zu: value %zu is not finite",
                                 i, k);
        MOTE_TRY(mote_graph_run_f32(g, in, out, observe, q, err));
        if (q->not_finite >= 0)
            return mote_fail(err, MOTE_RANGE,
                             "'%s' takes a value that is not finite for calibration sample %zu",
                             g->tensors[q->not_finite].name, i);
    }
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (q->histograms[t])
            for (int32_t c = 0; c < g->tensors[t].dims[g->tensors[t].n_dims - 1]; c++)
                q->channel_means[t][c] /= (double)q->n_seen[t];
    return MOTE_OK;
}

static void choose_ranges(quantiser *q)
{
    const mote_graph *g = q->from;
    for (int32_t t = 0; t < g->n_tensors; t++) {
        if (!q->histograms[t])
            continue;
        float lo, hi;
        mote_histogram_range(q->histograms[t], q->config->range_rule, &lo, &hi);
        mote_range_quant(lo, hi, &q->scales[t], &q->zero_points[t]);
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *op = &g->ops[i];
        const mote_op_class *c = mote_op_find(op->kind);
        int32_t out = op->outputs[0];
        if (c->flags & MOTE_OP_KEEPS_QUANT) {
            q->scales[out] = q->scales[op->inputs[0]];
            q->zero_points[out] = q->zero_points[op->inputs[0]];
        } else if (c->out_scale > 0.0f) {
            q->scales[out] = c->out_scale;
            q->zero_points[out] = c->out_zero;
        }
    }
}

/* ---- weights ----------------------------------------------------------------------------- */

/* How weights are laid out: index i belongs to channel (i / inner) % channels. */
typedef struct {
    int32_t channels;
    int64_t inner;
} layout;

static layout layout_of(const mote_op *op, const mote_tensor *w)
{
    if (mote_op_has(op->kind, MOTE_OP_CHANNEL_LAST))
        return (layout){w->dims[w->n_dims - 1], 1};
    return (layout){w->dims[0], mote_tensor_elements(w) / w->dims[0]};
}

/* A layer with weights on its way to int8. Tensors are those of the float graph. */
typedef struct {
    const mote_op *op;
    const mote_tensor *in, *weights, *bias;
    layout at;
    float in_scale;
    bool is_one_scale; /* all channels have the same */
    float *scales;     /* [at.channels] of the weights */
} weighted;

/* The largest weight at 127, and never so small that the bias overflows 2^30. */
static void choose_scales(const weighted *x)
{
    const layout l = x->at;
    const float *w = x->weights->data, *bias = x->bias->data;
    float *scales = x->scales, all = 0.0f;
    for (int32_t c = 0; c < l.channels; c++)
        scales[c] = 0.0f;
    for (int64_t i = 0, n = mote_tensor_elements(x->weights); i < n; i++) {
        int64_t c = (i / l.inner) % l.channels;
        float a = fabsf(w[i]);
        scales[c] = a > scales[c] ? a : scales[c];
    }
    for (int32_t c = 0; c < l.channels; c++) {
        double least = fabs((double)bias[c]) / ((double)x->in_scale * 0x1p30);
        double s = (double)scales[c] / 127.0;
        s = s > least ? s : least;
        scales[c] = s > 1e-20 ? (float)s : 1e-20f;
        all = scales[c] > all ? scales[c] : all;
    }
    for (int32_t c = 0; x->is_one_scale && c < l.channels; c++)
        scales[c] = all;
}

/* The mean error that rounding the weights causes in each output channel, from the mean of the
 * input per channel (Nagel et al. 2019, "Data-free quantization", section 4.2). Cells of padding
 * count as if they had the mean: an approximation at the borders. */
static void mean_errors(const weighted *x, const int8_t *to, const double *in_means, double *errors)
{
    const layout l = x->at;
    const float *from = x->weights->data;
    const int32_t n_means = x->in->dims[x->in->n_dims - 1];
    for (int32_t c = 0; c < l.channels; c++)
        errors[c] = 0.0;
    for (int64_t i = 0, n = mote_tensor_elements(x->weights); i < n; i++) {
        int64_t c = (i / l.inner) % l.channels;
        int64_t in_channel = mote_op_has(x->op->kind, MOTE_OP_CHANNEL_LAST) ? c : i % n_means;
        errors[c] += ((double)x->scales[c] * to[i] - (double)from[i]) * in_means[in_channel];
    }
}

/* The int8 weights as constant *id of `to`. */
static mote_status add_int8(const weighted *x, mote_graph *to, int32_t *id, mote_err *err)
{
    const mote_tensor *w = x->weights;
    const layout l = x->at;
    const float *from = w->data;
    const bool is_channel_last = mote_op_has(x->op->kind, MOTE_OP_CHANNEL_LAST);
    mote_quant quant = {.n_scales = x->is_one_scale ? 1 : l.channels,
                        .scales = x->scales,
                        .axis = is_channel_last ? w->n_dims - 1 : 0};
    mote_tensor_spec s = {.name = w->name, .dtype = MOTE_I8, .n_dims = w->n_dims, .quant = &quant};
    memcpy(s.dims, w->dims, sizeof s.dims);
    MOTE_TRY(mote_graph_add_const(to, &s, id, err));
    int8_t *q = to->tensors[*id].data;
    for (int64_t i = 0, n = mote_tensor_elements(w); i < n; i++) {
        int8_t v = mote_quantise_value(from[i], x->scales[(i / l.inner) % l.channels], 0);
        q[i] = v < -127 ? -127 : v;
    }
    return MOTE_OK;
}

/* The int32 bias as constant *id of `to`; errors [channels] are taken off. */
static mote_status add_bias(const weighted *x, const double *errors, mote_graph *to, mote_arena *a,
                            int32_t *id, mote_err *err)
{
    const int32_t channels = x->at.channels;
    const float *from = x->bias->data;
    float *scales = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)channels, sizeof *scales, &scales, err));
    for (int32_t c = 0; c < channels; c++)
        scales[c] = x->in_scale * x->scales[c];
    mote_quant quant = {.n_scales = x->is_one_scale ? 1 : channels, .axis = 0, .scales = scales};
    mote_tensor_spec s = {
        .name = x->bias->name, .dtype = MOTE_I32, .n_dims = 1, .dims = {channels}, .quant = &quant};
    MOTE_TRY(mote_graph_add_const(to, &s, id, err));
    int32_t *q = to->tensors[*id].data;
    for (int32_t c = 0; c < channels; c++) {
        double v = round(((double)from[c] - errors[c]) / (double)scales[c]);
        q[c] = (int32_t)(v > 0x1p30 ? 0x1p30 : v < -0x1p30 ? -0x1p30 : v);
    }
    return MOTE_OK;
}

static mote_status add_weights(quantiser *q, mote_graph *to, const mote_op *op, int32_t *in,
                               mote_err *err)
{
    const mote_tensor *w = &q->from->tensors[op->inputs[1]];
    weighted x = {.op = op,
                  .in = &q->from->tensors[op->inputs[0]],
                  .weights = w,
                  .bias = &q->from->tensors[op->inputs[2]],
                  .at = layout_of(op, w),
                  .in_scale = q->scales[op->inputs[0]],
                  .is_one_scale = mote_op_has(op->kind, MOTE_OP_ONE_SCALE)};
    double *errors = NULL;
    MOTE_TRY(mote_arena_take(&q->arena, (size_t)x.at.channels, sizeof *x.scales, &x.scales, err));
    MOTE_TRY(mote_arena_take(&q->arena, (size_t)x.at.channels, sizeof *errors, &errors, err));
    choose_scales(&x);
    MOTE_TRY(add_int8(&x, to, &in[1], err));
    /* A dense layer behind a flattening has more inputs than its tensor has channels: the mean per
     * last dimension is then not that of one weight, and no correction is made. */
    bool can_correct = w->n_dims != 2 || x.in->dims[x.in->n_dims - 1] == w->dims[1];
    if (q->config->correct_bias && can_correct)
        mean_errors(&x, to->tensors[in[1]].data, q->channel_means[op->inputs[0]], errors);
    return add_bias(&x, errors, to, &q->arena, &in[2], err);
}

/* ---- the graph --------------------------------------------------------------------------- */

static mote_status retype(void *arg, int32_t tensor, mote_tensor_spec *spec, mote_err *err)
{
    quantiser *q = arg;
    (void)err;
    q->quants[tensor] = (mote_quant){
        .n_scales = 1, .zero_point = q->zero_points[tensor], .scales = &q->scales[tensor]};
    spec->dtype = MOTE_I8;
    spec->quant = &q->quants[tensor];
    return MOTE_OK;
}

static mote_status visit(void *arg, mote_rewrite *w, int32_t i, bool *done, mote_err *err)
{
    quantiser *q = arg;
    const mote_op *op = &w->from->ops[i];
    const mote_op_class *c = mote_op_find(op->kind);
    int32_t in[MOTE_MAX_OP_LIST];
    if (!c->lower)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' has no int8 form, fold the graph first",
                         mote_op_text(op->kind));
    for (int32_t k = 0; k < c->n_activations; k++) {
        if (w->from->tensors[op->inputs[k]].role == MOTE_ROLE_CONST)
            return mote_fail(err, MOTE_UNSUPPORTED, "%s works on the constant '%s'",
                             mote_op_text(op->kind), w->from->tensors[op->inputs[k]].name);
        in[k] = w->map[op->inputs[k]];
    }
    if (c->flags & MOTE_OP_WEIGHTED)
        MOTE_TRY(add_weights(q, w->to, op, in, err));
    *done = true;
    return mote_rewrite_op(w, op, in, err);
}

static mote_status run(quantiser *q, const float *samples, size_t n_samples, mote_graph **out,
                       mote_err *err)
{
    size_t n = (size_t)q->from->n_tensors;
    MOTE_TRY(mote_arena_take(&q->arena, n, sizeof *q->histograms, &q->histograms, err));
    MOTE_TRY(mote_arena_take(&q->arena, n, sizeof *q->channel_means, &q->channel_means, err));
    MOTE_TRY(mote_arena_take(&q->arena, n, sizeof *q->n_seen, &q->n_seen, err));
    MOTE_TRY(mote_arena_take(&q->arena, n, sizeof *q->scales, &q->scales, err));
    MOTE_TRY(mote_arena_take(&q->arena, n, sizeof *q->zero_points, &q->zero_points, err));
    MOTE_TRY(mote_arena_take(&q->arena, n, sizeof *q->quants, &q->quants, err));
    MOTE_TRY(calibrate(q, samples, n_samples, err));
    choose_ranges(q);
    const mote_pass pass = {.arg = q, .retype = retype, .visit = visit};
    return mote_graph_rewrite(q->from, &pass, out, err);
}

mote_status mote_quantise(const mote_graph *folded, const float *samples, size_t n_samples,
                          const mote_quantise_config *config, mote_graph **out, mote_err *err)
{
    if (n_samples == 0)
        return mote_fail(err, MOTE_ARG, "quantisation needs at least one calibration sample");
    MOTE_TRY(mote_graph_validate(folded, err));
    if (!mote_graph_is_f32(folded))
        return mote_fail(err, MOTE_UNSUPPORTED, "only float32 graphs are quantised");
    MOTE_TRY(check_constants(folded, err));
    quantiser q = {.from = folded, .config = config, .not_finite = -1};
    mote_arena_init(&q.arena, (size_t)1 << 30);
    mote_status st = run(&q, samples, n_samples, out, err);
    mote_arena_release(&q.arena);
    return st;
}
