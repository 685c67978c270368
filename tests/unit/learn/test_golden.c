/* SPDX-License-Identifier: Apache-2.0 */
/* A small DS-CNN against PyTorch in double precision (tests/golden/make_learn.py): loss, every
 * gradient, and parameters and running statistics after four steps of AdamW and of SGD.
 *
 * Tolerances: the golden values are exact to 1e-9; float32 rounds each of some hundred terms of a
 * gradient to 6e-8, and batch norm over 75 values may lose a digit: 1e-5 of the largest gradient.
 * Adam's first steps divide gradients by their own size, so that a relative error of 1e-5 in a
 * small gradient becomes 1e-5 of the rate: parameters within 1e-5. */
#include "reference.h"

#include <jansson.h>

#include "learn/optim.h"

enum { H = 10, W = 6, N = 5, CLASSES = 4 };

static json_t *golden;

static size_t numbers(const json_t *holder, const char *key, float *out, size_t room)
{
    const json_t *a = json_object_get(holder, key);
    size_t n = json_array_size(a);
    assert_true(n > 0 && n <= room);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)json_number_value(json_array_get(a, i));
    return n;
}

static mote_graph *model(void)
{
    t_builder b;
    t_begin(&b, 1, H, W, 1);
    t_conv(&b, 6, 4, 3, 2, MOTE_PAD_SAME, MOTE_ACT_NONE);
    t_norm(&b);
    t_relu(&b);
    t_depthwise(&b, 3, 3, 1, MOTE_PAD_SAME);
    t_norm(&b);
    t_relu(&b);
    t_conv(&b, 5, 1, 1, 1, MOTE_PAD_SAME, MOTE_ACT_NONE);
    t_norm(&b);
    t_relu(&b);
    t_pool(&b, MOTE_OP_AVG_POOL_2D, t_dim(&b, 1), t_dim(&b, 2), 1, MOTE_PAD_VALID);
    t_dense(&b, CLASSES, MOTE_ACT_NONE);
    t_softmax(&b);
    return b.g;
}

static void check_all(const char *what, const json_t *holder, const char *key, const float *got,
                      size_t n, double tolerance)
{
    float want[1024];
    assert_int_equal(numbers(holder, key, want, T_COUNT(want)), n);
    double largest = 1.0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)want[i]));
    for (size_t i = 0; i < n; i++) {
        if (!(fabs((double)want[i] - (double)got[i]) <= tolerance * largest))
            fail_msg("%s: %s[%zu] is %.9g, PyTorch says %.9g", what, key, i, (double)got[i],
                     (double)want[i]);
    }
}

static void run_case(const json_t *c, bool is_adam)
{
    mote_err err;
    float inputs[N * H * W], targets[N * CLASSES] = {0}, labels[N], weights[CLASSES], state[1024],
                                         grads[1024], m[1024] = {0}, v[1024] = {0};
    mote_graph *g = model();
    mote_net *net;
    T_OK(mote_net_create(g, &(mote_net_config){.max_batch = N}, NULL, &net, &err));
    size_t n_params = mote_net_n_params(net), n_state = mote_net_n_state(net);
    mote_net_read(net, g, state); /* statistics 0 and 1 */
    assert_int_equal(numbers(golden, "params", state, T_COUNT(state)), n_params);
    numbers(golden, "inputs", inputs, T_COUNT(inputs));
    numbers(golden, "labels", labels, N);
    numbers(golden, "class_weights", weights, CLASSES);
    for (size_t i = 0; i < N; i++)
        targets[i * CLASSES + (size_t)labels[i]] = 1.0f;
    mote_optim_config o;
    mote_optim_default(&o);
    o.kind = is_adam ? MOTE_OPTIM_ADAM : MOTE_OPTIM_SGD;
    o.decay = 0.05f;
    mote_optim_state s = {.m = m, .v = v};
    mote_net_batch batch = {.inputs = inputs, .targets = targets, .n = N};
    if (is_adam)
        batch.label_smoothing = 0.1f;
    else
        batch.class_weights = weights;
    const char *name = json_string_value(json_object_get(c, "name"));
    for (json_int_t step = 0; step < json_integer_value(json_object_get(c, "steps")); step++) {
        mote_net_result r;
        mote_net_gradient(net, state, &batch, grads, &r);
        if (step == 0) {
            double want = json_number_value(json_object_get(c, "loss"));
            assert_true(fabs(r.loss - want) < 1e-6);
            check_all(name, c, "grads", grads, n_params, 1e-5);
        }
        mote_optim_step(&o, net, is_adam ? 0.01 : 0.05, grads, state, &s);
    }
    check_all(name, c, "params", state, n_params, 1e-5);
    check_all(name, c, "statistics", state + n_params, n_state - n_params, 1e-5);
    mote_net_destroy(net);
    mote_graph_destroy(g);
}

static void loss_gradients_and_steps_are_those_of_pytorch(void **unused)
{
    (void)unused;
    const char *root = getenv("MOTE_SOURCE_ROOT");
    assert_non_null(root);
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/golden/learn.json", root);
    golden = json_load_file(path, 0, NULL);
    assert_non_null(golden);
    json_t *cases = json_object_get(golden, "cases");
    assert_int_equal(json_array_size(cases), 2);
    run_case(json_array_get(cases, 0), true);
    run_case(json_array_get(cases, 1), false);
    json_decref(golden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_gradients_and_steps_are_those_of_pytorch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
