/* SPDX-License-Identifier: Apache-2.0 */
/* "dense": hidden layers with ReLU, dropout, dense. */
#include "graph/archs/build.h"

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    for (int32_t i = 0; i < a->n_blocks; i++) {
        MOTE_TRY(arch_dense(b, a->hidden[i], err));
        MOTE_TRY(arch_relu(b, err));
    }
    return arch_end(b, err);
}

const arch_class mote_arch_dense = {.check = arch_check_hidden, .build = build};
