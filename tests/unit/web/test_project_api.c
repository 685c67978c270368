/* SPDX-License-Identifier: Apache-2.0 */
/* web/project_api: a project over HTTP: what it says and changes is what the command line says and
 * changes; a bundle comes whole; nobody but this machine may ask. */
#include "tests/support.h"

#include <time.h>

#include "base/json.h"
#include "data/history.h"
#include "loop/overview.h"
#include "tests/api_fixture.h"
#include "tests/tiny_project.h"
#include "track/registry.h"
#include "web/project_api.h"

typedef struct {
    tiny project;
    mote_models *models;
    mote_api *api;
    mote_project_api *routes;
    t_server http;
    int fd;
    const char *body;
    mote_buf bundle;
} house;

/* Twice the same model: as it is kept by default, and as one that is mapped. */
static void register_bundles(house *h)
{
    mote_err err = {0};
    for (int is_mapped = 0; is_mapped < 2; is_mapped++) {
        mote_registry_spec spec = {.model = "kws"};
        int64_t version = 0;
        mote_buf_init(&h->bundle, 1 << 24);
        tiny_tensor_bundle(N_IN, 1 + (uint64_t)is_mapped, &h->bundle);
        T_OK((is_mapped ? mote_object_put_raw : mote_object_put)(
            h->project.store, h->bundle.data, h->bundle.len, 1000, &spec.bundle, &err));
        T_OK(mote_registry_register(h->project.store, &spec, 1000, &version, &err));
        if (!is_mapped)
            mote_buf_release(&h->bundle);
    }
}

static house *begin(const char *host)
{
    house *h = calloc(1, sizeof *h);
    mote_err err = {0};
    tiny_make(&h->project, (tiny_settings){.epochs = 2, .seed = 1}, true);
    register_bundles(h);
    T_OK(mote_models_create(2, &h->models, &err));
    put_model(h->models, "tiny", "1", tiny_tensor_model(N_IN, 1));
    mote_api_config cfg = {.models = h->models, .n_threads = 1, .version = "0.1"};
    T_OK(mote_api_create(&cfg, &h->api, &err));
    T_OK(mote_project_api_create(h->project.dir, host, &h->routes, &err));
    mote_app app = mote_project_api_app(h->routes);
    mote_api_add(h->api, &app);
    mote_http_config http = {.handler = mote_api_handle,
                             .on_tick = mote_api_tick,
                             .on_worker_tick = mote_api_worker_tick,
                             .arg = h->api,
                             .n_threads = 1};
    h->http = t_server_start(&http);
    h->fd = t_dial(&h->http);
    return h;
}

static void end(house *h)
{
    close(h->fd);
    t_server_finish(&h->http);
    mote_api_destroy(h->api);
    mote_project_api_destroy(h->routes);
    mote_models_destroy(h->models);
    mote_buf_release(&h->bundle);
    tiny_remove(&h->project);
    free(h);
}

static int call(house *h, const char *method, const char *path, const char *headers,
                const char *body)
{
    return t_ask(h->fd, method, path, headers, body, strlen(body), &h->body);
}

static int64_t number(const house *h, const char *name)
{
    json_t *j = json_loads(h->body, 0, NULL), *x = json_object_get(j, name);
    if (!json_is_integer(x))
        fail_msg("no number '%s' in %s", name, h->body);
    int64_t n = json_integer_value(x);
    json_decref(j);
    return n;
}

static int64_t n_samples(house *h)
{
    return tiny_count(&h->project, "SELECT count(*) FROM data_sample");
}

static void recordings_go_and_come_back(void **state)
{
    (void)state;
    house *h = begin(NULL);
    int64_t all = n_samples(h);
    assert_int_equal(
        call(h, "POST", "/v1/project/data/remove", "", "{\"label\":\"low\",\"dry_run\":true}"),
        200);
    int64_t n = number(h, "recordings");
    assert_true(n > 0 && n < all);
    assert_int_equal(n_samples(h), all);
    assert_int_equal(call(h, "POST", "/v1/project/data/remove", "", "{\"label\":\"low\"}"), 200);
    assert_int_equal(number(h, "recordings"), n);
    assert_int_equal(n_samples(h), all - n);
    assert_int_equal(call(h, "POST", "/v1/project/data/remove", "", "{\"label\":\"low\"}"), 404);
    assert_int_equal(call(h, "POST", "/v1/project/data/undo", "", ""), 200);
    assert_int_equal(number(h, "put_back"), n);
    assert_int_equal(n_samples(h), all);
    char body[2048];
    snprintf(body, sizeof body, "{\"path\":\"%s\"}", h->project.tree);
    assert_int_equal(call(h, "POST", "/v1/project/data/remove", "", body), 200);
    assert_int_equal(number(h, "recordings"), all);
    end(h);
}

