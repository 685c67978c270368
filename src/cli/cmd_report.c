/* SPDX-License-Identifier: Apache-2.0 */
/* mote report: the last times round the loop as one page. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/settings.h"
#include "graph/model.h"
#include "web/report.h"

#define MAX_LAPS    8
#define N_CLIPS     3
#define MAX_WINDOWS 400

typedef struct {
    const char *output;
    int64_t laps;
} report_values;

static const report_values defaults = {.output = "report.html", .laps = 2};

static const mote_option options[] = {
    {"output", 'o', MOTE_OPT_STRING, offsetof(report_values, output), 0, 0, "FILE",
     "where to write (default report.html)"},
    {"laps", 0, MOTE_OPT_INT, offsetof(report_values, laps), 1, MAX_LAPS, "N",
     "deployments to show (default 2)"},
};

/* Golden clips of the last bundle as log-mel spectrograms. */
static mote_status make_spectrograms(mote_cli *cli, const mote_lap *lap, mote_spectrogram *out,
                                     size_t *n, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t len = 0;
    *n = 0;
    MOTE_TRY(mote_object_get(cli->store, &lap->bundle, MOTE_OBJECT_MAX_BYTES, &bytes, &len, err));
    mote_model *m = NULL;
    MOTE_TRY(mote_model_load(bytes, len, &m, err));
    const mote_golden *g = mote_model_golden(m);
    const mote_feature_config *f = mote_model_features(m);
    mote_status st = MOTE_OK;
    if (g && f) {
        mote_feature_config logmel = *f;
        logmel.n_coefficients = 0;
        mote_feature_plan *plan = NULL;
        st = mote_feature_plan_create(&logmel, 1, &plan, err);
        for (int32_t i = 0; st == MOTE_OK && i < N_CLIPS && i < g->n; i++) {
            size_t frames = (size_t)mote_feature_frames(&logmel, (size_t)g->n_pcm),
                   bands = (size_t)mote_feature_values(&logmel);
            float *x = NULL;
            char *title = mote_arena_printf(&cli->arena, "golden clip %d%s", i + 1,
                                            i % 3 == 2 ? ", in car noise" : "");
            st = mote_arena_take(&cli->arena, frames * bands, sizeof *x, &x, err);
            if (st == MOTE_OK)
                st = mote_feature_clip(plan, 0, g->pcm + (size_t)i * (size_t)g->n_pcm,
                                       (size_t)g->n_pcm, x, err);
            out[(*n)++] = (mote_spectrogram){
                .title = title ? title : "", .values = x, .n_frames = frames, .n_bands = bands};
        }
        mote_feature_plan_destroy(plan);
    }
    mote_model_unref(m);
    return st;
}

static mote_status write_page(mote_cli *cli, const report_values *v, const mote_lap *laps,
                              size_t n_laps, size_t *bytes, mote_err *err)
{
    const char *name = cli->project->name;
    mote_spectrogram clips[N_CLIPS];
    char now[32];
    mote_time_iso(mote_clock_wall_ms(), now, sizeof now);
    mote_report r = {.project = name,
                     .laps = laps,
                     .n_laps = n_laps,
                     .false_alarm = mote_cli_live(cli->project).false_alarm,
                     .clips = clips,
                     .made_at = now};
    mote_window *windows = NULL;
    mote_alert *alerts = NULL;
    MOTE_TRY(
        mote_window_list(cli->store, name, MAX_WINDOWS, &cli->arena, &windows, &r.n_windows, err));
    MOTE_TRY(mote_alert_list(cli->store, name, false, 50, &cli->arena, &alerts, &r.n_alerts, err));
    r.windows = windows;
    r.alerts = alerts;
    if (n_laps > 0)
        MOTE_TRY(make_spectrograms(cli, &laps[n_laps - 1], clips, &r.n_clips, err));
    MOTE_SCOPED_BUF page;
    mote_buf_init(&page, MOTE_REPORT_MAX_BYTES * 2);
    MOTE_TRY(mote_report_html(&r, &page, err));
    *bytes = page.len;
    return mote_file_write(v->output, page.data, page.len, err);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)args;
    (void)n_args;
    const report_values *v = values;
    mote_lap laps[MAX_LAPS];
    size_t n = 0, bytes = 0;
    MOTE_TRY(mote_laps_read(cli->store, (size_t)v->laps, laps, &n, err));
    mote_status st = write_page(cli, v, laps, n, &bytes, err);
    for (size_t i = 0; st == MOTE_OK && i < n; i++) {
        const char *summary =
            json_string_value(json_object_get(laps[i].outputs[MOTE_STAGE_evaluate], "summary"));
        const char *deploy =
            json_string_value(json_object_get(laps[i].outputs[MOTE_STAGE_deploy], "summary"));
        mote_say(cli, "lap %zu: %s\n       %s\n", i + 1, deploy ? deploy : "",
                 summary ? summary : "");
    }
    mote_laps_release(laps, n);
    if (st != MOTE_OK)
        return st;
    char size[24];
    mote_human_bytes(bytes, size, sizeof size);
    mote_say(cli, "%s: %s\n", v->output, size);
    mote_say_json(cli, json_pack("{s:s, s:I, s:I}", "path", v->output, "bytes", (json_int_t)bytes,
                                 "laps", (json_int_t)n));
    return MOTE_OK;
}

const mote_command mote_cmd_report = {
    .usage = "",
    .about = "Writes one self-contained page about the last deployments: what they were worth on "
             "the test\n"
             "split and the stream, requirements before and after, drift of the served traffic, "
             "training\n"
             "curves, confusion, spectrograms. It opens from a disk and needs no network.",
    .examples = "  mote report\n  mote report -o lap.html --laps 3",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(report_values),
    .defaults = &defaults,
    .run = run,
};
