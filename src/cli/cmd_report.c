/* SPDX-License-Identifier: Apache-2.0 */
/* mote report: the last times round the loop as one page. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/settings.h"
#include "pipeline/laps.h"
#include "web/report_gather.h"

typedef struct {
    const char *output;
    int64_t versions;
} report_values;

static const report_values defaults = {.output = "report.html", .versions = 2};

static const mote_option options[] = {
    {"output", 'o', MOTE_OPT_STRING, offsetof(report_values, output), 0, 0, "FILE",
     "where to write (default report.html)"},
    {"versions", 0, MOTE_OPT_INT, offsetof(report_values, versions), 1, MOTE_REPORT_MAX_LAPS, "N",
     "deployments to show (default 2)"},
};

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)args;
    (void)n_args;
    const report_values *v = values;
    mote_lap laps[MOTE_REPORT_MAX_LAPS];
    size_t n = 0;
    MOTE_SCOPED_BUF page;
    mote_buf_init(&page, MOTE_REPORT_MAX_BYTES * 2);
    mote_report_config cfg = {.project = cli->project,
                              .false_alarm = mote_cli_live(cli->project).false_alarm,
                              .n_laps = (size_t)v->versions,
                              .now_ms = mote_clock_wall_ms()};
    MOTE_TRY(mote_report_make(cli->store, &cfg, &page, err));
    MOTE_TRY(mote_file_write(v->output, page.data, page.len, err));
    MOTE_TRY(mote_laps_read(cli->store, (size_t)v->versions, laps, &n, err));
    for (size_t i = 0; i < n; i++) {
        const char *summary =
            json_string_value(json_object_get(laps[i].outputs[MOTE_STAGE_evaluate], "summary"));
        const char *deploy =
            json_string_value(json_object_get(laps[i].outputs[MOTE_STAGE_deploy], "summary"));
        mote_say(cli, "%s\n  %s\n", deploy ? deploy : "", summary ? summary : "");
    }
    mote_laps_release(laps, n);
    char size[24];
    mote_human_bytes(page.len, size, sizeof size);
    mote_say(cli, "%s: %s\n", v->output, size);
    mote_say_json(cli, json_pack("{s:s, s:I, s:I}", "path", v->output, "bytes",
                                 (json_int_t)page.len, "versions", (json_int_t)n));
    return MOTE_OK;
}

const mote_command mote_cmd_report = {
    .usage = "",
    .about =
        "Writes one self-contained page about the last deployed versions: is the product good\n"
        "enough, is it worth it, what next; every number with its interval and on what it was\n"
        "measured; requirements, traffic in use and what moved in it, samples to see and hear,\n"
        "confusion, the stream's curve with its operating point, training. It opens from a disk\n"
        "and needs no network.",
    .examples = "  mote report\n  mote report -o two.html --versions 3",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(report_values),
    .defaults = &defaults,
    .run = run,
};
