/* SPDX-License-Identifier: Apache-2.0 */
/* Stage deploy: the bundle, its registration, and the question whether it replaces the champion.
 *
 * Challenger and champion are judged on the same test clips, clean and in car noise, each with its
 * own front end. The challenger is promoted when schedule.promote says so (evaluate/compare.h) and
 * its requirements are met (the registry insists on that). The first version of a model has no
 * champion to beat. */
#include "pipeline/stages_internal.h"

#include <string.h>

#include "evaluate/compare.h"
#include "evaluate/json_parts.h"
#include "graph/model.h"
#include "pipeline/golden.h"
#include "pipeline/judge.h"
#include "pipeline/keyword.h"
#include "project/verdict.h"
#include "track/registry.h"
#include "track/run.h"

#define REFERENCE_SEED 21
#define WHY_BYTES      600
#define WHO            "mote run"

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_data_version version;
    mote_dataset validation, test;
    const int16_t *clips[MOTE_N_CONDITIONS]; /* of the test split */
    mote_graph *s8, *f32;
    mote_feature_config features;
    mote_operating_point op;
    mote_measurements measured;
    mote_verdict *verdicts;
    size_t n_verdicts;
    json_t *verdicts_json, *drift, *lineage; /* owned */
    mote_sha256 bundle;
    int64_t number; /* of the registered version */
    const char *run_id;
} deploying;

static const char *name_of(const deploying *d)
{
    return mote_setting_about(d->p->settings)->name;
}

static mote_judge judge_of(const deploying *d, const mote_graph *g, const mote_feature_config *f)
{
    return (mote_judge){.graph = g,
                        .features = f,
                        .clip_samples = (int32_t)d->test.clip_samples,
                        .pool = d->p->cfg.pool};
}

/* ---- what is known ----------------------------------------------------------------------- */

static mote_status open_inputs(deploying *d, mote_err *err)
{
    mote_pipeline *p = d->p;
    const size_t n_classes = mote_setting_task(p->settings)->classes.n;
    MOTE_TRY(mote_keyword_version(p, &d->arena, &d->version, err));
    MOTE_TRY(mote_keyword_split(p, &d->version, MOTE_SPLIT_VALIDATION, &d->validation, err));
    MOTE_TRY(mote_keyword_split(p, &d->version, MOTE_SPLIT_TEST, &d->test, err));
    MOTE_TRY(mote_keyword_graph(p, MOTE_STAGE_compress, "graph.s8", &d->s8, err));
    MOTE_TRY(mote_keyword_graph(p, MOTE_STAGE_train, "graph.f32", &d->f32, err));
    MOTE_TRY(mote_json_get_str(p->results[MOTE_STAGE_train].output, "train stage", "run",
                               &d->run_id, err));
    d->features = *mote_setting_features(p->settings);
    for (int c = 0; c < MOTE_N_CONDITIONS; c++)
        MOTE_TRY(mote_condition_clips(&d->test, (mote_condition)c,
                                      mote_setting_car_noise(p->settings)->snr_db,
                                      MOTE_CONDITION_SEED, &d->arena, &d->clips[c], err));
    const json_t *op = json_object_get(p->results[MOTE_STAGE_evaluate].output, "operating_point");
    return mote_operating_point_from_json(op, (int32_t)n_classes, &d->op, err);
}

/* The measurements of the evaluate and compile stages together, judged. */
static mote_status judge_requirements(deploying *d, mote_err *err)
{
    static const mote_stage_id from[] = {MOTE_STAGE_evaluate, MOTE_STAGE_compile};
    MOTE_SCOPED_JSON *all = json_array();
    const char *basis = NULL;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        json_t *found = json_object_get(d->p->results[from[i]].output, "measurements");
        if (json_array_extend(all, found) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for measurements");
    }
    MOTE_TRY(mote_measurements_from_json(all, &d->arena, &d->measured, err));
    MOTE_TRY(mote_json_get_str(d->p->results[MOTE_STAGE_evaluate].output, "evaluate stage", "basis",
                               &basis, err));
    MOTE_TRY(mote_verdict_judge_all(mote_setting_requirements(d->p->settings), &d->measured, basis,
                                    &d->arena, &d->verdicts, &d->n_verdicts, err));
    json_t *list = NULL;
    MOTE_TRY(mote_verdicts_to_json(d->verdicts, d->n_verdicts, &list, err));
    d->verdicts_json = json_pack("{s:o}", "requirements", list);
    return d->verdicts_json ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for verdicts");
}

