/* SPDX-License-Identifier: Apache-2.0 */
/* Gradients of every operator against finite differences of a double-precision reference; the same
 * bytes on every instruction set and number of threads; batch statistics; refusals. */
#include "reference.h"

#include "graph/arch.h"
#include "learn/net.h"

/* ------------------------------------------------------------------ graphs to try */

/* The shape of a keyword spotter, with channel counts that fill no vector. */
static mote_graph *small_ds_cnn(uint64_t seed)
{
    t_builder b;
    t_begin(&b, seed, 11, 6, 1);
    t_conv(&b, 20, 5, 3, 2, MOTE_PAD_SAME, MOTE_ACT_NONE);
    t_norm(&b);
    t_relu(&b);
    t_depthwise(&b, 3, 3, 1, MOTE_PAD_SAME);
    t_norm(&b);
    t_relu(&b);
    t_conv(&b, 7, 1, 1, 1, MOTE_PAD_SAME, MOTE_ACT_NONE);
    t_norm(&b);
    t_relu(&b);
    t_depthwise(&b, 3, 3, 2, MOTE_PAD_SAME);
    t_norm(&b);
    t_relu(&b);
    t_pool(&b, MOTE_OP_AVG_POOL_2D, t_dim(&b, 1), t_dim(&b, 2), 1, MOTE_PAD_VALID);
    t_dropout(&b, 0.3f);
    t_dense(&b, 3, MOTE_ACT_NONE);
    t_softmax(&b);
    return b.g;
}

/* No batch norm before the end: fused clamps, maximum pool, odd kernels, a reshape, a norm behind
 * a dense layer. */
static mote_graph *plain_net(uint64_t seed)
{
    t_builder b;
    t_begin(&b, seed, 9, 8, 3);
    t_conv(&b, 5, 3, 2, 1, MOTE_PAD_VALID, MOTE_ACT_RELU6);
    t_pool(&b, MOTE_OP_MAX_POOL_2D, 2, 3, 2, MOTE_PAD_SAME);
    t_depthwise(&b, 2, 4, 2, MOTE_PAD_SAME);
    t_relu(&b);
    int32_t k = (int32_t)t_elements(b.g, b.at);
    t_op(&b, MOTE_OP_RESHAPE, (mote_op_attrs){0}, &b.at,
         &(mote_tensor_spec){.n_dims = 2, .dims = {1, k}});
    t_dense(&b, 9, MOTE_ACT_RELU);
    t_norm(&b);
    t_dense(&b, 6, MOTE_ACT_NONE);
    t_norm(&b);
    t_relu(&b);
    t_dense(&b, 4, MOTE_ACT_NONE);
    t_softmax(&b);
    return b.g;
}

/* Values read more than once: residual sums, a value added to itself, batch norm on the input, an
 * operator whose result nobody uses. */
static mote_graph *residual_net(uint64_t seed)
{
    t_builder b;
    t_begin(&b, seed, 6, 5, 2);
    t_norm(&b);
    t_conv(&b, 6, 3, 3, 1, MOTE_PAD_SAME, MOTE_ACT_NONE);
    t_norm(&b);
    int32_t shortcut = t_relu(&b);
    t_conv(&b, 6, 3, 3, 1, MOTE_PAD_SAME, MOTE_ACT_NONE);
    int32_t branch = t_norm(&b);
    int32_t sum = t_add(&b, shortcut, branch, MOTE_ACT_RELU);
    t_dropout(&b, 0.5f); /* these are read by nobody */
    t_dense(&b, 3, MOTE_ACT_NONE);
    b.at = sum;
    t_depthwise(&b, 3, 2, 1, MOTE_PAD_SAME);
    int32_t deep = b.at;
    sum = t_add(&b, sum, deep, MOTE_ACT_NONE);
    t_relu(&b);
    t_add(&b, sum, b.at, MOTE_ACT_NONE);
    t_add(&b, b.at, b.at, MOTE_ACT_NONE);
    t_norm(&b);
    t_pool(&b, MOTE_OP_AVG_POOL_2D, 2, 2, 2, MOTE_PAD_SAME);
    t_conv(&b, 4, 2, 2, 2, MOTE_PAD_SAME, MOTE_ACT_RELU);
    t_dense(&b, 5, MOTE_ACT_NONE);
    t_softmax(&b);
    return b.g;
}

