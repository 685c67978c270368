/* SPDX-License-Identifier: Apache-2.0 */
/* Teachers on the samples of training. See tutors.h. */
#include "pipeline/tutors.h"

#include <string.h>

#include "feature/frontend.h"

typedef struct {
    const mote_frontend *hears_by;
    mote_frontend_plan *plan; /* NULL: a tutor before hears by the same, for both */
    mote_teacher *teacher;
    size_t elements;
    float *x; /* [batch][elements] */
} tutor;

struct mote_tutors {
    mote_arena arena;
    mote_tutors_config cfg;
    tutor *all;  /* [cfg.n] */
    float *said; /* [batch][classes] */
};

/* The outputs of a teacher that are the classes of the data. */
static mote_status find_outputs(const mote_start *from, const mote_dataset *d, int32_t *outputs,
                                mote_err *err)
{
    const mote_signature *s = from->model ? mote_model_signature(from->model) : NULL;
    const int64_t n_out = mote_tensor_elements(&from->graph->tensors[from->graph->outputs[0]]);
    if (!s && n_out != (int64_t)d->n_classes)
        return mote_fail(err, MOTE_ARG, "it says %lld classes without names, here are %zu",
                         (long long)n_out, d->n_classes);
    for (size_t c = 0; c < d->n_classes; c++) {
        int32_t k = s ? 0 : (int32_t)c;
        while (s && k < s->n_labels && strcmp(s->labels[k], d->classes[c]) != 0)
            k++;
        if (s && k == s->n_labels)
            return mote_fail(err, MOTE_ARG, "it does not know '%s'", d->classes[c]);
        outputs[c] = k;
    }
    return MOTE_OK;
}

static mote_status check_samples(const mote_start *from, const mote_dataset *d, mote_err *err)
{
    char theirs[MOTE_SHAPE_TEXT_BYTES], ours[MOTE_SHAPE_TEXT_BYTES];
    if (!from->model || mote_shape_equal(&mote_model_signature(from->model)->sample, &d->shape))
        return MOTE_OK;
    mote_shape_text(&mote_model_signature(from->model)->sample, theirs);
    mote_shape_text(&d->shape, ours);
    return mote_fail(err, MOTE_ARG, "it hears samples of %s, here they are %s", theirs, ours);
}

static mote_status open_one(mote_tutors *t, const mote_start *from, tutor *one, mote_err *err)
{
    const mote_tutors_config *c = &t->cfg;
    const mote_frontend *f = from->model && mote_frontend_is_given(mote_model_frontend(from->model))
                                 ? mote_model_frontend(from->model)
                                 : c->features;
    int32_t *outputs = NULL;
    MOTE_TRY(mote_arena_take(&t->arena, c->data->n_classes, sizeof *outputs, &outputs, err));
    MOTE_TRY(check_samples(from, c->data, err));
    MOTE_TRY(find_outputs(from, c->data, outputs, err));
    const mote_teacher_config tc = {.graph = from->graph,
                                    .outputs = outputs,
                                    .n_classes = (int32_t)c->data->n_classes,
                                    .max_batch = c->batch,
                                    .temperature = c->temperature,
                                    .pool = c->pool};
    MOTE_TRY(mote_teacher_create(&tc, &one->teacher, err));
    one->hears_by = f;
    one->elements = mote_frontend_elements(f, &c->data->shape);
    if (one->elements != mote_teacher_in_elements(one->teacher))
        return mote_fail(err, MOTE_SHAPE, "it takes %zu features of a sample, here are %zu",
                         mote_teacher_in_elements(one->teacher), one->elements);
    for (const tutor *before = t->all; before < one; before++)
        if (before->hears_by == f) {
            one->x = before->x;
            return MOTE_OK;
        }
    MOTE_TRY(mote_frontend_plan_create(f, &c->data->shape, c->n_workers, &one->plan, err));
    return mote_arena_take(&t->arena, (size_t)c->batch, one->elements * sizeof *one->x, &one->x,
                           err);
}

static mote_status open_all(mote_tutors *t, mote_err *err)
{
    const mote_tutors_config *c = &t->cfg;
    if (!c->data->class_id)
        return mote_fail(err, MOTE_UNSUPPORTED, "'training.teacher' teaches classes alone");
    MOTE_TRY(mote_arena_take(&t->arena, c->n, sizeof *t->all, &t->all, err));
    MOTE_TRY(mote_arena_take(&t->arena, (size_t)c->batch, c->data->n_classes * sizeof *t->said,
                             &t->said, err));
    for (size_t i = 0; i < c->n; i++) {
        const mote_status st = open_one(t, &c->teachers[i], &t->all[i], err);
        if (st != MOTE_OK)
            return mote_wrap(err, st, "'training.teacher' ('%s')", c->teachers[i].name);
    }
    return MOTE_OK;
}

mote_status mote_tutors_create(const mote_tutors_config *cfg, mote_tutors **out, mote_err *err)
{
    mote_tutors *t = mote_alloc_zero(1, sizeof *t);
    if (!t)
        return mote_fail(err, MOTE_NOMEM, "no memory for teachers");
    t->cfg = *cfg;
    mote_arena_init(&t->arena, (size_t)4 << 30);
    const mote_status st = open_all(t, err);
    if (st != MOTE_OK) {
        mote_tutors_destroy(t);
        return st;
    }
    *out = t;
    return MOTE_OK;
}

void mote_tutors_destroy(mote_tutors *t)
{
    if (!t)
        return;
    for (size_t i = 0; t->all && i < t->cfg.n; i++) {
        mote_frontend_plan_destroy(t->all[i].plan);
        mote_teacher_destroy(t->all[i].teacher);
    }
    mote_arena_release(&t->arena);
    mote_free(t);
}

mote_status mote_tutors_hear(mote_tutors *t, int32_t worker, size_t i, const void *sample,
                             mote_err *err)
{
    const size_t n_steps = (size_t)t->cfg.data->shape.dims[0];
    for (size_t k = 0; k < t->cfg.n; k++)
        if (t->all[k].plan)
            MOTE_TRY(mote_frontend_run(t->all[k].plan, worker, sample, n_steps,
                                       t->all[k].x + i * t->all[k].elements, err));
    return MOTE_OK;
}

void mote_tutors_say(mote_tutors *t, int32_t n, float *targets)
{
    const size_t n_said = (size_t)n * t->cfg.data->n_classes;
    memset(t->said, 0, n_said * sizeof *t->said);
    for (size_t k = 0; k < t->cfg.n; k++)
        mote_teacher_add(t->all[k].teacher, t->all[k].x, n, 1.0 / (double)t->cfg.n, t->said);
    const double w = t->cfg.weight;
    for (size_t i = 0; i < n_said; i++)
        targets[i] = (float)((1.0 - w) * (double)targets[i] + w * (double)t->said[i]);
}
