/* SPDX-License-Identifier: Apache-2.0 */
/* mote gc: remove what is over its retention and what belongs to nobody. */
#include "base/clock.h"
#include "cli/cli.h"
#include "serve/predlog.h"

typedef struct {
    bool dry_run;
    bool lost_keys;
    double grace_h;
} gc_values;

typedef struct {
    mote_predlog_erased log;
    mote_predlog_state state; /* before, when only looking */
    mote_gc_report store;
} outcome;

static mote_status collect(mote_cli *cli, const gc_values *v, outcome *o, mote_err *err)
{
    const mote_consent_policy policy = mote_consent_policy_of(cli->project);
    const mote_budget budget = {.cancel = cli->cancel};
    const int64_t now_ms = mote_clock_wall_ms();
    mote_gc_options gc = {.now_ms = now_ms,
                          .grace_ms = (int64_t)(v->grace_h * 3600e3),
                          .dry_run = v->dry_run,
                          .budget = budget};
    if (v->lost_keys && !v->dry_run)
        MOTE_TRY(mote_predlog_give_up(cli->store, &policy, err));
    if (v->dry_run)
        MOTE_TRY(mote_predlog_look(cli->store, &policy, now_ms, &o->state, err));
    else
        MOTE_TRY(mote_predlog_upkeep(cli->store, &policy, now_ms, &budget, &o->log, err));
    return mote_store_collect(cli->store, &gc, &o->store, err);
}

static void say(mote_cli *cli, bool dry_run, const outcome *o)
{
    const mote_gc_report *r = &o->store;
    const char *would = dry_run ? "would be " : "";
    int64_t n = dry_run ? o->state.n_over : o->log.n_records;
    mote_say(cli, "predictions over their retention: %lld %sremoved\n", (long long)n, would);
    if (!dry_run && o->log.n_keys)
        mote_say(cli, "keys of the prediction log: %lld destroyed\n", (long long)o->log.n_keys);
    if (dry_run && o->state.n_plain)
        mote_say(cli, "predictions in the clear: %lld would be sealed\n",
                 (long long)o->state.n_plain);
    mote_say(cli, "objects that nothing uses: %lld %sremoved, %.1f MB; %lld kept\n",
             (long long)r->n_removed, would, (double)r->removed_bytes / 1e6, (long long)r->n_kept);
    mote_say(cli, "files without an owner: %lld %sremoved, %.1f MB\n", (long long)r->n_rubbish,
             would, (double)r->rubbish_bytes / 1e6);
}

static json_t *document(bool dry_run, const outcome *o)
{
    const mote_gc_report *r = &o->store;
    return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "dry_run", dry_run,
                     "predictions", (json_int_t)(dry_run ? o->state.n_over : o->log.n_records),
                     "keys_destroyed", (json_int_t)o->log.n_keys, "objects",
                     (json_int_t)r->n_removed, "object_bytes", (json_int_t)r->removed_bytes,
                     "objects_kept", (json_int_t)r->n_kept, "objects_left", (json_int_t)r->n_left,
                     "files_without_owner", (json_int_t)r->n_rubbish, "file_bytes",
                     (json_int_t)r->rubbish_bytes);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const gc_values *v = values;
    outcome o = {0};
    (void)args;
    (void)n_args;
    MOTE_TRY(collect(cli, v, &o, err));
    if (mote_cancelled(cli->cancel))
        return mote_fail(err, MOTE_CANCELLED, "stopped before the end: run it again to go on");
    if (!v->dry_run)
        MOTE_TRY(mote_store_empty_wal(cli->store, 2000, cli->cancel, err));
    say(cli, v->dry_run, &o);
    mote_say_json(cli, document(v->dry_run, &o));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"dry-run", 'n', MOTE_OPT_FLAG, offsetof(gc_values, dry_run), 0, 0, NULL,
     "count only, remove nothing"},
    {"lost-keys", 0, MOTE_OPT_FLAG, offsetof(gc_values, lost_keys), 0, 0, NULL,
     "the keys of the prediction log are lost for good: remove what nobody can read any more"},
    {"grace", 0, MOTE_OPT_NUMBER, offsetof(gc_values, grace_h), 0, 1e6, "HOURS",
     "spare objects that were put within this time (default 1)"},
};
static const gc_values defaults = {.grace_h = 1};

const mote_command mote_cmd_gc = {
    .usage = "[--dry-run] [--grace HOURS] [--lost-keys]",
    .about = "Removes predictions over their retention, objects of the store that nothing uses\n"
             "any more, and files that belong to nobody because a program was killed. A slice of\n"
             "this is done by every command, by 'mote run' and by a server; 'mote gc' finishes\n"
             "it. Ctrl-C stops between two portions, and the next call goes on.",
    .examples = "  mote gc --dry-run\n  mote gc --json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(gc_values),
    .defaults = &defaults,
    .run = run,
};
