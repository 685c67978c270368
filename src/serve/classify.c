/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a recording. */
#include "serve/classify.h"

#include <string.h>

#include "base/json_write.h"

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

/* The samples of a window that may reach over the recording's ends, zeros there. */
static mote_status window_pcm(const mote_sound *sound, int64_t start, size_t clip, mote_arena *a,
                              const int16_t **out, mote_err *err)
{
    int64_t n = (int64_t)sound->n, from = start < 0 ? 0 : start, to = start + (int64_t)clip;
    int16_t *padded = NULL;
    if (from == start && to <= n) {
        *out = sound->pcm + start;
        return MOTE_OK;
    }
    to = to < n ? to : n;
    MOTE_TRY(mote_arena_take(a, clip, sizeof *padded, &padded, err));
    if (to > from)
        memcpy(padded + (from - start), sound->pcm + from, (size_t)(to - from) * sizeof *padded);
    *out = padded;
    return MOTE_OK;
}

/* The window of the answer: one prediction, told to the observer and the log. *output is its int8
 * output, in `a`. */
static mote_status answer_window(mote_infer *t, const mote_served *s, const mote_sound *sound,
                                 int64_t start, mote_arena *a, mote_classify_window *out,
                                 const int8_t **output, mote_err *err)
{
    size_t n_labels = (size_t)s->n_labels;
    mote_infer_input in = {
        .n = (size_t)s->clip_samples, .request_id = sound->request_id, .consent = sound->consent};
    mote_prediction p;
    float *probabilities = NULL;
    int8_t *copy = NULL;
    MOTE_TRY(window_pcm(sound, start, in.n, a, &in.pcm, err));
    MOTE_TRY(mote_infer_run(t, s, &in, &p, err));
    MOTE_TRY(mote_arena_take(a, n_labels, sizeof *probabilities, &probabilities, err));
    MOTE_TRY(mote_arena_take(a, n_labels, 1, &copy, err));
    memcpy(probabilities, p.probabilities, n_labels * sizeof *probabilities);
    memcpy(copy, p.out, n_labels);
    *out = (mote_classify_window){
        .start = start, .class_id = p.class_id, .probabilities = probabilities};
    *output = copy;
    return MOTE_OK;
}

/* The windows inside the recording, from the outputs that were heard; *best: index of the one in
 * which a keyword is most probable. */
static mote_status windows_of(const mote_served *s, const mote_hearing *h, mote_arena *a,
                              mote_classify_window **out, size_t *best, mote_err *err)
{
    const mote_graph *g = mote_model_graph_s8(s->model);
    size_t n_labels = (size_t)s->n_labels;
    float *p = NULL, temperature = mote_model_operating_point(s->model)->temperature;
    mote_classify_window *w = NULL;
    MOTE_TRY(mote_arena_take(a, h->n_inside, sizeof *w, &w, err));
    MOTE_TRY(mote_arena_take(a, h->n_inside * n_labels, sizeof *p, &p, err));
    *best = 0;
    for (size_t i = 0; i < h->n_inside; i++, p += n_labels) {
        const int8_t *q = h->outputs + (h->inside + i) * n_labels;
        mote_model_probabilities(q, &g->tensors[g->output].quant, s->n_labels, temperature, p);
        int32_t class_id = 0;
        for (int32_t k = 1; k < s->n_labels; k++)
            class_id = q[k] > q[class_id] ? k : class_id;
        w[i] = (mote_classify_window){.start = h->first + (int64_t)(h->inside + i) * h->hop,
                                      .class_id = class_id,
                                      .probabilities = p};
        if (keyword_probability(s, p) > keyword_probability(s, w[*best].probabilities))
            *best = i;
    }
    *out = w;
    return MOTE_OK;
}

/* One window holds all of it: that is the answer, and known when the device listens. */
static mote_status classify_short(mote_infer *t, const mote_served *s, const mote_sound *sound,
                                  mote_arena *a, mote_classification *out, mote_err *err)
{
    const int8_t *output = NULL;
    mote_hearing h = {.n_run = 0};
    int64_t start = -(((int64_t)s->clip_samples - (int64_t)sound->n) / 2);
    mote_classify_window *w = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *w, &w, err));
    MOTE_TRY(answer_window(t, s, sound, start, a, w, &output, err));
    mote_hear_config cfg = {.mode = MOTE_HEAR_DETECTIONS, .inside = output};
    if (!sound->is_label_only)
        MOTE_TRY(mote_infer_hear(t, s, sound->pcm, sound->n, &cfg, a, &h, err));
    *out = (mote_classification){.best = *w,
                                 .windows = w,
                                 .n_windows = 1,
                                 .detections = h.items,
                                 .n_detections = h.n,
                                 .n_run = h.n_run + 1};
    return MOTE_OK;
}

