/* SPDX-License-Identifier: Apache-2.0 */
/* The answers in brief, the versions side by side, the requirements, and how it was made. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "pipeline/remarks.h"
#include "project/schema.h"
#include "web/report_internal.h"

/* ---- verdicts ---- */

static mote_verdict_kind kind_of(const json_t *verdict)
{
    mote_verdict_kind kind = MOTE_VERDICT_UNKNOWN;
    (void)mote_verdict_parse(report_text(verdict, "verdict"), &kind);
    return kind;
}

static const json_t *verdicts_of(const mote_lap *lap)
{
    return report_member(report_output(lap, MOTE_STAGE_deploy), "verdicts");
}

static const json_t *find_verdict(const mote_lap *lap, const char *id)
{
    size_t i;
    json_t *v;
    json_array_foreach(verdicts_of(lap), i, v)
    {
        if (strcmp(report_text(v, "requirement"), id) == 0)
            return v;
    }
    return NULL;
}

static void count_verdicts(const mote_lap *lap, size_t n[4], const json_t *first[4])
{
    size_t i;
    json_t *v;
    json_array_foreach(verdicts_of(lap), i, v)
    {
        mote_verdict_kind k = kind_of(v);
        if (n[k]++ == 0)
            first[k] = v;
    }
}

/* ---- the answers in brief ---- */

static void add_count(mote_buf *out, size_t n, const char *words, bool *is_first)
{
    if (n == 0)
        return;
    mote_buf_printf(out, "%s%zu %s", *is_first ? "" : ", ", n, words);
    *is_first = false;
}

static void good_enough(const mote_report *r, mote_buf *out)
{
    size_t n[4] = {0};
    const json_t *first[4] = {NULL};
    bool is_first = true;
    count_verdicts(report_last(r), n, first);
    mote_buf_str(out, "<div><h3>Good enough?</h3><b>");
    add_count(out, n[MOTE_VERDICT_NOT_MET], "not met", &is_first);
    add_count(out, n[MOTE_VERDICT_UNKNOWN], "not yet known", &is_first);
    add_count(out, n[MOTE_VERDICT_NOT_PROVEN], "met, not proven", &is_first);
    add_count(out, n[MOTE_VERDICT_MET], "met", &is_first);
    mote_buf_str(out,
                 is_first ? "Nothing is asked</b><p>mote.yaml has no requirements." : "</b><p>");
    const json_t *worst = first[MOTE_VERDICT_NOT_MET]   ? first[MOTE_VERDICT_NOT_MET]
                          : first[MOTE_VERDICT_UNKNOWN] ? first[MOTE_VERDICT_UNKNOWN]
                                                        : first[MOTE_VERDICT_NOT_PROVEN];
    if (worst) {
        report_sentence(report_text(worst, "sentence"), out);
    } else if (!is_first) {
        mote_buf_str(out, "Every requirement is met, with its interval.");
    }
    mote_buf_str(out, "</p></div>");
}

/* Nothing when a baseline is beaten by all that is said and by each of several values; else what
 * says that it is not. */
static const char *why_unbeaten(const json_t *baseline)
{
    const char *name;
    json_t *one;
    if (json_is_false(json_object_get(baseline, "is_beaten")))
        return report_text(baseline, "text");
    json_object_foreach(json_object_get(baseline, "each"), name, one)
    {
        if (json_is_false(json_object_get(one, "is_beaten")))
            return report_text(one, "text");
    }
    return NULL;
}

/* Is it better than what is fitted at once? */
static void better_than_simple(const json_t *evaluated, mote_buf *out)
{
    const char *name;
    json_t *baseline;
    size_t n = 0, n_unbeaten = 0;
    const char *first = NULL;
    mote_buf_str(out, "<div><h3>Better than something simple?</h3><b>");
    json_object_foreach(json_object_get(evaluated, "baselines"), name, baseline)
    {
        const char *why = why_unbeaten(baseline);
        n += json_is_boolean(json_object_get(baseline, "is_beaten"));
        n_unbeaten += why != NULL;
        first = first ? first : why;
    }
    if (n == 0)
        mote_buf_str(out, "Not known</b><p>No baseline was fitted.");
    else if (!first) {
        mote_buf_printf(out, "Yes</b><p>Better than each of %zu baselines that are fitted at once.",
                        n);
    } else {
        mote_buf_printf(out, "Not than %zu of %zu</b><p>", n_unbeaten, n);
        report_sentence(first, out);
    }
    mote_buf_str(out, "</p></div>");
}

