/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/feature/mfcc.c and mfcc_lanes*.c: the batch paths give the bits of the device's
 * scalar code. */
#include "support.h"

#include <math.h>

#include "device/signal/mrt_quantize.h"
#include "feature/mfcc.h"
#include "feature/frontend.h"
#include "signal_pcm.h"

#define N_CLIPS   19 /* no multiple of any number of lanes */
#define N_SAMPLES 8000

static const char *const PATHS[] = {"avx512", "avx2", "portable"};

/* Host settings that give exactly this device configuration. */
static mote_feature_config host_config(const mrt_frontend_config *d)
{
    const mote_feature_config cfg = {
        .arithmetic = (mrt_arithmetic)d->arithmetic,
        .rate_hz = d->rate_hz,
        .window_ms = (double)d->window * 1000.0 / d->rate_hz,
        .hop_ms = (double)d->hop * 1000.0 / d->rate_hz,
        .n_fft = d->n_fft,
        .n_mels = d->n_mels,
        .n_coefficients = d->n_coefficients,
        .low_hz = d->low_hz,
        .high_hz = d->high_hz,
        .pre_emphasis = d->pre_emphasis_q15 / 32768.0,
    };
    return cfg;
}

static void scalar_clip(const mrt_frontend_tables *t, const int16_t *pcm, size_t n, float *out)
{
    void *scratch = mote_alloc_aligned(64, 1, mrt_frontend_scratch_bytes(&t->config));
    assert_non_null(scratch);
    if (t->config.arithmetic == MRT_FLOAT) {
        mrt_frontend_clip_f32(t, pcm, n, scratch, out);
    } else {
        const size_t all =
            mrt_frontend_frames(&t->config, n) * (size_t)mrt_frontend_values(&t->config);
        int32_t *q = mote_alloc(all, sizeof *q);
        assert_non_null(q);
        mrt_frontend_clip_q(t, pcm, n, scratch, q);
        for (size_t i = 0; i < all; i++)
            out[i] = (float)((double)q[i] / (1 << MRT_FRONTEND_Q));
        mote_free(q);
    }
    mote_free(scratch);
}

static void check_paths(const mote_feature_config *cfg, const void *const *clips)
{
    const mote_clips all = {clips, N_CLIPS, N_SAMPLES};
    mote_err err;
    mote_feature_plan *p = NULL;
    T_OK(mote_feature_plan_create(cfg, 2, &p, &err));
    const size_t n = (size_t)mote_feature_frames(cfg, N_SAMPLES) * (size_t)mote_feature_values(cfg);
    float *want = mote_alloc(N_CLIPS * n, sizeof *want),
          *got = mote_alloc(N_CLIPS * n, sizeof *got);
    assert_true(want != NULL && got != NULL);
    for (size_t i = 0; i < N_CLIPS; i++)
        scalar_clip(mote_feature_plan_tables(p), clips[i], N_SAMPLES, want + i * n);

    mote_pool *pool = NULL;
    T_OK(mote_pool_create(2, &pool, &err));
    for (size_t k = 0; k < T_COUNT(PATHS); k++) {
        if (!mote_feature_batch_choose(p, PATHS[k]))
            continue;
        memset(got, 0xff, N_CLIPS * n * sizeof *got);
        T_OK(mote_feature_batch(p, NULL, &all, got, &err));
        assert_memory_equal(got, want, N_CLIPS * n * sizeof *got);
        memset(got, 0xff, N_CLIPS * n * sizeof *got);
        T_OK(mote_feature_batch(p, pool, &all, got, &err));
        assert_memory_equal(got, want, N_CLIPS * n * sizeof *got);
        memset(got, 0xff, n * sizeof *got);
        T_OK(mote_feature_clip(p, 1, clips[3], N_SAMPLES, got, &err));
        assert_memory_equal(got, want + 3 * n, n * sizeof *got);
    }
    mote_pool_destroy(pool);
    mote_free(want);
    mote_free(got);
    mote_feature_plan_destroy(p);
}

