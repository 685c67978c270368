/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the front ends, quantisation, the detector and the sketch on pseudo-random PCM and prints
 * hashes of every result. Built for the host and for each target by run_signal.sh: the texts must
 * be equal. With -DCOUNT_INSTRUCTIONS it prints the instructions of a frame instead. */
#include <stdio.h>

#include "device/mrt_port.h"
#include "device/signal/mrt_frontend.h"
#include "device/signal/mrt_normalise.h"
#include "device/signal/mrt_math.h"
#include "device/signal/mrt_quantize.h"
#include "device/signal/mrt_pixels.h"
#include "device/signal/mrt_resize.h"
#include "device/signal/mrt_series.h"
#include "device/stream/mrt_alarm.h"
#include "device/stream/mrt_detector.h"
#include "device/stream/mrt_usual.h"
#include "device/watch/mrt_sketch.h"
#include "signal_pcm.h"

#define N_SAMPLES 4000
#define N_CLIPS   56 /* 8 of each kind */
#define N_CONFIGS 12

static int16_t pcm[N_SAMPLES];
static uint32_t table_memory[32 * 1024 / 4];
static uint64_t stream_memory[(2048 + 128 + 1024) * 4 / 8];

/* FNV-1a, 64 bits. */
static uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

#define HASH_START 14695981039346656037u

static void show(const char *what, int number, uint64_t h)
{
    printf("%s %d %08lx%08lx\n", what, number, (unsigned long)(h >> 32),
           (unsigned long)(h & 0xffffffffu));
}

/* Features of pcm, streamed; then as int8 with a scale that the network might have. */
static uint64_t hash_features(uint64_t h, const mrt_frontend_tables *t)
{
    const size_t values = (size_t)mrt_frontend_values(&t->config);
    const int16_t *at = pcm;
    size_t left = N_SAMPLES;
    mrt_frontend_stream s;
    mrt_quant_f32 f;
    mrt_quant_fixed q;
    float out_f32[MRT_FRONTEND_MAX_MELS];
    int32_t out_q[MRT_FRONTEND_MAX_MELS];
    int8_t small[MRT_FRONTEND_MAX_MELS];

    (void)mrt_quant_f32_from(0.583f, 83, &f);
    (void)mrt_quant_fixed_from(0.583f, 83, &q);
    mrt_frontend_stream_init(&s, t, stream_memory);
    while (left > 0) {
        size_t used = 0;
        if (t->config.arithmetic == MRT_FLOAT) {
            if (mrt_frontend_push_f32(&s, at, left, &used, out_f32)) {
                mrt_quantize_f32(&f, out_f32, values, small);
                h = hash_bytes(h, out_f32, values * sizeof(float));
                h = hash_bytes(h, small, values);
            }
        } else if (mrt_frontend_push_q(&s, at, left, &used, out_q)) {
            mrt_quantize_fixed(&q, out_q, values, small);
            h = hash_bytes(h, out_q, values * sizeof(int32_t));
            h = hash_bytes(h, small, values);
        }
        at += used;
        left -= used;
    }
    return h;
}

static uint64_t hash_tables(const mrt_frontend_tables *t)
{
    mrt_frontend_array arrays[MRT_FRONTEND_MAX_ARRAYS];
    const int32_t n = mrt_frontend_list_tables(t, arrays);
    uint64_t h = HASH_START;

    for (int32_t i = 0; i < n; i++)
        h = hash_bytes(h, arrays[i].data,
                       (size_t)arrays[i].n * (arrays[i].type == MRT_ARRAY_F32 ? 4u : 2u));
    return h;
}

static void run_math(void)
{
    pcm_rng r = {99};
    uint64_t h = HASH_START;

    for (int i = 0; i < 3000; i++) {
        const float x = (float)(pcm_draw(&r) & 0xffffffu) * 0x1p-11f + 1e-6f; /* up to 8192 */
        const float y[2] = {mrt_logf(x), mrt_sqrtf(x)};
        const double z[2] = {mrt_log((double)x), mrt_sqrt((double)x)};
        h = hash_bytes(h, y, sizeof y);
        h = hash_bytes(h, z, sizeof z);
    }
    show("math", 0, h);
}

