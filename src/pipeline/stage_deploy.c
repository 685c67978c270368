/* SPDX-License-Identifier: Apache-2.0 */
/* Stage deploy: the bundle, its registration, and the question whether it replaces the champion.
 *
 * A model that is there already, from the same data, is only judged again: a change of requirements
 * makes no new version. Else champion and challenger are compared on the same clips and the same
 * stream (challenge.h). The challenger is promoted when no requirement is not met or not yet known,
 * nothing that is not proven is worse than the champion's, and schedule.promote is content
 * (evaluate/promotion.c). A model that learned from everybody has no clip left to be judged on: its
 * folds are compared, with those of a champion that has the same ones, and with no other champion.
 * The first version has no champion to beat. Of a refusal every reason is
 * said, the requirements first. */
#include "pipeline/stages_internal.h"

#include <string.h>

#include "evaluate/json_parts.h"
#include "model/bundle.h"
#include "pipeline/challenge.h"
#include "pipeline/golden.h"
#include "pipeline/judge.h"
#include "pipeline/judged.h"
#include "pipeline/jury.h"
#include "pipeline/stage_parts.h"
#include "pipeline/refit.h"
#include "track/registry.h"
#include "track/run.h"
#include "track/verdicts.h"

#define REFERENCE_SEED 21
#define WHO            "mote run"

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_data_version version;
    mote_jury_graphs folds; /* n 0: the model learned from the training split */
    mote_jury juries[2];    /* that have not heard their clips: validation and test, or the folds */
    int n_juries;
    const mote_jury *jury;                    /* the last of them: test, or the folds */
    const void *samples[MOTE_MAX_CONDITIONS]; /* of the jury */
    mote_graph *s8, *f32;
    mote_frontend features;
    mote_decision decision;
    mote_judged judged;
    json_t *verdicts_json, *drift, *lineage; /* owned */
    mote_sha256 bundle;
    int64_t number; /* of the registered version */
    const char *run_id;
} deploying;

static const char *name_of(const deploying *d)
{
    return mote_setting_about(d->p->settings)->name;
}

/* ---- what is known ----------------------------------------------------------------------- */

/* Clips, each with a model that has not heard it. */
static mote_status open_juries(deploying *d, mote_err *err)
{
    static const mote_split splits[2] = {MOTE_SPLIT_VALIDATION, MOTE_SPLIT_TEST};
    MOTE_TRY(mote_jury_graphs_of(d->p, &d->folds, err));
    if (d->folds.n > 0) {
        MOTE_TRY(
            mote_jury_of_folds(d->p, &d->version, MOTE_WORDS_APART, &d->folds, &d->juries[0], err));
        d->n_juries = 1;
    }
    for (; d->folds.n == 0 && d->n_juries < 2; d->n_juries++) {
        const mote_jury_samples of = {&d->version, splits[d->n_juries], MOTE_WORDS_APART};
        MOTE_TRY(mote_jury_of_split(d->p, &of, d->s8, &d->juries[d->n_juries], err));
    }
    d->jury = &d->juries[d->n_juries - 1];
    return MOTE_OK;
}

static mote_status open_inputs(deploying *d, mote_err *err)
{
    mote_pipeline *p = d->p;
    MOTE_TRY(mote_stage_version(p, &d->arena, &d->version, err));
    MOTE_TRY(mote_stage_graph(p, MOTE_STAGE_compress, MOTE_SHIPPED_GRAPH, &d->s8, err));
    MOTE_TRY(mote_stage_graph(p, MOTE_STAGE_train, "graph.f32", &d->f32, err));
    MOTE_TRY(open_juries(d, err));
    MOTE_TRY(mote_json_get_str(p->results[MOTE_STAGE_train].output, "train stage", "run",
                               &d->run_id, err));
    d->features = *mote_setting_features(p->settings);
    const mote_conditions *conditions = mote_setting_conditions(p->settings);
    for (int32_t c = 0; c < conditions->n; c++)
        MOTE_TRY(mote_condition_samples(&d->jury->clips, &conditions->items[c], MOTE_CONDITION_SEED,
                                        &d->arena, &d->samples[c], err));
    const mote_signature s =
        mote_stage_signature(mote_setting_task(p->settings), mote_setting_form(p->settings));
    const json_t *j = json_object_get(p->results[MOTE_STAGE_evaluate].output, "decision");
    MOTE_TRY(mote_decision_from_json(j, &s, &d->decision, err));
    for (int k = 0; k < d->n_juries; k++) /* the server reports, and watches, with it */
        d->juries[k].judge.decision = &d->decision;
    return MOTE_OK;
}

