/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements that came from outside the stages (table measurement: one number for each
 * requirement and model, the latest). See pipeline.h. */
#include <string.h>

#include "pipeline/stage_internal.h"
#include "project/verdict.h"

static mote_status basis_of(mote_pipeline *p, const char **out, mote_err *err)
{
    const mote_stage_result *r = NULL;
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_compress, &r, err));
    const mote_sha256 *h = mote_stage_find(p, MOTE_STAGE_compress, MOTE_SHIPPED_GRAPH);
    *out = NULL;
    if (!r->output || !h)
        return MOTE_OK;
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(h, hex);
    *out = mote_arena_strdup(&p->arena, hex);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for measurements");
}

mote_status mote_pipeline_measured(mote_pipeline *p, mote_metric metric, mote_place where,
                                   const mote_measurement *given, mote_err *err)
{
    const char *basis = NULL;
    MOTE_TRY(basis_of(p, &basis, err));
    if (!basis)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "the project has no up-to-date model, see 'mote run'");
    mote_measurement m = *given;
    m.basis = basis;
    m.time_us = p->cfg.now_ms() * 1000;
    MOTE_TRY(
        mote_measurement_id(&(mote_measured_at){metric, where, "", ""}, &p->arena, &m.id, err));
    mote_measurements one = {&m, 1};
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_TRY(mote_measurements_to_json(&one, &j, err));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    mote_json_write(&b, j, false);
    MOTE_TRY(mote_buf_status(&b, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(p->cfg.store,
                          "INSERT INTO measurement (requirement, model, document, measured_ms) "
                          "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (requirement, model) DO UPDATE "
                          "SET document = excluded.document, measured_ms = excluded.measured_ms",
                          &q, err));
    mote_stmt_bind_text(q, 1, m.id);
    mote_stmt_bind_text(q, 2, basis);
    mote_stmt_bind_text_n(q, 3, b.data, b.len);
    mote_stmt_bind_i64(q, 4, p->cfg.now_ms());
    return mote_stmt_run(q, err);
}

static mote_status extend(json_t *all, json_t *more, mote_err *err)
{
    if (json_array_extend(all, more) != 0)
        return mote_fail(err, MOTE_CORRUPT, "measurements in the store are not a list");
    return MOTE_OK;
}

static mote_status add_recorded(mote_pipeline *p, const char *basis, json_t *all, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        p->cfg.store, "SELECT document FROM measurement WHERE model = ?1 ORDER BY requirement", &q,
        err));
    mote_stmt_bind_text(q, 1, basis);
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        const char *text = mote_stmt_text(q, 0);
        MOTE_SCOPED_JSON *j = NULL;
        MOTE_TRY(
            mote_json_parse("measurement", text ? text : "", text ? strlen(text) : 0, &j, err));
        MOTE_TRY(extend(all, j, err));
    }
}

mote_status mote_pipeline_recorded(mote_pipeline *p, json_t **out, const char **basis,
                                   mote_err *err)
{
    MOTE_TRY(basis_of(p, basis, err));
    MOTE_SCOPED_JSON *all = json_array();
    if (!all)
        return mote_fail(err, MOTE_NOMEM, "no memory for measurements");
    if (*basis)
        MOTE_TRY(add_recorded(p, *basis, all, err));
    *out = json_incref(all);
    return MOTE_OK;
}
