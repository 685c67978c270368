/* SPDX-License-Identifier: Apache-2.0 */
/* The head by discriminant analysis against its formulas written out plainly. */
#include <math.h>

#include "base/pool.h"
#include "graph/arch.h"
#include "graph/cut.h"
#include "graph/op.h"
#include "learn/discriminant.h"
#include "support.h"

enum { IN = 6, HIDDEN = 8, CLASSES = 3, N = 240 };

typedef struct {
    float x[N * IN];
    int32_t labels[N];
    mote_train_set set;
    mote_graph *g; /* folded, of random weights */
} fixture;

/* Class k lies about a place of its own, in a spread that goes one way much more than another. */
static int setup(void **state)
{
    static fixture f;
    mote_err err;
    mote_rng rng;
    mote_arch a;
    mote_arch_default(&a, 1, IN, CLASSES);
    memset(a.name, 0, sizeof a.name);
    snprintf(a.name, sizeof a.name, "dense");
    a.n_blocks = 1;
    a.hidden[0] = HIDDEN;
    mote_rng_init(&rng, 7);
    for (int i = 0; i < N; i++) {
        f.labels[i] = i % 7 < 4 ? 2 : i % 7 < 6 ? 0 : 1; /* not as many of each */
        const double common = 3.0 * mote_rng_normal(&rng);
        for (int k = 0; k < IN; k++)
            f.x[i * IN + k] =
                (float)(common + 0.5 * mote_rng_normal(&rng) + (k == f.labels[i] ? 1.5 : 0.0));
    }
    mote_graph *trained = NULL;
    T_OK(mote_arch_build(&a, &rng, &trained, &err));
    T_OK(mote_graph_fold(trained, &f.g, &err));
    mote_graph_destroy(trained);
    f.set = (mote_train_set){.inputs = f.x, .labels = f.labels, .n = N};
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    mote_graph_destroy(f->g);
    return 0;
}

static mote_discriminant_job job_of(const fixture *f)
{
    return (mote_discriminant_job){.samples = &f->set, .shrinkage = 0.1, .batch = 32};
}

static const mote_op *head_of(const mote_graph *g)
{
    mote_err err;
    int32_t n = 0;
    T_OK(mote_graph_find_cut(g, "body", &n, &err));
    return &g->ops[n];
}

static double share_right(const fixture *f)
{
    mote_err err;
    int right = 0;
    for (int i = 0; i < N; i++) {
        float p[CLASSES];
        T_OK(mote_graph_run_f32(f->g, f->x + i * IN, p, NULL, NULL, &err));
        int best = 0;
        for (int c = 1; c < CLASSES; c++)
            best = p[c] > p[best] ? c : best;
        right += best == f->labels[i];
    }
    return (double)right / N;
}

/* ---- the formulas, written out ------------------------------------------------------------ */

/* a x = b by Gauss and Jordan, a [n][n] and b [n] are lost. */
static void solve(double *a, double *b, int n)
{
    for (int i = 0; i < n; i++) {
        int pivot = i;
        for (int k = i + 1; k < n; k++)
            pivot = fabs(a[k * n + i]) > fabs(a[pivot * n + i]) ? k : pivot;
        for (int k = 0; k < n; k++) {
            const double t = a[i * n + k];
            a[i * n + k] = a[pivot * n + k];
            a[pivot * n + k] = t;
        }
        const double t = b[i];
        b[i] = b[pivot];
        b[pivot] = t;
        for (int r = 0; r < n; r++) {
            const double by = r == i ? 0.0 : a[r * n + i] / a[i * n + i];
            for (int k = 0; k < n && r != i; k++)
                a[r * n + k] -= by * a[i * n + k];
            b[r] -= by * b[i];
        }
    }
    for (int i = 0; i < n; i++)
        b[i] /= a[i * n + i];
}

