/* SPDX-License-Identifier: Apache-2.0 */
/* Training with a collection left out. See strangers.h. */
#include "pipeline/strangers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/pattern.h"
#include "pipeline/folds.h"
#include "pipeline/jury.h"
#include "pipeline/seeds.h"
#include "pipeline/stage_parts.h"
#include "project/quantity.h"
#include "project/schema.h"

#define CONFIDENCE 0.95
#define NOBODY     (-1) /* of no collection */
#define USED                                                                                       \
    (MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) | MOTE_USES(arch) |                \
     MOTE_USES(training) | MOTE_USES(augmentation) | MOTE_USES(version))

/* An object, and what it is of. */
typedef struct {
    mote_sha256 object;
    int32_t of;
} belonging;

typedef struct {
    mote_pipeline *p;
    const mote_strangers_job *job;
    mote_arena arena;
    mote_data_version version;
    belonging *belongings; /* [n_belongings] sorted by object */
    size_t n_belongings;
    const char *names[MOTE_MAX_STRANGERS];
    int32_t n;
    mote_jury test;
    int32_t *of;             /* [test.clips.n] collection, or NOBODY */
    size_t width;            /* numbers that are said of a sample */
    int32_t index, n_models; /* of the training in hand */
} work;

/* ---- who is of what ---------------------------------------------------------------------- */

/* The folder above that of the label: [*from, *from + n) of a path. */
static size_t above_label(const char *path, const char **from)
{
    const char *end = strrchr(path, '/'), *begin;
    for (begin = end; begin && begin > path && begin[-1] != '/'; begin--)
        continue; /* the folder of the label */
    if (!begin || begin == path)
        return 0;
    end = begin - 1;
    for (begin = end; begin > path && begin[-1] != '/'; begin--)
        continue;
    *from = begin;
    return (size_t)(end - begin);
}

/* What a sample is of, by the level; 0: of nothing. */
static size_t collection_of(const char *by, const char *file, const char *engine, const char **from)
{
    size_t n = 0;
    if (strcmp(by, "engine") == 0) {
        *from = engine;
        return engine ? strlen(engine) : 0;
    }
    if (!file || engine)
        return 0;
    if (strcmp(by, "collector") == 0)
        return above_label(file, from);
    const char *name = mote_path_base(file);
    return mote_pattern_match(by, name, from, &n) ? n : 0;
}

static mote_status find_name(work *w, const char *s, size_t n, int32_t *out, mote_err *err)
{
    for (int32_t k = 0; k < w->n; k++)
        if (strlen(w->names[k]) == n && memcmp(w->names[k], s, n) == 0) {
            *out = k;
            return MOTE_OK;
        }
    if (w->n == MOTE_MAX_STRANGERS)
        return mote_fail(err, MOTE_LIMIT,
                         "--by '%s' gives more than %d collections, each of which takes a "
                         "training; a coarser level would do",
                         w->job->by, MOTE_MAX_STRANGERS);
    w->names[w->n] = mote_arena_printf(&w->arena, "%.*s", (int)n, s);
    if (!w->names[w->n])
        return mote_fail(err, MOTE_NOMEM, "no memory for collections");
    *out = w->n++;
    return MOTE_OK;
}

static int compare_belongings(const void *a, const void *b)
{
    return memcmp(&((const belonging *)a)->object, &((const belonging *)b)->object,
                  sizeof(mote_sha256));
}

/* "espeak-ng" of {"by": "espeak-ng 1.51", ..}; "synthesis": it does not say. */
static void engine_of(const char *provenance, char *out, size_t n)
{
    MOTE_SCOPED_JSON *j = NULL;
    const char *by = NULL;
    if (provenance &&
        mote_json_parse("provenance", provenance, strlen(provenance), &j, NULL) == MOTE_OK)
        by = json_string_value(json_object_get(j, "by"));
    (void)mote_format(out, n, "%.*s", by ? (int)strcspn(by, " ") : 9, by ? by : "synthesis");
}

