/* SPDX-License-Identifier: Apache-2.0 */
/* mote evaluate --on, --stream: a model judged where the project has no data. */
#include <math.h>
#include <string.h>

#include "cli/evaluate.h"
#include "cli/importing.h"
#include "cli/loop.h"
#include "evaluate/answer.h"
#include "evaluate/report_text.h"
#include "pipeline/elsewhere.h"
#include "pipeline/hours.h"
#include "pipeline/present.h"
#include "pipeline/rates.h"
#include "project/schema.h"
#include "track/model_ref.h"

#define WORST_GROUPS 5
#define MAX_SHOWN    5 /* detections and misses that are named */
#define CONFIDENCE   0.95

/* The model that was asked for, or the present one of a pipeline that has run up to evaluate. */
static mote_status model_of(mote_cli *cli, const char *reference, mote_pipeline *p,
                            mote_model **out, mote_err *err)
{
    mote_resolved_model m;
    if (!reference)
        return mote_present_model(p, out, err);
    MOTE_TRY(mote_model_resolve(cli->store, reference, &m, err));
    *out = m.model;
    return MOTE_OK;
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static json_int_t count_of(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

/* ---- another folder ---------------------------------------------------------------------- */

static mote_status say_folder(mote_cli *cli, const json_t *found, mote_err *err)
{
    const char *condition;
    json_t *evaluation, *all = json_object_get(found, "conditions");
    mote_answer_kind answer = MOTE_N_ANSWERS;
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, (size_t)1 << 24);
    MOTE_TRY(mote_answer_parse(text_of(found, "answer"), &answer, err));
    mote_say(cli, "\n%s: %s\n", mote_shown(cli, text_of(found, "folder")),
             mote_shown(cli, text_of(found, "on")));
    json_object_foreach(all, condition, evaluation)
    {
        mote_buf_char(&text, '\n');
        if (json_object_size(all) > 1)
            mote_buf_printf(&text, "%s: ", condition);
        MOTE_TRY(mote_answers_tell(answer, evaluation, WORST_GROUPS, &text, err));
        MOTE_TRY(mote_rates_tell(json_object_get(evaluation, "rates"), &text, err));
    }
    MOTE_TRY(mote_buf_status(&text, err));
    mote_say(cli, "%s", text.data);
    for (size_t i = 0; i < json_array_size(json_object_get(found, "promised")); i++)
        mote_say(cli, "%s\n",
                 text_of(json_array_get(json_object_get(found, "promised"), i), "text"));
    if (json_object_get(found, "beside"))
        mote_say(cli, "beside: %s\n", text_of(json_object_get(found, "beside"), "text"));
    if (count_of(found, "known") > 0)
        mote_say(cli,
                 "known: %lld of them are in what the model learned from or was chosen by, and do "
                 "not judge it\n",
                 (long long)count_of(found, "known"));
    if (count_of(found, "refused") > 0)
        mote_say(cli, "refused: %lld files; 'mote data add --dry-run' on the folder names them\n",
                 (long long)count_of(found, "refused"));
    return MOTE_OK;
}

static mote_status judge_folder(mote_cli *cli, mote_pipeline *p, const mote_evaluate_elsewhere *e,
                                json_t **out, mote_err *err)
{
    mote_importing importing;
    mote_model *model = NULL;
    MOTE_TRY(mote_importing_of(cli, NULL, &importing, err));
    MOTE_TRY(model_of(cli, e->model, p, &model, err));
    const mote_elsewhere_job job = {model, e->folder, &importing.cfg, !e->model};
    mote_status st = mote_elsewhere_judge(p, &job, out, err);
    mote_model_unref(model);
    return st;
}

mote_status mote_evaluate_folder(mote_cli *cli, const mote_evaluate_elsewhere *e, mote_err *err)
{
    mote_loop_bar bar;
    mote_pipeline *p = NULL;
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(mote_loop_open(cli, &bar, &p, err));
    mote_status st = mote_loop_run(p, &bar, MOTE_STAGE_evaluate, false, err);
    if (st == MOTE_OK)
        st = judge_folder(cli, p, e, &found, err);
    mote_pipeline_destroy(p);
    MOTE_TRY(st);
    MOTE_TRY(say_folder(cli, found, err));
    mote_say_json(cli, json_incref(found));
    return MOTE_OK;
}

/* ---- hours ------------------------------------------------------------------------------- */

static void on_recording(void *arg, size_t done, size_t total)
{
    mote_progress *bar = arg;
    bar->total = (int64_t)total;
    mote_progress_update(bar, (int64_t)done, "recordings heard");
}

static mote_status say_conditions(mote_cli *cli, const json_t *all, mote_err *err)
{
    static const char *const titles[] = {"condition", ">hours",         ">words",
                                         ">missed",   ">false accepts", ">an hour"};
    mote_table t;
    if (json_array_size(all) < 2)
        return MOTE_OK;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *o = json_array_get(all, i);
        const char *name = text_of(o, "condition");
        mote_interval missed, accepts;
        MOTE_TRY(mote_json_get_interval(o, "false_reject_rate", &missed, err));
        MOTE_TRY(mote_json_get_interval(o, "false_accepts_per_hour", &accepts, err));
        mote_table_cell(&t, "%s", *name ? mote_shown(cli, name) : "-");
        mote_table_cell(&t, "%.2f", json_number_value(json_object_get(o, "hours")));
        mote_table_cell(&t, "%lld", (long long)count_of(o, "n_words"));
        if (isfinite(missed.value))
            mote_table_cell(&t, "%.1f %% (%.1f to %.1f)", 100 * missed.value, 100 * missed.lo,
                            100 * missed.hi);
        else
            mote_table_cell(&t, "-");
        mote_table_cell(&t, "%lld", (long long)count_of(o, "n_false_accepts"));
        mote_table_cell(&t, "%.2f (%.2f to %.2f)", accepts.value, accepts.lo, accepts.hi);
    }
    mote_table_say(&t, cli);
    return MOTE_OK;
}

