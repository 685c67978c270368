/* SPDX-License-Identifier: Apache-2.0 */
/* Threads for what may wait: files, the database, long bodies. Each has a number, so that a handler
 * can keep something of its own for each (a predictor, an open store) and needs no lock for it.
 *
 * Private to web/http*.c. Depends on base/, libuv (threads). */
#ifndef MOTE_WEB_HTTP_WORKERS_H
#define MOTE_WEB_HTTP_WORKERS_H

#include <stdint.h>

#include "base/status.h"

typedef struct http_workers http_workers;
typedef struct http_job http_job;

/* One piece of work; whoever starts it keeps it until `done`. */
struct http_job {
    void (*run)(http_job *job, int32_t worker); /* on worker [0, n) */
    void (*done)(http_job *job);                /* on the loop that it came from */
    void (*give_back)(void *loop,
                      http_job *job); /* on the worker: have `done` called on the loop */
    void *loop;
    http_job *next; /* in the queue, or in the loop's list of what is done */
};

/* on_tick: NULL, or called a few times a second on each worker that has nothing to do. */
MOTE_MUST_USE mote_status http_workers_create(int32_t n, void (*on_tick)(void *arg, int32_t worker),
                                              void *arg, http_workers **out, mote_err *err);
void http_workers_destroy(http_workers *w); /* when all jobs are done; NULL is fine */

void http_workers_start(http_workers *w, http_job *job); /* any thread; first come, first served */

#endif
