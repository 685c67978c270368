/* SPDX-License-Identifier: Apache-2.0 */
/* Means over training: their weights; bit for bit what a mean by hand of the states is; statistics
 * of batch norm that are the mean network's own; what is judged is what is given. */
#include "learn/average.h"

#include "base/file.h"
#include "learn/checkpoint.h"
#include "strokes.h"

/* ------------------------------------------------------------------ weights */

static void a_moving_mean_is_as_old_as_an_equal_mean_of_its_span(void **unused)
{
    (void)unused;
    static const struct {
        double span;
        int64_t n_steps;
    } cases[] = {{0.25, 4000}, {0.01, 10000}, {0.9, 500}, {0.5, 2000}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        const mote_average a = {.kind = MOTE_AVERAGE_EMA, .span = cases[i].span};
        const double n = cases[i].span * (double)cases[i].n_steps;
        /* Long after the beginning: weight (1 - keep) keep^age. */
        const double keep = (double)mote_average_keep(&a, 100000000, cases[i].n_steps);
        double age = 0.0, weight = 1.0 - keep, sum = 0.0;
        for (int32_t k = 0; k < 400000; k++, weight *= keep) {
            age += weight * k;
            sum += weight;
        }
        assert_true(fabs(sum - 1.0) < 1e-6);
        assert_true(fabs(age / ((n - 1.0) / 2.0) - 1.0) < 1e-3);
    }
}

static void the_beginning_of_a_moving_mean_does_not_weigh(void **unused)
{
    (void)unused;
    const mote_average by_span = {.kind = MOTE_AVERAGE_EMA, .span = 0.9},
                       by_decay = {.kind = MOTE_AVERAGE_EMA, .decay = 0.9f};
    double of_first = 1.0;
    for (uint64_t t = 0; t < 100; t++)
        of_first *= (double)mote_average_keep(&by_span, t, 100000);
    assert_true(of_first < 1e-9); /* a decay of 0.99998 alone would leave 0.998 */
    assert_true(mote_average_keep(&by_decay, 0, 1000) < 0.1001f);
    assert_true(mote_average_keep(&by_decay, 79, 1000) < 0.9f);
    for (uint64_t t = 81; t < 1000; t++)
        assert_memory_equal(&(float){mote_average_keep(&by_decay, t, 1000)}, &by_decay.decay,
                            sizeof(float));
    /* A span of less than a step is no mean. */
    const mote_average short_one = {.kind = MOTE_AVERAGE_EMA, .span = 0.01};
    assert_true(mote_average_keep(&short_one, 50, 60) <= 0.0f);
}

static void the_equal_mean_begins_where_its_span_does(void **unused)
{
    (void)unused;
    static const struct {
        double span;
        int32_t n_epochs, first;
    } cases[] = {{0.25, 60, 45}, {0.25, 200, 150}, {0.01, 60, 59}, {0.25, 5, 4},
                 {0.5, 5, 2},    {0.25, 1, 0},     {0.9, 4, 1},    {1.0, 10, 1}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_average a = {.kind = MOTE_AVERAGE_SWA, .span = cases[i].span};
        assert_int_equal(mote_average_first(&a, cases[i].n_epochs), cases[i].first);
        a.kind = MOTE_AVERAGE_EMA;
        assert_int_equal(mote_average_first(&a, cases[i].n_epochs), 0);
    }
}

static void bad_averages_are_refused_and_named(void **unused)
{
    (void)unused;
    static const struct {
        mote_average a;
        const char *words;
    } cases[] = {
        {{.kind = (mote_average_kind)3, .span = 0.5}, "average 3"},
        {{.kind = MOTE_AVERAGE_EMA, .decay = 1.0f}, "decay"},
        {{.kind = MOTE_AVERAGE_EMA, .decay = NAN}, "decay"},
        {{.kind = MOTE_AVERAGE_EMA}, "span"},
        {{.kind = MOTE_AVERAGE_SWA, .span = 1.1}, "span"},
        {{.kind = MOTE_AVERAGE_SWA, .span = (double)NAN}, "span"},
    };
    mote_err err;
    for (size_t i = 0; i < T_COUNT(cases); i++)
        T_FAILS(mote_average_check(&cases[i].a, &err), MOTE_ARG, cases[i].words);
    T_OK(mote_average_check(&(mote_average){.kind = MOTE_AVERAGE_NONE}, &err));
    T_OK(mote_average_check(&(mote_average){.kind = MOTE_AVERAGE_EMA, .decay = 0.9f}, &err));
    T_OK(mote_average_check(&(mote_average){.kind = MOTE_AVERAGE_SWA, .span = 1.0}, &err));
}

