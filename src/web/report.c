/* SPDX-License-Identifier: Apache-2.0 */
/* The report page. See report.h; the pictures are in chart.c. What is shown comes from the outputs
 * of stages, as JSON; a member that an older Mote did not write leaves its cell empty. */
#include "web/report.h"

#include <math.h>
#include <string.h>

#include "project/verdict.h"
#include "web/chart.h"

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;max-width:980px;margin:2em auto;padding:0 "
    "1em;color:#1f2328}"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid #d0d7de}"
    "table{border-collapse:collapse;margin:.6em 0}td,th{padding:.25em .7em;border-bottom:1px solid "
    "#eaeef2;text-align:right}"
    "td:first-child,th:first-child{text-align:left}th{font-weight:600}"
    ".row{display:flex;flex-wrap:wrap;gap:1.2em}.row>*{flex:1 1 420px}"
    "svg{width:100%;max-width:480px}svg text{font:11px system-ui;fill:#57606a}svg "
    ".title{font-weight:600;fill:#1f2328}"
    ".grid{stroke:#eaeef2}.threshold{stroke:#cf222e;stroke-dasharray:5 4}"
    "img{image-rendering:pixelated;border:1px solid #d0d7de}figure{margin:0;flex:0 1 "
    "300px}figcaption{color:#57606a}"
    ".met{color:#1a7f37}.not{color:#cf222e}.unknown,.unproven{color:#9a6700}.cm "
    "td{text-align:center;min-width:3em}"
    "footer{margin-top:3em;color:#57606a}";

/* ---- reading outputs --------------------------------------------------------------------- */

static const json_t *output(const mote_lap *lap, mote_stage_id s)
{
    return lap->outputs[s];
}

/* A number along a path of members; NaN when it is not there. */
static double number(const json_t *j, const char *a, const char *b, const char *c, const char *d)
{
    const char *const path[] = {a, b, c, d};
    for (size_t i = 0; i < 4 && path[i]; i++)
        j = json_object_get(j, path[i]);
    return json_is_number(j) ? json_number_value(j) : (double)NAN;
}

static const char *text(const json_t *j, const char *member)
{
    const char *s = json_string_value(json_object_get(j, member));
    return s ? s : "";
}

/* ---- the laps side by side --------------------------------------------------------------- */

static void cell(mote_buf *out, double x, const char *fmt, double factor)
{
    if (isnan(x)) {
        mote_buf_str(out, "<td></td>");
        return;
    }
    mote_buf_str(out, "<td>");
    char number_text[48];
    if (strcmp(fmt, "%") == 0)
        (void)mote_format(number_text, sizeof number_text, "%.1f %%", 100.0 * x);
    else if (strcmp(fmt, "B") == 0)
        mote_human_bytes((uint64_t)x, number_text, sizeof number_text);
    else
        (void)mote_format(number_text, sizeof number_text, "%.2f", factor * x);
    mote_buf_html(out, number_text);
    mote_buf_str(out, "</td>");
}

/* What is shown of each lap: a number along a path of members of a stage's output. */
static const struct {
    const char *title, *fmt;
    mote_stage_id stage;
    const char *path[4];
    double factor;
} lap_rows[] = {
    {"accuracy, clean test clips",
     "%",
     MOTE_STAGE_evaluate,
     {"conditions", "clean", "accuracy", "value"},
     1},
    {"accuracy, test clips in car noise",
     "%",
     MOTE_STAGE_evaluate,
     {"conditions", "car noise", "accuracy", "value"},
     1},
    {"macro F1, clean",
     "%",
     MOTE_STAGE_evaluate,
     {"conditions", "clean", "macro_f1", "value"},
     1},
    {"calibration error, clean",
     "%",
     MOTE_STAGE_evaluate,
     {"conditions", "clean", "ece", "value"},
     1},
    {"false accepts per hour of stream",
     "f",
     MOTE_STAGE_evaluate,
     {"stream", "false_accepts_per_hour", "value", NULL},
     1},
    {"words missed on the stream",
     "%",
     MOTE_STAGE_evaluate,
     {"stream", "false_reject_rate", "value", NULL},
     1},
    {"int8 accuracy on validation",
     "%",
     MOTE_STAGE_compress,
     {"accuracy_s8", NULL, NULL, NULL},
     1},
    {"float accuracy on validation",
     "%",
     MOTE_STAGE_compress,
     {"accuracy_f32", NULL, NULL, NULL},
     1},
    {"flash", "B", MOTE_STAGE_compile, {"device", "flash_bytes", NULL, NULL}, 1},
    {"RAM", "B", MOTE_STAGE_compile, {"device", "ram_static_bytes", NULL, NULL}, 1},
    {"network, M instructions",
     "f",
     MOTE_STAGE_compile,
     {"device", "network_instructions", NULL, NULL},
     1e-6},
    {"front end, M instructions a clip",
     "f",
     MOTE_STAGE_compile,
     {"device", "clip_instructions", NULL, NULL},
     1e-6},
};

