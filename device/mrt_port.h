/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on the compiler or the instruction set, and nothing else: the rest of device/ is
 * strict ISO C11 (and C++11, see mrt_lang.h). A target without one of the instruction sets below
 * runs the portable bodies, which give the same bits. Depends on nothing; used by the kernels in
 * nn/ and by signal/. */
#ifndef MRT_PORT_H
#define MRT_PORT_H

#include <stddef.h>
#include <stdint.h>

#define MRT_INLINE static inline __attribute__((always_inline))
/* For inner loops that want all registers for themselves. */
#define MRT_NOINLINE static __attribute__((noinline, unused))

/* How many bits of x > 0 are 0 above its leading one. */
MRT_INLINE int32_t mrt_leading_zeros(uint32_t x)
{
#if defined(__ARM_FEATURE_CLZ) || defined(__riscv_zbb) || defined(__x86_64__) ||                   \
    defined(__aarch64__)
    return __builtin_clz(x);
#else /* the compiler would call a function */
    int32_t n = 0;
    for (int32_t by = 16; by > 0; by >>= 1)
        if (x >> (32 - by) == 0) {
            x <<= by;
            n += by;
        }
    return n;
#endif
}

/* Cortex-M4, M7, M33: two 16-bit multiply-accumulates in one instruction. Not without optimisation,
 * when a frame pointer takes a register that the assembly needs; the results are the same bits. */
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH) && defined(__thumb2__) &&                    \
    defined(__OPTIMIZE__) && !defined(MRT_NO_DSP)
#define MRT_HAVE_DSP 1
#else
#define MRT_HAVE_DSP 0
#endif

/* ---- Arm DSP instructions ---- */

#if MRT_HAVE_DSP

