/* SPDX-License-Identifier: Apache-2.0 */
/* How long a training is: least steps of a small set, when it stops, what is told of it meanwhile.
 * The trainer's other tests: test_trainer.c. */
#include "strokes.h"

/* ------------------------------------------------------------------ how long */

/* 40 samples are three steps an epoch. */
static mote_train_result run_of(const samples *train, const samples *val, const job *how,
                                mote_graph **g, mote_arena *arena)
{
    mote_err err;
    mote_train_result r;
    job j = job_make(train, val);
    j.cfg = how->cfg;
    *g = spotter(0.0f);
    T_OK(job_run(&j, *g, arena, &r, &err));
    return r;
}

static void a_small_set_is_passed_over_until_there_are_steps_enough(void **unused)
{
    (void)unused;
    samples train = samples_make(40, 0.3, 1), val = samples_make(30, 0.3, 2);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, &val);
    j.cfg.n_epochs = 4;
    j.cfg.warmup_epochs = 1.0;
    job by_steps = j, by_epochs = j, enough = j;
    by_steps.cfg.min_steps = 22; /* 8 epochs are the first to have as many */
    by_epochs.cfg.n_epochs = 8;
    by_epochs.cfg.warmup_epochs = 2.0;
    enough.cfg.min_steps = 12;
    mote_graph *a, *b, *c, *d;
    mote_train_result steps = run_of(&train, &val, &by_steps, &a, &arena),
                      epochs = run_of(&train, &val, &by_epochs, &b, &arena),
                      plain = run_of(&train, &val, &j, &c, &arena),
                      same = run_of(&train, &val, &enough, &d, &arena);
    assert_int_equal(steps.n_epochs, 8);
    assert_int_equal(epochs.n_epochs, 8);
    assert_same_graph(a, b);
    assert_true(steps.history[7].rate < 0.02 * j.cfg.rate); /* the cosine has run out */
    assert_int_equal(plain.n_epochs, 4);
    assert_int_equal(same.n_epochs, 4); /* 12 steps were there already */
    assert_same_graph(c, d);
    mote_graph_destroy(a);
    mote_graph_destroy(b);
    mote_graph_destroy(c);
    mote_graph_destroy(d);
    samples_free(&train);
    samples_free(&val);
}

static void a_longer_training_is_as_patient_as_the_shorter_one(void **unused)
{
    (void)unused;
    samples train = samples_make(40, 0.3, 1), val = samples_make(30, 0.3, 2);
    for (int32_t i = 0; i < 30; i++) /* the better it learns, the worse it does there */
        val.labels[i] = (val.labels[i] + 1) % CLASSES;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, &val);
    j.cfg.n_epochs = 20;
    j.cfg.patience = 3;
    j.cfg.min_steps = 20 * 3 * 2;
    mote_graph *g;
    mote_train_result r = run_of(&train, &val, &j, &g, &arena);
    assert_true(r.stopped_early);
    assert_int_equal(r.n_epochs, r.best_epoch + 1 + 6);
    mote_graph_destroy(g);
    samples_free(&train);
    samples_free(&val);
}

static void lengthening_keeps_proportions_and_never_shortens(void **unused)
{
    (void)unused;
    mote_train_config c;
    mote_train_default(&c);
    c.n_epochs = 10;
    c.warmup_epochs = 2.0;
    c.patience = 5;
    mote_train_lengthen(&c, 10);
    assert_int_equal(c.n_epochs, 10);
    mote_train_lengthen(&c, MOTE_TRAIN_MAX_EPOCHS);
    assert_int_equal(c.n_epochs, MOTE_TRAIN_MAX_EPOCHS);
    assert_int_equal(c.patience, MOTE_TRAIN_MAX_EPOCHS / 2);
    assert_true(fabs(c.warmup_epochs - 0.2 * MOTE_TRAIN_MAX_EPOCHS) < 1e-6);
    c.patience = 0; /* never stays never */
    c.n_epochs = 10;
    mote_train_lengthen(&c, 20);
    assert_int_equal(c.patience, 0);
}

/* ------------------------------------------------------------------ when to stop */

