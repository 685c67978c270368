/* SPDX-License-Identifier: Apache-2.0 */
/* Normalisation over a window, in integers. Formats and bounds (F = fraction, 10 or 7; V is what a
 * kept value stands for, |V| <= 2^5 of log-mel, 2^8 of coefficients):
 *
 *   mean      sum of n_frames <= 2^15 values of 2^15: 2^30. The mean in Q12, |V| 2^12 <= 2^20, from
 *             a quotient and a remainder below n_frames, so 32 bits hold every step
 *   running   m in Q20, <= 2^28; differences <= 2^29, times Q15 in 64 bits. x - m in Q12 <= 2^21,
 *             its square in 64 bits, v in Q12 <= 2^30. 1 / sqrt(v + 1/4) = 2^-(log2(..) / 2), of
 *             2^-9 .. 2, in Q24; |out| <= 2^22
 *   pcen      log2 E = V log2 e in Q16, |.| < 47 * 2^16 < 2^22, and so is log2 M, a mean of them.
 *             log2 M moves by log2(1 - s + s 2^d), d = log2 E - log2 M bounded to 32 (a rise of
 *             96 dB in one frame); 2^d in Q16 <= 2^48, times s in Q15 < 2^63. The ratio
 *             u = log2 E - gain log2 M, of magnitude <= 94 * 2^16 < 2^23, is bounded to 11 from
 *             above: E / M is at most 1 / s anyway. So (2^u + bias)^power < 2^12
 *
 * and |out| < 2^24 of all three: exact in single precision. exp2 and log2 err by 5e-6 and 1.6e-5,
 * and their roundings. */
#include "device/signal/mrt_normalise.h"

#include "device/mrt_exact.h"
#include "device/mrt_lang.h"
#include "device/mrt_port.h"

MRT_STATIC_ASSERT((-1 >> 1) == -1, "signed shifts to the right must be arithmetic");

#define ONE_Q16 65536

/* log2 of a > 0 in Q16: the position of the leading one, the 16 bits behind it as f, and
 * f (1 - f) q(f), q as in mrt_frontend_q_body.h. */
static int32_t log2_q16(uint64_t a)
{
    const uint32_t high = (uint32_t)(a >> 32);
    const int32_t zeros = high != 0 ? mrt_leading_zeros(high) : 32 + mrt_leading_zeros((uint32_t)a);
    const uint32_t top = (uint32_t)((a << zeros) >> 32);
    const int32_t f16 = (int32_t)((top >> 15) & 0xffffu);
    const int32_t f = f16 >> 1;                /* Q15 */
    const int32_t g = (f * (32768 - f)) >> 15; /* Q15, <= 1/4 */
    int32_t q = 9727 - ((f * 2959) >> 15);     /* Q16 */

    q = ((q * f) >> 15) - 17510;
    q = ((q * f) >> 15) + 28961;
    return (63 - zeros) * ONE_Q16 + f16 + ((q * g) >> 15);
}

/* 2^x in Q16, x in Q16 below 46: 2^i (1 + f + f (1 - f) q(f)), q the quadratic of least error. */
static uint64_t exp2_q16(int32_t x)
{
    const int32_t i = x >> 16, f16 = x & 0xffff, f = f16 >> 1;
    const int32_t g = (f * (32768 - f)) >> 15;
    const int32_t q = -20119 - ((f * (4289 + ((f * 898) >> 15))) >> 15);
    const uint32_t p = (uint32_t)(ONE_Q16 + f16 + ((q * g) >> 15)); /* < 2^17 */

    if (i >= 0)
        return (uint64_t)p << i;
    return i > -18 ? (p + (1u << (-i - 1))) >> -i : 0;
}

