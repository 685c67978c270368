/* SPDX-License-Identifier: Apache-2.0 */
/* Answers over the position of the word: counted as they are, whole words apart from cut ones. */
#include <math.h>

#include "evaluate/position.h"
#include "support.h"

#define N 12
static const char *const names[] = {"yes", "no"};
static int32_t labels[N], groups[N], said[MOTE_POSITIONS][N];
static float share[MOTE_POSITIONS][N];
static bool has_word[N];

/* Six of "yes", four of "no", an other word (class 2) and silence (class 3), all whole and right.
 */
static mote_position_answers all_right(void)
{
    mote_position_answers x = {.n = N,
                               .n_named = 2,
                               .classes = names,
                               .labels = labels,
                               .groups = groups,
                               .n_groups = 4,
                               .has_word = has_word,
                               .word_ms = 400};
    for (int32_t i = 0; i < N; i++) {
        labels[i] = i < 6 ? 0 : i < 10 ? 1 : i == 10 ? 2 : 3;
        groups[i] = i % 4;
        has_word[i] = i < 11;
        for (int32_t k = 0; k < MOTE_POSITIONS; k++) {
            said[k][i] = labels[i];
            share[k][i] = 1;
        }
    }
    for (int32_t k = 0; k < MOTE_POSITIONS; k++) {
        x.said[k] = said[k];
        x.share[k] = share[k];
    }
    return x;
}

static json_t *evaluate(const mote_position_answers *x, mote_interval *loss)
{
    mote_arena a;
    mote_err err = {0};
    json_t *j = NULL;
    const mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_arena_init(&a, (size_t)64 << 20);
    T_OK(mote_position_evaluate(x, &cfg, &a, &j, loss, &err));
    mote_arena_release(&a);
    return j;
}

static json_int_t number(const json_t *j, int32_t k, const char *part, const char *member)
{
    const json_t *o = json_array_get(json_object_get(j, "offsets"), (size_t)k);
    return json_integer_value(json_object_get(part ? json_object_get(o, part) : o, member));
}

static void what_is_right_everywhere_loses_nothing(void **state)
{
    (void)state;
    const mote_position_answers x = all_right();
    mote_interval loss;
    json_t *j = evaluate(&x, &loss);
    assert_true(loss.value == 0 && loss.lo == 0 && loss.hi == 0);
    assert_int_equal(json_integer_value(json_object_get(j, "words")), 11); /* silence is none */
    for (int32_t k = 0; k < MOTE_POSITIONS; k++) {
        assert_int_equal(number(j, k, NULL, "offset_ms"), -300 + 100 * k);
        assert_int_equal(number(j, k, NULL, "right"), 11);
        assert_int_equal(number(j, k, "whole", "right"), 11);
        assert_int_equal(number(j, k, "cut", "words"), 0);
    }
    json_decref(j);
}

static void the_worst_position_is_what_is_lost(void **state)
{
    (void)state;
    const mote_position_answers x = all_right();
    said[0][0] = said[0][1] = said[0][6] = 2; /* three words, 300 ms early */
    said[5][3] = 1;                           /* one, 200 ms late */
    said[3][2] = said[0][2] = 1;              /* one that is wrong in the middle too */
    mote_interval loss;
    json_t *j = evaluate(&x, &loss);
    assert_true(fabs(loss.value - 3.0 / 11) < 1e-12);
    assert_true(loss.lo <= loss.value && loss.value <= loss.hi && loss.hi > loss.lo);
    assert_int_equal(number(j, 0, "whole", "right"), 7);
    assert_int_equal(number(j, 0, "whole", "right_centred"), 10);
    assert_int_equal(number(j, 5, "whole", "right"), 10);
    json_t *classes = json_object_get(json_array_get(json_object_get(j, "offsets"), 0), "classes");
    json_t *yes = json_array_get(classes, 0);
    assert_int_equal(json_integer_value(json_object_get(yes, "words")), 6);
    assert_int_equal(json_integer_value(json_object_get(yes, "right")), 3);
    json_decref(j);
}

/* Three words are cut at the end: one is heard all the same, one is taken for the other label, of
 * one nothing is said. None of them is lost. */
static void what_is_cut_is_counted_apart(void **state)
{
    (void)state;
    const mote_position_answers x = all_right();
    share[6][0] = share[6][1] = share[6][7] = 0.7f;
    said[6][1] = 1;
    said[6][7] = 2;
    mote_interval loss;
    json_t *j = evaluate(&x, &loss);
    assert_true(loss.value == 0);
    assert_int_equal(number(j, 6, "whole", "words"), 8);
    assert_int_equal(number(j, 6, "cut", "words"), 3);
    assert_int_equal(number(j, 6, "cut", "right"), 1);
    assert_int_equal(number(j, 6, "cut", "other"), 1);
    assert_int_equal(number(j, 6, "cut", "none"), 1);
    json_decref(j);
}

static void without_a_word_nothing_is_known(void **state)
{
    (void)state;
    const mote_position_answers x = all_right();
    for (size_t i = 0; i < N; i++)
        has_word[i] = false;
    mote_interval loss;
    mote_err err = {0};
    json_t *j = evaluate(&x, &loss);
    assert_true(isnan(loss.value));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    T_OK(mote_position_tell(j, "test", &b, &err));
    assert_null(strstr(b.data, "fall"));
    json_decref(j);
}

static void a_person_reads_a_row_a_line(void **state)
{
    (void)state;
    const mote_position_answers x = all_right();
    said[0][0] = 1;
    share[6][1] = 0.5f;
    said[6][1] = 1;
    mote_interval loss;
    mote_err err = {0};
    json_t *j = evaluate(&x, &loss);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    T_OK(mote_position_tell(j, "test", &b, &err));
    assert_non_null(strstr(b.data, "position of the word, test, %; whole words fall by up to 9.1 "
                                   "points ("));
    assert_non_null(strstr(b.data, "    -300    -200    -100      +0    +100    +200    +300\n"));
    assert_non_null(strstr(b.data, "    90.9   100.0   100.0   100.0   100.0   100.0    90.9\n"));
    assert_non_null(strstr(b.data, "       -       -       -       -       -       -   100.0\n"));
    json_decref(j);
    MOTE_SCOPED_JSON *other = json_object();
    assert_int_equal(mote_position_tell(other, "test", &b, &err), MOTE_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_everywhere_loses_nothing),
        cmocka_unit_test(the_worst_position_is_what_is_lost),
        cmocka_unit_test(what_is_cut_is_counted_apart),
        cmocka_unit_test(without_a_word_nothing_is_known),
        cmocka_unit_test(a_person_reads_a_row_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