/* Pairs of which one is repeated, a value times its own sigmoid, and weights a dilation apart. */
static mote_graph *paired_net(uint64_t seed)
{
    t_builder b;
    t_begin(&b, seed, 7, 6, 2);
    t_conv(&b, 5, 3, 3, 1, MOTE_PAD_SAME, MOTE_ACT_NONE);
    const int32_t wide = t_norm(&b);
    t_op(&b, MOTE_OP_SIGMOID, (mote_op_attrs){0}, &b.at, NULL);
    const int32_t gated = t_op(&b, MOTE_OP_MUL, (mote_op_attrs){0}, (int32_t[]){wide, b.at}, NULL);
    t_pool(&b, MOTE_OP_AVG_POOL_2D, 1, 6, 1, MOTE_PAD_VALID); /* [7,1,5] */
    t_depthwise_dilated(&b, 3, 1, 2, 1);
    t_norm(&b);
    t_relu(&b);
    t_op(&b, MOTE_OP_DROPOUT, (mote_op_attrs){.rate = 0.3f, .whole_channels = 1}, &b.at, NULL);
    const int32_t sum = t_add(&b, gated, b.at, MOTE_ACT_RELU);
    t_depthwise_dilated(&b, 2, 3, 3, 2);
    t_pool(&b, MOTE_OP_AVG_POOL_2D, 7, 6, 1, MOTE_PAD_VALID); /* [1,1,5] */
    t_op(&b, MOTE_OP_TANH, (mote_op_attrs){0}, &b.at, NULL);
    t_op(&b, MOTE_OP_MUL, (mote_op_attrs){.activation = MOTE_ACT_RELU}, (int32_t[]){sum, b.at},
         NULL);
    t_op(&b, MOTE_OP_MUL, (mote_op_attrs){0}, (int32_t[]){b.at, b.at}, NULL);
    t_dense(&b, 4, MOTE_ACT_NONE);
    t_softmax(&b);
    return b.g;
}

/* As others build: zeros around a window more on one side than on the other, leaks and bounds. */
static mote_graph *foreign_net(uint64_t seed)
{
    t_builder b;
    t_begin(&b, seed, 7, 6, 2);
    t_conv_as(&b, 5, 3, 3,
              (mote_op_attrs){.padding = MOTE_PAD_VALID,
                              .stride_h = 1,
                              .stride_w = 2,
                              .bottom = 2,
                              .left = 1,
                              .right = 2});
    t_op(&b, MOTE_OP_LEAKY_RELU, (mote_op_attrs){.bound = 0.2f}, &b.at, NULL);
    t_op(&b, MOTE_OP_MAXIMUM, (mote_op_attrs){.bound = -0.1f}, &b.at, NULL);
    t_depthwise_as(&b, 3, 2,
                   (mote_op_attrs){.padding = MOTE_PAD_VALID,
                                   .stride_h = 2,
                                   .stride_w = 1,
                                   .top = 1,
                                   .bottom = 2,
                                   .right = 1});
    t_op(&b, MOTE_OP_LEAKY_RELU, (mote_op_attrs){.bound = 0}, &b.at, NULL);
    t_conv_as(&b, 4, 1, 3,
              (mote_op_attrs){
                  .padding = MOTE_PAD_VALID, .stride_h = 1, .stride_w = 1, .left = 2, .right = 1});
    t_dense(&b, 4, MOTE_ACT_NONE);
    t_softmax(&b);
    return b.g;
}

/* An architecture as it is built, on 8 x 5 values. */
static mote_graph *architecture(const char *name, uint64_t seed)
{
    mote_err err;
    mote_arch a;
    mote_arch_default(&a, 8, 5, 3);
    memset(a.name, 0, sizeof a.name);
    snprintf(a.name, sizeof a.name, "%s", name);
    a.channels = 6;
    a.n_blocks = 2;
    a.width = 0.05f;
    a.hidden[0] = a.hidden[1] = 7;
    a.bottleneck = 4;
    mote_rng rng;
    mote_rng_init(&rng, seed);
    mote_graph *g = NULL;
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    return g;
}

static mote_graph *conv1d(uint64_t seed)
{
    return architecture("conv1d", seed);
}

static mote_graph *linear(uint64_t seed)
{
    return architecture("linear", seed);
}

static mote_graph *mobilenet(uint64_t seed)
{
    return architecture("mobilenet", seed);
}

static mote_graph *tc_resnet(uint64_t seed)
{
    return architecture("tc-resnet", seed);
}

static mote_graph *bc_resnet(uint64_t seed)
{
    return architecture("bc-resnet", seed);
}

