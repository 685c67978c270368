/* SPDX-License-Identifier: Apache-2.0 */
/* Counting on a stream with the firmware's detector, the curve over thresholds, and the choice of
 * the operating point; see stream.h. */
#include <math.h>
#include <string.h>

#include "base/interval_score.h"
#include "device/stream/mrt_detector.h"
#include "evaluate/json_parts.h"
#include "evaluate/share.h"
#include "evaluate/stream.h"

static int32_t hops(double ms, double hop_ms, int32_t lo, int32_t hi)
{
    if (!(hop_ms > 0)) /* a task without a stream has no hops */
        return lo;
    double x = nearbyint(ms / hop_ms);
    return x < lo ? lo : x > hi ? hi : (int32_t)x;
}

mote_stream_detector mote_stream_detector_of(const mote_project_stream *s)
{
    return (mote_stream_detector){.smooth_hops =
                                      hops(s->smoothing_ms, s->hop_ms, 1, MRT_DETECTOR_MAX_HOPS),
                                  .suppress_hops = hops(s->suppression_ms, s->hop_ms, 0, 1000000),
                                  .tolerance_s = s->tolerance_ms / 1000};
}

#define BY_NOISE (-1) /* cause of a false accept where no clip is */

/* What is known of each event while the outputs go by. */
typedef struct {
    const mote_stream_track *track;
    size_t next;                  /* first event that ends, with tolerance, at or after now */
    bool *is_hit;                 /* [n_events] */
    int64_t tolerance;            /* steps */
    int32_t cause;                /* of the last false accept: clip, or BY_NOISE */
    mote_stream_fate fate;        /* of the last detection */
    int64_t event;                /* that it was about, or near; -1: none */
    mote_stream_account *account; /* NULL: detections are only counted */
    mote_stream_block *blocks;    /* of block_samples each; NULL: not wanted */
    int64_t block_samples;
} matcher;

static mote_stream_block *block_at(const matcher *m, int64_t at)
{
    int64_t last = ((int64_t)m->track->n - 1) / m->block_samples, i = at / m->block_samples;
    return &m->blocks[i < last ? i : last];
}

static void accept_falsely(const matcher *m, int64_t at, mote_stream_counts *c)
{
    c->n_false_accepts++;
    if (m->blocks)
        block_at(m, at)->n_false_accepts++;
}

/* A detection of class k at step `at`: which event was meant? Events lie apart by more than the
 * tolerance when the track was built with mote_stream_config_of; otherwise the first one counts.
 * False when it is a false accept. */
static bool match(matcher *m, int64_t at, int32_t k, int32_t n_reacting, mote_stream_counts *c)
{
    const mote_stream_track *t = m->track;
    while (m->next < t->n_events && t->events[m->next].end + m->tolerance < at)
        m->next++;
    bool is_near_other = false;
    m->cause = BY_NOISE;
    m->event = -1;
    m->fate = MOTE_FATE_FALSE;
    for (size_t i = m->next; i < t->n_events && t->events[i].start <= at; i++) {
        const mote_stream_event *e = &t->events[i];
        if (e->class_id == k && !m->is_hit[i]) {
            m->is_hit[i] = true;
            c->n_hits++;
            c->per_class_hits[k]++;
            m->fate = MOTE_FATE_HIT;
            m->event = (int64_t)i;
            if (m->blocks)
                block_at(m, e->start)->n_hits++;
            return true;
        }
        m->cause = m->cause == BY_NOISE ? e->clip : m->cause;
        m->event = m->event < 0 ? (int64_t)i : m->event;
        if (e->class_id == k) {
            m->fate = MOTE_FATE_REPEATED;
            c->n_repeated++;
            accept_falsely(m, at, c);
            return false;
        }
        is_near_other |= e->class_id < n_reacting;
    }
    accept_falsely(m, at, c);
    c->n_confused += is_near_other;
    m->fate = is_near_other ? MOTE_FATE_CONFUSED : MOTE_FATE_FALSE;
    return false;
}

