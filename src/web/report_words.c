/* SPDX-License-Identifier: Apache-2.0 */
/* Reading outputs, numbers with their intervals, and the words and looks of the report. */
#include <math.h>
#include <string.h>

#include "project/schema.h"
#include "web/report_internal.h"

/* ---- reading outputs ---- */

const json_t *report_output(const mote_lap *lap, mote_stage_id s)
{
    return lap ? lap->outputs[s] : NULL;
}

const mote_lap *report_last(const mote_report *r)
{
    return &r->laps[r->n_laps - 1];
}

const mote_lap *report_before(const mote_report *r)
{
    return r->n_laps > 1 ? &r->laps[r->n_laps - 2] : NULL;
}

const json_t *report_member(const json_t *j, const char *path)
{
    while (j && *path) {
        char name[64];
        size_t n = strcspn(path, "/");
        if (n >= sizeof name)
            return NULL;
        memcpy(name, path, n);
        name[n] = '\0';
        j = json_object_get(j, name);
        path += n + (path[n] == '/');
    }
    return j;
}

double report_number(const json_t *j, const char *path)
{
    const json_t *x = report_member(j, path);
    return json_is_number(x) ? json_number_value(x) : (double)NAN;
}

const char *report_text(const json_t *j, const char *path)
{
    const char *s = json_string_value(report_member(j, path));
    return s ? s : "";
}

mote_interval report_interval(const json_t *j, const char *path)
{
    const json_t *x = report_member(j, path);
    mote_interval v = {report_number(x, "value"), report_number(x, "lo"), report_number(x, "hi")};
    return v;
}

void report_version(const mote_lap *lap, mote_buf *out)
{
    const json_t *d = report_output(lap, MOTE_STAGE_deploy);
    mote_buf_html(out, report_text(d, "model"));
    mote_buf_printf(out, "/%lld", (long long)json_integer_value(json_object_get(d, "version")));
}

/* ---- numbers ---- */

void report_value(double x, mote_unit unit, const char *currency, mote_buf *out)
{
    char text[48];
    if (!isfinite(x)) {
        mote_buf_str(out, "—");
        return;
    }
    if (unit == MOTE_UNIT_MONEY)
        (void)mote_format(text, sizeof text, "%.2f%s%s", x, currency && *currency ? " " : "",
                          currency ? currency : "");
    else if (unit == MOTE_UNIT_BYTES)
        (void)mote_format(text, sizeof text, "%.1f KiB", x / 1024.0);
    else if (unit == MOTE_UNIT_NONE && fabs(x) >= 1e6)
        (void)mote_format(text, sizeof text, "%.2f M", x / 1e6);
    else if (unit == MOTE_UNIT_NONE)
        (void)mote_format(text, sizeof text, "%.*f",
                          !(fabs(x) < 100) || fabs(x - floor(x)) < 1e-9 ? 0
                          : fabs(x) < 1                                 ? 2
                                                                        : 1,
                          x);
    else
        mote_quantity_format(x, unit, text, sizeof text);
    if (text[0] == '-') {
        mote_buf_str(out, "−");
        mote_buf_html(out, text + 1);
        return;
    }
    mote_buf_html(out, text);
}

void report_change(double x, mote_unit unit, const char *currency, mote_buf *out)
{
    if (unit == MOTE_UNIT_RATIO && isfinite(x))
        mote_buf_printf(out, "%s%.1f points", x < 0 ? "−" : "", 100.0 * fabs(x));
    else
        report_value(x, unit, currency, out);
}

void report_sentence(const char *text, mote_buf *out)
{
    char first[2] = {text[0] >= 'a' && text[0] <= 'z' ? (char)(text[0] - 32) : text[0], '\0'};
    if (!first[0])
        return;
    mote_buf_html(out, first);
    mote_buf_html(out, text + 1);
    mote_buf_char(out, '.');
}

void report_metric(mote_interval x, mote_unit unit, const char *currency, int64_t n, mote_buf *out)
{
    mote_buf_str(out, "<b>");
    report_value(x.value, unit, currency, out);
    mote_buf_str(out, "</b><span>");
    if (isfinite(x.value) && isfinite(x.lo) && isfinite(x.hi) && x.lo < x.hi) {
        report_value(x.lo, unit, currency, out);
        mote_buf_str(out, " to ");
        report_value(x.hi, unit, currency, out);
        mote_buf_str(out, n >= 0 ? ", " : "");
    }
    if (isfinite(x.value) && n >= 0)
        mote_buf_printf(out, "n %lld", (long long)n);
    mote_buf_str(out, "</span>");
}

/* ---- words ---- */

void report_chip(mote_verdict_kind kind, mote_buf *out)
{
    static const char *const classes[] = {"unk", "met", "warn", "no"};
    mote_buf_printf(out, "<span class=\"chip %s\" style=\"display:inline-flex\">%s</span>",
                    classes[kind], mote_verdict_name(kind));
}

mote_metric report_metric_of(const char *requirement)
{
    char name[64];
    size_t n = strcspn(requirement, "@");
    (void)mote_format(name, sizeof name, "%.*s", (int)(n < 63 ? n : 63), requirement);
    return mote_metric_find(name);
}

