/* SPDX-License-Identifier: Apache-2.0 */
/* Architectures: the table, what all have in common, and the layers they are built of. See arch.h
 * and archs/build.h. */
#include "graph/arch.h"

#include <math.h>
#include <string.h>

#include "graph/archs/build.h"
#include "project/archs.h"

#define BATCH_NORM_EPSILON 1e-3f
#define MAX_SIDE           65536

#define ARCH(id, ...) extern const arch_class mote_arch_##id;
#include "project/archs.def"
#undef ARCH

static const arch_class *const classes[MOTE_N_ARCHS] = {
#define ARCH(id, ...) [MOTE_ARCH_##id] = &mote_arch_##id,
#include "project/archs.def"
#undef ARCH
};

void mote_arch_default(mote_arch *a, int32_t frames, int32_t coefficients, int32_t n_classes)
{
    *a = (mote_arch){.name = "ds-cnn",
                     .in_h = frames,
                     .in_w = coefficients,
                     .in_c = 1,
                     .n_outputs = n_classes,
                     .channels = 64,
                     .n_blocks = 4,
                     .kernel_h = 10,
                     .kernel_w = 4,
                     .stride_h = 2,
                     .stride_w = 2,
                     .kernel_steps = 5,
                     .width = 0.25f,
                     .bottleneck = 8,
                     .dropout = 0.2f};
}

mote_status mote_arch_take_shape(mote_arch *a, const mote_shape *in, mote_err *err)
{
    if (in->n_dims < 1 || in->n_dims > 3)
        return mote_fail(err, MOTE_SHAPE,
                         "model: an architecture takes 1 to 3 dimensions, the features have %d",
                         (int)in->n_dims);
    a->in_h = in->n_dims == 1 ? 1 : in->dims[0];
    a->in_w = in->n_dims == 1 ? in->dims[0] : in->dims[1];
    a->in_c = in->n_dims == 3 ? in->dims[2] : 1;
    return MOTE_OK;
}

/* ---- checks ------------------------------------------------------------------------------ */

mote_status arch_in_range(const char *field, int32_t x, int32_t lo, int32_t hi, mote_err *err)
{
    if (x < lo || x > hi)
        return mote_fail(err, MOTE_ARG, "model: '%s' is %d, %d to %d is possible", field, x, lo,
                         hi);
    return MOTE_OK;
}

mote_status arch_check_blocks(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_in_range("blocks", a->n_blocks, 0, MOTE_ARCH_MAX_BLOCKS, err));
    for (int32_t i = 0; i < a->n_blocks; i++)
        MOTE_TRY(arch_in_range("block stride", a->block_stride[i], 0, 8, err));
    return MOTE_OK;
}

mote_status arch_check_hidden(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_in_range("hidden layers", a->n_blocks, 0, MOTE_ARCH_MAX_BLOCKS, err));
    for (int32_t i = 0; i < a->n_blocks; i++)
        MOTE_TRY(arch_in_range("hidden", a->hidden[i], 1, 4096, err));
    return MOTE_OK;
}

static mote_status find_class(const mote_arch *a, const arch_class **out, mote_err *err)
{
    char names[320] = "";
    for (int i = 0; i < MOTE_N_ARCHS; i++) {
        const char *name = mote_arch_row_get((mote_arch_id)i)->name;
        const size_t used = strlen(names);
        if (strcmp(name, a->name) == 0) {
            *out = classes[i];
            return MOTE_OK;
        }
        (void)mote_format(names + used, sizeof names - used, "%s%s", used ? ", " : "", name);
    }
    return mote_fail(err, MOTE_ARG, "model: there is no architecture '%.15s'; there are %s",
                     a->name, names);
}

static mote_status check(const mote_arch *a, const arch_class *c, mote_err *err)
{
    MOTE_TRY(arch_in_range("frames", a->in_h, 1, MAX_SIDE, err));
    MOTE_TRY(arch_in_range("coefficients", a->in_w, 1, MAX_SIDE, err));
    MOTE_TRY(arch_in_range("input channels", a->in_c, 1, 64, err));
    if (a->head == MOTE_HEAD_CLASSES)
        MOTE_TRY(arch_in_range("classes", a->n_outputs, 2, 1024, err));
    if (a->head == MOTE_HEAD_VALUES)
        MOTE_TRY(arch_in_range("values", a->n_outputs, 1, 4096, err));
    if (!(a->dropout >= 0.0f && a->dropout < 1.0f))
        return mote_fail(err, MOTE_ARG, "model: 'dropout' must be in [0, 1)");
    return c->check ? c->check(a, err) : MOTE_OK;
}