typedef struct {
    mrt_detector detector;
    uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES];
    void *memory;
    bool *is_hit;
} counting;

static mrt_detector_config config_of(const mote_stream_outputs *o, const mote_stream_detector *d,
                                     const uint32_t *thresholds)
{
    return (mrt_detector_config){.n_classes = o->n_classes,
                                 .smooth_hops = d->smooth_hops,
                                 .min_count = d->smooth_hops,
                                 .suppress_hops = d->suppress_hops,
                                 .thresholds = thresholds};
}

static mote_status start_counting(const mote_stream_heard *h, mote_arena *a, counting **out,
                                  mote_err *err)
{
    const mote_stream_outputs *o = h->said;
    const mote_stream_detector *d = h->detector;
    int32_t n_reacting = h->n_reacting;
    counting *c = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *c, &c, err));
    if (n_reacting < 1 || n_reacting > o->n_classes || n_reacting > MOTE_MODEL_MAX_EVENTS ||
        o->n_classes > MRT_DETECTOR_MAX_CLASSES || !(d->tolerance_s >= 0 && d->tolerance_s <= 3600))
        return mote_fail(err, MOTE_ARG,
                         "stream: %d of %d classes react, or tolerance %g s is out of range",
                         n_reacting, o->n_classes, d->tolerance_s);
    mrt_detector_config cfg = config_of(o, d, c->thresholds);
    size_t bytes = mrt_detector_bytes(&cfg);
    if (bytes == 0)
        return mote_fail(err, MOTE_ARG,
                         "stream: smoothing over %d hops or suppression of %d is out of range",
                         d->smooth_hops, d->suppress_hops);
    MOTE_TRY(mote_arena_take(a, bytes, 1, &c->memory, err));
    MOTE_TRY(mote_arena_take(a, h->track->n_events, sizeof *c->is_hit, &c->is_hit, err));
    *out = c;
    return MOTE_OK;
}

/* The detector with c->thresholds over all outputs; what it says is matched by `m`. `causes` (NULL:
 * not wanted): how many false accepts each clip is the cause of; added to. */
static void detect(counting *c, const mote_stream_heard *h, matcher *m, mote_stream_counts *counts,
                   uint32_t *causes)
{
    const mote_stream_outputs *o = h->said;
    const mote_stream_detector *d = h->detector;
    mrt_detector_config cfg = config_of(o, d, c->thresholds);
    int32_t is_ready = mrt_detector_init(&c->detector, &cfg, c->memory);
    MOTE_BUG_IF(!is_ready);
    memset(c->is_hit, 0, m->track->n_events * sizeof *c->is_hit);
    m->is_hit = c->is_hit;
    m->tolerance = (int64_t)(d->tolerance_s * m->track->rate_hz);
    for (size_t i = 0; i < o->n; i++) {
        mrt_detection hit;
        const int64_t at = (int64_t)i * o->hop + o->window;
        if (!mrt_detector_push(&c->detector, o->q + i * (size_t)o->n_classes, &hit))
            continue;
        if (!match(m, at, hit.class_id, h->n_reacting, counts) && causes && m->cause != BY_NOISE)
            causes[m->cause]++;
        if (m->account)
            m->account->told[m->account->n_told++] = (mote_stream_told){
                at, hit.class_id, m->fate, m->event, (double)hit.average_q16 / 65536.0};
    }
}

/* What there is to count, before anything is. */
static mote_stream_counts nothing_heard(const mote_stream_heard *h)
{
    const mote_stream_track *track = h->track;
    mote_stream_counts counts = {.n_targets = track->n_targets,
                                 .hours = (double)track->n / track->rate_hz / 3600};
    for (size_t i = 0; i < track->n_events; i++)
        if (track->events[i].class_id < h->n_reacting)
            counts.per_class[track->events[i].class_id]++;
    return counts;
}

