/* SPDX-License-Identifier: Apache-2.0 */
/* Training that begins with another model: what is frozen keeps its bits, what it makes of samples
 * is computed once, and the bytes are the same whatever is kept, stopped or shared out. */
#include "graph/cut.h"
#include "learn/transfer.h"
#include "strokes.h"
#include "temp_dir.h"

#include <math.h>

/* What finds strokes, in use. */
static mote_graph *trained(const samples *train)
{
    mote_err err;
    mote_train_result r;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    job j = job_make(train, NULL);
    j.cfg.n_epochs = 8;
    mote_graph *g = spotter(0.0f), *folded = NULL;
    T_OK(job_run(&j, g, &a, &r, &err));
    T_OK(mote_graph_fold(g, &folded, &err));
    mote_graph_destroy(g);
    return folded;
}

static mote_graph *with_new_head(const mote_graph *start, float dropout)
{
    mote_err err;
    mote_arch a;
    mote_arch_default(&a, H, W, CLASSES);
    a.dropout = dropout;
    mote_rng rng;
    mote_rng_init(&rng, 21);
    mote_graph *g = NULL;
    T_OK(mote_graph_new_head(start, &a, &rng, &g, &err));
    return g;
}

/* A source that counts what it is asked for, and moves every sample a little, by epoch. */
typedef struct {
    mote_batch_source from;
    int64_t n_filled;
    int32_t most_epoch;
    bool is_moving;
} counted;

static mote_status fill_counted(void *arg, const mote_batch_request *rq, float *inputs,
                                float *targets, mote_err *err)
{
    counted *c = arg;
    c->n_filled += rq->n;
    c->most_epoch = rq->epoch > c->most_epoch ? rq->epoch : c->most_epoch;
    MOTE_TRY(c->from.fill(c->from.arg, rq, inputs, targets, err));
    for (size_t i = 0; c->is_moving && i < (size_t)rq->n * rq->in_elements; i++)
        inputs[i] += 0.1f * (float)rq->epoch;
    return MOTE_OK;
}

typedef struct {
    samples train, val;
    mote_graph *start;
    mote_train_config cfg;
    mote_transfer_job job;
    mote_batch_source source, plain;
    counted count;
    int32_t n_threads;
    float dropout;
    mote_arena arena;
    mote_train_result result; /* of the last run */
} setting;

static int set_up(void **state)
{
    setting *s = malloc(sizeof *s);
    assert_non_null(s);
    *s = (setting){.train = samples_make(120, 0.3, 1), .val = samples_make(60, 0.3, 2)};
    s->start = trained(&s->train);
    mote_train_default(&s->cfg);
    s->cfg.n_epochs = 12;
    s->cfg.batch_size = 16;
    s->cfg.rate = 0.02;
    s->cfg.keep = MOTE_KEEP_LAST;
    s->n_threads = 1;
    s->plain = mote_source_memory(&s->train.d);
    s->count = (counted){.from = s->plain};
    s->source = (mote_batch_source){
        .n_samples = s->plain.n_samples, .fill = fill_counted, .arg = &s->count};
    s->job = (mote_transfer_job){
        .learn = {.train = {.config = &s->cfg, .source = &s->source, .validation = &s->val.d},
                  .scale = 1.3},
        .n_frozen = -1,
        .n_views = 1,
        .kept_max_bytes = 1 << 24};
    mote_arena_init(&s->arena, 1 << 20);
    *state = s;
    return 0;
}

static int take_down(void **state)
{
    setting *s = *state;
    samples_free(&s->train);
    samples_free(&s->val);
    mote_graph_destroy(s->start);
    mote_arena_release(&s->arena);
    free(s);
    return 0;
}

static mote_status run(setting *s, mote_graph **out, mote_err *err)
{
    mote_pool *pool = NULL;
    if (s->n_threads > 1)
        MOTE_TRY(mote_pool_create(s->n_threads, &pool, err));
    mote_graph *g = with_new_head(s->start, s->dropout);
    mote_transfer_job j = s->job;
    j.learn.train.host.pool = pool;
    mote_status st = MOTE_OK;
    if (j.n_frozen < 0)
        st = mote_graph_find_cut(g, "body", &j.n_frozen, err);
    s->count.n_filled = 0;
    s->count.most_epoch = -1;
    if (st == MOTE_OK)
        st = mote_transfer_fit(&j, g, &s->arena, &s->result, out, err);
    mote_graph_destroy(g);
    mote_pool_destroy(pool);
    return st;
}

static mote_graph *run_ok(setting *s)
{
    mote_err err = {0};
    mote_graph *out = NULL;
    T_OK(run(s, &out, &err));
    return out;
}

