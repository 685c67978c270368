/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on the compiler or the instruction set, and nothing else: the rest of device/ is
 * strict ISO C11. A target without one of the instruction sets below runs the portable bodies,
 * which give the same bits. Depends on nothing; used by the kernels in nn/ and by signal/. */
#ifndef MRT_PORT_H
#define MRT_PORT_H

#include <stddef.h>
#include <stdint.h>

#define MRT_INLINE static inline __attribute__((always_inline))

/* Cortex-M4, M7, M33: two 16-bit multiply-accumulates in one instruction. */
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH) && defined(__thumb2__) && !defined(MRT_NO_DSP)
#define MRT_HAVE_DSP 1
#else
#define MRT_HAVE_DSP 0
#endif

/* ---- Arm DSP instructions ---- */

#if MRT_HAVE_DSP

/* Words of two int16 (low, high). "lo_hi" in a name says which halves are multiplied. */
MRT_INLINE int32_t mrt_smlad(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t r;
    __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

MRT_INLINE int32_t mrt_smla_lo_lo(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t r;
    __asm__("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

MRT_INLINE int32_t mrt_smla_lo_hi(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t r;
    __asm__("smlabt %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

MRT_INLINE int32_t mrt_smla_hi_lo(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t r;
    __asm__("smlatb %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

/* Bytes 0 and 2, or 1 and 3, widened to two int16. */
MRT_INLINE uint32_t mrt_sxtb16_02(uint32_t x)
{
    uint32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(x));
    return r;
}

MRT_INLINE uint32_t mrt_sxtb16_13(uint32_t x)
{
    uint32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(x));
    return r;
}

/* The low halves, or the high halves, of a and b side by side. */
MRT_INLINE uint32_t mrt_pack_low(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

MRT_INLINE uint32_t mrt_pack_high(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(r) : "r"(b), "r"(a));
    return r;
}

/* Requantisation for MRT_FAST_REQUANT and MRT_FULL_RANGE: |acc| < 2^30, right >= 1.
 *   smmulr of 2 acc     (2 acc m + 2^31) >> 32 = (acc m + 2^30) >> 31
 *   add x, x asr 31     halves away from zero
 *   asrs, adc           the last bit shifted out is the rounding carry; adds out_zero */
MRT_INLINE int32_t mrt_dsp_requant(int32_t acc, int32_t multiplier, int32_t right, int32_t zero)
{
    int32_t r;
    __asm__("lsl %0, %1, #1\n\t"
            "smmulr %0, %0, %2\n\t"
            "add %0, %0, %0, asr #31\n\t"
            "asrs %0, %0, %3\n\t"
            "adc %0, %0, %4\n\t"
            "ssat %0, #8, %0"
            : "=&r"(r)
            : "r"(acc), "r"(multiplier), "r"(right), "r"(zero)
            : "cc");
    return r;
}

/* One pair of inputs: w is a[k] b[k] a[k+1] b[k+1]; x the pairs of four cells. 13 instructions for
 * 16 products. All 14 free registers are in use: the end of the loop is compared from memory. */
#define MRT_DSP_PAIR                        \
    "ldr %[w], [%[wp]], #4\n\t"             \
    "ldrd %[x], %[y], [%[xp]], #8\n\t"      \
    "sxtb16 %[t], %[w]\n\t"                 \
    "sxtb16 %[w], %[w], ror #8\n\t"         \
    "smlad %[s0], %[t], %[x], %[s0]\n\t"    \
    "smlad %[s1], %[w], %[x], %[s1]\n\t"    \
    "smlad %[s2], %[t], %[y], %[s2]\n\t"    \
    "smlad %[s3], %[w], %[y], %[s3]\n\t"    \
    "ldrd %[x], %[y], [%[xp]], #8\n\t"      \
    "smlad %[s4], %[t], %[x], %[s4]\n\t"    \
    "smlad %[s5], %[w], %[x], %[s5]\n\t"    \
    "smlad %[s6], %[t], %[y], %[s6]\n\t"    \
    "smlad %[s7], %[w], %[y], %[s7]\n\t"

#define MRT_DSP_LOOP(body, end)                                                                   \
    __asm__ volatile("1:\n\t" body "ldr %[t], %[last]\n\tcmp %[xp], %[t]\n\tbne 1b"              \
                     : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [s4] "+r"(s4), \
                       [s5] "+r"(s5), [s6] "+r"(s6), [s7] "+r"(s7), [wp] "+r"(w), [xp] "+r"(x),   \
                       [w] "=&r"(t0), [t] "=&r"(t1), [x] "=&r"(t2), [y] "=&r"(t3)                 \
                     : [last] "m"(end)                                                            \
                     : "cc", "memory")

/* acc[2 * cell + channel] += the products of `pairs` (at least 1) pairs of inputs. */
MRT_INLINE void mrt_dsp_sum_2x4(const int8_t *w, const int16_t *x, int32_t pairs, int32_t acc[8])
{
    int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
    int32_t s4 = acc[4], s5 = acc[5], s6 = acc[6], s7 = acc[7];
    uint32_t t0, t1, t2, t3;
    const int16_t *volatile fours_end = x + (pairs & ~3) * 8;
    const int16_t *volatile end = x + pairs * 8;
    if (pairs >= 4)
        MRT_DSP_LOOP(MRT_DSP_PAIR MRT_DSP_PAIR MRT_DSP_PAIR MRT_DSP_PAIR, fours_end);
    if (pairs & 3)
        MRT_DSP_LOOP(MRT_DSP_PAIR, end);
    acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
    acc[4] = s4, acc[5] = s5, acc[6] = s6, acc[7] = s7;
}

/* Four channels (two blocks of weights, w and v) by one cell: acc[channel]. */
MRT_INLINE void mrt_dsp_sum_4x1(const int8_t *w, const int8_t *v, const int16_t *x, int32_t pairs,
                                int32_t acc[4])
{
    const uint32_t *a = (const uint32_t *)(const void *)w, *b = (const uint32_t *)(const void *)v;
    const uint32_t *in = (const uint32_t *)(const void *)x;
    for (; pairs > 0; pairs--) {
        uint32_t pair = *in++, first = *a++, second = *b++;
        acc[0] = mrt_smlad(mrt_sxtb16_02(first), pair, acc[0]);
        acc[1] = mrt_smlad(mrt_sxtb16_13(first), pair, acc[1]);
        acc[2] = mrt_smlad(mrt_sxtb16_02(second), pair, acc[2]);
        acc[3] = mrt_smlad(mrt_sxtb16_13(second), pair, acc[3]);
    }
}

#endif /* MRT_HAVE_DSP */

/* A freestanding compiler may still call these four; a hosted C library or the start-up code of
 * the board provides them. */
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

#endif
