/* SPDX-License-Identifier: Apache-2.0 */
/* "bc-resnet": convolution 5 x 5 to 16 channels (times `width`, as all below) that halves the
 * frequency, then four stages of 2, 2, 4 and 4 blocks with 8, 12, 16 and 20 channels, a depthwise
 * convolution 5 over time and over all that is left of the frequency, pointwise to 32, average over
 * time, dense.
 *
 *   x -> (1 x 1, norm, ReLU: where the channels change) -> depthwise 3 over frequency, norm -> f
 *   mean of f over frequency -> depthwise 3 over time, norm, swish -> 1 x 1 -> dropout -> t
 *   out = ReLU(f + t, repeated over frequency, + x: where the channels do not change)
 *
 * The first blocks of stages 2 and 3 halve the frequency; the steps of time that stage k sees lie
 * 2^k apart. Source: Kim et al., Broadcasted Residual Learning for Efficient Keyword Spotting,
 * 2021, table 1 and figure 2, and the authors' code, with one difference: batch norm stands where
 * they have SubSpectralNorm (their ablation "without SSN"), because it folds. Where frequency is
 * halved TensorFlow's padding begins a cell later than theirs. */
#include "graph/archs/build.h"

#define N_STAGES 4
#define BASE     8

static const struct {
    int32_t blocks;
    double channels; /* times BASE */
    int32_t stride;  /* of frequency */
} stages[N_STAGES] = {{2, 1.0, 1}, {2, 1.5, 2}, {4, 2.0, 2}, {4, 2.5, 1}};

static mote_status check(const mote_arch *a, mote_err *err)
{
    if (!(a->width > 0.0f && a->width <= 8.0f))
        return mote_fail(err, MOTE_ARG, "model: 'width' must be above 0, and at most 8");
    return MOTE_OK;
}

/* Rounded down twice, as the authors do. */
static int32_t channels(const mote_arch *a, double times)
{
    const int32_t base = (int32_t)(BASE * (double)a->width);
    return (int32_t)((base < 2 ? 2 : base) * times);
}

static mote_status over_time(arch_builder *b, int32_t dilation, mote_err *err)
{
    const int32_t c = arch_dim(b, 3);
    MOTE_TRY(arch_average(b, (arch_size){1, arch_dim(b, 2)}, err));
    MOTE_TRY(arch_dilated(b, (arch_size){3, 1}, (arch_size){dilation, 1}, err));
    MOTE_TRY(arch_norm(b, err));
    MOTE_TRY(arch_swish(b, err));
    MOTE_TRY(arch_conv(b, c, (arch_size){1, 1}, (arch_size){1, 1}, err));
    return arch_dropout(b, true, err);
}

static mote_status add_block(arch_builder *b, int32_t c, int32_t stride, int32_t dilation,
                             mote_err *err)
{
    const int32_t around = b->at;
    const bool changes = c != arch_dim(b, 3);
    if (changes) {
        MOTE_TRY(arch_conv(b, c, (arch_size){1, 1}, (arch_size){1, 1}, err));
        MOTE_TRY(arch_norm_relu(b, err));
    }
    MOTE_TRY(arch_depthwise(b, (arch_size){1, 3}, (arch_size){1, stride}, err));
    MOTE_TRY(arch_norm(b, err));
    const int32_t wide = b->at;
    MOTE_TRY(over_time(b, dilation, err));
    MOTE_TRY(arch_add_repeated(b, wide, err));
    if (!changes)
        MOTE_TRY(arch_add(b, around, err));
    return arch_relu(b, err);
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    MOTE_TRY(arch_conv(b, channels(a, 2.0), (arch_size){5, 5}, (arch_size){1, 2}, err));
    MOTE_TRY(arch_norm_relu(b, err));
    for (int32_t k = 0; k < N_STAGES; k++)
        for (int32_t i = 0; i < stages[k].blocks; i++)
            MOTE_TRY(add_block(b, channels(a, stages[k].channels), i == 0 ? stages[k].stride : 1,
                               1 << k, err));
    /* As wide as what is left, with a stride of as much: one cell, and no padding. */
    const int32_t left = arch_dim(b, 2);
    MOTE_TRY(arch_depthwise(b, (arch_size){5, left}, (arch_size){1, left}, err));
    MOTE_TRY(arch_conv(b, channels(a, 4.0), (arch_size){1, 1}, (arch_size){1, 1}, err));
    MOTE_TRY(arch_norm_relu(b, err));
    MOTE_TRY(arch_global_average(b, err));
    return arch_last(b, err);
}

const arch_class mote_arch_bc_resnet = {.check = check, .build = build};
