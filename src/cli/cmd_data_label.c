/* SPDX-License-Identifier: Apache-2.0 */
/* mote data label: kept inputs into the data, with what is true of them. */
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "loop/kept.h"
#include "store/rows.h"

#define MOST_LINES 20

typedef struct {
    const char *who;
    bool truths;
} label_values;

typedef struct {
    mote_kept_labels all;
    size_t room;
} labels;

/* "12=yes" */
static bool is_pair(const char *arg, int64_t *id, const char **label)
{
    const char *equals = strchr(arg, '=');
    if (!equals || !mote_parse_i64(arg, (size_t)(equals - arg), id) || *id < 1)
        return false;
    *label = equals + 1;
    return true;
}

static mote_status add(mote_cli *cli, labels *l, const mote_kept_label *one, mote_err *err)
{
    MOTE_TRY(
        mote_rows_room(&cli->arena, &l->all.items, l->all.n, &l->room, sizeof *l->all.items, err));
    l->all.items[l->all.n++] = *one;
    return MOTE_OK;
}

static mote_status read_arg(mote_cli *cli, const char *arg, labels *l, mote_err *err)
{
    mote_kept_label one = {.id = 0};
    mote_kept_labels more;
    if (is_pair(arg, &one.id, &one.label))
        return add(cli, l, &one, err);
    MOTE_TRY(mote_kept_read(arg, cli->project, &cli->arena, &more, err));
    for (size_t i = 0; i < more.n; i++)
        MOTE_TRY(add(cli, l, &more.items[i], err));
    l->all.n_blank += more.n_blank;
    return MOTE_OK;
}

/* What turned out to be true. */
static mote_status read_truths(mote_cli *cli, labels *l, mote_err *err)
{
    mote_kept_labels came;
    MOTE_TRY(mote_kept_true(cli->store, &cli->arena, &came, err));
    for (size_t i = 0; i < came.n; i++)
        MOTE_TRY(add(cli, l, &came.items[i], err));
    return MOTE_OK;
}

static void say_report(mote_cli *cli, const labels *l, const mote_kept_report *r)
{
    for (size_t i = 0; i < r->n_refused && i < MOST_LINES; i++)
        mote_say(cli, "refused: %s: %s\n", mote_shown(cli, r->refused[i].which),
                 mote_shown(cli, r->refused[i].why));
    if (r->n_refused > MOST_LINES)
        mote_say(cli, "refused: and %zu more\n", r->n_refused - MOST_LINES);
    mote_say(cli,
             "%zu kept inputs taken into the data, %zu known, %zu refused, %zu without a label\n",
             r->n_added, r->n_known, r->n_refused, l->all.n_blank);
    if (r->n_added > 0)
        mote_say(cli, "'mote run' learns from them; 'mote data undo' takes them out again\n");
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const label_values *v = values;
    labels l = {.room = 0};
    mote_kept_report r = {0};
    json_t *document = NULL;
    if (n_args == 0 && !v->truths)
        return mote_fail(err, MOTE_USAGE,
                         "what is labelled? name a file, predictions, or --truths");
    if (v->truths)
        MOTE_TRY(read_truths(cli, &l, err));
    for (size_t i = 0; i < n_args; i++)
        MOTE_TRY(read_arg(cli, args[i], &l, err));
    const mote_kept_taking how = {cli->project, mote_who(cli, v->who), mote_clock_wall_ms()};
    MOTE_TRY(mote_kept_take(cli->store, &how, &l.all, &cli->arena, &r, err));
    say_report(cli, &l, &r);
    MOTE_TRY(mote_kept_report_json(&r, &document, err));
    mote_say_json(cli, document);
    if (r.n_refused > 0)
        return mote_fail(err, MOTE_UNMET, "%zu kept inputs were not taken", r.n_refused);
    return MOTE_OK;
}

static const mote_option options[] = {
    {"who", 0, MOTE_OPT_STRING, offsetof(label_values, who), 0, 0, "NAME",
     "who says so (default: the user name)"},
    {"truths", 't', MOTE_OPT_FLAG, offsetof(label_values, truths), 0, 0, NULL,
     "all whose truth came later ('mote monitor --truths')"},
};

const mote_command mote_cmd_data_label = {
    .usage = "FILE.csv|PREDICTION=LABEL..|--truths [--who NAME]",
    .about =
        "Takes inputs that the server kept into the data, with what is true of them: labels\n"
        "of single predictions, or a CSV file with a column 'id' (of the prediction, as\n"
        "'mote data kept --write' writes it) or 'request' (the client's request id), and a\n"
        "column 'label', for tables the one that 'table.target' names. Lines without a label\n"
        "wait. --truths takes all whose truth came later. The group of a sample is the subject\n"
        "that the client named. Rows of tables become one file for each subject.",
    .examples = "mote data label 12=yes 13=no\nmote data label to-label/labels.csv\n"
                "mote data label --truths\nmote data undo",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .max_args = 1000,
    .values_bytes = sizeof(label_values),
    .run = run,
};
