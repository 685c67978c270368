/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of device/signal/mrt_series*.c, mrt_statistics.c and mrt_spectral.c against slow references
 * in double. tests/device/run_signal.sh holds the bits equal on every target. */
#include "support.h"

#include <math.h>

#include "device/signal/mrt_series.h"
#include "signal_pcm.h"

#define MAX_STEPS 700
#define CHANNELS  3

static int16_t whole[MAX_STEPS * CHANNELS];
static float real[MAX_STEPS * CHANNELS];
static uint64_t scratch[4096];
static uint32_t memory[8192];

/* Accelerometers: a slow movement, a vibration, noise; loudness differs from kind to kind. */
static void fill(pcm_rng *r, int kind)
{
    const double loud = pow(2.0, 15 - kind % 13) - 1.0;
    for (int i = 0; i < MAX_STEPS; i++) {
        for (int c = 0; c < CHANNELS; c++) {
            const double noise = (double)(pcm_draw(r) & 0xffffu) / 32768.0 - 1.0;
            double x = kind % 3 == 0
                           ? noise
                           : 0.5 * sin(0.07 * (c + 1) * i) + 0.3 * sin(1.1 * i + c) + 0.2 * noise;
            if (kind == 25)
                x = i % 2 == 0 ? 1.0 : -1.0; /* the widest */
            if (kind == 26)
                x = c == 0 ? 0.3 : 1.0; /* nothing moves */
            if (kind == 27)
                x = i == 17 ? 1.0 : 0.0; /* one blow */
            whole[i * CHANNELS + c] = (int16_t)lround(x * (kind >= 25 ? 32767.0 : loud));
            real[i * CHANNELS + c] = (float)(x * 9.81 + 20.0 * c);
        }
    }
}

