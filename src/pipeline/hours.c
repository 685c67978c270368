/* SPDX-License-Identifier: Apache-2.0 */
/* The user's own hours, heard by the device's code and counted. See hours.h.
 *
 * Recordings are heard on the pool, each by itself, and laid one behind the other:
 *
 *     | quiet | recording 0 | quiet | nothing || quiet | recording 1 | quiet | nothing || ...
 *       window 0 ..                             a multiple of the hop further
 *
 * "Nothing" are windows in which every probability is 0, as many as the detector remembers and a
 * detection may be late: no recording reaches into the next. Hours are those of the recordings. */
#include "pipeline/hours_internal.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "model/hear.h"
#include "model/predictor.h"

#define MAX_WINDOWS ((size_t)1 << 24) /* of a recording */

/* ---- hearing ----------------------------------------------------------------------------- */

typedef struct {
    hours_work *w;
    mote_predictor **predictors; /* [threads] */
    mote_hearer **hearers;
    atomic_size_t n_done;
} hearing;

static mote_status hear(const hours_work *w, mote_hearer *h, hours_recording *r, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    hours_sound sound;
    mote_hearing heard;
    const mote_hear_config cfg = {.mode = MOTE_HEAR_ALL, .max_windows = MAX_WINDOWS};
    mote_arena_init(&a, (size_t)4 << 30);
    MOTE_TRY(mote_hours_decode(w, r->path, &sound, err));
    const mote_recording recording = {sound.steps, sound.n};
    mote_status st = mote_hear(h, &recording, &cfg, &a, &heard, err);
    r->n = sound.n;
    mote_free(sound.steps);
    MOTE_TRY(st);
    const size_t bytes = heard.n_windows * (size_t)w->n_classes;
    r->outputs = mote_alloc(bytes + 1, 1);
    if (!r->outputs)
        return mote_fail(err, MOTE_NOMEM, "no memory to hear '%s'", r->path);
    memcpy(r->outputs, heard.outputs, bytes);
    r->n_windows = heard.n_windows;
    r->first = heard.first;
    return MOTE_OK;
}

static void hear_one(void *arg, size_t piece, int32_t worker)
{
    hearing *h = arg;
    hours_recording *r = &h->w->folder.items[piece];
    const mote_hours_job *job = h->w->job;
    r->status = mote_cancelled(job->cancel) ? mote_fail(&r->why, MOTE_CANCELLED, "stopped")
                                            : hear(h->w, h->hearers[worker], r, &r->why);
    const size_t done = atomic_fetch_add(&h->n_done, 1) + 1;
    if (job->progress && worker == 0)
        job->progress(job->progress_arg, done, h->w->folder.n);
}

static mote_status hear_on(hours_work *w, hearing *h, int32_t n_threads, mote_err *err)
{
    MOTE_TRY(
        mote_arena_take(&w->arena, (size_t)n_threads, sizeof *h->predictors, &h->predictors, err));
    MOTE_TRY(mote_arena_take(&w->arena, (size_t)n_threads, sizeof *h->hearers, &h->hearers, err));
    for (int32_t i = 0; i < n_threads; i++) {
        MOTE_TRY(mote_predictor_create(w->job->model, &h->predictors[i], err));
        MOTE_TRY(mote_hearer_create(h->predictors[i], &h->hearers[i], err));
    }
    if (w->job->progress) /* from here on time is taken */
        w->job->progress(w->job->progress_arg, 0, w->folder.n);
    mote_pool_run(w->job->pool, w->folder.n, hear_one, h);
    for (size_t i = 0; i < w->folder.n; i++)
        if (w->folder.items[i].status != MOTE_OK)
            return mote_fail(err, w->folder.items[i].status, "%s", w->folder.items[i].why.text);
    return MOTE_OK;
}

static mote_status hear_all(hours_work *w, mote_err *err)
{
    hearing h = {.w = w};
    const int32_t n_threads = mote_pool_threads(w->job->pool);
    mote_status st = hear_on(w, &h, n_threads, err);
    for (int32_t i = 0; i < n_threads; i++) {
        if (h.hearers)
            mote_hearer_destroy(h.hearers[i]);
        if (h.predictors)
            mote_predictor_destroy(h.predictors[i]);
    }
    return st;
}

/* ---- one stream -------------------------------------------------------------------------- */

