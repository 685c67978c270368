/* SPDX-License-Identifier: Apache-2.0 */
/* serve/predlog and serve/consent: nothing without consent, nothing lost that was written, answers
 * never wait, retention and withdrawal really remove. */
#include "tests/support.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "serve/intake_sound.h"
#include "serve/predlog.h"
#include "tests/kill.h"
#include "tests/tiny_model.h"

#define DAY_MS ((int64_t)86400000)

static const char *const purposes[] = {"improve", "research"};
static const mote_consent_policy policy = {.purposes = purposes,
                                           .n_purposes = 2,
                                           .retention_days = 30,
                                           .keep_inputs = true,
                                           .keep_outputs = true};

/* ---- consent ---- */

static void consents_are_read_and_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *purpose, *subject; /* NULL: refused */
    } cases[] = {
        {"improve", "improve", ""},
        {"  improve ; subject=ann.b-1@x", "improve", "ann.b-1@x"},
        {"improve;subject=1", "improve", "1"},
        {"", NULL, NULL},
        {"improve;", NULL, NULL},
        {"improve; subject=", NULL, NULL},
        {"improve; subject=a b", NULL, NULL},
        {"improve; who=a", NULL, NULL},
        {"im prove", NULL, NULL},
        {"improve\n", NULL, NULL},
        {"\xc3\xa9", NULL, NULL},
        {"ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp", NULL, NULL},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_consent c = {.purpose = "untouched"};
        mote_err err = {0};
        mote_status st = mote_consent_parse(cases[i].text, &c, &err);
        assert_int_equal(st, cases[i].purpose ? MOTE_OK : MOTE_PARSE);
        assert_string_equal(c.purpose, cases[i].purpose ? cases[i].purpose : "untouched");
        if (cases[i].subject)
            assert_string_equal(c.subject, cases[i].subject);
    }
    mote_consent c = {.purpose = "improve"}, other = {.purpose = "marketing"};
    mote_consent_policy nothing = policy;
    nothing.retention_days = 0;
    assert_true(mote_consent_accepted(&policy, &c));
    assert_false(mote_consent_accepted(&policy, &other));
    assert_false(mote_consent_accepted(&policy, NULL));
    assert_false(mote_consent_accepted(&nothing, &c));
}

static void consents_that_differ_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *values[3];
        bool agree;
    } cases[] = {
        {{"improve"}, true},
        {{"improve", "improve"}, true},
        {{"improve; subject=a", " improve;subject=a "}, true},
        {{"improve; subject=a, improve; subject=a"}, true},
        {{"improve", "research"}, false},
        {{"improve; subject=a", "improve; subject=b"}, false},
        {{"improve; subject=a", "improve"}, false},
        {{"improve, research"}, false},
        {{"improve; subject=a,improve; subject=b"}, false},
        {{"improve", "improve", "improve; subject=a"}, false},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        size_t n = 1;
        while (n < 3 && cases[i].values[n])
            n++;
        mote_consent c = {.purpose = "untouched"};
        mote_err err = {0};
        bool agree = !cases[i].agree;
        T_OK(mote_consent_parse_all(cases[i].values, n, &c, &agree, &err));
        assert_int_equal(agree, cases[i].agree);
        assert_string_equal(c.purpose, cases[i].agree ? "improve" : "untouched");
    }
    static const char *const malformed[] = {"improve,", ",improve", "improve; subject=a, what ever",
                                            "improve,,improve", ""};
    for (size_t i = 0; i < T_COUNT(malformed); i++) {
        mote_consent c;
        mote_err err = {0};
        bool agree = false;
        const char *values[] = {"improve", malformed[i]};
        assert_int_equal(mote_consent_parse_all(values, 2, &c, &agree, &err), MOTE_PARSE);
    }
}

/* ---- a log with something to log ---- */

typedef struct {
    char project[256];
    mote_models *models;
    mote_infer *infer;
    mote_predlog *log;
} fixture;

static int n_fixtures;

