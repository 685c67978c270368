/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: a table of method and path pattern, matched segment by segment.
 *
 * Depends on web/exchange.h. Used by web/app.h and the files that hold a table. */
#ifndef MOTE_WEB_ROUTE_H
#define MOTE_WEB_ROUTE_H

#include "web/exchange.h"

#define MOTE_ROUTE_MAX_PARAMS 4

/* context: of the app (web/app.h); params: the percent-decoded segments that stood for {..}, in
 * order; borrowed like rq. */
typedef void mote_route_handler(void *context, const mote_http_request *rq,
                                const char *const *params, mote_http_reply *rp);

enum {
    MOTE_ROUTE_BLOCKS = 1u << 0,   /* may wait for files: runs on a worker, rq->thread is -1 */
    MOTE_ROUTE_CHANGES = 1u << 1,  /* changes something: not for pages of other sites */
    MOTE_ROUTE_CONVERTS = 1u << 2, /* takes long with ?resample: on a worker then */
};

typedef struct {
    mote_http_method method;
    const char *pattern; /* behind the app's prefix: "/v2/models/{m}/infer" */
    uint32_t flags;
    size_t inline_bytes; /* a longer body takes long: on a worker; 0: never */
    mote_route_handler *handler;
} mote_route;

typedef struct {
    const mote_route *route; /* NULL: none matched */
    uint32_t allowed;        /* 1u << method of every route with this path; 0: unknown path */
    const char *params[MOTE_ROUTE_MAX_PARAMS];
} mote_route_match;

/* Match the path behind its first `skip` bytes. HEAD finds the route of GET. One '/' at the end of
 * the path is ignored. A segment that does not decode matches nothing. */
void mote_route_find(const mote_route *table, size_t n, const mote_http_request *rq, size_t skip,
                     mote_route_match *out);

/* "GET, HEAD, OPTIONS" for the methods of `allowed`. */
void mote_route_allow(uint32_t allowed, char *out, size_t out_bytes);

#endif
