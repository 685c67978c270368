/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: it learns; it repeats byte for byte on any thread count and instruction set; killed at
 * any moment it resumes to the same bytes; averaging, mixup, weights, smoothing. How long it is:
 * test_trainer_length.c. */
#include <signal.h>
#include <sys/wait.h>

#include "learn/checkpoint.h"
#include "strokes.h"

/* ------------------------------------------------------------------ it learns */

static double accuracy(const mote_graph *g, const samples *s)
{
    mote_err err;
    mote_net *net;
    T_OK(mote_net_create(g, &(mote_net_config){.max_batch = s->d.n}, NULL, &net, &err));
    float *state = calloc(mote_net_n_state(net), sizeof(float)),
          *probs = calloc((size_t)s->d.n * CLASSES, sizeof(float));
    mote_net_read(net, g, state);
    mote_net_predict(net, state, s->inputs, s->d.n, probs);
    int32_t right = 0;
    for (int32_t i = 0; i < s->d.n; i++) {
        int32_t best = 0;
        for (int32_t k = 1; k < CLASSES; k++)
            best = probs[i * CLASSES + k] > probs[i * CLASSES + best] ? k : best;
        right += best == s->labels[i];
    }
    free(state);
    free(probs);
    mote_net_destroy(net);
    return (double)right / s->d.n;
}

static void a_simple_problem_is_learnt(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(300, 0.4, 1), val = samples_make(90, 0.4, 2),
            test = samples_make(300, 0.4, 3);
    static const struct {
        mote_optim_kind kind;
        float average, mixup, smoothing;
        double rate;
    } ways[] = {
        {MOTE_OPTIM_ADAM, 0.0f, 0.0f, 0.0f, 0.01},
        {MOTE_OPTIM_ADAM, 0.95f, 0.2f, 0.1f, 0.01},
        {MOTE_OPTIM_SGD, 0.0f, 0.0f, 0.0f, 0.1},
    };
    for (size_t i = 0; i < T_COUNT(ways); i++) {
        MOTE_SCOPED_ARENA arena;
        mote_arena_init(&arena, 1 << 20);
        job j = job_make(&train, &val);
        j.cfg.n_epochs = 15;
        j.cfg.optim.kind = ways[i].kind;
        j.cfg.average =
            (mote_average){.kind = ways[i].average > 0.0f ? MOTE_AVERAGE_EMA : MOTE_AVERAGE_NONE,
                           .decay = ways[i].average};
        j.cfg.mixup_alpha = ways[i].mixup;
        j.cfg.label_smoothing = ways[i].smoothing;
        j.cfg.rate = ways[i].rate;
        mote_graph *g = spotter(0.1f);
        double before = accuracy(g, &test);
        mote_train_result r;
        T_OK(job_run(&j, g, &arena, &r, &err));
        double after = accuracy(g, &test);
        print_message("way %zu: accuracy %.3f before, %.3f after, best epoch %d\n", i, before,
                      after, (int)r.best_epoch);
        assert_true(before < 0.7 && after >= 0.98);
        assert_int_equal(r.n_epochs, 15);
        assert_true(r.history[14].train_loss < r.history[0].train_loss);
        for (int32_t e = 0; e < r.n_epochs; e++)
            assert_true(r.history[r.best_epoch].val_loss <= r.history[e].val_loss);
        mote_graph_destroy(g);
    }
    samples_free(&train);
    samples_free(&val);
    samples_free(&test);
}

/* ------------------------------------------------------------------ it repeats */

static job every_feature(const samples *train, const samples *val)
{
    job j = job_make(train, val);
    j.cfg.average = (mote_average){.kind = MOTE_AVERAGE_EMA, .decay = 0.9f};
    j.cfg.mixup_alpha = 0.3f;
    j.cfg.label_smoothing = 0.1f;
    j.cfg.optim.decay = 0.01f;
    j.cfg.optim.clip_norm = 1.0f;
    static const float weights[CLASSES] = {1.0f, 2.0f, 0.5f};
    j.cfg.class_weights = weights;
    return j;
}

