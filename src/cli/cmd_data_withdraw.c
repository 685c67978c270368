/* SPDX-License-Identifier: Apache-2.0 */
/* mote data withdraw SUBJECT: erase what the prediction log keeps of a person. */
#include "cli/cli.h"
#include "serve/predlog.h"

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    int64_t n_removed = 0, n_kept = 0;
    (void)values;
    (void)n_args;
    MOTE_TRY(mote_predlog_withdraw(cli->store, args[0], &n_removed, &n_kept, err));
    mote_say(cli, "erased %lld predictions of '%s' and their inputs\n", (long long)n_removed,
             args[0]);
    if (n_kept)
        mote_say(cli, "%lld inputs are still held by something else, such as a data version\n",
                 (long long)n_kept);
    mote_say_json(cli, json_pack("{s:s, s:I, s:I}", "subject", args[0], "erased",
                                 (json_int_t)n_removed, "inputs_still_held", (json_int_t)n_kept));
    return MOTE_OK;
}

const mote_command mote_cmd_data_withdraw = {
    .usage = "SUBJECT",
    .about = "Erases what the prediction log keeps of SUBJECT, the name that requests gave in\n"
             "their header 'Mote-Consent: <purpose>; subject=<id>': every record, and the inputs\n"
             "that nothing else holds, overwritten in the database. Inputs that went into a data\n"
             "version are counted, not touched. A running server may go on meanwhile.",
    .examples = "mote data withdraw ann-1",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
