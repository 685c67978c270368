/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms along the recordings of the test: measured, and kept for those who show them. See
 * alarms.h. */
#include "pipeline/alarms.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/alarms.h"
#include "project/quantity.h"

#define CONFIDENCE   0.95
#define MOST_TOLD    50  /* recordings that are told one by one */
#define MOST_DRAWN   3   /* with their curves */
#define DRAWN_POINTS 300 /* of a curve */
#define MOST_AXES    3   /* of them */

typedef mote_status read_recordings(const mote_recorded_material *m, mote_arena *a,
                                    mote_recorded_list *out, mote_err *err);

/* By kind of input, in the order of kinds. */
static read_recordings *const rows[MOTE_N_INPUTS] = {NULL, mote_recorded_series};

typedef struct {
    mote_evaluating *e;
    mote_judge judge; /* the model that ships */
    size_t window, hop, channels;
    double rate_hz;
    mote_alarm_rule rule;
    mote_recorded_list list;
    mote_told_recording *told; /* [list.n] */
    float **scores;            /* [list.n] of the looks of all pieces, one behind the other */
} along;

static size_t looks_of(const along *l, const mote_recorded_piece *p)
{
    return p->n < l->window ? 0 : (p->n - l->window) / l->hop + 1;
}

/* ---- listening ------------------------------------------------------------------------------- */

/* What is said of each look of a piece. */
static mote_status hear_piece(const along *l, const mote_recorded_piece *p, float *scores,
                              mote_err *err)
{
    const size_t n = looks_of(l, p), values = l->window * l->channels;
    float *windows = NULL, *said = NULL;
    mote_arena *a = &l->e->arena;
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(mote_arena_take(a, n * values, sizeof *windows, &windows, err));
    for (size_t i = 0; i < n; i++)
        memcpy(windows + i * values, p->x + i * l->hop * l->channels, values * sizeof *windows);
    MOTE_TRY(mote_judge_said(&l->judge, windows, n, a, &said, err));
    memcpy(scores, said, n * sizeof *scores);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

static mote_status hear(along *l, size_t k, mote_err *err)
{
    const mote_recorded *r = &l->list.items[k];
    mote_arena *a = &l->e->arena;
    mote_told_alarm *alarms = NULL;
    mote_alarm *found = NULL;
    size_t n_looks = 0, n_alarms = 0, at = 0, n_heard = 0;
    for (size_t i = 0; i < r->n_pieces; i++)
        n_looks += looks_of(l, &r->pieces[i]);
    MOTE_TRY(mote_arena_take(a, n_looks, sizeof *l->scores[k], &l->scores[k], err));
    MOTE_TRY(mote_arena_take(a, n_looks, sizeof *alarms, &alarms, err));
    MOTE_TRY(mote_arena_take(a, n_looks, sizeof *found, &found, err));
    for (size_t i = 0; i < r->n_pieces; i++) {
        const mote_recorded_piece *p = &r->pieces[i];
        const size_t n = looks_of(l, p);
        if (n == 0)
            continue;
        MOTE_TRY(hear_piece(l, p, l->scores[k] + at, err));
        const size_t n_found = mote_alarms_find(&l->rule, l->scores[k] + at, n, found);
        for (size_t f = 0; f < n_found; f++) {
            const size_t from = p->first + found[f].first * l->hop;
            alarms[n_alarms++] = (mote_told_alarm){
                from + l->window - 1, from, p->first + found[f].last * l->hop + l->window - 1,
                found[f].score};
        }
        at += n;
        n_heard += p->n;
    }
    l->told[k] =
        (mote_told_recording){r->name, r->n, n_heard, r->spans, r->n_spans, alarms, n_alarms};
    return MOTE_OK;
}

/* ---- measuring ------------------------------------------------------------------------------- */

static mote_status measure(const along *l, const mote_told_evaluation *x, mote_err *err)
{
    mote_evaluating *e = l->e;
    const char *source =
        mote_arena_printf(&e->arena, "int8 model along %zu recordings of the test", l->list.n);
    const struct {
        mote_metric metric;
        mote_interval x;
        int64_t n;
    } found[] = {
        {MOTE_METRIC_spans_found, x->found, x->n_spans},
        {MOTE_METRIC_detection_delay_ms, x->delay_ms, x->n_found},
        {MOTE_METRIC_false_alarms_per_hour, x->per_hour, x->n_false},
        {MOTE_METRIC_nab_score, x->nab, x->n_spans},
    };
    if (!source)
        return mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        if (isnan(found[i].x.value))
            continue;
        const bool is_rate = found[i].metric == MOTE_METRIC_false_alarms_per_hour;
        const mote_measured_at at = {found[i].metric, MOTE_AT_STREAM, "", ""};
        mote_measurement m = mote_evaluating_like(e);
        m.value = found[i].x.value;
        m.lo = found[i].x.lo;
        m.hi = found[i].x.hi;
        m.n = found[i].n;
        if (isnan(m.lo) || isnan(m.hi)) /* of one recording, or one span */
            m.confidence = m.lo = m.hi = 0;
        m.source = source;
        m.on = e->tested.clips_on;
        m.exposure_hours = is_rate ? x->hours : 0;
        m.evidence = e->tested.classes;
        MOTE_TRY(mote_judge_add(&e->found, &at, &m, &e->arena, err));
    }
    return MOTE_OK;
}

