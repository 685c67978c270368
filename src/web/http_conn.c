/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of the HTTP server: parse, hand over, reply, close.
 *
 *            first byte        head complete        body complete
 *     IDLE ------------> HEAD --------------> BODY --------------> handler
 *      ^                                                       /            \
 *      |                                     (on this thread) /   WORKING    \ (on a worker)
 *      +---------------- all written <-- reply <-------------+---------------+
 *                                          |  client does not read: WRITING, reading stopped
 *                                          v
 *                              close wanted: LINGER --> CLOSING
 *
 * LINGER shuts the write side and drops what still comes for a short while: closing a socket with
 * unread input would reset the connection and could take the reply away from the client. */
#include "web/http_internal.h"

#include <string.h>

#include "base/clock.h"

#define KEPT_BYTES ((size_t)256 * 1024) /* a larger buffer is given back after its request */

static void feed(http_conn *c, const char *data, size_t n);

void http_conn_set_state(http_conn *c, http_conn_state state, int64_t timeout_ms)
{
    c->state = state;
    c->deadline_us = http_conn_now_us(c) + timeout_ms * 1000;
    if (state == CONN_IDLE || state == CONN_HEAD)
        c->since_us = http_conn_now_us(c);
}

/* Keep the count that tells the accepting thread where there may be room to make; called wherever
 * control goes back to the loop. */
static void count_sheddable(http_conn *c)
{
    bool is_one = c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY ||
                  c->state == CONN_LINGER;
    if (is_one != c->counted_sheddable)
        atomic_fetch_add(&c->loop->n_sheddable, is_one ? 1 : -1);
    c->counted_sheddable = is_one;
}

/* ---- closing ---- */

static void release_held(http_conn *c)
{
    if (c->held_bytes)
        atomic_fetch_sub(&c->loop->server->held_bytes, (int64_t)c->held_bytes);
    c->held_bytes = 0;
}

static void end_in_flight(http_conn *c)
{
    if (c->counted_in_flight)
        atomic_fetch_sub(&c->loop->counters.in_flight, 1);
    c->counted_in_flight = false;
}

static void on_closed(uv_handle_t *h)
{
    http_conn *c = h->data;
    http_loop *l = c->loop;
    if (c->prev)
        c->prev->next = c->next;
    else
        l->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    release_held(c);
    end_in_flight(c);
    count_sheddable(c);
    http_guard_leave(l->server->guard, c->peer);
    mote_buf_release(&c->head);
    mote_buf_release(&c->body);
    mote_buf_release(&c->plain);
    mote_buf_release(&c->rest);
    mote_buf_release(&c->reply_headers);
    mote_buf_release(&c->reply_body);
    mote_buf_release(&c->out);
    mote_arena_release(&c->arena);
    mote_free(c);
    atomic_fetch_sub(&l->n_conns, 1);
}

void http_conn_close(http_conn *c)
{
    c->close_after = true;
    if (c->state == CONN_WORKING || c->state == CONN_CLOSING)
        return; /* a worker still uses it: closed when that is done */
    c->state = CONN_CLOSING;
    count_sheddable(c);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    http_conn *c = h->data;
    (void)suggested;
    *buf = uv_buf_init(c->loop->read_buf, HTTP_READ_BYTES);
}

static void refuse(http_conn *c, int32_t code, const char *text);

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    http_conn *c = stream->data;
    if (n == 0 || c->state == CONN_CLOSING)
        return;
    if (n < 0) {
        c->has_ended = true;
        if (n == UV_EOF && (c->state == CONN_HEAD || c->state == CONN_BODY))
            refuse(c, 400, "the connection ended in the middle of the request");
        else
            http_conn_close(c);
        return;
    }
    http_count(&c->loop->counters.bytes_in, (uint64_t)n);
    if (c->state == CONN_LINGER)
        return;
    feed(c, buf->base, (size_t)n);
    count_sheddable(c);
}

static void read_start(http_conn *c)
{
    if (!c->is_reading && uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) == 0)
        c->is_reading = true;
}

