/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of model/listener.c: sound that comes in pieces is heard as the whole recording is. */
#include "support.h"

#include "base/rng.h"
#include "model/listener.h"
#include "signal_pcm.h"
#include "tiny_model.h"

#define MAX_HOPS 2000

typedef struct {
    size_t n, n_hits;
    int64_t starts[MAX_HOPS], ends[MAX_HOPS];
    uint32_t averages[MAX_HOPS][TINY_LABELS];
    mote_heard hits[MAX_HOPS];
} heard;

static void on_hop(void *arg, const mote_listener_hop *hop)
{
    heard *h = arg;
    assert_true(h->n < MAX_HOPS);
    h->starts[h->n] = hop->start;
    h->ends[h->n] = hop->end;
    memcpy(h->averages[h->n++], hop->average, sizeof h->averages[0]);
    if (hop->is_hit)
        h->hits[h->n_hits++] = hop->hit;
}

static void listen(mote_listener *l, const int16_t *x, size_t n, mote_rng *r, heard *h)
{
    mote_err err;
    const mote_listener_sink to = {on_hop, h};
    *h = (heard){0};
    for (size_t i = 0; i < n;) {
        size_t now = 1 + mote_rng_below(r, 3000);
        now = now < n - i ? now : n - i;
        T_OK(mote_listener_push(l, x + i, now, &to, &err));
        i += now;
    }
    T_OK(mote_listener_end(l, &to, &err));
}

static void compare(const mote_hearing *whole, const heard *h, int32_t smooth)
{
    assert_int_equal(h->n, whole->n_windows);
    for (size_t i = 0; i < h->n; i++) {
        assert_true(h->starts[i] == whole->first + (int64_t)i * whole->hop);
        assert_true(h->ends[i] == h->starts[i] + whole->heard);
        if (i + 1 < (size_t)smooth)
            continue;
        for (int c = 0; c < TINY_LABELS; c++) {
            uint32_t sum = 0;
            for (size_t k = i + 1 - (size_t)smooth; k <= i; k++)
                sum += (uint32_t)(whole->outputs[k * TINY_LABELS + (size_t)c] + 128);
            assert_int_equal(h->averages[i][c], sum * 256 / (uint32_t)smooth);
        }
    }
    assert_int_equal(h->n_hits, whole->n);
    for (size_t i = 0; i < whole->n; i++) {
        assert_true(h->hits[i].start == whole->items[i].start);
        assert_true(h->hits[i].at == whole->items[i].at);
        assert_int_equal(h->hits[i].class_id, whole->items[i].class_id);
        assert_int_equal(h->hits[i].average_q16, whole->items[i].average_q16);
    }
}

typedef struct {
    mote_feature_config features;
    mote_operating_point point;
} model_case;

/* Recordings longer than a clip, which lie on the same grid. Returns the detections. */
static size_t hear_both_ways(uint64_t seed, const model_case *c)
{
    static const size_t lengths[] = {16001, 23456, 80000, 160000};
    static int16_t x[160000];
    static heard h;
    mote_rng r;
    mote_err err;
    mote_predictor *p = NULL;
    mote_hearer *hearer = NULL;
    mote_listener *l = NULL;
    size_t n_hits = 0;
    mote_rng_init(&r, t_seed() + seed);
    mote_model *m = tiny_model_with(seed + 3, &c->features, &c->point);
    T_OK(mote_predictor_create(m, &p, &err));
    T_OK(mote_hearer_create(p, &hearer, &err));
    T_OK(mote_listener_create(p, &l, &err));
    for (size_t i = 0; i < T_COUNT(lengths); i++) {
        const mote_hear_config all = {.mode = MOTE_HEAR_ALL};
        MOTE_SCOPED_ARENA a;
        mote_hearing whole;
        mote_arena_init(&a, 1 << 26);
        pcm_bursts((uint32_t)(10 * seed + i), x, lengths[i]);
        T_OK(mote_hear(hearer, &(mote_recording){x, lengths[i]}, &all, &a, &whole, &err));
        listen(l, x, lengths[i], &r, &h); /* it is at its beginning again each time */
        compare(&whole, &h, c->point.smooth_hops);
        n_hits += h.n_hits;
    }
    mote_listener_destroy(l);
    mote_hearer_destroy(hearer);
    mote_predictor_destroy(p);
    mote_model_unref(m);
    return n_hits;
}

static void pieces_are_heard_as_the_whole(void **state)
{
    (void)state;
    const mote_feature_config plain = mote_feature_config_default();
    const model_case cases[] = {{plain,
                                 {.smooth_hops = 3,
                                  .suppress_ms = 1000,
                                  .hop_ms = 100,
                                  .temperature = 0.2f,
                                  .thresholds = {0.42f, 0.4f}}},
                                {plain,
                                 {.smooth_hops = 1,
                                  .suppress_ms = 0,
                                  .hop_ms = 250,
                                  .temperature = 1,
                                  .thresholds = {0.4f, 0.4f}}},
                                {plain,
                                 {.smooth_hops = 4,
                                  .suppress_ms = 500,
                                  .hop_ms = 1300,
                                  .temperature = 1,
                                  .thresholds = {0.38f, 0.37f}}}}; /* windows do not touch */
    size_t n_hits = 0;
    for (size_t c = 0; c < T_COUNT(cases); c++)
        n_hits += hear_both_ways(c, &cases[c]);
    assert_true(n_hits > 5);
}

/* Frames of a window that normalises them are kept in another form than those that go in as they
 * are. */
static void a_window_is_normalised(void **state)
{
    (void)state;
    for (int method = MRT_NORMALISE_MEAN; method <= MRT_NORMALISE_PCEN; method++) {
        model_case c = {mote_feature_config_default(),
                        {.smooth_hops = 3,
                         .suppress_ms = 500,
                         .hop_ms = 100,
                         .temperature = 1,
                         .thresholds = {0.4f, 0.4f}}};
        c.features.normalise = (mrt_normalise_method)method;
        if (method == MRT_NORMALISE_PCEN)
            c.features.n_coefficients = 0;
        hear_both_ways(20 + (uint64_t)method, &c);
    }
}

static void what_is_no_sound_is_refused(void **state)
{
    (void)state;
    mote_err err;
    mote_predictor *p = NULL;
    mote_listener *l = NULL;
    mote_model *m = tiny_tensor_model(4, 1);
    T_OK(mote_predictor_create(m, &p, &err));
    T_FAILS(mote_listener_create(p, &l, &err), MOTE_UNSUPPORTED, "over time");
    assert_null(l);
    mote_predictor_destroy(p);
    mote_model_unref(m);
    mote_listener_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_heard_as_the_whole),
        cmocka_unit_test(a_window_is_normalised),
        cmocka_unit_test(what_is_no_sound_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
