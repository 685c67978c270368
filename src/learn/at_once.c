/* SPDX-License-Identifier: Apache-2.0 */
/* Batches in order, and one epoch to tell of. See at_once.h. */
#include "learn/at_once.h"

#include <math.h>

mote_status mote_at_once_fill(const mote_learn_job *job, mote_sample_range r, const uint32_t *order,
                              float *x, mote_err *err)
{
    const mote_batch_source *source = job->train.source;
    const mote_batch_request rq = {.seed = job->train.config->seed,
                                   .first = (int32_t)r.first,
                                   .n = (int32_t)r.n,
                                   .samples = order + r.first,
                                   .n_outputs = (int32_t)r.d,
                                   .in_elements = r.d,
                                   .pool = job->train.host.pool};
    if (mote_cancelled(job->train.host.cancel))
        return mote_fail(err, MOTE_CANCELLED, "fitting was stopped");
    return source->fill(source->arg, &rq, x, NULL, err);
}

mote_status mote_at_once_tell(const mote_learn_job *job, const mote_at_once_fit *f, mote_arena *a,
                              mote_train_result *result, mote_err *err)
{
    const mote_train_set *v = job->train.validation;
    mote_epoch *e = NULL;
    double sum = 0.0;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *e, &e, err));
    for (int32_t i = 0; v && i < v->n; i++) {
        const float *x = NULL;
        MOTE_TRY(mote_train_set_inputs(v, f->d, i, 1, &x, err));
        sum += f->score(f->arg, x);
    }
    *e = (mote_epoch){.train_loss = f->train_loss,
                      .val_loss = v && v->n > 0 ? sum / v->n : (double)NAN,
                      .val_accuracy = v && v->n > 0 ? 0.0 : (double)NAN};
    *result = (mote_train_result){.n_epochs = 1, .history = e};
    const mote_train_progress p = {.n_epochs = 1,
                                   .step = 1,
                                   .n_steps = 1,
                                   .epoch_done = true,
                                   .loss = e->train_loss,
                                   .last = *e,
                                   .is_best = true};
    const mote_train_host *h = &job->train.host;
    if (h->report && !h->report(h->arg, &p))
        return mote_fail(err, MOTE_CANCELLED, "fitting was stopped");
    return MOTE_OK;
}