static void worth_it(const mote_report *r, mote_buf *out)
{
    const json_t *evaluated = report_output(report_last(r), MOTE_STAGE_evaluate);
    const json_t *stream = report_member(evaluated, "stream");
    if (!stream || !mote_project_is_of_words(
                       r->project)) { /* what an answer is worth is stated of events alone */
        better_than_simple(evaluated, out);
        return;
    }
    mote_interval v = report_interval(stream, "value_per_day");
    const char *currency = report_text(stream, "currency");
    mote_buf_str(out, "<div><h3>Worth it?</h3><b>");
    if (!isfinite(v.value)) {
        mote_buf_str(out, "Not stated</b><p>The block <code>value</code> of mote.yaml says what a "
                          "word understood, missed or imagined is worth.</p></div>");
        return;
    }
    report_value(v.value, MOTE_UNIT_MONEY, currency, out);
    mote_buf_str(out, " a day</b><p>");
    report_value(v.lo, MOTE_UNIT_MONEY, currency, out);
    mote_buf_str(out, " to ");
    report_value(v.hi, MOTE_UNIT_MONEY, currency, out);
    mote_buf_printf(out, ", from %.2f h of stream with %lld words.%s</p></div>",
                    report_number(stream, "hours"),
                    (long long)json_integer_value(json_object_get(stream, "n_words")),
                    v.lo < 0 && v.hi > 0 ? " Gain and loss cannot be told apart yet." : "");
}

static void what_next(const mote_report *r, mote_buf *out)
{
    size_t n[4] = {0};
    const json_t *first[4] = {NULL};
    count_verdicts(report_last(r), n, first);
    const json_t *open =
        first[MOTE_VERDICT_UNKNOWN] ? first[MOTE_VERDICT_UNKNOWN] : first[MOTE_VERDICT_NOT_PROVEN];
    const char *settle = report_text(open, "settle/text");
    bool has_alert = false;
    for (size_t i = 0; i < r->n_alerts; i++)
        has_alert |= r->alerts[i].state != MOTE_ALERT_RESOLVED;
    mote_buf_str(out, "<div><h3>What next?</h3><b>");
    if (has_alert)
        mote_buf_str(out, "Learn what has changed</b><p>Traffic is not what it was: add recordings "
                          "of the new condition, or augmentation that makes it, and train.");
    else if (n[MOTE_VERDICT_NOT_MET])
        mote_buf_str(out, "Mend what is not met</b><p>See what is confused and for whom, below; "
                          "samples from more sources help more than more of the same.");
    else if (*settle) {
        mote_buf_str(out, "Settle what is open</b><p>Needed: ");
        mote_buf_html(out, settle);
        mote_buf_char(out, '.');
    } else {
        mote_buf_str(out, "Watch it in use</b><p><code>mote serve</code> answers and watches; "
                          "<code>mote monitor</code> says when the world has changed.");
    }
    mote_buf_str(out, "</p></div>");
}

/* The reasons of a decision stand with "; " between them: the first as a sentence, the rest as a
 * list. Each begins with a capital. */
static void reasons(const char *why, mote_buf *out)
{
    for (bool is_first = true; *why; is_first = false) {
        const char *end = strstr(why, "; ");
        size_t n = end ? (size_t)(end - why) : strlen(why);
        MOTE_SCOPED_BUF one;
        mote_buf_init(&one, 4096);
        mote_buf_add(&one, why, n);
        mote_buf_str(out, is_first ? "" : "<li>");
        report_sentence(one.status == MOTE_OK ? one.data : "", out);
        mote_buf_str(out, !is_first ? "</li>\n" : end ? "</p>\n<ul class=why>" : "</p>\n");
        why += n + (end ? 2 : 0);
        if (!end && !is_first)
            mote_buf_str(out, "</ul>\n");
    }
}

