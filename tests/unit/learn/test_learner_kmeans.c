/* SPDX-License-Identifier: Apache-2.0 */
/* k-means against Lloyd's algorithm written out plainly, and what its graph says of samples. */
#include <math.h>

#include "base/hash.h"
#include "graph/arch.h"
#include "learn/learner.h"
#include "support.h"

enum { D = 4, K = 3, N = 240 };

static const double middle[K][D] = {{0, 100, -3, 7}, {10, 80, -3, 7}, {-5, 90, 9, 7}};

/* Three heaps, far from 0; the last feature is the same everywhere. */
static void make(uint64_t seed, size_t n, float *x)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < D; i++)
            x[s * D + i] = (float)(middle[s % K][i] + (i < 3 ? mote_rng_normal(&rng) : 0.0));
}

static mote_graph *build(int32_t k)
{
    mote_err err;
    mote_arch a;
    mote_rng rng;
    mote_graph *g = NULL;
    mote_arch_default(&a, 1, D, 2);
    memset(a.name, 0, sizeof a.name);
    snprintf(a.name, sizeof a.name, "kmeans");
    a.head = MOTE_HEAD_INPUT;
    a.bottleneck = k;
    a.dropout = 0;
    mote_rng_init(&rng, 3);
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    return g;
}

static mote_status fit(int32_t k, mote_learn_job job, mote_graph **out, mote_train_result *result,
                       mote_arena *a, mote_err *err)
{
    mote_graph *g = build(k);
    mote_status st = mote_learner_get(MOTE_LEARNER_kmeans)->fit(&job, g, a, result, out, err);
    mote_graph_destroy(g);
    return st;
}

static double score(const mote_graph *g, const float *x)
{
    mote_err err;
    float y[D];
    double sum = 0.0;
    T_OK(mote_graph_run_f32(g, x, y, NULL, NULL, &err));
    for (int i = 0; i < D; i++)
        sum += ((double)y[i] - (double)x[i]) * ((double)y[i] - (double)x[i]);
    return sum / D;
}

/* Lloyd's algorithm, begun at the true middles: heaps that lie apart have one solution. */
static void lloyd(const float *x, double c[K][D])
{
    memcpy(c, middle, sizeof middle);
    for (int round = 0; round < 50; round++) {
        double sum[K][D] = {{0}}, n[K] = {0};
        for (size_t s = 0; s < N; s++) {
            double d[K] = {0};
            for (int k = 0; k < K; k++)
                for (int i = 0; i < D; i++)
                    d[k] += pow((double)x[s * D + (size_t)i] - c[k][i], 2.0);
            const int at = d[0] <= d[1] && d[0] <= d[2] ? 0 : d[1] <= d[2] ? 1 : 2;
            n[at] += 1.0;
            for (int i = 0; i < D; i++)
                sum[at][i] += (double)x[s * D + (size_t)i];
        }
        for (int k = 0; k < K; k++)
            for (int i = 0; i < D; i++)
                c[k][i] = sum[k][i] / n[k];
    }
}

static double nearest(double c[K][D], const float *x)
{
    double least = INFINITY;
    for (int k = 0; k < K; k++) {
        double d = 0.0;
        for (int i = 0; i < D; i++)
            d += pow((double)x[i] - c[k][i], 2.0);
        least = fmin(least, d);
    }
    return least / D;
}

static void the_score_is_the_distance_from_the_nearest_centre(void **state)
{
    (void)state;
    static float x[N * D], other[60 * D];
    MOTE_SCOPED_ARENA a;
    mote_err err;
    mote_graph *g = NULL;
    mote_train_result result;
    mote_train_config c;
    double want[K][D], train = 0.0, val = 0.0;
    mote_arena_init(&a, 1 << 20);
    mote_train_default(&c);
    make(1, N, x);
    make(2, 60, other);
    for (size_t s = 0; s < 60; s += 2) /* and some that are far from all */
        other[s * D + 1] += 40.0f;
    const mote_train_set d = {.inputs = x, .n = N}, v = {.inputs = other, .n = 60};
    mote_batch_source source = mote_source_memory(&d);
    const mote_learn_job job = {.train = {.config = &c, .source = &source, .validation = &v}};
    T_OK(fit(K, job, &g, &result, &a, &err));
    lloyd(x, want);
    for (size_t s = 0; s < N; s++)
        train += nearest(want, x + s * D) / N;
    for (size_t s = 0; s < 60; s++) {
        const double said = nearest(want, other + s * D), got = score(g, other + s * D);
        /* y - x is float: what it loses is relative to the largest feature, some 100 */
        assert_true(fabs(got - said) < 1e-3 * (1.0 + said));
        val += said / 60;
    }
    assert_int_equal(result.n_epochs, 1);
    assert_true(fabs(result.history[0].train_loss - train) < 1e-9 * (1.0 + train));
    assert_true(fabs(result.history[0].val_loss - val) < 1e-9 * (1.0 + val));
    mote_graph_destroy(g);
}

