/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a data set: which rows of a file are wanted, and what each says. See dataset.c. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/dataset_internal.h"

/* The part of a row in this round of cross-validation: rows of one group, and equal rows, are in
 * one fold, by their hash. */
static mote_split fold_split(const mote_dataset_config *cfg, const mote_row_said *said)
{
    uint64_t h = said->hash;
    for (const char *s = said->group; s && *s; s++) /* FNV-1a over the group instead */
        h = ((s == said->group ? 14695981039346656037u : h) ^ (uint8_t)*s) * 1099511628211u;
    h = (h ^ cfg->fold_seed * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    return mote_fold_role(cfg->n_folds, cfg->round, (int32_t)((h >> 32) % (uint64_t)cfg->n_folds));
}

static bool is_wanted(const mote_dataset_config *cfg, mote_split split, const mote_row_said *said)
{
    if (cfg->all_splits)
        return true;
    if (cfg->words == MOTE_WORDS_HEARD) /* there are no words that are held apart */
        return false;
    return cfg->split == (cfg->n_folds > 0 ? fold_split(cfg, said) : split);
}

/* What the row is, by the classes of the data set, or its values; false: nothing that is asked for.
 */
static bool target_of(const mote_loader *l, const mote_row_said *said, mote_planned_row *out,
                      float *values)
{
    bool is_known = said->label != NULL;
    for (int32_t k = 0; values && k < l->cfg->n_values; k++) {
        is_known = is_known && isfinite(said->value[k]);
        values[k] = (float)said->value[k];
    }
    if (!is_known || l->cfg->n_values > 0)
        return is_known;
    out->class_id = mote_loader_class(l, said->label);
    return out->class_id >= 0;
}

static mote_status name_row(mote_loader *l, const mote_row_said *said, mote_planned_row *row,
                            mote_err *err)
{
    row->group = said->group
                     ? mote_arena_strdup(l->scratch, said->group)
                     : mote_arena_printf(l->scratch, "row:%016llx", (unsigned long long)said->hash);
    row->label = row->class_id >= 0 ? l->d->classes[row->class_id] : l->cfg->labels[0];
    return row->group ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "data set");
}

static mote_status plan_rows(mote_loader *l, const mote_version_item *it, const mote_decoded *d,
                             mote_planned *p, mote_err *err)
{
    const mote_dataset_config *cfg = l->cfg;
    if (cfg->kind->n_rows(d) != it->n_rows)
        return mote_fail(err, MOTE_CORRUPT, "a table has %zu rows, its data version says %zu",
                         cfg->kind->n_rows(d), it->n_rows);
    MOTE_TRY(mote_arena_take(l->scratch, it->n_rows, sizeof *p->rows, &p->rows, err));
    if (cfg->n_values > 0)
        MOTE_TRY(mote_arena_take(l->scratch, it->n_rows, (size_t)cfg->n_values * sizeof *p->values,
                                 &p->values, err));
    for (size_t i = 0; i < it->n_rows; i++) {
        mote_planned_row *row = &p->rows[p->n];
        mote_row_said said;
        MOTE_TRY(cfg->kind->say(d, &cfg->cut.table, i, &said, err));
        if (!is_wanted(cfg, (mote_split)it->rows[i], &said))
            continue;
        *row = (mote_planned_row){.at = i, .class_id = -1, .time_s = said.time_s};
        float *values = p->values ? p->values + p->n * (size_t)cfg->n_values : NULL;
        if (!target_of(l, &said, row, values)) {
            l->d->n_left_out++;
            continue;
        }
        MOTE_TRY(name_row(l, &said, row, err));
        p->n++;
    }
    return MOTE_OK;
}

mote_status mote_loader_plan_rows(mote_loader *l, const mote_version_item *it, mote_err *err)
{
    mote_planned p = {.item = it, .class_id = -1};
    mote_loaded one;
    if (!l->cfg->kind->n_rows || l->cfg->cut.table.target.n == 0)
        return mote_fail(err, MOTE_ARG, "data set: %s have no rows, the data version does",
                         l->cfg->kind->many);
    MOTE_TRY(mote_loader_decode(l, it, &one, err));
    mote_status st = plan_rows(l, it, &one.d, &p, err);
    mote_loaded_done(&one);
    if (st == MOTE_OK && p.n > 0)
        l->plan[l->n_planned++] = p;
    return st;
}
