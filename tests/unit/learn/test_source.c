/* SPDX-License-Identifier: Apache-2.0 */
/* Samples in memory, mixup. */
#include <math.h>

#include "learn/source.h"
#include "support.h"

enum { IN = 6, CLASSES = 3 };

static void samples_in_memory_come_as_asked_for(void **unused)
{
    (void)unused;
    mote_err err;
    float x[4 * IN], inputs[2 * IN], targets[2 * CLASSES] = {0};
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (float)i;
    int32_t labels[4] = {0, 2, 1, 3};
    mote_train_set d = {.inputs = x, .labels = labels, .n = 4};
    mote_batch_source s = mote_source_memory(&d);
    assert_int_equal(s.n_samples, 4);
    uint32_t which[2] = {2, 1};
    mote_batch_request rq = {.n = 2, .samples = which, .n_outputs = CLASSES, .in_elements = IN};
    T_OK(s.fill(s.arg, &rq, inputs, targets, &err));
    assert_memory_equal(inputs, x + 2 * IN, IN * sizeof *x);
    assert_memory_equal(inputs + IN, x + 1 * IN, IN * sizeof *x);
    const float want[2 * CLASSES] = {0, 1, 0, 0, 0, 1};
    assert_memory_equal(targets, want, sizeof want);
    which[1] = 3;
    T_FAILS(s.fill(s.arg, &rq, inputs, targets, &err), MOTE_RANGE, "sample 3 has label 3");
}

/* Every row is a mean of two rows of the batch, inputs and targets with the same share; the shares
 * of Beta(a, a) have mean 1/2 and variance 1 / (4 (2 a + 1)). */
static void mixup_mixes_rows_and_targets_by_the_same_share(void **unused)
{
    (void)unused;
    static const float alphas[] = {0.1f, 0.4f, 0.7f, 1.0f, 5.0f};
    enum { N = 8, ROUNDS = 4000 };
    const mote_batch_request batch = {.n = N, .in_elements = 2, .n_outputs = N};
    for (size_t a = 0; a < T_COUNT(alphas); a++) {
        double sum = 0.0, square = 0.0;
        mote_rng rng;
        mote_rng_init(&rng, 9 + a);
        for (int32_t round = 0; round < ROUNDS; round++) {
            float x[N * 2], t[N * N] = {0}, copy[N * (2 + N)];
            for (size_t i = 0; i < N; i++) {
                x[i * 2] = (float)i;
                x[i * 2 + 1] = (float)(i * i);
                t[i * N + i] = 1.0f;
            }
            mote_mixup(alphas[a], &rng, &batch, x, t, copy);
            for (size_t i = 0; i < N; i++) {
                double total = 0.0, mean = 0.0, mean_square = 0.0;
                for (size_t k = 0; k < N; k++) {
                    double share = (double)t[i * N + k];
                    assert_true(share >= 0.0 && share <= 1.0);
                    total += share;
                    mean += share * (double)k;
                    mean_square += share * (double)(k * k);
                }
                assert_true(fabs(total - 1.0) < 1e-6 && fabs(mean - (double)x[i * 2]) < 1e-5);
                assert_true(fabs(mean_square - (double)x[i * 2 + 1]) < 1e-4);
                sum += (double)t[i * N + i];
                square += (double)t[i * N + i] * (double)t[i * N + i];
            }
        }
        /* 32,000 draws: the mean is known to 0.003 (one sigma), the variance to about 0.0015. */
        double n = N * ROUNDS, mean = sum / n, variance = square / n - mean * mean;
        assert_true(fabs(mean - 0.5) < 0.015);
        assert_true(fabs(variance - 0.25 / (2.0 * (double)alphas[a] + 1.0)) < 0.01);
    }
    float x[2] = {1, 2}, t[2] = {1, 1}, copy[4];
    mote_rng rng;
    mote_rng_init(&rng, 1);
    const mote_batch_request two = {.n = 2, .in_elements = 1, .n_outputs = 1},
                             one = {.n = 1, .in_elements = 2, .n_outputs = 1};
    mote_mixup(0.0f, &rng, &two, x, t, copy); /* none asked for */
    mote_mixup(0.5f, &rng, &one, x, t, copy); /* nobody to mix with */
    assert_true(fabsf(x[0] - 1.0f) <= 0.0f && fabsf(x[1] - 2.0f) <= 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_in_memory_come_as_asked_for),
        cmocka_unit_test(mixup_mixes_rows_and_targets_by_the_same_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
