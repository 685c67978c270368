/* SPDX-License-Identifier: Apache-2.0 */
/* A split of a data version in memory: see dataset.h.
 *
 * Two passes: `plan` decides from the manifest alone which items make which class and checks the
 * size; then the recordings are read in the order of the plan. */
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/kind_audio.h"
#include "data/sample.h"
#include "data/stretch.h"
#include "project/project.h"

mote_dataset_config mote_dataset_config_default(void)
{
    return (mote_dataset_config){
        .rate_hz = 16000, .clip_ms = 1000, .silence_ratio = 1.0, .max_bytes = (size_t)4 << 30};
}

/* ---- one clip ------------------------------------------------------------------------------ */

static int64_t square(int16_t x)
{
    return (int64_t)x * x;
}

/* Where the window of the most energy starts: the middle of the run of windows around the best
 * one that have at least 98 % of its energy. Energies are exact integers, so ties are ties. */
static size_t best_window(const int16_t *in, size_t n, size_t len)
{
    int64_t energy = 0, best = -1;
    size_t best_at = 0, n_windows = n - len + 1;
    for (size_t i = 0; i < len; i++)
        energy += square(in[i]);
    for (size_t at = 0; at < n_windows; at++) {
        if (energy > best) {
            best = energy;
            best_at = at;
        }
        if (at + 1 < n_windows)
            energy += square(in[at + len]) - square(in[at]);
    }
    /* Second walk: the run of good windows that holds best_at. */
    const int64_t enough = best - best / 50;
    size_t run_start = 0, run_end = 0;
    bool in_run = false;
    energy = 0;
    for (size_t i = 0; i < len; i++)
        energy += square(in[i]);
    for (size_t at = 0; at < n_windows; at++) {
        if (energy >= enough) {
            if (!in_run)
                run_start = at;
            run_end = at;
            in_run = true;
        } else {
            in_run = false;
            if (at > best_at)
                break;
        }
        if (at + 1 < n_windows)
            energy += square(in[at + len]) - square(in[at]);
    }
    return run_start + (run_end - run_start) / 2;
}

void mote_dataset_fit(const int16_t *in, size_t n, int16_t *out, size_t clip_samples)
{
    if (n >= clip_samples) {
        size_t at = n > clip_samples ? best_window(in, n, clip_samples) : 0;
        memcpy(out, in + at, clip_samples * sizeof *out);
        return;
    }
    size_t before = (clip_samples - n) / 2;
    memset(out, 0, clip_samples * sizeof *out);
    memcpy(out + before, in, n * sizeof *out);
}

/* ---- the plan ------------------------------------------------------------------------------ */

typedef struct {
    const mote_version_item *item;
    int32_t class_id;
} planned;

typedef struct {
    mote_store *store;
    const mote_data_version *v;
    const mote_dataset_config *cfg;
    mote_dataset *d;
    mote_arena *scratch;
    const mote_fold *fold; /* [v->n]; NULL without folds */
    mote_stretch *shares;  /* [v->n] of background recordings; NULL: all of them */
    planned *clips;
    size_t n_clips;
    size_t n_silence; /* clips to cut, after the planned ones */
    size_t clip_samples;
    mote_audio_view *stretches;
    size_t n_stretches;
    size_t used_bytes;
} loader;

static mote_status check_config(const mote_dataset_config *cfg, mote_err *err)
{
    double samples = cfg->clip_ms * cfg->rate_hz / 1000.0;
    if (cfg->rate_hz < MOTE_AUDIO_MIN_RATE_HZ || cfg->rate_hz > MOTE_AUDIO_MAX_RATE_HZ ||
        !(samples >= 1.0 && samples <= 1e8))
        return mote_fail(err, MOTE_ARG, "data set: clips of %g ms at %d Hz are not possible",
                         cfg->clip_ms, (int)cfg->rate_hz);
    if (!(cfg->unknown_ratio >= 0.0) || !(cfg->silence_ratio >= 0.0 && cfg->silence_ratio <= 1e3))
        return mote_fail(err, MOTE_ARG, "data set: unknown or silence ratio out of range");
    if (cfg->n_folds != 0 && (cfg->round < 0 || cfg->round >= cfg->n_folds))
        return mote_fail(err, MOTE_ARG, "data set: round %d of %d folds does not exist",
                         (int)cfg->round, (int)cfg->n_folds);
    if (cfg->n_keywords == 0)
        return mote_fail(err, MOTE_ARG, "data set: no keywords");
    return MOTE_OK;
}

