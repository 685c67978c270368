/* SPDX-License-Identifier: Apache-2.0 */
/* What a test on a stream of sound was, and what a test of sound lacks. See tested.h. */
#include <stdlib.h>
#include <string.h>

#include "data/kind_audio.h"
#include "pipeline/tested.h"

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Different labels among the events of other words. */
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
    int64_t n_recorded = 0;
    MOTE_TRY(mote_arena_take(a, track->n_events, sizeof *names, &names, err));
    t->n_others = (int64_t)track->n_events - track->n_targets;
    for (size_t i = 0; i < track->n_events; i++) {
        const mote_stream_event *e = &track->events[i];
        n_recorded +=
            !mote_tested_is_label(t, e->class_id) && !t->is_synthetic[d->group_id[e->clip]];
    }
    t->others = t->task->unknown && t->n_others == 0     ? MOTE_EVIDENCE_NONE
                : t->n_others < MOTE_TESTED_LEAST_OTHERS ? MOTE_EVIDENCE_NOISE
                : n_recorded < MOTE_TESTED_LEAST_OTHERS  ? MOTE_EVIDENCE_SYNTHETIC
                                                         : MOTE_EVIDENCE_REAL;
    const char *noise = mote_audio_of(d)->background.n > 0 ? "noise" : "made-up noise";
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_printf(&b, "%lld keywords in %s, ", (long long)track->n_targets, noise);
    mote_buf_str(&b, t->clips_on);
    MOTE_TRY(mote_tested_keep(&b, a, &t->events_on, err));
    mote_buf_reset(&b);
    if (t->others == MOTE_EVIDENCE_NONE)
        mote_buf_str(&b, "other words");
    else if (t->n_others == 0)
        mote_buf_printf(&b, "%s alone", noise);
    else
        mote_buf_printf(&b, "%s with %s%lld clips of %zu other words%s", noise,
                        t->others == MOTE_EVIDENCE_NOISE ? "only " : "", (long long)t->n_others,
                        count_labels(track, t, names),
                        t->others == MOTE_EVIDENCE_SYNTHETIC ? ", synthetic" : "");
    return mote_tested_keep(&b, a, &t->accepts_on, err);
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

mote_status mote_tested_gaps_noise(const mote_tested *t, json_t *list, mote_err *err)
{
    if (t->task->is_stream && t->n_others == 0)
        MOTE_TRY(mote_tested_gap(list, err, "other words"));
    else if (t->task->is_stream && t->n_others < MOTE_TESTED_LEAST_OTHERS)
        MOTE_TRY(mote_tested_gap(list, err, "more than %lld clips of other words",
                                 (long long)t->n_others));
    if (mote_audio_of(t->test)->background.n == 0)
        MOTE_TRY(mote_tested_gap(list, err, "recorded background noise"));
    return MOTE_OK;
}
