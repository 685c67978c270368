/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines on the features of a split, see baselines.h. */
#include "pipeline/baselines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/baseline.h"
#include "evaluate/json_parts.h"
#include "pipeline/features.h"
#include "pipeline/stage_parts.h"
#include "project/schema.h"

typedef struct {
    const mote_answers *model;
    mote_baseline_data train; /* thinned */
    mote_features *test;
    mote_arena *arena;
    mote_buf unbeaten;
} beside;

/* Every k-th training sample with its target, as one table. */
static mote_status take_training(mote_pipeline *p, const mote_data_version *version, beside *b,
                                 size_t width, mote_err *err)
{
    mote_dataset d;
    mote_features *all = NULL;
    const float *x = NULL;
    float *kept = NULL, *values = NULL;
    int32_t *class_id = NULL;
    MOTE_TRY(mote_stage_split(p, version, MOTE_SPLIT_TRAIN, &d, err));
    mote_status st = mote_features_open(p, &d, &all, err);
    size_t step = (d.n + MOTE_BASELINES_MOST_SAMPLES - 1) / MOTE_BASELINES_MOST_SAMPLES;
    step = step > 0 ? step : 1;
    size_t n = (d.n + step - 1) / step, n_values = (size_t)d.n_values;
    if (st == MOTE_OK)
        st = mote_arena_take(b->arena, n * width, sizeof *kept, &kept, err);
    if (st == MOTE_OK && d.class_id && b->model->width > 1) /* of scores all are normal */
        st = mote_arena_take(b->arena, n, sizeof *class_id, &class_id, err);
    if (st == MOTE_OK && d.values)
        st = mote_arena_take(b->arena, n * n_values, sizeof *values, &values, err);
    for (size_t i = 0; st == MOTE_OK && i < n; i++) {
        st = mote_features_at(all, i * step, 1, &x, err);
        if (st == MOTE_OK)
            memcpy(kept + i * width, x, width * sizeof *kept);
        if (class_id)
            class_id[i] = d.class_id[i * step];
        if (values)
            memcpy(values + i * n_values, d.values + i * step * n_values,
                   n_values * sizeof *values);
    }
    mote_features_close(all);
    mote_dataset_release(&d);
    b->train = (mote_baseline_data){.n = n,
                                    .n_columns = width,
                                    .x = kept,
                                    .n_outputs = b->model->width,
                                    .class_id = class_id,
                                    .values = values};
    return st;
}

static mote_status put_text(json_t *all, const char *name, const char *text, mote_err *err)
{
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(all, name, o, err));
    return mote_json_put(o, "text", json_string(text), err);
}

static mote_status put_pair(json_t *all, const char *name, const mote_answers_pair *pair,
                            mote_err *err)
{
    char text[320], who[64];
    (void)mote_format(who, sizeof who, "the baseline '%s'", name);
    mote_answers_pair_text(pair, who, "the model", text, sizeof text);
    MOTE_TRY(put_text(all, name, text, err));
    json_t *o = json_object_get(all, name);
    MOTE_TRY(mote_json_put(o, "metric", json_string(mote_metric_info(pair->metric)->name), err));
    MOTE_TRY(mote_json_put_interval(o, "value", pair->champion, err));
    MOTE_TRY(mote_json_put_interval(o, "difference", pair->difference, err));
    return mote_json_put(o, "is_beaten", json_boolean(pair->is_challenger_better), err);
}

/* What a baseline says of the test samples. */
static mote_status predict(const beside *b, const mote_baseline *fitted, size_t n, float *y,
                           mote_err *err)
{
    for (size_t at = 0; at < n; at += MOTE_FEATURES_STRETCH) {
        const size_t k = n - at < MOTE_FEATURES_STRETCH ? n - at : MOTE_FEATURES_STRETCH;
        const float *x = NULL;
        MOTE_TRY(mote_features_at(b->test, at, k, &x, err));
        mote_baseline_predict(fitted, x, k, y + at * (size_t)fitted->n_outputs);
    }
    return MOTE_OK;
}