static mote_stream_counts count_at(counting *c, const mote_stream_heard *h, double threshold,
                                   uint32_t *causes)
{
    const mote_stream_track *track = h->track;
    int32_t n_reacting = h->n_reacting;
    mote_stream_counts counts = nothing_heard(h);
    for (int32_t k = 0; k < h->said->n_classes; k++)
        c->thresholds[k] = k < n_reacting ? mrt_detector_threshold((float)threshold) : 0;
    matcher m = {.track = track};
    detect(c, h, &m, &counts, causes);
    return counts;
}

mote_status mote_stream_blocks(const mote_stream_heard *h, const float *thresholds, double block_s,
                               mote_arena *a, mote_stream_stretch *out, mote_err *err)
{
    const mote_stream_track *track = h->track;
    int32_t n_reacting = h->n_reacting;
    int64_t block = (int64_t)(block_s * track->rate_hz);
    if (block < 1 || track->n == 0)
        return mote_fail(err, MOTE_ARG, "stream: blocks of %g s of %zu samples", block_s, track->n);
    size_t n_blocks = (size_t)(((int64_t)track->n - 1) / block + 1);
    mote_stream_block *blocks = NULL;
    MOTE_TRY(mote_arena_take(a, n_blocks, sizeof *blocks, &blocks, err));
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, 64u << 20);
    counting *c = NULL;
    MOTE_TRY(start_counting(h, &scratch, &c, err));
    for (int32_t k = 0; k < h->said->n_classes; k++)
        c->thresholds[k] = k < n_reacting ? mrt_detector_threshold(thresholds[k]) : 0;
    matcher m = {.track = track, .blocks = blocks, .block_samples = block};
    for (size_t i = 0; i < track->n_events; i++)
        if (track->events[i].class_id < n_reacting)
            block_at(&m, track->events[i].start)->n_targets++;
    mote_stream_counts counts = {0};
    detect(c, h, &m, &counts, NULL);
    *out = (mote_stream_stretch){blocks, n_blocks};
    return MOTE_OK;
}

mote_status mote_stream_tell(const mote_stream_heard *h, const float *thresholds, mote_arena *a,
                             mote_stream_account *out, mote_err *err)
{
    const mote_stream_track *track = h->track;
    mote_stream_account x = {.counts = nothing_heard(h)};
    counting *c = NULL;
    const size_t most = h->said->n / ((size_t)h->detector->suppress_hops + 1) + 1;
    MOTE_TRY(start_counting(h, a, &c, err));
    MOTE_TRY(mote_arena_take(a, most, sizeof *x.told, &x.told, err));
    for (int32_t k = 0; k < h->said->n_classes; k++)
        c->thresholds[k] = k < h->n_reacting ? mrt_detector_threshold(thresholds[k]) : 0;
    matcher m = {.track = track, .account = &x};
    detect(c, h, &m, &x.counts, NULL);
    x.counts.n_rounds = 1;
    x.counts.repetition = 1;
    x.is_hit = c->is_hit;
    *out = x;
    return MOTE_OK;
}

/* ---- the curve --------------------------------------------------------------------------- */

/* Garwood's interval of what is independent, about the rate that was counted. */
static mote_interval accepts_interval(const mote_stream_counts *c, double confidence,
                                      double *independent_hours)
{
    double repetition = fmax(c->repetition, 1);
    int64_t n = llround((double)c->n_false_accepts / repetition);
    double rate = (double)c->n_false_accepts / c->hours;
    *independent_hours = n > 0 ? (double)n / rate : c->hours;
    mote_interval x = mote_interval_poisson(n, *independent_hours, confidence);
    x.value = rate;
    return x;
}

