/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the whole project. See overview.h. */
#include "loop/overview.h"

#include "data/sample.h"
#include "loop/due.h"

/* ---- looking ----------------------------------------------------------------------------- */

static mote_status look_at_stages(mote_pipeline *p, mote_arena *a, mote_overview *o, mote_err *err)
{
    MOTE_TRY(mote_pipeline_status(p, o->stages, err));
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        const mote_stage_result *r = NULL;
        MOTE_TRY(mote_pipeline_result(p, (mote_stage_id)i, &r, err));
        const char *text = json_string_value(json_object_get(r->output, "summary"));
        o->summaries[i] = mote_arena_strdup(a, text ? text : "");
        o->stages[i].why = mote_arena_strdup(a, o->stages[i].why);
        if (!o->summaries[i] || !o->stages[i].why)
            return mote_fail(err, MOTE_NOMEM, "no memory for the status");
        if (i == MOTE_STAGE_deploy)
            o->newest = json_integer_value(json_object_get(r->output, "version"));
        const json_t *facts = i == MOTE_STAGE_data ? json_object_get(r->output, "facts") : NULL;
        o->facts = facts ? json_deep_copy(facts) : o->facts;
        if (facts && !o->facts)
            return mote_fail(err, MOTE_NOMEM, "no memory for the status");
    }
    return mote_pipeline_judge(p, a, &o->judged, err);
}

static mote_status look_at_loop(const mote_pipeline_config *cfg, mote_arena *a, mote_overview *o,
                                mote_err *err)
{
    mote_pipeline *p = NULL;
    MOTE_TRY(mote_pipeline_create(cfg, &p, err));
    mote_status st = look_at_stages(p, a, o, err);
    mote_pipeline_destroy(p);
    return st;
}

static mote_status look_at_model(mote_store *s, const char *name, mote_arena *a, mote_overview *o,
                                 mote_err *err)
{
    char reference[128];
    mote_err why = {0};
    (void)mote_format(reference, sizeof reference, "%s@%s", name, MOTE_ALIAS_CHAMPION);
    mote_status st = mote_registry_resolve(s, reference, a, &o->champion, &why);
    if (st != MOTE_OK && st != MOTE_NOT_FOUND)
        return mote_fail(err, st, "%s", why.text);
    o->has_champion = st == MOTE_OK;
    st = o->has_champion ? mote_registry_check_version(s, &o->champion, false, &why) : MOTE_OK;
    if (st == MOTE_NOMEM)
        return mote_fail(err, st, "%s", why.text);
    if (st != MOTE_OK)
        o->damage = mote_arena_strdup(a, why.text);
    if (st != MOTE_OK && !o->damage)
        return mote_fail(err, MOTE_NOMEM, "no memory for the status");
    const mote_monitor_query open = {.model = name, .unresolved_only = true};
    const mote_monitor_query newest = {.model = name, .limit = 1};
    MOTE_TRY(mote_alert_list(s, &open, a, &o->alerts, &o->n_alerts, err));
    return mote_window_list(s, &newest, a, &o->windows, &o->n_windows, err);
}

/* ---- what to do next --------------------------------------------------------------------- */

/* What would settle the first requirement that nobody can judge yet. */
static const char *first_unknown(const mote_overview *o, mote_arena *a)
{
    size_t i = 0;
    while (o->judged.verdicts.items[i].kind != MOTE_VERDICT_UNKNOWN ||
           mote_verdict_is_awaited(&o->judged.verdicts.items[i]))
        i++;
    return mote_arena_printf(a, "'%s' is not yet known; what would settle it: %s",
                             o->judged.verdicts.items[i].requirement->id,
                             o->judged.verdicts.items[i].settle.text);
}

static size_t count_awaited(const mote_overview *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->judged.verdicts.n; i++)
        n += mote_verdict_is_awaited(&o->judged.verdicts.items[i]);
    return n;
}

/* The first thing that stands in the way, as a command. */
static const char *next_step(mote_store *s, const mote_overview *o, mote_arena *a)
{
    int64_t n_samples = 0;
    if (o->damage)
        return "the champion cannot be used: take one of the ways back above";
    if (o->stages[MOTE_STAGE_data].state != MOTE_STAGE_FRESH &&
        mote_store_query_i64(s, "SELECT count(*) FROM data_sample WHERE " MOTE_SQL_IS_OWN,
                             &n_samples, NULL) == MOTE_OK &&
        n_samples == 0)
        return mote_project_is_of_words(o->project)
                   ? "add recordings: 'mote data add DIR', or make some: 'mote data synth'"
                   : "add data: 'mote data add DIR'";
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        if (o->stages[i].state == MOTE_STAGE_FAILED)
            return mote_arena_printf(a, "mend what made '%s' fail, then 'mote run'",
                                     mote_stage_name((mote_stage_id)i));
        if (o->stages[i].state == MOTE_STAGE_STALE)
            return "bring the project up to date: 'mote run'";
    }
    if (o->n_alerts > 0)
        return o->due ? "the traffic has changed: look with 'mote monitor', then label what "
                        "was kept of it ('mote data kept --write DIR'), or add that "
                        "condition to the data or to 'augmentation' in mote.yaml and 'mote run'"
                      : "the traffic has changed: look with 'mote monitor'";
    if (mote_verdict_count(&o->judged.verdicts, MOTE_VERDICT_NOT_MET) > 0)
        return "a requirement is not met: 'mote evaluate' says by how much";
    const size_t n_awaited = count_awaited(o);
    if (mote_verdict_count(&o->judged.verdicts, MOTE_VERDICT_UNKNOWN) > n_awaited)
        return first_unknown(o, a);
    if (!o->has_champion)
        return "no version is champion: 'mote model promote'";
    if (n_awaited > 0)
        return "serve it: 'mote serve'; what only use can tell, 'mote monitor' asks for";
    return "serve it: 'mote serve'";
}

/* ---- all of it --------------------------------------------------------------------------- */

static mote_status look(const mote_pipeline_config *cfg, mote_arena *a, mote_overview *o,
                        mote_err *err)
{
    mote_store *s = cfg->store;
    const mote_project *project = cfg->project;
    const mote_consent_policy policy = mote_consent_policy_of(project);
    MOTE_TRY(look_at_loop(cfg, a, o, err));
    MOTE_TRY(look_at_model(s, project->name, a, o, err));
    MOTE_TRY(mote_data_waiting_of(s, project, a, &o->data, err));
    int64_t trained_ms = o->stages[MOTE_STAGE_train].ended_ms;
    if (trained_ms > 0)
        MOTE_TRY(mote_due_by_drift(s, project, trained_ms, a, &o->due, err));
    MOTE_TRY(mote_predlog_look(s, &policy, cfg->now_ms(), &o->log, err));
    o->next = next_step(s, o, a);
    return o->next ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the status");
}

mote_status mote_overview_of(const mote_pipeline_config *cfg, mote_arena *a, mote_overview *out,
                             mote_err *err)
{
    mote_overview o = {.project = cfg->project,
                       .is_writable = !mote_store_is_read_only(cfg->store)};
    mote_status st = look(cfg, a, &o, err);
    if (st != MOTE_OK) {
        mote_overview_release(&o);
        return st;
    }
    *out = o;
    return MOTE_OK;
}

void mote_overview_release(mote_overview *o)
{
    json_decref(o->facts);
    o->facts = NULL;
    mote_judged_release(&o->judged);
}
