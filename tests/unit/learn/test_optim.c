/* SPDX-License-Identifier: Apache-2.0 */
/* Optimisers against their formulas in double, the schedule against a table, the numbers of num.h.
 */
#include "reference.h"

#include "base/num.h"
#include "learn/optim.h"
#include "learn/schedule.h"

/* A net with 2 x 3 weights and 2 biases: the first six parameters decay, the last two do not. */
typedef struct {
    mote_graph *g;
    mote_net *net;
} tiny;

static tiny tiny_make(void)
{
    mote_err err;
    t_builder b;
    tiny t;
    t_begin(&b, 1, 1, 1, 3);
    t_dense(&b, 2, MOTE_ACT_NONE);
    t_softmax(&b);
    t.g = b.g;
    T_OK(mote_net_create(t.g, &(mote_net_config){.max_batch = 1}, NULL, &t.net, &err));
    assert_int_equal(mote_net_n_params(t.net), 8);
    return t;
}

static void tiny_free(tiny *t)
{
    mote_net_destroy(t->net);
    mote_graph_destroy(t->g);
}

static void gradient_of_step(int32_t step, float g[8])
{
    for (int32_t i = 0; i < 8; i++)
        g[i] = (float)(sin(1.0 + i + 3.0 * step) * (i + 1));
}

static void run_steps(const mote_optim_config *c, int32_t n_steps, float w[8])
{
    tiny t = tiny_make();
    float m[8] = {0}, v[8] = {0}, g[8];
    mote_optim_state s = {.m = m, .v = v};
    for (int32_t i = 0; i < 8; i++)
        w[i] = (float)(0.1 * (i - 4));
    for (int32_t step = 0; step < n_steps; step++) {
        gradient_of_step(step, g);
        mote_optim_step(c, t.net, 0.01, g, w, &s);
    }
    assert_int_equal(s.n_steps, n_steps);
    tiny_free(&t);
}

static void check_near(const double want[8], const float got[8])
{
    for (int32_t i = 0; i < 8; i++) {
        if (!(fabs(want[i] - (double)got[i]) < 1e-6))
            fail_msg("parameter %d: %.9f instead of %.9f", i, (double)got[i], want[i]);
    }
}

static void adam_follows_its_formula(void **unused)
{
    (void)unused;
    mote_optim_config c;
    mote_optim_default(&c);
    c.decay = 0.05f;
    float w[8], g[8];
    run_steps(&c, 25, w);
    double want[8], m[8] = {0}, v[8] = {0};
    for (int32_t i = 0; i < 8; i++)
        want[i] = 0.1 * (i - 4);
    for (int32_t step = 0; step < 25; step++) {
        gradient_of_step(step, g);
        for (int32_t i = 0; i < 8; i++) {
            m[i] = 0.9 * m[i] + 0.1 * (double)g[i];
            v[i] = 0.999 * v[i] + 0.001 * (double)g[i] * (double)g[i];
            double up = m[i] / (1.0 - pow(0.9, step + 1)),
                   down = sqrt(v[i] / (1.0 - pow(0.999, step + 1))) + 1e-8;
            want[i] = want[i] * (1.0 - 0.01 * (i < 6 ? 0.05 : 0.0)) - 0.01 * up / down;
        }
    }
    check_near(want, w);
}

static void sgd_follows_its_formula(void **unused)
{
    (void)unused;
    mote_optim_config c;
    mote_optim_default(&c);
    c.kind = MOTE_OPTIM_SGD;
    c.momentum = 0.8f;
    c.decay = 0.1f;
    float w[8], g[8];
    run_steps(&c, 10, w);
    double want[8], m[8] = {0};
    for (int32_t i = 0; i < 8; i++)
        want[i] = 0.1 * (i - 4);
    for (int32_t step = 0; step < 10; step++) {
        gradient_of_step(step, g);
        for (int32_t i = 0; i < 8; i++) {
            m[i] = 0.8 * m[i] + (double)g[i] + (i < 6 ? 0.1 : 0.0) * want[i];
            want[i] -= 0.01 * m[i];
        }
    }
    check_near(want, w);
}

static void gradients_are_clipped_to_the_norm(void **unused)
{
    (void)unused;
    mote_optim_config c;
    mote_optim_default(&c);
    c.kind = MOTE_OPTIM_SGD;
    c.momentum = 0.0f;
    c.clip_norm = 2.0f;
    float w[8], g[8];
    run_steps(&c, 1, w);
    gradient_of_step(0, g);
    double norm = 0.0, want[8];
    for (int32_t i = 0; i < 8; i++)
        norm += (double)g[i] * (double)g[i];
    assert_true(sqrt(norm) > 2.0);
    for (int32_t i = 0; i < 8; i++)
        want[i] = 0.1 * (i - 4) - 0.01 * (double)g[i] * 2.0 / sqrt(norm);
    check_near(want, w);
    c.clip_norm = 1e6f; /* above the norm: no change */
    run_steps(&c, 1, w);
    for (int32_t i = 0; i < 8; i++)
        want[i] = 0.1 * (i - 4) - 0.01 * (double)g[i];
    check_near(want, w);
}