/* "false: kitchen/monday.wav at 12.30 s, 'yes' (0.91)" */
static void say_false(mote_cli *cli, const json_t *all)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *o = json_array_get(all, i);
        if (strcmp(text_of(o, "is"), "hit") == 0 || n++ >= MAX_SHOWN)
            continue;
        mote_say(cli, "%s: %s at %.2f s, '%s' (%.2f)\n", text_of(o, "is"),
                 mote_shown(cli, text_of(o, "file")), json_number_value(json_object_get(o, "at_s")),
                 text_of(o, "label"), json_number_value(json_object_get(o, "probability")));
    }
    if (n > MAX_SHOWN)
        mote_say(cli, "and %zu more such detections (--json has all)\n", n - MAX_SHOWN);
}

static void say_missed(mote_cli *cli, const json_t *all)
{
    const size_t n = json_array_size(all);
    for (size_t i = 0; i < n && i < MAX_SHOWN; i++) {
        const json_t *o = json_array_get(all, i);
        mote_say(cli, "missed: %s at %.2f s, '%s'\n", mote_shown(cli, text_of(o, "file")),
                 json_number_value(json_object_get(o, "start_s")), text_of(o, "label"));
    }
    if (n > MAX_SHOWN)
        mote_say(cli, "and %zu more missed (--json has all)\n", n - MAX_SHOWN);
}

static void say_labels(mote_cli *cli, const json_t *found)
{
    const json_t *others = json_object_get(found, "other_labels");
    const json_int_t n = count_of(found, "unlabelled");
    if (n > 0)
        mote_say(cli,
                 "without labels: %lld of %lld recordings; every detection in them counts as "
                 "false\n",
                 (long long)n, (long long)count_of(found, "recordings"));
    for (size_t i = 0; i < json_array_size(others); i++)
        mote_say(cli, "%s'%s'%s", i ? ", " : "labels that the model has no word for: ",
                 mote_shown(cli, json_string_value(json_array_get(others, i))),
                 i + 1 == json_array_size(others) ? "; they are taken as other words\n" : "");
}

static mote_status say_hours(mote_cli *cli, const json_t *found, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    const json_t *latency = json_object_get(found, "latency");
    const json_t *limit = json_object_get(found, "limit");
    mote_buf_init(&text, (size_t)1 << 20);
    MOTE_TRY(mote_report_stream_json(json_object_get(found, "stream"), &text, err));
    mote_say(cli, "%s", text.data);
    if (json_is_object(latency))
        mote_say(cli,
                 "heard %.2f s after the end of the word (median), %.2f s in nine of ten, %.2f s "
                 "at most\n",
                 json_number_value(json_object_get(latency, "median_s")),
                 json_number_value(json_object_get(latency, "p90_s")),
                 json_number_value(json_object_get(latency, "most_s")));
    MOTE_TRY(say_conditions(cli, json_object_get(found, "conditions"), err));
    say_labels(cli, found);
    say_false(cli, json_object_get(found, "detections"));
    say_missed(cli, json_object_get(found, "missed"));
    if (limit)
        mote_say(cli, "limit of %g false accepts an hour: %s: %s\n",
                 json_number_value(json_object_get(limit, "max_false_accepts_per_hour")),
                 text_of(limit, "verdict"), text_of(limit, "text"));
    return MOTE_OK;
}

static mote_status judge_hours(mote_cli *cli, mote_model *model, const mote_evaluate_elsewhere *e,
                               json_t **out, mote_err *err)
{
    mote_progress bar;
    const mote_hours_job job = {.model = model,
                                .folder = e->folder,
                                .threshold = e->threshold,
                                .tolerance_s = cli->project->stream.tolerance_ms / 1000,
                                .max_false_accepts_per_hour =
                                    cli->project->stream.max_false_accepts_per_hour,
                                .confidence = CONFIDENCE,
                                .pool = cli->pool,
                                .cancel = cli->cancel,
                                .progress = on_recording,
                                .progress_arg = &bar};
    mote_progress_start(&bar, cli, "listening", 0);
    mote_status st = mote_hours_judge(&job, out, err);
    mote_progress_end(&bar, NULL);
    return st;
}

mote_status mote_evaluate_hours(mote_cli *cli, const mote_evaluate_elsewhere *e, mote_err *err)
{
    mote_loop_bar bar;
    mote_pipeline *p = NULL;
    mote_model *model = NULL;
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(mote_loop_open(cli, &bar, &p, err));
    mote_status st = e->model ? MOTE_OK : mote_loop_run(p, &bar, MOTE_STAGE_evaluate, false, err);
    if (st == MOTE_OK)
        st = model_of(cli, e->model, p, &model, err);
    mote_pipeline_destroy(p);
    if (st == MOTE_OK)
        st = judge_hours(cli, model, e, &found, err);
    mote_model_unref(model);
    MOTE_TRY(st);
    MOTE_TRY(say_hours(cli, found, err));
    mote_say_json(cli, json_incref(found));
    return MOTE_OK;
}
