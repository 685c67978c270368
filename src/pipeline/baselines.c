/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines on the samples of a jury, see baselines.h. */
#include "pipeline/baselines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/baseline.h"
#include "evaluate/energy.h"
#include "evaluate/json_parts.h"
#include "pipeline/features.h"
#include "pipeline/stage_parts.h"
#include "project/schema.h"

/* What is fitted, and to what. */
static const struct {
    const char *name; /* NULL: that of the kind */
    mote_baseline_kind kind;
    bool by_energy;
} rows[] = {
    {NULL, MOTE_BASELINE_CONSTANT, false},
    {NULL, MOTE_BASELINE_RULE, false},
    {"energy", MOTE_BASELINE_RULE, true},
    {NULL, MOTE_BASELINE_LINEAR, false},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

typedef struct {
    mote_pipeline *p;
    const mote_baselines_material *m;
    mote_arena *arena;
    float *said[N_ROWS];  /* [n][width] of the samples of the jury; NULL: there is no such one */
    mote_err why[N_ROWS]; /* status LIMIT: why there is none */
    json_t *all;
    mote_buf unbeaten;
} beside;

static const char *name_of(size_t row)
{
    return rows[row].name ? rows[row].name : mote_baseline_name(rows[row].kind);
}

/* ---- samples as rows of numbers ---------------------------------------------------------- */

/* The samples of a data set as the one or the other kind of baseline sees them. */
typedef struct {
    const mote_dataset *d;
    mote_features *features; /* NULL: energy */
    size_t width;
} table;

static mote_status table_at(const table *t, size_t first, size_t n, float *out, mote_err *err)
{
    const float *x = NULL;
    if (t->features) {
        MOTE_TRY(mote_features_at(t->features, first, n, &x, err));
        memcpy(out, x, n * t->width * sizeof *out);
        return MOTE_OK;
    }
    for (size_t i = 0; i < n; i++)
        mote_energy_of(&t->d->shape, mote_dataset_sample(t->d, first + i), out + i * t->width);
    return MOTE_OK;
}

/* Every k-th training sample with its target. */
static mote_status thin(const table *t, int32_t n_outputs, mote_arena *a, mote_baseline_data *out,
                        mote_err *err)
{
    const mote_dataset *d = t->d;
    const size_t step = (d->n + MOTE_BASELINES_MOST_SAMPLES - 1) / MOTE_BASELINES_MOST_SAMPLES;
    const size_t n = (d->n + step - 1) / step, n_values = (size_t)d->n_values;
    const bool has_classes = d->class_id && n_outputs > 1; /* of scores all are normal */
    float *x = NULL, *values = NULL;
    int32_t *class_id = NULL;
    MOTE_TRY(mote_arena_take(a, n * t->width, sizeof *x, &x, err));
    if (has_classes)
        MOTE_TRY(mote_arena_take(a, n, sizeof *class_id, &class_id, err));
    if (d->values)
        MOTE_TRY(mote_arena_take(a, n * n_values, sizeof *values, &values, err));
    for (size_t i = 0; i < n; i++) {
        MOTE_TRY(table_at(t, i * step, 1, x + i * t->width, err));
        if (has_classes)
            class_id[i] = d->class_id[i * step];
        if (d->values)
            memcpy(values + i * n_values, d->values + i * step * n_values,
                   n_values * sizeof *values);
    }
    *out = (mote_baseline_data){.n = n,
                                .n_columns = t->width,
                                .x = x,
                                .n_outputs = n_outputs,
                                .class_id = class_id,
                                .values = values};
    return MOTE_OK;
}

/* ---- fitted ------------------------------------------------------------------------------ */

/* What a baseline says of the samples of a part of the jury. */
static mote_status predict(const table *judged, const mote_baseline *fitted, mote_arena *a,
                           float *y, mote_err *err)
{
    float *x = NULL;
    MOTE_TRY(mote_arena_take(a, MOTE_FEATURES_STRETCH * judged->width, sizeof *x, &x, err));
    for (size_t at = 0; at < judged->d->n; at += MOTE_FEATURES_STRETCH) {
        const size_t left = judged->d->n - at,
                     k = left < MOTE_FEATURES_STRETCH ? left : MOTE_FEATURES_STRETCH;
        MOTE_TRY(table_at(judged, at, k, x, err));
        mote_baseline_predict(fitted, x, k, y + at * (size_t)fitted->n_outputs);
    }
    return MOTE_OK;
}

/* Fit a row to `train` and put what it says of `judged` where it belongs, from sample `first` on.
 */
static mote_status fit_row(beside *b, size_t row, const mote_baseline_data *train,
                           const table *judged, size_t first, mote_err *err)
{
    const size_t width = (size_t)b->m->model->width;
    mote_baseline fitted;
    mote_err why = {0};
    mote_status st = mote_baseline_fit(rows[row].kind, train, b->arena, &fitted, &why);
    if (st == MOTE_UNSUPPORTED || st == MOTE_LIMIT) { /* there is no such one */
        b->said[row] = NULL;
        b->why[row] = why;
        return MOTE_OK;
    }
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    return predict(judged, &fitted, b->arena, b->said[row] + first * width, err);
}

/* All rows that look at the one or at the other. */
static mote_status fit_rows(beside *b, bool by_energy, const table *train, const table *judged,
                            size_t first, mote_err *err)
{
    mote_baseline_data data;
    mote_arena_mark mark = mote_arena_save(b->arena);
    if (train->width == 0)
        return MOTE_OK;
    MOTE_TRY(thin(train, b->m->model->width, b->arena, &data, err));
    for (size_t row = 0; row < N_ROWS; row++)
        if (rows[row].by_energy == by_energy && b->said[row])
            MOTE_TRY(fit_row(b, row, &data, judged, first, err));
    mote_arena_rewind(b->arena, mark);
    return MOTE_OK;
}

static size_t energy_width(const mote_dataset *d)
{
    return d->rate_hz > 0 ? mote_energy_width(&d->shape) : 0;
}

/* Of a part of the jury; its front end is that of the settings at hand. */
static mote_status fit_beside(beside *b, const mote_dataset *train, const mote_jury_part *part,
                              mote_err *err)
{
    const mote_dataset judged = mote_dataset_part(&b->m->jury->clips, part->first, part->n);
    table t[2] = {{.d = train}, {.d = &judged}};
    mote_status st = MOTE_OK;
    for (int k = 0; st == MOTE_OK && k < 2; k++) {
        st = mote_features_open(b->p, t[k].d, &t[k].features, err);
        if (st == MOTE_OK)
            t[k].width = mote_features_width(t[k].features);
    }
    if (st == MOTE_OK)
        st = fit_rows(b, false, &t[0], &t[1], part->first, err);
    for (int k = 0; k < 2; k++) {
        mote_features_close(t[k].features);
        t[k] = (table){.d = t[k].d, .width = energy_width(t[k].d)};
    }
    return st == MOTE_OK ? fit_rows(b, true, &t[0], &t[1], part->first, err) : st;
}

/* What the model that judges part k has learned from, by the front end that was fitted to it. */
static mote_status fit_part(beside *b, int32_t k, mote_err *err)
{
    const mote_jury *j = b->m->jury;
    const mote_frontend before = b->p->made.features_;
    mote_dataset_config c = *mote_setting_dataset(b->p->settings);
    mote_dataset train;
    c.split = MOTE_SPLIT_TRAIN;
    if (j->is_folds) {
        c.n_folds = j->n_parts;
        c.round = k;
        c.fold_seed = b->m->version->seed;
    }
    MOTE_TRY(mote_stage_load(b->p, b->m->version, &c, &train, err));
    if (j->parts[k].features)
        b->p->made.features_ = *j->parts[k].features;
    mote_status st = fit_beside(b, &train, &j->parts[k], err);
    b->p->made.features_ = before;
    mote_dataset_release(&train);
    return st;
}

static mote_status fit_all(beside *b, mote_err *err)
{
    const mote_jury *j = b->m->jury;
    const mote_answers *model = b->m->model;
    for (size_t row = 0; row < N_ROWS; row++)
        if (!rows[row].by_energy || energy_width(&j->clips) > 0)
            MOTE_TRY(mote_arena_take(b->arena, model->n * (size_t)model->width,
                                     sizeof *b->said[row], &b->said[row], err));
    for (int32_t k = 0; k < j->n_parts; k++)
        if (j->parts[k].n > 0)
            MOTE_TRY(fit_part(b, k, err));
    return MOTE_OK;
}

/* ---- judged ------------------------------------------------------------------------------ */

static mote_status put_text(json_t *all, const char *name, const char *text, mote_err *err)
{
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(all, name, o, err));
    return mote_json_put(o, "text", json_string(text), err);
}

