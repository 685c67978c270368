/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 server on libuv and llhttp (RFC 9110, RFC 9112): connections, limits, time-outs, drain.
 *
 * One thread accepts and gives each connection to the serving thread that has the fewest; a serving
 * thread runs one event loop and calls the handler on it; what may wait for files goes to worker
 * threads of its own. A connection has one request in work at a time; pipelined requests wait in
 * order. While a reply cannot be written because the client does
 * not read, nothing more is read from that client.
 *
 * What a client sends is bounded in bytes (head, body, all bodies together, also decompressed), in
 * number (headers, clients, clients of one address, requests for workers) and in time (head, body,
 * idle); each bound answers with a JSON error {"error": "..."} and closes. When all places are
 * taken, who has sent half a request, or none for a second, is shed before a newcomer is refused.
 * Bodies with Content-Encoding gzip or deflate reach the handler decompressed. The server knows no
 * routes: see web/route.h.
 *
 * Depends on base/, libuv, llhttp, zlib. Used by web/ and cli/. */
#ifndef MOTE_WEB_HTTP_H
#define MOTE_WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"
#include "web/exchange.h"

#define MOTE_HTTP_MAX_THREADS 64
#define MOTE_HTTP_WORKERS     4

typedef struct {
    const char *host;        /* NULL: 127.0.0.1 */
    int32_t port;            /* 0: any free one, see mote_http_port */
    int32_t n_threads;       /* 1..64; 0: as many as the machine has processors */
    int32_t max_clients;     /* 0: 1024; one more gets 503 when all are at work */
    int32_t max_per_address; /* 0: seven eighths of max_clients when that is 64 or more, else all */
    int32_t n_workers;       /* threads for what may wait, 1..64; 0: MOTE_HTTP_WORKERS */
    int32_t max_jobs;        /* requests on or before workers; 0: 64; one more gets 503 */
    size_t max_head_bytes;   /* 0: 16 KiB; more gets 431 */
    size_t max_body_bytes;   /* 0: 16 MiB; more gets 413 */
    size_t max_held_bytes;   /* 0: 256 MiB in all bodies together; more gets 503 */
    size_t max_reply_bytes;  /* 0: 64 MiB */
    size_t max_arena_bytes;  /* 0: 64 MiB scratch of one request */
    int64_t head_timeout_ms; /* 0: 10 s from its first byte; then 408 */
    int64_t body_timeout_ms; /* 0: 20 s, plus a second for each min_body_rate bytes got; then 408 */
    size_t min_body_rate;    /* 0: 64 KiB a second */
    int64_t idle_timeout_ms; /* 0: 75 s without a request: closed */
    int64_t write_timeout_ms; /* 0: 20 s in which the client reads nothing: closed */
    int64_t drain_ms;         /* 0: 10 s for requests in work when stopping */
    bool catch_signals;       /* SIGTERM and SIGINT stop the server; a second one at once */
    /* A stop that was asked for before it runs, while models were loaded: it ends at once then.
     * NULL: none. */
    const mote_cancel *cancel;
    mote_http_handler *handler;
    void (*on_tick)(
        void *arg,
        int32_t thread); /* NULL, or called a few times a second on each serving thread */
    /* NULL, or called a few times a second on each worker while it has nothing to do */
    void (*on_worker_tick)(void *arg, int32_t worker);
    void *arg; /* for all three */
} mote_http_config;

/* Put the defaults in place of the zeros and check the rest; create does the same. ARG. */
MOTE_MUST_USE mote_status mote_http_settle(mote_http_config *cfg, mote_err *err);

typedef struct mote_http_server mote_http_server;

/* Bind and listen; connections wait in the kernel until run. IO names the address. */
MOTE_MUST_USE mote_status mote_http_create(const mote_http_config *cfg, mote_http_server **out,
                                           mote_err *err);
void mote_http_destroy(mote_http_server *s);
int32_t mote_http_port(const mote_http_server *s);
int32_t mote_http_threads(const mote_http_server *s);

/* Serve until stopped: no new connections, idle ones closed, requests in work finished within
 * drain_ms. Once per server. */
MOTE_MUST_USE mote_status mote_http_run(mote_http_server *s, mote_err *err);
void mote_http_stop(mote_http_server *s); /* from any thread or signal handler */

/* Counters since the start, summed over the threads; a consistent picture of each single number. */
#define MOTE_HTTP_N_BUCKETS 16
extern const int64_t mote_http_bucket_us[MOTE_HTTP_N_BUCKETS]; /* upper bounds, rising */

typedef struct {
    uint64_t by_code[600];                     /* replies by status code */
    uint64_t latency[MOTE_HTTP_N_BUCKETS + 1]; /* not cumulative; the last is above all bounds */
    uint64_t latency_sum_us;                   /* complete request read until reply written */
    uint64_t bytes_in, bytes_out;
    uint64_t accepted, refused;  /* connections; refused ones were over a limit of clients */
    uint64_t shed;               /* closed to make room: half a request, or none for a second */
    uint64_t jobs, jobs_refused; /* requests that went to a worker, or found too many there */
    int64_t jobs_now;
    int64_t open;       /* connections now */
    int64_t in_flight;  /* requests being answered now */
    int64_t held_bytes; /* bytes of bodies now */
} mote_http_stats;

void mote_http_stats_read(const mote_http_server *s, mote_http_stats *out);

#endif
