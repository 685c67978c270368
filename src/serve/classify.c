/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a recording. */
#include "serve/classify.h"

#include <string.h>

#include "base/json_pull.h"

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
        return mote_fail(err, MOTE_ARG, "model '%s' takes tensors, not sound", s->name);
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

/* ---- sound from outside ---- */

/* The rate that a WAV file with a leading "fmt " chunk states; 0 otherwise. Lets a wrong rate be
 * refused before the recording is decoded and resampled for nothing. */
static uint32_t stated_rate(const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    if (n < 28 || memcmp(b, "RIFF", 4) != 0 || memcmp(b + 8, "WAVEfmt ", 8) != 0)
        return 0;
    return (uint32_t)b[24] | (uint32_t)b[25] << 8 | (uint32_t)b[26] << 16 | (uint32_t)b[27] << 24;
}

static mote_status fail_rate(const mote_served *s, const char *what, int64_t rate_hz, mote_err *err)
{
    return mote_fail(err, MOTE_ARG,
                     "%s has %lld samples a second, model '%s' hears %d: convert it, or allow "
                     "resampling (?resample=1, --resample)",
                     what, (long long)rate_hz, s->name, (int)s->rate_hz);
}

mote_status mote_sound_decode(const void *bytes, size_t n, const mote_served *s,
                              const mote_sound_config *cfg, mote_audio *out, mote_err *err)
{
    if (s->clip_samples == 0)
        return mote_fail(err, MOTE_ARG, "model '%s' takes tensors, not sound", s->name);
    if (n == 0)
        return mote_fail(err, MOTE_ARG, "%s is empty: a recording is needed", cfg->what);
    uint32_t stated = stated_rate(bytes, n);
    if (stated && stated != (uint32_t)s->rate_hz && !cfg->may_resample)
        return fail_rate(s, cfg->what, stated, err);
    mote_audio_config ac = {.rate_hz = s->rate_hz,
                            .max_bytes = n,
                            .max_ms = cfg->max_ms,
                            .wav_only = cfg->wav_only};
    mote_audio audio;
    MOTE_TRY(mote_audio_decode(bytes, n, cfg->what, &ac, &audio, err));
    if (audio.source.rate_hz != s->rate_hz && !cfg->may_resample) {
        mote_audio_release(&audio);
        return fail_rate(s, cfg->what, audio.source.rate_hz, err);
    }
    *out = audio;
    return MOTE_OK;
}

/* ---- the answer ---- */

static void add_str(mote_buf *b, const char *s)
{
    mote_buf_json_str(b, s, strlen(s));
}

static void add_window(mote_buf *b, const mote_served *s, const mote_classify_window *w)
{
    mote_buf_str(b, "\"label\":");
    add_str(b, mote_model_label(s->model, w->class_id));
    mote_buf_str(b, ",\"probabilities\":{");
    for (int32_t i = 0; i < s->n_labels; i++) {
        if (i)
            mote_buf_char(b, ',');
        add_str(b, mote_model_label(s->model, i));
        mote_buf_char(b, ':');
        mote_json_add_f32s(b, &w->probabilities[i], 1);
    }
    mote_buf_printf(b, "},\"detected\":%s,\"start_ms\":%lld", w->is_detected ? "true" : "false",
                    (long long)(s->rate_hz ? w->start * 1000 / s->rate_hz : 0));
}

void mote_classify_json(const mote_served *s, const mote_classification *c, bool all_windows,
                        int64_t latency_us, mote_buf *b)
{
    mote_buf_char(b, '{');
    add_window(b, s, &c->best);
    mote_buf_str(b, ",\"model\":{\"name\":");
    add_str(b, s->name);
    mote_buf_str(b, ",\"version\":");
    add_str(b, s->version);
    mote_buf_printf(b, "},\"n_windows\":%zu,\"latency_us\":%lld", c->n_windows,
                    (long long)latency_us);
    if (all_windows) {
        mote_buf_str(b, ",\"windows\":[");
        for (size_t i = 0; i < c->n_windows; i++) {
            mote_buf_str(b, i ? ",{" : "{");
            add_window(b, s, &c->windows[i]);
            mote_buf_char(b, '}');
        }
        mote_buf_char(b, ']');
    }
    mote_buf_char(b, '}');
}