static mote_status name_classes(loader *l, mote_err *err)
{
    const mote_dataset_config *cfg = l->cfg;
    size_t n = cfg->n_keywords + (cfg->unknown ? 1 : 0) + (cfg->silence ? 1 : 0);
    const char **classes = NULL;
    MOTE_TRY(mote_arena_take(&l->d->arena, n, sizeof *classes, &classes, err));
    MOTE_TRY(mote_arena_take(&l->d->arena, n, sizeof *l->d->n_per_class, &l->d->n_per_class, err));
    size_t at = 0;
    for (; at < cfg->n_keywords; at++)
        classes[at] = cfg->keywords[at];
    if (cfg->unknown)
        classes[at++] = MOTE_CLASS_UNKNOWN;
    if (cfg->silence)
        classes[at++] = MOTE_CLASS_SILENCE;
    l->d->classes = classes;
    l->d->n_classes = n;
    return MOTE_OK;
}

/* Class of a label; -1 for none. */
static int32_t class_of(const loader *l, const char *label)
{
    for (size_t c = 0; c < l->d->n_classes; c++) {
        if (strcmp(label, l->d->classes[c]) == 0)
            return (int32_t)c;
    }
    /* Recordings in a folder '_silence_' of a project without that class are no unknown words. */
    if (!l->cfg->unknown || strcmp(label, MOTE_CLASS_SILENCE) == 0)
        return -1;
    return (int32_t)l->cfg->n_keywords;
}

/* Is the item among those that are asked for? */
static bool is_wanted(const loader *l, size_t item)
{
    const mote_version_item *it = &l->v->items[item];
    mote_split people = it->split, word = it->word;
    bool is_word = it->is_word;
    if (l->cfg->all_splits)
        return true;
    const mote_fold *f = l->fold ? &l->fold[item] : NULL;
    if (f && f->group >= 0) { /* the built-in set keeps its splits */
        is_word = f->word >= 0;
        people = mote_fold_role(l->cfg->n_folds, l->cfg->round, f->group);
        word = is_word ? mote_fold_role(l->cfg->n_folds, l->cfg->round, f->word) : people;
    }
    if (people != l->cfg->split)
        return false;
    return l->cfg->words == MOTE_WORDS_HEARD ? is_word && word == MOTE_SPLIT_TRAIN : word == people;
}

static mote_status plan_folds(loader *l, mote_err *err)
{
    int32_t k = l->cfg->n_folds;
    if (k == 0)
        return MOTE_OK;
    mote_fold *fold = NULL;
    MOTE_TRY(mote_version_folds(l->v, k, l->cfg->fold_seed, l->scratch, &fold, err));
    l->fold = fold;
    return MOTE_OK;
}

static int compare_planned_hash(const void *a, const void *b)
{
    const planned *x = a, *y = b;
    return memcmp(x->item->object.bytes, y->item->object.bytes, sizeof x->item->object.bytes);
}

static int compare_planned_item(const void *a, const void *b)
{
    const planned *x = a, *y = b;
    return (x->item > y->item) - (x->item < y->item);
}

/* Keep at most `most` clips of class `class_id`: those of the lowest hashes, which is a fair draw
 * and stays nearly the same when data is added. */
static void thin_out(loader *l, int32_t class_id, size_t most)
{
    planned *end = l->clips + l->n_clips, *out = l->clips;
    qsort(l->clips, l->n_clips, sizeof *l->clips, compare_planned_hash);
    size_t n_taken = 0;
    for (planned *p = l->clips; p < end; p++) {
        if (p->class_id == class_id && n_taken++ >= most)
            l->d->n_left_out++;
        else
            *out++ = *p;
    }
    l->n_clips = (size_t)(out - l->clips);
    qsort(l->clips, l->n_clips, sizeof *l->clips, compare_planned_item);
}

