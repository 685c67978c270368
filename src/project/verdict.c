/* SPDX-License-Identifier: Apache-2.0 */
/* Requirements against measurements, see verdict.h. */
#include "project/verdict.h"

#include <math.h>
#include <string.h>

#include "project/schema.h"

mote_status mote_measurement_id(mote_metric metric, mote_place where, const char *target,
                                const char *slice, mote_arena *a, const char **out, mote_err *err)
{
    bool has_target = target && *target, has_slice = slice && *slice;
    const char *id =
        mote_arena_printf(a, "%s@%s%s%s%s%s", mote_metric_info(metric)->name,
                          mote_place_name(where), has_target ? ":" : "", has_target ? target : "",
                          has_slice ? "/" : "", has_slice ? slice : "");
    if (!id)
        return mote_fail(err, MOTE_NOMEM, "name a measurement: out of memory");
    *out = id;
    return MOTE_OK;
}

const mote_measurement *mote_measurement_find(const mote_measurements *all, const char *id)
{
    for (size_t i = all->n; i > 0; i--)
        if (strcmp(all->items[i - 1].id, id) == 0)
            return &all->items[i - 1];
    return NULL;
}

mote_verdict mote_verdict_judge(const mote_requirement *q, const mote_measurement *measured,
                                const char *basis)
{
    mote_verdict v = {.requirement = q,
                      .kind = MOTE_VERDICT_UNKNOWN,
                      .measured = measured,
                      .judged = (double)NAN,
                      .margin = (double)NAN};
    if (!measured) {
        (void)mote_format(v.reason, sizeof v.reason, "not measured yet");
        return v;
    }
    if (basis && strcmp(basis, measured->basis) != 0) {
        (void)mote_format(v.reason, sizeof v.reason, "stale: what was measured has changed since");
        return v;
    }
    if (!isfinite(measured->value)) {
        (void)mote_format(v.reason, sizeof v.reason, "the measurement is not a number");
        return v;
    }
    v.judged = measured->value;
    if (q->confidence > 0) {
        if (!(measured->confidence >= q->confidence - 1e-9)) {
            v.judged = (double)NAN;
            if (measured->confidence > 0)
                (void)mote_format(v.reason, sizeof v.reason,
                                  "measured with confidence %g, but %g is required",
                                  measured->confidence, q->confidence);
            else
                (void)mote_format(v.reason, sizeof v.reason,
                                  "measured without an interval, but confidence %g is required",
                                  q->confidence);
            return v;
        }
        v.judged = q->is_at_least ? measured->lo : measured->hi;
    }
    v.margin = q->is_at_least ? v.judged - q->limit : q->limit - v.judged;
    v.kind = v.margin >= 0 ? MOTE_VERDICT_MET : MOTE_VERDICT_NOT_MET;
    return v;
}

mote_status mote_verdict_judge_all(const mote_project *p, const mote_measurements *measured,
                                   const char *basis, mote_arena *a, mote_verdict **out, size_t *n,
                                   mote_err *err)
{
    mote_verdict *all = NULL;
    MOTE_TRY(mote_arena_take(a, p->n_requirements, sizeof *all, &all, err));
    for (size_t i = 0; i < p->n_requirements; i++) {
        const mote_requirement *q = &p->requirements[i];
        all[i] = mote_verdict_judge(q, mote_measurement_find(measured, q->id), basis);
        all[i].currency = p->value.currency;
    }
    *out = all;
    *n = p->n_requirements;
    return MOTE_OK;
}

size_t mote_verdict_count(const mote_verdict *verdicts, size_t n, mote_verdict_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += verdicts[i].kind == kind;
    return count;
}

const char *mote_verdict_name(mote_verdict_kind kind)
{
    return kind == MOTE_VERDICT_MET ? "met" : kind == MOTE_VERDICT_NOT_MET ? "not met" : "unknown";
}

