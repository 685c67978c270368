/* SPDX-License-Identifier: Apache-2.0 */
/* "kmeans": gives back the nearest of `bottleneck` centres. A dense layer says how near each is, a
 * softmax that is sharp enough leaves the nearest alone, and a dense layer gives its place: what it
 * changes of its input is the way to that centre. Fitted by learn/learner_kmeans.c. */
#include "graph/archs/build.h"

static mote_status check(const mote_arch *a, mote_err *err)
{
    return arch_in_range("bottleneck", a->bottleneck, 1, 4096, err);
}

static mote_status build(arch_builder *b, mote_err *err)
{
    const mote_arch *a = b->arch;
    MOTE_TRY(arch_input(b, a->in_h, a->in_w, a->in_c, err));
    MOTE_TRY(arch_dense(b, a->bottleneck, err));
    MOTE_TRY(arch_softmax(b, err));
    return arch_end(b, err);
}

const arch_class mote_arch_kmeans = {.check = check, .build = build};
