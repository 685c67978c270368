/* SPDX-License-Identifier: Apache-2.0 */
/* The table of tasks: each row is whole, names go both ways, what is missing is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "project/task.h"

static void every_task_can_do_what_it_does_when_nothing_is_said(void **state)
{
    (void)state;
    for (int i = 0; i < MOTE_N_TASKS; i++) {
        const mote_task *task = mote_task_get((mote_task_id)i);
        assert_ptr_equal(mote_task_find(task->name), task);
        assert_int_equal(mote_task_index(task), i);
        assert_true((task->inputs & MOTE_ONE_OF(task->input)) != 0);
        assert_true((task->answers & MOTE_ONE_OF(task->answer)) != 0);
        assert_int_equal(task->inputs >> MOTE_N_INPUTS, 0);
        assert_int_equal(task->answers >> MOTE_N_ANSWERS, 0);
        assert_true(strlen(task->doc) > 0);
    }
}

static void tasks_combine_what_comes_in_and_what_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        mote_input_kind input;
        mote_answer_kind answer;
        bool is_stream;
    } cases[] = {
        {"keyword", MOTE_INPUT_AUDIO, MOTE_ANSWER_CLASS, true},
        {"sound", MOTE_INPUT_AUDIO, MOTE_ANSWER_CLASS, false},
        {"gesture", MOTE_INPUT_SERIES, MOTE_ANSWER_CLASS, false},
        {"anomaly", MOTE_INPUT_SERIES, MOTE_ANSWER_ANOMALY, false},
        {"image", MOTE_INPUT_IMAGE, MOTE_ANSWER_CLASS, false},
        {"table", MOTE_INPUT_TABLE, MOTE_ANSWER_CLASS, false},
    };
    assert_int_equal(sizeof(cases) / sizeof(cases[0]), MOTE_N_TASKS);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const mote_task *task = mote_task_find(cases[i].name);
        assert_non_null(task);
        assert_int_equal(task->input, cases[i].input);
        assert_int_equal(task->answer, cases[i].answer);
        assert_int_equal(task->is_stream, cases[i].is_stream);
    }
    const mote_task *table = mote_task_find("table");
    assert_int_equal(table->answers,
                     MOTE_ONE_OF(MOTE_ANSWER_CLASS) | MOTE_ONE_OF(MOTE_ANSWER_VALUE));
    assert_int_equal(mote_task_find("anomaly")->inputs, MOTE_ONE_OF(MOTE_INPUT_AUDIO) |
                                                            MOTE_ONE_OF(MOTE_INPUT_SERIES) |
                                                            MOTE_ONE_OF(MOTE_INPUT_TABLE));
}

static void there_is_no_task_of_another_name(void **state)
{
    (void)state;
    for (int i = 0; i < MOTE_N_TASKS; i++) {
        const mote_task *task = mote_task_get((mote_task_id)i);
        assert_ptr_equal(mote_task_find(task->name), task);
    }
    assert_null(mote_task_find("poetry"));
    assert_null(mote_task_find(""));
}

static void names_of_kinds_go_both_ways(void **state)
{
    (void)state;
    mote_err err = {0};
    for (int i = 0; i < MOTE_N_INPUTS; i++) {
        mote_input_kind kind = MOTE_N_INPUTS;
        assert_int_equal(mote_input_parse(mote_input_name((mote_input_kind)i), &kind, &err),
                         MOTE_OK);
        assert_int_equal(kind, i);
    }
    for (int i = 0; i < MOTE_N_ANSWERS; i++) {
        mote_answer_kind kind = MOTE_N_ANSWERS;
        assert_int_equal(mote_answer_parse(mote_answer_name((mote_answer_kind)i), &kind, &err),
                         MOTE_OK);
        assert_int_equal(kind, i);
    }
    mote_input_kind input = MOTE_INPUT_IMAGE;
    assert_int_equal(mote_input_parse("smell", &input, &err), MOTE_ARG);
    assert_int_equal(input, MOTE_INPUT_IMAGE);
    assert_string_equal(err.text, "input 'smell' is not one of: audio, series, image, table");
    mote_answer_kind answer = MOTE_ANSWER_VALUE;
    assert_int_equal(mote_answer_parse("Class", &answer, &err), MOTE_ARG);
    assert_int_equal(answer, MOTE_ANSWER_VALUE);
    assert_string_equal(err.text, "answer 'Class' is not one of: class, value, anomaly");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_can_do_what_it_does_when_nothing_is_said),
        cmocka_unit_test(tasks_combine_what_comes_in_and_what_is_said),
        cmocka_unit_test(there_is_no_task_of_another_name),
        cmocka_unit_test(names_of_kinds_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
