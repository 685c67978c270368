/* SPDX-License-Identifier: Apache-2.0 */
/* What a test on a stream was, whatever comes in. See tested.h. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/tested.h"

typedef mote_evidence say_stream(const mote_tested_track *s, const mote_tested *t, mote_buf *events,
                                 mote_buf *accepts);

static say_stream *const rows[MOTE_N_INPUTS] = {mote_tested_stream_noise,
                                                mote_tested_stream_recordings}; /* in order */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Different labels among the events that are asked for by nobody. */
static size_t count_labels(const mote_stream_track *track, const mote_tested *t, const char **names)
{
    size_t n = 0, n_different = 0;
    for (size_t i = 0; i < track->n_events; i++)
        if (!mote_tested_is_label(t, track->events[i].class_id))
            names[n++] = t->test->label[track->events[i].clip];
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++)
        n_different += i == 0 || strcmp(names[i], names[i - 1]) != 0;
    return n_different;
}

mote_status mote_tested_stream(const mote_stream_track *track, mote_arena *a, mote_tested *t,
                               mote_err *err)
{
    const mote_dataset *d = t->test;
    const char **names = NULL;
    MOTE_TRY(mote_arena_take(a, track->n_events, sizeof *names, &names, err));
    mote_tested_track s = {.track = track, .n_other_labels = count_labels(track, t, names)};
    t->n_others = (int64_t)track->n_events - track->n_targets;
    for (size_t i = 0; i < track->n_events; i++) {
        const mote_stream_event *e = &track->events[i];
        s.n_recorded +=
            !mote_tested_is_label(t, e->class_id) && !t->is_synthetic[d->group_id[e->clip]];
    }
    MOTE_SCOPED_BUF events;
    MOTE_SCOPED_BUF accepts;
    mote_buf_init(&events, 4096);
    mote_buf_init(&accepts, 4096);
    t->others = rows[d->kind->input](&s, t, &events, &accepts);
    mote_buf_str(&events, t->clips_on);
    MOTE_TRY(mote_tested_keep(&events, a, &t->events_on, err));
    return mote_tested_keep(&accepts, a, &t->accepts_on, err);
}

mote_worst mote_tested_worst_event(const mote_tested *t, const mote_stream_counts *c)
{
    mote_worst worst = {0};
    for (size_t k = 0; k < t->task->labels.n; k++) {
        int64_t n = c->per_class[k];
        double missed = n ? 1 - (double)c->per_class_hits[k] / (double)n : 0;
        if (n > 0 && (!worst.name || missed > worst.value))
            worst = (mote_worst){t->task->labels.items[k], missed, n};
    }
    return worst;
}
