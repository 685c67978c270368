/* SPDX-License-Identifier: Apache-2.0 */
/* Which picture a sample has, and what an answer says in words. See report_figure.h. */
#include "web/report_figure.h"

#include "project/quantity.h"

/* In the order of inputs; sound has its own page. */
static const report_figure *const rows[MOTE_N_INPUTS] = {
    NULL, &report_figure_series, &report_figure_image, &report_figure_table};

const report_figure *report_figure_of(const mote_signature *s)
{
    return s->input < MOTE_N_INPUTS ? rows[s->input] : NULL;
}

typedef void say(const mote_signature *s, const mote_decision *d, const float *said, mote_buf *out);

static void say_class(const mote_signature *s, const mote_decision *d, const float *said,
                      mote_buf *out)
{
    int32_t best = 0;
    (void)d;
    for (int32_t k = 1; k < s->n_outputs; k++)
        best = said[k] > said[best] ? k : best;
    mote_buf_printf(out, "'%s', %.0f %%", s->labels[best], 100.0 * (double)said[best]);
}

static void say_value(const mote_signature *s, const mote_decision *d, const float *said,
                      mote_buf *out)
{
    (void)d;
    for (int32_t k = 0; k < s->n_outputs; k++)
        mote_buf_printf(out, "%s%s %.4g%s%s", k ? ", " : "", s->labels[k], (double)said[k],
                        s->units[k] && *s->units[k] ? " " : "", s->units[k] ? s->units[k] : "");
}

static void say_score(const mote_signature *s, const mote_decision *d, const float *said,
                      mote_buf *out)
{
    (void)s;
    mote_buf_printf(out, "score %.3g: %s", (double)*said,
                    *said < d->anomaly.threshold ? "normal" : "an anomaly");
}

void report_said(const mote_signature *s, const mote_decision *d, const float *said, mote_buf *out)
{
    static say *const says[MOTE_N_ANSWERS] = {say_class, say_value, say_score}; /* in order */
    says[s->answer](s, d, said, out);
}

void report_caption(const report_sample *s, mote_buf *out)
{
    static const char *const marks[] = {"", "<b class=met>\xe2\x9c\x93</b> ",
                                        "<b class=no>\xe2\x9c\x95</b> "};
    mote_buf_printf(out, "<figcaption>%s", marks[s->judged]);
    mote_buf_html(out, s->title);
    mote_buf_str(out, "</figcaption>");
}