/* Wilson's interval of the words that are not the same, about the share that was missed. */
static mote_interval rejects_interval(const mote_stream_counts *c, double confidence)
{
    int64_t n = c->n_distinct > 0 ? c->n_distinct : c->n_targets, missed = c->n_targets - c->n_hits;
    if (c->n_independent <= 0 && (n == c->n_targets || c->n_targets == 0))
        return mote_interval_wilson(missed, c->n_targets, confidence);
    return mote_interval_score((double)missed / (double)c->n_targets,
                               c->n_independent > 0 ? fmax(1, c->n_independent) : (double)n,
                               mote_normal_quantile((1 + confidence) / 2));
}

mote_stream_point mote_stream_point_of(double threshold, const mote_stream_counts *c,
                                       const mote_project_value *value, double confidence)
{
    mote_stream_point p = {
        .threshold = threshold, .counts = *c, .false_reject_rate = rejects_interval(c, confidence)};
    p.false_accepts_per_hour = accepts_interval(c, confidence, &p.independent_hours);
    double each = (1 + confidence) / 2, hours;
    mote_interval missed = rejects_interval(c, each), accepts = accepts_interval(c, each, &hours);
    p.value = mote_value_of_rates(value, &missed, &accepts);
    return p;
}

struct mote_stream_tally {
    size_t n_clips;
    int32_t n_reacting;
    mote_stream_detector detector;
    double hop_s;
    mote_stream_counts counts[MOTE_STREAM_POINTS];
    uint32_t *causes;        /* [MOTE_STREAM_POINTS][n_clips] false accepts */
    uint32_t *missed;        /* [MOTE_STREAM_POINTS][n_clips] words */
    uint32_t *placed;        /* [n_clips] as a word, in all rounds */
    const int32_t *group_of; /* [n_clips]; NULL: each stands alone */
    size_t n_groups;
    bool is_by_voices;
    int64_t n_distinct, n_rounds;
};

mote_status mote_stream_tally_create(size_t n_clips, int32_t n_reacting,
                                     const mote_stream_detector *d, mote_arena *a,
                                     mote_stream_tally **out, mote_err *err)
{
    mote_stream_tally *t = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *t, &t, err));
    MOTE_TRY(
        mote_arena_take(a, n_clips * MOTE_STREAM_POINTS + 1, sizeof *t->causes, &t->causes, err));
    MOTE_TRY(
        mote_arena_take(a, n_clips * MOTE_STREAM_POINTS + 1, sizeof *t->missed, &t->missed, err));
    MOTE_TRY(mote_arena_take(a, n_clips + 1, sizeof *t->placed, &t->placed, err));
    t->n_clips = n_clips;
    t->n_reacting = n_reacting;
    t->detector = *d;
    *out = t;
    return MOTE_OK;
}

void mote_stream_tally_group(mote_stream_tally *t, const int32_t *group_of, size_t n_groups)
{
    t->group_of = group_of;
    t->n_groups = n_groups;
}

void mote_stream_tally_by_voices(mote_stream_tally *t)
{
    t->is_by_voices = true;
}

static void add_counts(mote_stream_counts *sum, const mote_stream_counts *c)
{
    sum->n_targets += c->n_targets;
    sum->n_hits += c->n_hits;
    sum->n_false_accepts += c->n_false_accepts;
    sum->n_confused += c->n_confused;
    sum->n_repeated += c->n_repeated;
    sum->hours += c->hours;
    for (int k = 0; k < MOTE_MODEL_MAX_LABELS; k++) {
        sum->per_class[k] += c->per_class[k];
        sum->per_class_hits[k] += c->per_class_hits[k];
    }
}