/* The same label: case of ASCII, and what stands between words, do not matter. */
static bool is_called(const char *a, const char *b)
{
    for (;; a++, b++) {
        int x = *a == '_' || *a == '-' ? ' ' : *a, y = *b == '_' || *b == '-' ? ' ' : *b;
        x += x >= 'A' && x <= 'Z' ? 'a' - 'A' : 0;
        y += y >= 'A' && y <= 'Z' ? 'a' - 'A' : 0;
        if (x != y || x == '\0')
            return x == y;
    }
}

/* The class of a label; n_classes: none, it is another word. */
static int32_t class_of(const hours_work *w, const char *label)
{
    for (int32_t k = 0; k < w->n_classes; k++)
        if (is_called(w->names[k], label))
            return k;
    return w->n_classes;
}

static void remember_other(hours_work *w, const char *label)
{
    for (size_t i = 0; i < w->n_other_labels; i++)
        if (strcmp(w->other_labels[i], label) == 0)
            return;
    w->other_labels[w->n_other_labels++] = label;
}

/* Windows of nothing behind each recording. */
static size_t windows_between(const hours_work *w)
{
    const double hop_s = (double)w->said.hop / w->rate_hz;
    return (size_t)(w->detector.smooth_hops + w->detector.suppress_hops) +
           (size_t)ceil(w->detector.tolerance_s / hop_s) + (size_t)(w->said.window / w->said.hop) +
           2;
}

static mote_status make_room(hours_work *w, mote_err *err)
{
    size_t n_windows = 0, n_labels = 0;
    for (size_t i = 0; i < w->folder.n; i++) {
        hours_recording *r = &w->folder.items[i];
        r->at = n_windows;
        n_windows += r->n_windows + windows_between(w);
        n_labels += r->said.n;
        w->track.n += r->n;
    }
    const size_t bytes = n_windows * (size_t)w->n_classes;
    MOTE_TRY(mote_arena_take(&w->arena, bytes, 1, &w->said.q, err));
    memset(w->said.q, INT8_MIN, bytes); /* a probability of 0 */
    MOTE_TRY(
        mote_arena_take(&w->arena, n_labels + 1, sizeof *w->track.events, &w->track.events, err));
    MOTE_TRY(mote_arena_take(&w->arena, n_labels + 1, sizeof *w->event_of, &w->event_of, err));
    MOTE_TRY(
        mote_arena_take(&w->arena, n_labels + 1, sizeof *w->other_labels, &w->other_labels, err));
    w->said.n = n_windows;
    w->track.extent = n_windows * (size_t)w->said.hop + (size_t)w->said.window;
    return MOTE_OK;
}

static mote_status add_event(hours_work *w, size_t recording, const mote_track_label *l,
                             mote_err *err)
{
    const hours_recording *r = &w->folder.items[recording];
    const double rate = w->rate_hz;
    mote_stream_event e = {.class_id = class_of(w, l->label), .clip = (int32_t)w->track.n_events};
    if (l->from_s * rate > (double)r->n)
        return mote_fail(err, MOTE_RANGE,
                         "'%s': the label '%s' at %.2f s begins behind the end of the recording, "
                         "%.2f s",
                         r->path, l->label, l->from_s, (double)r->n / rate);
    const int64_t base = (int64_t)r->at * w->said.hop - r->first;
    e.start = base + (int64_t)(l->from_s * rate);
    e.end = base + (int64_t)fmin(l->to_s * rate, (double)r->n);
    if (e.class_id == w->n_classes)
        remember_other(w, l->label);
    w->track.n_targets += e.class_id < w->n_reacting;
    w->event_of[w->track.n_events] = recording;
    w->track.events[w->track.n_events++] = e;
    return MOTE_OK;
}

static mote_status lay_out(hours_work *w, mote_err *err)
{
    MOTE_TRY(make_room(w, err));
    for (size_t i = 0; i < w->folder.n; i++) {
        hours_recording *r = &w->folder.items[i];
        memcpy(w->said.q + r->at * (size_t)w->n_classes, r->outputs,
               r->n_windows * (size_t)w->n_classes);
        for (size_t k = 0; k < r->said.n; k++)
            MOTE_TRY(add_event(w, i, &r->said.items[k], err));
    }
    return MOTE_OK;
}

