/* SPDX-License-Identifier: Apache-2.0 */
/* How the model does outside of the project's own test, on the report and on a page of its own: on
 * another folder, in hours, with strangers (loop/outside.h). */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "project/schema.h"
#include "project/task.h"
#include "web/report_internal.h"

/* "<h3>hours: kitchen, model kws, 2026-11-30</h3>" */
static void head(const json_t *o, mote_buf *out)
{
    char date[32];
    mote_time_iso((int64_t)report_number(o, "judged_ms"), date, sizeof date);
    date[10] = '\0';
    mote_buf_str(out, "<div class=card><h3>");
    mote_buf_html(out, strcmp(report_text(o, "kind"), "on") == 0      ? "Another folder"
                       : strcmp(report_text(o, "kind"), "hours") == 0 ? "Hours"
                                                                      : "Strangers, by");
    mote_buf_char(out, ' ');
    mote_buf_html(out, report_text(o, "place"));
    if (*report_text(o, "model")) {
        mote_buf_str(out, ", model ");
        mote_buf_html(out, report_text(o, "model"));
    }
    mote_buf_printf(out, ", %s</h3>\n", date);
}

/* A sentence that the document has. */
static void says(const char *text, mote_buf *out)
{
    if (!*text)
        return;
    mote_buf_str(out, "<p class=says>");
    report_sentence(text, out);
    mote_buf_str(out, "</p>\n");
}

/* ---- a folder ---- */

static mote_status folder(const json_t *found, mote_buf *out, mote_err *err)
{
    const char *name;
    json_t *one, *all = json_object_get(found, "conditions");
    mote_answer_kind answer = MOTE_N_ANSWERS;
    MOTE_TRY(mote_answer_parse(report_text(found, "answer"), &answer, err));
    const mote_metric_row *chief = mote_metric_info(mote_metric_chief(answer));
    mote_buf_printf(out, "<table><tr><th>Condition</th><th class=r>%s</th></tr>\n",
                    report_plain_name(mote_metric_chief(answer), chief->name));
    json_object_foreach(all, name, one)
    {
        mote_buf_str(out, "<tr><th scope=row>");
        mote_buf_html(out, name);
        mote_buf_str(out, "</th><td class=r>");
        report_metric(report_interval(one, chief->name), chief->unit, NULL,
                      (int64_t)json_integer_value(json_object_get(one, "n")), out);
        mote_buf_str(out, "</td></tr>\n");
    }
    mote_buf_str(out, "</table>\n");
    MOTE_TRY(report_rates(all, out, err));
    report_promised(json_object_get(found, "promised"), out);
    says(report_text(found, "on"), out);
    says(report_text(found, "beside/text"), out);
    return MOTE_OK;
}

/* ---- hours ---- */

static void place_row(const json_t *o, mote_buf *out)
{
    const json_int_t n = json_integer_value(json_object_get(o, "n_words"));
    mote_buf_str(out, "<tr><th scope=row>");
    mote_buf_html(out, *report_text(o, "condition") ? report_text(o, "condition") : "—");
    mote_buf_printf(out, "</th><td class=r>%.2f</td><td class=r>", report_number(o, "hours"));
    report_metric(report_interval(o, "false_reject_rate"), MOTE_UNIT_RATIO, NULL, n, out);
    mote_buf_str(out, "</td><td class=r>");
    report_metric(report_interval(o, "false_accepts_per_hour"), MOTE_UNIT_NONE, NULL,
                  json_integer_value(json_object_get(o, "n_false_accepts")), out);
    mote_buf_str(out, "</td></tr>\n");
}

/* What was asked, as the judging judged it: too few hours show nothing yet. */
static void limit(const json_t *l, mote_buf *out)
{
    const char *verdict = report_text(l, "verdict");
    if (!l)
        return;
    mote_buf_printf(out, "<p class=says>At most %g an hour is asked: ",
                    report_number(l, "max_false_accepts_per_hour"));
    report_chip(strcmp(verdict, "shown") == 0      ? MOTE_VERDICT_MET
                : strcmp(verdict, "not kept") == 0 ? MOTE_VERDICT_NOT_MET
                                                   : MOTE_VERDICT_UNKNOWN,
                out);
    mote_buf_str(out, "</p>\n");
    says(report_text(l, "text"), out);
}

