/* SPDX-License-Identifier: Apache-2.0 */
/* The least that can be done: libuv, no JSON, no model, no limits. Finds the end of a request by
 * its Content-Length and sends a fixed answer of the size of ours. What `mote serve` is measured
 * against in the same run.
 *
 *     bare_server THREADS        prints the port; each thread listens for itself (SO_REUSEPORT) */
#define _GNU_SOURCE 1 /* strcasestr */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

typedef struct {
    uv_tcp_t tcp;
    uv_write_t write;
    size_t n;
    char in[65536];
} conn;

static const char body[] =
    "{\"model_name\":\"small\",\"model_version\":\"0123456789ab\",\"outputs\":[{\"name\":"
    "\"probabilities\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[0.25,0.5,0.25]},{\"name\":"
    "\"label\",\"datatype\":\"BYTES\",\"shape\":[1,1],\"data\":[\"unknown\"]}]}";
static char answer[1024];
static size_t answer_bytes;

static int port;

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

static void on_alloc(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
    conn *c = h->data;
    (void)size;
    *buf = uv_buf_init(c->in + c->n, (unsigned)(sizeof c->in - 1 - c->n));
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    conn *c = s->data;
    (void)buf;
    if (n < 0) {
        uv_close((uv_handle_t *)&c->tcp, on_closed);
        return;
    }
    c->n += (size_t)n;
    c->in[c->n] = '\0';
    for (;;) {
        char *end = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "content-length:");
        if (!end)
            return;
        size_t whole =
            (size_t)(end + 4 - c->in) + (length && length < end ? (size_t)atol(length + 15) : 0);
        if (c->n < whole)
            return;
        uv_buf_t out = uv_buf_init(answer, (unsigned)answer_bytes);
        (void)uv_try_write(s, &out, 1);
        c->n -= whole;
        memmove(c->in, c->in + whole, c->n + 1);
    }
}

static void on_connection(uv_stream_t *server, int status)
{
    conn *c = calloc(1, sizeof *c);
    (void)status;
    if (!c)
        abort();
    c->tcp.data = c;
    uv_tcp_init(server->loop, &c->tcp);
    if (uv_accept(server, (uv_stream_t *)&c->tcp) != 0) {
        uv_close((uv_handle_t *)&c->tcp, on_closed);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

/* The first call takes a free port, the others the same one. */
static int listen_on(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t n = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)(const void *)&a, sizeof a) != 0 ||
        getsockname(fd, (struct sockaddr *)(void *)&a, &n) != 0) {
        perror("bind");
        exit(1);
    }
    port = ntohs(a.sin_port);
    return fd;
}

static void serve(void *arg)
{
    uv_loop_t loop;
    uv_tcp_t server;
    uv_loop_init(&loop);
    uv_tcp_init(&loop, &server);
    uv_tcp_open(&server, *(int *)arg);
    uv_listen((uv_stream_t *)&server, 1024, on_connection);
    uv_run(&loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 2;
    static int fds[64];
    static uv_thread_t threads[64];
    if (n < 1 || n > 64)
        return 2;
    answer_bytes = (size_t)snprintf(answer, sizeof answer,
                                    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nContent-Type: "
                                    "application/json\r\n\r\n%s",
                                    sizeof body - 1, body);
    for (int i = 0; i < n; i++)
        fds[i] = listen_on();
    printf("%d\n", port);
    fflush(stdout);
    for (int i = 0; i < n; i++)
        uv_thread_create(&threads[i], serve, &fds[i]);
    for (int i = 0; i < n; i++)
        uv_thread_join(&threads[i]);
    return 0;
}
