/* SPDX-License-Identifier: Apache-2.0 */
/* What a limit needs and what would settle a verdict, see settle.h. */
#include "project/settle.h"

#include <math.h>
#include <string.h>

#include "base/interval.h"
#include "project/quantity.h"
#include "project/schema.h"

#define USUAL_CONFIDENCE 0.95
#define MOST_SAMPLES     1e9 /* beyond it: no amount */
#define MOST_EVENTS      1000000
#define P99_SHARE        0.99 /* of metric p99_ms */

static double two_sided_z(double confidence)
{
    return mote_normal_quantile(0.5 + confidence / 2);
}

static double confidence_of(const mote_measurement *m)
{
    return m && m->confidence > 0 && m->confidence < 1 ? m->confidence : USUAL_CONFIDENCE;
}

/* ---- what a limit needs ------------------------------------------------------------------ */

/* Clips that must all be right: n / (n + z^2) >= limit, Wilson's lower bound of n of n. */
static int64_t need_of_share(double good_share, double z)
{
    if (!(good_share > 0 && good_share < 1))
        return 0;
    double n = ceil(z * z * good_share / (1 - good_share) - 1e-9);
    return n < MOST_SAMPLES ? (int64_t)fmax(n, 1) : 0;
}

/* The share of clips that must be good: the limit, or what is left of it. */
static double good_share(const mote_requirement *q)
{
    return q->is_at_least ? q->limit : 1 - q->limit;
}

static int64_t need_of_score(const mote_requirement *q, double confidence, double z)
{
    if (q->metric == MOTE_METRIC_macro_f1)
        return need_of_share(good_share(q), z);
    /* Already the error of one bin, |accuracy - mean confidence| over all clips, is known to no
     * better than z * 0.5 / sqrt(n) where half of them are right. */
    if (q->metric == MOTE_METRIC_ece && q->limit > 0)
        return (int64_t)fmin(ceil(z * z * 0.25 / (q->limit * q->limit)), MOST_SAMPLES);
    /* Below it the longest of n may lie under the quantile: 0.99^n > (1 - confidence) / 2. */
    if (q->metric == MOTE_METRIC_p99_ms)
        return (int64_t)ceil(log((1 - confidence) / 2) / log(P99_SHARE));
    return 2;
}

mote_need mote_settle_need(const mote_requirement *q, double confidence)
{
    mote_need need = {0};
    double z = two_sided_z(confidence);
    switch (mote_metric_info(q->metric)->nature) {
    case MOTE_NATURE_SHARE:
        need.n = need_of_share(good_share(q), z);
        break;
    case MOTE_NATURE_RATE:
        if (!q->is_at_least && q->limit > 0)
            need.hours = mote_interval_poisson(0, 1, confidence).hi / q->limit;
        break;
    case MOTE_NATURE_SCORE:
        need.n = need_of_score(q, confidence, z);
        break;
    case MOTE_NATURE_EXACT:
    default:
        break;
    }
    return need;
}

/* ---- how much in all, at the same rate --------------------------------------------------- */

/* Wilson's interval for a share that need not be whole clips. */
static mote_interval wilson_at(double share, double n, double z)
{
    double z2 = z * z, scale = 1 / (1 + z2 / n);
    double middle = (share + z2 / (2 * n)) * scale;
    double half = z * scale * sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    return (mote_interval){share, middle - half, middle + half};
}

/* Has an interval `wider` times Wilson's left the limit at n, also when the count is rounded the
 * wrong way? */
static bool is_share_shown(const mote_requirement *q, double share, double n, double z,
                           double wider)
{
    double k = q->is_at_least ? floor(share * n + 1e-9) : ceil(share * n - 1e-9);
    mote_interval x = wilson_at(k / n, n, z);
    return q->is_at_least ? x.value - wider * (x.value - x.lo) >= q->limit
                          : x.value + wider * (x.hi - x.value) <= q->limit;
}

/* How much wider the measured interval is than the one that counts alone give. */
static double how_much_wider(double measured_half, double counted_half)
{
    return counted_half > 0 ? fmax(measured_half / counted_half, 1) : 1;
}

static double half_on_the_bad_side(const mote_requirement *q, double value, double lo, double hi)
{
    return q->is_at_least ? value - lo : hi - value;
}