/* ------------------------------------------------------------------ by hand */

enum { MOST_EPOCHS = 24, MOST_BATCHES = 16 };

/* What a training did, seen from outside: the state of each epoch by its checkpoint, and the
 * batches that were asked for without targets since the last one. */
typedef struct {
    mote_batch_source inner;
    const char *path;
    size_t n_params, n_state;
    float *states[MOST_EPOCHS], *means[MOST_EPOCHS];
    int32_t n_epochs;
    float *batches[MOST_BATCHES];
    int32_t n[MOST_BATCHES], n_batches;
    bool of_last_epoch; /* the batches are those of the epoch before */
} witness;

static mote_status fill_seen(void *arg, const mote_batch_request *rq, float *inputs, float *targets,
                             mote_err *err)
{
    witness *w = arg;
    MOTE_TRY(w->inner.fill(w->inner.arg, rq, inputs, targets, err));
    if (targets)
        return MOTE_OK;
    if (w->of_last_epoch)
        for (; w->n_batches > 0; w->n_batches--)
            free(w->batches[w->n_batches - 1]);
    w->of_last_epoch = false;
    const size_t bytes = (size_t)rq->n * rq->in_elements * sizeof(float);
    w->batches[w->n_batches] = malloc(bytes);
    memcpy(w->batches[w->n_batches], inputs, bytes);
    w->n[w->n_batches++] = rq->n;
    return MOTE_OK;
}

static bool see_epoch(void *arg, const mote_train_progress *p)
{
    witness *w = arg;
    if (!p->epoch_done)
        return true;
    mote_err err;
    char *bytes = NULL;
    size_t n = 0;
    T_OK(mote_file_read(w->path, 1 << 24, &bytes, &n, &err));
    float *rest = calloc(2 * w->n_params + w->n_state, sizeof(float));
    mote_checkpoint c = {.n_params = w->n_params,
                         .n_state = w->n_state,
                         .state = calloc(w->n_state, sizeof(float)),
                         .average = calloc(w->n_state, sizeof(float)),
                         .m = rest,
                         .v = rest + w->n_params,
                         .best = rest + 2 * w->n_params,
                         .history = calloc(MOST_EPOCHS, sizeof(mote_epoch)),
                         .max_epochs = MOST_EPOCHS};
    memcpy(c.run.bytes, bytes + 12, sizeof c.run.bytes);
    T_OK(mote_checkpoint_decode(bytes, n, &c, &err));
    w->states[w->n_epochs] = c.state;
    w->means[w->n_epochs++] = c.average;
    w->of_last_epoch = true;
    free(c.history);
    free(rest);
    mote_free(bytes);
    return true;
}

static void witness_release(witness *w)
{
    for (int32_t i = 0; i < w->n_epochs; i++) {
        free(w->states[i]);
        free(w->means[i]);
    }
    for (int32_t i = 0; i < w->n_batches; i++)
        free(w->batches[i]);
}

/* Train `g` and see it; a net of it for use by hand. */
static mote_net *train_seen(const job *j, mote_graph *g, witness *w, mote_train_result *r)
{
    mote_err err;
    mote_net *net = NULL;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    T_OK(mote_net_create(g, &(mote_net_config){.max_batch = 64, .norm_momentum = 1.0f}, NULL, &net,
                         &err));
    *w = (witness){.inner = mote_source_memory(&j->train),
                   .path = j->cfg.checkpoint_path,
                   .n_params = mote_net_n_params(net),
                   .n_state = mote_net_n_state(net)};
    assert_true(w->n_state > w->n_params); /* there is batch norm */
    mote_batch_source seen = w->inner;
    seen.fill = fill_seen;
    seen.arg = w;
    mote_train_job t = {&j->cfg, &seen, &j->val, {.report = see_epoch, .arg = w}};
    T_OK(mote_train(g, &t, &arena, r, &err));
    assert_int_equal(w->n_epochs, r->n_epochs);
    r->history = NULL; /* goes with the arena */
    return net;
}

static void blend_by_hand(float keep, size_t n, const float *x, float *mean)
{
    for (size_t i = 0; i < n; i++) {
        const float old = mean[i] * keep, add = x[i] * (1.0f - keep);
        mean[i] = old + add;
    }
}

