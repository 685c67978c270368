/* SPDX-License-Identifier: Apache-2.0 */
/* What the report shows, read from the store. See report_gather.h. */
#include "web/report_gather.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "evaluate/reference_profile.h"
#include "loop/outside.h"
#include "model/model.h"
#include "model/predictor.h"
#include "serve/predlog.h"
#include "web/report_figure.h"
#include "web/report_internal.h"
#include "web/report_sound.h"

#define N_CLIPS     6
#define N_SMALL     12 /* of pictures that stand side by side */
#define N_DRIVING   3
#define LOG_PAGE    256 /* records read at a time */
#define MAX_WINDOWS 400
#define MAX_ALERTS  50

typedef struct {
    mote_store *store;
    const mote_project *project;
    mote_arena arena;
    mote_model *model;       /* of the last version; NULL: its bundle is gone */
    mote_frontend frontend;  /* of the model */
    const json_t *evaluated; /* output of its stage evaluate; NULL: not there */
    report_ears ears;
    mote_report_clip clips[N_CLIPS], driving[N_DRIVING];
    mote_buf figures, mistakes;
    json_t *outside;
    mote_report report;
} gathering;

/* ---- clips ---- */

/* "clip 3 of 64, heard as 'bed', 93 %" */
static const char *golden_title(gathering *g, const mote_golden *v, int32_t i)
{
    const int8_t *y = mote_golden_out(v, i);
    int32_t best = 0;
    for (int32_t k = 1; k < mote_model_n_labels(g->model); k++)
        best = y[k] > y[best] ? k : best;
    return mote_arena_printf(&g->arena, "clip %d of %d: heard as '%s', %.0f %%", (int)i + 1,
                             (int)v->n, mote_model_label(g->model, best),
                             100.0 * (y[best] + 128) / 256.0);
}

/* Golden clips of the last bundle, spread over all of them. */
static mote_status golden_clips(gathering *g, mote_err *err)
{
    const mote_golden *v = mote_model_golden(g->model);
    int32_t n = v ? (v->n < N_CLIPS ? v->n : N_CLIPS) : 0;
    for (int32_t k = 0; k < n; k++) {
        int32_t i = (int32_t)((int64_t)k * v->n / n);
        const char *title = golden_title(g, v, i);
        if (!title)
            return mote_fail(err, MOTE_NOMEM, "no memory for the report");
        MOTE_TRY(report_sound_golden(&g->ears, v, i, &g->arena, &g->clips[k], err));
        g->clips[k].title = title;
        g->report.n_clips++;
    }
    g->report.clips = g->clips;
    return MOTE_OK;
}

static int32_t best_of(const float *said, int32_t n)
{
    int32_t best = 0;
    for (int32_t k = 1; k < n; k++)
        best = said[k] > said[best] ? k : best;
    return best;
}

/* What the graph said of golden sample i, in words, and whether that is right, if it is known what
 * the sample is. */
static mote_status golden_words(gathering *g, const mote_golden *v, int32_t i, mote_buf *out,
                                report_judged *judged, mote_err *err)
{
    const mote_signature *s = mote_model_signature(g->model);
    const mote_decision *d = mote_model_decision(g->model);
    const char *truth = json_string_value(
        json_array_get(json_object_get(g->evaluated, "golden_labels"), (size_t)i));
    float *said = NULL;
    *judged = REPORT_NOT_JUDGED;
    MOTE_TRY(mote_arena_take(&g->arena, (size_t)s->n_outputs, sizeof *said, &said, err));
    mote_model_said(s->answer, d, mote_model_graph(g->model), mote_golden_in(v, i),
                    mote_golden_out(v, i), said);
    if (!report_figure_of(s)->are_small)
        mote_buf_printf(out, "sample %d of %d: ", (int)i + 1, (int)v->n);
    report_said(s, d, said, out);
    if (truth && s->answer == MOTE_ANSWER_CLASS) {
        bool is_right = strcmp(s->labels[best_of(said, s->n_outputs)], truth) == 0;
        *judged = is_right ? REPORT_RIGHT : REPORT_WRONG;
        if (!is_right)
            mote_buf_printf(out, ": it is '%s'", truth);
    }
    return mote_buf_status(out, err);
}

/* What the test showed to be wrong, as pictures. */
static mote_status mistaken_figures(gathering *g, mote_err *err)
{
    const report_mistakes m = {g->store, g->project, mote_model_signature(g->model), g->evaluated,
                               &g->arena};
    MOTE_TRY(report_mistakes_draw(&m, &g->mistakes, err));
    if (g->mistakes.len == 0)
        return MOTE_OK;
    g->report.mistakes = g->mistakes.data;
    g->report.n_wrong = (int64_t)report_number(g->evaluated, "mistakes/n");
    g->report.n_judged = (int64_t)report_number(g->evaluated, "mistakes/of");
    return MOTE_OK;
}