static void read_stop(http_conn *c)
{
    if (c->is_reading)
        (void)uv_read_stop((uv_stream_t *)&c->tcp);
    c->is_reading = false;
}

static void on_shutdown(uv_shutdown_t *rq, int status)
{
    http_conn *c = rq->data;
    if (status < 0 && c->state != CONN_CLOSING)
        http_conn_close(c);
}

static void linger(http_conn *c)
{
    http_conn_set_state(c, CONN_LINGER, HTTP_LINGER_MS);
    if (c->has_ended || uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) != 0) {
        http_conn_close(c);
        return;
    }
    read_start(c);
}

/* ---- replying ---- */

static void count_reply(http_conn *c)
{
    http_counters *n = &c->loop->counters;
    int32_t code = c->reply.code;
    http_count(&n->by_code[code >= 100 && code < 600 ? code : 599], 1);
    if (!c->is_complete)
        return; /* refused before it was whole: no latency to speak of */
    int64_t us = mote_clock_mono_us() - c->request_us;
    size_t bucket = 0;
    while (bucket < MOTE_HTTP_N_BUCKETS && us > mote_http_bucket_us[bucket])
        bucket++;
    http_count(&n->latency[bucket], 1);
    http_count(&n->latency_sum_us, us > 0 ? (uint64_t)us : 0);
}

static void shrink(mote_buf *b)
{
    if (b->capacity > KEPT_BYTES || b->status != MOTE_OK) {
        size_t max_bytes = b->max_bytes;
        mote_buf_release(b);
        mote_buf_init(b, max_bytes);
    } else {
        mote_buf_reset(b);
    }
}

/* The reply is made: a client that is slow to read it must not hold the request's memory. */
static void let_go_of_request(http_conn *c)
{
    release_held(c);
    shrink(&c->body);
    shrink(&c->plain);
    if (c->arena.used_bytes > KEPT_BYTES)
        mote_arena_release(&c->arena);
    else
        mote_arena_reset(&c->arena);
}

/* The reply is written: ready for the next request, or on the way out. */
static void finish_reply(http_conn *c)
{
    count_reply(c);
    end_in_flight(c);
    shrink(&c->reply_body);
    shrink(&c->reply_headers);
    shrink(&c->out);
    c->is_complete = false;
    if (c->close_after)
        linger(c);
    else
        http_conn_set_state(c, CONN_IDLE, c->loop->server->cfg.idle_timeout_ms);
}

/* After a reply that took a while: go on with what came meanwhile. */
static void go_on(http_conn *c)
{
    if (c->state != CONN_IDLE) {
        count_sheddable(c);
        return;
    }
    mote_buf rest = c->rest;
    mote_buf_init(&c->rest, rest.max_bytes);
    if (rest.len)
        feed(c, rest.data, rest.len);
    mote_buf_release(&rest);
    if (c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY)
        read_start(c);
    count_sheddable(c);
}

static void on_written(uv_write_t *w, int status)
{
    http_conn *c = w->data;
    if (c->state == CONN_CLOSING)
        return;
    if (status < 0) {
        http_conn_close(c);
        return;
    }
    finish_reply(c);
    go_on(c);
}

static void write_head(http_conn *c)
{
    mote_http_reply *rp = &c->reply;
    mote_buf *b = &c->out;
    mote_buf_reset(b);
    mote_buf_printf(b, "HTTP/1.1 %d %s\r\nDate: %s\r\n", (int)rp->code, mote_http_reason(rp->code),
                    c->loop->date);
    if (rp->code != 204 && rp->code != 304) /* these have no content (RFC 9110, section 8.6) */
        mote_buf_printf(b, "Content-Length: %zu\r\n", rp->body->len);
    if (rp->body->len) {
        mote_buf_str(b, "Content-Type: ");
        mote_buf_str(b, rp->content_type);
        mote_buf_str(b, "\r\n");
    }
    mote_buf_add(b, rp->headers->data, rp->headers->len);
    if (c->close_after)
        mote_buf_str(b, "Connection: close\r\n");
    else if (c->parser.http_minor == 0)
        mote_buf_str(b, "Connection: keep-alive\r\n");
    mote_buf_str(b, "\r\n");
}