/* ---- the drift reference ----------------------------------------------------------------- */

/* What normal traffic looks like: validation and test clips, which training has not seen. A model
 * that was trained for the car has the car among what is normal: every speaker then counts a second
 * time, as another group, with car noise. */
static mote_status make_drift_reference(deploying *d, mote_err *err)
{
    const mote_car_noise_setting *car = mote_setting_car_noise(d->p->settings);
    const mote_dataset *parts[2] = {&d->validation, &d->test};
    int n_conditions = car->probability > 0.0 ? MOTE_N_CONDITIONS : 1;
    mote_judge j = judge_of(d, d->s8, &d->features);
    j.temperature = d->op.temperature;  /* the server watches the probabilities that it reports */
    mote_watch_shape shape = mote_judge_watch_shape(&j);
    size_t width = (size_t)mote_watch_count(&shape),
           n = (d->validation.n + d->test.n) * (size_t)n_conditions, at = 0;
    float *values = NULL, *y = NULL, *w = NULL;
    int32_t *groups = NULL, first_group = 0;
    MOTE_TRY(mote_arena_take(&d->arena, n * width, sizeof *values, &values, err));
    MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *groups, &groups, err));
    for (int k = 0; k < 2; k++)
        for (int c = 0; c < n_conditions; c++) {
            const int16_t *pcm = NULL;
            MOTE_TRY(mote_condition_clips(parts[k], (mote_condition)c, car->snr_db,
                                          REFERENCE_SEED, &d->arena, &pcm, err));
            MOTE_TRY(mote_judge_clips(&j, pcm, parts[k]->n, &d->arena, &y, &w, err));
            memcpy(values + at * width, w, parts[k]->n * width * sizeof *values);
            for (size_t i = 0; i < parts[k]->n; i++)
                groups[at + i] = first_group + parts[k]->group_id[i];
            at += parts[k]->n;
            first_group += (int32_t)parts[k]->n_groups;
        }
    mote_reference_profile *profile = NULL;
    mote_err why = {0};
    mote_status st = mote_reference_profile_build(&shape, values, groups, n, &profile, &why);
    if (st == MOTE_ARG) { /* too few clips: the model can be used, but not be watched */
        mote_stage_set(d->r, "no_drift_reference", json_string(why.text));
        return MOTE_OK;
    }
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
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

/* Where the model comes from, as what it was made of and not as when or in which run: equal models
 * are equal bytes. The run, its times and the number of the data version stand in the registry. */
static mote_status make_lineage(deploying *d, mote_err *err)
{
    char manifest[MOTE_SHA256_HEX_BYTES];
    json_t *settings = NULL;
    mote_sha256_hex(&d->version.id, manifest);
    MOTE_TRY(mote_stage_lineage_json(d->p, MOTE_STAGE_deploy, &settings, err));
    d->lineage = json_pack("{s:s, s:I, s:s, s:o}", "data_manifest", manifest, "seed",
                           (json_int_t)mote_setting_training(d->p->settings)->config.seed,
                           "mote", MOTE_VERSION, "settings", settings);
    return d->lineage ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the lineage");
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
    json_array_foreach(j, i, entry) drop_times(entry);
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
                               .n_labels = (int32_t)task->classes.n,
                               .labels = task->classes.items,
                               .clip_samples = task->clip_samples,
                               .features = &d->features,
                               .graph_s8 = d->s8,
                               .graph_f32 = d->f32,
                               .operating_point = &d->op,
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
    return mote_run_add_artifact(d->p->cfg.store, d->run_id, "model/bundle.mote", &d->bundle, err);
}

/* ---- champion and challenger ------------------------------------------------------------- */

/* What a model says about the test clips under every condition, one after the other. */
static mote_status decide(deploying *d, const mote_judge *j, int32_t **out, mote_err *err)
{
    size_t n = d->test.n;
    MOTE_TRY(mote_arena_take(&d->arena, n * MOTE_N_CONDITIONS, sizeof **out, out, err));
    for (int c = 0; c < MOTE_N_CONDITIONS; c++) {
        float *y = NULL;
        MOTE_TRY(mote_judge_clips(j, d->clips[c], n, &d->arena, &y, NULL, err));
        mote_judge_decide(y, n, d->test.n_classes, *out + (size_t)c * n);
    }
    return MOTE_OK;
}

