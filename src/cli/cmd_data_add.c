/* SPDX-License-Identifier: Apache-2.0 */
/* mote data add PATH..: recordings into the store. */
#include <string.h>

#include "base/clock.h"
#include "base/unicode.h"
#include "cli/adding.h"
#include "data/negatives.h"
#include "loop/importing.h"
#include "project/schema.h"
#include "project/state.h"

#define MOST_LINES 20

typedef struct {
    const char *label, *group_pattern, *role, *split;
    bool keep, dry_run, write, negative;
} add_values;

static void on_progress(void *arg, const mote_import_progress *p)
{
    mote_progress *bar = arg;
    bar->total = (int64_t)p->n_files;
    mote_progress_update(bar, (int64_t)p->n_done, "%zu taken", p->n_added);
}

static mote_status choose_role(const char *name, mote_import_role *out, mote_err *err)
{
    if (!name)
        *out = MOTE_IMPORT_BY_FOLDER;
    else if (strcmp(name, "example") == 0)
        *out = MOTE_IMPORT_EXAMPLE;
    else if (strcmp(name, "background") == 0)
        *out = MOTE_IMPORT_BACKGROUND;
    else if (strcmp(name, "negative") == 0)
        *out = MOTE_IMPORT_NEGATIVE;
    else
        return mote_fail(err, MOTE_USAGE,
                         "--role '%s': expected 'example', 'background' or 'negative'", name);
    return MOTE_OK;
}

/* Negatives are hours: longer files than a word is cut from. */
static mote_status choose_negative(const add_values *v, mote_import_config *cfg, mote_err *err)
{
    if (v->negative && v->role && strcmp(v->role, "negative") != 0)
        return mote_fail(err, MOTE_USAGE, "--negative and --role %s: say one", v->role);
    if (v->negative)
        cfg->role = MOTE_IMPORT_NEGATIVE;
    if (cfg->role != MOTE_IMPORT_NEGATIVE)
        return MOTE_OK;
    if (!cfg->kind->hears_negatives)
        return mote_fail(err, MOTE_USAGE, "--negative: %s are no stream that could be heard",
                         cfg->kind->many);
    cfg->decoding.max_bytes = MOTE_NEGATIVE_MAX_BYTES;
    cfg->decoding.max_ms = MOTE_NEGATIVE_MAX_MS;
    return MOTE_OK;
}

static mote_status choose_part(const char *name, mote_provided_part *out, mote_err *err)
{
    *out = MOTE_N_PROVIDED;
    for (int i = 0; name && i < MOTE_N_PROVIDED; i++)
        if (strcmp(name, mote_provided_name((mote_provided_part)i)) == 0)
            *out = (mote_provided_part)i;
    if (name && *out == MOTE_N_PROVIDED)
        return mote_fail(err, MOTE_USAGE,
                         "--split '%s': expected 'train', 'validation', 'test' or 'learn'", name);
    return MOTE_OK;
}

/* ---- what is said first: what was recognised ------------------------------------------------ */

static const mote_kind *kind_of(const mote_cli *cli)
{
    return mote_kind_of(mote_project_input(cli->project));
}

static void say_groups(mote_cli *cli, const mote_import_report *r)
{
    const mote_kind *k = kind_of(cli);
    if (r->seen)
        mote_say(cli, "recognised: %s\n", mote_shown(cli, r->seen));
    for (size_t i = 0; i < r->n_recognised; i++)
        mote_say(cli, "layout: %s\n", r->recognised[i]);
    if (r->pattern_name)
        mote_say(cli, "groups: '%s' (the names look like %s)\n", r->pattern, r->pattern_name);
    else if (r->pattern)
        mote_say(cli, "groups: '%s'\n", r->pattern);
    if (r->n_ungrouped > 0 && !k->n_rows) /* whose a row is, the row says */
        mote_say(cli,
                 "groups: %zu %s have no %s in their name, so each is a group of its "
                 "own;\n        --group-pattern '{group}_*' tells where it stands\n",
                 r->n_ungrouped, k->many, k->group ? k->group : "group");
    if (r->n_provided > 0)
        mote_say(cli, "splits: %zu %s came with their split, which is kept\n", r->n_provided,
                 k->many);
    if (r->n_split_conflicts > 0)
        mote_say(cli, "splits: %zu %s stay where their group is: %s\n", r->n_split_conflicts,
                 k->many, r->split_conflict ? r->split_conflict : "");
}

