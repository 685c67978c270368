/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: what is built is what was asked for, counting agrees with a model whose answers are
 * known, and the operating point is the best one. */
#include "base/rng.h"
#include "evaluate/stream_audio.h"
#include "stream_points.h"
#include "unit/evaluate/golden.h"

enum { RATE = 8000, CLIP = 8000, N_CLIPS = 60, N_KEYWORDS = 2, N_CLASSES = 4 };

typedef struct {
    mote_arena arena;
    int16_t *pcm, *noise;
    int32_t class_id[N_CLIPS];
    mote_audio_view view;
    mote_stream_material material;
    mote_stream_config config;
} fixture;

/* Classes in turn: two keywords, unknown (2), silence (3). Clip i is a tone of its own amplitude.
 */
static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_arena_init(&f->arena, 256u << 20);
    f->pcm = malloc(N_CLIPS * CLIP * sizeof *f->pcm);
    f->noise = malloc(20000 * sizeof *f->noise);
    mote_rng rng;
    mote_rng_init(&rng, 3);
    for (int i = 0; i < N_CLIPS; i++) {
        f->class_id[i] = i % N_CLASSES;
        for (int k = 0; k < CLIP; k++)
            f->pcm[i * CLIP + k] = (int16_t)((1000 + 50 * i) * sin(0.3 * k));
    }
    for (int i = 0; i < 20000; i++)
        f->noise[i] = (int16_t)(300 * mote_rng_normal(&rng));
    f->view = (mote_audio_view){f->noise, 20000};
    f->material = (mote_stream_material){.rate_hz = RATE,
                                         .n = N_CLIPS,
                                         .clip_samples = CLIP,
                                         .pcm = f->pcm,
                                         .class_id = f->class_id,
                                         .n_keywords = N_KEYWORDS,
                                         .silence_class = 3,
                                         .noise = {&f->view, 1}};
    f->config = (mote_stream_config){.hours = 0.05, .snr_db = {20, 20}, .gap_s = 1, .seed = 7};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    free(f->pcm);
    free(f->noise);
    free(f);
    return 0;
}

static const int16_t *pcm_of(const mote_stream_track *t)
{
    return t->steps;
}

