/* SPDX-License-Identifier: Apache-2.0 */
/* A row of sources.def: pictures, changed anew each time (setting augmentation), through the front
 * end. A move of a picture is a few hundred nanoseconds a pixel row; what it costs beside a step of
 * training is measured by tests/unit/pipeline/test_source_image.c. */
#include <string.h>

#include "data/image_augment.h"
#include "pipeline/source.h"

typedef struct {
    mote_source_config cfg;
    mote_image_augment augment;
    mote_arena arena;
    mote_frontend_plan *plan;
    uint8_t *pictures; /* [n_workers][bytes of one] */
    mote_err *errors;  /* [n_workers] */
} picture_source;

static mote_image_augment augment_of(const mote_augment_config *a)
{
    return (mote_image_augment){.flip_across = a->flip_across,
                                .flip_down = a->flip_down,
                                .crop = (float)a->crop,
                                .rotate_deg = (float)a->rotate_deg,
                                .brightness = (float)a->brightness,
                                .contrast = (float)a->contrast,
                                .noise = (float)a->pixel_noise,
                                .cut_out = (float)a->cut_out};
}

static mote_status prepare(picture_source *s, mote_err *err)
{
    const mote_source_config *c = &s->cfg;
    const mote_shape *shape = &c->data->shape;
    if (shape->dtype != MOTE_U8 || shape->n_dims != 3)
        return mote_fail(err, MOTE_SHAPE, "a source of pictures takes pictures");
    MOTE_TRY(mote_image_augment_check(&s->augment, err));
    MOTE_TRY(mote_frontend_plan_create(c->features, shape, c->n_workers, &s->plan, err));
    size_t n_workers = (size_t)c->n_workers;
    MOTE_TRY(mote_arena_take(&s->arena, n_workers, mote_dataset_sample_bytes(c->data), &s->pictures,
                             err));
    return mote_arena_take(&s->arena, n_workers, sizeof *s->errors, &s->errors, err);
}

static void destroy(void *own)
{
    picture_source *s = own;
    if (!s)
        return;
    mote_frontend_plan_destroy(s->plan);
    mote_arena_release(&s->arena);
    mote_free(s);
}

static mote_status create(const mote_source_config *cfg, void **own, mote_err *err)
{
    picture_source *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of pictures");
    s->cfg = *cfg;
    s->augment = augment_of(mote_setting_augmentation(cfg->settings));
    mote_arena_init(&s->arena, (size_t)1 << 30);
    mote_status st = prepare(s, err);
    if (st != MOTE_OK) {
        destroy(s);
        return st;
    }
    *own = s;
    return MOTE_OK;
}

typedef struct {
    picture_source *s;
    const mote_batch_request *rq;
    float *inputs, *targets;
} fill_job;

/* Row i of the batch. The position in the epoch, not the picture, numbers the random stream, as for
 * every source. */
static void fill_row(void *arg, size_t i, int32_t worker)
{
    fill_job *j = arg;
    picture_source *s = j->s;
    const mote_dataset *d = s->cfg.data;
    const uint32_t picture = j->rq->samples[i];
    const int32_t *dims = d->shape.dims;
    float *x = j->inputs + i * j->rq->in_elements;
    uint8_t *changed = s->pictures + (size_t)worker * mote_dataset_sample_bytes(d);
    mote_rng rng;
    if (s->errors[worker].status != MOTE_OK)
        return;
    mote_image_augment_rng(&rng, j->rq->seed, (uint32_t)j->rq->epoch,
                           (uint32_t)j->rq->first + (uint32_t)i);
    mote_image_augment_apply(&s->augment, &rng, mote_dataset_sample(d, picture), dims[1], dims[0],
                             dims[2], changed);
    if (mote_frontend_run(s->plan, worker, changed, (size_t)dims[0], x, &s->errors[worker]) !=
        MOTE_OK)
        return;
    mote_source_target(&s->cfg, picture, i, j->rq->n_outputs, j->targets);
}

static mote_status fill(void *arg, const mote_batch_request *rq, float *inputs, float *targets,
                        mote_err *err)
{
    picture_source *s = arg;
    MOTE_BUG_IF(rq->in_elements != (size_t)mote_shape_elements(mote_frontend_plan_out(s->plan)));
    MOTE_BUG_IF(mote_pool_threads(rq->pool) > s->cfg.n_workers);
    fill_job j = {.s = s, .rq = rq, .inputs = inputs, .targets = targets};
    mote_pool_run(rq->pool, (size_t)rq->n, fill_row, &j);
    for (int32_t w = 0; w < s->cfg.n_workers; w++)
        if (s->errors[w].status != MOTE_OK)
            return mote_fail(err, s->errors[w].status, "%s", s->errors[w].text);
    return MOTE_OK;
}

extern const mote_source_row mote_source_image;
const mote_source_row mote_source_image = {.create = create, .destroy = destroy, .fill = fill};
