/* SPDX-License-Identifier: Apache-2.0 */
/* "sparknet": four blocks over time, depthwise over 11, 15, 19 and 29 steps and pointwise to
 * `channels`, batch norm, ReLU; what goes round the last three is a convolution 1 x 1 with batch
 * norm, added before the ReLU. Then 1 x 1 to 32 channels, batch norm, tanh: z. Each is a gate,
 * g = min(max(z + 0.5, 0), 1), with noise of deviation 0.5 in z while training, so that gates learn
 * to be 0 or 1; the mean of the gates over time, dropout, dense.
 *
 * The gate is a fixed depthwise layer, 6 z + 3 with ReLU6, and another one that takes a sixth of
 * the mean: all int8 networks have these. The values of a step are its channels; time lies along
 * the width, as in conv1d.c.
 *
 * Source: Svirsky et al., SparkNet (Sparse Binarization for Fast Keyword Spotting), Interspeech
 * 2024, and the authors' code. Not here: their term of the loss that asks for few open gates, which
 * counts a hundredth of the cross-entropy; their features are 32 MFCC every 10 ms. */
#include "graph/archs/build.h"

#define N_BLOCKS  4
#define N_GATES   32
#define DEVIATION 0.5f

static const int32_t steps[N_BLOCKS] = {11, 15, 19, 29};

static mote_status check(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_in_range("channels", a->channels, 4, 256, err));
    return arch_in_range("values of a step", a->in_w * a->in_c, 1, 4096, err);
}

static mote_status add_block(arch_builder *b, int32_t i, mote_err *err)
{
    const arch_size one = {1, 1};
    const int32_t c = b->arch->channels, in = b->at;
    MOTE_TRY(arch_depthwise(b, (arch_size){1, steps[i]}, one, err));
    MOTE_TRY(arch_conv(b, c, one, one, err));
    MOTE_TRY(arch_norm(b, err));
    if (i > 0) {
        const int32_t through = b->at;
        b->at = in;
        MOTE_TRY(arch_conv(b, c, one, one, err));
        MOTE_TRY(arch_norm(b, err));
        MOTE_TRY(arch_add(b, through, err));
    }
    return arch_relu(b, err);
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, 1, a->in_h, a->in_w * a->in_c, err));
    for (int32_t i = 0; i < N_BLOCKS; i++)
        MOTE_TRY(add_block(b, i, err));
    MOTE_TRY(arch_conv(b, N_GATES, (arch_size){1, 1}, (arch_size){1, 1}, err));
    MOTE_TRY(arch_norm(b, err));
    MOTE_TRY(arch_tanh(b, err));
    MOTE_TRY(arch_noise(b, DEVIATION, err));
    MOTE_TRY(arch_fixed(b, 6.0f, 3.0f, MOTE_ACT_RELU6, err));
    MOTE_TRY(arch_global_average(b, err));
    MOTE_TRY(arch_fixed(b, 1.0f / 6.0f, 0.0f, MOTE_ACT_NONE, err));
    return arch_end(b, err);
}

const arch_class mote_arch_sparknet = {.check = check, .build = build};
