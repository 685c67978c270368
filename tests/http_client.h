/* SPDX-License-Identifier: Apache-2.0 */
/* A server on a free port of this machine, and a client that writes bytes as it likes. Include
 * after tests/support.h or cmocka. */
#ifndef MOTE_TESTS_HTTP_CLIENT_H
#define MOTE_TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "web/http.h"

typedef struct {
    mote_http_server *server;
    pthread_t thread;
} t_server;

static void *t_server_run(void *server)
{
    mote_err err = {0};
    return mote_http_run(server, &err) == MOTE_OK ? NULL : server;
}

static inline t_server t_server_start(const mote_http_config *cfg)
{
    t_server s = {0};
    mote_err err = {0};
    if (mote_http_create(cfg, &s.server, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(pthread_create(&s.thread, NULL, t_server_run, s.server), 0);
    return s;
}

/* Stop, and check that nothing is left open or held. */
static inline void t_server_finish(t_server *s)
{
    void *failed = NULL;
    mote_http_stop(s->server);
    pthread_join(s->thread, &failed);
    assert_null(failed);
    mote_http_stats stats;
    mote_http_stats_read(s->server, &stats);
    assert_int_equal(stats.open, 0);
    assert_int_equal(stats.in_flight, 0);
    assert_int_equal(stats.held_bytes, 0);
    mote_http_destroy(s->server);
}

static inline int t_dial(const t_server *s)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)mote_http_port(s->server))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&a, sizeof a), 0);
    return fd;
}

static inline void t_put_n(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n > 0) {
        ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        n -= (size_t)sent;
    }
}

static inline void t_put(int fd, const char *text)
{
    t_put_n(fd, text, strlen(text));
}

static char t_answer[1 << 20]; /* what came, terminated */

/* Read until `want` has come (NULL: until the server closes); false after 60 s without: a
 * loaded machine may be that slow. */
static inline bool t_get(int fd, const char *want)
{
    size_t n = 0;
    t_answer[0] = '\0';
    while (n + 1 < sizeof t_answer) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 60000) <= 0)
            return false;
        ssize_t got = recv(fd, t_answer + n, sizeof t_answer - 1 - n, 0);
        if (got <= 0)
            return want == NULL;
        n += (size_t)got;
        t_answer[n] = '\0';
        if (want && strstr(t_answer, want))
            return true;
    }
    return false;
}

static inline void t_expect(int fd, const char *want)
{
    if (!t_get(fd, want))
        fail_msg("'%s' did not come, but:\n%s", want, t_answer);
}

static inline void t_expect_close(int fd)
{
    if (!t_get(fd, NULL))
        fail_msg("not closed, but:\n%s", t_answer);
    close(fd);
}

/* A request, whose answer is still to be read with t_reply: several may be under way, each on a
 * connection of its own. */
static inline void t_request(int fd, const char *method, const char *path, const char *headers,
                             const void *body, size_t n)
{
    char head[1024];
    snprintf(head, sizeof head,
             "%s %s HTTP/1.1\r\nHost: localhost:1\r\n%sContent-Length: %zu\r\n\r\n", method, path,
             headers, n);
    t_put(fd, head);
    t_put_n(fd, body, n);
}

/* The answer to what was asked on fd: returns the status code, *body points into t_answer, whole by
 * Content-Length. `what` was asked. */
static inline int t_reply(int fd, const char *what, const char **answer_body)
{
    size_t got = 0;
    t_answer[0] = '\0';
    for (;;) {
        char *end = strstr(t_answer, "\r\n\r\n"), *length = strstr(t_answer, "Content-Length: ");
        if (end && length && length < end &&
            got >= (size_t)(end + 4 - t_answer) + (size_t)atoi(length + 16)) {
            *answer_body = end + 4;
            return atoi(t_answer + 9);
        }
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t more =
            poll(&p, 1, 60000) > 0 ? recv(fd, t_answer + got, sizeof t_answer - 1 - got, 0) : -1;
        if (more <= 0)
            fail_msg("%s: no whole answer, but:\n%s", what, t_answer);
        got += (size_t)more;
        t_answer[got] = '\0';
    }
}

/* One exchange. */
static inline int t_ask(int fd, const char *method, const char *path, const char *headers,
                        const void *body, size_t n, const char **answer_body)
{
    t_request(fd, method, path, headers, body, n);
    return t_reply(fd, path, answer_body);
}

#endif
