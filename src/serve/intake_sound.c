/* SPDX-License-Identifier: Apache-2.0 */
/* A model that hears: windows of a recording, and recordings from outside. */
#include "serve/intake_sound.h"

#include <string.h>

#include "data/kind_audio.h"
#include "model/alarms.h"
#include "serve/intake.h"

/* Samples of one window. */
static size_t clip_of(const mote_served *s)
{
    return (size_t)s->sample.dims[0];
}

static mote_status need_ears(const mote_served *s, mote_err *err)
{
    if (s->intake == &mote_intake_sound)
        return MOTE_OK;
    return mote_fail(err, MOTE_ARG, "model '%s' takes tensors, not sound", s->name);
}

/* The samples of a window that may reach over the recording's ends, zeros there. */
static mote_status window_pcm(const mote_sound *sound, int64_t start, mote_arena *a,
                              const int16_t **out, mote_err *err)
{
    const size_t clip = clip_of(sound->s);
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

/* The window of the answer, which begins at `start`: one prediction, told to the log and, when it
 * is all of the recording, to the observer; else that is told of the clip that training would cut.
 * The prediction lives until the model's next one. */
static mote_status answer_window(mote_infer *t, const mote_sound *sound, int64_t start,
                                 mote_arena *a, mote_prediction *out, mote_err *err)
{
    mote_infer_input in = {
        .n = clip_of(sound->s), .request_id = sound->request_id, .consent = sound->consent};
    mote_infer_told told = {.n = 1};
    const int16_t *pcm = NULL;
    MOTE_TRY(window_pcm(sound, start, a, &pcm, err));
    in.x = pcm;
    if (sound->n > in.n) {
        int16_t *cut = NULL;
        MOTE_TRY(mote_arena_take(a, in.n, sizeof *cut, &cut, err));
        mote_audio_fit(sound->pcm, sound->n, cut, in.n);
        told.items[0] = cut;
        in.told = &told;
    }
    return mote_infer_run(t, sound->s, &in, out, err);
}

/* The windows inside the recording, from the outputs that were heard; *best: index of the one in
 * which a keyword is most probable. */
static mote_status windows_of(const mote_served *s, const mote_hearing *h, mote_arena *a,
                              mote_classify_window **out, size_t *best, mote_err *err)
{
    mote_classify_window *w = NULL;
    MOTE_TRY(mote_arena_take(a, h->n_inside, sizeof *w, &w, err));
    MOTE_TRY(mote_classify_heard(s, h, 0, a, w, err));
    *best = 0;
    for (size_t i = 0; i < h->n_inside; i++)
        if (mote_classify_speaks(s, w[i].probabilities) >
            mote_classify_speaks(s, w[*best].probabilities))
            *best = i;
    *out = w;
    return MOTE_OK;
}

/* One window holds all of it: that is the answer, and known when the device listens. */
static mote_status classify_short(mote_infer *t, const mote_sound *sound, mote_arena *a,
                                  mote_classification *out, mote_err *err)
{
    const mote_served *s = sound->s;
    const int64_t start = -(((int64_t)clip_of(s) - (int64_t)sound->n) / 2);
    int8_t *output = NULL; /* kept: the hearer runs the same model */
    mote_hearing h = {.n_run = 0};
    mote_hearer *hearer = NULL;
    mote_classify_window *w = NULL;
    mote_prediction p;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *w, &w, err));
    MOTE_TRY(mote_arena_take(a, (size_t)s->n_labels, 1, &output, err));
    MOTE_TRY(answer_window(t, sound, start, a, &p, err));
    MOTE_TRY(mote_classify_keep(s, &p, start, a, w, err));
    memcpy(output, p.out, (size_t)s->n_labels);
    const mote_hear_config cfg = {.mode = MOTE_HEAR_DETECTIONS, .inside = output};
    if (!sound->is_label_only) {
        MOTE_TRY(mote_infer_hearer(t, s, &hearer, err));
        MOTE_TRY(mote_hear(hearer, &(mote_recording){sound->pcm, sound->n}, &cfg, a, &h, err));
    }
    *out = (mote_classification){.best = *w,
                                 .windows = w,
                                 .n_windows = 1,
                                 .detections = h.items,
                                 .n_detections = h.n,
                                 .n_run = h.n_run + 1};
    return MOTE_OK;
}

