/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of device/signal/mrt_normalise.c: against the formulas of its header in double, written
 * plainly, and what they are there for. */
#include "support.h"

#include <math.h>

#include "base/rng.h"
#include "device/signal/mrt_normalise.h"

#define MOST_FRAMES 120
#define MOST_VALUES 128

typedef struct {
    double s, gain, bias, power;
} plain_settings;

static mrt_normalise settings(mrt_normalise_method method, int32_t frames, int32_t values,
                              const plain_settings *p)
{
    mrt_normalise n = {.method = (int32_t)method,
                       .n_frames = frames,
                       .n_values = values,
                       .fraction = method == MRT_NORMALISE_PCEN ? 10 : 7};
    if (method != MRT_NORMALISE_MEAN)
        n.rate_q15 = (int32_t)lrint(p->s * 32768);
    if (method == MRT_NORMALISE_PCEN) {
        n.gain_q15 = (int32_t)lrint(p->gain * 32768);
        n.bias_q16 = (int32_t)lrint(p->bias * 65536);
        n.power_q15 = (int32_t)lrint(p->power * 32768);
        n.base_q12 = mrt_normalise_base(&n);
    }
    assert_true(mrt_normalise_check(&n));
    return n;
}

static void look(const mrt_normalise *n, const int16_t *frames, double *out)
{
    int32_t state[MRT_NORMALISE_STATE * MOST_VALUES], row[MOST_VALUES];
    mrt_normalise_begin(n, frames, state);
    for (int32_t t = 0; t < n->n_frames; t++) {
        mrt_normalise_next(n, frames + t * n->n_values, state, row);
        for (int32_t v = 0; v < n->n_values; v++) {
            assert_true(row[v] > -(1 << 24) && row[v] < 1 << 24);
            out[t * n->n_values + v] = row[v] / 4096.0;
        }
    }
}

/* The header's formulas, value by value. */
static void plainly(const mrt_normalise *n, const plain_settings *p, const int16_t *frames,
                    double *out)
{
    const double unit = 1.0 / (1 << n->fraction);
    for (int32_t v = 0; v < n->n_values; v++) {
        double mean = 0, variance = 0;
        for (int32_t t = 0; t < n->n_frames; t++)
            mean += frames[t * n->n_values + v] * unit / n->n_frames;
        for (int32_t t = 0; t < n->n_frames; t++) {
            const double d = frames[t * n->n_values + v] * unit - mean;
            variance += d * d / n->n_frames;
        }
        double m = n->method == MRT_NORMALISE_PCEN ? exp(mean) : mean;
        for (int32_t t = 0; t < n->n_frames; t++) {
            const double x = frames[t * n->n_values + v] * unit;
            double y = x - mean;
            if (n->method == MRT_NORMALISE_RUNNING) {
                m += p->s * (x - m);
                variance += p->s * ((x - m) * (x - m) - variance);
                y = (x - m) / sqrt(variance + 0.25);
            } else if (n->method == MRT_NORMALISE_PCEN) {
                m += p->s * (exp(x) - m);
                y = pow(exp(x) / pow(m, p->gain) + p->bias, p->power) - pow(p->bias, p->power);
            }
            out[t * n->n_values + v] = y;
        }
    }
}

/* Log-mel values of speech-like loudness: a slow walk with jumps, between -13.8 and 10. */
static void draw(mote_rng *r, const mrt_normalise *n, int16_t *frames)
{
    const double scale = 1 << n->fraction;
    for (int32_t v = 0; v < n->n_values; v++) {
        double x = -14.0 + 24.0 * mote_rng_uniform(r);
        for (int32_t t = 0; t < n->n_frames; t++) {
            x += 3.0 * mote_rng_uniform(r) - 1.5;
            if (mote_rng_below(r, 20) == 0)
                x += 12.0 * mote_rng_uniform(r) - 6.0;
            x = fmin(fmax(x, -13.8), 10.0);
            frames[t * n->n_values + v] = (int16_t)lrint(x * scale);
        }
    }
}

/* A logarithm errs by up to 6e-5 with its rounding. Of pcen, each step of log2 M adds one, and M
 * remembers 1 / s frames, here all 120: 7e-3 at most, times ln 2 half a per cent of the ratio.
 * Relative to what stands before the bias is taken off. */
static void equals_the_formulas_in_double(void **state)
{
    (void)state;
    static int16_t frames[MOST_FRAMES * MOST_VALUES];
    static double got[MOST_FRAMES * MOST_VALUES], want[MOST_FRAMES * MOST_VALUES];
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < 300; round++) {
        const plain_settings p = {
            .s = rint(32768 * (0.005 + 0.4 * mote_rng_uniform(&r))) / 32768.0,
            .gain = rint(32768 * (0.6 + 0.4 * mote_rng_uniform(&r))) / 32768.0,
            .bias = rint(65536 * (0.1 + 5 * mote_rng_uniform(&r))) / 65536.0,
            .power = rint(32768 * (0.2 + 0.8 * mote_rng_uniform(&r))) / 32768.0};
        const mrt_normalise n =
            settings((mrt_normalise_method)(1 + round % 3), 1 + (int32_t)mote_rng_below(&r, 120),
                     1 + (int32_t)mote_rng_below(&r, 128), &p);
        const size_t all = (size_t)(n.n_frames * n.n_values);
        draw(&r, &n, frames);
        look(&n, frames, got);
        plainly(&n, &p, frames, want);
        for (size_t i = 0; i < all; i++) {
            const double size = n.method == MRT_NORMALISE_MEAN ? 0 : fabs(want[i]) + p.bias;
            if (!(fabs(got[i] - want[i]) <= 2.0 / 4096 + 5e-3 * size))
                fail_msg("round %d, method %d: %g, the formula gives %g", round, (int)n.method,
                         got[i], want[i]);
        }
    }
}

