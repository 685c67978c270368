/* SPDX-License-Identifier: Apache-2.0 */
/* "autoencoder": hidden layers to a bottleneck, and back in reverse, batch norm and ReLU behind
 * each; the last layer gives as many values as come in. Trained to give back what came in, it gives
 * back badly what is unlike all it was trained on. Source: Koizumi et al. 2020 (DCASE task 2),
 * whose baseline is this with 4 layers of 128 around 8. */
#include "graph/archs/build.h"

static mote_status check(const mote_arch *a, mote_err *err)
{
    MOTE_TRY(arch_in_range("bottleneck", a->bottleneck, 1, 4096, err));
    return arch_check_hidden(a, err);
}

static mote_status layer(arch_builder *b, int32_t units, mote_err *err)
{
    MOTE_TRY(arch_dense(b, units, err));
    return arch_norm_relu(b, err);
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    for (int32_t i = 0; i < a->n_blocks; i++)
        MOTE_TRY(layer(b, a->hidden[i], err));
    MOTE_TRY(layer(b, a->bottleneck, err));
    for (int32_t i = a->n_blocks; i-- > 0;)
        MOTE_TRY(layer(b, a->hidden[i], err));
    return arch_end(b, err);
}

const arch_class mote_arch_autoencoder = {.check = check, .build = build};
