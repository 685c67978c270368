/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing and computing golden vectors. See golden.h. */
#include "pipeline/golden.h"

#include <string.h>

/* What was taken so far. */
typedef struct {
    const mote_dataset *d;
    bool *is_taken;     /* [n] */
    uint32_t *of_group; /* [n_groups] */
    uint32_t *of_class; /* [n_classes] */
} taking;

/* The clip of a class whose group was taken least; d->n: the class has no more. */
static size_t next_of(const taking *t, int32_t class_id)
{
    const mote_dataset *d = t->d;
    size_t best = d->n;
    for (size_t i = 0; i < d->n; i++) {
        if (t->is_taken[i] || d->class_id[i] != class_id)
            continue;
        if (best == d->n || t->of_group[d->group_id[i]] < t->of_group[d->group_id[best]])
            best = i;
    }
    return best;
}

mote_status mote_golden_choose(const mote_dataset *d, int32_t n_conditions, mote_arena *a,
                               mote_golden_choice *out, size_t *n, mote_err *err)
{
    taking t = {.d = d};
    size_t wanted = d->n < MOTE_GOLDEN_CLIPS ? d->n : MOTE_GOLDEN_CLIPS, got = 0;
    MOTE_TRY(mote_arena_take(a, d->n + 1, sizeof *t.is_taken, &t.is_taken, err));
    MOTE_TRY(mote_arena_take(a, d->n_groups + 1, sizeof *t.of_group, &t.of_group, err));
    MOTE_TRY(mote_arena_take(a, d->n_classes + 1, sizeof *t.of_class, &t.of_class, err));
    for (int32_t c = 0; got < wanted; c = (c + 1) % (int32_t)d->n_classes) {
        size_t i = next_of(&t, c);
        if (i == d->n)
            continue;
        t.is_taken[i] = true;
        t.of_group[d->group_id[i]]++;
        int32_t condition = (int32_t)(t.of_class[c]++ % (uint32_t)n_conditions);
        out[got++] = (mote_golden_choice){.clip = (uint32_t)i, .condition = condition};
    }
    *n = got;
    return MOTE_OK;
}

mote_status mote_golden_make(const mote_judge *j, const mote_dataset *d, const int16_t *const *pcm,
                             int32_t n_conditions, mote_arena *a, mote_golden *out, mote_err *err)
{
    mote_golden_choice chosen[MOTE_GOLDEN_CLIPS];
    size_t n = 0, clip = mote_dataset_elements(d), n_out = d->n_classes;
    size_t n_in = (size_t)mote_tensor_elements(&j->graph->tensors[j->graph->inputs[0]]);
    int16_t *sound = NULL;
    int8_t *in = NULL, *y = NULL;
    MOTE_TRY(mote_golden_choose(d, n_conditions, a, chosen, &n, err));
    MOTE_TRY(mote_arena_take(a, n * clip, sizeof *sound, &sound, err));
    MOTE_TRY(mote_arena_take(a, n * n_in, 1, &in, err));
    MOTE_TRY(mote_arena_take(a, n * n_out, 1, &y, err));
    mote_bench *bench = NULL;
    MOTE_TRY(mote_bench_create(j, &bench, err));
    for (size_t i = 0; i < n; i++) {
        mote_bench_view seen;
        memcpy(sound + i * clip, pcm[chosen[i].condition] + chosen[i].clip * clip,
               clip * sizeof *sound);
        if (!mote_bench_run(bench, 0, sound + i * clip, &seen))
            break;
        memcpy(in + i * n_in, seen.input, n_in);
        memcpy(y + i * n_out, seen.output, n_out);
    }
    mote_status st = mote_bench_status(bench, err);
    mote_bench_destroy(bench);
    if (st != MOTE_OK)
        return st;
    *out = (mote_golden){.n = (int32_t)n,
                         .sample = d->shape,
                         .in = {MOTE_I8, 1, {(int32_t)n_in}},
                         .out = {MOTE_I8, 1, {(int32_t)n_out}},
                         .x = sound,
                         .ins = in,
                         .outs = y};
    return MOTE_OK;
}