/* The word asked for that is the nearest to one of the labels, with that label. */
static const char *nearest_word(mote_cli *cli, const mote_import_report *r, const char **label)
{
    const mote_names *k = &cli->project->words;
    for (size_t i = 0; i < r->n_labels; i++) {
        char *folded = NULL;
        const char *near = mote_nearest(r->labels[i], k->items, k->n);
        if (!near && mote_text_fold(r->labels[i], &cli->arena, &folded, NULL) == MOTE_OK)
            near = mote_nearest(folded, k->items, k->n);
        if (near) {
            *label = r->labels[i];
            return near;
        }
    }
    return NULL;
}

/* Words that the project does not ask for are other words; when all of them are, it is probably a
 * mistake, and now is the time to say so. */
static void say_foreign(mote_cli *cli, const mote_import_report *r)
{
    const mote_names *k = &cli->project->words;
    if (r->n_labels == 0 || r->n_foreign < r->n_labels || k->n == 0)
        return;
    mote_say(cli, r->n_labels == 1 ? "labels: the label (" : "labels: none of the %zu labels (",
             r->n_labels);
    for (size_t i = 0; i < r->n_labels && i < 4; i++)
        mote_say(cli, "%s'%s'", i ? ", " : "", mote_shown(cli, r->labels[i]));
    mote_say(cli, "%s) is %sasked for by this project: ", r->n_labels > 4 ? ", .." : "",
             r->n_labels == 1 ? "not " : "");
    for (size_t i = 0; i < k->n && i < 12; i++)
        mote_say(cli, "%s%s", i ? ", " : "", k->items[i]);
    const char *label = NULL, *near = nearest_word(cli, r, &label);
    if (near)
        mote_say(cli, "; nearest are '%s' and '%s'", mote_shown(cli, label), near);
    mote_say(cli, ";\n        they are taken as other words\n");
}

/* ---- what was found ---------------------------------------------------------------------------
 */

/* What mote.yaml would say of the first file, a line for each part; and how it comes to say it. */
static mote_status say_found(mote_cli *cli, const mote_import_report *r, bool write, mote_err *err)
{
    const mote_kind *k = kind_of(cli);
    MOTE_SCOPED_JSON *found = NULL;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 22);
    if (!r->found && write)
        return mote_fail(err, MOTE_NOT_FOUND, "--write-columns: nothing with columns was read");
    if (!r->found)
        return MOTE_OK;
    MOTE_TRY(mote_json_parse("what was found", r->found, strlen(r->found), &found, err));
    k->write_found(found, 4, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    if (write) {
        MOTE_TRY(mote_project_state(cli->project->dir, k->found_key, b.data, &cli->arena, err));
        mote_say(cli, "written: '%s' in mote.yaml, %zu lines to be looked at\n", k->found_key,
                 json_array_size(found));
        return MOTE_OK;
    }
    if (mote_project_states(cli->project->dir, k->found_key, &cli->arena))
        return MOTE_OK;
    mote_say(cli,
             "found, and not stated in mote.yaml; the same with --write-columns writes it "
             "there:\n  %s: %s\n",
             k->found_key, b.data);
    return MOTE_OK;
}

/* ---- the account ----------------------------------------------------------------------------- */

static void say_refused(mote_cli *cli, const mote_import_report *r)
{
    size_t n = r->total.n_rejected, shown = n > MOST_LINES ? MOST_LINES : n;
    for (size_t i = 0; i < shown; i++)
        mote_say(cli, "refused: %s: %s\n", mote_shown(cli, r->rejected[i].path),
                 mote_shown(cli, r->rejected[i].reason));
    if (n > shown)
        mote_say(cli, "refused: and %zu more ('mote data check' remembers them)\n", n - shown);
}

/* Samples have a name of their own where they are events in a stream: words. */
static bool is_of_words(const mote_cli *cli, const mote_kind *k)
{
    return k->examples && mote_task_find(cli->project->task)->is_stream;
}