/* Under `key`: how the model stands beside the baseline `name`. */
static mote_status put_pair(json_t *into, const char *key, const char *name,
                            const mote_answers_pair *pair, mote_err *err)
{
    char text[400], who[64];
    (void)mote_format(who, sizeof who, "the baseline '%s'", name);
    mote_answers_pair_text(pair, who, "the model", text, sizeof text);
    MOTE_TRY(put_text(into, key, text, err));
    json_t *o = json_object_get(into, key);
    MOTE_TRY(mote_json_put(o, "metric", json_string(mote_metric_info(pair->metric)->name), err));
    MOTE_TRY(mote_json_put_interval(o, "value", pair->champion, err));
    MOTE_TRY(mote_json_put_interval(o, "difference", pair->difference, err));
    return mote_json_put(o, "is_beaten", json_boolean(pair->is_challenger_better), err);
}

static mote_status log_pair(beside *b, const char *name, const mote_answers_pair *pair,
                            mote_err *err)
{
    char key[200];
    (void)mote_format(key, sizeof key, "baseline/%s/%s%s%s", name,
                      mote_metric_info(pair->metric)->name, pair->of ? "/" : "",
                      pair->of ? pair->of : "");
    const mote_run_point point = {key, pair->champion.value, 0, b->p->cfg.now_ms()};
    return b->m->is_of_run && isfinite(point.value) ? mote_stage_log_points(b->p, &point, 1, err)
                                                    : MOTE_OK;
}

