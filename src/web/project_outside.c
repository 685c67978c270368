/* SPDX-License-Identifier: Apache-2.0 */
/* Judging outside of the project's own test over HTTP: what `mote evaluate --on, --stream and
 * --strangers` do (loop/outside.h).
 *
 * It takes minutes, so it is not the request that waits: a POST begins it on a thread of its own,
 * one at a time, with the project's lock as the command has it, and a GET says how far it is and
 * what was found last. */
#include "loop/outside.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "project/project.h"
#include "web/project_internal.h"
#include "web/report_internal.h"
#include "web/wish_body.h"

#define PLACE_BYTES 1024
#define PAGE_BYTES  ((size_t)64 << 20)

struct project_judging {
    const char *dir; /* of the project; borrowed */
    mote_cancel cancel;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    bool has_thread;       /* to be joined */
    bool runs;
    mote_lock lock; /* the project's, while it runs */
    mote_outside_wish wish;
    char place[2 * PLACE_BYTES], named[PLACE_BYTES], model[PLACE_BYTES]; /* what wish points to */
    int64_t started_ms, done, total;
    char note[200], failed[512]; /* failed: the last one, and why; "": it did not */
};

mote_status project_judging_create(const char *dir, project_judging **out, mote_err *err)
{
    project_judging *j = mote_alloc_zero(1, sizeof *j);
    if (!j)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the project's routes");
    j->dir = dir;
    j->lock.fd = -1;
    if (pthread_mutex_init(&j->mutex, NULL) != 0) {
        mote_free(j);
        return mote_fail(err, MOTE_NOMEM, "out of memory for the project's routes");
    }
    *out = j;
    return MOTE_OK;
}

