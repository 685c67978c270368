/* SPDX-License-Identifier: Apache-2.0 */
/* Learners: the Gaussian against its formulas written out plainly, and networks that take features
 * as they are and that give back what comes in. */
#include <math.h>

#include "base/hash.h"
#include "graph/arch.h"
#include "learn/learner.h"
#include "support.h"

enum { D = 5, N = 300 };

static mote_graph *build(const char *name, int32_t in, mote_arch_head head)
{
    mote_err err;
    mote_arch a;
    mote_arch_default(&a, 1, in, 2);
    memset(a.name, 0, sizeof a.name);
    snprintf(a.name, sizeof a.name, "%s", name);
    a.head = head;
    a.n_blocks = 1;
    a.hidden[0] = 8;
    a.bottleneck = 2;
    a.dropout = 0;
    mote_rng rng;
    mote_rng_init(&rng, 3);
    mote_graph *g = NULL;
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    return g;
}

/* Features that go together, of deviations from 0.1 to 40, far from 0. */
static void make(mote_rng *rng, size_t n, float *x)
{
    for (size_t k = 0; k < n; k++) {
        const double a = mote_rng_normal(rng), b = mote_rng_normal(rng);
        x[k * D + 0] = (float)(3.0 + a);
        x[k * D + 1] = (float)(-20.0 + 4.0 * a + 2.0 * b);
        x[k * D + 2] = (float)(0.5 + 0.1 * b);
        x[k * D + 3] = (float)(40.0 * mote_rng_normal(rng));
        x[k * D + 4] = (float)(100.0 - 2.0 * a + mote_rng_normal(rng));
    }
}

static double score(const mote_graph *g, const float *x, size_t n)
{
    mote_err err;
    float *y = calloc(n, sizeof *y);
    double sum = 0.0;
    T_OK(mote_graph_run_f32(g, x, y, NULL, NULL, &err));
    for (size_t i = 0; i < n; i++)
        sum += ((double)y[i] - (double)x[i]) * ((double)y[i] - (double)x[i]);
    free(y);
    return sum / (double)n;
}

/* ---- the Gaussian, written out ------------------------------------------------------------ */

typedef struct {
    double mean[D], sd[D], r[D][D], share;
} plain;

static void z_of(const plain *p, const float *x, double z[D])
{
    for (int i = 0; i < D; i++)
        z[i] = p->sd[i] > 0.0 ? ((double)x[i] - p->mean[i]) / p->sd[i] : 0.0;
}

/* share 0: b^2 / d^2 with b^2 = sum |z z^T - R|^2 / n^2, as Ledoit and Wolf write it. */
static plain estimate(const float *x, size_t n, double share)
{
    plain p = {.share = share};
    double b = 0.0, d = 0.0, z[D];
    for (size_t k = 0; k < n * D; k++)
        p.mean[k % D] += (double)x[k] / (double)n;
    for (size_t k = 0; k < n * D; k++)
        p.sd[k % D] += pow((double)x[k] - p.mean[k % D], 2.0) / (double)n;
    for (int i = 0; i < D; i++)
        p.sd[i] = sqrt(p.sd[i]);
    for (size_t k = 0; k < n; k++) {
        z_of(&p, x + k * D, z);
        for (int i = 0; i < D * D; i++)
            p.r[i / D][i % D] += z[i / D] * z[i % D] / (double)n;
    }
    for (size_t k = 0; k < n; k++) {
        z_of(&p, x + k * D, z);
        for (int i = 0; i < D * D; i++)
            b += pow(z[i / D] * z[i % D] - p.r[i / D][i % D], 2.0) / (double)n / (double)n;
    }
    for (int i = 0; i < D * D; i++)
        d += pow(p.r[i / D][i % D] - (i / D == i % D), 2.0);
    if (!(share > 0.0))
        p.share = b / d;
    for (int i = 0; i < D * D; i++)
        p.r[i / D][i % D] = (1.0 - p.share) * p.r[i / D][i % D] + (i / D == i % D ? p.share : 0.0);
    return p;
}

/* z^T R'^-1 z / D, by elimination. */
static double distance(const plain *p, const float *x)
{
    double m[D][D + 1], z[D], sum = 0.0;
    z_of(p, x, z);
    for (int i = 0; i < D; i++) {
        memcpy(m[i], p->r[i], sizeof p->r[i]);
        m[i][D] = z[i];
    }
    for (int c = 0; c < D; c++)
        for (int i = 0; i < D; i++) {
            const double f = i == c ? 0.0 : m[i][c] / m[c][c];
            for (int j = c; j <= D; j++)
                m[i][j] -= f * m[c][j];
        }
    for (int i = 0; i < D; i++)
        sum += z[i] * m[i][D] / m[i][i];
    return sum / D;
}

