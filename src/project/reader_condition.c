/* SPDX-License-Identifier: Apache-2.0 */
/* The list of conditions: each entry is a name that requirements can speak of (`slice`), and what
 * is done to the test samples under it. */
#include <string.h>

#include "project/reader_internal.h"

static const mote_schema_row *item_row(const char *name, size_t len)
{
    char path[64];
    if (!mote_format(path, sizeof path, "conditions[].%.*s", (int)len, name))
        return NULL;
    return mote_schema_find(path, strlen(path));
}

/* Where a key of an entry goes, or NULL. */
static void *field_of(mote_project_condition *c, const char *name)
{
    if (strcmp(name, "name") == 0)
        return &c->name;
    if (strcmp(name, "noise") == 0)
        return &c->noise;
    return strcmp(name, "snr_db") == 0 ? &c->snr_db : NULL;
}

static const mote_yaml_node *value_of(const mote_yaml_node *map, const char *name)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->keys[i]->text, name) == 0)
            return map->items[i];
    return NULL;
}

/* The names are parts of ids and of tables: small letters, digits and '-'. */
static bool is_name(const char *s)
{
    size_t i = 0;
    for (; s[i]; i++) {
        bool is_word = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9');
        if (!is_word && !(s[i] == '-' && i > 0 && s[i + 1]))
            return false;
    }
    return i > 0;
}

static bool read_keys(mote_reader *r, const mote_yaml_node *entry, mote_project_condition *c)
{
    static const char *const names[] = {"noise", "snr_db"};
    bool is_good = true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        mote_reader_set_preset(r, item_row(names[i], strlen(names[i])), field_of(c, names[i]));
    for (size_t i = 0; i < entry->n && r->fatal == MOTE_OK; i++) {
        const mote_yaml_node *key = entry->keys[i];
        const mote_schema_row *row = item_row(key->text, strlen(key->text));
        if (!row) {
            mote_reader_unknown_key(r, key, "conditions[]");
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

/* Is the entry, which begins at `entry`, one more condition? */
static bool check_name(mote_reader *r, const mote_yaml_node *entry,
                       const mote_project_conditions *before, const mote_project_condition *c)
{
    char shown[MOTE_SHOWN_BYTES];
    const mote_yaml_node *at = value_of(entry, "name");
    if (!at) {
        mote_reader_complain(r, entry->line, entry->column,
                             "the condition has no name: add 'name: car-noise'");
        return false;
    }
    if (!is_name(c->name) || strcmp(c->name, MOTE_CONDITION_CLEAN) == 0) {
        mote_reader_complain(r, at->line, at->column,
                             "'%s' is no name for a condition: small letters, digits and '-', and "
                             "not '%s', which is the samples as they are",
                             mote_reader_shown(c->name, shown), MOTE_CONDITION_CLEAN);
        return false;
    }
    for (size_t i = 0; i < before->n; i++)
        if (strcmp(before->items[i].name, c->name) == 0) {
            mote_reader_complain(r, at->line, at->column, "condition '%s' is there twice", c->name);
            return false;
        }
    return true;
}

bool mote_reader_conditions(mote_reader *r, const mote_yaml_node *node)
{
    mote_project_conditions *all = &r->project->conditions;
    bool is_list = node->kind == MOTE_YAML_LIST;
    if (!is_list || node->n > MOTE_MAX_CONDITIONS - 1) {
        mote_reader_complain(r, node->line, node->column,
                             "'conditions' must be a list of at most %d '- name: ...'",
                             MOTE_MAX_CONDITIONS - 1);
        return false;
    }
    mote_project_condition *items = mote_reader_alloc(r, node->n, sizeof *items);
    *all = (mote_project_conditions){items, 0};
    for (size_t i = 0; i < node->n && r->fatal == MOTE_OK; i++) {
        const mote_yaml_node *entry = node->items[i];
        if (entry->kind != MOTE_YAML_MAP)
            mote_reader_complain(r, entry->line, entry->column,
                                 "a condition is a block of keys such as '- name: car-noise'");
        else if (read_keys(r, entry, &items[all->n]) && check_name(r, entry, all, &items[all->n]))
            all->n++;
    }
    return all->n == node->n;
}

/* What every project of words was judged under before it could say so itself. */
static const char *const usual_name = "car-noise", *const usual_noise = "car";

void mote_reader_usual_conditions(mote_reader *r)
{
    mote_project *p = r->project;
    static const char conditions[] = "conditions", old[] = "augmentation.car_noise.snr_db";
    if (mote_reader_has(r, conditions) ||
        !mote_schema_is_of(mote_schema_find(conditions, strlen(conditions)), r->task))
        return;
    mote_project_condition *one = mote_reader_alloc(r, 1, sizeof *one);
    if (!one)
        return;
    *one = (mote_project_condition){usual_name, usual_noise, p->augmentation.car_noise_snr_db};
    p->conditions = (mote_project_conditions){one, 1};
    if (mote_reader_has(r, old))
        mote_reader_warn_key(r, old,
                             "condition '%s' is judged at the snr_db of training, as it was before "
                             "there was 'conditions'; say so there, before the next release: "
                             "conditions: [{name: %s, noise: %s, snr_db: [%g, %g]}]",
                             usual_name, usual_name, usual_noise, one->snr_db.lo, one->snr_db.hi);
}
