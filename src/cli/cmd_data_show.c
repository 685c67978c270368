/* SPDX-License-Identifier: Apache-2.0 */
/* mote data show [VERSION]: how much there is of what. */
#include <string.h>

#include "cli/cli.h"
#include "data/builtin.h"
#include "data/summary.h"
#include "project/schema.h"

typedef struct {
    bool all;
} show_values;

static void count_cells(mote_table *t, const mote_kind *kind, const char *name,
                        const mote_label_summary *l)
{
    mote_table_cell(t, "%s", name);
    mote_table_cell(t, "%zu", l->n);
    mote_table_cell(t, "%zu", l->n_groups);
    if (kind->is_timed)
        mote_table_cell(t, "%.1f", (double)l->duration_us / 1e6);
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        mote_table_cell(t, "%zu", l->in_split[s]);
}

static void summary_cells(mote_table *t, const mote_kind *kind, const char *name,
                          const mote_label_summary *l)
{
    count_cells(t, kind, name, l);
    mote_table_cell(t, "%zu", l->n_unused);
    mote_table_cell(t, "%zu", l->n_unsplit);
}

static size_t n_spoken(const mote_cli *cli, const mote_data_summary *s)
{
    return mote_summary_n_spoken(s, cli->project->words.items, cli->project->words.n);
}

/* The keywords as synthetic voices say them. */
static void say_spoken(mote_cli *cli, const mote_kind *kind, const mote_data_summary *s)
{
    static const char *const titles[] = {"spoken", ">recordings", ">voices", ">seconds",
                                         ">train", ">validation", ">test"};
    if (n_spoken(cli, s) == 0)
        return;
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t i = 0; i < cli->project->words.n; i++) {
        const mote_label_summary *l = mote_summary_spoken(s, cli->project->words.items[i]);
        if (l)
            count_cells(&t, kind, l->label, l);
    }
    mote_say(cli, "\nby synthetic voices, counted nowhere above (data.spoken):\n");
    mote_table_say(&t, cli);
}

static void say_summary(mote_cli *cli, bool is_version, const mote_data_summary *s)
{
    const mote_kind *kind = mote_kind_of(mote_project_input(cli->project));
    char samples[32];
    (void)mote_format(samples, sizeof samples, ">%s",
                      is_version ? mote_kind_samples(kind, 2) : kind->many);
    const char *titles[] = {"label",       samples, ">groups", ">seconds",     ">train",
                            ">validation", ">test", ">unused", ">no split yet"};
    size_t n_titles = MOTE_COUNT_OF(titles);
    if (!kind->is_timed) {
        n_titles--;
        memmove(&titles[3], &titles[4], (n_titles - 3) * sizeof *titles);
    }
    mote_table t;
    mote_table_init(&t, n_titles, titles);
    const mote_label_summary *others = NULL;
    for (size_t i = 0; i < s->n_labels; i++) {
        if (strcmp(s->labels[i].label, MOTE_SUMMARY_OTHERS) == 0)
            others = &s->labels[i];
        else
            summary_cells(&t, kind, s->labels[i].label, &s->labels[i]);
    }
    if (others)
        summary_cells(&t, kind, "(other words)", others);
    summary_cells(&t, kind, "all", &s->total);
    mote_table_say(&t, cli);
    if (kind->n_rows && !is_version)
        mote_say(cli, "rows by split, of the newest version: 'mote data show latest'\n");
    if (mote_project_is_of_words(cli->project) || s->n_background > 0)
        mote_say(cli, "backgrounds: %zu, %.1f s\n", s->n_background,
                 (double)s->background_us / 1e6);
    say_spoken(cli, kind, s);
    if (s->n_negative > 0)
        mote_say(cli, "negatives: %zu, %.2f h: %.2f train, %.2f validation, %.2f test\n",
                 s->n_negative, (double)s->negative_us / 3.6e9,
                 (double)s->negative_in_us[MOTE_SPLIT_TRAIN] / 3.6e9,
                 (double)s->negative_in_us[MOTE_SPLIT_VALIDATION] / 3.6e9,
                 (double)s->negative_in_us[MOTE_SPLIT_TEST] / 3.6e9);
    if (s->n_builtin_words + s->n_builtin_noises > 0)
        mote_say(cli,
                 "built in, synthetic, counted nowhere above: %zu other words, %zu noises "
                 "(data.builtin)\n",
                 s->n_builtin_words - n_spoken(cli, s), s->n_builtin_noises);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const show_values *wish = values;
    const mote_names *words = &cli->project->words;
    const char *const *keep = wish->all || cli->json ? NULL : words->items;
    size_t n_keep = keep ? words->n : 0;
    mote_data_summary s;
    char name[32], why[MOTE_BUILTIN_WHY_BYTES] = "";
    bool is_version = n_args > 0;
    if (is_version) {
        mote_data_version v;
        MOTE_TRY(mote_version_load(cli->store, args[0], &cli->arena, &v, err));
        MOTE_TRY(mote_summary_of_version(&v, keep, n_keep, &cli->arena, &s, err));
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(&v.id, hex);
        (void)mote_format(name, sizeof name, "v%lld", (long long)v.number);
        mote_say(cli, "%s (%.12s)%s%s\n", name, hex, v.note[0] ? ": " : "", v.note);
    } else {
        MOTE_TRY(mote_summary_of_store(cli->store, keep, n_keep, &cli->arena, &s, err));
        MOTE_TRY(mote_builtin_why_now(cli->store, cli->project, why, err));
    }
    if (s.total.n + s.n_background + s.n_builtin_words + s.n_negative == 0 && !is_version)
        return mote_data_nothing(mote_project_is_of_words(cli->project), err);
    say_summary(cli, is_version, &s);
    if (*why)
        mote_say(cli, "synthetic other words are in training: %s\n", why);
    if (cli->json)
        mote_say_json(cli, mote_summary_json(&s, is_version ? name : NULL, words, why));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"all", 'a', MOTE_OPT_FLAG, offsetof(show_values, all), 0, 0, NULL,
     "a line for every label, also those that are not asked for"},
};

const mote_command mote_cmd_data_show = {
    .usage = "[VERSION] [options]",
    .about = "Counts the recordings of each label, their speakers and splits: of what is in the\n"
             "store now, or of a version (v3, latest, the start of its hash). Unused are\n"
             "recordings of other words that belong to another split than who says them.",
    .examples = "mote data show\nmote data show latest --json\nmote data show --all",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .max_args = 1,
    .values_bytes = sizeof(show_values),
    .run = run,
};