static mote_status judge_requirements(deploying *d, mote_err *err)
{
    const mote_pipeline *p = d->p;
    mote_project limits = *mote_setting_requirements(p->settings);
    limits.stream.max_false_accepts_per_hour =
        mote_setting_stream(p->settings)->max_false_accepts_per_hour;
    limits.schedule = *mote_setting_promote(p->settings);
    mote_judging in = {.limits = &limits,
                       .evaluated = p->results[MOTE_STAGE_evaluate].output,
                       .compiled = p->results[MOTE_STAGE_compile].output};
    MOTE_TRY(mote_json_get_str(in.evaluated, "evaluate stage", "basis", &in.basis, err));
    MOTE_TRY(mote_judge_measured(&in, &d->arena, &d->judged, err));
    return mote_judged_json(&d->judged, &d->verdicts_json, err);
}

/* ---- the drift reference ----------------------------------------------------------------- */

/* A sample that no normal traffic has: where anomalies are what is told. */
static bool is_unusual(const mote_dataset *d, size_t i)
{
    return d->answer == MOTE_ANSWER_ANOMALY &&
           strcmp(d->classes[d->class_id[i]], MOTE_CLASS_UNKNOWN) == 0;
}

/* What normal traffic looks like: clips that the model which judges them has not seen in training.
 * Of a model that learned from everybody those of the folds: on what it knows by heart it would be
 * surer than on what comes. A condition that training has heard is among what is normal: every
 * speaker then counts once more, as another group, under it. */
static mote_status make_drift_reference(deploying *d, mote_err *err)
{
    const mote_conditions *conditions = mote_setting_conditions(d->p->settings);
    size_t n_normal = 0;
    for (int32_t c = 0; c < conditions->n; c++)
        n_normal += conditions->items[c].is_normal;
    mote_watch_shape shape = mote_jury_watch_shape(d->jury);
    size_t width = (size_t)mote_watch_count(&shape), n = 0, at = 0;
    float *values = NULL;
    int32_t *groups = NULL, first_group = 0;
    for (int k = 0; k < d->n_juries; k++)
        n += d->juries[k].clips.n * n_normal;
    MOTE_TRY(mote_arena_take(&d->arena, n * width, sizeof *values, &values, err));
    MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *groups, &groups, err));
    for (int k = 0; k < d->n_juries; k++)
        for (int32_t c = 0; c < conditions->n; c++) {
            const void *samples = NULL;
            const mote_jury *j = &d->juries[k];
            mote_judge_watched seen;
            if (!conditions->items[c].is_normal)
                continue;
            MOTE_TRY(mote_condition_samples(&j->clips, &conditions->items[c], REFERENCE_SEED,
                                            &d->arena, &samples, err));
            MOTE_TRY(mote_jury_watch(j, samples, &d->arena, &seen, err));
            for (size_t i = 0; i < j->clips.n; i++) {
                if (is_unusual(&j->clips, i))
                    continue;
                memcpy(values + at * width, seen.watched + i * width, width * sizeof *values);
                groups[at++] = first_group + j->clips.group_id[i];
            }
            first_group += (int32_t)j->clips.n_groups;
        }
    mote_reference_profile *profile = NULL;
    mote_err why = {0};
    mote_status st = mote_reference_profile_build(&shape, values, groups, at, &profile, &why);
    if (st == MOTE_ARG) { /* too few clips: the model can be used, but not be watched */
        mote_stage_set(d->r, "no_drift_reference", json_string(why.text));
        return MOTE_OK;
    }
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    mote_reference_profile_name(profile, mote_setting_features(d->p->settings),
                                mote_setting_form(d->p->settings));
    st = mote_reference_profile_to_json(profile, &d->drift, err);
    mote_reference_profile_destroy(profile);
    return st;
}

