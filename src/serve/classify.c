/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a recording. */
#include "serve/classify.h"

#include <string.h>

static size_t hop_samples(const mote_served *s)
{
    int64_t hop = (int64_t)mote_model_operating_point(s->model)->hop_ms * s->rate_hz / 1000;
    int64_t least = s->clip_samples / 10;
    return (size_t)(hop > least ? hop : least > 0 ? least : 1);
}

/* How much this window speaks for a keyword. */
static float keyword_probability(const mote_served *s, const float *p)
{
    const mote_operating_point *op = mote_model_operating_point(s->model);
    float best = -1.0f, any = 0.0f;
    for (int32_t i = 0; i < s->n_labels; i++) {
        if (op->thresholds[i] > 0 && p[i] > best)
            best = p[i];
        if (p[i] > any)
            any = p[i];
    }
    return best >= 0 ? best : any;
}

static mote_status window_at(mote_infer *t, const mote_served *s, const mote_infer_input *in,
                             bool is_answer, mote_arena *a, mote_classify_window *out,
                             mote_err *err)
{
    mote_prediction p;
    MOTE_TRY(is_answer ? mote_infer_run(t, s, in, &p, err) : mote_infer_try(t, s, in, &p, err));
    float *probabilities = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)s->n_labels, sizeof *probabilities, &probabilities, err));
    memcpy(probabilities, p.probabilities, (size_t)s->n_labels * sizeof *probabilities);
    float threshold = mote_model_operating_point(s->model)->thresholds[p.class_id];
    out->class_id = p.class_id;
    out->probabilities = probabilities;
    out->is_detected = threshold > 0 && probabilities[p.class_id] >= threshold;
    return MOTE_OK;
}

static mote_status pad(const int16_t *pcm, size_t n, size_t clip, mote_arena *a,
                       const int16_t **out, mote_err *err)
{
    int16_t *padded = NULL;
    MOTE_TRY(mote_arena_take(a, clip, sizeof *padded, &padded, err));
    memcpy(padded + (clip - n) / 2, pcm, n * sizeof *pcm);
    *out = padded;
    return MOTE_OK;
}

mote_status mote_classify(mote_infer *t, const mote_served *s, const int16_t *pcm, size_t n,
                          const mote_infer_input *in, mote_arena *a, mote_classification *out,
                          mote_err *err)
{
    size_t clip = (size_t)s->clip_samples;
    if (clip == 0)
        return mote_fail(err, MOTE_ARG,
                         "model '%s' takes tensors, not sound: use /v2/models/%s/infer", s->name,
                         s->name);
    int64_t start_ns = mote_infer_now_ns(), first = 0;
    if (n < clip) {
        first = -(int64_t)((clip - n) / 2);
        MOTE_TRY(pad(pcm, n, clip, a, &pcm, err));
        n = clip;
    }
    size_t hop = hop_samples(s), n_windows = 1 + (n - clip + hop - 1) / hop;
    if (n_windows > MOTE_CLASSIFY_MAX_WINDOWS)
        return mote_fail(err, MOTE_LIMIT, "the recording has %zu windows, more than %d", n_windows,
                         MOTE_CLASSIFY_MAX_WINDOWS);
    mote_classify_window *w = NULL;
    MOTE_TRY(mote_arena_take(a, n_windows, sizeof *w, &w, err));
    mote_infer_input one = *in;
    one.tensor = NULL;
    one.n = clip;
    size_t best = 0;
    for (size_t i = 0; i < n_windows; i++) {
        size_t at = i * hop + clip <= n ? i * hop : n - clip;
        one.pcm = pcm + at;
        w[i].start = first + (int64_t)at;
        MOTE_TRY(window_at(t, s, &one, n_windows == 1, a, &w[i], err));
        if (keyword_probability(s, w[i].probabilities) >
            keyword_probability(s, w[best].probabilities))
            best = i;
    }
    if (n_windows > 1) { /* once more, now told to the observer and the log */
        one.pcm = pcm + w[best].start;
        MOTE_TRY(window_at(t, s, &one, true, a, &w[best], err));
    }
    *out = (mote_classification){.best = w[best],
                                 .windows = w,
                                 .n_windows = n_windows,
                                 .infer_ns = mote_infer_now_ns() - start_ns};
    return MOTE_OK;
}