static void run_stream_and_watch(void)
{
    static const uint32_t thresholds[4] = {0, 40000, 36000, 42000};
    static const int32_t edges[4 * 3] = {-64, 0, 64, -100, 0, 100, -1, 0, 1, -127, 0, 127};
    const mrt_detector_config detector = {4, 7, 3, 9, thresholds};
    const mrt_sketch_config sketch = {4, 3, edges, NULL};
    static uint16_t detector_memory[64];
    static uint32_t counts[16];
    mrt_detector d;
    mrt_sketch s;
    pcm_rng r = {1234567};
    uint64_t h = HASH_START;

    (void)mrt_detector_init(&d, &detector, detector_memory);
    (void)mrt_sketch_init(&s, &sketch, counts);
    for (int i = 0; i < 2000; i++) {
        int8_t output[4];
        mrt_detection hit = {-1, 0};
        for (int k = 0; k < 4; k++)
            output[k] = (int8_t)((int32_t)(pcm_draw(&r) & 0xffu) - 128);
        (void)mrt_detector_push(&d, output, &hit);
        mrt_sketch_add_s8(&s, output);
        h = hash_bytes(h, &hit, sizeof hit);
    }
    show("detector", 0, h);
    show("sketch", 0, hash_bytes(HASH_START, counts, sizeof counts));
}

static void run_front_end(int32_t arithmetic)
{
    mrt_frontend_config c = {arithmetic, 16000, 480, 320, 512, 40, 10, 20, 4000, 0};
    const char *name = arithmetic == MRT_FLOAT ? "float" : "fixed";
    mrt_frontend_tables t;
    pcm_rng r = {42};

    for (int i = 0; i < N_CONFIGS; i++) {
        if (i > 0)
            c = pcm_random_config(&r, arithmetic);
        if (mrt_frontend_build(&c, table_memory, sizeof table_memory, &t) != MRT_FRONTEND_OK ||
            mrt_frontend_stream_bytes(&c) > sizeof stream_memory) {
            printf("%s %d does not fit\n", name, i);
            continue;
        }
        show(arithmetic == MRT_FLOAT ? "float tables" : "fixed tables", i, hash_tables(&t));
        for (int clip = 0; clip < (i == 0 ? N_CLIPS : 2); clip++) {
            pcm_fill(&r, (uint32_t)(clip + i), pcm, N_SAMPLES);
            show(name, i * 1000 + clip, hash_features(HASH_START, &t));
        }
    }
}

/* ---- normalisation ---- */

/* Windows of what a walk of log-mel values may be, by every method. */
static void run_normalise(void)
{
    enum { FRAMES = 49, VALUES = 40 };
    static int16_t frames[FRAMES * VALUES];
    int32_t state[MRT_NORMALISE_STATE * VALUES], values[VALUES];
    float kept[VALUES];
    pcm_rng r = {77};

    for (int i = 0; i < 12; i++) {
        mrt_normalise n = {1 + i % 3,
                           FRAMES,
                           VALUES,
                           10,
                           1 + (int32_t)(pcm_draw(&r) % 20000u),
                           20000 + (int32_t)(pcm_draw(&r) % 12768u),
                           655 + (int32_t)(pcm_draw(&r) % 400000u),
                           328 + (int32_t)(pcm_draw(&r) % 32440u),
                           0};
        uint64_t h = HASH_START;
        n.base_q12 = mrt_normalise_base(&n);
        if (!mrt_normalise_check(&n)) {
            printf("normalise %d is refused\n", i);
            continue;
        }
        for (int32_t t = 0; t < FRAMES; t++) {
            for (int32_t v = 0; v < VALUES; v++)
                kept[v] = (float)(int32_t)(pcm_draw(&r) % 24000u) * 0.001f - 13.8155f;
            mrt_normalise_keep_f32(&n, kept, frames + t * VALUES);
        }
        mrt_normalise_begin(&n, frames, state);
        for (int32_t t = 0; t < FRAMES; t++) {
            mrt_normalise_next(&n, frames + t * VALUES, state, values);
            h = hash_bytes(h, values, sizeof values);
        }
        show("normalise", i, hash_bytes(h, &n, sizeof n));
    }
}

/* ---- series ---- */

#define SERIES_CHANNELS 4
#define SERIES_STEPS    (N_SAMPLES / SERIES_CHANNELS)

static float series_f32[N_SAMPLES];
static float series_offset[MRT_SERIES_MAX_VALUES], series_scale[MRT_SERIES_MAX_VALUES];

