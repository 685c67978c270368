/* SPDX-License-Identifier: Apache-2.0 */
/* mote model list, show, register, promote, rollback: the registry. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "model/model.h"
#include "track/registry.h"
#include "track/run.h"

#define ISO_BYTES          32
#define VERDICTS_MAX_BYTES ((size_t)4 << 20)

/* ---- who, and why ---- */

typedef struct {
    const char *why, *who;
    bool override;
} act_values;

/* ---- JSON ---- */

static json_t *text_or_null(const char *s)
{
    return s != NULL ? json_string(s) : json_null();
}

static json_t *tags_json(const mote_registry_tag *tags, size_t n)
{
    json_t *o = json_object();
    for (size_t k = 0; k < n; k++)
        json_object_set_new(o, tags[k].key, json_string(tags[k].value));
    return o;
}

static json_t *version_json(const mote_model_version *v)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    json_t *aliases = json_array();
    json_t *verdicts = NULL;
    mote_sha256_hex(&v->bundle, hex);
    for (size_t k = 0; k < v->n_aliases; k++)
        json_array_append_new(aliases, json_string(v->aliases[k]));
    if (v->verdicts_json == NULL ||
        mote_json_parse("verdicts", v->verdicts_json, strlen(v->verdicts_json), &verdicts, NULL) !=
            MOTE_OK)
        verdicts = json_null();
    return json_pack("{s:s, s:I, s:s, s:o, s:o, s:s, s:s, s:o, s:I, s:b, s:b, s:I, s:o, s:o, s:o}",
                     "model", v->model, "version", (json_int_t)v->version, "bundle", hex, "run_id",
                     text_or_null(v->run_id), "data_version", text_or_null(v->data_version),
                     "source", v->source, "description", v->description, "parent",
                     v->parent != 0 ? json_integer(v->parent) : json_null(), "created_ms",
                     (json_int_t)v->created_ms, "judged", (int)v->is_judged, "all_met",
                     (int)v->is_all_met, "not_proven", (json_int_t)v->counts.n_not_proven,
                     "aliases", aliases, "tags", tags_json(v->tags, v->n_tags), "verdicts",
                     verdicts);
}

static json_t *moves_json(const mote_alias_move *moves, size_t n)
{
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:I}", "alias", moves[k].alias, "kind",
                            moves[k].kind, "from", (json_int_t)moves[k].from_version, "to",
                            (json_int_t)moves[k].to_version, "who", moves[k].who, "reason",
                            moves[k].reason, "at_ms", (json_int_t)moves[k].at_ms));
    return list;
}

/* "all met", "6 met, 2 of them not proven", "4 of 6 met; 1 not met; 1 not yet known" */
static const char *judgement(mote_cli *cli, const mote_model_version *v)
{
    const mote_verdict_counts *c = &v->counts;
    if (!v->is_judged || v->is_all_met)
        return v->is_judged ? "all met" : "not judged";
    size_t n_met = c->n_met + c->n_not_proven;
    const char *met =
        n_met == c->n ? "all met" : mote_arena_printf(&cli->arena, "%zu of %zu met", n_met, c->n);
    char proven[48] = "", unmet[48] = "", unknown[48] = "";
    if (c->n_not_proven > 0)
        (void)mote_format(proven, sizeof proven, ", %zu not proven", c->n_not_proven);
    if (c->n_not_met > 0)
        (void)mote_format(unmet, sizeof unmet, "; %zu not met", c->n_not_met);
    if (c->n_unknown > 0)
        (void)mote_format(unknown, sizeof unknown, "; %zu not yet known", c->n_unknown);
    const char *all =
        mote_arena_printf(&cli->arena, "%s%s%s%s", met ? met : "", proven, unmet, unknown);
    return all ? all : "not all met";
}

/* ---- list ---- */

