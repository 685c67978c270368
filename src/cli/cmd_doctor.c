/* SPDX-License-Identifier: Apache-2.0 */
/* mote doctor: is everything there and whole? What is safe is repaired when asked. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "monitor/health.h"
#include "store/folders.h"

typedef struct {
    bool repair, begin_anew;
} doctor_values;

static void on_progress(void *arg, int64_t done, int64_t total)
{
    mote_progress *p = arg;
    if (!p->is_open)
        mote_progress_start(p, p->cli, "objects", total);
    mote_progress_update(p, done, "%s", "");
}

/* ---- showing ---- */

static const char *state_of(const mote_symptom *f)
{
    return f->is_repaired ? "repaired" : mote_severity_name(f->severity);
}

static void say(mote_cli *cli, const mote_symptoms *list, const mote_health_report *r)
{
    char size[24], wal[24], left[24];
    mote_human_bytes((uint64_t)r->store.n_bytes, size, sizeof size);
    mote_human_bytes((uint64_t)r->store.wal_bytes, wal, sizeof wal);
    mote_human_bytes((uint64_t)r->store.free_bytes, left, sizeof left);
    for (size_t i = 0; i < list->n; i++) {
        const mote_symptom *f = &list->items[i];
        mote_say(cli, "%-8s  %-8s  %s: %s\n", state_of(f), f->check, f->where, f->what);
        if (f->remedy[0])
            mote_say(cli, "                    %s\n", f->remedy);
    }
    if (list->n_more > 0)
        mote_say(cli, "and %zu more\n", list->n_more);
    if (cli->store)
        mote_say(cli,
                 "checked: %lld objects (%s), %lld of them damaged; %lld models by their golden "
                 "vectors; %lld keys; %d programs; write-ahead log %s; %s free\n",
                 (long long)r->store.n_objects, size, (long long)r->store.n_damaged,
                 (long long)r->n_versions, (long long)r->n_keys, (int)r->n_programs, wal, left);
}

/* ---- running ---- */

/* Store or mote.yaml cannot be had: that is what there is to say, and what the machine lacks. */
static mote_status check_without_store(mote_cli *cli, mote_symptoms *list, mote_health_report *r,
                                       mote_err *err)
{
    mote_symptom f = {.severity = MOTE_SYMPTOM_ERROR,
                      .check = cli->project ? "store" : "project",
                      .where = cli->project_dir,
                      .what = cli->trouble.text,
                      .remedy = ""};
    MOTE_TRY(mote_symptom_add(list, &f, err));
    return mote_health_programs(cli->project, list, &r->n_programs, err);
}

static mote_status check_all(mote_cli *cli, bool repair, mote_symptoms *list, mote_health_report *r,
                             mote_err *err)
{
    mote_progress bar = {.cli = cli};
    mote_check_config cfg = {.repair = repair,
                             .now_ms = mote_clock_wall_ms(),
                             .cancel = cli->cancel,
                             .progress = on_progress,
                             .progress_arg = &bar};
    mote_lock lock = {.fd = -1};
    if (repair) /* nobody else may be making what is removed */
        MOTE_TRY(mote_store_write_lock(cli->store, &lock, err));
    mote_status st = mote_health_check(cli->store, cli->project, &cfg, list, r, err);
    if (bar.is_open)
        mote_progress_end(&bar, NULL);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
    return st;
}

static mote_status begin_anew(mote_cli *cli, mote_err *err)
{
    char *where = NULL;
    if (cli->store)
        return mote_fail(err, MOTE_CONFLICT,
                         "the store of '%s' can be opened: nothing has to begin anew (to begin all "
                         "the same, move its '.mote' away by hand)",
                         cli->project_dir);
    if (!cli->project)
        return mote_fail(err, cli->trouble.status, "%s", cli->trouble.text);
    MOTE_TRY(mote_store_set_aside(cli->project_dir, &cli->arena, &where, err));
    MOTE_TRY(mote_store_open(cli->project_dir, true, &cli->store, err));
    mote_say(cli, "a new store; what was left of the old one is in '%s'\n", where);
    mote_say_json(cli, json_pack("{s:o}", "aside", mote_json_text(where)));
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const doctor_values *v = values;
    (void)args;
    (void)n_args;
    if (v->begin_anew)
        return begin_anew(cli, err);
    mote_symptoms list = {.arena = &cli->arena};
    mote_health_report r = {.n_programs = 0};
    MOTE_TRY(cli->store ? check_all(cli, v->repair, &list, &r, err)
                        : check_without_store(cli, &list, &r, err));
    size_t n_open = mote_symptoms_open(&list, MOTE_SYMPTOM_WARNING);
    say(cli, &list, &r);
    json_t *document = NULL;
    MOTE_TRY(mote_health_json(&list, &r, &document, err));
    mote_say_json(cli, document);
    if (n_open == 0) {
        mote_say(cli, "all is well\n");
        return MOTE_OK;
    }
    return mote_fail(err, MOTE_UNMET, "%zu finding%s to look at", n_open, n_open == 1 ? "" : "s");
}

static const mote_option options[] = {
    {"repair", 0, MOTE_OPT_FLAG, offsetof(doctor_values, repair), 0, 0, NULL,
     "mend what is safe: files without an owner, rights, the log, damaged results"},
    {"new", 0, MOTE_OPT_FLAG, offsetof(doctor_values, begin_anew), 0, 0, NULL,
     "the store is lost for good: set what is left of it aside, and begin a new one"},
};

const mote_command mote_cmd_doctor = {
    .usage = "[--repair | --new] [--json]",
    .about = "Looks at everything there is: the database, every object (read and hashed), files\n"
             "without an owner, who may read them, the write-ahead log, the keys of the\n"
             "prediction log, the models in use (asked their golden vectors), programs, free\n"
             "space, the clock. Says for each finding what would mend it. Exits 1 when something\n"
             "is wrong; a note alone is no finding. --repair mends what loses nothing: what it\n"
             "removes can be made again.",
    .examples = "  mote doctor\n  mote doctor --repair\n  mote doctor --json | jq "
                "'.findings[] | select(.severity == \"error\")'",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(doctor_values),
    .run = run,
};
