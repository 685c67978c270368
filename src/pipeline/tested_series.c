/* SPDX-License-Identifier: Apache-2.0 */
/* What a test on a stream of series was on. See tested.h. */
#include "pipeline/tested.h"

mote_evidence mote_tested_stream_recordings(const mote_tested_track *s, const mote_tested *t,
                                            mote_buf *events, mote_buf *accepts)
{
    (void)t;
    const int64_t n_others = (int64_t)s->track->n_events - s->track->n_targets;
    mote_buf_printf(events, "%lld recorded movements, ", (long long)s->track->n_targets);
    if (n_others == 0) {
        mote_buf_str(accepts, "recordings in which none of stream.events happens");
        return MOTE_EVIDENCE_NONE;
    }
    mote_buf_printf(accepts, "%lld recordings of %zu other %s and %lld of events%s",
                    (long long)n_others, s->n_other_labels,
                    s->n_other_labels == 1 ? "label" : "labels", (long long)s->track->n_targets,
                    s->n_recorded == 0 ? ", synthetic" : "");
    return s->n_recorded > 0 ? MOTE_EVIDENCE_REAL : MOTE_EVIDENCE_SYNTHETIC;
}