/* Configurations of every kind, window and hop; with and without what was fitted. */
static mrt_series_config series_config(int32_t i, int32_t is_fixed, int32_t number_bytes)
{
    static const int32_t windows[] = {8, 16, 50, 100, 128, 300};
    mrt_series_config c = {i % 3, is_fixed, number_bytes, SERIES_CHANNELS, 1, 1, 0, {0}, 0, 0,
                           0,     0};

    if (c.kind == MRT_RAW)
        return c;
    c.window = windows[i / 3 % 6];
    c.hop = i % 2 == 0 ? c.window : (c.window + 2) / 3;
    if (c.kind == MRT_STATISTICS) {
        static const int32_t all[] = {MRT_STATISTIC_MEAN,           MRT_STATISTIC_RMS,
                                      MRT_STATISTIC_DEVIATION,      MRT_STATISTIC_SKEWNESS,
                                      MRT_STATISTIC_KURTOSIS,       MRT_STATISTIC_CROSSINGS,
                                      MRT_STATISTIC_QUANTILE,       MRT_STATISTIC_QUANTILE + 333,
                                      MRT_STATISTIC_QUANTILE + 500, MRT_STATISTIC_QUANTILE + 1000};
        c.n_statistics = 10;
        for (int32_t k = 0; k < 10; k++)
            c.statistics[k] = all[k];
    } else {
        for (c.n_fft = 16; c.n_fft < c.window;)
            c.n_fft *= 2;
        c.n_bands = c.n_fft / 8;
        c.high_ppm = 500000;
    }
    return c;
}

static void series_frame(const mrt_series_tables *t, const void *x, void *scratch, void *out)
{
    const mrt_series_config *c = &t->config;

    if (c->is_fixed && c->kind == MRT_RAW)
        mrt_raw_q(t, (const int16_t *)x, scratch, (int32_t *)out);
    else if (c->is_fixed && c->kind == MRT_STATISTICS)
        mrt_statistics_q(t, (const int16_t *)x, scratch, (int32_t *)out);
    else if (c->is_fixed)
        mrt_spectral_q(t, (const int16_t *)x, scratch, (int32_t *)out);
    else if (c->number_bytes == 2 && c->kind == MRT_RAW)
        mrt_raw_f32_i16(t, (const int16_t *)x, scratch, (float *)out);
    else if (c->number_bytes == 2 && c->kind == MRT_STATISTICS)
        mrt_statistics_f32_i16(t, (const int16_t *)x, scratch, (float *)out);
    else if (c->number_bytes == 2)
        mrt_spectral_f32_i16(t, (const int16_t *)x, scratch, (float *)out);
    else if (c->kind == MRT_RAW)
        mrt_raw_f32(t, (const float *)x, scratch, (float *)out);
    else if (c->kind == MRT_STATISTICS)
        mrt_statistics_f32(t, (const float *)x, scratch, (float *)out);
    else
        mrt_spectral_f32(t, (const float *)x, scratch, (float *)out);
}

static uint64_t hash_series(const mrt_series_tables *t)
{
    const mrt_series_config *c = &t->config;
    const size_t values = (size_t)mrt_series_values(c);
    const uint8_t *at = c->number_bytes == 4 ? (const uint8_t *)series_f32 : (const uint8_t *)pcm;
    static uint32_t out[MRT_SERIES_MAX_VALUES];
    size_t left = SERIES_STEPS;
    uint64_t h = HASH_START;
    mrt_series_stream s;

    mrt_series_stream_init(&s, t, stream_memory);
    while (left > 0) {
        size_t used = 0;
        if (mrt_series_stream_push(&s, at, left, &used)) {
            series_frame(t, s.held, s.scratch, out);
            h = hash_bytes(h, out, values * sizeof *out);
            mrt_series_stream_hop(&s);
        }
        at += used * SERIES_CHANNELS * (size_t)c->number_bytes;
        left -= used;
    }
    return h;
}

static void run_series(int32_t is_fixed, int32_t number_bytes)
{
    const char *name = is_fixed            ? "series fixed"
                       : number_bytes == 2 ? "series i16"
                                           : "series float";
    pcm_rng r = {77};

    for (int32_t i = 0; i < MRT_SERIES_MAX_VALUES; i++) {
        series_offset[i] = (float)(i % 7 - 3) * 0.75f;
        series_scale[i] = i % 11 == 0 ? 0.0f : 1.0f / (float)(1 + i * i % 300);
    }
    for (int32_t i = 0; i < 36; i++) {
        const mrt_series_config c = series_config(i, is_fixed, number_bytes);
        const int32_t is_fitted = i >= 18;
        mrt_series_tables t;
        if (mrt_series_check(&c) != MRT_SERIES_OK ||
            mrt_series_tables_bytes(&c) > sizeof table_memory ||
            mrt_series_stream_bytes(&c) > sizeof stream_memory) {
            printf("%s %d does not fit\n", name, (int)i);
            continue;
        }
        mrt_series_build(&c, is_fitted ? series_offset : NULL, is_fitted ? series_scale : NULL,
                         table_memory, &t);
        for (uint32_t kind = 0; kind < PCM_KINDS; kind++) {
            pcm_fill(&r, kind, pcm, N_SAMPLES);
            for (int k = 0; k < N_SAMPLES; k++)
                series_f32[k] = (float)pcm[k] * (1.0f / 1024.0f) + (float)(k % SERIES_CHANNELS);
            show(name, i * 10 + (int32_t)kind, hash_series(&t));
        }
    }
}

