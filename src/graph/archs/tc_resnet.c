/* SPDX-License-Identifier: Apache-2.0 */
/* "tc-resnet": convolution over 3 steps to 16 channels, then n_blocks residual blocks in three
 * stages of 24, 32 and 48 channels (times `width`), average over time, dropout, dense. A block is
 * two convolutions over kernel_steps; the first of a stage halves the time, and what goes round it
 * is brought to the same shape by a convolution 1 x 1. Batch norm behind each convolution, ReLU
 * behind all but the second of a block, which has it behind the sum.
 *
 * 3 blocks are TC-ResNet8, 6 are TC-ResNet14. The values of a step are its channels; time lies
 * along the width, as in conv1d.c. Source: Choi et al., Temporal Convolution for Real-time Keyword
 * Spotting on Mobile Devices, 2019, figure 2. There the last layer has no bias. */
#include "graph/archs/build.h"

#define N_STAGES   3
#define FIRST      16
#define FIRST_STEP 3

static const int32_t stages[N_STAGES] = {24, 32, 48};

static mote_status check(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_in_range("blocks", a->n_blocks, 0, MOTE_ARCH_MAX_BLOCKS, err));
    MOTE_TRY(arch_in_range("kernel steps", a->kernel_steps, 1, 64, err));
    MOTE_TRY(arch_in_range("values of a step", a->in_w * a->in_c, 1, 4096, err));
    if (!(a->width > 0.0f && a->width <= 2.0f))
        return mote_fail(err, MOTE_ARG, "model: 'width' must be above 0, and at most 2");
    return MOTE_OK;
}

/* Rounded down, as published. */
static int32_t narrowed(const mote_arch *a, int32_t channels)
{
    const int32_t c = (int32_t)((double)channels * (double)a->width);
    return c < 4 ? 4 : c;
}

static mote_status add_block(arch_builder *b, int32_t channels, bool is_first, mote_err *err)
{
    const arch_size stride = {1, is_first ? 2 : 1}, kernel = {1, b->arch->kernel_steps};
    const int32_t in = b->at;
    int32_t around = in;
    if (is_first) {
        MOTE_TRY(arch_conv(b, channels, (arch_size){1, 1}, stride, err));
        MOTE_TRY(arch_norm_relu(b, err));
        around = b->at;
        b->at = in;
    }
    MOTE_TRY(arch_conv(b, channels, kernel, stride, err));
    MOTE_TRY(arch_norm_relu(b, err));
    MOTE_TRY(arch_conv(b, channels, kernel, (arch_size){1, 1}, err));
    MOTE_TRY(arch_norm(b, err));
    MOTE_TRY(arch_add(b, around, err));
    return arch_relu(b, err);
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, 1, a->in_h, a->in_w * a->in_c, err));
    MOTE_TRY(arch_conv(b, narrowed(a, FIRST), (arch_size){1, FIRST_STEP}, (arch_size){1, 1}, err));
    MOTE_TRY(arch_norm_relu(b, err));
    for (int32_t i = 0, before = -1; i < a->n_blocks; i++) {
        const int32_t stage = i * N_STAGES / a->n_blocks;
        MOTE_TRY(add_block(b, narrowed(a, stages[stage]), stage != before, err));
        before = stage;
    }
    MOTE_TRY(arch_global_average(b, err));
    return arch_end(b, err);
}

const arch_class mote_arch_tc_resnet = {.check = check, .build = build};
