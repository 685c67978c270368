/* SPDX-License-Identifier: Apache-2.0 */
/* The list of conditions: each entry is a name that requirements can speak of (`slice`), and what
 * is done to the test samples under it. */
#include <stddef.h>
#include <string.h>

#include "project/own_keys.h"
#include "project/reader_internal.h"

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

static bool check(mote_reader *r, const mote_yaml_node *node, const void *before, size_t n,
                  const void *entry)
{
    char shown[MOTE_SHOWN_BYTES];
    const mote_project_condition *c = entry, *others = before;
    const mote_yaml_node *at = mote_yaml_find(node, "name");
    if (!is_name(c->name) || strcmp(c->name, MOTE_CONDITION_CLEAN) == 0) {
        mote_reader_complain(r, at->line, at->column,
                             "'%s' is no name for a condition: small letters, digits and '-', and "
                             "not '%s', which is the samples as they are",
                             mote_reader_shown(c->name, shown), MOTE_CONDITION_CLEAN);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        if (strcmp(others[i].name, c->name) == 0) {
            mote_reader_complain(r, at->line, at->column, "condition '%s' is there twice", c->name);
            return false;
        }
    return true;
}

/* ---- known ones, and effects --------------------------------------------------------------- */

static const struct {
    const char *name, *noise;
    mote_span snr_db;
    const char *effects;
} known[] = {
#define CONDITION(name, noise, lo, hi, effects, doc) {name, noise, {lo, hi}, effects},
#include "project/conditions.def"
#undef CONDITION
};

static const char *const keys[] = {
    "name",
    "noise",
    "snr_db",
    "like",
#define EFFECT(key, ...) key,
#include "project/effects.def"
};
static const size_t offsets[] = {
    offsetof(mote_project_condition, name),
    offsetof(mote_project_condition, noise),
    offsetof(mote_project_condition, snr_db),
    offsetof(mote_project_condition, like),
#define EFFECT(key, type, unit, lo, hi, choices, preset, field, doc)                               \
    offsetof(mote_project_condition, effects.field),
#include "project/effects.def"
};
#define N_KEYS    (sizeof keys / sizeof keys[0])
#define N_OF_ONES 4 /* keys that are no effects */

static const mote_schema_row *row_of(size_t key)
{
    char path[64];
    (void)mote_format(path, sizeof path, "conditions[].%s", keys[key]);
    return mote_schema_find(path, strlen(path));
}

static void set_effect(mote_reader *r, size_t key, const char *value, mote_project_condition *c)
{
    mote_schema_row row = *row_of(key);
    row.preset = value;
    mote_reader_set_preset(r, &row, (char *)c + offsets[key]);
}

static void begin_like(mote_reader *r, const char *name, mote_project_condition *c)
{
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (strcmp(known[k].name, name) != 0)
            continue;
        c->noise = known[k].noise;
        c->snr_db = known[k].snr_db;
        for (size_t i = N_OF_ONES; i < N_KEYS; i++) {
            char value[64];
            const char *word = mote_own_keys_find(known[k].effects, keys[i]);
            if (word && mote_own_keys_preset(word, value, sizeof value))
                set_effect(r, i, value, c);
        }
    }
}

/* An entry begins with what it is like. An effect that it speaks of is always there, unless it says
 * how often; and with effects alone there is no noise. */
static bool begin(mote_reader *r, const mote_yaml_node *node, void *entry)
{
    mote_project_condition *c = entry;
    const mote_yaml_node *like = mote_yaml_find(node, "like");
    if (like && like->kind == MOTE_YAML_SCALAR && strcmp(like->text, "none") != 0)
        begin_like(r, like->text, c);
    for (size_t i = 0; i < node->n; i++) {
        char path[64];
        size_t k = N_OF_ONES;
        (void)mote_format(path, sizeof path, "%s.probability", node->keys[i]->text);
        while (k < N_KEYS && strcmp(keys[k], path) != 0)
            k++;
        if (k == N_KEYS)
            continue;
        set_effect(r, k, "1", c);
        c->noise = like ? c->noise : "none";
    }
    return r->fatal == MOTE_OK;
}

static const mote_reader_list list = {.path = "conditions",
                                      .one = "condition",
                                      .example = "name: car-noise",
                                      .keys = keys,
                                      .offsets = offsets,
                                      .n_keys = N_KEYS,
                                      .begin = begin,
                                      .alone = "like",
                                      .most = MOTE_MAX_CONDITIONS - 1,
                                      .entry_bytes = sizeof(mote_project_condition),
                                      .check = check};

bool mote_reader_conditions(mote_reader *r, const mote_yaml_node *node)
{
    mote_project_conditions *all = &r->project->conditions;
    void *items = NULL;
    const bool is_good = mote_reader_list_read(r, node, &list, &items, &all->n);
    all->items = items;
    return is_good;
}

/* What every project of words was judged under before it could say so itself. */
static const char *const usual_name = "car-noise", *const usual_noise = "car";

void mote_reader_usual_conditions(mote_reader *r)
{
    mote_project *p = r->project;
    static const char conditions[] = "conditions", old[] = "augmentation.car_noise.snr_db";
    if (mote_reader_has(r, conditions) ||
        !mote_schema_is_of(mote_schema_find(conditions, strlen(conditions)), r->task, r->input))
        return;
    mote_project_condition *one = mote_reader_alloc(r, 1, sizeof *one);
    if (!one)
        return;
    *one = (mote_project_condition){.name = usual_name,
                                    .noise = usual_noise,
                                    .snr_db = p->augmentation.car_noise_snr_db,
                                    .like = "none"};
    for (size_t i = N_OF_ONES; i < N_KEYS; i++)
        set_effect(r, i, row_of(i)->preset, one);
    p->conditions = (mote_project_conditions){one, 1};
    if (mote_reader_has(r, old))
        mote_reader_warn_key(r, old,
                             "condition '%s' is judged at the snr_db of training, as it was before "
                             "there was 'conditions'; say so there, before the next release: "
                             "conditions: [{name: %s, noise: %s, snr_db: [%g, %g]}]",
                             usual_name, usual_name, usual_noise, one->snr_db.lo, one->snr_db.hi);
}
