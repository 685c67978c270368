/* SPDX-License-Identifier: Apache-2.0 */
/* mote data review: what people marked as wrong, on its way into training. */
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "data/review.h"

typedef struct {
    const char *who, *label;
    bool all;
} review_values;

static const char *const verbs[] = {"list", "add", "take", "drop"};

static mote_status list(mote_cli *cli, bool with_taken, mote_err *err)
{
    static const char *const titles[] = {">number", "marked", "label", "from", "by", "in the data"};
    mote_review_item *items = NULL;
    size_t n = 0;
    mote_table t;
    MOTE_TRY(mote_review_list(cli->store, with_taken, &cli->arena, &items, &n, err));
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t i = 0; i < n; i++) {
        const mote_review_item *r = &items[i];
        mote_table_cell(&t, "%lld", (long long)r->id);
        mote_table_cell(&t, "%s", mote_review_what_name(r->what));
        mote_table_cell(&t, "%s", *r->label ? mote_shown(cli, r->label) : "-");
        mote_table_cell(&t, "%s", mote_shown(cli, r->source));
        mote_table_cell(&t, "%s", mote_shown(cli, r->who));
        mote_table_cell(&t, "%s", r->is_taken ? "yes" : "no");
    }
    if (n > 0)
        mote_table_say(&t, cli);
    else
        mote_buf_release(&t.cells);
    if (n == 0)
        mote_say(cli,
                 "nothing waits: 'mote listen --record DIR' keeps what you mark, and 'mote data "
                 "review add DIR' puts it here\n");
    mote_say_json(cli, mote_review_list_json(items, n));
    return MOTE_OK;
}

static mote_status add(mote_cli *cli, const mote_review_by *by, const char *const *paths, size_t n,
                       mote_err *err)
{
    mote_review_added all = {0};
    if (n == 0)
        return mote_fail(err, MOTE_USAGE, "what is added? name a folder of marks or a CSV file");
    for (size_t i = 0; i < n; i++) {
        mote_review_added one;
        MOTE_TRY(mote_review_add(cli->store, by, paths[i], &one, err));
        all.n_added += one.n_added;
        all.n_known += one.n_known;
    }
    mote_say(cli,
             "%zu marks added, %zu known: 'mote data review' shows them, 'mote data review "
             "take' takes them into training\n",
             all.n_added, all.n_known);
    mote_say_json(cli, mote_review_added_json(&all));
    return MOTE_OK;
}

static mote_status read_numbers(mote_cli *cli, const char *const *args, size_t n,
                                mote_review_wish *out, mote_err *err)
{
    int64_t *ids = NULL;
    MOTE_TRY(mote_arena_take(&cli->arena, n + 1, sizeof *ids, &ids, err));
    for (size_t i = 0; i < n; i++)
        if (!mote_parse_i64(args[i], strlen(args[i]), &ids[i]) || ids[i] < 1)
            return mote_fail(err, MOTE_USAGE, "'%s' is no number of the review list", args[i]);
    *out = (mote_review_wish){ids, n};
    return MOTE_OK;
}

static mote_status take(mote_cli *cli, const mote_review_by *by, const mote_review_wish *wish,
                        const char *label, mote_err *err)
{
    mote_review_taken r;
    MOTE_TRY(mote_normal_name(cli, &label, err));
    MOTE_TRY(mote_review_take(cli->store, by, wish, label, &r, err));
    mote_say(cli, "into training: %zu miss%s, %zu false wake%s; %zu known\n", r.n_misses,
             r.n_misses == 1 ? "" : "es", r.n_false, r.n_false == 1 ? "" : "s", r.n_known);
    if (r.n_unnamed > 0)
        mote_say(cli,
                 "left on the list, as nobody said which word it was: %zu; 'mote data review take "
                 "NUMBER --label WORD'\n",
                 r.n_unnamed);
    if (r.n_misses + r.n_false > 0)
        mote_say(cli, "'mote run' learns from them and compares before and after on the same test; "
                      "'mote data undo' takes them out again\n");
    mote_say_json(cli, mote_review_taken_json(&r));
    return MOTE_OK;
}

static mote_status drop(mote_cli *cli, const mote_review_wish *wish, mote_err *err)
{
    size_t n = 0;
    MOTE_TRY(mote_review_drop(cli->store, wish, &n, err));
    mote_say(cli, "marks dropped, and what they kept: %zu\n", n);
    mote_say_json(cli, mote_review_dropped_json(n));
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const review_values *v = values;
    const char *verb = n_args > 0 ? args[0] : verbs[0];
    const mote_review_by by = {cli->project, mote_who(cli, v->who), mote_clock_wall_ms()};
    if (strcmp(verb, "list") == 0)
        return list(cli, v->all, err);
    if (strcmp(verb, "add") == 0)
        return add(cli, &by, args + 1, n_args - 1, err);
    if (strcmp(verb, "take") != 0 && strcmp(verb, "drop") != 0) {
        const char *near = mote_nearest(verb, verbs, MOTE_COUNT_OF(verbs));
        return mote_fail(err, MOTE_USAGE, "'%s' is no list, add, take or drop%s%s%s", verb,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    mote_review_wish wish;
    MOTE_TRY(read_numbers(cli, args + 1, n_args - 1, &wish, err));
    return strcmp(verb, "take") == 0 ? take(cli, &by, &wish, v->label, err) : drop(cli, &wish, err);
}

static const mote_option options[] = {
    {"label", 0, MOTE_OPT_STRING, offsetof(review_values, label), 0, 0, "WORD",
     "take: what was said, instead of what the marks say"},
    {"all", 'a', MOTE_OPT_FLAG, offsetof(review_values, all), 0, 0, NULL,
     "list: also what is in the data already"},
    {"who", 0, MOTE_OPT_STRING, offsetof(review_values, who), 0, 0, "NAME",
     "who says so (default: the user name)"},
};

const mote_command mote_cmd_data_review = {
    .usage = "[list|add PATH..|take [NUMBER..]|drop [NUMBER..]] [options]",
    .about = "What people marked as wrong in use: misses (it was said and nothing happened) and\n"
             "false wakes. 'add' takes a folder that 'mote listen --record' filled, or a CSV file\n"
             "with the columns file,start,end,what,label (what: miss or false; times in seconds).\n"
             "'take' makes examples of the word of misses and examples of other words of false\n"
             "wakes, in training alone: the test stays what it was, so that 'mote run' can say\n"
             "what it brought. 'drop' forgets marks and what they kept. Without numbers: all.",
    .examples = "mote data review add marked\nmote data review\nmote data review take\n"
                "mote data review take 3 --label yes\nmote data review drop 4 5",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .max_args = 100000,
    .values_bytes = sizeof(review_values),
    .run = run,
};
