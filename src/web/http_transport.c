/* SPDX-License-Identifier: Apache-2.0 */
/* Transport over TCP. */
#include "web/http_transport.h"

#define MAX_PIECES 4

static uv_stream_t *stream_of(http_transport *t)
{
    return (uv_stream_t *)&t->tcp;
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    http_transport *t = h->data;
    (void)suggested;
    *buf = uv_buf_init(t->read_buf, (unsigned)t->read_bytes);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    http_transport *t = stream->data;
    if (n == 0 || t->is_closed)
        return;
    if (n < 0)
        t->user->on_end(t->owner, n == UV_EOF);
    else
        t->user->on_bytes(t->owner, buf->base, (size_t)n);
}

static void tcp_read(http_transport *t, bool on)
{
    if (on == t->is_reading)
        return;
    if (on)
        t->is_reading = uv_read_start(stream_of(t), on_alloc, on_read) == 0;
    else
        (void)uv_read_stop(stream_of(t));
    t->is_reading = on && t->is_reading;
}

static void on_written(uv_write_t *w, int status)
{
    http_transport *t = w->data;
    if (!t->is_closed)
        t->user->on_written(t->owner, status >= 0);
}

static http_write_result tcp_write(http_transport *t, const uv_buf_t *pieces, unsigned n)
{
    uv_buf_t left[MAX_PIECES];
    size_t total = 0;
    for (unsigned i = 0; i < n; i++) {
        left[i] = pieces[i];
        total += pieces[i].len;
    }
    int sent = uv_try_write(stream_of(t), left, n);
    if (sent < 0 && sent != UV_EAGAIN)
        return HTTP_WRITE_FAILED;
    size_t done = sent > 0 ? (size_t)sent : 0;
    if (done == total)
        return HTTP_WRITTEN;
    unsigned first = 0;
    for (; done >= left[first].len; first++)
        done -= left[first].len;
    left[first].base += done;
    left[first].len -= done;
    return uv_write(&t->write, stream_of(t), left + first, n - first, on_written) == 0
               ? HTTP_WRITTEN_LATER
               : HTTP_WRITE_FAILED;
}

static bool tcp_say(http_transport *t, const char *text, size_t n)
{
    uv_buf_t buf = {.base = (char *)(uintptr_t)text, .len = n};
    return uv_try_write(stream_of(t), &buf, 1) == (int)n;
}

static size_t tcp_unsent(const http_transport *t)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&t->tcp);
}

static void on_shutdown(uv_shutdown_t *rq, int status)
{
    http_transport *t = rq->data;
    if (status < 0 && !t->is_closed)
        t->user->on_end(t->owner, false);
}

static bool tcp_finish(http_transport *t)
{
    return uv_shutdown(&t->shutdown, stream_of(t), on_shutdown) == 0;
}

static void on_closed(uv_handle_t *h)
{
    http_transport *t = h->data;
    t->user->on_closed(t->owner);
}

static void tcp_close(http_transport *t)
{
    t->is_closed = true;
    uv_close((uv_handle_t *)&t->tcp, on_closed);
}

static const http_transport_class tcp = {
    .read = tcp_read,
    .write = tcp_write,
    .say = tcp_say,
    .unsent = tcp_unsent,
    .finish = tcp_finish,
    .close = tcp_close,
};

static void close_descriptor(int fd)
{
    uv_fs_t rq;
    (void)uv_fs_close(NULL, &rq, fd, NULL);
}

int http_tcp_open(http_transport *t, uv_loop_t *loop, int fd, bool *is_open)
{
    t->class = &tcp;
    t->tcp.data = t->write.data = t->shutdown.data = t;
    int e = uv_tcp_init(loop, &t->tcp);
    *is_open = e == 0;
    if (e == 0)
        e = uv_tcp_open(&t->tcp, fd);
    if (e == 0)
        (void)uv_tcp_nodelay(&t->tcp, 1);
    else
        close_descriptor(fd);
    return e;
}