static mote_status read_samples(work *w, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    int64_t n = 0;
    MOTE_TRY(mote_store_query_i64(w->p->cfg.store, "SELECT count(*) FROM data_sample", &n, err));
    MOTE_TRY(mote_arena_take(&w->arena, (size_t)n + 1, sizeof *w->belongings, &w->belongings, err));
    MOTE_TRY(mote_stmt_prepare(w->p->cfg.store,
                               "SELECT object, file, provenance, origin FROM data_sample ORDER BY "
                               "id",
                               &q, err));
    while (w->n_belongings < (size_t)n) {
        bool row = false;
        belonging *b = &w->belongings[w->n_belongings];
        const char *from = NULL;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        char engine[64] = "";
        const char *origin = mote_stmt_text(q, 3);
        if (!mote_stmt_hash(q, 0, &b->object))
            return mote_fail(err, MOTE_CORRUPT, "a sample names no object");
        if (origin && strcmp(origin, "synthetic") == 0)
            engine_of(mote_stmt_text(q, 2), engine, sizeof engine);
        const size_t bytes =
            collection_of(w->job->by, mote_stmt_text(q, 1), *engine ? engine : NULL, &from);
        b->of = NOBODY;
        if (bytes > 0)
            MOTE_TRY(find_name(w, from, bytes, &b->of, err));
        w->n_belongings++;
    }
    if (w->n_belongings > 0)
        qsort(w->belongings, w->n_belongings, sizeof *w->belongings, compare_belongings);
    return MOTE_OK;
}

static int32_t belongs_to(const work *w, const mote_sha256 *object)
{
    const belonging key = {.object = *object};
    const belonging *b = w->n_belongings > 0 ? bsearch(&key, w->belongings, w->n_belongings,
                                                       sizeof key, compare_belongings)
                                             : NULL;
    return b ? b->of : NOBODY;
}

/* The collections that the test split has something of, the others forgotten. */
static mote_status look_at_test(work *w, mote_err *err)
{
    const mote_jury_samples of = {&w->version, MOTE_SPLIT_TEST, MOTE_WORDS_APART};
    const mote_dataset *d = &w->test.clips;
    int32_t n_present = 0;
    bool present[MOTE_MAX_STRANGERS] = {false};
    MOTE_TRY(mote_jury_of_split(w->p, &of, NULL, &w->test, err));
    MOTE_TRY(mote_arena_take(&w->arena, d->n + 1, sizeof *w->of, &w->of, err));
    for (size_t i = 0; i < d->n; i++) {
        w->of[i] = belongs_to(w, &d->place[i].object);
        if (w->of[i] != NOBODY)
            present[w->of[i]] = true;
    }
    for (int32_t k = 0; k < w->n; k++)
        n_present += present[k];
    if (n_present < 2)
        return mote_fail(err, MOTE_ARG,
                         "the test split has samples of %d collection%s by '%s', and leaving one "
                         "out takes two: add another with 'mote data add', or say another level "
                         "(--by)",
                         (int)n_present, n_present == 1 ? "" : "s", w->job->by);
    w->n_models = n_present + 1;
    return MOTE_OK;
}

static bool is_in_test(const work *w, int32_t k)
{
    for (size_t i = 0; i < w->test.clips.n; i++)
        if (w->of[i] == k)
            return true;
    return false;
}

/* ---- training ---------------------------------------------------------------------------- */

static bool report(void *arg, const mote_train_progress *g)
{
    const work *w = arg;
    char note[100], who[24];
    if (!w->job->progress)
        return true;
    mote_seeds_who(g, who);
    (void)mote_format(note, sizeof note, "%sepoch %d/%d, loss %.3f", who, g->epoch + 1, g->n_epochs,
                      g->loss);
    w->job->progress(w->job->arg, w->index, w->n_models, mote_train_done(g), note);
    return true;
}

/* The version without collection k (NOBODY: whole), for those who learn. Its backgrounds are of its
 * rooms and go too, unless there are no others to make silence from. */
static mote_status without(work *w, int32_t k, mote_data_version *out, mote_err *err)
{
    mote_data_version v = w->version;
    size_t n_others = 0;
    v.n = v.n_background = 0;
    for (size_t i = 0; i < w->version.n; i++)
        n_others += w->version.items[i].role == MOTE_ROLE_BACKGROUND &&
                    belongs_to(w, &w->version.items[i].object) != k;
    MOTE_TRY(mote_arena_take(&w->arena, w->version.n + 1, sizeof *v.items, &v.items, err));
    for (size_t i = 0; i < w->version.n; i++) {
        const mote_version_item *it = &w->version.items[i];
        const bool is_kept = it->role == MOTE_ROLE_BACKGROUND && n_others == 0;
        if (k != NOBODY && !is_kept && belongs_to(w, &it->object) == k)
            continue;
        v.items[v.n++] = *it;
        v.n_background += it->role == MOTE_ROLE_BACKGROUND;
    }
    *out = v;
    return MOTE_OK;
}