static mote_status fit(const char *arch, mote_learner_id id, mote_learn_job job, mote_graph **out,
                       mote_train_result *result, mote_arena *a, mote_err *err)
{
    mote_graph *g = build(arch, D, MOTE_HEAD_INPUT);
    mote_status st = mote_learner_get(id)->fit(&job, g, a, result, out, err);
    mote_graph_destroy(g);
    return st;
}

static void the_gaussian_is_the_distance_of_mahalanobis(void **state)
{
    (void)state;
    static const double shares[] = {0.0, 0.1, 1.0};
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 11);
    static float x[N * D], other[20 * D];
    make(&rng, N, x);
    for (size_t i = 0; i < T_COUNT(other); i++)
        other[i] = (float)(30.0 * mote_rng_normal(&rng));
    const mote_train_set d = {.inputs = x, .n = N}, v = {.inputs = other, .n = 20};
    mote_batch_source source = mote_source_memory(&d);
    for (size_t k = 0; k < T_COUNT(shares); k++) {
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 20);
        mote_train_config c;
        mote_train_default(&c);
        const mote_learn_job job = {.train = {.config = &c, .source = &source, .validation = &v},
                                    .shrinkage = shares[k]};
        mote_graph *g = NULL;
        mote_train_result result;
        T_OK(fit("gaussian", MOTE_LEARNER_gaussian, job, &g, &result, &a, &err));
        const plain p = estimate(x, N, shares[k]);
        double train = 0.0, val = 0.0;
        for (size_t i = 0; i < N; i++)
            train += distance(&p, x + i * D) / N;
        for (size_t i = 0; i < 20; i++) {
            const double want = distance(&p, other + i * D), got = score(g, other + i * D, D);
            /* y - x is float: what it loses is relative to the largest feature, some 100 */
            assert_true(fabs(got - want) < 2e-4 * (1.0 + want));
            val += want / 20;
        }
        assert_int_equal(result.n_epochs, 1);
        assert_true(fabs(result.history[0].train_loss - train) < 1e-9 * (1.0 + train));
        assert_true(fabs(result.history[0].val_loss - val) < 1e-9 * (1.0 + val));
        mote_graph_destroy(g);
    }
}

static void threads_and_batches_change_no_byte_of_a_gaussian(void **state)
{
    (void)state;
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 12);
    static float x[N * D];
    make(&rng, N, x);
    const mote_train_set d = {.inputs = x, .n = N};
    mote_batch_source source = mote_source_memory(&d);
    mote_sha256 first = {0};
    for (int k = 0; k < 4; k++) {
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 20);
        mote_pool *pool = NULL;
        T_OK(mote_pool_create(1 + 2 * (k % 2), &pool, &err));
        mote_train_config c;
        mote_train_default(&c);
        c.batch_size = k < 2 ? 32 : 7;
        const mote_learn_job job = {
            .train = {.config = &c, .source = &source, .host = {.pool = pool}}};
        mote_graph *g = NULL;
        mote_train_result result;
        T_OK(fit("gaussian", MOTE_LEARNER_gaussian, job, &g, &result, &a, &err));
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1 << 20);
        mote_graph_save(g, &b);
        const mote_sha256 hash = mote_sha256_of(b.data, b.len);
        if (k == 0)
            first = hash;
        assert_true(mote_sha256_equal(&first, &hash));
        mote_graph_destroy(g);
        mote_pool_destroy(pool);
    }
}

static void what_a_gaussian_cannot_learn_from_is_named(void **state)
{
    (void)state;
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 13);
    static float x[N * D];
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    mote_train_config c;
    mote_train_default(&c);
    mote_train_set d = {.inputs = x, .n = N};
    mote_batch_source source = mote_source_memory(&d);
    mote_learn_job job = {.train = {.config = &c, .source = &source}};
    mote_graph *g = NULL;
    mote_train_result result;
    memset(x, 0, sizeof x);
    T_FAILS(fit("gaussian", MOTE_LEARNER_gaussian, job, &g, &result, &a, &err), MOTE_RANGE,
            "all samples are the same");
    make(&rng, N, x);
    x[7] = NAN;
    T_FAILS(fit("gaussian", MOTE_LEARNER_gaussian, job, &g, &result, &a, &err), MOTE_RANGE,
            "feature 2 is not a number");
    make(&rng, N, x);
    for (size_t k = 0; k < N; k++) /* one that says nothing new, one that says nothing */
        x[k * D + 3] = x[k * D + 1], x[k * D + 2] = 7.0f;
    job.shrinkage = 1e-15;
    T_FAILS(fit("gaussian", MOTE_LEARNER_gaussian, job, &g, &result, &a, &err), MOTE_RANGE,
            "feature 3 follows from those before it");
    assert_null(g);
    job.shrinkage = 0.0;
    T_OK(fit("gaussian", MOTE_LEARNER_gaussian, job, &g, &result, &a, &err));
    float y[D], shifted[D];
    memcpy(shifted, x, sizeof shifted);
    shifted[2] += 1000.0f; /* left out: it changes nothing */
    T_OK(mote_graph_run_f32(g, shifted, y, NULL, NULL, &err));
    assert_true(fabs((double)y[2] - 1007.0) < 1e-3);
    assert_true(fabs(score(g, shifted, D) - score(g, x, D)) < 1e-3);
    mote_graph_destroy(g);
    job.shrinkage = 1.5;
    T_FAILS(fit("gaussian", MOTE_LEARNER_gaussian, job, &g, &result, &a, &err), MOTE_ARG,
            "shrinkage");
}

