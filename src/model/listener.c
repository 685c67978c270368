/* SPDX-License-Identifier: Apache-2.0 */
/* See listener.h. The window that is being filled lies at the front of `samples`; when it is full
 * it is heard, and moves on by a hop. */
#include "model/listener.h"

#include <string.h>

#include "model/answer.h"
#include "model/hear_internal.h"

struct mote_listener {
    mote_predictor *predictor;
    const mote_model *model;
    mote_arena arena;
    int32_t n_labels;
    int64_t hop, heard; /* samples */
    int64_t at;         /* where the window begins */
    int64_t n;          /* samples pushed */
    size_t n_held;      /* of the window: heard when it is full */
    int16_t *samples;   /* [heard] */
    float *features;
    void *frames; /* of the window, as the predictor keeps them */
    int8_t *input, *output;
    uint32_t *average;
    mote_model_detector decides;
};

/* A window of quiet, so many hops before the first sample that the averages before it hear nothing
 * else; where hear.c begins. */
static void begin(mote_listener *l)
{
    const int64_t smooth = l->decides.config.smooth_hops;
    const int64_t back = ((smooth - 1) * l->hop + l->heard + l->hop - 1) / l->hop;
    l->at = -back * l->hop;
    l->n = 0;
    l->n_held = (size_t)(l->heard < -l->at ? l->heard : -l->at);
    memset(l->samples, 0, (size_t)l->heard * sizeof *l->samples);
    mrt_detector_reset(&l->decides.detector);
}

static mote_status prepare(mote_listener *l, mote_err *err)
{
    const mote_shape *sample = &mote_model_signature(l->model)->sample;
    const mote_operating_point *op = mote_model_operating_point(l->model);
    mote_frontend_pace pace;
    if (sample->n_dims != 1 || sample->dtype != MOTE_I16 ||
        !mote_frontend_pace_of(mote_model_frontend(l->model), sample, &pace))
        return mote_fail(err, MOTE_UNSUPPORTED, "model '%s' does not listen to sound",
                         mote_model_name(l->model));
    const size_t n_frames = mote_frontend_frames(&pace, (size_t)sample->dims[0]);
    const size_t n_in = n_frames * (size_t)pace.n_values;
    const int64_t hop = (int64_t)((double)op->hop_ms * pace.rate_hz) / 1000;
    l->n_labels = mote_model_n_labels(l->model);
    l->heard = (int64_t)(n_frames - 1) * pace.hop + pace.window;
    l->hop = hop > 0 ? hop : 1;
    MOTE_TRY(mote_arena_take(&l->arena, (size_t)l->heard, sizeof *l->samples, &l->samples, err));
    MOTE_TRY(mote_arena_take(&l->arena, n_in, sizeof *l->features, &l->features, err));
    MOTE_TRY(
        mote_arena_take(&l->arena, n_in, mote_predictor_kept_bytes(l->predictor), &l->frames, err));
    MOTE_TRY(mote_arena_take(&l->arena, n_in, 1, &l->input, err));
    MOTE_TRY(mote_arena_take(&l->arena, (size_t)l->n_labels, 1, &l->output, err));
    MOTE_TRY(mote_arena_take(&l->arena, (size_t)l->n_labels, sizeof *l->average, &l->average, err));
    MOTE_TRY(mote_model_detector_make(l->model, &l->arena, &l->decides, err));
    begin(l);
    return MOTE_OK;
}

mote_status mote_listener_create(mote_predictor *p, mote_listener **out, mote_err *err)
{
    const mote_model *m = mote_predictor_model(p);
    if (!mote_model_answer_of(mote_model_signature(m)->answer)->has_classes ||
        mote_model_clip_samples(m) == 0)
        return mote_fail(err, MOTE_UNSUPPORTED, "model '%s' has no classes over time",
                         mote_model_name(m));
    mote_listener *l = mote_alloc_zero(1, sizeof *l);
    if (!l)
        return mote_fail(err, MOTE_NOMEM, "no memory to listen with model '%s'",
                         mote_model_name(m));
    l->predictor = p;
    l->model = m;
    mote_arena_init(&l->arena, (size_t)1 << 26);
    mote_status st = prepare(l, err);
    if (st != MOTE_OK) {
        mote_listener_destroy(l);
        return st;
    }
    *out = l;
    return MOTE_OK;
}

