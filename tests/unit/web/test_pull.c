/* SPDX-License-Identifier: Apache-2.0 */
/* web/exchange: replies in pieces, over real sockets: lengths, chunks, a client that does not read,
 * a source that fails, and that every source is let go exactly once. Workers have numbers. */
#include "tests/support.h"

#include <stdatomic.h>

#include "tests/http_client.h"

#define PIECE ((size_t)64 * 1024)

/* What a test's handler answers with. */
typedef struct {
    int64_t n_bytes;     /* promised; -1: not */
    size_t n_pieces;     /* that are made */
    size_t piece;        /* bytes of each */
    size_t fail_at;      /* this piece fails; 0: none */
    int64_t patience_ms; /* the server's, with a client that does not read; 0: its preset */
    bool then_refuse;    /* the handler changes its mind */
    _Atomic size_t n_made, n_released;
    _Atomic int n_running;
    _Atomic uint64_t workers; /* bit of each that was seen */
} source;

static mote_status next(void *arg, mote_buf *piece, mote_err *err)
{
    source *s = arg;
    size_t i = atomic_load(&s->n_made);
    if (atomic_fetch_add(&s->n_running, 1) != 0)
        return mote_fail(err, MOTE_ARG, "two calls at a time");
    if (s->fail_at && i + 1 == s->fail_at) {
        atomic_fetch_sub(&s->n_running, 1);
        return mote_fail(err, MOTE_IO, "the disk is gone");
    }
    for (size_t k = 0; i < s->n_pieces && k < s->piece; k++)
        mote_buf_char(piece, (char)('a' + i % 26));
    atomic_fetch_add(&s->n_made, i < s->n_pieces);
    atomic_fetch_sub(&s->n_running, 1);
    return MOTE_OK;
}

static void release(void *arg)
{
    source *s = arg;
    atomic_fetch_add(&s->n_released, 1);
}

static bool handle(void *arg, const mote_http_request *rq, mote_http_reply *rp)
{
    source *s = arg;
    if (strcmp(rq->path, "/worker") == 0) {
        if (rq->thread >= 0) {
            assert_int_equal(rq->worker, -1);
            return false;
        }
        atomic_fetch_or(&s->workers, (uint64_t)1 << rq->worker);
        mote_buf_str(rp->body, "{}");
        return true;
    }
    rp->content_type = "application/octet-stream";
    mote_buf_str(rp->body, "not sent");
    rp->pull = (mote_http_pull){next, release, s, s->n_bytes};
    if (s->then_refuse)
        mote_http_reply_error(rp, 409, "no");
    return true;
}

static t_server start(source *s)
{
    mote_http_config cfg = {.handler = handle,
                            .arg = s,
                            .n_threads = 1,
                            .n_workers = 3,
                            .write_timeout_ms = s->patience_ms};
    return t_server_start(&cfg);
}

static void wait_for(_Atomic size_t *x, size_t want)
{
    const struct timespec ms = {.tv_nsec = 1000000};
    for (int i = 0; i < 60000 && atomic_load(x) != want; i++)
        (void)nanosleep(&ms, NULL);
    assert_int_equal(atomic_load(x), want);
}

/* Everything until the server closes: its length, the head into t_answer. */
static size_t read_all(int fd)
{
    static char bytes[1 << 16];
    size_t total = 0, head = 0;
    t_answer[0] = '\0';
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 60000) <= 0)
            fail_msg("nothing for 60 s after %zu bytes", total);
        ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        if (n <= 0)
            break;
        size_t keep =
            sizeof t_answer - 1 - head < (size_t)n ? sizeof t_answer - 1 - head : (size_t)n;
        memcpy(t_answer + head, bytes, keep);
        head += keep;
        t_answer[head] = '\0';
        total += (size_t)n;
    }
    close(fd);
    return total;
}

static size_t head_bytes(void)
{
    const char *end = strstr(t_answer, "\r\n\r\n");
    assert_non_null(end);
    return (size_t)(end + 4 - t_answer);
}

