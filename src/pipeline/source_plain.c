/* SPDX-License-Identifier: Apache-2.0 */
/* A row of sources.def: samples as they are, with nothing done to them. Their features never
 * change, so the front end runs over each of them once, when the source is made. Reads no settings.
 */
#include "pipeline/source.h"

#include <string.h>

typedef struct {
    mote_source_config cfg;
    mote_arena arena;
    size_t elements;
    float *features; /* [n][elements] */
} plain;

static mote_status compute(plain *s, mote_err *err)
{
    const mote_source_config *c = &s->cfg;
    const mote_dataset *d = c->data;
    const void **x = NULL;
    mote_frontend_plan *plan = NULL;
    s->elements = mote_frontend_elements(c->features, &d->shape);
    MOTE_TRY(mote_arena_take(&s->arena, d->n, sizeof *x, &x, err));
    MOTE_TRY(
        mote_arena_take(&s->arena, d->n * s->elements, sizeof *s->features, &s->features, err));
    for (size_t i = 0; i < d->n; i++)
        x[i] = mote_dataset_sample(d, i);
    int32_t n_threads = c->pool ? mote_pool_threads(c->pool) : 1;
    MOTE_TRY(mote_frontend_plan_create(c->features, &d->shape, n_threads, &plan, err));
    mote_status st = mote_frontend_batch(plan, c->pool, x, d->n, s->features, err);
    mote_frontend_plan_destroy(plan);
    return st;
}

static void destroy(void *own)
{
    plain *s = own;
    if (!s)
        return;
    mote_arena_release(&s->arena);
    mote_free(s);
}

static mote_status create(const mote_source_config *cfg, void **own, mote_err *err)
{
    plain *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of samples");
    s->cfg = *cfg;
    mote_arena_init(&s->arena, (size_t)8 << 30);
    mote_status st = compute(s, err);
    if (st != MOTE_OK) {
        destroy(s);
        return st;
    }
    *own = s;
    return MOTE_OK;
}

static mote_status fill(void *arg, const mote_batch_request *rq, float *inputs, float *targets,
                        mote_err *err)
{
    (void)err;
    const plain *s = arg;
    MOTE_BUG_IF(rq->in_elements != s->elements);
    for (int32_t i = 0; i < rq->n; i++) {
        size_t row = (size_t)i;
        memcpy(inputs + row * s->elements, s->features + rq->samples[i] * s->elements,
               s->elements * sizeof *inputs);
        mote_source_target(&s->cfg, rq->samples[i], row, rq->n_outputs, targets);
    }
    return MOTE_OK;
}

extern const mote_source_row mote_source_plain;
const mote_source_row mote_source_plain = {.create = create, .destroy = destroy, .fill = fill};
