/* SPDX-License-Identifier: Apache-2.0 */
/* Inner loops of host_kernels.c for AVX-512 VNNI, AVX2 and plain C. Compiled into one program;
 * each function carries the instruction set it needs. Intel's intrinsics are documented in the
 * Intel Intrinsics Guide. Depends on device/nn. */
#include "graph/host_paths.h"

#include <string.h>

#include "device/nn/mrt_requant.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define HAVE_X86 1
#else
#define HAVE_X86 0
#endif

#define BLOCK 16 /* channels in a block of packed weights */

static int8_t finish(const mrt_conv *p, int32_t oc, int32_t acc)
{
    int32_t q = mrt_requant(acc, p->multiplier[oc], p->shift[oc]) + p->out_zero;
    return (int8_t)mrt_clamp(q, p->act_min, p->act_max);
}

/* ---- plain C ---- */

static void add_products(int32_t acc[BLOCK], const uint8_t *x, const int8_t *w, int32_t row)
{
    for (int32_t k = 0; k < row; k += 4)
        for (int32_t c = 0; c < BLOCK; c++)
            for (int32_t j = 0; j < 4; j++)
                acc[c] += x[k + j] * w[k * BLOCK + c * 4 + j];
}

static void multiply_portable(const mrt_conv *p, const uint8_t *patch, int32_t row, int32_t n_cells,
                              int8_t *out)
{
    const int8_t *w = p->weights;
    for (int32_t base = 0; base < p->out_c; base += BLOCK, w += BLOCK * row) {
        int32_t n = p->out_c - base < BLOCK ? p->out_c - base : BLOCK;
        for (int32_t i = 0; i < n_cells; i++) {
            int32_t acc[BLOCK] = {0};
            add_products(acc, patch + i * row, w, row);
            for (int32_t c = 0; c < n; c++)
                out[i * p->out_c + base + c] =
                    finish(p, base + c, (int32_t)((uint32_t)acc[c] + (uint32_t)p->bias[base + c]));
        }
    }
}

static void depthwise_portable(const mrt_conv *p, const int8_t *const *cells, int32_t *sums,
                               int8_t *out)
{
    int32_t n = p->out_c, window = p->kernel_h * p->kernel_w;
    memcpy(sums, p->bias, (size_t)n * sizeof *sums);
    for (int32_t t = 0; t < window; t++) {
        const int8_t *x = cells[t], *w = p->weights + (int64_t)t * n;
        for (int32_t c = 0; c < n; c++)
            sums[c] += x[c] * w[c];
    }
    for (int32_t c = 0; c < n; c++)
        out[c] = finish(p, c, sums[c]);
}

static const host_path portable = {"portable", multiply_portable, depthwise_portable};

#if HAVE_X86

/* ---- AVX2 ---- */

#define AVX2 __attribute__((target("avx2")))

/* Two cells by 16 channels. Each 256-bit sum holds two partial sums of four channels. */
AVX2 static void sum_avx2(const int8_t *w, const uint8_t *x, int32_t row, int32_t acc[2 * BLOCK])
{
    __m256i s[2][4];
    memset(s, 0, sizeof s);
    for (int32_t k = 0; k < row; k += 4, w += 4 * BLOCK) {
        __m256i in[2];
        for (int i = 0; i < 2; i++) {
            int32_t four;
            memcpy(&four, x + i * row + k, sizeof four);
            in[i] = _mm256_broadcastq_epi64(_mm_cvtepu8_epi16(_mm_cvtsi32_si128(four)));
        }
        for (int b = 0; b < 4; b++) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(w + 16 * b));
            __m256i weights = _mm256_cvtepi8_epi16(bytes);
            for (int i = 0; i < 2; i++)
                s[i][b] = _mm256_add_epi32(s[i][b], _mm256_madd_epi16(weights, in[i]));
        }
    }
    for (int i = 0; i < 2; i++) {
        for (int b = 0; b < 4; b++) {
            int32_t parts[8];
            _mm256_storeu_si256((__m256i *)(void *)parts, s[i][b]);
            for (int c = 0; c < 4; c++)
                acc[i * BLOCK + 4 * b + c] = parts[2 * c] + parts[2 * c + 1];
        }
    }
}

/* Eight accumulators to outputs: the two rounded products in 64 bits, as mrt_requant. */
AVX2 static __m256i requant_avx2(__m256i acc, __m256i multiplier, __m256i shift, __m256i half)
{
    const __m256i up = _mm256_set1_epi64x(1 << 30), zero = _mm256_setzero_si256();
    __m256i left = _mm256_max_epi32(shift, zero);
    __m256i right = _mm256_max_epi32(_mm256_sub_epi32(zero, shift), zero);
    __m256i x = _mm256_sllv_epi32(acc, left);
    __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, multiplier), up);
    __m256i odd = _mm256_add_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(multiplier, 32)), up);
    /* The wanted 32 bits start at bit 31 of each product. */
    __m256i high = _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xaa);
    /* Halves away from zero: |high| and half are below 2^30 each. */
    __m256i is_negative =
        _mm256_and_si256(_mm256_srai_epi32(high, 31), _mm256_cmpgt_epi32(right, zero));
    return _mm256_srav_epi32(_mm256_add_epi32(_mm256_add_epi32(high, half), is_negative), right);
}