const char *report_plain_name(mote_metric m, const char *requirement)
{
    static const char *const names[MOTE_N_METRICS] = {
        [MOTE_METRIC_accuracy] = "Right answers",
        [MOTE_METRIC_worst_class_recall] = "The class known least",
        [MOTE_METRIC_worst_group_accuracy] = "The group served worst",
        [MOTE_METRIC_mae] = "Mean error",
        [MOTE_METRIC_rmse] = "Root of the mean squared error",
        [MOTE_METRIC_r2] = "Variance explained",
        [MOTE_METRIC_mape] = "Mean relative error",
        [MOTE_METRIC_interval_coverage] = "Truths inside the interval",
        [MOTE_METRIC_roc_auc] = "Area under the curve",
        [MOTE_METRIC_average_precision] = "Average precision",
        [MOTE_METRIC_false_alarm_rate] = "False alarms",
        [MOTE_METRIC_detection_rate] = "Anomalies found",
        [MOTE_METRIC_spans_found] = "Spans of anomaly found",
        [MOTE_METRIC_detection_delay_ms] = "Time until an anomaly is told",
        [MOTE_METRIC_false_alarms_per_hour] = "False alarms an hour",
        [MOTE_METRIC_ece] = "Calibration error",
        [MOTE_METRIC_position_loss] = "Lost off the middle of the window",
        [MOTE_METRIC_negative_accepts_per_hour] = "False accepts an hour of negatives",
        [MOTE_METRIC_strangers_loss] = "Lost on people of other collections",
        [MOTE_METRIC_false_accepts_per_hour] = "False accepts an hour",
        [MOTE_METRIC_false_reject_rate] = "Missed on the stream",
        [MOTE_METRIC_value_per_day] = "Worth, a day",
        [MOTE_METRIC_ram_bytes] = "Memory (RAM)",
        [MOTE_METRIC_flash_bytes] = "Program space (flash)",
        [MOTE_METRIC_stack_bytes] = "Stack",
        [MOTE_METRIC_latency_ms] = "Time for one answer",
        [MOTE_METRIC_energy_uj] = "Energy of one answer",
        [MOTE_METRIC_p99_ms] = "Slowest hundredth of answers",
    };
    return m < MOTE_N_METRICS && names[m] ? names[m] : requirement;
}

void report_begin(mote_buf *out, const char *id, const char *title, const char *question)
{
    mote_buf_printf(out, "<section id=%s aria-label=\"%s\"><h2>%s</h2><p class=q>%s</p>\n", id,
                    title, title, question);
}

void report_end(mote_buf *out)
{
    mote_buf_str(out, "</section>\n");
}

/* What is watched, by name, in words, and what a change of it may come from. */
typedef struct {
    const char *name, *what, *like;
} watched;

static const watched *find_watched(const watched *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, list[i].name) == 0)
            return &list[i];
    return NULL;
}

void report_watched(const mote_frontend *features, const char *name, mote_value_words *out)
{
    static const watched heard[] = {
        {"floor", "how loud the quiet parts are", "background noise came or went"},
        {"spread", "how much the loudness varies within a clip",
         "speech in more noise, or from further away"},
        {"level_db", "the level of the recording", "another distance, gain or microphone"},
        {"confidence", "how sure the model is", "sounds that it did not learn"},
        {"entropy", "how undecided the model is", "sounds that it did not learn"},
        {"class", "how often each word is heard", "other words are spoken, or heard wrongly"},
    };
    static const watched any[] = {
        {"floor", "how strong the quiet parts are", "another offset, or nothing is at rest"},
        {"spread", "how much the strength varies within a sample",
         "other movement, or a stuck sensor"},
        {"level_db", "the level of a sample", "another range or gain"},
        {"confidence", "how sure the model is", "samples unlike those it learned from"},
        {"entropy", "how undecided the model is", "samples unlike those it learned from"},
        {"class", "how often each class is said", "another mix of what comes, or wrong answers"},
        {"score", "how unusual what comes is", "more anomalies, or another normal"},
    };
    static const bool has_sounds[MOTE_N_INPUTS + 1] = {true}; /* in order */
    mote_input_kind input = MOTE_N_INPUTS;
    bool is_heard = features && mote_frontend_input(features, &input) && has_sounds[input];
    const watched *known = is_heard ? find_watched(heard, sizeof heard / sizeof heard[0], name)
                                    : find_watched(any, sizeof any / sizeof any[0], name);
    out->like = NULL;
    if (known) {
        (void)mote_format(out->what, sizeof out->what, "%s", known->what);
        out->like = known->like;
        return;
    }
    if (strncmp(name, "value ", 6) == 0 || strncmp(name, "value_", 6) == 0) {
        (void)mote_format(out->what, sizeof out->what, "%s", name);
        out->like = "another level of what is measured, or wrong answers";
        return;
    }
    int64_t first = -1, last = -1;
    const char *digits = strncmp(name, "feature_", 8) == 0 ? name + 8 : "";
    size_t n = strspn(digits, "0123456789");
    if (n == 0 || !mote_parse_i64(digits, n, &first) || first > INT32_MAX) {
        (void)mote_format(out->what, sizeof out->what, "%s", name);
        return;
    }
    if (digits[n] != '_' || !mote_parse_i64(digits + n + 1, strlen(digits + n + 1), &last) ||
        last < first || last > INT32_MAX)
        last = first;
    mote_frontend_words(features, NULL, (int32_t)first, (int32_t)last, out);
}
