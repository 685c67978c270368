/* SPDX-License-Identifier: Apache-2.0 */
/* Memory plan: where in one arena each activation and each kernel's scratch memory lies.
 *
 * Known from the shapes alone, so RAM and flash of a candidate are exact before any training.
 * Depends on graph/. Used by codegen.c, measure.c, learn's search and cli/. */
#ifndef MOTE_COMPILE_PLAN_H
#define MOTE_COMPILE_PLAN_H

#include "graph/graph.h"
#include "graph/lower.h"

#define MOTE_PLAN_ALIGN 8    /* of every offset */
#define MOTE_PLAN_NONE  (-1) /* offset of what has no place (constants, no scratch) */

typedef struct {
    mote_arena arena; /* owns the arrays */
    int32_t n_tensors, n_ops;
    int64_t *tensor_offset;  /* [n_tensors], bytes from the start of the arena */
    int64_t *scratch_offset; /* [n_ops] */
    int64_t *op_live_bytes;  /* [n_ops] all that is alive while the operator runs */
    mote_kernel *kernels;    /* [n_ops] that the operators are lowered to */
    int32_t *in_place_of;    /* [n_ops] input tensor whose place the output takes, or -1 */
    int64_t arena_bytes;
    int64_t bound_bytes;   /* no plan can be smaller: the largest op_live_bytes */
    bool is_optimal;       /* proven, by meeting the bound or by complete search */
    int64_t weights_bytes; /* packed weights, biases, multipliers, in flash */
} mote_plan;

/* Plan a graph. A training graph (BATCH_NORM, DROPOUT, RELU) is folded first, and the plan is that
 * of the folded graph. float32 activations are counted as the int8 they become,
 * unless isa is MOTE_ISA_F32. Errors: those of
 * mote_lower_need; NOMEM. mote_plan_release frees. */
MOTE_MUST_USE mote_status mote_plan_make(const mote_graph *g, mote_isa isa, mote_plan *out,
                                         mote_err *err);
void mote_plan_release(mote_plan *p);

#endif
