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
        if (t->is_taken[i] || (d->class_id && d->class_id[i] != class_id))
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
    int32_t n_classes = d->class_id ? (int32_t)d->n_classes : 1;
    size_t wanted = d->n < MOTE_GOLDEN_CLIPS ? d->n : MOTE_GOLDEN_CLIPS, got = 0;
    MOTE_TRY(mote_arena_take(a, d->n + 1, sizeof *t.is_taken, &t.is_taken, err));
    MOTE_TRY(mote_arena_take(a, d->n_groups + 1, sizeof *t.of_group, &t.of_group, err));
    MOTE_TRY(mote_arena_take(a, (size_t)n_classes, sizeof *t.of_class, &t.of_class, err));
    for (int32_t c = 0; got < wanted; c = (c + 1) % n_classes) {
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

/* One after the other, as a row of numbers. */
static mote_shape flat(const mote_graph *g, int32_t tensor)
{
    const mote_tensor *t = &g->tensors[tensor];
    return (mote_shape){t->dtype, 1, {(int32_t)mote_tensor_elements(t)}};
}

static size_t bytes_of(const mote_shape *s)
{
    return (size_t)mote_shape_elements(s) * mote_dtype_bytes(s->dtype);
}

mote_status mote_golden_make(const mote_judge *j, const mote_golden_material *m, mote_arena *a,
                             mote_golden *out, mote_err *err)
{
    const mote_graph *g = j->graph;
    mote_golden_choice chosen[MOTE_GOLDEN_CLIPS];
    mote_golden golden = {
        .sample = m->d->shape, .in = flat(g, g->inputs[0]), .out = flat(g, g->outputs[0])};
    size_t n = 0, sample = mote_dataset_sample_bytes(m->d);
    size_t n_in = bytes_of(&golden.in), n_out = bytes_of(&golden.out);
    char *x = NULL, *in = NULL, *y = NULL;
    MOTE_TRY(mote_golden_choose(m->d, m->n_conditions, a, chosen, &n, err));
    MOTE_TRY(mote_arena_take(a, n * sample, 1, &x, err));
    MOTE_TRY(mote_arena_take(a, n * n_in, 1, &in, err));
    MOTE_TRY(mote_arena_take(a, n * n_out, 1, &y, err));
    mote_bench *bench = NULL;
    MOTE_TRY(mote_bench_create(j, &bench, err));
    for (size_t i = 0; i < n; i++) {
        mote_bench_view seen;
        memcpy(x + i * sample,
               (const char *)m->samples[chosen[i].condition] + chosen[i].clip * sample, sample);
        if (!mote_bench_run(bench, 0, x + i * sample, &seen))
            break;
        memcpy(in + i * n_in, seen.input, n_in);
        memcpy(y + i * n_out, seen.output, n_out);
    }
    mote_status st = mote_bench_status(bench, err);
    mote_bench_destroy(bench);
    if (st != MOTE_OK)
        return st;
    golden.n = (int32_t)n;
    golden.x = x;
    golden.ins = in;
    golden.outs = y;
    *out = golden;
    return MOTE_OK;
}

mote_status mote_golden_labels(const mote_golden_material *m, mote_arena *a, json_t **out,
                               mote_err *err)
{
    const mote_dataset *d = m->d;
    mote_golden_choice chosen[MOTE_GOLDEN_CLIPS];
    size_t n = 0;
    MOTE_TRY(mote_golden_choose(d, m->n_conditions, a, chosen, &n, err));
    json_t *labels = json_array();
    n = d->class_id ? n : 0;
    for (size_t i = 0; i < n; i++)
        json_array_append_new(labels, mote_json_text(d->classes[d->class_id[chosen[i].clip]]));
    if (!labels || json_array_size(labels) != n) {
        json_decref(labels);
        return mote_fail(err, MOTE_NOMEM, "no memory for golden labels");
    }
    *out = labels;
    return MOTE_OK;
}
