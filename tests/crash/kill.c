/* SPDX-License-Identifier: Apache-2.0 */
/* kill -9 at random instants, from outside, on the program as people use it.
 *
 * One tiny project (tests/tiny_project.h) lives through all of it. Round after round the program is
 * killed during one of five things, in turn:
 *
 *     add       mote data add         samples that were there stay; the next call adds the rest
 *     train     mote run              of a project whose model has to be trained
 *     deploy    mote run              of a project whose requirements changed: registry, promotion
 *     serve     mote serve            predictions that were counted as written are in the store
 *     promote   mote model promote    the champion is the old version or the new one
 *
 * After each kill the store must pass its own check, with every object read and hashed; what the
 * program said was done (a line on its standard output, a counter, exit code 0) must be there; and
 * the same command, called again, must finish. MOTE_KILLS is the number of kills, T_SEED repeats
 * the same instants. The libraries have kill tests of their own, closer to the bone: store, import,
 * registry, prediction log, trainer (tests/unit). */
#include "tiny_project.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "http_client.h"
#include "track/registry.h"

#define DEFAULT_KILLS 10
#define N_KINDS       5

typedef struct {
    char dir[TEMP_DIR_BYTES], out[TEMP_DIR_BYTES + 16];
    const char *program;
    mote_rng rng;
    int n_groups, n_trained, n_required; /* how often each was changed */
    int64_t n_samples;                   /* acknowledged */
    int64_t took_us[N_KINDS];            /* of the last one that was left alone */
} world;

/* ---- looking into the store ---- */

static int64_t ask(world *w, const char *sql)
{
    mote_err err = {0};
    MOTE_SCOPED_STORE *s = NULL;
    int64_t n = -1;
    T_OK(mote_store_open(w->dir, false, &s, &err));
    T_OK(mote_store_query_i64(s, sql, &n, &err));
    return n;
}

static void check_store(world *w)
{
    mote_err err = {0};
    MOTE_SCOPED_STORE *s = NULL;
    T_OK(mote_store_open(w->dir, false, &s, &err));
    T_OK(mote_store_check(s, true, &err));
}

static int64_t champion(world *w)
{
    mote_err err = {0};
    MOTE_SCOPED_STORE *s = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_model_version v;
    T_OK(mote_store_open(w->dir, false, &s, &err));
    T_OK(mote_registry_resolve(s, "tiny@champion", &a, &v, &err));
    return v.version;
}

/* ---- running and killing ---- */

static pid_t start(world *w, const char *const *args)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const char *argv[16] = {w->program};
        for (int i = 0; args[i]; i++)
            argv[i + 1] = args[i];
        int out = open(w->out, O_WRONLY | O_CREAT | O_TRUNC, 0600),
            none = open("/dev/null", O_RDWR);
        if (out < 0 || none < 0 || chdir(w->dir) != 0 || dup2(none, 0) < 0 || dup2(out, 1) < 0 ||
            dup2(none, 2) < 0)
            _exit(120);
        execv(w->program, (char *const *)(uintptr_t)argv);
        _exit(121);
    }
    return pid;
}