/* ---- networks ----------------------------------------------------------------------------- */

/* A network is the same function of features as they are that training found of divided ones. */
static void the_scale_of_training_is_no_business_of_use(void **state)
{
    (void)state;
    enum { SCALE = 64 }; /* a power of two: division changes no digit */
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 14);
    static float x[N * D], small[N * D];
    for (size_t i = 0; i < N * D; i++) {
        x[i] = (float)(SCALE * mote_rng_normal(&rng));
        small[i] = x[i] / SCALE;
    }
    const mote_train_set big_set = {.inputs = x, .n = N}, small_set = {.inputs = small, .n = N};
    mote_batch_source big = mote_source_memory(&big_set), plain_ = mote_source_memory(&small_set);
    mote_train_config c;
    mote_train_default(&c);
    c.loss.kind = MOTE_LOSS_MSE;
    c.n_epochs = 2;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    mote_train_result result;
    const mote_learn_job job = {.train = {.config = &c, .source = &big, .validation = &big_set},
                                .scale = SCALE};
    mote_graph *got = NULL, *folded = NULL, *trained = build("autoencoder", D, MOTE_HEAD_INPUT);
    T_OK(fit("autoencoder", MOTE_LEARNER_network, job, &got, &result, &a, &err));
    const mote_train_job plain_job = {.config = &c, .source = &plain_, .validation = &small_set};
    T_OK(mote_train(trained, &plain_job, &a, &result, &err));
    T_OK(mote_graph_fold(trained, &folded, &err));
    for (size_t k = 0; k < 10; k++) {
        float y[D], want[D];
        T_OK(mote_graph_run_f32(got, x + k * D, y, NULL, NULL, &err));
        T_OK(mote_graph_run_f32(folded, small + k * D, want, NULL, NULL, &err));
        for (int i = 0; i < D; i++)
            assert_true(fabsf(y[i] - SCALE * want[i]) < 1e-3f);
    }
    mote_graph_destroy(got);
    mote_graph_destroy(folded);
    mote_graph_destroy(trained);
}

/* 1000 + 300 a - 50 b, in an unit in which a network that knows no scale would learn nothing. */
static void values_keep_their_unit(void **state)
{
    (void)state;
    enum { IN = 2 };
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 16);
    static float x[N * IN], y[N];
    double mean = 0.0, square = 0.0;
    for (size_t k = 0; k < N; k++) {
        x[k * IN] = (float)mote_rng_normal(&rng);
        x[k * IN + 1] = (float)mote_rng_normal(&rng);
        y[k] = 1000.0f + 300.0f * x[k * IN] - 50.0f * x[k * IN + 1];
        mean += (double)y[k] / N;
    }
    for (size_t k = 0; k < N; k++)
        square += pow((double)y[k] - mean, 2.0) / N;
    const mote_learn_scale scale = {.offset = mean, .scale = sqrt(square)};
    const mote_train_set d = {.inputs = x, .values = y, .n = N};
    mote_batch_source source = mote_source_memory(&d);
    mote_train_config c;
    mote_train_default(&c);
    c.loss = (mote_loss){MOTE_LOSS_HUBER, 500.0f}; /* in the unit of the value */
    c.n_epochs = 60;
    c.rate = 0.05;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 22);
    mote_train_result result;
    mote_arch arch;
    mote_arch_default(&arch, 1, IN, 1);
    memcpy(arch.name, "linear", 7);
    arch.head = MOTE_HEAD_VALUES;
    arch.dropout = 0;
    mote_rng_init(&rng, 3);
    mote_graph *g = NULL, *out = NULL;
    T_OK(mote_arch_build(&arch, &rng, &g, &err));
    mote_learn_job job = {.train = {.config = &c, .source = &source, .validation = &d},
                          .scale = 0.5,
                          .values = &scale};
    T_OK(mote_learner_get(MOTE_LEARNER_network)->fit(&job, g, &a, &result, &out, &err));
    for (size_t k = 0; k < 20; k++) {
        float got;
        T_OK(mote_graph_run_f32(out, x + k * IN, &got, NULL, NULL, &err));
        assert_true(fabsf(got - y[k]) < 1.0f);
    }
    mote_graph_destroy(out);
    out = NULL;
    const mote_learn_scale flat = {.offset = 3, .scale = 0};
    job.values = &flat;
    T_FAILS(mote_learner_get(MOTE_LEARNER_network)->fit(&job, g, &a, &result, &out, &err), MOTE_ARG,
            "the scale of value 0");
    mote_graph_destroy(g);
}

