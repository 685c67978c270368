/* SPDX-License-Identifier: Apache-2.0 */
/* A row of sources.def: pictures, changed anew each time (setting augmentation). A move of a
 * picture is a few hundred nanoseconds a pixel row; what it costs beside a step of training is
 * measured by tests/unit/pipeline/test_source_image.c. */
#include "data/image_augment.h"
#include "pipeline/source.h"

typedef struct {
    const mote_dataset *data;
    mote_image_augment augment;
} picture_changer;

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

static mote_status create(const mote_source_config *cfg, const mote_shape *features, void **own,
                          mote_err *err)
{
    (void)features;
    const mote_shape *shape = &cfg->data->shape;
    const picture_changer c = {cfg->data, augment_of(mote_setting_augmentation(cfg->settings))};
    if (shape->dtype != MOTE_U8 || shape->n_dims != 3)
        return mote_fail(err, MOTE_SHAPE, "a source of pictures takes pictures");
    MOTE_TRY(mote_image_augment_check(&c.augment, err));
    picture_changer *s = mote_alloc(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of pictures");
    *s = c;
    *own = s;
    return MOTE_OK;
}

static void change(const void *own, int32_t worker, const mote_source_use *use, mote_rng *rng,
                   void *out, mote_source_target *target)
{
    (void)worker;
    (void)target;
    const picture_changer *s = own;
    const int32_t *dims = s->data->shape.dims;
    mote_image_augment_rng(rng, use->seed, use->epoch, use->position);
    mote_image_augment_apply(
        &s->augment, rng,
        &(mrt_picture){mote_dataset_sample(s->data, use->sample), dims[1], dims[0], dims[2]}, out);
}

extern const mote_source_row mote_source_image;
const mote_source_row mote_source_image = {
    .create = create, .destroy = mote_free, .change = change};