static mote_status judge_one(beside *b, mote_baseline_kind kind, json_t *all, mote_err *err)
{
    const char *name = mote_baseline_name(kind);
    const mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_arena_mark mark = mote_arena_save(b->arena);
    mote_baseline fitted;
    mote_answers_pair pair;
    mote_answers said = *b->model;
    float *y = NULL;
    mote_err why = {0};
    mote_status st = mote_baseline_fit(kind, &b->train, b->arena, &fitted, &why);
    if (st == MOTE_UNSUPPORTED) /* there is no such one for the answer */
        return MOTE_OK;
    if (st == MOTE_LIMIT)
        return put_text(all, name, why.text, err);
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    MOTE_TRY(mote_arena_take(b->arena, said.n * (size_t)said.width, sizeof *y, &y, err));
    MOTE_TRY(predict(b, &fitted, said.n, y, err));
    said.said = y;
    said.lo = said.hi = NULL;
    MOTE_TRY(mote_answers_compare(&said, b->model, &cfg, b->arena, &pair, err));
    mote_arena_rewind(b->arena, mark);
    if (!pair.is_challenger_better)
        mote_buf_printf(&b->unbeaten, "%s'%s'", b->unbeaten.len ? ", " : "", name);
    return put_pair(all, name, &pair, err);
}

/* ---- what was before --------------------------------------------------------------------- */

#define DAY_US (INT64_C(86400) * 1000000)

/* A sample of any split; at: its index in the test, SIZE_MAX of others. */
typedef struct {
    double time_s;
    size_t at;
    float value;
} step;

typedef struct {
    step *steps;
    size_t n;
    int64_t *time_us;
    float *values, *said; /* of the steps; what was before each */
} course;

