/* SPDX-License-Identifier: Apache-2.0 */
/* The overview as a document. Members are set one by one, so that it has the order of the text. */
#include "base/json.h"
#include "loop/overview.h"
#include "project/scope.h"

static mote_status stages_json(const mote_overview *o, json_t *out, mote_err *err)
{
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        const mote_stage_status *s = &o->stages[i];
        const char *state = s->state == MOTE_STAGE_FRESH    ? "fresh"
                            : s->state == MOTE_STAGE_FAILED ? "failed"
                                                            : "stale";
        MOTE_TRY(mote_json_append(out,
                                  json_pack("{s:s, s:s, s:s, s:s, s:I}", "stage",
                                            mote_stage_name((mote_stage_id)i), "state", state,
                                            "summary", o->summaries[i], "why", s->why, "ended_ms",
                                            (json_int_t)s->ended_ms),
                                  err));
    }
    return MOTE_OK;
}

static mote_status data_json(const mote_data_waiting *w, json_t *out, mote_err *err)
{
    MOTE_TRY(mote_json_put(out, "waiting", json_integer((json_int_t)w->n_waiting), err));
    MOTE_TRY(mote_json_put(out, "removed", json_integer((json_int_t)w->n_left), err));
    MOTE_TRY(mote_json_put(out, "version", json_integer((json_int_t)w->version), err));
    MOTE_TRY(mote_json_put(out, "speakers", json_integer((json_int_t)w->n_people), err));
    json_t *classes = json_array();
    MOTE_TRY(mote_json_put(out, "classes", classes, err));
    json_t *missing = json_array();
    MOTE_TRY(mote_json_put(out, "missing", missing, err));
    for (size_t i = 0; i < w->n_classes; i++)
        MOTE_TRY(mote_json_append(classes,
                                  json_pack("{s:s, s:I, s:I, s:I}", "class", w->classes[i].label,
                                            "recordings", (json_int_t)w->classes[i].n, "waiting",
                                            (json_int_t)w->classes[i].n_waiting, "synthetic",
                                            (json_int_t)w->classes[i].n_made),
                                  err));
    for (size_t i = 0; i < w->n_missing; i++)
        MOTE_TRY(mote_json_append(missing, json_string(w->missing[i]), err));
    return MOTE_OK;
}

static mote_status alerts_json(const mote_overview *o, json_t *out, mote_err *err)
{
    for (size_t i = 0; i < o->n_alerts; i++) {
        const mote_alert *a = &o->alerts[i];
        MOTE_TRY(mote_json_append(
            out,
            json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:I, s:o}", "id", (json_int_t)a->id,
                      "state", mote_alert_state_name(a->state), "what", a->what, "words", a->words,
                      "statistic", mote_json_number(a->statistic), "threshold",
                      mote_json_number(a->threshold), "p_value", mote_json_number(a->p_value),
                      "opened_ms", (json_int_t)a->opened_ms, "windows", (json_int_t)a->n_windows,
                      "top", mote_contributors_json(a->top, a->n_top)),
            err));
    }
    return MOTE_OK;
}

static json_t *log_json(const mote_predlog_state *l)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}}", "records", (json_int_t)l->n_records,
        "bytes", (json_int_t)l->bytes, "max_bytes", (json_int_t)l->max_bytes, "over_retention",
        (json_int_t)l->n_over, "in_the_clear", (json_int_t)l->n_plain, "withdrawals_open",
        (json_int_t)l->n_withdrawals_open, "dropped", "full", (json_int_t)l->n_dropped_full,
        "queue", (json_int_t)l->n_dropped_queue, "disk", (json_int_t)l->n_dropped_disk);
}

static json_t *champion_json(const mote_overview *o)
{
    if (!o->has_champion)
        return json_null();
    return json_pack("{s:s, s:I, s:I, s:o}", "model", o->champion.model, "version",
                     (json_int_t)o->champion.version, "not_proven",
                     (json_int_t)o->champion.counts.n_not_proven, "damage",
                     o->damage ? mote_json_text(o->damage) : json_null());
}

static mote_status fill(const mote_overview *o, json_t *document, mote_err *err)
{
    json_t *scope = NULL;
    MOTE_TRY(mote_json_put(document, "project", json_string(o->project->name), err));
    MOTE_TRY(mote_scope_json(&o->project->scope, &scope, err));
    MOTE_TRY(mote_json_put(document, "scope", scope, err));
    json_t *stages = json_array();
    MOTE_TRY(mote_json_put(document, "stages", stages, err));
    MOTE_TRY(stages_json(o, stages, err));
    json_t *data = json_object();
    MOTE_TRY(mote_json_put(document, "data", data, err));
    MOTE_TRY(data_json(&o->data, data, err));
    MOTE_SCOPED_JSON *judged = NULL;
    MOTE_TRY(mote_judged_json(&o->judged, &judged, err));
    if (json_object_update(document, judged) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the remarks");
    MOTE_TRY(mote_json_put(document, "facts", o->facts ? json_incref(o->facts) : json_null(), err));
    MOTE_TRY(mote_json_put(document, "champion", champion_json(o), err));
    json_t *alerts = json_array();
    MOTE_TRY(mote_json_put(document, "alerts", alerts, err));
    MOTE_TRY(alerts_json(o, alerts, err));
    MOTE_TRY(
        mote_json_put(document, "training_due", o->due ? json_string(o->due) : json_null(), err));
    MOTE_TRY(mote_json_put(document, "writable", json_boolean(o->is_writable), err));
    MOTE_TRY(mote_json_put(document, "prediction_log", log_json(&o->log), err));
    return mote_json_put(document, "next", json_string(o->next), err);
}

mote_status mote_overview_json(const mote_overview *o, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *document = json_object();
    if (!document)
        return mote_fail(err, MOTE_NOMEM, "no memory for the status");
    MOTE_TRY(fill(o, document, err));
    *out = json_incref(document);
    return MOTE_OK;
}
