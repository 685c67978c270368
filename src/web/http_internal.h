/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the server share:
 *
 *   http.c           server, serving threads, drain, counters
 *   http_conn.c      one connection: opening, time-outs, making room, closing
 *   http1.c          HTTP/1.1 on it, one exchange after the other; http1_parse.c its parser
 *   http_exchange.c  one exchange: handing over, workers, decompression, the reply's pieces
 *   http_transport.c the bytes of a connection
 *
 * An exchange knows who carries it by a callback only, so a protocol may have many at a time. */
#ifndef MOTE_WEB_HTTP_INTERNAL_H
#define MOTE_WEB_HTTP_INTERNAL_H

#include <llhttp.h>
#include <stdatomic.h>
#include <uv.h>

#include "web/http.h"
#include "web/http_body.h"
#include "web/http_guard.h"
#include "web/http_transport.h"
#include "web/http_workers.h"

#define HTTP_MAX_HEADERS  64
#define HTTP_READ_BYTES   65536
#define HTTP_KEPT_BYTES   ((size_t)256 * 1024) /* a larger buffer is given back after its request */
#define HTTP_LINGER_MS    2000    /* how long what a refused client still sends is dropped */
#define HTTP_SHED_IDLE_US 1000000 /* a connection without a request for this long makes room */
#define HTTP_INLINE_BYTES ((size_t)256 * 1024) /* more is decompressed on a worker thread */

typedef enum {
    CONN_IDLE, /* between requests */
    CONN_HEAD,
    CONN_BODY,
    CONN_WORKING, /* a worker makes the reply, or its next piece */
    CONN_WRITING, /* part of the reply waits for the client */
    CONN_LINGER,  /* refused: write side shut, input dropped */
    CONN_CLOSING
} http_conn_state;

typedef struct http_loop http_loop;
typedef struct http_conn http_conn;

/* One request and its reply. */
typedef struct http_exchange {
    http_loop *loop;
    /* The reply, or its next piece, is made: called on the loop, not from within dispatch. */
    void (*on_answer)(struct http_exchange *x);
    void *carrier;
    http_job job;

    mote_buf head; /* target, then name and value of each header, each ended by 0 */
    uint32_t name_at[HTTP_MAX_HEADERS], value_at[HTTP_MAX_HEADERS]; /* offsets in head */
    int32_t n_headers;
    mote_http_header headers[HTTP_MAX_HEADERS];
    mote_buf body;
    http_coding coding;
    mote_buf plain; /* the body without its coding */
    mote_err plain_err;
    size_t held_bytes; /* of both, counted in the server */
    mote_arena arena;
    mote_http_request request;

    bool is_complete;   /* the whole request has come */
    int64_t request_us; /* when it was */
    bool counted_in_flight;
    mote_http_reply reply;
    mote_buf reply_headers, reply_body;
    mote_err pull_err; /* of the last piece */
} http_exchange;

struct http_conn {
    http_transport transport;
    http_loop *loop;
    http_conn *prev, *next;
    http_conn_state state;
    uint64_t peer;    /* key of its address (http_guard.h) */
    int64_t since_us; /* when this request began, or the pause before it */
    int64_t deadline_us;
    size_t unsent_bytes; /* at the last look, to see whether the client reads */
    bool is_first;       /* no request has come yet */
    bool close_after;
    bool has_ended; /* the client will send nothing more */
    bool counted_sheddable;

    /* HTTP/1.1: one exchange at a time */
    llhttp_t parser;
    http_exchange x;
    size_t head_bytes; /* of this head so far */
    bool is_in_value;
    bool keep_alive;
    int64_t body_start_us; /* headers complete */
    int32_t fail_code;     /* set by a parser callback that refuses the request */
    char fail_text[160];
    mote_buf rest;    /* received behind the request in work */
    mote_buf out;     /* head of the reply, or of a piece */
    bool is_pulling;  /* a piece is being made, not the reply */
    bool is_chunked;  /* the reply's pieces, whose number is not known */
    int64_t n_pulled; /* bytes of pieces sent */
};

/* Written by its own thread only, read by any. */
typedef struct {
    _Atomic uint64_t by_code[600];
    _Atomic uint64_t latency[MOTE_HTTP_N_BUCKETS + 1];
    _Atomic uint64_t latency_sum_us, bytes_in, bytes_out;
    _Atomic int64_t in_flight;
    _Atomic uint64_t shed;
} http_counters;

/* A connection on its way from the accepting thread. */
typedef struct {
    int fd;
    enum {
        HTTP_HAS_ROOM,
        HTTP_NEEDS_ROOM,    /* all places are taken: one that does nothing must go first */
        HTTP_NEEDS_OWN_ROOM /* those of its address are: one of them must */
    } room;
    int32_t n_asked; /* loops that had none to go */
    uint64_t peer;
} http_arrival;

