/* SPDX-License-Identifier: Apache-2.0 */
/* Requirements against measurements, see verdict.h. Their JSON is in verdict_json.c. */
#include "project/verdict.h"

#include <math.h>
#include <string.h>

#include "project/schema.h"
#include "project/settle.h"

mote_status mote_measurement_id(const mote_measured_at *at, mote_arena *a, const char **out,
                                mote_err *err)
{
    const char *target = at->target ? at->target : "", *slice = at->slice ? at->slice : "";
    const char *id = mote_arena_printf(a, "%s@%s%s%s%s%s", mote_metric_info(at->metric)->name,
                                       mote_place_name(at->where), *target ? ":" : "", target,
                                       *slice ? "/" : "", slice);
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

/* ---- judging ----------------------------------------------------------------------------- */

/* Cycles an instruction may take beyond the one it was modelled with, and the same for its energy:
 * what was modelled is proven when the limit holds at twice the value. */
#define MODEL_ROOM 2.0

static const char *const evidence_names[] = {"real", "modelled", "synthetic", "noise", "none"};
#define N_EVIDENCE (sizeof evidence_names / sizeof evidence_names[0])

const char *mote_evidence_name(mote_evidence e)
{
    MOTE_BUG_IF((size_t)e >= N_EVIDENCE);
    return evidence_names[e];
}

/* Room between a value and the limit; negative on the bad side. */
static double room(const mote_requirement *q, double value)
{
    return q->is_at_least ? value - q->limit : q->limit - value;
}

MOTE_PRINTF(4, 5)
static void lack(mote_verdict *v, mote_verdict_kind kind, mote_lack what, const char *fmt, ...)
{
    va_list ap;
    MOTE_SCOPED_BUF words;
    mote_buf_init(&words, 2048);
    va_start(ap, fmt);
    mote_buf_vprintf(&words, fmt, ap);
    va_end(ap);
    (void)mote_format(v->reason, sizeof v->reason, "%s", words.data ? words.data : "out of memory");
    v->kind = kind;
    v->settle = mote_settle_of(v, what);
}

/* True: there is nothing to judge, and that was said. */
static bool is_missing(mote_verdict *v, const char *basis)
{
    const mote_measurement *m = v->measured;
    if (!m)
        lack(v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_MEASUREMENT, "not measured yet");
    else if (basis && strcmp(basis, m->basis) != 0)
        lack(v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_FRESH,
             "stale: what was measured has changed since");
    else if (!isfinite(m->value))
        lack(v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_MEASUREMENT, "the measurement is not a number");
    else
        return false;
    return true;
}

static bool is_exact(const mote_requirement *q, const mote_measurement *m)
{
    return m->confidence >= 1 ||
           (m->confidence <= 0 && mote_metric_info(q->metric)->nature == MOTE_NATURE_EXACT);
}

/* True: it rests on nothing, or on less than the limit needs, and that was said. */
static bool is_too_little(mote_verdict *v)
{
    const mote_requirement *q = v->requirement;
    const mote_measurement *m = v->measured;
    mote_nature nature = mote_metric_info(q->metric)->nature;
    if (nature == MOTE_NATURE_EXACT)
        return false;
    double confidence = m->confidence > 0 && m->confidence < 1 ? m->confidence : 0.95;
    mote_need need = mote_settle_need(q, confidence);
    if (nature == MOTE_NATURE_RATE) {
        if (!(m->exposure_hours > 0))
            lack(v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_AMOUNT, "nobody listened for any time");
        else if (m->exposure_hours < need.hours && !is_exact(q, m))
            lack(v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_AMOUNT,
                 "%.2f h is too short: %.2f h without any would be needed to show it",
                 m->exposure_hours, need.hours);
    } else if (m->n <= 0) {
        lack(v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_AMOUNT, "it rests on nothing: n is 0");
    } else if (m->n < need.n && !is_exact(q, m)) {
        lack(v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_AMOUNT,
             "n %lld is too few: the best result there is would need %lld to show it",
             (long long)m->n, (long long)need.n);
    }
    return v->reason[0] != '\0';
}

/* The value is on the good side: is that proven? */
static void prove(mote_verdict *v)
{
    const mote_requirement *q = v->requirement;
    const mote_measurement *m = v->measured;
    double modelled = q->is_at_least ? m->value / MODEL_ROOM : m->value * MODEL_ROOM;
    v->kind = MOTE_VERDICT_MET;
    if (m->evidence == MOTE_EVIDENCE_MODELLED && room(q, modelled) < 0)
        lack(v, MOTE_VERDICT_NOT_PROVEN, MOTE_LACK_EVIDENCE,
             "modelled, and it would not hold at twice the value");
    else if (m->evidence == MOTE_EVIDENCE_SYNTHETIC)
        lack(v, MOTE_VERDICT_NOT_PROVEN, MOTE_LACK_EVIDENCE, "synthetic speech only");
    else if (m->evidence == MOTE_EVIDENCE_NOISE)
        lack(v, MOTE_VERDICT_NOT_PROVEN, MOTE_LACK_EVIDENCE, "noise alone");
    else if (m->confidence <= 0 && !is_exact(q, m))
        lack(v, MOTE_VERDICT_NOT_PROVEN, MOTE_LACK_AMOUNT, "it has no interval");
    else if (!is_exact(q, m) && room(q, q->is_at_least ? m->lo : m->hi) < 0)
        lack(v, MOTE_VERDICT_NOT_PROVEN, MOTE_LACK_AMOUNT, "the limit lies inside the interval");
}

mote_verdict mote_verdict_judge(const mote_requirement *q, const mote_measurement *measured,
                                const char *basis)
{
    mote_verdict v = {.requirement = q,
                      .kind = MOTE_VERDICT_UNKNOWN,
                      .measured = measured,
                      .judged = (double)NAN,
                      .margin = (double)NAN};
    if (is_missing(&v, basis))
        return v;
    const mote_measurement *m = measured;
    double best = q->is_at_least ? m->hi : m->lo, worst = q->is_at_least ? m->lo : m->hi;
    bool rests_on_something = m->n > 0 || m->exposure_hours > 0 || is_exact(q, m);
    bool is_surely_bad = room(q, m->value) < 0 && rests_on_something &&
                         (is_exact(q, m) || (m->confidence > 0 && room(q, best) < 0));
    if (q->confidence > 0 && !is_exact(q, m) && !(m->confidence >= q->confidence - 1e-9)) {
        if (m->confidence > 0)
            lack(&v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_CONFIDENCE,
                 "measured with confidence %g, but %g is required", m->confidence, q->confidence);
        else
            lack(&v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_CONFIDENCE,
                 "measured without an interval, but confidence %g is required", q->confidence);
        return v;
    }
    if (!is_surely_bad) {
        if (m->evidence == MOTE_EVIDENCE_NONE)
            lack(&v, MOTE_VERDICT_UNKNOWN, MOTE_LACK_EVIDENCE, "not tested: %.100s",
                 m->on && *m->on ? m->on : "what it is about");
        if (v.reason[0] || is_too_little(&v))
            return v;
    }
    v.judged = q->confidence > 0 && !is_exact(q, m) ? worst : m->value;
    v.margin = room(q, v.judged);
    v.kind = v.margin >= 0 ? MOTE_VERDICT_MET : MOTE_VERDICT_NOT_MET;
    if (v.kind == MOTE_VERDICT_MET)
        prove(&v);
    else if (room(q, m->value) >= 0) /* the bound is asked for, and only proof is missing */
        v.settle = mote_settle_of(&v, MOTE_LACK_AMOUNT);
    return v;
}

mote_status mote_verdict_judge_all(const mote_project *p, const mote_measurements *measured,
                                   const char *basis, mote_arena *a, mote_verdicts *out,
                                   mote_err *err)
{
    mote_verdict *all = NULL;
    MOTE_TRY(mote_arena_take(a, p->n_requirements, sizeof *all, &all, err));
    for (size_t i = 0; i < p->n_requirements; i++) {
        const mote_requirement *q = &p->requirements[i];
        all[i] = mote_verdict_judge(q, mote_measurement_find(measured, q->id), basis);
        all[i].currency = p->value.currency;
    }
    *out = (mote_verdicts){all, p->n_requirements};
    return MOTE_OK;
}

bool mote_verdict_is_awaited(const mote_verdict *v)
{
    return v->kind == MOTE_VERDICT_UNKNOWN && v->requirement->where == MOTE_AT_FIELD;
}

size_t mote_verdict_count(const mote_verdicts *all, mote_verdict_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < all->n; i++)
        count += all->items[i].kind == kind;
    return count;
}