static mote_status plan_clips(loader *l, mote_err *err)
{
    const mote_data_version *v = l->v;
    MOTE_TRY(mote_arena_take(l->scratch, v->n + 1, sizeof *l->clips, &l->clips, err));
    size_t n_keyword_clips = 0, n_unknown = 0;
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        if (it->role != MOTE_ROLE_EXAMPLE)
            continue;
        if (!is_wanted(l, i)) {
            bool is_other = !l->fold && it->split == l->cfg->split && !mote_version_used(it);
            l->d->n_left_out += is_other && l->cfg->words == MOTE_WORDS_APART ? 1 : 0;
            continue;
        }
        int32_t c = class_of(l, it->label);
        if (c < 0) {
            l->d->n_left_out++;
            continue;
        }
        n_keyword_clips += (size_t)c < l->cfg->n_keywords ? 1 : 0;
        n_unknown += l->cfg->unknown && (size_t)c == l->cfg->n_keywords ? 1 : 0;
        l->clips[l->n_clips++] = (planned){it, c};
    }
    if (l->cfg->words == MOTE_WORDS_HEARD && !l->cfg->all_splits)
        return MOTE_OK;
    if (n_keyword_clips == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "data version v%lld has no recording of a keyword "
                         "('%s', ..) for %s; see 'mote data show'",
                         (long long)v->number, l->cfg->keywords[0],
                         l->cfg->all_splits ? "any split" : mote_split_name(l->cfg->split));
    double mean = (double)n_keyword_clips / (double)l->cfg->n_keywords;
    double most = ceil(mean * l->cfg->unknown_ratio);
    if (l->cfg->unknown_ratio > 0.0 && (double)n_unknown > most)
        thin_out(l, (int32_t)l->cfg->n_keywords, (size_t)most);
    if (l->cfg->silence)
        l->n_silence = (size_t)llround(mean * l->cfg->silence_ratio);
    return MOTE_OK;
}

/* ---- reading ------------------------------------------------------------------------------- */

static mote_status account(loader *l, size_t bytes, mote_err *err)
{
    size_t sum;
    if (!mote_add_size(l->used_bytes, bytes, &sum) || sum > l->cfg->max_bytes)
        return mote_fail(err, MOTE_LIMIT,
                         "the data set needs more than the %zu MB it may use; take "
                         "fewer recordings or shorter clips",
                         l->cfg->max_bytes / 1000000);
    l->used_bytes = sum;
    return MOTE_OK;
}

static mote_decoding decoding_of(const loader *l)
{
    mote_decoding a = l->d->kind->decoding();
    a.rate_hz = l->cfg->rate_hz;
    a.max_bytes = MOTE_OBJECT_MAX_BYTES;
    a.max_ms = (int64_t)24 * 3600 * 1000;
    return a;
}

/* Copy [from, to) of a recording into the data set. */
static mote_status copy_stretch(loader *l, const mote_audio *audio, double from, double to,
                                mote_err *err)
{
    size_t first = (size_t)llround((double)audio->n * from);
    size_t n = (size_t)llround((double)audio->n * to) - first;
    int16_t *samples = NULL;
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(account(l, n * sizeof *samples, err));
    MOTE_TRY(mote_arena_take(&l->d->arena, n, sizeof *samples, &samples, err));
    memcpy(samples, audio->samples + first, n * sizeof *samples);
    l->stretches[l->n_stretches++] = (mote_audio_view){samples, n};
    return MOTE_OK;
}

/* The stretch of one background recording that belongs to the split. */
static mote_status load_stretch(loader *l, size_t item, mote_err *err)
{
    const mote_version_item *it = &l->v->items[item];
    double from = l->shares ? l->shares[item].from : 0.0;
    double to = l->shares ? l->shares[item].to : 1.0;
    if (!(to > from))
        return MOTE_OK;
    mote_decoding cfg = decoding_of(l);
    mote_decoded one;
    MOTE_TRY(mote_sample_load(l->store, l->d->kind, &it->object, &cfg, &one, err));
    const mote_audio *audio = mote_decoded_audio(&one);
    mote_status st = copy_stretch(l, audio, from, fmin(to, 1.0), err);
    if (st == MOTE_OK && to > 1.0) /* it goes on at the beginning */
        st = copy_stretch(l, audio, 0.0, to - 1.0, err);
    mote_decoded_release(&one);
    return st;
}

