/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a net, shared by net.c, plan.c and the layers.
 *
 * The graph's operators become nodes. A node is one operator that computes, with the batch norm
 * and the ReLU behind it taken in: it stores only its raw output x, and whoever reads the node
 * computes y = clamp(x * scale + shift, low, high) for one sample at a time into scratch that stays
 * in cache ("materialise"). That spares a pass over memory for each batch norm and each ReLU, in
 * both directions:
 *
 *   forward   layer -> x (stored) and the moments of x per sample
 *             all samples done: mean, variance -> scale, shift
 *   backward  the reader of the node leaves dL/dy in g, masked by the clamp, and its two sums
 *             all samples done: gamma, beta gradients and ka, kb, kc with
 *             dL/dx = ka * g + kb * x + kc, which the layer's own backward pass materialises
 *
 * Batch norm's gradient, per channel, N values, s = 1 / sqrt(variance + epsilon), v = x - mean:
 *   dL/dgamma = s * sum(g v), dL/dbeta = sum(g)
 *   dL/dx = gamma s (g - sum(g) / N - v s^2 sum(g v) / N)      (Ioffe and Szegedy 2015, section 3)
 */
#ifndef MOTE_LEARN_NET_INTERNAL_H
#define MOTE_LEARN_NET_INTERNAL_H

#include "learn/net.h"

#define NO_NODE  (-1) /* the graph's input */
#define NO_STATE SIZE_MAX

typedef struct {
    mote_op_kind kind; /* NONE: a copy, to carry a batch norm or ReLU of its own */
    int32_t op;        /* index in the graph, for messages and dropout */
    int32_t value;     /* tensor that readers of the node see */
    mote_op_attrs attrs;
    int32_t n_inputs;
    int32_t inputs[2]; /* nodes */
    int32_t n_readers; /* that the result depends on; 0: a dead end */

    /* Shapes: in [in_h][in_w][in_c] -> out [out_h][out_w][out_c]; vectors have h = w = 1. */
    int32_t in_h, in_w, in_c, out_h, out_w, out_c;
    int32_t kernel_h, kernel_w, dilation_h, dilation_w, pad_h, pad_w;
    int32_t span_h, span_w;           /* cells that a kernel spans */
    int32_t pair[3];                  /* ADD, MUL: [outer][repeat][inner] by [outer][inner] */
    size_t in_elements, out_elements; /* of one sample */

    /* Where its parameters are in the state; NO_STATE: none. */
    size_t weights, bias, gamma, beta, mean, variance;
    size_t n_weights;
    /* Where the pieces of a batch leave their parts of the gradients; see net_part. */
    size_t weights_part, bias_part, gamma_part, beta_part;
    float *turned; /* CONV_2D, DENSE: weights as [k][oc]; DEPTHWISE: with both
                    * kernel axes reversed; made each step */

    /* What readers apply: clamp(x * scale + shift, low, high), per channel of out_c. */
    bool has_norm, is_lazy;
    float epsilon, low, high;
    float *scale, *shift;            /* [out_c] */
    float *centre;                   /* [out_c]: mean of the batch, as subtracted in the sums */
    double *batch_mean, *inverse_sd; /* [out_c] */
    float *ka, *kb, *kc;             /* [out_c] */
    float *sums;                     /* [max_batch][2][out_c]: one pair per sample, both ways */

    float *x; /* [max_batch][out_elements] */
    float *g; /* the same; shared between nodes that do not meet */
    int32_t g_slot;
    bool needs_grad;      /* some parameter at or before it is trained */
    int32_t n_grads_left; /* backward: readers that have not added their part yet */
} net_node;

/* A run of parameters whose gradient is the sum of its parts. */
typedef struct {
    size_t first, part, count;
} part_run;
#define MAX_PART_RUN 4096

struct mote_net {
    const mote_graph *graph;
    mote_net_config cfg;
    mote_pool *pool;
    const mote_kernels *k;
    mote_arena arena;

    net_node *nodes;
    int32_t n_nodes;
    int32_t *node_of; /* tensor -> node */
    int32_t logits;   /* node that the loss reads: before the softmax, if there is one */
    int32_t n_outputs;
    size_t in_elements;

    mote_net_segment *segments;
    size_t n_segments, n_params, n_state;

    float *gradients; /* the caller's, in the backward pass */
    float **scratch;  /* [threads][3 areas] */
    size_t scratch_floats[3];
    float *parts; /* [MAX_PIECES][n_parts]: gradients of each piece */
    size_t n_parts;
    part_run *part_runs; /* where they are added up to */
    size_t n_part_runs;
    float *wide;         /* [max_batch][widest input of a dense layer] */
    float *zeros, *ones; /* [widest channel count]; shift, scale where there is no norm */
    float *outputs;      /* [max_batch][n_outputs]: what is predicted */
    double *slopes;      /* [n_outputs]: of the loss, one sample */

    /* The batch in hand. */
    const float *state;
    const float *inputs;
    int32_t n;
    bool is_training;
    uint64_t step;
    int32_t at; /* node in hand */
};