/* Golden samples of a kind that has pictures of its own. */
static mote_status golden_figures(gathering *g, mote_err *err)
{
    const mote_golden *v = mote_model_golden(g->model);
    const mote_signature *s = mote_model_signature(g->model);
    const report_figure *figure = report_figure_of(s);
    int32_t n = figure && figure->are_small ? N_SMALL : N_CLIPS;
    n = v ? (v->n < n ? v->n : n) : 0;
    for (int32_t k = 0; figure && k < n; k++) { /* they stand class after class in turn */
        int32_t i = (int32_t)(((int64_t)k * v->n / n + k) % v->n);
        MOTE_SCOPED_BUF title;
        mote_buf_init(&title, 4096);
        report_judged judged;
        MOTE_TRY(golden_words(g, v, i, &title, &judged, err));
        const report_sample sample = {s, mote_golden_x(v, i), title.data, judged};
        MOTE_TRY(figure->draw(&sample, &g->arena, &g->figures, err));
    }
    MOTE_TRY(mote_buf_status(&g->figures, err));
    if (!figure || g->figures.len == 0)
        return MOTE_OK;
    g->report.figures = g->figures.data;
    g->report.figures_title = figure->title;
    g->report.figures_question = figure->question;
    g->report.figures_are_small = figure->are_small;
    return mistaken_figures(g, err);
}

/* The last version's front end, as what can be looked at. A bundle that is not
 * there any more leaves the page without pictures. */
static mote_status open_model(gathering *g, const mote_lap *lap, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_err why = {0};
    mote_status st =
        mote_object_get(g->store, &lap->bundle, MOTE_OBJECT_MAX_BYTES, &bytes, &n, &why);
    if (st == MOTE_NOT_FOUND)
        return MOTE_OK;
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    MOTE_TRY(mote_model_load(bytes, n, &g->model, err));
    const mote_frontend *f = mote_model_features(g->model);
    if (!f)
        return MOTE_OK;
    g->frontend = *f;
    g->report.features = &g->frontend;
    g->evaluated = report_output(lap, MOTE_STAGE_evaluate);
    MOTE_TRY(report_sound_open(f, mote_model_sample(g->model), &g->ears, err));
    return g->ears.plan ? golden_clips(g, err) : golden_figures(g, err);
}

/* ---- the clips that drove an alert ---- */

/* A kept prediction of the window, and how far out its value of the strongest thing lies. */
typedef struct {
    int64_t id;
    double distance;
    const char *label;
} suspect;

/* Which value is called so, and its median in the reference; -1: none, or it is no number. */
static int32_t thing_of(const mote_reference_profile *p, const char *name, double *median)
{
    for (int32_t i = 0; i < p->n_things; i++)
        if (strcmp(p->things[i].name, name) == 0 && !p->things[i].is_class) {
            *median = (double)p->things[i].edges[(MOTE_WATCH_QUANTILE_BINS - 1) / 2];
            return i;
        }
    return -1;
}

/* Keep the N_DRIVING furthest, the furthest first. */
static void consider(suspect best[N_DRIVING], suspect one)
{
    for (size_t i = 0; i < N_DRIVING; i++)
        if (one.distance > best[i].distance) {
            suspect out = best[i];
            best[i] = one;
            one = out;
        }
}

static mote_status find_suspects(gathering *g, const mote_window *w, const char *thing,
                                 suspect best[N_DRIVING], mote_err *err)
{
    mote_reference_profile *profile = NULL;
    double median = 0.0;
    int32_t at = -1;
    if (mote_model_drift_reference(g->model)) { /* without one, any of the window will do */
        MOTE_TRY(mote_reference_profile_of(g->model, &profile, err));
        at = thing_of(profile, thing, &median);
        mote_reference_profile_destroy(profile);
    }
    for (mote_predlog_page page = {.model = w->model, .max = LOG_PAGE};;) {
        MOTE_SCOPED_ARENA a;
        mote_predlog_record *records = NULL;
        size_t n = 0;
        mote_arena_init(&a, (size_t)64 << 20);
        MOTE_TRY(mote_predlog_list(g->store, &page, &a, &records, &n, err));
        for (size_t i = 0; i < n; i++) {
            const mote_predlog_record *r = &records[i];
            page.after_id = r->id;
            if (!r->has_input || strcmp(r->input_kind, "wav") != 0 || r->time_ms < w->start_ms ||
                r->time_ms > w->end_ms)
                continue;
            double x = at >= 0 && at < r->n_watched ? (double)r->watched[at] : median;
            const char *label = mote_arena_strdup(&g->arena, r->label ? r->label : "");
            if (!label)
                return mote_fail(err, MOTE_NOMEM, "no memory for the report");
            consider(best, (suspect){r->id, isfinite(x) ? fabs(x - median) : 0.0, label});
        }
        if (n < LOG_PAGE)
            return MOTE_OK;
    }
}