static void say_account(mote_cli *cli, const char *path, const mote_import_report *r)
{
    const mote_import_progress *t = &r->total;
    const mote_kind *k = kind_of(cli);
    char time[32], background[48] = "", negative[48] = "";
    mote_human_duration(t->added_us, time, sizeof time);
    if (r->n_background > 0)
        (void)mote_format(background, sizeof background, ", %s",
                          MOTE_COUNTED(r->n_background, "backgrounds"));
    if (r->n_negative > 0)
        (void)mote_format(negative, sizeof negative, ", %s",
                          MOTE_COUNTED(r->n_negative, "negatives"));
    mote_say(cli, "%s: %s: %zu taken (%s%s%s%s%s), %zu known, %zu skipped, %zu refused\n",
             mote_shown(cli, path), MOTE_COUNTED(r->n_entries, "files"), t->n_added,
             MOTE_COUNTED(r->n_examples, is_of_words(cli, k) ? k->examples : k->many), background,
             negative, k->is_timed ? "; " : "", k->is_timed ? time : "", t->n_known, r->n_skipped,
             t->n_rejected);
    if (r->n_skipped > 0) {
        mote_say(cli, "skipped: ");
        for (size_t i = 0; i < r->n_reasons; i++)
            mote_say(cli, "%s%s: %zu", i ? "; " : "", r->skipped[i].reason, r->skipped[i].n);
        mote_say(cli, "\n");
    }
    if (t->n_replaced > 0)
        mote_say(cli,
                 "changed: %s in the place of what was there; 'mote data undo' is the way back, "
                 "--keep keeps both\n",
                 MOTE_COUNTED(t->n_replaced, "files"));
    if (r->n_gone > 0)
        mote_say(cli,
                 "gone: %zu %s are kept whose file is not there any more (%s%s); "
                 "'mote data remove --gone' removes them\n",
                 r->n_gone, k->many, mote_shown(cli, r->gone ? r->gone : ""),
                 r->n_gone > 1 ? ", .." : "");
}

/* ---- the plan -------------------------------------------------------------------------------- */

static const char *part_name(mote_provided_part part)
{
    return part == MOTE_N_PROVIDED       ? "dealt"
           : part == MOTE_PROVIDED_LEARN ? "train or validation"
                                         : mote_provided_name(part);
}