static void threads_and_instruction_sets_do_not_change_a_byte(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(70, 0.5, 1), val = samples_make(20, 0.5, 2);
    static const mote_simd levels[] = {MOTE_SIMD_PORTABLE, MOTE_SIMD_AVX2, MOTE_SIMD_AVX512};
    job j = every_feature(&train, &val);
    j.cfg.n_epochs = 2;
    mote_graph *first = NULL;
    int32_t n_compared = 0;
    for (size_t l = 0; l < T_COUNT(levels); l++) {
        const mote_kernels *k;
        if (mote_kernels_get(levels[l], &k, NULL) != MOTE_OK)
            continue;
        for (j.n_threads = 1; j.n_threads <= 3; j.n_threads++) {
            MOTE_SCOPED_ARENA arena;
            mote_arena_init(&arena, 1 << 20);
            j.cfg.simd = levels[l];
            mote_graph *g = spotter(0.2f);
            mote_train_result r;
            T_OK(job_run(&j, g, &arena, &r, &err));
            if (first) {
                assert_same_graph(first, g);
                mote_graph_destroy(g);
                n_compared++;
            } else {
                first = g;
            }
        }
    }
    assert_true(n_compared >= 2);
    /* And the seed does. */
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    j.n_threads = 1;
    j.cfg.simd = MOTE_SIMD_AUTO;
    j.cfg.seed = 2;
    mote_graph *g = spotter(0.2f);
    mote_train_result r;
    T_OK(job_run(&j, g, &arena, &r, &err));
    MOTE_SCOPED_BUF x, y;
    saved(first, &x);
    saved(g, &y);
    assert_true(x.len != y.len || memcmp(x.data, y.data, x.len) != 0);
    mote_graph_destroy(g);
    mote_graph_destroy(first);
    samples_free(&train);
    samples_free(&val);
}

/* Values from sums of uniform numbers alone, so that no function of the C library has a part. */
static void fill_uniform(mote_rng *rng, float *x, size_t n, double scale)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(scale * (mote_rng_uniform(rng) + mote_rng_uniform(rng) - 1.0));
}

static void the_bytes_are_those_recorded_for_every_machine_and_compiler(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(70, 0.5, 1), val = samples_make(20, 0.5, 2);
    mote_graph *g = spotter(0.2f);
    mote_rng rng;
    mote_rng_init(&rng, 12);
    fill_uniform(&rng, train.inputs, 70 * IN, 1.0);
    fill_uniform(&rng, val.inputs, 20 * IN, 1.0);
    for (int32_t i = 0; i < g->n_tensors; i++) {
        mote_tensor *t = &g->tensors[i];
        if (t->role == MOTE_ROLE_CONST && t->n_dims > 1)
            fill_uniform(&rng, t->data, (size_t)mote_tensor_elements(t), 0.5);
    }
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = every_feature(&train, &val);
    mote_train_result r;
    T_OK(job_run(&j, g, &arena, &r, &err));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].role == MOTE_ROLE_CONST)
            mote_buf_add(&b, g->tensors[i].data, mote_tensor_bytes(&g->tensors[i]));
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256 h = mote_sha256_of(b.data, b.len);
    mote_sha256_hex(&h, hex);
    /* It changes when the arithmetic of training is changed on purpose; record the new one then. */
    assert_string_equal(hex, "7cac1a85a6b4f5d46336dd9043d358cc7c13dff94b55fd608cde69e41d41fd2c");
    mote_graph_destroy(g);
    samples_free(&train);
    samples_free(&val);
}

/* ------------------------------------------------------------------ it resumes */

/* The means of training, of which a resume must go on with the same bits. */
static const mote_average averages[] = {{.kind = MOTE_AVERAGE_EMA, .decay = 0.9f},
                                        {.kind = MOTE_AVERAGE_EMA, .span = 0.4},
                                        {.kind = MOTE_AVERAGE_SWA, .span = 0.7},
                                        {.kind = MOTE_AVERAGE_NONE}};