static void questions_are_answered_as_on_the_command_line(void **state)
{
    (void)state;
    house *h = begin(NULL);
    char path[TEMP_DIR_BYTES + 16];
    char *text = NULL;
    size_t n = 0;
    mote_err err = {0};
    assert_int_equal(call(h, "GET", "/v1/project/scope", "", ""), 200);
    const int64_t n_open = number(h, "n_open");
    assert_true(n_open > 10);
    assert_int_equal(call(h, "POST", "/v1/project/scope", "",
                          "{\"speed\": \"150 ms because it feels so\", \"update\": 30}"),
                     200);
    assert_int_equal(number(h, "n_open"), n_open - 2);
    snprintf(path, sizeof path, "%s/mote.yaml", h->project.dir);
    T_OK(mote_file_read(path, 1 << 20, &text, &n, &err));
    assert_non_null(strstr(text, "# scope.speed: 150 ms because it feels so\n"));
    assert_non_null(strstr(text, "every_days: 30"));
    /* What is no answer changes nothing. */
    static const char *const bad[] = {"{\"speed\": \"fast\"}", "[1]", "{\"sped\": 1}",
                                      "{\"speed\": {}}", "{"};
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        char *now = NULL;
        const int code = call(h, "POST", "/v1/project/scope", "", bad[i]);
        if (code < 400 || code > 499)
            fail_msg("%s gave %d", bad[i], code);
        T_OK(mote_file_read(path, 1 << 20, &now, &n, &err));
        assert_string_equal(now, text);
        mote_free(now);
    }
    mote_free(text);
    end(h);
}

/* A wish that is not understood must not be taken for a wider one. */
static void what_is_not_understood_removes_nothing(void **state)
{
    (void)state;
    house *h = begin(NULL);
    int64_t all = n_samples(h);
    static const struct {
        const char *body;
        int code;
    } cases[] = {
        {"", 400},
        {"{}", 400},
        {"[]", 400},
        {"{\"dry_run\":false}", 400},
        {"{\"label\":\"low\",\"grupo\":\"g1\"}", 400},
        {"{\"label\":\"low\",\"label\":\"mid\"}", 400},
        {"{\"label\":\"low\"} x", 400},
        {"{\"label\":7}", 400},
        {"{\"import\":\"1\"}", 400},
        {"{\"label\":null}", 400},
        {"{\"sample\":\"12\"}", 400},
        {"{\"path\":\"no/such/folder\"}", 404},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        int code = call(h, "POST", "/v1/project/data/remove", "", cases[i].body);
        if (code != cases[i].code)
            fail_msg("%s: %d %s", cases[i].body, code, h->body);
    }
    assert_int_equal(n_samples(h), all);
    end(h);
}

static void pages_of_other_sites_and_other_writers_are_kept_out(void **state)
{
    (void)state;
    house *h = begin("localhost");
    static const char *const paths[] = {"/v1/project/data/remove", "/v1/project/data/undo"};
    char path[TEMP_DIR_BYTES + 32];
    mote_err err = {0};
    for (size_t i = 0; i < T_COUNT(paths); i++) {
        const char *wish = i ? "" : "{\"label\":\"low\"}";
        assert_int_equal(call(h, "POST", paths[i], "Origin: https://evil.example\r\n", wish), 403);
        assert_int_equal(call(h, "POST", paths[i], "Sec-Fetch-Site: cross-site\r\n", wish), 403);
        assert_int_equal(call(h, "POST", paths[i], "Content-Type: text/plain\r\n", wish), 415);
        assert_int_equal(call(h, "GET", paths[i], "", ""), 405);
    }
    mote_lock lock;
    snprintf(path, sizeof path, "%s/.mote/write.lock", h->project.dir);
    T_OK(mote_lock_take(path, "the test", &lock, &err));
    assert_int_equal(call(h, "POST", paths[0], "", "{\"label\":\"low\"}"), 409);
    mote_lock_release(&lock);
    assert_int_equal(call(h, "POST", paths[0], "", "{\"label\":\"low\"}"), 200);
    end(h);
}