static mote_status load_background(loader *l, mote_err *err)
{
    const mote_dataset_config *cfg = l->cfg;
    int64_t clip_us = (int64_t)llround(cfg->clip_ms * 1000.0);
    MOTE_TRY(mote_arena_take(&l->d->arena, 2 * l->v->n_background + 1, sizeof *l->stretches,
                             &l->stretches, err));
    if (!cfg->all_splits && cfg->n_folds > 0)
        MOTE_TRY(mote_stretches_round(l->v, cfg->n_folds, cfg->round, cfg->split, clip_us,
                                      l->scratch, &l->shares, err));
    else if (!cfg->all_splits)
        MOTE_TRY(mote_stretches(l->v, l->v->fractions, cfg->split, clip_us, l->scratch, &l->shares,
                                err));
    for (size_t i = 0; i < l->v->n; i++) {
        if (l->v->items[i].role == MOTE_ROLE_BACKGROUND)
            MOTE_TRY(load_stretch(l, i, err));
    }
    mote_audio_own *own = NULL;
    MOTE_TRY(mote_arena_take(&l->d->arena, 1, sizeof *own, &own, err));
    *own = (mote_audio_own){cfg->rate_hz, {l->stretches, l->n_stretches}};
    l->d->own = own;
    return MOTE_OK;
}

static mote_status load_clips(loader *l, mote_err *err)
{
    mote_decoding cfg = decoding_of(l);
    for (size_t i = 0; i < l->n_clips; i++) {
        if (i % 64 == 0 && mote_cancelled(l->cfg->cancel))
            return mote_fail(err, MOTE_CANCELLED, "stopped while loading the data");
        mote_decoded one;
        MOTE_TRY(
            mote_sample_load(l->store, l->d->kind, &l->clips[i].item->object, &cfg, &one, err));
        const mote_audio *audio = mote_decoded_audio(&one);
        mote_dataset_fit(audio->samples, audio->n, (int16_t *)l->d->x + i * l->clip_samples,
                         l->clip_samples);
        mote_decoded_release(&one);
        l->d->class_id[i] = l->clips[i].class_id;
        l->d->label[i] = mote_arena_strdup(&l->d->arena, l->clips[i].item->label);
        if (!l->d->label[i])
            return mote_fail(err, MOTE_NOMEM, "data set");
        if (l->cfg->progress && (i + 1) % 64 == 0)
            l->cfg->progress(l->cfg->progress_arg, i + 1, l->n_clips);
    }
    if (l->cfg->progress)
        l->cfg->progress(l->cfg->progress_arg, l->n_clips, l->n_clips);
    return MOTE_OK;
}

/* Silence: n clips at evenly spaced places of all the stretches laid end to end. */
static mote_status cut_silence(loader *l, mote_err *err)
{
    const size_t len = l->clip_samples;
    size_t places = 0;
    for (size_t i = 0; i < l->n_stretches; i++)
        places += l->stretches[i].n >= len ? l->stretches[i].n - len + 1 : 0;
    if (l->n_silence > 0 && places == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "class _silence_ needs background recordings that "
                         "give %s at least one clip; add some with 'mote data add FOLDER --role "
                         "background' or 'mote data synth --background-only'",
                         l->cfg->all_splits ? "the data" : mote_split_name(l->cfg->split));
    for (size_t k = 0; k < l->n_silence; k++) {
        size_t at = (size_t)(((double)k + 0.5) * (double)places / (double)l->n_silence), s = 0;
        for (;; s++) {
            size_t here = l->stretches[s].n >= len ? l->stretches[s].n - len + 1 : 0;
            if (at < here)
                break;
            at -= here;
        }
        size_t i = l->n_clips + k;
        memcpy((int16_t *)l->d->x + i * len, l->stretches[s].samples + at, len * sizeof(int16_t));
        l->d->class_id[i] = (int32_t)l->d->n_classes - 1;
        l->d->label[i] = MOTE_CLASS_SILENCE;
    }
    return MOTE_OK;
}