/* Send c->reply. Ends in IDLE or LINGER when all went out at once, else in WRITING. */
static void send_reply(http_conn *c)
{
    mote_http_reply *rp = &c->reply;
    if (rp->body->status != MOTE_OK || rp->headers->status != MOTE_OK)
        mote_http_reply_error(rp, 500, "the answer does not fit into memory");
    if (rp->close || c->loop->is_draining)
        c->close_after = true;
    write_head(c);
    let_go_of_request(c);
    if (c->out.status != MOTE_OK) {
        http_conn_close(c);
        return;
    }
    bool with_body = !(c->is_complete && c->request.method == MOTE_HTTP_HEAD) && rp->body->len > 0;
    uv_buf_t bufs[2] = {uv_buf_init(c->out.data, (unsigned)c->out.len),
                        uv_buf_init(rp->body->data, (unsigned)rp->body->len)};
    unsigned n_bufs = with_body ? 2 : 1;
    size_t total = c->out.len + (with_body ? rp->body->len : 0);
    http_count(&c->loop->counters.bytes_out, total);
    int sent = uv_try_write((uv_stream_t *)&c->tcp, bufs, n_bufs);
    if (sent < 0 && sent != UV_EAGAIN) {
        c->state = CONN_WRITING;
        http_conn_close(c);
        return;
    }
    size_t done = sent > 0 ? (size_t)sent : 0;
    if (done == total) {
        finish_reply(c);
        return;
    }
    uv_buf_t *first = bufs;
    if (done >= first->len) {
        done -= first->len;
        first++;
        n_bufs--;
    }
    first->base += done;
    first->len -= done;
    read_stop(c);
    http_conn_set_state(c, CONN_WRITING, c->loop->server->cfg.write_timeout_ms);
    c->unsent_bytes = total;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, first, n_bufs, on_written) != 0)
        http_conn_close(c);
}

static void reply_reset(http_conn *c)
{
    mote_buf_reset(&c->reply_headers);
    mote_buf_reset(&c->reply_body);
    c->reply = (mote_http_reply){.code = 200,
                                 .content_type = "application/json",
                                 .headers = &c->reply_headers,
                                 .body = &c->reply_body};
}

/* Answer a request that is not whole, and close. */
static void refuse(http_conn *c, int32_t code, const char *text)
{
    c->is_complete = false;
    c->close_after = true;
    reply_reset(c);
    mote_http_reply_error(&c->reply, code, "%s", text);
    send_reply(c);
}

/* ---- handing over ---- */

static mote_http_method method_of(uint8_t m)
{
    if (m == HTTP_GET)
        return MOTE_HTTP_GET;
    if (m == HTTP_HEAD)
        return MOTE_HTTP_HEAD;
    if (m == HTTP_POST)
        return MOTE_HTTP_POST;
    if (m == HTTP_PUT)
        return MOTE_HTTP_PUT;
    if (m == HTTP_PATCH)
        return MOTE_HTTP_PATCH;
    if (m == HTTP_DELETE)
        return MOTE_HTTP_DELETE;
    if (m == HTTP_OPTIONS)
        return MOTE_HTTP_OPTIONS;
    return MOTE_HTTP_OTHER;
}

/* Give the connection to a worker thread; false, and the refusal is the reply, when there are too
 * many of them already. `done` is called on the loop again. */
static bool start_job(http_conn *c, uv_work_cb work, uv_after_work_cb done)
{
    mote_http_server *s = c->loop->server;
    if (atomic_fetch_add(&s->n_jobs, 1) < s->cfg.max_jobs &&
        uv_queue_work(&c->loop->loop, &c->work, work, done) == 0) {
        atomic_fetch_add(&s->jobs, 1);
        read_stop(c);
        http_conn_set_state(c, CONN_WORKING, 0);
        c->deadline_us = INT64_MAX;
        return true;
    }
    atomic_fetch_sub(&s->n_jobs, 1);
    atomic_fetch_add(&s->jobs_refused, 1);
    mote_http_reply_error(&c->reply, 503, "too much work of this kind is waiting, try again");
    mote_buf_str(&c->reply_headers, "Retry-After: 1\r\n");
    return false;
}

