/* SPDX-License-Identifier: Apache-2.0 */
/* mote data undo: takes the last import or removal back. */
#include "base/clock.h"
#include "cli/cli.h"
#include "data/history.h"

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)values;
    (void)args;
    (void)n_args;
    mote_undo_report r;
    MOTE_TRY(mote_data_undo(cli->store, mote_clock_wall_ms(), &cli->arena, &r, err));
    bool is_add = r.kind == MOTE_HISTORY_ADD;
    char at[32];
    mote_time_iso(r.started_ms, at, sizeof at);
    mote_say(cli, "%s %lld of %s (%s%s%s) is undone: %s taken out, %zu put back\n",
             is_add ? "import" : "removal", (long long)r.id, at, mote_shown(cli, r.what),
             *r.who ? ", by " : "", mote_shown(cli, r.who), MOTE_COUNTED(r.n_removed, "samples"),
             r.n_restored);
    mote_say_json(cli, mote_undo_report_json(&r));
    return MOTE_OK;
}

const mote_command mote_cmd_data_undo = {
    .usage = "",
    .about =
        "Takes the last 'mote data add' or 'mote data remove' back: what it added is gone, what\n"
        "it replaced or removed is there again. Called again, it undoes the one before.\n"
        "Versions that were made meanwhile keep what they name.",
    .examples = "mote data undo",
    .run = run,
};
