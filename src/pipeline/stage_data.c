/* SPDX-License-Identifier: Apache-2.0 */
/* Stage data: freeze what is in the store as a version. Its key names the samples that are there,
 * so it is stale as soon as one is added or erased, unless schedule.retrain.new_samples has them
 * wait (retrain.c). */
#include "pipeline/stages_internal.h"

#include <string.h>

#include "data/facts.h"
#include "data/version.h"
#include "evaluate/json_parts.h"

mote_status mote_stage_data_more(mote_pipeline *p, json_t *components, mote_err *err)
{
    char text[96];
    MOTE_TRY(mote_retrain_samples(p, components, text, err));
    return mote_json_put(components, "samples", json_string(text), err);
}

/* Keywords in each split. */
static mote_status count_splits(const mote_data_version *v, mote_stage_run *r, mote_err *err)
{
    json_t *splits = json_object();
    mote_stage_set(r, "splits", splits);
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        int64_t n = 0;
        for (size_t i = 0; i < v->n; i++)
            n += mote_version_used(&v->items[i]) && v->items[i].split == (mote_split)s;
        MOTE_TRY(mote_json_put(splits, mote_split_name((mote_split)s), json_integer(n), err));
    }
    return MOTE_OK;
}

mote_status mote_stage_data_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    mote_version_config cfg = *mote_setting_version(p->settings);
    cfg.now_ms = p->cfg.now_ms();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)4 << 30);
    mote_data_version v;
    mote_version_report report;
    mote_status st = mote_version_create(p->cfg.store, &cfg, &a, &v, &report, err);
    if (st == MOTE_NOT_FOUND)
        return mote_fail(err, st,
                         "there is no data yet: add recordings with 'mote data add DIR', or make "
                         "some with 'mote data synth'");
    if (st != MOTE_OK)
        return st;
    mote_data_facts facts;
    MOTE_TRY(mote_data_facts_of(&v, &cfg, &a, &facts, err));
    char hex[MOTE_SHA256_HEX_BYTES], summary[160];
    mote_sha256_hex(&v.id, hex);
    size_t n_clips = v.n - v.n_background;
    (void)mote_format(summary, sizeof summary, "v%lld: %zu clips, %zu background recordings",
                      (long long)v.number, n_clips, v.n_background);
    if (facts.n_unused > 0)
        (void)mote_format(summary + strlen(summary), sizeof summary - strlen(summary),
                          "; %zu clips unused (words held apart)", facts.n_unused);
    mote_stage_set(r, "summary", json_string(summary));
    mote_stage_set(r, "version", json_string(hex));
    mote_stage_set(r, "number", json_integer(v.number));
    mote_stage_set(r, "clips", json_integer((json_int_t)n_clips));
    mote_stage_set(r, "background", json_integer((json_int_t)v.n_background));
    mote_stage_set(r, "duplicates", json_integer((json_int_t)report.n_duplicates));
    mote_stage_set(r, "contradictions",
                        json_integer((json_int_t)report.n_contradictions));
    mote_stage_set(r, "facts", mote_data_facts_json(&facts));
    return count_splits(&v, r, err);
}