static void end_job(http_conn *c, int status)
{
    atomic_fetch_sub(&c->loop->server->n_jobs, 1);
    c->state = CONN_WRITING;
    if (status < 0)
        mote_http_reply_error(&c->reply, 503, "stopped before the request could be answered");
}

static void on_work(uv_work_t *w)
{
    http_conn *c = w->data;
    mote_http_server *s = c->loop->server;
    c->request.thread = -1;
    mote_arena_reset(&c->arena);
    reply_reset(c);
    (void)s->cfg.handler(s->cfg.arg, &c->request, &c->reply);
}

static void on_work_done(uv_work_t *w, int status)
{
    http_conn *c = w->data;
    end_job(c, status);
    send_reply(c);
    go_on(c);
}

static void fill_request(http_conn *c)
{
    for (int32_t i = 0; i < c->n_headers; i++)
        c->headers[i] =
            (mote_http_header){c->head.data + c->name_at[i], c->head.data + c->value_at[i]};
    char *target = c->head.data;
    char *query = strchr(target, '?');
    if (query)
        *query++ = '\0';
    char *path = target;
    if (strncmp(path, "http://", 7) == 0) { /* absolute form, RFC 9112 section 3.2.2 */
        path = strchr(path + 7, '/');
        if (!path)
            path = target + strlen(target);
    }
    c->request = (mote_http_request){
        .method = method_of(llhttp_get_method(&c->parser)),
        .path = *path ? path : "/",
        .query = query ? query : "",
        .headers = c->headers,
        .n_headers = (size_t)c->n_headers,
        .body = c->body.len ? c->body.data : "",
        .body_bytes = c->body.len,
        .thread = c->loop->index,
        .arena = &c->arena,
    };
}

static void answer(http_conn *c)
{
    mote_http_server *s = c->loop->server;
    if (s->cfg.handler(s->cfg.arg, &c->request, &c->reply) || !start_job(c, on_work, on_work_done))
        send_reply(c);
}

/* ---- compressed bodies ---- */

/* Decompress into c->plain, which is counted among what all bodies hold. */
static mote_status decode_body(http_conn *c, size_t max_bytes, mote_err *err)
{
    mote_http_server *s = c->loop->server;
    mote_buf_release(&c->plain);
    mote_buf_init(&c->plain, max_bytes);
    MOTE_TRY(http_body_decode(c->coding, c->body.data, c->body.len, &c->plain, err));
    int64_t n = (int64_t)c->plain.len;
    c->held_bytes += c->plain.len;
    if (atomic_fetch_add(&s->held_bytes, n) + n > (int64_t)s->cfg.max_held_bytes)
        return mote_fail(err, MOTE_NOMEM, "too much input is in work, try again");
    return MOTE_OK;
}

static void answer_decoded(http_conn *c, mote_status st)
{
    if (st != MOTE_OK) {
        mote_http_reply_err(&c->reply, &c->plain_err);
        send_reply(c);
        return;
    }
    c->request.body = c->plain.len ? c->plain.data : "";
    c->request.body_bytes = c->plain.len;
    answer(c);
}

static void on_decode(uv_work_t *w)
{
    http_conn *c = w->data;
    c->plain_err.status = decode_body(c, c->loop->server->cfg.max_body_bytes, &c->plain_err);
}

static void on_decode_done(uv_work_t *w, int status)
{
    http_conn *c = w->data;
    end_job(c, status);
    if (status < 0)
        send_reply(c);
    else
        answer_decoded(c, c->plain_err.status);
    go_on(c);
}

