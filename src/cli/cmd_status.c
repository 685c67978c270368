/* SPDX-License-Identifier: Apache-2.0 */
/* mote status: the loop at a glance: each stage, each requirement, what is stale, what to do next.
 */
#include <string.h>

#include "base/clock.h"
#include "cli/loop.h"
#include "loop/overview.h"
#include "project/scope.h"

static const char *state_text(const mote_overview *o, mote_stage_id id)
{
    const mote_stage_status *s = &o->stages[id];
    switch (s->state) {
    case MOTE_STAGE_FRESH:
        return id == MOTE_STAGE_train && o->due ? "due" : "fresh";
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

static void say_watch(mote_cli *cli, const mote_overview *o)
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
        const mote_alert *a = &o->alerts[i];
        mote_say(cli, "            alert %lld since %s: %s", (long long)a->id, at, a->words);
        if (mote_alert_is_drift(a)) /* the words of others hold their figures */
            mote_say(cli, ", PSI %.3f over %.3f", a->statistic, a->threshold);
        mote_say(cli, ", %lld window%s\n", (long long)a->n_windows, a->n_windows == 1 ? "" : "s");
    }
}

/* Only when there is something to say: the log is no stage. */
static void say_log(mote_cli *cli, const mote_overview *o)
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

static void say_stage(mote_cli *cli, const mote_overview *o, mote_stage_id id)
{
    const mote_stage_status *s = &o->stages[id];
    bool fresh = s->state == MOTE_STAGE_FRESH;
    const char *more = id == MOTE_STAGE_train && fresh && o->due ? o->due : fresh ? s->why : "";
    say_line(cli, mote_stage_name(id), state_text(o, id), fresh ? o->summaries[id] : s->why);
    if (*more)
        mote_say(cli, "                    %s\n", more);
}

static void say_questions(mote_cli *cli, const mote_project_scope *s)
{
    size_t n = 0;
    const mote_scope_question *q = mote_scope_questions(&n);
    if (s->open.n > 0)
        mote_say(cli, "\nopen questions, see 'mote scope'\n");
    for (size_t i = 0; i < n; i++)
        if (mote_scope_is_open(s, &q[i]))
            mote_say(cli, "  %-10s %s\n", q[i].id, q[i].words);
}

static void say(mote_cli *cli, const mote_overview *o)
{
    const mote_project *p = cli->project;
    if (mote_project_is_of_words(p))
        mote_say(cli, "%s: %zu words on %s\n\nloop\n", p->name, p->words.n, p->device.target);
    else
        mote_say(cli, "%s: %s on %s\n\nloop\n", p->name, p->task, p->device.target);
    char text[128];
    char open[32] = "";
    if (p->scope.open.n > 0)
        (void)mote_format(open, sizeof open, ", %zu open question%s", p->scope.open.n,
                          p->scope.open.n == 1 ? "" : "s");
    (void)mote_format(text, sizeof text, "mote.yaml: %zu requirements%s", p->n_requirements, open);
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
    if (!o->is_writable)
        say_line(cli, "store", "-", "not writable here: it can be looked at, not changed");
    mote_loop_say_data(cli, &o->data, o->facts != NULL);
    if (o->newest > 0)
        mote_say(cli, "\nrequirements, by %s/%lld\n", p->name, (long long)o->newest);
    else
        mote_say(cli, "\nrequirements\n");
    mote_loop_say_verdicts(cli, &o->judged.verdicts, o->judged.remarks);
    mote_loop_say_facts(cli, o->facts);
    say_questions(cli, &p->scope);
    mote_say(cli, "\nnext: %s\n", o->next);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)values;
    (void)args;
    (void)n_args;
    mote_loop_bar bar;
    mote_overview o;
    json_t *document = NULL;
    const mote_pipeline_config cfg = mote_loop_config(cli, &bar);
    MOTE_TRY(mote_overview_of(&cfg, &cli->arena, &o, err));
    say(cli, &o);
    mote_status st = mote_overview_json(&o, &document, err);
    mote_overview_release(&o);
    if (st == MOTE_OK)
        mote_say_json(cli, document);
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
