/* SPDX-License-Identifier: Apache-2.0 */
/* mote evaluate --strangers: each collection left out of training. */
#include <math.h>

#include "cli/evaluate.h"
#include "cli/loop.h"
#include "pipeline/strangers.h"
#include "project/schema.h"

#define CONFIDENCE 0.95

static void on_model(void *arg, int32_t index, int32_t n, double part, const char *note)
{
    mote_progress *bar = arg;
    bar->total = (int64_t)n * 1000;
    mote_progress_update(bar, (int64_t)((index + part) * 1000.0), "model %d/%d, %s", index + 1, n,
                         note);
}

static void say(mote_cli *cli, const json_t *found)
{
    static const char *const titles[] = {"collection", ">samples", ">heard", ">left out"};
    const json_t *all = json_object_get(found, "collections");
    const char *metric = json_string_value(json_object_get(found, "metric"));
    const bool is_share =
        metric && mote_metric_info(mote_metric_find(metric))->unit == MOTE_UNIT_RATIO;
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *o = json_array_get(all, i);
        static const char *const numbers[] = {"ordinary", "strangers"};
        mote_table_cell(&t, "%s", mote_shown(cli, json_string_value(json_object_get(o, "name"))));
        mote_table_cell(&t, "%lld", (long long)json_integer_value(json_object_get(o, "n")));
        for (int k = 0; k < 2; k++) {
            const double x = json_number_value(json_object_get(o, numbers[k]));
            mote_table_cell(&t, is_share ? "%.1f %%" : "%.4g", is_share ? 100 * x : x);
        }
    }
    mote_table_say(&t, cli);
    mote_say(cli, "%s\n", json_string_value(json_object_get(found, "text")));
}

/* The one number, where requirements and the report find it. */
static mote_status keep(mote_pipeline *p, const json_t *found, mote_err *err)
{
    mote_interval loss;
    mote_measurement m = {.confidence = CONFIDENCE,
                          .n = (int64_t)json_integer_value(json_object_get(found, "n")),
                          .source = "the recipe, trained with each collection left out",
                          .on = "people of a collection that training has heard nobody of"};
    const mote_stage_result *r = NULL;
    const char *metric = json_string_value(json_object_get(found, "metric"));
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_compress, &r, err));
    MOTE_TRY(mote_json_get_interval(found, "loss", &loss, err));
    if (!r->output || !metric || mote_metric_find(metric) != MOTE_METRIC_accuracy ||
        !isfinite(loss.lo))
        return MOTE_OK; /* there is no model yet to say it of, or it is another number */
    m.value = loss.value;
    m.lo = loss.lo;
    m.hi = loss.hi;
    return mote_pipeline_measured(p, MOTE_METRIC_strangers_loss, MOTE_AT_TEST, &m, err);
}

mote_status mote_evaluate_strangers(mote_cli *cli, const char *by, mote_err *err)
{
    mote_loop_bar bar;
    mote_progress progress;
    mote_pipeline *p = NULL;
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(mote_loop_open(cli, &bar, &p, err));
    mote_status st = mote_pipeline_run(p, MOTE_STAGE_data, false, err);
    mote_loop_bar_end(&bar);
    if (st == MOTE_OK) {
        const mote_strangers_job job = {by ? by : "collector", on_model, &progress};
        mote_progress_start(&progress, cli, "strangers", 0);
        st = mote_strangers_run(p, &job, &found, err);
        mote_progress_end(&progress, NULL);
    }
    if (st == MOTE_OK)
        st = keep(p, found, err);
    mote_pipeline_destroy(p);
    MOTE_TRY(st);
    say(cli, found);
    mote_say_json(cli, json_incref(found));
    return MOTE_OK;
}
