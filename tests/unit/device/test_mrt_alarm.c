/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of windows become alarms with a begin and an end, on the device and on the host alike.
 */
#include "support.h"

#include <math.h>

#include "device/stream/mrt_alarm.h"
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
    const float scores[] = {0, 5, 9, 1, 5, 0, 0, 0, (float)NAN, 7};
    mote_alarm found[T_COUNT(scores)];
    assert_int_equal(mote_alarms_find(scores, T_COUNT(scores), 5, 1, found), 2);
    assert_true(found[0].first == 1 && found[0].last == 4 && found[0].score == 9);
    assert_true(found[1].first == 8 && found[1].last == 9); /* what is no number is unusual */
    assert_int_equal(mote_alarms_find(scores, T_COUNT(scores), 5, 0, found), 3);
    assert_int_equal(mote_alarms_find(scores, T_COUNT(scores), 50, 0, found), 1);
    assert_int_equal(mote_alarms_find(scores, 0, 5, 0, found), 0);
}

static void a_pause_in_time_is_so_many_looks(void **state)
{
    (void)state;
    mote_decision d = {.anomaly = {.quiet_ms = 1000}};
    assert_int_equal(mote_alarm_hop(40), 20);
    assert_int_equal(mote_alarm_hop(1), 1);
    assert_int_equal(mote_alarm_quiet(&d, 50, 20), 2); /* a look every 400 ms */
    assert_int_equal(mote_alarm_quiet(&d, 1, 2), 0);
    d.anomaly.quiet_ms = 0;
    assert_int_equal(mote_alarm_quiet(&d, 50, 20), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_on_is_one_alarm),
        cmocka_unit_test(alarms_of_scores_have_their_looks_and_their_highest_score),
        cmocka_unit_test(a_pause_in_time_is_so_many_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