static void a_body_of_known_length_comes_whole(void **state)
{
    (void)state;
    source s = {.n_bytes = 100 * (int64_t)PIECE, .n_pieces = 100, .piece = PIECE};
    t_server server = start(&s);
    int fd = t_dial(&server);
    t_put(fd, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    size_t n = read_all(fd);
    assert_non_null(strstr(t_answer, "Content-Length: 6553600\r\n"));
    assert_null(strstr(t_answer, "chunked"));
    assert_int_equal(n - head_bytes(), 100 * PIECE);
    wait_for(&s.n_released, 1);
    t_server_finish(&server);
    assert_int_equal(atomic_load(&s.n_released), 1);
}

/* The requests behind it on the same connection are answered, and HEAD gets no piece. */
static void a_body_of_unknown_length_comes_in_chunks(void **state)
{
    (void)state;
    source s = {.n_bytes = -1, .n_pieces = 3, .piece = 20};
    t_server server = start(&s);
    int fd = t_dial(&server);
    t_put(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
              "GET /worker HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "{}");
    assert_non_null(strstr(t_answer, "Transfer-Encoding: chunked\r\n"));
    assert_non_null(strstr(t_answer,
                           "\r\n\r\n14\r\naaaaaaaaaaaaaaaaaaaa\r\n14\r\nbbbbbbbbbbbbbbbbbbbb"
                           "\r\n14\r\ncccccccccccccccccccc\r\n0\r\n\r\nHTTP/1.1 200"));
    assert_int_equal(atomic_load(&s.n_made), 3);
    assert_null(strstr(t_answer, "not sent"));
    close(fd);
    wait_for(&s.n_released, 2);
    s.n_made = 0;
    fd = t_dial(&server);
    t_put(fd, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    size_t n = read_all(fd);
    assert_null(strstr(t_answer, "chunked"));
    assert_null(strstr(t_answer, "Content-Length"));
    assert_int_equal(n - head_bytes(), 60);
    t_server_finish(&server);
    assert_int_equal(atomic_load(&s.n_released), 3);
}

static void a_source_that_breaks_its_word_ends_the_connection(void **state)
{
    (void)state;
    static const struct {
        int64_t n_bytes;
        size_t fail_at, want; /* bytes of body at most */
    } cases[] = {{60, 3, 40}, {-1, 2, 26}, {61, 0, 60}, {59, 0, 59}, {0, 0, 0}, {40, 0, 40}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        source s = {
            .n_bytes = cases[i].n_bytes, .n_pieces = 3, .piece = 20, .fail_at = cases[i].fail_at};
        t_server server = start(&s);
        int fd = t_dial(&server);
        t_put(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        size_t n = read_all(fd); /* it was not asked to close */
        assert_true(n - head_bytes() <= cases[i].want);
        assert_null(strstr(t_answer, "\r\n0\r\n"));
        wait_for(&s.n_released, 1);
        t_server_finish(&server);
        assert_int_equal(atomic_load(&s.n_released), 1);
    }
}

static void nothing_is_made_ahead_of_a_client_that_does_not_read(void **state)
{
    (void)state;
    source s = {.n_bytes = -1, .n_pieces = 100000, .piece = PIECE, .patience_ms = 300};
    t_server server = start(&s);
    int fd = t_dial(&server), small = 4096;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    t_put(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_for(&s.n_released, 1);                 /* given up: write_timeout_ms */
    assert_true(atomic_load(&s.n_made) < 1000); /* what socket buffers hold */
    close(fd);
    fd = t_dial(&server); /* goes away in the middle */
    t_put(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(fd, "chunked");
    close(fd);
    wait_for(&s.n_released, 2);
    t_server_finish(&server);
    assert_int_equal(atomic_load(&s.n_released), 2);
}

static void an_error_instead_lets_the_source_go(void **state)
{
    (void)state;
    source s = {.n_bytes = 5, .n_pieces = 1, .piece = 5, .then_refuse = true};
    t_server server = start(&s);
    int fd = t_dial(&server);
    const char *body = NULL;
    assert_int_equal(t_ask(fd, "GET", "/", "", "", 0, &body), 409);
    assert_string_equal(body, "{\"error\":\"no\"}");
    assert_int_equal(atomic_load(&s.n_released), 1);
    assert_int_equal(atomic_load(&s.n_made), 0);
    close(fd);
    t_server_finish(&server);
}

static void workers_have_numbers_of_their_own(void **state)
{
    (void)state;
    source s = {.n_bytes = -1};
    t_server server = start(&s);
    const char *body = NULL;
    for (int i = 0; i < 50; i++) {
        int fd = t_dial(&server);
        assert_int_equal(t_ask(fd, "GET", "/worker", "", "", 0, &body), 200);
        close(fd);
    }
    uint64_t seen = atomic_load(&s.workers);
    assert_true(seen != 0 && seen < 8);
    mote_http_stats stats;
    mote_http_stats_read(server.server, &stats);
    assert_int_equal(stats.jobs, 50);
    assert_int_equal(stats.jobs_now, 0);
    t_server_finish(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_of_known_length_comes_whole),
        cmocka_unit_test(a_body_of_unknown_length_comes_in_chunks),
        cmocka_unit_test(a_source_that_breaks_its_word_ends_the_connection),
        cmocka_unit_test(nothing_is_made_ahead_of_a_client_that_does_not_read),
        cmocka_unit_test(an_error_instead_lets_the_source_go),
        cmocka_unit_test(workers_have_numbers_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
