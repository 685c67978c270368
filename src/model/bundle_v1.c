/* SPDX-License-Identifier: Apache-2.0 */
/* What bundles of the first version said in other words: labels, a clip's samples, the settings of
 * the front end of sound, an operating point. Labels that begin with '_' never trigger. */
#include <string.h>

#include "model/bundle_internal.h"

#define WHAT             "model.json"
#define MAX_CLIP_SAMPLES (1 << 24)

static mote_status read_labels(const json_t *j, mote_signature *s, mote_err *err)
{
    json_t *labels = NULL;
    MOTE_TRY(mote_json_get_arr(j, WHAT, "labels", &labels, err));
    size_t n = json_array_size(labels);
    if (n < 1 || n > MOTE_MODEL_MAX_LABELS)
        return mote_fail(err, MOTE_PARSE, WHAT ": 1 to %d labels are possible, not %zu",
                         MOTE_MODEL_MAX_LABELS, n);
    for (size_t i = 0; i < n; i++) {
        s->labels[i] = json_string_value(json_array_get(labels, i));
        if (!s->labels[i] || strlen(s->labels[i]) >= MOTE_LABEL_BYTES)
            return mote_fail(err, MOTE_PARSE, WHAT ": label %zu is not a short text", i);
        if (s->labels[i][0] != '_')
            s->events |= (uint64_t)1 << i;
    }
    s->n_labels = s->n_outputs = (int32_t)n;
    return MOTE_OK;
}

/* The graph's input without its batch dimension. */
static void take_shape(const mote_tensor *t, mote_shape *out)
{
    int32_t skip = t->n_dims > 1 && t->dims[0] == 1 ? 1 : 0;
    *out = (mote_shape){.dtype = MOTE_F32, .n_dims = t->n_dims - skip};
    for (int32_t i = 0; i < out->n_dims; i++)
        out->dims[i] = t->dims[i + skip];
}

static mote_status read_front(const json_t *j, const mote_tensor *input, mote_bundle_words *w,
                              mote_err *err)
{
    int64_t clip = 0;
    json_t *f = NULL;
    mote_signature *s = &w->signature;
    mote_frontend_pace pace = {.rate_hz = 0};
    MOTE_TRY(mote_json_get_i64(j, WHAT, "clip_samples", (mote_i64_range){0, MAX_CLIP_SAMPLES},
                               &clip, err));
    w->frontend = mote_frontend_none();
    s->input = MOTE_N_INPUTS;
    take_shape(input, &s->sample);
    if (clip == 0)
        return MOTE_OK;
    MOTE_TRY(mote_json_get_obj(j, WHAT, "features", &f, err));
    MOTE_TRY(mote_frontend_from_json(f, WHAT ": features", &w->frontend, err));
    s->sample = (mote_shape){.dtype = MOTE_I16, .n_dims = 1, .dims = {(int32_t)clip}};
    if (!mote_frontend_input(&w->frontend, &s->input) ||
        !mote_frontend_pace_of(&w->frontend, &s->sample, &pace))
        return mote_fail(err, MOTE_PARSE, WHAT ": its front end does not go over time");
    s->rate_hz = pace.rate_hz;
    return MOTE_OK;
}

mote_status mote_bundle_read_v1(const json_t *document, const mote_tensor *input,
                                mote_bundle_words *out, mote_err *err)
{
    mote_bundle_words w = {.signature = {.answer = MOTE_ANSWER_CLASS}};
    MOTE_TRY(read_labels(document, &w.signature, err));
    MOTE_TRY(read_front(document, input, &w, err));
    w.decision = mote_decision_default(&w.signature);
    const json_t *op = json_object_get(document, "operating_point");
    if (op) {
        mote_status st =
            mote_operating_point_from_json(op, w.signature.n_labels, &w.decision.op, err);
        if (st != MOTE_OK)
            return mote_wrap(err, st, WHAT);
    }
    *out = w;
    return MOTE_OK;
}
