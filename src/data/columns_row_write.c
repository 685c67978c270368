/* SPDX-License-Identifier: Apache-2.0 */
/* A row of numbers as CSV again: see columns.h. */
#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "data/columns.h"
#include "data/csv_write.h"

#define DAY_S 86400

/* From its numbers: the text that was there may have been another of the same meaning. */
static void put_field(mote_buf *out, const mote_field *f, const float *x)
{
    char at[32];
    if (!isfinite(x[0]))
        return;
    if (f->type == MOTE_FIELD_CATEGORY) {
        size_t k = x[0] >= 0 ? (size_t)x[0] : f->n_values;
        if (k < f->n_values) /* else one that training did not have, whose text is not known */
            mote_csv_put_text(out, f->values[k], strlen(f->values[k]));
    } else if (f->type == MOTE_FIELD_DATE) {
        double s = (double)x[0] * DAY_S + (isfinite(x[1]) ? (double)x[1] : 0);
        mote_time_iso((int64_t)s * 1000, at, sizeof at);
        mote_buf_str(out, at);
    } else {
        mote_csv_put_number(out, x[0]);
    }
}

void mote_columns_put_row(const mote_columns *c, const float *x, const mote_cell_text *texts,
                          mote_buf *out)
{
    for (size_t i = 0; i < c->n; i++) {
        if (i > 0)
            mote_buf_u8(out, ',');
        mote_csv_put_text(out, c->fields[i].name, strlen(c->fields[i].name));
    }
    mote_buf_u8(out, '\n');
    for (size_t i = 0; i < c->n; i++) {
        const mote_field *f = &c->fields[i];
        bool is_text = f->type == MOTE_FIELD_CATEGORY || f->type == MOTE_FIELD_DATE;
        if (i > 0)
            mote_buf_u8(out, ',');
        if (is_text && texts && texts[i].s && isfinite(x[0]))
            mote_csv_put_text(out, texts[i].s, texts[i].n);
        else
            put_field(out, f, x);
        x += f->type == MOTE_FIELD_DATE ? MOTE_DATE_NUMBERS : 1;
    }
    mote_buf_u8(out, '\n');
}
