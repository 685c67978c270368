/* SPDX-License-Identifier: Apache-2.0 */
/* A recording as the device hears it; see hear.h. */
#include "model/hear.h"

#include <string.h>

#include "model/answer.h"
#include "model/hear_internal.h"

#define CHUNK_FRAMES 128 /* of the front end at a time */

struct mote_hearer {
    mote_predictor *predictor;
    const mote_model *model;
    mote_arena arena;
    int32_t n_labels, n_values; /* of an output; of a frame */
    int64_t clip, hop, heard;   /* samples; heard: what the frames of a window cover */
    int64_t frame, frame_hop;   /* samples */
    size_t step_bytes;          /* of one sample (a row of the model's) */
    size_t n_frames, n_in;      /* of a window; n_frames * n_values */
    size_t frame_bytes;         /* of a frame as it is kept */
    size_t hop_frames;          /* frames from one window to the next; 0: no whole number */
    size_t chunk_frames;
    mote_model_detector decides;
    int32_t least[MRT_DETECTOR_MAX_CLASSES]; /* sum over smooth_hops that reaches the threshold */
    int8_t *quiet_in, *quiet_out;
    char *steps;                     /* chunk_frames of samples, at least a window */
    float *features;                 /* [chunk_frames][n_values] */
    char *quiet_frames, *own_frames; /* [n_frames] as kept; own: when windows share none */
    int8_t *input;                   /* of one window */
};

/* A recording on its way through. */
typedef struct {
    mote_hearer *h;
    const char *x;
    int64_t n;
    char *frames; /* as kept, of all windows, from sample `first`; NULL: windows share none */
    int8_t *outputs;
    uint8_t *is_known;
    mote_heard *items;
    mote_hearing out;
} work;

/* ---- setting up ---- */

static size_t samples_of(const mote_hearer *h, size_t n_frames)
{
    return (n_frames - 1) * (size_t)h->frame_hop + (size_t)h->frame;
}

mote_status mote_model_detector_make(const mote_model *m, mote_arena *a, mote_model_detector *out,
                                     mote_err *err)
{
    const mote_operating_point *op = mote_model_operating_point(m);
    const int32_t n_labels = mote_model_n_labels(m);
    for (int32_t i = 0; i < n_labels; i++)
        out->thresholds[i] = mrt_detector_threshold(op->thresholds[i]);
    out->config =
        (mrt_detector_config){.n_classes = n_labels,
                              .smooth_hops = op->smooth_hops,
                              .min_count = op->smooth_hops,
                              .suppress_hops = (op->suppress_ms + op->hop_ms / 2) / op->hop_ms,
                              .thresholds = out->thresholds};
    const size_t bytes = mrt_detector_bytes(&out->config);
    void *memory = NULL;
    if (bytes == 0)
        return mote_fail(err, MOTE_RANGE, "the operating point of model '%s' fits no detector",
                         mote_model_name(m));
    MOTE_TRY(mote_arena_take(a, bytes, 1, &memory, err));
    const int32_t is_ready = mrt_detector_init(&out->detector, &out->config, memory);
    MOTE_BUG_IF(!is_ready);
    return MOTE_OK;
}

static mote_status make_detector(mote_hearer *h, mote_err *err)
{
    const uint32_t smooth = (uint32_t)mote_model_operating_point(h->model)->smooth_hops;
    MOTE_TRY(mote_model_detector_make(h->model, &h->arena, &h->decides, err));
    for (int32_t i = 0; i < h->n_labels; i++) /* sum * 256 >= threshold * hops, solved for sum */
        h->least[i] = (int32_t)((h->decides.thresholds[i] * smooth + 255) / 256);
    return MOTE_OK;
}

static mote_status make_quiet(mote_hearer *h, mote_err *err)
{
    MOTE_TRY(mote_arena_take(&h->arena, h->n_frames, h->frame_bytes, &h->quiet_frames, err));
    MOTE_TRY(mote_arena_take(&h->arena, h->n_in, 1, &h->quiet_in, err));
    MOTE_TRY(mote_arena_take(&h->arena, (size_t)h->n_labels, 1, &h->quiet_out, err));
    memset(h->steps, 0, (size_t)h->heard * h->step_bytes);
    MOTE_TRY(mote_predictor_frames(h->predictor, h->steps, (size_t)h->heard, h->features,
                                   h->quiet_frames, err));
    MOTE_TRY(mote_predictor_window(h->predictor, h->quiet_frames, h->quiet_in, err));
    mote_predictor_run(h->predictor, h->quiet_in, h->quiet_out);
    return MOTE_OK;
}