/* In a child: train with a checkpoint, be killed after `us` microseconds. True: it had finished. */
static bool train_and_kill(const job *j, int64_t us)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        mote_arena arena;
        mote_arena_init(&arena, 1 << 20);
        mote_graph *g = spotter(0.2f);
        mote_train_result r;
        _exit(job_run(j, g, &arena, &r, NULL) == MOTE_OK ? 0 : 1);
    }
    struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    nanosleep(&t, NULL);
    kill(child, SIGKILL);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return !WIFSIGNALED(status);
}

static void kill_and_resume(const mote_average *average, const char *path, mote_rng *rng)
{
    mote_err err;
    samples train = samples_make(150, 0.5, 1), val = samples_make(40, 0.5, 2);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = every_feature(&train, &val);
    j.cfg.average = *average;
    j.cfg.n_epochs = 12;
    mote_graph *want = spotter(0.2f), *got = spotter(0.2f);
    mote_train_result a, b;
    T_OK(job_run(&j, want, &arena, &a, &err));
    assert_false(a.resumed);
    j.cfg.checkpoint_path = path;
    int32_t n_kills = 0;
    while (n_kills < 40 && !train_and_kill(&j, 1000 + mote_rng_below(rng, 12000)))
        n_kills++;
    T_OK(job_run(&j, got, &arena, &b, &err));
    print_message("%d kills\n", (int)n_kills);
    assert_true(n_kills >= 1);
    assert_same_graph(want, got);
    assert_int_equal(a.n_epochs, b.n_epochs);
    assert_int_equal(a.best_epoch, b.best_epoch);
    assert_memory_equal(a.history, b.history, (size_t)a.n_epochs * sizeof *a.history);
    mote_graph_destroy(want);
    mote_graph_destroy(got);
    samples_free(&train);
    samples_free(&val);
}

static void killed_at_random_it_resumes_to_the_same_bytes(void **unused)
{
    (void)unused;
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    kill_and_resume(&averages[0], t_path("kill-decay.ckpt"), &rng);
    kill_and_resume(&averages[2], t_path("kill-swa.ckpt"), &rng);
}

static bool stop_at_step(void *arg, const mote_train_progress *p)
{
    const int32_t *at = arg;
    return p->epoch * p->n_steps + p->step < *at;
}

typedef struct {
    mote_cancel cancel;
    int32_t n_calls;
} canceller;

static bool cancel_at_third_step(void *arg, const mote_train_progress *p)
{
    (void)p;
    canceller *c = arg;
    c->cancel.requested = ++c->n_calls == 3;
    return true;
}

static void a_cancel_is_honoured_after_the_step(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(100, 0.5, 1);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, NULL);
    canceller c = {.n_calls = 0};
    j.host.report = cancel_at_third_step;
    j.host.arg = &c;
    j.host.cancel = &c.cancel;
    mote_graph *g = spotter(0.0f);
    mote_train_result r;
    T_FAILS(job_run(&j, g, &arena, &r, &err), MOTE_CANCELLED, "was stopped after 0 of 6 epochs");
    assert_int_equal(c.n_calls, 3);
    mote_graph_destroy(g);
    samples_free(&train);
}

