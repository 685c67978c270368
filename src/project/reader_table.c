/* SPDX-License-Identifier: Apache-2.0 */
/* The list of columns of a table: each entry says what a column is and how it is prepared. */
#include <stddef.h>
#include <string.h>

#include "project/reader_internal.h"

/* What may be done to a column of each type; ignore to all. */
static const struct {
    const char *type;
    const char *words; /* with blanks around each */
} treats[] = {
    {"number", " mean median zero missing log scale bin "},
    {"integer", " mean median zero missing log scale bin "},
    {"category", " one-hot ordinal "},
    {"date", " year month day weekday hour day-wave week-wave year-wave "},
    {"text", " "},
};

static bool is_word_of(const char *word, const char *words)
{
    char padded[64];
    return mote_format(padded, sizeof padded, " %s ", word) && strstr(words, padded) != NULL;
}

static bool check_treat(mote_reader *r, const mote_yaml_node *entry, const mote_project_column *c)
{
    char shown[MOTE_SHOWN_BYTES];
    size_t t = 0;
    while (strcmp(treats[t].type, c->type) != 0)
        t++; /* it is one of the choices of its key */
    for (size_t i = 0; i < c->treat.n; i++) {
        const char *word = c->treat.items[i];
        if (is_word_of(word, treats[t].words) || strcmp(word, "ignore") == 0)
            continue;
        const mote_yaml_node *at = mote_yaml_find(entry, "treat");
        mote_reader_complain(r, at->line, at->column,
                             "'%s' cannot be done to a column of type %s; possible are:%signore",
                             mote_reader_shown(word, shown), c->type, treats[t].words);
        return false;
    }
    return true;
}

static bool check(mote_reader *r, const mote_yaml_node *node, const void *before, size_t n,
                  const void *entry)
{
    char shown[MOTE_SHOWN_BYTES];
    const mote_project_column *c = entry, *others = before;
    for (size_t i = 0; i < n; i++)
        if (strcmp(others[i].name, c->name) == 0) {
            mote_reader_complain(r, node->line, node->column, "column '%s' is there twice",
                                 mote_reader_shown(c->name, shown));
            return false;
        }
    return check_treat(r, node, c);
}

static const char *const keys[] = {"name", "type", "format", "missing", "treat"};
static const size_t offsets[] = {
    offsetof(mote_project_column, name), offsetof(mote_project_column, type),
    offsetof(mote_project_column, format), offsetof(mote_project_column, missing),
    offsetof(mote_project_column, treat)};
static const mote_reader_list list = {.path = "table.columns",
                                      .one = "column",
                                      .example = "name: age",
                                      .keys = keys,
                                      .offsets = offsets,
                                      .n_keys = sizeof keys / sizeof keys[0],
                                      .most = MOTE_TABLE_MAX_COLUMNS,
                                      .entry_bytes = sizeof(mote_project_column),
                                      .check = check};

bool mote_reader_columns(mote_reader *r, const mote_yaml_node *node)
{
    mote_project_columns *all = &r->project->table.columns;
    void *items = NULL;
    const bool is_good = mote_reader_list_read(r, node, &list, &items, &all->n);
    all->items = items;
    return is_good;
}

_Static_assert(MOTE_TABLE_MAX_TARGETS == MOTE_KEY_MAX_SOME, "as many as a list can name");

static bool is_column(const mote_project_columns *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->items[i].name, name) == 0)
            return true;
    return all->n == 0;
}

static void check_column(mote_reader *r, const char *key, const char *column)
{
    if (column && *column && mote_reader_is_good(r, key) &&
        !is_column(&r->project->table.columns, column))
        mote_reader_complain_key(r, key, "'%s': 'table.columns' has no column '%s'", key, column);
}

void mote_reader_check_table(mote_reader *r)
{
    const mote_project_table *t = &r->project->table;
    static const char key[] = "table.target";
    if (!r->task || !mote_schema_is_of(mote_schema_find(key, strlen(key)), r->task, r->input) ||
        !mote_reader_is_good(r, "table.columns"))
        return;
    if (t->target.n == 0 && mote_reader_is_good(r, key))
        mote_reader_complain_key(r, key, "'table.target' is missing: the column that is asked for");
    for (size_t i = 0; i < t->target.n; i++)
        check_column(r, key, t->target.items[i]);
    check_column(r, "table.group", t->group);
    check_column(r, "table.time", t->time);
    if (t->target.n > 1 && mote_reader_is_good(r, key) && mote_reader_is_good(r, "answer") &&
        mote_reader_answer(r) != MOTE_ANSWER_VALUE)
        mote_reader_complain_key(r, key,
                                 "'table.target' names %zu columns, '%s' and '%s' among them: only "
                                 "values can be several ('answer: value')",
                                 t->target.n, t->target.items[0], t->target.items[1]);
}
