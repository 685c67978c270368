/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of series from the windows of a split, see listen.h: the recordings are put together
 * again from windows that overlap, as they were cut. A window whose beginning is not the end of the
 * one before (there was a gap) begins a piece of its own. */
#include <math.h>
#include <string.h>

#include "data/kind_series.h"
#include "pipeline/listen.h"

typedef struct {
    const mote_dataset *d;
    const uint32_t *recording;
    size_t window, stride; /* steps */
    size_t step_bytes;
    size_t apart; /* steps between pieces, a whole number of hops */
    size_t hop;
} gathering;

static const char *sample_of(const gathering *g, size_t i)
{
    return mote_dataset_sample(g->d, i);
}

/* Does window i go on where the one before ends? */
static bool goes_on(const gathering *g, size_t i)
{
    return i > 0 && g->recording[i] == g->recording[i - 1] &&
           memcmp(sample_of(g, i - 1) + g->stride * g->step_bytes, sample_of(g, i),
                  (g->window - g->stride) * g->step_bytes) == 0;
}

/* Pieces, each with the label of its windows as an event, laid on the grid of hops. */
static void lay_out(const gathering *g, mote_stream_piece *pieces, mote_stream_track *t)
{
    size_t at = 0;
    for (size_t i = 0; i < g->d->n; i++) {
        if (goes_on(g, i)) {
            mote_stream_piece *p = &pieces[t->n_pieces - 1];
            p->n += g->stride;
            at += g->stride;
            t->events[t->n_events - 1].end += (int64_t)g->stride;
            t->n += g->stride;
            continue;
        }
        if (i > 0)
            at = (at + g->apart + g->hop - 1) / g->hop * g->hop;
        pieces[t->n_pieces++] = (mote_stream_piece){at, g->window};
        t->events[t->n_events++] = (mote_stream_event){(int64_t)at, (int64_t)(at + g->window),
                                                       g->d->class_id[i], (int32_t)i};
        at += g->window;
        t->n += g->window;
    }
    t->extent = at;
}

/* The steps of piece k, from its windows. */
static void fill(const gathering *g, const mote_stream_track *t, char *steps)
{
    size_t k = 0, at = 0;
    for (size_t i = 0; i < g->d->n; i++) {
        const bool is_next = goes_on(g, i);
        const size_t skip = is_next ? g->window - g->stride : 0, n = g->window - skip;
        if (!is_next)
            at = t->pieces[k++].first;
        memcpy(steps + at * g->step_bytes, sample_of(g, i) + skip * g->step_bytes,
               n * g->step_bytes);
        at += n;
    }
}

static mote_status take_up(const mote_listen_material *m, gathering *g, mote_err *err)
{
    const mote_dataset *d = m->d;
    const mote_series_own *own = mote_series_of(d);
    const mote_stream_detector *detector = &m->stream->detector;
    if (!own || !own->recording || own->n < d->n || d->shape.n_dims != 2 || !d->class_id)
        return mote_fail(err, MOTE_ARG, "a stream is put together from windows of recordings");
    *g = (gathering){.d = d,
                     .recording = own->recording,
                     .window = (size_t)d->shape.dims[0],
                     .stride = own->stride,
                     .step_bytes = (size_t)d->shape.dims[1] * sizeof(float),
                     .hop = m->stream->hop_samples};
    g->apart = g->hop * (size_t)(detector->smooth_hops + detector->suppress_hops) +
               (size_t)ceil(detector->tolerance_s * d->rate_hz) + 1;
    if (g->stride == 0 || g->stride >= g->window || g->hop == 0)
        return mote_fail(err, MOTE_ARG,
                         "a stream is put together from windows that overlap: give "
                         "data.stride_ms below data.window_ms");
    return MOTE_OK;
}

mote_status mote_listen_track_recordings(const mote_listen_material *m, mote_arena *a,
                                         mote_stream_track *out, mote_err *err)
{
    const size_t n = m->d->n;
    gathering g;
    mote_stream_piece *pieces = NULL;
    char *steps = NULL;
    MOTE_TRY(take_up(m, &g, err));
    mote_stream_track t = {.rate_hz = m->d->rate_hz, .step_bytes = g.step_bytes};
    MOTE_TRY(mote_arena_take(a, n, sizeof *pieces, &pieces, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *t.events, &t.events, err));
    lay_out(&g, pieces, &t);
    t.pieces = pieces;
    MOTE_TRY(mote_arena_take(a, t.extent, g.step_bytes, &steps, err));
    fill(&g, &t, steps);
    t.steps = steps;
    for (size_t i = 0; i < t.n_events; i++)
        t.n_targets += (size_t)t.events[i].class_id < m->task->labels.n;
    *out = t;
    return MOTE_OK;
}
