/* SPDX-License-Identifier: Apache-2.0 */
/* Kept inputs over HTTP: what `mote data kept` lists and `mote data label` takes (loop/kept.h). */
#include <string.h>

#include "base/clock.h"
#include "loop/kept.h"
#include "web/labels_body.h"
#include "web/project_internal.h"

#define LIST_MAX_BYTES  ((size_t)256 << 20)
#define INPUT_MAX_BYTES ((size_t)256 << 20)
#define MOST_LISTED     1000

static bool is_asked(const mote_http_request *rq, const char *name)
{
    const char *text = mote_http_query_find(rq, name);
    return text && strcmp(text, "0") != 0;
}

/* ---- the list -------------------------------------------------------------------------------- */

static mote_status list_kept(mote_project_api *p, const mote_http_request *rq, json_t **out,
                             mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_store *s = NULL;
    mote_kept_list list;
    const char *limit = mote_http_query_find(rq, "limit");
    mote_kept_wish wish = {.model = mote_http_query_find(rq, "model"),
                           .with_taken = is_asked(rq, "all"),
                           .least_sure = is_asked(rq, "unsure"),
                           .limit = 20};
    mote_arena_init(&a, LIST_MAX_BYTES);
    if (limit && (!mote_parse_i64(limit, strlen(limit), &wish.limit) || wish.limit < 1 ||
                  wish.limit > MOST_LISTED))
        return mote_fail(err, MOTE_ARG, "limit '%.40s': the range is 1 to %d", limit, MOST_LISTED);
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_kept_find(s, &wish, &a, &list, err));
    return mote_kept_json(&list, out, err);
}

void mote_project_api_kept(void *context, const mote_http_request *rq, const char *const *params,
                           mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    mote_status st = list_kept(context, rq, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
}

/* ---- one of them ----------------------------------------------------------------------------- */

static mote_status get_input(mote_project_api *p, const mote_http_request *rq, const char *number,
                             mote_http_reply *rp, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_store *s = NULL;
    int64_t id = 0;
    if (!mote_parse_i64(number, strlen(number), &id))
        return mote_fail(err, MOTE_NOT_FOUND, "'%.40s' is no number of a prediction", number);
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_predlog_input(s, id, INPUT_MAX_BYTES, &bytes, &n, err));
    mote_buf_add(rp->body, bytes, n);
    return mote_buf_status(rp->body, err);
}

void mote_project_api_kept_input(void *context, const mote_http_request *rq,
                                 const char *const *params, mote_http_reply *rp)
{
    mote_err err = {0};
    rp->content_type = "application/octet-stream";
    if (get_input(context, rq, params[0], rp, &err) != MOTE_OK)
        mote_http_reply_err(rp, &err);
}

/* ---- what is true of them -------------------------------------------------------------------- */

static mote_status take(mote_project_api *p, const mote_http_request *rq, mote_lock *lock,
                        json_t **out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_labels_body body;
    mote_store *s = NULL;
    mote_project *project = NULL;
    mote_kept_report r = {0};
    mote_arena_init(&a, LIST_MAX_BYTES);
    MOTE_TRY(mote_labels_body_read(rq, MOTE_LABELS_OF_KEPT, &body, err));
    MOTE_TRY(mote_project_load(p->dir, &a, &project, NULL, err));
    MOTE_TRY(mote_project_api_open_to_write(p, rq, &s, lock, err));
    if (body.truths)
        MOTE_TRY(mote_kept_true(s, &a, &body.labels, err));
    const mote_kept_taking how = {project, "http", mote_clock_wall_ms()};
    MOTE_TRY(mote_kept_take(s, &how, &body.labels, &a, &r, err));
    return mote_kept_report_json(&r, out, err);
}

void mote_project_api_kept_label(void *context, const mote_http_request *rq,
                                 const char *const *params, mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    mote_lock lock = {.fd = -1};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    mote_status st = take(context, rq, &lock, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
}