/* sum + low a * low b + high a * high b; words of two int16. */
MRT_INLINE int32_t mrt_smlad(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t r;
    __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
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

/* The same, added to the halves of sum. */
MRT_INLINE uint32_t mrt_sxtab16_02(uint32_t sum, uint32_t x)
{
    uint32_t r;
    __asm__("sxtab16 %0, %1, %2" : "=r"(r) : "r"(sum), "r"(x));
    return r;
}

MRT_INLINE uint32_t mrt_sxtab16_13(uint32_t sum, uint32_t x)
{
    uint32_t r;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(r) : "r"(sum), "r"(x));
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

/* sum + round(round(2 x multiplier / 2^32) / 2^right): the rounding of mrt_dsp_requant, right from
 * 1 to 31. twice is 2 x, |x| < 2^30. */
MRT_INLINE int32_t mrt_dsp_scale_add(int32_t twice, int32_t multiplier, int32_t right, int32_t sum)
{
    int32_t r;
    __asm__("smmulr %0, %1, %2\n\t"
            "add %0, %0, %0, asr #31\n\t"
            "asrs %0, %0, %3\n\t"
            "adc %0, %0, %4"
            : "=&r"(r)
            : "r"(twice), "r"(multiplier), "r"(right), "r"(sum)
            : "cc");
    return r;
}

/* Two neighbouring int16, at an even or odd place. */
MRT_INLINE uint32_t mrt_dsp_two(const int16_t *x)
{
    uint32_t r;
    __builtin_memcpy(&r, x, sizeof r);
    return r;
}

/* sum + the low, or the high, half of x * w. */
MRT_INLINE int32_t mrt_dsp_low(uint32_t x, int32_t w, int32_t sum)
{
    int32_t r;
    __asm__("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(w), "r"(sum));
    return r;
}

MRT_INLINE int32_t mrt_dsp_high(uint32_t x, int32_t w, int32_t sum)
{
    int32_t r;
    __asm__("smlatb %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(w), "r"(sum));
    return r;
}

/* One pair of inputs: w is a[k] b[k] a[k+1] b[k+1]; x the pairs of four cells. 13 instructions for
 * 16 products. All 14 free registers are in use: the ends of the loops are compared from memory. */
#define MRT_DSP_PAIR                                                                               \
    "ldr %[w], [%[wp]], #4\n\t"                                                                    \
    "ldrd %[x], %[y], [%[xp]], #8\n\t"                                                             \
    "sxtb16 %[t], %[w]\n\t"                                                                        \
    "sxtb16 %[w], %[w], ror #8\n\t"                                                                \
    "smlad %[s0], %[t], %[x], %[s0]\n\t"                                                           \
    "smlad %[s1], %[w], %[x], %[s1]\n\t"                                                           \
    "smlad %[s2], %[t], %[y], %[s2]\n\t"                                                           \
    "smlad %[s3], %[w], %[y], %[s3]\n\t"                                                           \
    "ldrd %[x], %[y], [%[xp]], #8\n\t"                                                             \
    "smlad %[s4], %[t], %[x], %[s4]\n\t"                                                           \
    "smlad %[s5], %[w], %[x], %[s5]\n\t"                                                           \
    "smlad %[s6], %[t], %[y], %[s6]\n\t"                                                           \
    "smlad %[s7], %[w], %[y], %[s7]\n\t"

/* acc[2 * cell + channel] += the products of the pairs of inputs up to `end`; up to fours_end they
 * are taken four at a time. */
MRT_INLINE void mrt_dsp_sum_2x4(const int8_t *w, const int16_t *x, const int16_t *fours_end,
                                const int16_t *end, int32_t acc[8])
{
    uint32_t t0, t1, t2, t3;
    __asm__ volatile(
        "ldr %[t], %[fours]\n\t"
        "cmp %[xp], %[t]\n\t"
        "beq 2f\n"
        "1:\n\t" MRT_DSP_PAIR MRT_DSP_PAIR MRT_DSP_PAIR MRT_DSP_PAIR "ldr %[t], %[fours]\n\t"
        "cmp %[xp], %[t]\n\t"
        "bne 1b\n"
        "2:\n\t"
        "ldr %[t], %[last]\n\t"
        "cmp %[xp], %[t]\n\t"
        "beq 4f\n"
        "3:\n\t" MRT_DSP_PAIR "ldr %[t], %[last]\n\t"
        "cmp %[xp], %[t]\n\t"
        "bne 3b\n"
        "4:"
        : [s0] "+r"(acc[0]), [s1] "+r"(acc[1]), [s2] "+r"(acc[2]), [s3] "+r"(acc[3]),
          [s4] "+r"(acc[4]), [s5] "+r"(acc[5]), [s6] "+r"(acc[6]), [s7] "+r"(acc[7]), [wp] "+r"(w),
          [xp] "+r"(x), [w] "=&r"(t0), [t] "=&r"(t1), [x] "=&r"(t2), [y] "=&r"(t3)
        : [fours] "m"(fours_end), [last] "m"(end)
        : "cc", "memory");
}

/* What a row of a depthwise 3x3 convolution needs besides its 14 registers. */
typedef struct {
    int32_t bias; /* twice the bias */
    int32_t multiplier, right, zero;
    int32_t step;       /* bytes from one output to the next */
    const int16_t *end; /* where the pointer of the first row stops */
} mrt_dsp_row;

/* n pairs of neighbouring outputs. r0, r1, r2: three rows of the plane; w[2 * row] is the word
 * (2 w0, 2 w1) of a kernel row, w[2 * row + 1] is (2 w1, 2 w2). Of the values x0..x3 of a row, in
 * words (x0, x1) and (x2, x3):
 *   output 0: x0 w0 + x1 w1 (both halves), x2 w2 (low by high)
 *   output 1: x1 w0 (high by low), x2 w1 + x3 w2 (both halves)
 * Weights and bias are doubled, which saves the doubling of mrt_dsp_requant. 36 instructions for
 * two outputs. */
#define MRT_DSP_ROW(p, u, v)                                                                       \
    "ldrd %[x], %[y], [%[" p "]], #4\n\t"                                                          \
    "smlad %[s0], %[x], %[" u "], %[s0]\n\t"                                                       \
    "smlatb %[s1], %[x], %[" u "], %[s1]\n\t"                                                      \
    "smlabt %[s0], %[y], %[" v "], %[s0]\n\t"                                                      \
    "smlad %[s1], %[y], %[" v "], %[s1]\n\t"

MRT_NOINLINE int8_t *mrt_dsp_depthwise_row(const int16_t *r0, const int16_t *r1, const int16_t *r2,
                                           const uint32_t w[6], const mrt_dsp_row *c, int8_t *to)
{
    uint32_t x, y, w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3], w4 = w[4], w5 = w[5];
    int32_t s0, s1;
    int32_t bias = c->bias, multiplier = c->multiplier, right = c->right, zero = c->zero;
    int32_t step = c->step;
    const int16_t *end = c->end;
    __asm__ volatile("1:\n\t"
                     "ldr %[s0], %[bias]\n\t"
                     "ldr %[s1], %[bias]\n\t" MRT_DSP_ROW("r0", "a", "b")
                         MRT_DSP_ROW("r1", "c", "d")
                             MRT_DSP_ROW("r2", "e", "f") "ldr %[x], %[mult]\n\t"
                                                         "ldr %[y], %[zero]\n\t"
                                                         "smmulr %[s0], %[s0], %[x]\n\t"
                                                         "smmulr %[s1], %[s1], %[x]\n\t"
                                                         "ldr %[x], %[right]\n\t"
                                                         "add %[s0], %[s0], %[s0], asr #31\n\t"
                                                         "add %[s1], %[s1], %[s1], asr #31\n\t"
                                                         "asrs %[s0], %[s0], %[x]\n\t"
                                                         "adc %[s0], %[s0], %[y]\n\t"
                                                         "asrs %[s1], %[s1], %[x]\n\t"
                                                         "adc %[s1], %[s1], %[y]\n\t"
                                                         "ldr %[x], %[step]\n\t"
                                                         "ssat %[s0], #8, %[s0]\n\t"
                                                         "ssat %[s1], #8, %[s1]\n\t"
                                                         "strb %[s0], [%[to]]\n\t"
                                                         "strb %[s1], [%[to], %[x]]\n\t"
                                                         "ldr %[y], %[end]\n\t"
                                                         "add %[to], %[to], %[x], lsl #1\n\t"
                                                         "cmp %[r0], %[y]\n\t"
                                                         "bne 1b"
                     : [r0] "+r"(r0), [r1] "+r"(r1), [r2] "+r"(r2), [to] "+r"(to), [x] "=&r"(x),
                       [y] "=&r"(y), [s0] "=&r"(s0), [s1] "=&r"(s1), [a] "+r"(w0), [b] "+r"(w1),
                       [c] "+r"(w2), [d] "+r"(w3), [e] "+r"(w4), [f] "+r"(w5)
                     : [bias] "m"(bias), [mult] "m"(multiplier), [right] "m"(right),
                       [zero] "m"(zero), [step] "m"(step), [end] "m"(end)
                     : "cc", "memory");
    return to;
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

/* ---- Arm M-profile vector extension (Helium) ---- */

#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 1) && MRT_HAVE_DSP
#define MRT_HAVE_MVE 1
#include <arm_mve.h>

/* Two channels by four cells: w is the packed weights of a block (a[0] b[0] a[1] b[1] ...), x the n
 * int8 inputs of four cells, one cell after another. acc[2 * cell + channel]. Sixteen inputs at a
 * time; what is left is loaded lane by lane, so that nothing is read beyond the end. */
MRT_INLINE void mrt_mve_sum_2x4(const int8_t *w, const int8_t *x, int32_t n, int32_t acc[8])
{
    const int8_t *y = x + n, *u = y + n, *v = u + n;
    int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
    int32_t s4 = acc[4], s5 = acc[5], s6 = acc[6], s7 = acc[7];
    if (n >= 16) {
        /* vmladava sums up in even registers only, lr among them. Compilers keep lr for the loop
         * and move sums to and fro; here all 14 free registers are named. */
        register int32_t a0 __asm__("r0") = s0, a1 __asm__("r2") = s1, a2 __asm__("r4") = s2;
        register int32_t a3 __asm__("r6") = s3, a4 __asm__("r8") = s4, a5 __asm__("r10") = s5;
        register int32_t a6 __asm__("r12") = s6, a7 __asm__("r14") = s7;
        register const int8_t *wp __asm__("r1") = w, *xp __asm__("r3") = x;
        register const int8_t *yp __asm__("r5") = y, *up __asm__("r7") = u;
        register const int8_t *vp __asm__("r9") = v, *e __asm__("r11") = w + 2 * (n & ~15);
        __asm__ volatile("1:\n\t"
                         "vld20.8 {q0, q1}, [%[wp]]\n\t"
                         "vld21.8 {q0, q1}, [%[wp]]!\n\t"
                         "vldrb.u8 q2, [%[xp]], #16\n\t"
                         "vmladava.s8 %[a0], q2, q0\n\t"
                         "vmladava.s8 %[a1], q2, q1\n\t"
                         "vldrb.u8 q2, [%[yp]], #16\n\t"
                         "vmladava.s8 %[a2], q2, q0\n\t"
                         "vmladava.s8 %[a3], q2, q1\n\t"
                         "vldrb.u8 q2, [%[up]], #16\n\t"
                         "vmladava.s8 %[a4], q2, q0\n\t"
                         "vmladava.s8 %[a5], q2, q1\n\t"
                         "vldrb.u8 q2, [%[vp]], #16\n\t"
                         "vmladava.s8 %[a6], q2, q0\n\t"
                         "vmladava.s8 %[a7], q2, q1\n\t"
                         "cmp %[wp], %[e]\n\t"
                         "bne 1b"
                         : [a0] "+r"(a0), [a1] "+r"(a1), [a2] "+r"(a2), [a3] "+r"(a3),
                           [a4] "+r"(a4), [a5] "+r"(a5), [a6] "+r"(a6), [a7] "+r"(a7),
                           [wp] "+r"(wp), [xp] "+r"(xp), [yp] "+r"(yp), [up] "+r"(up), [vp] "+r"(vp)
                         : [e] "r"(e)
                         : "q0", "q1", "q2", "cc", "memory");
        s0 = a0, s1 = a1, s2 = a2, s3 = a3, s4 = a4, s5 = a5, s6 = a6, s7 = a7;
        w = wp, x = xp, y = yp, u = up, v = vp;
        n &= 15;
    }
    if (n > 0) {
        mve_pred16_t lanes = vctp8q((uint32_t)n);
        uint8x16_t even = vidupq_n_u8(0, 2);
        int8x16_t a = vldrbq_gather_offset_z_s8(w, even, lanes);
        int8x16_t b = vldrbq_gather_offset_z_s8(w + 1, even, lanes);
        int8x16_t in = vldrbq_z_s8(x, lanes);
        s0 = vmladavaq_s8(s0, in, a);
        s1 = vmladavaq_s8(s1, in, b);
        in = vldrbq_z_s8(y, lanes);
        s2 = vmladavaq_s8(s2, in, a);
        s3 = vmladavaq_s8(s3, in, b);
        in = vldrbq_z_s8(u, lanes);
        s4 = vmladavaq_s8(s4, in, a);
        s5 = vmladavaq_s8(s5, in, b);
        in = vldrbq_z_s8(v, lanes);
        s6 = vmladavaq_s8(s6, in, a);
        s7 = vmladavaq_s8(s7, in, b);
    }
    acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
    acc[4] = s4, acc[5] = s5, acc[6] = s6, acc[7] = s7;
}

/* Four channels (two blocks of packed weights, w and v) by the n int8 inputs of one cell:
 * acc[channel]. */
MRT_INLINE void mrt_mve_sum_4x1(const int8_t *w, const int8_t *v, const int8_t *x, int32_t n,
                                int32_t acc[4])
{
    int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
    for (; n >= 16; n -= 16, w += 32, v += 32, x += 16) {
        int8x16_t in = vldrbq_s8(x);
        int8x16x2_t ab = vld2q_s8(w);
        s0 = vmladavaq_s8(s0, in, ab.val[0]);
        s1 = vmladavaq_s8(s1, in, ab.val[1]);
        ab = vld2q_s8(v);
        s2 = vmladavaq_s8(s2, in, ab.val[0]);
        s3 = vmladavaq_s8(s3, in, ab.val[1]);
    }
    if (n > 0) {
        mve_pred16_t lanes = vctp8q((uint32_t)n);
        uint8x16_t even = vidupq_n_u8(0, 2);
        int8x16_t in = vldrbq_z_s8(x, lanes);
        s0 = vmladavaq_s8(s0, in, vldrbq_gather_offset_z_s8(w, even, lanes));
        s1 = vmladavaq_s8(s1, in, vldrbq_gather_offset_z_s8(w + 1, even, lanes));
        s2 = vmladavaq_s8(s2, in, vldrbq_gather_offset_z_s8(v, even, lanes));
        s3 = vmladavaq_s8(s3, in, vldrbq_gather_offset_z_s8(v + 1, even, lanes));
    }
    acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
}

MRT_INLINE void mrt_mve_copy(int8_t *to, const int8_t *from, int32_t n)
{
    for (; n > 0; n -= 16, to += 16, from += 16) {
        mve_pred16_t lanes = vctp8q((uint32_t)n);
        vstrbq_p_s8(to, vldrbq_z_s8(from, lanes), lanes);
    }
}

/* to[i] = from[i * step], n values widened to int16. */
MRT_INLINE void mrt_mve_load_row(int16_t *to, const int8_t *from, int32_t n, int32_t step)
{
    uint32x4_t offsets = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)step);
    for (; n >= 4; n -= 4, to += 4, from += 4 * step)
        vstrhq_s32(to, vldrbq_gather_offset_s32(from, offsets));
    if (n > 0) {
        mve_pred16_t lanes = vctp32q((uint32_t)n);
        vstrhq_p_s32(to, vldrbq_gather_offset_z_s32(from, offsets, lanes), lanes);
    }
}

/* n outputs of a depthwise 3x3 convolution, from three rows of the plane that lie `cols` apart, to
 * to[0], to[step], ...; four at a time. Requantisation for MRT_FAST_REQUANT and MRT_FULL_RANGE:
 * vqrdmulh is gemmlowp's high product, and adding -1 to negative values before the rounding shift
 * takes halves away from zero. Lanes behind the last output are neither read nor written. */
typedef struct {
    int32_t bias, multiplier, right, zero, step;
    const int32_t *weights; /* [9] */
} mrt_mve_row;

MRT_INLINE int32x4_t mrt_mve_requant(int32x4_t sum, const mrt_mve_row *c)
{
    int32x4_t q = vqrdmulhq_n_s32(sum, c->multiplier);
    q = vaddq_s32(q, vshrq_n_s32(q, 31));
    q = vaddq_n_s32(vrshlq_n_s32(q, -c->right), c->zero);
    return vminq_s32(vmaxq_s32(q, vdupq_n_s32(-128)), vdupq_n_s32(127));
}

/* Four accumulators of one channel to to[0], to[step], to[2 step], to[3 step]. */
MRT_INLINE void mrt_mve_finish_4(int32_t s0, int32_t s1, int32_t s2, int32_t s3,
                                 const mrt_mve_row *c, int8_t *to)
{
    uint32x4_t offsets = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)c->step);
    int32x4_t sum;
    __asm__("vmov %q0[2], %q0[0], %1, %3\n\t"
            "vmov %q0[3], %q0[1], %2, %4"
            : "=w"(sum)
            : "r"(s0), "r"(s1), "r"(s2), "r"(s3));
    vstrbq_scatter_offset_s32(to, offsets, mrt_mve_requant(sum, c));
}