static size_t folder_bytes(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

/* One line of the table holds the files of a folder that are treated alike. */
static bool is_alike(const mote_import_plan *a, const mote_import_plan *b)
{
    size_t n = folder_bytes(a->path);
    return n == folder_bytes(b->path) && strncmp(a->path, b->path, n) == 0 && a->role == b->role &&
           a->part == b->part && mote_str_eq(a->skipped, b->skipped) &&
           mote_str_eq(a->refused, b->refused) &&
           (a->skipped || a->refused || mote_str_eq(a->label, b->label));
}

static void say_plan(mote_cli *cli, const mote_import_report *r)
{
    static const char *const titles[] = {"folder", ">files", "becomes", "group of the first",
                                         "split"};
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    size_t n_rows = 0;
    for (size_t i = 0; i < r->n_plan; i++) {
        const mote_import_plan *p = &r->plan[i];
        bool is_first = true;
        size_t n = 0, from = i > 2000 ? i - 2000 : 0;
        for (size_t k = from; k < i && is_first; k++)
            is_first = !is_alike(p, &r->plan[k]);
        if (!is_first || n_rows++ >= 200)
            continue;
        for (size_t k = i; k < r->n_plan; k++)
            n += is_alike(p, &r->plan[k]) ? 1 : 0;
        bool taken = !p->skipped && !p->refused;
        mote_table_cell(&t, "%.*s/", (int)folder_bytes(p->path), p->path);
        mote_table_cell(&t, "%zu", n);
        mote_table_cell(&t, "%s%s",
                        p->skipped   ? "skipped: "
                        : p->refused ? "refused: "
                                     : "",
                        p->skipped   ? p->skipped
                        : p->refused ? p->refused
                                     : p->label);
        mote_table_cell(&t, "%s", !taken ? "-" : p->group ? p->group : "its own");
        mote_table_cell(&t, "%s",
                        !taken                            ? "-"
                        : p->role == MOTE_ROLE_BACKGROUND ? "background"
                                                          : part_name(p->part));
    }
    mote_table_say(&t, cli);
    if (n_rows > 200)
        mote_say(cli, "and %zu rows more (--json has all files)\n", n_rows - 200);
    mote_say(cli,
             "%s: %zu would be taken or are known, %zu skipped, %zu refused; nothing was "
             "written\n",
             MOTE_COUNTED(r->n_entries, "files"), r->total.n_files - r->total.n_rejected,
             r->n_skipped, r->total.n_rejected);
}

/* ---- as a document --------------------------------------------------------------------------- */

static void put_plan(json_t *o, const mote_import_report *r)
{
    json_t *plan = json_array();
    json_object_set_new(o, "plan", plan);
    for (size_t i = 0; i < r->n_plan; i++) {
        const mote_import_plan *p = &r->plan[i];
        bool taken = !p->skipped && !p->refused;
        json_array_append_new(plan, json_pack("{s:o, s:o*, s:o*, s:s?, s:s?, s:s?}", "path",
                                              mote_json_text(p->path), "label",
                                              taken ? mote_json_text(p->label) : NULL, "group",
                                              taken && p->group ? mote_json_text(p->group) : NULL,
                                              "split", taken ? part_name(p->part) : NULL, "skipped",
                                              p->skipped, "refused", p->refused));
    }
}

static json_t *report_json(const char *path, const mote_import_report *r, bool with_plan)
{
    json_t *o =
        json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:s?, s:I, "
                  "s:I, s:I, s:I, "
                  "s:[], s:[], s:[]}",
                  "path", mote_json_text(path), "entries", (json_int_t)r->n_entries, "files",
                  (json_int_t)r->total.n_files, "added", (json_int_t)r->total.n_added, "words",
                  (json_int_t)r->n_examples, "backgrounds", (json_int_t)r->n_background,
                  "negatives", (json_int_t)r->n_negative, "known", (json_int_t)r->total.n_known,
                  "skipped", (json_int_t)r->n_skipped, "refused", (json_int_t)r->total.n_rejected,
                  "replaced", (json_int_t)r->total.n_replaced, "bytes", (json_int_t)r->total.bytes,
                  "added_s", (double)r->total.added_us / 1e6, "group_pattern", r->pattern,
                  "ungrouped", (json_int_t)r->n_ungrouped, "provided_splits",
                  (json_int_t)r->n_provided, "gone", (json_int_t)r->n_gone, "import",
                  (json_int_t)r->import_id, "layouts", "skipped_by_reason", "problems");
    json_t *problems = json_object_get(o, "problems");
    for (size_t i = 0; problems && i < r->total.n_rejected; i++)
        json_array_append_new(problems,
                              json_pack("{s:o, s:o}", "path", mote_json_text(r->rejected[i].path),
                                        "reason", mote_json_text(r->rejected[i].reason)));
    json_t *skipped = json_object_get(o, "skipped_by_reason"), *l = json_object_get(o, "layouts");
    for (size_t i = 0; skipped && i < r->n_reasons; i++)
        json_array_append_new(skipped, json_pack("{s:s, s:I}", "reason", r->skipped[i].reason, "n",
                                                 (json_int_t)r->skipped[i].n));
    for (size_t i = 0; l && i < r->n_recognised; i++)
        json_array_append_new(l, json_string(r->recognised[i]));
    json_t *found = NULL;
    if (r->found &&
        mote_json_parse("what was found", r->found, strlen(r->found), &found, NULL) == MOTE_OK)
        json_object_set_new(o, "found", found);
    if (o && with_plan)
        put_plan(o, r);
    return o;
}

/* ---- running --------------------------------------------------------------------------------- */

