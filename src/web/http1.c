/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 on a connection (RFC 9112): one exchange after the other.
 *
 *            first byte        head complete        body complete
 *     IDLE ------------> HEAD --------------> BODY --------------> dispatch
 *      ^                                                       /            \
 *      |                                     (on this thread) /   WORKING    \ (by a worker)
 *      +---------------- all written <-- reply <-------------+---------------+
 *                                          |  client does not read: WRITING, reading stopped
 *                                          v
 *                              close wanted: LINGER --> CLOSING
 *
 * A reply in pieces goes to and fro between WORKING, while the next piece is made, and WRITING,
 * until the client has taken it. */
#include <string.h>

#include "web/http_internal.h"

static void feed(http_conn *c, const char *data, size_t n);

/* ---- replying ---- */

/* The reply is written: ready for the next request, or on the way out. */
static void finish_reply(http_conn *c)
{
    http_exchange_finish(&c->x);
    http_shrink(&c->out);
    if (c->close_after)
        http_conn_linger(c);
    else
        http_conn_set_state(c, CONN_IDLE, c->loop->server->cfg.idle_timeout_ms);
}

/* After a reply that took a while: go on with what came meanwhile. */
static void go_on(http_conn *c)
{
    if (c->state == CONN_IDLE) {
        mote_buf rest = c->rest;
        mote_buf_init(&c->rest, rest.max_bytes);
        if (rest.len)
            feed(c, rest.data, rest.len);
        mote_buf_release(&rest);
        if (c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY)
            http_conn_read(c, true);
    }
    http_conn_count_sheddable(c);
}

/* The length of the body, which has no other end; or that it comes in chunks. */
static void add_length(http_conn *c, mote_buf *b)
{
    const mote_http_reply *rp = &c->x.reply;
    bool is_pulled = rp->pull.next != NULL;
    c->is_chunked = is_pulled && rp->pull.n_bytes < 0 && c->parser.http_minor > 0;
    if (rp->code == 204 || rp->code == 304) /* these have no content (RFC 9110, section 8.6) */
        return;
    if (c->is_chunked) {
        mote_buf_str(b, "Transfer-Encoding: chunked\r\n");
    } else if (is_pulled && rp->pull.n_bytes < 0) { /* HTTP/1.0: the end is the connection's */
        c->close_after = true;
    } else {
        mote_buf_str(b, "Content-Length: ");
        mote_buf_dec_u64(b, is_pulled ? (uint64_t)rp->pull.n_bytes : rp->body->len);
        mote_buf_str(b, "\r\n");
    }
}