/* What a model that has not learned from collection k says of the test split. */
static mote_status say_without(work *w, int32_t k, float **said, mote_err *err)
{
    mote_data_version learn;
    mote_fold_result made;
    mote_graph *s8 = NULL;
    MOTE_TRY(without(w, k, &learn, err));
    const mote_fold_job job = {
        .p = w->p,
        .version = &w->version,
        .learn = &learn,
        .host = {.pool = w->p->cfg.pool, .cancel = w->p->cfg.cancel, .report = report, .arg = w}};
    mote_status st = mote_fold_make(&job, &made, &s8, err);
    if (st != MOTE_OK) {
        if (k != NOBODY)
            (void)mote_wrap(err, st, "without '%s'", w->names[k]);
        return st;
    }
    w->test.parts[0].graph = s8;
    w->test.parts[0].features = &made.features;
    w->width = (size_t)mote_jury_width(&w->test);
    st = mote_jury_said(&w->test, w->test.clips.x, &w->arena, said, err);
    w->test.parts[0].graph = NULL;
    w->test.parts[0].features = NULL;
    mote_graph_destroy(s8);
    w->index++;
    return st;
}

/* ---- comparing --------------------------------------------------------------------------- */

/* Samples of collection k (NOBODY: of any) of what was said of the test split. */
static mote_status pick(work *w, const float *said, int32_t k, mote_answers *out, mote_err *err)
{
    const mote_dataset *d = &w->test.clips;
    const size_t width = w->width;
    mote_answers all;
    size_t at = 0;
    MOTE_TRY(mote_judge_answers(d, said, (int32_t)width, &w->arena, &all, err));
    float *some = NULL, *values = NULL;
    int32_t *class_id = NULL, *groups = NULL;
    MOTE_TRY(mote_arena_take(&w->arena, d->n * width + 1, sizeof *some, &some, err));
    MOTE_TRY(mote_arena_take(&w->arena, d->n * width + 1, sizeof *values, &values, err));
    MOTE_TRY(mote_arena_take(&w->arena, d->n + 1, sizeof *class_id, &class_id, err));
    MOTE_TRY(mote_arena_take(&w->arena, d->n + 1, sizeof *groups, &groups, err));
    for (size_t i = 0; i < d->n; i++) {
        if (w->of[i] == NOBODY || (k != NOBODY && w->of[i] != k))
            continue;
        memcpy(some + at * width, said + i * width, width * sizeof *some);
        if (all.values)
            memcpy(values + at * width, all.values + i * width, width * sizeof *values);
        if (all.class_id)
            class_id[at] = all.class_id[i];
        groups[at++] = d->group_id[i];
    }
    all.n = at;
    all.said = some;
    all.values = all.values ? values : NULL;
    all.class_id = all.class_id ? class_id : NULL;
    all.groups = groups;
    all.n_named = (int32_t)mote_setting_task(w->p->settings)->labels.n;
    *out = all;
    return MOTE_OK;
}

static mote_status put_collection(work *w, int32_t k, const float *ordinary, const float *strangers,
                                  json_t *list, mote_err *err)
{
    mote_answers x, y;
    double before = 0, now = 0;
    MOTE_TRY(pick(w, ordinary, k, &x, err));
    MOTE_TRY(pick(w, strangers, k, &y, err));
    MOTE_TRY(mote_answers_chief(&x, &w->arena, &before, err));
    MOTE_TRY(mote_answers_chief(&y, &w->arena, &now, err));
    return mote_json_append(list,
                            json_pack("{s:o, s:I, s:o, s:o}", "name", mote_json_text(w->names[k]),
                                      "n", (json_int_t)x.n, "ordinary", mote_json_number(before),
                                      "strangers", mote_json_number(now)),
                            err);
}

static mote_interval loss_of(const mote_answers_pair *pair)
{
    const mote_interval d = pair->difference; /* strangers - ordinary */
    if (!mote_metric_info(pair->metric)->is_higher_better)
        return d;
    return (mote_interval){0.0 - d.value, 0.0 - d.hi, 0.0 - d.lo}; /* nothing lost is 0, not -0 */
}