/* A value in the unit of the metric; money with its currency. */
static void format_value(const mote_verdict *v, double x, char *out, size_t out_bytes)
{
    mote_unit unit = mote_metric_info(v->requirement->metric)->unit;
    mote_quantity_format(x, unit, out, out_bytes);
    size_t used = strlen(out);
    if (unit == MOTE_UNIT_MONEY && v->currency && *v->currency)
        (void)mote_format(out + used, out_bytes - used, " %s", v->currency);
}

/* A difference of shares is in points, so that "2 %" cannot be read as a fraction of the limit. */
static void format_margin(const mote_verdict *v, char *out, size_t out_bytes)
{
    if (mote_metric_info(v->requirement->metric)->unit == MOTE_UNIT_RATIO)
        (void)mote_format(out, out_bytes, "%.1f points", fabs(v->margin) * 100);
    else
        format_value(v, fabs(v->margin), out, out_bytes);
}

void mote_verdict_text(const mote_verdict *v, mote_buf *out)
{
    const mote_requirement *q = v->requirement;
    char value[56], lo[56], hi[56], limit[56], margin[56];
    mote_buf_printf(out, "%-7s  %s  ", mote_verdict_name(v->kind), q->id);
    format_value(v, q->limit, limit, sizeof limit);
    const char *side = q->is_at_least ? "at least" : "at most";
    if (!v->measured) {
        mote_buf_printf(out, "%s %s: %s", side, limit, v->reason);
        return;
    }
    const mote_measurement *m = v->measured;
    format_value(v, m->value, value, sizeof value);
    mote_buf_str(out, value);
    if (m->confidence > 0 && m->confidence < 1) {
        format_value(v, m->lo, lo, sizeof lo);
        format_value(v, m->hi, hi, sizeof hi);
        mote_buf_printf(out, " (%s to %s", lo, hi);
        if (m->n > 0)
            mote_buf_printf(out, ", n %lld", (long long)m->n);
        mote_buf_str(out, ")");
    }
    mote_buf_printf(out, ", %s %s", side, limit);
    if (q->confidence > 0)
        mote_buf_printf(out, " with confidence %g", q->confidence);
    if (v->kind == MOTE_VERDICT_UNKNOWN) {
        mote_buf_printf(out, ": %s", v->reason);
        return;
    }
    format_margin(v, margin, sizeof margin);
    const char *word = v->margin >= 0 ? "to spare" : q->is_at_least ? "short" : "too much";
    mote_buf_printf(out, ": %s %s", margin, word);
}

/* Takes the reference of `value`. */
static mote_status put(json_t *object, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(object, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", key);
    return MOTE_OK;
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
    mote_unit unit = mote_metric_info(q->metric)->unit;
    MOTE_TRY(put(o, "unit",
                 json_string(unit == MOTE_UNIT_MONEY && v->currency ? v->currency
                                                                    : mote_unit_symbol(unit)),
                 err));
    if (q->confidence > 0)
        MOTE_TRY(put(o, "confidence", json_real(q->confidence), err));
    if (v->kind == MOTE_VERDICT_UNKNOWN)
        MOTE_TRY(put(o, "reason", json_string(v->reason), err));
    else
        MOTE_TRY(put(o, "margin", json_real(v->margin), err));
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
    *out = json_incref(o);
    return MOTE_OK;
}

mote_status mote_verdicts_to_json(const mote_verdict *v, size_t n, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for verdicts");
    for (size_t i = 0; i < n; i++) {
        json_t *one = NULL;
        MOTE_TRY(mote_verdict_to_json(&v[i], &one, err));
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
    MOTE_TRY(mote_json_get_i64(o, "measurement", "n", 0, INT64_MAX, &m->n, err));
    MOTE_TRY(
        mote_json_get_i64(o, "measurement", "time_us", INT64_MIN, INT64_MAX, &m->time_us, err));
    MOTE_TRY(copy_text(o, "source", a, &m->source, err));
    return copy_text(o, "basis", a, &m->basis, err);
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