/* What speaks for or against the last version. */
static void lead(const mote_report *r, mote_buf *out)
{
    const json_t *d = report_output(report_last(r), MOTE_STAGE_deploy);
    bool promoted = json_is_true(json_object_get(d, "promoted"));
    mote_buf_str(out, "<p class=lead><b>");
    report_version(report_last(r), out);
    mote_buf_str(out, promoted ? " is the champion.</b> " : " was not promoted.</b> ");
    const char *why = report_text(d, "decision");
    reasons(*why ? why : report_text(d, "summary"), out);
}

void report_answers(const mote_report *r, mote_buf *out)
{
    const mote_lap *before = report_before(r);
    mote_buf_str(out, "<h1>");
    if (before) {
        mote_buf_str(out, "Is ");
        report_version(report_last(r), out);
        mote_buf_str(out, " better than ");
        report_version(before, out);
    } else {
        mote_buf_str(out, "Is ");
        report_version(report_last(r), out);
        mote_buf_str(out, " good enough");
    }
    mote_buf_str(out, "?</h1>\n");
    lead(r, out);
    mote_buf_str(out, "<div class=\"card three\">");
    good_enough(r, out);
    worth_it(r, out);
    what_next(r, out);
    mote_buf_str(out, "</div>\n");
}

/* ---- the versions side by side ---- */

/* A group of rows that were measured the same way. */
typedef struct {
    const char *title;
    mote_stage_id stage;
    const char *where; /* what was measured on; n is added */
    const char *n;     /* path of the number of samples; NULL: counted, exact */
} row_group;

typedef struct {
    int group;
    const char *title, *path;
    mote_unit unit;
    bool is_exact;
    const char *compared; /* path in the comparison of the deploy stage; NULL: not compared */
} row;

static const row_group groups[] = {
    {"Answers", MOTE_STAGE_evaluate, "the model that ships, test samples", "conditions/clean/n"},
    {"On a stream", MOTE_STAGE_evaluate, "events somewhere in what never ends", "stream/n_words"},
    {"On the device", MOTE_STAGE_compile, "measured: emulated", NULL},
};

static const row rows[] = {
    {0, "Right answers", "conditions/clean/accuracy", MOTE_UNIT_RATIO, false, "conditions/clean"},
    {0, "Right answers, in car noise", "conditions/car noise/accuracy", MOTE_UNIT_RATIO, false,
     "conditions/car noise"},
    {0, "Macro F1", "conditions/clean/macro_f1", MOTE_UNIT_RATIO, false, NULL},
    {0, "Calibration error", "conditions/clean/ece", MOTE_UNIT_RATIO, false, NULL},
    {0, "Mean error", "conditions/clean/mae", MOTE_UNIT_NONE, false, "mae"},
    {0, "Root of the mean squared error", "conditions/clean/rmse", MOTE_UNIT_NONE, false, NULL},
    {0, "Variance explained (R²)", "conditions/clean/r2", MOTE_UNIT_NONE, false, NULL},
    {0, "Mean relative error", "conditions/clean/mape", MOTE_UNIT_RATIO, false, NULL},
    {0, "Truths inside the interval", "conditions/clean/coverage", MOTE_UNIT_RATIO, false, NULL},
    {0, "Area under the curve", "conditions/clean/roc_auc", MOTE_UNIT_RATIO, false, "roc_auc"},
    {0, "Average precision", "conditions/clean/average_precision", MOTE_UNIT_RATIO, false, NULL},
    {0, "False alarms", "conditions/clean/false_alarm_rate", MOTE_UNIT_RATIO, false, NULL},
    {0, "Anomalies found", "conditions/clean/detection_rate", MOTE_UNIT_RATIO, false, NULL},
    {1, "Missed", "stream/false_reject_rate", MOTE_UNIT_RATIO, false, "stream/false_reject_rate"},
    {1, "False accepts an hour", "stream/false_accepts_per_hour", MOTE_UNIT_NONE, false,
     "stream/false_accepts_per_hour"},
    {1, "Worth, a day", "stream/value_per_day", MOTE_UNIT_MONEY, false, "stream/value_per_day"},
    {1, "Threshold", "stream/threshold", MOTE_UNIT_NONE, true, NULL},
    {2, "Memory (RAM)", "device/ram_static_bytes", MOTE_UNIT_BYTES, true, NULL},
    {2, "Program space (flash)", "device/flash_bytes", MOTE_UNIT_BYTES, true, NULL},
    {2, "Instructions of the network", "device/network_instructions", MOTE_UNIT_NONE, true, NULL},
};

