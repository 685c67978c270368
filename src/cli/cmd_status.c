/* SPDX-License-Identifier: Apache-2.0 */
/* mote status: the loop at a glance: each stage, each requirement, what is stale, what to do next.
 */
#include <string.h>

#include "base/clock.h"
#include "cli/loop.h"
#include "data/sample.h"
#include "evaluate/json_parts.h"
#include "monitor/monitor.h"
#include "serve/predlog.h"
#include "track/registry.h"

/* All that is shown; lives in the command's arena. */
typedef struct {
    mote_stage_status stages[MOTE_N_STAGES];
    const char *summaries[MOTE_N_STAGES];
    mote_verdict *verdicts;
    size_t n_verdicts;
    mote_model_version champion;
    bool has_champion;
    const char *damage; /* why the champion cannot be used; NULL: it can */
    int64_t newest;     /* version that the deploy stage registered; 0: it is not fresh */
    mote_alert *alerts; /* not resolved */
    size_t n_alerts;
    mote_window *windows; /* the newest one */
    size_t n_windows;
    mote_predlog_state log;
    json_t *facts;     /* of the data stage, owned; NULL: it is not fresh */
    const char *drift; /* why training is due; NULL: it is not */
    mote_data_waiting data;
    json_t *remarks; /* owned */
    const char *next;
} overview;

/* ---- looking ----------------------------------------------------------------------------- */

static mote_status look_at_loop(mote_cli *cli, overview *o, mote_err *err)
{
    mote_loop_bar bar;
    mote_pipeline *p = NULL;
    MOTE_TRY(mote_loop_open(cli, &bar, &p, err));
    mote_status st = mote_pipeline_status(p, o->stages, err);
    for (int i = 0; st == MOTE_OK && i < MOTE_N_STAGES; i++) {
        const mote_stage_result *r = NULL;
        st = mote_pipeline_result(p, (mote_stage_id)i, &r, err);
        const char *text =
            st == MOTE_OK ? json_string_value(json_object_get(r->output, "summary")) : NULL;
        o->summaries[i] = mote_arena_strdup(&cli->arena, text ? text : "");
        const char *why = mote_arena_strdup(&cli->arena, o->stages[i].why);
        if (st == MOTE_OK && i == MOTE_STAGE_deploy)
            o->newest = json_integer_value(json_object_get(r->output, "version"));
        if (!o->summaries[i] || !why)
            st = mote_fail(err, MOTE_NOMEM, "no memory for the status");
        o->stages[i].why = why;
    }
    if (st == MOTE_OK)
        st = mote_loop_judge(cli, p, &o->verdicts, &o->n_verdicts, err);
    if (st == MOTE_OK)
        st = mote_loop_remarks(cli, p, &o->remarks, err);
    const json_t *facts = NULL;
    if (st == MOTE_OK)
        st = mote_loop_facts(p, &facts, err);
    o->facts = facts ? json_deep_copy(facts) : NULL;
    if (facts && !o->facts)
        st = mote_fail(err, MOTE_NOMEM, "no memory for the status");
    mote_pipeline_destroy(p);
    return st;
}

static mote_status look_at_model(mote_cli *cli, overview *o, mote_err *err)
{
    const char *name = cli->project->name;
    char reference[128];
    mote_err why = {0};
    (void)mote_format(reference, sizeof reference, "%s@%s", name, MOTE_ALIAS_CHAMPION);
    mote_status st = mote_registry_resolve(cli->store, reference, &cli->arena, &o->champion, &why);
    if (st != MOTE_OK && st != MOTE_NOT_FOUND)
        return mote_fail(err, st, "%s", why.text);
    o->has_champion = st == MOTE_OK;
    st = o->has_champion ? mote_registry_check_version(cli->store, &o->champion, false, &why)
                         : MOTE_OK;
    if (st == MOTE_NOMEM)
        return mote_fail(err, st, "%s", why.text);
    if (st != MOTE_OK)
        o->damage = mote_arena_strdup(&cli->arena, why.text);
    if (st != MOTE_OK && !o->damage)
        return mote_fail(err, MOTE_NOMEM, "no memory for the status");
    MOTE_TRY(
        mote_alert_list(cli->store, name, true, 0, &cli->arena, &o->alerts, &o->n_alerts, err));
    return mote_window_list(cli->store, name, 1, &cli->arena, &o->windows, &o->n_windows, err);
}