static double right(const mote_graph *g, const samples *of)
{
    mote_err err;
    int n = 0;
    for (int32_t i = 0; i < of->d.n; i++) {
        float y[CLASSES];
        T_OK(mote_graph_run_f32(g, of->inputs + (size_t)i * IN, y, NULL, NULL, &err));
        int32_t best = 0;
        for (int32_t c = 1; c < CLASSES; c++)
            best = y[c] > y[best] ? c : best;
        n += best == of->labels[i];
    }
    return (double)n / of->d.n;
}

/* Weights of layer k of one are those of the other, bit for bit. */
static bool same_layer(const mote_graph *a, const mote_graph *b, int32_t k)
{
    const mote_tensor *x = &a->tensors[a->ops[k].inputs[1]], *y = &b->tensors[b->ops[k].inputs[1]];
    return mote_tensor_bytes(x) == mote_tensor_bytes(y) &&
           memcmp(x->data, y->data, mote_tensor_bytes(x)) == 0;
}

/* ---- freezing ---------------------------------------------------------------------------- */

static void a_head_is_learned_and_the_body_keeps_its_bits(void **state)
{
    setting *s = *state;
    s->dropout = 0.2f;
    mote_graph *g = run_ok(s);
    assert_int_equal(g->n_ops, s->start->n_ops);
    for (int32_t k = 0; k < 3; k++)
        assert_true(same_layer(g, s->start, k));
    assert_false(same_layer(g, s->start, 4));
    assert_true(right(g, &s->val) > 0.9);
    assert_int_equal(s->result.n_epochs, 12);
    /* What validation said is what the graph says of the samples as they are. */
    assert_true(fabs(s->result.history[s->result.best_epoch].val_accuracy - right(g, &s->val)) <
                1e-9);
    mote_graph_destroy(g);
}

static void a_depth_freezes_so_many_layers(void **state)
{
    setting *s = *state;
    for (int32_t n = 0; n < 4; n++) {
        s->job.n_frozen = n == 3 ? 4 : n; /* the average goes with the last */
        mote_graph *g = run_ok(s);
        for (int32_t k = 0; k < 3; k++)
            assert_int_equal(same_layer(g, s->start, k), k < n);
        assert_true(right(g, &s->val) > 0.9);
        mote_graph_destroy(g);
    }
}

/* A rate so small that nothing moves: the weights that were taken over are the ones trained on,
 * whatever features are divided by. */
static void what_is_trained_on_begins_where_the_start_was(void **state)
{
    setting *s = *state;
    s->cfg.rate = 1e-12;
    s->cfg.n_epochs = 1;
    for (s->job.n_frozen = 0; s->job.n_frozen < 3; s->job.n_frozen++) {
        mote_graph *g = run_ok(s);
        for (int32_t k = 0; k < 3; k++) {
            const mote_tensor *x = &g->tensors[g->ops[k].inputs[1]],
                              *y = &s->start->tensors[s->start->ops[k].inputs[1]];
            const float *u = x->data, *v = y->data;
            for (int64_t i = 0; i < mote_tensor_elements(x); i++)
                assert_true(fabsf(u[i] - v[i]) <= 1e-6f * (1.0f + fabsf(v[i])));
        }
        mote_graph_destroy(g);
    }
}

/* ---- what is kept ------------------------------------------------------------------------ */

static void samples_go_through_what_is_frozen_once(void **state)
{
    setting *s = *state;
    mote_graph *kept = run_ok(s);
    assert_int_equal(s->count.n_filled, 120); /* of 12 epochs */
    s->job.kept_max_bytes = 0;
    mote_graph *not_kept = run_ok(s);
    assert_int_equal(s->count.n_filled, 13 * 120); /* and once for the scale */
    assert_same_graph(kept, not_kept);
    mote_graph_destroy(kept);
    mote_graph_destroy(not_kept);
}

static void changed_samples_are_kept_in_views(void **state)
{
    setting *s = *state;
    s->count.is_moving = true;
    s->job.n_views = 3;
    mote_graph *three = run_ok(s);
    assert_int_equal(s->count.n_filled, 3 * 120);
    assert_int_equal(s->count.most_epoch, 2);
    s->job.n_views = 1;
    mote_graph *one = run_ok(s);
    assert_int_equal(s->count.n_filled, 120);
    assert_false(same_layer(one, three, 4));
    s->job.n_views = 3;
    s->job.kept_max_bytes = (12 + CLASSES) * sizeof(float) * 120 * 2 + 1; /* two fit */
    mote_graph *two = run_ok(s);
    assert_int_equal(s->count.n_filled, 2 * 120);
    mote_graph_destroy(one);
    mote_graph_destroy(two);
    mote_graph_destroy(three);
}

