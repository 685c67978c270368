/* SPDX-License-Identifier: Apache-2.0 */
/* What the hours say, as a document. See hours.h. */
#include <math.h>
#include <string.h>

#include "pipeline/hours_internal.h"

static const char *fate_name(mote_stream_fate f)
{
    return f == MOTE_FATE_HIT        ? "hit"
           : f == MOTE_FATE_REPEATED ? "repeated"
           : f == MOTE_FATE_CONFUSED ? "confused"
                                     : "false";
}

/* Milliseconds are enough for a person, and the same on every machine. */
static json_t *in_ms(double s)
{
    return json_real(nearbyint(s * 1000) / 1000);
}

static mote_status put_point(const hours_work *w, json_t *into, mote_err *err)
{
    static const mote_project_value none = {.is_given = false};
    bool is_one = true;
    for (int32_t k = 1; k < w->n_reacting; k++)
        is_one &= !(w->thresholds[k] > w->thresholds[0]) && !(w->thresholds[k] < w->thresholds[0]);
    const mote_stream_point p = mote_stream_point_of((double)w->thresholds[0], &w->account.counts,
                                                     &none, w->job->confidence);
    json_t *point = NULL, *thresholds = json_object();
    MOTE_TRY(mote_stream_point_to_json(&p, w->names, w->n_reacting, &point, err));
    MOTE_TRY(mote_json_put(into, "stream", point, err));
    MOTE_TRY(mote_json_put(point, "thresholds", thresholds, err));
    MOTE_TRY(mote_json_put(point, "is_one_threshold", json_boolean(is_one), err));
    for (int32_t k = 0; k < w->n_reacting; k++)
        MOTE_TRY(mote_json_put(thresholds, w->names[k], json_real((double)w->thresholds[k]), err));
    return MOTE_OK;
}

/* From the end of the word to the end of the window that completes its detection; less than 0 when
 * it was known before it was over. */
static mote_status put_latency(const hours_work *w, json_t *into, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    double *s = NULL;
    size_t n = 0;
    mote_arena_init(&a, (size_t)1 << 28);
    MOTE_TRY(mote_arena_take(&a, w->account.n_told + 1, sizeof *s, &s, err));
    for (size_t i = 0; i < w->account.n_told; i++) {
        const mote_stream_told *t = &w->account.told[i];
        if (t->fate == MOTE_FATE_HIT)
            s[n++] = (double)(t->at - w->track.events[t->event].end) / w->rate_hz;
    }
    if (n == 0)
        return mote_json_put(into, "latency", json_null(), err);
    mote_sort_doubles(s, n);
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(into, "latency", o, err));
    MOTE_TRY(mote_json_put(o, "n", json_integer((json_int_t)n), err));
    MOTE_TRY(mote_json_put(o, "median_s", in_ms(mote_quantile_sorted(s, n, 0.5)), err));
    MOTE_TRY(mote_json_put(o, "p90_s", in_ms(mote_quantile_sorted(s, n, 0.9)), err));
    return mote_json_put(o, "most_s", in_ms(s[n - 1]), err);
}

/* ---- by condition ------------------------------------------------------------------------ */

typedef struct {
    size_t steps;
    int64_t n_words, n_hits, n_false;
} tally;

static tally tally_of(const hours_work *w, const char *condition)
{
    tally t = {0};
    for (size_t i = 0; i < w->folder.n; i++)
        t.steps += strcmp(w->folder.items[i].condition, condition) == 0 ? w->folder.items[i].n : 0;
    for (size_t i = 0; i < w->track.n_events; i++) {
        const hours_recording *r = &w->folder.items[w->event_of[i]];
        if (w->track.events[i].class_id >= w->n_reacting || strcmp(r->condition, condition) != 0)
            continue;
        t.n_words++;
        t.n_hits += w->account.is_hit[i];
    }
    for (size_t i = 0; i < w->account.n_told; i++) {
        const mote_stream_told *told = &w->account.told[i];
        const size_t at = mote_hours_recording_at(w, told->at);
        t.n_false +=
            told->fate != MOTE_FATE_HIT && strcmp(w->folder.items[at].condition, condition) == 0;
    }
    return t;
}