/* n outputs of channels base..; needs MRT_FAST_REQUANT for whole vectors, else one by one. */
AVX2 static void finish_avx2(const mrt_conv *p, int32_t base, int32_t n, const int32_t *acc,
                             int8_t *out)
{
    int32_t i = 0;
    for (; (p->flags & MRT_FAST_REQUANT) && i + 8 <= n; i += 8) {
        const int32_t c = base + i;
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(acc + i));
        __m256i m = _mm256_loadu_si256((const __m256i *)(const void *)(p->multiplier + c));
        __m256i s =
            _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(p->shift + c)));
        __m256i right = _mm256_sub_epi32(_mm256_setzero_si256(), s);
        __m256i half = _mm256_srli_epi32(_mm256_sllv_epi32(_mm256_set1_epi32(1), right), 1);
        __m256i q = _mm256_add_epi32(requant_avx2(a, m, s, half), _mm256_set1_epi32(p->out_zero));
        q = _mm256_max_epi32(q, _mm256_set1_epi32(p->act_min));
        q = _mm256_min_epi32(q, _mm256_set1_epi32(p->act_max));
        __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1));
        _mm_storel_epi64((__m128i *)(void *)(out + i), _mm_packs_epi16(words, words));
    }
    for (; i < n; i++)
        out[i] = finish(p, base + i, acc[i]);
}

AVX2 static void multiply_avx2(const mrt_conv *p, const uint8_t *patch, int32_t row,
                               int32_t n_cells, int8_t *out)
{
    const int8_t *w = p->weights;
    for (int32_t base = 0; base < p->out_c; base += BLOCK, w += BLOCK * row) {
        int32_t n = p->out_c - base < BLOCK ? p->out_c - base : BLOCK;
        for (int32_t i = 0; i < n_cells; i += 2) {
            int32_t acc[2 * BLOCK];
            sum_avx2(w, patch + i * row, row, acc);
            for (int32_t j = 0; j < 2 && i + j < n_cells; j++) {
                int32_t *a = acc + j * BLOCK;
                for (int32_t c = 0; c < n; c++)
                    a[c] = (int32_t)((uint32_t)a[c] + (uint32_t)p->bias[base + c]);
                finish_avx2(p, base, n, a, out + (i + j) * p->out_c + base);
            }
        }
    }
}

AVX2 static void depthwise_avx2(const mrt_conv *p, const int8_t *const *cells, int32_t *sums,
                                int8_t *out)
{
    int32_t n = p->out_c, window = p->kernel_h * p->kernel_w, c = 0;
    for (; c + 8 <= n; c += 8) {
        __m256i s = _mm256_loadu_si256((const __m256i *)(const void *)(p->bias + c));
        for (int32_t t = 0; t < window; t++) {
            __m128i x8 = _mm_loadl_epi64((const __m128i *)(const void *)(cells[t] + c));
            __m128i w8 =
                _mm_loadl_epi64((const __m128i *)(const void *)(p->weights + (int64_t)t * n + c));
            __m128i products = _mm_mullo_epi16(_mm_cvtepi8_epi16(x8), _mm_cvtepi8_epi16(w8));
            s = _mm256_add_epi32(s, _mm256_cvtepi16_epi32(products));
        }
        _mm256_storeu_si256((__m256i *)(void *)(sums + c), s);
    }
    for (; c < n; c++) {
        sums[c] = p->bias[c];
        for (int32_t t = 0; t < window; t++)
            sums[c] += cells[t][c] * p->weights[(int64_t)t * n + c];
    }
    finish_avx2(p, 0, n, sums, out);
}

static const host_path avx2 = {"avx2", multiply_avx2, depthwise_avx2};

/* ---- AVX-512 VNNI ---- */

#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

/* 16 accumulators to outputs; any shift. y is the first rounded product in 64-bit lanes. */
VNNI static __m512i round_shift_vnni(__m512i product, __m512i right)
{
    const __m512i up = _mm512_set1_epi64(1 << 30), one = _mm512_set1_epi64(1);
    __m512i y = _mm512_srai_epi64(_mm512_add_epi64(product, up), 31);
    __m512i half = _mm512_srli_epi64(_mm512_sllv_epi64(one, right), 1);
    __mmask8 is_negative = _mm512_movepi64_mask(y) & _mm512_test_epi64_mask(right, right);
    y = _mm512_add_epi64(y, half);
    y = _mm512_mask_sub_epi64(y, is_negative, y, one);
    return _mm512_srav_epi64(y, right);
}

