/* SPDX-License-Identifier: Apache-2.0 */
/* A model judged on another folder. See elsewhere.h. */
#include "pipeline/elsewhere.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "evaluate/decide.h"
#include "pipeline/jury.h"
#include "pipeline/rates.h"
#include "pipeline/stage_parts.h"
#include "pipeline/tested.h"
#include "project/quantity.h"
#include "project/schema.h"

#define CONFIDENCE 0.95
#define FOLDER     "elsewhere" /* below the work folder */
#define USED                                                                                       \
    (MOTE_USES(version) | MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |             \
     MOTE_USES(conditions))

typedef struct {
    mote_pipeline *p;
    const mote_elsewhere_job *job;
    mote_arena arena;
    mote_store *store; /* of the folder */
    mote_import_report report;
    mote_data_version there, ours;
    mote_jury jury;
    json_t *out; /* borrowed */
} judging;

/* ---- samples ----------------------------------------------------------------------------- */

static mote_status take_in(judging *j, const char *dir, mote_err *err)
{
    mote_version_config cfg = *mote_setting_version(j->p->settings);
    mote_version_report made;
    MOTE_TRY(mote_dir_remove(dir, err)); /* of a judging that was killed */
    MOTE_TRY(mote_dir_make(dir, err));
    MOTE_TRY(mote_store_open(dir, true, &j->store, err));
    MOTE_TRY(
        mote_data_import(j->store, j->job->folder, j->job->import, &j->arena, &j->report, err));
    cfg.by_time = false;
    cfg.builtin = 0;
    cfg.note = "";
    cfg.now_ms = j->p->cfg.now_ms();
    return mote_version_create(j->store, &cfg, &j->arena, &j->there, &made, err);
}

static mote_status load(judging *j, mote_err *err)
{
    mote_dataset_config c = *mote_setting_dataset(j->p->settings);
    c.all_splits = true;
    c.other_ratio = 0; /* every other word that there is */
    c.nothing = c.nothing && j->there.n_background > 0;
    c.cache = NULL;
    c.cancel = j->p->cfg.cancel;
    return mote_dataset_load(j->store, &j->there, &c, &j->jury.clips, err);
}

/* The model answers what the project asks, of such samples. */
static mote_status check_model(const judging *j, mote_err *err)
{
    const mote_signature *s = mote_model_signature(j->job->model);
    const mote_task_setting *task = mote_setting_task(j->p->settings);
    const mote_names *names = task->answer == MOTE_ANSWER_CLASS ? &task->classes : NULL;
    const mote_dataset *d = &j->jury.clips;
    bool is_same = s->answer == task->answer && (!names || names->n == (size_t)s->n_labels);
    for (size_t i = 0; is_same && names && i < names->n; i++)
        is_same = strcmp(names->items[i], s->labels[i]) == 0;
    if (!is_same)
        return mote_fail(err, MOTE_ARG, "model '%s' answers something else than the project asks",
                         mote_model_name(j->job->model));
    is_same = s->sample.dtype == d->shape.dtype && s->sample.n_dims == d->shape.n_dims;
    for (int32_t i = 0; is_same && i < d->shape.n_dims; i++)
        is_same = s->sample.dims[i] == d->shape.dims[i];
    return is_same ? MOTE_OK
                   : mote_fail(err, MOTE_ARG, "model '%s' takes other samples than '%s' gives",
                               mote_model_name(j->job->model), j->job->folder);
}

static void seat(judging *j)
{
    const mote_model *m = j->job->model;
    mote_jury *jury = &j->jury;
    jury->n_parts = 1;
    jury->judge = (mote_judge){.features = mote_model_frontend(m),
                               .sample = jury->clips.shape,
                               .answer = jury->clips.answer,
                               .pool = j->p->cfg.pool};
    jury->parts[0] =
        (mote_jury_part){.n = jury->clips.n, .own = jury->clips.own, .graph = mote_model_graph(m)};
}

/* ---- what is known of them --------------------------------------------------------------- */

static int compare_hashes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(mote_sha256));
}

/* Examples of the folder that the model has learned from, or that chose for it. Of a model that
 * learned from everybody those are all that the project has. */
static mote_status count_known(judging *j, json_int_t *out, mote_err *err)
{
    const bool has_all = json_object_get(j->p->results[MOTE_STAGE_train].output, "refit") != NULL;
    mote_sha256 *known = NULL;
    size_t n = 0;
    MOTE_TRY(mote_stage_version(j->p, &j->arena, &j->ours, err));
    MOTE_TRY(mote_arena_take(&j->arena, j->ours.n + 1, sizeof *known, &known, err));
    for (size_t i = 0; i < j->ours.n; i++) {
        mote_version_item *it = &j->ours.items[i];
        if (has_all)
            it->split = it->word = MOTE_SPLIT_TRAIN;
        const bool is_test = it->rows ? mote_version_n_in(it, MOTE_SPLIT_TEST) == it->n_rows
                                      : it->split == MOTE_SPLIT_TEST;
        if (it->role == MOTE_ROLE_EXAMPLE && (has_all || !is_test))
            known[n++] = it->object;
    }
    if (n > 0)
        qsort(known, n, sizeof *known, compare_hashes);
    *out = 0;
    for (size_t i = 0; i < j->there.n; i++)
        *out += j->there.items[i].role == MOTE_ROLE_EXAMPLE && n > 0 &&
                bsearch(&j->there.items[i].object, known, n, sizeof *known, compare_hashes) != NULL;
    return MOTE_OK;
}