static mote_status prepare(mote_hearer *h, mote_err *err)
{
    const mote_operating_point *op = mote_model_operating_point(h->model);
    const mote_shape *sample = &mote_model_signature(h->model)->sample;
    mote_frontend_pace pace;
    if (!mote_frontend_pace_of(mote_model_frontend(h->model), sample, &pace))
        return mote_fail(err, MOTE_UNSUPPORTED, "model '%s' takes samples as a whole",
                         mote_model_name(h->model));
    h->n_labels = mote_model_n_labels(h->model);
    h->n_values = pace.n_values;
    h->clip = sample->dims[0];
    h->step_bytes = mote_shape_bytes(sample) / (size_t)h->clip;
    h->frame = pace.window;
    h->frame_hop = pace.hop;
    h->n_frames = mote_frontend_frames(&pace, (size_t)h->clip);
    h->n_in = h->n_frames * (size_t)h->n_values;
    h->frame_bytes = (size_t)h->n_values * mote_predictor_kept_bytes(h->predictor);
    h->heard = (int64_t)samples_of(h, h->n_frames);
    int64_t hop_samples_ms = (int64_t)((double)op->hop_ms * pace.rate_hz);
    h->hop = hop_samples_ms / 1000 > 0 ? hop_samples_ms / 1000 : 1;
    if (hop_samples_ms % (h->frame_hop * 1000) == 0)
        h->hop_frames = (size_t)(h->hop / h->frame_hop);
    h->chunk_frames = h->n_frames > CHUNK_FRAMES ? h->n_frames : CHUNK_FRAMES;
    MOTE_TRY(
        mote_arena_take(&h->arena, samples_of(h, h->chunk_frames), h->step_bytes, &h->steps, err));
    MOTE_TRY(mote_arena_take(&h->arena, h->chunk_frames * (size_t)h->n_values, sizeof *h->features,
                             &h->features, err));
    MOTE_TRY(mote_arena_take(&h->arena, h->n_frames, h->frame_bytes, &h->own_frames, err));
    MOTE_TRY(mote_arena_take(&h->arena, h->n_in, 1, &h->input, err));
    MOTE_TRY(make_detector(h, err));
    return make_quiet(h, err);
}

mote_status mote_hearer_create(mote_predictor *p, mote_hearer **out, mote_err *err)
{
    const mote_model *m = mote_predictor_model(p);
    if (!mote_model_answer_of(mote_model_signature(m)->answer)->has_classes ||
        mote_model_clip_samples(m) == 0)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "model '%s' takes tensors, or has no classes over time",
                         mote_model_name(m));
    mote_hearer *h = mote_alloc_zero(1, sizeof *h);
    if (!h)
        return mote_fail(err, MOTE_NOMEM, "no memory to hear with model '%s'", mote_model_name(m));
    h->predictor = p;
    h->model = m;
    mote_arena_init(&h->arena, (size_t)1 << 28);
    mote_status st = prepare(h, err);
    if (st != MOTE_OK) {
        mote_hearer_destroy(h);
        return st;
    }
    *out = h;
    return MOTE_OK;
}

void mote_hearer_destroy(mote_hearer *h)
{
    if (!h)
        return;
    mote_arena_release(&h->arena);
    mote_free(h);
}

/* ---- samples to frames ---- */

/* Samples [from, from + count) of the recording in its quiet, into h->steps. */
static void copy_steps(const work *w, int64_t from, size_t count)
{
    char *to = w->h->steps;
    const size_t one = w->h->step_bytes;
    int64_t begin = from < 0 ? 0 : from, end = from + (int64_t)count;
    end = end < w->n ? end : w->n;
    if (begin >= end) {
        memset(to, 0, count * one);
        return;
    }
    size_t before = (size_t)(begin - from), n = (size_t)(end - begin);
    memset(to, 0, before * one);
    memcpy(to + before * one, w->x + (size_t)begin * one, n * one);
    memset(to + (before + n) * one, 0, (count - before - n) * one);
}

/* Frames [0, n_all) from sample `first` on, each computed once; those of quiet are copied. */
static mote_status fill_frames(work *w, size_t n_all, mote_err *err)
{
    mote_hearer *h = w->h;
    size_t i = 0;
    while (i < n_all) {
        int64_t start = w->out.first + (int64_t)i * h->frame_hop;
        if (start + h->frame <= 0 || start >= w->n) {
            memcpy(w->frames + i * h->frame_bytes, h->quiet_frames, h->frame_bytes);
            i++;
            continue;
        }
        size_t left = (size_t)((w->n - start + h->frame_hop - 1) / h->frame_hop); /* that hear it */
        size_t n = n_all - i < h->chunk_frames ? n_all - i : h->chunk_frames;
        n = left < n ? left : n;
        copy_steps(w, start, samples_of(h, n));
        MOTE_TRY(mote_predictor_frames(h->predictor, h->steps, samples_of(h, n), h->features,
                                       w->frames + i * h->frame_bytes, err));
        i += n;
    }
    return MOTE_OK;
}