static mote_status run_list(mote_cli *cli, const void *values, const char *const *args,
                            size_t n_args, mote_err *err)
{
    static const char *const titles[] = {"model", ">versions", "champion", "changed"};
    mote_registered_model *models = NULL;
    size_t n = 0;
    (void)values;
    (void)args;
    (void)n_args;
    MOTE_TRY(mote_registry_models(cli->store, &cli->arena, &models, &n, err));
    if (n == 0)
        mote_say(cli, "no models yet: 'mote run' makes and registers one\n");
    json_t *list = json_array();
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t k = 0; k < n; k++) {
        char changed[ISO_BYTES];
        char champion[ISO_BYTES] = "none";
        mote_time_iso(models[k].updated_ms, changed, sizeof changed);
        if (models[k].champion != 0)
            (void)mote_format(champion, sizeof champion, "%lld", (long long)models[k].champion);
        mote_table_cell(&t, "%s", models[k].name);
        mote_table_cell(&t, "%lld", (long long)models[k].n_versions);
        mote_table_cell(&t, "%s", champion);
        mote_table_cell(&t, "%s", changed);
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:I, s:o, s:I, s:o}", "name", models[k].name, "description",
                      models[k].description, "versions", (json_int_t)models[k].n_versions,
                      "champion",
                      models[k].champion != 0 ? json_integer(models[k].champion) : json_null(),
                      "updated_ms", (json_int_t)models[k].updated_ms, "tags",
                      tags_json(models[k].tags, models[k].n_tags)));
    }
    if (n > 0)
        mote_table_say(&t, cli);
    else
        mote_buf_release(&t.cells);
    mote_say_json(cli, json_pack("{s:o}", "models", list));
    return MOTE_OK;
}

const mote_command mote_cmd_model_list = {
    .usage = "",
    .about = "Lists the registered models, how many versions each has, and which is champion.",
    .examples = "mote model list\nmote model list --json",
    .run = run_list,
};

/* ---- show ---- */

static void say_versions(mote_cli *cli, const mote_model_version *versions, size_t n)
{
    static const char *const titles[] = {">version", "aliases", "requirements", "data",
                                         "run",      "made",    "bundle"};
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t k = 0; k < n; k++) {
        const mote_model_version *v = &versions[k];
        char made[ISO_BYTES];
        char hex[MOTE_SHA256_HEX_BYTES];
        MOTE_SCOPED_BUF aliases;
        mote_buf_init(&aliases, 1 << 16);
        for (size_t a = 0; a < v->n_aliases; a++)
            mote_buf_printf(&aliases, "%s%s", a > 0 ? " " : "", v->aliases[a]);
        mote_time_iso(v->created_ms, made, sizeof made);
        mote_sha256_hex(&v->bundle, hex);
        mote_table_cell(&t, "%lld", (long long)v->version);
        mote_table_cell(&t, "%s", aliases.len > 0 ? aliases.data : "");
        mote_table_cell(&t, "%s", judgement(cli, v));
        mote_table_cell(&t, "%s", v->data_version != NULL ? v->data_version : "");
        mote_table_cell(&t, "%.8s", v->run_id != NULL ? v->run_id : "");
        mote_table_cell(&t, "%s", made);
        mote_table_cell(&t, "%.12s", hex);
    }
    mote_table_say(&t, cli);
}

static void say_moves(mote_cli *cli, const mote_alias_move *moves, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        char at[ISO_BYTES];
        mote_time_iso(moves[k].at_ms, at, sizeof at);
        mote_say(cli, "%s%s  %s %s: ", k == 0 ? "\n" : "", at, moves[k].alias, moves[k].kind);
        if (moves[k].from_version != 0)
            mote_say(cli, "%lld", (long long)moves[k].from_version);
        mote_say(cli, "%s", moves[k].from_version != 0 ? " to " : "");
        if (moves[k].to_version != 0)
            mote_say(cli, "%lld", (long long)moves[k].to_version);
        else
            mote_say(cli, "none");
        mote_say(cli, ", by %s: %s\n", moves[k].who, moves[k].reason);
    }
}

static mote_status run_show(mote_cli *cli, const void *values, const char *const *args,
                            size_t n_args, mote_err *err)
{
    mote_model_version *versions = NULL;
    mote_alias_move *moves = NULL;
    size_t n = 0;
    size_t n_moves = 0;
    (void)values;
    (void)n_args;
    if (strpbrk(args[0], "@/") != NULL) {
        mote_model_version *one = NULL;
        MOTE_TRY(mote_arena_take(&cli->arena, 1, sizeof *one, &one, err));
        MOTE_TRY(mote_registry_resolve(cli->store, args[0], &cli->arena, one, err));
        versions = one;
        n = 1;
    } else {
        MOTE_TRY(mote_registry_versions(cli->store, args[0], &cli->arena, &versions, &n, err));
        MOTE_TRY(mote_registry_history(cli->store, args[0], &cli->arena, &moves, &n_moves, err));
    }
    say_versions(cli, versions, n);
    say_moves(cli, moves, n_moves);
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++)
        json_array_append_new(list, version_json(&versions[k]));
    mote_say_json(cli,
                  json_pack("{s:o, s:o}", "versions", list, "history", moves_json(moves, n_moves)));
    return MOTE_OK;
}

