/* SPDX-License-Identifier: Apache-2.0 */
/* POST a file, get a label. */
#include <string.h>

#include "serve/intake.h"
#include "web/api_internal.h"
#include "web/multipart.h"

static bool query_is_on(const mote_http_request *rq, const char *name)
{
    const char *value = mote_http_query_find(rq, name);
    return value && strcmp(value, "0") != 0;
}

/* The file in the body, which is the body itself or the one file of a form. */
static mote_status take_file(const mote_http_request *rq, mote_asked *asked, mote_err *err)
{
    const char *type = mote_http_header_find(rq, "content-type"), *bytes = rq->body;
    size_t n = rq->body_bytes;
    if (mote_multipart_is(type))
        MOTE_TRY(mote_multipart_file(type, rq->body, rq->body_bytes, &bytes, &n, err));
    asked->file.bytes = bytes;
    asked->file.n = n;
    return MOTE_OK;
}

static void count(mote_infer *t, const mote_served *s, bool ok, const mote_classification *c,
                  int64_t start_ns, int64_t done_ns)
{
    int64_t end_ns = mote_infer_now_ns();
    mote_infer_count(t, s,
                     &(mote_infer_cost){
                         .ok = ok,
                         .n = 1,
                         .request_ns = end_ns - start_ns,
                         .input_ns = done_ns - start_ns - c->infer_ns,
                         .infer_ns = c->infer_ns,
                         .output_ns = end_ns - done_ns,
                     });
}

static void classify(mote_api *api, mote_infer *t, const mote_http_request *rq,
                     const char *const *params, mote_http_reply *rp)
{
    const mote_served *s = NULL;
    mote_err err = {0};
    int64_t start_ns = mote_infer_now_ns();
    mote_status st = params[0] ? mote_infer_find(t, params[0], params[1], &s, &err)
                               : mote_infer_first(t, true, &s, &err);
    if (st != MOTE_OK) {
        mote_http_reply_err(rp, &err);
        return;
    }
    mote_consent storage;
    mote_asked asked = {.s = s,
                        .file = {.name = "the request's body"},
                        .may_convert = query_is_on(rq, "resample"),
                        .from_strangers = true,
                        .max_ms = api->cfg.max_clip_ms,
                        .is_label_only = query_is_on(rq, "label_only"),
                        .request_id = mote_http_header_find(rq, "x-request-id")};
    mote_classification c = {0};
    st = mote_api_consent(rq, &storage, &asked.consent, &err);
    if (st == MOTE_OK)
        st = take_file(rq, &asked, &err);
    if (st == MOTE_OK)
        st = mote_classify(t, &asked, rq->arena, &c, &err);
    int64_t done_ns = mote_infer_now_ns();
    if (st == MOTE_OK)
        mote_classify_json(s, &c, query_is_on(rq, "windows"), (done_ns - start_ns) / 1000,
                           rp->body);
    else
        mote_api_bad_input(rp, &err);
    count(t, s, st == MOTE_OK, &c, start_ns, done_ns);
}

void mote_api_classify(void *context, const mote_http_request *rq, const char *const *params,
                       mote_http_reply *rp)
{
    mote_api *api = context;
    classify(api, mote_api_infer_of(api, rq), rq, params, rp);
}