static mote_graph *sparknet(uint64_t seed)
{
    return architecture("sparknet", seed);
}

static mote_graph *autoencoder(uint64_t seed)
{
    return architecture("autoencoder", seed);
}

typedef mote_graph *graph_fn(uint64_t seed);
static graph_fn *const graphs[] = {small_ds_cnn, plain_net, residual_net, paired_net, foreign_net,
                                   conv1d,       linear,    mobilenet,    tc_resnet,  autoencoder};

/* ------------------------------------------------------------------ a batch */

typedef struct {
    mote_graph *g;
    int32_t n, max_batch;
    float *inputs, *targets, *weights;
    size_t n_classes;
    mote_net_batch batch;
} problem;

static void problem_init(problem *p, mote_graph *g, int32_t n, uint64_t seed, bool soft)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    size_t in = t_elements(g, g->inputs[0]), c = t_elements(g, g->outputs[0]);
    *p = (problem){.g = g, .n = n, .max_batch = n + 3, .n_classes = c};
    p->inputs = calloc((size_t)n * in, sizeof(float));
    p->targets = calloc((size_t)n * c, sizeof(float));
    p->weights = calloc(c, sizeof(float));
    for (size_t i = 0; i < (size_t)n * in; i++)
        p->inputs[i] = (float)mote_rng_normal(&rng);
    for (size_t i = 0; i < c; i++)
        p->weights[i] = (float)mote_rng_range(&rng, 0.5, 2.0);
    for (int32_t i = 0; i < n; i++) {
        float part = soft ? 0.75f : 1.0f;
        p->targets[(size_t)i * c + mote_rng_below(&rng, (uint32_t)c)] += part;
        p->targets[(size_t)i * c + mote_rng_below(&rng, (uint32_t)c)] += 1.0f - part;
    }
    p->batch = (mote_net_batch){.inputs = p->inputs,
                                .targets = p->targets,
                                .class_weights = soft ? p->weights : NULL,
                                .label_smoothing = soft ? 0.1f : 0.0f,
                                .n = n,
                                .step = 5};
}

static void problem_release(problem *p)
{
    free(p->inputs);
    free(p->targets);
    free(p->weights);
    mote_graph_destroy(p->g);
}

/* State and gradient of the problem by one build of the kernels on one number of threads. */
typedef struct {
    float *state, *grads;
    size_t n_params, n_state;
    mote_net_result result;
} answer;

static bool solve(const problem *p, mote_simd simd, int32_t n_threads, answer *a)
{
    mote_err err;
    const mote_kernels *k;
    if (mote_kernels_get(simd, &k, NULL) != MOTE_OK)
        return false;
    mote_pool *pool = NULL;
    if (n_threads > 1)
        T_OK(mote_pool_create(n_threads, &pool, &err));
    mote_net *net;
    T_OK(mote_net_create(p->g,
                         &(mote_net_config){.max_batch = p->max_batch, .seed = 77, .simd = simd},
                         pool, &net, &err));
    a->n_params = mote_net_n_params(net);
    a->n_state = mote_net_n_state(net);
    a->state = calloc(a->n_state, sizeof(float));
    a->grads = calloc(a->n_params, sizeof(float));
    mote_net_read(net, p->g, a->state);
    for (size_t i = 0; i < a->n_params; i++)
        a->grads[i] = 1e9f; /* whatever was there is overwritten */
    mote_net_gradient(net, a->state, &p->batch, a->grads, &a->result);
    mote_net_destroy(net);
    mote_pool_destroy(pool);
    return true;
}

static void answer_release(answer *a)
{
    free(a->state);
    free(a->grads);
}

/* ------------------------------------------------------------------ gradients */

/* Of one parameter tensor. The reference is exact to about 1e-9. The float32 gradient is a sum of
 * some 1e3 products rounded to 6e-8 each: errors of 1e-5 of the largest gradient of the tensor are
 * already unlucky; batch norm divides by small deviations and may cost another digit. */
