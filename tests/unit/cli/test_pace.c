/* SPDX-License-Identifier: Apache-2.0 */
/* Pace and time left by a clock that the test turns: whole seconds. */
#include "support.h"

#include "cli/cli.h"
#include "cli/pace.h"

#define S(seconds) ((int64_t)(seconds)*1000000)

static void what_was_done_before_a_resume_is_not_of_this_process(void **state)
{
    (void)state;
    mote_pace p = {0};
    /* 9000 of 10000 steps came from the checkpoint; ten more take 20 s. */
    mote_pace_hear(&p, 9000, S(100));
    assert_int_equal(mote_pace_left_us(&p, 10000, S(100)), -1);
    assert_true(mote_pace_per_s(&p, S(103)) <= 0.0);
    mote_pace_hear(&p, 9010, S(120));
    assert_float_equal(mote_pace_per_s(&p, S(120)), 0.5, 1e-12);
    assert_int_equal(mote_pace_left_us(&p, 10000, S(120)), S(1980)); /* and not 2.2 s */
}

static void a_work_from_the_start_has_the_pace_of_all_of_it(void **state)
{
    (void)state;
    mote_pace p = {0};
    mote_pace_hear(&p, 0, S(7));
    mote_pace_hear(&p, 1, S(17));
    assert_int_equal(mote_pace_left_us(&p, 4, S(17)), S(30));
    mote_pace_hear(&p, 2, S(27));
    assert_int_equal(mote_pace_left_us(&p, 4, S(27)), S(20));
    assert_int_equal(mote_pace_left_us(&p, 4, S(37)), S(30)); /* what stands still is told so */
    assert_int_equal(mote_pace_left_us(&p, 0, S(27)), -1);    /* how many there are is not known */
    mote_pace_hear(&p, 5, S(57));
    assert_int_equal(mote_pace_left_us(&p, 4, S(57)), 0);
}

static void less_than_before_is_another_piece(void **state)
{
    (void)state;
    mote_pace p = {0};
    mote_pace_hear(&p, 0, S(0));
    mote_pace_hear(&p, 900, S(9));
    mote_pace_hear(&p, 400, S(10)); /* this one was half done too */
    assert_int_equal(mote_pace_left_us(&p, 1000, S(11)), -1);
    mote_pace_hear(&p, 410, S(20));
    assert_float_equal(mote_pace_per_s(&p, S(20)), 1.0, 1e-12);
    assert_int_equal(mote_pace_left_us(&p, 1000, S(20)), S(590));
}

/* The bar shows it: of a work that begins at nine tenths nothing is known at its first news. */
static void the_bar_says_no_time_left_that_it_cannot_know(void **state)
{
    (void)state;
    char text[400] = "";
    mote_cli cli = {.is_terminal = true, .messages = tmpfile()};
    mote_progress bar;
    assert_non_null(cli.messages);
    mote_progress_start(&bar, &cli, "train", 1000);
    bar.start_us -= S(1); /* so that it shows at once */
    mote_progress_update(&bar, 900, "epoch 9/10");
    rewind(cli.messages);
    const size_t n = fread(text, 1, sizeof text - 1, cli.messages);
    text[n] = '\0';
    assert_non_null(strstr(text, "900/1000, epoch 9/10"));
    assert_null(strstr(text, "left"));
    assert_null(strstr(text, "/s"));
    fclose(cli.messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_done_before_a_resume_is_not_of_this_process),
        cmocka_unit_test(a_work_from_the_start_has_the_pace_of_all_of_it),
        cmocka_unit_test(less_than_before_is_another_piece),
        cmocka_unit_test(the_bar_says_no_time_left_that_it_cannot_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
