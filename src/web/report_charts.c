/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken for what, the stream's curve with the point at which the product works, and how
 * training went. */
#include <math.h>
#include <string.h>

#include "pipeline/seeds.h"
#include "web/report_internal.h"

/* ---- confusion ---- */

/* The words of UI: the class of other words, and of no speech. */
static const char *class_word(const char *name)
{
    return strcmp(name, "_unknown_") == 0   ? "other words"
           : strcmp(name, "_silence_") == 0 ? "silence"
                                            : name;
}

static void confusion_cell(json_int_t n, json_int_t total, bool is_right, mote_buf *out)
{
    if (n == 0) {
        mote_buf_str(out, "<td class=none>·</td>");
        return;
    }
    double share = (double)n / (double)total;
    int step = 1 + (share > 0.05) + (share > 0.15) + (share > 0.3) + (share > 0.5) + (share > 0.8);
    mote_buf_printf(out, "<td class=\"%s\" style=\"background:var(--%c%d)\">%lld</td>",
                    step > 4 ? "x5" : "x1", is_right ? 's' : 'o', step, (long long)n);
}

typedef struct {
    json_int_t n;
    const char *said, *heard;
} mistake;

static void confusion_row(const json_t *row, size_t i, const json_t *classes, mistake *most,
                          mote_buf *out)
{
    size_t k;
    json_t *n;
    json_int_t total = 0, right = 0;
    const char *said = class_word(report_text(json_array_get(classes, i), "class"));
    json_array_foreach(row, k, n) total += json_integer_value(n);
    mote_buf_str(out, "<tr><th scope=row>");
    mote_buf_html(out, said);
    mote_buf_str(out, "</th>");
    json_array_foreach(row, k, n)
    {
        json_int_t x = json_integer_value(n);
        confusion_cell(x, total, i == k, out);
        right += i == k ? x : 0;
        if (i != k && x > most->n)
            *most =
                (mistake){x, said, class_word(report_text(json_array_get(classes, k), "class"))};
    }
    mote_buf_printf(out, "<td>%.0f %%</td></tr>\n",
                    total ? 100.0 * (double)right / (double)total : 0.0);
}

static void confusion_of(const mote_lap *lap, const char *name, const json_t *condition,
                         mistake *most, mote_buf *out)
{
    bool is_alone =
        json_object_size(report_member(report_output(lap, MOTE_STAGE_evaluate), "conditions")) < 2;
    const json_t *rows = json_object_get(condition, "confusion"),
                 *classes = json_object_get(condition, "classes");
    size_t i;
    json_t *row, *c;
    if (!json_is_array(rows))
        return;
    mote_interval accuracy = report_interval(condition, "accuracy");
    mote_buf_str(out, "<div class=\"card wrap\"><h3>");
    report_version(lap, out);
    if (!is_alone) {
        mote_buf_str(out, ", ");
        mote_buf_html(out, name);
    }
    mote_buf_printf(out, ": %.1f %% right of %.0f</h3><table class=cm><tr><th></th>",
                    100.0 * accuracy.value, report_number(condition, "n"));
    json_array_foreach(classes, i, c)
    {
        mote_buf_str(out, "<th>");
        mote_buf_html(out, class_word(report_text(c, "class")));
        mote_buf_str(out, "</th>");
    }
    mote_buf_str(out, "<th>recall</th></tr>\n");
    json_array_foreach(rows, i, row)
    {
        confusion_row(row, i, classes, most, out);
    }
    mote_buf_str(out, "</table></div>\n");
}