typedef struct {
    __m512i bias, multiplier, odd_multiplier, left, right, odd_right;
} block_vnni;

VNNI static block_vnni load_block(const mrt_conv *p, int32_t base, __mmask16 lanes)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i shift = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(lanes, p->shift + base));
    __m512i right = _mm512_max_epi32(_mm512_sub_epi32(zero, shift), zero);
    block_vnni b;
    b.bias = _mm512_maskz_loadu_epi32(lanes, p->bias + base);
    b.multiplier = _mm512_maskz_loadu_epi32(lanes, p->multiplier + base);
    b.odd_multiplier = _mm512_srli_epi64(b.multiplier, 32);
    b.left = _mm512_max_epi32(shift, zero);
    b.right = _mm512_and_si512(right, _mm512_set1_epi64(0xffffffff));
    b.odd_right = _mm512_srli_epi64(right, 32);
    return b;
}

VNNI static void finish_vnni(const mrt_conv *p, const block_vnni *b, __m512i acc, __mmask16 lanes,
                             int8_t *out)
{
    __m512i x = _mm512_sllv_epi32(acc, b->left);
    __m512i even = round_shift_vnni(_mm512_mul_epi32(x, b->multiplier), b->right);
    __m512i odd = round_shift_vnni(_mm512_mul_epi32(_mm512_srli_epi64(x, 32), b->odd_multiplier),
                                   b->odd_right);
    __m512i q = _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32));
    q = _mm512_add_epi32(q, _mm512_set1_epi32(p->out_zero));
    q = _mm512_max_epi32(q, _mm512_set1_epi32(p->act_min));
    q = _mm512_min_epi32(q, _mm512_set1_epi32(p->act_max));
    _mm512_mask_cvtepi32_storeu_epi8(out, lanes, q);
}

VNNI static void multiply_vnni(const mrt_conv *p, const uint8_t *patch, int32_t row,
                               int32_t n_cells, int8_t *out)
{
    const int8_t *w = p->weights;
    for (int32_t base = 0; base < p->out_c; base += BLOCK, w += BLOCK * row) {
        int32_t n = p->out_c - base < BLOCK ? p->out_c - base : BLOCK;
        __mmask16 lanes = (__mmask16)((1u << n) - 1);
        block_vnni b = load_block(p, base, lanes);
        __m512i s[HOST_CELLS] = {b.bias, b.bias, b.bias, b.bias};
        for (int32_t k = 0; k < row; k += 4) {
            __m512i weights = _mm512_loadu_si512(w + k * BLOCK);
            for (int i = 0; i < HOST_CELLS; i++) {
                int32_t four;
                memcpy(&four, patch + i * row + k, sizeof four);
                s[i] = _mm512_dpbusd_epi32(s[i], _mm512_set1_epi32(four), weights);
            }
        }
        for (int32_t i = 0; i < n_cells; i++)
            finish_vnni(p, &b, s[i], lanes, out + i * p->out_c + base);
    }
}

VNNI static void depthwise_vnni(const mrt_conv *p, const int8_t *const *cells, int32_t *sums,
                                int8_t *out)
{
    int32_t n = p->out_c, window = p->kernel_h * p->kernel_w;
    (void)sums;
    for (int32_t c = 0; c < n; c += BLOCK) {
        int32_t left = n - c < BLOCK ? n - c : BLOCK;
        __mmask16 lanes = (__mmask16)((1u << left) - 1);
        block_vnni b = load_block(p, c, lanes);
        __m512i s = b.bias;
        for (int32_t t = 0; t < window; t++) {
            __m256i x = _mm256_cvtepi8_epi16(_mm_maskz_loadu_epi8(lanes, cells[t] + c));
            __m256i w =
                _mm256_cvtepi8_epi16(_mm_maskz_loadu_epi8(lanes, p->weights + (int64_t)t * n + c));
            s = _mm512_add_epi32(s, _mm512_cvtepi16_epi32(_mm256_mullo_epi16(x, w)));
        }
        finish_vnni(p, &b, s, lanes, out + c);
    }
}

static const host_path vnni = {"avx512vnni", multiply_vnni, depthwise_vnni};

static bool is_present(const host_path *p)
{
    if (p == &vnni)
        return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return p == &portable || __builtin_cpu_supports("avx2");
}

static const host_path *const paths[] = {&vnni, &avx2, &portable};

#else

static bool is_present(const host_path *p)
{
    return p == &portable;
}

static const host_path *const paths[] = {&portable};

#endif

#define N_PATHS (sizeof paths / sizeof paths[0])

const host_path *host_path_best(void)
{
    for (size_t i = 0; i < N_PATHS; i++)
        if (is_present(paths[i]))
            return paths[i];
    return &portable;
}

const host_path *host_path_find(const char *name)
{
    for (size_t i = 0; i < N_PATHS; i++)
        if (strcmp(paths[i]->name, name) == 0 && is_present(paths[i]))
            return paths[i];
    return NULL;
}