static void stop_and_resume(const mote_average *average, const char *path)
{
    mote_err err;
    samples train = samples_make(100, 0.5, 1);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = every_feature(&train, NULL);
    j.cfg.average = *average;
    mote_graph *want = spotter(0.2f), *got = spotter(0.2f), *start = spotter(0.2f);
    mote_train_result a, b = {.n_epochs = -7};
    T_OK(job_run(&j, want, &arena, &a, &err));
    assert_int_equal(a.best_epoch, 5); /* no validation: the last */
    assert_true(isnan(a.history[0].val_loss));
    j.cfg.checkpoint_path = path;
    j.host.report = stop_at_step;
    for (int32_t at = 3; at < 6 * 7; at += 9) {
        j.host.arg = &at;
        j.n_threads = 1 + at % 3;
        T_FAILS(job_run(&j, got, &arena, &b, &err), MOTE_CANCELLED, "was stopped after");
        assert_int_equal(b.n_epochs, -7);
        assert_same_graph(start, got); /* untouched */
    }
    j.host.report = NULL;
    T_OK(job_run(&j, got, &arena, &b, &err));
    assert_true(b.resumed);
    assert_same_graph(want, got);
    /* Once more: finished already, nothing to do, the same answer. */
    mote_graph *again = spotter(0.2f);
    mote_cancel cancel = {.requested = 1};
    j.host.cancel = &cancel;
    T_OK(job_run(&j, again, &arena, &b, &err));
    assert_same_graph(want, again);
    /* Another run's checkpoint is refused. */
    mote_graph *other = spotter(0.2f);
    j.cfg.identity = "other data";
    T_FAILS(job_run(&j, other, &arena, &b, &err), MOTE_CONFLICT, "another run");
    assert_same_graph(start, other);
    mote_graph_destroy(want);
    mote_graph_destroy(got);
    mote_graph_destroy(start);
    mote_graph_destroy(again);
    mote_graph_destroy(other);
    samples_free(&train);
}

static void stopped_on_request_it_resumes_on_other_threads(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < T_COUNT(averages); i++) {
        char name[24];
        snprintf(name, sizeof name, "stop-%zu.ckpt", i);
        stop_and_resume(&averages[i], t_path(name));
    }
}

/* tests/golden/v1/train.checkpoint: left by the program of before the means by a span, which had
 * been stopped in the fourth of six epochs. */
static void a_checkpoint_of_an_older_program_is_gone_on_with(void **unused)
{
    (void)unused;
    mote_err err;
    const char *root = getenv("MOTE_SOURCE_ROOT");
    char from[512];
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    samples train = samples_make(100, 0.5, 1);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = every_feature(&train, NULL);
    mote_graph *want = spotter(0.2f), *got = spotter(0.2f);
    mote_train_result a, b;
    T_OK(job_run(&j, want, &arena, &a, &err));
    snprintf(from, sizeof from, "%s/tests/golden/v1/train.checkpoint", root ? root : ".");
    T_OK(mote_file_read(from, 1 << 20, &bytes, &n, &err));
    j.cfg.checkpoint_path = t_path("old.ckpt");
    T_OK(mote_file_write(j.cfg.checkpoint_path, bytes, n, &err));
    T_OK(job_run(&j, got, &arena, &b, &err));
    assert_true(b.resumed);
    assert_same_graph(want, got);
    assert_memory_equal(a.history, b.history, 6 * sizeof *a.history);
    mote_graph_destroy(want);
    mote_graph_destroy(got);
    samples_free(&train);
}

static void count_bad(void *arg, const char *why)
{
    assert_non_null(strstr(why, "checkpoint"));
    ++*(int *)arg;
}

static void damaged_checkpoints_are_dropped_where_that_is_wished(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(40, 0.5, 1);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, NULL);
    int n_bad = 0;
    j.cfg.n_epochs = 1;
    j.cfg.checkpoint_path = t_path("dropped.ckpt");
    j.host.bad_checkpoint = count_bad;
    j.host.arg = &n_bad;
    mote_train_result r;
    mote_graph *g = spotter(0.0f), *again = spotter(0.0f);
    T_OK(job_run(&j, g, &arena, &r, &err));
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n;
    T_OK(mote_file_read(j.cfg.checkpoint_path, 1 << 24, &bytes, &n, &err));
    bytes[n / 2] ^= 1;
    T_OK(mote_file_write(j.cfg.checkpoint_path, bytes, n, &err));
    T_OK(job_run(&j, again, &arena, &r, &err));
    assert_int_equal(n_bad, 1);
    assert_false(r.resumed);
    mote_graph_destroy(again);
    again = spotter(0.0f);
    T_OK(job_run(&j, again, &arena, &r, &err)); /* the new one is whole */
    assert_true(r.resumed);
    assert_int_equal(n_bad, 1);
    mote_graph_destroy(again);
    mote_graph_destroy(g);
    samples_free(&train);
}