size_t mote_hours_recording_at(const hours_work *w, int64_t step)
{
    size_t lo = 0, hi = w->folder.n; /* items[lo] begins at or before the step */
    while (hi - lo > 1) {
        const size_t mid = lo + (hi - lo) / 2;
        /* A detection is told at the end of its window: that window is of the recording. */
        if ((int64_t)w->folder.items[mid].at * w->said.hop + w->said.window <= step)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

double mote_hours_seconds(const hours_work *w, size_t recording, int64_t step)
{
    const hours_recording *r = &w->folder.items[recording];
    return (double)(step - (int64_t)r->at * w->said.hop + r->first) / w->rate_hz;
}

/* ---- counting ---------------------------------------------------------------------------- */

static mote_status count(hours_work *w, mote_err *err)
{
    static const mote_project_value none = {.is_given = false};
    const mote_stream_heard heard = {&w->said, &w->track, w->n_reacting, &w->detector};
    mote_stream_tally *tally = NULL;
    MOTE_TRY(mote_stream_tell(&heard, w->thresholds, &w->arena, &w->account, err));
    w->account.counts.n_distinct = w->track.n_targets;
    MOTE_TRY(mote_stream_tally_create(w->track.n_events, w->n_reacting, &w->detector, &w->arena,
                                      &tally, err));
    MOTE_TRY(mote_stream_tally_add(tally, &w->said, &w->track, err));
    return mote_stream_tally_curve(tally, &none, w->job->confidence, &w->arena, &w->curve, err);
}

static mote_status open_model(hours_work *w, mote_err *err)
{
    const mote_model *m = w->job->model;
    const mote_signature *s = mote_model_signature(m);
    if (s->input != mote_hours_kind()->input || !mote_model_has_stream(m))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "model '%s' does not listen to a stream of sound, so no hours can be "
                         "judged with it",
                         mote_model_name(m));
    const mote_operating_point *op = mote_model_operating_point(m);
    w->rate_hz = (int32_t)lrint(s->rate_hz);
    w->n_classes = s->n_labels;
    while (w->n_reacting < w->n_classes && mote_signature_reacts(s, w->n_reacting))
        w->n_reacting++;
    for (int32_t k = 0; k < w->n_classes; k++) {
        w->names[k] = mote_model_label(m, k);
        if (k >= w->n_reacting && mote_signature_reacts(s, k))
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "model '%s': '%s' reacts and stands behind one that does not",
                             mote_model_name(m), w->names[k]);
        if (k < w->n_reacting)
            w->thresholds[k] = w->job->threshold > 0 ? (float)w->job->threshold : op->thresholds[k];
    }
    w->detector =
        (mote_stream_detector){.smooth_hops = op->smooth_hops,
                               .suppress_hops = (op->suppress_ms + op->hop_ms / 2) / op->hop_ms,
                               .tolerance_s = w->job->tolerance_s};
    w->track.rate_hz = w->rate_hz;
    return MOTE_OK;
}

/* Hop and window as the hearer has them, which are those of any hearing of the model. */
static mote_status measure_windows(hours_work *w, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_predictor *p = NULL;
    mote_hearer *h = NULL;
    mote_hearing nothing = {0};
    mote_arena_init(&a, (size_t)1 << 28);
    MOTE_TRY(mote_predictor_create(w->job->model, &p, err));
    mote_status st = mote_hearer_create(p, &h, err);
    if (st == MOTE_OK)
        st = mote_hear(h, &(mote_recording){"", 0}, NULL, &a, &nothing, err);
    mote_hearer_destroy(h);
    mote_predictor_destroy(p);
    w->said = (mote_stream_outputs){.n_classes = w->n_classes,
                                    .rate_hz = w->rate_hz,
                                    .window = nothing.heard,
                                    .hop = nothing.hop};
    return st;
}

static mote_status judge(hours_work *w, json_t **out, mote_err *err)
{
    const mote_hours_job *job = w->job;
    if (!(job->threshold >= 0 && job->threshold <= 1))
        return mote_fail(err, MOTE_RANGE, "a threshold is a probability above 0, not %g",
                         job->threshold);
    MOTE_TRY(open_model(w, err));
    MOTE_TRY(mote_hours_find(job->folder, &w->arena, &w->folder, err));
    MOTE_TRY(measure_windows(w, err));
    MOTE_TRY(hear_all(w, err));
    MOTE_TRY(lay_out(w, err));
    MOTE_TRY(count(w, err));
    return mote_hours_to_json(w, out, err);
}

mote_status mote_hours_judge(const mote_hours_job *job, json_t **out, mote_err *err)
{
    hours_work w = {.job = job};
    mote_arena_init(&w.arena, (size_t)8 << 30);
    mote_status st = judge(&w, out, err);
    for (size_t i = 0; i < w.folder.n; i++)
        mote_free(w.folder.items[i].outputs);
    mote_arena_release(&w.arena);
    return st;
}