static void the_moving_mean_is_that_of_the_states_by_hand(void **unused)
{
    (void)unused;
    samples train = samples_make(30, 0.5, 1), val = samples_make(12, 0.5, 2);
    job j = job_make(&train, &val);
    j.cfg.n_epochs = MOST_EPOCHS;
    j.cfg.batch_size = 30; /* a step an epoch */
    j.cfg.average = (mote_average){.kind = MOTE_AVERAGE_EMA, .span = 0.5};
    j.cfg.checkpoint_path = t_path("ema.ckpt");
    mote_graph *g = spotter(0.2f), *start = spotter(0.2f);
    witness w;
    mote_train_result r;
    mote_net *net = train_seen(&j, g, &w, &r);
    float *mean = calloc(w.n_state, sizeof(float));
    mote_net_read(net, start, mean);
    for (int32_t t = 0; t < MOST_EPOCHS; t++) {
        const double ramp = (1.0 + t) / (10.0 + t), decay = 1.0 - 2.0 / (0.5 * MOST_EPOCHS + 1.0);
        blend_by_hand((float)(ramp < decay ? ramp : decay), w.n_state, w.states[t], mean);
        assert_memory_equal(mean, w.means[t], w.n_state * sizeof(float));
    }
    assert_true(memcmp(mean, w.states[MOST_EPOCHS - 1], w.n_params * sizeof(float)) != 0);
    free(mean);
    witness_release(&w);
    mote_net_destroy(net);
    mote_graph_destroy(g);
    mote_graph_destroy(start);
    samples_free(&train);
    samples_free(&val);
}

/* The mean over the batches, by their sizes, of what each says with the weights of `state`. */
static void statistics_by_hand(mote_net *net, const witness *w, const float *state, double *out)
{
    float *s = calloc(w->n_state, sizeof(float)), *grads = calloc(w->n_params, sizeof(float));
    float targets[64 * CLASSES] = {0};
    double total = 0.0;
    for (int32_t i = 0; i < 64; i++)
        targets[i * CLASSES] = 1.0f;
    for (int32_t b = 0; b < w->n_batches; b++)
        total += w->n[b];
    for (size_t i = w->n_params; i < w->n_state; i++)
        out[i] = 0.0;
    for (int32_t b = 0; b < w->n_batches; b++) {
        const mote_net_batch one = {.inputs = w->batches[b], .targets = targets, .n = w->n[b]};
        mote_net_result said;
        memcpy(s, state, w->n_state * sizeof(float));
        mote_net_gradient(net, s, &one, grads, &said); /* momentum 1: statistics of this batch */
        for (size_t i = w->n_params; i < w->n_state; i++)
            out[i] += (double)s[i] * w->n[b] / total;
    }
    free(s);
    free(grads);
}

static void the_equal_mean_is_that_of_the_states_by_hand_with_statistics_of_its_own(void **unused)
{
    (void)unused;
    samples train = samples_make(70, 0.5, 1), val = samples_make(20, 0.5, 2);
    job j = job_make(&train, &val);
    j.cfg.n_epochs = 12;
    j.cfg.average = (mote_average){.kind = MOTE_AVERAGE_SWA, .span = 0.5};
    j.cfg.checkpoint_path = t_path("swa.ckpt");
    mote_graph *g = spotter(0.0f);
    witness w;
    mote_train_result r;
    mote_net *net = train_seen(&j, g, &w, &r);
    float *mean = calloc(w.n_state, sizeof(float)), *given = calloc(w.n_state, sizeof(float));
    double *wanted = calloc(w.n_state, sizeof(double));
    for (int32_t e = 6; e < 12; e++) {
        const int32_t k = e - 6;
        blend_by_hand((float)k / (float)(k + 1), w.n_state, w.states[e], mean);
        assert_memory_equal(mean, w.means[e], w.n_params * sizeof(float));
    }
    assert_int_equal(w.n_batches, 5); /* of the last epoch, all of it, once */
    statistics_by_hand(net, &w, w.means[11], wanted);
    double off = 0.0, averaged_off = 0.0;
    for (size_t i = w.n_params; i < w.n_state; i++) {
        off = fmax(off, fabs((double)w.means[11][i] - wanted[i]) / (1.0 + fabs(wanted[i])));
        averaged_off = fmax(averaged_off, fabs((double)mean[i] - wanted[i]));
    }
    print_message("statistics are off by %.2g, averaged ones would be by %.2g\n", off,
                  averaged_off);
    assert_true(off < 1e-6 && averaged_off > 1e-3);
    assert_true(r.best_epoch >= 6);
    mote_net_read(net, g, given);
    assert_memory_equal(given, w.means[r.best_epoch], w.n_state * sizeof(float));
    free(mean);
    free(given);
    free(wanted);
    witness_release(&w);
    mote_net_destroy(net);
    mote_graph_destroy(g);
    samples_free(&train);
    samples_free(&val);
}

