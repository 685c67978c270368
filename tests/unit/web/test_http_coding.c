/* SPDX-License-Identifier: Apache-2.0 */
/* web/http_body: bodies with a Content-Encoding, over HTTP. */
#include "tests/support.h"

#include <zlib.h>

#include "tests/http_client.h"

/* "METHOD PATH?QUERY LENGTH:BODY". */
static bool handle(void *arg, const mote_http_request *rq, mote_http_reply *rp)
{
    (void)arg;
    mote_buf_printf(rp->body, "%s %s?%s %zu:", mote_http_method_text(rq->method), rq->path,
                    rq->query, rq->body_bytes);
    mote_buf_add(rp->body, rq->body, rq->body_bytes);
    rp->content_type = "text/plain";
    return true;
}

static t_server start(mote_http_config cfg)
{
    cfg.handler = handle;
    cfg.n_threads = 2;
    return t_server_start(&cfg);
}

/* window: 31 gzip, 15 zlib, -15 raw. */
static size_t compressed(const void *bytes, size_t n, int window, unsigned char *out, size_t room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (z_const unsigned char *)(uintptr_t)bytes;
    z.avail_in = (unsigned)n;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t got = room - z.avail_out;
    deflateEnd(&z);
    return got;
}

static void compressed_bodies_reach_the_handler_as_they_were(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int window;
    } codings[] = {{"gzip", 31}, {"X-GZIP", 31}, {"deflate", 15}, {"deflate", -15}};
    t_server f = start((mote_http_config){.max_body_bytes = 1 << 20});
    unsigned char packed[4096];
    char head[128];
    const char *body = NULL;
    int fd = t_dial(&f);
    for (size_t i = 0; i < T_COUNT(codings); i++) {
        size_t n = compressed("hello", 5, codings[i].window, packed, sizeof packed);
        snprintf(head, sizeof head, "Content-Encoding: %s\r\n", codings[i].name);
        assert_int_equal(t_ask(fd, "POST", "/echo", head, packed, n, &body), 200);
        assert_string_equal(body, "POST /echo? 5:hello");
    }
    /* Two members of gzip are one body; an empty one is no error. */
    size_t n = compressed("hel", 3, 31, packed, sizeof packed);
    n += compressed("lo", 2, 31, packed + n, sizeof packed - n);
    assert_int_equal(t_ask(fd, "POST", "/echo", "Content-Encoding: gzip\r\n", packed, n, &body),
                     200);
    assert_string_equal(body, "POST /echo? 5:hello");
    assert_int_equal(t_ask(fd, "POST", "/echo", "Content-Encoding: gzip\r\n", "", 0, &body), 200);
    /* Larger than is done on the loop: by a worker, with the same answer, and pipelined. */
    char *large = calloc(1, 600001);
    memset(large, 'a', 600000);
    n = compressed(large, 600000, 31, packed, sizeof packed);
    t_put(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n");
    snprintf(head, sizeof head, "Content-Length: %zu\r\n\r\n", n);
    t_put(fd, head);
    t_put_n(fd, packed, n);
    t_put(fd, "GET /p?q=behind HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    size_t total = 0;
    char *all = calloc(1, 1 << 20);
    for (ssize_t got; (got = recv(fd, all + total, (1 << 20) - 1 - total, 0)) > 0;)
        total += (size_t)got;
    assert_non_null(strstr(all, "POST /echo? 600000:aaaa"));
    assert_non_null(strstr(all, "q=behind"));
    free(all);
    free(large);
    close(fd);
    t_server_finish(&f);
}

static void bad_compressed_bodies_get_a_clear_4xx(void **state)
{
    (void)state;
    t_server f = start((mote_http_config){.max_body_bytes = 1 << 20});
    unsigned char packed[1 << 16];
    const char *body = NULL;
    char *bomb = calloc(1, 50 << 20);
    size_t n = compressed(bomb, 50 << 20, 31, packed, sizeof packed);
    free(bomb);
    int fd = t_dial(&f);
    assert_int_equal(t_ask(fd, "POST", "/echo", "Content-Encoding: gzip\r\n", packed, n, &body),
                     413);
    assert_non_null(strstr(body, "when it is decompressed"));
    n = compressed("hello", 5, 31, packed, sizeof packed);
    for (size_t cut = 1; cut < n; cut++) {
        assert_int_equal(
            t_ask(fd, "POST", "/echo", "Content-Encoding: gzip\r\n", packed, cut, &body), 400);
        assert_non_null(strstr(body, "compressed body is damaged"));
    }
    packed[(n - 6) % sizeof packed] ^= 1; /* the checksum */
    assert_int_equal(t_ask(fd, "POST", "/echo", "Content-Encoding: gzip\r\n", packed, n, &body),
                     400);
    n = compressed("hello", 5, 15, packed, sizeof packed);
    packed[n] = 'x';
    assert_int_equal(
        t_ask(fd, "POST", "/echo", "Content-Encoding: deflate\r\n", packed, n + 1, &body), 400);
    assert_non_null(strstr(body, "1 bytes follow"));
    static const char *const unknown[] = {"br", "zstd", "gzip, gzip", "gzipx"};
    for (size_t i = 0; i < T_COUNT(unknown); i++) {
        char head[128];
        close(fd);
        fd = t_dial(&f);
        snprintf(head, sizeof head, "Content-Encoding: %s\r\n", unknown[i]);
        assert_int_equal(t_ask(fd, "POST", "/echo", head, "x", 1, &body), 415);
        assert_non_null(strstr(body, "send gzip, deflate or no coding"));
    }
    close(fd);
    t_server_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compressed_bodies_reach_the_handler_as_they_were),
        cmocka_unit_test(bad_compressed_bodies_get_a_clear_4xx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