mote_status mote_stream_tally_add(mote_stream_tally *t, const mote_stream_outputs *o,
                                  const mote_stream_track *track, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, 64u << 20);
    counting *c = NULL;
    const mote_stream_heard h = {o, track, t->n_reacting, &t->detector};
    MOTE_TRY(start_counting(&h, &scratch, &c, err));
    for (size_t i = 0; i < track->n_events; i++) {
        const mote_stream_event *e = &track->events[i];
        if (e->clip < 0 || (size_t)e->clip >= t->n_clips)
            return mote_fail(err, MOTE_ARG, "stream: clip %d of %zu does not exist", (int)e->clip,
                             t->n_clips);
        bool is_word = e->class_id < t->n_reacting;
        t->n_distinct += is_word && t->placed[e->clip] == 0;
        t->placed[e->clip] += is_word;
    }
    for (size_t i = 0; i < MOTE_STREAM_POINTS; i++) {
        mote_stream_counts counts =
            count_at(c, &h, (double)(i + 1) / 256.0, t->causes + i * t->n_clips);
        add_counts(&t->counts[i], &counts);
        for (size_t k = 0; k < track->n_events; k++)
            if (track->events[k].class_id < t->n_reacting && !c->is_hit[k])
                t->missed[i * t->n_clips + (size_t)track->events[k].clip]++;
    }
    t->hop_s = (double)o->hop / track->rate_hz;
    t->n_rounds++;
    return MOTE_OK;
}

/* Sum of squares over the sum: of false accepts by their causes, those of noise each of its own. */
static double repetition_of(const mote_stream_tally *t, size_t point)
{
    double by_clips = 0, squares = 0, n = (double)t->counts[point].n_false_accepts;
    for (size_t i = 0; i < t->n_clips; i++) {
        double x = t->causes[point * t->n_clips + i];
        by_clips += x;
        squares += x * x;
    }
    return n > 0 ? (squares + (n - by_clips)) / n : 1;
}

/* The share missed at a point, each event times `weight`, over groups, or clips where none are
 * known. */
static mote_share share_of(const mote_stream_tally *t, size_t point, double weight,
                           mote_arena *scratch)
{
    mote_share share = {0};
    const mote_arena_mark mark = mote_arena_save(scratch);
    const size_t n = t->group_of ? t->n_groups : t->n_clips;
    double *missed = mote_arena_alloc(scratch, n + 1, sizeof *missed);
    double *placed = mote_arena_alloc(scratch, n + 1, sizeof *placed);
    for (size_t i = 0; missed && placed && i < t->n_clips; i++) {
        const size_t g = t->group_of ? (size_t)t->group_of[i] : i;
        missed[g] += weight * t->missed[point * t->n_clips + i];
        placed[g] += weight * t->placed[i];
    }
    for (size_t g = 0; missed && placed && g < n; g++)
        mote_share_add(&share, placed[g], missed[g]);
    mote_arena_rewind(scratch, mark);
    if (t->is_by_voices)
        mote_share_by_voices(&share);
    return share;
}

/* Events that stand alone and give the interval of these over groups. */
static double independent_of(const mote_stream_tally *t, size_t point, mote_arena *scratch)
{
    const mote_share share = share_of(t, point, 1, scratch);
    return fmin(mote_share_independent(&share), (double)t->n_distinct);
}

static mote_stream_counts counts_of(const mote_stream_tally *t, size_t point, mote_arena *scratch)
{
    mote_stream_counts c = t->counts[point];
    c.n_independent = t->group_of ? independent_of(t, point, scratch) : 0;
    c.n_rounds = t->n_rounds;
    c.n_distinct = t->n_distinct;
    c.repetition = t->n_rounds > 1 ? repetition_of(t, point) : 1;
    return c;
}