/* ---- the bundle -------------------------------------------------------------------------- */

/* Those that the compile stage proved on the device. */
static mote_status read_golden(deploying *d, mote_golden *out, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_stage_get(d->p, MOTE_STAGE_evaluate, MOTE_GOLDEN_NAME, &bytes, &n, err));
    return mote_golden_read(bytes, n, &d->arena, out, err);
}

/* Whom the model learned from, beside the labels. */
static mote_status add_teachers(deploying *d, mote_err *err)
{
    const size_t n = mote_setting_training(d->p->settings)->teachers.n;
    json_t *list = NULL;
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_json_put(d->lineage, "teachers", list = json_array(), err));
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(mote_json_append(list, mote_start_to_json(&d->p->settings->teachers[i]), err));
    return MOTE_OK;
}

/* Where the model comes from, as what it was made of and not as when or in which run: equal models
 * are equal bytes. The run, its times and the number of the data version stand in the registry. */
static mote_status make_lineage(deploying *d, mote_err *err)
{
    char manifest[MOTE_SHA256_HEX_BYTES];
    json_t *settings = NULL;
    mote_sha256_hex(&d->version.id, manifest);
    MOTE_TRY(mote_stage_lineage_json(d->p, MOTE_STAGE_deploy, &settings, err));
    d->lineage = json_pack("{s:s, s:I, s:s, s:o}", "data_manifest", manifest, "seed",
                           (json_int_t)mote_setting_training(d->p->settings)->config.seed, "mote",
                           MOTE_VERSION, "settings", settings);
    if (!d->lineage)
        return mote_fail(err, MOTE_NOMEM, "no memory for the lineage");
    const mote_start *start = d->p->settings->start;
    if (start)
        MOTE_TRY(mote_json_put(d->lineage, "start", mote_start_to_json(start), err));
    return add_teachers(d, err);
}

/* Take off the members that say when something was measured. */
static void drop_times(json_t *j)
{
    json_t *member, *entry;
    const char *name;
    size_t i;
    (void)json_object_del(j, "time_us");
    json_object_foreach(j, name, member)
    {
        drop_times(member);
    }
    json_array_foreach(j, i, entry)
    {
        drop_times(entry);
    }
}

static mote_status make_bundle(deploying *d, mote_err *err)
{
    const mote_task_setting *task = mote_setting_task(d->p->settings);
    mote_golden golden;
    MOTE_TRY(read_golden(d, &golden, err));
    MOTE_TRY(make_lineage(d, err));
    MOTE_SCOPED_JSON *metrics = json_deep_copy(d->verdicts_json);
    if (!metrics)
        return mote_fail(err, MOTE_NOMEM, "no memory for the metrics of a bundle");
    drop_times(metrics);
    mote_bundle_parts parts = {.name = name_of(d),
                               .signature =
                                   mote_stage_signature(task, mote_setting_form(d->p->settings)),
                               .features = &d->features,
                               .decision = &d->decision,
                               .graph = d->s8,
                               .training = d->f32,
                               .drift_reference = d->drift,
                               .lineage = d->lineage,
                               .metrics = metrics,
                               .golden = &golden};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 30);
    MOTE_TRY(mote_bundle_write(&parts, &b, err));
    MOTE_TRY(mote_stage_put(d->p, d->r, "bundle", b.data, b.len, err));
    d->bundle = d->r->objects[0].object;
    mote_stage_set(d->r, "bundle_bytes", json_integer((json_int_t)b.len));
    return mote_run_add_artifact(d->p->cfg.store, d->run_id, MOTE_RUN_BUNDLE, &d->bundle, err);
}