static mote_stream_track build(fixture *f)
{
    mote_stream_track t;
    mote_err err;
    if (mote_stream_build(&f->material, &f->config, &f->arena, &t, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return t;
}

static void every_usable_clip_stands_once_and_apart(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    bool is_used[N_CLIPS] = {false};
    assert_int_equal(t.n, 0.05 * 3600 * RATE);
    assert_int_equal(t.n_events, 45); /* 60 without the 15 of silence; 180 s have room for 90 */
    assert_int_equal(t.n_targets, 30);
    for (size_t i = 0; i < t.n_events; i++) {
        const mote_stream_event *e = &t.events[i];
        assert_int_equal(e->end - e->start, CLIP);
        assert_true(e->start >= 0 && e->end <= (int64_t)t.n);
        assert_true(i == 0 || e->start - t.events[i - 1].end >= RATE);
        assert_int_equal(e->class_id, f->class_id[e->clip]);
        assert_int_not_equal(e->class_id, 3);
        assert_false(is_used[e->clip]);
        is_used[e->clip] = true;
    }
}

static double rms_of(const int16_t *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sqrt(sum / (double)n);
}

static void noise_is_at_the_drawn_distance_from_the_clip(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    for (size_t i = 0; i < t.n_events; i++) {
        const mote_stream_event *e = &t.events[i];
        const int16_t *before =
            pcm_of(&t) + e->start - RATE / 4; /* gap/2 = 0.5 s of the slot's own noise */
        double noise = rms_of(before, RATE / 4), clip = rms_of(f->pcm + e->clip * CLIP, CLIP);
        /* A quarter second of white noise: the RMS is known to 1/sqrt(2*2000) = 1.6 %. */
        near_to(20 * log10(clip / noise), 20, 0.03, "SNR");
        /* And the clip is there as recorded, away from its faded edges. */
        double worst = 0;
        for (int k = 100; k < CLIP - 100; k++)
            worst =
                fmax(worst, fabs((double)pcm_of(&t)[e->start + k] - f->pcm[e->clip * CLIP + k]));
        assert_true(worst < 6 * noise + 1);
    }
}

static void same_seed_same_track_and_other_seed_another(void **state)
{
    fixture *f = *state;
    mote_stream_track a = build(f), b = build(f);
    assert_memory_equal(pcm_of(&a), pcm_of(&b), a.n * sizeof(int16_t));
    assert_memory_equal(a.events, b.events, a.n_events * sizeof *a.events);
    f->config.seed = 8;
    mote_stream_track c = build(f);
    assert_true(memcmp(pcm_of(&a), pcm_of(&c), a.n * sizeof(int16_t)) != 0);
    f->material.noise.n = 0; /* white noise */
    mote_stream_track w = build(f);
    assert_true(rms_of(pcm_of(&w), 2000) > 10);
}

static void a_short_stream_takes_fewer_clips_and_a_hopeless_one_is_refused(void **state)
{
    fixture *f = *state;
    mote_stream_track t;
    mote_err err;
    f->config.hours = 10.0 / 3600;
    assert_int_equal(build(f).n_events, 5);
    f->config.hours = 1.5 / 3600;
    assert_int_equal(mote_stream_build(&f->material, &f->config, &f->arena, &t, &err), MOTE_ARG);
    assert_string_equal(err.text, "stream: too short for one clip and its gap");
    f->config.hours = (double)NAN;
    assert_int_equal(mote_stream_build(&f->material, &f->config, &f->arena, &t, &err), MOTE_ARG);
    f->config.hours = 1;
    for (int i = 0; i < N_CLIPS; i++)
        f->class_id[i] = 3;
    assert_int_equal(mote_stream_build(&f->material, &f->config, &f->arena, &t, &err), MOTE_ARG);
    assert_string_equal(err.text, "stream: there are no clips of words to place");
    mote_arena small;
    mote_arena_init(&small, 1u << 20);
    f->class_id[0] = 0;
    assert_int_equal(mote_stream_build(&f->material, &f->config, &small, &t, &err), MOTE_NOMEM);
    mote_arena_release(&small);
}

/* A model that knows the truth: sure of the class whose clip lies inside the window, give or take
 * 0.2 s, and of the last class otherwise. */
typedef struct {
    const mote_stream_track *t;
    int wrong_word, mute_every, calls;
} oracle;

static mote_status classify(void *arg, const mote_stream_batch *b, int8_t *q, mote_err *err)
{
    oracle *o = arg;
    (void)err;
    o->calls++;
    for (size_t i = 0; i < b->n; i++) {
        int64_t start = ((const int16_t *)b->steps - pcm_of(o->t)) + (int64_t)(i * b->hop);
        int32_t said = N_CLASSES - 1;
        for (size_t k = 0; k < o->t->n_events; k++) {
            const mote_stream_event *e = &o->t->events[k];
            bool is_mute = o->mute_every && (int)k % o->mute_every == 0;
            if (llabs(e->start - start) <= RATE / 5 && !is_mute)
                said = o->wrong_word && e->class_id < N_KEYWORDS ? 1 - e->class_id : e->class_id;
        }
        assert_true(b->window == CLIP);
        for (int32_t c = 0; c < N_CLASSES; c++)
            q[i * N_CLASSES + (size_t)c] = mote_stream_quantize(c == said ? 0.9f : 0.03f);
    }
    return MOTE_OK;
}

static const mote_stream_detector detector = {
    .smooth_hops = 2, .suppress_hops = 10, .tolerance_s = 0.75};

static mote_stream_outputs run(fixture *f, oracle *o)
{
    mote_stream_outputs out;
    mote_err err;
    const mote_stream_run_config r = {.track = o->t,
                                      .n_classes = N_CLASSES,
                                      .window = CLIP,
                                      .hop = RATE / 10,
                                      .classify = classify,
                                      .arg = o};
    if (mote_stream_run(&r, &f->arena, &out, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(out.n, 1 + (o->t->n - CLIP) / (RATE / 10));
    return out;
}

static mote_stream_counts count(const mote_stream_outputs *o, const mote_stream_track *t,
                                int threshold, const mote_stream_detector *d)
{
    mote_stream_counts c;
    mote_err err;
    if (stream_count(&(mote_stream_heard){o, t, N_KEYWORDS, d}, threshold, &c, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return c;
}

static void a_model_that_knows_makes_no_mistake(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    oracle o = {.t = &t};
    mote_stream_outputs out = run(f, &o);
    assert_int_equal(o.calls, (out.n + 255) / 256);
    mote_stream_counts c = count(&out, &t, 205, &detector);
    assert_int_equal(c.n_targets, 30);
    assert_int_equal(c.n_hits, 30);
    assert_int_equal(c.n_false_accepts, 0);
    assert_int_equal(c.per_class[0] + c.per_class[1], 30);
    assert_int_equal(c.per_class_hits[0], c.per_class[0]);
    near_to(c.hours, 0.05, 1e-12, "hours");
    c = count(&out, &t, 243, &detector); /* surer than the model ever is */
    assert_int_equal(c.n_hits, 0);
    assert_int_equal(c.n_false_accepts, 0);
}

static void mistakes_are_counted_by_kind(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    oracle wrong = {.t = &t, .wrong_word = 1}, mute = {.t = &t, .mute_every = 1}, known = {.t = &t};
    mote_stream_outputs out = run(f, &wrong);
    mote_stream_counts c = count(&out, &t, 205, &detector);
    assert_int_equal(c.n_hits, 0);
    assert_int_equal(c.n_false_accepts, 30);
    assert_int_equal(c.n_confused, 30);
    out = run(f, &mute);
    c = count(&out, &t, 205, &detector);
    assert_int_equal(c.n_hits + c.n_false_accepts, 0);
    /* Without suppression the model, sure in 3 to 5 windows in a row, reports each word again. */
    mote_stream_detector eager = {.smooth_hops = 1, .suppress_hops = 0, .tolerance_s = 0.75};
    out = run(f, &known);
    c = count(&out, &t, 205, &eager);
    assert_int_equal(c.n_hits, 30);
    assert_true(c.n_repeated >= 60 && c.n_repeated == c.n_false_accepts && c.n_confused == 0);
    /* Too little tolerance: detections come at the end of the window, up to 0.2 s after the clip's.
     */
    mote_stream_detector strict = {.smooth_hops = 4, .suppress_hops = 10, .tolerance_s = 0};
    c = count(&out, &t, 205, &strict);
    assert_true(c.n_hits < 30 && c.n_false_accepts == 30 - c.n_hits);
}

/* Random outputs; the detector and the matching are done again here, slowly and in floating point.
 */
static void counting_agrees_with_a_second_way(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    oracle o = {.t = &t, .mute_every = 3};
    mote_stream_outputs out = run(f, &o);
    mote_rng rng;
    mote_rng_init(&rng, 99);
    for (size_t i = 0; i < out.n * N_CLASSES; i++)
        if (mote_rng_below(&rng, 4) == 0)
            out.q[i] = (int8_t)((int)mote_rng_below(&rng, 256) - 128);
    for (int step = 1; step <= 10; step++) {
        double threshold = step * 23 / 256.0;
        mote_stream_counts c = count(&out, &t, step * 23, &detector);
        int64_t hits = 0, accepts = 0;
        bool is_hit[N_CLIPS] = {false};
        int quiet = 0;
        uint32_t limit = (uint32_t)((float)threshold * 65536.0f + 0.5f);
        for (size_t i = 0; i < out.n; i++) {
            if (quiet > 0) {
                quiet--;
                continue;
            }
            if (i < 1)
                continue; /* fewer than smooth_hops */
            int32_t best = -1, best_sum = -1;
            for (int32_t k = 0; k < N_KEYWORDS; k++) {
                int32_t sum =
                    out.q[i * N_CLASSES + (size_t)k] + out.q[(i - 1) * N_CLASSES + (size_t)k] + 256;
                if ((double)sum / 512 * 65536 >= (double)limit && sum > best_sum) {
                    best = k;
                    best_sum = sum;
                }
            }
            if (best < 0)
                continue;
            quiet = 10;
            double at = ((double)i * (double)out.hop + CLIP) / RATE;
            bool is_first = false;
            for (size_t k = 0; k < t.n_events && !is_first; k++)
                if (t.events[k].class_id == best && !is_hit[k] &&
                    at >= (double)t.events[k].start / RATE &&
                    at <= (double)t.events[k].end / RATE + 0.75)
                    is_first = is_hit[k] = true;
            hits += is_first;
            accepts += !is_first;
        }
        assert_int_equal(c.n_hits, hits);
        assert_int_equal(c.n_false_accepts, accepts);
    }
}

static mote_stream_curve *curve_of(fixture *f, const mote_stream_track *t,
                                   const mote_project_value *value)
{
    oracle o = {.t = t, .mute_every = 5};
    mote_stream_outputs out = run(f, &o);
    mote_rng rng;
    mote_rng_init(&rng, 4);
    for (size_t i = 0; i < out.n * N_CLASSES; i++)
        if (mote_rng_below(&rng, 10) == 0)
            out.q[i] = (int8_t)((int)mote_rng_below(&rng, 256) - 128);
    mote_stream_curve *c = NULL;
    mote_err err;
    if (stream_curve(&(mote_stream_heard){&out, t, N_KEYWORDS, &detector}, value, &f->arena, &c,
                     &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return c;
}

static void the_limit_decides_without_a_value(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    mote_project_value none = {.is_given = false};
    mote_stream_curve *c = curve_of(f, &t, &none);
    const mote_stream_point *end = &c->points[MOTE_STREAM_POINTS - 1];
    assert_true(end->threshold == 1 && end->counts.n_hits == 0 && end->counts.n_false_accepts == 0);
    assert_true(end->false_reject_rate.value == 1 && end->false_accepts_per_hour.lo == 0);
    int n_met = 0, n_not = 0;
    for (double limit = 0; limit < 5000; limit += 10) {
        mote_stream_choice choice = mote_stream_choose(c, limit);
        const mote_stream_point *p = &c->points[choice.index];
        assert_false(choice.by_value);
        assert_true(2 * p->counts.n_hits >= p->counts.n_targets);
        assert_int_equal(choice.is_limit_met, p->false_accepts_per_hour.value <= limit);
        assert_int_equal(choice.is_limit_proven, p->false_accepts_per_hour.hi <= limit);
        n_met += choice.is_limit_proven;
        n_not += !choice.is_limit_proven;
        for (size_t i = 0; i < MOTE_STREAM_POINTS; i++) {
            const mote_stream_point *q = &c->points[i];
            bool is_usable = 2 * q->counts.n_hits >= q->counts.n_targets;
            if (is_usable && q->false_accepts_per_hour.hi <= limit)
                assert_true(choice.is_limit_proven && q->counts.n_hits <= p->counts.n_hits);
            if (is_usable && !choice.is_limit_proven)
                assert_true(q->counts.n_false_accepts >= p->counts.n_false_accepts);
        }
    }
    assert_true(n_met > 10 && n_not > 0);
}

static void an_estimate_within_the_limit_is_no_proof(void **state)
{
    (void)state;
    mote_stream_curve *c = calloc(1, sizeof *c);
    for (int i = 0; i < MOTE_STREAM_POINTS; i++) {
        mote_stream_point *p = &c->points[i];
        int64_t n = i < 100 ? 4 : i < 200 ? 1 : 0;
        p->counts = (mote_stream_counts){
            .n_targets = 100, .n_hits = 90 - i / 10, .n_false_accepts = n, .hours = 4};
        p->false_accepts_per_hour = mote_interval_poisson(n, 4, 0.95);
        p->value.value.value = (double)NAN;
    }
    /* 4 in 4 hours is 1 an hour, but up to 2.6; 1 is up to 1.4; none in 4 hours is at most 0.9. */
    mote_stream_choice choice = mote_stream_choose(c, 1);
    assert_in_range(choice.index, 200, 209);
    assert_true(choice.is_limit_proven && choice.is_limit_met);
    for (int i = 200; i < MOTE_STREAM_POINTS; i++)
        c->points[i] = c->points[199];
    choice = mote_stream_choose(c, 1); /* nothing proves it: the most careful */
    assert_true(c->points[choice.index].counts.n_false_accepts == 1);
    assert_true(choice.is_limit_met && !choice.is_limit_proven);
    /* Hours are asked for that leave room for chance. */
    assert_true(mote_interval_poisson(1, mote_stream_hours_for(1, 0.95), 0.95).hi <= 1 + 1e-9);
    assert_true(mote_stream_hours_for(0, 0.95) == 0);
    free(c);
}

/* Rounds over the same clips: rates are means, intervals know what is not independent. */
static void hearing_the_same_clips_again_is_not_new_evidence(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_stream_tally *tally = NULL;
    mote_stream_curve *one = NULL, *all = NULL;
    mote_project_value none = {.is_given = false};
    enum { ROUNDS = 6 };
    if (mote_stream_tally_create(N_CLIPS, N_KEYWORDS, &detector, &f->arena, &tally, &err) !=
        MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mote_stream_tally_curve(tally, &none, 0.95, &f->arena, &all, &err), MOTE_ARG);
    for (int r = 0; r < ROUNDS; r++) {
        f->config.seed = (uint64_t)(7 + r);
        mote_stream_track t = build(f);
        /* Every clip of another word is taken for keyword 0, each time it is heard. */
        for (size_t i = 0; i < t.n_events; i++)
            t.events[i].class_id = t.events[i].class_id == 2 ? 0 : t.events[i].class_id;
        oracle o = {.t = &t, .mute_every = 5};
        mote_stream_outputs out = run(f, &o);
        for (size_t i = 0; i < t.n_events; i++)
            t.events[i].class_id = f->class_id[t.events[i].clip];
        assert_int_equal(mote_stream_tally_add(tally, &out, &t, &err), MOTE_OK);
        if (r == 0)
            assert_int_equal(stream_curve(&(mote_stream_heard){&out, &t, N_KEYWORDS, &detector},
                                          &none, &f->arena, &one, &err),
                             MOTE_OK);
    }
    if (mote_stream_tally_curve(tally, &none, 0.95, &f->arena, &all, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    const mote_stream_point *p = &one->points[100], *q = &all->points[100];
    assert_int_equal(q->counts.n_rounds, ROUNDS);
    assert_true(p->counts.n_false_accepts > 5);
    assert_int_equal(q->counts.n_distinct, p->counts.n_targets);
    assert_int_equal(q->counts.n_targets, ROUNDS * p->counts.n_targets);
    assert_true(fabs(q->counts.hours - ROUNDS * p->counts.hours) < 1e-9);
    double rate = (double)q->counts.n_false_accepts / q->counts.hours;
    assert_true(fabs(q->false_accepts_per_hour.value - rate) < 1e-9);
    assert_true(q->false_accepts_per_hour.lo < rate && q->false_accepts_per_hour.hi > rate);
    /* Not narrower than of one round by more than what is left to chance, far from ROUNDS times. */
    assert_true(q->counts.repetition > 0.8 * ROUNDS);
    assert_true(q->independent_hours < 1.3 * p->counts.hours);
    mote_interval naive = mote_interval_poisson(q->counts.n_false_accepts, q->counts.hours, 0.95);
    assert_true(q->false_accepts_per_hour.hi - rate > 1.5 * (naive.hi - rate));
    mote_interval words =
        mote_interval_wilson(q->counts.n_targets - q->counts.n_hits, q->counts.n_targets, 0.95);
    if (q->false_reject_rate.value > 0)
        assert_true(q->false_reject_rate.hi - q->false_reject_rate.lo >
                    1.5 * (words.hi - words.lo));
}

#define OK(call) assert_int_equal(call, MOTE_OK)

/* Two parts, each of its own clips: their sum is that of both, a nested point that of each at its
 * own threshold; and what one person misses always counts as less than as many people would. */
static void parts_add_up_and_people_are_what_is_independent(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_stream_tally *part[2] = {NULL, NULL}, *both = NULL, *sum = NULL;
    mote_stream_curve *whole = NULL, *added = NULL, *curves[2];
    mote_stream_point nested;
    static int32_t by_clip[N_CLIPS], by_twos[N_CLIPS];
    const mote_project_value none = {.is_given = false};
    for (int32_t i = 0; i < N_CLIPS; i++) {
        by_clip[i] = i;
        by_twos[i] = i % 2;
    }
    OK(mote_stream_tally_create(N_CLIPS, N_KEYWORDS, &detector, &f->arena, &both, &err));
    for (int k = 0; k < 2; k++) {
        OK(mote_stream_tally_create(N_CLIPS, N_KEYWORDS, &detector, &f->arena, &part[k], &err));
        f->config.seed = (uint64_t)(3 + k);
        mote_stream_track t = build(f);
        oracle o = {.t = &t, .mute_every = k == 0 ? 3 : 0};
        mote_stream_outputs out = run(f, &o);
        OK(mote_stream_tally_add(part[k], &out, &t, &err));
        OK(mote_stream_tally_add(both, &out, &t, &err));
        OK(mote_stream_tally_curve(part[k], &none, 0.95, &f->arena, &curves[k], &err));
    }
    const mote_stream_tally *parts[2] = {part[0], part[1]};
    OK(mote_stream_tally_sum(parts, 2, &f->arena, &sum, &err));
    OK(mote_stream_tally_curve(sum, &none, 0.95, &f->arena, &added, &err));
    OK(mote_stream_tally_curve(both, &none, 0.95, &f->arena, &whole, &err));
    for (int i = 0; i < MOTE_STREAM_POINTS; i++) {
        assert_int_equal(added->points[i].counts.n_hits, whole->points[i].counts.n_hits);
        assert_int_equal(added->points[i].counts.n_false_accepts,
                         whole->points[i].counts.n_false_accepts);
        assert_true(fabs(added->points[i].counts.hours - whole->points[i].counts.hours) < 1e-12);
    }
    const size_t at[2] = {40, 180};
    const mote_stream_nested asked = {parts, at, 2, 0.5};
    OK(mote_stream_tally_nested(&asked, &none, 0.95, &f->arena, &nested, &err));
    assert_int_equal(nested.counts.n_hits,
                     curves[0]->points[40].counts.n_hits + curves[1]->points[180].counts.n_hits);
    assert_int_equal(nested.counts.n_false_accepts,
                     curves[0]->points[40].counts.n_false_accepts +
                         curves[1]->points[180].counts.n_false_accepts);
    assert_true(nested.threshold == 0.5);
    /* Grouping: by clip as good as alone, in two groups far less. */
    mote_stream_curve *alone = NULL, *grouped = NULL;
    mote_stream_tally_group(part[0], by_clip, N_CLIPS);
    OK(mote_stream_tally_curve(part[0], &none, 0.95, &f->arena, &alone, &err));
    mote_stream_tally_group(part[0], by_twos, 2);
    OK(mote_stream_tally_curve(part[0], &none, 0.95, &f->arena, &grouped, &err));
    const mote_interval a = curves[0]->points[100].false_reject_rate,
                        b = alone->points[100].false_reject_rate,
                        c = grouped->points[100].false_reject_rate;
    assert_true(a.value > 0 && a.value < 1);
    assert_true(fabs((b.hi - b.lo) / (a.hi - a.lo) - 1) < 0.1);
    assert_true(fabs(c.value - a.value) < 1e-12);
    assert_true(grouped->points[100].counts.n_independent <=
                alone->points[100].counts.n_independent + 1e-9);
}

/* What `said` tells of as many others. */
static mote_status next_of(fixture *f, const mote_stream_tally *said, size_t at, mote_interval *out)
{
    mote_err err;
    return mote_stream_tally_next(&(mote_stream_others){said, said, at, 0.95}, &f->arena, out,
                                  &err);
}

/* One round or three of it: what others will miss rests on the clips. Voices say less of others
 * than people do, alone and in a sum. */
static void what_others_will_miss_rests_on_who_spoke(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_stream_tally *once = NULL, *thrice = NULL, *sum = NULL, *voices = NULL;
    mote_interval one, three, spoken, added;
    static int32_t by_twos[N_CLIPS];
    for (int32_t i = 0; i < N_CLIPS; i++)
        by_twos[i] = i % 2;
    mote_stream_tally **all[] = {&once, &thrice, &voices};
    f->config.seed = 3;
    mote_stream_track t = build(f);
    oracle o = {.t = &t, .mute_every = 3};
    mote_stream_outputs out = run(f, &o);
    for (int k = 0; k < 3; k++) {
        OK(mote_stream_tally_create(N_CLIPS, N_KEYWORDS, &detector, &f->arena, all[k], &err));
        mote_stream_tally_group(*all[k], by_twos, 2);
        for (int round = 0; round < (k == 1 ? 3 : 1); round++)
            OK(mote_stream_tally_add(*all[k], &out, &t, &err));
    }
    mote_stream_tally_by_voices(voices);
    OK(next_of(f, once, 100, &one));
    OK(next_of(f, thrice, 100, &three));
    OK(next_of(f, voices, 100, &spoken));
    assert_true(one.value > 0 && one.value < 1 && one.lo < one.value && one.hi > one.value);
    assert_true(fabs(three.lo - one.lo) < 1e-9 && fabs(three.hi - one.hi) < 1e-9);
    assert_true(spoken.lo < one.lo && spoken.hi > one.hi);
    const mote_stream_tally *parts[1] = {voices};
    OK(mote_stream_tally_sum(parts, 1, &f->arena, &sum, &err));
    OK(next_of(f, sum, 100, &added));
    assert_true(fabs(added.hi - spoken.hi) < 1e-9);
    assert_int_equal(next_of(f, once, MOTE_STREAM_POINTS, &added), MOTE_ARG);
}

/* The only way to keep a limit of 0 may be never to detect anything: that is not chosen. */
static void never_detecting_is_no_choice(void **state)
{
    (void)state;
    mote_stream_curve *c = calloc(1, sizeof *c);
    for (int i = 0; i < MOTE_STREAM_POINTS; i++) {
        mote_stream_point *p = &c->points[i];
        p->counts = (mote_stream_counts){.n_targets = 100,
                                         .n_hits = i < 200   ? 90
                                                   : i < 255 ? 40
                                                             : 0,
                                         .n_false_accepts = i < 200   ? 30
                                                            : i < 255 ? 8
                                                                      : 0,
                                         .hours = 1};
        p->false_accepts_per_hour = mote_interval_poisson(p->counts.n_false_accepts, 1, 0.95);
        p->value.value.value = (double)NAN;
    }
    mote_stream_choice choice = mote_stream_choose(c, 1);
    assert_int_equal(choice.index, 99);
    assert_false(choice.is_limit_met);
    for (int i = 0; i < MOTE_STREAM_POINTS; i++) /* a model that detects less than half anywhere */
        c->points[i].counts.n_hits = i == 255 ? 0 : i / 10;
    choice = mote_stream_choose(c, 1);
    assert_int_equal(c->points[choice.index].counts.n_hits, 25);
    assert_false(choice.is_limit_met);
    free(c);
}

static void the_money_decides_with_a_value(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    mote_project_value money = {.is_given = true,
                                .true_accept = 1,
                                .false_accept = -0.001,
                                .false_reject = -1,
                                .volume_per_day = 1000,
                                .listening_hours_per_day = 24};
    mote_stream_curve *c = curve_of(f, &t, &money);
    mote_stream_choice eager = mote_stream_choose(c, 0);
    assert_true(eager.by_value);
    for (size_t i = 0; i < MOTE_STREAM_POINTS; i++)
        assert_true(c->points[i].value.value.value <= c->points[eager.index].value.value.value);
    money.false_accept = -1000;
    c = curve_of(f, &t, &money);
    mote_stream_choice shy = mote_stream_choose(c, 0);
    assert_true(shy.index > eager.index);
    assert_true(c->points[shy.index].counts.n_false_accepts <
                c->points[eager.index].counts.n_false_accepts + 1);
}

static void the_operating_point_is_stored_as_the_device_takes_it(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    mote_project_value none = {.is_given = false};
    mote_stream_curve *c = curve_of(f, &t, &none);
    mote_stream_choice choice = mote_stream_choose(c, 100);
    mote_operating_point p = mote_stream_operating_point(c, &choice, N_KEYWORDS, N_CLASSES, 1.5);
    assert_int_equal(p.smooth_hops, 2);
    assert_int_equal(p.hop_ms, 100);
    assert_int_equal(p.suppress_ms, 1000);
    assert_true(p.thresholds[0] == (float)c->points[choice.index].threshold &&
                p.thresholds[1] == p.thresholds[0]);
    assert_true(p.thresholds[2] == 0 && p.thresholds[3] == 0 && p.temperature == 1.5f);
    const char *const words[] = {"a", "b"};
    MOTE_SCOPED_JSON *j = NULL, *k = NULL;
    assert_int_equal(mote_stream_point_to_json(&c->points[choice.index], words, 2, &j, NULL),
                     MOTE_OK);
    assert_int_equal(json_array_size(json_object_get(j, "keywords")), 2);
    assert_null(json_object_get(j, "value_per_day"));
    assert_int_equal(mote_stream_curve_to_json(c, &k, NULL), MOTE_OK);
    size_t n = json_array_size(json_object_get(k, "threshold"));
    assert_true(n > 5 && n <= 256 && n == json_array_size(json_object_get(k, "false_reject_rate")));
}

static void probabilities_become_the_softmax_bytes(void **state)
{
    (void)state;
    assert_int_equal(mote_stream_quantize(0), -128);
    assert_int_equal(mote_stream_quantize(0.5f), 0);
    assert_int_equal(mote_stream_quantize(1), 127);
    assert_int_equal(mote_stream_quantize(2), 127);
    assert_int_equal(mote_stream_quantize(-1), -128);
    assert_int_equal(mote_stream_quantize((float)NAN), -128);
    assert_int_equal(mote_stream_quantize(1.0f / 256), -127);
}

static mote_status refuse(void *arg, const mote_stream_batch *b, int8_t *q, mote_err *err)
{
    (void)arg, (void)b, (void)q;
    return mote_fail(err, MOTE_SHAPE, "no");
}

static void stops_and_failures_come_through(void **state)
{
    fixture *f = *state;
    mote_stream_track t = build(f);
    mote_stream_outputs out = {.n = 77};
    mote_cancel cancel = {1};
    mote_err err;
    oracle o = {.t = &t};
    const mote_stream_run_config good = {.track = &t,
                                         .n_classes = N_CLASSES,
                                         .window = CLIP,
                                         .hop = 800,
                                         .classify = classify,
                                         .arg = &o};
    mote_stream_run_config r = good;
    r.cancel = &cancel;
    assert_int_equal(mote_stream_run(&r, &f->arena, &out, &err), MOTE_CANCELLED);
    r = good;
    r.classify = refuse;
    assert_int_equal(mote_stream_run(&r, &f->arena, &out, &err), MOTE_SHAPE);
    r = good;
    r.hop = 0;
    assert_int_equal(mote_stream_run(&r, &f->arena, &out, &err), MOTE_ARG);
    r = good;
    r.window = t.n + 1;
    assert_int_equal(mote_stream_run(&r, &f->arena, &out, &err), MOTE_ARG);
    assert_int_equal(out.n, 77);
    out = run(f, &o);
    mote_stream_detector bad = {.smooth_hops = 65, .suppress_hops = 0, .tolerance_s = 0};
    mote_stream_counts c;
    assert_int_equal(stream_count(&(mote_stream_heard){&out, &t, N_KEYWORDS, &bad}, 128, &c, &err),
                     MOTE_ARG);
    assert_int_equal(
        stream_count(&(mote_stream_heard){&out, &t, N_CLASSES + 1, &detector}, 128, &c, &err),
        MOTE_ARG);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_usable_clip_stands_once_and_apart),
        T(noise_is_at_the_drawn_distance_from_the_clip),
        T(same_seed_same_track_and_other_seed_another),
        T(a_short_stream_takes_fewer_clips_and_a_hopeless_one_is_refused),
        T(a_model_that_knows_makes_no_mistake),
        T(mistakes_are_counted_by_kind),
        T(counting_agrees_with_a_second_way),
        T(the_limit_decides_without_a_value),
        T(an_estimate_within_the_limit_is_no_proof),
        T(hearing_the_same_clips_again_is_not_new_evidence),
        T(parts_add_up_and_people_are_what_is_independent),
        T(what_others_will_miss_rests_on_who_spoke),
        T(never_detecting_is_no_choice),
        T(the_money_decides_with_a_value),
        T(the_operating_point_is_stored_as_the_device_takes_it),
        T(probabilities_become_the_softmax_bytes),
        T(stops_and_failures_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