/* Squared Mahalanobis distance of y from the mean of class c. */
static double distance(const double *s, const double *mean, const float *y, const bool *is_alive)
{
    double a[HIDDEN * HIDDEN] = {0}, b[HIDDEN], d[HIDDEN], sum = 0.0;
    for (int i = 0; i < HIDDEN; i++) {
        d[i] = is_alive[i] ? (double)y[i] - mean[i] : 0.0;
        b[i] = d[i];
        for (int j = 0; j < HIDDEN; j++)
            a[i * HIDDEN + j] = is_alive[i] && is_alive[j] ? s[i * HIDDEN + j] : i == j;
    }
    solve(a, b, HIDDEN);
    for (int i = 0; i < HIDDEN; i++)
        sum += d[i] * b[i];
    return sum;
}

typedef struct {
    float y[N * HIDDEN];
    double mean[CLASSES][HIDDEN], s[HIDDEN * HIDDEN];
    bool is_alive[HIDDEN];
} written;

static void write_out(const fixture *f, written *w)
{
    mote_err err;
    mote_graph *front = NULL, *back = NULL;
    int32_t n_body = 0, n_of[CLASSES] = {0};
    memset(w, 0, sizeof *w);
    T_OK(mote_graph_find_cut(f->g, "body", &n_body, &err));
    T_OK(mote_graph_cut(f->g, n_body, &front, &back, &err));
    for (int i = 0; i < N; i++) {
        T_OK(mote_graph_run_f32(front, f->x + i * IN, w->y + i * HIDDEN, NULL, NULL, &err));
        n_of[f->labels[i]]++;
        for (int k = 0; k < HIDDEN; k++)
            w->mean[f->labels[i]][k] += (double)w->y[i * HIDDEN + k];
    }
    for (int c = 0; c < CLASSES; c++)
        for (int k = 0; k < HIDDEN; k++)
            w->mean[c][k] /= n_of[c];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < HIDDEN; j++)
            for (int k = 0; k < HIDDEN; k++)
                w->s[j * HIDDEN + k] += ((double)w->y[i * HIDDEN + j] - w->mean[f->labels[i]][j]) *
                                        ((double)w->y[i * HIDDEN + k] - w->mean[f->labels[i]][k]);
    for (int j = 0; j < HIDDEN; j++) {
        w->is_alive[j] = w->s[j * HIDDEN + j] > 1e-9;
        for (int k = 0; k < HIDDEN; k++)
            w->s[j * HIDDEN + k] *= j == k ? 1.0 : 0.9;
    }
    mote_graph_destroy(front);
    mote_graph_destroy(back);
}

/* Differences of logits are half the differences of squared distances, times one factor. */
static void logits_are_distances_from_means(void **state)
{
    fixture *f = *state;
    static written w;
    mote_err err;
    const mote_discriminant_job job = job_of(f);
    write_out(f, &w);
    T_OK(mote_discriminant_head(&job, f->g, &err));
    const mote_op *o = head_of(f->g);
    const float *weights = f->g->tensors[o->inputs[1]].data,
                *bias = f->g->tensors[o->inputs[2]].data;
    double factor = 0.0;
    for (int i = 0; i < N; i++) {
        double logit[CLASSES], d[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            logit[c] = (double)bias[c];
            for (int k = 0; k < HIDDEN; k++)
                logit[c] += (double)weights[c * HIDDEN + k] * (double)w.y[i * HIDDEN + k];
            d[c] = distance(w.s, w.mean[c], w.y + i * HIDDEN, w.is_alive);
        }
        for (int c = 1; c < CLASSES; c++) {
            const double by = logit[c] - logit[0], of = 0.5 * (d[0] - d[c]);
            if (factor == 0.0)
                factor = by / of;
            assert_true(factor > 0.0);
            assert_true(fabs(by - factor * of) < 1e-4 * (1.0 + fabs(by)));
        }
    }
}

static void it_tells_apart_what_a_random_head_does_not(void **state)
{
    fixture *f = *state;
    mote_err err;
    const mote_discriminant_job job = job_of(f);
    const double before = share_right(f);
    T_OK(mote_discriminant_head(&job, f->g, &err));
    assert_true(share_right(f) > before + 0.2);
}