static void who_comes_over_the_network_is_told_nothing(void **state)
{
    (void)state;
    static const char *const hosts[] = {"0.0.0.0", "::", "192.0.2.1"};
    static const char *const asked[][2] = {{"GET", "/v1/project"},
                                           {"GET", "/v1/project/doctor"},
                                           {"POST", "/v1/project/data/remove"},
                                           {"POST", "/v1/project/data/undo"},
                                           {"GET", "/v1/project/review"},
                                           {"GET", "/v1/project/review/1"},
                                           {"POST", "/v1/project/review/take"},
                                           {"GET", "/v1/project/evaluations"},
                                           {"POST", "/v1/project/evaluations"},
                                           {"GET", "/v1/project/report"},
                                           {"GET", "/v1/models/kws/versions/1/bundle"}};
    for (size_t i = 0; i < T_COUNT(hosts); i++) {
        house *h = begin(hosts[i]);
        for (size_t k = 0; k < T_COUNT(asked); k++)
            assert_int_equal(call(h, asked[k][0], asked[k][1], "", "{\"label\":\"low\"}"), 403);
        assert_non_null(strstr(h->body, "--host 127.0.0.1"));
        assert_int_equal(call(h, "GET", "/v2/models", "", ""), 200);
        end(h);
    }
}

static void the_doctor_tells_what_he_finds(void **state)
{
    (void)state;
    house *h = begin("127.0.0.1");
    assert_int_equal(call(h, "GET", "/v1/project/doctor", "", ""), 200);
    json_t *j = json_loads(h->body, 0, NULL);
    assert_true(json_is_array(json_object_get(j, "findings")));
    json_t *checked = json_object_get(j, "checked");
    assert_int_equal(json_integer_value(json_object_get(checked, "objects")),
                     tiny_count(&h->project, "SELECT count(*) FROM object"));
    assert_int_equal(json_integer_value(json_object_get(checked, "damaged")), 0);
    json_decref(j);
    assert_int_equal(call(h, "POST", "/v1/project/doctor", "", ""), 405);
    end(h);
}

static void the_project_tells_how_it_stands(void **state)
{
    (void)state;
    house *h = begin("127.0.0.1");
    mote_err err = {0};
    mote_overview o;
    json_t *said = NULL;
    const mote_pipeline_config cfg = {
        .store = h->project.store, .project = h->project.project, .now_ms = tiny_clock};
    T_OK(mote_overview_of(&cfg, &h->project.arena, &o, &err));
    T_OK(mote_overview_json(&o, &said, &err));
    mote_overview_release(&o);
    assert_int_equal(call(h, "GET", "/v1/project", "", ""), 200);
    json_t *j = json_loads(h->body, 0, NULL);
    assert_true(json_equal(j, said));
    assert_string_equal(json_string_value(json_object_get(j, "next")),
                        "bring the project up to date: 'mote run'");
    json_decref(j);
    json_decref(said);
    assert_int_equal(call(h, "POST", "/v1/project", "", ""), 405);
    end(h);
}

static void a_bundle_comes_whole(void **state)
{
    (void)state;
    house *h = begin(NULL);
    for (int version = 1; version <= 2; version++) {
        char path[64], hash[MOTE_SHA256_HEX_BYTES], etag[96];
        mote_sha256 id;
        snprintf(path, sizeof path, "/v1/models/kws/versions/%d/bundle", version);
        assert_int_equal(call(h, "GET", path, "", ""), 200);
        size_t n = (size_t)atoi(strstr(t_answer, "Content-Length: ") + 16);
        id = mote_sha256_of(h->body, n);
        mote_sha256_hex(&id, hash);
        snprintf(etag, sizeof etag, "ETag: \"%s\"\r\n", hash);
        assert_non_null(strstr(t_answer, etag));
        if (version == 2) {
            assert_int_equal(n, h->bundle.len);
            assert_memory_equal(h->body, h->bundle.data, n);
        }
    }
    static const char *const absent[] = {"/v1/models/kws/versions/3/bundle",
                                         "/v1/models/kws/versions/x/bundle",
                                         "/v1/models/none/versions/1/bundle"};
    for (size_t i = 0; i < T_COUNT(absent); i++)
        assert_int_equal(call(h, "GET", absent[i], "", ""), 404);
    end(h);
}