static void bad_settings_are_refused_and_named(void **unused)
{
    (void)unused;
    static const struct {
        mote_optim_config c;
        const char *words;
    } cases[] = {
        {{.kind = (mote_optim_kind)7, .epsilon = 1e-8f}, "optimiser 7"},
        {{.beta_1 = 1.0f, .epsilon = 1e-8f}, "betas"},
        {{.beta_2 = NAN, .epsilon = 1e-8f}, "betas"},
        {{.epsilon = 0.0f}, "epsilon"},
        {{.momentum = -0.1f, .epsilon = 1e-8f}, "momentum"},
        {{.decay = NAN, .epsilon = 1e-8f}, "decay"},
        {{.clip_norm = -1.0f, .epsilon = 1e-8f}, "clip"},
    };
    mote_err err;
    for (size_t i = 0; i < T_COUNT(cases); i++)
        T_FAILS(mote_optim_check(&cases[i].c, &err), MOTE_ARG, cases[i].words);
    mote_optim_config c;
    mote_optim_default(&c);
    T_OK(mote_optim_check(&c, &err));
}

static void the_rate_warms_up_and_falls_along_a_cosine(void **unused)
{
    (void)unused;
    mote_schedule s = {.kind = MOTE_SCHEDULE_COSINE,
                       .peak = 2.0,
                       .final_fraction = 0.1,
                       .warmup_steps = 4,
                       .total_steps = 14};
    static const struct {
        int64_t step;
        double rate;
    } table[] = {{0, 0.5}, {1, 1.0}, {3, 2.0}, {4, 2.0}, {9, 1.1}, {14, 0.2}, {100, 0.2}};
    for (size_t i = 0; i < T_COUNT(table); i++)
        assert_true(fabs(mote_schedule_rate(&s, table[i].step) - table[i].rate) < 1e-12);
    for (int64_t step = 4; step < 14; step++) {
        double t = (double)(step - 4) / 10.0;
        double want = 2.0 * (0.1 + 0.9 * 0.5 * (1.0 + cos(3.14159265358979323846 * t)));
        assert_true(fabs(mote_schedule_rate(&s, step) - want) < 1e-12);
    }
    s.held_from = 9; /* from then on the rate stays */
    assert_true(fabs(mote_schedule_rate(&s, 6) -
                     2.0 * (0.1 + 0.9 * 0.5 * (1.0 + cos(3.14159265358979323846 * 0.2)))) < 1e-12);
    for (int64_t step = 9; step < 14; step++)
        assert_true(fabs(mote_schedule_rate(&s, step) - 1.1) < 1e-12);
    s.held_from = 2; /* in the warm-up: that ends first */
    assert_true(fabs(mote_schedule_rate(&s, 1) - 1.0) < 1e-12 &&
                fabs(mote_schedule_rate(&s, 3) - 2.0) < 1e-12 &&
                fabs(mote_schedule_rate(&s, 12) - 2.0) < 1e-12);
    s.held_from = 0;
    s.kind = MOTE_SCHEDULE_CONSTANT;
    assert_true(fabs(mote_schedule_rate(&s, 1) - 1.0) < 1e-12 &&
                fabs(mote_schedule_rate(&s, 13) - 2.0) < 1e-12);
    s.warmup_steps = 0;
    assert_true(fabs(mote_schedule_rate(&s, 0) - 2.0) < 1e-12);
}

static void exp_log_and_cos_are_those_of_the_c_library(void **unused)
{
    (void)unused;
    for (int32_t i = -7000; i <= 7000; i++) {
        double x = i * 0.1013;
        if (x > -708.0 && x < 709.0)
            assert_true(fabs(mote_num_exp(x) / exp(x) - 1.0) < 2e-15);
    }
    for (int32_t i = -300; i <= 300; i++) {
        double x = pow(10.0, i) * 1.2345;
        assert_true(fabs(mote_num_log(x) - log(x)) < 2e-15 * fmax(1.0, fabs(log(x))));
    }
    for (int32_t i = 0; i <= 1000; i++)
        assert_true(fabs(mote_num_cos_pi(i / 1000.0) - cos(3.14159265358979323846 * i / 1000.0)) <
                    1e-15);
    assert_true(isnan(mote_num_exp((double)NAN)) && isnan(mote_num_log((double)NAN)));
    assert_true(mote_num_exp(-1e9) <= 0.0 && isinf(mote_num_exp(1e9)));
    assert_true(isinf(mote_num_log(0.0)) && isinf(mote_num_log(HUGE_VAL)));
    assert_true(fabs(mote_num_log(1.0)) <= 0.0 && fabs(mote_num_exp(0.0) - 1.0) <= 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_follows_its_formula),
        cmocka_unit_test(sgd_follows_its_formula),
        cmocka_unit_test(gradients_are_clipped_to_the_norm),
        cmocka_unit_test(bad_settings_are_refused_and_named),
        cmocka_unit_test(the_rate_warms_up_and_falls_along_a_cosine),
        cmocka_unit_test(exp_log_and_cos_are_those_of_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
