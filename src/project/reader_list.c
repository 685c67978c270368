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

static bool read_block(mote_reader *r, const mote_reader_list *l, const mote_yaml_node *node,
                       const char *block, void *entry);

/* Does any key of an entry stand in the block of that name? */
static bool is_block(const mote_reader_list *l, const char *name)
{
    const size_t n = strlen(name);
    for (size_t i = 0; i < l->n_keys; i++)
        if (strncmp(l->keys[i], name, n) == 0 && l->keys[i][n] == '.')
            return true;
    return false;
}

/* A key of an entry, or of a block in it. */
static bool read_one(mote_reader *r, const mote_reader_list *l, const mote_yaml_node *key,
                     const mote_yaml_node *value, const char *block, void *entry)
{
    char name[64], parent[64];
    (void)mote_format(parent, sizeof parent, "%s[]%s%s", l->path, *block ? "." : "", block);
    if (!mote_format(name, sizeof name, "%s%s%s", block, *block ? "." : "", key->text))
        name[0] = 0;
    const mote_schema_row *row = strpbrk(key->text, ".[") ? NULL : item_row(l, name);
    if (row)
        return mote_reader_set(r, row, value, field_of(l, entry, name));
    if (!*block && is_block(l, name))
        return read_block(r, l, value, name, entry);
    mote_reader_unknown_key(r, key, parent);
    return false;
}

static bool read_block(mote_reader *r, const mote_reader_list *l, const mote_yaml_node *node,
                       const char *block, void *entry)
{
    bool is_good = node->kind == MOTE_YAML_MAP;
    if (!is_good)
        mote_reader_complain(r, node->line, node->column, "'%s' must be a block of keys below it",
                             block);
    for (size_t i = 0; node->kind == MOTE_YAML_MAP && i < node->n && r->fatal == MOTE_OK; i++) {
        const mote_yaml_node *key = node->keys[i];
        if (mote_yaml_find(node, key->text) != node->items[i]) {
            mote_reader_complain(r, key->line, key->column, "duplicate key '%s'", key->text);
            is_good = false;
        } else {
            is_good = read_one(r, l, key, node->items[i], block, entry) && is_good;
        }
    }
    return is_good && r->fatal == MOTE_OK;
}

static bool read_keys(mote_reader *r, const mote_reader_list *l, const mote_yaml_node *node,
                      void *entry)
{
    for (size_t i = 1; i < l->n_keys; i++) /* the name has none */
        mote_reader_set_preset(r, item_row(l, l->keys[i]), field_of(l, entry, l->keys[i]));
    return (!l->begin || l->begin(r, node, entry)) && read_block(r, l, node, "", entry);
}

static mote_yaml_node key_at(const mote_yaml_node *place, const char *name)
{
    return (mote_yaml_node){.kind = MOTE_YAML_SCALAR,
                            .line = place->line,
                            .column = place->column,
                            .is_plain = true,
                            .text = name,
                            .len = strlen(name)};
}

/* An entry that is a name alone: {name: telephone, like: telephone}. */
static bool read_name(mote_reader *r, const mote_reader_list *l, const mote_yaml_node *one,
                      const mote_reader_entries *before, void *entry)
{
    const mote_yaml_node name = key_at(one, l->keys[0]), like = key_at(one, l->alone);
    const mote_yaml_node *keys[] = {&name, &like}, *items[] = {one, one};
    mote_yaml_node map = key_at(one, "");
    map.kind = MOTE_YAML_MAP;
    map.keys = keys;
    map.items = items;
    map.n = 2;
    return read_keys(r, l, &map, entry) && l->check(r, &map, before->items, before->n, entry);
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
        if (one->kind == MOTE_YAML_SCALAR && l->alone)
            *n += read_name(r, l, one, &(mote_reader_entries){list, *n}, entry);
        else if (one->kind != MOTE_YAML_MAP)
            mote_reader_complain(r, one->line, one->column,
                                 "a %s is a block of keys such as '- %s'", l->one, l->example);
        else if (read_keys(r, l, one, entry) && has_name(r, l, one) &&
                 l->check(r, one, list, *n, entry))
            ++*n;
    }
    return *n == node->n;
}