const mote_command mote_cmd_model_show = {
    .usage = "MODEL",
    .about = "Shows the versions of a model and how its aliases moved; or one version, given\n"
             "as name@alias or name/version.",
    .examples = "mote model show keywords\nmote model show keywords@champion --json",
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};

/* ---- register ---- */

typedef struct {
    const char *name, *run, *description, *verdicts, *alias, *tag;
} register_values;

static const mote_option register_options[] = {
    {"name", 'n', MOTE_OPT_STRING, offsetof(register_values, name), 0, 0, "NAME",
     "of the model (default: the name in the bundle)"},
    {"run", 'r', MOTE_OPT_STRING, offsetof(register_values, run), 0, 0, "RUN",
     "the run that made it"},
    {"verdicts", 0, MOTE_OPT_STRING, offsetof(register_values, verdicts), 0, 0, "FILE",
     "verdicts of the requirements, JSON as 'mote evaluate --json' gives them"},
    {"alias", 'a', MOTE_OPT_STRING, offsetof(register_values, alias), 0, 0, "ALIAS",
     "let this alias name the version, such as challenger"},
    {"description", 'd', MOTE_OPT_STRING, offsetof(register_values, description), 0, 0, "TEXT",
     "what is special about it"},
    {"tag", 't', MOTE_OPT_STRING, offsetof(register_values, tag), 0, 0, "KEY=VALUE",
     "a tag of the version, as 'mote model show' shows it"},
};

static mote_status set_tag(mote_cli *cli, const char *model, int64_t version, const char *tag,
                           mote_err *err)
{
    const char *equals = strchr(tag, '=');
    if (equals == NULL || equals == tag)
        return mote_fail(err, MOTE_USAGE, "--tag is KEY=VALUE, such as 'line=assembly 2'");
    const char *key = mote_arena_strndup(&cli->arena, tag, (size_t)(equals - tag));
    return key ? mote_registry_set_tag(cli->store, model, version, key, equals + 1, err)
               : mote_fail(err, MOTE_NOMEM, "no memory for a tag");
}

/* The bundle in the store, and the name it gives itself. */
static mote_status put_bundle(mote_cli *cli, const char *path, mote_registry_spec *spec,
                              mote_err *err)
{
    mote_model *m = NULL;
    MOTE_TRY(mote_model_load_file(path, &m, err));
    if (spec->model == NULL)
        spec->model = mote_arena_strdup(&cli->arena, mote_model_name(m));
    mote_model_unref(m);
    if (spec->model == NULL)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the name of a model");
    return mote_object_put_file(cli->store, path, mote_clock_wall_ms(), &spec->bundle, err);
}

static mote_status read_verdicts(mote_cli *cli, const char *path, mote_registry_spec *spec,
                                 mote_err *err)
{
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, VERDICTS_MAX_BYTES, &text, &n, err));
    spec->verdicts_json = mote_arena_strdup(&cli->arena, text);
    if (spec->verdicts_json == NULL)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the verdicts");
    return MOTE_OK;
}

