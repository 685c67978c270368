/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a file name is the speaker. */
#include "data/pattern.h"
#include "support.h"

static void the_group_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path, *group;
    } cases[] = {
        {"{group}_nohash_*", "bed/004ae714_nohash_0.wav", "004ae714"},
        {"{group}_NO_*", "yes/00000001_NO_04.wav", "00000001"},
        {"{group}_*", "anna_yes_1.wav", "anna"}, /* as short as possible */
        {"*_{group}", "yes_anna.flac", "anna"},
        {"*-{group}-*", "a-b-c-d.wav", "b"},
        {"spk{group}", "x/spk7.wav", "7"},
        {"{group}/take*", "anna/take-3.wav", "anna"},
        {"*/{group}/*", "set1/anna/yes.wav", "anna"},
        {"{group}", "no extension", "no extension"},
        {"{group}.*", "a.b.wav", "a"},
        {"{group}_nohash_*", "x/.wav_nohash_", ".wav"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        const char *group = NULL;
        size_t n = 0;
        T_OK(mote_pattern_check(cases[i].pattern, &err));
        if (!mote_pattern_match(cases[i].pattern, cases[i].path, &group, &n))
            fail_msg("'%s' does not fit '%s'", cases[i].path, cases[i].pattern);
        if (n != strlen(cases[i].group) || strncmp(group, cases[i].group, n) != 0)
            fail_msg("'%s' on '%s': '%.*s'", cases[i].pattern, cases[i].path, (int)n, group);
    }
}

static void other_names_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path;
    } cases[] = {
        {"{group}_nohash_*", "bed/recording.wav"},
        {"{group}_nohash_*", "_nohash_1.wav"},
        {"{group}_NO_*", "a_no_1.wav"},
        {"spk{group}", "spk.wav"},
        {"{group}/take*", "a/b/take1.wav"},
        {"*-{group}-*", "a-b.wav"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        const char *group;
        size_t n;
        if (mote_pattern_match(cases[i].pattern, cases[i].path, &group, &n))
            fail_msg("'%s' fits '%s'", cases[i].path, cases[i].pattern);
    }
}

static void bad_patterns_are_refused_and_named(void **state)
{
    (void)state;
    mote_err err;
    T_FAILS(mote_pattern_check("*_nohash_*", &err), MOTE_ARG, "{group} 0 times");
    T_FAILS(mote_pattern_check("{group}_{group}", &err), MOTE_ARG, "{group} 2 times");
    T_FAILS(mote_pattern_check("{grup}_*", &err), MOTE_ARG, "only stand in {group}");
    T_FAILS(mote_pattern_check("{group}*", &err), MOTE_ARG, "text must stand between");
    T_FAILS(mote_pattern_check("*a*a*a*a*a*a*a*a*a{group}", &err), MOTE_ARG, "9 times '*'");
    char longer[300];
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    T_FAILS(mote_pattern_check(longer, &err), MOTE_ARG, "299 characters");
}

/* The worst a pattern of 8 stars can do to a name that nearly fits must stay quick. */
static void a_hard_pattern_ends(void **state)
{
    (void)state;
    char name[61];
    memset(name, 'a', 60);
    name[60] = '\0';
    const char *group;
    size_t n;
    clock_t start = clock();
    assert_false(mote_pattern_match("*a*a*a*{group}b", name, &group, &n));
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 2.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_group_is_found),
        cmocka_unit_test(other_names_do_not_fit),
        cmocka_unit_test(bad_patterns_are_refused_and_named),
        cmocka_unit_test(a_hard_pattern_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