void report_confusion(const mote_report *r, mote_buf *out)
{
    mistake most = {0};
    const json_t *evaluated = report_output(report_last(r), MOTE_STAGE_evaluate);
    if (!report_member(evaluated, "conditions/clean/confusion"))
        return; /* nothing is taken for something else */
    report_begin(
        out, "confusion", "Confusion",
        "What it is (rows) and what it was taken for (columns), on the test samples. Blue is "
        "right, orange is wrong, a stronger colour is a larger part of the row.");
    mote_buf_str(out, "<div class=grid2>");
    for (size_t i = 0; i < r->n_laps; i++) {
        const char *name;
        json_t *condition,
            *all = json_object_get(report_output(&r->laps[i], MOTE_STAGE_evaluate), "conditions");
        bool is_last = i + 1 == r->n_laps;
        mistake ignored = {0};
        json_object_foreach(all, name, condition)
        {
            confusion_of(&r->laps[i], name, condition, is_last ? &most : &ignored, out);
        }
    }
    mote_buf_str(out, "</div>\n<p class=says>");
    if (most.n > 0) {
        mote_buf_printf(out, "Most often mistaken now: <b>%lld %s</b> of \"", (long long)most.n,
                        most.n == 1 ? "sample" : "samples");
        mote_buf_html(out, most.said);
        mote_buf_str(out, "\" taken for \"");
        mote_buf_html(out, most.heard);
        mote_buf_str(out, "\".");
    } else {
        mote_buf_str(out, "Nothing was mistaken on these samples.");
    }
    mote_buf_str(out, "</p>\n");
    report_end(out);
}

/* ---- the stream ---- */

