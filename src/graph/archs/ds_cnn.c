/* SPDX-License-Identifier: Apache-2.0 */
/* "ds-cnn": convolution kernel_h x kernel_w with its stride to `channels`, then n_blocks of
 * depthwise 3 x 3 + pointwise, batch norm and ReLU behind each, average over all, dropout, dense.
 * Source: Zhang et al., Hello Edge, 2017, section 4. The MLPerf Tiny model has 64 channels, 4
 * blocks, kernel 10 x 4, stride 2 x 2. */
#include "graph/archs/build.h"

static mote_status check(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_check_blocks(a, err));
    for (int32_t i = 0; i < a->n_blocks; i++)
        MOTE_TRY(arch_in_range("block channels", a->block_channels[i], 0, 256, err));
    MOTE_TRY(arch_in_range("channels", a->channels, 4, 256, err));
    MOTE_TRY(arch_in_range("kernel height", a->kernel_h, 1, 64, err));
    MOTE_TRY(arch_in_range("kernel width", a->kernel_w, 1, 64, err));
    MOTE_TRY(arch_in_range("stride height", a->stride_h, 1, 8, err));
    return arch_in_range("stride width", a->stride_w, 1, 8, err);
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    MOTE_TRY(arch_conv(b, a->channels, (arch_size){a->kernel_h, a->kernel_w},
                       (arch_size){a->stride_h, a->stride_w}, err));
    MOTE_TRY(arch_norm_relu(b, err));
    for (int32_t i = 0; i < a->n_blocks; i++)
        MOTE_TRY(arch_separable(b, a->block_channels[i] ? a->block_channels[i] : a->channels,
                                a->block_stride[i] ? a->block_stride[i] : 1, err));
    MOTE_TRY(arch_global_average(b, err));
    return arch_end(b, err);
}

const arch_class mote_arch_ds_cnn = {.check = check, .build = build};