static void laps_table(const mote_report *r, mote_buf *out)
{
    mote_buf_str(out, "<table><tr><th></th>");
    for (size_t i = 0; i < r->n_laps; i++) {
        const json_t *d = output(&r->laps[i], MOTE_STAGE_deploy);
        mote_buf_printf(out, "<th>lap %zu: ", i + 1);
        mote_buf_html(out, text(d, "model"));
        mote_buf_printf(out, "/%lld</th>",
                        (long long)json_integer_value(json_object_get(d, "version")));
    }
    mote_buf_str(out, "</tr>\n");
    for (size_t k = 0; k < sizeof lap_rows / sizeof lap_rows[0]; k++) {
        mote_buf_printf(out, "<tr><td>%s</td>", lap_rows[k].title);
        for (size_t i = 0; i < r->n_laps; i++)
            cell(out,
                 number(output(&r->laps[i], lap_rows[k].stage), lap_rows[k].path[0],
                        lap_rows[k].path[1], lap_rows[k].path[2], lap_rows[k].path[3]),
                 lap_rows[k].fmt, lap_rows[k].factor);
        mote_buf_str(out, "</tr>\n");
    }
    mote_buf_str(out, "</table>\n<ol>");
    for (size_t i = 0; i < r->n_laps; i++) {
        mote_buf_str(out, "<li>");
        mote_buf_html(out, text(output(&r->laps[i], MOTE_STAGE_deploy), "summary"));
        mote_buf_str(out, "</li>");
    }
    mote_buf_str(out, "</ol>\n");
}

/* ---- requirements before and after ------------------------------------------------------- */

static const json_t *find_verdict(const mote_lap *lap, const char *id)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(output(lap, MOTE_STAGE_deploy), "verdicts"), i, v)
    {
        if (strcmp(text(v, "requirement"), id) == 0)
            return v;
    }
    return NULL;
}

static void verdict_cell(const json_t *v, mote_buf *out)
{
    const char *kind = text(v, "verdict"), *line = text(v, "text");
    mote_verdict_kind parsed = MOTE_VERDICT_UNKNOWN;
    (void)mote_verdict_parse(kind, &parsed);
    const char *class = parsed == MOTE_VERDICT_MET          ? "met"
                        : parsed == MOTE_VERDICT_NOT_PROVEN ? "unproven"
                        : parsed == MOTE_VERDICT_UNKNOWN    ? "unknown"
                                                            : "not";
    if (!v) {
        mote_buf_str(out, "<td>not asked</td>");
        return;
    }
    mote_buf_printf(out, "<td class=%s>", class);
    mote_buf_html(out, line);
    mote_buf_str(out, "</td>");
}