static double number_at(const json_t *list, size_t i)
{
    const json_t *v = json_array_get(list, i);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static mote_status array_values(const json_t *j, const char *member, mote_arena *a, double **out,
                                size_t *n, mote_err *err)
{
    const json_t *list = json_object_get(j, member);
    *n = json_array_size(list);
    MOTE_TRY(mote_arena_take(a, *n + 1, sizeof **out, out, err));
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = number_at(list, i);
    return MOTE_OK;
}

mote_status report_curve_series(const char *name, const json_t *point, const json_t *curve,
                                mote_arena *a, mote_series *out, mote_err *err)
{
    double *x = NULL, *y = NULL;
    size_t nx = 0, ny = 0;
    MOTE_TRY(array_values(curve, "false_accepts_per_hour", a, &x, &nx, err));
    MOTE_TRY(array_values(curve, "false_reject_rate", a, &y, &ny, err));
    const char *title = mote_arena_strdup(a, name);
    const char *mark = mote_arena_printf(a, "%s%sthreshold %.2f", name, *name ? ", " : "",
                                         report_number(point, "threshold"));
    if (!title || !mark)
        return mote_fail(err, MOTE_NOMEM, "no memory for the report");
    *out = (mote_series){.name = title,
                         .x = x,
                         .y = y,
                         .n = nx < ny ? nx : ny,
                         .mark = {mark, report_number(point, "false_accepts_per_hour/value"),
                                  report_number(point, "false_reject_rate/value")}};
    return MOTE_OK;
}

/* The curve of one version, and on it the threshold that it works with. */
static mote_status stream_series(const mote_lap *lap, int color, mote_arena *a, mote_series *out,
                                 mote_err *err)
{
    const json_t *e = report_output(lap, MOTE_STAGE_evaluate);
    MOTE_SCOPED_BUF name;
    mote_buf_init(&name, 256);
    report_version(lap, &name);
    MOTE_TRY(report_curve_series(name.len ? name.data : "", json_object_get(e, "stream"),
                                 json_object_get(e, "stream_curve"), a, out, err));
    out->color = color;
    return MOTE_OK;
}

/* The limit that mote.yaml asks for, where it does. */
static double limit_of(const mote_report *r, mote_metric metric)
{
    size_t i;
    json_t *v;
    json_array_foreach(report_member(report_output(report_last(r), MOTE_STAGE_deploy), "verdicts"),
                       i, v)
    {
        if (report_metric_of(report_text(v, "requirement")) == metric)
            return report_number(v, "at_most");
    }
    return (double)NAN;
}

/* What was asked of false accepts an hour, whose threshold was chosen by it: by a requirement, else
 * by the stream's own limit. NaN: nothing. */
static double asked_of(const mote_report *r)
{
    const double limit = limit_of(r, MOTE_METRIC_false_accepts_per_hour);
    return isfinite(limit) ? limit
                           : report_number(report_output(report_last(r), MOTE_STAGE_evaluate),
                                           "promised/max_false_accepts_per_hour");
}

/* " At most 1 an hour is asked: (met, not proven)"; nothing when `asked` is NaN. */
static void asked_says(mote_interval rate, double asked, mote_buf *out)
{
    if (!isfinite(asked))
        return;
    const mote_verdict_kind kind = !(rate.value <= asked) ? MOTE_VERDICT_NOT_MET
                                   : rate.hi <= asked     ? MOTE_VERDICT_MET
                                                          : MOTE_VERDICT_NOT_PROVEN;
    mote_buf_printf(out, " At most %g an hour is asked: ", asked);
    report_chip(kind, out);
}

/* "In 2.50 h of negative recordings, ..": hours in which nothing that is asked for happens. */
static void negatives_say(const json_t *evaluated, mote_buf *out)
{
    static const char *const parts[][2] = {{"test", "of the test"},
                                           {"folds", "each heard by one fold"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const json_t *o = json_object_get(json_object_get(evaluated, "negatives"), parts[i][0]);
        const mote_interval rate = report_interval(o, "false_accepts_per_hour");
        if (!isfinite(rate.value))
            continue;
        mote_buf_printf(
            out,
            "<p class=says>In <b>%.2f h</b> of negative recordings %s, in which nothing "
            "that is asked for happens, it accepted <b>%lld</b>: %.2f an hour, which "
            "may be %.2f to %.2f.</p>\n",
            report_number(o, "hours"), parts[i][1],
            (long long)json_integer_value(json_object_get(o, "n_false_accepts")), rate.value,
            rate.lo, rate.hi);
    }
}

static void stream_says(const mote_report *r, mote_buf *out)
{
    const json_t *evaluated = report_output(report_last(r), MOTE_STAGE_evaluate);
    const json_t *s = report_member(evaluated, "stream");
    mote_interval rate = report_interval(s, "false_accepts_per_hour");
    if (!isfinite(rate.value))
        return;
    double hours = report_number(s, "hours");
    json_int_t words = json_integer_value(json_object_get(s, "n_words")),
               hits = json_integer_value(json_object_get(s, "n_hits")),
               accepts = json_integer_value(json_object_get(s, "n_false_accepts"));
    mote_buf_str(out, "<p class=says>");
    report_version(report_last(r), out);
    mote_buf_printf(out,
                    " missed <b>%lld of %lld %s</b> and accepted <b>%lld</b> wrongly in %.2f h: "
                    "%.1f an hour, which may be %.1f to %.1f.",
                    (long long)(words - hits), (long long)words,
                    mote_project_is_of_words(r->project) ? "words" : "events", (long long)accepts,
                    hours, rate.value, rate.lo, rate.hi);
    asked_says(rate, asked_of(r), out);
    if (rate.value > 0 && rate.hi > 4 * rate.value)
        mote_buf_str(out, " The left end of the curve rests on single events; a longer stream "
                          "makes the first step smaller.");
    mote_buf_str(out, "</p>\n");
    negatives_say(evaluated, out);
}

/* A dozen points of the last version's curve, for those who would rather read them. */
static void stream_table(const mote_report *r, mote_buf *out)
{
    const json_t *c =
        report_member(report_output(report_last(r), MOTE_STAGE_evaluate), "stream_curve");
    const json_t *at = json_object_get(c, "threshold");
    const json_t *accepts = json_object_get(c, "false_accepts_per_hour");
    const json_t *missed = json_object_get(c, "false_reject_rate");
    const size_t n = json_array_size(at), rows = n < 12 ? n : 12;
    if (n == 0)
        return;
    mote_buf_str(out, "<details><summary>Show as a table</summary><table><tr><th "
                      "class=r>Threshold</th><th class=r>False accepts an hour</th><th "
                      "class=r>Missed</th></tr>\n");
    for (size_t k = 0; k < rows; k++) {
        const size_t i = rows > 1 ? k * (n - 1) / (rows - 1) : 0;
        mote_buf_printf(out, "<tr><td class=r>%.3f</td><td class=r>", number_at(at, i));
        report_value(number_at(accepts, i), MOTE_UNIT_NONE, NULL, out);
        mote_buf_str(out, "</td><td class=r>");
        report_value(number_at(missed, i), MOTE_UNIT_RATIO, NULL, out);
        mote_buf_str(out, "</td></tr>\n");
    }
    mote_buf_str(out, "</table></details>\n");
}

void report_curve_chart(const report_curve *k, mote_buf *out)
{
    char name[64] = "", x_name[64] = "";
    if (isfinite(k->missed))
        (void)mote_format(name, sizeof name, "at most %.0f %% missed", 100.0 * k->missed);
    if (isfinite(k->asked))
        (void)mote_format(x_name, sizeof x_name, "at most %g an hour", k->asked);
    const mote_chart c = {.finding = k->is_of_words
                                         ? "Words missed against false accepts an hour as the "
                                           "threshold moves"
                                         : "Events missed against false accepts an hour as the "
                                           "threshold moves",
                          .x_label = "false accepts an hour, log scale",
                          .y_label = k->is_of_words ? "words missed, %" : "events missed, %",
                          .series = k->series,
                          .n_series = k->n,
                          .log_x = true,
                          .y_is_share = true,
                          .y_lo = 0.0,
                          .y_hi = 1.0,
                          .limit = k->missed,
                          .limit_name = name[0] ? name : NULL,
                          .x_limit = isfinite(k->asked) ? k->asked : 0.0,
                          .x_limit_name = x_name[0] ? x_name : NULL};
    mote_chart_svg(&c, out);
}

mote_status report_stream(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    mote_series *s = NULL;
    if (!json_object_get(report_output(report_last(r), MOTE_STAGE_evaluate), "stream"))
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, r->n_laps, sizeof *s, &s, err));
    for (size_t i = 0; i < r->n_laps; i++)
        MOTE_TRY(stream_series(&r->laps[i], (int)i, a, &s[i], err));
    report_begin(out, "stream", "On a stream",
                 mote_project_is_of_words(r->project)
                     ? "How many words are missed, for how many false accepts, as the threshold "
                       "moves? Words stand somewhere in noise and other speech; the filled point "
                       "is where the product works."
                     : "How many events are missed, for how many false accepts, as the threshold "
                       "moves? The recordings of the test lie one behind the other; the filled "
                       "point is where the product works.");
    mote_buf_str(out, "<div class=\"card grid2\"><div>");
    const report_curve curve = {s, r->n_laps, limit_of(r, MOTE_METRIC_false_reject_rate),
                                asked_of(r), mote_project_is_of_words(r->project)};
    report_curve_chart(&curve, out);
    mote_buf_str(out, "</div><div>");
    stream_says(r, out);
    stream_table(r, out);
    mote_buf_str(out, "</div></div>\n");
    report_end(out);
    return MOTE_OK;
}

