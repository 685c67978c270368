/* SPDX-License-Identifier: Apache-2.0 */
/* The list of columns of a table: each entry says what a column is and how it is prepared. */
#include <string.h>

#include "project/reader_internal.h"

static const char *const keys[] = {"name", "type", "format", "missing", "treat"};
#define N_KEYS (sizeof keys / sizeof keys[0])

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

static const mote_schema_row *item_row(const char *name, size_t len)
{
    char path[64];
    if (!mote_format(path, sizeof path, "table.columns[].%.*s", (int)len, name))
        return NULL;
    return mote_schema_find(path, strlen(path));
}

/* Where a key of an entry goes, or NULL. */
static void *field_of(mote_project_column *c, const char *name)
{
    void *const fields[N_KEYS] = {&c->name, &c->type, &c->format, &c->missing, &c->treat};
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(name, keys[i]) == 0)
            return fields[i];
    return NULL;
}

static const mote_yaml_node *value_of(const mote_yaml_node *map, const char *name)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->keys[i]->text, name) == 0)
            return map->items[i];
    return NULL;
}

static bool read_keys(mote_reader *r, const mote_yaml_node *entry, mote_project_column *c)
{
    bool is_good = true;
    for (size_t i = 1; i < N_KEYS; i++) /* the name has none */
        mote_reader_set_preset(r, item_row(keys[i], strlen(keys[i])), field_of(c, keys[i]));
    for (size_t i = 0; i < entry->n && r->fatal == MOTE_OK; i++) {
        const mote_yaml_node *key = entry->keys[i];
        const mote_schema_row *row = item_row(key->text, strlen(key->text));
        if (!row) {
            mote_reader_unknown_key(r, key, "table.columns[]");
            is_good = false;
        } else if (value_of(entry, key->text) != entry->items[i]) {
            mote_reader_complain(r, key->line, key->column, "duplicate key '%s'", key->text);
            is_good = false;
        } else {
            is_good = mote_reader_set(r, row, entry->items[i], field_of(c, key->text)) && is_good;
        }
    }
    return is_good && r->fatal == MOTE_OK;
}

static bool check_name(mote_reader *r, const mote_yaml_node *entry,
                       const mote_project_columns *before, const mote_project_column *c)
{
    char shown[MOTE_SHOWN_BYTES];
    if (!value_of(entry, "name")) {
        mote_reader_complain(r, entry->line, entry->column,
                             "the column has no name: add 'name: age'");
        return false;
    }
    for (size_t i = 0; i < before->n; i++)
        if (strcmp(before->items[i].name, c->name) == 0) {
            mote_reader_complain(r, entry->line, entry->column, "column '%s' is there twice",
                                 mote_reader_shown(c->name, shown));
            return false;
        }
    return true;
}

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
        const mote_yaml_node *at = value_of(entry, "treat");
        mote_reader_complain(r, at->line, at->column,
                             "'%s' cannot be done to a column of type %s; possible are:%signore",
                             mote_reader_shown(word, shown), c->type, treats[t].words);
        return false;
    }
    return true;
}

bool mote_reader_columns(mote_reader *r, const mote_yaml_node *node)
{
    mote_project_columns *all = &r->project->table.columns;
    bool is_list = node->kind == MOTE_YAML_LIST;
    if (!is_list || node->n > MOTE_TABLE_MAX_COLUMNS) {
        mote_reader_complain(r, node->line, node->column,
                             "'table.columns' must be a list of at most %d '- name: ...'",
                             MOTE_TABLE_MAX_COLUMNS);
        return false;
    }
    mote_project_column *items = mote_reader_alloc(r, node->n, sizeof *items);
    *all = (mote_project_columns){items, 0};
    for (size_t i = 0; i < node->n && r->fatal == MOTE_OK; i++) {
        const mote_yaml_node *entry = node->items[i];
        mote_project_column *c = &items[all->n];
        if (entry->kind != MOTE_YAML_MAP)
            mote_reader_complain(r, entry->line, entry->column,
                                 "a column is a block of keys such as '- name: age'");
        else if (read_keys(r, entry, c) && check_name(r, entry, all, c) && check_treat(r, entry, c))
            all->n++;
    }
    return all->n == node->n;
}

static bool is_column(const mote_project_columns *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->items[i].name, name) == 0)
            return true;
    return all->n == 0;
}

void mote_reader_check_table(mote_reader *r)
{
    const mote_project_table *t = &r->project->table;
    const char *const named[] = {"table.target", "table.group", "table.time"};
    const char *const columns[] = {t->target, t->group, t->time};
    static const char key[] = "table.target";
    if (!r->task || !mote_schema_is_of(mote_schema_find(key, strlen(key)), r->task) ||
        !mote_reader_is_good(r, "table.columns"))
        return;
    if (!*t->target && mote_reader_is_good(r, key) && !r->task->lacks)
        mote_reader_complain_key(r, key, "'table.target' is missing: the column that is asked for");
    for (size_t i = 0; i < 3; i++)
        if (columns[i] && *columns[i] && mote_reader_is_good(r, named[i]) &&
            !is_column(&t->columns, columns[i]))
            mote_reader_complain_key(r, named[i], "'%s': 'table.columns' has no column '%s'",
                                     named[i], columns[i]);
}