/* (2^u + bias)^power in Q12. */
static int32_t root_q12(const mrt_normalise *n, uint64_t ratio_q16)
{
    const int32_t l = log2_q16(ratio_q16 + (uint32_t)n->bias_q16) - 16 * ONE_Q16;
    const int32_t w = (int32_t)(((int64_t)l * n->power_q15) >> 15);

    return (int32_t)((exp2_q16(w) + 8) >> 4);
}

int32_t mrt_normalise_base(const mrt_normalise *n)
{
    return root_q12(n, 0);
}

static int32_t is_within(int32_t x, int32_t lo, int32_t hi)
{
    return x >= lo && x <= hi;
}

int32_t mrt_normalise_check(const mrt_normalise *n)
{
    if (!is_within(n->method, MRT_NORMALISE_MEAN, MRT_NORMALISE_PCEN) ||
        !is_within(n->n_frames, 1, MRT_NORMALISE_MAX_FRAMES) || !is_within(n->n_values, 1, 128) ||
        (n->fraction != 10 && n->fraction != 7))
        return 0;
    if (n->method != MRT_NORMALISE_MEAN && !is_within(n->rate_q15, 1, 32767))
        return 0;
    return n->method != MRT_NORMALISE_PCEN ||
           (n->fraction == 10 && is_within(n->gain_q15, 0, 32768) &&
            is_within(n->bias_q16, 655, 6553600) && is_within(n->power_q15, 328, 32768) &&
            n->base_q12 == mrt_normalise_base(n));
}

/* Keeping --------------------------------------------------------------------------------- */

static int16_t clamp_i16(int32_t x)
{
    return (int16_t)(x < -32768 ? -32768 : x > 32767 ? 32767 : x);
}

void mrt_normalise_keep_f32(const mrt_normalise *n, const float *x, int16_t *out)
{
    const float scale = (float)(1 << n->fraction);

    for (int32_t i = 0; i < n->n_values; i++) {
        float y = x[i] * scale; /* exact */
        y = y < 40000.0f ? y : 40000.0f;
        y = y > -40000.0f ? y : -40000.0f;
        int32_t q = (int32_t)y;
        const float rest = y - (float)q; /* exact */
        q += rest >= 0.5f ? 1 : rest < -0.5f ? -1 : 0;
        out[i] = clamp_i16(q);
    }
}

void mrt_normalise_keep_fixed(const mrt_normalise *n, const int32_t *x, int16_t *out)
{
    const int32_t drop = MRT_NORMALISE_Q - n->fraction, half = (1 << drop) >> 1;

    for (int32_t i = 0; i < n->n_values; i++)
        out[i] = clamp_i16((x[i] + half) >> drop); /* |x| < 2^25 */
}

/* A look ---------------------------------------------------------------------------------- */

/* The mean of value v over the window in Q12, rounded (halves away from zero). */
static int32_t mean_q12(const mrt_normalise *n, const int16_t *frames, int32_t v)
{
    const int32_t up = MRT_NORMALISE_Q - n->fraction;
    const int16_t *x = frames + v;
    int32_t sum = 0;

    for (int32_t t = 0; t < n->n_frames; t++, x += n->n_values)
        sum += *x;
    const int32_t whole = sum / n->n_frames, rest = (sum % n->n_frames) * (1 << up);
    const int32_t half = sum < 0 ? -(n->n_frames / 2) : n->n_frames / 2;
    return whole * (1 << up) + (rest + half) / n->n_frames;
}

/* The variance in Q12. */
static int32_t variance_q12(const mrt_normalise *n, const int16_t *frames, int32_t v, int32_t mean)
{
    const int32_t up = MRT_NORMALISE_Q - n->fraction;
    const int16_t *x = frames + v;
    uint64_t sum = 0; /* Q24, < 2^57 */
    int32_t drop = 0;

    for (int32_t t = 0; t < n->n_frames; t++, x += n->n_values) {
        const int32_t d = *x * (1 << up) - mean;
        sum += (uint64_t)((int64_t)d * d);
    }
    while (sum >> drop > 0xffffffffu) /* a division of 64 bits would be a function of its own */
        drop++;
    const uint32_t share = (uint32_t)(sum >> drop) / (uint32_t)n->n_frames;
    return (int32_t)(drop < MRT_NORMALISE_Q ? share >> (MRT_NORMALISE_Q - drop)
                                            : share << (drop - MRT_NORMALISE_Q));
}