static void threads_and_batches_change_no_byte(void **state)
{
    (void)state;
    static float x[N * D];
    mote_sha256 first = {0};
    mote_err err;
    make(4, N, x);
    const mote_train_set d = {.inputs = x, .n = N};
    mote_batch_source source = mote_source_memory(&d);
    for (int k = 0; k < 4; k++) {
        MOTE_SCOPED_ARENA a;
        MOTE_SCOPED_BUF b;
        mote_pool *pool = NULL;
        mote_graph *g = NULL;
        mote_train_result result;
        mote_train_config c;
        mote_arena_init(&a, 1 << 20);
        mote_buf_init(&b, 1 << 20);
        mote_train_default(&c);
        c.batch_size = k < 2 ? 32 : 7;
        T_OK(mote_pool_create(1 + 2 * (k % 2), &pool, &err));
        const mote_learn_job job = {
            .train = {.config = &c, .source = &source, .host = {.pool = pool}}};
        T_OK(fit(5, job, &g, &result, &a, &err));
        mote_graph_save(g, &b);
        const mote_sha256 hash = mote_sha256_of(b.data, b.len);
        first = k == 0 ? hash : first;
        assert_true(mote_sha256_equal(&first, &hash));
        mote_graph_destroy(g);
        mote_pool_destroy(pool);
    }
}

/* All samples on fewer points than there are centres: each is at distance 0, what is between is
 * not.
 */
static void fewer_points_than_centres_are_no_harm(void **state)
{
    (void)state;
    static float x[N * D];
    const float between[D] = {5, 80, 0, 7};
    MOTE_SCOPED_ARENA a;
    mote_err err;
    mote_graph *g = NULL;
    mote_train_result result;
    mote_train_config c;
    mote_arena_init(&a, 1 << 20);
    mote_train_default(&c);
    for (size_t s = 0; s < N; s++)
        for (size_t i = 0; i < D; i++)
            x[s * D + i] = (float)middle[s % 2][i];
    const mote_train_set d = {.inputs = x, .n = N};
    mote_batch_source source = mote_source_memory(&d);
    const mote_learn_job job = {.train = {.config = &c, .source = &source}};
    T_OK(fit(6, job, &g, &result, &a, &err));
    assert_true(result.history[0].train_loss < 1e-12);
    assert_true(score(g, x) < 1e-6 && score(g, x + D) < 1e-6);
    assert_true(score(g, between) > 5.0);
    mote_graph_destroy(g);
}

static void what_k_means_cannot_learn_from_is_named(void **state)
{
    (void)state;
    static float x[N * D];
    MOTE_SCOPED_ARENA a;
    mote_err err;
    mote_graph *g = NULL;
    mote_train_result result;
    mote_train_config c;
    mote_arena_init(&a, 1 << 20);
    mote_train_default(&c);
    make(5, N, x);
    mote_train_set d = {.inputs = x, .n = 4};
    mote_batch_source source = mote_source_memory(&d);
    mote_learn_job job = {.train = {.config = &c, .source = &source}};
    T_FAILS(fit(5, job, &g, &result, &a, &err), MOTE_ARG, "5 centres need as many samples");
    d.n = N;
    source = mote_source_memory(&d);
    x[6] = NAN;
    T_FAILS(fit(5, job, &g, &result, &a, &err), MOTE_RANGE, "feature 2 is not a number");
    assert_null(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_is_the_distance_from_the_nearest_centre),
        cmocka_unit_test(threads_and_batches_change_no_byte),
        cmocka_unit_test(fewer_points_than_centres_are_no_harm),
        cmocka_unit_test(what_k_means_cannot_learn_from_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
