/* SPDX-License-Identifier: Apache-2.0 */
/* mote data version: freeze what is there as a version, or list the versions. */
#include "base/clock.h"
#include "cli/cli.h"
#include "data/facts.h"
#include "data/version.h"
#include "pipeline/settings.h"

typedef struct {
    const char *note;
    bool list;
} version_values;

static mote_status list_versions(mote_cli *cli, mote_err *err)
{
    static const char *const titles[] = {"version", "hash", "made", ">recordings", ">seconds",
                                         "note"};
    mote_version_entry *e = NULL;
    size_t n = 0;
    MOTE_TRY(mote_version_list(cli->store, &cli->arena, &e, &n, err));
    MOTE_SCOPED_JSON *list = json_array();
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t i = 0; i < n; i++) {
        char hex[MOTE_SHA256_HEX_BYTES], when[32];
        mote_sha256_hex(&e[i].id, hex);
        mote_time_iso(e[i].created_ms, when, sizeof when);
        mote_table_cell(&t, "v%lld", (long long)e[i].number);
        mote_table_cell(&t, "%.12s", hex);
        mote_table_cell(&t, "%s", when);
        mote_table_cell(&t, "%lld", (long long)e[i].n_samples);
        mote_table_cell(&t, "%.1f", (double)e[i].duration_us / 1e6);
        mote_table_cell(&t, "%s", e[i].note);
        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:I, s:f, s:s}", "number",
                                              (json_int_t)e[i].number, "hash", hex, "made", when,
                                              "recordings", (json_int_t)e[i].n_samples, "seconds",
                                              (double)e[i].duration_us / 1e6, "note", e[i].note));
    }
    mote_table_say(&t, cli);
    mote_say_json(cli, json_incref(list));
    return MOTE_OK;
}

static json_t *version_json(const mote_data_version *v, const mote_version_report *r,
                            const mote_data_facts *f)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&v->id, hex);
    return json_pack("{s:I, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:o}", "number",
                     (json_int_t)v->number, "hash", hex, "is_new", r->is_new, "recordings",
                     (json_int_t)(v->n - v->n_background), "backgrounds",
                     (json_int_t)v->n_background, "duplicates", (json_int_t)r->n_duplicates,
                     "contradictions", (json_int_t)r->n_contradictions, "new_groups",
                     (json_int_t)r->n_new_groups, "facts", mote_data_facts_json(f));
}

static void say_facts(mote_cli *cli, const mote_data_facts *f)
{
    if (f->words_apart)
        mote_say(cli, "other words, held apart like people: %zu train, %zu validation, %zu test\n",
                 f->words[MOTE_SPLIT_TRAIN], f->words[MOTE_SPLIT_VALIDATION],
                 f->words[MOTE_SPLIT_TEST]);
    if (f->n_unused > 0)
        mote_say(cli, "unused: %zu recordings of other words that belong to another split than who "
                 "says them\n", f->n_unused);
    for (size_t i = 0; i < f->n_missing; i++)
        mote_say(cli, "missing: %s\n", f->missing[i]);
    if (f->advice)
        mote_say(cli, "advice: %s\n", f->advice);
}

static void say_version(mote_cli *cli, const mote_data_version *v, const mote_version_report *r)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    size_t in_split[MOTE_N_SPLITS] = {0};
    mote_sha256_hex(&v->id, hex);
    for (size_t i = 0; i < v->n; i++)
        if (mote_version_used(&v->items[i]))
            in_split[v->items[i].split]++;
    mote_say(cli, "v%lld (%.12s)%s\n", (long long)v->number, hex,
             r->is_new ? "" : ": nothing has changed");
    mote_say(cli, "%zu recordings: %zu train, %zu validation, %zu test; %zu backgrounds\n",
             v->n - v->n_background, in_split[0], in_split[1], in_split[2], v->n_background);
    if (r->n_duplicates + r->n_contradictions > 0)
        mote_say(cli, "left out: %zu duplicates, %zu with contradicting labels (see 'mote data "
                 "check')\n", r->n_duplicates, r->n_contradictions);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)args;
    (void)n_args;
    const version_values *v = values;
    if (v->list)
        return list_versions(cli, err);
    mote_settings settings;
    mote_settings_make(cli->project, MOTE_USES(version), &settings);
    mote_version_config cfg = *mote_setting_version(&settings);
    cfg.note = v->note;
    cfg.now_ms = mote_clock_wall_ms();
    mote_data_version version;
    mote_version_report r;
    MOTE_TRY(mote_version_create(cli->store, &cfg, &cli->arena, &version, &r, err));
    mote_data_facts facts;
    MOTE_TRY(mote_data_facts_of(&version, &cfg, &cli->arena, &facts, err));
    say_version(cli, &version, &r);
    say_facts(cli, &facts);
    if (cli->json)
        mote_say_json(cli, version_json(&version, &r, &facts));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"note", 'm', MOTE_OPT_STRING, offsetof(version_values, note), 0, 0, "TEXT",
     "a note that goes with the version"},
    {"list", 0, MOTE_OPT_FLAG, offsetof(version_values, list), 0, 0, NULL,
     "list the versions instead"},
};
static const version_values defaults = {.note = ""};

const mote_command mote_cmd_data_version = {
    .usage = "[options]",
    .about =
        "Freezes what is in the store as an immutable version: recordings by their hash,\n"
        "labels, groups, splits. Groups that have a split keep it, new ones are dealt; other\n"
        "words are dealt too, so that _unknown_ is judged on words and people that nobody learned\n"
        "from. What cannot be judged is said. Without a change since the last version there is no\n"
        "new one. 'mote run' does this by itself.",
    .examples = "mote data version --note 'second recording session'\nmote data version --list",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(version_values),
    .defaults = &defaults,
    .run = run,
};
