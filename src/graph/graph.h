/* SPDX-License-Identifier: Apache-2.0 */
/* The one graph: tensors, operators, shapes.
 *
 * A single intermediate representation serves the architectures, the trainer, quantisation, the
 * memory planner, the C generator and the exporters. A graph is a list of tensors and a list of
 * operators in an order in which they can run. The structs are open for reading; they are changed
 * only through the functions here, which keep these invariants:
 *   - every operator reads tensors that are graph inputs, constants, or written by an earlier one;
 *   - every tensor that is not an input or a constant is written by exactly one operator;
 *   - shapes, and for int8 the quantisation, fit the rules in ops.def.
 *
 * Depends on base/. Used by learn/, compress/, compile/, evaluate/, serve/. */
#ifndef MOTE_GRAPH_GRAPH_H
#define MOTE_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/tensor.h"
#include "base/text.h"

typedef enum {
    MOTE_OP_NONE = 0,
#define OP(id, name, text) MOTE_OP_##name = id,
#include "graph/ops.def"
#undef OP
    MOTE_OP_END /* one behind the last id */
} mote_op_kind;

/* The numbers of these enums are on disk. SAME as in TensorFlow: the odd cell goes behind. */
typedef enum { MOTE_PAD_VALID = 0, MOTE_PAD_SAME = 1 } mote_padding;
typedef enum { MOTE_ACT_NONE = 0, MOTE_ACT_RELU = 1, MOTE_ACT_RELU6 = 2 } mote_activation;
/* What DATE_PARTS gives, in this order; the last three are two numbers each, sine and cosine. */
typedef enum {
    MOTE_DATE_YEAR = 1,
    MOTE_DATE_MONTH = 2,   /* 1..12 */
    MOTE_DATE_DAY = 4,     /* 1..31 */
    MOTE_DATE_WEEKDAY = 8, /* 0 Monday .. 6 Sunday */
    MOTE_DATE_HOUR = 16,   /* [0, 24), with its fraction */
    MOTE_DATE_DAY_WAVE = 32,
    MOTE_DATE_WEEK_WAVE = 64, /* from Monday */
    MOTE_DATE_YEAR_WAVE = 128,
    MOTE_DATE_ALL = 255
} mote_date_part;
typedef enum { MOTE_ROLE_VALUE = 0, MOTE_ROLE_INPUT = 1, MOTE_ROLE_CONST = 2 } mote_tensor_role;

#define MOTE_MAX_OP_LIST     64 /* inputs, or outputs, of an operator and of a graph */
#define MOTE_NAME_BYTES      48
#define MOTE_MAX_GRAPH_PARTS (1 << 14) /* tensors, and operators; passes are quadratic */

/* Affine quantisation, real = scale * (q - zero_point). n_scales 0: not quantised; 1: one for the
 * whole tensor; more: one per index of dimension `axis`, zero point 0 (weights, biases). */
typedef struct {
    int32_t n_scales;
    int32_t axis;
    int32_t zero_point;
    const float *scales; /* [n_scales], lives as long as the graph */
} mote_quant;

typedef struct {
    char name[MOTE_NAME_BYTES];
    mote_tensor_role role;
    mote_dtype dtype;
    int32_t n_dims;
    int32_t dims[MOTE_MAX_DIMS];
    mote_quant quant;
    void *data;      /* constants: row-major values owned by the graph; else NULL */
    bool is_trained; /* a constant that the optimiser changes (weights, gamma) */
} mote_tensor;

typedef struct {
    mote_padding padding;           /* CONV, DEPTHWISE, pools */
    mote_activation activation;     /* fused; CONV, DEPTHWISE, DENSE, ADD */
    int32_t stride_h, stride_w;     /* >= 1; CONV, DEPTHWISE, pools */
    int32_t window_h, window_w;     /* pools */
    float epsilon;                  /* BATCH_NORM */
    float rate;                     /* DROPOUT: [0, 1); NOISE: a deviation */
    int32_t parts;                  /* DATE_PARTS: bits of mote_date_part, not 0 */
    int32_t dilation_h, dilation_w; /* DEPTHWISE: cells from one weight to the next; 0: 1 */
    int32_t whole_channels;         /* DROPOUT: 1: all of a channel of a sample or none; else 0 */
    float bound;                    /* LEAKY_RELU: the slope below 0; MAXIMUM: the least value */
    /* CONV, DEPTHWISE, VALID: so many rows and columns of zeros are put around the input, fewer
     * than the window is high and wide. */
    int32_t top, bottom, left, right;
} mote_op_attrs; /* on disk: attrs.def */

typedef struct {
    mote_op_kind kind;
    mote_op_attrs attrs;
    int32_t n_inputs, n_outputs;
    int32_t *inputs; /* [n_inputs] tensor indices, owned by the graph */
    int32_t *outputs;
} mote_op;

typedef struct {
    mote_arena arena; /* owns all below */
    mote_tensor *tensors;
    int32_t n_tensors, cap_tensors;
    mote_op *ops;
    int32_t n_ops, cap_ops;
    int32_t n_inputs, n_outputs;
    int32_t *inputs; /* [n_inputs] tensor indices; NULL: none yet */
    int32_t *outputs;
} mote_graph;

