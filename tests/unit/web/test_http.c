/* SPDX-License-Identifier: Apache-2.0 */
/* web/http: a server on a free port of this machine, and a client that writes bytes as it likes. */
#include "tests/support.h"

#include <errno.h>

#include "base/clock.h"
#include "base/rng.h"
#include "tests/http_client.h"

/* ---- a handler with a few behaviours ---- */

/* "/slow" is answered by a worker, and while the gate is shut not before it opens: what a test
 * needs to be at work is at work for as long as it needs it, on however slow a machine. */
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static bool gate_is_shut;

static void set_gate(bool is_shut)
{
    pthread_mutex_lock(&gate_lock);
    gate_is_shut = is_shut;
    pthread_cond_broadcast(&gate_moved);
    pthread_mutex_unlock(&gate_lock);
}

static void pass_gate(void)
{
    pthread_mutex_lock(&gate_lock);
    while (gate_is_shut)
        pthread_cond_wait(&gate_moved, &gate_lock);
    pthread_mutex_unlock(&gate_lock);
}

static bool handle(void *arg, const mote_http_request *rq, mote_http_reply *rp)
{
    (void)arg;
    if (strcmp(rq->path, "/slow") == 0) {
        if (rq->thread >= 0)
            return false;
        pass_gate();
        mote_buf_str(rp->body, "{\"slow\":true}");
    } else if (strcmp(rq->path, "/big") == 0) {
        char block[4096];
        memset(block, 'x', sizeof block);
        for (int i = 0; i < 4096; i++)
            mote_buf_add(rp->body, block, sizeof block);
    } else if (strcmp(rq->path, "/error") == 0) {
        mote_http_reply_error(rp, 404, "no \"%s\"", "thing");
    } else if (strcmp(rq->path, "/echo") == 0) {
        mote_buf_printf(rp->body, "%s %s?%s %zu:", mote_http_method_text(rq->method), rq->path,
                        rq->query, rq->body_bytes);
        mote_buf_add(rp->body, rq->body, rq->body_bytes);
        rp->content_type = mote_arena_printf(rq->arena, "text/%s", "plain");
        mote_buf_str(rp->headers, "X-Extra: 1\r\n");
    } else {
        const char *v = mote_http_query_find(rq, "q");
        const char *h = mote_http_header_find(rq, "x-test");
        mote_buf_printf(rp->body, "q=%s h=%s", v ? v : "(none)", h ? h : "(none)");
    }
    return true;
}

static t_server start(mote_http_config cfg)
{
    cfg.handler = handle;
    if (!cfg.n_threads)
        cfg.n_threads = 2;
    return t_server_start(&cfg);
}

/* ---- tests ---- */

