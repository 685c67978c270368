/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of sound: every build against the plain lines that each loop stands for, bit for
 * bit, at lengths that fill and do not fill vectors; and how many instructions they take, counted
 * by stepping through them, which no other work on the machine changes. */
#include "audio_files.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/rng.h"
#include "data/audio_level.h"
#include "data/loops.h"
#include "data/round.h"

#define MOST 2000
static const size_t lengths[] = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 255, 256, 257, 1000, MOST};
static const char *const names[] = {"portable", "avx2"};

static float x[MOST], y[MOST], got[MOST], want[MOST];
static int16_t px[MOST], py[MOST], pgot[MOST], pwant[MOST];

/* Floats a little beyond full scale, 16-bit samples of all sizes with both ends. */
static void make(uint64_t seed)
{
    mote_rng r;
    mote_rng_init(&r, seed);
    for (size_t i = 0; i < MOST; i++) {
        x[i] = (float)mote_rng_range(&r, -1.5, 1.5);
        y[i] = (float)mote_rng_normal(&r);
        px[i] = (int16_t)mote_rng_u64(&r);
        py[i] = (int16_t)((int16_t)mote_rng_u64(&r) >> mote_rng_below(&r, 16));
    }
    px[0] = px[MOST / 2] = INT16_MIN;
    px[1] = px[MOST / 2 + 1] = INT16_MAX;
    x[2] = y[2] = 0.0f;
}

/* Calls `check` for every build that runs here and every length. */
static void everywhere(void (*check)(const mote_loops *l, size_t n))
{
    size_t n_builds = 0;
    for (size_t b = 0; b < T_COUNT(names); b++) {
        const mote_loops *l = mote_loops_find(names[b]);
        for (size_t k = 0; l && k < T_COUNT(lengths); k++) {
            make(k);
            check(l, lengths[k]);
        }
        n_builds += l != NULL;
    }
    assert_true(n_builds >= 1);
    assert_null(mote_loops_find("other"));
}

static void same_floats(void)
{
    assert_memory_equal(got, want, sizeof got);
}

/* ---- 16 bits ------------------------------------------------------------------------------- */

static void check_16_bits(const mote_loops *l, size_t n)
{
    int64_t sum = 0;
    memset(got, 0, sizeof got);
    memset(want, 0, sizeof want);
    memset(pgot, 0, sizeof pgot);
    memset(pwant, 0, sizeof pwant);
    for (size_t i = 0; i < n; i++)
        want[i] = (float)px[i] * 0.3f;
    l->from_i16(px, n, 0.3f, got);
    same_floats();
    for (size_t i = 0; i < n; i++)
        pwant[i] = mote_round_i16(x[i] * 32768.0f);
    l->to_i16(x, n, 32768.0f, pgot);
    assert_memory_equal(pgot, pwant, sizeof pgot);
    for (size_t i = 0; i < n; i++)
        pwant[i] = mote_round_i16(1.7f * (float)px[i]);
    memcpy(pgot, px, n * sizeof *px);
    l->gain_i16(pgot, n, 1.7f);
    assert_memory_equal(pgot, pwant, sizeof pgot);
    for (size_t i = 0; i < n; i++)
        want[i] += (float)px[i];
    l->add_i16(px, n, got);
    same_floats();
    for (size_t i = 0; i < n; i++)
        sum += (int64_t)px[i] * px[i];
    assert_true(l->energy_i16(px, n) == sum);
}

static void samples_of_16_bits_are_as_the_plain_lines_say(void **state)
{
    (void)state;
    everywhere(check_16_bits);
}

static void check_mix(const mote_loops *l, size_t n)
{
    const mote_mixing m = {px, py, n, 0.8f, 1.9f};
    float peak = 0.0f;
    memset(pgot, 0, sizeof pgot);
    memset(pwant, 0, sizeof pwant);
    for (size_t i = 0; i < n; i++) {
        const float sum = 0.8f * (float)px[i] + 1.9f * (float)py[i];
        peak = fabsf(sum) > peak ? fabsf(sum) : peak;
        pwant[i] = mote_round_i16(sum);
    }
    assert_true(l->mixed_peak(&m) == peak);
    l->mix(&m, pgot);
    assert_memory_equal(pgot, pwant, sizeof pgot);
    memcpy(pgot, px, n * sizeof *px);
    l->mix(&(mote_mixing){pgot, py, n, 0.8f, 1.9f}, pgot); /* in place */
    assert_memory_equal(pgot, pwant, sizeof pgot);
}