/* ---- the review list --------------------------------------------------------------------------
 */

/* A folder of marks in the project: a miss of 'low', and something taken for 'mid'. */
static void make_marks(house *h)
{
    static int16_t pcm[4 * TINY_RATE_HZ];
    char path[TEMP_DIR_BYTES + 64];
    mote_err err = {0};
    snprintf(path, sizeof path, "%s/marked", h->project.dir);
    T_OK(mote_dir_make(path, &err));
    for (size_t i = 0; i < T_COUNT(pcm); i++)
        pcm[i] = (int16_t)lrint(9000.0 * sin(6.283185307 * 320.0 * (double)i / TINY_RATE_HZ));
    snprintf(path, sizeof path, "%s/marked/a.wav", h->project.dir);
    tiny_wav(path, pcm, T_COUNT(pcm));
    static const char csv[] = "file,start,end,what,label\na.wav,0.5,1.5,miss,low\n"
                              "a.wav,2,3,false,mid\na.wav,1,3.5,miss,\n";
    snprintf(path, sizeof path, "%s/marked/review.csv", h->project.dir);
    T_OK(mote_file_write(path, csv, sizeof csv - 1, &err));
}

static void marks_are_heard_taken_and_dropped(void **state)
{
    (void)state;
    house *h = begin(NULL);
    make_marks(h);
    const int64_t all = n_samples(h);
    assert_int_equal(call(h, "POST", "/v1/project/review", "", "{\"path\":\"marked\"}"), 200);
    assert_int_equal(number(h, "added"), 3);
    assert_int_equal(call(h, "POST", "/v1/project/review", "", "{\"path\":\"marked\"}"), 200);
    assert_int_equal(number(h, "known"), 3);
    assert_int_equal(call(h, "GET", "/v1/project/review", "", ""), 200);
    json_t *j = json_loads(h->body, 0, NULL), *marks = json_object_get(j, "marks");
    assert_int_equal(json_array_size(marks), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(marks, 0), "what")),
                        "miss");
    json_decref(j);
    assert_int_equal(call(h, "GET", "/v1/project/review/2", "", ""), 200);
    assert_non_null(strstr(t_answer, "Content-Type: audio/wav\r\n"));
    assert_memory_equal(h->body, "RIFF", 4);
    assert_int_equal(call(h, "GET", "/v1/project/review/9", "", ""), 404);
    assert_int_equal(call(h, "GET", "/v1/project/review/x", "", ""), 404);

    /* The same as a page, whose buttons ask the same routes. */
    assert_int_equal(call(h, "GET", "/v1/project/review", "Accept: text/html\r\n", ""), 200);
    assert_non_null(strstr(t_answer, "Content-Type: text/html"));
    assert_non_null(strstr(t_answer, "script-src 'self'"));
    assert_non_null(strstr(h->body, "<tr data-n=2>"));
    assert_non_null(strstr(h->body, "src=\"/v1/project/review/2\""));
    assert_non_null(strstr(h->body, "<button data-do=take>"));
    assert_int_equal(call(h, "GET", "/v1/project/page.js", "", ""), 200);
    assert_non_null(strstr(h->body, "/v1/project/review/"));

    assert_int_equal(
        call(h, "POST", "/v1/project/review/take", "", "{\"numbers\":[1,2],\"who\":\"ann\"}"), 200);
    assert_int_equal(number(h, "misses"), 1);
    assert_int_equal(number(h, "false"), 1);
    assert_int_equal(n_samples(h), all + 2);
    assert_int_equal(
        tiny_count(&h->project, "SELECT count(*) FROM data_sample WHERE grp = 'review:ann'"), 2);
    assert_int_equal(call(h, "POST", "/v1/project/review/take", "", "{\"numbers\":[3]}"), 200);
    assert_int_equal(number(h, "unnamed"), 1); /* nobody said which word it was */
    assert_int_equal(call(h, "POST", "/v1/project/review/drop", "", "{\"all\":true}"), 200);
    assert_int_equal(number(h, "dropped"), 1);
    assert_int_equal(call(h, "GET", "/v1/project/review", "", ""), 200);
    assert_string_equal(h->body, "{\"marks\":[]}");
    assert_int_equal(call(h, "GET", "/v1/project/review?all=1", "", ""), 200);
    assert_non_null(strstr(h->body, "\"taken\":true"));
    end(h);
}