static void requirements(const mote_report *r, mote_buf *out)
{
    mote_buf_str(out, "<h2>Requirements before and after</h2>\n<table><tr><th>requirement</th>");
    for (size_t i = 0; i < r->n_laps; i++)
        mote_buf_printf(out, "<th>lap %zu</th>", i + 1);
    mote_buf_str(out, "</tr>\n");
    size_t k;
    json_t *v;
    json_array_foreach(
        json_object_get(output(&r->laps[r->n_laps - 1], MOTE_STAGE_deploy), "verdicts"), k, v)
    {
        mote_buf_str(out, "<tr><td>");
        mote_buf_html(out, text(v, "requirement"));
        mote_buf_str(out, "</td>");
        for (size_t i = 0; i < r->n_laps; i++)
            verdict_cell(find_verdict(&r->laps[i], text(v, "requirement")), out);
        mote_buf_str(out, "</tr>\n");
    }
    mote_buf_str(out, "</table>\n");
}

/* ---- curves ------------------------------------------------------------------------------ */

/* Column `column` of the training history as a series; x counts epochs. */
static mote_status history_series(const mote_lap *lap, size_t column, const char *name, int color,
                                  mote_arena *a, mote_series *out, mote_err *err)
{
    const json_t *h = json_object_get(output(lap, MOTE_STAGE_train), "history");
    size_t n = json_array_size(h);
    double *x = NULL, *y = NULL;
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *y, &y, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(json_array_get(h, i), column);
        x[i] = (double)i + 1.0;
        y[i] = json_is_number(v) ? json_number_value(v) : (double)NAN;
    }
    *out = (mote_series){.name = name, .x = x, .y = y, .n = n, .color = color};
    return MOTE_OK;
}

static mote_status training_curves(const mote_report *r, mote_arena *a, mote_buf *out,
                                   mote_err *err)
{
    static const char *const names[2][2] = {{"training loss", "validation loss"},
                                            {"training accuracy", "validation accuracy"}};
    mote_buf_str(out, "<h2>Training</h2>\n<div class=row>");
    for (size_t i = 0; i < r->n_laps; i++)
        for (size_t kind = 0; kind < 2; kind++) {
            mote_series s[2];
            for (size_t k = 0; k < 2; k++)
                MOTE_TRY(history_series(&r->laps[i], kind + 2 * k, names[kind][k], (int)k, a, &s[k],
                                        err));
            char title[64];
            (void)mote_format(title, sizeof title, "lap %zu: %s", i + 1,
                              kind ? "accuracy" : "loss");
            mote_chart c = {.title = title,
                            .x_label = "epoch",
                            .y_label = kind ? "accuracy" : "loss",
                            .series = s,
                            .n_series = 2,
                            .threshold = (double)NAN};
            mote_chart_svg(&c, out);
        }
    mote_buf_str(out, "</div>\n");
    return MOTE_OK;
}

static mote_status array_values(const json_t *j, const char *member, mote_arena *a, double **out,
                                size_t *n, mote_err *err)
{
    const json_t *list = json_object_get(j, member);
    *n = json_array_size(list);
    MOTE_TRY(mote_arena_take(a, *n + 1, sizeof **out, out, err));
    for (size_t i = 0; i < *n; i++) {
        const json_t *v = json_array_get(list, i);
        (*out)[i] = json_is_number(v) ? json_number_value(v) : (double)NAN;
    }
    return MOTE_OK;
}

static mote_status stream_curves(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    mote_series *s = NULL;
    MOTE_TRY(mote_arena_take(a, r->n_laps, sizeof *s, &s, err));
    for (size_t i = 0; i < r->n_laps; i++) {
        const json_t *curve =
            json_object_get(output(&r->laps[i], MOTE_STAGE_evaluate), "stream_curve");
        double *x = NULL, *y = NULL;
        size_t nx = 0, ny = 0;
        MOTE_TRY(array_values(curve, "false_accepts_per_hour", a, &x, &nx, err));
        MOTE_TRY(array_values(curve, "false_reject_rate", a, &y, &ny, err));
        for (size_t k = 0; k < nx; k++)
            x[k] += 0.1; /* a logarithmic axis has no 0 */
        char *name = mote_arena_printf(a, "lap %zu", i + 1);
        s[i] = (mote_series){
            .name = name ? name : "", .x = x, .y = y, .n = nx < ny ? nx : ny, .color = (int)i};
    }
    mote_chart c = {.title = "words missed against false accepts, as the threshold moves",
                    .x_label = "false accepts per hour + 0.1",
                    .y_label = "words missed",
                    .series = s,
                    .n_series = r->n_laps,
                    .log_x = true,
                    .y_lo = 0.0,
                    .y_hi = 1.0,
                    .threshold = (double)NAN};
    mote_buf_str(out, "<h2>On a stream</h2>\n<div class=row>");
    mote_chart_svg(&c, out);
    mote_buf_str(out, "</div>\n");
    return MOTE_OK;
}