/* ---- the registry ------------------------------------------------------------------------ */

static mote_status find_champion(deploying *d, mote_model_version *out, bool *found, mote_err *err)
{
    char reference[128];
    mote_err why = {0};
    (void)mote_format(reference, sizeof reference, "%s@%s", name_of(d), MOTE_ALIAS_CHAMPION);
    mote_status st = mote_registry_resolve(d->p->cfg.store, reference, &d->arena, out, &why);
    *found = st == MOTE_OK;
    return st == MOTE_OK || st == MOTE_NOT_FOUND ? MOTE_OK : mote_fail(err, st, "%s", why.text);
}

static mote_status load_bundle(deploying *d, const mote_sha256 *object, mote_model **out,
                               mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_object_get(d->p->cfg.store, object, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err));
    return mote_model_load(bytes, n, out, err);
}

static void challenge_progress(void *arg, size_t done, size_t total)
{
    deploying *d = arg;
    mote_stage_progress(d->p, d->r, (int64_t)done, (int64_t)total,
                        "champion and challenger on the stream");
}

static mote_challenge challenge_of(deploying *d)
{
    mote_judge shipped = d->jury->judge;
    shipped.graph = d->s8;
    shipped.decision = &d->decision;
    return (mote_challenge){.task = mote_setting_task(d->p->settings),
                            .form = mote_setting_form(d->p->settings),
                            .stream = mote_setting_stream(d->p->settings),
                            .value = mote_setting_value(d->p->settings),
                            .rule = mote_setting_promote(d->p->settings),
                            .jury = d->jury,
                            .samples = d->samples,
                            .conditions = mote_setting_conditions(d->p->settings),
                            .judge = shipped,
                            .cancel = d->p->cfg.cancel,
                            .progress = challenge_progress,
                            .progress_arg = d};
}

/* The version that is this very model, from the same data: requirements may have changed since, the
 * model has not. d->number stays 0 when there is none. */
static mote_status find_same(deploying *d, mote_err *err)
{
    char data[24];
    mote_model_version *versions = NULL;
    size_t n = 0;
    mote_err why = {0};
    mote_challenge c = challenge_of(d);
    (void)mote_format(data, sizeof data, "v%lld", (long long)d->version.number);
    mote_status st =
        mote_registry_versions(d->p->cfg.store, name_of(d), &d->arena, &versions, &n, &why);
    if (st == MOTE_NOT_FOUND)
        return MOTE_OK;
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    for (size_t i = 0; i < n && d->number == 0; i++) {
        mote_model *m = NULL;
        bool same = false;
        if (!versions[i].data_version || strcmp(versions[i].data_version, data) != 0)
            continue;
        st = load_bundle(d, &versions[i].bundle, &m, &why);
        if (st == MOTE_CORRUPT)
            continue; /* it is made again, and put in the place of the damaged one */
        if (st != MOTE_OK)
            return mote_fail(err, st, "%s", why.text);
        st = mote_challenge_is_same(&c, m, &same, err);
        mote_model_unref(m);
        MOTE_TRY(st);
        if (same) {
            d->number = versions[i].version;
            d->bundle = versions[i].bundle;
        }
    }
    return MOTE_OK;
}

static mote_status verdicts_text(const deploying *d, mote_buf *out, mote_err *err)
{
    mote_json_write(out, d->verdicts_json, false);
    return mote_buf_status(out, err);
}

/* It keeps its bundle, and gets the verdicts of today. */
static mote_status judge_again(deploying *d, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_store *s = d->p->cfg.store;
    mote_buf_init(&text, 1 << 24);
    MOTE_TRY(mote_object_get(s, &d->bundle, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err));
    MOTE_TRY(mote_stage_put(d->p, d->r, "bundle", bytes, n, err));
    mote_stage_set(d->r, "bundle_bytes", json_integer((json_int_t)n));
    MOTE_TRY(verdicts_text(d, &text, err));
    return mote_registry_set_verdicts(s, name_of(d), d->number, text.data, d->p->cfg.now_ms(), err);
}

