/* SPDX-License-Identifier: Apache-2.0 */
/* mote data diff BEFORE [AFTER]: what changed between two versions of the data. */
#include "cli/cli.h"
#include "data/version.h"

static const char *const kinds[] = {"added", "removed", "changed"};
static const char marks[] = {'+', '-', '~'};

typedef struct {
    int64_t limit;
} diff_values;

static const char *split_text(const mote_version_item *it)
{
    if (it->role == MOTE_ROLE_BACKGROUND)
        return "background";
    if (it->role == MOTE_ROLE_NEGATIVE)
        return mote_split_name(it->split);
    return mote_version_used(it) ? mote_split_name(it->split) : "unused";
}

static json_t *item_json(const mote_version_item *it)
{
    if (!it)
        return json_null();
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&it->object, hex);
    return json_pack("{s:s, s:s, s:s, s:s}", "hash", hex, "label", it->label, "group", it->group,
                     "split", split_text(it));
}

static void say_change(mote_cli *cli, const mote_version_change *c)
{
    const mote_version_item *it = c->after ? c->after : c->before;
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&it->object, hex);
    mote_say(cli, "%c %.10s  %s  %s  %s", marks[c->kind], hex, it->label, it->group,
             split_text(it));
    if (c->kind == MOTE_DIFF_CHANGED)
        mote_say(cli, "  (was %s, %s)", c->before->label, split_text(c->before));
    mote_say(cli, "\n");
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const diff_values *v = values;
    mote_data_version before, after;
    mote_version_change *changes = NULL;
    size_t n = 0, count[3] = {0};
    MOTE_TRY(mote_version_load(cli->store, args[0], &cli->arena, &before, err));
    MOTE_TRY(
        mote_version_load(cli->store, n_args > 1 ? args[1] : "latest", &cli->arena, &after, err));
    MOTE_TRY(mote_version_diff(&before, &after, &cli->arena, &changes, &n, err));
    MOTE_SCOPED_JSON *o = json_pack("{s:I, s:I, s:[]}", "before", (json_int_t)before.number,
                                    "after", (json_int_t)after.number, "changes");
    json_t *list = json_object_get(o, "changes");
    for (size_t i = 0; i < n; i++) {
        count[changes[i].kind]++;
        if (v->limit == 0 || (int64_t)i < v->limit)
            say_change(cli, &changes[i]);
        if (cli->json && list)
            json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "kind", kinds[changes[i].kind],
                                                  "before", item_json(changes[i].before), "after",
                                                  item_json(changes[i].after)));
    }
    if (v->limit > 0 && (int64_t)n > v->limit)
        mote_say(cli, "and %lld more (--limit 0 shows all)\n", (long long)n - v->limit);
    mote_say(cli, "v%lld to v%lld: %zu added, %zu removed, %zu changed\n", (long long)before.number,
             (long long)after.number, count[0], count[1], count[2]);
    mote_say_json(cli, json_incref(o));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"limit", 0, MOTE_OPT_INT, offsetof(diff_values, limit), 0, 1e9, "N",
     "show at most N changes; 0: all (default 20)"},
};
static const diff_values defaults = {.limit = 20};

const mote_command mote_cmd_data_diff = {
    .usage = "BEFORE [AFTER]",
    .about = "Shows which recordings were added, removed, or changed their label or split between\n"
             "two versions. AFTER is the latest version unless it is given.",
    .examples = "mote data diff v1\nmote data diff v1 v3 --json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 2,
    .values_bytes = sizeof(diff_values),
    .defaults = &defaults,
    .run = run,
};
