/* SPDX-License-Identifier: Apache-2.0 */
/* Names in normal form, and text that no terminal obeys. */
#include "base/json.h"
#include "base/unicode.h"
#include "support.h"

static void equal_words_become_equal_bytes(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    static const char *const pairs[][2] = {
        {"o\xcc\x88"
         "ffnen",
         "\xc3\xb6"
         "ffnen"}, /* o + diaeresis */
        {"e\xcc\x81t\xc3\xa9", "\xc3\xa9t\xc3\xa9"},
        {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c"}, /* Hangul jamo */
        {"\xe2\x84\xab", "\xc3\x85"},                             /* Angstrom sign */
        {"yes", "yes"},
        {"\xd9\x86\xd8\xb9\xd9\x85", "\xd9\x86\xd8\xb9\xd9\x85"}, /* Arabic stays */
    };
    for (size_t i = 0; i < T_COUNT(pairs); i++) {
        mote_err err;
        char *out = NULL;
        T_OK(mote_text_nfc(pairs[i][0], strlen(pairs[i][0]), &a, &out, &err));
        assert_string_equal(out, pairs[i][1]);
    }
    mote_err err;
    char *out = NULL;
    T_FAILS(mote_text_nfc("a\xff", 2, &a, &out, &err), MOTE_ARG, "UTF-8");
    T_OK(mote_text_fold("\xc3\x96"
                        "FFNE",
                        &a, &out, &err));
    assert_string_equal(out, "\xc3\xb6"
                             "ffne");
}

static void what_cannot_be_seen_is_no_part_of_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
    } bad[] = {
        {"a\033[31m", "a control character, U+001B"},
        {"a\nb", "a control character, U+000A"},
        {"a\xc2\x9b"
         "b",
         "a control character, U+009B"},
        {"a\x7f", "U+007F"},
        {"ab\xe2\x80\xae"
         "c",
         "a bidirectional control character, U+202E"},
        {"\xe2\x81\xa6"
         "c",
         "U+2066"},
        {"\xd8\x9c"
         "c",
         "U+061C"},
        {"ye\xe2\x80\x8bs", "an invisible character, U+200B"},
        {"\xef\xbb\xbfyes", "an invisible character, U+FEFF"},
        {"ye\xe2\x80\x8ds", "an invisible character, U+200D"},
        {"yes\xf3\xa0\x80\x81", "U+E0001"},
        {"", "no label"},
        {"a\xff", "not UTF-8"},
        {"0123456789a", "11 bytes long, at most 10"},
    };
    mote_err err;
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        mote_status st = mote_text_check_name("'x.wav'", "label", bad[i].name, 10, &err);
        if (st != MOTE_ARG || !strstr(err.text, bad[i].words))
            fail_msg("%s: %s", bad[i].words, err.text);
    }
    /* Persian 'mikham' is spelled with a zero-width non-joiner. */
    T_OK(mote_text_check_name(
        "x", "label", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88\xd8\xa7\xd9\x85", 100, &err));
    T_OK(mote_text_check_name("x", "label", "caf\xc3\xa9 no. 7", 100, &err));
}

static void shown_text_holds_nothing_that_a_terminal_obeys(void **state)
{
    (void)state;
    mote_buf b;
    mote_buf_init(&b, 1000);
    const char in[] = "a\033[2J\r\n\tb\xc2\x9b"
                      "c\xe2\x80\xae"
                      "d\xff"
                      "e\xf3\xa0\x80\x81"
                      "f\xc3\xb6";
    mote_buf_shown(&b, in, sizeof in - 1, true);
    assert_string_equal(b.data, "a\\x1b[2J\\x0d\n\tb\\u009bc\\u202ed\\xffe\\U000e0001f\xc3\xb6");
    mote_buf_reset(&b);
    mote_buf_shown(&b, "a\nb\t", 4, false);
    assert_string_equal(b.data, "a\\x0ab\\x09");
    mote_buf_reset(&b);
    const char json[] = "{\n  \"a\": \"\xe2\x80\xae\xc2\x9b\xf3\xa0\x80\x81\xc3\xb6\"\n}";
    mote_buf_shown_json(&b, json, sizeof json - 1);
    assert_string_equal(b.data, "{\n  \"a\": \"\\u202e\\u009b\\udb40\\udc01\xc3\xb6\"\n}");
    mote_buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_words_become_equal_bytes),
        cmocka_unit_test(what_cannot_be_seen_is_no_part_of_a_name),
        cmocka_unit_test(shown_text_holds_nothing_that_a_terminal_obeys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