static void damaged_checkpoints_are_refused(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(40, 0.5, 1);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, NULL);
    j.cfg.n_epochs = 1;
    j.cfg.checkpoint_path = t_path("damaged.ckpt");
    mote_graph *g = spotter(0.0f);
    mote_train_result r;
    T_OK(job_run(&j, g, &arena, &r, &err));
    mote_graph_destroy(g);
    g = spotter(0.0f);
    char *bytes;
    size_t n;
    T_OK(mote_file_read(j.cfg.checkpoint_path, 1 << 24, &bytes, &n, &err));
    for (size_t at = 0; at < n; at += 1 + n / 50) {
        bytes[at] ^= 0x20;
        T_OK(mote_file_write(j.cfg.checkpoint_path, bytes, n, &err));
        T_FAILS(job_run(&j, g, &arena, &r, &err), MOTE_CORRUPT, "damaged");
        bytes[at] ^= 0x20;
        T_OK(mote_file_write(j.cfg.checkpoint_path, bytes, at, &err));
        T_FAILS(job_run(&j, g, &arena, &r, &err), MOTE_CORRUPT, "damaged");
    }
    T_OK(mote_file_write(j.cfg.checkpoint_path, bytes, n, &err));
    T_OK(job_run(&j, g, &arena, &r, &err));
    mote_free(bytes);
    mote_graph_destroy(g);
    samples_free(&train);
}

/* ------------------------------------------------------------------ settings have their effect */

static void mean_probs(const mote_graph *g, const samples *s, double out[CLASSES], double *top)
{
    mote_err err;
    mote_net *net;
    T_OK(mote_net_create(g, &(mote_net_config){.max_batch = s->d.n}, NULL, &net, &err));
    float *state = calloc(mote_net_n_state(net), sizeof(float)),
          *probs = calloc((size_t)s->d.n * CLASSES, sizeof(float));
    mote_net_read(net, g, state);
    mote_net_predict(net, state, s->inputs, s->d.n, probs);
    memset(out, 0, CLASSES * sizeof *out);
    *top = 0.0;
    for (int32_t i = 0; i < s->d.n; i++) {
        float best = 0.0f;
        for (int32_t k = 0; k < CLASSES; k++) {
            out[k] += (double)probs[i * CLASSES + k] / s->d.n;
            best = fmaxf(best, probs[i * CLASSES + k]);
        }
        *top += (double)best / s->d.n;
    }
    free(state);
    free(probs);
    mote_net_destroy(net);
}

static void class_weights_shift_and_smoothing_softens_the_answers(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(90, 2.5, 1),
            easy = samples_make(90, 0.2, 2); /* 2.5: mostly noise */
    static const float heavy[CLASSES] = {1.0f, 1.0f, 20.0f};
    double plain[CLASSES], weighted[CLASSES], hard[CLASSES], soft[CLASSES], top_hard, top_soft;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    mote_train_result r;
    for (int32_t i = 0; i < 4; i++) {
        job j = job_make(i < 2 ? &train : &easy, NULL);
        j.cfg.n_epochs = i < 2 ? 4 : 60;
        j.cfg.class_weights = i == 1 ? heavy : NULL;
        j.cfg.label_smoothing = i == 3 ? 0.3f : 0.0f;
        mote_graph *g = spotter(0.0f);
        T_OK(job_run(&j, g, &arena, &r, &err));
        mean_probs(g, i < 2 ? &train : &easy,
                   i == 0   ? plain
                   : i == 1 ? weighted
                   : i == 2 ? hard
                            : soft,
                   i == 3 ? &top_soft : &top_hard);
        mote_graph_destroy(g);
    }
    print_message("class 2: %.3f plain, %.3f weighted; sure: %.3f hard, %.3f smoothed\n", plain[2],
                  weighted[2], top_hard, top_soft);
    assert_true(plain[2] < 0.45 && weighted[2] > plain[2] + 0.25);
    /* Smoothing by s: the best answer is 1 - s + s / classes = 0.8 sure. */
    assert_true(top_hard > 0.97);
    assert_true(top_soft > 0.72 && top_soft < 0.88);
    samples_free(&train);
    samples_free(&easy);
}

