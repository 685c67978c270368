/* SPDX-License-Identifier: Apache-2.0 */
/* Architectures: building the training graph of "ds-cnn" and "dense". See arch.h. */
#include "graph/arch.h"

#include <math.h>
#include <string.h>

#define BATCH_NORM_EPSILON 1e-3f

void mote_arch_default(mote_arch *a, int32_t frames, int32_t coefficients, int32_t n_classes)
{
    *a = (mote_arch){.name = "ds-cnn",
                     .in_h = frames,
                     .in_w = coefficients,
                     .in_c = 1,
                     .n_classes = n_classes,
                     .channels = 64,
                     .n_blocks = 4,
                     .kernel_h = 10,
                     .kernel_w = 4,
                     .stride_h = 2,
                     .stride_w = 2,
                     .dropout = 0.2f};
}

static mote_status in_range(const char *field, int32_t x, int32_t lo, int32_t hi, mote_err *err)
{
    if (x < lo || x > hi)
        return mote_fail(err, MOTE_ARG, "model: '%s' is %d, %d to %d is possible", field, x, lo,
                         hi);
    return MOTE_OK;
}

static mote_status check(const mote_arch *a, mote_err *err)
{
    bool ds_cnn = strcmp(a->name, "ds-cnn") == 0;
    if (!ds_cnn && strcmp(a->name, "dense") != 0)
        return mote_fail(err, MOTE_ARG,
                         "model: there is no architecture '%s', use 'ds-cnn' or 'dense'", a->name);
    MOTE_TRY(in_range("frames", a->in_h, 1, 4096, err));
    MOTE_TRY(in_range("coefficients", a->in_w, 1, 4096, err));
    MOTE_TRY(in_range("input channels", a->in_c, 1, 64, err));
    MOTE_TRY(in_range("classes", a->n_classes, 2, 1024, err));
    MOTE_TRY(
        in_range(ds_cnn ? "blocks" : "hidden layers", a->n_blocks, 0, MOTE_ARCH_MAX_BLOCKS, err));
    if (!(a->dropout >= 0.0f && a->dropout < 1.0f))
        return mote_fail(err, MOTE_ARG, "model: 'dropout' must be in [0, 1)");
    for (int32_t i = 0; i < a->n_blocks; i++) {
        if (!ds_cnn) {
            MOTE_TRY(in_range("hidden", a->hidden[i], 1, 4096, err));
            continue;
        }
        MOTE_TRY(in_range("block stride", a->block_stride[i], 0, 8, err));
        MOTE_TRY(in_range("block channels", a->block_channels[i], 0, 256, err));
    }
    if (ds_cnn) {
        MOTE_TRY(in_range("channels", a->channels, 4, 256, err));
        MOTE_TRY(in_range("kernel height", a->kernel_h, 1, 64, err));
        MOTE_TRY(in_range("kernel width", a->kernel_w, 1, 64, err));
        MOTE_TRY(in_range("stride height", a->stride_h, 1, 8, err));
        MOTE_TRY(in_range("stride width", a->stride_w, 1, 8, err));
    }
    return MOTE_OK;
}

/* ---- layers ------------------------------------------------------------------------------ */

typedef struct {
    mote_graph *g;
    mote_rng *rng;
    int32_t at;       /* the tensor the next layer reads */
    int32_t n_layers; /* numbers the names */
} builder;

static mote_status add_values(builder *b, const char *name, int32_t n, float value, bool is_trained,
                              int32_t *id, mote_err *err)
{
    mote_tensor_spec s = {.name = name, .dtype = MOTE_F32, .n_dims = 1, .dims = {n}};
    MOTE_TRY(mote_graph_add_const(b->g, &s, id, err));
    float *v = b->g->tensors[*id].data;
    for (int32_t i = 0; i < n; i++)
        v[i] = value;
    b->g->tensors[*id].is_trained = is_trained;
    return MOTE_OK;
}

