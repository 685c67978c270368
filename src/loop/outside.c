/* SPDX-License-Identifier: Apache-2.0 */
/* Judged outside of the project's own test, see outside.h. */
#include "loop/outside.h"

#include <math.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "pipeline/elsewhere.h"
#include "pipeline/hours.h"
#include "pipeline/present.h"
#include "pipeline/strangers.h"
#include "project/schema.h"
#include "track/model_ref.h"

#define CONFIDENCE   0.95
#define MOST_BYTES   ((size_t)64 << 20)
#define STEPS        1000 /* of a model that learns */
#define BY_COLLECTOR "collector"

static const char *const names[MOTE_N_OUTSIDE] = {"on", "hours", "strangers"};

const char *mote_outside_name(mote_outside_kind kind)
{
    return names[kind];
}

bool mote_outside_needs(const mote_outside_wish *w, mote_stage_id *last)
{
    *last = w->kind == MOTE_OUTSIDE_STRANGERS ? MOTE_STAGE_data : MOTE_STAGE_evaluate;
    return !(w->kind == MOTE_OUTSIDE_HOURS && w->model);
}

static mote_status model_of(mote_pipeline *p, const mote_pipeline_config *of,
                            const mote_outside_wish *w, mote_model **out, mote_err *err)
{
    mote_resolved_model m;
    if (!w->model)
        return mote_present_model(p, out, err);
    MOTE_TRY(mote_model_resolve(of->store, w->model, &m, err));
    *out = m.model;
    return MOTE_OK;
}

/* ---- a folder, and hours ----------------------------------------------------------------- */

static mote_status judge_folder(mote_pipeline *p, const mote_pipeline_config *of,
                                const mote_outside_wish *w, const mote_model *model, json_t **out,
                                mote_err *err)
{
    const mote_importing_by by = {.project = of->project,
                                  .who = "mote evaluate",
                                  .now_ms = of->now_ms(),
                                  .pool = of->pool,
                                  .cancel = of->cancel};
    mote_importing importing;
    MOTE_TRY(mote_importing_of(&by, &importing, err));
    const mote_elsewhere_job job = {model, w->place, &importing.cfg, !w->model};
    return mote_elsewhere_judge(p, &job, out, err);
}

static void on_recording(void *arg, size_t done, size_t total)
{
    const mote_outside_wish *w = arg;
    if (w->progress)
        w->progress(w->arg, (int64_t)done, (int64_t)total, "recordings heard");
}

static mote_status judge_hours(const mote_pipeline_config *of, const mote_outside_wish *w,
                               mote_model *model, json_t **out, mote_err *err)
{
    const mote_project *project = of->project;
    mote_outside_wish told = *w;
    const mote_hours_job job = {.model = model,
                                .folder = w->place,
                                .threshold = w->threshold,
                                .tolerance_s = project->stream.tolerance_ms / 1000,
                                .max_false_accepts_per_hour =
                                    project->stream.max_false_accepts_per_hour,
                                .confidence = CONFIDENCE,
                                .pool = of->pool,
                                .cancel = of->cancel,
                                .progress = on_recording,
                                .progress_arg = &told};
    return mote_hours_judge(&job, out, err);
}

static mote_status judge_by_model(mote_pipeline *p, const mote_pipeline_config *of,
                                  const mote_outside_wish *w, json_t **out, mote_err *err)
{
    mote_model *model = NULL;
    MOTE_TRY(model_of(p, of, w, &model, err));
    const mote_status st = w->kind == MOTE_OUTSIDE_FOLDER ? judge_folder(p, of, w, model, out, err)
                                                          : judge_hours(of, w, model, out, err);
    mote_model_unref(model);
    return st;
}

/* ---- strangers --------------------------------------------------------------------------- */

static void on_model(void *arg, int32_t index, int32_t n, double part, const char *note)
{
    const mote_outside_wish *w = arg;
    char text[200];
    (void)mote_format(text, sizeof text, "model %d/%d, %s", index + 1, n, note);
    if (w->progress)
        w->progress(w->arg, (int64_t)((index + part) * STEPS), (int64_t)n * STEPS, text);
}