/* ---- frames to outputs ---- */

static bool is_quiet(const work *w, size_t i)
{
    int64_t start = w->out.first + (int64_t)i * w->h->hop;
    return start + w->h->heard <= 0 || start >= w->n;
}

static void set_output(work *w, size_t i, const int8_t *output)
{
    memcpy(w->outputs + i * (size_t)w->h->n_labels, output, (size_t)w->h->n_labels);
    w->is_known[i] = 1;
}

static mote_status run_window(work *w, size_t i, mote_err *err)
{
    mote_hearer *h = w->h;
    if (w->is_known[i])
        return MOTE_OK;
    const char *frames = h->own_frames;
    if (w->frames) {
        frames = w->frames + i * h->hop_frames * h->frame_bytes;
    } else {
        copy_steps(w, w->out.first + (int64_t)i * h->hop, (size_t)h->heard);
        MOTE_TRY(mote_predictor_frames(h->predictor, h->steps, (size_t)h->heard, h->features,
                                       h->own_frames, err));
    }
    MOTE_TRY(mote_predictor_window(h->predictor, frames, h->input, err));
    if (memcmp(h->input, h->quiet_in, h->n_in) == 0) {
        set_output(w, i, h->quiet_out);
        return MOTE_OK;
    }
    mote_predictor_run(h->predictor, h->input, w->outputs + i * (size_t)h->n_labels);
    w->is_known[i] = 1;
    w->out.n_run++;
    return MOTE_OK;
}

/* ---- outputs to detections ---- */

/* Could the average that ends with window i reach a threshold? Every unknown output counts as the
 * most that there is, 255. *newest: the last unknown window, SIZE_MAX when all are known. */
static bool can_reach(const work *w, size_t i, size_t *newest)
{
    const mote_hearer *h = w->h;
    size_t from = i + 1 - (size_t)h->decides.config.smooth_hops, labels = (size_t)h->n_labels;
    int32_t unknown = 0;
    *newest = SIZE_MAX;
    for (size_t k = from; k <= i; k++)
        if (!w->is_known[k]) {
            unknown += 255;
            *newest = k;
        }
    for (size_t c = 0; c < labels; c++) {
        int32_t sum = unknown;
        if (h->decides.thresholds[c] == 0)
            continue;
        for (size_t k = from; k <= i; k++)
            sum += w->is_known[k] ? w->outputs[k * labels + c] + 128 : 0;
        if (sum >= h->least[c])
            return true;
    }
    return false;
}

/* What the detector says after window i, unless it is suppressed: its sums are those of the last
 * smooth_hops outputs, whatever came before. */
static bool decide(work *w, size_t i, mrt_detection *hit)
{
    mote_hearer *h = w->h;
    bool is_hit = false;
    mrt_detector_reset(&h->decides.detector);
    for (size_t k = i + 1 - (size_t)h->decides.config.smooth_hops; k <= i; k++)
        is_hit =
            mrt_detector_push(&h->decides.detector, w->outputs + k * (size_t)h->n_labels, hit) != 0;
    return is_hit;
}

static mote_status find_detections(work *w, mote_err *err)
{
    const mote_hearer *h = w->h;
    size_t i = (size_t)h->decides.config.smooth_hops - 1, unknown;
    while (i < w->out.n_windows) {
        mrt_detection hit;
        bool is_possible = can_reach(w, i, &unknown);
        while (is_possible && unknown != SIZE_MAX) {
            MOTE_TRY(run_window(w, unknown, err));
            is_possible = can_reach(w, i, &unknown);
        }
        if (!is_possible || !decide(w, i, &hit)) {
            i++;
            continue;
        }
        int64_t start = w->out.first + (int64_t)i * h->hop;
        w->items[w->out.n++] = (mote_heard){.start = start,
                                            .at = start + h->heard,
                                            .class_id = hit.class_id,
                                            .average_q16 = hit.average_q16};
        i += (size_t)h->decides.config.suppress_hops + 1;
    }
    return MOTE_OK;
}

/* ---- all together ---- */

/* Only windows that lie in the recording. */
static int64_t lay_out_alone(work *w)
{
    const mote_hearer *h = w->h;
    const int64_t n_windows = w->n < h->heard ? 0 : 1 + (w->n - h->heard) / h->hop;
    w->out.n_inside = (size_t)n_windows;
    return n_windows;
}

