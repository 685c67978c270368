/* SPDX-License-Identifier: Apache-2.0 */
/* Lowering: each operator of an int8 graph becomes the call of one device kernel with prepared
 * constants (packed weights, folded biases, fixed-point multipliers), of a float32 graph with its
 * own. The runner executes these
 * calls, the C generator prints them; both therefore compute the same bits.
 *
 * Depends on graph.h and device/nn. Used by runner.c and by compile/. */
#ifndef MOTE_GRAPH_LOWER_H
#define MOTE_GRAPH_LOWER_H

#include "device/nn/mrt_f32.h"
#include "device/nn/mrt_nn.h"
#include "graph/graph.h"

typedef enum {
    MOTE_KERNEL_NONE = 0, /* no code: RESHAPE */
#define KERNEL(name, function, source, params, form) MOTE_KERNEL_##name,
#include "graph/kernels.def"
#undef KERNEL
    MOTE_N_KERNELS
} mote_kernel;

/* Which kernels to choose. PORTABLE: those of the microcontrollers. REFERENCE: the slow definition,
 * for tests. HOST: the fastest on this computer. All give the same bits. F32: those that compute in
 * float32, for a graph that ships as it is; they are taken for every float32 graph that is lowered,
 * but what one needs is asked for it as the int8 graph that it becomes unless F32 is said. */
typedef enum {
    MOTE_ISA_PORTABLE = 0,
    MOTE_ISA_REFERENCE = 1,
    MOTE_ISA_HOST = 2,
    MOTE_ISA_F32 = 3
} mote_isa;

/* What running operator `op` takes. Known from shapes alone, so it also holds for a float graph
 * that is not yet trained (folded: no BATCH_NORM, DROPOUT, RELU). */
typedef struct {
    mote_kernel kernel;
    size_t scratch_bytes;
    uint32_t in_place;    /* bit i: the output may take the place of input i */
    size_t weights_bytes; /* packed weights */
    size_t channel_bytes; /* biases, multipliers, shifts */
} mote_kernel_need;

/* UNSUPPORTED names an operator without a device kernel. */
MOTE_MUST_USE mote_status mote_lower_need(const mote_graph *g, int32_t op, mote_isa isa,
                                          mote_kernel_need *out, mote_err *err);

typedef struct {
    mote_kernel kernel;
    int32_t op; /* index in the graph */
    int32_t n_inputs;
    int32_t inputs[2]; /* tensor indices of the activations */
    int32_t output;
    mote_kernel_need need;
    union {
        mrt_conv conv; /* CONV*, DENSE*, DEPTHWISE*; pointers into the arena */
        mrt_pool pool;
        mrt_add add;
        mrt_mul mul;
        mrt_softmax softmax;
        mrt_lut lut;                  /* table in the arena */
        mrt_conv_params_f32 conv_f32; /* pointers into the arena */
        mrt_pool_params_f32 pool_f32;
        mrt_pair_f32 pair_f32;
        mrt_elements_f32 elements_f32;
    } u;
} mote_call;

typedef struct {
    mote_arena arena; /* owns calls and constants */
    mote_call *calls; /* one per operator, in order */
    int32_t n_calls;
} mote_lowered;

/* Lower a whole graph, all of it int8 or all of it float32. Errors: UNSUPPORTED an operator or type
 * without kernel; RANGE quantisation that the arithmetic cannot hold (an accumulator that could
 * overflow 32 bits, differing scales around a pool, ...); the message names the operator.
 * mote_lowered_release frees; the graph may go before it. */
MOTE_MUST_USE mote_status mote_lower(const mote_graph *g, mote_isa isa, mote_lowered *out,
                                     mote_err *err);
void mote_lowered_release(mote_lowered *l);

/* Run one call. in[i] and out are the activations, in their types, scratch at least
 * need.scratch_bytes. */
void mote_call_run(const mote_call *c, const int8_t *const in[2], int8_t *out, void *scratch);

/* The member of u that holds a kernel's parameters. */
typedef enum {
    MOTE_PARAMS_conv,
    MOTE_PARAMS_pool,
    MOTE_PARAMS_add,
    MOTE_PARAMS_mul,
    MOTE_PARAMS_softmax,
    MOTE_PARAMS_lut,
    MOTE_PARAMS_conv_f32,
    MOTE_PARAMS_pool_f32,
    MOTE_PARAMS_pair_f32,
    MOTE_PARAMS_elements_f32,
    MOTE_N_PARAMS
} mote_kernel_params;

mote_kernel_params mote_kernel_params_of(mote_kernel k); /* N_PARAMS for NONE */
const char *mote_kernel_name(mote_kernel k);             /* "CONV"; "" for NONE */
const char *mote_kernel_function(mote_kernel k);         /* "mrt_conv_s8"; "" for NONE */
const char *mote_kernel_source(mote_kernel k);           /* "mrt_conv.c" */
bool mote_kernel_has_scratch(mote_kernel k);             /* takes a scratch argument */

/* real = multiplier * 2^(shift - 31), multiplier 0 or in [2^30, 2^31). TensorFlow Lite's
 * QuantizeMultiplier: the fraction of frexp rounded half away from zero; below 2^-32: 0. */
void mote_quantize_multiplier(double real, int32_t *multiplier, int32_t *shift);

#endif