static bool has_points(const mote_series *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->x[i]) && isfinite(s->y[i]))
            return true;
    return false;
}

static mote_status hours(const json_t *found, mote_arena *a, mote_buf *out, mote_err *err)
{
    const json_t *stream = json_object_get(found, "stream");
    const mote_interval rate = report_interval(stream, "false_accepts_per_hour");
    mote_series s;
    size_t i;
    json_t *one;
    MOTE_TRY(report_curve_series("", stream, json_object_get(found, "curve"), a, &s, err));
    const report_curve curve = {&s, 1, (double)NAN,
                                report_number(found, "limit/max_false_accepts_per_hour"), true};
    if (has_points(&s)) /* without a word in them nothing can be missed */
        report_curve_chart(&curve, out);
    mote_buf_str(out, "<table><tr><th>Condition</th><th class=r>Hours</th><th class=r>Missed</th>"
                      "<th class=r>False accepts an hour</th></tr>\n");
    json_array_foreach(json_object_get(found, "conditions"), i, one)
    {
        place_row(one, out);
    }
    mote_buf_str(out, "</table>\n<p class=says>");
    mote_buf_printf(out,
                    "%lld of %lld words missed, %lld false accepts in %.2f h: %.2f an hour, which "
                    "may be %.2f to %.2f.",
                    (long long)(report_number(stream, "n_words") - report_number(stream, "n_hits")),
                    (long long)report_number(stream, "n_words"),
                    (long long)report_number(stream, "n_false_accepts"),
                    report_number(stream, "hours"), rate.value, rate.lo, rate.hi);
    mote_buf_str(out, "</p>\n");
    limit(json_object_get(found, "limit"), out);
    return MOTE_OK;
}

/* ---- strangers ---- */

static void strangers(const json_t *found, mote_buf *out)
{
    const mote_metric m = mote_metric_find(report_text(found, "metric"));
    const mote_unit unit = m < MOTE_N_METRICS ? mote_metric_info(m)->unit : MOTE_UNIT_NONE;
    size_t i;
    json_t *one;
    mote_buf_str(out, "<table><tr><th>Collection</th><th class=r>Samples</th><th class=r>Heard</th>"
                      "<th class=r>Left out</th></tr>\n");
    json_array_foreach(json_object_get(found, "collections"), i, one)
    {
        mote_buf_str(out, "<tr><th scope=row>");
        mote_buf_html(out, report_text(one, "name"));
        mote_buf_printf(out, "</th><td class=r>%.0f</td><td class=r>", report_number(one, "n"));
        report_value(report_number(one, "ordinary"), unit, NULL, out);
        mote_buf_str(out, "</td><td class=r>");
        report_value(report_number(one, "strangers"), unit, NULL, out);
        mote_buf_str(out, "</td></tr>\n");
    }
    mote_buf_str(out, "</table>\n");
    says(report_text(found, "text"), out);
}

/* ---- together ---- */

mote_status report_outside_list(const json_t *kept, mote_arena *a, mote_buf *out, mote_err *err)
{
    for (size_t i = 0; i < json_array_size(kept); i++) {
        const json_t *o = json_array_get(kept, i), *found = json_object_get(o, "found");
        const char *kind = report_text(o, "kind");
        head(o, out);
        if (strcmp(kind, "on") == 0)
            MOTE_TRY(folder(found, out, err));
        else if (strcmp(kind, "hours") == 0)
            MOTE_TRY(hours(found, a, out, err));
        else
            strangers(found, out);
        mote_buf_str(out, "</div>\n");
    }
    return MOTE_OK;
}

mote_status report_outside(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    if (json_array_size(r->outside) == 0)
        return MOTE_OK;
    report_begin(
        out, "outside", "Judged elsewhere",
        "How does it do where nobody trained or chose it? The last judgement of each "
        "place, by the model that is named; a newer version is judged when somebody asks.");
    mote_buf_str(out, "<div class=grid2>");
    MOTE_TRY(report_outside_list(r->outside, a, out, err));
    mote_buf_str(out, "</div>\n");
    report_end(out);
    return MOTE_OK;
}