mote_status mote_stream_tally_sum(const mote_stream_tally *const *parts, size_t n, mote_arena *a,
                                  mote_stream_tally **out, mote_err *err)
{
    mote_stream_tally *t = NULL;
    const mote_stream_tally *like = parts[0];
    MOTE_TRY(
        mote_stream_tally_create(like->n_clips, like->n_reacting, &like->detector, a, &t, err));
    t->hop_s = like->hop_s;
    mote_stream_tally_group(t, like->group_of, like->n_groups);
    t->is_by_voices = like->is_by_voices;
    for (size_t k = 0; k < n; k++) {
        const mote_stream_tally *one = parts[k];
        MOTE_BUG_IF(one->n_clips != t->n_clips || one->n_reacting != t->n_reacting);
        for (size_t i = 0; i < MOTE_STREAM_POINTS; i++)
            add_counts(&t->counts[i], &one->counts[i]);
        for (size_t i = 0; i < MOTE_STREAM_POINTS * t->n_clips; i++) {
            t->causes[i] += one->causes[i];
            t->missed[i] += one->missed[i];
        }
        for (size_t i = 0; i < t->n_clips; i++)
            t->placed[i] += one->placed[i];
        t->n_distinct += one->n_distinct;
        t->n_rounds = one->n_rounds > t->n_rounds ? one->n_rounds : t->n_rounds;
    }
    *out = t;
    return MOTE_OK;
}

mote_status mote_stream_tally_nested(const mote_stream_nested *s, const mote_project_value *value,
                                     double confidence, mote_arena *a, mote_stream_point *out,
                                     mote_err *err)
{
    mote_stream_tally *t = NULL;
    const size_t n_clips = s->parts[0]->n_clips;
    const mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(mote_stream_tally_sum(s->parts, s->n, a, &t, err));
    t->counts[0] = (mote_stream_counts){0};
    memset(t->causes, 0, n_clips * sizeof *t->causes);
    memset(t->missed, 0, n_clips * sizeof *t->missed);
    for (size_t k = 0; k < s->n; k++) { /* point 0 becomes the one that is asked for */
        const mote_stream_tally *one = s->parts[k];
        add_counts(&t->counts[0], &one->counts[s->at[k]]);
        for (size_t i = 0; i < n_clips; i++) {
            t->causes[i] += one->causes[s->at[k] * n_clips + i];
            t->missed[i] += one->missed[s->at[k] * n_clips + i];
        }
    }
    const mote_stream_counts c = counts_of(t, 0, a);
    *out = mote_stream_point_of(s->said, &c, value, confidence);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

mote_status mote_stream_tally_curve(const mote_stream_tally *t, const mote_project_value *value,
                                    double confidence, mote_arena *a, mote_stream_curve **out,
                                    mote_err *err)
{
    if (!(confidence > 0 && confidence < 1))
        return mote_fail(err, MOTE_ARG, "stream: confidence %g is not between 0 and 1", confidence);
    if (t->n_rounds == 0)
        return mote_fail(err, MOTE_ARG, "stream: nothing was counted yet");
    mote_stream_curve *curve = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *curve, &curve, err));
    curve->confidence = confidence;
    curve->hop_s = t->hop_s;
    curve->detector = t->detector;
    for (size_t i = 0; i < MOTE_STREAM_POINTS; i++) {
        const mote_stream_counts c = counts_of(t, i, a);
        curve->points[i] = mote_stream_point_of((double)(i + 1) / 256.0, &c, value, confidence);
    }
    *out = curve;
    return MOTE_OK;
}

/* A clip that was placed in each of many rounds is one recording. */
static double once(const mote_stream_tally *t)
{
    const int64_t placed = t->counts[0].n_targets;
    return placed > 0 ? (double)t->n_distinct / (double)placed : 1;
}

mote_status mote_stream_tally_next(const mote_stream_others *x, mote_arena *a, mote_interval *out,
                                   mote_err *err)
{
    if (x->at >= MOTE_STREAM_POINTS)
        return mote_fail(err, MOTE_ARG, "stream: there is no point %zu", x->at);
    const mote_share here = share_of(x->said, x->at, once(x->said), a);
    const mote_share there = share_of(x->next, x->at, once(x->next), a);
    *out = mote_share_next(&here, &there, x->confidence);
    return MOTE_OK;
}

