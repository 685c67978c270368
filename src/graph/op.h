/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator is: a class {properties, shape, check, macs, run, need, lower}, one file each in
 * graph/ops/. Everything that works on graphs asks the class and does not know the kinds.
 *
 * Depends on graph.h and lower.h. Used inside graph/, and by the passes of learn/, compress/ and
 * compile/ that ask for properties. */
#ifndef MOTE_GRAPH_OP_H
#define MOTE_GRAPH_OP_H

#include "graph/graph.h"
#include "graph/lower.h"

enum {
    MOTE_OP_TRAINING = 1u << 0,    /* in training graphs only: folding takes it out */
    MOTE_OP_WEIGHTED = 1u << 1,    /* inputs: activation, weights, bias (constants) */
    MOTE_OP_ACTIVATES = 1u << 2,   /* has a fused activation */
    MOTE_OP_KEEPS_QUANT = 1u << 3, /* works on the integers as they are: output scaled like input */
    MOTE_OP_SAME_BYTES = 1u << 4,  /* the output is the input's bytes: no code */
    MOTE_OP_CHANNEL_LAST = 1u << 5, /* WEIGHTED: channels are the last dimension of the weights */
    MOTE_OP_ONE_SCALE = 1u << 6,    /* WEIGHTED: TensorFlow Lite's has one scale for all weights */
    MOTE_OP_ANY_BATCH = 1u << 7,    /* lowered whatever the first dimension is */
    MOTE_OP_IDLE_IN_USE = 1u << 8,  /* TRAINING: gives back its input, but in training */
    MOTE_OP_ANSWERS = 1u << 9       /* gives probabilities: what is before it tells classes apart */
};

/* A run of the reference interpreter. */
typedef struct {
    const mote_graph *g;
    void **values; /* [n_tensors], in the type of each; constants point at their data */
} mote_run;

typedef struct {
    uint32_t flags;
    int32_t n_activations; /* the first inputs, computed ones */
    int32_t n_constants;   /* the inputs behind them */
    int32_t n_outputs;
    float out_scale; /* 0: by calibration; else the one quantisation of an int8 output */
    int32_t out_zero;

    /* The shapes of the outputs, [n_outputs], after checking that inputs and attributes fit. On
     * entry out holds the wished shapes (RESHAPE takes them); dtype is left alone. */
    mote_status (*shape)(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err);
    /* Types and quantisation. NULL: activations and output all float32, or all int8 of one scale;
     * constants of a WEIGHTED one as they must be. */
    mote_status (*check)(const mote_graph *g, const mote_op *op, mote_err *err);
    /* Multiply-accumulates; NULL: none. */
    int64_t (*macs)(const mote_graph *g, const mote_op *op);
    /* Compute the outputs of a float32 operator of batch 1. */
    void (*run)(const mote_run *r, const mote_op *op);
    /* For an element by itself: y = value(x) and dy/dx, in double. NULL: it is not one. */
    double (*value)(const mote_op_attrs *a, double x);
    double (*slope)(const mote_op_attrs *a, double x, double y);
    /* What its kernel takes, known from shapes alone, and the call with prepared constants (kernel,
     * need, inputs and output are set). NULL: it has no device kernel, it runs on the host. */
    mote_status (*need)(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *out,
                        mote_err *err);
    mote_status (*lower)(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err);
    mote_kernel f32; /* its device kernel on float32; NONE: there is none */
} mote_op_class;

/* Two activations, the second repeated along neighbouring dimensions in which it has one cell:
 * [outer][repeat][inner] by [outer][inner]. repeat 0: they do not fit. */
typedef struct {
    int32_t outer, repeat, inner;
} mote_op_pair;
mote_op_pair mote_op_pair_of(const mote_tensor *a, const mote_tensor *b);

/* NULL when there is no such kind. */
const mote_op_class *mote_op_find(mote_op_kind kind);
/* Whether a kind that exists has a flag. */
bool mote_op_has(mote_op_kind kind, uint32_t flag);

/* The shapes of the outputs of `op`, after checking its lists and then by its class. SHAPE, ARG or
 * UNSUPPORTED otherwise. out [n_outputs] holds the wished shapes on entry. */
MOTE_MUST_USE mote_status mote_op_shape(const mote_graph *g, const mote_op *op, mote_shape *out,
                                        mote_err *err);
MOTE_MUST_USE mote_status mote_op_check(const mote_graph *g, const mote_op *op, mote_err *err);

#endif