/* An empty graph. Its constants may not take more than limit_bytes (0: 1 GB) in all. */
MOTE_MUST_USE mote_status mote_graph_create(size_t limit_bytes, mote_graph **out, mote_err *err);
void mote_graph_destroy(mote_graph *g);
MOTE_MUST_USE mote_status mote_graph_clone(const mote_graph *g, mote_graph **out, mote_err *err);

/* What a tensor is to be. quant NULL: not quantised; it is copied. */
typedef struct {
    const char *name; /* at most 47 bytes */
    mote_dtype dtype;
    int32_t n_dims;
    int32_t dims[MOTE_MAX_DIMS];
    const mote_quant *quant;
} mote_tensor_spec;

/* What a tensor is; name and quantisation borrowed from it. */
mote_tensor_spec mote_tensor_spec_of(const mote_tensor *t);

/* Add a tensor; *id is its index. An input goes behind those that are there; without operators the
 * first input is also the output. Constants get zeroed data, to be filled through
 * g->tensors[id].data. */
MOTE_MUST_USE mote_status mote_graph_add_input(mote_graph *g, const mote_tensor_spec *spec,
                                               int32_t *id, mote_err *err);
MOTE_MUST_USE mote_status mote_graph_add_const(mote_graph *g, const mote_tensor_spec *spec,
                                               int32_t *id, mote_err *err);

/* What an operator is to be. Its class (op.h) says how many inputs and outputs it has. Borrowed. */
typedef struct {
    mote_op_kind kind;
    const mote_op_attrs *attrs;   /* NULL: all 0 */
    const int32_t *inputs;        /* tensors that are there */
    const mote_tensor_spec *outs; /* to be made: name, dtype, quantisation. The shape follows from
                                   * the inputs (RESHAPE takes dims; for others n_dims may be 0, and
                                   * must agree when given) */
} mote_op_spec;

/* Add an operator of one output, which becomes the graph's. SHAPE when the inputs do not fit: the
 * message names the operator and the shapes. */
MOTE_MUST_USE mote_status mote_graph_add_op(mote_graph *g, const mote_op_spec *spec,
                                            int32_t *out_id, mote_err *err);

/* The same for any number of outputs, which become the graph's: out_ids is [n_outputs of the
 * class]. */
MOTE_MUST_USE mote_status mote_graph_add_multi(mote_graph *g, const mote_op_spec *spec,
                                               int32_t *out_ids, mote_err *err);

/* The graph's outputs, 1 to MOTE_MAX_OP_LIST. */
MOTE_MUST_USE mote_status mote_graph_set_outputs(mote_graph *g, const int32_t *ids, int32_t n,
                                                 mote_err *err);

/* UNSUPPORTED, naming `who`, unless there is one input and one output. */
MOTE_MUST_USE mote_status mote_graph_one_to_one(const mote_graph *g, const char *who,
                                                mote_err *err);

/* Check every invariant above; for graphs that come from outside. */
MOTE_MUST_USE mote_status mote_graph_validate(const mote_graph *g, mote_err *err);

/* Whether every tensor is float32, constants too: what folding and the interpreter read. */
bool mote_graph_is_f32(const mote_graph *g);

/* Does it give probabilities: the output of its last operator, a softmax? */
bool mote_graph_answers(const mote_graph *g);

int64_t mote_tensor_elements(const mote_tensor *t);
size_t mote_tensor_bytes(const mote_tensor *t);
const char *mote_op_text(mote_op_kind kind); /* "conv_2d" */

/* Cells of padding before the first row or column, and the size of the output: TensorFlow's rule,
 * SAME: out = ceil(in / stride), before = total / 2 with
 * total = max((out - 1) * stride + window - in, 0);
 * VALID: out = ceil((in - window + 1) / stride). */
int32_t mote_pad_before(mote_padding padding, int32_t in, int32_t window, int32_t stride);
int32_t mote_out_size(mote_padding padding, int32_t in, int32_t window, int32_t stride);

/* Multiply-accumulates of one inference (CONV, DEPTHWISE, DENSE), and values of all constants. */
int64_t mote_graph_op_macs(const mote_graph *g, int32_t op);
int64_t mote_graph_macs(const mote_graph *g);
int64_t mote_graph_params(const mote_graph *g);

/* Saved form, docs/formats/graph.md. Save writes version 2. Load reads 1 and 2, bounds everything
 * by the bytes present and validates; UNSUPPORTED names what a newer program made. */
void mote_graph_save(const mote_graph *g, mote_buf *out);
MOTE_MUST_USE mote_status mote_graph_load(const void *bytes, size_t n, mote_graph **out,
                                          mote_err *err);

/* Reference interpreter for batch 1: slow, clear, float32 with sums in double. in[i] holds the
 * elements of input i in its type, out[i] gets those of output i; `observe` (NULL: none) is called
 * with every float32 input and computed tensor (calibration, tests). Errors: UNSUPPORTED an
 * operator that runs on int8 alone. */
typedef void mote_graph_observer(void *arg, int32_t tensor, const float *values, int64_t n);
/* lint: unused_exports: graphs of the program have one of each, those of tests have more */
MOTE_MUST_USE mote_status mote_graph_run(const mote_graph *g, const void *const *in,
                                         void *const *out, mote_graph_observer *observe, void *arg,
                                         mote_err *err);
/* The same with one float32 input and one float32 output. */
MOTE_MUST_USE mote_status mote_graph_run_f32(const mote_graph *g, const float *in, float *out,
                                             mote_graph_observer *observe, void *arg,
                                             mote_err *err);

#endif