double mote_stream_hours_for(double max_false_accepts_per_hour, double confidence)
{
    if (!(max_false_accepts_per_hour > 0))
        return 0;
    return mote_interval_poisson(MOTE_STREAM_SPARE, 1, confidence).hi / max_false_accepts_per_hour;
}

/* ---- choosing ---------------------------------------------------------------------------- */

/* Half of the events: below that a detector does not work, whatever its false accepts. */
static bool is_usable(const mote_stream_point *p)
{
    return 2 * p->counts.n_hits >= p->counts.n_targets && p->counts.n_hits > 0;
}

/* Without a value: 0 works and is proven within the limit, 1 works, 2 does not work. */
static int rank_of(const mote_stream_point *p, double max_fa)
{
    return !is_usable(p) ? 2 : p->false_accepts_per_hour.hi <= max_fa ? 0 : 1;
}

static bool is_better(const mote_stream_point *a, const mote_stream_point *b, bool by_value,
                      double max_fa)
{
    int a_rank = by_value ? 1 : rank_of(a, max_fa), b_rank = by_value ? 1 : rank_of(b, max_fa);
    bool hits_first = a_rank != 1;
    if (by_value && a->value.value.value != b->value.value.value)
        return a->value.value.value > b->value.value.value;
    if (a_rank != b_rank)
        return a_rank < b_rank;
    if (hits_first && a->counts.n_hits != b->counts.n_hits)
        return a->counts.n_hits > b->counts.n_hits;
    if (a->counts.n_false_accepts != b->counts.n_false_accepts)
        return a->counts.n_false_accepts < b->counts.n_false_accepts;
    return a->counts.n_hits > b->counts.n_hits;
}

static bool is_same(const mote_stream_point *a, const mote_stream_point *b)
{
    return a->counts.n_hits == b->counts.n_hits &&
           a->counts.n_false_accepts == b->counts.n_false_accepts;
}

mote_stream_choice mote_stream_choose(const mote_stream_curve *c, double max_false_accepts_per_hour)
{
    mote_stream_choice choice = {.by_value = isfinite(c->points[0].value.value.value),
                                 .max_false_accepts_per_hour = max_false_accepts_per_hour};
    size_t best = 0;
    for (size_t i = 1; i < MOTE_STREAM_POINTS; i++)
        if (is_better(&c->points[i], &c->points[best], choice.by_value, max_false_accepts_per_hour))
            best = i;
    size_t last = best;
    while (last + 1 < MOTE_STREAM_POINTS && is_same(&c->points[last + 1], &c->points[best]))
        last++;
    choice.index = best + (last - best) / 2;
    mote_interval fa = c->points[choice.index].false_accepts_per_hour;
    choice.is_limit_met = choice.by_value || fa.value <= max_false_accepts_per_hour;
    choice.is_limit_proven = fa.hi <= max_false_accepts_per_hour;
    return choice;
}

mote_operating_point mote_stream_operating_point(const mote_stream_curve *c,
                                                 const mote_stream_choice *choice,
                                                 int32_t n_reacting, int32_t n_labels,
                                                 double temperature)
{
    mote_operating_point p = {.smooth_hops = c->detector.smooth_hops,
                              .hop_ms = (int32_t)nearbyint(c->hop_s * 1000),
                              .suppress_ms =
                                  (int32_t)nearbyint(c->detector.suppress_hops * c->hop_s * 1000),
                              .temperature = (float)temperature};
    for (int32_t k = 0; k < n_reacting && k < n_labels && k < MOTE_MODEL_MAX_LABELS; k++)
        p.thresholds[k] = (float)c->points[choice->index].threshold;
    return p;
}

