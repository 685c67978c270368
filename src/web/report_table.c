/* SPDX-License-Identifier: Apache-2.0 */
/* A row of a table, column by column. See report_figure.h. */
#include <math.h>

#include "web/report_figure.h"

#define MOST_COLUMNS 24 /* of a wide table the first ones */

static double number(const mote_shape *s, const void *x, int64_t i)
{
    if (s->dtype == MOTE_F32)
        return (double)((const float *)x)[i];
    return s->dtype == MOTE_I16   ? ((const int16_t *)x)[i]
           : s->dtype == MOTE_I32 ? ((const int32_t *)x)[i]
                                  : ((const unsigned char *)x)[i];
}

static mote_status draw(const report_sample *sample, mote_arena *a, mote_buf *out, mote_err *err)
{
    const mote_signature *s = sample->signature;
    int64_t n = mote_shape_elements(&s->sample), shown = n < MOST_COLUMNS ? n : MOST_COLUMNS;
    (void)a;
    mote_buf_str(out, "<figure class=row>");
    report_caption(sample, out);
    mote_buf_str(out, "<table><tbody>\n");
    for (int64_t i = 0; i < shown; i++) {
        double x = number(&s->sample, sample->x, i);
        char name[32];
        (void)mote_format(name, sizeof name, "column %lld", (long long)i + 1);
        mote_buf_str(out, "<tr><th scope=row>");
        mote_buf_html(out, i < s->n_columns ? s->columns[i] : name);
        if (isfinite(x))
            mote_buf_printf(out, "</th><td class=r>%.6g</td></tr>\n", x);
        else
            mote_buf_str(out, "</th><td class=r>missing</td></tr>\n");
    }
    if (shown < n)
        mote_buf_printf(out, "<tr><td colspan=2>and %lld more columns</td></tr>\n",
                        (long long)(n - shown));
    mote_buf_str(out, "</tbody></table></figure>\n");
    return mote_buf_status(out, err);
}

const report_figure report_figure_table = {
    .title = "What it reads",
    .question = "Rows as they come in, and what the model says of them. They are in the bundle: "
                "every device answers them with the same bits.",
    .draw = draw,
};
