/* SPDX-License-Identifier: Apache-2.0 */
/* A row of sources.def: windows of series, changed anew each time (setting augmentation). */
#include <math.h>

#include "data/kind_series.h"
#include "data/series_augment.h"
#include "pipeline/source.h"

typedef struct {
    mote_arena arena;
    const mote_dataset *data;
    mote_series_augmenter augment;
} window_changer;

static bool is_still(const mote_source_config *cfg)
{
    const mote_augment_config *a = mote_setting_augmentation(cfg->settings);
    return !(a->axis_noise > 0 || a->magnitude > 0 || a->delay_ms > 0 || a->turn_deg > 0);
}

static void destroy(void *own)
{
    window_changer *s = own;
    if (s)
        mote_arena_release(&s->arena);
    mote_free(s);
}

static mote_status prepare(window_changer *s, const mote_augment_config *a, mote_err *err)
{
    const mote_dataset *d = s->data;
    const mote_series_own *own = mote_series_of(d);
    const mote_series_augment cfg = {.noise = a->axis_noise,
                                     .magnitude = a->magnitude,
                                     .delay_steps = a->delay_ms * d->rate_hz / 1000.0,
                                     .turn_deg = a->turn_deg};
    const mote_series_windows w = {.x = d->x,
                                   .n = d->n,
                                   .n_steps = (size_t)d->shape.dims[0],
                                   .n_axes = (size_t)d->shape.dims[1],
                                   .names = own ? own->names : NULL};
    if (d->shape.dtype != MOTE_F32 || d->shape.n_dims != 2)
        return mote_fail(err, MOTE_SHAPE, "a source of series takes windows of axes");
    return mote_series_augmenter_init(&cfg, &w, &s->arena, &s->augment, err);
}

static mote_status create(const mote_source_config *cfg, const mote_shape *features, void **own,
                          mote_err *err)
{
    (void)features;
    window_changer *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of series");
    s->data = cfg->data;
    mote_arena_init(&s->arena, (size_t)1 << 24);
    mote_status st = prepare(s, mote_setting_augmentation(cfg->settings), err);
    if (st != MOTE_OK) {
        destroy(s);
        return st;
    }
    *own = s;
    return MOTE_OK;
}

static void change(const void *own, int32_t worker, const mote_source_use *use, mote_rng *rng,
                   void *out, mote_source_target *target)
{
    (void)worker;
    (void)target;
    const window_changer *s = own;
    mote_series_augment_rng(rng, use->seed, use->epoch, use->position);
    mote_series_augment_apply(&s->augment, rng, mote_dataset_sample(s->data, use->sample), out);
}

extern const mote_source_row mote_source_series;
const mote_source_row mote_source_series = {
    .is_still = is_still, .create = create, .destroy = destroy, .change = change};