static mote_status classify_long(mote_infer *t, const mote_sound *sound, mote_arena *a,
                                 mote_classification *out, mote_err *err)
{
    const mote_served *s = sound->s;
    const mote_hear_config cfg = {.mode = sound->is_label_only ? MOTE_HEAR_INSIDE_ONLY
                                                               : MOTE_HEAR_INSIDE};
    mote_hearing h;
    mote_hearer *hearer = NULL;
    mote_classify_window *w = NULL;
    mote_prediction p;
    size_t best = 0;
    MOTE_TRY(mote_infer_hearer(t, s, &hearer, err));
    MOTE_TRY(mote_hear(hearer, &(mote_recording){sound->pcm, sound->n}, &cfg, a, &h, err));
    MOTE_TRY(windows_of(s, &h, a, &w, &best, err));
    MOTE_TRY(answer_window(t, sound, w[best].start, a, &p, err));
    MOTE_TRY(mote_classify_keep(s, &p, w[best].start, a, &w[best], err));
    *out = (mote_classification){.best = w[best],
                                 .windows = w,
                                 .n_windows = h.n_inside,
                                 .detections = h.items,
                                 .n_detections = h.n,
                                 .n_run = h.n_run + 1};
    return MOTE_OK;
}

/* A model without labels says how unusual each window is, each half over the one before and the
 * last one at the end; a recording that is shorter stands in the middle of its window. */
static mote_status classify_scores(mote_infer *t, const mote_sound *sound, mote_arena *a,
                                   mote_classification *out, mote_err *err)
{
    const mote_served *s = sound->s;
    const size_t clip = clip_of(s), hop = mote_alarm_hop(clip);
    const int64_t over = (int64_t)sound->n - (int64_t)clip; /* where the last window begins */
    const size_t n = over <= 0 ? 1 : ((size_t)over + hop - 1) / hop + 1;
    mote_classify_window *w = NULL;
    mote_prediction p;
    const int16_t *pcm = NULL;
    size_t best = 0;
    MOTE_TRY(mote_arena_take(a, n, sizeof *w, &w, err));
    for (size_t i = 0; i < n; i++) {
        int64_t start = (int64_t)(i * hop);
        start = over < 0 ? over / 2 : start < over ? start : over;
        MOTE_TRY(window_pcm(sound, start, a, &pcm, err));
        MOTE_TRY(mote_infer_try(t, s, pcm, clip, &p, err));
        MOTE_TRY(mote_classify_keep(s, &p, start, a, &w[i], err));
        best = w[i].score > w[best].score ? i : best;
    }
    MOTE_TRY(answer_window(t, sound, w[best].start, a, &p, err)); /* one request, one prediction */
    mote_classification c = {
        .best = w[best], .windows = w, .n_windows = n, .is_of_windows = n > 1, .n_run = n + 1};
    const mote_classify_stretch all = {w, n};
    mote_classify_alarm *alarms = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *alarms, &alarms, err));
    MOTE_TRY(mote_classify_alarms(s, &all, a, alarms, &c.n_alarms, err));
    c.alarms = alarms;
    *out = c;
    return MOTE_OK;
}

