/* SPDX-License-Identifier: Apache-2.0 */
/* Running a model over a stream, see stream.h. */
#include "evaluate/stream.h"

#include <math.h>

#include <string.h>

#define BATCH 256

/* Nothing is said of windows [from, to) that do not lie in a piece: probability 0 of everything. */
static void hush_between(const mote_stream_track *t, mote_stream_outputs *o, size_t from, size_t to)
{
    const size_t window = (size_t)o->window, hop = (size_t)o->hop, n = (size_t)o->n_classes;
    size_t k = 0;
    for (size_t i = from; t->pieces && i < to; i++) {
        const size_t at = i * hop;
        while (k < t->n_pieces && t->pieces[k].first + t->pieces[k].n < at + window)
            k++;
        if (k == t->n_pieces || t->pieces[k].first > at)
            memset(o->q + i * n, INT8_MIN, n);
    }
}

mote_status mote_stream_run(const mote_stream_run_config *r, mote_arena *a,
                            mote_stream_outputs *out, mote_err *err)
{
    const mote_stream_track *track = r->track;
    const size_t extent = mote_stream_extent(track);
    if (r->window == 0 || r->hop == 0 || r->window > extent || r->n_classes < 2)
        return mote_fail(err, MOTE_ARG, "stream: window %zu, hop %zu or %d classes is out of range",
                         r->window, r->hop, r->n_classes);
    mote_stream_outputs o = {.n_classes = r->n_classes,
                             .rate_hz = track->rate_hz,
                             .window = (int64_t)r->window,
                             .hop = (int64_t)r->hop,
                             .n = 1 + (extent - r->window) / r->hop};
    size_t bytes;
    if (!mote_mul_size(o.n, (size_t)r->n_classes, &bytes))
        return mote_fail(err, MOTE_ARG, "stream: too long");
    MOTE_TRY(mote_arena_take(a, bytes, 1, &o.q, err));
    for (size_t i = 0; i < o.n; i += BATCH) {
        size_t n = o.n - i < BATCH ? o.n - i : BATCH;
        if (mote_cancelled(r->cancel))
            return mote_fail(err, MOTE_CANCELLED, "stream: stopped on request");
        const unsigned char *at =
            (const unsigned char *)track->steps + i * r->hop * track->step_bytes;
        const mote_stream_batch batch = {at, n, r->window, r->hop};
        MOTE_TRY(r->classify(r->arg, &batch, o.q + i * (size_t)r->n_classes, err));
        hush_between(track, &o, i, i + n);
        if (r->progress)
            r->progress(r->progress_arg, i + n, o.n);
    }
    *out = o;
    return MOTE_OK;
}

int8_t mote_stream_quantize(float probability)
{
    float q = nearbyintf(probability * 256.0f) - 128.0f;
    return (int8_t)(!(q > -128.0f) ? -128.0f : q > 127.0f ? 127.0f : q);
}