/* "; 2 of 3 spans found, after 1.2 s; 0.4 false alarms a day" */
static void summarise(const mote_told_evaluation *x, mote_buf *out)
{
    char delay[56], rate[56];
    const bool is_by_day = x->per_hour.value < 1;
    mote_quantity_format(x->delay_ms.value, MOTE_UNIT_MS, delay, sizeof delay);
    mote_quantity_format(x->per_hour.value * (is_by_day ? 24 : 1), MOTE_UNIT_NONE, rate,
                         sizeof rate);
    if (x->n_spans > 0)
        mote_buf_printf(out, "; %lld of %lld spans found", (long long)x->n_found,
                        (long long)x->n_spans);
    if (x->n_found > 0)
        mote_buf_printf(out, ", after %s", delay);
    if (isfinite(x->per_hour.value))
        mote_buf_printf(out, "; %s false alarms %s", rate, is_by_day ? "a day" : "an hour");
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static double ms_of(const along *l, size_t steps)
{
    return (double)steps * 1000 / l->rate_hz;
}

static mote_status spans_to_json(const along *l, size_t k, json_t *into, mote_err *err)
{
    const mote_told_recording *r = &l->told[k];
    json_t *spans = json_array(), *alarms = json_array();
    MOTE_TRY(mote_json_put(into, "spans", spans, err));
    MOTE_TRY(mote_json_put(into, "alarms", alarms, err));
    for (size_t i = 0; i < r->n_spans; i++) {
        const mote_anomaly_window *w = &r->spans[i];
        const mote_told_alarm *by = mote_told_found(r, i, l->window);
        json_t *o = json_pack(
            "{s:o, s:f, s:f, s:b}", "label", mote_json_text(l->list.items[k].labels[i]), "from_ms",
            ms_of(l, w->first), "to_ms", ms_of(l, w->last + 1), "found", by != NULL);
        MOTE_TRY(mote_json_append(spans, o, err));
        if (by)
            MOTE_TRY(mote_json_put(o, "delay_ms", json_real(ms_of(l, by->at - w->first)), err));
    }
    for (size_t i = 0; i < r->n_alarms; i++) {
        const mote_told_alarm *x = &r->alarms[i];
        json_t *o = json_pack("{s:f, s:f, s:f, s:f, s:b}", "from_ms", ms_of(l, x->from), "at_ms",
                              ms_of(l, x->at + 1), "to_ms", ms_of(l, x->to + 1), "score",
                              (double)x->score, "false", mote_told_is_false(r, x, l->window));
        MOTE_TRY(mote_json_append(alarms, o, err));
    }
    return MOTE_OK;
}

/* The lowest and the highest of each of DRAWN_POINTS stretches of a recording, by axis, and the
 * highest score there: what a picture can show. */
typedef struct {
    double lo[MOST_AXES][DRAWN_POINTS], hi[MOST_AXES][DRAWN_POINTS], score[DRAWN_POINTS];
} drawn;

static void keep_more(double *lo, double *hi, double x)
{
    *lo = isnan(*lo) || x < *lo ? x : *lo;
    *hi = isnan(*hi) || x > *hi ? x : *hi;
}

static void draw(const along *l, size_t k, size_t axes, drawn *d)
{
    const mote_recorded *r = &l->list.items[k];
    double unused = (double)NAN;
    size_t look = 0;
    for (size_t i = 0; i < DRAWN_POINTS; i++) {
        d->score[i] = (double)NAN;
        for (size_t c = 0; c < axes; c++)
            d->lo[c][i] = d->hi[c][i] = (double)NAN;
    }
    for (size_t p = 0; p < r->n_pieces; p++) {
        const mote_recorded_piece *piece = &r->pieces[p];
        for (size_t t = 0; t < piece->n; t++) {
            const size_t at = (piece->first + t) * DRAWN_POINTS / r->n;
            for (size_t c = 0; c < axes; c++)
                keep_more(&d->lo[c][at], &d->hi[c][at], (double)piece->x[t * l->channels + c]);
        }
        for (size_t i = 0; i < looks_of(l, piece); i++, look++) {
            const size_t end = piece->first + i * l->hop + l->window - 1;
            keep_more(&unused, &d->score[end * DRAWN_POINTS / r->n], (double)l->scores[k][look]);
        }
    }
}

static mote_status numbers(const double *x, json_t *into, const char *name, mote_err *err)
{
    return mote_json_put(into, name, mote_json_numbers(x, DRAWN_POINTS), err);
}

static mote_status curve_to_json(const along *l, size_t k, json_t *into, mote_err *err)
{
    const mote_dataset *d = &l->e->clips->clips;
    const mote_sample_form *form = mote_setting_form(l->e->p->settings);
    const size_t axes = l->channels < MOST_AXES ? l->channels : MOST_AXES;
    json_t *curve = json_object(), *list = json_array();
    drawn *x = NULL;
    MOTE_TRY(mote_json_put(into, "curve", curve, err));
    MOTE_TRY(mote_json_put(curve, "axes", list, err));
    mote_arena_mark mark = mote_arena_save(&l->e->arena);
    MOTE_TRY(mote_arena_take(&l->e->arena, 1, sizeof *x, &x, err));
    draw(l, k, axes, x);
    for (size_t c = 0; c < axes; c++) {
        json_t *o = json_object();
        MOTE_TRY(mote_json_append(list, o, err));
        MOTE_TRY(mote_json_put(
            o, "name",
            mote_json_text((int32_t)c < form->n_columns ? form->columns[c] : d->kind->one), err));
        MOTE_TRY(numbers(x->lo[c], o, "lo", err));
        MOTE_TRY(numbers(x->hi[c], o, "hi", err));
    }
    MOTE_TRY(numbers(x->score, curve, "score", err));
    mote_arena_rewind(&l->e->arena, mark);
    return MOTE_OK;
}

/* Those with spans first. */
static mote_status recordings_to_json(const along *l, json_t *into, mote_err *err)
{
    size_t n_told = 0;
    for (int with_spans = 1; with_spans >= 0; with_spans--)
        for (size_t k = 0; k < l->list.n && n_told < MOST_TOLD; k++) {
            if ((l->told[k].n_spans > 0) != (with_spans == 1))
                continue;
            json_t *o = json_object();
            MOTE_TRY(mote_json_append(into, o, err));
            MOTE_TRY(mote_json_put(o, "name", mote_json_text(l->told[k].name), err));
            MOTE_TRY(mote_json_put(o, "ms", json_real(ms_of(l, l->told[k].n)), err));
            MOTE_TRY(spans_to_json(l, k, o, err));
            if (n_told < MOST_DRAWN)
                MOTE_TRY(curve_to_json(l, k, o, err));
            n_told++;
        }
    return MOTE_OK;
}

static mote_status keep(const along *l, const mote_told_evaluation *x, mote_err *err)
{
    json_t *o = json_object(), *list = json_array();
    mote_stage_set(l->e->r, "alarms", o);
    MOTE_TRY(mote_json_put(o, "recordings", list, err));
    MOTE_TRY(mote_json_put(o, "n_recordings", json_integer((json_int_t)l->list.n), err));
    MOTE_TRY(mote_json_put(o, "n_spans", json_integer(x->n_spans), err));
    MOTE_TRY(mote_json_put(o, "n_found", json_integer(x->n_found), err));
    MOTE_TRY(mote_json_put(o, "n_false", json_integer(x->n_false), err));
    MOTE_TRY(mote_json_put(o, "hours", json_real(x->hours), err));
    MOTE_TRY(mote_json_put(o, "median_delay_ms", mote_json_number(x->median_delay_ms), err));
    MOTE_TRY(mote_json_put_interval(o, "spans_found", x->found, err));
    MOTE_TRY(mote_json_put_interval(o, "detection_delay_ms", x->delay_ms, err));
    MOTE_TRY(mote_json_put_interval(o, "false_alarms_per_hour", x->per_hour, err));
    MOTE_TRY(mote_json_put_interval(o, "nab_score", x->nab, err));
    return recordings_to_json(l, list, err);
}

/* ---- together -------------------------------------------------------------------------------- */

static mote_status open_recordings(along *l, mote_err *err)
{
    mote_evaluating *e = l->e;
    const mote_dataset *d = &e->clips->clips;
    const mote_recorded_material m = {.store = e->p->cfg.store,
                                      .cache = e->p->decoded,
                                      .cfg = mote_setting_dataset(e->p->settings),
                                      .version = &e->version,
                                      .normal = &mote_setting_anomaly(e->p->settings)->normal,
                                      .rate_hz = d->rate_hz,
                                      .window = (size_t)d->shape.dims[0]};
    l->judge = e->clips->judge;
    l->judge.graph = e->s8;
    l->window = m.window;
    l->channels = (size_t)d->shape.dims[1];
    l->hop = mote_alarm_hop(l->window);
    l->rate_hz = d->rate_hz;
    l->rule = mote_alarm_rule_of(&e->decided.decision, d->rate_hz, l->hop);
    MOTE_TRY(rows[d->kind->input](&m, &e->arena, &l->list, err));
    MOTE_TRY(mote_arena_take(&e->arena, l->list.n + 1, sizeof *l->told, &l->told, err));
    return mote_arena_take(&e->arena, l->list.n + 1, sizeof *l->scores, &l->scores, err);
}

mote_status mote_evaluate_alarms(mote_evaluating *e, mote_err *err)
{
    along l = {.e = e};
    mote_told_evaluation x;
    if (!rows[e->clips->clips.kind->input] || e->folds.n > 0)
        return MOTE_OK;
    MOTE_TRY(open_recordings(&l, err));
    if (l.list.n == 0)
        return MOTE_OK;
    for (size_t k = 0; k < l.list.n; k++)
        MOTE_TRY(hear(&l, k, err));
    mote_told_config cfg = {l.rate_hz, l.window, mote_evaluate_config_default()};
    cfg.evaluate.confidence = CONFIDENCE;
    MOTE_TRY(mote_told_evaluate(l.told, l.list.n, &cfg, &e->arena, &x, err));
    MOTE_TRY(measure(&l, &x, err));
    MOTE_TRY(keep(&l, &x, err));
    summarise(&x, &e->summary);
    return mote_buf_status(&e->summary, err);
}
