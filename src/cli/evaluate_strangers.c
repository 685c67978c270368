/* SPDX-License-Identifier: Apache-2.0 */
/* mote evaluate --strangers: each collection left out of training. */
#include "cli/evaluate.h"
#include "cli/loop.h"
#include "project/schema.h"

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

mote_status mote_evaluate_strangers(mote_cli *cli, const mote_outside_wish *wish, mote_err *err)
{
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(mote_evaluate_outside(cli, wish, "strangers", &found, err));
    say(cli, found);
    mote_say_json(cli, json_incref(found));
    return MOTE_OK;
}