static void it_stops_when_validation_stops_improving(void **unused)
{
    (void)unused;
    mote_err err;
    /* Labels of the validation set are shifted: the better it learns, the worse it does there. */
    samples train = samples_make(120, 0.3, 1), val = samples_make(60, 0.3, 2);
    for (int32_t i = 0; i < 60; i++)
        val.labels[i] = (val.labels[i] + 1) % CLASSES;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, &val);
    j.cfg.n_epochs = 40;
    j.cfg.patience = 3;
    mote_graph *g = spotter(0.0f);
    mote_train_result r;
    T_OK(job_run(&j, g, &arena, &r, &err));
    assert_true(r.stopped_early);
    assert_int_equal(r.n_epochs, r.best_epoch + 4);
    mote_graph_destroy(g);
    /* The result is the best epoch: the same run cut there gives the same graph but for the
     * schedule. */
    mote_graph *cut = spotter(0.0f), *whole = spotter(0.0f);
    j.cfg.schedule = MOTE_SCHEDULE_CONSTANT;
    mote_train_result s, t;
    T_OK(job_run(&j, whole, &arena, &s, &err));
    j.cfg.n_epochs = s.best_epoch + 1;
    j.cfg.keep = MOTE_KEEP_LAST;
    T_OK(job_run(&j, cut, &arena, &t, &err));
    assert_same_graph(whole, cut);
    mote_graph_destroy(cut);
    mote_graph_destroy(whole);
    samples_free(&train);
    samples_free(&val);
}

static void a_loss_that_is_no_number_ends_the_run(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(40, 0.5, 1);
    train.inputs[5] = NAN;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, NULL);
    mote_graph *g = spotter(0.0f), *start = spotter(0.0f);
    mote_train_result r;
    T_FAILS(job_run(&j, g, &arena, &r, &err), MOTE_UNMET, "not a number");
    assert_same_graph(start, g);

    /* Of the validation too: no epoch could be told to be the better one. */
    samples good = samples_make(40, 0.5, 1);
    j = job_make(&good, &train);
    T_FAILS(job_run(&j, g, &arena, &r, &err), MOTE_UNMET, "validation loss is not a number");
    assert_same_graph(start, g);
    mote_graph_destroy(g);
    mote_graph_destroy(start);
    samples_free(&good);
    samples_free(&train);
}

/* ------------------------------------------------------------------ progress */

static int64_t fake_us;
static int64_t fake_clock(void)
{
    return fake_us += 1000;
}

typedef struct {
    int32_t n_calls, n_epochs;
    double rate, waiting;
    int64_t last_left;
} seen;

static bool watch(void *arg, const mote_train_progress *p)
{
    seen *s = arg;
    s->n_calls++;
    s->n_epochs += p->epoch_done;
    assert_int_equal(p->n_epochs, 6);
    assert_int_equal(p->n_steps, 7); /* 100 samples in batches of at most 16 */
    assert_true(p->step >= 1 && p->step <= 7 && p->epoch_done == (p->step == 7));
    assert_true(p->loss > 0.0 && p->accuracy >= 0.0 && p->accuracy <= 1.0);
    assert_true(isnan(p->last.train_loss) == (p->epoch == 0 && !p->epoch_done));
    s->rate = p->samples_per_s;
    s->waiting = p->waiting_share;
    s->last_left = p->left_us;
    return true;
}

static void progress_tells_rate_and_time_left(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(100, 0.5, 1);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, NULL);
    seen s = {0};
    j.host.report = watch;
    j.host.arg = &s;
    j.cfg.now_us = fake_clock;
    mote_graph *g = spotter(0.0f);
    mote_train_result r;
    T_OK(job_run(&j, g, &arena, &r, &err));
    assert_int_equal(s.n_calls, 42);
    assert_int_equal(s.n_epochs, 6);
    /* Of the three looks at the clock that a step takes, one is at the end of its samples. */
    assert_true(fabs(s.rate - 600.0 / 0.126) < 1e-6);
    assert_true(fabs(s.waiting - 1.0 / 3.0) < 1e-9);
    assert_true(fabs(r.samples_per_s - s.rate) < 1e-9);
    assert_true(fabs(r.waiting_share - s.waiting) < 1e-9);
    assert_int_equal(s.last_left, 0);
    mote_graph_destroy(g);
    samples_free(&train);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_set_is_passed_over_until_there_are_steps_enough),
        cmocka_unit_test(a_longer_training_is_as_patient_as_the_shorter_one),
        cmocka_unit_test(lengthening_keeps_proportions_and_never_shortens),
        cmocka_unit_test(it_stops_when_validation_stops_improving),
        cmocka_unit_test(a_loss_that_is_no_number_ends_the_run),
        cmocka_unit_test(progress_tells_rate_and_time_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
