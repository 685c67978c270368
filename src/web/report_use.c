/* SPDX-License-Identifier: Apache-2.0 */
/* In use: what the watch over the served traffic saw; and what the front end makes of some clips.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "web/chart.h"
#include "web/report_internal.h"
#include "web/report_sound.h"

/* ---- clips ---- */

static mote_status pictures(const mote_report_clip *clips, size_t n, mote_arena *a, mote_buf *out,
                            mote_err *err)
{
    mote_buf_str(out, "<div class=\"card pics\">");
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(report_sound_figure(&clips[i], a, out, err));
    mote_buf_str(out, "</div>\n");
    return MOTE_OK;
}

mote_status report_sounds(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    if (r->n_clips == 0)
        return MOTE_OK;
    report_begin(out, "sounds", "What it hears",
                 "The sound pictures that the front end gives to the network (bright is loud), and "
                 "what the network says of them. These clips are in the bundle: every device "
                 "answers them with the same bits.");
    MOTE_TRY(pictures(r->clips, r->n_clips, a, out, err));
    report_end(out);
    return MOTE_OK;
}

void report_figures(const mote_report *r, mote_buf *out)
{
    if (!r->figures)
        return;
    report_begin(out, "samples", r->figures_title, r->figures_question);
    const char *pics = r->figures_are_small ? "card pics small" : "card pics";
    mote_buf_printf(out, "<div class=\"%s\">", pics);
    mote_buf_str(out, r->figures);
    mote_buf_str(out, "</div>\n");
    if (r->mistakes) {
        mote_buf_printf(out,
                        "<h3>What it gets wrong</h3><p class=q>%lld of the %lld of the test were "
                        "answered wrongly; these are the ones it was surest of, and what they "
                        "are.</p><div class=\"%s\">",
                        (long long)r->n_wrong, (long long)r->n_judged, pics);
        mote_buf_str(out, r->mistakes);
        mote_buf_str(out, "</div>\n");
    }
    report_end(out);
}

/* ---- the watch ---- */

static mote_status window_chart(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
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
        {.name = "drifted", .x = x, .y = y[1], .n = r->n_windows, .color = 3, .dots = true}};
    double alarm = r->false_alarm;
    char name[64];
    (void)mote_format(name, sizeof name, "alarm: p below %g", alarm);
    mote_chart c = {.finding =
                        "Windows of served predictions, by how unlike the reference they are",
                    .x_label = "window of predictions, in the order they came",
                    .y_label = "how unlike: zeros of p",
                    .series = s,
                    .n_series = 2,
                    .y_lo = 0.0,
                    .y_hi = 12.5,
                    .limit = -log10(alarm),
                    .limit_name = name};
    mote_chart_svg(&c, out);
    return MOTE_OK;
}

/* "the balance of low and high tones; sounds like another microphone" */
static void contributor(const mote_report *r, const mote_contributor *c, mote_buf *out)
{
    mote_value_words words;
    const mote_frontend own = mote_frontend_of_project(&r->project->features, r->project->rate_hz);
    report_watched(r->features ? r->features : &own, c->what, &words);
    mote_buf_html(out, strcmp(c->words, c->what) != 0 ? c->words : words.what);
    mote_buf_printf(out, " (<code>");
    mote_buf_html(out, c->what);
    mote_buf_printf(out, "</code>, PSI %.2f where %.2f is the limit", c->statistic, c->threshold);
    if (isfinite(c->share))
        mote_buf_printf(out, ", %.0f %% of the drift", 100 * c->share);
    mote_buf_str(out, ")");
    if (words.like) {
        mote_buf_str(out, "; sounds like ");
        mote_buf_html(out, words.like);
    }
}

static void alert_says(const mote_report *r, const mote_alert *t, mote_buf *out)
{
    char opened[32];
    mote_time_iso(t->opened_ms, opened, sizeof opened);
    mote_buf_printf(out, "<p class=says><b>Alert %lld</b> on ", (long long)t->id);
    mote_buf_html(out, t->model ? t->model : r->project->name);
    mote_buf_printf(out, "/%lld, opened %s, ", (long long)t->version, opened);
    mote_buf_html(out, mote_alert_state_name(t->state));
    if (t->resolution) {
        mote_buf_str(out, " (");
        mote_buf_html(out, t->resolution);
        mote_buf_str(out, ")");
    }
    if (!mote_alert_is_drift(t)) { /* their words hold their figures */
        mote_buf_printf(out, ", %lld %s: ", (long long)t->n_windows,
                        t->n_windows == 1 ? "window" : "windows");
        mote_buf_html(out, t->words);
        mote_buf_str(out, ".</p>\n");
        return;
    }
    mote_buf_printf(out, ", %lld %s drifted. Moved most: ", (long long)t->n_windows,
                    t->n_windows == 1 ? "window" : "windows");
    for (size_t i = 0; i < t->n_top && i < 3; i++) {
        mote_buf_str(out, i ? "; then " : "");
        contributor(r, &t->top[i], out);
    }
    mote_buf_str(out, ".</p>\n");
}

static mote_status driving(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    if (r->n_alerts == 0)
        return MOTE_OK;
    if (r->n_driving == 0) {
        mote_buf_str(out, "<p class=q>No input that drove the last alert is shown here. Inputs are "
                          "kept with consent only; <code>mote data kept</code> lists those that "
                          "are.</p>\n");
        return MOTE_OK;
    }
    mote_buf_str(out,
                 "<h3>Clips of the window that opened the last alert, the furthest first</h3>");
    return pictures(r->driving, r->n_driving, a, out, err);
}

mote_status report_in_use(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err)
{
    int64_t n = 0, n_drift = 0;
    for (size_t i = 0; i < r->n_windows; i++) {
        n += r->windows[i].n;
        n_drift += r->windows[i].is_drift;
    }
    report_begin(out, "use", "In use", "Did the world change?");
    mote_buf_str(out, "<div class=\"card grid2\"><div>");
    if (r->n_windows == 0) {
        mote_buf_str(out, "No window of traffic has been watched yet: <code>mote serve</code> "
                          "watches what it answers.</div></div>\n");
        report_end(out);
        return MOTE_OK;
    }
    MOTE_TRY(window_chart(r, a, out, err));
    mote_buf_str(out, "</div><div>");
    mote_buf_printf(out,
                    "<p class=says><b>%lld of %zu windows drifted</b>, of %lld predictions in all. "
                    "The alarm line allows one false alarm in %.0f windows, all things watched "
                    "taken together.</p>\n",
                    (long long)n_drift, r->n_windows, (long long)n, 1.0 / r->false_alarm);
    for (size_t i = 0; i < r->n_alerts && i < 5; i++)
        alert_says(r, &r->alerts[i], out);
    mote_buf_str(out, "</div></div>\n");
    MOTE_TRY(driving(r, a, out, err));
    report_end(out);
    return MOTE_OK;
}