static mote_status add_one(mote_cli *cli, const char *path, const mote_import_config *cfg,
                           json_t *list, size_t *n_refused, mote_err *err)
{
    mote_progress bar;
    mote_import_report r;
    mote_import_config with_bar = *cfg;
    mote_progress_start(&bar, cli, "import", 0);
    with_bar.progress_arg = &bar;
    mote_status st = mote_data_import(cli->store, path, &with_bar, &cli->arena, &r, err);
    mote_progress_end(&bar, "%zu of %zu files", r.total.n_done, r.total.n_files);
    if (st != MOTE_OK && r.total.n_files == 0 && r.n_entries == 0)
        return st; /* there is nothing to account for */
    say_groups(cli, &r);
    say_foreign(cli, &r);
    if (st == MOTE_OK)
        st = say_found(cli, &r, cfg->find, err);
    if (cfg->dry_run)
        say_plan(cli, &r);
    say_refused(cli, &r);
    if (!cfg->dry_run)
        say_account(cli, path, &r);
    *n_refused += r.total.n_rejected;
    if (cli->json && json_array_append_new(list, report_json(path, &r, cfg->dry_run)) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    return st;
}

/* From which places, and what is said of each with --json. */
typedef struct {
    const char *const *paths;
    size_t n;
    json_t *list;
} places;

static mote_status add(mote_cli *cli, const add_values *v, const places *from, mote_err *err)
{
    mote_importing importing;
    if (v->write && v->dry_run)
        return mote_fail(err, MOTE_USAGE, "--write-columns writes, --dry-run does not: say one");
    const mote_importing_by by = {cli->project,         mote_who(cli, NULL), v->group_pattern,
                                  mote_clock_wall_ms(), cli->pool,           cli->cancel};
    MOTE_TRY(mote_importing_of(&by, &importing, err));
    mote_import_config cfg = importing.cfg;
    MOTE_TRY(choose_role(v->role, &cfg.role, err));
    MOTE_TRY(choose_negative(v, &cfg, err));
    MOTE_TRY(choose_part(v->split, &cfg.part, err));
    cfg.label = v->label;
    cfg.keep = v->keep;
    cfg.find = v->write;
    cfg.dry_run = v->dry_run;
    cfg.progress = on_progress;
    size_t n_refused = 0;
    mote_status st = MOTE_OK;
    for (size_t i = 0; i < from->n && st == MOTE_OK; i++, cfg.find = false) /* of the first */
        st = add_one(cli, from->paths[i], &cfg, from->list, &n_refused, err);
    if (st == MOTE_OK && n_refused > 0)
        return mote_fail(err, MOTE_UNMET, "%zu files that are or may hold %s were left out",
                         n_refused, kind_of(cli)->many);
    return st;
}

mote_status mote_adding_folder(mote_cli *cli, const char *path, json_t *list, mote_err *err)
{
    const add_values as_mote_yaml_says = {0};
    const places one = {&path, 1, list};
    return add(cli, &as_mote_yaml_says, &one, err);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    const places from = {args, n_args, list};
    const mote_status st = add(cli, values, &from, err);
    if (json_array_size(list) > 0)
        mote_say_json(cli, json_incref(list));
    return st;
}

static const mote_option options[] = {
    {"label", 'l', MOTE_OPT_STRING, offsetof(add_values, label), 0, 0, "LABEL",
     "the word that is said (default: the name of the folder)"},
    {"group-pattern", 'g', MOTE_OPT_STRING, offsetof(add_values, group_pattern), 0, 0, "PATTERN",
     "where the speaker stands in a file name: '{group}_nohash_*'"},
    {"role", 'r', MOTE_OPT_STRING, offsetof(add_values, role), 0, 0, "ROLE",
     "example, background for noise without words, or negative (default: by the folder)"},
    {"negative", 0, MOTE_OPT_FLAG, offsetof(add_values, negative), 0, 0, NULL,
     "long recordings in which nothing that is asked for is said: every window of them counts"},
    {"dry-run", 'n', MOTE_OPT_FLAG, offsetof(add_values, dry_run), 0, 0, NULL,
     "show which label, group and split each folder would get; write nothing"},
    {"split", 's', MOTE_OPT_STRING, offsetof(add_values, split), 0, 0, "SPLIT",
     "where all of it belongs: train, validation, test, or learn (train and validation, dealt)"},
    {"write-columns", 0, MOTE_OPT_FLAG, offsetof(add_values, write), 0, 0, NULL,
     "state in mote.yaml what the columns of a table were found to be"},
    {"keep", 0, MOTE_OPT_FLAG, offsetof(add_values, keep), 0, 0, NULL,
     "keep what a changed file was beside what it is now"},
};

const mote_command mote_cmd_data_add = {
    .usage = "PATH.. [options]",
    .about =
        "Adds recordings of any rate and number of channels from folders or single files: WAV,\n"
        "RF64, W64, FLAC, OGG (Vorbis, Opus), MP3, AIFF, AU, CAF, known by their content. The\n"
        "name of the folder is the label; folders like _background_noise_ hold backgrounds, and\n"
        "_negatives_ hours in which none of the words is said. The\n"
        "group (speaker) comes from the file name by a pattern and never crosses splits. Edge\n"
        "Impulse exports, Speech Commands with its lists, Common Voice and MSWC bring their own\n"
        "labels, groups and splits.\n"
        "Every file is accounted for: taken, known, skipped (no recording), or refused with the\n"
        "reason. Exit 1 when something was refused, 7 when nothing could be taken. A file that\n"
        "changed replaces what it was; 'mote data undo' takes the last import back. An import\n"
        "can be repeated and goes on where it was stopped. Of a table it says what each column\n"
        "was found to be, until mote.yaml says it.",
    .examples = "mote data add recordings\n"
                "mote data add clips --group-pattern '{group}-*' --dry-run\n"
                "mote data add noise --role background\n"
                "mote data add television --negative --split test\n"
                "mote data add loans.csv --write-columns",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1000,
    .values_bytes = sizeof(add_values),
    .run = run,
};