static void clips_are_mixed_as_the_plain_lines_say(void **state)
{
    (void)state;
    everywhere(check_mix);
}

/* ---- floats -------------------------------------------------------------------------------- */

static float soft(float v)
{
    const float c = v > 4.0f ? 4.0f : v < -4.0f ? -4.0f : v, q = c * c;
    const float t =
        c * (10395.0f + q * (1260.0f + q * 21.0f)) / (10395.0f + q * (4725.0f + q * (210.0f + q)));
    return t > 1.0f ? 1.0f : t < -1.0f ? -1.0f : t;
}

static double energy(const float *v, size_t n)
{
    float sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += v[i + k] * v[i + k];
    for (; i < n; i++)
        sum[0] += v[i] * v[i];
    return (double)(sum[0] + sum[1]) + (double)(sum[2] + sum[3]);
}

static void check_floats(const mote_loops *l, size_t n)
{
    float peak = 0.0f;
    memcpy(got, y, sizeof got);
    memcpy(want, y, sizeof want);
    for (size_t i = 0; i < n; i++) {
        peak = fabsf(y[i]) > peak ? fabsf(y[i]) : peak;
        want[i] *= 0.37f;
        want[i] /= 3.0f;
        want[i] += 0.9f * x[i];
        want[i] *= 0.2f + 0.01f * (float)i;
    }
    assert_true(l->peak(y, n) == peak);
    l->scale(got, n, 0.37f);
    l->divide(got, n, 3.0f);
    l->add_scaled(x, n, 0.9f, got);
    l->ramp(got, n, 0.2f, 0.01f);
    same_floats();
    for (size_t i = 0; i < n; i++) {
        want[i] = want[i] > 1.5f ? 1.5f : want[i] < -1.5f ? -1.5f : want[i];
        want[i] = soft(6.0f * want[i]);
    }
    l->limit(got, n, 1.5f);
    l->soften(got, n, 6.0f);
    same_floats();
}

static void floats_are_as_the_plain_lines_say(void **state)
{
    (void)state;
    everywhere(check_floats);
}

static void check_energies(const mote_loops *l, size_t n)
{
    static const size_t frames[] = {1, 3, 16, 20, 33, 320, 5000};
    static double e[MOST + 1];
    assert_true(l->energy(y, n) == energy(y, n));
    for (size_t k = 0; k < T_COUNT(frames); k++) {
        const size_t frame = frames[k], n_frames = (n + frame - 1) / frame;
        e[n_frames] = -1.0;
        l->energies(y, n, frame, e);
        for (size_t f = 0; f < n_frames; f++)
            assert_true(e[f] ==
                        energy(y + f * frame, n - f * frame < frame ? n - f * frame : frame));
        assert_true(e[n_frames] == -1.0);
    }
}

static void energies_are_summed_in_four_parts(void **state)
{
    (void)state;
    everywhere(check_energies);
}

/* ---- reading ------------------------------------------------------------------------------- */

static float read_plainly(size_t n, double at)
{
    const int64_t k = (int64_t)floor(at), last = (int64_t)n - 1;
    if (k < -1 || k > last)
        return 0.0f;
    const float t = (float)(at - (double)k);
    const float x0 = k >= 1 ? x[k - 1] : 0.0f, x1 = k >= 0 ? x[k] : 0.0f;
    const float x2 = k < last ? x[k + 1] : 0.0f, x3 = k + 1 < last ? x[k + 2] : 0.0f;
    const float c3 = 1.5f * (x1 - x2) + 0.5f * (x3 - x0);
    const float c2 = x0 - 2.5f * x1 + 2.0f * x2 - 0.5f * x3;
    return x1 + t * (0.5f * (x2 - x0) + t * (c2 + t * c3));
}

