/* SPDX-License-Identifier: Apache-2.0 */
/* One batch path; included by lanes_<path>.c, which defines
 *
 *     LANES           4, 8 or 16
 *     TARGET          attribute that allows the instructions
 *     PATH            name of the function that returns the path; PATH_NAME, its text
 *
 * Vectors are GNU C's; gcc and clang turn them into the widest instructions TARGET allows. */
#include "device/signal/mrt_frontend_internal.h"
#include "feature/mfcc_lanes.h"

typedef int32_t quad __attribute__((vector_size(16)));
typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));
typedef uint32_t vu __attribute__((vector_size(4 * LANES)));
typedef uint64_t vd __attribute__((vector_size(8 * LANES)));

#define FN static inline __attribute__((always_inline)) TARGET

/* Indices that interleave the low or high halves of each 128 bits: as unpacklo/hi of 32 and 64
 * bits. */
#if LANES == 16
#define EACH_QUAD(a, b, c, d)                                                                      \
    a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12,    \
        d + 12
typedef int32_t octet __attribute__((vector_size(32)));
#elif LANES == 8
#define EACH_QUAD(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#else
#define EACH_QUAD(a, b, c, d) a, b, c, d
#endif
#define SHUFFLE(x, y, a, b, c, d) __builtin_shufflevector(x, y, EACH_QUAD(a, b, c, d))

FN quad load_quad(const int16_t *p)
{
    quad q;
    memcpy(&q, p, sizeof q);
    return q;
}

/* Row r of lanes r, r + 4, r + 8, ..: eight samples from each. */
FN vi load_rows(const int16_t *const *pcm, size_t at, int32_t r)
{
    const quad a = load_quad(pcm[r] + at);
#if LANES == 4
    return a;
#else
    const quad b = load_quad(pcm[r + 4] + at);
#if LANES == 8
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
#else
    const quad c = load_quad(pcm[r + 8] + at), d = load_quad(pcm[r + 12] + at);
    const octet ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    const octet cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
#endif
}

/* Samples at .. at + 7 of every lane: pairs[j] holds samples at + 2j (low half) and at + 2j + 1 of
 * lane l in element l. A 4 x 4 transposition within each 128 bits. */
FN void load_pairs(const int16_t *const *pcm, size_t at, vi pairs[4])
{
    const vi r0 = load_rows(pcm, at, 0), r1 = load_rows(pcm, at, 1);
    const vi r2 = load_rows(pcm, at, 2), r3 = load_rows(pcm, at, 3);
    const vi a = SHUFFLE(r0, r1, 0, LANES, 1, LANES + 1),
             b = SHUFFLE(r0, r1, 2, LANES + 2, 3, LANES + 3);
    const vi c = SHUFFLE(r2, r3, 0, LANES, 1, LANES + 1),
             d = SHUFFLE(r2, r3, 2, LANES + 2, 3, LANES + 3);

    pairs[0] = SHUFFLE(a, c, 0, 1, LANES, LANES + 1);
    pairs[1] = SHUFFLE(a, c, 2, 3, LANES + 2, LANES + 3);
    pairs[2] = SHUFFLE(b, d, 0, 1, LANES, LANES + 1);
    pairs[3] = SHUFFLE(b, d, 2, 3, LANES + 2, LANES + 3);
}

/* The same at the end of the window, where only n < 8 samples are there. */
FN void load_last_pairs(const int16_t *const *pcm, size_t at, size_t n, vi pairs[4])
{
    int16_t rest[LANES][8] = {{0}};
    const int16_t *rows[LANES];

    for (int32_t l = 0; l < LANES; l++) {
        memcpy(rest[l], pcm[l] + at, n * sizeof(int16_t));
        rows[l] = rest[l];
    }
    load_pairs(rows, 0, pairs);
}

FN float weight_f32(const mrt_frontend_tables *t, uint32_t window, uint32_t i)
{
    return t->window_f32[2 * i <= window ? i : window - i];
}

FN int32_t weight_q15(const mrt_frontend_tables *t, uint32_t window, uint32_t i)
{
    return t->window_q15[2 * i <= window ? i : window - i];
}

FN void load_f32(const mrt_frontend_tables *t, const int16_t *const *pcm, vf *z)
{
    const uint32_t window = (uint32_t)t->config.window, n = (uint32_t)t->config.n_fft;
    const int32_t emphasis = t->config.pre_emphasis_q15;
    const float a = (float)emphasis * 0x1p-15f;
    vf before = {0};
    uint32_t r = 0;

    for (uint32_t i = 0; i < n; i += 8) {
        vi pairs[4] = {{0}};
        if (i + 8 <= window)
            load_pairs(pcm, i, pairs);
        else if (i < window)
            load_last_pairs(pcm, i, window - i, pairs);
        for (uint32_t j = 0; j < 4; j++) {
            vf x = __builtin_convertvector((vi)((vu)pairs[j] << 16) >> 16, vf);
            vf y = __builtin_convertvector(pairs[j] >> 16, vf);
            const uint32_t at = i + 2 * j;
            if (emphasis != 0) {
                const vf x0 = x, y0 = y;
                x = x - a * (at == 0 ? x0 : before);
                y = y - a * x0;
                before = y0;
            }
            z[2 * r] = at < window ? x * weight_f32(t, window, at) : (vf){0};
            z[2 * r + 1] = at + 1 < window ? y * weight_f32(t, window, at + 1) : (vf){0};
            r = mrt_next_reversed(r, n / 2);
        }
    }
}