/* Samples in all; 0: no number of them. */
static double share_total(const mote_requirement *q, const mote_measurement *m, bool is_afresh)
{
    double z = two_sided_z(confidence_of(m)), wider = 1;
    if (!is_afresh && m->n > 0 && m->confidence > 0) {
        mote_interval counted = wilson_at(m->value, (double)m->n, z);
        wider = how_much_wider(half_on_the_bad_side(q, m->value, m->lo, m->hi),
                               half_on_the_bad_side(q, m->value, counted.lo, counted.hi));
    }
    double lo = 0, hi = 1;
    while (hi < MOST_SAMPLES && !is_share_shown(q, m->value, hi, z, wider)) {
        lo = hi;
        hi *= 2;
    }
    if (!(hi < MOST_SAMPLES))
        return 0;
    while (hi - lo > 1) { /* lo: not shown, hi: shown */
        double middle = floor((lo + hi) / 2);
        if (is_share_shown(q, m->value, middle, z, wider))
            hi = middle;
        else
            lo = middle;
    }
    return hi;
}

/* Are k events in k / rate hours shown to be below the limit? */
static bool is_rate_shown(const mote_requirement *q, double rate, int64_t k, double confidence,
                          double wider)
{
    double upper = mote_interval_poisson(k, 1, confidence).hi / (double)k; /* in units of rate */
    return rate * (1 + wider * (upper - 1)) <= q->limit;
}

/* Hours as they are shown, rounded up so that the number shown is enough. */
static double shown_hours(double hours)
{
    double step = hours < 1 ? 0.01 : 0.1;
    return fmax(ceil(hours / step - 1e-6), 1) * step;
}

/* Whole events in rounded hours may be a little more than the rate says: add to the hours until
 * that is shown as well. */
static double round_hours(const mote_requirement *q, double rate, double had, double total,
                          double confidence, double wider)
{
    double more = shown_hours(total - had);
    for (int i = 0; i < 10000; i++) {
        double hours = had + more, k = ceil(rate * hours - 1e-9);
        if (is_rate_shown(q, k / hours, (int64_t)k, confidence, wider))
            break;
        more = shown_hours(more * 1.001 + 0.001);
    }
    return had + more;
}

/* Hours in all; 0: no number of them. At a rate above 0 they are k events long, for the least k
 * that shows it. */
static double rate_total(const mote_requirement *q, const mote_measurement *m, bool is_afresh)
{
    double confidence = confidence_of(m), wider = 1;
    if (q->is_at_least || !(q->limit > 0))
        return 0;
    if (!is_afresh && m->confidence > 0 && m->exposure_hours > 0) {
        int64_t events = (int64_t)lround(m->value * m->exposure_hours);
        mote_interval counted = mote_interval_poisson(events, m->exposure_hours, confidence);
        wider = how_much_wider(m->hi - m->value, counted.hi - counted.value);
    }
    if (!(m->value > 0))
        return wider * mote_interval_poisson(0, 1, confidence).hi / q->limit;
    int64_t lo = 0, hi = 1;
    while (hi < MOST_EVENTS && !is_rate_shown(q, m->value, hi, confidence, wider)) {
        lo = hi;
        hi *= 2;
    }
    if (hi >= MOST_EVENTS)
        return 0;
    while (hi - lo > 1) { /* lo: not shown, hi: shown */
        int64_t k = lo + (hi - lo) / 2;
        if (is_rate_shown(q, m->value, k, confidence, wider))
            hi = k;
        else
            lo = k;
    }
    return round_hours(q, m->value, is_afresh ? 0 : m->exposure_hours, (double)hi / m->value,
                       confidence, wider);
}

static double score_total(const mote_requirement *q, const mote_measurement *m)
{
    double room = fabs(m->value - q->limit);
    double half = half_on_the_bad_side(q, m->value, m->lo, m->hi);
    if (!(room > 0) || !(half > 0))
        return 0;
    double n = ceil((double)m->n * (half / room) * (half / room) * (1 + 1e-9));
    return n < MOST_SAMPLES ? fmax(n, (double)m->n + 1) : 0;
}

/* ---- words ------------------------------------------------------------------------------- */

/* Does the metric speak of anomalies alone? */
static bool is_of_anomalies(const mote_requirement *q)
{
    return mote_metric_info(q->metric)->answers == MOTE_ONE_OF(MOTE_ANSWER_ANOMALY);
}

static const char *sample_word(const mote_requirement *q)
{
    switch (q->where) {
    case MOTE_AT_STREAM:
        return is_of_anomalies(q) ? "spans of anomaly in recordings of the test"
                                  : "events in the test stream";
    case MOTE_AT_SERVING:
        return "requests of 'mote bench URL --record'";
    case MOTE_AT_DEVICE:
        return "runs on the device";
    case MOTE_AT_FIELD:
        return "samples of the field";
    case MOTE_AT_TEST:
    default:
        return "test samples";
    }
}

