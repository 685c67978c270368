/* SPDX-License-Identifier: Apache-2.0 */
/* Hard negatives of sound: see mining.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/kind_audio.h"
#include "data/negatives.h"
#include "pipeline/listen.h"
#include "pipeline/mining.h"

#define LEAST_SCORE (-102) /* int8 of a softmax: a tenth */
#define IS_ANSWER   0      /* a half */

typedef struct {
    int32_t score; /* int8 of the most probable label */
    uint32_t recording;
    size_t at;        /* first sample */
    int16_t *samples; /* a copy */
} candidate;

typedef struct {
    const mote_mining *m;
    mote_judge judge;
    const mote_dataset *like;
    size_t hop, n_labels, most;
    mote_arena *arena; /* of the windows that are kept; NULL: they are counted alone */
    candidate *best;   /* [n_best] at most 2 most */
    size_t n_best;
    size_t n_heard, n_answers;
    double hours;
    const char *note;
} miner;

bool mote_mining_is_possible(const mote_mining *m)
{
    const mote_dataset_config *cfg = mote_setting_dataset(m->p->settings);
    return cfg->kind->hears_negatives && cfg->other &&
           mote_negatives_in(m->version, MOTE_SPLIT_TRAIN).n > 0;
}

/* The most answering first; of equal ones as they come. */
static int compare(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->recording != y->recording)
        return x->recording < y->recording ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int compare_place(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->recording != y->recording)
        return x->recording < y->recording ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int32_t score_of(const miner *x, const mote_stream_outputs *said, size_t i)
{
    int32_t best = INT8_MIN;
    for (size_t k = 0; k < x->n_labels; k++) {
        const int32_t q = said->q[i * (size_t)said->n_classes + k];
        best = q > best ? q : best;
    }
    return best;
}

/* Keep a window; when there are twice as many as are wanted, the lesser half goes, and what they
 * were kept in is used again. */
static mote_status keep(miner *x, const candidate *c, const int16_t *samples, mote_err *err)
{
    const size_t n = mote_dataset_elements(x->like);
    if (x->n_best == 2 * x->most) {
        qsort(x->best, x->n_best, sizeof *x->best, compare);
        x->n_best = x->most;
    }
    int16_t *room = x->best[x->n_best].samples;
    if (!room)
        MOTE_TRY(mote_arena_take(x->arena, n, sizeof *room, &room, err));
    memcpy(room, samples, n * sizeof *room);
    x->best[x->n_best] = *c;
    x->best[x->n_best++].samples = room;
    return MOTE_OK;
}

static mote_status take_windows(miner *x, const mote_stream_outputs *said, const mote_audio *sound,
                                uint32_t recording, mote_err *err)
{
    for (size_t i = 0; i < said->n; i++) {
        const int32_t here = score_of(x, said, i);
        const int32_t before = i > 0 ? score_of(x, said, i - 1) : INT8_MIN;
        const int32_t after = i + 1 < said->n ? score_of(x, said, i + 1) : INT8_MIN;
        x->n_answers += here >= IS_ANSWER;
        if (!x->arena || here < LEAST_SCORE || before > here || after >= here)
            continue;
        const candidate c = {here, recording, i * x->hop, NULL};
        MOTE_TRY(keep(x, &c, sound->samples + i * x->hop, err));
    }
    x->n_heard += said->n;
    return MOTE_OK;
}

static mote_status hear(void *arg, const mote_negative *one, mote_err *err)
{
    miner *x = arg;
    const mote_audio *sound = mote_decoded_audio(one->decoded);
    const mote_stream_track track = {.rate_hz = sound->rate_hz,
                                     .steps = sound->samples,
                                     .n = sound->n,
                                     .step_bytes = sizeof *sound->samples};
    const mote_listening listening = {
        .track = &track, .hop = x->hop, .cancel = x->m->p->cfg.cancel};
    MOTE_SCOPED_ARENA scratch;
    mote_stream_outputs said;
    mote_arena_init(&scratch, (size_t)1 << 30);
    mote_stage_progress(x->m->p, x->m->r, (int64_t)one->index, (int64_t)one->n, x->note);
    if (sound->n < mote_dataset_elements(x->like))
        return MOTE_OK;
    x->hours += (double)sound->n / sound->rate_hz / 3600.0;
    MOTE_TRY(mote_listen(&x->judge, &listening, &scratch, &said, err));
    return take_windows(x, &said, sound, (uint32_t)one->index, err);
}