static mote_status put_about(judging *j, mote_tested *tested, mote_err *err)
{
    const mote_tested_material m = {j->store, mote_setting_task(j->p->settings), &j->ours,
                                    &j->jury.clips};
    json_int_t n_known = 0;
    MOTE_TRY(count_known(j, &n_known, err));
    MOTE_TRY(mote_tested_of(&m, &j->arena, tested, err));
    MOTE_TRY(mote_json_put(j->out, "folder", mote_json_text(j->job->folder), err));
    MOTE_TRY(mote_json_put(j->out, "model", json_string(mote_model_name(j->job->model)), err));
    MOTE_TRY(
        mote_json_put(j->out, "answer", json_string(mote_answer_name(j->jury.clips.answer)), err));
    MOTE_TRY(mote_json_put(j->out, "n", json_integer((json_int_t)j->jury.clips.n), err));
    MOTE_TRY(mote_json_put(j->out, "known", json_integer(n_known), err));
    MOTE_TRY(mote_json_put(j->out, "refused", json_integer((json_int_t)j->report.total.n_rejected),
                           err));
    return mote_json_put(j->out, "on", json_string(tested->clips_on), err);
}

/* ---- judging ----------------------------------------------------------------------------- */

/* The entry of a class in the list of an evaluation; NULL: none of it was judged. */
static const json_t *class_in(const json_t *evaluation, const char *name)
{
    const json_t *all = json_object_get(evaluation, "classes");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *c = json_array_get(all, i);
        const char *is = json_string_value(json_object_get(c, "class"));
        if (is && strcmp(is, name) == 0 && json_integer_value(json_object_get(c, "n")) > 0)
            return c;
    }
    return NULL;
}

static double recall_of(const json_t *c)
{
    return (double)json_integer_value(json_object_get(c, "n_right")) /
           (double)json_integer_value(json_object_get(c, "n"));
}

/* Shares right depend on how many there are of each class, and a folder has others than the test:
 * the mean recall of the classes that both have. False: there is none. */
static bool mean_recalls(const json_t *here, const json_t *test, const mote_names *classes,
                         mote_interval *x, mote_interval *y)
{
    double sums[2] = {0, 0};
    size_t n = 0;
    for (size_t k = 0; k < classes->n; k++) {
        const json_t *a = class_in(here, classes->items[k]), *b = class_in(test, classes->items[k]);
        if (!a || !b)
            continue;
        sums[0] += recall_of(a);
        sums[1] += recall_of(b);
        n++;
    }
    *x = (mote_interval){sums[0] / (double)n, (double)NAN, (double)NAN};
    *y = (mote_interval){sums[1] / (double)n, (double)NAN, (double)NAN};
    return n > 0;
}

static bool chief_numbers(const json_t *here, const json_t *test, const char *name,
                          mote_interval *x, mote_interval *y)
{
    return mote_json_get_interval(here, name, x, NULL) == MOTE_OK &&
           mote_json_get_interval(test, name, y, NULL) == MOTE_OK && isfinite(x->value) &&
           isfinite(y->value);
}

/* The chief number here and on the project's own test. */
static mote_status put_beside(judging *j, const mote_condition *c, const json_t *here,
                              mote_err *err)
{
    const mote_answer_kind answer = j->jury.clips.answer;
    const mote_metric_row *row = mote_metric_info(mote_metric_chief(answer));
    const bool is_class = answer == MOTE_ANSWER_CLASS;
    const char *name = is_class ? "mean_recall" : row->name;
    const json_t *test = json_object_get(
        json_object_get(j->p->results[MOTE_STAGE_evaluate].output, "conditions"), c->text);
    mote_interval x, y;
    char before[64], now[64], text[200];
    if (is_class ? !mean_recalls(here, test, &mote_setting_task(j->p->settings)->classes, &x, &y)
                 : !chief_numbers(here, test, name, &x, &y))
        return MOTE_OK;
    json_t *o = json_object();
    mote_quantity_format(x.value, row->unit, now, sizeof now);
    mote_quantity_format(y.value, row->unit, before, sizeof before);
    (void)mote_format(text, sizeof text, "%s %s here, %s in the project's own test",
                      is_class ? "mean recall of the classes that both have" : name, now, before);
    MOTE_TRY(mote_json_put(j->out, "beside", o, err));
    MOTE_TRY(mote_json_put(o, "metric", json_string(name), err));
    MOTE_TRY(mote_json_put_interval(o, "here", x, err));
    MOTE_TRY(mote_json_put_interval(o, "test", y, err));
    return mote_json_put(o, "text", json_string(text), err);
}