static void check_tensor(const problem *p, t_ref *ref, int32_t tensor, const float *grads)
{
    double *values = ref->values[tensor], worst = 0.0, largest = 1e-3;
    const double h = 1e-6;
    const float *w = p->batch.class_weights;
    double smooth = (double)p->batch.label_smoothing;
    /* At most 40 values of a tensor, spread over it: the reference is slow. */
    size_t n = t_elements(p->g, tensor), stride = 1 + n / 40;
    for (size_t i = 0; i < n; i += stride) {
        double keep = values[i];
        values[i] = keep + h;
        double up = t_ref_loss(ref, p->targets, w, smooth);
        values[i] = keep - h;
        double down = t_ref_loss(ref, p->targets, w, smooth);
        values[i] = keep;
        double want = (up - down) / (2.0 * h);
        worst = fmax(worst, fabs(want - (double)grads[i]));
        largest = fmax(largest, fabs(want));
    }
    if (!(worst <= 1e-4 * largest))
        fail_msg("'%s': gradient off by %g, the largest is %g", p->g->tensors[tensor].name, worst,
                 largest);
}

static void gradients_equal_finite_differences(void **unused)
{
    (void)unused;
    mote_err err;
    for (size_t kind = 0; kind < T_COUNT(graphs); kind++) {
        for (int32_t round = 0; round < 2; round++) {
            problem p;
            problem_init(&p, graphs[kind](3 + kind), round ? 21 : 5, 11 + kind, round == 1);
            mote_net *net;
            T_OK(mote_net_create(p.g, &(mote_net_config){.max_batch = p.max_batch, .seed = 77},
                                 NULL, &net, &err));
            answer a;
            assert_true(solve(&p, MOTE_SIMD_AUTO, 1, &a));
            t_ref ref;
            t_ref_init(&ref, p.g, p.n, p.inputs, p.max_batch, 77, 5);
            double loss =
                t_ref_loss(&ref, p.targets, p.batch.class_weights, (double)p.batch.label_smoothing);
            assert_true(fabs(loss - a.result.loss) < 1e-5 * (1.0 + loss));
            size_t n_segments;
            const mote_net_segment *s = mote_net_segments(net, &n_segments);
            for (size_t i = 0; i < n_segments && s[i].first < a.n_params; i++)
                check_tensor(&p, &ref, s[i].tensor, a.grads + s[i].first);
            t_ref_release(&ref);
            answer_release(&a);
            mote_net_destroy(net);
            problem_release(&p);
        }
    }
}

/* ------------------------------------------------------------------ same bytes */

/* Of architectures of many layers one direction of all parameters at once: the reference takes too
 * long for one after another, and paired_net has every operator of theirs. */
static void gradients_of_deep_architectures_equal_a_finite_difference(void **unused)
{
    (void)unused;
    mote_err err;
    static graph_fn *const deep[] = {bc_resnet, sparknet};
    for (size_t kind = 0; kind < T_COUNT(deep); kind++) {
        problem p;
        problem_init(&p, deep[kind](3), 5, 11, false);
        mote_net *net;
        T_OK(mote_net_create(p.g, &(mote_net_config){.max_batch = p.max_batch, .seed = 77}, NULL,
                             &net, &err));
        answer a;
        assert_true(solve(&p, MOTE_SIMD_AUTO, 1, &a));
        size_t n_segments;
        const mote_net_segment *s = mote_net_segments(net, &n_segments);
        double along = 0.0, loss[2];
        const double h = 1e-6;
        for (int side = 0; side < 2; side++) {
            mote_rng rng;
            mote_rng_init(&rng, 5);
            t_ref ref;
            t_ref_init(&ref, p.g, p.n, p.inputs, p.max_batch, 77, 5);
            for (size_t i = 0; i < n_segments && s[i].first < a.n_params; i++)
                for (size_t k = 0; k < s[i].count; k++) {
                    const double step = s[i].is_trained ? mote_rng_normal(&rng) : 0.0;
                    ref.values[s[i].tensor][k] += (side ? h : -h) * step;
                    along += side ? step * (double)a.grads[s[i].first + k] : 0.0;
                }
            loss[side] =
                t_ref_loss(&ref, p.targets, p.batch.class_weights, (double)p.batch.label_smoothing);
            t_ref_release(&ref);
        }
        const double want = (loss[1] - loss[0]) / (2.0 * h);
        if (!(fabs(want - along) < 1e-3 * (1.0 + fabs(want))))
            fail_msg("graph %zu: %g along the gradient, %g", kind, along, want);
        answer_release(&a);
        mote_net_destroy(net);
        problem_release(&p);
    }
}