static int compare_steps(const void *a, const void *b)
{
    const step *x = a, *y = b;
    if (x->time_s < y->time_s || x->time_s > y->time_s)
        return x->time_s < y->time_s ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void add_steps(course *c, const mote_dataset *d, bool is_test)
{
    for (size_t i = 0; i < d->n; i++)
        if (isfinite(d->time_s[i]))
            c->steps[c->n++] = (step){d->time_s[i], is_test ? i : SIZE_MAX, d->values[i]};
}

/* All splits in order of time. */
static mote_status take_course(mote_pipeline *p, const mote_baselines_material *m, mote_arena *a,
                               course *c, mote_err *err)
{
    static const mote_split before[2] = {MOTE_SPLIT_TRAIN, MOTE_SPLIT_VALIDATION};
    mote_dataset d[2] = {0};
    mote_status st = MOTE_OK;
    for (int k = 0; st == MOTE_OK && k < 2; k++)
        st = mote_stage_split(p, m->version, before[k], &d[k], err);
    size_t n = m->test->n + d[0].n + d[1].n;
    if (st == MOTE_OK)
        st = mote_arena_take(a, n, sizeof *c->steps, &c->steps, err);
    if (st == MOTE_OK)
        st = mote_arena_take(a, n, sizeof *c->time_us, &c->time_us, err);
    if (st == MOTE_OK)
        st = mote_arena_take(a, n, sizeof *c->values, &c->values, err);
    if (st == MOTE_OK)
        st = mote_arena_take(a, n, sizeof *c->said, &c->said, err);
    for (int k = 0; st == MOTE_OK && k < 2; k++)
        if (d[k].time_s)
            add_steps(c, &d[k], false);
    for (int k = 0; k < 2; k++)
        mote_dataset_release(&d[k]);
    if (st != MOTE_OK)
        return st;
    add_steps(c, m->test, true);
    qsort(c->steps, c->n, sizeof *c->steps, compare_steps);
    for (size_t i = 0; i < c->n; i++) {
        c->time_us[i] = (int64_t)(c->steps[i].time_s * 1e6);
        c->values[i] = c->steps[i].value;
    }
    return MOTE_OK;
}

/* The test samples before which something was known: the model and the value then, side by side. */
static mote_status judge_earlier(beside *b, course *c, const char *name, int64_t back_us,
                                 json_t *all, mote_err *err)
{
    const mote_evaluate_config cfg = mote_evaluate_config_default();
    const mote_baseline_steps steps = {c->n, c->time_us, c->values, 1, back_us};
    const mote_answers *m = b->model;
    float *said = NULL, *before = NULL, *truth = NULL;
    int32_t *groups = NULL;
    size_t n_known = 0, n = 0;
    mote_answers_pair pair;
    mote_arena_mark mark = mote_arena_save(b->arena);
    MOTE_TRY(mote_baseline_earlier(&steps, c->said, &n_known, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n, sizeof *said, &said, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n, sizeof *before, &before, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n, sizeof *truth, &truth, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n, sizeof *groups, &groups, err));
    for (size_t i = 0; i < c->n; i++) {
        size_t at = c->steps[i].at;
        if (at == SIZE_MAX || !isfinite(c->said[i]))
            continue;
        said[n] = m->said[at];
        before[n] = c->said[i];
        truth[n] = m->values[at];
        groups[n++] = m->groups ? m->groups[at] : (int32_t)at;
    }
    if (n > 0) {
        mote_answers model = {.kind = m->kind,
                              .n = n,
                              .width = 1,
                              .said = said,
                              .values = truth,
                              .groups = m->groups ? groups : NULL,
                              .n_groups = m->n_groups};
        mote_answers then = model;
        then.said = before;
        MOTE_TRY(mote_answers_compare(&then, &model, &cfg, b->arena, &pair, err));
        if (!pair.is_challenger_better)
            mote_buf_printf(&b->unbeaten, "%s'%s'", b->unbeaten.len ? ", " : "", name);
        MOTE_TRY(put_pair(all, name, &pair, err));
    }
    mote_arena_rewind(b->arena, mark);
    return MOTE_OK;
}

static mote_status judge_time(mote_pipeline *p, const mote_baselines_material *m, beside *b,
                              json_t *all, mote_err *err)
{
    course c = {.n = 0};
    if (!m->test->time_s || !m->test->values || m->test->n_values != 1)
        return MOTE_OK;
    MOTE_TRY(take_course(p, m, b->arena, &c, err));
    if (c.n == 0)
        return MOTE_OK;
    MOTE_TRY(judge_earlier(b, &c, "last", 0, all, err));
    return judge_earlier(b, &c, "day", DAY_US, all, err);
}

/* ---- all of them ------------------------------------------------------------------------- */

static mote_status judge_all(mote_pipeline *p, const mote_baselines_material *m, beside *b,
                             json_t *all, const char **unbeaten, mote_err *err)
{
    mote_status st = take_training(p, m->version, b, mote_features_width(b->test), err);
    for (int k = 0; st == MOTE_OK && k < MOTE_N_BASELINES; k++)
        st = judge_one(b, (mote_baseline_kind)k, all, err);
    if (st == MOTE_OK)
        st = judge_time(p, m, b, all, err);
    if (st == MOTE_OK)
        st = mote_buf_status(&b->unbeaten, err);
    if (st == MOTE_OK) {
        *unbeaten = mote_arena_strdup(b->arena, b->unbeaten.len ? b->unbeaten.data : "");
        st = *unbeaten ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the baselines");
    }
    return st;
}

mote_status mote_baselines_judge(mote_pipeline *p, const mote_baselines_material *m, mote_arena *a,
                                 json_t **out, const char **unbeaten, mote_err *err)
{
    MOTE_SCOPED_JSON *all = json_object();
    beside b = {.model = m->model, .arena = a};
    MOTE_TRY(mote_features_open(p, m->test, &b.test, err));
    mote_buf_init(&b.unbeaten, 1024);
    mote_status st = judge_all(p, m, &b, all, unbeaten, err);
    mote_buf_release(&b.unbeaten);
    mote_features_close(b.test);
    if (st == MOTE_OK)
        *out = json_incref(all);
    return st;
}