static void note_unbeaten(beside *b, const char *name, const mote_answers_pair *pair)
{
    if (pair->is_challenger_better)
        return;
    mote_buf_printf(&b->unbeaten, "%s'%s'", b->unbeaten.len ? ", " : "", name);
    if (pair->of)
        mote_buf_printf(&b->unbeaten, " (%s)", pair->of);
}

/* The model and a baseline, by all that they say or by a value. */
static mote_status judge_by(beside *b, const char *name, const mote_answers *baseline,
                            const mote_answers *model, json_t *into, mote_err *err)
{
    const mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_answers_pair pair;
    MOTE_TRY(mote_answers_compare(baseline, model, &cfg, b->arena, &pair, err));
    note_unbeaten(b, name, &pair);
    MOTE_TRY(put_pair(into, pair.of ? pair.of : name, name, &pair, err));
    return log_pair(b, name, &pair, err);
}

/* By all, then by each of several values. */
static mote_status judge_pair(beside *b, const char *name, const mote_answers *baseline,
                              const mote_answers *model, mote_err *err)
{
    MOTE_TRY(judge_by(b, name, baseline, model, b->all, err));
    if (model->kind != MOTE_ANSWER_VALUE || model->width == 1)
        return MOTE_OK;
    json_t *each = json_object();
    MOTE_TRY(mote_json_put(json_object_get(b->all, name), "each", each, err));
    for (int32_t k = 0; k < model->width; k++) {
        mote_answers one[2];
        mote_arena_mark mark = mote_arena_save(b->arena);
        MOTE_TRY(mote_answers_value(baseline, k, b->m->names[k], b->arena, &one[0], err));
        MOTE_TRY(mote_answers_value(model, k, b->m->names[k], b->arena, &one[1], err));
        MOTE_TRY(judge_by(b, name, &one[0], &one[1], each, err));
        mote_arena_rewind(b->arena, mark);
    }
    return MOTE_OK;
}

static mote_status judge_row(beside *b, size_t row, mote_err *err)
{
    mote_answers said = *b->m->model;
    if (!b->said[row])
        return b->why[row].status == MOTE_LIMIT
                   ? put_text(b->all, name_of(row), b->why[row].text, err)
                   : MOTE_OK;
    said.said = b->said[row];
    said.lo = said.hi = NULL;
    return judge_pair(b, name_of(row), &said, b->m->model, err);
}

/* ---- what was before --------------------------------------------------------------------- */

#define DAY_US (INT64_C(86400) * 1000000)

/* A sample of any split; at: its index among those that are judged, SIZE_MAX of others. */
typedef struct {
    double time_s;
    size_t at;
    const float *values;
} step;

typedef struct {
    step *steps;
    size_t n;
    int64_t *time_us;
    float *values, *said; /* [n][width] of the steps; what was before each */
} course;

