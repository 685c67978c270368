/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements and verdicts as JSON, see verdict.h and docs/formats/measurements.md. */
#include <math.h>
#include <string.h>

#include "project/schema.h"
#include "project/verdict.h"

/* Takes the reference of `value`. */
static mote_status put(json_t *object, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(object, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", key);
    return MOTE_OK;
}

static mote_status put_worst(json_t *object, const char *key, const mote_worst *w, mote_err *err)
{
    if (!w->name || !isfinite(w->value))
        return MOTE_OK;
    return put(
        object, key,
        json_pack("{s:s, s:f, s:I}", "name", w->name, "value", w->value, "n", (json_int_t)w->n),
        err);
}

static mote_status measurement_to_json(const mote_measurement *m, json_t **out, mote_err *err)
{
    if (!isfinite(m->value) || (m->confidence > 0 && (!isfinite(m->lo) || !isfinite(m->hi))))
        return mote_fail(err, MOTE_ARG, "measurement '%s' is not finite", m->id);
    MOTE_SCOPED_JSON *o = json_object();
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", m->id);
    MOTE_TRY(put(o, "id", json_string(m->id), err));
    MOTE_TRY(put(o, "value", json_real(m->value), err));
    if (m->confidence > 0) {
        MOTE_TRY(put(o, "lo", json_real(m->lo), err));
        MOTE_TRY(put(o, "hi", json_real(m->hi), err));
    }
    MOTE_TRY(put(o, "confidence", json_real(m->confidence), err));
    MOTE_TRY(put(o, "n", json_integer(m->n), err));
    MOTE_TRY(put(o, "source", json_string(m->source), err));
    MOTE_TRY(put(o, "basis", json_string(m->basis), err));
    MOTE_TRY(put(o, "time_us", json_integer(m->time_us), err));
    if (m->on && *m->on)
        MOTE_TRY(put(o, "on", json_string(m->on), err));
    if (m->exposure_hours > 0)
        MOTE_TRY(put(o, "exposure_hours", json_real(m->exposure_hours), err));
    MOTE_TRY(put(o, "evidence", json_string(mote_evidence_name(m->evidence)), err));
    MOTE_TRY(put_worst(o, "worst_class", &m->worst_class, err));
    MOTE_TRY(put_worst(o, "worst_group", &m->worst_group, err));
    *out = json_incref(o);
    return MOTE_OK;
}

mote_status mote_verdict_to_json(const mote_verdict *v, json_t **out, mote_err *err)
{
    const mote_requirement *q = v->requirement;
    MOTE_SCOPED_JSON *o = json_object();
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", q->id);
    MOTE_TRY(put(o, "requirement", json_string(q->id), err));
    MOTE_TRY(put(o, "verdict", json_string(mote_verdict_name(v->kind)), err));
    MOTE_TRY(put(o, q->is_at_least ? "at_least" : "at_most", json_real(q->limit), err));
    MOTE_TRY(put(o, "where", json_string(mote_place_name(q->where)), err));
    mote_unit unit = mote_metric_info(q->metric)->unit;
    MOTE_TRY(put(
        o, "unit",
        json_string(unit == MOTE_UNIT_MONEY && v->currency ? v->currency : mote_unit_symbol(unit)),
        err));
    if (q->confidence > 0)
        MOTE_TRY(put(o, "confidence", json_real(q->confidence), err));
    if (v->reason[0])
        MOTE_TRY(put(o, "reason", json_string(v->reason), err));
    if (isfinite(v->margin))
        MOTE_TRY(put(o, "margin", json_real(v->margin), err));
    if (v->settle.text[0])
        MOTE_TRY(put(o, "settle",
                     json_pack("{s:s, s:I, s:f}", "text", v->settle.text, "n",
                               (json_int_t)v->settle.n, "hours", v->settle.hours),
                     err));
    json_t *measured = NULL;
    if (v->measured && isfinite(v->measured->value)) {
        MOTE_TRY(measurement_to_json(v->measured, &measured, err));
        MOTE_TRY(put(o, "measured", measured, err));
    }
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 4096);
    mote_verdict_text(v, &text);
    MOTE_TRY(mote_buf_status(&text, err));
    MOTE_TRY(put(o, "text", json_stringn(text.data, text.len), err));
    mote_buf_reset(&text);
    mote_verdict_sentence(v, &text);
    MOTE_TRY(mote_buf_status(&text, err));
    MOTE_TRY(put(o, "sentence", json_stringn(text.data, text.len), err));
    *out = json_incref(o);
    return MOTE_OK;
}

