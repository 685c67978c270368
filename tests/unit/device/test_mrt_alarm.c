/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of windows become alarms with a begin and an end, on the device and on the host alike.
 */
#include "support.h"

#include <math.h>

#include "device/stream/mrt_alarm.h"
#include "device/stream/mrt_usual.h"
#include "model/alarms.h"

/* What is said of "..!!.!" as a word, one letter a window: '.' nothing, B, G, E. */
static void say(const char *windows, int32_t quiet, char *out)
{
    static const char letters[] = ".BGE";
    mrt_alarm a;
    mrt_alarm_init(&a, quiet);
    for (; *windows; windows++)
        *out++ = letters[mrt_alarm_push(&a, *windows == '!')];
    *out = '\0';
}

static void what_goes_on_is_one_alarm(void **state)
{
    (void)state;
    static const struct {
        const char *windows, *said;
        int32_t quiet;
    } rows[] = {
        {".!!.!..", ".BGEBE.", 0}, {".!!.!....", ".BGGGGE..", 1}, {"!..!...!", "BGGGGGEB", 2},
        {"....", "....", 3},       {"!!!!", "BGGG", 0},           {"!.!.", "BEBE", -4},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char said[16];
        say(rows[i].windows, rows[i].quiet, said);
        assert_string_equal(said, rows[i].said);
    }
}

static void alarms_of_scores_have_their_looks_and_their_highest_score(void **state)
{
    (void)state;
    float scores[] = {0, 5, 9, 1, 5, 0, 0, 0, (float)NAN, 7};
    mote_alarm_rule rule = {.threshold = 5, .quiet = 1};
    mote_alarm found[T_COUNT(scores)];
    assert_int_equal(mote_alarms_find(&rule, scores, T_COUNT(scores), found), 2);
    assert_true(found[0].first == 1 && found[0].last == 4 && found[0].score == 9);
    assert_true(found[1].first == 8 && found[1].last == 9); /* what is no number is unusual */
    rule.quiet = 0;
    assert_int_equal(mote_alarms_find(&rule, scores, T_COUNT(scores), found), 3);
    rule.threshold = 50;
    assert_int_equal(mote_alarms_find(&rule, scores, T_COUNT(scores), found), 1);
    assert_int_equal(mote_alarms_find(&rule, scores, 0, found), 0);
}

static void a_pause_in_time_is_so_many_looks(void **state)
{
    (void)state;
    mote_decision d = {.anomaly = {.quiet_ms = 1000}};
    assert_int_equal(mote_alarm_hop(40), 20);
    assert_int_equal(mote_alarm_hop(1), 1);
    assert_int_equal(mote_alarm_rule_of(&d, 50, 20).quiet, 2); /* a look every 400 ms */
    assert_int_equal(mote_alarm_rule_of(&d, 1, 2).quiet, 0);
    d.anomaly.quiet_ms = 0;
    d.anomaly.adapt_ms = 4000;
    assert_int_equal(mote_alarm_rule_of(&d, 50, 20).quiet, 0);
    assert_int_equal(mote_alarm_rule_of(&d, 50, 20).adapt, 10);
}

/* By the formula of mrt_usual.h, in the order written there. */
static void what_stays_unusual_becomes_usual_and_no_score_gets_higher(void **state)
{
    (void)state;
    mrt_usual u;
    float usual = 0.5f;
    mrt_usual_init(&u, 0.5f, 4);
    for (int i = 0; i < 60; i++) {
        const float score = i < 10 ? 0.3f : i < 40 ? 8.0f + (float)(i % 3) : 0.5f;
        const float want = usual > 0.5f ? score * (0.5f / usual) : score;
        const float got = mrt_usual_push(&u, score), most = 10 * usual;
        assert_memory_equal(&got, &want, sizeof got);
        assert_true(got <= score);
        usual += ((score < most ? score : most) - usual) * 0.25f;
        usual = usual > 0.5f ? usual : 0.5f;
        if (i <= 10)
            assert_true(got == score); /* the first that is unusual is seen as it is */
        if (i == 39)
            assert_true(got < 1); /* what stayed for thirty looks is usual */
    }
    assert_true(mrt_usual_push(&u, 8) > 7); /* and after twenty usual ones it is unusual again */
}

static void one_far_out_does_not_hide_the_next_and_no_number_stays_none(void **state)
{
    (void)state;
    const float far[] = {1e30f, INFINITY, (float)NAN};
    for (size_t i = 0; i < T_COUNT(far); i++) {
        mrt_usual u;
        mrt_usual_init(&u, 1, 100);
        const float got = mrt_usual_push(&u, far[i]);
        assert_true(isnan(far[i]) ? isnan(got) : got == far[i]);
        assert_true(mrt_usual_push(&u, 50) > 45);
    }
    mrt_usual never;
    mrt_usual_init(&never, 1, 0);
    mrt_usual none; /* all that was normal scored 0 */
    mrt_usual_init(&none, 0, 10);
    for (int i = 0; i < 20; i++) {
        assert_true(mrt_usual_push(&never, 50) == 50);
        assert_true(mrt_usual_push(&none, 50) == 50);
    }
}

static void alarms_end_where_what_is_unusual_has_become_usual(void **state)
{
    (void)state;
    float scores[80];
    mote_alarm found[80];
    mote_alarm_rule rule = {.threshold = 5, .usual = 1};
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 80; i++)
            scores[i] = i < 20 ? 1 : 9;
        rule.adapt = 10 * k;
        assert_int_equal(mote_alarms_find(&rule, scores, 80, found), 1);
        assert_int_equal(found[0].first, 20);
        assert_true(k ? found[0].last < 25 : found[0].last == 79);
        assert_true(k ? scores[79] < 1.1f : scores[79] == 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_on_is_one_alarm),
        cmocka_unit_test(alarms_of_scores_have_their_looks_and_their_highest_score),
        cmocka_unit_test(a_pause_in_time_is_so_many_looks),
        cmocka_unit_test(what_stays_unusual_becomes_usual_and_no_score_gets_higher),
        cmocka_unit_test(one_far_out_does_not_hide_the_next_and_no_number_stays_none),
        cmocka_unit_test(alarms_end_where_what_is_unusual_has_become_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
