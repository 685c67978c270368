/* SPDX-License-Identifier: Apache-2.0 */
/* Each kernel: the portable build against a double-precision loop, every other build against the
 * portable one byte for byte, at sizes that fill and do not fill vectors and tiles. */
#include <math.h>

#include "base/rng.h"
#include "learn/kernels.h"
#include "support.h"

static const mote_simd others[] = {MOTE_SIMD_AVX2, MOTE_SIMD_AVX512};

static const mote_kernels *build_of(mote_simd level)
{
    const mote_kernels *k = NULL;
    return mote_kernels_get(level, &k, NULL) == MOTE_OK ? k : NULL;
}

static float *random_floats(mote_rng *rng, size_t n)
{
    float *x = calloc(n ? n : 1, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)mote_rng_normal(rng);
    return x;
}

static bool near(double want, float got, double scale)
{
    return fabs(want - (double)got) <= 2e-6 * scale;
}

/* ------------------------------------------------------------------ gemm */

typedef struct {
    int32_t m, n, k;
    bool transposed;
    int32_t start; /* 0 none, 1 bias, 2 add */
} product;

static void run_gemm(const mote_kernels *k, const product *p, const float *a, const float *b,
                     const float *bias, float *c)
{
    mote_gemm g = {.m = p->m,
                   .n = p->n,
                   .k = p->k,
                   .a = a,
                   .a_row = p->transposed ? 1 : p->k,
                   .a_col = p->transposed ? p->m : 1,
                   .b = b,
                   .ldb = p->n + 3,
                   .c = c,
                   .ldc = p->n + 1};
    if (p->start == 1)
        g.start = bias;
    if (p->start == 2) {
        g.start = c;
        g.ld_start = p->n + 1;
    }
    k->gemm(&g);
}

static void check_product(mote_rng *rng, const product *p)
{
    size_t m = (size_t)p->m, n = (size_t)p->n, k = (size_t)p->k, size_c = m * (n + 1);
    float *a = random_floats(rng, m * k), *b = random_floats(rng, k * (n + 3)),
          *bias = random_floats(rng, n);
    float *before = random_floats(rng, size_c), *c = calloc(size_c, sizeof *c),
          *d = calloc(size_c, sizeof *d);
    memcpy(c, before, size_c * sizeof *c);
    run_gemm(build_of(MOTE_SIMD_PORTABLE), p, a, b, bias, c);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = p->start == 1   ? (double)bias[j]
                         : p->start == 2 ? (double)before[i * (n + 1) + j]
                                         : 0.0;
            for (size_t l = 0; l < k; l++)
                sum +=
                    (double)a[p->transposed ? l * m + i : i * k + l] * (double)b[l * (n + 3) + j];
            assert_true(near(sum, c[i * (n + 1) + j], 1.0 + (double)k));
        }
        assert_memory_equal(&c[i * (n + 1) + n], &before[i * (n + 1) + n],
                            sizeof *c); /* beyond the row */
    }
    for (size_t l = 0; l < T_COUNT(others); l++) {
        const mote_kernels *o = build_of(others[l]);
        if (!o)
            continue;
        memcpy(d, before, size_c * sizeof *d);
        run_gemm(o, p, a, b, bias, d);
        assert_memory_equal(c, d, size_c * sizeof *c);
    }
    free(a);
    free(b);
    free(bias);
    free(before);
    free(c);
    free(d);
}

static void products_are_right_and_the_same_in_every_build(void **unused)
{
    (void)unused;
    static const product fixed[] = {
        {1, 1, 1, false, 0},      {125, 64, 64, false, 1}, {64, 64, 125, true, 2},
        {13, 130, 300, false, 0}, {7, 31, 257, true, 2},   {12, 16, 512, false, 1},
        {6, 48, 3, true, 0},      {25, 12, 64, false, 1},  {3, 0, 5, false, 0}};
    mote_rng rng;
    mote_rng_init(&rng, 1);
    for (size_t i = 0; i < T_COUNT(fixed); i++)
        check_product(&rng, &fixed[i]);
    mote_rng_init(&rng, t_seed());
    for (int32_t i = 0; i < 150; i++) {
        product p = {.m = 1 + (int32_t)mote_rng_below(&rng, 40),
                     .n = 1 + (int32_t)mote_rng_below(&rng, 150),
                     .k = 1 + (int32_t)mote_rng_below(&rng, 40),
                     .transposed = mote_rng_below(&rng, 2) == 1,
                     .start = (int32_t)mote_rng_below(&rng, 3)};
        check_product(&rng, &p);
    }
}