static void all_builds_and_thread_counts_give_the_same_bytes(void **unused)
{
    (void)unused;
    static const mote_simd levels[] = {MOTE_SIMD_PORTABLE, MOTE_SIMD_AVX2, MOTE_SIMD_AVX512};
    int32_t n_tried = 0;
    for (size_t kind = 0; kind < T_COUNT(graphs); kind++) {
        problem p;
        problem_init(&p, graphs[kind](30 + kind), 37, 5, true);
        answer first;
        assert_true(solve(&p, MOTE_SIMD_PORTABLE, 1, &first));
        for (size_t l = 0; l < T_COUNT(levels); l++) {
            for (int32_t threads = 1; threads <= 3; threads++) {
                answer a;
                if (!solve(&p, levels[l], threads, &a)) {
                    print_message("this processor has no level %d\n", (int)levels[l]);
                    break;
                }
                assert_memory_equal(a.state, first.state, a.n_state * sizeof(float));
                assert_memory_equal(a.grads, first.grads, a.n_params * sizeof(float));
                assert_memory_equal(&a.result.loss, &first.result.loss, sizeof a.result.loss);
                answer_release(&a);
                n_tried++;
            }
        }
        answer_release(&first);
        problem_release(&p);
    }
    assert_true(n_tried >= 9);
}

/* ------------------------------------------------------------------ statistics */

static void running_statistics_move_by_momentum_and_serve_prediction(void **unused)
{
    (void)unused;
    mote_err err;
    t_builder b;
    t_begin(&b, 1, 1, 1, 2);
    t_norm(&b);
    t_dense(&b, 2, MOTE_ACT_NONE);
    t_softmax(&b);
    mote_net *net;
    T_OK(mote_net_create(b.g, &(mote_net_config){.max_batch = 4, .norm_momentum = 0.25f}, NULL,
                         &net, &err));
    float *state = calloc(mote_net_n_state(net), sizeof(float)),
          *grads = calloc(mote_net_n_params(net), sizeof(float));
    mote_net_read(net, b.g, state);
    /* Channel 0: 1 2 3 6, mean 3, sum of squares about it 14; channel 1: all 5. */
    const float inputs[8] = {1, 5, 2, 5, 3, 5, 6, 5}, targets[8] = {1, 0, 1, 0, 0, 1, 0, 1};
    mote_net_batch batch = {.inputs = inputs, .targets = targets, .n = 4};
    mote_net_result out;
    mote_net_gradient(net, state, &batch, grads, &out);
    const float *stats = state + mote_net_n_params(net);
    assert_true(fabsf(stats[0] - 0.75f) < 1e-6f && fabsf(stats[1] - 1.25f) < 1e-6f);
    assert_true(fabsf(stats[2] - (0.75f + 0.25f * 14.0f / 3.0f)) < 1e-6f); /* unbiased: / (4 - 1) */
    assert_true(fabsf(stats[3] - 0.75f) < 1e-6f);

    /* Prediction uses them: the reference interpreter of the graph says the same. */
    mote_net_write(net, state, b.g);
    for (int32_t s = 0; s < 4; s++) {
        float want[2], probs[2];
        T_OK(mote_graph_run_f32(b.g, inputs + 2 * s, want, NULL, NULL, &err));
        mote_net_predict(net, state, inputs + 2 * s, 1, probs);
        assert_true(fabsf(probs[0] - want[0]) < 1e-6f && fabsf(probs[1] - want[1]) < 1e-6f);
    }
    free(state);
    free(grads);
    mote_net_destroy(net);
    mote_graph_destroy(b.g);
}

static void prediction_equals_the_reference_interpreter(void **unused)
{
    (void)unused;
    mote_err err;
    for (size_t kind = 0; kind < T_COUNT(graphs); kind++) {
        problem p;
        problem_init(&p, graphs[kind](60 + kind), 7, 4, false);
        mote_net *net;
        T_OK(mote_net_create(p.g, &(mote_net_config){.max_batch = 7}, NULL, &net, &err));
        float *state = calloc(mote_net_n_state(net), sizeof(float)),
              *grads = calloc(mote_net_n_params(net), sizeof(float));
        float *probs = calloc((size_t)p.n * p.n_classes, sizeof(float)),
              *want = calloc(p.n_classes, sizeof(float));
        mote_net_read(net, p.g, state);
        mote_net_result out;
        for (int32_t i = 0; i < 3; i++) /* so that the statistics are not those of the start */
            mote_net_gradient(net, state, &p.batch, grads, &out);
        mote_net_write(net, state, p.g);
        mote_net_predict(net, state, p.inputs, p.n, probs);
        for (int32_t s = 0; s < p.n; s++) {
            T_OK(mote_graph_run_f32(p.g, p.inputs + (size_t)s * t_elements(p.g, p.g->inputs[0]),
                                    want, NULL, NULL, &err));
            for (size_t i = 0; i < p.n_classes; i++)
                assert_true(fabsf(want[i] - probs[(size_t)s * p.n_classes + i]) < 1e-5f);
        }
        free(state);
        free(grads);
        free(probs);
        free(want);
        mote_net_destroy(net);
        problem_release(&p);
    }
}