static mote_status hear_all(miner *x, mote_split split, mote_err *err)
{
    const mote_settings *s = x->m->p->settings;
    mote_dataset_config cfg = *mote_setting_dataset(s);
    cfg.split = split;
    cfg.cancel = x->m->p->cfg.cancel;
    x->judge = (mote_judge){.graph = x->m->graph,
                            .features = mote_setting_features(s),
                            .sample = x->like->shape,
                            .answer = x->like->answer,
                            .pool = x->m->p->cfg.pool};
    x->hop = (size_t)llround(MOTE_MINING_HOP_MS * x->like->rate_hz / 1000.0);
    x->n_labels = mote_setting_task(s)->labels.n;
    return mote_negatives_each(x->m->p->cfg.store, x->m->version, &cfg, hear, x, err);
}

mote_status mote_mining_find(const mote_mining *m, const mote_dataset *train, size_t most,
                             mote_arena *a, mote_mined *out, mote_err *err)
{
    const size_t n = mote_dataset_elements(train);
    MOTE_SCOPED_ARENA windows;
    mote_arena_init(&windows, (size_t)4 << 30);
    miner x = {.m = m,
               .like = train,
               .most = most,
               .arena = &windows,
               .note = "looking for windows that are taken for a label"};
    int16_t *samples = NULL;
    MOTE_TRY(mote_arena_take(&windows, 2 * most + 1, sizeof *x.best, &x.best, err));
    MOTE_TRY(hear_all(&x, MOTE_SPLIT_TRAIN, err));
    qsort(x.best, x.n_best, sizeof *x.best, compare);
    x.n_best = x.n_best < most ? x.n_best : most;
    qsort(x.best, x.n_best, sizeof *x.best, compare_place);
    MOTE_TRY(mote_arena_take(a, x.n_best * n + 1, sizeof *samples, &samples, err));
    for (size_t i = 0; i < x.n_best; i++)
        memcpy(samples + i * n, x.best[i].samples, n * sizeof *samples);
    *out = (mote_mined){samples, x.n_best, x.n_heard, x.n_answers};
    return MOTE_OK;
}

mote_status mote_mining_rate(const mote_mining *m, const mote_dataset *like, double *per_hour,
                             mote_err *err)
{
    miner x = {.m = m, .like = like, .note = "listening to the negatives of validation"};
    MOTE_TRY(hear_all(&x, MOTE_SPLIT_VALIDATION, err));
    *per_hour = x.hours > 0.0 ? (double)x.n_answers / x.hours : (double)NAN;
    return MOTE_OK;
}

mote_status mote_mining_append(const mote_dataset *d, const mote_mined *found, mote_arena *a,
                               mote_dataset *out, mote_err *err)
{
    mote_dataset all = *d;
    const size_t bytes = mote_dataset_sample_bytes(d), n = d->n + found->n;
    char *x = NULL;
    int32_t other = -1;
    for (size_t c = 0; c < d->n_classes; c++)
        other = strcmp(d->classes[c], MOTE_CLASS_UNKNOWN) == 0 ? (int32_t)c : other;
    MOTE_BUG_IF(other < 0 || !d->class_id);
    MOTE_TRY(mote_arena_take(a, n, bytes, &x, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *all.class_id, &all.class_id, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *all.label, &all.label, err));
    MOTE_TRY(mote_arena_take(a, d->n_classes, sizeof *all.n_per_class, &all.n_per_class, err));
    memcpy(x, d->x, d->n * bytes);
    memcpy(x + d->n * bytes, found->samples, found->n * bytes);
    memcpy(all.class_id, d->class_id, d->n * sizeof *all.class_id);
    memcpy(all.label, d->label, d->n * sizeof *all.label);
    memcpy(all.n_per_class, d->n_per_class, d->n_classes * sizeof *all.n_per_class);
    for (size_t i = d->n; i < n; i++) {
        all.class_id[i] = other;
        all.label[i] = MOTE_LABEL_NEGATIVE;
    }
    all.n_per_class[other] += found->n;
    all.x = x;
    all.n = n;
    all.group_id = NULL; /* training asks for none of these */
    all.time_s = NULL;
    all.key = NULL;
    all.place = NULL;
    *out = all;
    return MOTE_OK;
}