/* Little is decompressed here, a worker takes over when it turns out to be much. */
static void decode_and_answer(http_conn *c)
{
    size_t max_bytes = c->loop->server->cfg.max_body_bytes;
    bool is_bounded_here = max_bytes <= HTTP_INLINE_BYTES;
    c->plain_err = (mote_err){0};
    mote_status st = decode_body(c, is_bounded_here ? max_bytes : HTTP_INLINE_BYTES, &c->plain_err);
    if (st != MOTE_LIMIT || is_bounded_here)
        answer_decoded(c, st);
    else if (!start_job(c, on_decode, on_decode_done))
        send_reply(c);
}

static void dispatch(http_conn *c)
{
    c->request_us = mote_clock_mono_us();
    c->close_after = !c->keep_alive;
    fill_request(c);
    reply_reset(c);
    atomic_fetch_add(&c->loop->counters.in_flight, 1);
    c->counted_in_flight = true;
    if (c->coding != HTTP_CODING_NONE && c->body.len > 0)
        decode_and_answer(c);
    else
        answer(c);
}

/* ---- reading ---- */

static void refuse_malformed(http_conn *c, llhttp_errno_t e)
{
    if (c->fail_code) {
        refuse(c, c->fail_code, c->fail_text);
        return;
    }
    char text[160];
    const char *reason = llhttp_get_error_reason(&c->parser);
    (void)mote_format(text, sizeof text, "malformed HTTP request: %s",
                      reason && *reason ? reason : llhttp_errno_name(e));
    refuse(c, e == HPE_INVALID_VERSION || e == HPE_PAUSED_H2_UPGRADE ? 505 : 400, text);
}

/* Parse data[0..n); requests in it are answered in order. What lies behind one that cannot be
 * answered at once is kept in c->rest. */
static void feed(http_conn *c, const char *data, size_t n)
{
    while (n > 0) {
        if (c->state == CONN_WORKING || c->state == CONN_WRITING) {
            mote_buf_add(&c->rest, data, n);
            if (c->rest.status != MOTE_OK)
                http_conn_close(c);
            return;
        }
        if (c->state == CONN_LINGER || c->state == CONN_CLOSING)
            return;
        llhttp_errno_t e = llhttp_execute(&c->parser, data, n);
        if (e == HPE_OK) {
            /* Blanks that the parser skips reach no callback; they count here. */
            if (c->state == CONN_HEAD &&
                (c->head_bytes += n) > 2 * c->loop->server->cfg.max_head_bytes) {
                (void)http_parse_fail_head(c);
                refuse(c, c->fail_code, c->fail_text);
            }
            return;
        }
        if (e != HPE_PAUSED || !c->is_complete) {
            refuse_malformed(c, e);
            return;
        }
        size_t used = (size_t)(llhttp_get_error_pos(&c->parser) - data);
        llhttp_resume(&c->parser);
        data += used;
        n -= used;
        dispatch(c);
    }
}

/* ---- opening, time ---- */

static void init_buffers(http_conn *c, const mote_http_config *cfg)
{
    mote_buf_init(&c->head, 2 * cfg->max_head_bytes + 4096);
    mote_buf_init(&c->body, cfg->max_body_bytes + 1);
    mote_buf_init(&c->plain, cfg->max_body_bytes + 1);
    mote_buf_init(&c->rest, 2 * HTTP_READ_BYTES);
    mote_buf_init(&c->reply_headers, 64 * 1024);
    mote_buf_init(&c->reply_body, cfg->max_reply_bytes);
    mote_buf_init(&c->out, 96 * 1024);
    mote_arena_init(&c->arena, cfg->max_arena_bytes);
}

