/* SPDX-License-Identifier: Apache-2.0 */
/* "mobilenet": convolution 3 x 3, then the first n_blocks depthwise separable blocks of MobileNet
 * with their strides and a share `width` of their channels (a multiple of 8), batch norm and ReLU
 * behind each convolution, average over all, dropout, dense.
 *
 * It was made for pictures of 224 x 224. The first stride of 2 is taken by pictures whose sides are
 * 64 and more; a block's stride of 2, unless it was asked for, while both sides are more than 4.
 * Source: Howard et al., MobileNets, 2017, table 1. */
#include <math.h>

#include "graph/archs/build.h"

#define FIRST_CHANNELS 32
#define LARGE_SIDE     64
#define SMALL_SIDE     4

static const struct {
    int32_t channels, stride;
} blocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
              {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
#define N_BLOCKS ((int32_t)(sizeof blocks / sizeof blocks[0]))

static mote_status check(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_in_range("blocks", a->n_blocks, 0, N_BLOCKS, err));
    if (!(a->width > 0.0f && a->width <= 2.0f))
        return mote_fail(err, MOTE_ARG, "model: 'width' must be above 0, and at most 2");
    return arch_check_blocks(a, err);
}

static int32_t narrowed(const mote_arch *a, int32_t channels)
{
    const int32_t eights = (int32_t)lround((double)channels * (double)a->width / 8.0);
    return eights > 0 ? 8 * eights : 8;
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    const int32_t first = a->in_h >= LARGE_SIDE && a->in_w >= LARGE_SIDE ? 2 : 1;
    MOTE_TRY(arch_conv(b, narrowed(a, FIRST_CHANNELS), (arch_size){3, 3}, (arch_size){first, first},
                       err));
    MOTE_TRY(arch_norm_relu(b, err));
    for (int32_t i = 0; i < a->n_blocks; i++) {
        const bool is_small = arch_dim(b, 1) <= SMALL_SIDE || arch_dim(b, 2) <= SMALL_SIDE;
        const int32_t usual = is_small ? 1 : blocks[i].stride;
        MOTE_TRY(arch_separable(b, narrowed(a, blocks[i].channels),
                                a->block_stride[i] ? a->block_stride[i] : usual, err));
    }
    MOTE_TRY(arch_global_average(b, err));
    return arch_end(b, err);
}

const arch_class mote_arch_mobilenet = {.check = check, .build = build};
