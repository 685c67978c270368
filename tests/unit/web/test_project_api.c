/* SPDX-License-Identifier: Apache-2.0 */
/* web/project_api: a project over HTTP: what it says and changes is what the command line says and
 * changes; a bundle comes whole; nobody but this machine may ask. */
#include "tests/support.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
