/* SPDX-License-Identifier: Apache-2.0 */
/* mote run, train, compress, evaluate: the loop up to a stage. */
#include <string.h>

#include "base/clock.h"
#include "cli/evaluate.h"
#include "cli/loop.h"
#include "evaluate/json_parts.h"
#include "evaluate/position.h"
#include "evaluate/report_text.h"
#include "loop/due.h"
#include "pipeline/folds.h"
#include "pipeline/judge.h"
#include "pipeline/judged.h"
#include "pipeline/rates.h"
#include "pipeline/seeds.h"
#include "project/schema.h"
#include "track/registry.h"

#define TIDY_MS       500
#define TIDY_GRACE_MS ((int64_t)24 * 60 * 60 * 1000)
#define WORST_GROUPS  5 /* of each condition that `mote evaluate` shows */

typedef struct {
    bool force;
} run_values;

static const mote_option options[] = {
    {"force", 'f', MOTE_OPT_FLAG, offsetof(run_values, force), 0, 0, NULL,
     "run the last stage even when nothing changed"},
};

/* What every stage up to `last` has to show, and the requirements judged. */
static mote_status result_json(mote_cli *cli, mote_pipeline *p, mote_stage_id last,
                               const mote_judged *j, mote_err *err)
{
    MOTE_SCOPED_JSON *document = json_pack("{s:{}}", "stages");
    MOTE_SCOPED_JSON *judged = NULL;
    json_t *stages = json_object_get(document, "stages");
    for (int i = 0; i <= (int)last; i++) {
        const mote_stage_result *r = NULL;
        MOTE_TRY(mote_pipeline_result(p, (mote_stage_id)i, &r, err));
        MOTE_TRY(
            mote_json_put(stages, mote_stage_name((mote_stage_id)i), json_incref(r->output), err));
    }
    MOTE_TRY(mote_judged_json(j, &judged, err));
    if (json_object_update(document, judged) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the remarks");
    mote_say_json(cli, json_incref(document));
    return MOTE_OK;
}

/* How the model stands beside each of them. */
static void add_baselines(const json_t *baselines, mote_buf *text)
{
    const char *name, *value;
    json_t *baseline, *one;
    /* jansson iterates over a const object without changing it, but does not say so. */
    json_object_foreach((json_t *)(uintptr_t)baselines, name, baseline)
    {
        mote_buf_printf(text, "%s\n", json_string_value(json_object_get(baseline, "text")));
        json_object_foreach(json_object_get(baseline, "each"), value, one)
        {
            mote_buf_printf(text, "  %s\n", json_string_value(json_object_get(one, "text")));
        }
    }
}

/* The tables of the evaluate stage: each condition, then the stream. */
static mote_status say_evaluation(mote_cli *cli, mote_pipeline *p, mote_err *err)
{
    const mote_stage_result *r = NULL;
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_evaluate, &r, err));
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, (size_t)1 << 24);
    const char *condition, *said = json_string_value(json_object_get(r->output, "answer"));
    json_t *evaluation;
    bool has_conditions = json_object_get(r->output, "stream") ||
                          json_object_size(json_object_get(r->output, "conditions")) > 1;
    mote_answer_kind answer = MOTE_N_ANSWERS;
    MOTE_TRY(mote_answer_parse(said ? said : "", &answer, err));
    json_object_foreach(json_object_get(r->output, "conditions"), condition, evaluation)
    {
        mote_buf_char(&text, '\n');
        if (has_conditions)
            mote_buf_printf(&text, "%s: ", condition);
        MOTE_TRY(mote_answers_tell(answer, evaluation, WORST_GROUPS, &text, err));
        MOTE_TRY(mote_rates_tell(json_object_get(evaluation, "rates"), &text, err));
    }
    const char *on;
    json_t *position;
    json_object_foreach(json_object_get(r->output, "position"), on, position)
    {
        mote_buf_char(&text, '\n');
        MOTE_TRY(mote_position_tell(position, on, &text, err));
    }
    const json_t *stream = json_object_get(r->output, "stream");
    if (stream) {
        mote_buf_char(&text, '\n');
        MOTE_TRY(mote_report_stream_json(stream, &text, err));
        const json_t *promised = json_object_get(r->output, "promised");
        if (promised)
            MOTE_TRY(mote_report_promise_json(promised, stream, &text, err));
    }
    const json_t *negatives = json_object_get(r->output, "negatives");
    if (negatives)
        MOTE_TRY(mote_report_negatives_json(negatives, &text, err));
    const json_t *words = json_object_get(r->output, "other_words");
    if (words)
        MOTE_TRY(mote_report_other_words_json(words, &text, err));
    const json_t *seeds = json_object_get(r->output, "seeds");
    if (seeds)
        MOTE_TRY(mote_seeds_tell(seeds, &text, err));
    add_baselines(json_object_get(r->output, "baselines"), &text);
    const char *note = json_string_value(json_object_get(r->output, "temperature_note"));
    if (note)
        mote_buf_printf(&text, "no temperature: %s\n", note);
    const char *interval = json_string_value(json_object_get(r->output, "interval_note"));
    if (interval)
        mote_buf_printf(&text, "no intervals: %s\n", interval);
    MOTE_TRY(mote_buf_status(&text, err));
    mote_say(cli, "%s", text.data);
    return MOTE_OK;
}