void http_conn_open(http_loop *l, const http_arrival *from)
{
    mote_http_server *s = l->server;
    http_conn *c = mote_alloc_zero(1, sizeof *c);
    int fd = from->fd;
    uv_os_sock_t sock = fd;
    if (!c || uv_tcp_init(&l->loop, &c->tcp) != 0) {
        mote_free(c);
        uv_fs_t rq;
        (void)uv_fs_close(NULL, &rq, fd, NULL);
        atomic_fetch_sub(&l->n_conns, 1);
        http_guard_leave(s->guard, from->peer);
        return;
    }
    c->loop = l;
    c->peer = from->peer;
    c->tcp.data = c->write.data = c->shutdown.data = c->work.data = c;
    init_buffers(c, &s->cfg);
    c->next = l->conns;
    if (l->conns)
        l->conns->prev = c;
    l->conns = c;
    llhttp_init(&c->parser, HTTP_REQUEST, &s->settings);
    c->parser.data = c;
    c->is_first = true;
    http_conn_set_state(c, CONN_IDLE, s->cfg.head_timeout_ms);
    if (uv_tcp_open(&c->tcp, sock) != 0) {
        uv_fs_t rq;
        (void)uv_fs_close(NULL, &rq, fd, NULL);
        http_conn_close(c);
        return;
    }
    (void)uv_tcp_nodelay(&c->tcp, 1);
    read_start(c);
    count_sheddable(c);
    if (l->is_draining)
        http_conn_drain(c);
}

/* ---- making room ---- */

/* The smaller, the less is lost when it goes; 0: it is at work and stays. */
static int32_t loss_of(const http_conn *c, int64_t now)
{
    int64_t age_us = now - c->since_us;
    if (c->state == CONN_LINGER)
        return 1;
    if (c->state == CONN_HEAD || (c->state == CONN_IDLE && c->is_first))
        return 2;
    if (c->state == CONN_BODY && age_us > HTTP_SHED_IDLE_US &&
        (int64_t)c->body.len < age_us / 1000 * (int64_t)c->loop->server->cfg.min_body_rate / 1000)
        return 3;
    return c->state == CONN_IDLE && age_us > HTTP_SHED_IDLE_US ? 4 : 0;
}

bool http_conn_shed(http_loop *l, uint64_t peer, int64_t now)
{
    http_conn *victim = NULL;
    int32_t least = 0;
    for (http_conn *c = l->conns; c; c = c->next) {
        int32_t loss = peer == 0 || c->peer == peer ? loss_of(c, now) : 0;
        if (loss == 0 ||
            (victim && (loss > least || (loss == least && c->since_us >= victim->since_us))))
            continue;
        victim = c;
        least = loss;
    }
    if (!victim)
        return false;
    http_count(&l->counters.shed, 1);
    if (least == 2 || least == 3) { /* said without waiting: a client that does not read loses it */
        static char text[] =
            "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\n"
            "Content-Length: 69\r\nConnection: close\r\n\r\n"
            "{\"error\":\"the request was not whole while others waited for a place\"}";
        uv_buf_t buf = uv_buf_init(text, sizeof text - 1);
        (void)uv_try_write((uv_stream_t *)&victim->tcp, &buf, 1);
    }
    http_conn_close(victim);
    return true;
}

static void check_writing(http_conn *c, int64_t now)
{
    size_t unsent = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
    if (unsent < c->unsent_bytes) {
        c->unsent_bytes = unsent;
        c->deadline_us = now + c->loop->server->cfg.write_timeout_ms * 1000;
    } else if (now > c->deadline_us) {
        http_conn_close(c);
    }
}

static void check_deadline(http_conn *c, int64_t now)
{
    if (now <= c->deadline_us)
        return;
    if (c->state == CONN_HEAD)
        refuse(c, 408, "the request's head did not come in time");
    else if (c->state == CONN_BODY)
        refuse(c, 408, "the request's body did not come in time");
    else if (c->state == CONN_IDLE && c->is_first && !c->loop->is_draining)
        refuse(c, 408, "no request came");
    else if (c->state == CONN_IDLE || c->state == CONN_LINGER)
        http_conn_close(c);
}

void http_conn_tick(http_conn *c, int64_t now)
{
    if (c->state == CONN_WRITING)
        check_writing(c, now);
    else
        check_deadline(c, now);
    count_sheddable(c);
}

/* The server stops. A request that lies unread in the socket is still answered: a connection
 * without one is closed a moment later, by the tick. */
void http_conn_drain(http_conn *c)
{
    int64_t soon = http_conn_now_us(c) + 200 * 1000;
    if (c->state == CONN_IDLE && c->deadline_us > soon)
        c->deadline_us = soon;
}
