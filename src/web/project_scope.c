/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of a project over HTTP: what `mote scope` asks and writes. */
#include "project/scope.h"
#include "web/project_internal.h"

static mote_status show(mote_project_api *p, const mote_http_request *rq, json_t **out,
                        mote_err *err)
{
    char *text = NULL;
    MOTE_TRY(mote_scope_load(p->dir, rq->arena, &text, err));
    return mote_scope_document(text, rq->arena, out, err);
}

void mote_project_api_scope(void *context, const mote_http_request *rq, const char *const *params,
                            mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    mote_status st = show(context, rq, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
}

/* The body is a JSON object from question to answer, which is YAML too. */
static mote_status answer(mote_project_api *p, const mote_http_request *rq, json_t **out,
                          mote_err *err)
{
    mote_scope_answers answers;
    char *before = NULL, *after = NULL;
    MOTE_TRY(mote_scope_read("body", rq->body, rq->body_bytes, rq->arena, &answers, err));
    MOTE_TRY(mote_scope_load(p->dir, rq->arena, &before, err));
    MOTE_TRY(mote_scope_apply(before, answers.items, answers.n, rq->arena, &after, err));
    MOTE_TRY(mote_scope_save(p->dir, before, after, rq->arena, err));
    return mote_scope_document(after, rq->arena, out, err);
}

void mote_project_api_scope_answer(void *context, const mote_http_request *rq,
                                   const char *const *params, mote_http_reply *rp)
{
    (void)params;
    mote_store *s = NULL;
    mote_err err = {0};
    mote_lock lock = {.fd = -1};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    mote_status st = mote_project_api_open_to_write(context, rq, &s, &lock, &err);
    if (st == MOTE_OK)
        st = answer(context, rq, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
}