/* ---- layers ------------------------------------------------------------------------------ */

int32_t arch_dim(const arch_builder *b, int32_t dim)
{
    return b->g->tensors[b->at].dims[dim];
}

int32_t arch_elements(const arch_builder *b)
{
    return (int32_t)mote_tensor_elements(&b->g->tensors[b->at]);
}

mote_status arch_input(arch_builder *b, int32_t h, int32_t w, int32_t c, mote_err *err)
{
    mote_tensor_spec in = {.name = "input", .dtype = MOTE_F32, .n_dims = 4, .dims = {1, h, w, c}};
    return mote_graph_add_input(b->g, &in, &b->at, err);
}

/* A constant of a layer with one value a channel, the same for all to begin with. */
typedef struct {
    const char *what; /* its name behind the layer's */
    float value;
    bool is_trained;
} channel_values;

static mote_status add_values(arch_builder *b, mote_op_kind kind, const channel_values *c,
                              int32_t n, int32_t *id, mote_err *err)
{
    char name[MOTE_NAME_BYTES];
    (void)mote_format(name, sizeof name, "%s_%d/%s", mote_op_text(kind), b->n_layers, c->what);
    mote_tensor_spec s = {.name = name, .dtype = MOTE_F32, .n_dims = 1, .dims = {n}};
    MOTE_TRY(mote_graph_add_const(b->g, &s, id, err));
    float *v = b->g->tensors[*id].data;
    for (int32_t i = 0; i < n; i++)
        v[i] = c->value;
    b->g->tensors[*id].is_trained = c->is_trained;
    return MOTE_OK;
}