/* The inputs of the training are what they were, and the world is not: say so, and what helps. */
static mote_status tell_of_drift(mote_cli *cli, mote_pipeline *p, mote_err *err)
{
    const mote_stage_result *trained = NULL;
    const char *why = NULL;
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_train, &trained, err));
    if (trained->output)
        MOTE_TRY(
            mote_due_by_drift(cli->store, cli->project, trained->ended_ms, &cli->arena, &why, err));
    if (why)
        mote_tell(cli,
                  "training is due: %s; the same data and settings give the same model, so add "
                  "that condition to the data or to 'augmentation' in mote.yaml\n",
                  why);
    return MOTE_OK;
}

/* The gate: what is not met and what nobody knows, but for what only use can tell. What is met and
 * only not proven may pass. */
static mote_status refuse_unmet(const mote_verdicts *all, mote_err *err)
{
    const size_t n = all->n, n_unmet = mote_verdict_count(all, MOTE_VERDICT_NOT_MET);
    size_t n_unknown = mote_verdict_count(all, MOTE_VERDICT_UNKNOWN);
    for (size_t i = 0; i < n; i++)
        n_unknown -= mote_verdict_is_awaited(&all->items[i]);
    char unknown[48] = "";
    if (n_unknown > 0)
        (void)mote_format(unknown, sizeof unknown, "%zu not yet known", n_unknown);
    if (n_unmet > 0)
        return mote_fail(err, MOTE_UNMET, "%zu of %zu requirements not met%s%s", n_unmet, n,
                         n_unknown ? ", " : "", unknown);
    return n_unknown > 0 ? mote_fail(err, MOTE_UNMET, "of %zu requirements %s", n, unknown)
                         : MOTE_OK;
}

/* What the stages left without an owner, for as long as nobody notices. */
static void tidy(mote_cli *cli)
{
    mote_gc_options o = {
        .now_ms = mote_clock_wall_ms(),
        .grace_ms = TIDY_GRACE_MS,
        .budget = {.until_us = mote_clock_mono_us() + TIDY_MS * 1000, .cancel = cli->cancel}};
    mote_gc_report r = {0};
    mote_err err = {0};
    if (mote_store_collect(cli->store, &o, &r, &err) != MOTE_OK)
        mote_tell(cli, "mote: %s\n", err.text);
    else if (r.n_left > 0)
        mote_tell(cli, "mote: %lld objects that nothing uses are left; 'mote gc' removes them\n",
                  (long long)r.n_left);
}

