/* SPDX-License-Identifier: Apache-2.0 */
/* A row of sources.def: clips, augmented anew each time (setting augmentation), through the front
 * end. A clip of _silence_ is cut from the split's background at another place each time. */
#include "pipeline/source.h"

#include <string.h>

#include "data/kind_audio.h"

typedef struct {
    mote_source_config cfg;
    const mote_augment_config *augmentation;
    mote_arena arena;
    mote_augment *augment;
    mote_frontend_plan *plan;
    int32_t n_frames, n_values;
    int16_t *clips;   /* [n_workers][clip_samples] */
    mote_err *errors; /* [n_workers] */
} clip_source;

static mote_status prepare(clip_source *s, mote_err *err)
{
    const mote_source_config *c = &s->cfg;
    mote_augment_setup setup = {
        .cfg = *s->augmentation,
        .rate_hz = mote_audio_of(c->data)->rate_hz,
        .clip_samples = mote_dataset_elements(c->data),
        .seed = c->seed,
        .background = mote_audio_of(c->data)->background,
        .n_workers = c->n_workers,
    };
    MOTE_TRY(mote_augment_create(&setup, &s->augment, err));
    MOTE_TRY(mote_frontend_plan_create(c->features, &c->data->shape, c->n_workers, &s->plan, err));
    s->n_frames = mote_frontend_plan_out(s->plan)->dims[0];
    s->n_values = mote_frontend_plan_out(s->plan)->dims[1];
    size_t n_workers = (size_t)c->n_workers;
    MOTE_TRY(mote_arena_take(&s->arena, n_workers * mote_dataset_elements(c->data),
                             sizeof *s->clips, &s->clips, err));
    return mote_arena_take(&s->arena, n_workers, sizeof *s->errors, &s->errors, err);
}

static void destroy(void *own)
{
    clip_source *s = own;
    if (!s)
        return;
    mote_frontend_plan_destroy(s->plan);
    mote_augment_destroy(s->augment);
    mote_arena_release(&s->arena);
    mote_free(s);
}

static mote_status create(const mote_source_config *cfg, void **own, mote_err *err)
{
    clip_source *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of clips");
    s->cfg = *cfg;
    s->augmentation = mote_setting_augmentation(cfg->settings);
    mote_arena_init(&s->arena, (size_t)1 << 30);
    mote_status st = prepare(s, err);
    if (st != MOTE_OK) {
        destroy(s);
        return st;
    }
    *own = s;
    return MOTE_OK;
}

/* The clip as it is in the data set; one of background, however, is cut somewhere else each time: a
 * minute of noise has more in it than the few clips that keep the classes even. */
static const int16_t *draw_clip(const mote_dataset *d, uint32_t clip, mote_rng *rng)
{
    if (strcmp(d->label[clip], MOTE_CLASS_SILENCE) != 0)
        return mote_dataset_sample(d, clip);
    const mote_audio_set *b = &mote_audio_of(d)->background;
    size_t places = 0;
    for (size_t i = 0; i < b->n; i++)
        places += b->items[i].n >= mote_dataset_elements(d)
                      ? b->items[i].n - mote_dataset_elements(d) + 1
                      : 0;
    if (places == 0 || places > UINT32_MAX)
        return mote_dataset_sample(d, clip);
    size_t at = mote_rng_below(rng, (uint32_t)places), i = 0;
    for (;; i++) {
        size_t here = b->items[i].n >= mote_dataset_elements(d)
                          ? b->items[i].n - mote_dataset_elements(d) + 1
                          : 0;
        if (at < here)
            return b->items[i].samples + at;
        at -= here;
    }
}

typedef struct {
    clip_source *s;
    const mote_batch_request *rq;
    float *inputs, *targets;
} fill_job;

/* Row i of the batch. The position in the epoch, not the clip, numbers the random stream: a clip
 * that came twice in an epoch would be drawn differently each time. */
static void fill_row(void *arg, size_t i, int32_t worker)
{
    fill_job *j = arg;
    clip_source *s = j->s;
    if (s->errors[worker].status != MOTE_OK)
        return;
    const mote_dataset *d = s->cfg.data;
    uint32_t clip = j->rq->samples[i];
    float *x = j->inputs + i * j->rq->in_elements;
    int16_t *pcm = s->clips + (size_t)worker * mote_dataset_elements(d);
    mote_rng rng;
    mote_augment_rng(&rng, j->rq->seed, (uint64_t)j->rq->epoch, (uint64_t)j->rq->first + i);
    mote_augment_apply(s->augment, worker, &rng, draw_clip(d, clip, &rng), pcm);
    if (mote_frontend_run(s->plan, worker, pcm, mote_dataset_elements(d), x, &s->errors[worker]) !=
        MOTE_OK)
        return;
    mote_augment_mask(s->augmentation, &rng, x, s->n_frames, s->n_values, NULL);
    mote_source_target(&s->cfg, clip, i, j->rq->n_outputs, j->targets);
}

static mote_status fill(void *arg, const mote_batch_request *rq, float *inputs, float *targets,
                        mote_err *err)
{
    clip_source *s = arg;
    MOTE_BUG_IF(rq->in_elements != (size_t)s->n_frames * (size_t)s->n_values);
    MOTE_BUG_IF(mote_pool_threads(rq->pool) > s->cfg.n_workers);
    fill_job j = {.s = s, .rq = rq, .inputs = inputs, .targets = targets};
    mote_pool_run(rq->pool, (size_t)rq->n, fill_row, &j);
    for (int32_t w = 0; w < s->cfg.n_workers; w++)
        if (s->errors[w].status != MOTE_OK)
            return mote_fail(err, s->errors[w].status, "%s", s->errors[w].text);
    return MOTE_OK;
}

extern const mote_source_row mote_source_audio;
const mote_source_row mote_source_audio = {.create = create, .destroy = destroy, .fill = fill};
