/* SPDX-License-Identifier: Apache-2.0 */
/* A row of sources.def: clips, augmented anew each time (setting augmentation). A clip of _silence_
 * is cut from the split's background at another place each time, and a word with
 * augmentation.position stream (windows_audio.h) as a stream would bring it. */
#include "pipeline/source.h"

#include <string.h>

#include "data/kind_audio.h"
#include "pipeline/windows_audio.h"

typedef struct {
    const mote_dataset *data;
    const mote_augment_config *augmentation;
    mote_augment *augment;
    mote_windows *windows;      /* NULL: clips as they were cut */
    mote_audio_view *others;    /* clips of other words */
    int32_t n_frames, n_values; /* of the features */
} clip_changer;

static void destroy(void *own)
{
    clip_changer *s = own;
    if (s) {
        mote_augment_destroy(s->augment);
        mote_windows_destroy(s->windows);
        mote_free(s->others);
    }
    mote_free(s);
}

/* Clips of words that are no keywords, for those who talk over others. */
static mote_status find_others(clip_changer *s, mote_audio_set *out, mote_err *err)
{
    const mote_dataset *d = s->data;
    size_t n = 0;
    *out = (mote_audio_set){0};
    if (!(s->augmentation->babble_probability > 0))
        return MOTE_OK;
    s->others = mote_alloc(d->n, sizeof *s->others);
    if (!s->others)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of clips");
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->classes[d->class_id[i]], MOTE_CLASS_UNKNOWN) == 0)
            s->others[n++] = (mote_audio_view){mote_dataset_sample(d, i), mote_dataset_elements(d)};
    *out = (mote_audio_set){s->others, n};
    return MOTE_OK;
}

static mote_status create(const mote_source_config *cfg, const mote_shape *features, void **own,
                          mote_err *err)
{
    const mote_dataset *d = cfg->data;
    clip_changer *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of clips");
    *s = (clip_changer){.data = d,
                        .augmentation = mote_setting_augmentation(cfg->settings),
                        .n_frames = features->dims[0],
                        .n_values = features->dims[1]};
    const bool is_stream = mote_windows_wanted(s->augmentation);
    mote_augment_setup setup = {
        .cfg = *s->augmentation,
        .rate_hz = mote_audio_of(d)->rate_hz,
        .clip_samples = mote_dataset_elements(d),
        .seed = cfg->seed,
        .background = mote_audio_of(d)->background,
        .n_workers = cfg->n_workers,
    };
    if (is_stream)
        setup.cfg.shift_ms = 0.0; /* where the word lies is drawn with the window */
    setup.goes_on = is_stream;
    mote_status st = find_others(s, &setup.others, err);
    if (st == MOTE_OK)
        st = mote_augment_create(&setup, &s->augment, err);
    if (st == MOTE_OK && is_stream)
        st = mote_windows_create(d, s->augmentation->shift_ms, cfg->n_workers, &s->windows, err);
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

static void change(const void *own, int32_t worker, const mote_source_use *use, mote_rng *rng,
                   void *out, mote_source_target *target)
{
    const clip_changer *s = own;
    const bool is_silence = strcmp(s->data->label[use->sample], MOTE_CLASS_SILENCE) == 0;
    mote_augment_rng(rng, use->seed, use->epoch, use->position);
    mote_augment_apply(s->augment, worker, rng,
                       s->windows && !is_silence
                           ? mote_windows_draw(s->windows, worker, use->sample, rng, target)
                           : draw_clip(s->data, use->sample, rng),
                       out);
}

static void mask(const void *own, mote_rng *rng, float *features)
{
    const clip_changer *s = own;
    mote_augment_mask(s->augmentation, rng, features, s->n_frames, s->n_values, NULL);
}

extern const mote_source_row mote_source_audio;
const mote_source_row mote_source_audio = {
    .create = create, .destroy = destroy, .change = change, .mask = mask};