static mote_interval row_value(const mote_lap *lap, const row *k)
{
    const json_t *o = report_output(lap, groups[k->group].stage);
    double x = report_number(o, k->path);
    return k->is_exact ? (mote_interval){x, x, x} : report_interval(o, k->path);
}

/* What the deploy stage found when it put both versions before the same clips and the same stream;
 * NULL when the champion then was another version than the one shown. */
static const json_t *paired_of(const mote_report *r, const row *k)
{
    const json_t *d = report_output(report_last(r), MOTE_STAGE_deploy);
    const json_t *before = report_output(report_before(r), MOTE_STAGE_deploy);
    char path[96];
    if (!k->compared || json_integer_value(report_member(d, "comparison/champion")) !=
                            json_integer_value(report_member(before, "version")))
        return NULL;
    /* One by one, by the chief metric: the comparison itself. */
    const char *metric = report_text(d, "comparison/metric"), *own = strrchr(k->path, '/');
    if (*metric)
        return own && strcmp(metric, own + 1) == 0 ? report_member(d, "comparison") : NULL;
    (void)mote_format(path, sizeof path, "comparison/%s", k->compared);
    return report_member(d, path);
}

/* Worth is better when it rises, misses and false accepts when they fall. */
static const char *told_apart(const row *k, mote_interval difference)
{
    const char *own = strrchr(k->path, '/');
    mote_metric m = mote_metric_find(own ? own + 1 : k->path);
    bool rises = m < MOTE_N_METRICS ? mote_metric_info(m)->is_higher_better : k->group == 0;
    if (difference.lo > 0)
        return rises ? "better" : "worse";
    if (difference.hi < 0)
        return rises ? "worse" : "better";
    return "not told apart";
}

static void change_cell(const mote_report *r, const row *k, mote_buf *out)
{
    mote_interval now = row_value(report_last(r), k), was = row_value(report_before(r), k);
    mote_interval diff = report_interval(paired_of(r, k), "difference");
    const char *currency =
        report_text(report_output(report_last(r), MOTE_STAGE_evaluate), "stream/currency");
    mote_buf_str(out, "<td class=r data-k=change>");
    if (isfinite(diff.value)) {
        report_change(diff.value, k->unit, currency, out);
        mote_buf_str(out, "<span>");
        report_change(diff.lo, k->unit, NULL, out);
        mote_buf_str(out, " to ");
        report_change(diff.hi, k->unit, NULL, out);
        mote_buf_printf(out, ", %s</span>", told_apart(k, diff));
    } else if (isfinite(now.value) && isfinite(was.value)) {
        double x = now.value - was.value;
        if (fabs(x) > 0)
            report_change(x, k->unit, NULL, out);
        else
            mote_buf_str(out, "the same");
        if (!k->is_exact && now.lo <= was.hi && was.lo <= now.hi)
            mote_buf_str(out, "<span>the intervals overlap</span>");
    } else {
        mote_buf_str(out, "—");
    }
    mote_buf_str(out, "</td>");
}

static void group_row(const mote_report *r, const row_group *g, mote_buf *out)
{
    size_t columns = r->n_laps + 1 + (r->n_laps > 1);
    const json_t *o = report_output(report_last(r), g->stage);
    mote_buf_printf(out, "<tr class=group><th colspan=%zu scope=rowgroup>%s<span>%s", columns,
                    g->title, g->where);
    if (g->stage == MOTE_STAGE_compile) {
        mote_buf_char(out, ' ');
        mote_buf_html(out, report_text(o, "device/target"));
    } else if (g == &groups[0]) {
        double n_parameters =
            report_number(report_output(report_last(r), MOTE_STAGE_train), "parameters");
        mote_buf_str(out, ", ");
        mote_buf_html(out, r->project->model.architecture);
        if (isfinite(n_parameters))
            mote_buf_printf(out, " of %.0f parameters", n_parameters);
    }
    double hours = report_number(o, "stream/hours"),
           n = g->n ? report_number(o, g->n) : (double)NAN;
    if (isfinite(hours) && strcmp(g->n ? g->n : "", "stream/n_words") == 0)
        mote_buf_printf(out, ", %.2f h", hours);
    if (isfinite(n))
        mote_buf_printf(out, ", n %.0f", n);
    mote_buf_str(out, "</span></th></tr>\n");
}