static mote_status put_condition(const hours_work *w, const char *name, json_t *list, mote_err *err)
{
    const tally t = tally_of(w, name);
    const double hours = (double)t.steps / w->rate_hz / 3600, c = w->job->confidence;
    json_t *o = json_object();
    MOTE_TRY(mote_json_append(list, o, err));
    MOTE_TRY(mote_json_put(o, "condition", mote_json_text(name), err));
    MOTE_TRY(mote_json_put(o, "hours", json_real(hours), err));
    MOTE_TRY(mote_json_put(o, "n_words", json_integer(t.n_words), err));
    MOTE_TRY(mote_json_put(o, "n_hits", json_integer(t.n_hits), err));
    MOTE_TRY(mote_json_put(o, "n_false_accepts", json_integer(t.n_false), err));
    MOTE_TRY(mote_json_put_interval(o, "false_reject_rate",
                                    mote_interval_wilson(t.n_words - t.n_hits, t.n_words, c), err));
    return mote_json_put_interval(o, "false_accepts_per_hour",
                                  mote_interval_poisson(t.n_false, hours, c), err);
}

static mote_status put_conditions(const hours_work *w, json_t *into, mote_err *err)
{
    json_t *list = json_array();
    MOTE_TRY(mote_json_put(into, "conditions", list, err));
    for (size_t i = 0; i < w->folder.n; i++) {
        bool is_first = true;
        for (size_t k = 0; k < i && is_first; k++)
            is_first = strcmp(w->folder.items[k].condition, w->folder.items[i].condition) != 0;
        if (is_first)
            MOTE_TRY(put_condition(w, w->folder.items[i].condition, list, err));
    }
    return MOTE_OK;
}

/* ---- the limit --------------------------------------------------------------------------- */

/* Shown when the exact (Garwood) upper bound keeps it, refuted when the lower one does not; else
 * nobody knows yet. Hours needed: in all, if no false accept is added to those there are. */
static mote_status put_limit(const hours_work *w, json_t *into, mote_err *err)
{
    const double limit = w->job->max_false_accepts_per_hour, c = w->job->confidence;
    const int64_t n = w->account.counts.n_false_accepts;
    const double hours = w->account.counts.hours;
    const mote_interval x = mote_interval_poisson(n, hours, c);
    const double needed = mote_interval_poisson(n, 1, c).hi / limit;
    const char *verdict = x.hi <= limit ? "shown" : x.lo > limit ? "not kept" : "not yet known";
    char found[160], text[320], missing[96] = "";
    if (!(limit > 0))
        return MOTE_OK;
    (void)mote_format(found, sizeof found,
                      "%lld false accept%s in %.2f h show at most %.2f an hour (upper end of the "
                      "exact two-sided %g %% interval)",
                      (long long)n, n == 1 ? "" : "s", hours, x.hi, 100 * c);
    if (x.hi > limit && !(x.lo > limit))
        (void)mote_format(missing, sizeof missing,
                          "; for %g an hour it takes %.1f h in all without %s", limit, needed,
                          n > 0 ? "another" : "one");
    (void)mote_format(text, sizeof text, "%s%s", found, missing);
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(into, "limit", o, err));
    MOTE_TRY(mote_json_put(o, "max_false_accepts_per_hour", json_real(limit), err));
    MOTE_TRY(mote_json_put(o, "verdict", json_string(verdict), err));
    MOTE_TRY(mote_json_put(o, "hours_needed", json_real(needed), err));
    return mote_json_put(o, "text", json_string(text), err);
}

/* ---- one by one -------------------------------------------------------------------------- */