static void requests_are_answered_and_the_connection_is_kept(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){0});
    int fd = t_dial(&f);
    t_put(fd, "GET /echo?a=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "GET /echo?a=1 0:");
    assert_non_null(strstr(t_answer, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(t_answer, "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(t_answer, "X-Extra: 1\r\n"));
    assert_non_null(strstr(t_answer, "Date: "));
    assert_null(strstr(t_answer, "Connection: close"));
    t_put(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
    t_put(fd, "lo");
    t_expect(fd, "POST /echo? 5:hello");
    t_put(fd, "GET /p?x=2&q=a%20b&z HTTP/1.1\r\nHost: x\r\nX-TEST:  spaced \r\n\r\n");
    t_expect(fd, "q=a b h=spaced");
    t_put(fd, "GET http://host/echo?k HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "GET /echo?k 0:");
    t_put(fd, "GET /error HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "{\"error\":\"no \\\"thing\\\"\"}");
    assert_non_null(strstr(t_answer, "HTTP/1.1 404 Not Found"));
    t_put(fd, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    t_expect(fd, "Connection: close\r\n");
    t_expect_close(fd);
    t_server_finish(&f);
}

static void chunked_bodies_and_trailers_are_read(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){0});
    int fd = t_dial(&f);
    t_put(fd,
          "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n");
    t_put(fd, "2\r\nde\r\n0\r\nTrailer: yes\r\n\r\n");
    t_expect(fd, "POST /echo? 5:abcde");
    t_put(fd, "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    t_expect(fd, "h=(none)");
    close(fd);
    t_server_finish(&f);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){0});
    int fd = t_dial(&f);
    t_put(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nA"
              "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
              "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nB"
              "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
              "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nC");
    t_expect(fd, "1:C");
    const char *one = strstr(t_answer, "1:A"), *slow = strstr(t_answer, "slow"),
               *two = strstr(t_answer, "1:B");
    assert_true(one && slow && two && one < slow && slow < two && two < strstr(t_answer, "1:C"));
    char many[60000] = "";
    for (int i = 0; i < 1000; i++)
        strcat(many + strlen(many), "GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
    strcat(many, "GET /p?q=last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    t_put(fd, many);
    size_t n = 0, total = 0;
    char *all = calloc(1, 1 << 20);
    for (ssize_t got; (got = recv(fd, all + total, (1 << 20) - 1 - total, 0)) > 0;)
        total += (size_t)got;
    for (char *at = all; (at = strstr(at, "HTTP/1.1 200 OK")); at++)
        n++;
    assert_int_equal(n, 1001);
    assert_non_null(strstr(all, "q=last"));
    free(all);
    close(fd);
    t_server_finish(&f);
}

static void head_sends_the_length_without_the_body(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){0});
    int fd = t_dial(&f);
    t_put(fd, "HEAD /p HTTP/1.1\r\nHost: x\r\n\r\nGET /p?q=behind HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "q=behind");
    assert_non_null(strstr(t_answer, "Content-Length: 17\r\n"));
    assert_null(strstr(t_answer, "q=(none)"));
    close(fd);
    t_server_finish(&f);
}

static void old_clients_are_served(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){0});
    int fd = t_dial(&f);
    t_put(fd, "GET /p HTTP/1.0\r\n\r\n");
    t_expect_close(fd);
    assert_non_null(strstr(t_answer, "q=(none)"));
    fd = t_dial(&f);
    t_put(fd, "GET /p HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    t_expect(fd, "Connection: keep-alive\r\n");
    t_put(fd, "GET /p?q=again HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    t_expect(fd, "q=again");
    close(fd);
    t_server_finish(&f);
}

static void an_expectation_is_met_before_the_body(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_body_bytes = 100});
    int fd = t_dial(&f);
    t_put(fd,
          "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    t_expect(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    t_put(fd, "ok");
    t_expect(fd, "2:ok");
    t_put(fd,
          "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\nExpect: 100-continue\r\n\r\n");
    t_expect(fd, "HTTP/1.1 413 ");
    assert_null(strstr(t_answer, "100 Continue"));
    t_expect_close(fd);
    fd = t_dial(&f);
    t_put(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: wonders\r\n\r\n");
    t_expect(fd, "HTTP/1.1 417 ");
    close(fd);
    t_server_finish(&f);
}

static void malformed_requests_get_a_json_error(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_body_bytes = 1000, .max_head_bytes = 2000});
    static const struct {
        const char *text;
        int code;
    } cases[] = {
        {"NONSENSE\r\n\r\n", 400},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400},
        {"GET /p HTTP/1.1\r\n\r\n", 400},
        {"GET /p HTTP/3.0\r\nHost: x\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"GET /p HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n", 400},
        {"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
        {"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
        {"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
        {"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\nabc", 413},
        {"CONNECT host:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = t_dial(&f);
        t_put(fd, cases[i].text);
        char want[40];
        (void)snprintf(want, sizeof want, "HTTP/1.1 %d ", cases[i].code);
        (void)t_get(fd, "{\"error\":\"");
        if (!strstr(t_answer, want))
            fail_msg("%s: not %s but %s", cases[i].text, want, t_answer);
        assert_non_null(strstr(t_answer, "Connection: close\r\n"));
        close(fd);
    }
    t_server_finish(&f);
}

static void heads_and_bodies_over_the_limit_are_refused(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_body_bytes = 100000, .max_head_bytes = 2000});
    int fd = t_dial(&f);
    t_put(fd, "GET /p HTTP/1.1\r\nHost: x\r\nX-Long: ");
    for (int i = 0; i < 100; i++)
        t_put(fd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    t_expect(fd, "HTTP/1.1 431 ");
    close(fd);
    fd = t_dial(&f);
    t_put(fd, "GET /p HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 100; i++)
        t_put(fd, "A: b\r\n");
    t_expect(fd, "HTTP/1.1 431 ");
    close(fd);
    fd = t_dial(&f); /* blanks reach no callback of the parser */
    t_put(fd, "GET /p HTTP/1.1\r\nHost:");
    for (int i = 0; i < 100; i++)
        t_put(fd, "                                                                ");
    t_expect(fd, "HTTP/1.1 431 ");
    close(fd);
    fd = t_dial(&f); /* a body without end: refused, the reply still arrives */
    t_put(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 200; i++) {
        char chunk[4100];
        memset(chunk, 'x', sizeof chunk);
        memcpy(chunk, "1000\r\n", 6);
        t_put_n(fd, chunk, 6 + 4090);
        t_put(fd, "xxxxxx\r\n");
    }
    t_expect(fd, "HTTP/1.1 413 ");
    close(fd);
    t_server_finish(&f);
}

static void all_bodies_together_are_limited(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_body_bytes = 1000, .max_held_bytes = 1500});
    char block[900];
    memset(block, 'x', sizeof block);
    int a = t_dial(&f), b = t_dial(&f);
    t_put(a, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    t_put_n(a, block, sizeof block);
    mote_http_stats s;
    do
        mote_http_stats_read(f.server, &s);
    while (s.held_bytes < 900);
    t_put(b, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    t_put_n(b, block, sizeof block);
    t_expect(b, "HTTP/1.1 503 ");
    t_put_n(a, block, 100);
    t_expect(a, "1000:xxx");
    close(a);
    close(b);
    t_server_finish(&f);
}

/* The head has long to come, so that a client that is kept waiting by the machine is not taken for
 * a slow one; what comes after it has little. */
static void slow_clients_are_timed_out(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){
        .head_timeout_ms = 3000, .body_timeout_ms = 200, .idle_timeout_ms = 200});
    int body = t_dial(&f);
    t_put(body, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    int idle = t_dial(&f);
    t_put(idle, "GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(idle, "q=(none)");
    int nothing = t_dial(&f), head = t_dial(&f);
    t_put(head, "GET /p HTTP/1.1\r\nHost: ");
    for (int i = 0; i < 32; i++) { /* a byte now and then does not help */
        nanosleep(&(struct timespec){0, 100000000}, NULL);
        t_put(head, "P");
        if (i < 3)
            t_put(body, "d");
    }
    t_expect(head, "HTTP/1.1 408 Request Timeout\r\n");
    assert_non_null(strstr(t_answer, "head did not come in time"));
    t_expect(body, "body did not come in time");
    t_expect(nothing, "HTTP/1.1 408 ");
    t_expect_close(idle);
    close(head);
    close(body);
    close(nothing);
    t_server_finish(&f);
}

static void half_closed_sockets_get_their_answers(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){0});
    int fd = t_dial(&f);
    set_gate(true);
    t_put(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /p?q=end HTTP/1.1\r\nHost: x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    set_gate(false);
    t_expect(fd, "q=end");
    t_expect_close(fd);
    fd = t_dial(&f);
    t_put(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    shutdown(fd, SHUT_WR);
    t_expect(fd, "ended in the middle of the request");
    t_expect_close(fd);
    fd = t_dial(&f);
    shutdown(fd, SHUT_WR);
    t_expect_close(fd);
    t_server_finish(&f);
}

static void a_client_that_does_not_read_is_not_read_from_and_dropped(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.write_timeout_ms = 300});
    int fd = t_dial(&f);
    for (int i = 0; i < 20; i++)
        t_put(fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    mote_http_stats s;
    for (int i = 0; i < 6000; i++) {
        nanosleep(&(struct timespec){0, 10000000}, NULL);
        mote_http_stats_read(f.server, &s);
        if (s.open == 0)
            break;
    }
    assert_int_equal(s.open, 0);
    assert_true(s.bytes_out < (uint64_t)40 << 20); /* one t_answer was begun, not twenty */
    close(fd);
    t_server_finish(&f);
}

/* Ask for what takes as long as the gate is shut: an idle connection would make room after a
 * second, which a slow machine may need to get to the next one. */
static int keep_busy(const t_server *f, int64_t n_before)
{
    int fd = t_dial(f);
    t_put(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    mote_http_stats s;
    do
        mote_http_stats_read(f->server, &s);
    while (s.jobs_now <= n_before);
    return fd;
}

static void one_client_too_many_is_told_so(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_clients = 2});
    set_gate(true);
    int a = keep_busy(&f, 0), b = keep_busy(&f, 1);
    int c = t_dial(&f);
    t_expect(c, "too many clients");
    set_gate(false);
    t_expect(a, "{\"slow\":true}");
    t_expect(b, "{\"slow\":true}");
    close(a);
    close(c);
    mote_http_stats s;
    do
        mote_http_stats_read(f.server, &s);
    while (s.open > 1);
    a = t_dial(&f);
    t_put(a, "GET /p?q=now HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(a, "q=now");
    close(a);
    close(b);
    t_server_finish(&f);
}

/* ---- who makes room ---- */

static void wait_open(const t_server *f, int64_t n)
{
    mote_http_stats s;
    do
        mote_http_stats_read(f->server, &s);
    while (s.open != n);
}

/* Heads that never end, and connections that say nothing, take every place; whole requests come
 * through at once, and the silent ones are told why they went. */
static void half_requests_make_room_for_whole_ones(void **state)
{
    (void)state;
    t_server f = start(
        (mote_http_config){.max_clients = 32, .head_timeout_ms = 60000, .idle_timeout_ms = 60000});
    int half[32];
    for (int i = 0; i < 32; i++) {
        half[i] = t_dial(&f);
        if (i % 2 == 0)
            t_put(half[i], "GET /p HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    }
    wait_open(&f, 32);
    int64_t start_us = mote_clock_mono_us();
    int whole[24];
    for (int i = 0; i < 24; i++) {
        whole[i] = t_dial(&f);
        t_put(whole[i], "GET /p?q=whole HTTP/1.1\r\nHost: x\r\n\r\n");
        t_expect(whole[i], "q=whole");
    }
    assert_true(mote_clock_mono_us() - start_us < 30000000); /* without waiting for them */
    /* Where half a request still lay unread, what he was told may have gone with it. */
    int n_told = 0, n_reset = 0;
    for (int i = 0; i < 32; i++) {
        char text[512] = "";
        ssize_t n = recv(half[i], text, sizeof text - 1, MSG_DONTWAIT);
        n_reset += n < 0 && errno == ECONNRESET && i % 2 == 0;
        if (n > 0) {
            assert_non_null(strstr(text, "408 Request Timeout"));
            assert_non_null(strstr(text, "while others waited for a place\"}"));
            n_told++;
        }
    }
    assert_int_equal(n_told + n_reset, 24);
    assert_true(n_told > 0);
    mote_http_stats s;
    mote_http_stats_read(f.server, &s);
    assert_int_equal(s.shed, 24);
    for (int i = 0; i < 24; i++)
        close(whole[i]);
    for (int i = 0; i < 32; i++)
        close(half[i]);
    t_server_finish(&f);
}

/* A connection that is at work is never shed: the newcomer is refused. */
static void work_is_not_shed(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_clients = 4});
    int busy[4];
    set_gate(true);
    for (int i = 0; i < 4; i++) {
        busy[i] = t_dial(&f);
        t_put(busy[i], "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    mote_http_stats s;
    do
        mote_http_stats_read(f.server, &s);
    while (s.jobs_now < 4);
    int fd = t_dial(&f);
    t_expect(fd, "too many clients are connected");
    close(fd);
    set_gate(false);
    for (int i = 0; i < 4; i++) {
        t_expect(busy[i], "{\"slow\":true}");
        close(busy[i]);
    }
    t_server_finish(&f);
}

static void an_idle_connection_makes_room_after_a_second(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_clients = 1});
    int idle = t_dial(&f);
    t_put(idle, "GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(idle, "q=(none)");
    nanosleep(&(struct timespec){1, 200000000}, NULL);
    int fd = t_dial(&f);
    t_put(fd, "GET /p?q=next HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "q=next");
    t_expect_close(idle);
    close(fd);
    t_server_finish(&f);
}

static void one_address_cannot_take_every_place(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_clients = 8, .max_per_address = 3});
    int fd[3];
    set_gate(true);
    for (int i = 0; i < 3; i++)
        fd[i] = keep_busy(&f, i);
    int more = t_dial(&f);
    t_expect(more, "too many clients of this address");
    close(more);
    set_gate(false);
    for (int i = 0; i < 3; i++)
        t_expect(fd[i], "{\"slow\":true}");
    close(fd[0]);
    wait_open(&f, 2);
    more = t_dial(&f);
    t_put(more, "GET /p?q=again HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(more, "q=again");
    close(more);
    close(fd[1]);
    close(fd[2]);
    t_server_finish(&f);
    mote_http_config cfg = {.max_clients = 256, .handler = handle};
    assert_int_equal(mote_http_settle(&cfg, NULL), MOTE_OK);
    assert_int_equal(cfg.max_per_address, 224);
}

static void requests_for_workers_are_limited_and_counted(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_jobs = 2});
    int fd[3];
    set_gate(true);
    for (int i = 0; i < 3; i++) {
        fd[i] = t_dial(&f);
        t_put(fd[i], "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        mote_http_stats s;
        do
            mote_http_stats_read(f.server, &s);
        while (i < 2 && s.jobs_now < i + 1);
    }
    t_expect(fd[2], "too much work of this kind");
    assert_non_null(strstr(t_answer, "Retry-After: 1\r\n"));
    set_gate(false);
    for (int i = 0; i < 2; i++)
        t_expect(fd[i], "{\"slow\":true}");
    mote_http_stats s;
    mote_http_stats_read(f.server, &s);
    assert_int_equal(s.jobs, 2);
    assert_int_equal(s.jobs_refused, 1);
    assert_int_equal(s.jobs_now, 0);
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    t_server_finish(&f);
}

/* ---- what heads may say ---- */

static void deciding_headers_may_not_be_there_twice(void **state)
{
    (void)state;
    static const char *const names[] = {"Host", "Content-Type", "Content-Encoding", "Origin",
                                        "Inference-Header-Content-Length"};
    t_server f = start((mote_http_config){0});
    for (size_t i = 0; i < T_COUNT(names); i++) {
        char text[256];
        int fd = t_dial(&f);
        snprintf(text, sizeof text,
                 "GET /p HTTP/1.1\r\nHost: a\r\n%s: identity\r\n%s: identity\r\n\r\n", names[i],
                 names[i]);
        t_put(fd, text);
        t_expect(fd, "is there twice");
        assert_non_null(strstr(t_answer, "HTTP/1.1 400 "));
        t_expect_close(fd);
    }
    t_server_finish(&f);
}

/* ---- the end, and what else comes ---- */

static void stopping_finishes_what_is_in_work(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.n_threads = 1});
    int busy = t_dial(&f), idle = t_dial(&f), unread = t_dial(&f);
    t_put(idle, "GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(idle, "q=(none)");
    set_gate(true);
    t_put(busy, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    mote_http_stats s;
    do
        mote_http_stats_read(f.server, &s);
    while (s.in_flight == 0);
    t_put(unread, "GET /p?q=unread HTTP/1.1\r\nHost: x\r\n\r\n");
    mote_http_stop(f.server);
    t_expect(unread, "q=unread");
    t_expect_close(idle); /* by the one loop that there is: it knows of the stop */
    set_gate(false);
    t_expect(busy, "{\"slow\":true}");
    assert_non_null(strstr(t_answer, "Connection: close\r\n"));
    close(busy);
    close(unread);
    pthread_join(f.thread, NULL);
    mote_http_destroy(f.server);
}

static void random_bytes_do_no_harm(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.head_timeout_ms = 5000, .body_timeout_ms = 5000});
    mote_rng r;
    const char *text = getenv("T_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 77;
    print_message("T_SEED=%llu\n", (unsigned long long)seed);
    mote_rng_init(&r, seed);
    static const char good[] =
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 300; i++) {
        char bytes[512];
        size_t n = mote_rng_below(&r, sizeof bytes);
        if (i % 2) {
            memcpy(bytes, good, sizeof good - 1);
            n = sizeof good - 1;
            for (int k = 0; k < 3; k++)
                bytes[mote_rng_below(&r, (uint32_t)n)] = (char)mote_rng_u64(&r);
        } else {
            for (size_t k = 0; k < n; k++)
                bytes[k] = (char)mote_rng_u64(&r);
        }
        int fd = t_dial(&f);
        t_put_n(fd, bytes, n);
        if (i % 3 == 0)
            (void)recv(fd, t_answer, sizeof t_answer, MSG_DONTWAIT);
        close(fd);
    }
    int fd = t_dial(&f);
    t_put(fd, "GET /p?q=alive HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "q=alive");
    close(fd);
    t_server_finish(&f);
}

static void bad_configs_are_refused_and_named(void **state)
{
    (void)state;
    mote_http_server *s = NULL;
    mote_err err = {0};
    mote_http_config cfg = {.handler = handle, .host = "no.such.address"};
    assert_int_equal(mote_http_create(&cfg, &s, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "'no.such.address'"));
    cfg = (mote_http_config){.handler = handle, .port = 70000};
    assert_int_equal(mote_http_create(&cfg, &s, &err), MOTE_ARG);
    cfg = (mote_http_config){.handler = handle, .n_threads = 65};
    assert_int_equal(mote_http_create(&cfg, &s, &err), MOTE_ARG);
    cfg = (mote_http_config){.n_threads = 1};
    assert_int_equal(mote_http_create(&cfg, &s, &err), MOTE_ARG);
    assert_null(s);
    t_server f = start((mote_http_config){0});
    cfg = (mote_http_config){.handler = handle, .port = mote_http_port(f.server)};
    assert_int_equal(mote_http_create(&cfg, &s, &err), MOTE_IO);
    assert_non_null(strstr(err.text, "127.0.0.1 port"));
    t_server_finish(&f);
}

/* Every allocation of set-up fails once: a clean refusal, nothing left behind. */
static void set_up_survives_lack_of_memory(void **state)
{
    (void)state;
    mote_http_config cfg = {.handler = handle, .n_threads = 2};
    for (int64_t n = 0; n < 100; n++) {
        mote_http_server *s = NULL;
        mote_err err = {0};
        mote_mem_fail_after(n);
        mote_status st = mote_http_create(&cfg, &s, &err);
        mote_mem_fail_never();
        if (st == MOTE_OK) {
            mote_http_destroy(s);
            assert_true(n > 0);
            return;
        }
        assert_int_equal(st, MOTE_NOMEM);
        assert_null(s);
    }
    fail_msg("never succeeded");
}

/* Whoever stops a server while it still loads its models must not have to do it twice. */
static void a_stop_before_the_start_is_a_stop(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_http_server *server = NULL;
    mote_cancel cancel = {.requested = 1};
    mote_http_config cfg = {.handler = handle, .n_threads = 2, .cancel = &cancel};
    T_OK(mote_http_create(&cfg, &server, &err));
    T_OK(mote_http_run(server, &err));
    mote_http_destroy(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_answered_and_the_connection_is_kept),
        cmocka_unit_test(a_stop_before_the_start_is_a_stop),
        cmocka_unit_test(chunked_bodies_and_trailers_are_read),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(head_sends_the_length_without_the_body),
        cmocka_unit_test(old_clients_are_served),
        cmocka_unit_test(an_expectation_is_met_before_the_body),
        cmocka_unit_test(malformed_requests_get_a_json_error),
        cmocka_unit_test(heads_and_bodies_over_the_limit_are_refused),
        cmocka_unit_test(all_bodies_together_are_limited),
        cmocka_unit_test(slow_clients_are_timed_out),
        cmocka_unit_test(half_closed_sockets_get_their_answers),
        cmocka_unit_test(a_client_that_does_not_read_is_not_read_from_and_dropped),
        cmocka_unit_test(one_client_too_many_is_told_so),
        cmocka_unit_test(half_requests_make_room_for_whole_ones),
        cmocka_unit_test(work_is_not_shed),
        cmocka_unit_test(an_idle_connection_makes_room_after_a_second),
        cmocka_unit_test(one_address_cannot_take_every_place),
        cmocka_unit_test(requests_for_workers_are_limited_and_counted),
        cmocka_unit_test(deciding_headers_may_not_be_there_twice),
        cmocka_unit_test(stopping_finishes_what_is_in_work),
        cmocka_unit_test(random_bytes_do_no_harm),
        cmocka_unit_test(bad_configs_are_refused_and_named),
        cmocka_unit_test(set_up_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