static mote_status per_class_json(const mote_stream_counts *c, const char *const *names,
                                  int32_t n_reacting, json_t *list, mote_err *err)
{
    for (int32_t k = 0; k < n_reacting; k++) {
        json_t *o = json_object();
        if (json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of a stream");
        MOTE_TRY(mote_json_put(o, "keyword", json_string(names[k]), err));
        MOTE_TRY(mote_json_put(o, "n", json_integer(c->per_class[k]), err));
        MOTE_TRY(mote_json_put(o, "n_hits", json_integer(c->per_class_hits[k]), err));
    }
    return MOTE_OK;
}

mote_status mote_stream_point_to_json(const mote_stream_point *p, const char *const *names,
                                      int32_t n_reacting, json_t **out, mote_err *err)
{
    const mote_stream_counts *c = &p->counts;
    MOTE_SCOPED_JSON *o = json_object();
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of a stream");
    MOTE_TRY(mote_json_put(o, "threshold", json_real(p->threshold), err));
    MOTE_TRY(mote_json_put(o, "hours", json_real(c->hours), err));
    MOTE_TRY(mote_json_put(o, "n_words", json_integer(c->n_targets), err));
    MOTE_TRY(mote_json_put(o, "n_hits", json_integer(c->n_hits), err));
    MOTE_TRY(mote_json_put(o, "n_false_accepts", json_integer(c->n_false_accepts), err));
    MOTE_TRY(mote_json_put(o, "n_confused", json_integer(c->n_confused), err));
    MOTE_TRY(mote_json_put(o, "n_repeated", json_integer(c->n_repeated), err));
    MOTE_TRY(mote_json_put(o, "n_rounds", json_integer(c->n_rounds), err));
    MOTE_TRY(mote_json_put(o, "n_distinct_words", json_integer(c->n_distinct), err));
    MOTE_TRY(mote_json_put(o, "independent_words", json_real(c->n_independent), err));
    MOTE_TRY(mote_json_put(o, "independent_hours", json_real(p->independent_hours), err));
    MOTE_TRY(mote_json_put_interval(o, "false_accepts_per_hour", p->false_accepts_per_hour, err));
    MOTE_TRY(mote_json_put_interval(o, "false_reject_rate", p->false_reject_rate, err));
    if (isfinite(p->value.value.value)) {
        MOTE_TRY(mote_json_put_interval(o, "value_per_day", p->value.value, err));
        MOTE_TRY(mote_json_put(o, "value_of_true_accepts", json_real(p->value.true_accepts), err));
        MOTE_TRY(
            mote_json_put(o, "value_of_false_rejects", json_real(p->value.false_rejects), err));
        MOTE_TRY(
            mote_json_put(o, "value_of_false_accepts", json_real(p->value.false_accepts), err));
    }
    json_t *words = json_array();
    MOTE_TRY(mote_json_put(o, "keywords", words, err));
    MOTE_TRY(per_class_json(c, names, n_reacting, words, err));
    *out = json_incref(o);
    return MOTE_OK;
}

mote_status mote_stream_curve_to_json(const mote_stream_curve *c, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    double thresholds[MOTE_STREAM_POINTS], accepts[MOTE_STREAM_POINTS], rejects[MOTE_STREAM_POINTS];
    size_t n = 0;
    for (size_t i = 0; i < MOTE_STREAM_POINTS; i++) {
        const mote_stream_point *p = &c->points[i];
        if (i > 0 && i + 1 < MOTE_STREAM_POINTS && is_same(p, &c->points[i - 1]))
            continue;
        thresholds[n] = p->threshold;
        accepts[n] = p->false_accepts_per_hour.value;
        rejects[n++] = p->false_reject_rate.value;
    }
    MOTE_TRY(mote_json_put(o, "threshold", mote_json_numbers(thresholds, n), err));
    MOTE_TRY(mote_json_put(o, "false_accepts_per_hour", mote_json_numbers(accepts, n), err));
    MOTE_TRY(mote_json_put(o, "false_reject_rate", mote_json_numbers(rejects, n), err));
    *out = json_incref(o);
    return MOTE_OK;
}