static void check_reading(const mote_loops *l, size_t n)
{
    static const double speeds[] = {0.5, 0.9, 0.9999999, 1.0, 1.0300001, 1.25, 2.0};
    for (size_t k = 0; n > 0 && k < T_COUNT(speeds); k++) {
        const double f = speeds[k];
        for (size_t n_out = n; n_out <= MOST; n_out += n + 13) {
            const double at0 = ((double)n - 1.0) / 2.0 - f * ((double)n_out - 1.0) / 2.0;
            for (size_t i = 0; i < n_out; i++)
                want[i] = read_plainly(n, at0 + f * (double)i);
            l->read_at(x, n, f, got, n_out);
            assert_memory_equal(got, want, n_out * sizeof *got);
            if (n_out > n + 600)
                break;
        }
    }
}

static void clips_are_read_as_the_plain_lines_say(void **state)
{
    (void)state;
    everywhere(check_reading);
}

/* ---- convolution --------------------------------------------------------------------------- */

#define MOST_BLOCKS 64
static mote_lane spectra[MOST_BLOCKS][2 * 128], frame[2 * 128], sum[2 * 128];

/* Block by block with the transform of lanes.h, in its first lane. */
static void convolve_plainly(const mote_convolver *c, const mote_response *r, size_t n)
{
    const size_t b = c->block, n_fft = 2 * b, n_parts = r->n_parts;
    for (size_t j = 0; j * b < n; j++) {
        for (size_t i = 0; i < n_fft; i++) {
            const size_t at = j * b + i;
            frame[i] = (mote_lane){at >= b && at - b < n ? x[at - b] : 0.0f};
        }
        mote_lanes_forward(&c->fft, frame, spectra[j]);
        memset(sum, 0, sizeof sum);
        for (size_t p = 0; p < n_parts && p <= j; p++) {
            const mote_lane *z = spectra[j - p];
            sum[0][0] += z[0][0] * r->spectrum[p];
            sum[1][0] += z[1][0] * r->spectrum[n_parts + p];
            for (size_t v = 2; v < n_fft; v += 2) {
                const float re = r->spectrum[v * n_parts + p];
                const float im = r->spectrum[(v + 1) * n_parts + p];
                sum[v][0] += z[v][0] * re - z[v + 1][0] * im;
                sum[v + 1][0] += z[v][0] * im + z[v + 1][0] * re;
            }
        }
        mote_lanes_inverse(&c->fft, sum, frame);
        for (size_t i = 0; i < b && j * b + i < n; i++)
            want[j * b + i] = frame[b + i][0];
    }
}

static void check_convolution(const mote_loops *l, size_t n)
{
    static const size_t n_taps[] = {1, 64, 65, 128, 300, 1024};
    mote_err err;
    mote_convolver c;
    if (n == 0)
        return;
    T_OK(mote_convolver_init(1000, n, &c, &err));
    assert_int_equal(c.block, 64);
    float *scratch = mote_alloc_aligned(64, mote_convolver_scratch(&c), sizeof *scratch);
    for (size_t k = 0; k < T_COUNT(n_taps); k++) {
        mote_response r;
        T_OK(mote_response_init(&c, y, n_taps[k], &r, &err));
        convolve_plainly(&c, &r, n);
        memset(scratch, 0xff, mote_convolver_scratch(&c) * sizeof *scratch); /* NaN */
        memcpy(got, x, sizeof got);
        l->convolve(&c, &r, scratch, got);
        for (size_t i = 0; i < n; i++)
            if (got[i] != want[i])
                fail_msg("%s, %zu samples, %zu taps, at %zu: %a, not %a", l->name, n, n_taps[k], i,
                         (double)got[i], (double)want[i]);
        mote_free(r.spectrum);
    }
    mote_free(scratch);
    mote_convolver_release(&c);
}

static void convolution_is_as_block_by_block(void **state)
{
    (void)state;
    everywhere(check_convolution);
}

/* ---- how many instructions ----------------------------------------------------------------- */

enum { COUNTED = 512 };

typedef struct {
    const mote_loops *l;
    mote_convolver c;
    mote_response one, five; /* of so many parts */
    float *scratch;
    double e[COUNTED];
} bench;

