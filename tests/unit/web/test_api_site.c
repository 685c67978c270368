/* SPDX-License-Identifier: Apache-2.0 */
/* web/api_site.c, api_page.c, multipart.c and workers: browsers, their pages, forms, long work. */
#include "tests/support.h"

#include "tests/api_fixture.h"

/* ---- pages of other sites ---- */

/* Unload 'none' with these lines of the head: 404 when it was let through. */
static int try_change(fixture *f, const char *host, const char *lines)
{
    char text[512];
    snprintf(
        text, sizeof text,
        "POST /v2/repository/models/none/unload HTTP/1.1\r\nHost: %s\r\n%sContent-Length: 2\r\n"
        "\r\n{}",
        host, lines);
    t_put(f->fd, text);
    t_expect(f->fd, "\"}");
    return atoi(t_answer + 9);
}

static void pages_of_other_sites_change_nothing(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *host, *lines;
        int code;
    } cases[] = {
        {"127.0.0.1:80", "", 404},
        {"127.0.0.1", "Content-Type: application/json\r\n", 404},
        {"[::1]:80", "", 404},
        {"LocalHost:80", "", 404},
        {"kitchen.example:80", "", 404},
        {"localhost:80", "Origin: http://localhost:80\r\n", 404},
        {"localhost:80", "Sec-Fetch-Site: same-origin\r\n", 404},
        {"localhost:80", "Sec-Fetch-Site: none\r\n", 404},
        {"localhost:80", "Origin: https://app.example\r\nSec-Fetch-Site: cross-site\r\n", 404},
        {"localhost:80", "Origin: http://localhost:81\r\n", 403},
        {"localhost:80", "Origin: null\r\n", 403},
        {"localhost:80", "Origin: https://app.example.evil.example\r\n", 403},
        {"localhost:80", "Sec-Fetch-Site: cross-site\r\n", 403},
        {"localhost:80", "Sec-Fetch-Site: same-site\r\n", 403},
        {"evil.example:80", "", 403}, /* a name that was pointed at this machine */
        {"evil.example:80", "Origin: http://evil.example:80\r\n", 403},
        {"127.0.0.1.evil.example", "", 403},
        {"localhost:80", "Content-Type: text/plain;charset=UTF-8\r\n", 415},
        {"localhost:80", "Content-Type: application/x-www-form-urlencoded\r\n", 415},
        {"localhost:80", "Content-Type: Multipart/Form-Data; boundary=x\r\n", 415},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++)
        if (try_change(f, cases[i].host, cases[i].lines) != cases[i].code)
            fail_msg("Host: %s, %s: not %d but:\n%s", cases[i].host, cases[i].lines, cases[i].code,
                     t_answer);
}

static void only_named_origins_may_read_answers(void **state)
{
    fixture *f = *state;
    const char *body = NULL;
    assert_int_equal(t_ask(f->fd, "GET", "/v2", "Origin: https://app.example\r\n", "", 0, &body),
                     200);
    assert_non_null(strstr(t_answer, "Access-Control-Allow-Origin: https://app.example\r\n"));
    assert_non_null(strstr(t_answer, "Vary: Origin\r\n"));
    assert_int_equal(t_ask(f->fd, "GET", "/none", "Origin: https://app.example\r\n", "", 0, &body),
                     404);
    assert_non_null(strstr(t_answer, "Access-Control-Allow-Origin: "));
    assert_int_equal(t_ask(f->fd, "GET", "/v2", "Origin: https://evil.example\r\n", "", 0, &body),
                     200);
    assert_null(strstr(t_answer, "Access-Control"));
    t_put(f->fd, "OPTIONS /v1/classify HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n"
                 "Access-Control-Request-Method: POST\r\n\r\n");
    t_expect(f->fd, "\r\n\r\n");
    assert_non_null(strstr(t_answer, "Access-Control-Allow-Methods: POST, OPTIONS\r\n"));
    assert_non_null(strstr(t_answer, "Access-Control-Allow-Headers: Content-Type, "));
}

static void people_are_told_what_this_is(void **state)
{
    fixture *f = *state;
    const char *body = NULL;
    assert_int_equal(t_ask(f->fd, "GET", "/", "Accept: text/html,*/*\r\n", "", 0, &body), 200);
    assert_non_null(strstr(t_answer, "Content-Type: text/html"));
    assert_non_null(strstr(body, "<h1>What answers at this address?</h1>"));
    assert_non_null(strstr(body, "<tr><td>tiny<td>1<td>a tensor of 8 numbers"));
    assert_non_null(strstr(body, "POST /v1/classify"));
    assert_int_equal(ask(f, "GET", "/", ""), 200);
    json_decref(parsed(f));
}