/* ------------------------------------------------------------------ rows x channels */

typedef struct {
    int32_t rows, c;
    float *x, *g, *p[4];
} table;

static table table_make(mote_rng *rng, int32_t rows, int32_t c)
{
    size_t n = (size_t)rows * (size_t)c;
    table t = {.rows = rows, .c = c, .x = random_floats(rng, n), .g = random_floats(rng, n)};
    for (size_t i = 0; i < 4; i++)
        t.p[i] = random_floats(rng, (size_t)c);
    return t;
}

static void table_free(table *t)
{
    free(t->x);
    free(t->g);
    for (size_t i = 0; i < 4; i++)
        free(t->p[i]);
}

/* Everything a build makes of a table, in one buffer: three tables, six rows. */
static float *all_of(const mote_kernels *k, const table *t, float low, float high)
{
    size_t c = (size_t)t->c, n = (size_t)t->rows * c;
    float *out = calloc(3 * n + 6 * c, sizeof *out), *rows = out + 3 * n;
    k->affine(t->rows, t->c, t->x, t->p[0], t->p[1], low, high, out);
    memcpy(out + n, t->g, n * sizeof *out);
    k->mask_sums(t->rows, t->c, t->x, t->p[0], t->p[1], low, high, t->p[2], out + n, rows,
                 rows + c);
    k->norm_grad(t->rows, t->c, t->g, t->x, t->p[0], t->p[1], t->p[3], out + 2 * n);
    k->mask(t->rows, t->c, t->g, t->p[0], t->p[1], low, high, out + 2 * n);
    k->moments(t->rows, t->c, t->x, rows + 2 * c, rows + 3 * c);
    k->column_sums(t->rows, t->c, t->x, rows + 4 * c, false);
    k->column_sums(t->rows, t->c, t->g, rows + 4 * c, true);
    return out;
}

static void check_against_double(const table *t, float low, float high, const float *out)
{
    size_t c = (size_t)t->c, rows = (size_t)t->rows, n = rows * c;
    const float *sums = out + 3 * n;
    for (size_t ch = 0; ch < c; ch++) {
        double sg = 0, sgx = 0, sum = 0, square = 0, both = 0, scale = (double)t->p[0][ch];
        for (size_t r = 0; r < rows; r++)
            sum += (double)t->x[r * c + ch];
        for (size_t r = 0; r < rows; r++) {
            size_t i = r * c + ch;
            double x = (double)t->x[i], g = (double)t->g[i], z = x * scale + (double)t->p[1][ch];
            double clamped = fmin(fmax(z, (double)low), (double)high);
            bool inside = z > (double)low && z < (double)high;
            assert_true(near(clamped, out[i], 10.0));
            double kept = inside ? g : 0.0;
            if (fabs(z - (double)low) > 1e-5 && fabs(z - (double)high) > 1e-5)
                assert_true(near(kept, out[n + i], 1.0));
            kept = (double)out[n + i];
            sg += kept;
            sgx += kept * (x - (double)t->p[2][ch]);
            square += (x - sum / (double)rows) * (x - sum / (double)rows);
            both += x + g;
        }
        double size = 10.0 * (double)rows;
        assert_true(near(sg, sums[ch], size) && near(sgx, sums[c + ch], size));
        assert_true(near(sum, sums[2 * c + ch], size) && near(square, sums[3 * c + ch], size));
        assert_true(near(both, sums[4 * c + ch], size));
    }
}

