/* SPDX-License-Identifier: Apache-2.0 */
/* web/server and serve/source: the whole server on a project's registry: it follows aliases under
 * load, keeps what is consented to, and writes it before it ends. */
#include "tests/support.h"

#include "base/log.h"
#include "track/model_ref.h"
#include "tests/http_client.h"
#include "tests/tiny_model.h"
#include "track/registry.h"
#include "track/run.h"
#include "web/server.h"

static const char *const purposes[] = {"improve"};
static int n_projects;

typedef struct {
    char project[256];
    mote_store *store;
    mote_server *server;
    pthread_t thread;
} fixture;

static mote_sha256 put_bundle(fixture *f, uint64_t seed)
{
    MOTE_SCOPED_BUF b;
    mote_sha256 id;
    mote_err err = {0};
    mote_buf_init(&b, 1 << 24);
    tiny_tensor_bundle(8, seed, &b);
    T_OK(mote_object_put(f->store, b.data, b.len, 1000, &id, &err));
    return id;
}

static int64_t register_version(fixture *f, uint64_t seed)
{
    mote_err err = {0};
    int64_t version = 0;
    mote_registry_spec spec = {.model = "kws", .bundle = put_bundle(f, seed)};
    T_OK(mote_registry_register(f->store, &spec, 1000, &version, &err));
    return version;
}

static void point(fixture *f, const char *alias, int64_t version)
{
    mote_err err = {0};
    mote_registry_act act = {.who = "test", .reason = "because", .now_ms = 2000};
    T_OK(mote_registry_set_alias(f->store, "kws", alias, version, &act, &err));
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    char name[32];
    mote_err err = {0};
    snprintf(name, sizeof name, "project%d", n_projects++);
    snprintf(f->project, sizeof f->project, "%s", t_path(name));
    T_OK(mote_dir_make(f->project, &err));
    T_OK(mote_store_open(f->project, true, &f->store, &err));
    *state = f;
    return 0;
}

static void *run(void *server)
{
    mote_err err = {0};
    return mote_server_run(server, &err) == MOTE_OK ? NULL : server;
}

static void start(fixture *f, const char *reference)
{
    mote_err err = {0};
    mote_server_config cfg = {.project = f->project,
                              .models = &reference,
                              .n_models = reference ? 1 : 0,
                              .http = {.n_threads = 2},
                              .with_log = true,
                              .policy = {.purposes = purposes,
                                         .n_purposes = 1,
                                         .retention_days = 7,
                                         .keep_inputs = true,
                                         .keep_outputs = true},
                              .poll_ms = 10};
    T_OK(mote_server_create(&cfg, &f->server, &err));
    assert_int_equal(pthread_create(&f->thread, NULL, run, f->server), 0);
}

static void finish(fixture *f)
{
    void *failed = NULL;
    if (!f->server)
        return;
    mote_server_stop(f->server);
    pthread_join(f->thread, &failed);
    assert_null(failed);
    mote_server_destroy(f->server);
    f->server = NULL;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    finish(f);
    mote_store_close(f->store);
    free(f);
    return 0;
}

static int dial(const fixture *f)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)mote_server_port(f->server))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&a, sizeof a), 0);
    return fd;
}

static const char body[] =
    "{\"id\":\"r1\",\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"FP32\","
    "\"data\":[1,0,0,0,0,0,0,-1]}]}";

static int infer(int fd, const char *headers, const char **answer)
{
    return t_ask(fd, "POST", "/v2/models/kws/infer", headers, body, sizeof body - 1, answer);
}

/* ---- tests ---- */