/* ---- confusion --------------------------------------------------------------------------- */

static void confusion(const json_t *condition, const char *title, mote_buf *out)
{
    const json_t *rows = json_object_get(condition, "confusion"),
                 *classes = json_object_get(condition, "classes");
    if (!json_is_array(rows))
        return;
    mote_buf_str(out, "<div><b>");
    mote_buf_html(out, title);
    mote_buf_str(out, "</b><table class=cm><tr><th>said \\ heard</th>");
    size_t i, k;
    json_t *row, *c, *n;
    json_array_foreach(classes, i, c)
    {
        mote_buf_str(out, "<th>");
        mote_buf_html(out, text(c, "class"));
        mote_buf_str(out, "</th>");
    }
    mote_buf_str(out, "</tr>\n");
    json_array_foreach(rows, i, row)
    {
        json_int_t total = 0;
        json_array_foreach(row, k, n) total += json_integer_value(n);
        mote_buf_str(out, "<tr><td>");
        mote_buf_html(out, text(json_array_get(classes, i), "class"));
        mote_buf_str(out, "</td>");
        json_array_foreach(row, k, n)
        {
            double share = total ? (double)json_integer_value(n) / (double)total : 0.0;
            mote_buf_printf(out, "<td style=\"background:rgba(%s,%.2f)\">%lld</td>",
                            i == k ? "45,164,78" : "207,34,46", share,
                            (long long)json_integer_value(n));
        }
        mote_buf_str(out, "</tr>\n");
    }
    mote_buf_str(out, "</table></div>\n");
}

static void confusions(const mote_report *r, mote_buf *out)
{
    mote_buf_str(out, "<h2>Confusion on the test split</h2>\n<div class=row>");
    for (size_t i = 0; i < r->n_laps; i++) {
        const char *name;
        json_t *condition,
            *all = json_object_get(output(&r->laps[i], MOTE_STAGE_evaluate), "conditions");
        json_object_foreach(all, name, condition)
        {
            char title[64];
            (void)mote_format(title, sizeof title, "lap %zu, %s", i + 1, name);
            confusion(condition, title, out);
        }
    }
    mote_buf_str(out, "</div>\n");
}

/* ---- drift ------------------------------------------------------------------------------- */