static void batch_paths_give_the_bits_of_the_scalar_code(void **state)
{
    (void)state;
    pcm_rng r = {(uint32_t)t_seed() | 1u};
    static int16_t pcm[N_CLIPS][N_SAMPLES];
    const void *clips[N_CLIPS];
    for (uint32_t i = 0; i < N_CLIPS; i++) {
        pcm_fill(&r, i, pcm[i], N_SAMPLES);
        clips[i] = pcm[i];
    }
    for (int32_t arithmetic = MRT_FLOAT; arithmetic <= MRT_FIXED; arithmetic++) {
        mote_feature_config cfg = mote_feature_config_default();
        cfg.arithmetic = (mrt_arithmetic)arithmetic;
        check_paths(&cfg, clips);
        for (int round = 0; round < 12; round++) {
            const mrt_frontend_config d = pcm_random_config(&r, arithmetic);
            cfg = host_config(&d);
            const mrt_frontend_config back = mote_feature_device_config(&cfg);
            assert_memory_equal(&back, &d, sizeof d);
            check_paths(&cfg, clips);
        }
    }
}

/* 16-bit PCM behind a plain 44-byte WAV header, filled up with silence. */
static void load_speech(const char *path, int16_t samples[N_SAMPLES])
{
    mote_err err;
    char *bytes = NULL;
    size_t len = 0;
    T_OK(mote_file_read(path, 1 << 20, &bytes, &len, &err));
    memset(samples, 0, N_SAMPLES * sizeof *samples);
    assert_true(len > 44);
    const size_t start =
        len > 44 + 8000 + 2 * N_SAMPLES ? 44 + 8000 : 44; /* the word is in the middle */
    const size_t n = len - start < 2 * N_SAMPLES ? len - start : 2 * N_SAMPLES;
    memcpy(samples, bytes + start, n);
    mote_free(bytes);
}

/* Batch against scalar code, and how far fixed point is from float, on recorded speech. */
static void real_speech_gives_the_same_bits_too(void **state)
{
    (void)state;
    T_NEED_DATA();
    mote_err err;
    char dir[512], **paths = NULL;
    size_t n_paths = 0;
    snprintf(dir, sizeof dir, "%s/gsc1-bed-cat-happy/happy", t_data());
    if (!mote_path_is_dir(dir))
        T_SKIP("%s is not there", dir);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    T_OK(mote_dir_walk(dir, &a, &paths, &n_paths, &err));
    static int16_t pcm[N_CLIPS][N_SAMPLES];
    const void *clips[N_CLIPS];
    double worst = 0, sum = 0;
    size_t n_values = 0;
    for (size_t round = 0; round < 5; round++) {
        for (size_t i = 0; i < N_CLIPS; i++) {
            char path[1024];
            snprintf(path, sizeof path, "%s/%s", dir, paths[(round * N_CLIPS + i) % n_paths]);
            load_speech(path, pcm[i]);
            clips[i] = pcm[i];
        }
        mote_feature_config cfg = mote_feature_config_default();
        static float f[N_CLIPS * 24 * 10], q[N_CLIPS * 24 * 10];
        assert_int_equal(mote_feature_frames(&cfg, N_SAMPLES), 24);
        for (int arithmetic = 0; arithmetic < 2; arithmetic++) {
            cfg.arithmetic = (mrt_arithmetic)arithmetic;
            check_paths(&cfg, clips);
            mote_feature_plan *p = NULL;
            T_OK(mote_feature_plan_create(&cfg, 1, &p, &err));
            const mote_clips all = {clips, N_CLIPS, N_SAMPLES};
            T_OK(mote_feature_batch(p, NULL, &all, arithmetic == 0 ? f : q, &err));
            mote_feature_plan_destroy(p);
        }
        for (size_t i = 0; i < T_COUNT(f); i++, n_values++) {
            const double error = fabs((double)f[i] - (double)q[i]);
            worst = error > worst ? error : worst;
            sum += error;
        }
    }
    print_message("speech: fixed point is off by at most %.4f, %.5f on average\n", worst,
                  sum / (double)n_values);
    assert_true(worst < 0.05);
    assert_true(sum / (double)n_values < 0.001);
}

static void samples_behind_the_clip_are_not_read(void **state)
{
    (void)state;
    mote_err err;
    mote_feature_config cfg = mote_feature_config_default();
    cfg.window_ms = 29.875; /* 478 samples: no multiple of the 8 that are loaded at once */
    mote_feature_plan *p = NULL;
    T_OK(mote_feature_plan_create(&cfg, 1, &p, &err));
    int16_t *pcm = mote_alloc(478, sizeof *pcm); /* the sanitizer watches its end */
    float out[10];
    memset(pcm, 0, 478 * sizeof *pcm);
    T_OK(mote_feature_clip(p, 0, pcm, 478, out, &err));
    T_FAILS(mote_feature_clip(p, 0, pcm, 477, out, &err), MOTE_SHAPE,
            "477 samples is shorter than one window of 478");
    const void *clips[] = {pcm};
    T_FAILS(mote_feature_batch(p, NULL, &(mote_clips){clips, 1, 477}, out, &err), MOTE_SHAPE,
            "shorter than one window");
    mote_free(pcm);
    mote_feature_plan_destroy(p);
}

