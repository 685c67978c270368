/* SPDX-License-Identifier: Apache-2.0 */
/* What a test of sound was on, and what it lacks. See tested.h. */
#include "data/kind_audio.h"
#include "pipeline/tested.h"

mote_evidence mote_tested_stream_noise(const mote_tested_track *s, const mote_tested *t,
                                       mote_buf *events, mote_buf *accepts)
{
    const int64_t n_others = (int64_t)s->track->n_events - s->track->n_targets;
    const char *noise = mote_audio_of(t->test)->background.n > 0 ? "noise" : "made-up noise";
    const mote_evidence others = t->task->unknown && n_others == 0     ? MOTE_EVIDENCE_NONE
                                 : n_others < MOTE_TESTED_LEAST_OTHERS ? MOTE_EVIDENCE_NOISE
                                 : s->n_recorded < MOTE_TESTED_LEAST_OTHERS
                                     ? MOTE_EVIDENCE_SYNTHETIC
                                     : MOTE_EVIDENCE_REAL;
    mote_buf_printf(events, "%lld keywords in %s, ", (long long)s->track->n_targets, noise);
    if (others == MOTE_EVIDENCE_NONE)
        mote_buf_str(accepts, "other words");
    else if (n_others == 0)
        mote_buf_printf(accepts, "%s alone", noise);
    else
        mote_buf_printf(accepts, "%s with %s%lld clips of %zu other words%s", noise,
                        others == MOTE_EVIDENCE_NOISE ? "only " : "", (long long)n_others,
                        s->n_other_labels, others == MOTE_EVIDENCE_SYNTHETIC ? ", synthetic" : "");
    return others;
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