static mote_status classify_long(mote_infer *t, const mote_served *s, const mote_sound *sound,
                                 mote_arena *a, mote_classification *out, mote_err *err)
{
    mote_hear_config cfg = {.mode =
                                sound->is_label_only ? MOTE_HEAR_INSIDE_ONLY : MOTE_HEAR_INSIDE};
    mote_hearing h;
    mote_classify_window *w = NULL;
    size_t best = 0;
    const int8_t *output = NULL;
    MOTE_TRY(mote_infer_hear(t, s, sound->pcm, sound->n, &cfg, a, &h, err));
    MOTE_TRY(windows_of(s, &h, a, &w, &best, err));
    MOTE_TRY(answer_window(t, s, sound, w[best].start, a, &w[best], &output, err));
    *out = (mote_classification){.best = w[best],
                                 .windows = w,
                                 .n_windows = h.n_inside,
                                 .detections = h.items,
                                 .n_detections = h.n,
                                 .n_run = h.n_run + 1};
    return MOTE_OK;
}

mote_status mote_classify(mote_infer *t, const mote_served *s, const mote_sound *sound,
                          mote_arena *a, mote_classification *out, mote_err *err)
{
    if (s->clip_samples == 0)
        return mote_fail(err, MOTE_ARG, "model '%s' takes tensors, not sound", s->name);
    int64_t start_ns = mote_infer_now_ns();
    mote_classification c;
    MOTE_TRY(sound->n <= (size_t)s->clip_samples ? classify_short(t, s, sound, a, &c, err)
                                                 : classify_long(t, s, sound, a, &c, err));
    c.is_label_only = sound->is_label_only;
    c.infer_ns = mote_infer_now_ns() - start_ns;
    *out = c;
    return MOTE_OK;
}

mote_status mote_classify_tensor(mote_infer *t, const mote_served *s, const float *values, size_t n,
                                 mote_arena *a, mote_classification *out, mote_err *err)
{
    mote_infer_input in = {.tensor = values, .n = n};
    mote_prediction p;
    float *probabilities = NULL;
    mote_heard *hit = NULL;
    mote_classify_window *w = NULL;
    int64_t start_ns = mote_infer_now_ns();
    MOTE_TRY(mote_infer_run(t, s, &in, &p, err));
    MOTE_TRY(mote_arena_take(a, (size_t)s->n_labels, sizeof *probabilities, &probabilities, err));
    MOTE_TRY(mote_arena_take(a, 1, sizeof *hit, &hit, err));
    MOTE_TRY(mote_arena_take(a, 1, sizeof *w, &w, err));
    memcpy(probabilities, p.probabilities, (size_t)s->n_labels * sizeof *probabilities);
    bool is_hit = mote_hear_tensor(s->model, p.out, hit);
    *w = (mote_classify_window){.class_id = p.class_id, .probabilities = probabilities};
    *out = (mote_classification){.best = *w,
                                 .windows = w,
                                 .n_windows = 1,
                                 .detections = hit,
                                 .n_detections = is_hit,
                                 .n_run = 1,
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
    mote_audio_config ac = {
        .rate_hz = s->rate_hz, .max_bytes = n, .max_ms = cfg->max_ms, .wav_only = cfg->wav_only};
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

static int64_t ms_of(const mote_served *s, int64_t samples)
{
    return s->rate_hz ? samples * 1000 / s->rate_hz : 0;
}

static void add_window(mote_json_out *w, const mote_served *s, const mote_classify_window *x)
{
    mote_out_str(w, "label", mote_model_label(s->model, x->class_id));
    mote_out_object(w, "probabilities");
    for (int32_t i = 0; i < s->n_labels; i++)
        mote_out_f32(w, mote_model_label(s->model, i), x->probabilities[i]);
    mote_out_end(w);
    mote_out_i64(w, "start_ms", ms_of(s, x->start));
}

static void add_detections(mote_json_out *w, const mote_served *s, const mote_classification *c)
{
    if (c->is_label_only) {
        mote_out_null(w, "detected");
        return;
    }
    mote_out_bool(w, "detected", c->n_detections > 0);
    mote_out_array(w, "detections");
    for (size_t i = 0; i < c->n_detections; i++) {
        const mote_heard *d = &c->detections[i];
        mote_out_object(w, NULL);
        mote_out_str(w, "label", mote_model_label(s->model, d->class_id));
        mote_out_i64(w, "at_ms", ms_of(s, d->at));
        mote_out_f32(w, "score", (float)d->average_q16 / 65536.0f);
        mote_out_end(w);
    }
    mote_out_end(w);
}

void mote_classify_json(const mote_served *s, const mote_classification *c, bool all_windows,
                        int64_t latency_us, mote_buf *b)
{
    mote_json_out w;
    mote_out_begin(&w, b);
    mote_out_object(&w, NULL);
    add_window(&w, s, &c->best);
    add_detections(&w, s, c);
    mote_out_object(&w, "model");
    mote_out_str(&w, "name", s->name);
    mote_out_str(&w, "version", s->version);
    mote_out_end(&w);
    mote_out_u64(&w, "n_windows", c->n_windows);
    mote_out_i64(&w, "latency_us", latency_us);
    if (all_windows) {
        mote_out_array(&w, "windows");
        for (size_t i = 0; i < c->n_windows; i++) {
            mote_out_object(&w, NULL);
            add_window(&w, s, &c->windows[i]);
            mote_out_end(&w);
        }
        mote_out_end(&w);
    }
    mote_out_end(&w);
    mote_out_finish(&w);
}
