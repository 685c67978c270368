/* SPDX-License-Identifier: Apache-2.0 */
/* The list of conditions: each entry is a name that requirements can speak of (`slice`), and what
 * is done to the test samples under it. */
#include <stddef.h>
#include <string.h>

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

static const char *const keys[] = {"name", "noise", "snr_db"};
static const size_t offsets[] = {offsetof(mote_project_condition, name),
                                 offsetof(mote_project_condition, noise),
                                 offsetof(mote_project_condition, snr_db)};
static const mote_reader_list list = {.path = "conditions",
                                      .one = "condition",
                                      .example = "name: car-noise",
                                      .keys = keys,
                                      .offsets = offsets,
                                      .n_keys = sizeof keys / sizeof keys[0],
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
    *one = (mote_project_condition){usual_name, usual_noise, p->augmentation.car_noise_snr_db};
    p->conditions = (mote_project_conditions){one, 1};
    if (mote_reader_has(r, old))
        mote_reader_warn_key(r, old,
                             "condition '%s' is judged at the snr_db of training, as it was before "
                             "there was 'conditions'; say so there, before the next release: "
                             "conditions: [{name: %s, noise: %s, snr_db: [%g, %g]}]",
                             usual_name, usual_name, usual_noise, one->snr_db.lo, one->snr_db.hi);
}
