/* SPDX-License-Identifier: Apache-2.0 */
/* mote data remove: recordings out of what the next version is made of. */
#include "base/clock.h"
#include "cli/cli.h"
#include "data/history.h"

typedef struct {
    const char *label, *group, *origin, *sample;
    int64_t import;
    bool gone, dry_run, erase;
} remove_values;

static void say_report(mote_cli *cli, const mote_remove_report *r, const remove_values *v)
{
    for (size_t i = 0; i < r->n && (i < 10 || r->n <= 12); i++)
        mote_say(cli, "  %s (%s, %s)\n", mote_shown(cli, r->rows[i].source), r->rows[i].label,
                 r->rows[i].group);
    if (r->n > 12)
        mote_say(cli, "  and %zu more\n", r->n - 10);
    mote_say(cli, "%s %s%s\n", MOTE_COUNTED(r->n, "samples"), v->dry_run ? "would be " : "",
             v->erase ? "erased for good" : "removed");
    if (v->erase && r->n_in_versions > 0)
        mote_say(cli, "%zu of them are named by versions, which cannot be trained again\n",
                 r->n_in_versions);
    else if (r->n_in_versions > 0)
        mote_say(cli,
                 "%zu of them are named by versions, which keep them; the next version does "
                 "not have them\n",
                 r->n_in_versions);
    if (!v->erase && !v->dry_run)
        mote_say(cli, "'mote data undo' brings them back\n");
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const remove_values *v = values;
    mote_remove_wish wish = {.label = v->label,
                             .group = v->group,
                             .origin = v->origin,
                             .sample = v->sample,
                             .import = v->import,
                             .gone = v->gone,
                             .below = n_args ? args[0] : NULL};
    mote_remove_config cfg = {.who = mote_who(cli, NULL),
                              .now_ms = mote_clock_wall_ms(),
                              .dry_run = v->dry_run,
                              .erase = v->erase};
    mote_remove_report r;
    MOTE_TRY(mote_data_remove(cli->store, &wish, &cfg, &cli->arena, &r, err));
    say_report(cli, &r, v);
    mote_say_json(cli, mote_remove_report_json(&r, &cfg));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"label", 'l', MOTE_OPT_STRING, offsetof(remove_values, label), 0, 0, "LABEL", "of this word"},
    {"group", 'g', MOTE_OPT_STRING, offsetof(remove_values, group), 0, 0, "GROUP",
     "of this speaker"},
    {"origin", 0, MOTE_OPT_STRING, offsetof(remove_values, origin), 0, 0, "ORIGIN",
     "file, synthetic or upload"},
    {"import", 0, MOTE_OPT_INT, offsetof(remove_values, import), 1, 1e15, "N",
     "that this import added ('mote data list --json' tells it)"},
    {"sample", 0, MOTE_OPT_STRING, offsetof(remove_values, sample), 0, 0, "HASH",
     "whose hash begins so (8 digits or more)"},
    {"gone", 0, MOTE_OPT_FLAG, offsetof(remove_values, gone), 0, 0, NULL,
     "whose file is not there any more"},
    {"dry-run", 'n', MOTE_OPT_FLAG, offsetof(remove_values, dry_run), 0, 0, NULL,
     "show them, change nothing"},
    {"erase", 0, MOTE_OPT_FLAG, offsetof(remove_values, erase), 0, 0, NULL,
     "for good, bytes and all, also out of versions: when consent was withdrawn"},
};

const mote_command mote_cmd_data_remove = {
    .usage = "[PATH] [options]",
    .about =
        "Removes the recordings that fit everything that is said: label, group, origin, import,\n"
        "sample, the file or folder PATH they came from. They are gone from the next version;\n"
        "versions that name them keep them, and 'mote data undo' brings them back. With --erase\n"
        "there is no way back: the bytes are erased too, and versions that name them say so\n"
        "when they are read.",
    .examples = "mote data remove --label yes --origin synthetic\n"
                "mote data remove recordings/anna --dry-run\n"
                "mote data remove --group anna --erase",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .max_args = 1,
    .values_bytes = sizeof(remove_values),
    .run = run,
};