/* An input of an addition: (q - zero) 2^20 multiplier / 2^31, rounded, / 2^right, rounded with
 * halves away from zero; right 0 is exact. */
typedef struct {
    int32_t zero, multiplier, right;
} mrt_mve_term;

MRT_INLINE int32x4_t mrt_mve_common(int32x4_t q, const mrt_mve_term *t)
{
    q = vshlq_n_s32(vsubq_n_s32(q, t->zero), 20);
    q = vqrdmulhq_n_s32(q, t->multiplier);
    if (t->right > 0)
        q = vrshlq_n_s32(vaddq_s32(q, vshrq_n_s32(q, 31)), -t->right);
    return q;
}

typedef struct {
    mrt_mve_term a, b;
    mrt_mve_row end;
    int32_t least, most;
} mrt_mve_sum;

/* n sums. */
MRT_INLINE void mrt_mve_add(const mrt_mve_sum *s, int32_t n, const int8_t *a, const int8_t *b,
                            int8_t *out)
{
    for (; n > 0; n -= 4, a += 4, b += 4, out += 4) {
        mve_pred16_t lanes = vctp32q((uint32_t)n);
        int32x4_t sum = vaddq_s32(mrt_mve_common(vldrbq_z_s32(a, lanes), &s->a),
                                  mrt_mve_common(vldrbq_z_s32(b, lanes), &s->b));
        sum = mrt_mve_requant(sum, &s->end);
        sum = vminq_s32(vmaxq_s32(sum, vdupq_n_s32(s->least)), vdupq_n_s32(s->most));
        vstrbq_p_s32(out, sum, lanes);
    }
}

