/* SPDX-License-Identifier: Apache-2.0 */
/* mote data kept: the inputs that the server kept, for people who say what is true of them. */
#include <math.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "loop/kept.h"

#define ISO_BYTES 32

typedef struct {
    const char *model, *write;
    bool all, unsure;
    int64_t limit;
} kept_values;

static void say_list(mote_cli *cli, const mote_kept_list *list)
{
    static const char *const titles[] = {">prediction", "time",  "model",
                                         "said",        ">sure", "form",
                                         "subject",     "true",  "in the data as"};
    mote_table t;
    if (list->n == 0)
        return;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t i = 0; i < list->n; i++) {
        const mote_kept *k = &list->items[i];
        char when[ISO_BYTES];
        mote_time_iso(k->time_ms, when, sizeof when);
        mote_table_cell(&t, "%lld", (long long)k->id);
        mote_table_cell(&t, "%s", when);
        mote_table_cell(&t, "%s/%s", k->model, k->version);
        mote_table_cell(&t, "%s", mote_shown(cli, k->said ? k->said : "-"));
        if (isfinite(k->sure))
            mote_table_cell(&t, "%.3f", k->sure);
        else
            mote_table_cell(&t, "-");
        mote_table_cell(&t, "%s", k->form);
        mote_table_cell(&t, "%s", *k->subject ? k->subject : "-");
        mote_table_cell(&t, "%s", mote_shown(cli, k->truth ? k->truth : "-"));
        mote_table_cell(&t, "%s", mote_shown(cli, k->taken ? k->taken : "-"));
    }
    mote_table_say(&t, cli);
}

static void say_rest(mote_cli *cli, const kept_values *v, const mote_kept_list *l)
{
    if (l->n_all == 0)
        mote_say(cli,
                 "no input is kept%s: requests say with 'Mote-Consent' that theirs may be, and "
                 "mote.yaml for which purposes ('consent')\n",
                 v->all ? "" : " that is not in the data");
    else if (v->write)
        mote_say(cli,
                 "%zu inputs written: fill in the last column of '%s/labels.csv', then 'mote data "
                 "label %s/labels.csv'; they are in the clear there\n",
                 l->n, v->write, v->write);
    else if (l->n < l->n_all)
        mote_say(cli, "and %zu more (--limit 0 shows all)\n", l->n_all - l->n);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const kept_values *v = values;
    const mote_kept_wish wish = {.model = v->model,
                                 .with_taken = v->all && !v->write,
                                 .least_sure = v->unsure,
                                 .limit = v->limit};
    mote_kept_list list;
    json_t *document = NULL;
    (void)args;
    (void)n_args;
    MOTE_TRY(mote_kept_find(cli->store, &wish, &cli->arena, &list, err));
    if (v->write && list.n > 0)
        MOTE_TRY(mote_kept_write(cli->store, cli->project, &list, v->write, err));
    if (!v->write)
        say_list(cli, &list);
    say_rest(cli, v, &list);
    MOTE_TRY(mote_kept_json(&list, &document, err));
    mote_say_json(cli, document);
    return MOTE_OK;
}

static const mote_option options[] = {
    {"model", 0, MOTE_OPT_STRING, offsetof(kept_values, model), 0, 0, "NAME", "only of this model"},
    {"unsure", 'u', MOTE_OPT_FLAG, offsetof(kept_values, unsure), 0, 0, NULL,
     "those first of which the model was least sure: their labels teach it most"},
    {"all", 'a', MOTE_OPT_FLAG, offsetof(kept_values, all), 0, 0, NULL,
     "those that are in the data, too"},
    {"limit", 0, MOTE_OPT_INT, offsetof(kept_values, limit), 0, 1e9, "N",
     "at most so many (default 20, 0: all)"},
    {"write", 'w', MOTE_OPT_STRING, offsetof(kept_values, write), 0, 0, "DIR",
     "write them there to be labelled: files, and labels.csv to fill in"},
};
static const kept_values defaults = {.limit = 20};

const mote_command mote_cmd_data_kept = {
    .usage = "[--model NAME] [--unsure] [--all] [--limit N] [--write DIR]",
    .about = "Lists the inputs that 'mote serve' kept with consent and that are not in the data\n"
             "yet: what was said of each and how sure. --write puts them into a folder with a\n"
             "list, labels.csv, in whose last column somebody fills in what is true, where it did\n"
             "not come later by 'mote monitor --truths'; rows of tables stand in the list. 'mote "
             "data label' takes them into the data with it.",
    .examples = "mote data kept --unsure --limit 50\n"
                "mote data kept --unsure --limit 200 --write to-label\n"
                "mote data label to-label/labels.csv",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(kept_values),
    .defaults = &defaults,
    .run = run,
};