/* A weighted layer reading b->at; dims: of the weights, fan_in: the inputs of one output. */
static mote_status add_weighted(builder *b, mote_op_kind kind, const mote_op_attrs *attrs,
                                int32_t n_dims, const int32_t *dims, int32_t channels,
                                int32_t fan_in, mote_err *err)
{
    char name[MOTE_NAME_BYTES];
    const char *text = mote_op_text(kind);
    (void)mote_format(name, sizeof name, "%s_%d/weights", text, b->n_layers);
    mote_tensor_spec s = {.name = name, .dtype = MOTE_F32, .n_dims = n_dims};
    memcpy(s.dims, dims, (size_t)n_dims * sizeof *dims);
    int32_t in[3] = {b->at};
    MOTE_TRY(mote_graph_add_const(b->g, &s, &in[1], err));
    mote_tensor *w = &b->g->tensors[in[1]];
    w->is_trained = true;
    double sd = sqrt(2.0 / fan_in);
    float *v = w->data;
    for (int64_t i = 0, n = mote_tensor_elements(w); i < n; i++)
        v[i] = (float)(sd * mote_rng_normal(b->rng));
    (void)mote_format(name, sizeof name, "%s_%d/bias", text, b->n_layers);
    MOTE_TRY(add_values(b, name, channels, 0.0f, true, &in[2], err));
    (void)mote_format(name, sizeof name, "%s_%d", text, b->n_layers++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    return mote_graph_add_op(b->g, kind, attrs, in, &out, &b->at, err);
}

static mote_status add_plain(builder *b, mote_op_kind kind, const mote_op_attrs *attrs,
                             mote_err *err)
{
    char name[MOTE_NAME_BYTES];
    (void)mote_format(name, sizeof name, "%s_%d", mote_op_text(kind), b->n_layers++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    return mote_graph_add_op(b->g, kind, attrs, &b->at, &out, &b->at, err);
}

static mote_status add_norm_relu(builder *b, int32_t channels, mote_err *err)
{
    static const struct {
        const char *what;
        float value;
        bool is_trained;
    } parts[4] = {{"gamma", 1.0f, true},
                  {"beta", 0.0f, true},
                  {"mean", 0.0f, false},
                  {"variance", 1.0f, false}};
    char name[MOTE_NAME_BYTES];
    int32_t in[5] = {b->at};
    for (int32_t i = 0; i < 4; i++) {
        (void)mote_format(name, sizeof name, "batch_norm_%d/%s", b->n_layers, parts[i].what);
        MOTE_TRY(
            add_values(b, name, channels, parts[i].value, parts[i].is_trained, &in[i + 1], err));
    }
    (void)mote_format(name, sizeof name, "batch_norm_%d", b->n_layers++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    mote_op_attrs attrs = {.epsilon = BATCH_NORM_EPSILON};
    MOTE_TRY(mote_graph_add_op(b->g, MOTE_OP_BATCH_NORM, &attrs, in, &out, &b->at, err));
    return add_plain(b, MOTE_OP_RELU, NULL, err);
}

/* ---- architectures ----------------------------------------------------------------------- */

static mote_status add_ds_cnn(builder *b, const mote_arch *a, mote_err *err)
{
    mote_op_attrs first = {
        .padding = MOTE_PAD_SAME, .stride_h = a->stride_h, .stride_w = a->stride_w};
    const int32_t dims[4] = {a->channels, a->kernel_h, a->kernel_w, a->in_c};
    MOTE_TRY(add_weighted(b, MOTE_OP_CONV_2D, &first, 4, dims, a->channels,
                          a->kernel_h * a->kernel_w * a->in_c, err));
    MOTE_TRY(add_norm_relu(b, a->channels, err));
    int32_t channels = a->channels;
    for (int32_t i = 0; i < a->n_blocks; i++) {
        int32_t stride = a->block_stride[i] ? a->block_stride[i] : 1;
        int32_t next = a->block_channels[i] ? a->block_channels[i] : a->channels;
        mote_op_attrs dw = {.padding = MOTE_PAD_SAME, .stride_h = stride, .stride_w = stride};
        const int32_t dw_dims[4] = {1, 3, 3, channels};
        MOTE_TRY(add_weighted(b, MOTE_OP_DEPTHWISE_CONV_2D, &dw, 4, dw_dims, channels, 9, err));
        MOTE_TRY(add_norm_relu(b, channels, err));
        mote_op_attrs pw = {.padding = MOTE_PAD_SAME, .stride_h = 1, .stride_w = 1};
        const int32_t pw_dims[4] = {next, 1, 1, channels};
        MOTE_TRY(add_weighted(b, MOTE_OP_CONV_2D, &pw, 4, pw_dims, next, channels, err));
        MOTE_TRY(add_norm_relu(b, next, err));
        channels = next;
    }
    const mote_tensor *t = &b->g->tensors[b->at];
    mote_op_attrs pool = {.padding = MOTE_PAD_VALID,
                          .stride_h = 1,
                          .stride_w = 1,
                          .window_h = t->dims[1],
                          .window_w = t->dims[2]};
    return add_plain(b, MOTE_OP_AVG_POOL_2D, &pool, err);
}

static mote_status add_hidden(builder *b, const mote_arch *a, mote_err *err)
{
    for (int32_t i = 0; i < a->n_blocks; i++) {
        const mote_tensor *t = &b->g->tensors[b->at];
        const int32_t dims[2] = {a->hidden[i], (int32_t)mote_tensor_elements(t)};
        MOTE_TRY(add_weighted(b, MOTE_OP_DENSE, NULL, 2, dims, dims[0], dims[1], err));
        MOTE_TRY(add_plain(b, MOTE_OP_RELU, NULL, err));
    }
    return MOTE_OK;
}

static mote_status build(builder *b, const mote_arch *a, mote_err *err)
{
    mote_tensor_spec in = {
        .name = "input", .dtype = MOTE_F32, .n_dims = 4, .dims = {1, a->in_h, a->in_w, a->in_c}};
    MOTE_TRY(mote_graph_add_input(b->g, &in, &b->at, err));
    if (strcmp(a->name, "ds-cnn") == 0)
        MOTE_TRY(add_ds_cnn(b, a, err));
    else
        MOTE_TRY(add_hidden(b, a, err));
    if (a->dropout > 0.0f) {
        mote_op_attrs drop = {.rate = a->dropout};
        MOTE_TRY(add_plain(b, MOTE_OP_DROPOUT, &drop, err));
    }
    const int32_t dims[2] = {a->n_classes, (int32_t)mote_tensor_elements(&b->g->tensors[b->at])};
    MOTE_TRY(add_weighted(b, MOTE_OP_DENSE, NULL, 2, dims, dims[0], dims[1], err));
    MOTE_TRY(add_plain(b, MOTE_OP_SOFTMAX, NULL, err));
    return mote_graph_validate(b->g, err);
}

mote_status mote_arch_build(const mote_arch *a, mote_rng *rng, mote_graph **out, mote_err *err)
{
    MOTE_TRY(check(a, err));
    builder b = {.rng = rng};
    MOTE_TRY(mote_graph_create(0, &b.g, err));
    mote_status st = build(&b, a, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(b.g);
        return mote_wrap(err, st, "model '%s'", a->name);
    }
    *out = b.g;
    return MOTE_OK;
}