static void references_mean_what_they_say(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_resolved_model m;
    T_FAILS(mote_model_resolve(f->store, "kws", &m, &err), MOTE_NOT_FOUND, "kws");
    T_FAILS(mote_model_resolve(NULL, "kws", &m, &err), MOTE_NOT_FOUND, "no project");
    assert_int_equal(register_version(f, 1), 1);
    assert_int_equal(register_version(f, 2), 2);
    point(f, "stable", 1);
    static const struct {
        const char *reference, *version;
        bool is_followed;
    } cases[] = {{"kws", "2", true}, {"kws@stable", "1", true}, {"kws/1", "1", false}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        T_OK(mote_model_resolve(f->store, cases[i].reference, &m, &err));
        assert_string_equal(m.name, "kws");
        assert_string_equal(m.version, cases[i].version);
        assert_true(m.is_followed == cases[i].is_followed);
        mote_model_unref(m.model);
    }
    char run_id[MOTE_RUN_ID_BYTES];
    mote_run_spec run = {.name = "first-try"};
    mote_sha256 bundle = put_bundle(f, 4);
    T_OK(mote_run_create(f->store, &run, 1000, run_id, &err));
    T_FAILS(mote_model_resolve(f->store, "first-try", &m, &err), MOTE_NOT_FOUND, "has no model");
    T_OK(mote_run_add_artifact(f->store, run_id, "model/bundle.mote", &bundle, &err));
    T_OK(mote_model_resolve(f->store, "first-try", &m, &err));
    assert_string_equal(m.name, "tiny");
    assert_memory_equal(m.version, run_id, 8);
    assert_false(m.is_followed);
    mote_model_unref(m.model);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    tiny_tensor_bundle(8, 3, &b);
    T_OK(mote_file_write(t_path("a.mote"), b.data, b.len, &err));
    T_OK(mote_model_resolve(NULL, t_path("a.mote"), &m, &err));
    assert_string_equal(m.name, "tiny");
    assert_int_equal(strlen(m.version), 12);
    mote_model_unref(m.model);
    T_OK(mote_file_write(t_path("b.mote"), b.data, b.len / 2, &err));
    T_FAILS(mote_model_resolve(NULL, t_path("b.mote"), &m, &err), MOTE_PARSE, "b.mote");
}

static void a_server_without_models_does_not_start(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_server *s = NULL;
    mote_server_config cfg = {.project = f->project};
    T_FAILS(mote_server_create(&cfg, &s, &err), MOTE_NOT_FOUND, "mote run");
    const char *none = "kws@champion";
    cfg.models = &none;
    cfg.n_models = 1;
    T_FAILS(mote_server_create(&cfg, &s, &err), MOTE_NOT_FOUND, "kws");
    assert_null(s);
}

static void without_a_name_all_registered_models_are_served(void **state)
{
    fixture *f = *state;
    const char *answer;
    register_version(f, 1);
    start(f, NULL);
    int fd = dial(f);
    assert_int_equal(t_ask(fd, "GET", "/v2/models", "", "", 0, &answer), 200);
    assert_string_equal(answer, "{\"models\":[\"kws\"]}");
    close(fd);
}

typedef struct {
    const fixture *f;
    _Atomic bool *stop;
    uint64_t answers, failures;
} load;