mote_status mote_verdicts_to_json(const mote_verdicts *all, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for verdicts");
    for (size_t i = 0; i < all->n; i++) {
        json_t *one = NULL;
        MOTE_TRY(mote_verdict_to_json(&all->items[i], &one, err));
        if (json_array_append_new(list, one) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for verdicts");
    }
    *out = json_incref(list);
    return MOTE_OK;
}

mote_status mote_measurements_to_json(const mote_measurements *all, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of measurements");
    for (size_t i = 0; i < all->n; i++) {
        json_t *o = NULL;
        MOTE_TRY(measurement_to_json(&all->items[i], &o, err));
        if (json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of measurements");
    }
    *out = json_incref(list);
    return MOTE_OK;
}

static mote_status copy_text(const json_t *o, const char *key, mote_arena *a, const char **out,
                             mote_err *err)
{
    const char *s = NULL;
    MOTE_TRY(mote_json_get_str(o, "measurement", key, &s, err));
    *out = mote_arena_strdup(a, s);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "read measurements: out of memory");
}

static mote_status worst_from_json(const json_t *measurement, const char *key, mote_arena *a,
                                   mote_worst *out, mote_err *err)
{
    const json_t *o = json_object_get(measurement, key);
    *out = (mote_worst){0};
    if (!o)
        return MOTE_OK;
    MOTE_TRY(copy_text(o, "name", a, &out->name, err));
    MOTE_TRY(mote_json_get_f64(o, "measurement", "value", &out->value, err));
    return mote_json_get_count(o, "measurement", "n", &out->n, err);
}

/* What it was measured on. Documents from before these members do not have them. */
static mote_status what_from_json(const json_t *o, mote_arena *a, mote_measurement *m,
                                  mote_err *err)
{
    m->on = "";
    m->exposure_hours = 0;
    m->evidence = MOTE_EVIDENCE_REAL;
    if (json_object_get(o, "on"))
        MOTE_TRY(copy_text(o, "on", a, &m->on, err));
    if (json_object_get(o, "exposure_hours"))
        MOTE_TRY(mote_json_get_f64(o, "measurement", "exposure_hours", &m->exposure_hours, err));
    if (!(m->exposure_hours >= 0))
        return mote_fail(err, MOTE_RANGE, "measurement '%s': exposure_hours must not be negative",
                         m->id);
    if (json_object_get(o, "evidence")) {
        const char *name = NULL;
        int e = 0;
        MOTE_TRY(mote_json_get_str(o, "measurement", "evidence", &name, err));
        while (e <= (int)MOTE_EVIDENCE_NONE &&
               strcmp(name, mote_evidence_name((mote_evidence)e)) != 0)
            e++;
        if (e > (int)MOTE_EVIDENCE_NONE)
            return mote_fail(err, MOTE_RANGE, "measurement '%s': there is no evidence '%.40s'",
                             m->id, name);
        m->evidence = (mote_evidence)e;
    }
    MOTE_TRY(worst_from_json(o, "worst_class", a, &m->worst_class, err));
    return worst_from_json(o, "worst_group", a, &m->worst_group, err);
}

static mote_status measurement_from_json(const json_t *o, mote_arena *a, mote_measurement *m,
                                         mote_err *err)
{
    MOTE_TRY(copy_text(o, "id", a, &m->id, err));
    MOTE_TRY(mote_json_get_f64(o, "measurement", "value", &m->value, err));
    MOTE_TRY(mote_json_get_f64(o, "measurement", "confidence", &m->confidence, err));
    if (!(m->confidence >= 0 && m->confidence <= 1))
        return mote_fail(err, MOTE_RANGE, "measurement '%s': confidence must be from 0 to 1",
                         m->id);
    m->lo = m->hi = m->value;
    if (m->confidence > 0) {
        MOTE_TRY(mote_json_get_f64(o, "measurement", "lo", &m->lo, err));
        MOTE_TRY(mote_json_get_f64(o, "measurement", "hi", &m->hi, err));
    }
    if (!(m->lo <= m->hi))
        return mote_fail(err, MOTE_RANGE, "measurement '%s': the interval is upside down", m->id);
    MOTE_TRY(mote_json_get_count(o, "measurement", "n", &m->n, err));
    MOTE_TRY(mote_json_get_i64(o, "measurement", "time_us", (mote_i64_range){INT64_MIN, INT64_MAX},
                               &m->time_us, err));
    MOTE_TRY(copy_text(o, "source", a, &m->source, err));
    MOTE_TRY(copy_text(o, "basis", a, &m->basis, err));
    return what_from_json(o, a, m, err);
}

mote_status mote_measurements_from_json(const json_t *j, mote_arena *a, mote_measurements *out,
                                        mote_err *err)
{
    if (!json_is_array(j))
        return mote_fail(err, MOTE_PARSE, "measurements must be a JSON array");
    size_t n = json_array_size(j);
    mote_measurement *items = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *items, &items, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(j, i);
        if (!json_is_object(o))
            return mote_fail(err, MOTE_PARSE, "measurement %zu must be a JSON object", i);
        MOTE_TRY(measurement_from_json(o, a, &items[i], err));
    }
    *out = (mote_measurements){items, n};
    return MOTE_OK;
}