/* ---- pictures ---- */

#define PICTURE_SIDE 24

/* A picture of 40 x 30 to the size of an input, its levels as float and as int8 by a table. */
static void run_pixels(void)
{
    static uint8_t source[40 * 30 * 3], picture[PICTURE_SIDE * PICTURE_SIDE * 3];
    static float values[PICTURE_SIDE * PICTURE_SIDE * 3];
    static int8_t table[3 * MRT_PIXELS_LEVELS], out[PICTURE_SIDE * PICTURE_SIDE * 3];
    const float offset[] = {117.25f, 98.5f, 33.3333f}, scale[] = {0.0173f, 0.0301f, 0.125f};
    const mrt_quant_f32 q = {1.0f / 0.0243f, -7};
    pcm_rng r = {5};

    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (uint8_t)(pcm_draw(&r) & 0xffu);
    for (int32_t c = 0; c < 3; c++)
        for (int32_t i = 0; i < MRT_PIXELS_LEVELS; i++) {
            const uint8_t level = (uint8_t)i;
            float value;
            mrt_pixels_f32(&level, 1, 1, &offset[c], &scale[c], &value);
            mrt_quantize_f32(&q, &value, 1, &table[c * MRT_PIXELS_LEVELS + i]);
        }
    for (int32_t fit = 0; fit < 3; fit++) {
        mrt_rect from, to;
        uint64_t h = HASH_START;
        const mrt_picture whole = {source, 40, 30, 3};
        const mrt_picture_form form = {(mrt_fit)fit, PICTURE_SIDE, PICTURE_SIDE, 3, 0};
        mrt_fit_rects(&form, 40, 30, &from, &to);
        mrt_resize_area(&whole, from, picture, PICTURE_SIDE, to);
        mrt_pixels_f32(picture, PICTURE_SIDE * PICTURE_SIDE, 3, offset, scale, values);
        mrt_pixels_look_up(picture, PICTURE_SIDE * PICTURE_SIDE, 3, table, out);
        h = hash_bytes(h, picture, sizeof picture);
        h = hash_bytes(h, values, sizeof values);
        show("pixels", fit, hash_bytes(h, out, sizeof out));
    }
}

/* Frames of a camera as a model takes them: every fit, larger and smaller, grey and colour, colours
 * turned to grey in the frame itself. */
static void run_camera(void)
{
    static const int32_t sizes[][2] = {{41, 30}, {24, 24}, {7, 50}};
    static uint8_t frame[50 * 41 * 3], picture[PICTURE_SIDE * PICTURE_SIDE * 3];
    pcm_rng r = {6};
    for (int32_t k = 0; k < 3 * 3 * 4; k++) {
        const int32_t in_channels = k & 1 ? 3 : 1, out_channels = k & 2 ? 3 : 1;
        const int32_t *size = sizes[k / 4 % 3];
        const mrt_picture in = {frame, size[0], size[1], in_channels};
        const mrt_picture_form form = {(mrt_fit)(k / 12), PICTURE_SIDE, PICTURE_SIDE, out_channels,
                                       0};
        for (size_t i = 0; i < sizeof frame; i++)
            frame[i] = (uint8_t)(pcm_draw(&r) & 0xffu);
        mrt_picture_fit(&in, &form, frame, picture);
        show("camera", k,
             hash_bytes(HASH_START, picture,
                        (size_t)(PICTURE_SIDE * PICTURE_SIDE) * (size_t)out_channels));
    }
}

#ifdef COUNT_INSTRUCTIONS
/* Ticks of a timer that counts up to 2^24. Under qemu -icount shift=0 they are proportional to the
 * instructions executed; how many there are in a tick is found with a loop of known length. */
static uint32_t now(void)
{
#if defined(__riscv)
    return *(volatile uint32_t *)0x200bff8u & 0xffffffu; /* mtime of the CLINT */
#else
    volatile uint32_t *systick = (volatile uint32_t *)0xe000e010u;
    if (systick[0] != 5u) { /* on, core clock; counts down */
        systick[1] = 0xffffffu;
        systick[2] = 0;
        systick[0] = 5u;
    }
    return 0xffffffu - systick[2];
#endif
}