static mote_status run_to(mote_cli *cli, mote_stage_id last, bool force, bool gate, mote_err *err)
{
    mote_loop_bar bar;
    mote_pipeline *p = NULL;
    if (last == MOTE_STAGE_deploy && !force) /* a challenger is compared with it */
        MOTE_TRY(mote_registry_check_champion(cli->store, cli->project->name, false, err));
    MOTE_TRY(mote_loop_open(cli, &bar, &p, err));
    mote_judged j = {.remarks = NULL};
    mote_status st = mote_loop_run(p, &bar, last, force, err);
    if (st == MOTE_OK && last >= MOTE_STAGE_evaluate)
        st = mote_pipeline_judge(p, &cli->arena, &j, err);
    if (st == MOTE_OK && gate)
        st = say_evaluation(cli, p, err);
    const json_t *facts = NULL;
    if (st == MOTE_OK && last >= MOTE_STAGE_train)
        st = tell_of_drift(cli, p, err);
    if (st == MOTE_OK && last >= MOTE_STAGE_compile)
        st = mote_loop_facts(p, &facts, err);
    mote_loop_say_facts(cli, facts);
    if (st == MOTE_OK && j.remarks) {
        mote_say(cli, "\nrequirements\n");
        mote_loop_say_verdicts(cli, &j.verdicts, j.remarks);
    }
    if (st == MOTE_OK)
        st = result_json(cli, p, last, &j, err);
    mote_judged_release(&j);
    mote_pipeline_destroy(p);
    if (st == MOTE_OK)
        tidy(cli);
    return st == MOTE_OK && gate ? refuse_unmet(&j.verdicts, err) : st;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const run_values *v = values;
    mote_stage_id last = MOTE_STAGE_deploy;
    if (n_args > 0 && !mote_stage_parse(args[0], &last)) {
        const char *names[MOTE_N_STAGES];
        char list[200] = "";
        for (int i = 0; i < MOTE_N_STAGES; i++) {
            names[i] = mote_stage_name((mote_stage_id)i);
            size_t used = strlen(list);
            (void)mote_format(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
        }
        const char *near = mote_nearest(args[0], names, MOTE_N_STAGES);
        return mote_fail(err, MOTE_USAGE, "there is no stage '%s'%s%s%s: %s", args[0],
                         near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "", list);
    }
    return run_to(cli, last, v->force, false, err);
}

static mote_status train(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                         mote_err *err)
{
    (void)args;
    (void)n_args;
    return run_to(cli, MOTE_STAGE_train, ((const run_values *)values)->force, false, err);
}

static mote_status compress(mote_cli *cli, const void *values, const char *const *args,
                            size_t n_args, mote_err *err)
{
    (void)args;
    (void)n_args;
    return run_to(cli, MOTE_STAGE_compress, ((const run_values *)values)->force, false, err);
}

/* ---- cross-validation -------------------------------------------------------------------- */

typedef struct {
    bool force;
    int64_t folds;
    const char *on, *stream, *model, *by;
    bool strangers;
    double threshold;
} evaluate_values;

static const mote_option evaluate_options[] = {
    {"force", 'f', MOTE_OPT_FLAG, offsetof(evaluate_values, force), 0, 0, NULL,
     "judge again even when nothing changed"},
    {"folds", 'k', MOTE_OPT_INT, offsetof(evaluate_values, folds), MOTE_MIN_FOLDS, MOTE_MAX_FOLDS,
     "K", "instead: train and judge K models, each on groups it has not heard"},
    {"on", 0, MOTE_OPT_STRING, offsetof(evaluate_values, on), 0, 0, "DIR",
     "instead: judge on another labelled folder; nothing of it enters the project"},
    {"stream", 0, MOTE_OPT_STRING, offsetof(evaluate_values, stream), 0, 0, "FOLDER",
     "instead: listen to your own hours: misses, false accepts an hour, latency"},
    {"strangers", 0, MOTE_OPT_FLAG, offsetof(evaluate_values, strangers), 0, 0, NULL,
     "instead: train with each collection left out, and say what that costs"},
    {"by", 0, MOTE_OPT_STRING, offsetof(evaluate_values, by), 0, 0, "LEVEL",
     "with --strangers: collector (default), engine, or a pattern of file names: '*_{group}'"},
    {"model", 'm', MOTE_OPT_STRING, offsetof(evaluate_values, model), 0, 0, "MODEL",
     "with --on and --stream: that model (default: the present one)"},
    {"threshold", 't', MOTE_OPT_NUMBER, offsetof(evaluate_values, threshold), 1.0 / 256, 1, "P",
     "with --stream: as if detected from this probability on"},
};

static void fold_progress(void *arg, int32_t fold, double part, const char *note)
{
    mote_progress_update(arg, (int64_t)((fold + part) * 1000.0), "%s", note);
}

static void say_folds_json(mote_cli *cli, const mote_folds_result *r)
{
    json_t *folds = json_array();
    bool all = true;
    for (int32_t i = 0; i < r->n; i++) {
        const mote_fold_result *f = &r->folds[i];
        json_t *one =
            json_pack("{s:I, s:I, s:i, s:f, s:f, s:f}", "train", (json_int_t)f->n_train, "test",
                      (json_int_t)f->n_test, "epochs", f->n_epochs, "accuracy_f32", f->accuracy_f32,
                      "accuracy_s8", f->accuracy_s8, "seconds", f->seconds);
        all &= json_array_append_new(folds, one) == 0;
    }
    json_t *document =
        json_pack("{s:s, s:o, s:o?, s:f, s:f, s:f, s:I, s:I, s:I}", "metric",
                  mote_metric_info(r->metric)->name, "folds", folds, "baselines",
                  json_incref(r->baselines), "mean_s8", r->mean_s8, "sd_s8", r->sd_s8, "mean_f32",
                  r->mean_f32, "weights_bytes", (json_int_t)r->weights_bytes, "flash_bytes",
                  (json_int_t)r->flash_bytes, "arena_bytes", (json_int_t)r->arena_bytes);
    if (all)
        mote_say_json(cli, document);
    else
        json_decref(document);
}

static void say_figure(mote_table *t, mote_metric metric, double x)
{
    if (mote_metric_info(metric)->unit == MOTE_UNIT_RATIO)
        mote_table_cell(t, "%.1f %%", 100.0 * x);
    else
        mote_table_cell(t, "%.4g", x);
}

static void say_folds(mote_cli *cli, const mote_folds_result *r)
{
    static const char *const titles[] = {">fold", ">train", ">test", ">epochs", ">float", ">int8"};
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (int32_t i = 0; i < r->n; i++) {
        const mote_fold_result *f = &r->folds[i];
        mote_table_cell(&t, "%d", i + 1);
        mote_table_cell(&t, "%zu", f->n_train);
        mote_table_cell(&t, "%zu", f->n_test);
        mote_table_cell(&t, "%d", f->n_epochs);
        say_figure(&t, r->metric, f->accuracy_f32);
        say_figure(&t, r->metric, f->accuracy_s8);
    }
    mote_table_say(&t, cli);
    const mote_metric_row *m = mote_metric_info(r->metric);
    const bool is_share = m->unit == MOTE_UNIT_RATIO;
    const double by = is_share ? 100.0 : 1.0;
    mote_say(cli,
             is_share ? "\nint8 %.2f %% (standard deviation over folds %.2f), float %.2f %% %s\n"
                      : "\nint8 %.4g (standard deviation over folds %.4g), float %.4g %s\n",
             by * r->mean_s8, by * r->sd_s8, by * r->mean_f32, m->name);
    MOTE_SCOPED_BUF beside;
    mote_buf_init(&beside, (size_t)1 << 20);
    add_baselines(r->baselines, &beside);
    if (beside.len > 0)
        mote_say(cli, "%s", beside.data);
    char flash[24], weights[24], arena[24];
    mote_human_bytes((uint64_t)r->flash_bytes, flash, sizeof flash);
    mote_human_bytes((uint64_t)r->weights_bytes, weights, sizeof weights);
    mote_human_bytes((uint64_t)r->arena_bytes, arena, sizeof arena);
    mote_say(cli, "network: weights %s, with its kernels %s of flash; arena %s\n", weights, flash,
             arena);
    say_folds_json(cli, r);
}

static mote_status cross_validate(mote_cli *cli, int32_t k, mote_err *err)
{
    mote_loop_bar bar;
    mote_pipeline *p = NULL;
    MOTE_TRY(mote_loop_open(cli, &bar, &p, err));
    mote_status st = mote_pipeline_run(p, MOTE_STAGE_data, false, err);
    mote_loop_bar_end(&bar);
    mote_progress progress;
    mote_folds_result r;
    if (st == MOTE_OK) {
        mote_progress_start(&progress, cli, "folds", (int64_t)k * 1000);
        const mote_folds_job job = {.n_folds = k,
                                    .seed = (uint64_t)cli->project->data.split_seed,
                                    .with_baselines = true,
                                    .progress = fold_progress,
                                    .arg = &progress};
        st = mote_folds_run(p, &job, &r, err);
        mote_progress_end(&progress, NULL);
    }
    mote_pipeline_destroy(p);
    if (st == MOTE_OK) {
        say_folds(cli, &r);
        json_decref(r.baselines);
    }
    return st;
}

static mote_status evaluate(mote_cli *cli, const void *values, const char *const *args,
                            size_t n_args, mote_err *err)
{
    (void)args;
    (void)n_args;
    const evaluate_values *v = values;
    const char *folder = v->on ? v->on : v->stream;
    const mote_outside_wish outside = {.kind = v->strangers ? MOTE_OUTSIDE_STRANGERS
                                               : v->on      ? MOTE_OUTSIDE_FOLDER
                                                            : MOTE_OUTSIDE_HOURS,
                                       .place = v->strangers ? v->by : folder,
                                       .model = v->model,
                                       .threshold = v->threshold};
    if ((v->on != NULL) + (v->stream != NULL) + (v->folds > 0) + v->strangers > 1)
        return mote_fail(err, MOTE_USAGE,
                         "--folds, --on, --stream and --strangers: say one of them");
    if (v->by && !v->strangers)
        return mote_fail(err, MOTE_USAGE, "--by says nothing without --strangers");
    if (v->strangers)
        return mote_evaluate_strangers(cli, &outside, err);
    if ((v->model && !folder) || (v->threshold > 0 && !v->stream))
        return mote_fail(err, MOTE_USAGE, "--%s says nothing without %s--stream",
                         v->model && !folder ? "model" : "threshold",
                         v->model && !folder ? "--on or " : "");
    if (folder)
        return v->on ? mote_evaluate_folder(cli, &outside, err)
                     : mote_evaluate_hours(cli, &outside, err);
    if (v->folds > 0)
        return cross_validate(cli, (int32_t)v->folds, err);
    return run_to(cli, MOTE_STAGE_compile, v->force, true, err);
}

const mote_command mote_cmd_run = {
    .usage = "[STAGE]",
    .about =
        "Brings the project up to date: every stage whose inputs changed runs again, in order,\n"
        "up to STAGE (default: all), one of"
#define STAGE(id, version, doc) " " #id
#include "pipeline/stages.def"
#undef STAGE
        ".\n"
        "Ctrl-C stops; the next call goes on where it was.\n"
        "Exits 0 also when a requirement is not met: 'mote evaluate' is the gate.",
    .examples = "  mote run              all that is out of date\n"
                "  mote run train        up to the trained model\n"
                "  mote run --json       the results of all stages as one document",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(run_values),
    .max_args = 1,
    .run = run,
};

const mote_command mote_cmd_train = {
    .usage = "",
    .about =
        "Trains the model that mote.yaml describes, after the data and features it needs, and\n"
        "records the run. Nothing is trained when nothing changed; --force trains all the same.",
    .examples = "  mote train\n  mote train --force",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(run_values),
    .run = train,
};

const mote_command mote_cmd_compress = {
    .usage = "",
    .about =
        "Quantises the trained model to int8 and says what that costs on the validation split.",
    .examples = "  mote compress",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(run_values),
    .run = compress,
};

const mote_command mote_cmd_evaluate = {
    .usage = "",
    .about =
        "Judges the int8 model on the test split, on a stream and on the emulated device, and\n"
        "holds every requirement of mote.yaml against what was measured.\n"
        "Exits 1 when one is not met, and says by how much; also when one is not yet known, and\n"
        "says what would settle it. Met, but not proven, is enough for exit code 0.\n"
        "--on judges on a folder that is no part of the project, --stream on recordings of hours\n"
        "with a label track beside them (Audacity's .txt, or labels.csv), or without one.",
    .examples = "  mote evaluate\n  mote evaluate --folds 5\n"
                "  mote evaluate --on ../other-collector\n"
                "  mote evaluate --stream ../living-room --threshold 0.8\n"
                "  mote evaluate --strangers --by collector\n"
                "  mote evaluate --json | jq '.requirements[].verdict'",
    .options = evaluate_options,
    .n_options = MOTE_COUNT_OF(evaluate_options),
    .values_bytes = sizeof(evaluate_values),
    .run = evaluate,
};