/* ---- position ---- */

/* Right answers of one version over where the word lies: of all words, cut ones too. */
static mote_status position_series(const mote_lap *lap, int color, mote_arena *a, mote_series *out,
                                   mote_err *err)
{
    const json_t *list =
        report_member(report_output(lap, MOTE_STAGE_evaluate), "position/test/offsets");
    const size_t n = json_array_size(list);
    double *x = NULL, *y = NULL;
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *y, &y, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        x[i] = report_number(o, "offset_ms");
        y[i] = report_number(o, "right") / report_number(o, "words");
    }
    MOTE_SCOPED_BUF name;
    mote_buf_init(&name, 256);
    report_version(lap, &name);
    const char *title = mote_arena_strdup(a, name.len ? name.data : "");
    if (!title)
        return mote_fail(err, MOTE_NOMEM, "no memory for the report");
    *out = (mote_series){.name = title, .x = x, .y = y, .n = n, .color = color};
    return MOTE_OK;
}

static void position_says(const mote_report *r, mote_buf *out)
{
    const json_t *p =
        report_member(report_output(report_last(r), MOTE_STAGE_evaluate), "position/test");
    const mote_interval loss = report_interval(p, "loss");
    if (!isfinite(loss.value))
        return;
    mote_buf_str(out, "<p class=says>");
    report_version(report_last(r), out);
    mote_buf_printf(out,
                    " loses at most <b>%.1f points</b> (%.1f to %.1f) of words that the window "
                    "holds whole, when they lie off its middle.</p>\n",
                    100.0 * loss.value, 100.0 * loss.lo, 100.0 * loss.hi);
}