static void write_head(http_conn *c)
{
    const mote_http_reply *rp = &c->x.reply;
    mote_buf *b = &c->out;
    mote_buf_reset(b);
    mote_buf_str(b, "HTTP/1.1 ");
    mote_buf_dec_i64(b, rp->code);
    mote_buf_char(b, ' ');
    mote_buf_str(b, mote_http_reason(rp->code));
    mote_buf_str(b, "\r\nDate: ");
    mote_buf_str(b, c->loop->date);
    mote_buf_str(b, "\r\n");
    add_length(c, b);
    if (rp->body->len || rp->pull.next) {
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

/* Send the pieces, which stay where they are until they are sent. True: they are. */
static bool write_pieces(http_conn *c, const uv_buf_t *pieces, unsigned n_pieces)
{
    size_t total = 0;
    for (unsigned i = 0; i < n_pieces; i++)
        total += pieces[i].len;
    http_count(&c->loop->counters.bytes_out, total);
    http_write_result r = c->transport.class->write(&c->transport, pieces, n_pieces);
    if (r == HTTP_WRITTEN)
        return true;
    if (r == HTTP_WRITE_FAILED) {
        c->state = CONN_WRITING;
        http_conn_close(c);
        return false;
    }
    http_conn_read(c, false);
    http_conn_set_state(c, CONN_WRITING, c->loop->server->cfg.write_timeout_ms);
    c->unsent_bytes = total;
    return false;
}

static bool has_body(const http_conn *c)
{
    return !(c->x.is_complete && c->x.request.method == MOTE_HTTP_HEAD) && c->x.reply.code != 204 &&
           c->x.reply.code != 304;
}

/* What was written last is sent: the next piece, or the end. */
static void reply_sent(http_conn *c)
{
    if (!c->x.reply.pull.next || !has_body(c)) {
        finish_reply(c);
        return;
    }
    http_conn_read(c, false);
    http_conn_set_state(c, CONN_WORKING, 0);
    c->deadline_us = INT64_MAX;
    c->is_pulling = true;
    http_exchange_pull(&c->x);
}

/* Send the reply, or its head when it comes in pieces. */
static void send_reply(http_conn *c)
{
    mote_http_reply *rp = &c->x.reply;
    if (rp->body->status != MOTE_OK || rp->headers->status != MOTE_OK)
        mote_http_reply_error(rp, 500, "the answer does not fit into memory");
    if (rp->close || c->loop->is_draining)
        c->close_after = true;
    if (rp->pull.next)
        mote_buf_reset(rp->body);
    c->n_pulled = 0;
    write_head(c);
    http_exchange_let_go(&c->x);
    if (c->out.status != MOTE_OK) {
        http_conn_close(c);
        return;
    }
    bool with_body = rp->body->len > 0 && has_body(c);
    uv_buf_t pieces[2] = {uv_buf_init(c->out.data, (unsigned)c->out.len),
                          uv_buf_init(rp->body->data, (unsigned)rp->body->len)};
    if (write_pieces(c, pieces, with_body ? 2 : 1))
        reply_sent(c);
}

/* A piece is made: send it. The length that was promised is kept, or the connection closed. */
static void send_piece(http_conn *c)
{
    static char end[] = "0\r\n\r\n", line_end[] = "\r\n";
    mote_http_reply *rp = &c->x.reply;
    size_t n = rp->body->len;
    c->n_pulled += (int64_t)n;
    bool is_wrong = rp->pull.n_bytes >= 0 &&
                    (n == 0 ? c->n_pulled < rp->pull.n_bytes : c->n_pulled > rp->pull.n_bytes);
    if (c->x.pull_err.status != MOTE_OK || is_wrong) {
        http_conn_close(c);
        return;
    }
    mote_buf_reset(&c->out);
    uv_buf_t pieces[3] = {{0}, uv_buf_init(rp->body->data, (unsigned)n), {0}};
    unsigned first = 1, last = 2;
    if (n == 0) {
        mote_http_pull_release(&rp->pull); /* this was all of it */
        pieces[1] = uv_buf_init(end, sizeof end - 1);
        if (!c->is_chunked) {
            finish_reply(c);
            return;
        }
    } else if (c->is_chunked) {
        mote_buf_printf(&c->out, "%zx\r\n", n);
        pieces[0] = uv_buf_init(c->out.data, (unsigned)c->out.len);
        pieces[2] = uv_buf_init(line_end, sizeof line_end - 1);
        first = 0;
        last = 3;
    }
    if (write_pieces(c, pieces + first, last - first))
        reply_sent(c);
}

void http1_on_written(void *conn, bool ok)
{
    http_conn *c = conn;
    if (!ok) {
        http_conn_close(c);
        return;
    }
    reply_sent(c);
    go_on(c);
}

void http1_on_answer(http_exchange *x)
{
    http_conn *c = x->carrier;
    bool is_piece = c->is_pulling;
    c->is_pulling = false;
    c->state = CONN_WRITING;
    if (is_piece)
        send_piece(c);
    else
        send_reply(c);
    go_on(c);
}

void http1_refuse(http_conn *c, int32_t code, const char *text)
{
    c->close_after = true;
    http_exchange_refuse(&c->x, code, text);
    send_reply(c);
}

void http1_say_shed(http_conn *c)
{
    static const char text[] =
        "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\n"
        "Content-Length: 69\r\nConnection: close\r\n\r\n"
        "{\"error\":\"the request was not whole while others waited for a place\"}";
    (void)c->transport.class->say(&c->transport, text, sizeof text - 1);
}

/* ---- reading ---- */

static void refuse_malformed(http_conn *c, llhttp_errno_t e)
{
    if (c->fail_code) {
        http1_refuse(c, c->fail_code, c->fail_text);
        return;
    }
    char text[160];
    const char *reason = llhttp_get_error_reason(&c->parser);
    (void)mote_format(text, sizeof text, "malformed HTTP request: %s",
                      reason && *reason ? reason : llhttp_errno_name(e));
    http1_refuse(c, e == HPE_INVALID_VERSION || e == HPE_PAUSED_H2_UPGRADE ? 505 : 400, text);
}

static void dispatch(http_conn *c)
{
    c->close_after = !c->keep_alive;
    if (http_exchange_dispatch(&c->x)) {
        send_reply(c);
        return;
    }
    http_conn_read(c, false);
    http_conn_set_state(c, CONN_WORKING, 0);
    c->deadline_us = INT64_MAX;
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
                (void)http1_parse_fail_head(c);
                http1_refuse(c, c->fail_code, c->fail_text);
            }
            return;
        }
        if (e != HPE_PAUSED || !c->x.is_complete) {
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

void http1_on_bytes(void *conn, const char *bytes, size_t n)
{
    http_conn *c = conn;
    http_count(&c->loop->counters.bytes_in, n);
    if (c->state == CONN_LINGER)
        return;
    feed(c, bytes, n);
    http_conn_count_sheddable(c);
}

void http1_on_end(void *conn, bool in_order)
{
    http_conn *c = conn;
    c->has_ended = true;
    if (in_order && (c->state == CONN_HEAD || c->state == CONN_BODY))
        http1_refuse(c, 400, "the connection ended in the middle of the request");
    else
        http_conn_close(c);
}
