/* SPDX-License-Identifier: Apache-2.0 */
/* The losses: by themselves against their formulas in double, and through a network against finite
 * differences in double; and that a network trained on values learns them. */
#include "reference.h"

#include "learn/loss.h"
#include "learn/trainer.h"

static const struct {
    mote_loss loss;
    const char *name;
} losses[] = {
    {{MOTE_LOSS_MSE, 0}, "mse"},
    {{MOTE_LOSS_MAE, 0}, "mae"},
    {{MOTE_LOSS_HUBER, 0.7f}, "huber"},
    {{MOTE_LOSS_HUBER, 0}, "huber"}, /* delta 1 */
};

/* One error, by the formula. */
static double error_of(const mote_loss *l, double d)
{
    double delta = l->huber_delta > 0 ? (double)l->huber_delta : 1.0, a = fabs(d);
    if (l->kind == MOTE_LOSS_MSE)
        return d * d;
    if (l->kind == MOTE_LOSS_MAE)
        return a;
    return a <= delta ? d * d / 2.0 : delta * (a - delta / 2.0);
}

static void each_loss_and_its_slope_are_the_formula(void **state)
{
    (void)state;
    const float z[] = {0.0f, 1.5f, -2.0f, 0.25f, 1.0f}, t[] = {0.5f, 1.25f, 1.0f, 0.25f, -3.0f};
    enum { N = 5 };
    const mote_loss_sample sample = {z, t, N};
    for (size_t k = 0; k < T_COUNT(losses); k++) {
        float y[N];
        double grad[N], sum = 0;
        double got = mote_loss_of(&losses[k].loss, &sample, 0.0, y, grad);
        for (int i = 0; i < N; i++) {
            double d = (double)z[i] - (double)t[i], h = 1e-6;
            sum += error_of(&losses[k].loss, d) / N;
            double slope = (error_of(&losses[k].loss, d + h) - error_of(&losses[k].loss, d - h)) /
                           (2 * h * N); /* of MAE at 0 it is 0, as stated */
            assert_true(fabs(grad[i] - slope) < 1e-7);
            assert_float_equal(y[i], z[i], 0);
        }
        assert_true(fabs(got - sum) < 1e-12);
        assert_string_equal(mote_loss_row_get(losses[k].loss.kind)->name, losses[k].name);
    }
}

static void every_answer_has_a_loss_that_fits_it(void **state)
{
    (void)state;
    for (int k = 0; k < MOTE_N_LOSSES; k++) {
        const mote_loss_row *row = mote_loss_row_get((mote_loss_kind)k);
        assert_int_equal(mote_loss_find(row->name), k);
        assert_int_equal(mote_loss_is_of_classes((mote_loss_kind)k),
                         (row->answers & MOTE_ONE_OF(MOTE_ANSWER_CLASS)) != 0);
        assert_int_equal(row->preset_of & ~row->answers, 0);
    }
    assert_int_equal(mote_loss_find("hinge"), MOTE_N_LOSSES);
    assert_int_equal(mote_loss_preset(MOTE_ANSWER_CLASS), MOTE_LOSS_SOFTMAX);
    assert_int_equal(mote_loss_preset(MOTE_ANSWER_VALUE), MOTE_LOSS_MSE);
    assert_int_equal(mote_loss_preset(MOTE_ANSWER_ANOMALY), MOTE_LOSS_MSE);
    mote_err err;
    const mote_loss bad = {MOTE_LOSS_HUBER, NAN};
    T_FAILS(mote_loss_check(&bad, &err), MOTE_ARG, "delta");
}

/* ---- through a network ---- */

enum { H = 5, W = 4, C = 2, N_OUT = 3, N = 7 };