/* Pieces of a batch: at most 16, by the batch alone, so that sums are cut the same everywhere. */
#define MAX_PIECES 16
typedef struct {
    int32_t first, end;
} sample_range;
int32_t net_n_pieces(int32_t n);
sample_range net_piece(int32_t n, size_t piece);

/* The scratch areas of a worker: 0 gradients of raw outputs, 1 materialised inputs, 2 columns. */
float *net_scratch(const mote_net *net, int32_t worker, int32_t area);
/* The part of a piece, from a weights_part or the like. */
float *net_part(const mote_net *net, size_t piece, size_t part);

/* What node `id` (NO_NODE: the input) gives to its readers for `n` samples from `sample`: borrowed
 * from the node when nothing need be applied, else computed into `into`. */
const float *net_values(const mote_net *net, int32_t id, int32_t sample, int32_t n, float *into);
/* dL/dx of a node for `n` samples: borrowed, or computed into `into`. */
const float *net_raw_grads(const mote_net *net, const net_node *node, int32_t sample, int32_t n,
                           float *into);
/* Where to leave the gradient of input `i` of a node, NULL when nobody needs it; *add: add to what
 * is there. When it is there, net_grads_added. */
float *net_input_grads(const mote_net *net, const net_node *node, int32_t i, int32_t sample,
                       bool *add);
void net_grads_added(const mote_net *net, const net_node *node, int32_t i, int32_t sample,
                     int32_t n);

/* The layers. forward fills node->x of the samples; backward adds to the parts of its piece and
 * leaves gradients for its inputs. is_first: the first samples of the piece, parts are set. */
typedef struct {
    mote_net *net;
    const net_node *node;
    int32_t sample, n; /* samples to do */
    size_t piece;
    int32_t worker;
    bool is_first;
} net_job;

/* What is known of a kind of operator (layers.c). */
typedef struct {
    /* The operator becomes a node, or is taken into one; NULL: no operator. */
    mote_status (*add)(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err);
    int32_t n_params, n_statistics; /* its constants, in the order of its inputs */
    bool is_end;                    /* of classes: where the loss is */

    void (*forward)(const net_job *j), (*backward)(const net_job *j); /* NULL: it is no node */
    bool whole_piece; /* all samples of a piece at once: they are the rows of a product */

    /* Of weights: into node->turned, as the passes want them. */
    void (*turn)(const net_node *n, const float *w);
    /* Dense layers have many weights and few rows a piece, so that parts would be mostly memory
     * traffic: their weights' gradient is one product over the whole batch, cut by columns into so
     * many blocks, after all pieces are done. NULL: it is added up from parts. */
    int32_t (*weight_blocks)(const net_node *n);
    void (*weights)(const mote_net *net, const net_node *n, int32_t block);
    /* Floats of the three scratch areas, where they are others than its output, and the larger of
     * input and output. */
    void (*scratch)(const net_node *n, int32_t max_batch, size_t need[3]);
} net_layer;

/* NULL: no gradient is known. */
const net_layer *net_layer_of(mote_op_kind kind);
mote_status net_add_op(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err);
/* Where a constant of the graph is in the state; NO_STATE: nowhere. */
size_t net_state_of(const mote_net *net, int32_t tensor);

void net_conv_forward(const net_job *j);
void net_conv_backward(const net_job *j);
void net_conv_scratch(const net_node *n, int32_t max_batch, size_t need[3]);
void net_depthwise_forward(const net_job *j);
void net_depthwise_backward(const net_job *j);
void net_depthwise_turn(const net_node *n, const float *w);
void net_depthwise_scratch(const net_node *n, int32_t max_batch, size_t need[3]);
void net_dense_forward(const net_job *j);
void net_dense_backward(const net_job *j);
int32_t net_dense_weight_blocks(const net_node *n);
void net_dense_weights(const mote_net *net, const net_node *n, int32_t block);
void net_dense_scratch(const net_node *n, int32_t max_batch, size_t need[3]);
void net_avg_pool_forward(const net_job *j);
void net_avg_pool_backward(const net_job *j);
void net_max_pool_forward(const net_job *j);
void net_max_pool_backward(const net_job *j);
void net_add_forward(const net_job *j);
void net_add_backward(const net_job *j);
void net_mul_forward(const net_job *j);
void net_mul_backward(const net_job *j);
void net_mul_scratch(const net_node *n, int32_t max_batch, size_t need[3]);
void net_copy_forward(const net_job *j);
void net_copy_backward(const net_job *j);
void net_element_forward(const net_job *j); /* value() and slope() of the operator's class */
void net_element_backward(const net_job *j);
void net_dropout_forward(const net_job *j);
void net_dropout_backward(const net_job *j);
void net_noise_forward(const net_job *j);

/* reduce.c: what the samples and pieces of a batch say together. */
void net_reduce_moments(const mote_net *net, net_node *node, float *state);
void net_reduce_norm_grads(const mote_net *net, net_node *node);
void net_reduce_gradients(mote_net *net); /* into net->gradients */
void net_reduce_loss(mote_net *net, const mote_net_batch *b, bool with_grads, mote_net_result *out);

/* plan.c: state, memory and, by layers.c, nodes of a graph. */
mote_status net_plan(mote_net *net, mote_err *err);

#endif
