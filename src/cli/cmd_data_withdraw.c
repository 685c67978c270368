/* SPDX-License-Identifier: Apache-2.0 */
/* mote data withdraw SUBJECT: erase what the prediction log keeps of a person. */
#include "cli/cli.h"
#include "serve/predlog.h"

typedef struct {
    double wait_s;
} withdraw_values;

static json_t *document(const char *subject, const mote_predlog_withdrawn *r)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}}", "subject", subject,
                     "erased", (json_int_t)r->now.n_records, "inputs_erased",
                     (json_int_t)r->now.n_inputs, "inputs_still_held",
                     (json_int_t)r->now.n_kept_inputs, "samples_in_data", (json_int_t)r->n_in_data,
                     "keys_destroyed", (json_int_t)r->now.n_keys, "files_without_owner_swept",
                     (json_int_t)r->n_rubbish, "in_all", "withdrawals", (json_int_t)r->n_times,
                     "erased", (json_int_t)r->n_records_in_all, "inputs_erased",
                     (json_int_t)r->n_inputs_in_all);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const withdraw_values *v = values;
    mote_predlog_withdrawn r = {0};
    (void)n_args;
    MOTE_TRY(mote_predlog_withdraw(cli->store, args[0], (int64_t)(v->wait_s * 1000), cli->cancel,
                                   &r, err));
    mote_say(cli, "erased %lld predictions of '%s' and %lld inputs; %lld keys destroyed\n",
             (long long)r.now.n_records, args[0], (long long)r.now.n_inputs,
             (long long)r.now.n_keys);
    if (r.now.n_kept_inputs)
        mote_say(cli, "%lld inputs are still held by something else, such as a data version\n",
                 (long long)r.now.n_kept_inputs);
    if (r.n_in_data)
        mote_say(cli,
                 "%lld samples of the data were kept inputs of '%s': 'mote data remove --group %s "
                 "--erase' erases them, too\n",
                 (long long)r.n_in_data, args[0], args[0]);
    if (r.n_times > 1)
        mote_say(cli, "in all %lld withdrawals erased %lld predictions and %lld inputs\n",
                 (long long)r.n_times, (long long)r.n_records_in_all, (long long)r.n_inputs_in_all);
    if (r.n_rubbish)
        mote_say(cli, "%lld files that belonged to nobody were swept\n", (long long)r.n_rubbish);
    mote_say_json(cli, document(args[0], &r));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"wait", 0, MOTE_OPT_NUMBER, offsetof(withdraw_values, wait_s), 0, 3600, "SECONDS",
     "for programs that read the store and keep its log from being emptied (default 10)"},
};
static const withdraw_values defaults = {.wait_s = 10};

const mote_command mote_cmd_data_withdraw = {
    .usage = "SUBJECT [--wait SECONDS]",
    .about = "Erases what the prediction log keeps of SUBJECT, the name that requests gave in\n"
             "their header 'Mote-Consent: <purpose>; subject=<id>'. Their keys are destroyed, so\n"
             "nothing of it can be read any more; then records and inputs are removed, files\n"
             "without an owner swept and the write-ahead log emptied. A running server may go on:\n"
             "what it still has in its queue from before is not written any more. Inputs that\n"
             "went into a data version are counted, not touched. When another program reads the\n"
             "store and keeps the log from being emptied, the command names it and exits 9; run\n"
             "it again to finish. 'docs/privacy.md' says what that rests on.",
    .examples = "mote data withdraw ann-1\nmote data withdraw ann-1 --wait 60 --json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(withdraw_values),
    .defaults = &defaults,
    .run = run,
};