static void value_cells(const mote_report *r, const row *k, mote_buf *out)
{
    const char *currency = report_text(
        report_member(report_output(report_last(r), MOTE_STAGE_evaluate), "stream"), "currency");
    for (size_t i = 0; i < r->n_laps; i++) {
        mote_buf_str(out, "<td class=r data-k=\"");
        report_version(&r->laps[i], out);
        mote_buf_str(out, "\">");
        report_metric(row_value(&r->laps[i], k), k->unit, currency, -1, out);
        mote_buf_str(out, "</td>");
    }
}

mote_status report_changes(const mote_report *r, mote_buf *out, mote_err *err)
{
    char date[32];
    report_begin(out, "numbers", r->n_laps > 1 ? "What changed" : "What it reaches",
                 r->n_laps > 1
                     ? "Every number with its 95 % interval; a change is called one only "
                       "where both were measured on the same samples and the interval says "
                       "so."
                     : "Every number with its 95 % interval, and on what it was "
                       "measured.");
    mote_buf_str(out, "<div class=\"card wrap\"><table class=stack><thead><tr><th>Measure</th>");
    for (size_t i = 0; i < r->n_laps; i++) {
        mote_time_iso(r->laps[i].ended_ms, date, sizeof date);
        date[10] = '\0';
        mote_buf_str(out, "<th class=r>");
        report_version(&r->laps[i], out);
        mote_buf_printf(out, "<span>%s, data v%lld</span>", date,
                        (long long)json_integer_value(json_object_get(
                            report_output(&r->laps[i], MOTE_STAGE_data), "number")));
        mote_buf_str(out, "</th>");
    }
    mote_buf_str(out, r->n_laps > 1 ? "<th class=r>Change</th>" : "");
    mote_buf_str(out, "</tr></thead><tbody>\n");
    int group = -1;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        bool is_known = false;
        for (size_t i = 0; i < r->n_laps; i++)
            is_known |= isfinite(row_value(&r->laps[i], &rows[k]).value);
        if (!is_known)
            continue;
        if (rows[k].group != group)
            group_row(r, &groups[rows[k].group], out);
        group = rows[k].group;
        mote_buf_printf(out, "<tr><th scope=row>%s</th>", rows[k].title);
        value_cells(r, &rows[k], out);
        if (r->n_laps > 1)
            change_cell(r, &rows[k], out);
        mote_buf_str(out, "</tr>\n");
    }
    mote_buf_str(out, "</tbody></table></div>\n");
    MOTE_TRY(report_rates(
        json_object_get(report_output(report_last(r), MOTE_STAGE_evaluate), "conditions"), out,
        err));
    report_end(out);
    return MOTE_OK;
}

/* ---- requirements ---- */

/* The interval, the value and the limit on one line; sizes fill to the limit. */
static void bar(const json_t *v, mote_buf *out)
{
    bool is_least = json_is_number(json_object_get(v, "at_least"));
    double limit = report_number(v, is_least ? "at_least" : "at_most"),
           x = report_number(v, "measured/value"), lo = report_number(v, "measured/lo"),
           hi = report_number(v, "measured/hi");
    static const char *const classes[] = {"unk", "met", "warn", "no"};
    if (!isfinite(x) || !isfinite(limit))
        return;
    lo = isfinite(lo) ? lo : x;
    hi = isfinite(hi) ? hi : x;
    mote_metric m = report_metric_of(report_text(v, "requirement"));
    bool is_share = m < MOTE_N_METRICS && mote_metric_info(m)->unit == MOTE_UNIT_RATIO;
    double from = fmin(fmin(lo, limit), is_share ? 0.0 : fmin(0.0, lo)),
           to = is_share && is_least ? 1.0 : fmax(hi, limit) * 1.1;
    if (!(to > from))
        return;
#define AT(value) (100.0 * (fmin(fmax((value), from), to) - from) / (to - from))
    mote_buf_printf(out,
                    "<div class=\"bar %s\" role=img aria-label=\"limit and interval\"><i "
                    "class=track></i>",
                    classes[kind_of(v)]);
    mote_buf_printf(out, "<i class=bad style=\"left:%.1f%%;right:%.1f%%\"></i>",
                    is_least ? 0.0 : AT(limit), is_least ? 100.0 - AT(limit) : 0.0);
    if (lo < hi)
        mote_buf_printf(out, "<i class=rng style=\"left:%.1f%%;right:%.1f%%\"></i>", AT(lo),
                        100.0 - AT(hi));
    mote_buf_printf(out,
                    "<i class=lim style=\"left:%.1f%%\"></i><i class=dot "
                    "style=\"left:%.1f%%\"></i></div>",
                    AT(limit), AT(x));
#undef AT
}