void mote_listener_destroy(mote_listener *l)
{
    if (!l)
        return;
    mote_arena_release(&l->arena);
    mote_free(l);
}

int64_t mote_listener_heard(const mote_listener *l)
{
    return l->heard;
}

static mote_status hear_window(mote_listener *l, const mote_listener_sink *to, mote_err *err)
{
    mrt_detection hit;
    MOTE_TRY(mote_predictor_frames(l->predictor, l->samples, (size_t)l->heard, l->features,
                                   l->frames, err));
    MOTE_TRY(mote_predictor_window(l->predictor, l->frames, l->input, err));
    mote_predictor_run(l->predictor, l->input, l->output);
    mote_listener_hop hop = {.start = l->at, .end = l->at + l->heard, .average = l->average};
    hop.is_hit = mrt_detector_push(&l->decides.detector, l->output, &hit) == 1;
    mrt_detector_averages(&l->decides.detector, l->average);
    if (hop.is_hit)
        hop.hit = (mote_heard){.start = hop.start,
                               .at = hop.end,
                               .class_id = hit.class_id,
                               .average_q16 = hit.average_q16};
    if (to)
        to->call(to->arg, &hop);
    return MOTE_OK;
}

/* A hop on; where the hop is longer than a window, samples between windows are passed over. */
static void move_on(mote_listener *l)
{
    l->at += l->hop;
    if (l->hop >= l->heard) {
        l->n_held = 0;
        return;
    }
    l->n_held = (size_t)(l->heard - l->hop);
    memmove(l->samples, l->samples + l->hop, l->n_held * sizeof *l->samples);
}

/* Samples [from, from + n) of the stream; x NULL: quiet. */
static mote_status take(mote_listener *l, const int16_t *x, size_t n, const mote_listener_sink *to,
                        mote_err *err)
{
    const int64_t from = l->n;
    for (size_t i = 0; i < n;) {
        const int64_t next = l->at + (int64_t)l->n_held; /* the sample that the window waits for */
        if (next > from + (int64_t)i) {
            const int64_t skip = next - from - (int64_t)i;
            i += skip < (int64_t)(n - i) ? (size_t)skip : n - i;
            continue;
        }
        const size_t room = (size_t)l->heard - l->n_held, now = n - i < room ? n - i : room;
        if (x)
            memcpy(l->samples + l->n_held, x + i, now * sizeof *x);
        else
            memset(l->samples + l->n_held, 0, now * sizeof *l->samples);
        l->n_held += now;
        i += now;
        l->n = from + (int64_t)i;
        if (l->n_held == (size_t)l->heard) {
            MOTE_TRY(hear_window(l, to, err));
            move_on(l);
        }
    }
    l->n = from + (int64_t)n;
    return MOTE_OK;
}

/* The windows of quiet before the first sample, which end before it or at it. */
static mote_status hear_quiet(mote_listener *l, const mote_listener_sink *to, mote_err *err)
{
    while (l->at + l->heard <= 0) {
        MOTE_TRY(hear_window(l, to, err));
        l->at += l->hop;
    }
    l->n_held = l->at < 0 ? (size_t)-l->at : 0;
    return MOTE_OK;
}

mote_status mote_listener_push(mote_listener *l, const int16_t *x, size_t n,
                               const mote_listener_sink *to, mote_err *err)
{
    if (l->n == 0 && n > 0)
        MOTE_TRY(hear_quiet(l, to, err));
    return take(l, x, n, to, err);
}

mote_status mote_listener_end(mote_listener *l, const mote_listener_sink *to, mote_err *err)
{
    const int64_t n = l->n; /* the last window that an average with sound in it ends with */
    if (n > 0) {
        const int64_t smooth = l->decides.config.smooth_hops;
        const int64_t begun = l->at < n ? (n - 1 - l->at) / l->hop + 1 : 0;
        const int64_t windows = begun + smooth - 1;
        const int64_t last = l->at + (windows - 1) * l->hop + l->heard;
        MOTE_TRY(take(l, NULL, (size_t)(last > n ? last - n : 0), to, err));
    }
    begin(l);
    return MOTE_OK;
}
