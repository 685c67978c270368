/* SPDX-License-Identifier: Apache-2.0 */
/* The list of findings. See symptom.h. */
#include "store/symptom.h"

#include <string.h>

const char *mote_severity_name(mote_severity s)
{
    return s == MOTE_SYMPTOM_ERROR ? "error" : s == MOTE_SYMPTOM_WARNING ? "warning" : "note";
}

static mote_status grow(mote_symptoms *list, mote_err *err)
{
    size_t cap = list->cap ? 2 * list->cap : 16;
    mote_symptom *items = NULL;
    MOTE_TRY(mote_arena_take(list->arena, cap, sizeof *items, &items, err));
    if (list->n > 0)
        memcpy(items, list->items, list->n * sizeof *items);
    list->items = items;
    list->cap = cap;
    return MOTE_OK;
}

mote_status mote_symptom_add(mote_symptoms *list, const mote_symptom *f, mote_err *err)
{
    if (list->n == MOTE_SYMPTOMS_MAX) {
        list->n_more++;
        return MOTE_OK;
    }
    if (list->n == list->cap)
        MOTE_TRY(grow(list, err));
    mote_symptom *to = &list->items[list->n];
    *to = *f;
    to->where = mote_arena_strdup(list->arena, f->where ? f->where : "");
    to->what = mote_arena_strdup(list->arena, f->what ? f->what : "");
    to->remedy = mote_arena_strdup(list->arena, f->remedy ? f->remedy : "");
    if (!to->where || !to->what || !to->remedy)
        return mote_fail(err, MOTE_NOMEM, "no memory for a finding");
    list->n++;
    return MOTE_OK;
}

size_t mote_symptoms_open(const mote_symptoms *list, mote_severity least)
{
    size_t n = list->n_more;
    for (size_t i = 0; i < list->n; i++)
        n += list->items[i].severity >= least && !list->items[i].is_repaired;
    return n;
}