void project_judging_destroy(project_judging *j)
{
    if (!j)
        return;
    atomic_store(&j->cancel.requested, 1);
    if (j->has_thread)
        (void)pthread_join(j->thread, NULL);
    pthread_mutex_destroy(&j->mutex);
    mote_free(j);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void tell(void *arg, int64_t done, int64_t total, const char *note)
{
    project_judging *j = arg;
    pthread_mutex_lock(&j->mutex);
    j->done = done;
    j->total = total;
    (void)mote_format(j->note, sizeof j->note, "%s", note);
    pthread_mutex_unlock(&j->mutex);
}

static void on_stage(void *arg, mote_stage_id stage, int64_t done, int64_t total, const char *note)
{
    (void)stage;
    tell(arg, done, total, note);
}

static mote_status judge(project_judging *j, mote_err *err)
{
    MOTE_SCOPED_STORE *store = NULL;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_JSON *found = NULL;
    mote_project *project = NULL;
    mote_pipeline *p = NULL;
    mote_stage_id last;
    mote_arena_init(&a, (size_t)64 << 20);
    MOTE_TRY(mote_store_open(j->dir, false, &store, err));
    MOTE_TRY(mote_project_load(j->dir, &a, &project, NULL, err));
    const mote_pipeline_config cfg = {.store = store,
                                      .project = project,
                                      .cancel = &j->cancel,
                                      .progress = on_stage,
                                      .progress_arg = j,
                                      .now_ms = mote_clock_wall_ms};
    MOTE_TRY(mote_pipeline_create(&cfg, &p, err));
    mote_status st = MOTE_OK;
    if (mote_outside_needs(&j->wish, &last))
        st = mote_pipeline_run(p, last, false, err);
    if (st == MOTE_OK)
        st = mote_outside_judge(p, &cfg, &j->wish, &found, err);
    mote_pipeline_destroy(p);
    return st;
}

static void *run(void *arg)
{
    project_judging *j = arg;
    mote_err err = {0};
    const mote_status st = judge(j, &err);
    pthread_mutex_lock(&j->mutex);
    (void)mote_format(j->failed, sizeof j->failed, "%s", st == MOTE_OK ? "" : err.text);
    mote_lock_release(&j->lock);
    j->lock.fd = -1;
    j->runs = false;
    pthread_mutex_unlock(&j->mutex);
    return NULL;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static mote_status set_wish(project_judging *j, const mote_project_api *p,
                            const mote_http_request *rq, const mote_wish_body *b, mote_err *err)
{
    const char *named = b->on ? b->on : b->hours ? b->hours : b->strangers, *place = named;
    if (!b->strangers)
        MOTE_TRY(mote_project_api_place(p, rq, named, &place, err));
    if (!mote_format(j->place, sizeof j->place, "%s", place) ||
        !mote_format(j->named, sizeof j->named, "%s", named) ||
        !mote_format(j->model, sizeof j->model, "%s", b->model ? b->model : ""))
        return mote_fail(err, MOTE_ARG, "a name in the request is longer than %d bytes",
                         PLACE_BYTES);
    j->wish = (mote_outside_wish){.kind = b->on      ? MOTE_OUTSIDE_FOLDER
                                          : b->hours ? MOTE_OUTSIDE_HOURS
                                                     : MOTE_OUTSIDE_STRANGERS,
                                  .place = j->place,
                                  .model = b->model ? j->model : NULL,
                                  .threshold = b->threshold,
                                  .progress = tell,
                                  .arg = j};
    return MOTE_OK;
}

/* With the mutex held. */
static mote_status begin(project_judging *j, mote_project_api *p, const mote_http_request *rq,
                         const mote_wish_body *b, mote_err *err)
{
    mote_store *s = NULL;
    mote_lock lock = {.fd = -1};
    if (j->runs)
        return mote_fail(err, MOTE_CONFLICT, "one judging is at work: %s %s",
                         mote_outside_name(j->wish.kind), j->named);
    if (j->has_thread)
        (void)pthread_join(j->thread, NULL); /* it has ended */
    j->has_thread = false;
    MOTE_TRY(set_wish(j, p, rq, b, err));
    MOTE_TRY(mote_project_api_open_to_write(p, rq, &s, &lock, err));
    atomic_store(&j->cancel.requested, 0);
    j->started_ms = mote_clock_wall_ms();
    j->done = j->total = 0;
    j->note[0] = j->failed[0] = '\0';
    j->lock = lock;
    j->runs = true;
    if (pthread_create(&j->thread, NULL, run, j) != 0) {
        j->runs = false;
        mote_lock_release(&lock);
        return mote_fail(err, MOTE_NOMEM, "no thread for the judging");
    }
    j->has_thread = true;
    return MOTE_OK;
}

/* What is at work, and how the last one failed; with the mutex held. */
static json_t *state_json(const project_judging *j)
{
    json_t *o = json_pack("{s:b}", "running", j->runs);
    if (j->runs || *j->failed) {
        json_object_set_new(o, "kind", json_string(mote_outside_name(j->wish.kind)));
        json_object_set_new(o, "place", mote_json_text(j->named));
        json_object_set_new(o, "started_ms", json_integer(j->started_ms));
    }
    if (j->runs) {
        json_object_set_new(o, "done", json_integer(j->done));
        json_object_set_new(o, "total", json_integer(j->total));
        json_object_set_new(o, "note", mote_json_text(j->note));
    } else if (*j->failed) {
        json_object_set_new(o, "error", mote_json_text(j->failed));
    }
    return o;
}

void mote_project_api_outside_judge(void *context, const mote_http_request *rq,
                                    const char *const *params, mote_http_reply *rp)
{
    (void)params;
    mote_project_api *p = context;
    project_judging *j = p->judging;
    mote_err err = {0};
    mote_wish_body body;
    (void)mote_json_was_refused();
    mote_status st = mote_wish_body_read(rq, MOTE_WISH_JUDGE, &body, &err);
    pthread_mutex_lock(&j->mutex);
    if (st == MOTE_OK)
        st = begin(j, p, rq, &body, &err);
    json_t *document = st == MOTE_OK ? state_json(j) : NULL;
    pthread_mutex_unlock(&j->mutex);
    mote_project_api_reply(rp, st, document, &err);
    if (st == MOTE_OK && rp->code == 200)
        rp->code = 202;
}

void mote_project_api_outside_stop(void *context, const mote_http_request *rq,
                                   const char *const *params, mote_http_reply *rp)
{
    (void)rq;
    (void)params;
    project_judging *j = ((mote_project_api *)context)->judging;
    mote_err err = {0};
    (void)mote_json_was_refused();
    pthread_mutex_lock(&j->mutex);
    atomic_store(&j->cancel.requested, 1);
    json_t *document = state_json(j);
    pthread_mutex_unlock(&j->mutex);
    mote_project_api_reply(rp, MOTE_OK, document, &err);
}

/* ---- what was found -------------------------------------------------------------------------- */

static mote_status write_page(const json_t *state, const json_t *kept, mote_http_reply *rp,
                              mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, PAGE_BYTES);
    mote_project_page_begin(rp, "Judged elsewhere",
                            "How does the model do where nobody trained or chose it: on other "
                            "recordings, in your own hours, with strangers?");
    if (json_is_true(json_object_get(state, "running"))) {
        mote_buf_str(rp->body, "<p class=says>At work: ");
        mote_buf_html(rp->body, report_text(state, "kind"));
        mote_buf_str(rp->body, ", ");
        mote_buf_html(rp->body, report_text(state, "place"));
        mote_buf_str(rp->body, "; ");
        mote_buf_html(rp->body, report_text(state, "note"));
        mote_buf_str(rp->body, "</p>\n");
    }
    if (*report_text(state, "error")) {
        mote_buf_str(rp->body, "<p class=says>The last one failed: ");
        mote_buf_html(rp->body, report_text(state, "error"));
        mote_buf_str(rp->body, "</p>\n");
    }
    if (json_array_size(kept) == 0)
        mote_buf_str(rp->body, "<div class=card>Nothing yet: <code>mote evaluate --on DIR</code>, "
                               "<code>--stream FOLDER</code> or <code>--strangers</code>.</div>\n");
    MOTE_TRY(report_outside_list(kept, &a, rp->body, err));
    mote_project_page_end(rp);
    return mote_buf_status(rp->body, err);
}

static mote_status show(mote_project_api *p, const mote_http_request *rq, mote_http_reply *rp,
                        json_t **out, mote_err *err)
{
    mote_store *s = NULL;
    MOTE_SCOPED_JSON *kept = NULL;
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_outside_kept(s, &kept, err));
    pthread_mutex_lock(&p->judging->mutex);
    MOTE_SCOPED_JSON *state = state_json(p->judging);
    pthread_mutex_unlock(&p->judging->mutex);
    if (mote_project_page_is_asked(rq, rp))
        return write_page(state, kept, rp, err);
    json_object_set(state, "kept", kept);
    *out = json_incref(state);
    return MOTE_OK;
}

void mote_project_api_outside(void *context, const mote_http_request *rq, const char *const *params,
                              mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    const mote_status st = show(context, rq, rp, &document, &err);
    if (st != MOTE_OK || rp->body->len == 0)
        mote_project_api_reply(rp, st, document, &err);
}