static void tables_are_right_and_the_same_in_every_build(void **unused)
{
    (void)unused;
    static const int32_t channels[] = {1, 3, 15, 16, 17, 24, 40, 64, 79, 80, 100, 128, 131};
    mote_rng rng;
    mote_rng_init(&rng, 2);
    for (size_t i = 0; i < T_COUNT(channels); i++) {
        table t = table_make(&rng, (int32_t)(1 + i * 3), channels[i]);
        float low = i % 3 ? 0.0f : -HUGE_VALF, high = i % 2 ? 0.7f : HUGE_VALF;
        size_t n = (size_t)t.c * (3 * (size_t)t.rows + 6);
        float *want = all_of(build_of(MOTE_SIMD_PORTABLE), &t, low, high);
        check_against_double(&t, low, high, want);
        for (size_t l = 0; l < T_COUNT(others); l++) {
            const mote_kernels *o = build_of(others[l]);
            if (!o)
                continue;
            float *got = all_of(o, &t, low, high);
            assert_memory_equal(want, got, n * sizeof *want);
            free(got);
        }
        free(want);
        table_free(&t);
    }
}

static void a_value_that_is_no_number_passes_through_a_clamp(void **unused)
{
    (void)unused;
    static const mote_simd all[] = {MOTE_SIMD_PORTABLE, MOTE_SIMD_AVX2, MOTE_SIMD_AVX512};
    for (size_t l = 0; l < T_COUNT(all); l++) {
        const mote_kernels *k = build_of(all[l]);
        if (!k)
            continue;
        float x[17], one[17], zero[17] = {0}, out[17];
        for (size_t i = 0; i < 17; i++) {
            x[i] = i % 2 ? NAN : -1.0f;
            one[i] = 1.0f;
        }
        k->affine(1, 17, x, one, zero, 0.0f, 6.0f, out);
        for (size_t i = 0; i < 17; i++)
            assert_true(i % 2 ? isnan(out[i]) : fabsf(out[i]) <= 0.0f);
    }
}

/* ------------------------------------------------------------------ depthwise, optimiser */

static void depthwise_is_right_and_the_same_in_every_build(void **unused)
{
    (void)unused;
    mote_rng rng;
    mote_rng_init(&rng, 3);
    for (int32_t round = 0; round < 40; round++) {
        mote_depthwise d = {.out_h = 1 + (int32_t)mote_rng_below(&rng, 5),
                            .out_w = 1 + (int32_t)mote_rng_below(&rng, 5),
                            .c = 1 + (int32_t)mote_rng_below(&rng, 40),
                            .kernel_h = round % 2 ? 3 : 1 + (int32_t)mote_rng_below(&rng, 5),
                            .kernel_w = round % 2 ? 3 : 1 + (int32_t)mote_rng_below(&rng, 5),
                            .stride_h = 1 + (int32_t)mote_rng_below(&rng, 2),
                            .stride_w = 1 + (int32_t)mote_rng_below(&rng, 2),
                            .dilation_h = round % 4 < 2 ? 1 : 1 + (int32_t)mote_rng_below(&rng, 3),
                            .dilation_w = round % 4 < 2 ? 1 : 1 + (int32_t)mote_rng_below(&rng, 3)};
        d.in_w = (d.out_w - 1) * d.stride_w + (d.kernel_w - 1) * d.dilation_w + 1;
        size_t c = (size_t)d.c, in_w = (size_t)d.in_w, taps = (size_t)(d.kernel_h * d.kernel_w);
        size_t n_rows = (size_t)((d.out_h - 1) * d.stride_h + (d.kernel_h - 1) * d.dilation_h + 1);
        size_t n_in = n_rows * in_w * c;
        size_t pixels = (size_t)(d.out_h * d.out_w), n_out = pixels * c;
        float *in = random_floats(&rng, n_in), *w = random_floats(&rng, taps * c),
              *bias = random_floats(&rng, c);
        float *g = random_floats(&rng, n_out), *out = calloc(2 * n_out, sizeof *out),
              *dw = calloc(2 * taps * c, sizeof *dw);
        const mote_kernels *k = build_of(MOTE_SIMD_PORTABLE);
        k->depthwise(&d, in, w, bias, out);
        k->depthwise_weights(&d, in, g, dw, false);
        k->depthwise_weights(&d, in, g, dw, true);
        for (size_t ch = 0; ch < c; ch++) {
            for (size_t t = 0; t < taps; t++) {
                double sum = 0.0;
                for (size_t p = 0; p < pixels; p++) {
                    size_t y = p / (size_t)d.out_w * (size_t)d.stride_h +
                               t / (size_t)d.kernel_w * (size_t)d.dilation_h;
                    size_t x = p % (size_t)d.out_w * (size_t)d.stride_w +
                               t % (size_t)d.kernel_w * (size_t)d.dilation_w;
                    sum += 2.0 * (double)g[p * c + ch] * (double)in[(y * in_w + x) * c + ch];
                }
                assert_true(near(sum, dw[t * c + ch], 100.0));
            }
            for (size_t p = 0; p < pixels; p++) {
                double sum = (double)bias[ch];
                for (size_t t = 0; t < taps; t++) {
                    size_t y = p / (size_t)d.out_w * (size_t)d.stride_h +
                               t / (size_t)d.kernel_w * (size_t)d.dilation_h;
                    size_t x = p % (size_t)d.out_w * (size_t)d.stride_w +
                               t % (size_t)d.kernel_w * (size_t)d.dilation_w;
                    sum += (double)in[(y * in_w + x) * c + ch] * (double)w[t * c + ch];
                }
                assert_true(near(sum, out[p * c + ch], 100.0));
            }
        }
        for (size_t l = 0; l < T_COUNT(others); l++) {
            const mote_kernels *o = build_of(others[l]);
            if (!o)
                continue;
            o->depthwise(&d, in, w, bias, out + n_out);
            o->depthwise_weights(&d, in, g, dw + taps * c, false);
            o->depthwise_weights(&d, in, g, dw + taps * c, true);
            assert_memory_equal(out, out + n_out, n_out * sizeof *out);
            assert_memory_equal(dw, dw + taps * c, taps * c * sizeof *dw);
        }
        free(in);
        free(w);
        free(bias);
        free(g);
        free(out);
        free(dw);
    }
}