/* The bitwise or of x ^ (x >> 15) over n samples. */
FN int32_t size_of(const int16_t *pcm, uint32_t n)
{
    typedef int16_t octet16 __attribute__((vector_size(16)));
    octet16 sizes = {0}, x;
    int32_t size = 0;
    uint32_t i = 0;

    for (; i + 8 <= n; i += 8) {
        memcpy(&x, pcm + i, sizeof x);
        sizes |= x ^ (x >> 15);
    }
    for (; i < n; i++)
        size |= pcm[i] ^ (pcm[i] >> 15);
    for (i = 0; i < 8; i++)
        size |= sizes[i];
    return size;
}

/* As mrt_frontend_q.c: from two multiplications of 16 x 16 bits. */
FN vi mul_q15(vi v, vi s)
{
    return (v >> 16) * s * 2 + (((v & 0xffff) * s) >> 15);
}

/* A pre-emphasised sample times its weight, Q14. */
FN vi window_q15(vi x, vi before, int32_t a, int32_t w)
{
    if (a != 0)
        return mul_q15(x * 16384 - ((a * before) >> 1), (vi){0} + w);
    return (x * w) >> 1;
}

/* Returns the number of fraction bits in each lane. */
FN vi load_q(const mrt_frontend_tables *t, const int16_t *const *pcm, vi *z)
{
    const uint32_t window = (uint32_t)t->config.window, n = (uint32_t)t->config.n_fft;
    const int32_t a = t->config.pre_emphasis_q15;
    vi before = {0}, drop = {0};
    uint32_t r = 0;

    for (int32_t l = 0; l < LANES; l++)
        drop[l] = mrt_window_drop(&t->config, size_of(pcm[l], window));
    const vi half = (((vi){0} + 1) << drop) >> 1;
    for (uint32_t i = 0; i < n; i += 8) {
        vi pairs[4] = {{0}};
        if (i + 8 <= window)
            load_pairs(pcm, i, pairs);
        else if (i < window)
            load_last_pairs(pcm, i, window - i, pairs);
        for (uint32_t j = 0; j < 4; j++) {
            const uint32_t at = i + 2 * j;
            const vi x = (vi)((vu)pairs[j] << 16) >> 16, y = pairs[j] >> 16;
            const vi even = at < window
                                ? window_q15(x, at == 0 ? x : before, a, weight_q15(t, window, at))
                                : (vi){0};
            const vi odd =
                at + 1 < window ? window_q15(y, x, a, weight_q15(t, window, at + 1)) : (vi){0};
            before = y;
            z[2 * r] = (even + half) >> drop;
            z[2 * r + 1] = (odd + half) >> drop;
            r = mrt_next_reversed(r, n / 2);
        }
    }
    return 14 - drop;
}

/* Float: the same lines as mrt_frontend_f32.c compiles. */
#define V                vf
#define S                float
#define I                vi
#define MRT_FN           FN
#define MRT_NAME(x)      lanes_##x##_f32
#define MRT_MUL(v, s)    ((v) * (s))
#define MRT_BITS(v)      ((vi)(v))
#define MRT_FROM_BITS(i) ((vf)(i))
#define MRT_TO_F(i)      __builtin_convertvector(i, vf)
#include "device/signal/mrt_fft_body.h"
#include "device/signal/mrt_frontend_f32_body.h"
#undef V
#undef S
#undef I
#undef MRT_NAME
#undef MRT_MUL

/* Fixed point: the same lines as mrt_frontend_q.c compiles. */
#define V              vi
#define S              int16_t
#define U              vu
#define D              vd
#define MRT_NAME(x)    lanes_##x##_q
#define MRT_MUL(v, s)  mul_q15(v, (vi){0} + (s))
#define MRT_LESS(u, c) (-(vi)((u) < (c)))
#define MRT_WIDE(u)    __builtin_convertvector(u, vd)
#define MRT_HIGH(d)    __builtin_convertvector((d) >> 32, vu)
#include "device/signal/mrt_fft_body.h"
#include "device/signal/mrt_frontend_q_body.h"

TARGET static void frames_f32(const mrt_frontend_tables *t, const int16_t *const *pcm,
                              void *scratch, float *const *out)
{
    const uint32_t n_values = (uint32_t)mrt_frontend_values(&t->config);
    vf *z = scratch, *mel = z + t->config.n_fft, *values = mel + t->config.n_mels;

    load_f32(t, pcm, z);
    lanes_spectrum_f32(t, z, mel, values);
    for (uint32_t l = 0; l < LANES; l++)
        for (uint32_t i = 0; i < n_values; i++)
            out[l][i] = ((const float *)&values[i])[l];
}

TARGET static void frames_q(const mrt_frontend_tables *t, const int16_t *const *pcm, void *scratch,
                            float *const *out)
{
    const uint32_t n_values = (uint32_t)mrt_frontend_values(&t->config);
    vi *z = scratch, *mel = z + t->config.n_fft, *values = mel + t->config.n_mels;

    const vi fraction = load_q(t, pcm, z);
    lanes_spectrum_q(t, z, fraction, mel, values);
    for (uint32_t l = 0; l < LANES; l++)
        for (uint32_t i = 0; i < n_values; i++)
            out[l][i] = (float)((const int32_t *)&values[i])[l] * (1.0f / (1 << MRT_FRONTEND_Q));
}

const mote_lane_path *PATH(void)
{
    static const mote_lane_path path = {PATH_NAME, LANES, frames_f32, frames_q};
    return &path;
}