static mote_status register_version(deploying *d, int64_t parent, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 24);
    MOTE_TRY(verdicts_text(d, &text, err));
    char version[24];
    (void)mote_format(version, sizeof version, "v%lld", (long long)d->version.number);
    mote_registry_spec spec = {.model = name_of(d),
                               .bundle = d->bundle,
                               .run_id = d->run_id,
                               .source = WHO,
                               .data_version = version,
                               .data_manifest = &d->version.id,
                               .parent = parent,
                               .verdicts_json = text.data};
    return mote_registry_register(d->p->cfg.store, &spec, d->p->cfg.now_ms(), &d->number, err);
}

/* ---- the decision ------------------------------------------------------------------------ */

static void add_reason(mote_buf *why, const char *reason)
{
    mote_buf_printf(why, "%s%s", why->len > 0 ? "; " : "", reason);
}

typedef struct {
    char *bytes; /* owned; NULL: there is none */
    size_t n;
} artifact;

/* An artifact of a run by its name in "model/". */
static mote_status read_artifact(deploying *d, const mote_run *run, const char *name, artifact *out,
                                 mote_err *err)
{
    char path[40];
    (void)mote_format(path, sizeof path, "model/%s", name);
    *out = (artifact){0};
    for (size_t k = 0; k < run->n_artifacts; k++)
        if (strcmp(run->artifacts[k].path, path) == 0)
            return mote_object_get(d->p->cfg.store, &run->artifacts[k].object,
                                   MOTE_OBJECT_MAX_BYTES, &out->bytes, &out->n, err);
    return MOTE_OK;
}

/* Model and front end of the next of the champion's folds. */
static mote_status take_fold(const artifact *graph, const artifact *front, mote_jury_graphs *out,
                             mote_err *err)
{
    if (front->bytes)
        MOTE_TRY(mote_jury_read_front(out, out->n, front->bytes, front->n, err));
    MOTE_TRY(mote_graph_load(graph->bytes, graph->n, &out->graphs[out->n], err));
    out->n++;
    return MOTE_OK;
}

/* The models of the champion's folds, artifacts of its run; none: it learned from a split. */
static mote_status load_champion_folds(deploying *d, const mote_model_version *champion,
                                       mote_jury_graphs *out, mote_err *err)
{
    mote_run run = {0};
    mote_err why = {0};
    if (!champion->run_id)
        return MOTE_OK;
    mote_status st = mote_run_get(d->p->cfg.store, champion->run_id, &d->arena, &run, &why);
    if (st == MOTE_NOT_FOUND)
        return MOTE_OK;
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    for (bool is_there = true; is_there && out->n < MOTE_MAX_FOLDS;) {
        artifact graph = {0}, front = {0};
        char name[24];
        mote_refit_object(out->n, name);
        MOTE_TRY(read_artifact(d, &run, name, &graph, err));
        mote_refit_front(out->n, name);
        st = read_artifact(d, &run, name, &front, err);
        is_there = graph.bytes != NULL;
        if (st == MOTE_OK && is_there)
            st = take_fold(&graph, &front, out, err);
        mote_free(graph.bytes);
        mote_free(front.bytes);
        MOTE_TRY(st);
    }
    return MOTE_OK;
}

/* Why no clip is left that neither has learned from; NULL: there are some. */
static const char *not_comparable(const deploying *d, const mote_model_version *champion,
                                  const mote_jury_graphs *theirs)
{
    char data[24];
    (void)mote_format(data, sizeof data, "v%lld", (long long)d->version.number);
    bool same = champion->data_version && strcmp(champion->data_version, data) == 0;
    if (d->folds.n == 0 && theirs->n == 0)
        return NULL;
    if (d->folds.n == 0)
        return "the champion has learned from everybody, so also from the test split that judges "
               "the challenger";
    if (theirs->n == 0)
        return "the challenger has learned from everybody, and the champion was judged by no folds";
    if (theirs->n != d->folds.n || !same)
        return "both have learned from everybody, and were judged by other folds, or on other data";
    return NULL;
}

