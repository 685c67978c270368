/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of series, see listen.h: the recordings of a split as they are, one behind the other,
 * each span that is labelled an event. Between two spans, and where nobody has said anything, the
 * model is asked too, as it is in use. */
#include <math.h>
#include <string.h>

#include "data/kind_series.h"
#include "pipeline/listen.h"

/* Courses on the grid of hops, with enough between them for a detector to forget; spans as events.
 */
static void lay_out(const mote_series_own *own, size_t hop, size_t apart, mote_stream_piece *pieces,
                    mote_stream_track *t)
{
    const mote_series_labelled *s = own->spans, *end = s + own->n_spans;
    size_t at = 0;
    for (size_t c = 0; c < own->n_courses; c++) {
        if (c > 0)
            at = (at + apart + hop - 1) / hop * hop;
        pieces[t->n_pieces++] = (mote_stream_piece){at, own->courses[c].n};
        for (; s < end && s->course == c; s++)
            t->events[t->n_events++] = (mote_stream_event){
                (int64_t)(at + s->from), (int64_t)(at + s->to), s->class_id, (int32_t)s->sample};
        at += own->courses[c].n;
        t->n += own->courses[c].n;
    }
    t->extent = at;
}

mote_status mote_listen_track_recordings(const mote_listen_material *m, mote_arena *a,
                                         mote_stream_track *out, mote_err *err)
{
    const mote_dataset *d = m->d;
    const mote_series_own *own = mote_series_of(d);
    const mote_stream_detector *detector = &m->stream->detector;
    const size_t hop = m->stream->hop_samples;
    mote_stream_piece *pieces = NULL;
    char *steps = NULL;
    if (!own || own->n_courses == 0 || hop == 0)
        return mote_fail(err, MOTE_ARG,
                         "there is no recording to listen to as long as a window ('stream.events' "
                         "and 'data.window_ms' of mote.yaml)");
    const size_t apart = hop * (size_t)(detector->smooth_hops + detector->suppress_hops) +
                         (size_t)ceil(detector->tolerance_s * d->rate_hz) + 1;
    mote_stream_track t = {.rate_hz = d->rate_hz, .step_bytes = own->n_axes * sizeof(float)};
    MOTE_TRY(mote_arena_take(a, own->n_courses, sizeof *pieces, &pieces, err));
    MOTE_TRY(mote_arena_take(a, own->n_spans + 1, sizeof *t.events, &t.events, err));
    lay_out(own, hop, apart, pieces, &t);
    t.pieces = pieces;
    MOTE_TRY(mote_arena_take(a, t.extent, t.step_bytes, &steps, err));
    for (size_t c = 0; c < own->n_courses; c++)
        memcpy(steps + pieces[c].first * t.step_bytes, own->courses[c].x,
               own->courses[c].n * t.step_bytes);
    t.steps = steps;
    for (size_t i = 0; i < t.n_events; i++)
        t.n_targets += (size_t)t.events[i].class_id < m->task->labels.n;
    *out = t;
    return MOTE_OK;
}