static mote_status put_loss(const work *w, const mote_answers_pair *pair, size_t n, json_t *into,
                            mote_err *err)
{
    const mote_metric_row *row = mote_metric_info(pair->metric);
    const mote_interval loss = loss_of(pair);
    char before[64], now[64], value[64], lo[64], hi[64], text[320];
    mote_quantity_format(pair->champion.value, row->unit, before, sizeof before);
    mote_quantity_format(pair->challenger.value, row->unit, now, sizeof now);
    mote_quantity_format(loss.value, row->unit, value, sizeof value);
    mote_quantity_format(loss.lo, row->unit, lo, sizeof lo);
    mote_quantity_format(loss.hi, row->unit, hi, sizeof hi);
    (void)mote_format(text, sizeof text,
                      "%s %s with their collection in training, %s without: strangers cost %s (%s "
                      "to %s)",
                      row->name, before, now, value, lo, hi);
    MOTE_TRY(mote_json_put(into, "by", mote_json_text(w->job->by), err));
    MOTE_TRY(mote_json_put(into, "metric", json_string(row->name), err));
    MOTE_TRY(mote_json_put(into, "n", json_integer((json_int_t)n), err));
    MOTE_TRY(mote_json_put_interval(into, "ordinary", pair->champion, err));
    MOTE_TRY(mote_json_put_interval(into, "strangers", pair->challenger, err));
    MOTE_TRY(mote_json_put_interval(into, "loss", loss, err));
    return mote_json_put(into, "text", json_string(text), err);
}

static mote_status compare(work *w, const float *ordinary, const float *strangers, json_t *into,
                           mote_err *err)
{
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_answers x, y;
    mote_answers_pair pair;
    json_t *list = json_array();
    cfg.confidence = CONFIDENCE;
    MOTE_TRY(mote_json_put(into, "collections", list, err));
    for (int32_t k = 0; k < w->n; k++)
        if (is_in_test(w, k))
            MOTE_TRY(put_collection(w, k, ordinary, strangers, list, err));
    MOTE_TRY(pick(w, ordinary, NOBODY, &x, err));
    MOTE_TRY(pick(w, strangers, NOBODY, &y, err));
    MOTE_TRY(mote_answers_compare(&x, &y, &cfg, &w->arena, &pair, err));
    return put_loss(w, &pair, x.n, into, err);
}

/* ---- all together ------------------------------------------------------------------------ */

static mote_status check(work *w, mote_err *err)
{
    const char *by = w->job->by;
    MOTE_TRY(mote_stage_version(w->p, &w->arena, &w->version, err));
    mote_pipeline_use(w->p, USED);
    if (mote_setting_version(w->p->settings)->by_time)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "collections are left out of splits over groups, and data.splits.by is "
                         "'time'");
    if (mote_setting_task(w->p->settings)->answer == MOTE_ANSWER_ANOMALY)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "scores of different models are not compared: the strangers test is for "
                         "classes and values");
    if (strcmp(by, "collector") != 0 && strcmp(by, "engine") != 0)
        MOTE_TRY(mote_pattern_check(by, err));
    return mote_stage_complete(w->p, false, err);
}

/* Of each sample what the model says that has not learned from its collection. */
static mote_status say_as_strangers(work *w, float **out, mote_err *err)
{
    float *strangers = NULL;
    for (int32_t k = 0; k < w->n; k++) {
        float *said = NULL;
        if (!is_in_test(w, k))
            continue;
        MOTE_TRY(say_without(w, k, &said, err));
        if (!strangers)
            MOTE_TRY(mote_arena_take(&w->arena, w->test.clips.n * w->width, sizeof *strangers,
                                     &strangers, err));
        for (size_t i = 0; i < w->test.clips.n; i++)
            if (w->of[i] == k)
                memcpy(strangers + i * w->width, said + i * w->width, w->width * sizeof *said);
    }
    *out = strangers;
    return strangers ? MOTE_OK
                     : mote_fail(err, MOTE_UNSUPPORTED,
                                 "no collection has samples in the test split: nothing to compare");
}

static mote_status test(work *w, json_t *into, mote_err *err)
{
    float *ordinary = NULL, *strangers = NULL;
    MOTE_TRY(check(w, err));
    MOTE_TRY(read_samples(w, err));
    MOTE_TRY(look_at_test(w, err));
    MOTE_TRY(say_as_strangers(w, &strangers, err));
    MOTE_TRY(say_without(w, NOBODY, &ordinary, err));
    return compare(w, ordinary, strangers, into, err);
}

mote_status mote_strangers_run(mote_pipeline *p, const mote_strangers_job *job, json_t **out,
                               mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    work w = {.p = p, .job = job};
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the strangers test");
    mote_arena_init(&w.arena, (size_t)16 << 30);
    mote_status st = test(&w, o, err);
    mote_jury_release(&w.test);
    mote_arena_release(&w.arena);
    if (st == MOTE_OK)
        *out = json_incref(o);
    return st;
}