static void bad_settings_are_refused_and_leave_the_graph(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(20, 0.5, 1), val = samples_make(6, 0.5, 1);
    static const float no_weights[CLASSES] = {0}, bad_weights[CLASSES] = {1.0f, -1.0f, 1.0f};
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    mote_graph *g = spotter(0.0f), *start = spotter(0.0f);
    mote_train_result r;
    for (int32_t i = 0; i < 15; i++) {
        job j = job_make(&train, &val);
        mote_train_config *c = &j.cfg;
        mote_status want = MOTE_ARG;
        const char *words = "";
#define CASE(at, change, says)                                                                     \
    case at:                                                                                       \
        change;                                                                                    \
        words = says;                                                                              \
        break
        switch (i) {
            CASE(0, c->n_epochs = 0, "epochs");
            CASE(1, c->batch_size = 0, "batch size");
            CASE(2, c->rate = (double)NAN, "learning rate");
            CASE(3, c->final_rate_fraction = 2.0, "final fraction");
            CASE(4, c->warmup_epochs = -1.0, "warm-up");
            CASE(5, c->label_smoothing = 1.0f, "smoothing");
            CASE(6, c->mixup_alpha = 101.0f, "mixup");
            CASE(7, c->average.decay = 1.0f, "average");
            CASE(8, c->patience = -1, "patience");
            CASE(9, c->class_weights = no_weights, "above 0");
            CASE(10, c->class_weights = bad_weights, "class 1");
            CASE(11, j.train.n = 0, "no samples");
            CASE(12, c->min_steps = -1, "least steps");
        case 13:
            val.labels[3] = 3;
            want = MOTE_RANGE;
            words = "validation: sample 3";
            break;
        case 14:
            j.val.n = 0;
            train.labels[3] = -1;
            want = MOTE_RANGE;
            words = "sample 3 has label -1";
            break;
        default:
            break;
        }
#undef CASE
        T_FAILS(job_run(&j, g, &arena, &r, &err), want, words);
        assert_same_graph(start, g);
    }
    mote_graph_destroy(g);
    mote_graph_destroy(start);
    samples_free(&train);
    samples_free(&val);
}

static void failing_allocations_leave_the_graph(void **unused)
{
    (void)unused;
    mote_err err;
    samples train = samples_make(10, 0.5, 1);
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 20);
    job j = job_make(&train, NULL);
    j.cfg.n_epochs = 1;
    j.cfg.mixup_alpha = 0.5f;
    mote_graph *g = spotter(0.0f), *start = spotter(0.0f);
    mote_train_result r = {.n_epochs = -7};
    T_ALLOC_SWEEP(job_run(&j, g, &arena, &r, &err), {
        assert_int_equal(r.n_epochs, -7);
        assert_same_graph(start, g);
    });
    mote_graph_destroy(g);
    mote_graph_destroy(start);
    samples_free(&train);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_simple_problem_is_learnt),
        cmocka_unit_test(threads_and_instruction_sets_do_not_change_a_byte),
        cmocka_unit_test(the_bytes_are_those_recorded_for_every_machine_and_compiler),
        cmocka_unit_test(killed_at_random_it_resumes_to_the_same_bytes),
        cmocka_unit_test(a_cancel_is_honoured_after_the_step),
        cmocka_unit_test(stopped_on_request_it_resumes_on_other_threads),
        cmocka_unit_test(a_checkpoint_of_an_older_program_is_gone_on_with),
        cmocka_unit_test(damaged_checkpoints_are_refused),
        cmocka_unit_test(damaged_checkpoints_are_dropped_where_that_is_wished),
        cmocka_unit_test(class_weights_shift_and_smoothing_softens_the_answers),
        cmocka_unit_test(bad_settings_are_refused_and_leave_the_graph),
        cmocka_unit_test(failing_allocations_leave_the_graph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