mote_status mote_classify_sound(mote_infer *t, const mote_sound *sound, mote_arena *a,
                                mote_classification *out, mote_err *err)
{
    const mote_served *s = sound->s;
    MOTE_TRY(need_ears(s, err));
    int64_t start_ns = mote_infer_now_ns();
    mote_classification c;
    MOTE_TRY(!s->has_classes          ? classify_scores(t, sound, a, &c, err)
             : sound->n <= clip_of(s) ? classify_short(t, sound, a, &c, err)
                                      : classify_long(t, sound, a, &c, err));
    c.is_label_only = sound->is_label_only;
    c.infer_ns = mote_infer_now_ns() - start_ns;
    *out = c;
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

static mote_status fail_rate(const mote_asked *asked, int64_t rate_hz, mote_err *err)
{
    return mote_fail(err, MOTE_ARG,
                     "%s has %lld samples a second, model '%s' hears %d: convert it, or allow "
                     "resampling (?resample=1, --resample)",
                     asked->file.name, (long long)rate_hz, asked->s->name, (int)asked->s->rate_hz);
}

/* Sound from outside, decoded. A rate other than the model's is refused with ARG, naming both,
 * unless it may be converted. *out is the caller's (mote_audio_release). Errors as
 * mote_audio_decode. */
static mote_status decode_sound(const mote_asked *asked, mote_audio *out, mote_err *err)
{
    const mote_served *s = asked->s;
    MOTE_TRY(need_ears(s, err));
    if (asked->file.n == 0)
        return mote_fail(err, MOTE_ARG, "%s is empty: a recording is needed", asked->file.name);
    uint32_t stated = stated_rate(asked->file.bytes, asked->file.n);
    if (stated && stated != (uint32_t)s->rate_hz && !asked->may_convert)
        return fail_rate(asked, stated, err);
    mote_audio_config cfg = {.rate_hz = s->rate_hz,
                             .max_bytes = asked->file.n,
                             .max_ms = asked->max_ms,
                             .wav_only = asked->from_strangers};
    mote_audio audio;
    MOTE_TRY(mote_audio_decode(&asked->file, &cfg, &audio, err));
    if (audio.source.rate_hz != s->rate_hz && !asked->may_convert) {
        mote_audio_release(&audio);
        return fail_rate(asked, audio.source.rate_hz, err);
    }
    *out = audio;
    return MOTE_OK;
}

/* ---- the row ---- */

static bool fits(const mote_model *m)
{
    return mote_model_signature(m)->input == MOTE_INPUT_AUDIO && mote_model_clip_samples(m) > 0;
}

static void shape(const mote_model *m, mote_shape *sample, int32_t *rate_hz)
{
    mote_frontend_pace pace = {0};
    *sample = *mote_model_sample(m);
    (void)mote_frontend_pace_of(mote_model_features(m), sample, &pace);
    *rate_hz = (int32_t)pace.rate_hz;
}

static void describe(const mote_served *s, mote_buf *out)
{
    mote_buf_printf(out, "sound, %d samples at %d Hz", (int)s->sample.dims[0], (int)s->rate_hz);
}

static mote_status classify(mote_infer *t, const mote_asked *asked, mote_arena *a,
                            mote_classification *out, mote_err *err)
{
    mote_audio audio;
    MOTE_TRY(decode_sound(asked, &audio, err));
    mote_sound sound = {.s = asked->s,
                        .pcm = audio.samples,
                        .n = audio.n,
                        .is_label_only = asked->is_label_only,
                        .request_id = asked->request_id,
                        .consent = asked->consent};
    mote_status st = mote_classify_sound(t, &sound, a, out, err);
    mote_audio_release(&audio);
    return st;
}

/* 16-bit samples of any integer type, which reach the model as they are, or floats in [-1, 1], full
 * scale being 1. Nothing is clipped in silence. */
static mote_status take(const mote_intake_numbers *in, mote_arena *a, const void **out,
                        mote_err *err)
{
    int16_t *pcm = NULL;
    MOTE_TRY(mote_arena_take(a, in->n, sizeof *pcm, &pcm, err));
    for (size_t i = 0; i < in->n; i++) {
        float x = in->values[i] * (in->is_real ? 32768.0f : 1.0f);
        if (!in->is_real && (x < -32768.0f || x > 32767.0f))
            return mote_fail(err, MOTE_RANGE, "sample %zu of input '%s' does not fit 16 bits", i,
                             in->name);
        if (in->is_real && (x < -32768.0f || x > 32768.0f))
            return mote_fail(err, MOTE_RANGE,
                             "sample %zu of input '%s' is %g, and floats are taken as sound from "
                             "-1 to 1: send 16-bit samples as INT16, or divide by full scale",
                             i, in->name, (double)in->values[i]);
        float rounded = x < 0 ? x - 0.5f : x + 0.5f;
        pcm[i] = (int16_t)(rounded < -32768.0f  ? -32768.0f
                           : rounded > 32767.0f ? 32767.0f
                                                : rounded);
    }
    *out = pcm;
    return MOTE_OK;
}

static mote_status encode(const mote_model *m, const void *x, size_t n, mote_buf *out,
                          mote_err *err)
{
    mote_shape sample;
    int32_t rate_hz = 0;
    shape(m, &sample, &rate_hz);
    return mote_audio_encode_wav(x, n, rate_hz, out, err);
}

const mote_intake mote_intake_sound = {
    .tensor = "audio",
    .kept_as = "wav",
    .reads_files = true,
    .fits = fits,
    .shape = shape,
    .describe = describe,
    .predict = mote_predict,
    .classify = classify,
    .take = take,
    .encode = encode,
};
