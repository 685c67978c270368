/* SPDX-License-Identifier: Apache-2.0 */
/* "linear": one dense layer. With the loss of classes it is multinomial logistic regression, with
 * the squared error linear regression. */
#include "graph/archs/build.h"

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    return arch_end(b, err);
}

const arch_class mote_arch_linear = {.build = build};
