/* SPDX-License-Identifier: Apache-2.0 */
/* mote data synth: synthetic speech for a project that has no recordings yet. */
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "data/synth.h"

typedef struct {
    int64_t per_keyword, unknown, background, seed;
    const char *language, *voices;
    bool unknown_only, background_only;
} synth_values;

/* "75-100": two percentages. */
static mote_status parse_voices(const char *text, int32_t *from, int32_t *to, mote_err *err)
{
    const char *dash = strchr(text, '-');
    uint64_t a = 0, b = 0;
    if (!dash || !mote_parse_u64(text, (size_t)(dash - text), &a) ||
        !mote_parse_u64(dash + 1, strlen(dash + 1), &b) || a >= b || b > 100)
        return mote_fail(err, MOTE_USAGE,
                         "--voices '%s': expected two rising percentages, as in "
                         "'0-75'",
                         text);
    *from = (int32_t)a;
    *to = (int32_t)b;
    return MOTE_OK;
}

static void on_progress(void *arg, const mote_synth_progress *p)
{
    mote_progress *bar = arg;
    bar->total = (int64_t)p->total;
    mote_progress_update(bar, (int64_t)p->done, NULL);
}

static json_t *report_json(const mote_synth_report *r)
{
    return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:s}", "synthetic", 1, "words",
                     (json_int_t)r->n_keyword, "unknown", (json_int_t)r->n_unknown, "backgrounds",
                     (json_int_t)r->n_background, "known", (json_int_t)r->n_known, "voices",
                     (json_int_t)r->n_voices, "espeak_ng", r->espeak);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)args;
    (void)n_args;
    const synth_values *v = values;
    const mote_project *p = cli->project;
    if (v->unknown_only && v->background_only)
        return mote_fail(err, MOTE_USAGE,
                         "--unknown-only and --background-only exclude each "
                         "other; call once with each for both without the keywords");
    mote_progress bar;
    mote_synth_config cfg = mote_synth_config_default();
    cfg.parts = v->unknown_only      ? MOTE_SYNTH_UNKNOWN
                : v->background_only ? MOTE_SYNTH_BACKGROUND
                                     : MOTE_SYNTH_ALL;
    cfg.keywords = p->words.items;
    cfg.n_keywords = p->words.n;
    cfg.language = v->language;
    MOTE_TRY(parse_voices(v->voices, &cfg.voices_from, &cfg.voices_to, err));
    cfg.per_keyword = (int32_t)v->per_keyword;
    cfg.n_unknown = (int32_t)v->unknown;
    cfg.n_background = (int32_t)v->background;
    cfg.rate_hz = p->rate_hz;
    cfg.clip_ms = p->clip_ms;
    cfg.seed = (uint64_t)v->seed;
    cfg.now_ms = mote_clock_wall_ms();
    cfg.pool = cli->pool;
    cfg.cancel = cli->cancel;
    cfg.progress = on_progress;
    cfg.progress_arg = &bar;
    mote_synth_report r;
    mote_progress_start(&bar, cli, "speak", 0);
    mote_status st = mote_data_synth(cli->store, &cfg, &r, err);
    mote_progress_end(&bar, "%zu recordings",
                      r.n_keyword + r.n_unknown + r.n_background + r.n_known);
    if (st != MOTE_OK)
        return st;
    mote_say(cli,
             "%zu keywords, %zu other words and %zu backgrounds added, %zu were there\n"
             "%zu voices of espeak-ng %s\n",
             r.n_keyword, r.n_unknown, r.n_background, r.n_known, r.n_voices, r.espeak);
    mote_say(
        cli, "%s\n",
        v->background_only
            ? "This is synthetic noise: record the rooms it will work in for what is shipped."
            : "This is synthetic speech: good for a start, no proof that people are understood.");
    if (cli->json)
        mote_say_json(cli, report_json(&r));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"per-keyword", 'n', MOTE_OPT_INT, offsetof(synth_values, per_keyword), 1, 100000, "N",
     "utterances of each keyword (default 100)"},
    {"unknown", 'u', MOTE_OPT_INT, offsetof(synth_values, unknown), -1, 1000000, "N",
     "utterances of other words (default: twice per-keyword)"},
    {"background", 'b', MOTE_OPT_INT, offsetof(synth_values, background), -1, 10000, "N",
     "background recordings of 12 s (default 10)"},
    {"unknown-only", 0, MOTE_OPT_FLAG, offsetof(synth_values, unknown_only), 0, 0, NULL,
     "other words only: your recordings of the keywords stay recordings of people"},
    {"background-only", 0, MOTE_OPT_FLAG, offsetof(synth_values, background_only), 0, 0, NULL,
     "backgrounds only"},
    {"language", 0, MOTE_OPT_STRING, offsetof(synth_values, language), 0, 0, "CODE",
     "language of espeak-ng, such as de or en-us (default en: every accent)"},
    {"voices", 0, MOTE_OPT_STRING, offsetof(synth_values, voices), 0, 0, "FROM-TO",
     "only these percent of the voices; 0-75 and 75-100 share none (default 0-100)"},
    {"seed", 0, MOTE_OPT_INT, offsetof(synth_values, seed), 0, 9007199254740991.0, "N",
     "another seed speaks differently (default 0)"},
};
static const synth_values defaults = {
    .per_keyword = 100, .unknown = -1, .background = -1, .language = "en", .voices = "0-100"};

const mote_command mote_cmd_data_synth = {
    .usage = "[options]",
    .about = "Speaks the keywords of mote.yaml, other words and backgrounds with espeak-ng: many\n"
             "voices, tempos and pitches, in small rooms, at different levels. Whole voices are\n"
             "kept out of training. The result is marked as synthetic and says little about how\n"
             "well people will be understood. The same call adds nothing the second time.",
    .examples = "mote data synth\n"
                "mote data synth --per-keyword 300 --seed 1\n"
                "mote data synth --language de\n"
                "mote data synth --background-only -b 20",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(synth_values),
    .defaults = &defaults,
    .run = run,
};