/* Wait; the exit code, or -1 when it was killed. */
static int finish(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void wait_us(int64_t us)
{
    struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

/* Run to the end: it must succeed. Remembers how long that takes. */
static void complete(world *w, int kind, const char *const *args)
{
    int64_t began = mote_clock_mono_us();
    int code = finish(start(w, args));
    if (code != 0)
        fail_msg("mote %s %s: exit code %d", args[0], args[1] ? args[1] : "", code);
    w->took_us[kind] = mote_clock_mono_us() - began;
}

/* Run and kill at a random instant of the time it takes; true when it was done before that. */
static bool kill_somewhere(world *w, int kind, const char *const *args)
{
    pid_t pid = start(w, args);
    wait_us((int64_t)(mote_rng_uniform(&w->rng) * (double)w->took_us[kind]));
    kill(pid, SIGKILL);
    int code = finish(pid);
    if (code > 0)
        fail_msg("mote %s %s: exit code %d", args[0], args[1] ? args[1] : "", code);
    return code == 0;
}

/* Lines of standard output that hold `words`. */
static int64_t lines_with(world *w, const char *words)
{
    mote_err err = {0};
    MOTE_SCOPED_FREE char *text = NULL;
    size_t len = 0;
    int64_t n = 0;
    T_OK(mote_file_read(w->out, 1 << 20, &text, &len, &err));
    for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
        n++;
    return n;
}

/* ---- the five kinds ---- */

static const char *const add_args[] = {"data", "add", "more", NULL};
static const char *const run_args[] = {"run", "--quiet", "--threads", "2", NULL};

static void more_recordings(world *w)
{
    char tree[TEMP_DIR_BYTES + 16];
    mote_err err = {0};
    snprintf(tree, sizeof tree, "%s/more", w->dir);
    T_OK(mote_dir_remove(tree, &err));
    tiny_tree(tree, w->n_groups, 12);
    w->n_groups += 12;
}

static void add_recordings(world *w, bool is_killed)
{
    more_recordings(w);
    int64_t whole = w->n_samples + (int64_t)12 * TINY_PER_GROUP;
    if (is_killed) {
        bool done = kill_somewhere(w, 0, add_args);
        check_store(w);
        int64_t n = ask(w, "SELECT count(*) FROM data_sample");
        assert_true(n >= w->n_samples && n <= whole);
        assert_true(!done || n == whole);
    }
    complete(w, 0, add_args);
    w->n_samples = whole;
    assert_int_equal(ask(w, "SELECT count(*) FROM data_sample"), whole);
}

static void settings(world *w)
{
    char accuracy[32];
    snprintf(accuracy, sizeof accuracy, "%d.%d %%", 1 + w->n_required / 10, w->n_required % 10);
    tiny_yaml(w->dir, (tiny_settings){.epochs = 3, .seed = w->n_trained, .accuracy = accuracy});
}

#define DONE "SELECT count(*) FROM stage_attempt WHERE state = 'done'"

static void run_loop(world *w, int kind, bool is_killed)
{
    w->n_trained += kind == 1;
    w->n_required += kind == 2;
    settings(w);
    int64_t before = ask(w, DONE), versions = ask(w, "SELECT count(*) FROM model_version");
    if (is_killed) {
        bool done = kill_somewhere(w, kind, run_args);
        check_store(w);
        int64_t n = ask(w, DONE);
        assert_true(n - before >= lines_with(w, " ran ")); /* each line is an acknowledged stage */
        assert_true(!done || lines_with(w, "deploy") == 1);
        assert_true(ask(w, "SELECT count(*) FROM model_version") >= versions);
        (void)champion(w); /* there is always one */
    }
    complete(w, kind, run_args);
    int64_t took_us = w->took_us[kind];
    complete(w, kind, run_args); /* nothing is left to do, and that is not what is timed */
    w->took_us[kind] = took_us;
    assert_int_equal(lines_with(w, " fresh "), MOTE_N_STAGES);
}

static int64_t counter(int fd, const char *name)
{
    const char *body = NULL;
    assert_int_equal(t_ask(fd, "GET", "/metrics", "", "", 0, &body), 200);
    char line[64];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(body, line);
    assert_non_null(at);
    return strtoll(at + strlen(line), NULL, 10);
}

static int dial(world *w)
{
    for (int i = 0; i < 2000; i++) {
        mote_err err = {0};
        MOTE_SCOPED_FREE char *text = NULL;
        size_t len = 0;
        const char *at = NULL;
        if (mote_file_read(w->out, 1 << 16, &text, &len, &err) == MOTE_OK)
            at = strstr(text, "\"port\": ");
        struct sockaddr_in a = {.sin_family = AF_INET};
        a.sin_port = htons((uint16_t)(at ? atoi(at + 8) : 0));
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (at && connect(fd, (const struct sockaddr *)(const void *)&a, sizeof a) == 0)
            return fd;
        close(fd);
        wait_us(5000);
    }
    fail_msg("mote serve does not listen");
    return -1;
}

static void log_predictions(world *w, bool is_killed)
{
    static const char *const args[] = {"serve", "tiny@champion", "--port", "0", "--json", NULL};
    static int16_t pcm[TINY_SAMPLES];
    mote_buf wav;
    mote_buf_init(&wav, 1 << 20);
    mote_err err = {0};
    for (size_t i = 0; i < T_COUNT(pcm); i++)
        pcm[i] = (int16_t)mote_rng_range(&w->rng, -3000, 3000);
    T_OK(mote_audio_encode_wav(pcm, T_COUNT(pcm), TINY_RATE_HZ, &wav, &err));
    int64_t before = ask(w, "SELECT count(*) FROM prediction"), written = 0;
    T_OK(mote_file_write(w->out, "", 0, &err)); /* no port of an earlier server */
    pid_t pid = start(w, args);
    int fd = dial(w);
    int n = 1 + (int)mote_rng_below(&w->rng, 40);
    for (int i = 0; i < n; i++) {
        const char *body = NULL;
        assert_int_equal(t_ask(fd, "POST", "/v1/classify",
                               "Content-Type: audio/wav\r\nMote-Consent: improvement\r\n", wav.data,
                               wav.len, &body),
                         200);
        if (mote_rng_below(&w->rng, 4) == 0)
            written = counter(fd, "mote_log_written_total");
    }
    if (is_killed) {
        wait_us((int64_t)mote_rng_below(&w->rng, 30000));
        written = counter(fd, "mote_log_written_total");
        kill(pid, SIGKILL);
        assert_int_equal(finish(pid), -1);
        check_store(w);
        int64_t kept = ask(w, "SELECT count(*) FROM prediction") - before;
        assert_true(kept >= written && kept <= n);
    } else { /* asked to stop, it writes all that it has taken */
        kill(pid, SIGTERM);
        assert_int_equal(finish(pid), 0);
        assert_int_equal(ask(w, "SELECT count(*) FROM prediction") - before, n);
    }
    close(fd);
    mote_buf_release(&wav);
}

static void promote(world *w, bool is_killed)
{
    int64_t n = ask(w, "SELECT count(*) FROM model_version"), old = champion(w);
    int64_t next = old % n + 1;
    char name[32];
    snprintf(name, sizeof name, "tiny/%d", (int)next);
    const char *const args[] = {"model", "promote", name, "--override", "--why", "a test", NULL};
    if (is_killed) {
        bool done = kill_somewhere(w, 4, args);
        check_store(w);
        int64_t now = champion(w);
        assert_true(now == next || (!done && now == old));
    }
    complete(w, 4, args);
    assert_int_equal(champion(w), next);
}

static void round_of(world *w, int kind, bool is_killed)
{
    switch (kind) {
    case 0:
        add_recordings(w, is_killed);
        break;
    case 1:
    case 2:
        run_loop(w, kind, is_killed);
        break;
    case 3:
        log_predictions(w, is_killed);
        break;
    default:
        promote(w, is_killed);
        break;
    }
}

static void set_up(world *w, tiny *t)
{
    const char *program = getenv("MOTE_PROGRAM");
    if (!program)
        fail_msg("MOTE_PROGRAM is not set");
    tiny_make(t, (tiny_settings){.epochs = 3, .seed = 0}, true);
    tiny_close(t);
    *w = (world){
        .program = program, .n_groups = TINY_GROUPS, .n_samples = TINY_GROUPS * TINY_PER_GROUP + 1};
    snprintf(w->dir, sizeof w->dir, "%s", t->dir);
    snprintf(w->out, sizeof w->out, "%s/said", t->dir);
    mote_rng_init(&w->rng, t_seed());
    settings(w);
    complete(w, 1, run_args);
    for (int kind = 0; kind < N_KINDS; kind++) /* once in peace, to know how long it takes */
        round_of(w, kind, false);
}

/* Everything that nobody owns goes, and nothing that is used: every file left is an object's, the
 * project is as fresh as it was, and all that ships can still be shown. */
static void collect_garbage(world *w)
{
    static const char *const gc[] = {"gc", "--grace", "0", NULL};
    static const char *const use[][5] = {{"status", NULL},
                                         {"report", "--output", "page.html", NULL},
                                         {"model", "show", "tiny", NULL},
                                         {"data", "check", NULL},
                                         {"runs", NULL}};
    char dir[TEMP_DIR_BYTES + 32];
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    char **paths = NULL;
    size_t n = 0;
    mote_arena_init(&a, (size_t)1 << 28);
    complete(w, 1, run_args);
    complete(w, 1, gc);
    check_store(w);
    snprintf(dir, sizeof dir, "%s/.mote/objects", w->dir);
    T_OK(mote_dir_walk(dir, &a, &paths, &n, &err));
    assert_int_equal(n, ask(w, "SELECT count(*) FROM object"));
    complete(w, 1, run_args);
    assert_int_equal(lines_with(w, " fresh "), MOTE_N_STAGES);
    for (size_t i = 0; i < T_COUNT(use); i++)
        complete(w, 1, use[i]);
    (void)champion(w);
}

static void nothing_that_was_acknowledged_is_lost(void **state)
{
    (void)state;
    static const char *const names[N_KINDS] = {"add", "train", "deploy", "serve", "promote"};
    const char *wish = getenv("MOTE_KILLS");
    int n_kills = wish ? atoi(wish) : DEFAULT_KILLS;
    world w;
    tiny t;
    set_up(&w, &t);
    for (int i = 0; i < n_kills; i++) {
        print_message("kill %d of %d: %s\n", i + 1, n_kills, names[i % N_KINDS]);
        round_of(&w, i % N_KINDS, true);
    }
    collect_garbage(&w);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_that_was_acknowledged_is_lost)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
