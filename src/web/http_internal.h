/* SPDX-License-Identifier: Apache-2.0 */
/* What http.c (server, threads) and http_conn.c (one connection) share. */
#ifndef MOTE_WEB_HTTP_INTERNAL_H
#define MOTE_WEB_HTTP_INTERNAL_H

#include <llhttp.h>
#include <stdatomic.h>
#include <uv.h>

#include "web/http.h"
#include "web/http_body.h"
#include "web/http_guard.h"

#define HTTP_MAX_HEADERS  64
#define HTTP_READ_BYTES   65536
#define HTTP_LINGER_MS    2000    /* how long what a refused client still sends is dropped */
#define HTTP_SHED_IDLE_US 1000000 /* a connection without a request for this long makes room */
#define HTTP_INLINE_BYTES ((size_t)256 * 1024) /* more is decompressed on a worker thread */

typedef enum {
    CONN_IDLE, /* between requests */
    CONN_HEAD,
    CONN_BODY,
    CONN_WORKING, /* the handler runs on a worker thread */
    CONN_WRITING, /* part of the reply waits for the client */
    CONN_LINGER,  /* refused: write side shut, input dropped */
    CONN_CLOSING
} http_conn_state;

typedef struct http_loop http_loop;
typedef struct http_conn http_conn;

struct http_conn {
    uv_tcp_t tcp;
    uv_write_t write;
    uv_shutdown_t shutdown;
    uv_work_t work;
    http_loop *loop;
    http_conn *prev, *next;
    llhttp_t parser;
    http_conn_state state;
    uint64_t peer;    /* key of its address (http_guard.h) */
    int64_t since_us; /* when this request began, or the pause before it */
    int64_t deadline_us;
    int64_t body_start_us; /* headers complete */
    int64_t request_us;    /* request complete */
    size_t unsent_bytes;   /* at the last look, to see whether the client reads */

    mote_buf head;     /* target, then name and value of each header, each ended by 0 */
    size_t head_bytes; /* of this head so far */
    uint32_t name_at[HTTP_MAX_HEADERS], value_at[HTTP_MAX_HEADERS]; /* offsets in head */
    int32_t n_headers;
    bool is_in_value;
    bool is_complete;
    bool is_first; /* no request has come yet */
    bool keep_alive;
    bool close_after;
    bool has_ended; /* the client will send nothing more */
    bool is_reading;
    bool counted_in_flight;
    bool counted_sheddable;
    int32_t fail_code; /* set by a parser callback that refuses the request */
    char fail_text[160];

    mote_buf body;
    http_coding coding;
    mote_buf plain; /* the body without its coding */
    mote_err plain_err;
    size_t held_bytes; /* of both, counted in the server */
    mote_buf rest;     /* received behind the request in work */
    mote_arena arena;
    mote_http_header headers[HTTP_MAX_HEADERS];
    mote_http_request request;
    mote_http_reply reply;
    mote_buf reply_headers, reply_body;
    mote_buf out; /* head of the reply */
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
    _Atomic int64_t n_jobs;     /* on worker threads, and waiting for one */
    _Atomic int stop_requested; /* 1: drain, 2: at once */
    _Atomic int64_t held_bytes;
    _Atomic uint64_t accepted, refused, jobs, jobs_refused;
};

/* http.c: tell the client that there is no place for it, and close. */
void http_refuse_client(mote_http_server *s, int fd, const char *why);

/* http_parse.c: the parser's callbacks; they set fail_code and fail_text of what is refused. */
void http_parse_settings(llhttp_settings_t *settings);
int http_parse_fail_head(http_conn *c); /* the head is too long */

/* http_conn.c */
void http_conn_set_state(http_conn *c, http_conn_state state, int64_t timeout_ms);
void http_conn_open(http_loop *l, const http_arrival *from); /* takes the descriptor */
/* Close the one connection of this loop that is the least loss: refused already, then the head or
 * body that has been coming for longest, then the longest pause. peer: only of this one; 0: of any.
 * False when all are at work. */
bool http_conn_shed(http_loop *l, uint64_t peer, int64_t now_us);
void http_conn_tick(http_conn *c, int64_t now_us);
void http_conn_drain(http_conn *c);
void http_conn_close(http_conn *c);

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