/* A weighted layer; dims: of the weights. */
static mote_status add_weighted(arch_builder *b, mote_op_kind kind, const mote_op_attrs *attrs,
                                const mote_shape *dims, int32_t channels, mote_err *err)
{
    static const channel_values bias = {"bias", 0.0f, true};
    char name[MOTE_NAME_BYTES];
    const char *text = mote_op_text(kind);
    (void)mote_format(name, sizeof name, "%s_%d/weights", text, b->n_layers);
    mote_tensor_spec s = {.name = name, .dtype = MOTE_F32, .n_dims = dims->n_dims};
    memcpy(s.dims, dims->dims, (size_t)dims->n_dims * sizeof *dims->dims);
    int32_t in[3] = {b->at};
    MOTE_TRY(mote_graph_add_const(b->g, &s, &in[1], err));
    mote_tensor *w = &b->g->tensors[in[1]];
    w->is_trained = true;
    const int64_t n = mote_tensor_elements(w), fan_in = n / channels; /* inputs of one output */
    double sd = sqrt(2.0 / (double)fan_in);
    float *v = w->data;
    for (int64_t i = 0; i < n; i++)
        v[i] = (float)(sd * mote_rng_normal(b->rng));
    MOTE_TRY(add_values(b, kind, &bias, channels, &in[2], err));
    (void)mote_format(name, sizeof name, "%s_%d", text, b->n_layers++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    return mote_graph_add_op(b->g, &(mote_op_spec){kind, attrs, in, &out}, &b->at, err);
}

static mote_status add_plain(arch_builder *b, mote_op_kind kind, const mote_op_attrs *attrs,
                             mote_err *err)
{
    char name[MOTE_NAME_BYTES];
    (void)mote_format(name, sizeof name, "%s_%d", mote_op_text(kind), b->n_layers++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    return mote_graph_add_op(b->g, &(mote_op_spec){kind, attrs, &b->at, &out}, &b->at, err);
}

mote_status arch_conv(arch_builder *b, int32_t channels, arch_size kernel, arch_size stride,
                      mote_err *err)
{
    const int32_t c = arch_dim(b, 3);
    const mote_op_attrs attrs = {
        .padding = MOTE_PAD_SAME, .stride_h = stride.h, .stride_w = stride.w};
    const mote_shape dims = {MOTE_F32, 4, {channels, kernel.h, kernel.w, c}};
    return add_weighted(b, MOTE_OP_CONV_2D, &attrs, &dims, channels, err);
}

mote_status arch_depthwise(arch_builder *b, arch_size kernel, arch_size stride, mote_err *err)
{
    const int32_t c = arch_dim(b, 3);
    const mote_op_attrs attrs = {
        .padding = MOTE_PAD_SAME, .stride_h = stride.h, .stride_w = stride.w};
    const mote_shape dims = {MOTE_F32, 4, {1, kernel.h, kernel.w, c}};
    return add_weighted(b, MOTE_OP_DEPTHWISE_CONV_2D, &attrs, &dims, c, err);
}

mote_status arch_dilated(arch_builder *b, arch_size kernel, arch_size dilation, mote_err *err)
{
    const int32_t c = arch_dim(b, 3);
    const mote_op_attrs attrs = {.padding = MOTE_PAD_SAME,
                                 .stride_h = 1,
                                 .stride_w = 1,
                                 .dilation_h = dilation.h > 1 ? dilation.h : 0,
                                 .dilation_w = dilation.w > 1 ? dilation.w : 0};
    const mote_shape dims = {MOTE_F32, 4, {1, kernel.h, kernel.w, c}};
    return add_weighted(b, MOTE_OP_DEPTHWISE_CONV_2D, &attrs, &dims, c, err);
}

mote_status arch_dense(arch_builder *b, int32_t units, mote_err *err)
{
    const int32_t n = arch_elements(b);
    const mote_shape dims = {MOTE_F32, 2, {units, n}};
    return add_weighted(b, MOTE_OP_DENSE, NULL, &dims, units, err);
}

mote_status arch_fixed(arch_builder *b, float factor, float sum, mote_activation act, mote_err *err)
{
    const int32_t c = arch_dim(b, 3);
    const mote_op_attrs attrs = {.stride_h = 1, .stride_w = 1, .activation = act};
    char name[MOTE_NAME_BYTES];
    (void)mote_format(name, sizeof name, "fixed_%d/factor", b->n_layers);
    const mote_tensor_spec s = {.name = name, .dtype = MOTE_F32, .n_dims = 4, .dims = {1, 1, 1, c}};
    const channel_values bias = {"sum", sum, false};
    int32_t in[3] = {b->at};
    MOTE_TRY(mote_graph_add_const(b->g, &s, &in[1], err));
    float *w = b->g->tensors[in[1]].data;
    for (int32_t i = 0; i < c; i++)
        w[i] = factor;
    MOTE_TRY(add_values(b, MOTE_OP_DEPTHWISE_CONV_2D, &bias, c, &in[2], err));
    (void)mote_format(name, sizeof name, "fixed_%d", b->n_layers++);
    const mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    return mote_graph_add_op(b->g, &(mote_op_spec){MOTE_OP_DEPTHWISE_CONV_2D, &attrs, in, &out},
                             &b->at, err);
}

mote_status arch_tanh(arch_builder *b, mote_err *err)
{
    return add_plain(b, MOTE_OP_TANH, NULL, err);
}

mote_status arch_noise(arch_builder *b, float deviation, mote_err *err)
{
    const mote_op_attrs attrs = {.rate = deviation};
    return add_plain(b, MOTE_OP_NOISE, &attrs, err);
}

mote_status arch_relu(arch_builder *b, mote_err *err)
{
    return add_plain(b, MOTE_OP_RELU, NULL, err);
}

mote_status arch_softmax(arch_builder *b, mote_err *err)
{
    return add_plain(b, MOTE_OP_SOFTMAX, NULL, err);
}

mote_status arch_norm(arch_builder *b, mote_err *err)
{
    static const channel_values parts[4] = {{"gamma", 1.0f, true},
                                            {"beta", 0.0f, true},
                                            {"mean", 0.0f, false},
                                            {"variance", 1.0f, false}};
    char name[MOTE_NAME_BYTES];
    const int32_t channels = arch_dim(b, b->g->tensors[b->at].n_dims - 1);
    int32_t in[5] = {b->at};
    for (int32_t i = 0; i < 4; i++)
        MOTE_TRY(add_values(b, MOTE_OP_BATCH_NORM, &parts[i], channels, &in[i + 1], err));
    (void)mote_format(name, sizeof name, "batch_norm_%d", b->n_layers++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    mote_op_attrs attrs = {.epsilon = BATCH_NORM_EPSILON};
    return mote_graph_add_op(b->g, &(mote_op_spec){MOTE_OP_BATCH_NORM, &attrs, in, &out}, &b->at,
                             err);
}

mote_status arch_norm_relu(arch_builder *b, mote_err *err)
{
    MOTE_TRY(arch_norm(b, err));
    return arch_relu(b, err);
}

static mote_status add_pair(arch_builder *b, mote_op_kind kind, int32_t x, int32_t y, mote_err *err)
{
    char name[MOTE_NAME_BYTES];
    const int32_t in[2] = {x, y};
    (void)mote_format(name, sizeof name, "%s_%d", mote_op_text(kind), b->n_layers++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    return mote_graph_add_op(b->g, &(mote_op_spec){kind, NULL, in, &out}, &b->at, err);
}

mote_status arch_add(arch_builder *b, int32_t other, mote_err *err)
{
    return add_pair(b, MOTE_OP_ADD, b->at, other, err);
}

mote_status arch_add_repeated(arch_builder *b, int32_t wide, mote_err *err)
{
    return add_pair(b, MOTE_OP_ADD, wide, b->at, err);
}

mote_status arch_swish(arch_builder *b, mote_err *err)
{
    const int32_t x = b->at;
    MOTE_TRY(add_plain(b, MOTE_OP_SIGMOID, NULL, err));
    return add_pair(b, MOTE_OP_MUL, x, b->at, err);
}

mote_status arch_separable(arch_builder *b, int32_t channels, int32_t stride, mote_err *err)
{
    MOTE_TRY(arch_depthwise(b, (arch_size){3, 3}, (arch_size){stride, stride}, err));
    MOTE_TRY(arch_norm_relu(b, err));
    MOTE_TRY(arch_conv(b, channels, (arch_size){1, 1}, (arch_size){1, 1}, err));
    return arch_norm_relu(b, err);
}

mote_status arch_average(arch_builder *b, arch_size window, mote_err *err)
{
    const mote_op_attrs pool = {.padding = MOTE_PAD_VALID,
                                .stride_h = window.h,
                                .stride_w = window.w,
                                .window_h = window.h,
                                .window_w = window.w};
    return add_plain(b, MOTE_OP_AVG_POOL_2D, &pool, err);
}

mote_status arch_global_average(arch_builder *b, mote_err *err)
{
    const mote_op_attrs pool = {.padding = MOTE_PAD_VALID,
                                .stride_h = 1,
                                .stride_w = 1,
                                .window_h = arch_dim(b, 1),
                                .window_w = arch_dim(b, 2)};
    return add_plain(b, MOTE_OP_AVG_POOL_2D, &pool, err);
}

mote_status arch_dropout(arch_builder *b, bool whole_channels, mote_err *err)
{
    const mote_op_attrs drop = {.rate = b->arch->dropout, .whole_channels = whole_channels};
    return b->arch->dropout > 0.0f ? add_plain(b, MOTE_OP_DROPOUT, &drop, err) : MOTE_OK;
}

mote_status arch_last(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    const int32_t n = a->head == MOTE_HEAD_INPUT ? a->in_h * a->in_w * a->in_c : a->n_outputs;
    MOTE_TRY(arch_dense(b, n, err));
    return a->head == MOTE_HEAD_CLASSES ? arch_softmax(b, err) : MOTE_OK;
}

mote_status arch_end(arch_builder *b, mote_err *err)
{
    MOTE_TRY(arch_dropout(b, false, err));
    return arch_last(b, err);
}

/* ---- all --------------------------------------------------------------------------------- */

static mote_status build(arch_builder *b, const arch_class *c, mote_err *err)
{
    MOTE_TRY(c->build(b, err));
    return mote_graph_validate(b->g, err);
}

mote_status mote_arch_build(const mote_arch *a, mote_rng *rng, mote_graph **out, mote_err *err)
{
    const arch_class *c = NULL;
    MOTE_TRY(find_class(a, &c, err));
    MOTE_TRY(check(a, c, err));
    arch_builder b = {.arch = a, .rng = rng};
    MOTE_TRY(mote_graph_create(0, &b.g, err));
    mote_status st = build(&b, c, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(b.g);
        return mote_wrap(err, st, "model '%s'", a->name);
    }
    *out = b.g;
    return MOTE_OK;
}