/* Both models' answers, with the truth, its speaker and the condition as a slice. */
static mote_status gather(deploying *d, const mote_model *champion, mote_compare_input *out,
                          mote_err *err)
{
    size_t n = d->test.n;
    mote_judge ours = judge_of(d, d->s8, &d->features);
    mote_judge theirs = judge_of(d, mote_model_graph_s8(champion), mote_model_features(champion));
    int32_t *labels = NULL, *groups = NULL, *slices = NULL, *old = NULL, *new = NULL;
    MOTE_TRY(mote_arena_take(&d->arena, n * MOTE_N_CONDITIONS, sizeof *labels, &labels, err));
    MOTE_TRY(mote_arena_take(&d->arena, n * MOTE_N_CONDITIONS, sizeof *groups, &groups, err));
    MOTE_TRY(mote_arena_take(&d->arena, n * MOTE_N_CONDITIONS, sizeof *slices, &slices, err));
    MOTE_TRY(decide(d, &theirs, &old, err));
    MOTE_TRY(decide(d, &ours, &new, err));
    for (size_t i = 0; i < n * MOTE_N_CONDITIONS; i++) {
        labels[i] = d->test.class_id[i % n];
        groups[i] = d->test.group_id[i % n];
        slices[i] = (int32_t)(i / n);
    }
    *out = (mote_compare_input){.n = n * MOTE_N_CONDITIONS,
                                .labels = labels,
                                .champion = old,
                                .challenger = new,
                                .groups = groups,
                                .n_groups = (int32_t)d->test.n_groups,
                                .slices = slices,
                                .n_slices = MOTE_N_CONDITIONS};
    return MOTE_OK;
}

static bool same_labels(const mote_task_setting *task, const mote_model *m)
{
    if ((size_t)mote_model_n_labels(m) != task->classes.n ||
        mote_model_clip_samples(m) != task->clip_samples ||
        mote_model_features(m)->rate_hz != task->rate_hz)
        return false;
    for (size_t i = 0; i < task->classes.n; i++)
        if (strcmp(mote_model_label(m, (int32_t)i), task->classes.items[i]) != 0)
            return false;
    return true;
}

/* "{champion: version, conditions: {clean: {..}, ..}, promotion: {..}}" into the output. */
static mote_status keep_comparison(deploying *d, int64_t champion, const mote_comparison *slices,
                                   const mote_promotion *promotion, mote_err *err)
{
    json_t *o = json_pack("{s:I, s:{}}", "champion", (json_int_t)champion, "conditions");
    mote_stage_set(d->r, "comparison", o);
    for (int c = 0; c < MOTE_N_CONDITIONS; c++) {
        json_t *one = NULL;
        MOTE_TRY(mote_comparison_to_json(&slices[c], &one, err));
        MOTE_TRY(mote_json_put(json_object_get(o, "conditions"),
                               mote_condition_text((mote_condition)c), one, err));
    }
    json_t *rule = NULL;
    MOTE_TRY(mote_promotion_to_json(promotion, &rule, err));
    return mote_json_put(o, "promotion", rule, err);
}

/* Compare with the champion `m` of version `champion`; *won, and the reasons in words: all of them
 * when it won, else those that stand in the way. */
static mote_status compare(deploying *d, const mote_model *m, int64_t champion, bool *won,
                           char why[WHY_BYTES], mote_err *err)
{
    *won = false;
    if (!same_labels(mote_setting_task(d->p->settings), m)) {
        (void)mote_format(
            why, WHY_BYTES,
            "the champion has other labels or another clip length: promote it by hand");
        return MOTE_OK;
    }
    mote_compare_input in;
    mote_comparison overall, slices[MOTE_N_CONDITIONS];
    const char *names[MOTE_N_CONDITIONS];
    for (int c = 0; c < MOTE_N_CONDITIONS; c++)
        names[c] = mote_condition_text((mote_condition)c);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(gather(d, m, &in, err));
    MOTE_TRY(mote_compare(&in, &cfg, &d->arena, &overall, slices, err));
    mote_promotion p = mote_compare_promotion(&overall, slices, names, MOTE_N_CONDITIONS,
                                              MOTE_CONDITION_CLEAN,
                                              mote_setting_promote(d->p->settings));
    *won = p.is_promoted;
    size_t used = 0;
    for (size_t i = 0; i < p.n_reasons && used < WHY_BYTES; i++)
        if (p.is_promoted || !p.is_held[i]) {
            (void)mote_format(why + used, WHY_BYTES - used, "%s%s", used ? "; " : "", p.reasons[i]);
            used += strlen(why + used);
        }
    return keep_comparison(d, champion, slices, &p, err);
}