/* What a microphone's gain and colour do: a constant on every band's logarithm. */
static void a_filter_vanishes(void **state)
{
    (void)state;
    enum { FRAMES = 49, VALUES = 40 };
    static int16_t frames[FRAMES * VALUES], through[FRAMES * VALUES];
    static double plain[FRAMES * VALUES], filtered[FRAMES * VALUES];
    const plain_settings p = {0.05, 1.0, 2.0, 0.5};
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int32_t method = MRT_NORMALISE_MEAN; method <= MRT_NORMALISE_PCEN; method++) {
        const mrt_normalise n = settings((mrt_normalise_method)method, FRAMES, VALUES, &p);
        draw(&r, &n, frames);
        for (int i = 0; i < FRAMES * VALUES; i++) /* another constant in every band */
            through[i] = (int16_t)(frames[i] + (i % VALUES * 29 - 500) * (1 << n.fraction) / 128);
        look(&n, frames, plain);
        look(&n, through, filtered);
        for (int i = 0; i < FRAMES * VALUES; i++)
            assert_true(fabs(plain[i] - filtered[i]) <= 3.0 / 4096 + 1e-4 * fabs(plain[i]));
    }
}

static void any_values_are_bounded(void **state)
{
    (void)state;
    static int16_t frames[MOST_FRAMES * MOST_VALUES];
    static double out[MOST_FRAMES * MOST_VALUES];
    const plain_settings extremes[] = {{1 / 32768.0, 1, 0.01, 0.01}, {0.9999, 0.0, 100, 1.0}};
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < 60; round++) {
        const mrt_normalise n = settings((mrt_normalise_method)(1 + round % 3), MOST_FRAMES,
                                         MOST_VALUES, &extremes[round / 3 % 2]);
        for (size_t i = 0; i < T_COUNT(frames); i++)
            frames[i] = round < 6    ? INT16_MIN
                        : round < 12 ? INT16_MAX
                        : round < 18 ? (int16_t)(i / MOST_VALUES % 2 ? INT16_MAX : INT16_MIN)
                                     : (int16_t)mote_rng_below(&r, 65536);
        look(&n, frames, out); /* asserts the bound */
    }
}

static void both_arithmetics_keep_the_same(void **state)
{
    (void)state;
    enum { N = 100 };
    const mrt_normalise
        n = {.method = MRT_NORMALISE_MEAN, .n_frames = 1, .n_values = N, .fraction = 10},
        m = {.method = MRT_NORMALISE_MEAN, .n_frames = 1, .n_values = N, .fraction = 7};
    int32_t q[N];
    float f[N];
    int16_t a[N], b[N];
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < 500; round++) {
        for (int i = 0; i < N; i++) {
            q[i] = (int32_t)mote_rng_below(&r, 1u << 21) - (1 << 20);
            f[i] = (float)q[i] / 4096.0f;
        }
        const mrt_normalise *use = round % 2 ? &n : &m;
        mrt_normalise_keep_fixed(use, q, a);
        mrt_normalise_keep_f32(use, f, b);
        assert_memory_equal(a, b, sizeof a);
        for (int i = 0; i < N; i++) {
            const double want = floor((double)f[i] * (double)(1 << use->fraction) + 0.5);
            assert_int_equal(a[i], (int)fmin(fmax(want, -32768), 32767));
        }
    }
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    const plain_settings p = {0.05, 0.98, 2.0, 0.5};
    const mrt_normalise good = settings(MRT_NORMALISE_PCEN, 49, 40, &p);
    static const struct {
        size_t at;
        int32_t value;
    } cases[] = {
        {offsetof(mrt_normalise, method), 0},       {offsetof(mrt_normalise, method), 4},
        {offsetof(mrt_normalise, n_frames), 0},     {offsetof(mrt_normalise, n_frames), 32769},
        {offsetof(mrt_normalise, n_values), 0},     {offsetof(mrt_normalise, n_values), 129},
        {offsetof(mrt_normalise, fraction), 12},    {offsetof(mrt_normalise, fraction), 7},
        {offsetof(mrt_normalise, rate_q15), 0},     {offsetof(mrt_normalise, rate_q15), 32768},
        {offsetof(mrt_normalise, gain_q15), 32769}, {offsetof(mrt_normalise, bias_q16), 0},
        {offsetof(mrt_normalise, power_q15), 0},    {offsetof(mrt_normalise, base_q12), 3},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mrt_normalise bad = good;
        memcpy((char *)&bad + cases[i].at, &cases[i].value, sizeof cases[i].value);
        assert_false(mrt_normalise_check(&bad));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_formulas_in_double),
        cmocka_unit_test(a_filter_vanishes),
        cmocka_unit_test(any_values_are_bounded),
        cmocka_unit_test(both_arithmetics_keep_the_same),
        cmocka_unit_test(bad_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