static mote_status run_register(mote_cli *cli, const void *values, const char *const *args,
                                size_t n_args, mote_err *err)
{
    const register_values *v = values;
    char run_id[MOTE_RUN_ID_BYTES];
    int64_t version = 0;
    int64_t now_ms = mote_clock_wall_ms();
    (void)n_args;
    mote_registry_spec spec = {
        .model = v->name, .source = mote_path_base(args[0]), .description = v->description};
    if (v->run != NULL) {
        MOTE_TRY(mote_run_find(cli->store, v->run, run_id, err));
        spec.run_id = run_id;
    }
    if (v->verdicts != NULL)
        MOTE_TRY(read_verdicts(cli, v->verdicts, &spec, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(cli->store, &txn, err));
    MOTE_TRY(put_bundle(cli, args[0], &spec, err));
    MOTE_TRY(mote_registry_register(cli->store, &spec, now_ms, &version, err));
    if (v->alias != NULL) {
        mote_registry_act act = {mote_who(cli, NULL), "registered", now_ms};
        MOTE_TRY(mote_registry_set_alias(cli->store, spec.model, v->alias, version, &act, err));
    }
    if (v->tag != NULL)
        MOTE_TRY(set_tag(cli, spec.model, version, v->tag, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    mote_say(cli, "registered %s/%lld\n", spec.model, (long long)version);
    mote_say_json(cli,
                  json_pack("{s:s, s:I}", "model", spec.model, "version", (json_int_t)version));
    return MOTE_OK;
}

const mote_command mote_cmd_model_register = {
    .usage = "BUNDLE [options]",
    .about = "Registers a bundle file as the next version of a model. The same bundle again is\n"
             "the same version.",
    .examples = "mote model register kws.mote\n"
                "mote model register kws.mote --name keywords --alias challenger",
    .options = register_options,
    .n_options = MOTE_COUNT_OF(register_options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(register_values),
    .run = run_register,
};

/* ---- promote, rollback ---- */

static const mote_option promote_options[] = {
    {"override", 0, MOTE_OPT_FLAG, offsetof(act_values, override), 0, 0, NULL,
     "although requirements are not met; needs --why, and is recorded"},
    {"why", 'm', MOTE_OPT_STRING, offsetof(act_values, why), 0, 0, "TEXT", "the reason"},
    {"who", 0, MOTE_OPT_STRING, offsetof(act_values, who), 0, 0, "NAME",
     "who decides (default: the user name)"},
};
static const mote_option rollback_options[] = {
    {"why", 'm', MOTE_OPT_STRING, offsetof(act_values, why), 0, 0, "TEXT", "the reason"},
    {"who", 0, MOTE_OPT_STRING, offsetof(act_values, who), 0, 0, "NAME",
     "who decides (default: the user name)"},
};

static mote_status run_promote(mote_cli *cli, const void *values, const char *const *args,
                               size_t n_args, mote_err *err)
{
    const act_values *v = values;
    mote_model_version version;
    (void)n_args;
    if (v->override && v->why == NULL)
        return mote_fail(err, MOTE_USAGE, "--override needs a reason: add --why TEXT");
    MOTE_TRY(mote_registry_resolve(cli->store, args[0], &cli->arena, &version, err));
    mote_registry_act act = {mote_who(cli, v->who), v->why != NULL ? v->why : "requirements met",
                             mote_clock_wall_ms()};
    MOTE_TRY(mote_registry_check_version(cli->store, &version, false, err));
    MOTE_TRY(
        mote_registry_promote(cli->store, version.model, version.version, v->override, &act, err));
    char proven[64] = "";
    if (version.counts.n_not_proven > 0)
        (void)mote_format(proven, sizeof proven, ", with %zu of %zu requirements not proven",
                          version.counts.n_not_proven, version.counts.n);
    mote_say(cli, "%s/%lld is champion%s\n", version.model, (long long)version.version, proven);
    mote_say_json(cli, json_pack("{s:s, s:I, s:b, s:I}", "model", version.model, "champion",
                                 (json_int_t)version.version, "override", (int)v->override,
                                 "not_proven", (json_int_t)version.counts.n_not_proven));
    return MOTE_OK;
}

const mote_command mote_cmd_model_promote = {
    .usage = "MODEL [options]",
    .about = "Makes a version the champion, which is what serves. MODEL says which: name/version\n"
             "or name@alias. Refused (exit code 1) when a requirement is not met or not yet\n"
             "known. What is met and not proven may pass, as long as it is no worse than the\n"
             "present champion's. --override with a reason promotes all the same, and is recorded.",
    .examples = "mote model promote keywords@challenger\n"
                "mote model promote keywords/3 --override --why 'field trial in one car'",
    .options = promote_options,
    .n_options = MOTE_COUNT_OF(promote_options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(act_values),
    .run = run_promote,
};

static mote_status run_rollback(mote_cli *cli, const void *values, const char *const *args,
                                size_t n_args, mote_err *err)
{
    const act_values *v = values;
    int64_t version = 0;
    (void)n_args;
    mote_registry_act act = {mote_who(cli, v->who), v->why != NULL ? v->why : "rolled back by hand",
                             mote_clock_wall_ms()};
    MOTE_TRY(mote_registry_rollback(cli->store, args[0], &act, &version, err));
    mote_say(cli, "%s/%lld is champion again\n", args[0], (long long)version);
    mote_say_json(cli, json_pack("{s:s, s:I}", "model", args[0], "champion", (json_int_t)version));
    return MOTE_OK;
}

const mote_command mote_cmd_model_rollback = {
    .usage = "NAME [options]",
    .about = "Makes the version champion that was it before the present one. Again goes one\n"
             "further back.",
    .examples = "mote model rollback keywords --why 'misses every second word in rain'",
    .options = rollback_options,
    .n_options = MOTE_COUNT_OF(rollback_options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(act_values),
    .run = run_rollback,
};