/* What would settle the first requirement that nobody can judge yet. */
static const char *first_unknown(mote_cli *cli, const overview *o)
{
    size_t i = 0;
    while (o->verdicts[i].kind != MOTE_VERDICT_UNKNOWN)
        i++;
    return mote_arena_printf(&cli->arena, "'%s' is not yet known; what would settle it: %s",
                             o->verdicts[i].requirement->id, o->verdicts[i].settle.text);
}

/* The first thing that stands in the way, as a command. */
static const char *next_step(mote_cli *cli, const overview *o)
{
    int64_t n_samples = 0;
    if (o->damage)
        return "the champion cannot be used: take one of the ways back above";
    if (o->stages[MOTE_STAGE_data].state != MOTE_STAGE_FRESH &&
        mote_store_query_i64(cli->store, "SELECT count(*) FROM data_sample WHERE " MOTE_SQL_IS_OWN,
                             &n_samples, NULL) == MOTE_OK &&
        n_samples == 0)
        return "add recordings: 'mote data add DIR', or make some: 'mote data synth'";
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        if (o->stages[i].state == MOTE_STAGE_FAILED)
            return mote_arena_printf(&cli->arena, "mend what made '%s' fail, then 'mote run'",
                                     mote_stage_name((mote_stage_id)i));
        if (o->stages[i].state == MOTE_STAGE_STALE)
            return "bring the project up to date: 'mote run'";
    }
    if (o->n_alerts > 0)
        return o->drift ? "the traffic has changed: look with 'mote monitor', then add that "
                          "condition to the data or to 'augmentation' in mote.yaml and 'mote run'"
                        : "the traffic has changed: look with 'mote monitor'";
    if (mote_verdict_count(o->verdicts, o->n_verdicts, MOTE_VERDICT_NOT_MET) > 0)
        return "a requirement is not met: 'mote evaluate' says by how much";
    if (mote_verdict_count(o->verdicts, o->n_verdicts, MOTE_VERDICT_UNKNOWN) > 0)
        return first_unknown(cli, o);
    if (!o->has_champion)
        return "no version is champion: 'mote model promote'";
    return "serve it: 'mote serve'";
}

/* ---- showing ----------------------------------------------------------------------------- */

static const char *state_text(const overview *o, mote_stage_id id)
{
    const mote_stage_status *s = &o->stages[id];
    switch (s->state) {
    case MOTE_STAGE_FRESH:
        return id == MOTE_STAGE_train && o->drift ? "due" : "fresh";
    case MOTE_STAGE_FAILED:
        return "FAILED";
    case MOTE_STAGE_STALE:
    default:
        return s->ended_ms ? "stale" : "-";
    }
}

static const char *color_of(const char *state)
{
    return strcmp(state, "fresh") == 0                                     ? "32"
           : strcmp(state, "FAILED") == 0 || strcmp(state, "DAMAGED") == 0 ? "31"
                                                                           : "33";
}

static void say_line(mote_cli *cli, const char *name, const char *state, const char *text)
{
    mote_say(cli, "  %-9s ", name);
    mote_say_colored(cli, color_of(state), "%-7s", state);
    mote_say(cli, " %s\n", text);
}

static void say_watch(mote_cli *cli, const overview *o)
{
    char text[200] = "no traffic watched yet";
    if (o->n_windows > 0) {
        const mote_window *w = &o->windows[0];
        (void)mote_format(text, sizeof text, "last window of %d predictions: p %.2g%s", w->n,
                          w->p_value, w->is_drift ? ", drift" : "");
    }
    say_line(cli, "monitor", o->n_alerts ? "ALERT" : o->n_windows ? "fresh" : "-", text);
    for (size_t i = 0; i < o->n_alerts; i++) {
        char at[32];
        mote_time_iso(o->alerts[i].opened_ms, at, sizeof at);
        mote_say(cli, "            alert %lld since %s: %s, PSI %.3f over %.3f, %lld windows\n",
                 (long long)o->alerts[i].id, at, o->alerts[i].what, o->alerts[i].statistic,
                 o->alerts[i].threshold, (long long)o->alerts[i].n_windows);
    }
}

