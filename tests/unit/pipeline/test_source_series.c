/* SPDX-License-Identifier: Apache-2.0 */
/* The source of training windows of series: changed anew each time, the same by (seed, epoch,
 * position) on any number of threads; as they are when nothing is asked for. */
#include <math.h>

#include "data/kind_series.h"
#include "fill_in_order.h"

enum { STEPS = 50, AXES = 4, N = 24, ELEMENTS = STEPS * AXES };

static float windows[N][STEPS][AXES];
static int32_t class_id[N];
static const char *names[AXES] = {"acc_x", "acc_y", "acc_z", "temperature"};

static const mote_series_own own = {.n_axes = AXES, .names = names};

static mote_dataset data_set(void)
{
    mote_rng r;
    mote_rng_init(&r, 4);
    for (int i = 0; i < N; i++) {
        class_id[i] = i % 2;
        for (int t = 0; t < STEPS; t++)
            for (int c = 0; c < AXES; c++)
                windows[i][t][c] =
                    (float)((c + 1) * (3 + sin(0.3 * t + i)) + 0.1 * mote_rng_normal(&r));
    }
    return (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_SERIES),
                          .shape = {MOTE_F32, 2, {STEPS, AXES}},
                          .rate_hz = 100,
                          .n = N,
                          .x = windows,
                          .class_id = class_id,
                          .own = &own,
                          .n_classes = 2};
}

static mote_status open_source(const mote_dataset *d, const mote_augment_config *a,
                               int32_t n_threads, mote_source *out, mote_err *err)
{
    static mote_settings settings;
    static mote_frontend features;
    settings.has = MOTE_USES(augmentation);
    settings.augmentation_ = *a;
    features = mote_frontend_none();
    mote_source_config cfg = {
        .data = d, .features = &features, .settings = &settings, .n_workers = n_threads};
    return mote_source_init(&cfg, out, err);
}

/* A batch of all windows in order. */
static void fill(const mote_augment_config *a, int32_t n_threads, int32_t epoch, float *out)
{
    mote_err err = {0};
    mote_source s;
    const mote_dataset d = data_set();
    T_OK(open_source(&d, a, n_threads, &s, &err));
    fill_in_order(&s, N, ELEMENTS, n_threads, epoch, out);
    mote_source_release(&s);
}

static const mote_augment_config NONE = {.axis_noise = 0};
static const mote_augment_config ALL = {
    .axis_noise = 0.1, .magnitude = 0.2, .delay_ms = 50, .turn_deg = 20};

static float first[N * ELEMENTS], again[N * ELEMENTS];

static void without_augmentation_a_window_is_itself(void **state)
{
    (void)state;
    fill(&NONE, 1, 3, first);
    assert_memory_equal(first, windows, sizeof windows);
}

static void each_epoch_is_another_and_each_can_be_repeated(void **state)
{
    (void)state;
    fill(&ALL, 1, 0, first);
    fill(&ALL, 3, 0, again);
    assert_memory_equal(first, again, sizeof first);
    fill(&ALL, 1, 1, again);
    for (int i = 0; i < N; i++)
        assert_memory_not_equal(first + i * ELEMENTS, again + i * ELEMENTS,
                                ELEMENTS * sizeof *first);
}

static void near(double is, double want, double within)
{
    if (!(fabs(is - want) <= within))
        fail_msg("%g, wanted %g", is, want);
}

static double length(const float *v)
{
    return sqrt((double)v[0] * (double)v[0] + (double)v[1] * (double)v[1] +
                (double)v[2] * (double)v[2]);
}

/* What is turned is as long as before, and another direction; what is no axis of a triple stays. */
static void a_turn_keeps_lengths_and_leaves_other_axes(void **state)
{
    (void)state;
    const mote_augment_config a = {.turn_deg = 30};
    double moved = 0;
    fill(&a, 1, 0, first);
    for (int i = 0; i < N; i++)
        for (int t = 0; t < STEPS; t++) {
            const float *is = first + i * ELEMENTS + t * AXES, *was = windows[i][t];
            near(length(is), length(was), 1e-4 * length(was));
            assert_true(is[3] == was[3]);
            moved += fabs((double)is[0] - (double)was[0]);
        }
    assert_true(moved / (N * STEPS) > 0.05);
}

/* The mean of a window stays, its deviation changes by one factor for all axes, within the share.
 */