/* " of 'cat'" where only more of that part helps. */
static void add_part(const mote_requirement *q, const mote_measurement *m, mote_settle *s)
{
    const mote_worst *w = q->metric == MOTE_METRIC_worst_class_recall     ? &m->worst_class
                          : q->metric == MOTE_METRIC_worst_group_accuracy ? &m->worst_group
                                                                          : NULL;
    size_t used = strlen(s->text);
    if (w && w->name)
        (void)mote_format(s->text + used, sizeof s->text - used, " of '%.60s'", w->name);
    used = strlen(s->text);
    if (q->slice && *q->slice)
        (void)mote_format(s->text + used, sizeof s->text - used, " in '%.40s'", q->slice);
}

static void say_samples(const mote_requirement *q, const mote_measurement *m, double total,
                        bool is_afresh, mote_settle *s)
{
    s->n = (int64_t)total - (is_afresh ? 0 : m->n);
    s->n = s->n > 0 ? s->n : 1;
    (void)mote_format(s->text, sizeof s->text, "about %lld %s%s", (long long)s->n,
                      is_afresh ? "" : "more ", sample_word(q));
    add_part(q, m, s);
    size_t used = strlen(s->text);
    if (is_afresh && m->evidence == MOTE_EVIDENCE_SYNTHETIC)
        (void)mote_format(s->text + used, sizeof s->text - used, ", spoken by people");
}

static void say_hours(const mote_requirement *q, const mote_measurement *m, double total,
                      bool is_afresh, mote_settle *s)
{
    double hours = total - (is_afresh ? 0 : m->exposure_hours);
    s->hours = shown_hours(hours);
    if (q->where == MOTE_AT_FIELD) {
        (void)mote_format(s->text, sizeof s->text, "%.*f h %sof use", hours < 1 ? 2 : 1, s->hours,
                          is_afresh ? "" : "more ");
        return;
    }
    if (is_of_anomalies(q)) {
        (void)mote_format(s->text, sizeof s->text, "%.*f h %sof normal recordings in the test",
                          hours < 1 ? 2 : 1, s->hours, is_afresh ? "" : "more ");
        return;
    }
    (void)mote_format(s->text, sizeof s->text, "%.*f h %sof other speech%s", hours < 1 ? 2 : 1,
                      s->hours, is_afresh ? "" : "more ",
                      is_afresh ? " (recordings of other words in a test stream that long)"
                                : " in the test stream (stream.hours, and recordings to fill it)");
}

static void say_hopeless(const mote_requirement *q, mote_settle *s)
{
    bool is_extreme = q->limit <= 0 || (q->is_at_least && q->limit >= 1);
    (void)mote_format(s->text, sizeof s->text, "%s",
                      is_extreme ? "a limit with room for error: no test is long enough to show "
                                   "that there is never one"
                                 : "a better model or another limit: the value stands on the "
                                   "limit, and no number of tests tells them apart");
}

/* Nothing measures time and energy on a board yet: what is left is room. */
static void say_modelled(const mote_requirement *q, const mote_measurement *m, mote_settle *s)
{
    char enough[56];
    mote_quantity_format(q->is_at_least ? m->value / 2 : m->value * 2,
                         mote_metric_info(q->metric)->unit, enough, sizeof enough);
    (void)mote_format(s->text, sizeof s->text,
                      "room for twice the value: a limit of %s, a smaller model or a faster core",
                      enough);
}

/* Does it take anomalies to measure it, and not normal samples alone? */
static bool needs_anomalies(const mote_requirement *q)
{
    return is_of_anomalies(q) && q->metric != MOTE_METRIC_false_alarm_rate &&
           q->metric != MOTE_METRIC_false_alarms_per_hour;
}

static const char *record_words(const mote_requirement *q, char *out, size_t out_bytes)
{
    (void)mote_format(out, out_bytes, "'mote monitor --record %s=NUMBER' once it is in use",
                      mote_metric_info(q->metric)->name);
    return out;
}