/* Only when there is something to say: the log is no stage. */
static void say_log(mote_cli *cli, const overview *o)
{
    const mote_predlog_state *l = &o->log;
    int64_t n_dropped = l->n_dropped_full + l->n_dropped_queue + l->n_dropped_disk;
    char text[240], at[32];
    if (n_dropped > 0) {
        mote_time_iso(l->last_drop_ms, at, sizeof at);
        (void)mote_format(text, sizeof text,
                          "%lld predictions with consent were not kept (log full %lld, queue full "
                          "%lld, disk %lld), last %s",
                          (long long)n_dropped, (long long)l->n_dropped_full,
                          (long long)l->n_dropped_queue, (long long)l->n_dropped_disk, at);
        say_line(cli, "log", "DROPS", text);
    }
    if (l->n_dropped_full > 0)
        mote_say(cli,
                 "                    holds %.1f MB of the %.1f MB that consent.max_log allows\n",
                 (double)l->bytes / 1e6, (double)l->max_bytes / 1e6);
    if (l->n_over > 0 || l->n_plain > 0 || l->n_withdrawals_open > 0) {
        (void)mote_format(text, sizeof text,
                          "%lld records over their retention, %lld in the clear, %lld withdrawals "
                          "not finished: 'mote gc'",
                          (long long)l->n_over, (long long)l->n_plain,
                          (long long)l->n_withdrawals_open);
        say_line(cli, "log", "due", text);
    }
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

static void say_stage(mote_cli *cli, const overview *o, mote_stage_id id)
{
    const mote_stage_status *s = &o->stages[id];
    bool fresh = s->state == MOTE_STAGE_FRESH;
    const char *more = id == MOTE_STAGE_train && fresh && o->drift ? o->drift : fresh ? s->why : "";
    say_line(cli, mote_stage_name(id), state_text(o, id), fresh ? o->summaries[id] : s->why);
    if (*more)
        mote_say(cli, "                    %s\n", more);
}

static void say(mote_cli *cli, const overview *o)
{
    const mote_project *p = cli->project;
    mote_say(cli, "%s: %zu keywords on %s\n\nloop\n", p->name, p->keywords.n, p->device.target);
    char text[128];
    (void)mote_format(text, sizeof text, "mote.yaml: %zu requirements", p->n_requirements);
    say_line(cli, "scope", "fresh", text);
    for (int i = 0; i < MOTE_N_STAGES; i++)
        say_stage(cli, o, (mote_stage_id)i);
    bool other = o->has_champion && o->newest > 0 && o->newest != o->champion.version;
    char proven[48] = "";
    if (o->champion.counts.n_not_proven > 0)
        (void)mote_format(proven, sizeof proven, ", %zu requirements not proven",
                          o->champion.counts.n_not_proven);
    if (o->has_champion)
        (void)mote_format(text, sizeof text, "champion is %s/%lld%s%s", o->champion.model,
                          (long long)o->champion.version, proven,
                          other ? ", not the newest version" : "");
    else
        (void)mote_format(text, sizeof text, "no champion yet");
    say_line(cli, "serve", o->damage ? "DAMAGED" : o->has_champion ? "fresh" : "-", text);
    if (o->damage)
        mote_say(cli, "                    %s\n", o->damage);
    say_watch(cli, o);
    say_log(cli, o);
    if (mote_store_is_read_only(cli->store))
        say_line(cli, "store", "-", "not writable here: it can be looked at, not changed");
    mote_loop_say_data(cli, &o->data, o->facts != NULL);
    if (o->newest > 0)
        mote_say(cli, "\nrequirements, by %s/%lld\n", p->name, (long long)o->newest);
    else
        mote_say(cli, "\nrequirements\n");
    mote_loop_say_verdicts(cli, o->verdicts, o->n_verdicts, o->remarks);
    mote_loop_say_facts(cli, o->facts);
    mote_say(cli, "\nnext: %s\n", o->next);
}

static mote_status stages_json(const overview *o, json_t *out, mote_err *err)
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

static mote_status alerts_json(const overview *o, json_t *out, mote_err *err)
{
    for (size_t i = 0; i < o->n_alerts; i++) {
        const mote_alert *a = &o->alerts[i];
        MOTE_TRY(mote_json_append(
            out,
            json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:I, s:I}", "id", (json_int_t)a->id, "state",
                      mote_alert_state_name(a->state), "what", a->what, "statistic",
                      mote_json_number(a->statistic), "threshold", mote_json_number(a->threshold),
                      "p_value", mote_json_number(a->p_value), "opened_ms",
                      (json_int_t)a->opened_ms, "windows", (json_int_t)a->n_windows),
            err));
    }
    return MOTE_OK;
}