static void requirement_row(const mote_report *r, const json_t *v, mote_buf *out)
{
    const char *id = report_text(v, "requirement"), *currency = report_text(v, "unit");
    mote_metric m = report_metric_of(id);
    mote_unit unit = m < MOTE_N_METRICS ? mote_metric_info(m)->unit : MOTE_UNIT_NONE;
    bool is_least = json_is_number(json_object_get(v, "at_least"));
    mote_interval x = report_interval(v, "measured");
    mote_buf_str(out, "<tr>");
    for (const mote_lap *lap = r->laps; lap < r->laps + r->n_laps; lap++) {
        const json_t *one = find_verdict(lap, id);
        mote_buf_str(out, "<td data-k=\"");
        report_version(lap, out);
        mote_buf_str(out, "\">");
        if (one)
            report_chip(kind_of(one), out);
        else
            mote_buf_str(out, "not asked");
        mote_buf_str(out, "</td>");
    }
    mote_buf_str(out, "<th scope=row>");
    mote_buf_html(out, report_plain_name(m, id));
    mote_buf_str(out, "<span><code>");
    mote_buf_html(out, id);
    mote_buf_str(out, "</code></span></th><td class=r data-k=measured>");
    double n = report_number(v, "measured/n");
    report_metric(x, unit, currency, isfinite(n) && n > 0 ? (int64_t)n : -1, out);
    const char *on = report_text(v, "measured/on");
    if (*on) {
        mote_buf_str(out, "<span>on ");
        mote_buf_html(out, on);
        mote_buf_str(out, "</span>");
    }
    mote_buf_str(out, "</td><td data-k=limit>");
    bar(v, out);
    mote_buf_printf(out, "<span>at %s ", is_least ? "least" : "most");
    report_value(report_number(v, is_least ? "at_least" : "at_most"), unit, currency, out);
    mote_buf_str(out, "</span></td><td data-k=\"to spare\">");
    const char *settle = report_text(v, "settle/text");
    double margin = report_number(v, "margin");
    if (*settle) {
        mote_buf_str(out, "to settle it: ");
        mote_buf_html(out, settle);
    } else if (isfinite(margin)) {
        report_change(fabs(margin), unit, currency, out);
        mote_buf_str(out, margin < 0 ? " short" : " to spare");
    }
    mote_buf_str(out, "</td></tr>\n");
}

static void gaps(const mote_report *r, mote_buf *out)
{
    const json_t *evaluated = report_output(report_last(r), MOTE_STAGE_evaluate);
    const mote_metric_row *interval = mote_metric_info(MOTE_METRIC_interval_coverage);
    size_t i;
    json_t *v;
    const json_t *untested = report_member(evaluated, "not_tested");
    if (json_array_size(untested) > 0) {
        mote_buf_str(out, "<p class=says><b>Not tested:</b> ");
        json_array_foreach(untested, i, v)
        {
            mote_buf_str(out, i ? "; " : "");
            mote_buf_html(out, json_string_value(v) ? json_string_value(v) : "");
        }
        mote_buf_str(out, ".</p>\n");
    }
    MOTE_SCOPED_JSON *unbeaten = NULL;
    mote_ignore(mote_remarks_unbeaten(evaluated, &unbeaten, NULL)); /* no memory shows in out */
    json_array_foreach(unbeaten, i, v)
    {
        mote_buf_str(out, "<p class=says><b>Not better than something simple:</b> ");
        mote_buf_html(out, json_string_value(v));
        mote_buf_str(out, ".</p>\n");
    }
    json_array_foreach(report_member(evaluated, "promises"), i, v)
    {
        bool is_kept = !json_is_false(json_object_get(v, "holds"));
        if (is_kept && strcmp(report_text(v, "metric"), interval->name) != 0)
            continue;
        mote_buf_str(out, is_kept ? "<p class=says><b>Intervals hold what they promise:</b> "
                                  : "<p class=says><b>Not what validation promised:</b> ");
        mote_buf_html(out, report_text(v, "text"));
        mote_buf_str(out, ".</p>\n");
    }
}