static double energy(const fixture *f)
{
    static written w;
    const mote_op *o = head_of(f->g);
    const float *weights = f->g->tensors[o->inputs[1]].data,
                *bias = f->g->tensors[o->inputs[2]].data;
    double all = 0.0;
    write_out(f, &w);
    for (int i = 0; i < N; i++) {
        double v[CLASSES], mean = 0.0;
        for (int c = 0; c < CLASSES; c++) {
            v[c] = (double)bias[c];
            for (int k = 0; k < HIDDEN; k++)
                v[c] += (double)weights[c * HIDDEN + k] * (double)w.y[i * HIDDEN + k];
            mean += v[c] / CLASSES;
        }
        for (int c = 0; c < CLASSES; c++)
            all += (v[c] - mean) * (v[c] - mean);
    }
    return all;
}

static void logits_are_as_large_as_before_on_any_number_of_threads(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_discriminant_job job = job_of(f);
    mote_graph *again = NULL;
    const double before = energy(f);
    T_OK(mote_graph_clone(f->g, &again, &err));
    T_OK(mote_discriminant_head(&job, f->g, &err));
    assert_true(fabs(energy(f) / before - 1.0) < 1e-4);
    T_OK(mote_pool_create(3, &job.pool, &err));
    job.batch = 7;
    T_OK(mote_discriminant_head(&job, again, &err));
    mote_pool_destroy(job.pool);
    const mote_op *o = head_of(again);
    for (int k = 1; k <= 2; k++) {
        const mote_tensor *t = &again->tensors[o->inputs[k]];
        assert_memory_equal(t->data, f->g->tensors[head_of(f->g)->inputs[k]].data,
                            mote_tensor_bytes(t));
    }
    mote_graph_destroy(again);
}

static void what_has_no_means_is_refused(void **state)
{
    fixture *f = *state;
    mote_err err;
    const mote_discriminant_job job = job_of(f);
    int32_t kept[N];
    float bias[CLASSES];
    const mote_op *o = head_of(f->g);
    memcpy(kept, f->labels, sizeof kept);
    memcpy(bias, f->g->tensors[o->inputs[2]].data, sizeof bias);
    for (int i = 0; i < N; i++)
        f->labels[i] = f->labels[i] == 1 ? 2 : f->labels[i];
    T_FAILS(mote_discriminant_head(&job, f->g, &err), MOTE_RANGE, "class 1 has no training sample");
    memcpy(f->labels, kept, sizeof kept);
    for (int i = 0; i < N * IN; i++)
        f->x[i] = 1.0f;
    T_FAILS(mote_discriminant_head(&job, f->g, &err), MOTE_RANGE, "makes the same");
    assert_memory_equal(bias, f->g->tensors[o->inputs[2]].data, sizeof bias);
}

static mote_graph *folded_of(const char *name)
{
    mote_err err;
    mote_arch a;
    mote_rng rng;
    mote_graph *g = NULL, *folded = NULL;
    mote_arch_default(&a, 49, 10, CLASSES);
    memset(a.name, 0, sizeof a.name);
    snprintf(a.name, sizeof a.name, "%s", name);
    mote_rng_init(&rng, 3);
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    T_OK(mote_graph_fold(g, &folded, &err));
    mote_graph_destroy(g);
    return folded;
}

/* One layer, and a network without its dense layer. */
static void another_end_is_refused(void **state)
{
    fixture *f = *state;
    mote_err err;
    int32_t n = 0;
    const mote_discriminant_job job = job_of(f);
    mote_graph *linear = folded_of("linear"), *cnn = folded_of("ds-cnn"), *front = NULL,
               *back = NULL;
    T_FAILS(mote_discriminant_head(&job, linear, &err), MOTE_UNSUPPORTED, "this network is one");
    T_OK(mote_graph_find_cut(cnn, "body", &n, &err));
    T_OK(mote_graph_cut(cnn, n, &front, &back, &err));
    T_FAILS(mote_discriminant_head(&job, front, &err), MOTE_UNSUPPORTED,
            "takes the place of a dense layer at the end");
    mote_graph_destroy(linear);
    mote_graph_destroy(cnn);
    mote_graph_destroy(front);
    mote_graph_destroy(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(logits_are_distances_from_means, setup, teardown),
        cmocka_unit_test_setup_teardown(it_tells_apart_what_a_random_head_does_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(logits_are_as_large_as_before_on_any_number_of_threads,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_no_means_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(another_end_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