/* Against the champion: what stands in the way is added to `against`, what speaks for it to
 * `for_it`. */
static mote_status challenge(deploying *d, const mote_model_version *champion, mote_buf *against,
                             mote_buf *for_it, mote_err *err)
{
    mote_challenge c = challenge_of(d);
    mote_model *m = NULL;
    mote_jury_graphs folds = {0};
    mote_challenge_result result = {.comparison = NULL};
    MOTE_TRY(mote_registry_check_version(d->p->cfg.store, champion, false, err));
    MOTE_TRY(load_bundle(d, &champion->bundle, &m, err));
    mote_status st = load_champion_folds(d, champion, &folds, err);
    const char *unlike = mote_challenge_is_fair(&c, m)
                             ? not_comparable(d, champion, &folds)
                             : "the champion has other labels or samples of another shape";
    if (st == MOTE_OK && !unlike)
        st = mote_challenge_run(&c, &(mote_challenged){m, &folds}, &d->arena, &result, err);
    mote_model_unref(m);
    mote_jury_graphs_release(&folds);
    if (st != MOTE_OK)
        return st;
    if (unlike) {
        mote_buf_printf(against,
                        "%s%s: it cannot be told which is better; promote it by hand "
                        "('mote model promote %s/%lld --override --why ..')",
                        against->len > 0 ? "; " : "", unlike, name_of(d), (long long)d->number);
        return mote_buf_status(against, err);
    }
    const mote_promotion *p = &result.promotion;
    mote_stage_set(d->r, "comparison", result.comparison);
    for (size_t i = 0; i < p->n_reasons; i++)
        add_reason(p->is_held[i] ? for_it : against, p->reasons[i]);
    return mote_json_put(result.comparison, "champion", json_integer(champion->version), err);
}

/* Everything that stands in the way, the requirements first. */
static mote_status find_reasons(deploying *d, const mote_model_version *champion, mote_buf *against,
                                mote_buf *for_it, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 24);
    MOTE_TRY(verdicts_text(d, &text, err));
    MOTE_TRY(mote_verdicts_obstacles(text.data, against, err));
    size_t n_open = mote_verdict_count(&d->judged.verdicts, MOTE_VERDICT_NOT_PROVEN);
    if (!champion)
        add_reason(for_it, d->number == 1 ? "it is the first version" : "there is no champion yet");
    else if (champion->verdicts_json)
        MOTE_TRY(mote_verdicts_worse(text.data, champion->verdicts_json, against, err));
    if (champion)
        MOTE_TRY(challenge(d, champion, against, for_it, err));
    if (n_open > 0)
        mote_buf_printf(for_it, "; %zu of %zu requirements are met, but not proven", n_open,
                        d->judged.verdicts.n);
    MOTE_TRY(mote_buf_status(against, err));
    return mote_buf_status(for_it, err);
}

/* The champion itself, judged again: it stays, and what it does not do is said. */
static mote_status keep_champion(deploying *d, mote_buf *why, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    MOTE_SCOPED_BUF against;
    mote_buf_init(&text, 1 << 24);
    mote_buf_init(&against, 1 << 16);
    MOTE_TRY(verdicts_text(d, &text, err));
    MOTE_TRY(mote_verdicts_obstacles(text.data, &against, err));
    mote_buf_str(why, "it is the champion already");
    if (against.len > 0)
        mote_buf_printf(why, ", although %s", against.data);
    return mote_buf_status(why, err);
}

