/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of answers, and what all of them read. See answer.h. */
#include "model/answer.h"

static const mote_model_answer *const rows[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = &mote_model_answer_class,
    [MOTE_ANSWER_VALUE] = &mote_model_answer_value,
    [MOTE_ANSWER_ANOMALY] = &mote_model_answer_anomaly,
};

const mote_model_answer *mote_model_answer_of(mote_answer_kind kind)
{
    MOTE_BUG_IF(kind >= MOTE_N_ANSWERS);
    return rows[kind];
}

double mote_model_answer_number(const mote_tensor *t, const void *values, int64_t i)
{
    if (t->dtype == MOTE_F32)
        return (double)((const float *)values)[i];
    return (double)t->quant.scales[0] * (((const int8_t *)values)[i] - t->quant.zero_point);
}