/* ------------------------------------------------------------------ what is judged is given */

static void what_was_judged_is_what_is_given(void **unused)
{
    (void)unused;
    static const mote_average ways[] = {{.kind = MOTE_AVERAGE_NONE},
                                        {.kind = MOTE_AVERAGE_EMA, .decay = 0.8f},
                                        {.kind = MOTE_AVERAGE_EMA, .span = 0.3},
                                        {.kind = MOTE_AVERAGE_SWA, .span = 0.3}};
    mote_err err;
    samples train = samples_make(90, 0.6, 1), val = samples_make(40, 0.6, 2);
    for (size_t i = 0; i < T_COUNT(ways); i++) {
        MOTE_SCOPED_ARENA arena;
        mote_arena_init(&arena, 1 << 20);
        job j = job_make(&train, &val);
        j.cfg.n_epochs = 10;
        j.cfg.batch_size = 40;
        j.cfg.average = ways[i];
        mote_graph *g = spotter(0.1f);
        mote_train_result r;
        T_OK(job_run(&j, g, &arena, &r, &err));
        mote_net *net = NULL;
        T_OK(mote_net_create(g, &(mote_net_config){.max_batch = 40}, NULL, &net, &err));
        float *state = calloc(mote_net_n_state(net), sizeof(float)), targets[40 * CLASSES] = {0};
        for (int32_t k = 0; k < 40; k++)
            targets[k * CLASSES + val.labels[k]] = 1.0f;
        mote_net_read(net, g, state);
        mote_net_result said;
        mote_net_loss(net, state,
                      &(mote_net_batch){.inputs = val.inputs, .targets = targets, .n = 40}, &said);
        print_message("way %zu: loss %.4f, best epoch %d\n", i, said.loss, (int)r.best_epoch);
        assert_true(fabs(said.loss - r.history[r.best_epoch].val_loss) < 1e-12);
        free(state);
        mote_net_destroy(net);
        mote_graph_destroy(g);
    }
    samples_free(&train);
    samples_free(&val);
}

/* Before the mean begins nothing can be chosen, however good, and patience does not run out. */
static void nothing_is_chosen_before_the_equal_mean_begins(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(60, 0.8, 1), val = samples_make(30, 0.8, 2);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, &val);
    j.cfg.n_epochs = 20;
    j.cfg.rate = 0.3; /* so high that validation goes up and down */
    j.cfg.patience = 1;
    mote_graph *g = spotter(0.1f), *h = spotter(0.1f);
    mote_train_result plain, r;
    T_OK(job_run(&j, g, &arena, &plain, &err));
    assert_true(plain.stopped_early && plain.n_epochs < 10);
    j.cfg.average = (mote_average){.kind = MOTE_AVERAGE_SWA, .span = 0.5};
    T_OK(job_run(&j, h, &arena, &r, &err));
    assert_true(r.best_epoch >= 10 && r.n_epochs > 10);
    for (int32_t e = 11; e < 20 && e < r.n_epochs; e++) /* and the rate stays */
        assert_true(fabs(r.history[e].rate - r.history[10].rate) < 1e-15);
    assert_true(r.history[9].rate > r.history[10].rate);
    mote_graph_destroy(g);
    mote_graph_destroy(h);
    samples_free(&train);
    samples_free(&val);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moving_mean_is_as_old_as_an_equal_mean_of_its_span),
        cmocka_unit_test(the_beginning_of_a_moving_mean_does_not_weigh),
        cmocka_unit_test(the_equal_mean_begins_where_its_span_does),
        cmocka_unit_test(bad_averages_are_refused_and_named),
        cmocka_unit_test(the_moving_mean_is_that_of_the_states_by_hand),
        cmocka_unit_test(the_equal_mean_is_that_of_the_states_by_hand_with_statistics_of_its_own),
        cmocka_unit_test(what_was_judged_is_what_is_given),
        cmocka_unit_test(nothing_is_chosen_before_the_equal_mean_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