/* Put the version where it belongs; `why` gets what was decided, in words. */
static mote_status place(deploying *d, const mote_model_version *champion, bool *promoted,
                         mote_buf *why, mote_err *err)
{
    mote_store *s = d->p->cfg.store;
    const char *name = name_of(d);
    mote_registry_act act = {
        .who = WHO, .reason = "registered by the pipeline", .now_ms = d->p->cfg.now_ms()};
    *promoted = champion && champion->version == d->number;
    if (*promoted)
        return keep_champion(d, why, err);
    MOTE_TRY(mote_registry_set_alias(s, name, MOTE_ALIAS_CHALLENGER, d->number, &act, err));
    MOTE_SCOPED_BUF for_it;
    mote_buf_init(&for_it, 1 << 16);
    MOTE_TRY(find_reasons(d, champion, why, &for_it, err));
    if (why->len > 0)
        return MOTE_OK;
    mote_buf_str(why, for_it.data);
    MOTE_TRY(mote_buf_status(why, err));
    act.reason = why->data;
    MOTE_SCOPED_TXN txn = {0}; /* champion, and challenger no more: both or neither */
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_registry_promote(s, name, d->number, false, &act, err));
    *promoted = true;
    MOTE_TRY(mote_registry_set_alias(s, name, MOTE_ALIAS_CHALLENGER, 0, &act, err));
    return mote_store_commit(&txn, err);
}

/* What the stage has to show. */
static mote_status say_decision(deploying *d, bool promoted, const mote_buf *why, mote_err *err)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    size_t n_open = mote_verdict_count(&d->judged.verdicts, MOTE_VERDICT_NOT_PROVEN);
    const char *summary =
        mote_arena_printf(&d->arena, "%s/%lld %s: %s", name_of(d), (long long)d->number,
                          promoted ? "promoted" : "not promoted", why->data);
    if (!summary)
        return mote_fail(err, MOTE_NOMEM, "no memory for the decision");
    mote_sha256_hex(&d->bundle, hex);
    mote_stage_set(d->r, "summary", json_string(summary));
    mote_stage_set(d->r, "model", json_string(name_of(d)));
    mote_stage_set(d->r, "version", json_integer(d->number));
    mote_stage_set(d->r, "bundle", json_string(hex));
    mote_stage_set(d->r, "promoted", json_boolean(promoted));
    mote_stage_set(d->r, "not_proven", json_integer((json_int_t)n_open));
    mote_stage_set(d->r, "decision", json_string(why->data));
    mote_stage_set(d->r, "verdicts",
                   json_incref(json_object_get(d->verdicts_json, "requirements")));
    return MOTE_OK;
}

static mote_status deploy(deploying *d, mote_err *err)
{
    MOTE_TRY(open_inputs(d, err));
    MOTE_TRY(judge_requirements(d, err));
    MOTE_TRY(find_same(d, err));
    mote_model_version champion = {0};
    bool has_champion = false, promoted = false;
    MOTE_TRY(find_champion(d, &champion, &has_champion, err));
    if (d->number > 0) {
        MOTE_TRY(judge_again(d, err));
    } else {
        mote_stage_progress(d->p, d->r, 1, 4, "drift reference");
        MOTE_TRY(make_drift_reference(d, err));
        mote_stage_progress(d->p, d->r, 2, 4, "bundle");
        MOTE_TRY(make_bundle(d, err));
        MOTE_TRY(register_version(d, has_champion ? champion.version : 0, err));
    }
    mote_stage_progress(d->p, d->r, 3, 4, "champion and challenger");
    MOTE_SCOPED_BUF why;
    mote_buf_init(&why, 1 << 16);
    MOTE_TRY(place(d, has_champion ? &champion : NULL, &promoted, &why, err));
    return say_decision(d, promoted, &why, err);
}

mote_status mote_stage_deploy_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    deploying d = {.p = p, .r = r};
    mote_arena_init(&d.arena, (size_t)16 << 30);
    mote_status st = deploy(&d, err);
    mote_judged_release(&d.judged);
    json_decref(d.verdicts_json);
    json_decref(d.drift);
    json_decref(d.lineage);
    mote_graph_destroy(d.s8);
    mote_graph_destroy(d.f32);
    mote_jury_graphs_release(&d.folds);
    for (int k = 0; k < 2; k++)
        mote_jury_release(&d.juries[k]);
    mote_arena_release(&d.arena);
    return st;
}