/* One of them to see and hear; one whose key was destroyed meanwhile is left out. */
static mote_status add_suspect(gathering *g, const suspect *s, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_err why = {0};
    mote_status st = mote_predlog_input(g->store, s->id, (size_t)16 << 20, &bytes, &n, &why);
    if (st == MOTE_NOT_FOUND)
        return MOTE_OK;
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    const char *title =
        mote_arena_printf(&g->arena, "prediction %lld: heard as '%s'", (long long)s->id, s->label);
    if (!title)
        return mote_fail(err, MOTE_NOMEM, "no memory for the report");
    mote_report_clip *clip = &g->driving[g->report.n_driving];
    MOTE_TRY(report_sound_file(&g->ears, bytes, n, &g->arena, clip, err));
    clip->title = title;
    g->report.n_driving++;
    return MOTE_OK;
}

/* Of the window that opened the last alert, if it is of the version whose bundle is at hand. */
static mote_status driving_clips(gathering *g, mote_err *err)
{
    suspect best[N_DRIVING];
    const mote_window *w = NULL;
    const mote_alert *a = g->report.n_alerts ? &g->report.alerts[0] : NULL;
    for (size_t i = 0; a && i < g->report.n_windows; i++)
        if (g->report.windows[i].id == a->window)
            w = &g->report.windows[i];
    if (!w || !g->ears.plan)
        return MOTE_OK;
    for (size_t i = 0; i < N_DRIVING; i++)
        best[i] = (suspect){0, -1.0, NULL};
    MOTE_TRY(find_suspects(g, w, a->what, best, err));
    for (size_t i = 0; i < N_DRIVING && best[i].label; i++)
        MOTE_TRY(add_suspect(g, &best[i], err));
    g->report.driving = g->driving;
    return MOTE_OK;
}

/* ---- the whole ---- */

static mote_status gather(gathering *g, mote_err *err)
{
    const char *name = g->project->name;
    mote_window *windows = NULL;
    mote_alert *alerts = NULL;
    MOTE_TRY(mote_window_list(g->store, &(mote_monitor_query){.model = name, .limit = MAX_WINDOWS},
                              &g->arena, &windows, &g->report.n_windows, err));
    MOTE_TRY(mote_alert_list(g->store, &(mote_monitor_query){.model = name, .limit = MAX_ALERTS},
                             &g->arena, &alerts, &g->report.n_alerts, err));
    MOTE_TRY(mote_outside_kept(g->store, &g->outside, err));
    g->report.outside = g->outside;
    g->report.windows = windows;
    g->report.alerts = alerts;
    if (g->report.n_laps == 0)
        return MOTE_OK;
    MOTE_TRY(open_model(g, &g->report.laps[g->report.n_laps - 1], err));
    return driving_clips(g, err);
}

mote_status mote_report_make(mote_store *s, const mote_report_config *cfg, mote_buf *out,
                             mote_err *err)
{
    mote_lap laps[MOTE_REPORT_MAX_LAPS];
    char now[32];
    gathering *g = mote_alloc_zero(1, sizeof *g);
    if (!g)
        return mote_fail(err, MOTE_NOMEM, "no memory for the report");
    MOTE_BUG_IF(cfg->n_laps < 1 || cfg->n_laps > MOTE_REPORT_MAX_LAPS);
    mote_time_iso(cfg->now_ms, now, sizeof now);
    g->store = s;
    g->project = cfg->project;
    mote_arena_init(&g->arena, (size_t)256 << 20);
    mote_buf_init(&g->figures, MOTE_REPORT_MAX_BYTES);
    mote_buf_init(&g->mistakes, MOTE_REPORT_MAX_BYTES);
    g->report = (mote_report){
        .project = cfg->project, .false_alarm = cfg->false_alarm, .laps = laps, .made_at = now};
    mote_status st = mote_laps_read(s, cfg->n_laps, laps, &g->report.n_laps, err);
    if (st == MOTE_OK) {
        st = gather(g, err);
        if (st == MOTE_OK)
            st = mote_report_html(&g->report, out, err);
        mote_laps_release(laps, g->report.n_laps);
    }
    json_decref(g->outside);
    mote_buf_release(&g->figures);
    mote_buf_release(&g->mistakes);
    mote_frontend_plan_destroy(g->ears.plan);
    mote_model_unref(g->model);
    mote_arena_release(&g->arena);
    mote_free(g);
    return st;
}