/* Nobody reads the disk through a request, and nobody changes more than he names. */
static void what_a_request_may_name_is_in_the_project(void **state)
{
    (void)state;
    static const char *const places[] = {"/etc",           "../x", "a/../../b", ".mote",
                                         "marked/.hidden", "",     "..",        "./marked"};
    static const char *const unclear[] = {"{}",
                                          "{\"numbers\":[]}",
                                          "{\"numbers\":[0]}",
                                          "{\"numbers\":[1],\"all\":true}",
                                          "{\"number\":[1]}",
                                          "[1]",
                                          "{\"all\":false}"};
    house *h = begin(NULL);
    char body[200];
    for (size_t i = 0; i < T_COUNT(places); i++) {
        snprintf(body, sizeof body, "{\"path\":\"%s\"}", places[i]);
        assert_int_equal(call(h, "POST", "/v1/project/review", "", body), 403);
        assert_non_null(strstr(h->body, "in the project's folder"));
        snprintf(body, sizeof body, "{\"on\":\"%s\"}", places[i]);
        assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", body), 403);
        snprintf(body, sizeof body, "{\"hours\":\"%s\"}", places[i]);
        assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", body), 403);
    }
    assert_int_equal(call(h, "POST", "/v1/project/review", "", "{\"path\":\"absent\"}"), 404);
    for (size_t i = 0; i < T_COUNT(unclear); i++) {
        assert_int_equal(call(h, "POST", "/v1/project/review/take", "", unclear[i]), 400);
        assert_int_equal(call(h, "POST", "/v1/project/review/drop", "", unclear[i]), 400);
        assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", unclear[i]), 400);
    }
    static const char *const judged[] = {
        "{\"on\":\"a\",\"hours\":\"b\"}", "{\"on\":\"a\",\"threshold\":0.5}",
        "{\"strangers\":\"collector\",\"model\":\"kws\"}", "{\"hours\":\"a\",\"threshold\":2}"};
    for (size_t i = 0; i < T_COUNT(judged); i++)
        assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", judged[i]), 400);
    static const char *const changes[] = {"/v1/project/review", "/v1/project/review/take",
                                          "/v1/project/review/drop", "/v1/project/evaluations",
                                          "/v1/project/evaluations/stop"};
    for (size_t i = 0; i < T_COUNT(changes); i++)
        assert_int_equal(
            call(h, "POST", changes[i], "Origin: https://evil.example\r\n", "{\"all\":true}"), 403);
    end(h);
}

/* The project adds other words where there are few different ones. */
static void count_words(const house *h)
{
    static const char off[] = "builtin: off", on[] = "few_words: 5";
    char path[TEMP_DIR_BYTES + 16], text[4000];
    snprintf(path, sizeof path, "%s/mote.yaml", h->project.dir);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    const char *at = strstr(text, off);
    assert_non_null(at);
    assert_int_equal(fseek(f, at - text, SEEK_SET), 0);
    assert_int_equal(fwrite(on, 1, sizeof off - 1, f), sizeof on - 1);
    assert_int_equal(fclose(f), 0);
}

static void why_words_are_added_is_told(void **state)
{
    (void)state;
    static const char why[] = "1 different other word to learn from, fewer than 5 (data.few_words)";
    house *h = begin(NULL);
    for (int is_counted = 0; is_counted < 2; is_counted++) {
        if (is_counted)
            count_words(h);
        assert_int_equal(call(h, "GET", "/v1/project/data", "", ""), 200);
        json_t *j = json_loads(h->body, 0, NULL);
        const json_t *said = json_object_get(json_object_get(j, "builtin"), "why");
        assert_non_null(said);
        if (is_counted)
            assert_string_equal(json_string_value(said), why);
        else
            assert_true(json_is_null(said));
        json_decref(j);
        assert_int_equal(call(h, "GET", "/v1/project/data", "Accept: text/html\r\n", ""), 200);
        assert_int_equal(strstr(h->body, why) != NULL, is_counted);
    }
    end(h);
}