static void an_autoencoder_cannot_give_back_what_is_unlike_all(void **state)
{
    (void)state;
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 15);
    static float x[N * D];
    for (size_t k = 0; k < N; k++) { /* two numbers make five */
        const double u = mote_rng_normal(&rng), v = mote_rng_normal(&rng);
        const double row[D] = {u, v, u + v, u - v, 0.5 * u};
        for (int i = 0; i < D; i++)
            x[k * D + (size_t)i] = (float)row[i];
    }
    const mote_train_set d = {.inputs = x, .n = N};
    mote_batch_source source = mote_source_memory(&d);
    mote_train_config c;
    mote_train_default(&c);
    c.loss.kind = MOTE_LOSS_MSE;
    c.n_epochs = 120;
    c.rate = 0.01;
    c.mixup_alpha = 0.3f; /* its targets follow the mixed inputs */
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 22);
    mote_train_result result;
    mote_graph *g = NULL;
    const mote_learn_job job = {.train = {.config = &c, .source = &source, .validation = &d},
                                .scale = 1.0};
    T_OK(fit("autoencoder", MOTE_LEARNER_network, job, &g, &result, &a, &err));
    assert_true(result.history[result.best_epoch].val_loss < 0.2 * result.history[0].val_loss);
    const float like[D] = {0.6f, -0.4f, 0.2f, 1.0f, 0.3f}, unlike[D] = {0.6f, -0.4f, -1.2f, -1, 0};
    assert_true(score(g, unlike, D) > 5.0 * score(g, like, D));
    mote_graph_destroy(g);
}

static void giving_back_needs_as_many_values_and_no_targets(void **state)
{
    (void)state;
    mote_err err;
    static float x[20 * D];
    static const int32_t labels[20] = {0};
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (float)(i % 7);
    const mote_train_set d = {.inputs = x, .n = 20},
                         with = {.inputs = x, .labels = labels, .n = 20};
    mote_batch_source source = mote_source_memory(&d);
    assert_true(source.gives_back && !mote_source_memory(&with).gives_back);
    mote_train_config c;
    mote_train_default(&c);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    mote_train_result result;
    mote_graph *classes = build("dense", D, MOTE_HEAD_CLASSES),
               *back = build("dense", D, MOTE_HEAD_INPUT),
               *values = build("dense", D, MOTE_HEAD_VALUES);
    mote_train_job job = {.config = &c, .source = &source};
    T_FAILS(mote_train(classes, &job, &a, &result, &err), MOTE_ARG, "to give back its 5 inputs");
    c.loss.kind = MOTE_LOSS_MAE;
    T_FAILS(mote_train(values, &job, &a, &result, &err), MOTE_ARG, "to give back its 5 inputs");
    job.validation = &with;
    T_FAILS(mote_train(back, &job, &a, &result, &err), MOTE_ARG,
            "validation must have targets exactly when training has");
    c.n_epochs = 2;
    job.validation = &d;
    T_OK(mote_train(back, &job, &a, &result, &err));
    mote_graph_destroy(classes);
    mote_graph_destroy(back);
    mote_graph_destroy(values);
}

static void every_architecture_has_its_learner(void **state)
{
    (void)state;
    for (int i = 0; i < MOTE_N_ARCHS; i++)
        assert_non_null(mote_learner_get(mote_arch_row_get((mote_arch_id)i)->learner)->fit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gaussian_is_the_distance_of_mahalanobis),
        cmocka_unit_test(threads_and_batches_change_no_byte_of_a_gaussian),
        cmocka_unit_test(what_a_gaussian_cannot_learn_from_is_named),
        cmocka_unit_test(the_scale_of_training_is_no_business_of_use),
        cmocka_unit_test(values_keep_their_unit),
        cmocka_unit_test(an_autoencoder_cannot_give_back_what_is_unlike_all),
        cmocka_unit_test(giving_back_needs_as_many_values_and_no_targets),
        cmocka_unit_test(every_architecture_has_its_learner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
