/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 server on libuv and llhttp (RFC 9110, RFC 9112): connections, limits, time-outs, drain.
 *
 * One thread accepts and gives each connection to the serving thread that has the fewest; a serving
 * thread runs one event loop and calls the handler on it. A connection has one request in work at a
 * time; pipelined requests wait in order. While a reply cannot be written because the client does
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

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

typedef enum {
    MOTE_HTTP_GET,
    MOTE_HTTP_HEAD,
    MOTE_HTTP_POST,
    MOTE_HTTP_PUT,
    MOTE_HTTP_PATCH,
    MOTE_HTTP_DELETE,
    MOTE_HTTP_OPTIONS,
    MOTE_HTTP_OTHER,
    MOTE_HTTP_N_METHODS
} mote_http_method;

const char *mote_http_method_text(mote_http_method m); /* "GET"; "OTHER" for unknown ones */
const char *mote_http_reason(int32_t code);            /* "Not Found"; "" for unknown codes */

/* Both terminated by 0; a header value cannot hold a 0 byte, the parser refuses it. */
typedef struct {
    const char *name;
    const char *value;
} mote_http_header;

/* A complete request. Borrowed until the handler returns. */
typedef struct {
    mote_http_method method;
    const char *path;  /* as sent, still percent-encoded, without the query */
    const char *query; /* behind the '?'; "" when there is none */
    const mote_http_header *headers;
    size_t n_headers;
    const char *body; /* followed by a 0 byte that is not counted */
    size_t body_bytes;
    int32_t thread;    /* serving thread, [0, n_threads); -1 in a worker */
    mote_arena *arena; /* scratch of this request, emptied after it */
} mote_http_request;

/* The value of a header, name in any case; NULL when it is not there. */
const char *mote_http_header_find(const mote_http_request *rq, const char *name);
/* Every value of a header that came more than once; the number of them, of which at most `max` are
 * given. */
size_t mote_http_header_all(const mote_http_request *rq, const char *name, const char **values,
                            size_t max);

/* One value of the query, percent-decoded, in rq->arena; NULL when absent (or no memory). A name
 * without '=' has the value "". */
const char *mote_http_query_find(const mote_http_request *rq, const char *name);

/* Percent-decode s[0..n) into the arena ('+' stays); NULL on a bad escape, %00, what is then not
 * UTF-8, or no memory. */
char *mote_http_decode(mote_arena *a, const char *s, size_t n);

/* What the handler fills. It comes empty: 200, application/json, no body. */
typedef struct {
    int32_t code;
    const char *content_type; /* static or in rq->arena */
    mote_buf *headers;        /* further whole lines "Name: value\r\n" */
    mote_buf *body;
    bool close; /* close the connection after this reply */
} mote_http_reply;

/* Make the reply {"error": "<text>"} with this code; what it held is dropped. */
MOTE_PRINTF(3, 4)
void mote_http_reply_error(mote_http_reply *rp, int32_t code, const char *fmt, ...);
/* The same from an error object: the code of its status. */
void mote_http_reply_err(mote_http_reply *rp, const mote_err *err);

/* Called on the serving thread. Return false to be called again, with rq->thread -1, on a worker
 * thread where it may wait for files; there the return value does not matter. */
typedef bool mote_http_handler(void *arg, const mote_http_request *rq, mote_http_reply *rp);

typedef struct {
    const char *host;        /* NULL: 127.0.0.1 */
    int32_t port;            /* 0: any free one, see mote_http_port */
    int32_t n_threads;       /* 1..64; 0: as many as the machine has processors */
    int32_t max_clients;     /* 0: 1024; one more gets 503 when all are at work */
    int32_t max_per_address; /* 0: seven eighths of max_clients when that is 64 or more, else all */
    int32_t max_jobs;        /* requests on or before worker threads; 0: 64; one more gets 503 */
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
    mote_http_handler *handler;
    void (*on_tick)(
        void *arg,
        int32_t thread); /* NULL, or called a few times a second on each serving thread */
    void *arg;           /* for both */
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