static void a_magnitude_scales_about_the_mean(void **state)
{
    (void)state;
    const mote_augment_config a = {.magnitude = 0.3};
    double least = 9, most = 0;
    fill(&a, 1, 0, first);
    for (int i = 0; i < N; i++) {
        double mean_is[AXES] = {0}, mean_was[AXES] = {0}, factor[AXES];
        for (int t = 0; t < STEPS; t++)
            for (int c = 0; c < AXES; c++) {
                mean_is[c] += (double)first[i * ELEMENTS + t * AXES + c] / STEPS;
                mean_was[c] += (double)windows[i][t][c] / STEPS;
            }
        for (int c = 0; c < AXES; c++) {
            near(mean_is[c], mean_was[c], 1e-4);
            factor[c] = ((double)first[i * ELEMENTS + c] - mean_is[c]) /
                        ((double)windows[i][0][c] - mean_was[c]);
            near(factor[c], factor[0], 1e-3);
        }
        least = factor[0] < least ? factor[0] : least;
        most = factor[0] > most ? factor[0] : most;
    }
    assert_true(least >= 0.699 && least < 0.9 && most <= 1.301 && most > 1.1);
}

/* Every window is the one before, some steps on: at most 40 ms at 100 Hz, either way; the edge is
 * repeated. */
static void a_delay_moves_by_whole_steps_within_the_limit(void **state)
{
    (void)state;
    const mote_augment_config a = {.delay_ms = 40};
    int n_moved[9] = {0};
    fill(&a, 1, 0, first);
    for (int i = 0; i < N; i++) {
        int found = 99;
        for (int k = -4; k <= 4 && found == 99; k++) {
            bool fits = true;
            for (int t = 0; t < STEPS && fits; t++) {
                int from = t - k < 0 ? 0 : t - k >= STEPS ? STEPS - 1 : t - k;
                fits = memcmp(first + i * ELEMENTS + t * AXES, windows[i][from],
                              sizeof windows[i][from]) == 0;
            }
            found = fits ? k : 99;
        }
        assert_true(found != 99);
        n_moved[found + 4]++;
    }
    assert_true(n_moved[4] < N / 2 && n_moved[0] + n_moved[1] > 0 && n_moved[7] + n_moved[8] > 0);
}

/* At most the share of the deviation of each axis: an axis of three times the spread gets three
 * times the noise. */
static void noise_is_measured_by_the_axis(void **state)
{
    (void)state;
    const mote_augment_config a = {.axis_noise = 0.5};
    double square[AXES] = {0}, deviation[AXES] = {0}, mean[AXES] = {0};
    fill(&a, 1, 0, first);
    for (int k = 0; k < N * STEPS * AXES; k++)
        mean[k % AXES] += (double)(&windows[0][0][0])[k] / (N * STEPS);
    for (int k = 0; k < N * STEPS * AXES; k++) {
        const double was = (double)(&windows[0][0][0])[k], d = (double)first[k] - was;
        square[k % AXES] += d * d / (N * STEPS);
        deviation[k % AXES] += (was - mean[k % AXES]) * (was - mean[k % AXES]) / (N * STEPS);
    }
    for (int c = 0; c < AXES; c++) {
        const double share = sqrt(square[c] / deviation[c]);
        assert_true(share > 0.15 && share < 0.45); /* uniform in 0 .. 0.5: 0.29 */
    }
}

static void a_turn_of_axes_without_names_is_refused(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_source s = {0};
    mote_dataset d = data_set();
    const mote_augment_config a = {.turn_deg = 5};
    static const char *others[AXES] = {"dim1", "dim2", "dim3", "dim4"};
    static const char *mixed[AXES] = {"acc_x", "gyro_y", "acc_z", "acc_y"};
    const char *const *const bad[] = {NULL, others, mixed};
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        const mote_series_own o = {.n_axes = AXES, .names = bad[i]};
        d.own = bad[i] ? &o : NULL;
        assert_int_equal(open_source(&d, &a, 1, &s, &err), MOTE_ARG);
        assert_non_null(strstr(err.text, "'augmentation.turn_deg'"));
    }
    static const char *big[AXES] = {"t", "gX", "gY", "gZ"};
    const mote_series_own o = {.n_axes = AXES, .names = big};
    d.own = &o;
    T_OK(open_source(&d, &a, 1, &s, &err));
    mote_source_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_augmentation_a_window_is_itself),
        cmocka_unit_test(each_epoch_is_another_and_each_can_be_repeated),
        cmocka_unit_test(a_turn_keeps_lengths_and_leaves_other_axes),
        cmocka_unit_test(a_magnitude_scales_about_the_mean),
        cmocka_unit_test(a_delay_moves_by_whole_steps_within_the_limit),
        cmocka_unit_test(noise_is_measured_by_the_axis),
        cmocka_unit_test(a_turn_of_axes_without_names_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
