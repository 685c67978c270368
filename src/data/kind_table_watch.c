/* SPDX-License-Identifier: Apache-2.0 */
/* What of a row is watched in use: its numbers, one by one, as they come and before they are
 * prepared, so that a change is told by the name of its column. A date is not watched, as it moves
 * on with every row. Of many columns the first are watched. */
#include <string.h>

#include "base/text.h"
#include "data/columns.h"

static int32_t count(const mote_shape *sample)
{
    int64_t n = mote_shape_elements(sample);
    if (sample->dtype != MOTE_F32)
        return 0;
    return n < MOTE_KIND_MAX_WATCHED ? (int32_t)n : MOTE_KIND_MAX_WATCHED;
}

static void values(const mote_shape *sample, const void *x, float *out)
{
    memcpy(out, x, (size_t)count(sample) * sizeof *out);
}

/* The column that number k of a row is of; NULL: it is not known. */
static const mote_field *field_of(const mote_columns *c, int32_t k)
{
    for (size_t i = 0; c && i < c->n; i++) {
        k -= c->fields[i].type == MOTE_FIELD_DATE ? MOTE_DATE_NUMBERS : 1;
        if (k < 0)
            return &c->fields[i];
    }
    return NULL;
}

static void words(const mote_sample_form *form, int32_t k, mote_kind_watched *out)
{
    const mote_field *f = field_of(form->fields, k);
    bool is_mix = f && f->type == MOTE_FIELD_CATEGORY;
    char column[MOTE_WATCHED_BYTES / 2];
    if (!f || !mote_format(column, sizeof column, "%s", f->name))
        (void)mote_format(column, sizeof column, "%d", (int)k + 1); /* no name, or too long */
    (void)mote_format(out->called, sizeof out->called, "column '%s'", column);
    (void)mote_format(out->name, sizeof out->name, "column %s", column);
    out->more = is_mix ? NULL : "higher";
    out->less = is_mix ? NULL : "lower";
    out->is_mute = f && f->type == MOTE_FIELD_DATE;
}

const mote_kind_watch mote_table_watch = {.count = count, .values = values, .words = words};
