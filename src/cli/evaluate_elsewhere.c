/* SPDX-License-Identifier: Apache-2.0 */
/* mote evaluate --on, --stream: a model judged where the project has no data. */
#include <math.h>
#include <string.h>

#include "cli/evaluate.h"
#include "cli/loop.h"
#include "evaluate/answer.h"
#include "evaluate/report_text.h"
#include "pipeline/rates.h"

#define WORST_GROUPS 5
#define MAX_SHOWN    5 /* detections and misses that are named */

static void on_progress(void *arg, int64_t done, int64_t total, const char *note)
{
    mote_progress *bar = arg;
    bar->total = total;
    mote_progress_update(bar, done, "%s", note);
}

mote_status mote_evaluate_outside(mote_cli *cli, const mote_outside_wish *asked, const char *doing,
                                  json_t **out, mote_err *err)
{
    mote_loop_bar bar;
    mote_progress progress;
    mote_pipeline *p = NULL;
    mote_stage_id last;
    mote_outside_wish wish = *asked;
    const mote_pipeline_config cfg = mote_loop_config(cli, &bar);
    wish.progress = doing ? on_progress : NULL;
    wish.arg = &progress;
    MOTE_TRY(mote_pipeline_create(&cfg, &p, err));
    mote_status st = MOTE_OK;
    if (mote_outside_needs(&wish, &last))
        st = wish.kind == MOTE_OUTSIDE_STRANGERS ? mote_pipeline_run(p, last, false, err)
                                                 : mote_loop_run(p, &bar, last, false, err);
    mote_loop_bar_end(&bar);
    if (st == MOTE_OK && doing)
        mote_progress_start(&progress, cli, doing, 0);
    if (st == MOTE_OK) {
        st = mote_outside_judge(p, &cfg, &wish, out, err);
        if (doing)
            mote_progress_end(&progress, NULL);
    }
    mote_loop_bar_end(&bar);
    mote_pipeline_destroy(p);
    return st;
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

mote_status mote_evaluate_folder(mote_cli *cli, const mote_outside_wish *wish, mote_err *err)
{
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(mote_evaluate_outside(cli, wish, NULL, &found, err)); /* its stages show their own */
    MOTE_TRY(say_folder(cli, found, err));
    mote_say_json(cli, json_incref(found));
    return MOTE_OK;
}

/* ---- hours ------------------------------------------------------------------------------- */

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

mote_status mote_evaluate_hours(mote_cli *cli, const mote_outside_wish *wish, mote_err *err)
{
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(mote_evaluate_outside(cli, wish, "listening", &found, err));
    MOTE_TRY(say_hours(cli, found, err));
    mote_say_json(cli, json_incref(found));
    return MOTE_OK;
}
