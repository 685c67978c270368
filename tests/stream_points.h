/* SPDX-License-Identifier: Apache-2.0 */
/* A stream that is heard once, for tests: its curve, and what one of its thresholds counts. */
#ifndef MOTE_TESTS_STREAM_POINTS_H
#define MOTE_TESTS_STREAM_POINTS_H

#include "evaluate/stream.h"

/* The curve of one round; lives as long as `a`. */
static inline mote_status stream_curve(const mote_stream_heard *h, const mote_project_value *value,
                                       mote_arena *a, mote_stream_curve **out, mote_err *err)
{
    int32_t n_clips = 0;
    mote_stream_tally *t = NULL;
    for (size_t i = 0; i < h->track->n_events; i++)
        n_clips = h->track->events[i].clip >= n_clips ? h->track->events[i].clip + 1 : n_clips;
    MOTE_TRY(mote_stream_tally_create((size_t)n_clips, h->n_reacting, h->detector, a, &t, err));
    MOTE_TRY(mote_stream_tally_add(t, h->said, h->track, err));
    return mote_stream_tally_curve(t, value, 0.95, a, out, err);
}

/* At the threshold i / 256. */
static inline mote_status stream_count(const mote_stream_heard *h, int i, mote_stream_counts *out,
                                       mote_err *err)
{
    const mote_project_value none = {.is_given = false};
    mote_stream_curve *curve = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 256u << 20);
    MOTE_TRY(stream_curve(h, &none, &a, &curve, err));
    *out = curve->points[i - 1].counts;
    return MOTE_OK;
}

#endif
