/* SPDX-License-Identifier: Apache-2.0 */
/* mote data version: freeze what is there as a version, or list the versions. */
#include "base/clock.h"
#include "cli/cli.h"
#include "data/builtin.h"
#include "data/facts.h"
#include "data/version.h"
#include "pipeline/settings.h"

typedef struct {
    const char *note;
    bool list;
} version_values;

static mote_status list_versions(mote_cli *cli, mote_err *err)
{
    static const char *const titles[] = {"version",     "hash",     "made",
                                         ">recordings", ">seconds", "note"};
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

/* The samples of the user, apart from what Mote made. */
typedef struct {
    size_t n, n_background, n_negative, in_split[MOTE_N_SPLITS];
    size_t n_builtin_words, n_builtin_noises, n_spoken;
} version_counts;

/* What of the built-in set the version takes. */
typedef struct {
    uint32_t take;
    char why[MOTE_BUILTIN_WHY_BYTES]; /* words are in training alone; "": not for that reason */
} builtin_taken;

static version_counts count(const mote_cli *cli, const mote_data_version *v)
{
    const mote_version_config cfg = mote_version_config_of(cli->project);
    version_counts c = {0};
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        bool is_background = it->role == MOTE_ROLE_BACKGROUND;
        if (it->role == MOTE_ROLE_NEGATIVE) {
            c.n_negative++;
            continue;
        }
        if (mote_sample_is_builtin(it->group)) {
            const bool is_spoken = !is_background && mote_version_asks_for(&cfg, it->label);
            *(is_background ? &c.n_builtin_noises
              : is_spoken   ? &c.n_spoken
                            : &c.n_builtin_words) += 1;
            continue;
        }
        *(is_background ? &c.n_background : &c.n) += mote_version_n(it);
        for (int s = 0; !is_background && mote_version_used(it) && s < MOTE_N_SPLITS; s++)
            c.in_split[s] += mote_version_n_in(it, (mote_split)s);
    }
    return c;
}

static json_t *version_json(const mote_cli *cli, const mote_data_version *v,
                            const builtin_taken *taken, const mote_version_report *r,
                            const mote_data_facts *f)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    version_counts c = count(cli, v);
    mote_sha256_hex(&v->id, hex);
    return json_pack(
        "{s:I, s:s, s:b, s:I, s:I, s:I, s:{s:I, s:I, s:I, s:s?}, s:I, s:I, s:I, s:o}", "number",
        (json_int_t)v->number, "hash", hex, "is_new", r->is_new, "recordings", (json_int_t)c.n,
        "backgrounds", (json_int_t)c.n_background, "negatives", (json_int_t)c.n_negative, "builtin",
        "words", (json_int_t)c.n_builtin_words, "noises", (json_int_t)c.n_builtin_noises, "spoken",
        (json_int_t)c.n_spoken, "why", taken->why[0] ? taken->why : NULL, "duplicates",
        (json_int_t)r->n_duplicates, "contradictions", (json_int_t)r->n_contradictions,
        "new_groups", (json_int_t)r->n_new_groups, "facts", mote_data_facts_json(f));
}

static void say_facts(mote_cli *cli, const mote_data_facts *f)
{
    if (f->words_apart)
        mote_say(cli, "other words, held apart like people: %zu train, %zu validation, %zu test\n",
                 f->words[MOTE_SPLIT_TRAIN], f->words[MOTE_SPLIT_VALIDATION],
                 f->words[MOTE_SPLIT_TEST]);
    if (f->n_unused > 0)
        mote_say(cli,
                 "unused: %zu recordings of other words that belong to another split than who "
                 "says them\n",
                 f->n_unused);
    for (size_t i = 0; i < f->n_missing; i++)
        mote_say(cli, "missing: %s\n", f->missing[i]);
    if (f->advice)
        mote_say(cli, "advice: %s\n", f->advice);
}

static void say_version(mote_cli *cli, const mote_data_version *v, const mote_version_report *r)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    version_counts c = count(cli, v);
    mote_sha256_hex(&v->id, hex);
    mote_say(cli, "v%lld (%.12s)%s\n", (long long)v->number, hex,
             r->is_new ? "" : ": nothing has changed");
    const mote_kind *kind = mote_kind_of(mote_project_input(cli->project));
    mote_say(cli, "%zu %s: %zu train, %zu validation, %zu test", c.n, mote_kind_samples(kind, c.n),
             c.in_split[0], c.in_split[1], c.in_split[2]);
    if (kind->make_nothing || c.n_background > 0)
        mote_say(cli, "; %zu backgrounds", c.n_background);
    if (c.n_negative > 0)
        mote_say(cli, "; %zu negatives", c.n_negative);
    mote_say(cli, "\n");
    if (c.n_spoken > 0)
        mote_say(cli, "by synthetic voices: %zu words (data.spoken)\n", c.n_spoken);
    if (c.n_builtin_words + c.n_builtin_noises > 0)
        mote_say(cli, "built in, synthetic: %zu other words, %zu noises (data.builtin)\n",
                 c.n_builtin_words, c.n_builtin_noises);
    if (r->n_duplicates + r->n_contradictions > 0)
        mote_say(cli,
                 "left out: %zu duplicates, %zu with contradicting labels (see 'mote data "
                 "check')\n",
                 r->n_duplicates, r->n_contradictions);
}

/* The bar appears when something is made, which is once in the life of a project. */
typedef struct {
    mote_cli *cli;
    mote_progress bar;
    bool is_open;
} maker_bar;

static void on_progress(void *arg, size_t done, size_t total)
{
    maker_bar *b = arg;
    if (!b->is_open)
        mote_progress_start(&b->bar, b->cli, "speak", (int64_t)total);
    b->is_open = true;
    mote_progress_update(&b->bar, (int64_t)done, NULL);
}

/* The built-in words and noises that the version takes, as in 'mote run'. */
static mote_status prepare_builtin(mote_cli *cli, int64_t now_ms, builtin_taken *out, mote_err *err)
{
    maker_bar bar = {.cli = cli};
    mote_builtin_config b = mote_builtin_config_of(cli->project);
    mote_builtin_plan plan;
    mote_builtin_report made = {0};
    b.now_ms = now_ms;
    b.pool = cli->pool;
    b.cancel = cli->cancel;
    b.progress = on_progress;
    b.progress_arg = &bar;
    mote_status st = mote_builtin_prepare(cli->store, &b, &plan, &made, err);
    if (bar.is_open)
        mote_progress_end(&bar.bar,
                          "%zu words that are asked for, %zu other words, %zu noises built in (%s)",
                          made.n_spoken, made.n_words, made.n_noises,
                          made.engines[0] ? made.engines : "no voices");
    if (st != MOTE_OK)
        return st;
    out->take = plan.take;
    mote_builtin_why(&b, &plan, out->why);
    return MOTE_OK;
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
    builtin_taken taken;
    MOTE_TRY(prepare_builtin(cli, cfg.now_ms, &taken, err));
    cfg.builtin = taken.take;
    MOTE_TRY(mote_version_create(cli->store, &cfg, &cli->arena, &version, &r, err));
    mote_data_facts facts;
    MOTE_TRY(mote_data_facts_of(&version, &cfg, &cli->arena, &facts, err));
    say_version(cli, &version, &r);
    if (taken.why[0])
        mote_say(cli, "those words are in training alone: %s\n", taken.why);
    say_facts(cli, &facts);
    if (cli->json)
        mote_say_json(cli, version_json(cli, &version, &taken, &r, &facts));
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
