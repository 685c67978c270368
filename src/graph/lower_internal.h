/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by lower.c, lower_pack.c, lower_f32.c and the operators. */
#ifndef MOTE_GRAPH_LOWER_INTERNAL_H
#define MOTE_GRAPH_LOWER_INTERNAL_H

#include "graph/lower.h"

/* Fill weights, bias, multiplier, shift and MRT_FAST_REQUANT of call->u.conv, whose shape and
 * kernel are set. The constants live in `a`. */
MOTE_MUST_USE mote_status mote_lower_constants(const mote_graph *g, mote_arena *a, mote_call *call,
                                               mote_err *err);

/* The same as mote_lower_need and the class' lower, for float32. */
MOTE_MUST_USE mote_status mote_lower_need_f32(const mote_graph *g, int32_t op,
                                              mote_kernel_need *out, mote_err *err);
MOTE_MUST_USE mote_status mote_lower_f32(const mote_graph *g, mote_arena *a, mote_call *call,
                                         mote_err *err);

/* "operator 3 (conv_2d, 'name'): why" */
mote_status mote_lower_fail(const mote_graph *g, int32_t op, mote_status st, const char *why,
                            mote_err *err);

#endif
