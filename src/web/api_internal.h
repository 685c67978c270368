/* SPDX-License-Identifier: Apache-2.0 */
/* What the api_*.c files share. */
#ifndef MOTE_WEB_API_INTERNAL_H
#define MOTE_WEB_API_INTERNAL_H

#include "base/json_write.h"
#include "serve/intake.h"
#include "web/api.h"

struct mote_api {
    mote_api_config cfg;
    char server_name[64];
    char version[32];
    mote_door door;
    mote_infer *infers[MOTE_HTTP_MAX_THREADS];
    mote_infer *workers[MOTE_HTTP_MAX_THREADS]; /* for requests on workers */
    const mote_http_server *http;
};

/* The inference object of the thread that this runs on. */
static inline mote_infer *mote_api_infer_of(const mote_api *api, const mote_http_request *rq)
{
    return rq->thread >= 0 ? api->infers[rq->thread] : api->workers[rq->worker];
}

#define ROUTE(id, method, pattern, flags, inline_bytes) mote_route_handler mote_api_##id;
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
void mote_api_page_write(const mote_api *api, const mote_http_request *rq, mote_http_reply *rp);

/* api_model.c: what a path names; on failure NULL and the reply is the error. The set is the
 * caller's to release. */
mote_served *mote_api_named(mote_api *api, const char *const *params, mote_model_set **set,
                            mote_http_reply *rp);
const char *mote_api_input_name(const mote_served *s); /* of the one input tensor */

/* Output tensors of a model of values that states intervals: "lower", "upper". */
#define MOTE_API_N_BOUNDS 2
extern const char mote_api_verdict[]; /* output of scores: is it an anomaly? */
extern const char *const mote_api_bounds[MOTE_API_N_BOUNDS];

#endif