void report_requirements(const mote_report *r, mote_buf *out)
{
    const json_t *list = verdicts_of(report_last(r));
    size_t i;
    json_t *v;
    report_begin(out, "requirements", "Requirements",
                 "Is it good enough? Judged on what was measured; a limit inside the interval is "
                 "met, not proven.");
    if (json_array_size(list) == 0)
        mote_buf_str(out, "<div class=card>mote.yaml asks for nothing; a list of requirements "
                          "there would be judged here.</div>\n");
    else {
        mote_buf_str(out, "<div class=\"card wrap\"><table class=stack><thead><tr>");
        for (size_t k = 0; k < r->n_laps; k++) {
            mote_buf_str(out, "<th>");
            report_version(&r->laps[k], out);
            mote_buf_str(out, "</th>");
        }
        mote_buf_str(out, "<th>Requirement</th><th class=r>Measured</th><th>Interval and "
                          "limit</th><th>To spare</th></tr></thead><tbody>\n");
        json_array_foreach(list, i, v)
        {
            requirement_row(r, v, out);
        }
        mote_buf_str(out, "</tbody></table></div>\n");
    }
    gaps(r, out);
    report_end(out);
}

/* ---- how it was made ---- */

MOTE_PRINTF(3, 4)
static void pair(mote_buf *out, const char *name, const char *fmt, ...)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 4096);
    va_list ap;
    va_start(ap, fmt);
    mote_buf_vprintf(&text, fmt, ap);
    va_end(ap);
    mote_buf_printf(out, "<dt>%s</dt><dd>", name);
    mote_buf_html(out, text.status == MOTE_OK ? text.data : "");
    mote_buf_str(out, "</dd>");
}

void report_made(const mote_report *r, mote_buf *out)
{
    const mote_lap *last = report_last(r);
    const json_t *data = report_output(last, MOTE_STAGE_data),
                 *train = report_output(last, MOTE_STAGE_train),
                 *device = report_member(report_output(last, MOTE_STAGE_compile), "device");
    report_begin(out, "made", "How it was made", "Enough to make it again, byte by byte.");
    mote_buf_str(out, "<div class=card><dl>");
    pair(out, "Project", "%s", r->project->name);
    pair(out, "Data", "%s, manifest %.12s", report_text(data, "summary"),
         report_text(data, "version"));
    for (size_t i = 0; i < r->n_laps; i++) {
        const json_t *d = report_output(&r->laps[i], MOTE_STAGE_deploy);
        MOTE_SCOPED_BUF name;
        mote_buf_init(&name, 256);
        report_version(&r->laps[i], &name);
        pair(out, name.status == MOTE_OK ? name.data : "", "run %s, bundle %.12s",
             report_text(report_output(&r->laps[i], MOTE_STAGE_train), "run"),
             report_text(d, "bundle"));
    }
    double parameters = report_number(train, "parameters"), macs = report_number(train, "macs");
    if (isfinite(parameters) && isfinite(macs))
        pair(out, "Model", "%s, %.0f parameters, %.2f M multiply-accumulates",
             r->project->model.architecture, parameters, macs / 1e6);
    if (device)
        pair(out, "Device",
             "%s at %.0f MHz, %.0f of %.0f golden samples equal on the emulated device",
             report_text(device, "target"), r->project->device.clock_mhz,
             report_number(device, "inputs_equal_to_host"), report_number(device, "inputs"));
    pair(out, "Program", "Mote %s", MOTE_VERSION);
    mote_buf_str(out, "<dt>Again</dt><dd><code>mote run &amp;&amp; mote report</code></dd>"
                      "</dl></div>\n");
    report_end(out);
}
