/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of the HTTP server, whatever is spoken on it: opening, time-outs, making room,
 * closing. What is said is http1.c's affair.
 *
 * LINGER shuts the write side and drops what still comes for a short while: closing a socket with
 * unread input would reset the connection and could take the reply away from the client. */
#include "web/http_internal.h"

void http_conn_set_state(http_conn *c, http_conn_state state, int64_t timeout_ms)
{
    c->state = state;
    c->deadline_us = http_conn_now_us(c) + timeout_ms * 1000;
    if (state == CONN_IDLE || state == CONN_HEAD)
        c->since_us = http_conn_now_us(c);
}

void http_conn_count_sheddable(http_conn *c)
{
    bool is_one = c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY ||
                  c->state == CONN_LINGER;
    if (is_one != c->counted_sheddable)
        atomic_fetch_add(&c->loop->n_sheddable, is_one ? 1 : -1);
    c->counted_sheddable = is_one;
}

/* ---- closing ---- */

static void unlink_conn(http_conn *c)
{
    if (c->prev)
        c->prev->next = c->next;
    else
        c->loop->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
}

static void on_closed(void *conn)
{
    http_conn *c = conn;
    http_loop *l = c->loop;
    unlink_conn(c);
    http_conn_count_sheddable(c);
    http_guard_leave(l->server->guard, c->peer);
    http_exchange_release(&c->x);
    mote_buf_release(&c->rest);
    mote_buf_release(&c->out);
    mote_free(c);
    atomic_fetch_sub(&l->n_conns, 1);
}

void http_conn_close(http_conn *c)
{
    c->close_after = true;
    if (c->state == CONN_WORKING || c->state == CONN_CLOSING)
        return; /* a worker still uses it: closed when that is done */
    c->state = CONN_CLOSING;
    http_conn_count_sheddable(c);
    c->transport.class->close(&c->transport);
}

void http_conn_linger(http_conn *c)
{
    http_conn_set_state(c, CONN_LINGER, HTTP_LINGER_MS);
    if (c->has_ended || !c->transport.class->finish(&c->transport)) {
        http_conn_close(c);
        return;
    }
    http_conn_read(c, true);
}

/* ---- opening ---- */

static const http_transport_user http1 = {
    .on_bytes = http1_on_bytes,
    .on_end = http1_on_end,
    .on_written = http1_on_written,
    .on_closed = on_closed,
};

static void fill(http_conn *c, http_loop *l, const http_arrival *from)
{
    c->loop = l;
    c->peer = from->peer;
    c->transport.user = &http1;
    c->transport.owner = c;
    c->transport.read_buf = l->read_buf;
    c->transport.read_bytes = HTTP_READ_BYTES;
    mote_buf_init(&c->rest, 2 * HTTP_READ_BYTES);
    mote_buf_init(&c->out, 96 * 1024);
    http_exchange_init(&c->x, l);
    c->x.carrier = c;
    c->x.on_answer = http1_on_answer;
    llhttp_init(&c->parser, HTTP_REQUEST, &l->server->settings);
    c->parser.data = c;
    c->is_first = true;
}

static void not_opened(http_loop *l, const http_arrival *from)
{
    atomic_fetch_sub(&l->n_conns, 1);
    http_guard_leave(l->server->guard, from->peer);
}

void http_conn_open(http_loop *l, const http_arrival *from)
{
    http_conn *c = mote_alloc_zero(1, sizeof *c);
    if (!c) {
        uv_fs_t rq;
        (void)uv_fs_close(NULL, &rq, from->fd, NULL);
        not_opened(l, from);
        return;
    }
    fill(c, l, from);
    bool is_open = false;
    int e = http_tcp_open(&c->transport, &l->loop, from->fd, &is_open);
    if (!is_open) {
        http_exchange_release(&c->x);
        mote_free(c);
        not_opened(l, from);
        return;
    }
    c->next = l->conns;
    if (l->conns)
        l->conns->prev = c;
    l->conns = c;
    http_conn_set_state(c, CONN_IDLE, l->server->cfg.head_timeout_ms);
    if (e != 0) {
        http_conn_close(c);
        return;
    }
    http_conn_read(c, true);
    http_conn_count_sheddable(c);
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
        (int64_t)c->x.body.len < age_us / 1000 * (int64_t)c->loop->server->cfg.min_body_rate / 1000)
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
    if (least == 2 || least == 3) /* a client that does not read loses it */
        http1_say_shed(victim);
    http_conn_close(victim);
    return true;
}

static void check_writing(http_conn *c, int64_t now)
{
    size_t unsent = c->transport.class->unsent(&c->transport);
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
        http1_refuse(c, 408, "the request's head did not come in time");
    else if (c->state == CONN_BODY)
        http1_refuse(c, 408, "the request's body did not come in time");
    else if (c->state == CONN_IDLE && c->is_first && !c->loop->is_draining)
        http1_refuse(c, 408, "no request came");
    else if (c->state == CONN_IDLE || c->state == CONN_LINGER)
        http_conn_close(c);
}

void http_conn_tick(http_conn *c, int64_t now)
{
    if (c->state == CONN_WRITING)
        check_writing(c, now);
    else
        check_deadline(c, now);
    http_conn_count_sheddable(c);
}

/* The server stops. A request that lies unread in the socket is still answered: a connection
 * without one is closed a moment later, by the tick. */
void http_conn_drain(http_conn *c)
{
    int64_t soon = http_conn_now_us(c) + 200 * 1000;
    if (c->state == CONN_IDLE && c->deadline_us > soon)
        c->deadline_us = soon;
}