static uint32_t since(uint32_t start)
{
    return (now() - start) & 0xffffffu;
}

/* Ticks of 1,000,000 instructions. */
static uint32_t ticks_per_million(void)
{
    uint32_t n = 500000;
    const uint32_t start = now();
#if defined(__riscv)
    __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(n));
#else
    __asm__ volatile(".syntax unified\n1: subs %0, #1\n bne 1b" : "+l"(n) : : "cc");
#endif
    return since(start);
}

static void count(int32_t arithmetic)
{
    const mrt_frontend_config c = {arithmetic, 16000, 480, 320, 512, 40, 10, 20, 4000, 0};
    mrt_frontend_tables t;
    pcm_rng r = {42};
    float out_f32[10];
    int32_t out_q[10];

    if (mrt_frontend_build(&c, table_memory, sizeof table_memory, &t) != MRT_FRONTEND_OK)
        return;
    pcm_fill(&r, 6, pcm, N_SAMPLES);
    const uint32_t million = ticks_per_million(), start = now();
    for (int i = 0; i < 10; i++) {
        if (arithmetic == MRT_FLOAT)
            mrt_frontend_frame_f32(&t, pcm + 320 * i, stream_memory, out_f32);
        else
            mrt_frontend_frame_q(&t, pcm + 320 * i, stream_memory, out_q);
    }
    const uint32_t ticks = since(start);
    printf("%s %lu\n", arithmetic == MRT_FLOAT ? "float" : "fixed",
           (unsigned long)((uint64_t)ticks * 100000u / million));
}

/* A frame of a window of 49 x 40 log-mel values, normalised and quantised: a look is 49 of them. */
static void count_normalise(int32_t method)
{
    static const char *const names[] = {"", "mean", "running", "pcen"};
    static int16_t frames[49 * 40];
    const mrt_quant_fixed q = {1 << 30, 37, 0};
    mrt_normalise n = {method, 49, 40, 10, 1560, 32113, 131072, 16384, 0};
    int32_t state[MRT_NORMALISE_STATE * 40], values[40];
    int8_t out[40];
    pcm_rng r = {42};

    n.base_q12 = mrt_normalise_base(&n);
    for (int i = 0; i < 49 * 40; i++)
        frames[i] = (int16_t)((int32_t)(pcm_draw(&r) % 16384u) - 12000);
    const uint32_t million = ticks_per_million(), start = now();
    mrt_normalise_begin(&n, frames, state);
    for (int t = 0; t < 49; t++) {
        mrt_normalise_next(&n, frames + t * 40, state, values);
        mrt_quantize_fixed(&q, values, 40, out);
    }
    const uint32_t ticks = since(start);
    printf("%s %lu\n", names[method], (unsigned long)((uint64_t)ticks * 1000000u / million / 49u));
}
#endif

/* Scores whose level changes, one far out, one that is no number: what they are against the usual,
 * and the alarms. */
static void show_usual(void)
{
    uint64_t h = HASH_START;
    uint32_t random = 1;
    mrt_usual u;
    mrt_alarm a;

    mrt_usual_init(&u, 0.7f, 23);
    mrt_alarm_init(&a, 2);
    for (int i = 0; i < 2000; i++) {
        random = random * 1664525u + 1013904223u;
        float score = (float)(random >> 8) / 16777216.0f * (i / 500 % 2 ? 37.3f : 1.1f);
        if (i == 700)
            score = 1e30f;
        score = mrt_usual_push(&u, score);
        const int32_t said = (int32_t)mrt_alarm_push(&a, !(score < 3.0f));
        h = hash_bytes(h, &score, sizeof score);
        h = hash_bytes(h, &u.usual, sizeof u.usual);
        h = hash_bytes(h, &said, sizeof said);
    }
    show("usual", 0, h);
}

int main(void)
{
#ifdef COUNT_INSTRUCTIONS
    count(MRT_FLOAT);
    count(MRT_FIXED);
    for (int32_t method = MRT_NORMALISE_MEAN; method <= MRT_NORMALISE_PCEN; method++)
        count_normalise(method);
#else
    run_math();
    run_stream_and_watch();
    show_usual();
    run_normalise();
    run_front_end(MRT_FIXED);
    run_front_end(MRT_FLOAT);
    run_series(1, 2);
    run_series(0, 2);
    run_series(0, 4);
    run_pixels();
    run_camera();
#endif
    printf("end\n");
    return 0;
}