/* A number that does not exist yet. */
static void say_first(const mote_requirement *q, mote_settle *s)
{
    mote_need need = mote_settle_need(q, q->confidence > 0 ? q->confidence : USUAL_CONFIDENCE);
    const char *how = "'mote run'";
    s->n = need.n;
    s->hours = need.hours;
    char record[96];
    if (q->where == MOTE_AT_FIELD)
        how = record_words(q, record, sizeof record);
    else if (q->metric == MOTE_METRIC_value_per_day)
        how = "the block 'value' in mote.yaml, then 'mote run'";
    else if (q->metric == MOTE_METRIC_energy_uj)
        how = "device.energy_pj_per_instruction in mote.yaml, then 'mote run'";
    else if (q->where == MOTE_AT_SERVING)
        how = "'mote bench URL --record' against a running 'mote serve'";
    else if (q->where == MOTE_AT_DEVICE)
        how = "the device's tool chain and emulator ('mote run compile' names what is missing)";
    else if (q->metric == MOTE_METRIC_worst_group_accuracy)
        how = "whose each sample is (data.group_pattern, of rows table.group), then 'mote run'";
    else if (needs_anomalies(q))
        how = "anomalies in the test (labels that are not in anomaly.normal), then 'mote run'";
    size_t used = 0;
    if (need.hours > 0)
        (void)mote_format(s->text, sizeof s->text, "%s, with at least %.2f h of %s", how,
                          need.hours, q->where == MOTE_AT_FIELD ? "use" : "stream");
    else if (need.n > 2)
        (void)mote_format(s->text, sizeof s->text, "%s, with at least %lld %s", how,
                          (long long)need.n,
                          q->where == MOTE_AT_SERVING ? "requests" : sample_word(q));
    else
        (void)mote_format(s->text, sizeof s->text, "%s", how);
    used = strlen(s->text);
    if (q->slice && *q->slice)
        (void)mote_format(s->text + used, sizeof s->text - used, " in '%.40s'", q->slice);
}

/* ---- together ---------------------------------------------------------------------------- */

/* The least from which a bad rate stays on the bad side however its count is rounded. */
static double bad_total(const mote_requirement *q, const mote_measurement *m, double least)
{
    bool is_rate = mote_metric_info(q->metric)->nature == MOTE_NATURE_RATE;
    double had = is_rate ? m->exposure_hours : 0;
    double total = is_rate ? had + shown_hours(least - had) : least;
    for (int i = 0; i < 1000000; i++) {
        double k = q->is_at_least ? ceil(m->value * total - 1e-9) : floor(m->value * total + 1e-9);
        if (q->is_at_least ? k / total < q->limit : k / total > q->limit)
            break;
        total = is_rate ? had + shown_hours((total - had) * 1.001 + 0.001) : total + 1;
    }
    return total;
}

static void say_amount(const mote_verdict *v, bool is_afresh, mote_settle *s)
{
    const mote_requirement *q = v->requirement;
    const mote_measurement *m = v->measured;
    mote_need need = mote_settle_need(q, confidence_of(m));
    mote_nature nature = mote_metric_info(q->metric)->nature;
    bool is_counted = nature == MOTE_NATURE_RATE ? m->exposure_hours > 0 : m->n > 0;
    bool is_good = q->is_at_least ? m->value >= q->limit : m->value <= q->limit;
    double total = 0;
    if (is_counted && is_good && m->evidence != MOTE_EVIDENCE_NONE)
        total = nature == MOTE_NATURE_SHARE  ? share_total(q, m, is_afresh)
                : nature == MOTE_NATURE_RATE ? rate_total(q, m, is_afresh)
                : m->confidence > 0          ? score_total(q, m)
                                             : 0;
    double least = nature == MOTE_NATURE_RATE ? need.hours : (double)need.n;
    if (is_counted && !is_good && least > 0 && nature != MOTE_NATURE_SCORE)
        total = bad_total(q, m, least);
    else if (total <= 0 && (v->kind == MOTE_VERDICT_UNKNOWN || m->confidence <= 0))
        total = least; /* how many errors there will be is not known: at least that much */
    else if (total > 0)
        total = fmax(total, least);
    if (total <= 0)
        say_hopeless(q, s);
    else if (nature == MOTE_NATURE_RATE)
        say_hours(q, m, total, is_afresh, s);
    else
        say_samples(q, m, total, is_afresh, s);
}

mote_settle mote_settle_of(const mote_verdict *v, mote_lack lack)
{
    const mote_requirement *q = v->requirement;
    const mote_measurement *m = v->measured;
    mote_settle s = {0};
    switch (lack) {
    case MOTE_LACK_MEASUREMENT:
        say_first(q, &s);
        break;
    case MOTE_LACK_FRESH:
        (void)mote_format(s.text, sizeof s.text, "%s",
                          q->where == MOTE_AT_FIELD
                              ? "'mote monitor --record' with a number of the model in use now"
                          : q->where == MOTE_AT_SERVING
                              ? "'mote bench URL --record' against the model that serves now"
                              : "'mote run', which measures what is in force now");
        break;
    case MOTE_LACK_CONFIDENCE:
        (void)mote_format(s.text, sizeof s.text, "a measurement with an interval of confidence %g",
                          q->confidence);
        break;
    case MOTE_LACK_EVIDENCE:
        if (m->evidence == MOTE_EVIDENCE_MODELLED)
            say_modelled(q, m, &s);
        else
            say_amount(v, true, &s);
        break;
    case MOTE_LACK_AMOUNT:
        say_amount(v, false, &s);
        break;
    case MOTE_LACK_NOTHING:
    default:
        break;
    }
    return s;
}