static void runs_of_values_are_the_same_in_every_build(void **unused)
{
    (void)unused;
    enum { N = 77 };
    mote_rng rng;
    mote_rng_init(&rng, 4);
    float *g = random_floats(&rng, N), *start = random_floats(&rng, 3 * N), want[3 * N], got[3 * N];
    mote_adam_step s = {.rate = 0.01f,
                        .beta_1 = 0.9f,
                        .beta_2 = 0.99f,
                        .epsilon = 1e-8f,
                        .correction_1 = 1.5f,
                        .correction_2 = 2.5f,
                        .decay = 0.1f,
                        .grad_scale = 0.5f};
    for (size_t i = 2 * N; i < 3 * N; i++)
        start[i] = fabsf(start[i]); /* second moments */
    for (size_t l = 0; l < 1 + T_COUNT(others); l++) {
        const mote_kernels *k = build_of(l == 0 ? MOTE_SIMD_PORTABLE : others[l - 1]);
        if (!k)
            continue;
        memcpy(got, start, sizeof got);
        k->adam(&s, N, g, got, got + N, got + 2 * N);
        k->add_to(N, g, got + N);
        k->blend(N, 0.3f, 0.7f, g, got + 2 * N);
        if (l == 0)
            memcpy(want, got, sizeof want);
        assert_memory_equal(want, got, sizeof want);
    }
    free(g);
    free(start);
}

static void a_level_nobody_has_is_refused(void **unused)
{
    (void)unused;
    mote_err err;
    const mote_kernels *k = NULL;
    T_FAILS(mote_kernels_get((mote_simd)9, &k, &err), MOTE_UNSUPPORTED, "level 9");
    assert_null(k);
    T_OK(mote_kernels_get(MOTE_SIMD_AUTO, &k, &err));
    assert_non_null(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_right_and_the_same_in_every_build),
        cmocka_unit_test(tables_are_right_and_the_same_in_every_build),
        cmocka_unit_test(a_value_that_is_no_number_passes_through_a_clamp),
        cmocka_unit_test(depthwise_is_right_and_the_same_in_every_build),
        cmocka_unit_test(runs_of_values_are_the_same_in_every_build),
        cmocka_unit_test(a_level_nobody_has_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
