/* SPDX-License-Identifier: Apache-2.0 */
/* What the api_*.c files share. */
#ifndef MOTE_WEB_API_INTERNAL_H
#define MOTE_WEB_API_INTERNAL_H

#include <pthread.h>

#include "base/json_write.h"
#include "web/api.h"

#define MOTE_API_WORKERS 4 /* as many as libuv's pool has threads unless told otherwise */

struct mote_api {
    mote_api_config cfg;
    char server_name[64];
    char version[32];
    mote_infer *infers[MOTE_SERVE_MAX_THREADS];
    mote_infer *workers[MOTE_API_WORKERS]; /* for requests on worker threads */
    bool is_busy[MOTE_API_WORKERS];
    int32_t n_workers;
    pthread_mutex_t lock; /* guards is_busy */
    pthread_cond_t is_free;
    bool has_lock;
    const mote_http_server *http;
};

/* The inference object of the thread that this runs on; give it back. Waits on a worker thread when
 * all are in use. */
mote_infer *mote_api_take_infer(mote_api *api, const mote_http_request *rq);
void mote_api_give_infer(mote_api *api, const mote_http_request *rq, mote_infer *t);

#define ROUTE(id, method, pattern, flags) mote_route_handler mote_api_##id;
/* A handler may serve several patterns: the same declaration again is fine in C. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wredundant-decls"
#include "web/routes.def"
#pragma GCC diagnostic pop
#undef ROUTE

/* Answer with the error; statuses that blame stored files or this program when the cause is in the
 * request's body (CORRUPT, UNSUPPORTED, PARSE, ...) become 4xx. */
void mote_api_bad_input(mote_http_reply *rp, const mote_err *err);

/* The consent of a request: *out is NULL when it gives none. PARSE when it is malformed. */
mote_status mote_api_consent(const mote_http_request *rq, mote_consent *storage,
                             const mote_consent **out, mote_err *err);

/* api_page.c: the page for people at '/'. */
void mote_api_page(const mote_api *api, const mote_http_request *rq, const mote_route *routes,
                   size_t n_routes, mote_http_reply *rp);

/* api_site.c: pages of other sites (Fetch standard, RFC 6454). */

/* May this request change something? False, and the refusal is in the reply, when a page of another
 * site may stand behind it: by Origin, Sec-Fetch-Site, Host, or a type of content that a page can
 * send without asking. */
bool mote_api_may_change(const mote_api *api, const mote_http_request *rq, mote_http_reply *rp);
/* Add what lets pages of the origins that the server knows read the answer (CORS). */
void mote_api_share(const mote_api *api, const mote_http_request *rq, uint32_t allowed,
                    mote_http_reply *rp);

/* api_model.c: what a path names; on failure NULL and the reply is the error. The set is the
 * caller's to release. */
mote_served *mote_api_named(mote_api *api, const char *const *params, mote_model_set **set,
                            mote_http_reply *rp);
const char *mote_api_input_name(const mote_served *s); /* of the one input tensor */

#endif