static int open_log(fixture *f, const mote_predlog_config *changes)
{
    mote_err err = {0};
    mote_predlog_config cfg = changes ? *changes : (mote_predlog_config){.policy = policy};
    cfg.project = f->project;
    T_OK(mote_predlog_create(&cfg, &f->log, &err));
    mote_infer_hooks hooks = {.log = f->log};
    T_OK(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
    return 0;
}

static void close_log(fixture *f)
{
    mote_infer_destroy(f->infer);
    mote_predlog_destroy(f->log);
    f->infer = NULL;
    f->log = NULL;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    char name[32];
    mote_err err = {0};
    snprintf(name, sizeof name, "project%d", n_fixtures++);
    snprintf(f->project, sizeof f->project, "%s", t_path(name));
    T_OK(mote_dir_make(f->project, &err));
    T_OK(mote_models_create(2, &f->models, &err));
    mote_model *m = tiny_tensor_model(8, 1);
    mote_model_entry e = {.name = "tiny", .version = "1"};
    T_OK(mote_models_put(f->models, &e, m, &err));
    mote_model_unref(m);
    m = tiny_audio_model(2);
    e.name = "sound";
    T_OK(mote_models_put(f->models, &e, m, &err));
    mote_model_unref(m);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    close_log(f);
    mote_models_destroy(f->models);
    free(f);
    return 0;
}

static void predict(fixture *f, int i, const mote_consent *consent)
{
    mote_err err = {0};
    const mote_served *s = NULL;
    mote_prediction p;
    char id[32];
    snprintf(id, sizeof id, "request-%d", i);
    const float in[8] = {(float)(i % 1000) / 1000, (float)(i / 1000), 1, -1};
    mote_infer_input one = {.x = in, .n = 8, .consent = consent, .request_id = id};
    T_OK(mote_infer_find(f->infer, "tiny", NULL, &s, &err));
    T_OK(mote_infer_run(f->infer, s, &one, &p, &err));
}

static int64_t count(const char *project, const char *sql)
{
    MOTE_SCOPED_STORE *s = NULL;
    mote_err err = {0};
    int64_t n = -1;
    T_OK(mote_store_open(project, false, &s, &err));
    T_OK(mote_store_query_i64(s, sql, &n, &err));
    return n;
}

#define ROWS    "SELECT count(*) FROM prediction"
#define OBJECTS "SELECT count(*) FROM object"

/* Does a file of the store hold these bytes? Nothing of a refused input may be anywhere. */
static bool is_on_disk(const char *dir, const char *needle, size_t n)
{
    DIR *d = opendir(dir);
    bool found = false;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[1024];
        struct stat st;
        if (e->d_name[0] == '.' && strcmp(e->d_name, ".mote") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (stat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            found |= is_on_disk(path, needle, n);
            continue;
        }
        char *bytes = NULL;
        size_t len = 0;
        if (mote_file_read(path, (size_t)1 << 30, &bytes, &len, NULL) != MOTE_OK)
            continue;
        for (size_t i = 0; i + n <= len; i++)
            found |= memcmp(bytes + i, needle, n) == 0;
        mote_free(bytes);
    }
    if (d)
        closedir(d);
    return found;
}

static void without_an_accepted_consent_no_byte_is_kept(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    open_log(f, NULL);
    mote_consent other = {.purpose = "marketing", .subject = "needle-subject"};
    for (int i = 0; i < 20; i++)
        predict(f, i, i % 2 ? &other : NULL);
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    mote_predlog_counts c;
    mote_predlog_read_counts(f->log, &c);
    assert_int_equal(c.without_consent, 20);
    assert_int_equal(c.accepted + c.written + c.dropped_queue + c.dropped_disk, 0);
    close_log(f);
    assert_int_equal(count(f->project, ROWS), 0);
    assert_int_equal(count(f->project, OBJECTS), 0);
    assert_false(is_on_disk(f->project, "needle-subject", 14));
    assert_false(is_on_disk(f->project, "marketing", 9));
    assert_false(is_on_disk(f->project, "request-", 8));
}

static void what_is_consented_to_is_kept_whole(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    open_log(f, NULL);
    mote_consent c = {.purpose = "improve", .subject = "ann"};
    predict(f, 7, &c);
    int16_t pcm[16000];
    for (int i = 0; i < 16000; i++)
        pcm[i] = (int16_t)(i * 7);
    const mote_served *s = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 24);
    mote_classification cl;
    T_OK(mote_infer_find(f->infer, "sound", NULL, &s, &err));
    mote_sound sound = {.s = s, .pcm = pcm, .n = 16000, .consent = &c};
    T_OK(mote_classify_sound(f->infer, &sound, &a, &cl, &err));
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    MOTE_SCOPED_STORE *store = NULL;
    T_OK(mote_store_open(f->project, false, &store, &err));
    mote_predlog_record *r = NULL;
    size_t n = 0;
    T_OK(mote_predlog_list(store, &(mote_predlog_page){.max = 100}, &a, &r, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(r[0].model, "tiny");
    assert_string_equal(r[0].version, "1");
    assert_string_equal(r[0].purpose, "improve");
    assert_string_equal(r[0].subject, "ann");
    assert_string_equal(r[0].request_id, "request-7");
    assert_string_equal(r[0].label, tiny_labels[r[0].class_id]);
    assert_int_equal(r[0].n_labels, TINY_LABELS);
    assert_string_equal(r[0].input_kind, "f32");
    assert_string_equal(r[1].input_kind, "wav");
    assert_memory_equal(r[1].probabilities, cl.best.probabilities, TINY_LABELS * sizeof(float));
    char *bytes = NULL;
    size_t len = 0;
    T_OK(mote_predlog_input(store, r[1].id, 1 << 20, &bytes, &len, &err));
    assert_int_equal(len, 44 + sizeof pcm);
    assert_memory_equal(bytes + 44, pcm, sizeof pcm);
    mote_free(bytes);
    T_OK(mote_predlog_input(store, r[0].id, 1 << 20, &bytes, &len, &err));
    assert_int_equal(len, 8 * sizeof(float));
    assert_true(((const float *)(const void *)bytes)[3] < -0.5f);
    mote_free(bytes);
    T_OK(mote_predlog_list(store, &(mote_predlog_page){.model = "sound", .max = 100}, &a, &r, &n,
                           &err));
    assert_int_equal(n, 1);
    T_OK(mote_predlog_list(store, &(mote_predlog_page){.after_id = r[0].id, .max = 100}, &a, &r, &n,
                           &err));
    assert_int_equal(n, 0);
}

static mote_arena kept; /* of last_record */

static mote_predlog_record last_record(fixture *f)
{
    MOTE_SCOPED_STORE *s = NULL;
    mote_err err = {0};
    mote_predlog_record *r = NULL;
    size_t n = 0;
    mote_arena_release(&kept);
    mote_arena_init(&kept, 1 << 24);
    T_OK(mote_store_open(f->project, false, &s, &err));
    T_OK(mote_predlog_list(s, &(mote_predlog_page){.max = 1000}, &kept, &r, &n, &err));
    assert_true(n > 0);
    return r[n - 1];
}

static void the_policy_says_what_is_kept(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_config cfg = {.policy = policy};
    cfg.policy.keep_inputs = false;
    open_log(f, &cfg);
    mote_consent c = {.purpose = "research"};
    predict(f, 1, &c);
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    close_log(f);
    mote_predlog_record r = last_record(f);
    assert_false(r.has_input);
    assert_non_null(r.label);
    assert_int_equal(r.n_labels, TINY_LABELS);
    assert_int_equal(count(f->project, OBJECTS), 0);
    cfg.policy.keep_inputs = true;
    cfg.policy.keep_outputs = false;
    open_log(f, &cfg);
    predict(f, 2, &c);
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    close_log(f);
    r = last_record(f);
    assert_true(r.has_input);
    assert_null(r.label);
    assert_int_equal(r.n_labels, 0);
    assert_int_equal(r.class_id, -1);
}

/* What is said need not be a label: two values, or a score. */
static void values_and_scores_are_kept_without_a_label(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    static const mote_answer_kind kinds[] = {MOTE_ANSWER_VALUE, MOTE_ANSWER_ANOMALY};
    open_log(f, NULL);
    for (size_t k = 0; k < T_COUNT(kinds); k++) {
        const mote_served *s = NULL;
        mote_prediction p;
        mote_model_entry e = {.name = k ? "odd" : "size", .version = "1"};
        mote_model *m = tiny_answer_model(kinds[k]);
        T_OK(mote_models_put(f->models, &e, m, &err));
        mote_model_unref(m);
        const float x[4] = {1, 2, 3, 4};
        const mote_consent c = {.purpose = "improve"};
        const mote_infer_input one = {.x = x, .n = 4, .consent = &c, .request_id = ""};
        T_OK(mote_infer_find(f->infer, e.name, NULL, &s, &err));
        T_OK(mote_infer_run(f->infer, s, &one, &p, &err));
        T_OK(mote_predlog_flush(f->log, 5000, &err));
        const mote_predlog_record r = last_record(f);
        assert_string_equal(r.model, e.name);
        assert_int_equal(r.class_id, -1);
        assert_int_equal(r.n_labels, k ? 1 : 2);
        assert_memory_equal(r.probabilities, mote_prediction_numbers(kinds[k], &p),
                            (size_t)r.n_labels * sizeof(float));
    }
}

/* ---- removing ---- */

static void what_is_over_its_retention_is_erased(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    open_log(f, NULL);
    mote_consent c = {.purpose = "improve", .subject = "needle-ann"};
    for (int i = 0; i < 30; i++)
        predict(f, i, &c);
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    close_log(f);
    assert_int_equal(count(f->project, OBJECTS), 30);
    MOTE_SCOPED_STORE *s = NULL;
    T_OK(mote_store_open(f->project, false, &s, &err));
    T_OK(mote_store_exec(s, "UPDATE prediction SET expires_ms = 2000 WHERE id <= 20", &err));
    int64_t n = 0, now = 5000;
    mote_predlog_erased gone;
    mote_consent_policy forever = policy;
    forever.retention_days = 36500;
    T_OK(mote_predlog_purge(s, &forever, now, NULL, &gone, &err));
    assert_int_equal(gone.n_records, 20);
    assert_int_equal(gone.n_inputs, 20);
    assert_int_equal(gone.n_keys, 0); /* the others of that day are still there */
    T_OK(mote_store_query_i64(s, ROWS, &n, &err));
    assert_int_equal(n, 10);
    T_OK(mote_store_query_i64(s, OBJECTS, &n, &err));
    assert_int_equal(n, 10);
    /* A shorter retention than the one they were logged under counts too. */
    T_OK(mote_store_exec(s, "UPDATE prediction SET time_ms = 1000, expires_ms = 9000000000000",
                         &err));
    mote_consent_policy short_one = policy;
    short_one.retention_days = 1;
    T_OK(mote_predlog_purge(s, &short_one, 1000 + DAY_MS - 1, NULL, &gone, &err));
    assert_int_equal(gone.n_records, 0);
    T_OK(mote_predlog_purge(s, &short_one, 1000 + DAY_MS, NULL, &gone, &err));
    assert_int_equal(gone.n_records, 10);
    assert_int_equal(gone.n_keys, 1);
    T_OK(mote_store_query_i64(s, OBJECTS, &n, &err));
    assert_int_equal(n, 0);
    mote_store_close(s);
    s = NULL;
    assert_false(is_on_disk(f->project, "needle-ann", 10));
}

static void a_withdrawal_erases_all_of_a_subject(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    open_log(f, NULL);
    mote_consent ann = {.purpose = "improve", .subject = "needle-ann"},
                 bob = {.purpose = "improve", .subject = "bob"}, nobody = {.purpose = "improve"};
    for (int i = 0; i < 12; i++)
        predict(f, i, i % 3 == 0 ? &ann : i % 3 == 1 ? &bob : &nobody);
    predict(f, 1, &ann); /* an input that bob's record has as well */
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    close_log(f);
    assert_false(is_on_disk(f->project, "needle-ann", 10)); /* never in the clear */
    assert_false(is_on_disk(f->project, "request-", 8));
    MOTE_SCOPED_STORE *s = NULL;
    T_OK(mote_store_open(f->project, false, &s, &err));
    int64_t n = 0;
    mote_predlog_withdrawn w;
    T_OK(mote_predlog_withdraw(s, "needle-ann", 1000, NULL, &w, &err));
    assert_int_equal(w.now.n_records, 5);
    assert_int_equal(w.now.n_inputs, 5);
    assert_int_equal(w.now.n_kept_inputs, 0);
    assert_int_equal(w.now.n_keys, 1);
    T_OK(mote_store_query_i64(s, ROWS, &n, &err));
    assert_int_equal(n, 8);
    T_OK(mote_store_query_i64(s, OBJECTS, &n, &err));
    assert_int_equal(n, 8);
    /* What the others consented to can still be read. */
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 24);
    mote_predlog_record *r = NULL;
    size_t n_records = 0, len = 0;
    T_OK(mote_predlog_list(s, &(mote_predlog_page){.max = 100}, &a, &r, &n_records, &err));
    assert_int_equal(n_records, 8);
    for (size_t i = 0; i < n_records; i++) {
        char *bytes = NULL;
        assert_true(strcmp(r[i].subject, "bob") == 0 || !*r[i].subject);
        T_OK(mote_predlog_input(s, r[i].id, 1 << 20, &bytes, &len, &err));
        mote_free(bytes);
    }
    /* Again: nothing is left, and it says what was erased in all. */
    T_OK(mote_predlog_withdraw(s, "needle-ann", 1000, NULL, &w, &err));
    assert_int_equal(w.now.n_records, 0);
    assert_int_equal(w.n_times, 2);
    assert_int_equal(w.n_records_in_all, 5);
    assert_int_equal(w.n_inputs_in_all, 5);
    T_FAILS(mote_predlog_withdraw(s, "", 0, NULL, &w, &err), MOTE_ARG, "subject");
    T_OK(mote_predlog_withdraw(s, "nobody-knows", 1000, NULL, &w, &err));
    assert_int_equal(w.now.n_records, 0);
    assert_int_equal(w.n_times, 1);
}

static void the_writer_purges_by_itself(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    open_log(f, NULL);
    mote_consent c = {.purpose = "improve"};
    predict(f, 1, &c);
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    close_log(f);
    MOTE_SCOPED_STORE *s = NULL;
    T_OK(mote_store_open(f->project, false, &s, &err));
    T_OK(mote_store_exec(s, "UPDATE prediction SET expires_ms = 1000", &err));
    open_log(f, &(mote_predlog_config){.policy = policy, .purge_every_ms = 20});
    mote_predlog_counts counts = {0};
    for (int i = 0; i < 6000 && counts.purged == 0; i++) {
        nanosleep(&(struct timespec){0, 10000000}, NULL);
        mote_predlog_read_counts(f->log, &counts);
    }
    assert_int_equal(counts.purged, 1);
    assert_int_equal(count(f->project, ROWS), 0);
    assert_int_equal(count(f->project, OBJECTS), 0);
}

/* ---- when the disk does not keep up ---- */

static void a_locked_store_never_holds_up_an_answer(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    open_log(f, &(mote_predlog_config){.policy = policy, .max_records = 50});
    MOTE_SCOPED_STORE *other = NULL;
    T_OK(mote_store_open(f->project, false, &other, &err));
    mote_txn txn = {0};
    T_OK(mote_store_begin(other, &txn, &err)); /* holds the write lock */
    mote_consent c = {.purpose = "improve"};
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < 500; i++)
        predict(f, i, &c);
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_true((double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9 < 1.0);
    mote_predlog_counts n;
    mote_predlog_read_counts(f->log, &n);
    assert_int_equal(n.accepted, 50);
    assert_int_equal(n.dropped_queue, 450);
    assert_int_equal(n.written, 0);
    mote_store_rollback(&txn);
    T_OK(mote_predlog_flush(f->log, 15000, &err));
    mote_predlog_read_counts(f->log, &n);
    assert_int_equal(n.written, 50);
    assert_int_equal(n.queued, 0);
    assert_int_equal(n.queued_bytes, 0);
    close_log(f);
    assert_int_equal(count(f->project, ROWS), 50);
}

static void the_queue_is_bounded_in_bytes(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    open_log(f, &(mote_predlog_config){.policy = policy, .max_bytes = 100});
    mote_consent c = {.purpose = "improve"};
    predict(f, 1, &c);
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    mote_predlog_counts n;
    mote_predlog_read_counts(f->log, &n);
    assert_int_equal(n.dropped_queue, 1);
    assert_int_equal(n.accepted, 0);
}

/* A child whose files may not grow: the disk is full. */
static int log_on_a_full_disk(fixture *f)
{
    struct rlimit small = {700 * 1024, 700 * 1024}; /* the tables alone take 400 kB of log */
    mote_err err = {0};
    signal(SIGXFSZ, SIG_IGN);
    open_log(f, NULL);
    setrlimit(RLIMIT_FSIZE, &small);
    mote_consent c = {.purpose = "improve",
                      .subject = "a-long-subject-so-that-the-database-grows-faster-than-it-would"};
    for (int i = 0; i < 20000; i++) {
        predict(f, i, &c);
        if (i % 500 == 0 && mote_predlog_flush(f->log, 20000, &err) != MOTE_OK)
            return 3;
        mote_predlog_counts n;
        mote_predlog_read_counts(f->log, &n);
        if (n.dropped_disk > 0)
            break;
    }
    if (mote_predlog_flush(f->log, 20000, &err) != MOTE_OK)
        return 3;
    mote_predlog_counts n;
    mote_predlog_read_counts(f->log, &n);
    FILE *out = fopen(t_path("full"), "w");
    fprintf(out, "%llu", (unsigned long long)n.written);
    fclose(out);
    return n.dropped_disk > 0 && n.written > 0 &&
                   n.written + n.dropped_disk + n.dropped_queue >= n.accepted
               ? 0
               : 4;
}

static void a_full_disk_is_counted_and_loses_nothing_written(void **state)
{
    fixture *f = *state;
    pid_t child = fork();
    if (child == 0)
        _exit(log_on_a_full_disk(f));
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    char *text = NULL;
    size_t n = 0;
    mote_err err = {0};
    T_OK(mote_file_read(t_path("full"), 100, &text, &n, &err));
    assert_int_equal(count(f->project, ROWS), strtoll(text, NULL, 10));
    mote_free(text);
    MOTE_SCOPED_STORE *s = NULL;
    T_OK(mote_store_open(f->project, false, &s, &err));
    T_OK(mote_store_check(s, true, &err));
}

/* A child that logs on and on and says what is written; killed at any instant. */
static void log_until_killed(fixture *f, int fd)
{
    open_log(f, NULL);
    mote_consent c = {.purpose = "improve"};
    mote_err err = {0};
    for (int i = 0;; i++) {
        predict(f, i, &c);
        mote_predlog_counts n;
        if (i % 7 == 0)
            mote_ignore(mote_predlog_flush(f->log, 1000, &err));
        mote_predlog_read_counts(f->log, &n);
        if (n.written > 0 && write(fd, &n.written, sizeof n.written) != sizeof n.written)
            _exit(1);
    }
}

/* The last number that the child said; killed at a random instant, counted from its birth (opening
 * the store, a migration in hand) or, `awaited`, from the first record it wrote. */
static uint64_t killed_after(fixture *f, int64_t stop_us, bool awaited)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0)
        log_until_killed(f, fds[1]);
    close(fds[1]);
    t_kill_after(child, fds[0], stop_us, awaited);
    uint64_t written = 0, x;
    while (read(fds[0], &x, sizeof x) == sizeof x)
        written = x;
    close(fds[0]);
    return written;
}