static void how_much_data_there_is_is_told(void **state)
{
    (void)state;
    house *h = begin(NULL);
    assert_int_equal(call(h, "GET", "/v1/project/data", "", ""), 200);
    json_t *j = json_loads(h->body, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(j, "labels")), 3);
    assert_true(json_is_real(json_object_get(json_object_get(j, "negatives"), "hours")));
    json_decref(j);
    assert_int_equal(call(h, "GET", "/v1/project/data", "Accept: text/html\r\n", ""), 200);
    assert_non_null(strstr(h->body, "Negatives, in which nothing that is asked for happens"));
    assert_int_equal(call(h, "GET", "/v1/project/data?version=v9", "", ""), 404);
    assert_int_equal(call(h, "GET", "/v1/project/report", "", ""), 404); /* nothing deployed yet */
    assert_int_equal(call(h, "GET", "/v1/project/report?versions=0", "", ""), 400);
    end(h);
}

/* ---- judged elsewhere --------------------------------------------------------------------------
 */

/* Until what was begun has ended. */
static json_t *wait_for(house *h)
{
    for (int i = 0; i < 60000; i++) {
        assert_int_equal(call(h, "GET", "/v1/project/evaluations", "", ""), 200);
        json_t *j = json_loads(h->body, 0, NULL);
        if (json_is_false(json_object_get(j, "running")))
            return j;
        json_decref(j);
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    fail_msg("it does not end: %s", h->body);
    return NULL;
}

static void a_judging_is_begun_and_found(void **state)
{
    (void)state;
    static const char on[] = "{\"on\":\"recordings\"}";
    house *h = begin(NULL);
    assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", on), 202);
    assert_non_null(strstr(h->body, "\"running\":true"));
    assert_non_null(strstr(h->body, "\"place\":\"recordings\""));
    assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", on), 409); /* one at a time */
    assert_int_equal(call(h, "POST", "/v1/project/data/remove", "", "{\"label\":\"low\"}"), 409);
    json_t *j = wait_for(h);
    assert_null(json_object_get(j, "error"));
    const json_t *kept = json_object_get(j, "kept"), *one = json_array_get(kept, 0);
    assert_int_equal(json_array_size(kept), 1);
    assert_string_equal(json_string_value(json_object_get(one, "kind")), "on");
    assert_non_null(
        json_object_get(json_object_get(json_object_get(one, "found"), "conditions"), "clean"));
    json_decref(j);
    assert_int_equal(call(h, "GET", "/v1/project/evaluations", "Accept: text/html\r\n", ""), 200);
    assert_non_null(strstr(h->body, "Another folder"));
    assert_null(strstr(h->body, "nan"));
    /* What fails is told, and the next one may begin: this model hears no sound. */
    assert_int_equal(call(h, "POST", "/v1/project/evaluations", "",
                          "{\"hours\":\"recordings\",\"model\":\"kws/1\"}"),
                     202);
    j = wait_for(h);
    assert_non_null(json_object_get(j, "error"));
    assert_int_equal(json_array_size(json_object_get(j, "kept")), 1);
    json_decref(j);
    assert_int_equal(call(h, "POST", "/v1/project/data/remove", "", "{\"label\":\"low\"}"), 200);
    end(h);
}

static void strangers_are_judged_and_a_judging_can_be_stopped(void **state)
{
    (void)state;
    static const char by[] = "{\"strangers\":\"*_nohash_{group}\"}";
    house *h = begin(NULL);
    assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", by), 202);
    json_t *j = wait_for(h);
    assert_null(json_object_get(j, "error"));
    const json_t *one = json_array_get(json_object_get(j, "kept"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "kind")), "strangers");
    assert_int_equal(json_array_size(json_object_get(json_object_get(one, "found"), "collections")),
                     2);
    json_decref(j);
    assert_int_equal(call(h, "GET", "/v1/project/evaluations", "Accept: text/html\r\n", ""), 200);
    assert_non_null(strstr(h->body, "Strangers, by *_nohash_{group}"));
    assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", by), 202);
    assert_int_equal(call(h, "POST", "/v1/project/evaluations/stop", "", ""), 200);
    json_decref(wait_for(h));
    assert_int_equal(call(h, "POST", "/v1/project/evaluations", "", by), 202);
    end(h); /* and the server does not wait for one that is at work */
}

