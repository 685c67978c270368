/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of blocks of keys: each key is a row of config.def, each entry has a name. What an entry
 * may be beside that is the list's own (reader_condition.c, reader_table.c). */
#include <string.h>

#include "project/reader_internal.h"

static const mote_schema_row *item_row(const mote_reader_list *l, const char *name)
{
    char path[64];
    if (!mote_format(path, sizeof path, "%s[].%s", l->path, name))
        return NULL;
    return mote_schema_find(path, strlen(path));
}

/* Where a key of an entry goes; NULL: it has none. */
static void *field_of(const mote_reader_list *l, void *entry, const char *name)
{
    for (size_t i = 0; i < l->n_keys; i++)
        if (strcmp(name, l->keys[i]) == 0)
            return (char *)entry + l->offsets[i];
    return NULL;
}

static bool read_keys(mote_reader *r, const mote_reader_list *l, const mote_yaml_node *node,
                      void *entry)
{
    bool is_good = true;
    char parent[64];
    (void)mote_format(parent, sizeof parent, "%s[]", l->path);
    for (size_t i = 1; i < l->n_keys; i++) /* the name has none */
        mote_reader_set_preset(r, item_row(l, l->keys[i]), (char *)entry + l->offsets[i]);
    for (size_t i = 0; i < node->n && r->fatal == MOTE_OK; i++) {
        const mote_yaml_node *key = node->keys[i];
        const mote_schema_row *row = item_row(l, key->text);
        if (!row) {
            mote_reader_unknown_key(r, key, parent);
            is_good = false;
        } else if (mote_yaml_find(node, key->text) != node->items[i]) {
            mote_reader_complain(r, key->line, key->column, "duplicate key '%s'", key->text);
            is_good = false;
        } else {
            is_good =
                mote_reader_set(r, row, node->items[i], field_of(l, entry, key->text)) && is_good;
        }
    }
    return is_good && r->fatal == MOTE_OK;
}

static bool has_name(mote_reader *r, const mote_reader_list *l, const mote_yaml_node *node)
{
    if (mote_yaml_find(node, l->keys[0]))
        return true;
    mote_reader_complain(r, node->line, node->column, "the %s has no %s: add '%s'", l->one,
                         l->keys[0], l->example);
    return false;
}

bool mote_reader_list_read(mote_reader *r, const mote_yaml_node *node, const mote_reader_list *l,
                           void **items, size_t *n)
{
    *n = 0;
    if (node->kind != MOTE_YAML_LIST || node->n > l->most) {
        mote_reader_complain(r, node->line, node->column,
                             "'%s' must be a list of at most %zu '- name: ...'", l->path, l->most);
        return false;
    }
    char *list = mote_reader_alloc(r, node->n, l->entry_bytes);
    *items = list;
    for (size_t i = 0; i < node->n && r->fatal == MOTE_OK; i++) {
        const mote_yaml_node *one = node->items[i];
        void *entry = list + *n * l->entry_bytes;
        if (one->kind != MOTE_YAML_MAP)
            mote_reader_complain(r, one->line, one->column,
                                 "a %s is a block of keys such as '- %s'", l->one, l->example);
        else if (read_keys(r, l, one, entry) && has_name(r, l, one) &&
                 l->check(r, one, list, *n, entry))
            ++*n;
    }
    return *n == node->n;
}