static void a_kill_loses_nothing_that_was_counted_as_written(void **state)
{
    fixture *f = *state;
    mote_rng r;
    mote_err err = {0};
    mote_rng_init(&r, t_seed());
    int64_t before = 0;
    for (int round = 0; round < 10; round++) {
        int64_t stop_us = 20000 + mote_rng_below(&r, 80000);
        uint64_t written = killed_after(f, stop_us, round % 2 == 1);
        if (before == 0 && written == 0)
            continue; /* killed before the store was there */
        int64_t rows = count(f->project, ROWS);
        assert_true(rows >= before + (int64_t)written);
        before = rows;
    }
    assert_true(before > 0);
    MOTE_SCOPED_STORE *s = NULL;
    T_OK(mote_store_open(f->project, false, &s, &err));
    T_OK(mote_store_check(s, true, &err));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consents_are_read_and_judged),
        cmocka_unit_test(consents_that_differ_are_none),
        T(without_an_accepted_consent_no_byte_is_kept),
        T(what_is_consented_to_is_kept_whole),
        T(the_policy_says_what_is_kept),
        T(values_and_scores_are_kept_without_a_label),
        T(what_is_over_its_retention_is_erased),
        T(a_withdrawal_erases_all_of_a_subject),
        T(the_writer_purges_by_itself),
        T(a_locked_store_never_holds_up_an_answer),
        T(the_queue_is_bounded_in_bytes),
        T(a_full_disk_is_counted_and_loses_nothing_written),
        T(a_kill_loses_nothing_that_was_counted_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
