/* SPDX-License-Identifier: Apache-2.0 */
/* Energy of a sample: about the mean, the loudest tenth apart, channels apart and together. */
#include "evaluate/energy.h"

#include <math.h>

#include "support.h"

static const mote_shape sound = {.dtype = MOTE_I16, .n_dims = 1, .dims = {100}};
static const mote_shape axes = {.dtype = MOTE_F32, .n_dims = 2, .dims = {20, 2}};

static void a_constant_has_no_energy(void **state)
{
    (void)state;
    int16_t x[100];
    float out[2] = {9, 9};
    for (size_t i = 0; i < 100; i++)
        x[i] = 1000;
    assert_int_equal(mote_energy_width(&sound), 2);
    mote_energy_of(&sound, x, out);
    assert_true(out[0] < 1e-3F && out[1] < 1e-3F);
}

static void the_loudest_tenth_is_found_wherever_it_is(void **state)
{
    (void)state;
    for (size_t part = 0; part < 10; part++) {
        int16_t x[100] = {0};
        float out[2];
        for (size_t i = 0; i < 10; i++)
            x[part * 10 + i] = i % 2 ? 300 : -300;
        mote_energy_of(&sound, x, out);
        assert_float_equal(out[0], 94.8683, 1e-3); /* 300 / sqrt(10) */
        assert_float_equal(out[1], 300, 1e-3);
    }
}

static void channels_count_apart_and_together(void **state)
{
    (void)state;
    float x[40], out[6];
    for (size_t i = 0; i < 20; i++) {
        x[2 * i] = 10 + (i % 2 ? 3.0F : -3.0F); /* gravity does not count */
        x[2 * i + 1] = i % 2 ? 4.0F : -4.0F;
    }
    assert_int_equal(mote_energy_width(&axes), 6);
    mote_energy_of(&axes, x, out);
    const double wanted[6] = {3, 3, 4, 4, 5, 5};
    for (size_t k = 0; k < 6; k++)
        assert_float_equal(out[k], wanted[k], 1e-5);
}

static void fewer_steps_than_parts_are_taken(void **state)
{
    (void)state;
    const mote_shape three = {.dtype = MOTE_F32, .n_dims = 2, .dims = {3, 1}};
    const float x[3] = {0, 3, 0};
    float out[2];
    assert_int_equal(mote_energy_width(&three), 2);
    mote_energy_of(&three, x, out);
    assert_float_equal(out[0], 1.414214, 1e-5); /* sqrt((1 + 4 + 1) / 3) */
    assert_float_equal(out[1], 2, 1e-6);
}

static void what_is_not_finite_is_no_energy(void **state)
{
    (void)state;
    float x[40] = {0}, out[6];
    x[4] = INFINITY;
    x[3] = 20;
    mote_energy_of(&axes, x, out);
    assert_true(out[0] == 0 && out[1] == 0); /* exactly: nothing was summed */
    assert_true(out[2] > 0);
    for (size_t k = 0; k < 6; k++)
        assert_true(isfinite(out[k]));
}

static void what_does_not_run_in_time_has_none(void **state)
{
    (void)state;
    const mote_shape picture = {.dtype = MOTE_U8, .n_dims = 3, .dims = {8, 8, 3}};
    assert_int_equal(mote_energy_width(&picture), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constant_has_no_energy),
        cmocka_unit_test(the_loudest_tenth_is_found_wherever_it_is),
        cmocka_unit_test(channels_count_apart_and_together),
        cmocka_unit_test(fewer_steps_than_parts_are_taken),
        cmocka_unit_test(what_is_not_finite_is_no_energy),
        cmocka_unit_test(what_does_not_run_in_time_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