/* It ends in a view of its values, so that the reference runs all that computes. */
static mote_graph *value_net(uint64_t seed)
{
    t_builder b;
    t_begin(&b, seed, H, W, C);
    t_conv(&b, 6, 3, 3, 1, MOTE_PAD_SAME, MOTE_ACT_NONE);
    t_norm(&b);
    t_relu(&b);
    t_pool(&b, MOTE_OP_AVG_POOL_2D, 2, 2, 2, MOTE_PAD_SAME);
    t_dense(&b, N_OUT, MOTE_ACT_NONE);
    const mote_tensor_spec shape = {.n_dims = 2, .dims = {1, N_OUT}};
    t_op(&b, MOTE_OP_RESHAPE, (mote_op_attrs){0}, &b.at, &shape);
    return b.g;
}

static double reference_loss(const t_ref *r, const mote_loss *l, const float *targets)
{
    int32_t at = t_ref_forward(r);
    double sum = 0;
    for (int i = 0; i < N * N_OUT; i++)
        sum += error_of(l, r->values[at][i] - (double)targets[i]) / (N * N_OUT);
    return sum;
}

static void check_tensor(t_ref *ref, int32_t tensor, const mote_loss *l, const float *targets,
                         const float *grads)
{
    double worst = 0.0, largest = 1e-3;
    const double h = 1e-6;
    for (size_t i = 0, n = t_elements(ref->g, tensor); i < n; i += 1 + n / 30) {
        double *v = &ref->values[tensor][i], keep = *v;
        *v = keep + h;
        double up = reference_loss(ref, l, targets);
        *v = keep - h;
        double down = reference_loss(ref, l, targets), want = (up - down) / (2.0 * h);
        *v = keep;
        worst = fmax(worst, fabs(want - (double)grads[i]));
        largest = fmax(largest, fabs(want));
    }
    if (!(worst <= 1e-4 * largest))
        fail_msg("'%s': gradient off by %g, the largest is %g", ref->g->tensors[tensor].name, worst,
                 largest);
}

static void gradients_of_values_equal_finite_differences(void **state)
{
    (void)state;
    mote_err err;
    float x[N * H * W * C], targets[N * N_OUT];
    mote_rng rng;
    mote_rng_init(&rng, 4);
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (float)mote_rng_normal(&rng);
    for (size_t i = 0; i < T_COUNT(targets); i++)
        targets[i] = (float)(2.0 * mote_rng_normal(&rng));
    for (size_t k = 0; k < T_COUNT(losses); k++) {
        mote_graph *g = value_net(9);
        mote_net *net;
        const mote_net_config cfg = {.max_batch = N, .seed = 1, .loss = losses[k].loss};
        T_OK(mote_net_create(g, &cfg, NULL, &net, &err));
        assert_int_equal(mote_net_n_outputs(net), N_OUT);
        float *values = calloc(mote_net_n_state(net), sizeof *values),
              *grads = calloc(mote_net_n_params(net), sizeof *grads);
        mote_net_read(net, g, values);
        const mote_net_batch batch = {.inputs = x, .targets = targets, .n = N, .step = 5};
        mote_net_result result;
        mote_net_gradient(net, values, &batch, grads, &result);
        t_ref ref;
        t_ref_init(&ref, g, N, x, N, 1, 5);
        double want = reference_loss(&ref, &losses[k].loss, targets);
        assert_true(fabs(result.loss - want) < 1e-5 * (1.0 + want));
        assert_int_equal(result.n_correct, 0);
        size_t n_segments;
        const mote_net_segment *s = mote_net_segments(net, &n_segments);
        for (size_t i = 0; i < n_segments && s[i].first < mote_net_n_params(net); i++)
            check_tensor(&ref, s[i].tensor, &losses[k].loss, targets, grads + s[i].first);
        t_ref_release(&ref);
        free(values);
        free(grads);
        mote_net_destroy(net);
        mote_graph_destroy(g);
    }
}

/* ---- training ---- */

enum { N_TRAIN = 256, N_IN = H * W * C };