static mote_status drift(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    mote_buf_str(out, "<h2>Drift of the served traffic</h2>\n");
    if (r->n_windows == 0) {
        mote_buf_str(out, "<p>No window of traffic has been watched yet.</p>\n");
        return MOTE_OK;
    }
    double *x = NULL, *y[2] = {NULL, NULL};
    MOTE_TRY(mote_arena_take(a, r->n_windows, sizeof *x, &x, err));
    for (int k = 0; k < 2; k++)
        MOTE_TRY(mote_arena_take(a, r->n_windows, sizeof *y[k], &y[k], err));
    for (size_t i = 0; i < r->n_windows; i++) {
        const mote_window *w = &r->windows[r->n_windows - 1 - i];
        double p = w->p_value > 1e-12 ? w->p_value : 1e-12;
        x[i] = (double)i + 1.0;
        y[0][i] = w->is_drift ? (double)NAN : -log10(p);
        y[1][i] = w->is_drift ? -log10(p) : (double)NAN;
    }
    mote_series s[2] = {
        {.name = "as the reference",
         .x = x,
         .y = y[0],
         .n = r->n_windows,
         .color = 2,
         .dots = true},
        {.name = "drift", .x = x, .y = y[1], .n = r->n_windows, .color = 1, .dots = true}};
    mote_chart c = {.title = "windows of predictions in the order they came",
                    .x_label = "window",
                    .y_label = "-log10 of p",
                    .series = s,
                    .n_series = 2,
                    .y_lo = 0.0,
                    .y_hi = 12.5,
                    .threshold = -log10(r->false_alarm)};
    mote_buf_str(out, "<div class=row>");
    mote_chart_svg(&c, out);
    mote_buf_str(out, "<div><table><tr><th>alert</th><th>version</th><th>state</th><th>strongest</"
                      "th><th>PSI</th><th>threshold</th><th>windows</th></tr>\n");
    for (size_t i = 0; i < r->n_alerts; i++) {
        const mote_alert *t = &r->alerts[i];
        mote_buf_printf(out, "<tr><td>%lld</td><td>%lld</td><td>", (long long)t->id,
                        (long long)t->version);
        mote_buf_html(out, mote_alert_state_name(t->state));
        if (t->resolution)
            mote_buf_str(out, ": ");
        mote_buf_html(out, t->resolution ? t->resolution : "");
        mote_buf_str(out, "</td><td>");
        mote_buf_html(out, t->what);
        mote_buf_printf(out, "</td><td>%.3f</td><td>%.3f</td><td>%lld</td></tr>\n", t->statistic,
                        t->threshold, (long long)t->n_windows);
    }
    mote_buf_printf(out,
                    "</table><p>A window drifts below p = %g, the stated probability of a false "
                    "alarm, all things "
                    "watched taken together.</p></div></div>\n",
                    r->false_alarm);
    return MOTE_OK;
}

/* ---- the page ---------------------------------------------------------------------------- */

/* [frames][bands] to rows of bands, columns of frames. */
static mote_status spectrograms(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    mote_buf_str(out, "<h2>What the front end sees</h2>\n<div class=row>");
    for (size_t i = 0; i < r->n_clips; i++) {
        const mote_spectrogram *s = &r->clips[i];
        float *turned = NULL;
        MOTE_TRY(mote_arena_take(a, s->n_frames * s->n_bands, sizeof *turned, &turned, err));
        for (size_t f = 0; f < s->n_frames; f++)
            for (size_t b = 0; b < s->n_bands; b++)
                turned[b * s->n_frames + f] = s->values[f * s->n_bands + b];
        mote_buf_str(out, "<figure>");
        mote_heat_map(turned, s->n_bands, s->n_frames, 294, 160, s->title, out);
        mote_buf_str(out, "<figcaption>");
        mote_buf_html(out, s->title);
        mote_buf_str(out, "</figcaption></figure>\n");
    }
    mote_buf_str(out, "</div>\n");
    return MOTE_OK;
}

mote_status mote_report_html(const mote_report *r, mote_buf *out, mote_err *err)
{
    if (r->n_laps == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "there is nothing to report yet, see 'mote run'");
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)256 << 20);
    size_t start = out->len;
    mote_buf_str(out, "<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>");
    mote_buf_html(out, r->project);
    mote_buf_str(out, ": report</title><style>");
    mote_buf_str(out, style);
    mote_buf_str(out, "</style></head><body>\n<h1>");
    mote_buf_html(out, r->project);
    mote_buf_printf(out, ": %zu %s round the loop</h1>\n", r->n_laps,
                    r->n_laps == 1 ? "time" : "times");
    laps_table(r, out);
    requirements(r, out);
    MOTE_TRY(drift(r, &a, out, err));
    MOTE_TRY(spectrograms(r, &a, out, err));
    MOTE_TRY(training_curves(r, &a, out, err));
    confusions(r, out);
    MOTE_TRY(stream_curves(r, &a, out, err));
    mote_buf_str(out, "<footer>Made by Mote " MOTE_VERSION " at ");
    mote_buf_html(out, r->made_at);
    mote_buf_str(out, ".</footer>\n</body></html>\n");
    MOTE_TRY(mote_buf_status(out, err));
    if (out->len - start > MOTE_REPORT_MAX_BYTES)
        return mote_fail(err, MOTE_LIMIT, "the report has %zu bytes, over its limit of %zu",
                         out->len - start, MOTE_REPORT_MAX_BYTES);
    return MOTE_OK;
}