/* Asked all at once, each on a connection of its own, so that the server's threads meet. */
static const struct {
    const char *method, *path, *headers, *body;
    bool may_wait; /* whoever writes may be told that another does (409) */
} at_once[] = {
    {"GET", "/v1/project/evaluations", "", "", false},
    {"GET", "/v1/project/evaluations", "Accept: text/html\r\n", "", false},
    {"GET", "/v1/project/data", "", "", false},
    {"GET", "/v1/project/report", "Accept: text/html\r\n", "", false},
    {"GET", "/v1/project/review", "", "", false},
    {"POST", "/v1/project/review", "", "{\"path\":\"marked\"}", true},
    {"GET", "/v1/project", "", "", false},
    {"POST", "/v1/project/review/drop", "", "{\"numbers\":[3]}", true},
};

/* True: a judging was at work when it was asked. */
static bool ask_at_once(house *h, const int *fds)
{
    bool is_running = false;
    for (size_t i = 0; i < T_COUNT(at_once); i++)
        t_request(fds[i], at_once[i].method, at_once[i].path, at_once[i].headers, at_once[i].body,
                  strlen(at_once[i].body));
    for (size_t i = 0; i < T_COUNT(at_once); i++) {
        const int code = t_reply(fds[i], at_once[i].path, &h->body);
        if (code != 200 && !(at_once[i].may_wait && (code == 409 || code == 404)))
            fail_msg("%s %s: %d: %s", at_once[i].method, at_once[i].path, code, h->body);
        is_running |= i == 0 && strstr(h->body, "\"running\":true");
    }
    return is_running;
}

static void pages_are_read_while_a_recipe_is_trained_and_marks_come_in(void **state)
{
    (void)state;
    mote_err err = {0};
    int fds[T_COUNT(at_once)];
    size_t n_rounds = 0;
    house *h = begin(NULL);
    T_OK(mote_pipeline_run(h->project.pipeline, MOTE_STAGE_deploy, false, &err));
    make_marks(h);
    for (size_t i = 0; i < T_COUNT(fds); i++)
        fds[i] = t_dial(&h->http);
    assert_int_equal(
        call(h, "POST", "/v1/project/evaluations", "", "{\"strangers\":\"*_nohash_{group}\"}"),
        202);
    while (ask_at_once(h, fds))
        n_rounds++;
    assert_true(n_rounds > 0);
    json_t *j = wait_for(h);
    assert_null(json_object_get(j, "error"));
    assert_int_equal(json_array_size(json_object_get(j, "kept")), 1);
    json_decref(j);
    /* Nothing is in the way of writers any more, and no mark came twice. */
    assert_int_equal(call(h, "POST", "/v1/project/review", "", "{\"path\":\"marked\"}"), 200);
    assert_int_equal(call(h, "GET", "/v1/project/review?all=1", "", ""), 200);
    j = json_loads(h->body, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(j, "marks")), 3);
    json_decref(j);
    for (size_t i = 0; i < T_COUNT(fds); i++)
        close(fds[i]);
    end(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_answered_as_on_the_command_line),
        cmocka_unit_test(recordings_go_and_come_back),
        cmocka_unit_test(what_is_not_understood_removes_nothing),
        cmocka_unit_test(pages_of_other_sites_and_other_writers_are_kept_out),
        cmocka_unit_test(who_comes_over_the_network_is_told_nothing),
        cmocka_unit_test(the_doctor_tells_what_he_finds),
        cmocka_unit_test(the_project_tells_how_it_stands),
        cmocka_unit_test(a_bundle_comes_whole),
        cmocka_unit_test(marks_are_heard_taken_and_dropped),
        cmocka_unit_test(what_a_request_may_name_is_in_the_project),
        cmocka_unit_test(how_much_data_there_is_is_told),
        cmocka_unit_test(why_words_are_added_is_told),
        cmocka_unit_test(a_judging_is_begun_and_found),
        cmocka_unit_test(strangers_are_judged_and_a_judging_can_be_stopped),
        cmocka_unit_test(pages_are_read_while_a_recipe_is_trained_and_marks_come_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