static void a_form_with_one_file_is_classified(void **state)
{
    fixture *f = *state;
    MOTE_SCOPED_BUF wav, form;
    mote_buf_init(&wav, 1 << 20);
    mote_buf_init(&form, 1 << 20);
    make_wav(16000, 16000, 5, &wav);
    static const char head[] = "--a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n"
                               "--a b\r\nContent-Disposition: form-data; name=\"f\"; "
                               "filename=\"w.wav\"\r\n\r\n";
    static const char type[] = "Content-Type: multipart/form-data; boundary=\"a b\"\r\n";
    mote_buf_str(&form, head);
    mote_buf_add(&form, wav.data, wav.len);
    mote_buf_str(&form, "\r\n--a b--\r\n");
    assert_int_equal(t_ask(f->fd, "POST", "/v1/classify", type, form.data, form.len, &f->body),
                     200);
    json_t *j = parsed(f), *plain = NULL;
    assert_int_equal(t_ask(f->fd, "POST", "/v1/classify", "", wav.data, wav.len, &f->body), 200);
    plain = parsed(f);
    assert_true(
        json_equal(json_object_get(j, "probabilities"), json_object_get(plain, "probabilities")));
    json_decref(j);
    json_decref(plain);
    static const struct {
        const char *type, *body, *words;
    } refused[] = {
        {"Content-Type: multipart/form-data\r\n", "x", "has no boundary"},
        {"Content-Type: multipart/form-data; boundary=b\r\n", "x", "does not hold its boundary"},
        {"Content-Type: multipart/form-data; boundary=b\r\n", "--b\r\n\r\nabc",
         "ends inside a part"},
        {"Content-Type: multipart/form-data; boundary=b\r\n", "--b\r\nabc", "no end of its head"},
        {"Content-Type: multipart/form-data; boundary=b\r\n",
         "--b\r\nx: filename=a\r\n\r\n1\r\n--b\r\nx: filename=b\r\n\r\n2\r\n--b--",
         "more than one file"},
        {"Content-Type: multipart/form-data; boundary=b\r\n",
         "--b\r\nx: a\r\n\r\n1\r\n--b\r\nx: b\r\n\r\n2\r\n--b--", "holds no file"},
    };
    for (size_t i = 0; i < T_COUNT(refused); i++) {
        int code = t_ask(f->fd, "POST", "/v1/classify", refused[i].type, refused[i].body,
                         strlen(refused[i].body), &f->body);
        if (code != 400 || !strstr(f->body, refused[i].words))
            fail_msg("%s: %d %s", refused[i].words, code, f->body);
    }
}

/* ---- long work ---- */

static int64_t jobs_now(const fixture *f)
{
    mote_http_stats s;
    mote_http_stats_read(f->http.server, &s);
    return s.jobs_now;
}

/* Resampling, long sound and large tensors are a worker's: who asks meanwhile is answered. */
static void long_work_leaves_the_serving_threads_free(void **state)
{
    fixture *f = *state;
    MOTE_SCOPED_BUF wav;
    char head[160];
    mote_buf_init(&wav, 1 << 24);
    make_wav(192000 * 25, 192000, 5, &wav);
    int busy = t_dial(&f->http);
    snprintf(head, sizeof head,
             "POST /v1/classify?resample=1 HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
             wav.len);
    t_put(busy, head);
    t_put_n(busy, wav.data, wav.len);
    while (jobs_now(f) == 0)
        ;
    for (int i = 0; i < 8; i++) { /* of both threads */
        int fd = t_dial(&f->http);
        assert_int_equal(t_ask(fd, "GET", "/v2/health/live", "", "", 0, &f->body), 200);
        close(fd);
    }
    assert_int_equal(jobs_now(f), 1);
    t_expect(busy, "\"label\":");
    close(busy);
    mote_http_stats s;
    mote_http_stats_read(f->http.server, &s);
    assert_int_equal(s.jobs, 1);
    mote_buf_reset(&wav);
    make_wav(16000 * 5, 16000, 5, &wav);
    assert_int_equal(t_ask(f->fd, "POST", "/v1/classify", "", wav.data, wav.len, &f->body), 200);
    mote_http_stats_read(f->http.server, &s);
    assert_int_equal(s.jobs, 2);
    mote_buf_reset(&wav);
    make_wav(16000, 16000, 5, &wav);
    assert_int_equal(
        t_ask(f->fd, "POST", "/v1/classify?resample=0", "", wav.data, wav.len, &f->body), 200);
    mote_http_stats_read(f->http.server, &s);
    assert_int_equal(s.jobs, 2);
    char *blank = calloc(1, (1 << 20) + 1);
    memset(blank, ' ', 1 << 20);
    assert_int_equal(
        t_ask(f->fd, "POST", "/v2/models/tiny/infer", "", blank, (1 << 20) + 1, &f->body), 400);
    free(blank);
    mote_http_stats_read(f->http.server, &s);
    assert_int_equal(s.jobs, 3);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(pages_of_other_sites_change_nothing),
        T(only_named_origins_may_read_answers),
        T(people_are_told_what_this_is),
        T(a_form_with_one_file_is_classified),
        T(long_work_leaves_the_serving_threads_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