static const char *const kind_names[] = {
    [MOTE_VERDICT_UNKNOWN] = "not yet known",
    [MOTE_VERDICT_MET] = "met",
    [MOTE_VERDICT_NOT_PROVEN] = "met, not proven",
    [MOTE_VERDICT_NOT_MET] = "not met",
};

const char *mote_verdict_name(mote_verdict_kind kind)
{
    MOTE_BUG_IF((size_t)kind >= sizeof kind_names / sizeof kind_names[0]);
    return kind_names[kind];
}

bool mote_verdict_parse(const char *name, mote_verdict_kind *out)
{
    if (strcmp(name, "unknown") == 0) {
        *out = MOTE_VERDICT_UNKNOWN;
        return true;
    }
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++)
        if (strcmp(name, kind_names[i]) == 0) {
            *out = (mote_verdict_kind)i;
            return true;
        }
    return false;
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

/* "91.2 % (89.9 % to 92.4 %, n 1532) on speech of 23 people" */
static void add_measured(const mote_verdict *v, mote_buf *out)
{
    const mote_measurement *m = v->measured;
    char value[56], lo[56], hi[56];
    format_value(v, m->value, value, sizeof value);
    mote_buf_str(out, value);
    if (m->confidence > 0 && m->confidence < 1) {
        format_value(v, m->lo, lo, sizeof lo);
        format_value(v, m->hi, hi, sizeof hi);
        mote_buf_printf(out, " (%s to %s", lo, hi);
        if (m->exposure_hours > 0)
            mote_buf_printf(out, ", %.2f h", m->exposure_hours);
        else if (m->n > 0)
            mote_buf_printf(out, ", n %lld", (long long)m->n);
        mote_buf_char(out, ')');
    }
    if (m->on && *m->on && m->evidence != MOTE_EVIDENCE_NONE)
        mote_buf_printf(out, " on %s", m->on);
}