static void a_network_learns_values(void **state)
{
    (void)state;
    mote_err err;
    static float x[N_TRAIN * N_IN], y[N_TRAIN * N_OUT];
    mote_rng rng;
    mote_rng_init(&rng, 8);
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (float)mote_rng_normal(&rng);
    for (int i = 0; i < N_TRAIN; i++)
        for (int k = 0; k < N_OUT; k++)
            y[i * N_OUT + k] = 3.0f * x[i * N_IN + k] - x[i * N_IN + 7] + (float)k;
    const mote_train_set d = {.inputs = x, .values = y, .n = N_TRAIN};
    const mote_batch_source source = mote_source_memory(&d);
    for (size_t k = 0; k < T_COUNT(losses); k++) {
        t_builder b;
        t_begin(&b, 3, H, W, C);
        t_dense(&b, N_OUT, MOTE_ACT_NONE);
        mote_train_config cfg;
        mote_train_result result;
        mote_train_default(&cfg);
        cfg.loss = losses[k].loss;
        cfg.n_epochs = 60;
        cfg.rate = 0.05;
        cfg.keep = MOTE_KEEP_MOST_ACCURATE; /* there is no accuracy: the least loss is kept */
        mote_arena a;
        mote_arena_init(&a, 1 << 22);
        const mote_train_job job = {.config = &cfg, .source = &source, .validation = &d};
        T_OK(mote_train(b.g, &job, &a, &result, &err));
        assert_true(result.history[0].val_loss > 0.3);
        assert_true(result.history[result.best_epoch].val_loss < 0.05);
        for (int32_t e = 0; e < result.n_epochs; e++)
            assert_true(result.history[e].val_loss >= result.history[result.best_epoch].val_loss);
        mote_arena_release(&a);
        mote_graph_destroy(b.g);
    }
}

static void what_a_loss_does_not_know_is_refused(void **state)
{
    (void)state;
    mote_err err;
    static float x[N_IN], y[N_OUT] = {0, NAN, 0}, weights[N_OUT] = {1, 1, 1};
    static const int32_t label = 0;
    const mote_train_set values = {.inputs = x, .values = y, .n = 1},
                         labels = {.inputs = x, .labels = &label, .n = 1};
    const mote_batch_source source = mote_source_memory(&values);
    mote_train_config cfg;
    mote_train_result result;
    mote_train_default(&cfg);
    cfg.loss.kind = MOTE_LOSS_MSE;
    t_builder b;
    t_begin(&b, 3, H, W, C);
    t_dense(&b, N_OUT, MOTE_ACT_NONE);
    mote_arena a;
    mote_arena_init(&a, 1 << 22);
#define TRAIN(val) mote_train(b.g, &(mote_train_job){&cfg, &source, val, {0}}, &a, &result, &err)
    const mote_train_set none = {.n = 0};
    T_FAILS(TRAIN(&none), MOTE_RANGE, "value 1 of sample 0 is no number");
    T_FAILS(TRAIN(&values), MOTE_RANGE, "validation: value 1 of sample 0");
    T_FAILS(TRAIN(&labels), MOTE_ARG, "has no values, which the loss 'mse' reads");
    cfg.class_weights = weights;
    T_FAILS(TRAIN(&none), MOTE_ARG, "not for the loss 'mse'");
    cfg.class_weights = NULL;
    cfg.loss.kind = MOTE_LOSS_SOFTMAX;
    T_FAILS(TRAIN(&none), MOTE_UNSUPPORTED, "must end in a softmax");
    t_softmax(&b);
    cfg.loss.kind = MOTE_LOSS_MAE;
    T_FAILS(TRAIN(&none), MOTE_UNSUPPORTED, "gives no values for the loss 'mae'");
    mote_arena_release(&a);
    mote_graph_destroy(b.g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_loss_and_its_slope_are_the_formula),
        cmocka_unit_test(every_answer_has_a_loss_that_fits_it),
        cmocka_unit_test(gradients_of_values_equal_finite_differences),
        cmocka_unit_test(a_network_learns_values),
        cmocka_unit_test(what_a_loss_does_not_know_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