/* Four accumulators, as they are in a vector, to to[0], to[step], ..., within bounds. */
MRT_INLINE void mrt_mve_store_4(int32x4_t sum, const mrt_mve_row *c, int32_t least, int32_t most,
                                int8_t *to)
{
    uint32x4_t offsets = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)c->step);
    sum = mrt_mve_requant(sum, c);
    sum = vminq_s32(vmaxq_s32(sum, vdupq_n_s32(least)), vdupq_n_s32(most));
    vstrbq_scatter_offset_s32(to, offsets, sum);
}

/* Four outputs at to + offsets, from three rows. */
MRT_INLINE void mrt_mve_depthwise_4(const int16_t *x, const int16_t *y, const int16_t *z,
                                    const mrt_mve_row *c, uint32x4_t offsets, int8_t *to)
{
    const int32_t *w = c->weights;
    int32x4_t sum = vdupq_n_s32(c->bias);
    sum = vmlaq_n_s32(sum, vldrhq_s32(x), w[0]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(x + 1), w[1]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(x + 2), w[2]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(y), w[3]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(y + 1), w[4]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(y + 2), w[5]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(z), w[6]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(z + 1), w[7]);
    sum = vmlaq_n_s32(sum, vldrhq_s32(z + 2), w[8]);
    vstrbq_scatter_offset_s32(to, offsets, mrt_mve_requant(sum, c));
}