/* "; worst 'cat' 71.0 % of 31 and 'anna' 60.0 % of 10" */
static void add_worst(const mote_verdict *v, mote_buf *out)
{
    const mote_measurement *m = v->measured;
    mote_metric metric = v->requirement->metric;
    const mote_worst *parts[] = {&m->worst_class, &m->worst_group};
    const char *lead = "; worst";
    for (size_t i = 0; i < 2; i++) {
        const mote_worst *w = parts[i];
        /* Of a metric that is about the worst part itself only the name is new. */
        bool is_itself =
            metric == (i == 0 ? MOTE_METRIC_worst_class_recall : MOTE_METRIC_worst_group_accuracy);
        if (!w->name)
            continue;
        if (is_itself)
            mote_buf_printf(out, "; it is '%.80s'", w->name);
        else
            mote_buf_printf(out, "%s '%.80s' %.1f %% of %lld", lead, w->name, w->value * 100,
                            (long long)w->n);
        lead = is_itself ? "; worst" : " and";
    }
}

void mote_verdict_text(const mote_verdict *v, mote_buf *out)
{
    const mote_requirement *q = v->requirement;
    char limit[56], margin[56];
    mote_buf_printf(out, "%-15s  %s  ", mote_verdict_name(v->kind), q->id);
    format_value(v, q->limit, limit, sizeof limit);
    const char *side = q->is_at_least ? "at least" : "at most";
    if (v->measured) {
        add_measured(v, out);
        mote_buf_str(out, ", ");
    }
    mote_buf_printf(out, "%s %s", side, limit);
    if (v->measured && q->confidence > 0)
        mote_buf_printf(out, " with confidence %g", q->confidence);
    if (v->kind == MOTE_VERDICT_MET || v->kind == MOTE_VERDICT_NOT_MET) {
        format_margin(v, margin, sizeof margin);
        const char *word = v->margin >= 0 ? "to spare" : q->is_at_least ? "short" : "too much";
        mote_buf_printf(out, ": %s %s", margin, word);
    } else {
        mote_buf_printf(out, ": %s", v->reason);
    }
    if (v->measured)
        add_worst(v, out);
    if (v->settle.text[0])
        mote_buf_printf(out, "; to settle it: %s", v->settle.text);
}

void mote_verdict_sentence(const mote_verdict *v, mote_buf *out)
{
    const mote_requirement *q = v->requirement;
    const char *doc = mote_metric_info(q->metric)->doc, *side = q->is_at_least ? "least" : "most";
    int n_doc = (int)strcspn(doc, ";"); /* up to the first aside */
    bool has_slice = q->slice && *q->slice;
    char limit[56], value[56];
    format_value(v, q->limit, limit, sizeof limit);
    mote_buf_printf(out, "%.*s%s%s: ", n_doc, doc, has_slice ? ", in " : "",
                    has_slice ? q->slice : "");
    if (v->kind == MOTE_VERDICT_UNKNOWN) {
        mote_buf_printf(out,
                        "at %s %s is asked for, and nobody knows yet (%s): %s; what would settle "
                        "it: %s",
                        side, limit, q->id, v->reason, v->settle.text);
        return;
    }
    format_value(v, v->measured->value, value, sizeof value);
    mote_buf_printf(out, "%s, and at %s %s is asked for (%s)", value, side, limit, q->id);
    if (v->kind == MOTE_VERDICT_NOT_PROVEN)
        mote_buf_printf(out, ", which is met but not proven: %s", v->reason);
    else if (v->kind == MOTE_VERDICT_NOT_MET && v->settle.text[0])
        mote_buf_printf(out, ", with confidence %g; what would prove it: %s", q->confidence,
                        v->settle.text);
}