static void threads_change_no_byte(void **state)
{
    setting *s = *state;
    s->dropout = 0.2f;
    s->job.thaw_epochs = 2;
    s->job.thaw_rate = 0.001;
    mote_graph *one = run_ok(s);
    s->n_threads = 3;
    mote_graph *three = run_ok(s);
    assert_same_graph(one, three);
    mote_graph_destroy(one);
    mote_graph_destroy(three);
}

/* ---- thawing ----------------------------------------------------------------------------- */

static void thawing_trains_everything_afterwards(void **state)
{
    setting *s = *state;
    s->job.thaw_epochs = 3;
    s->job.thaw_rate = 0.001;
    mote_graph *g = run_ok(s);
    assert_int_equal(s->result.n_epochs, 15);
    assert_int_equal(s->result.best_epoch, 14);
    assert_true(s->result.history[13].rate < 0.0011 &&
                s->result.history[11].rate < s->result.history[1].rate);
    for (int32_t k = 0; k < 3; k++)
        assert_false(same_layer(g, s->start, k));
    assert_true(right(g, &s->val) > 0.9);
    mote_graph_destroy(g);
}

static void a_thawing_that_validation_does_not_like_is_undone(void **state)
{
    setting *s = *state;
    s->cfg.keep = MOTE_KEEP_LEAST_LOSS;
    s->job.thaw_epochs = 1;
    s->job.thaw_rate = 10.0;
    mote_graph *g = run_ok(s);
    assert_int_equal(s->result.n_epochs, 13);
    assert_in_range(s->result.best_epoch, 0, 11);
    for (int32_t k = 0; k < 3; k++)
        assert_true(same_layer(g, s->start, k));
    mote_graph_destroy(g);
}

/* ---- stopping ---------------------------------------------------------------------------- */

typedef struct {
    int32_t stop_after; /* epochs */
    int32_t n_done, n_epochs;
} stopper;

static bool stop(void *arg, const mote_train_progress *p)
{
    stopper *s = arg;
    s->n_done += p->epoch_done;
    s->n_epochs = p->n_epochs;
    if (p->epoch_done)
        assert_int_equal(p->epoch, s->n_done - 1);
    return !(p->epoch_done && s->n_done == s->stop_after);
}

static void stop_and_go_on(setting *s)
{
    char dir[TEMP_DIR_BYTES], path[TEMP_DIR_BYTES + 16];
    temp_dir_make(dir);
    snprintf(path, sizeof path, "%s/c", dir);
    s->job.thaw_epochs = 4;
    s->job.thaw_rate = 0.001;
    mote_graph *whole = run_ok(s);
    static const int32_t stops[] = {5, 14}; /* before and after thawing begins */
    for (size_t i = 0; i < T_COUNT(stops); i++) {
        mote_err err = {0};
        stopper at = {.stop_after = stops[i]};
        mote_graph *g = NULL;
        s->cfg.checkpoint_path = path;
        s->job.learn.train.host.report = stop;
        s->job.learn.train.host.arg = &at;
        assert_int_equal(run(s, &g, &err), MOTE_CANCELLED);
        assert_null(g);
        assert_int_equal(at.n_epochs, 16);
        s->job.learn.train.host.report = NULL;
        g = run_ok(s);
        assert_true(s->result.resumed);
        assert_int_equal(s->result.n_epochs, 16);
        assert_same_graph(whole, g);
        mote_graph_destroy(g);
        (void)remove(path);
        strcat(path, ".thaw");
        (void)remove(path);
        path[strlen(path) - 5] = '\0';
    }
    s->cfg.checkpoint_path = NULL;
    mote_graph_destroy(whole);
    temp_dir_remove(dir);
}

static void a_stopped_one_goes_on_where_it_was(void **state)
{
    stop_and_go_on(*state);
}

/* Of each of the two trainings. */
static void a_stopped_one_goes_on_with_its_mean(void **state)
{
    setting *s = *state;
    s->cfg.average = (mote_average){.kind = MOTE_AVERAGE_SWA, .span = 0.5};
    stop_and_go_on(s);
    s->cfg.average = (mote_average){.kind = MOTE_AVERAGE_EMA, .span = 0.5};
    stop_and_go_on(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, take_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_head_is_learned_and_the_body_keeps_its_bits),
        TEST(a_depth_freezes_so_many_layers),
        TEST(what_is_trained_on_begins_where_the_start_was),
        TEST(samples_go_through_what_is_frozen_once),
        TEST(changed_samples_are_kept_in_views),
        TEST(threads_change_no_byte),
        TEST(thawing_trains_everything_afterwards),
        TEST(a_thawing_that_validation_does_not_like_is_undone),
        TEST(a_stopped_one_goes_on_where_it_was),
        TEST(a_stopped_one_goes_on_with_its_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