static mote_status put_detections(const hours_work *w, json_t *into, mote_err *err)
{
    json_t *list = json_array();
    MOTE_TRY(mote_json_put(into, "detections", list, err));
    for (size_t i = 0; i < w->account.n_told; i++) {
        const mote_stream_told *t = &w->account.told[i];
        const size_t at = mote_hours_recording_at(w, t->at);
        json_t *o = json_object();
        MOTE_TRY(mote_json_append(list, o, err));
        MOTE_TRY(mote_json_put(o, "file", mote_json_text(w->folder.items[at].path), err));
        MOTE_TRY(mote_json_put(o, "at_s", in_ms(mote_hours_seconds(w, at, t->at)), err));
        MOTE_TRY(mote_json_put(o, "label", json_string(w->names[t->class_id]), err));
        MOTE_TRY(mote_json_put(o, "probability", json_real(t->probability), err));
        MOTE_TRY(mote_json_put(o, "is", json_string(fate_name(t->fate)), err));
    }
    return MOTE_OK;
}

static mote_status put_missed(const hours_work *w, json_t *into, mote_err *err)
{
    json_t *list = json_array();
    MOTE_TRY(mote_json_put(into, "missed", list, err));
    for (size_t i = 0; i < w->track.n_events; i++) {
        const mote_stream_event *e = &w->track.events[i];
        if (e->class_id >= w->n_reacting || w->account.is_hit[i])
            continue;
        const size_t at = w->event_of[i];
        json_t *o = json_object();
        MOTE_TRY(mote_json_append(list, o, err));
        MOTE_TRY(mote_json_put(o, "file", mote_json_text(w->folder.items[at].path), err));
        MOTE_TRY(mote_json_put(o, "start_s", in_ms(mote_hours_seconds(w, at, e->start)), err));
        MOTE_TRY(mote_json_put(o, "end_s", in_ms(mote_hours_seconds(w, at, e->end)), err));
        MOTE_TRY(mote_json_put(o, "label", json_string(w->names[e->class_id]), err));
    }
    return MOTE_OK;
}

static mote_status put_about(const hours_work *w, json_t *into, mote_err *err)
{
    json_int_t n_unlabelled = 0;
    for (size_t i = 0; i < w->folder.n; i++)
        n_unlabelled += !w->folder.items[i].is_labelled;
    json_t *others = json_array();
    MOTE_TRY(mote_json_put(into, "folder", mote_json_text(w->job->folder), err));
    MOTE_TRY(mote_json_put(into, "model", json_string(mote_model_name(w->job->model)), err));
    MOTE_TRY(mote_json_put(into, "confidence", json_real(w->job->confidence), err));
    MOTE_TRY(mote_json_put(into, "recordings", json_integer((json_int_t)w->folder.n), err));
    MOTE_TRY(mote_json_put(into, "unlabelled", json_integer(n_unlabelled), err));
    MOTE_TRY(mote_json_put(into, "skipped", json_integer((json_int_t)w->folder.n_skipped), err));
    MOTE_TRY(mote_json_put(into, "other_labels", others, err));
    for (size_t i = 0; i < w->n_other_labels; i++)
        MOTE_TRY(mote_json_append(others, mote_json_text(w->other_labels[i]), err));
    return MOTE_OK;
}

mote_status mote_hours_to_json(const hours_work *w, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    json_t *curve = NULL;
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for what the hours say");
    MOTE_TRY(put_about(w, o, err));
    MOTE_TRY(put_point(w, o, err));
    MOTE_TRY(mote_stream_curve_to_json(w->curve, &curve, err));
    MOTE_TRY(mote_json_put(o, "curve", curve, err));
    MOTE_TRY(put_latency(w, o, err));
    MOTE_TRY(put_conditions(w, o, err));
    MOTE_TRY(put_limit(w, o, err));
    MOTE_TRY(put_detections(w, o, err));
    MOTE_TRY(put_missed(w, o, err));
    *out = json_incref(o);
    return MOTE_OK;
}
