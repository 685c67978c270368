/* SPDX-License-Identifier: Apache-2.0 */
/* mote data add PATH..: recordings into the store. */
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/settings.h"
#include "data/import.h"

typedef struct {
    const char *label, *group_pattern, *role;
} add_values;

static void on_progress(void *arg, const mote_import_progress *p)
{
    mote_progress *bar = arg;
    bar->total = (int64_t)p->n_files;
    mote_progress_update(bar, (int64_t)p->n_done, "%zu added", p->n_added);
}

static mote_status choose_role(const char *name, mote_import_role *out, mote_err *err)
{
    if (!name)
        *out = MOTE_IMPORT_BY_FOLDER;
    else if (strcmp(name, "keyword") == 0)
        *out = MOTE_IMPORT_KEYWORD;
    else if (strcmp(name, "background") == 0)
        *out = MOTE_IMPORT_BACKGROUND;
    else
        return mote_fail(err, MOTE_USAGE, "--role '%s': expected 'keyword' or 'background'", name);
    return MOTE_OK;
}

static void say_groups(mote_cli *cli, const mote_import_report *r)
{
    if (r->pattern_name)
        mote_say(cli, "groups: '%s' (the names look like %s)\n", r->pattern, r->pattern_name);
    else if (r->pattern)
        mote_say(cli, "groups: '%s'\n", r->pattern);
    if (r->n_ungrouped > 0)
        mote_say(cli,
                 "groups: %zu recordings have no speaker in their name, so each is a group of its "
                 "own;\n        --group-pattern '{group}_*' tells where it stands\n",
                 r->n_ungrouped);
}

static void say_report(mote_cli *cli, const char *path, const mote_import_report *r)
{
    char time[32];
    mote_human_duration(r->total.added_us, time, sizeof time);
    mote_say(cli, "%s: %zu added (%zu words, %zu backgrounds; %s), %zu were there, %zu left out\n",
             path, r->total.n_added, r->n_keyword, r->n_background, time, r->total.n_known,
             r->total.n_rejected);
    say_groups(cli, r);
    size_t n = r->total.n_rejected, shown = n > 20 ? 20 : n;
    for (size_t i = 0; i < shown; i++)
        mote_say(cli, "left out: %s: %s\n", mote_shown(cli, r->rejected[i].path),
                 mote_shown(cli, r->rejected[i].reason));
    if (n > shown)
        mote_say(cli, "left out: and %zu more ('mote data check' remembers them)\n", n - shown);
}

static json_t *report_json(const char *path, const mote_import_report *r)
{
    json_t *o = json_pack(
        "{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:s?, s:I, s:[]}", "path",
        mote_json_text(path),
        "files", (json_int_t)r->total.n_files, "other_files", (json_int_t)r->n_other_files, "added",
        (json_int_t)r->total.n_added, "words", (json_int_t)r->n_keyword, "backgrounds",
        (json_int_t)r->n_background, "known", (json_int_t)r->total.n_known, "left_out",
        (json_int_t)r->total.n_rejected, "bytes", (json_int_t)r->total.bytes, "added_s",
        (double)r->total.added_us / 1e6, "group_pattern", r->pattern, "ungrouped",
        (json_int_t)r->n_ungrouped, "problems");
    json_t *problems = json_object_get(o, "problems");
    for (size_t i = 0; problems && i < r->total.n_rejected; i++)
        json_array_append_new(problems, json_pack("{s:o, s:o}", "path",
                                                  mote_json_text(r->rejected[i].path), "reason",
                                                  mote_json_text(r->rejected[i].reason)));
    return o;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const add_values *v = values;
    mote_import_config cfg = mote_import_config_default();
    MOTE_TRY(choose_role(v->role, &cfg.role, err));
    cfg.audio.rate_hz = cli->project->rate_hz;
    cfg.label = v->label;
    cfg.group_pattern = mote_cli_group_pattern(cli->project, v->group_pattern);
    cfg.now_ms = mote_clock_wall_ms();
    cfg.pool = cli->pool;
    cfg.cancel = cli->cancel;
    cfg.progress = on_progress;
    MOTE_SCOPED_JSON *list = json_array();
    for (size_t i = 0; i < n_args; i++) {
        mote_progress bar;
        mote_import_report r;
        mote_progress_start(&bar, cli, "import", 0);
        cfg.progress_arg = &bar;
        mote_status st = mote_data_import(cli->store, args[i], &cfg, &cli->arena, &r, err);
        mote_progress_end(&bar, "%zu of %zu files", r.total.n_done, r.total.n_files);
        if (st != MOTE_OK)
            return st;
        say_report(cli, args[i], &r);
        if (cli->json && json_array_append_new(list, report_json(args[i], &r)) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    }
    mote_say_json(cli, json_incref(list));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"label", 'l', MOTE_OPT_STRING, offsetof(add_values, label), 0, 0, "LABEL",
     "the word that is said (default: the name of the folder)"},
    {"group-pattern", 'g', MOTE_OPT_STRING, offsetof(add_values, group_pattern), 0, 0, "PATTERN",
     "where the speaker stands in a file name: '{group}_nohash_*'"},
    {"role", 'r', MOTE_OPT_STRING, offsetof(add_values, role), 0, 0, "ROLE",
     "keyword, or background for noise without words (default: by the folder)"},
};

const mote_command mote_cmd_data_add = {
    .usage = "PATH.. [options]",
    .about =
        "Adds recordings: WAV (8 to 32 bits, float), FLAC or OGG, of any rate and number of\n"
        "channels, from folders or single files. The name of the folder is the label; folders\n"
        "like _background_noise_ hold backgrounds. The group (speaker) comes from the file\n"
        "name by a pattern and never crosses splits. A damaged file is reported and left\n"
        "out. What is there already is not added again, so an import can be repeated and\n"
        "goes on where it was stopped.",
    .examples = "mote data add recordings\n"
                "mote data add clips --group-pattern '{group}-*'\n"
                "mote data add noise --role background",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1000,
    .values_bytes = sizeof(add_values),
    .run = run,
};