static mrt_series_config statistics_config(int32_t window, int32_t is_fixed, int32_t bytes)
{
    mrt_series_config c = {
        .kind = MRT_STATISTICS,
        .is_fixed = is_fixed,
        .number_bytes = bytes,
        .n_channels = CHANNELS,
        .window = window,
        .hop = (window + 1) / 2,
        .n_statistics = 12,
        .statistics = {MRT_STATISTIC_MEAN, MRT_STATISTIC_RMS, MRT_STATISTIC_DEVIATION,
                       MRT_STATISTIC_SKEWNESS, MRT_STATISTIC_KURTOSIS, MRT_STATISTIC_CROSSINGS,
                       MRT_STATISTIC_QUANTILE, MRT_STATISTIC_QUANTILE + 100,
                       MRT_STATISTIC_QUANTILE + 250, MRT_STATISTIC_QUANTILE + 500,
                       MRT_STATISTIC_QUANTILE + 905, MRT_STATISTIC_QUANTILE + 1000}};
    return c;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The definitions of the header. */
static double statistic_of(const double *x, int n, int32_t statistic)
{
    double m = 0, m2 = 0, m3 = 0, m4 = 0, square = 0, sorted[MAX_STEPS];
    int crossings = 0;
    for (int i = 0; i < n; i++)
        m += x[i] / n, square += x[i] * x[i] / n;
    for (int i = 0; i < n; i++) {
        const double d = x[i] - m;
        m2 += d * d / n, m3 += d * d * d / n, m4 += d * d * d * d / n;
        crossings += i > 0 && (d >= 0) != (x[i - 1] - m >= 0);
        sorted[i] = x[i];
    }
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    if (m2 < m * m * 1e-20) /* of n equal numbers */
        m2 = m3 = m4 = 0;
    const double s = sqrt(m2), p = (statistic - MRT_STATISTIC_QUANTILE) / 1000.0 * (n - 1);
    switch (statistic) {
    case MRT_STATISTIC_MEAN:
        return m;
    case MRT_STATISTIC_RMS:
        return sqrt(square);
    case MRT_STATISTIC_DEVIATION:
        return s;
    case MRT_STATISTIC_SKEWNESS:
        return m2 > 0 ? m3 / (s * s * s) : 0;
    case MRT_STATISTIC_KURTOSIS:
        return m2 > 0 ? m4 / (m2 * m2) - 3 : -3;
    case MRT_STATISTIC_CROSSINGS:
        return (double)crossings / (n - 1);
    default: {
        const int i = (int)floor(p + 1e-9);
        return i + 1 < n ? sorted[i] + (sorted[i + 1] - sorted[i]) * (p - i) : sorted[n - 1];
    }
    }
}

/* Largest error of value v of a window, as a share of what rounding explains. */
static void check_value(double got, double want, double absolute, double relative, const char *what,
                        int kind, int v)
{
    if (!(fabs(got - want) <= absolute + relative * fabs(want)))
        fail_msg("%s, data %d, value %d: %.9g, not %.9g", what, kind, v, got, want);
}

static void statistics_are_what_they_are_called(void **state)
{
    (void)state;
    static const int32_t windows[] = {2, 3, 16, 100, 257, 700};
    pcm_rng r = {11};
    for (int kind = 0; kind < 28; kind++) {
        fill(&r, kind);
        for (size_t w = 0; w < T_COUNT(windows); w++) {
            const int32_t n = windows[w];
            mrt_series_config c = statistics_config(n, 0, 4);
            mrt_series_tables t;
            float f[64], fi[64];
            int32_t q[64];
            assert_int_equal(mrt_series_check(&c), MRT_SERIES_OK);
            assert_int_equal(mrt_series_values(&c), 36);
            mrt_series_build(&c, NULL, NULL, memory, &t);
            mrt_statistics_f32(&t, real, scratch, f);
            mrt_statistics_f32_i16(&t, whole, scratch, fi);
            c = statistics_config(n, 1, 2);
            mrt_series_build(&c, NULL, NULL, memory, &t);
            mrt_statistics_q(&t, whole, scratch, q);
            for (int v = 0; v < 36; v++) {
                const int32_t statistic = c.statistics[v % 12], channel = v / 12;
                double x[MAX_STEPS], y[MAX_STEPS];
                for (int i = 0; i < n; i++) {
                    x[i] = (double)real[i * CHANNELS + channel];
                    y[i] = whole[i * CHANNELS + channel];
                }
                const double deviation = statistic_of(x, n, MRT_STATISTIC_DEVIATION);
                /* What the numbers themselves leave of a deviation. */
                if (deviation > 1e-3 || statistic != MRT_STATISTIC_SKEWNESS)
                    if (deviation > 1e-3 || (statistic != MRT_STATISTIC_KURTOSIS &&
                                             statistic != MRT_STATISTIC_CROSSINGS))
                        check_value((double)f[v], statistic_of(x, n, statistic), 3e-4, 3e-4,
                                    "float", kind, v);
                const double want = statistic_of(y, n, statistic);
                /* A step of 2^-12, and of z^4 as many roundings as z is large. */
                check_value(q[v] / 4096.0, want, 1.5 / 4096, 2e-3, "fixed", kind, v);
                check_value((double)fi[v], want, 3e-4, 3e-4, "float of int16", kind, v);
            }
        }
    }
}

/* ---- spectral ---- */

static mrt_series_config spectral_config(int32_t window, int32_t n_fft, int32_t n_bands,
                                         int32_t is_fixed, int32_t bytes)
{
    mrt_series_config c = {.kind = MRT_SPECTRAL,
                           .is_fixed = is_fixed,
                           .number_bytes = bytes,
                           .n_channels = CHANNELS,
                           .window = window,
                           .hop = window,
                           .n_fft = n_fft,
                           .n_bands = n_bands,
                           .low_ppm = 10000,
                           .high_ppm = 480000};
    return c;
}

/* The definition, bin by bin. */
static double band_of(const double *x, const mrt_series_config *c, int b)
{
    const double pi = 3.14159265358979323846;
    const int n = c->window;
    double m = 0, sum = 0;
    for (int i = 0; i < n; i++)
        m += x[i] / n;
    const double low = c->low_ppm / 1e6, width = (c->high_ppm - c->low_ppm) / 1e6 / c->n_bands;
    for (int k = 1; k < c->n_fft / 2; k++) {
        const double at = (double)k / c->n_fft, from = low + b * width, to = from + width;
        double re = 0, im = 0;
        if (at < from - 1e-12 || at >= to - 1e-12)
            continue;
        for (int i = 0; i < n; i++) {
            const double y = (x[i] - m) * (0.5 - 0.5 * cos(2 * pi * i / n));
            re += y * cos(2 * pi * (double)(k * i % c->n_fft) / c->n_fft);
            im -= y * sin(2 * pi * (double)(k * i % c->n_fft) / c->n_fft);
        }
        sum += re * re + im * im;
    }
    return log(sum / n / n + 1e-6);
}

static void bands_hold_the_energy_of_their_bins(void **state)
{
    (void)state;
    static const struct {
        int32_t window, n_fft, n_bands;
    } sizes[] = {{16, 16, 3},    {8, 16, 2},    {50, 64, 6},
                 {100, 128, 12}, {128, 128, 8}, {500, 512, 16}};
    pcm_rng r = {12};
    double worst_f = 0, worst_q = 0;
    for (int kind = 0; kind < 28; kind++) {
        fill(&r, kind);
        for (size_t s = 0; s < T_COUNT(sizes); s++) {
            mrt_series_config c =
                spectral_config(sizes[s].window, sizes[s].n_fft, sizes[s].n_bands, 0, 4);
            mrt_series_tables t;
            float f[64], fi[64];
            int32_t q[64];
            assert_int_equal(mrt_series_check(&c), MRT_SERIES_OK);
            mrt_series_build(&c, NULL, NULL, memory, &t);
            mrt_spectral_f32(&t, real, scratch, f);
            mrt_spectral_f32_i16(&t, whole, scratch, fi);
            c.is_fixed = 1;
            c.number_bytes = 2;
            mrt_series_build(&c, NULL, NULL, memory, &t);
            mrt_spectral_q(&t, whole, scratch, q);
            for (int v = 0; v < c.n_bands * CHANNELS; v++) {
                double x[MAX_STEPS], y[MAX_STEPS];
                for (int i = 0; i < c.window; i++) {
                    x[i] = (double)real[i * CHANNELS + v / c.n_bands];
                    y[i] = whole[i * CHANNELS + v / c.n_bands];
                }
                const double want = band_of(x, &c, v % c.n_bands);
                const double of_y = band_of(y, &c, v % c.n_bands);
                /* A band far below the loudest drowns in its rounding: single precision holds 2^-24
                 * of it, fixed point 2^-26 of full scale and the 11 bits of a mantissa. */
                if (want > -9)
                    worst_f = fmax(worst_f, fabs((double)f[v] - want));
                if (of_y > 4)
                    worst_q = fmax(worst_q, fabs(q[v] / 4096.0 - of_y));
                check_value((double)f[v], want, want > -9 ? 2e-3 : 1.0, 0, "float", kind, v);
                if (of_y > -2)
                    check_value((double)fi[v], of_y, 5e-3, 0, "float of int16", kind, v);
                if (of_y > 4)
                    check_value(q[v] / 4096.0, of_y, 0.05, 0, "fixed", kind, v);
            }
        }
    }
    print_message("bands: float off by at most %.2g, fixed by %.2g\n", worst_f, worst_q);
}

/* ---- the rest ---- */

static void values_are_scaled_in_the_end(void **state)
{
    (void)state;
    static const float offset[CHANNELS] = {-12.25f, 1000.0f, 0.0f};
    static const float scale[CHANNELS] = {0.5f, 1.0f / 3000.0f, 0.0f};
    mrt_series_config c = {
        .kind = MRT_RAW, .number_bytes = 4, .n_channels = CHANNELS, .window = 1, .hop = 1};
    mrt_series_tables t;
    float f[CHANNELS], fi[CHANNELS];
    int32_t q[CHANNELS];
    pcm_rng r = {13};
    fill(&r, 1);
    assert_int_equal(mrt_series_check(&c), MRT_SERIES_OK);
    mrt_series_build(&c, offset, scale, memory, &t);
    mrt_raw_f32(&t, real, scratch, f);
    mrt_raw_f32_i16(&t, whole, scratch, fi);
    c.is_fixed = 1;
    c.number_bytes = 2;
    mrt_series_build(&c, offset, scale, memory, &t);
    mrt_raw_q(&t, whole, scratch, q);
    for (int i = 0; i < CHANNELS; i++) {
        const double s = (double)scale[i], o = (double)offset[i];
        check_value((double)f[i], ((double)real[i] - o) * s, 1e-6, 1e-6, "float", 0, i);
        check_value((double)fi[i], (whole[i] - o) * s, 1e-6, 1e-6, "int16", 0, i);
        check_value(q[i] / 4096.0, (whole[i] - o) * s, 0.51 / 4096, 1e-6, "fixed", 0, i);
    }
    /* The ends of what a scale may be: nothing overflows, small ones are 0. */
    static const float wild[CHANNELS] = {1e9f, 1e-9f, 3e-12f};
    const int16_t full[CHANNELS] = {-32768, 32767, 32767};
    mrt_series_build(&c, offset, wild, memory, &t);
    mrt_raw_q(&t, full, scratch, q);
    assert_int_equal(q[0], -(1 << 30));
    assert_int_equal(q[1], 0);
    assert_int_equal(q[2], 0);
}

static void a_stream_is_the_clip_in_any_chunks(void **state)
{
    (void)state;
    static uint64_t stream_memory[2048];
    pcm_rng r = {14};
    fill(&r, 4);
    for (int k = 0; k < 6; k++) {
        mrt_series_config c =
            k < 3 ? statistics_config(20 + k, 1, 2) : spectral_config(50, 64, 4, 1, 2);
        c.hop = k % 3 == 0 ? 1 : k % 3 == 1 ? 7 : c.window;
        mrt_series_tables t;
        mrt_series_stream s;
        mrt_series_build(&c, NULL, NULL, memory, &t);
        assert_true(mrt_series_stream_bytes(&c) <= sizeof stream_memory);
        mrt_series_stream_init(&s, &t, stream_memory);
        size_t frame = 0, used = 0, chunk = 1;
        for (size_t at = 0; at < MAX_STEPS; at += used, chunk = chunk * 5 % 37 + 1) {
            const size_t n = at + chunk < MAX_STEPS ? chunk : MAX_STEPS - at;
            int32_t got[64], want[64];
            if (!mrt_series_stream_push(&s, whole + at * CHANNELS, n, &used))
                continue;
            const int16_t *x = whole + frame++ * (size_t)c.hop * CHANNELS;
            if (k < 3) {
                mrt_statistics_q(&t, s.held, s.scratch, got);
                mrt_statistics_q(&t, x, scratch, want);
            } else {
                mrt_spectral_q(&t, s.held, s.scratch, got);
                mrt_spectral_q(&t, x, scratch, want);
            }
            assert_memory_equal(got, want, (size_t)mrt_series_values(&c) * sizeof *got);
            mrt_series_stream_hop(&s);
        }
        assert_int_equal(frame, mrt_series_frames(&c, MAX_STEPS));
        mrt_series_stream_reset(&s);
        assert_int_equal(s.n_held, 0);
    }
}

static void bad_configurations_are_told_apart(void **state)
{
    (void)state;
    mrt_series_config c = statistics_config(100, 0, 4);
#define REFUSED(base, change, status)                                                              \
    do {                                                                                           \
        c = (base);                                                                                \
        change;                                                                                    \
        assert_int_equal(mrt_series_check(&c), status);                                            \
    } while (0)
    REFUSED(statistics_config(100, 0, 4), c.kind = 3, MRT_SERIES_BAD_KIND);
    REFUSED(statistics_config(100, 1, 4), (void)0, MRT_SERIES_BAD_ARITHMETIC);
    REFUSED(statistics_config(100, 0, 3), (void)0, MRT_SERIES_BAD_ARITHMETIC);
    REFUSED(statistics_config(100, 0, 4), c.n_channels = 65, MRT_SERIES_BAD_CHANNELS);
    REFUSED(statistics_config(1, 0, 4), (void)0, MRT_SERIES_BAD_WINDOW);
    REFUSED(statistics_config(4097, 0, 4), (void)0, MRT_SERIES_BAD_WINDOW);
    REFUSED(statistics_config(100, 0, 4), c.hop = 101, MRT_SERIES_BAD_HOP);
    REFUSED(statistics_config(100, 0, 4), c.hop = 0, MRT_SERIES_BAD_HOP);
    REFUSED(statistics_config(100, 0, 4), c.n_statistics = 17, MRT_SERIES_BAD_STATISTICS);
    REFUSED(statistics_config(100, 0, 4), c.statistics[2] = 6, MRT_SERIES_BAD_STATISTICS);
    REFUSED(statistics_config(100, 0, 4), c.statistics[2] = 2001, MRT_SERIES_BAD_STATISTICS);
    REFUSED(statistics_config(100, 0, 4), c.n_channels = 22, MRT_SERIES_BAD_VALUES);
    REFUSED(spectral_config(100, 120, 4, 0, 4), (void)0, MRT_SERIES_BAD_FFT);
    REFUSED(spectral_config(100, 64, 4, 0, 4), (void)0, MRT_SERIES_BAD_WINDOW);
    REFUSED(spectral_config(100, 128, 4, 0, 4), c.high_ppm = 500001, MRT_SERIES_BAD_EDGES);
    REFUSED(spectral_config(100, 128, 4, 0, 4), c.low_ppm = 480000, MRT_SERIES_BAD_EDGES);
    REFUSED(spectral_config(100, 128, 0, 0, 4), (void)0, MRT_SERIES_BAD_BANDS);
    REFUSED(spectral_config(16, 16, 8, 0, 4), (void)0, MRT_SERIES_BAD_BANDS);
    REFUSED(spectral_config(100, 128, 8, 0, 4), (c.low_ppm = 100000, c.high_ppm = 150000),
            MRT_SERIES_BAD_BANDS);
#undef REFUSED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_what_they_are_called),
        cmocka_unit_test(bands_hold_the_energy_of_their_bins),
        cmocka_unit_test(values_are_scaled_in_the_end),
        cmocka_unit_test(a_stream_is_the_clip_in_any_chunks),
        cmocka_unit_test(bad_configurations_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
