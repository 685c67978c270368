/* SPDX-License-Identifier: Apache-2.0 */
/* mote data check: what is wrong with the recordings. */
#include "cli/cli.h"
#include "data/check.h"

static void on_progress(void *arg, size_t done, size_t total)
{
    mote_progress *bar = arg;
    bar->total = (int64_t)total;
    mote_progress_update(bar, (int64_t)done, NULL);
}

static json_t *finding_json(const mote_finding *f)
{
    json_t *o = json_pack("{s:s, s:s, s:I, s:s, s:s, s:[]}", "id", f->id, "severity",
                          mote_finding_severity_name(f->severity), "count", (json_int_t)f->count,
                          "text", f->text, "remedy", f->remedy, "examples");
    json_t *examples = json_object_get(o, "examples");
    for (size_t i = 0; examples && i < f->n_examples; i++)
        json_array_append_new(examples, mote_json_text(f->examples[i]));
    return o;
}

static json_t *report_json(const mote_check_report *r)
{
    json_t *o =
        json_pack("{s:I, s:I, s:I, s:[]}", "recordings", (json_int_t)r->n_samples, "errors",
                  (json_int_t)r->n_errors, "warnings", (json_int_t)r->n_warnings, "findings");
    json_t *findings = json_object_get(o, "findings");
    for (size_t i = 0; findings && i < r->n; i++)
        json_array_append_new(findings, finding_json(&r->findings[i]));
    return o;
}

static void say_finding(mote_cli *cli, const mote_finding *f)
{
    mote_say(cli, "%s %s: %s\n", mote_finding_severity_name(f->severity), f->id, f->text);
    for (size_t i = 0; i < f->n_examples; i++)
        mote_say(cli, "    %s\n", f->examples[i]);
    if (f->count > f->n_examples && f->n_examples > 0)
        mote_say(cli, "    and %zu more\n", f->count - f->n_examples);
    mote_say(cli, "    do: %s\n", f->remedy);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)values;
    (void)args;
    (void)n_args;
    mote_progress bar;
    mote_check_report r = {0};
    mote_check_config cfg = mote_check_config_of(cli->project);
    cfg.cancel = cli->cancel;
    cfg.progress = on_progress;
    cfg.progress_arg = &bar;
    mote_progress_start(&bar, cli, "check", 0);
    mote_status st = mote_data_check(cli->store, &cfg, &cli->arena, &r, err);
    mote_progress_end(&bar, "%zu %s", r.n_samples, r.many ? r.many : "recordings");
    if (st != MOTE_OK)
        return st;
    for (size_t i = 0; i < r.n; i++)
        say_finding(cli, &r.findings[i]);
    mote_say(cli, "%s checked: %zu, errors: %zu, warnings: %zu\n", r.many, r.n_samples, r.n_errors,
             r.n_warnings);
    if (cli->json)
        mote_say_json(cli, report_json(&r));
    if (r.n_errors > 0)
        return mote_fail(err, MOTE_UNMET, "errors in the data: %zu", r.n_errors);
    return MOTE_OK;
}

const mote_command mote_cmd_data_check = {
    .usage = "",
    .about =
        "Reads every recording again and judges the whole against data.require in mote.yaml:\n"
        "damage, duplicates, contradicting labels, clipping, silence, offsets, too little of a\n"
        "word or of speakers, labels spelt like a keyword; of tables columns, cells, rows and\n"
        "answers (docs/commands/data.md). Exits 1 when there is an error.",
    .examples = "mote data check\nmote data check --json",
    .run = run,
};