/* The rates here; and of samples as they are what the project's own test promises of so many. */
static mote_status put_rates(judging *j, const mote_condition *c, const mote_answers *x,
                             json_t *here, mote_err *err)
{
    const json_t *test = json_object_get(
        json_object_get(j->p->results[MOTE_STAGE_evaluate].output, "conditions"), c->text);
    mote_rates rates;
    json_t *said = NULL, *promised = NULL;
    MOTE_TRY(mote_rates_of(x, &j->jury.clips, mote_setting_task(j->p->settings), &j->arena, &rates,
                           err));
    MOTE_TRY(mote_rates_to_json(&rates, CONFIDENCE, &said, err));
    if (!said)
        return MOTE_OK;
    MOTE_TRY(mote_json_put(here, "rates", said, err));
    if (*c->slice || !j->job->is_present)
        return MOTE_OK;
    MOTE_TRY(
        mote_rates_promised(json_object_get(test, "rates"), &rates, CONFIDENCE, &promised, err));
    return mote_json_put(j->out, "promised", promised, err);
}

static mote_status judge_condition(judging *j, const mote_condition *c, json_t *conditions,
                                   mote_err *err)
{
    const mote_dataset *d = &j->jury.clips;
    const mote_task_setting *task = mote_setting_task(j->p->settings);
    const mote_answer_words words = {d->class_id ? task->classes.items : task->labels.items,
                                     d->groups};
    const mote_decision *decision = mote_model_decision(j->job->model);
    const mote_decided chosen = {.answer = d->answer,
                                 .decision = *decision,
                                 .temperature = (double)decision->op.temperature};
    mote_evaluate_config cfg = mote_evaluate_config_default();
    const void *samples = NULL;
    float *said = NULL;
    mote_answers x;
    mote_answers_report report;
    cfg.confidence = CONFIDENCE;
    MOTE_TRY(mote_condition_samples(d, c, MOTE_CONDITION_SEED, &j->arena, &samples, err));
    MOTE_TRY(mote_jury_said(&j->jury, samples, &j->arena, &said, err));
    MOTE_TRY(mote_judge_answers(d, said, mote_jury_width(&j->jury), &j->arena, &x, err));
    x.n_named = (int32_t)task->labels.n;
    MOTE_TRY(mote_decided_apply(&chosen, &(mote_decide_range){0, x.n}, said, &j->arena, &x, err));
    MOTE_TRY(mote_answers_evaluate(&x, &words, &cfg, &j->arena, &report, err));
    MOTE_TRY(mote_json_put(conditions, c->text, report.document, err));
    MOTE_TRY(put_rates(j, c, &x, report.document, err));
    return *c->slice ? MOTE_OK : put_beside(j, c, report.document, err);
}

static mote_status judge(judging *j, const char *dir, mote_err *err)
{
    mote_tested tested;
    const mote_conditions *all = NULL;
    json_t *conditions = json_object();
    mote_pipeline_use(j->p, USED);
    mote_status st = mote_json_put(j->out, "conditions", conditions, err);
    MOTE_TRY(st);
    MOTE_TRY(mote_stage_complete(j->p, true, err));
    MOTE_TRY(take_in(j, dir, err));
    MOTE_TRY(load(j, err));
    MOTE_TRY(check_model(j, err));
    seat(j);
    MOTE_TRY(put_about(j, &tested, err));
    all = mote_setting_conditions(j->p->settings);
    for (int32_t c = 0; c < all->n; c++)
        MOTE_TRY(judge_condition(j, &all->items[c], conditions, err));
    return MOTE_OK;
}

mote_status mote_elsewhere_judge(mote_pipeline *p, const mote_elsewhere_job *job, json_t **out,
                                 mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    judging j = {.p = p, .job = job, .out = o};
    const mote_stage_result *r = NULL;
    char *dir = NULL;
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory to judge '%s'", job->folder);
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_evaluate, &r, err));
    if (!r->output)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "the project has no up-to-date model, see 'mote run'");
    mote_arena_init(&j.arena, (size_t)16 << 30);
    mote_status st = mote_path_join(&j.arena, p->work_dir, FOLDER, &dir, err);
    if (st == MOTE_OK)
        st = judge(&j, dir, err);
    mote_jury_release(&j.jury);
    mote_store_close(j.store);
    if (dir) {
        const mote_status removed = mote_dir_remove(dir, st == MOTE_OK ? err : NULL);
        st = st == MOTE_OK ? removed : st;
    }
    mote_arena_release(&j.arena);
    if (st == MOTE_OK)
        *out = json_incref(o);
    return st;
}