/* Members are set one by one, so that the document has the order of the text. */
static mote_status say_document(mote_cli *cli, const overview *o, mote_err *err)
{
    MOTE_SCOPED_JSON *document = json_object();
    json_t *stages = json_array(), *requirements = NULL, *alerts = NULL;
    MOTE_TRY(mote_json_put(document, "project", json_string(cli->project->name), err));
    MOTE_TRY(mote_json_put(document, "stages", stages, err));
    MOTE_TRY(stages_json(o, stages, err));
    json_t *data = NULL;
    MOTE_TRY(mote_loop_data_json(&o->data, &data, err));
    MOTE_TRY(mote_json_put(document, "data", data, err));
    MOTE_TRY(mote_verdicts_to_json(o->verdicts, o->n_verdicts, &requirements, err));
    MOTE_TRY(mote_json_put(document, "requirements", requirements, err));
    if (json_object_update(document, o->remarks) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the remarks");
    MOTE_TRY(mote_json_put(document, "facts", o->facts ? json_incref(o->facts) : json_null(), err));
    json_t *champion = o->has_champion
                           ? json_pack("{s:s, s:I, s:I, s:o}", "model", o->champion.model,
                                       "version", (json_int_t)o->champion.version, "not_proven",
                                       (json_int_t)o->champion.counts.n_not_proven, "damage",
                                       o->damage ? mote_json_text(o->damage) : json_null())
                           : json_null();
    MOTE_TRY(mote_json_put(document, "champion", champion, err));
    alerts = json_array();
    MOTE_TRY(mote_json_put(document, "alerts", alerts, err));
    MOTE_TRY(alerts_json(o, alerts, err));
    json_t *due = o->drift ? json_string(o->drift) : json_null();
    MOTE_TRY(mote_json_put(document, "training_due", due, err));
    MOTE_TRY(mote_json_put(document, "writable", json_boolean(!mote_store_is_read_only(cli->store)),
                           err));
    MOTE_TRY(mote_json_put(document, "prediction_log", log_json(&o->log), err));
    MOTE_TRY(mote_json_put(document, "next", json_string(o->next), err));
    mote_say_json(cli, json_incref(document));
    return MOTE_OK;
}

static mote_status look_and_say(mote_cli *cli, overview *o, mote_err *err)
{
    MOTE_TRY(look_at_loop(cli, o, err));
    MOTE_TRY(look_at_model(cli, o, err));
    MOTE_TRY(mote_data_waiting_of(cli->store, cli->project, &cli->arena, &o->data, err));
    if (o->stages[MOTE_STAGE_train].ended_ms > 0)
        MOTE_TRY(mote_loop_drift(cli, o->stages[MOTE_STAGE_train].ended_ms, &o->drift, err));
    const mote_consent_policy policy = mote_consent_policy_of(cli->project);
    MOTE_TRY(mote_predlog_look(cli->store, &policy, mote_clock_wall_ms(), &o->log, err));
    o->next = next_step(cli, o);
    if (!o->next)
        return mote_fail(err, MOTE_NOMEM, "no memory for the status");
    say(cli, o);
    return say_document(cli, o, err);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)values;
    (void)args;
    (void)n_args;
    overview o = {0};
    mote_status st = look_and_say(cli, &o, err);
    json_decref(o.facts);
    json_decref(o.remarks);
    return st;
}

const mote_command mote_cmd_status = {
    .usage = "",
    .about =
        "Shows the loop: for each stage whether it is fresh, stale (and why) or failed; for each\n"
        "requirement whether it is met, by what number, measured where; open alerts of the\n"
        "monitor; and the next thing to do. Runs nothing.",
    .examples = "  mote status\n  mote status --json | jq -r .next",
    .run = run,
};
