/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of predictions as JSON, see labels_body.h. */
#include "web/labels_body.h"

#include "base/json_pull.h"
#include "store/rows.h"

static mote_status read_label(mote_json_pull *in, mote_arena *a, mote_kept_label *out,
                              mote_err *err)
{
    *out = (mote_kept_label){.id = 0};
    MOTE_TRY(mote_pull_object(in, err));
    for (mote_slice key; mote_pull_member(in, &key);) {
        if (mote_slice_is(key, "id"))
            MOTE_TRY(mote_pull_i64(in, &out->id, err));
        else if (mote_slice_is(key, "request"))
            MOTE_TRY(mote_pull_string(in, a, &out->request, err));
        else if (mote_slice_is(key, "label"))
            MOTE_TRY(mote_pull_string(in, a, &out->label, err));
        else
            return mote_fail(err, MOTE_PARSE,
                             "'%.*s' says nothing of a kept input: id or request, and label do",
                             (int)(key.n < 40 ? key.n : 40), key.at);
    }
    if (!out->label || (out->id == 0) == !out->request)
        return mote_fail(err, MOTE_PARSE,
                         "a label is {\"id\": NUMBER or \"request\": TEXT, \"label\": TEXT}");
    return MOTE_OK;
}

static mote_status read_labels(mote_json_pull *in, mote_arena *a, mote_kept_labels *l,
                               mote_err *err)
{
    size_t room = 0;
    MOTE_TRY(mote_pull_array(in, err));
    *l = (mote_kept_labels){.n = 0};
    while (mote_pull_item(in)) {
        MOTE_TRY(mote_rows_room(a, &l->items, l->n, &room, sizeof *l->items, err));
        MOTE_TRY(read_label(in, a, &l->items[l->n], err));
        l->n++;
    }
    return MOTE_OK;
}

mote_status mote_labels_body_read(const mote_http_request *rq, mote_labels_route route,
                                  mote_labels_body *out, mote_err *err)
{
    mote_labels_body b = {.model = NULL};
    mote_json_pull in;
    const bool is_kept = route == MOTE_LABELS_OF_KEPT;
    mote_json_pull_init(&in, rq->body, rq->body_bytes);
    MOTE_TRY(mote_pull_object(&in, err));
    for (mote_slice key; mote_pull_member(&in, &key);) {
        if (mote_slice_is(key, "labels"))
            MOTE_TRY(read_labels(&in, rq->arena, &b.labels, err));
        else if (is_kept && mote_slice_is(key, "truths"))
            MOTE_TRY(mote_pull_bool(&in, &b.truths, err));
        else if (!is_kept && mote_slice_is(key, "model"))
            MOTE_TRY(mote_pull_string(&in, rq->arena, &b.model, err));
        else if (!is_kept && mote_slice_is(key, "close"))
            MOTE_TRY(mote_pull_bool(&in, &b.close, err));
        else
            return mote_fail(err, MOTE_PARSE, "'%.*s': the body is {\"labels\": [..]}%s",
                             (int)(key.n < 40 ? key.n : 40), key.at,
                             is_kept ? " or {\"truths\": true}"
                                     : ", with model and close if need be");
    }
    if (b.truths && b.labels.n > 0)
        return mote_fail(err, MOTE_PARSE, "labels, or truths that came: say one");
    *out = b;
    return mote_pull_end(&in, err);
}