/* V log2 e in Q16 of a mean in Q12, or of a kept log-mel value in Q10. */
static int32_t log2_of_mean(int32_t mean)
{
    return (int32_t)(((int64_t)mean * 23637) >> 10);
}

static int32_t log2_of_kept(int16_t x)
{
    return (x * 23637) >> 8;
}

void mrt_normalise_begin(const mrt_normalise *n, const int16_t *frames, int32_t *state)
{
    for (int32_t v = 0; v < n->n_values; v++) {
        const int32_t mean = mean_q12(n, frames, v);
        if (n->method == MRT_NORMALISE_RUNNING) {
            state[v] = mean * 256;
            state[n->n_values + v] = variance_q12(n, frames, v, mean);
        } else {
            state[v] = n->method == MRT_NORMALISE_PCEN ? log2_of_mean(mean) : mean;
        }
    }
}

static void next_mean(const mrt_normalise *n, const int16_t *x, const int32_t *state, int32_t *out)
{
    const int32_t up = 1 << (MRT_NORMALISE_Q - n->fraction);

    for (int32_t v = 0; v < n->n_values; v++)
        out[v] = x[v] * up - state[v];
}

/* (to - from) s, s in Q15, rounded. */
static int32_t step(int32_t from, int32_t to, int32_t rate)
{
    return (int32_t)(((int64_t)(to - from) * rate + 16384) >> 15);
}

static void next_running(const mrt_normalise *n, const int16_t *x, int32_t *state, int32_t *out)
{
    const int32_t up = 1 << (20 - n->fraction);

    for (int32_t v = 0; v < n->n_values; v++) {
        int32_t *m = state + v, *variance = state + n->n_values + v;
        const int32_t now = x[v] * up;
        *m += step(*m, now, n->rate_q15);
        const int32_t d = (now - *m + 128) >> 8;
        *variance += step(*variance, (int32_t)(((int64_t)d * d) >> 12), n->rate_q15);
        const int32_t l = log2_q16((uint32_t)*variance + 1024u) - 12 * ONE_Q16;
        const int64_t one_by_root = (int64_t)exp2_q16(8 * ONE_Q16 - (l >> 1)); /* Q24 */
        out[v] = (int32_t)((d * one_by_root + (1 << 23)) >> 24);
    }
}

static void next_pcen(const mrt_normalise *n, const int16_t *x, int32_t *state, int32_t *out)
{
    for (int32_t v = 0; v < n->n_values; v++) {
        const int32_t e = log2_of_kept(x[v]), rise = e - state[v];
        const uint64_t s = (uint32_t)n->rate_q15;
        const uint64_t by = exp2_q16(rise < 32 * ONE_Q16 ? rise : 32 * ONE_Q16);
        const uint64_t moved = (((uint64_t)(32768 - n->rate_q15) << 16) + s * by) >> 15; /* Q16 */
        state[v] += log2_q16(moved) - 16 * ONE_Q16;
        const int32_t u = e - (int32_t)(((int64_t)state[v] * n->gain_q15) >> 15);
        out[v] = root_q12(n, exp2_q16(u < 11 * ONE_Q16 ? u : 11 * ONE_Q16)) - n->base_q12;
    }
}

void mrt_normalise_next(const mrt_normalise *n, const int16_t *frame, int32_t *state, int32_t *out)
{
    if (n->method == MRT_NORMALISE_MEAN)
        next_mean(n, frame, state, out);
    else if (n->method == MRT_NORMALISE_RUNNING)
        next_running(n, frame, state, out);
    else
        next_pcen(n, frame, state, out);
}
