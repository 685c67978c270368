/* SPDX-License-Identifier: Apache-2.0 */
/* A request and its reply as handlers see them, whoever carried them: the semantics of HTTP (RFC
 * 9110), without the bytes on the wire, which are http1.c's.
 *
 * Depends on base/. Used by web/, cli/. */
#ifndef MOTE_WEB_EXCHANGE_H
#define MOTE_WEB_EXCHANGE_H

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
    int32_t thread;    /* serving thread, [0, n_threads); -1 on a worker */
    int32_t worker;    /* worker, [0, n_workers); -1 on a serving thread */
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

/* A body that is made in pieces while it is sent: the next piece when the client has taken the one
 * before, so that a download holds one piece in memory however long it is. */
typedef struct {
    /* Append the next piece to `piece`, which is empty; nothing appended: that was all. Called on
     * worker threads, one call at a time. After an error, or other than n_bytes in all, the
     * connection is closed in the middle of the body, by which the client knows. */
    mote_status (*next)(void *arg, mote_buf *piece, mote_err *err);
    void (*release)(void *arg); /* once, whatever happens; on any thread */
    void *arg;
    int64_t n_bytes; /* in all; -1: not known beforehand */
} mote_http_pull;

/* What the handler fills. It comes empty: 200, application/json, no body. */
typedef struct {
    int32_t code;
    const char *content_type; /* static or in rq->arena */
    mote_buf *headers;        /* further whole lines "Name: value\r\n" */
    mote_buf *body;
    mote_http_pull pull; /* instead of body when it has `next` */
    bool close;          /* close the connection after this reply */
} mote_http_reply;

void mote_http_pull_release(mote_http_pull *p); /* and forget it; an empty one is fine */

/* Make the reply {"error": "<text>"} with this code; what it held is dropped. */
MOTE_PRINTF(3, 4)
void mote_http_reply_error(mote_http_reply *rp, int32_t code, const char *fmt, ...);
/* The same from an error object: the code of its status. */
void mote_http_reply_err(mote_http_reply *rp, const mote_err *err);

/* Called on the serving thread. Return false to be called again, with rq->thread -1, on a worker,
 * where it may wait for files; there the return value does not matter. */
typedef bool mote_http_handler(void *arg, const mote_http_request *rq, mote_http_reply *rp);

#endif