mote_status report_position(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    mote_series *s = NULL;
    if (!report_member(report_output(report_last(r), MOTE_STAGE_evaluate), "position/test"))
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, r->n_laps, sizeof *s, &s, err));
    for (size_t i = 0; i < r->n_laps; i++)
        MOTE_TRY(position_series(&r->laps[i], (int)i, a, &s[i], err));
    const mote_chart c = {.finding = "Right answers by where the word lies in the window",
                          .x_label = "middle of the word off the middle of the window, ms",
                          .y_label = "right answers, %",
                          .series = s,
                          .n_series = r->n_laps,
                          .y_is_share = true,
                          .y_lo = 0.0,
                          .y_hi = 1.0,
                          .limit = (double)NAN};
    report_begin(out, "position", "Wherever the word lies",
                 "A device looks again and again, and the word lies where it lies. Is it known "
                 "there as in the middle?");
    mote_buf_str(out, "<div class=\"card grid2\"><div>");
    mote_chart_svg(&c, out);
    mote_buf_str(out, "</div><div>");
    position_says(r, out);
    mote_buf_str(out, "</div></div>\n");
    report_end(out);
    return MOTE_OK;
}

/* ---- training ---- */

/* The points of a series: column `column` of the training history; x counts epochs. */
static mote_status history_points(const mote_lap *lap, size_t column, mote_arena *a,
                                  mote_series *out, mote_err *err)
{
    const json_t *h = json_object_get(report_output(lap, MOTE_STAGE_train), "history");
    size_t n = json_array_size(h);
    double *x = NULL, *y = NULL;
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *y, &y, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(json_array_get(h, i), column);
        x[i] = (double)i + 1.0;
        y[i] = json_is_number(v) ? json_number_value(v) : (double)NAN;
    }
    out->x = x;
    out->y = y;
    out->n = n;
    return MOTE_OK;
}

static mote_status training_chart(const mote_lap *lap, size_t kind, mote_arena *a, mote_buf *out,
                                  mote_err *err)
{
    mote_series s[2] = {{.name = "training", .color = 0}, {.name = "validation", .color = 1}};
    for (size_t k = 0; k < 2; k++)
        MOTE_TRY(history_points(lap, kind + 2 * k, a, &s[k], err));
    mote_chart c = {.finding = kind ? "Right answers by epoch" : "Loss by epoch",
                    .x_label = "epoch",
                    .y_label = kind ? "right answers, %" : "loss",
                    .series = s,
                    .n_series = 2,
                    .y_is_share = kind == 1,
                    .y_lo = 0.0,
                    .y_hi = kind ? 1.0 : 0.0,
                    .limit = (double)NAN};
    mote_buf_str(out, "<div class=card><h3>");
    report_version(lap, out);
    mote_buf_printf(out, ", %s</h3>", kind ? "right answers" : "loss");
    mote_chart_svg(&c, out);
    mote_buf_str(out, "</div>\n");
    return MOTE_OK;
}

/* How much of a figure is chance of the seed, where several were trained. */
static mote_status seeds_say(const mote_lap *lap, mote_buf *out, mote_err *err)
{
    const json_t *seeds = report_member(report_output(lap, MOTE_STAGE_evaluate), "seeds");
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 4096);
    if (!seeds)
        return MOTE_OK;
    MOTE_TRY(mote_seeds_tell(seeds, &text, err));
    mote_buf_str(out, "<div class=card><h3>");
    report_version(lap, out);
    mote_buf_str(out, ", seeds</h3><p>");
    mote_buf_html(out, text.data);
    mote_buf_str(out, "</p></div>\n");
    return MOTE_OK;
}

mote_status report_training(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    report_begin(out, "training", "Training",
                 "Did it learn, and had it finished? Training looks worse than validation where "
                 "its samples are made harder on purpose.");
    mote_buf_str(out, "<div class=grid2>");
    /* Right answers are counted of classes alone. */
    const json_t *evaluated = report_output(report_last(r), MOTE_STAGE_evaluate);
    size_t n_kinds = report_member(evaluated, "conditions/clean/confusion") ? 2 : 1;
    for (size_t i = 0; i < r->n_laps; i++)
        for (size_t kind = 0; kind < n_kinds; kind++)
            MOTE_TRY(training_chart(&r->laps[i], kind, a, out, err));
    mote_buf_str(out, "</div>\n");
    for (size_t i = 0; i < r->n_laps; i++)
        MOTE_TRY(seeds_say(&r->laps[i], out, err));
    report_end(out);
    return MOTE_OK;
}