struct http_loop {
    mote_http_server *server;
    int32_t index;
    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t tick;
    uv_thread_t thread;
    bool has_thread, has_loop;
    bool is_draining;
    http_conn *conns;
    _Atomic int64_t n_conns;     /* also those on their way in the inbox */
    _Atomic int64_t n_sheddable; /* of them: without a whole request in work */
    uv_mutex_t lock;             /* guards inbox */
    http_arrival inbox[256];
    int32_t n_inbox;
    http_job *done; /* by workers, newest first; guarded by lock */
    char *read_buf; /* [HTTP_READ_BYTES]: what a read gives is parsed at once */
    int64_t date_s;
    char date[40];
    http_counters counters;
};

struct mote_http_server {
    mote_http_config cfg;
    char host[64];
    int32_t port;
    int listen_fd;
    int spare_fd;   /* given up to refuse a client when descriptors run out */
    uv_loop_t loop; /* accepting thread */
    uv_poll_t poll;
    uv_async_t stop_async;
    uv_signal_t sigterm, sigint;
    uv_timer_t drain_over, drain_look;
    bool has_loop;
    bool has_run;
    http_loop *loops;
    int32_t n_loops;
    llhttp_settings_t settings;
    http_guard *guard;
    http_workers *workers;
    _Atomic int64_t n_jobs;     /* on workers, and waiting for one */
    _Atomic int stop_requested; /* 1: drain, 2: at once */
    _Atomic int64_t held_bytes;
    _Atomic uint64_t accepted, refused, jobs, jobs_refused;
};

/* http.c: tell the client that there is no place for it, and close. */
void http_refuse_client(mote_http_server *s, int fd, const char *why);

/* http_exchange.c */
void http_exchange_init(http_exchange *x, http_loop *l);
void http_exchange_release(http_exchange *x);
/* Answer the request that has come whole. True: the reply is made; false: a worker makes it and
 * on_answer follows. */
bool http_exchange_dispatch(http_exchange *x);
/* The reply is an error, for a request that is not whole. */
void http_exchange_refuse(http_exchange *x, int32_t code, const char *text);
/* Have the next piece of reply.pull made, into reply_body; on_answer follows. */
void http_exchange_pull(http_exchange *x);
/* The reply is made: let go of what only the request needed. */
void http_exchange_let_go(http_exchange *x);
/* The reply is sent, or given up: count it, be ready for another one. */
void http_exchange_finish(http_exchange *x);
void http_exchange_jobs_done(http_loop *l); /* on the loop: of the workers */
void http_shrink(mote_buf *b);              /* empty it, and give back what is large */

/* http1_parse.c: the parser's callbacks; they set fail_code and fail_text of what is refused. */
void http1_parse_settings(llhttp_settings_t *settings);
int http1_parse_fail_head(http_conn *c); /* the head is too long */

/* http1.c */
void http1_on_bytes(void *conn, const char *bytes, size_t n);
void http1_on_end(void *conn, bool in_order);
void http1_on_written(void *conn, bool ok);
void http1_on_answer(http_exchange *x);
/* Answer a request that is not whole, and close. */
void http1_refuse(http_conn *c, int32_t code, const char *text);
/* It was not whole while others wait for a place: say so without waiting. */
void http1_say_shed(http_conn *c);

/* http_conn.c */
void http_conn_set_state(http_conn *c, http_conn_state state, int64_t timeout_ms);
void http_conn_open(http_loop *l, const http_arrival *from); /* takes the descriptor */
void http_conn_linger(http_conn *c); /* all is written and no more will be: wait for the end */
/* Keep the count that tells the accepting thread where there may be room to make; to be called
 * wherever control goes back to the loop. */
void http_conn_count_sheddable(http_conn *c);
/* Close the one connection of this loop that is the least loss: refused already, then the head or
 * body that has been coming for longest, then the longest pause. peer: only of this one; 0: of any.
 * False when all are at work. */
bool http_conn_shed(http_loop *l, uint64_t peer, int64_t now_us);
void http_conn_tick(http_conn *c, int64_t now_us);
void http_conn_drain(http_conn *c);
void http_conn_close(http_conn *c);

static inline void http_conn_read(http_conn *c, bool on)
{
    c->transport.class->read(&c->transport, on);
}

static inline int64_t http_conn_now_us(const http_conn *c)
{
    return (int64_t)uv_now(&c->loop->loop) * 1000;
}

/* Add to a counter that only this thread writes. */
static inline void http_count(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

#endif
