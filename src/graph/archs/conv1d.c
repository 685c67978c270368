/* SPDX-License-Identifier: Apache-2.0 */
/* "conv1d": n_blocks convolutions of kernel_steps over time to `channels`, batch norm and ReLU
 * behind each, average over time, dropout, dense. The values of a step are its channels.
 *
 * Time lies along the width, [1][1][steps][values], with kernels of height 1: what a convolution
 * reads for one output is then one run of memory, kernel_steps * values long, which the kernels of
 * the device and of training copy at once. The bytes are those of [steps][values]. */
#include "graph/archs/build.h"

static mote_status check(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_check_blocks(a, err));
    MOTE_TRY(arch_in_range("channels", a->channels, 4, 256, err));
    MOTE_TRY(arch_in_range("kernel steps", a->kernel_steps, 1, 64, err));
    return arch_in_range("values of a step", a->in_w * a->in_c, 1, 4096, err);
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, 1, a->in_h, a->in_w * a->in_c, err));
    for (int32_t i = 0; i < a->n_blocks; i++) {
        const int32_t usual = i == 0 ? 1 : 2;
        const arch_size stride = {1, a->block_stride[i] ? a->block_stride[i] : usual};
        MOTE_TRY(arch_conv(b, a->channels, (arch_size){1, a->kernel_steps}, stride, err));
        MOTE_TRY(arch_norm_relu(b, err));
    }
    MOTE_TRY(arch_global_average(b, err));
    return arch_end(b, err);
}

const arch_class mote_arch_conv1d = {.check = check, .build = build};
