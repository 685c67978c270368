/* SPDX-License-Identifier: Apache-2.0 */
/* A model of anomalies along the recordings of the test: their curves, the spans of anomaly, the
 * score with its threshold, and the alarms. See report_figure.h. */
#include <math.h>

#include "web/chart.h"
#include "web/report_figure.h"
#include "web/report_internal.h"

#define MOST_AXES 3

/* What time is written in, for a recording of so many ms. */
typedef struct {
    const char *name;
    double ms;
} unit;

static unit unit_of(double ms)
{
    static const unit units[] = {{"days", 864e5}, {"hours", 36e5}, {"minutes", 6e4}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (ms >= 3 * units[i].ms)
            return units[i];
    return (unit){"seconds", 1e3};
}

/* A recording being drawn. */
typedef struct {
    const json_t *r;
    unit t;
    double step; /* of a point of its curve, in units */
    mote_arena *a;
} drawing;

/* The lowest and the highest of each stretch, so that no peak is lost. */
static mote_status curve(const drawing *d, const json_t *axis, int color, mote_series *out,
                         mote_err *err)
{
    const json_t *lo = json_object_get(axis, "lo"), *hi = json_object_get(axis, "hi");
    const size_t n = json_array_size(lo);
    double *x = NULL, *y = NULL;
    MOTE_TRY(mote_arena_take(d->a, 2 * n, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(d->a, 2 * n, sizeof *y, &y, err));
    for (size_t i = 0; i < 2 * n; i++) {
        const json_t *at = json_array_get(i % 2 ? hi : lo, i / 2);
        const size_t at_step = i / 2;
        x[i] = ((double)at_step + 0.5) * d->step;
        y[i] = json_is_number(at) ? json_number_value(at) : (double)NAN;
    }
    *out = (mote_series){
        .name = report_text(axis, "name"), .x = x, .y = y, .n = 2 * n, .color = color};
    return MOTE_OK;
}

static mote_status scores(const drawing *d, mote_series *out, mote_err *err)
{
    const json_t *list = report_member(d->r, "curve/score");
    const size_t n = json_array_size(list);
    double *x = NULL, *y = NULL;
    MOTE_TRY(mote_arena_take(d->a, n, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(d->a, n, sizeof *y, &y, err));
    *out = (mote_series){.name = "score", .x = x, .y = y, .color = 0};
    for (size_t i = 0; i < n; i++) { /* stretches without a look are passed over */
        const json_t *at = json_array_get(list, i);
        if (!json_is_number(at))
            continue;
        x[out->n] = ((double)i + 0.5) * d->step;
        y[out->n++] = json_number_value(at);
    }
    return MOTE_OK;
}

/* A bar from the begin to the end of each span or alarm, at the height y. */
static mote_status bars(const drawing *d, const char *member, double y_at, mote_series *out,
                        mote_err *err)
{
    const json_t *list = json_object_get(d->r, member), *one;
    const size_t n = json_array_size(list);
    double *x = NULL, *y = NULL;
    size_t i;
    MOTE_TRY(mote_arena_take(d->a, 3 * n, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(d->a, 3 * n, sizeof *y, &y, err));
    json_array_foreach(list, i, one)
    {
        x[3 * i] = report_number(one, "from_ms") / d->t.ms;
        x[3 * i + 1] = x[3 * i + 2] = report_number(one, "to_ms") / d->t.ms;
        y[3 * i] = y[3 * i + 1] = y_at;
        y[3 * i + 2] = (double)NAN;
    }
    out->x = x;
    out->y = y;
    out->n = 3 * n;
    return MOTE_OK;
}

static void ends_of(const mote_series *s, size_t n, double *lo, double *hi)
{
    *lo = (double)INFINITY;
    *hi = -(double)INFINITY;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < s[k].n; i++)
            if (isfinite(s[k].y[i])) {
                *lo = fmin(*lo, s[k].y[i]);
                *hi = fmax(*hi, s[k].y[i]);
            }
}

/* The curves above, the bars of what is unusual and of what was told at their foot and head. */
static mote_status chart_of(const drawing *d, mote_series *s, size_t n, mote_chart *c,
                            mote_buf *out, mote_err *err)
{
    double lo, hi;
    ends_of(s, n, &lo, &hi);
    if (!(lo <= hi))
        return MOTE_OK;
    if (isfinite(c->limit))
        hi = fmax(hi, c->limit);
    const double room = hi > lo ? 0.06 * (hi - lo) : 0.5;
    s[n] = (mote_series){.name = "anomaly", .color = 1};
    s[n + 1] = (mote_series){.name = "alarm", .color = 3};
    MOTE_TRY(bars(d, "spans", lo - room, &s[n], err));
    MOTE_TRY(bars(d, "alarms", hi + room, &s[n + 1], err));
    c->x_label = d->t.name;
    c->series = s;
    c->n_series = n + 2;
    mote_chart_svg(c, out);
    return MOTE_OK;
}

static void caption(const json_t *r, mote_buf *out)
{
    const json_t *one;
    size_t i, n_found = 0, n_false = 0;
    json_array_foreach(json_object_get(r, "spans"), i, one)
    {
        n_found += json_is_true(json_object_get(one, "found"));
    }
    json_array_foreach(json_object_get(r, "alarms"), i, one)
    {
        n_false += json_is_true(json_object_get(one, "false"));
    }
    mote_buf_str(out, "<figcaption>");
    mote_buf_html(out, report_text(r, "name"));
    mote_buf_printf(out, ": %zu of %zu spans found", n_found,
                    json_array_size(json_object_get(r, "spans")));
    json_array_foreach(json_object_get(r, "spans"), i, one)
    {
        const unit t = unit_of(report_number(one, "delay_ms"));
        if (json_object_get(one, "delay_ms"))
            mote_buf_printf(out, "%s%.3g %s", i == 0 ? ", after " : ", ",
                            report_number(one, "delay_ms") / t.ms, t.name);
        else
            mote_buf_str(out, i == 0 ? ", after never" : ", never");
    }
    mote_buf_printf(out, "; %zu false %s</figcaption>", n_false, n_false == 1 ? "alarm" : "alarms");
}

static mote_status draw(const json_t *r, double threshold, mote_arena *a, mote_buf *out,
                        mote_err *err)
{
    const json_t *axes = report_member(r, "curve/axes");
    const double ms = report_number(r, "ms");
    drawing d = {.r = r, .t = unit_of(ms), .a = a};
    mote_series s[MOST_AXES + 2];
    size_t n = json_array_size(axes) < MOST_AXES ? json_array_size(axes) : MOST_AXES;
    if (n == 0)
        return MOTE_OK;
    d.step = ms / d.t.ms / (double)json_array_size(report_member(r, "curve/score"));
    mote_buf_str(out, "<figure>");
    for (size_t c = 0; c < n; c++)
        MOTE_TRY(curve(&d, json_array_get(axes, c), c == 0 ? 0 : (int)c + 3, &s[c], err));
    mote_chart values = {.finding = "The recording, with spans of anomaly below and alarms above",
                         .y_label = "value",
                         .limit = (double)NAN};
    MOTE_TRY(chart_of(&d, s, n, &values, out, err));
    MOTE_TRY(scores(&d, &s[0], err));
    mote_chart score = {.finding = "Its score, the threshold, spans and alarms",
                        .y_label = "score",
                        .limit = threshold,
                        .limit_name = "threshold"};
    MOTE_TRY(chart_of(&d, s, 1, &score, out, err));
    caption(r, out);
    mote_buf_str(out, "</figure>\n");
    return MOTE_OK;
}

mote_status report_alarms(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    const json_t *evaluated = report_output(report_last(r), MOTE_STAGE_evaluate), *one;
    const json_t *all = json_object_get(evaluated, "alarms");
    size_t i;
    if (!all)
        return MOTE_OK;
    report_begin(out, "alarms", "Along recordings",
                 "When does it alarm, and when should it? Recordings of the test from end to end: "
                 "an alarm that goes on is one, and a span is found when one begins in it.");
    json_array_foreach(json_object_get(all, "recordings"), i, one)
    {
        MOTE_TRY(draw(one, report_number(evaluated, "threshold/score"), a, out, err));
    }
    const double per_hour = report_number(all, "false_alarms_per_hour/value");
    mote_buf_printf(out, "<p class=says>%.0f of %.0f spans of anomaly found; ",
                    report_number(all, "n_found"), report_number(all, "n_spans"));
    if (isfinite(per_hour))
        mote_buf_printf(out, "%.3g false alarms %s", per_hour < 1 ? 24 * per_hour : per_hour,
                        per_hour < 1 ? "a day" : "an hour");
    mote_buf_printf(out, " in %.3g hours of what is normal.</p>\n", report_number(all, "hours"));
    report_end(out);
    return MOTE_OK;
}
