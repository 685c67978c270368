/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions: each part belongs to a kind of answer, answer.h. See decision.h. */
#include "model/decision.h"

#include "model/answer.h"

mote_decision mote_decision_default(const mote_signature *s)
{
    mote_decision d = {
        .op = {.smooth_hops = 1, .suppress_ms = 1000, .hop_ms = 100, .temperature = 1.0f}};
    for (int32_t i = 0; i < s->n_labels; i++)
        d.op.thresholds[i] = mote_signature_reacts(s, i) ? 0.5f : 0.0f;
    return d;
}

json_t *mote_decision_to_json(const mote_decision *d, const mote_signature *s)
{
    return mote_model_answer_of(s->answer)->to_json(d, s);
}

mote_status mote_decision_from_json(const json_t *j, const mote_signature *s, mote_decision *out,
                                    mote_err *err)
{
    mote_decision d = mote_decision_default(s);
    MOTE_TRY(mote_model_answer_of(s->answer)->from_json(j, s, &d, err));
    *out = d;
    return MOTE_OK;
}

mote_status mote_decision_check(const mote_decision *d, const mote_signature *s, mote_err *err)
{
    mote_decision again;
    MOTE_TRY(mote_model_answer_of(s->answer)->is_finite(d, s, err));
    MOTE_SCOPED_JSON *j = mote_decision_to_json(d, s);
    if (!j)
        return mote_fail(err, MOTE_NOMEM, "no memory for a decision");
    return mote_decision_from_json(j, s, &again, err);
}
