/* SPDX-License-Identifier: Apache-2.0 */
/* Truths over HTTP: what `mote monitor --truths` joins (loop/truths.h). */
#include "base/clock.h"
#include "loop/truths.h"
#include "web/labels_body.h"
#include "web/project_internal.h"

#define JOIN_MAX_BYTES ((size_t)512 << 20)

static mote_status join(mote_project_api *p, const mote_http_request *rq, mote_lock *lock,
                        json_t **out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_labels_body body;
    mote_store *s = NULL;
    mote_project *project = NULL;
    mote_truths_model m;
    mote_truths t;
    mote_arena_init(&a, JOIN_MAX_BYTES);
    MOTE_TRY(mote_labels_body_read(rq, MOTE_LABELS_OF_TRUTHS, &body, err));
    MOTE_TRY(mote_project_load(p->dir, &a, &project, NULL, err));
    MOTE_TRY(mote_project_api_open_to_write(p, rq, &s, lock, err));
    MOTE_TRY(mote_truths_open(s, project, body.model, &a, &m, err));
    m.config.config.close_last = body.close;
    m.config.config.now_ms = mote_clock_wall_ms();
    mote_status st = mote_truths_join(s, &m.config, &body.labels, &a, &t, err);
    if (st == MOTE_OK)
        st = mote_truths_json(&m.config.config.watch, &t, out, err);
    mote_truths_close(&m);
    return st;
}

void mote_project_api_truths(void *context, const mote_http_request *rq, const char *const *params,
                             mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    mote_lock lock = {.fd = -1};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    mote_status st = join(context, rq, &lock, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
}