static void do_nothing(bench *b)
{
    (void)b;
}
static void do_from(bench *b)
{
    b->l->from_i16(px, COUNTED, 0.3f, got);
}
static void do_to(bench *b)
{
    b->l->to_i16(x, COUNTED, 32768.0f, pgot);
}
static void do_mix(bench *b)
{
    mote_mixing m = {px, py, COUNTED, 0.8f, 0.3f};
    m.gain_x *= b->l->mixed_peak(&m) > 32767.0f ? 0.5f : 1.0f;
    b->l->mix(&m, pgot);
}
static void do_energy(bench *b)
{
    b->l->energies(x, COUNTED, 20, b->e);
    b->e[0] += (double)b->l->energy_i16(px, COUNTED);
}
static void do_read(bench *b)
{
    b->l->read_at(x, COUNTED, 0.93, got, COUNTED);
}
static void do_soften(bench *b)
{
    b->l->soften(x, COUNTED, 2.0f);
}
static void do_floor(bench *b)
{
    mote_rng r;
    mote_rng_init(&r, 1);
    (void)b;
    mote_floats_add_floor(&(mote_floats){x, COUNTED, 16000}, -50, &r);
}
static void do_one(bench *b)
{
    b->l->convolve(&b->c, &b->one, b->scratch, x);
}
static void do_five(bench *b)
{
    b->l->convolve(&b->c, &b->five, b->scratch, x);
}

/* Instructions of `work` in a process that is stepped through; -1: the system does not allow it.
 * What the process does besides is in it. */
static int64_t count(void (*work)(bench *), bench *b)
{
    int status = 0;
    int64_t n = 0;
    const pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(1);
        raise(SIGSTOP);
        work(b);
        _exit(0);
    }
    assert_true(child > 0);
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0)
            return -1;
        n++;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? n : -1;
}

/* The most that a sample may cost: half as much again as what gcc 12 or clang 14 makes of it. */
typedef struct {
    const char *what;
    void (*work)(bench *);
    double most[T_COUNT(names)];
} row;

static void check_counts(const mote_loops *l, size_t build, const row *rows, size_t n_rows)
{
    mote_err err;
    static bench b;
    b.l = l;
    T_OK(mote_convolver_init(1000, COUNTED, &b.c, &err));
    T_OK(mote_response_init(&b.c, y, 64, &b.one, &err));
    T_OK(mote_response_init(&b.c, y, 320, &b.five, &err));
    b.scratch = mote_alloc_aligned(64, mote_convolver_scratch(&b.c), sizeof *b.scratch);
    const int64_t none = count(do_nothing, &b);
    for (size_t k = 0; none >= 0 && k < n_rows; k++) {
        const double each = (double)(count(rows[k].work, &b) - none) / COUNTED;
        print_message("%-9s %-16s %6.2f instructions a sample\n", l->name, rows[k].what, each);
        if (!(each > 0 && each <= rows[k].most[build]))
            fail_msg("%s, %s: %.2f instructions a sample, at most %.2f", l->name, rows[k].what,
                     each, rows[k].most[build]);
    }
    mote_free(b.scratch);
    mote_free(b.one.spectrum);
    mote_free(b.five.spectrum);
    mote_convolver_release(&b.c);
    if (none < 0)
        T_SKIP("this system does not let a process be stepped through");
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

static void a_sample_takes_few_instructions(void **state)
{
    (void)state;
    static const row rows[] = {
        {"16 bits to float", do_from, {2.9, 1.3}},
        {"float to 16 bits", do_to, {13, 3.8}},
        {"mix", do_mix, {25, 8.5}},
        {"energies", do_energy, {8.7, 6.1}},
        {"read", do_read, {35, 17}},
        {"soften", do_soften, {24, 7.3}},
        {"floor", do_floor, {30, 30}},
        {"one part", do_one, {78, 34}},
        {"five parts", do_five, {116, 52}},
    };
#if !defined(__x86_64__) || defined(IS_SANITIZED)
    T_SKIP("counted on x86-64, without sanitizers");
#endif
    make(1);
    for (size_t b = 0; b < T_COUNT(names); b++) {
        const mote_loops *l = mote_loops_find(names[b]);
        if (l)
            check_counts(l, b, rows, T_COUNT(rows));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_of_16_bits_are_as_the_plain_lines_say),
        cmocka_unit_test(clips_are_mixed_as_the_plain_lines_say),
        cmocka_unit_test(floats_are_as_the_plain_lines_say),
        cmocka_unit_test(energies_are_summed_in_four_parts),
        cmocka_unit_test(clips_are_read_as_the_plain_lines_say),
        cmocka_unit_test(convolution_is_as_block_by_block),
        cmocka_unit_test(a_sample_takes_few_instructions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
