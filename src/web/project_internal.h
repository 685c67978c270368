/* SPDX-License-Identifier: Apache-2.0 */
/* What the project_*.c files share. */
#ifndef MOTE_WEB_PROJECT_INTERNAL_H
#define MOTE_WEB_PROJECT_INTERNAL_H

#include "base/file.h"
#include "base/json.h"
#include "store/store.h"
#include "web/http.h"
#include "web/project_api.h"

struct mote_project_api {
    char dir[1024];
    bool is_local; /* only this machine can reach the server */
    /* One for each worker, opened when it needs one first: a handle is for one thread. */
    mote_store *stores[MOTE_HTTP_MAX_THREADS];
};

/* The open store of the worker that this runs on. Borrowed. */
MOTE_MUST_USE mote_status mote_project_api_store(mote_project_api *p, const mote_http_request *rq,
                                                 mote_store **out, mote_err *err);

/* The same, and nobody else writes to the project meanwhile: as commands that write do it. */
MOTE_MUST_USE mote_status mote_project_api_open_to_write(mote_project_api *p,
                                                         const mote_http_request *rq,
                                                         mote_store **out, mote_lock *lock,
                                                         mote_err *err);

/* The document, or the error; takes `j`. */
void mote_project_api_reply(mote_http_reply *rp, mote_status st, json_t *j, mote_err *err);

#define ROUTE(id, method, pattern, flags) mote_route_handler mote_project_api_##id;
#include "web/project_routes.def"
#undef ROUTE

#endif