/* ---- groups, keys, counts ------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static mote_status number_groups(loader *l, mote_err *err)
{
    mote_dataset *d = l->d;
    const char **names = NULL;
    MOTE_TRY(mote_arena_take(&d->arena, d->n + 1, sizeof *names, &names, err));
    for (size_t i = 0; i < l->n_clips; i++)
        names[i] = l->clips[i].item->group;
    size_t n = l->n_clips;
    if (l->n_silence > 0)
        names[n++] = MOTE_LABEL_BACKGROUND;
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++) {
        if (d->n_groups > 0 && strcmp(names[i], d->groups[d->n_groups - 1]) == 0)
            continue;
        if (!d->groups)
            d->groups = names;
        names[d->n_groups] = mote_arena_strdup(&d->arena, names[i]);
        if (!names[d->n_groups])
            return mote_fail(err, MOTE_NOMEM, "data set");
        d->n_groups++;
    }
    for (size_t i = 0; i < d->n; i++) {
        const char *name = i < l->n_clips ? l->clips[i].item->group : MOTE_LABEL_BACKGROUND;
        const char **at = bsearch(&name, d->groups, d->n_groups, sizeof *d->groups, compare_names);
        MOTE_BUG_IF(!at);
        d->group_id[i] = (int32_t)(at - d->groups);
    }
    return MOTE_OK;
}

static mote_status take_room(loader *l, mote_err *err)
{
    mote_dataset *d = l->d;
    size_t bytes;
    l->clip_samples = (size_t)llround(l->cfg->clip_ms * l->cfg->rate_hz / 1000.0);
    d->kind = mote_kind_of(MOTE_INPUT_AUDIO);
    d->answer = MOTE_ANSWER_CLASS;
    d->shape = (mote_shape){.dtype = MOTE_I16, .n_dims = 1, .dims = {(int32_t)l->clip_samples}};
    d->n = l->n_clips + l->n_silence;
    if (!mote_mul_size(d->n, mote_dataset_sample_bytes(d), &bytes))
        return mote_fail(err, MOTE_LIMIT, "the data set is too large");
    MOTE_TRY(account(l, bytes, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, mote_dataset_sample_bytes(d), &d->x, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->class_id, &d->class_id, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->group_id, &d->group_id, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->label, &d->label, err));
    return mote_arena_take(&d->arena, d->n, sizeof *d->key, &d->key, err);
}

static mote_status load(loader *l, mote_err *err)
{
    MOTE_TRY(check_config(l->cfg, err));
    MOTE_TRY(name_classes(l, err));
    MOTE_TRY(plan_folds(l, err));
    MOTE_TRY(plan_clips(l, err));
    MOTE_TRY(take_room(l, err));
    MOTE_TRY(load_background(l, err));
    MOTE_TRY(load_clips(l, err));
    MOTE_TRY(cut_silence(l, err));
    MOTE_TRY(number_groups(l, err));
    mote_dataset *d = l->d;
    for (size_t i = 0; i < d->n; i++) {
        d->key[i] = mote_sha256_of(mote_dataset_sample(d, i), mote_dataset_sample_bytes(d));
        d->n_per_class[d->class_id[i]]++;
    }
    return MOTE_OK;
}

size_t mote_dataset_elements(const mote_dataset *d)
{
    return (size_t)mote_shape_elements(&d->shape);
}

size_t mote_dataset_sample_bytes(const mote_dataset *d)
{
    return mote_shape_bytes(&d->shape);
}

const void *mote_dataset_sample(const mote_dataset *d, size_t i)
{
    return (const char *)d->x + i * mote_dataset_sample_bytes(d);
}

mote_dataset mote_dataset_part(const mote_dataset *d, size_t first, size_t n)
{
    MOTE_BUG_IF(first > d->n || n > d->n - first);
    mote_dataset part = *d;
    part.arena = (mote_arena){0};
    part.n = n;
    part.x = (char *)d->x + first * mote_dataset_sample_bytes(d);
    part.class_id = d->class_id ? d->class_id + first : NULL;
    part.values = d->values ? d->values + first * (size_t)d->n_values : NULL;
    part.group_id += first;
    part.label += first;
    part.key += first;
    return part;
}

mote_status mote_dataset_load(mote_store *s, const mote_data_version *v,
                              const mote_dataset_config *cfg, mote_dataset *out, mote_err *err)
{
    mote_dataset d = {0};
    /* The clips are bounded by max_bytes; names, keys and the plan need at most 1 kB an item. */
    mote_arena_init(&d.arena, cfg->max_bytes + ((size_t)16 << 20) + v->n * 1024);
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, ((size_t)16 << 20) + v->n * 1024);
    loader l = {.store = s, .v = v, .cfg = cfg, .d = &d, .scratch = &scratch};
    mote_status st = load(&l, err);
    if (st != MOTE_OK) {
        mote_arena_release(&d.arena);
        return st;
    }
    *out = d;
    return MOTE_OK;
}

void mote_dataset_release(mote_dataset *d)
{
    mote_arena_release(&d->arena);
    *d = (mote_dataset){0};
}