/* ---- the registry ------------------------------------------------------------------------ */

static mote_status find_champion(deploying *d, mote_model_version *out, bool *found, mote_err *err)
{
    char reference[128];
    mote_err why = {0};
    (void)mote_format(reference, sizeof reference, "%s@%s", name_of(d),
                      MOTE_ALIAS_CHAMPION);
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

static mote_status register_version(deploying *d, int64_t parent, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 24);
    mote_json_write(&text, d->verdicts_json, false);
    MOTE_TRY(mote_buf_status(&text, err));
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

/* Put the version where it belongs; `why` gets what was decided, in words. */
static mote_status place(deploying *d, bool has_champion, const mote_model_version *champion,
                         bool *promoted, char why[WHY_BYTES], mote_err *err)
{
    mote_store *s = d->p->cfg.store;
    const char *name = name_of(d);
    mote_registry_act act = {
        .who = WHO, .reason = "registered by the pipeline", .now_ms = d->p->cfg.now_ms()};
    *promoted = false;
    if (has_champion && champion->version == d->number) {
        (void)mote_format(why, WHY_BYTES, "it is the champion already");
        *promoted = true;
        return MOTE_OK;
    }
    MOTE_TRY(mote_registry_set_alias(s, name, MOTE_ALIAS_CHALLENGER, d->number, &act, err));
    bool won = true;
    (void)mote_format(why, WHY_BYTES, "it is the first version");
    if (has_champion) {
        mote_model *m = NULL;
        MOTE_TRY(load_bundle(d, &champion->bundle, &m, err));
        mote_status st = compare(d, m, champion->version, &won, why, err);
        mote_model_unref(m);
        if (st != MOTE_OK)
            return st;
    }
    if (!won)
        return MOTE_OK;
    act.reason = why;
    mote_err unmet = {0};
    mote_status st = mote_registry_promote(s, name, d->number, false, &act, &unmet);
    if (st == MOTE_UNMET) {
        (void)mote_format(why, WHY_BYTES, "%s", unmet.text);
        return MOTE_OK;
    }
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", unmet.text);
    *promoted = true;
    return mote_registry_set_alias(s, name, MOTE_ALIAS_CHALLENGER, 0, &act, err);
}

static mote_status deploy(deploying *d, mote_err *err)
{
    MOTE_TRY(open_inputs(d, err));
    MOTE_TRY(judge_requirements(d, err));
    mote_stage_progress(d->p, d->r, 1, 4, "drift reference");
    MOTE_TRY(make_drift_reference(d, err));
    mote_stage_progress(d->p, d->r, 2, 4, "bundle");
    MOTE_TRY(make_bundle(d, err));
    mote_model_version champion = {0};
    bool has_champion = false, promoted = false;
    char why[WHY_BYTES], summary[WHY_BYTES + 160];
    MOTE_TRY(find_champion(d, &champion, &has_champion, err));
    MOTE_TRY(register_version(d, has_champion ? champion.version : 0, err));
    mote_stage_progress(d->p, d->r, 3, 4, "champion and challenger");
    MOTE_TRY(place(d, has_champion, &champion, &promoted, why, err));
    (void)mote_format(summary, sizeof summary, "%s/%lld %s: %s", name_of(d),
                      (long long)d->number, promoted ? "promoted" : "not promoted", why);
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&d->bundle, hex);
    mote_stage_set(d->r, "summary", json_string(summary));
    mote_stage_set(d->r, "model", json_string(name_of(d)));
    mote_stage_set(d->r, "version", json_integer(d->number));
    mote_stage_set(d->r, "bundle", json_string(hex));
    mote_stage_set(d->r, "promoted", json_boolean(promoted));
    mote_stage_set(d->r, "decision", json_string(why));
    mote_stage_set(d->r, "verdicts",
                   json_incref(json_object_get(d->verdicts_json, "requirements")));
    return MOTE_OK;
}

mote_status mote_stage_deploy_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    deploying d = {.p = p, .r = r};
    mote_arena_init(&d.arena, (size_t)16 << 30);
    mote_status st = deploy(&d, err);
    json_decref(d.verdicts_json);
    json_decref(d.drift);
    json_decref(d.lineage);
    mote_graph_destroy(d.s8);
    mote_graph_destroy(d.f32);
    mote_dataset_release(&d.validation);
    mote_dataset_release(&d.test);
    mote_arena_release(&d.arena);
    return st;
}
