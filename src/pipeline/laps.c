/* SPDX-License-Identifier: Apache-2.0 */
/* Times round the loop. See laps.h. A deploy attempt's inputs name the keys of the stages before
 * it; theirs name those before them. */
#include "pipeline/laps.h"

#include <string.h>

/* Output and inputs of the last good attempt of a stage under a key; NULL when there is none. */
static mote_status find(mote_store *s, mote_stage_id stage, const mote_sha256 *key, json_t **output,
                        json_t **inputs, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s,
                          "SELECT output, inputs FROM stage_attempt WHERE stage = ?1 AND key = ?2 "
                          "AND state = 'done' ORDER BY id DESC LIMIT 1",
                          &q, err));
    mote_stmt_bind_text(q, 1, mote_stage_name(stage));
    mote_stmt_bind_hash(q, 2, key);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return MOTE_OK;
    const char *out = mote_stmt_text(q, 0), *in = mote_stmt_text(q, 1);
    MOTE_TRY(mote_json_parse("stage output", out ? out : "", out ? strlen(out) : 0, output, err));
    return mote_json_parse("stage inputs", in ? in : "", in ? strlen(in) : 0, inputs, err);
}

/* Follow the keys from `stage` back to the first stages. */
static mote_status gather(mote_store *s, mote_stage_id stage, const mote_sha256 *key, mote_lap *lap,
                          mote_err *err)
{
    if (lap->outputs[stage])
        return MOTE_OK;
    MOTE_SCOPED_JSON *inputs = NULL;
    MOTE_TRY(find(s, stage, key, &lap->outputs[stage], &inputs, err));
    for (int i = 0; inputs && i < (int)stage; i++) {
        const char *hex =
            json_string_value(json_object_get(inputs, mote_stage_name((mote_stage_id)i)));
        mote_sha256 before;
        if (hex && mote_sha256_parse(hex, &before))
            MOTE_TRY(gather(s, (mote_stage_id)i, &before, lap, err));
    }
    return MOTE_OK;
}

static mote_status read_all(mote_store *s, size_t max, mote_lap *laps, size_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT key, ended_ms FROM stage_attempt WHERE stage = 'deploy' AND "
                               "state = 'done' ORDER BY id DESC LIMIT ?1",
                               &q, err));
    mote_stmt_bind_i64(q, 1, (int64_t)max);
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        mote_sha256 key;
        if (!mote_stmt_hash(q, 0, &key))
            return mote_fail(err, MOTE_CORRUPT, "a stage in the store has no key");
        mote_lap *lap = &laps[(*n)++];
        lap->ended_ms = mote_stmt_i64(q, 1);
        MOTE_TRY(gather(s, MOTE_STAGE_deploy, &key, lap, err));
        const char *hex =
            json_string_value(json_object_get(lap->outputs[MOTE_STAGE_deploy], "bundle"));
        if (!hex || !mote_sha256_parse(hex, &lap->bundle))
            return mote_fail(err, MOTE_CORRUPT, "a deployment in the store names no bundle");
    }
}

mote_status mote_laps_read(mote_store *s, size_t max, mote_lap *laps, size_t *n, mote_err *err)
{
    size_t found = 0;
    memset(laps, 0, max * sizeof *laps);
    mote_status st = read_all(s, max, laps, &found, err);
    if (st != MOTE_OK) {
        mote_laps_release(laps, found);
        return st;
    }
    for (size_t i = 0; i < found / 2; i++) { /* newest first -> oldest first */
        mote_lap x = laps[i];
        laps[i] = laps[found - 1 - i];
        laps[found - 1 - i] = x;
    }
    *n = found;
    return MOTE_OK;
}

void mote_laps_release(mote_lap *laps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int s = 0; s < MOTE_N_STAGES; s++) {
            json_decref(laps[i].outputs[s]);
            laps[i].outputs[s] = NULL;
        }
}