/* The one number, where requirements and the report find it. */
static mote_status keep_loss(mote_pipeline *p, const json_t *found, mote_err *err)
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

static mote_status judge_strangers(mote_pipeline *p, const mote_outside_wish *w, json_t **out,
                                   mote_err *err)
{
    mote_outside_wish told = *w;
    MOTE_SCOPED_JSON *found = NULL;
    const mote_strangers_job job = {w->place ? w->place : BY_COLLECTOR, on_model, &told};
    MOTE_TRY(mote_strangers_run(p, &job, &found, err));
    MOTE_TRY(keep_loss(p, found, err));
    *out = json_incref(found);
    return MOTE_OK;
}

/* ---- what is kept ------------------------------------------------------------------------ */

/* One by one they may be many, and are for whoever asked. */
static mote_status write_kept(const json_t *found, mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_JSON *kept = json_copy((json_t *)(uintptr_t)found);
    if (!kept)
        return mote_fail(err, MOTE_NOMEM, "no memory for what was found");
    json_object_del(kept, "detections");
    json_object_del(kept, "missed");
    mote_json_write(out, kept, false);
    return mote_buf_status(out, err);
}

static mote_status keep(mote_store *s, const mote_outside_wish *w, const json_t *found,
                        int64_t now_ms, mote_err *err)
{
    const char *model = json_string_value(json_object_get(found, "model"));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, MOST_BYTES);
    MOTE_TRY(write_kept(found, &text, err));
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO judged_outside (kind, place, model, document, judged_ms) VALUES (?1, ?2, ?3, "
        "?4, ?5) ON CONFLICT (kind, place) DO UPDATE SET model = excluded.model, "
        "document = excluded.document, judged_ms = excluded.judged_ms",
        &q, err));
    mote_stmt_bind_text(q, 1, names[w->kind]);
    mote_stmt_bind_text(q, 2, w->place ? w->place : BY_COLLECTOR);
    mote_stmt_bind_text(q, 3, model ? model : "");
    mote_stmt_bind_text_n(q, 4, text.data, text.len);
    mote_stmt_bind_i64(q, 5, now_ms);
    return mote_stmt_run(q, err);
}

mote_status mote_outside_judge(mote_pipeline *p, const mote_pipeline_config *of,
                               const mote_outside_wish *w, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(w->kind == MOTE_OUTSIDE_STRANGERS ? judge_strangers(p, w, &found, err)
                                               : judge_by_model(p, of, w, &found, err));
    MOTE_TRY(keep(of->store, w, found, of->now_ms(), err));
    *out = json_incref(found);
    return MOTE_OK;
}

static mote_status add_kept(mote_stmt *q, json_t *all, mote_err *err)
{
    const char *text = mote_stmt_text(q, 3);
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_TRY(
        mote_json_parse("judged_outside", text ? text : "", text ? strlen(text) : 0, &found, err));
    json_t *o = json_pack("{s:o, s:o, s:o, s:I, s:O}", "kind", mote_json_text(mote_stmt_text(q, 0)),
                          "place", mote_json_text(mote_stmt_text(q, 1)), "model",
                          mote_json_text(mote_stmt_text(q, 2)), "judged_ms",
                          (json_int_t)mote_stmt_i64(q, 4), "found", found);
    return mote_json_append(all, o, err);
}

mote_status mote_outside_kept(mote_store *s, json_t **out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_SCOPED_JSON *all = json_array();
    bool row = false;
    if (!all)
        return mote_fail(err, MOTE_NOMEM, "no memory for what was found");
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT kind, place, model, document, judged_ms FROM judged_outside "
                               "ORDER BY kind, place",
                               &q, err));
    for (;;) {
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        MOTE_TRY(add_kept(q, all, err));
    }
    *out = json_incref(all);
    return MOTE_OK;
}
