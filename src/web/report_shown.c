/* SPDX-License-Identifier: Apache-2.0 */
/* The test as a picture: values against what was said, scores of what is normal and what is not.
 * See report_figure.h. */
#include <math.h>
#include <stdlib.h>

#include "base/interval.h"
#include "web/chart.h"
#include "web/report_figure.h"
#include "web/report_internal.h"

/* Pairs of [true, said] as points, and the line on which they would be right. */
static mote_status scatter(const char *name, const json_t *pairs, mote_arena *a, mote_buf *out,
                           mote_err *err)
{
    size_t n = json_array_size(pairs);
    double *x = NULL, *y = NULL, ends[2] = {(double)INFINITY, -(double)INFINITY};
    MOTE_TRY(mote_arena_take(a, n, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *y, &y, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *p = json_array_get(pairs, i);
        x[i] = json_number_value(json_array_get(p, 0));
        y[i] = json_number_value(json_array_get(p, 1));
        ends[0] = fmin(ends[0], fmin(x[i], y[i]));
        ends[1] = fmax(ends[1], fmax(x[i], y[i]));
    }
    const mote_series series[2] = {
        {.name = "as it is, as it was said", .x = x, .y = y, .n = n, .color = 0, .dots = true},
        {.name = "right", .x = ends, .y = ends, .n = 2, .color = 2},
    };
    const char *finding = mote_arena_printf(a, "%s: what was said against what is true", name);
    const mote_chart c = {.finding = finding ? finding : name,
                          .x_label = "true",
                          .y_label = "said",
                          .series = series,
                          .n_series = n > 0 ? 2 : 0,
                          .limit = (double)NAN};
    mote_buf_str(out, "<div class=card><h3>");
    mote_buf_html(out, name);
    mote_buf_str(out, "</h3>");
    mote_chart_svg(&c, out);
    mote_buf_str(out, "</div>\n");
    return MOTE_OK;
}

/* Share of the scores that are above x, at each of them. */
static mote_status above(const json_t *scores, const char *name, int color, mote_arena *a,
                         mote_series *out, mote_err *err)
{
    size_t n = json_array_size(scores);
    double *x = NULL, *y = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *y, &y, err));
    for (size_t i = 0; i < n; i++)
        x[i] = json_number_value(json_array_get(scores, i));
    mote_sort_doubles(x, n);
    for (size_t i = 0; i < n; i++)
        y[i] = 1 - (double)i / (double)n;
    *out = (mote_series){.name = name, .x = x, .y = y, .n = n, .color = color};
    return MOTE_OK;
}

static mote_status spread(const json_t *evaluated, mote_arena *a, mote_buf *out, mote_err *err)
{
    mote_series s[2];
    double threshold = report_number(evaluated, "threshold/score");
    MOTE_TRY(above(report_member(evaluated, "shown/normal"), "normal", 0, a, &s[0], err));
    MOTE_TRY(above(report_member(evaluated, "shown/anomaly"), "anomalies", 1, a, &s[1], err));
    s[0].mark = (mote_chart_mark){"threshold", threshold,
                                  report_number(evaluated, "threshold/asked_false_alarm")};
    const mote_chart c = {.finding = "Share of samples above a score, normal ones and anomalies",
                          .x_label = "score",
                          .y_label = "samples above it, %",
                          .series = s,
                          .n_series = 2,
                          .y_is_share = true,
                          .y_lo = 0,
                          .y_hi = 1,
                          .limit = (double)NAN};
    mote_buf_str(out, "<div class=card>");
    mote_chart_svg(&c, out);
    mote_buf_str(out, "</div>\n");
    return MOTE_OK;
}

mote_status report_shown(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    const json_t *evaluated = report_output(report_last(r), MOTE_STAGE_evaluate);
    json_t *shown = json_object_get(evaluated, "shown"), *pairs;
    const char *name;
    if (!shown)
        return MOTE_OK;
    bool is_scores = json_object_get(evaluated, "threshold") != NULL;
    report_begin(out, "shown", is_scores ? "Normal and not" : "Said and true",
                 is_scores
                     ? "How far apart are the scores of what is normal and of what is not? "
                       "The threshold comes from what is normal alone."
                     : "How far is what was said from what is true? On the line it is right.");
    mote_buf_str(out, "<div class=grid2>");
    if (is_scores)
        MOTE_TRY(spread(evaluated, a, out, err));
    json_object_foreach(is_scores ? NULL : shown, name, pairs)
    {
        MOTE_TRY(scatter(name, pairs, a, out, err));
    }
    mote_buf_str(out, "</div>\n");
    report_end(out);
    return MOTE_OK;
}
