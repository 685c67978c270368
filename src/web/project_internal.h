/* SPDX-License-Identifier: Apache-2.0 */
/* What the project_*.c files share. */
#ifndef MOTE_WEB_PROJECT_INTERNAL_H
#define MOTE_WEB_PROJECT_INTERNAL_H

#include "base/file.h"
#include "base/json.h"
#include "store/store.h"
#include "web/http.h"
#include "web/project_api.h"

/* A judging that takes minutes, on a thread of its own (project_outside.c). */
typedef struct project_judging project_judging;

struct mote_project_api {
    char dir[1024];
    bool is_local; /* only this machine can reach the server */
    project_judging *judging;
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

/* A folder or file that a request names: relative to the project's folder and inside of it, and
 * none of its hidden ones. Whoever may ask need not be whom the server runs as, and must not read
 * the disk through it; what the owner has put (or linked) into the project's folder is the
 * project's. DENIED what leads out of it. *out lives as long as rq->arena. */
MOTE_MUST_USE mote_status mote_project_api_place(const mote_project_api *p,
                                                 const mote_http_request *rq, const char *path,
                                                 const char **out, mote_err *err);

/* ---- judging ---- */

MOTE_MUST_USE mote_status project_judging_create(const char *dir, project_judging **out,
                                                 mote_err *err);
void project_judging_destroy(project_judging *j); /* stops it; NULL is fine */

/* ---- pages for people (project_page.c) ---- */

/* Does whoever asks read HTML? The answer varies by it. */
bool mote_project_page_is_asked(const mote_http_request *rq, mote_http_reply *rp);
void mote_project_page_begin(mote_http_reply *rp, const char *title, const char *question);
void mote_project_page_end(mote_http_reply *rp);

#define ROUTE(id, method, pattern, flags) mote_route_handler mote_project_api_##id;
#include "web/project_routes.def"
#undef ROUTE

#endif