static int compare_steps(const void *a, const void *b)
{
    const step *x = a, *y = b;
    if (x->time_s < y->time_s || x->time_s > y->time_s)
        return x->time_s < y->time_s ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void add_steps(course *c, const mote_dataset *d, bool is_judged)
{
    for (size_t i = 0; d->time_s && i < d->n; i++)
        if (isfinite(d->time_s[i]))
            c->steps[c->n++] =
                (step){d->time_s[i], is_judged ? i : SIZE_MAX, d->values + i * (size_t)d->n_values};
}

/* Samples of the splits, which may be none, and of the jury in order of time. */
static mote_status order_steps(const mote_dataset *others, size_t n_others, const mote_dataset *own,
                               mote_arena *a, course *c, mote_err *err)
{
    const size_t width = (size_t)own->n_values;
    size_t n = own->n;
    for (size_t k = 0; k < n_others; k++)
        n += others[k].n;
    MOTE_TRY(mote_arena_take(a, n, sizeof *c->steps, &c->steps, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *c->time_us, &c->time_us, err));
    MOTE_TRY(mote_arena_take(a, n * width, sizeof *c->values, &c->values, err));
    MOTE_TRY(mote_arena_take(a, n * width, sizeof *c->said, &c->said, err));
    for (size_t k = 0; k < n_others; k++)
        add_steps(c, &others[k], false);
    add_steps(c, own, true);
    if (c->n > 0)
        qsort(c->steps, c->n, sizeof *c->steps, compare_steps);
    for (size_t i = 0; i < c->n; i++) {
        c->time_us[i] = (int64_t)(c->steps[i].time_s * 1e6);
        memcpy(c->values + i * width, c->steps[i].values, width * sizeof *c->values);
    }
    return MOTE_OK;
}

/* All there is: where folds judge, they judge everybody. */
static mote_status take_course(beside *b, course *c, mote_err *err)
{
    static const mote_split before[2] = {MOTE_SPLIT_TRAIN, MOTE_SPLIT_VALIDATION};
    const size_t n = b->m->jury->is_folds ? 0 : sizeof before / sizeof before[0];
    mote_dataset d[2] = {0};
    mote_status st = MOTE_OK;
    for (size_t k = 0; st == MOTE_OK && k < n; k++)
        st = mote_stage_split(b->p, b->m->version, before[k], &d[k], err);
    if (st == MOTE_OK)
        st = order_steps(d, n, &b->m->jury->clips, b->arena, c, err);
    for (size_t k = 0; k < n; k++)
        mote_dataset_release(&d[k]);
    return st;
}

/* The judged samples before which something was known: the model and the values then, side by side.
 */
static mote_status judge_earlier(beside *b, course *c, const char *name, int64_t back_us,
                                 mote_err *err)
{
    const mote_answers *m = b->m->model;
    const size_t width = (size_t)m->width;
    const mote_baseline_steps steps = {c->n, c->time_us, c->values, m->width, back_us};
    float *said = NULL, *before = NULL, *truth = NULL;
    int32_t *groups = NULL;
    size_t n_known = 0, n = 0;
    MOTE_TRY(mote_baseline_earlier(&steps, c->said, &n_known, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n * width, sizeof *said, &said, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n * width, sizeof *before, &before, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n * width, sizeof *truth, &truth, err));
    MOTE_TRY(mote_arena_take(b->arena, m->n, sizeof *groups, &groups, err));
    for (size_t i = 0; i < c->n; i++) {
        size_t at = c->steps[i].at;
        if (at == SIZE_MAX || !isfinite(c->said[i * width])) /* all of a step are known, or none */
            continue;
        memcpy(said + n * width, m->said + at * width, width * sizeof *said);
        memcpy(before + n * width, c->said + i * width, width * sizeof *before);
        memcpy(truth + n * width, m->values + at * width, width * sizeof *truth);
        groups[n++] = m->groups ? m->groups[at] : (int32_t)at;
    }
    if (n == 0)
        return MOTE_OK;
    mote_answers model = {.kind = m->kind,
                          .n = n,
                          .width = m->width,
                          .said = said,
                          .values = truth,
                          .groups = m->groups ? groups : NULL,
                          .n_groups = m->n_groups};
    mote_answers then = model;
    then.said = before;
    return judge_pair(b, name, &then, &model, err);
}

static mote_status judge_time(beside *b, mote_err *err)
{
    const mote_dataset *d = &b->m->jury->clips;
    course c = {.n = 0};
    mote_arena_mark mark = mote_arena_save(b->arena);
    if (!d->time_s || !d->values)
        return MOTE_OK;
    MOTE_TRY(take_course(b, &c, err));
    if (c.n > 0) {
        MOTE_TRY(judge_earlier(b, &c, "last", 0, err));
        MOTE_TRY(judge_earlier(b, &c, "day", DAY_US, err));
    }
    mote_arena_rewind(b->arena, mark);
    return MOTE_OK;
}

/* ---- all of them ------------------------------------------------------------------------- */

static mote_status judge_all(beside *b, mote_err *err)
{
    MOTE_TRY(fit_all(b, err));
    for (size_t row = 0; row < N_ROWS; row++)
        MOTE_TRY(judge_row(b, row, err));
    MOTE_TRY(judge_time(b, err));
    return mote_buf_status(&b->unbeaten, err);
}

mote_status mote_baselines_judge(mote_pipeline *p, const mote_baselines_material *m, mote_arena *a,
                                 json_t **out, const char **unbeaten, mote_err *err)
{
    MOTE_SCOPED_JSON *all = json_object();
    beside b = {.p = p, .m = m, .arena = a, .all = all};
    mote_buf_init(&b.unbeaten, 1 << 16);
    mote_status st = judge_all(&b, err);
    if (st == MOTE_OK) {
        *unbeaten = mote_arena_strdup(a, b.unbeaten.len ? b.unbeaten.data : "");
        st = *unbeaten ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the baselines");
    }
    mote_buf_release(&b.unbeaten);
    if (st == MOTE_OK)
        *out = json_incref(all);
    return st;
}
