/* SPDX-License-Identifier: Apache-2.0 */
/* How long phrases last, and what is said when nobody can speak them. */
#include "base/process.h"
#include "data/spoken.h"
#include "support.h"

static void a_longer_phrase_needs_a_longer_clip(void **state)
{
    (void)state;
    if (!mote_process_in_path("espeak-ng"))
        T_SKIP("espeak-ng is not installed");
    static const char *const phrases[] = {"mote", "turn on the kitchen light now"};
    mote_err err;
    mote_spoken_length one, both;
    T_OK(mote_spoken_measure(phrases, 1, "en", &one, &err));
    T_OK(mote_spoken_measure(phrases, 2, "en", &both, &err));
    assert_true(one.shortest_ms > 100 && one.longest_ms < 900);
    assert_true(one.shortest_ms <= one.middle_ms && one.middle_ms <= one.longest_ms);
    assert_int_equal((int)one.clip_ms, 1000);
    assert_string_equal(both.longest, phrases[1]);
    assert_int_equal(both.n, 2 * one.n);
    assert_true(both.longest_ms > 1400 && both.clip_ms >= both.longest_ms + 200);
    assert_int_equal((int)both.clip_ms % 100, 0);
    assert_non_null(strstr(one.engines, "espeak-ng"));
}

static void without_an_engine_it_names_packages(void **state)
{
    (void)state;
    static const char *const phrase[] = {"hey mote"};
    mote_err err = {0};
    mote_spoken_length out;
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    mote_status st = mote_spoken_measure(phrase, 1, "", &out, &err);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(st, MOTE_MISSING_TOOL);
    assert_non_null(strstr(err.text, "'hey mote'"));
    assert_non_null(strstr(err.text, "apt-get install espeak-ng flite festival"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_longer_phrase_needs_a_longer_clip),
        cmocka_unit_test(without_an_engine_it_names_packages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