/* Those in the picture in hear.h. */
static int64_t lay_out_in_quiet(work *w)
{
    const mote_hearer *h = w->h;
    int64_t smooth = h->decides.config.smooth_hops;
    int64_t aligned = w->n < h->clip ? -((h->clip - w->n) / 2) : 0;
    /* The least number of hops back at which window smooth - 1 ends before the recording. */
    int64_t back = (aligned + (smooth - 1) * h->hop + h->heard + h->hop - 1) / h->hop;
    back = back > 0 ? back : 0;
    w->out.first = aligned - back * h->hop;
    w->out.inside = (size_t)back;
    w->out.n_inside = w->n <= h->clip ? 1 : 1 + (size_t)((w->n - h->clip + h->hop - 1) / h->hop);
    /* Windows that begin before the recording ends, and averages that still hold one of them. */
    int64_t touching = (w->n - w->out.first + h->hop - 1) / h->hop;
    return touching + smooth - 1;
}

/* Where the windows lie. */
static mote_status lay_out(work *w, const mote_hear_config *cfg, mote_err *err)
{
    const int64_t n_windows = cfg->is_alone ? lay_out_alone(w) : lay_out_in_quiet(w);
    const int64_t most = cfg->max_windows ? (int64_t)cfg->max_windows : MOTE_HEAR_MAX_WINDOWS;
    w->out.hop = w->h->hop;
    w->out.heard = w->h->heard;
    if (n_windows > most)
        return mote_fail(err, MOTE_LIMIT, "the recording has %lld windows, more than %lld",
                         (long long)n_windows, (long long)most);
    w->out.n_windows = (size_t)n_windows;
    return MOTE_OK;
}

static mote_status take_memory(work *w, mote_arena *a, mote_err *err)
{
    const mote_hearer *h = w->h;
    size_t n = w->out.n_windows, n_frames = (n - 1) * h->hop_frames + h->n_frames;
    size_t most = n / ((size_t)h->decides.config.suppress_hops + 1) + 1;
    MOTE_TRY(mote_arena_take(a, n * (size_t)h->n_labels, 1, &w->outputs, err));
    MOTE_TRY(mote_arena_take(a, n, 1, &w->is_known, err));
    MOTE_TRY(mote_arena_take(a, most, sizeof *w->items, &w->items, err));
    if (h->hop_frames == 0)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, n_frames, h->frame_bytes, &w->frames, err));
    return fill_frames(w, n_frames, err);
}

mote_status mote_hear(mote_hearer *h, const mote_recording *r, const mote_hear_config *cfg,
                      mote_arena *a, mote_hearing *out, mote_err *err)
{
    mote_hear_config c = cfg ? *cfg : (mote_hear_config){.mode = MOTE_HEAR_DETECTIONS};
    work w = {.h = h, .x = r->x, .n = (int64_t)r->n};
    MOTE_TRY(lay_out(&w, &c, err));
    if (w.out.n_windows == 0) {
        *out = w.out;
        return MOTE_OK;
    }
    MOTE_TRY(take_memory(&w, a, err));
    for (size_t i = 0; i < w.out.n_windows; i++)
        if (is_quiet(&w, i))
            set_output(&w, i, h->quiet_out);
    if (c.inside && w.out.n_inside == 1)
        set_output(&w, w.out.inside, c.inside);
    size_t from = c.mode == MOTE_HEAR_ALL ? 0 : w.out.inside;
    size_t to = c.mode == MOTE_HEAR_ALL          ? w.out.n_windows
                : c.mode == MOTE_HEAR_DETECTIONS ? from
                                                 : from + w.out.n_inside;
    for (size_t i = from; i < to; i++)
        MOTE_TRY(run_window(&w, i, err));
    if (c.mode != MOTE_HEAR_INSIDE_ONLY)
        MOTE_TRY(find_detections(&w, err));
    w.out.items = w.items;
    w.out.outputs = w.outputs;
    w.out.is_known = w.is_known;
    *out = w.out;
    return MOTE_OK;
}

bool mote_hear_tensor(const mote_model *m, const int8_t *out, mote_heard *heard)
{
    const mote_operating_point *op = mote_model_operating_point(m);
    uint32_t thresholds[MOTE_MODEL_MAX_LABELS];
    uint16_t memory[2 * MOTE_MODEL_MAX_LABELS];
    mrt_detector_config c = {.n_classes = mote_model_n_labels(m),
                             .smooth_hops = 1,
                             .min_count = 1,
                             .thresholds = thresholds};
    for (int32_t i = 0; i < c.n_classes; i++)
        thresholds[i] = mrt_detector_threshold(op->thresholds[i]);
    mrt_detector d;
    mrt_detection hit;
    MOTE_BUG_IF(mrt_detector_bytes(&c) > sizeof memory);
    if (!mrt_detector_init(&d, &c, memory) || !mrt_detector_push(&d, out, &hit))
        return false;
    *heard = (mote_heard){.class_id = hit.class_id, .average_q16 = hit.average_q16};
    return true;
}
