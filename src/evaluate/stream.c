/* SPDX-License-Identifier: Apache-2.0 */
/* Running a model over a stream, see stream.h. */
#include "evaluate/stream.h"

#include <math.h>

#define BATCH 256

mote_status mote_stream_run(const mote_stream_run_config *r, mote_arena *a,
                            mote_stream_outputs *out, mote_err *err)
{
    const mote_stream_track *track = r->track;
    if (r->window == 0 || r->hop == 0 || r->window > track->n || r->n_classes < 2)
        return mote_fail(err, MOTE_ARG, "stream: window %zu, hop %zu or %d classes is out of range",
                         r->window, r->hop, r->n_classes);
    mote_stream_outputs o = {.n_classes = r->n_classes,
                             .rate_hz = track->rate_hz,
                             .window = (int64_t)r->window,
                             .hop = (int64_t)r->hop,
                             .n = 1 + (track->n - r->window) / r->hop};
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