static void *ask_on_and_on(void *arg)
{
    load *l = arg;
    char request[512], answer[4096];
    snprintf(request, sizeof request,
             "POST /v2/models/kws/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof body - 1, body);
    int fd = dial(l->f);
    while (!atomic_load(l->stop)) {
        size_t n = 0;
        t_put(fd, request);
        answer[0] = '\0';
        while (!strstr(answer, "\"label\"")) {
            ssize_t got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
            if (got <= 0)
                break;
            n += (size_t)got;
            answer[n] = '\0';
        }
        l->answers++;
        if (strncmp(answer, "HTTP/1.1 200 ", 13) != 0)
            l->failures++;
    }
    close(fd);
    return NULL;
}

static void an_alias_is_followed_under_load_without_a_failed_request(void **state)
{
    fixture *f = *state;
    const char *answer;
    for (uint64_t i = 1; i <= 21; i++)
        assert_int_equal(register_version(f, i), i);
    point(f, "live", 1);
    start(f, "kws@live");
    _Atomic bool stop = false;
    load loads[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        loads[i] = (load){.f = f, .stop = &stop};
        pthread_create(&threads[i], NULL, ask_on_and_on, &loads[i]);
    }
    int fd = dial(f);
    for (int64_t v = 2; v <= 21; v++) {
        char want[64];
        point(f, "live", v);
        snprintf(want, sizeof want, "\"model_version\":\"%lld\"", (long long)v);
        bool came = false;
        for (int k = 0; k < 2000 && !came; k++) {
            assert_int_equal(infer(fd, "", &answer), 200);
            came = strstr(answer, want) != NULL;
        }
        if (!came)
            fail_msg("version %lld is not served: %s", (long long)v, answer);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(loads[i].failures, 0);
        assert_true(loads[i].answers > 0);
    }
    assert_int_equal(mote_models_swaps(mote_server_models(f->server)), 20);
    close(fd);
}

static void a_version_that_cannot_be_loaded_leaves_the_old_one(void **state)
{
    fixture *f = *state;
    const char *answer;
    mote_err err = {0};
    mote_sha256 id;
    int64_t version = 0;
    register_version(f, 1);
    point(f, "live", 1);
    start(f, "kws@live");
    T_OK(mote_object_put(f->store, "no bundle", 9, 1000, &id, &err));
    mote_registry_spec spec = {.model = "kws", .bundle = id};
    T_OK(mote_registry_register(f->store, &spec, 1000, &version, &err));
    point(f, "live", version);
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    int fd = dial(f);
    assert_int_equal(infer(fd, "", &answer), 200);
    assert_non_null(strstr(answer, "\"model_version\":\"1\""));
    assert_int_equal(t_ask(fd, "POST", "/v2/repository/models/kws/load", "", "{}", 2, &answer),
                     400);
    assert_non_null(strstr(answer, "failed to load 'kws'"));
    /* Files cannot be opened by asking for them. */
    assert_int_equal(
        t_ask(fd, "POST", "/v2/repository/models/%2Fetc%2Fpasswd/load", "", "{}", 2, &answer), 404);
    close(fd);
}

static void a_request_changes_the_alias_that_is_served_and_followed(void **state)
{
    fixture *f = *state;
    const char *answer;
    for (uint64_t i = 1; i <= 3; i++)
        register_version(f, i);
    point(f, "live", 1);
    point(f, "next", 2);
    start(f, "kws@live");
    int fd = dial(f);
    assert_int_equal(infer(fd, "", &answer), 200);
    assert_non_null(strstr(answer, "\"model_version\":\"1\""));
    assert_int_equal(
        t_ask(fd, "POST", "/v2/repository/models/kws%40next/load", "", "{}", 2, &answer), 200);
    assert_int_equal(infer(fd, "", &answer), 200);
    assert_non_null(strstr(answer, "\"model_version\":\"2\""));
    point(f, "next", 3);
    bool came = false;
    for (int k = 0; k < 2000 && !came; k++) {
        assert_int_equal(infer(fd, "", &answer), 200);
        came = strstr(answer, "\"model_version\":\"3\"") != NULL;
    }
    assert_true(came);
    close(fd);
}

static void consented_predictions_are_in_the_store_when_the_server_has_ended(void **state)
{
    fixture *f = *state;
    const char *answer;
    int64_t n = -1;
    mote_err err = {0};
    register_version(f, 1);
    start(f, "kws");
    int fd = dial(f);
    for (int i = 0; i < 30; i++)
        assert_int_equal(infer(fd,
                               i % 3 == 0   ? "Mote-Consent: improve; subject=ann\r\n"
                               : i % 3 == 1 ? ""
                                            : "Mote-Consent: other\r\n",
                               &answer),
                         200);
    assert_int_equal(infer(fd, "Mote-Consent: so what?\r\n", &answer), 400);
    /* Who says two things has consented to neither; who says one thing twice has said it. */
    static const char *const doubtful[] = {
        "Mote-Consent: improve; subject=ann\r\nMote-Consent: improve; subject=bob\r\n",
        "Mote-Consent: improve; subject=ann\r\nMote-Consent: improve\r\n",
        "Mote-Consent: improve; subject=ann\r\nMote-Consent: other; subject=ann\r\n",
        "Mote-Consent: improve; subject=ann, improve; subject=bob\r\n",
        "Mote-Consent: improve, other\r\n",
    };
    for (size_t i = 0; i < T_COUNT(doubtful); i++)
        assert_int_equal(infer(fd, doubtful[i], &answer), 200);
    assert_int_equal(t_ask(fd, "GET", "/metrics", "", "", 0, &answer), 200);
    assert_non_null(strstr(answer, "mote_log_without_consent_total 25\n"));
    close(fd);
    finish(f);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    mote_predlog_record *r = NULL;
    size_t n_records = 0;
    T_OK(mote_predlog_list(f->store, &(mote_predlog_page){.max = 100}, &a, &r, &n_records, &err));
    assert_int_equal(n_records, 10);
    for (size_t i = 0; i < n_records; i++) {
        assert_string_equal(r[i].subject, "ann");
        assert_string_equal(r[i].request_id, "r1");
    }
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM prediction", &n, &err));
    assert_int_equal(n, 10);
}

int main(void)
{
    mote_log_set(MOTE_LOG_ERROR, false);
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(references_mean_what_they_say),
        T(a_server_without_models_does_not_start),
        T(without_a_name_all_registered_models_are_served),
        T(an_alias_is_followed_under_load_without_a_failed_request),
        T(a_version_that_cannot_be_loaded_leaves_the_old_one),
        T(a_request_changes_the_alias_that_is_served_and_followed),
        T(consented_predictions_are_in_the_store_when_the_server_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