static void a_plan_serves_no_more_threads_than_it_has_workers(void **state)
{
    (void)state;
    mote_err err;
    const mote_feature_config cfg = mote_feature_config_default();
    mote_feature_plan *p = NULL;
    T_FAILS(mote_feature_plan_create(&cfg, 0, &p, &err), MOTE_ARG, "0 workers");
    T_FAILS(mote_feature_plan_create(&cfg, 1025, &p, &err), MOTE_ARG, "1025 workers");
    T_OK(mote_feature_plan_create(&cfg, 1, &p, &err));
    mote_pool *pool = NULL;
    T_OK(mote_pool_create(2, &pool, &err));
    static const int16_t pcm[480];
    const void *clips[] = {pcm};
    float out[10];
    T_FAILS(mote_feature_batch(p, pool, &(mote_clips){clips, 1, 480}, out, &err), MOTE_ARG,
            "1 workers used by 2 threads");
    mote_pool_destroy(pool);
    mote_feature_plan_destroy(p);
    mote_feature_plan_destroy(NULL);
}

static void failed_allocations_leave_nothing_behind(void **state)
{
    (void)state;
    mote_err err;
    const mote_feature_config cfg = mote_feature_config_default();
    mote_feature_plan *p = NULL;
    T_ALLOC_SWEEP(mote_feature_plan_create(&cfg, 3, &p, &err), assert_null(p));
    mote_feature_plan_destroy(p);
}

static void quantisation_equals_the_device_functions(void **state)
{
    (void)state;
    mote_err err;
    mote_feature_config cfg = mote_feature_config_default();
    pcm_rng r = {77};
    static int16_t pcm[16000];
    float values[490];
    int8_t got[490], want[490];
    pcm_fill(&r, 6, pcm, 16000);
    for (int arithmetic = 0; arithmetic < 2; arithmetic++) {
        cfg.arithmetic = (mrt_arithmetic)arithmetic;
        mote_feature_plan *p = NULL;
        mote_frontend f, fixed_one;
        mote_frontend_plan *plan = NULL;
        const mote_shape in = {MOTE_I16, 1, {16000}};
        T_OK(mote_feature_plan_create(&cfg, 1, &p, &err));
        T_OK(mote_frontend_named("mfcc", &f, &err));
        assert_true(mote_frontend_other_arithmetic(&f, &fixed_one));
        T_OK(mote_frontend_plan_create(arithmetic ? &fixed_one : &f, &in, 1, &plan, &err));
        T_OK(mote_feature_clip(p, 0, pcm, 16000, values, &err));
        T_OK(mote_frontend_quantize(plan, (mote_input_quant){0.58f, 83}, values, 490, got, &err));
        if (arithmetic == 0) {
            mrt_quant_f32 q;
            assert_true(mrt_quant_f32_from(0.58f, 83, &q));
            mrt_quantize_f32(&q, values, 490, want);
        } else {
            int32_t fixed[490];
            mrt_quant_fixed q;
            void *scratch = mote_alloc_aligned(
                64, 1, mrt_frontend_scratch_bytes(&mote_feature_plan_tables(p)->config));
            assert_int_equal(
                mrt_frontend_clip_q(mote_feature_plan_tables(p), pcm, 16000, scratch, fixed), 49);
            mote_free(scratch);
            assert_true(mrt_quant_fixed_from(0.58f, 83, &q));
            mrt_quantize_fixed(&q, fixed, 490, want);
        }
        assert_memory_equal(got, want, 490);
        T_FAILS(mote_frontend_quantize(plan, (mote_input_quant){0.0f, 0}, values, 490, got, &err),
                MOTE_RANGE, "scale 0");
        T_FAILS(mote_frontend_quantize(plan, (mote_input_quant){1.0f, 128}, values, 490, got, &err),
                MOTE_RANGE, "zero point 128");
        mote_frontend_plan_destroy(plan);
        mote_feature_plan_destroy(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_paths_give_the_bits_of_the_scalar_code),
        cmocka_unit_test(real_speech_gives_the_same_bits_too),
        cmocka_unit_test(samples_behind_the_clip_are_not_read),
        cmocka_unit_test(a_plan_serves_no_more_threads_than_it_has_workers),
        cmocka_unit_test(failed_allocations_leave_nothing_behind),
        cmocka_unit_test(quantisation_equals_the_device_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