/* What is left of a row of four or more is done as its last four: some are computed twice, to the
 * same value, as the plane is a copy of the input. */
MRT_INLINE void mrt_mve_depthwise_row(const int16_t *x, int32_t cols, int32_t n,
                                      const mrt_mve_row *c, int8_t *to)
{
    const int16_t *y = x + cols, *z = y + cols;
    uint32x4_t offsets = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)c->step);
    if (n >= 4) {
        int32_t rest = n & 3;
        for (n >>= 2; n > 0; n--, x += 4, y += 4, z += 4, to += 4 * c->step)
            mrt_mve_depthwise_4(x, y, z, c, offsets, to);
        int32_t back = 4 - rest;
        if (rest > 0)
            mrt_mve_depthwise_4(x - back, y - back, z - back, c, offsets, to - back * c->step);
        return;
    }
    const int32_t *w = c->weights;
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    int32x4_t sum = vdupq_n_s32(c->bias);
    for (int32_t ky = 0; ky < 9; ky += 3, x += cols) {
        sum = vmlaq_n_s32(sum, vldrhq_z_s32(x, lanes), w[ky]);
        sum = vmlaq_n_s32(sum, vldrhq_z_s32(x + 1, lanes), w[ky + 1]);
        sum = vmlaq_n_s32(sum, vldrhq_z_s32(x + 2, lanes), w[ky + 2]);
    }
    vstrbq_scatter_offset_p_s32(to, offsets, mrt_mve_requant(sum, c), lanes);
}
#else
#define MRT_HAVE_MVE 0
#endif

/* A freestanding compiler may still call these; a hosted C library or the start-up code of the
 * board provides them. */
#if __STDC_HOSTED__
#include <string.h>
#else
#ifdef __cplusplus
extern "C" {
#endif
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
#ifdef __cplusplus
}
#endif
#endif

#endif
