/* SPDX-License-Identifier: Apache-2.0 */
/* "gaussian": one dense layer that gives as many values as come in. learn/learner_gaussian.c fits
 * it so that what it changes of its input is how far that lies from what is normal. */
#include "graph/archs/build.h"

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    return arch_end(b, err);
}

const arch_class mote_arch_gaussian = {.build = build};
