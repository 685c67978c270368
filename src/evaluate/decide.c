/* SPDX-License-Identifier: Apache-2.0 */
/* What is chosen after training, by kind of answer. See decide.h. */
#include "evaluate/decide.h"

#include "evaluate/answer_internal.h"
#include "project/schema.h"

mote_decide_config mote_decide_config_default(void)
{
    return (mote_decide_config){.interval_level = 0.9,
                                .false_alarm = 0.01,
                                .margin = 1,
                                .evaluate = mote_evaluate_config_default()};
}

mote_status mote_decide(const mote_answers *x, const mote_decision *start,
                        const mote_decide_config *cfg, mote_arena *a, mote_decided *out,
                        mote_err *err)
{
    mote_decided d = {.answer = x->kind, .decision = *start, .temperature = 1, .n = (int64_t)x->n};
    mote_answer_numbers found;
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(mote_answers_measure(x, &cfg->evaluate, a, &found, err));
    const mote_answer_number *chief = mote_answer_numbers_find(&found, mote_metric_chief(x->kind));
    if (chief)
        d.promises[d.n_promises++] = (mote_decide_promise){chief->metric, chief->value};
    MOTE_TRY(mote_answer_row_of(x->kind)->choose(x, cfg, a, &d, err));
    mote_arena_rewind(a, mark);
    *out = d;
    return MOTE_OK;
}

mote_status mote_decided_apply(const mote_decided *d, const mote_decide_range *r, float *said,
                               mote_arena *a, mote_answers *x, mote_err *err)
{
    MOTE_BUG_IF(r->first + r->n > x->n);
    return mote_answer_row_of(x->kind)->apply(d, r, said, a, x, err);
}

mote_status mote_decided_put(const mote_decided *d, const mote_answer_words *words, json_t *into,
                             mote_err *err)
{
    return mote_answer_row_of(d->answer)->put(d, words, into, err);
}