static void frozen_constants_have_no_gradient(void **unused)
{
    (void)unused;
    mote_err err;
    problem p;
    problem_init(&p, small_ds_cnn(8), 6, 9, false);
    int32_t frozen = p.g->ops[0].inputs[1];
    p.g->tensors[frozen].is_trained = false;
    mote_net *net;
    T_OK(mote_net_create(p.g, &(mote_net_config){.max_batch = p.max_batch, .seed = 77}, NULL, &net,
                         &err));
    answer a;
    assert_true(solve(&p, MOTE_SIMD_AUTO, 1, &a));
    size_t n_segments;
    const mote_net_segment *s = mote_net_segments(net, &n_segments);
    bool others = false;
    for (size_t i = 0; i < n_segments && s[i].first < a.n_params; i++) {
        for (size_t k = 0; k < s[i].count; k++) {
            if (s[i].tensor == frozen)
                assert_true(fabsf(a.grads[s[i].first + k]) <= 0.0f);
            else
                others = others || fabsf(a.grads[s[i].first + k]) > 0.0f;
        }
    }
    assert_true(others);
    answer_release(&a);
    mote_net_destroy(net);
    problem_release(&p);
}

/* ------------------------------------------------------------------ refusals */

static void graphs_that_cannot_be_trained_are_refused_and_named(void **unused)
{
    (void)unused;
    mote_err err;
    mote_net *net = NULL;
    mote_net_config cfg = {.max_batch = 4};
    t_builder b;
    t_begin(&b, 1, 2, 2, 1);
    t_dense(&b, 3, MOTE_ACT_NONE);
    T_FAILS(mote_net_create(b.g, &cfg, NULL, &net, &err), MOTE_UNSUPPORTED, "softmax");
    t_softmax(&b);
    t_dense(&b, 3, MOTE_ACT_NONE);
    t_softmax(&b);
    T_FAILS(mote_net_create(b.g, &cfg, NULL, &net, &err), MOTE_UNSUPPORTED,
            "must be the last operator");
    mote_graph_destroy(b.g);

    t_begin(&b, 1, 2, 2, 1);
    const int32_t both[2] = {b.at, t_const(&b, 4, (const int32_t[]){1, 2, 2, 1}, 0.0, 1.0, false)};
    t_op(&b, MOTE_OP_ADD, (mote_op_attrs){0}, both, NULL);
    t_dense(&b, 3, MOTE_ACT_NONE);
    t_softmax(&b);
    T_FAILS(mote_net_create(b.g, &cfg, NULL, &net, &err), MOTE_UNSUPPORTED, "works on a constant");
    mote_graph_destroy(b.g);

    t_begin(&b, 1, 2, 2, 1);
    t_dense(&b, 3, MOTE_ACT_NONE);
    t_softmax(&b);
    T_FAILS(mote_net_create(b.g, &(mote_net_config){.max_batch = 0}, NULL, &net, &err), MOTE_ARG,
            "batch size");
    T_FAILS(mote_net_create(b.g, &(mote_net_config){.max_batch = 4, .limit_bytes = 2000}, NULL,
                            &net, &err),
            MOTE_NOMEM, "batches of 4");
    assert_null(net);
    mote_graph_destroy(b.g);
}

static void failing_allocations_leave_nothing_behind(void **unused)
{
    (void)unused;
    mote_err err;
    mote_graph *g = residual_net(2);
    mote_net *net = NULL;
    mote_net_config cfg = {.max_batch = 4};
    T_ALLOC_SWEEP(mote_net_create(g, &cfg, NULL, &net, &err), assert_null(net));
    mote_net_destroy(net);
    mote_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_equal_finite_differences),
        cmocka_unit_test(gradients_of_deep_architectures_equal_a_finite_difference),
        cmocka_unit_test(all_builds_and_thread_counts_give_the_same_bytes),
        cmocka_unit_test(running_statistics_move_by_momentum_and_serve_prediction),
        cmocka_unit_test(prediction_equals_the_reference_interpreter),
        cmocka_unit_test(frozen_constants_have_no_gradient),
        cmocka_unit_test(graphs_that_cannot_be_trained_are_refused_and_named),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
