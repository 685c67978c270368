/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/text.c. */
#include "support.h"

#include "base/text.h"

static void a_buffer_grows_and_stays_terminated(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    for (int i = 0; i < 10000; i++) {
        mote_buf_char(&b, (char)('a' + i % 26));
        assert_int_equal(b.data[b.len], 0);
    }
    assert_int_equal(b.len, 10000);
    mote_buf_reset(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
    mote_buf_printf(&b, "%s=%d;", "x", 5);
    mote_buf_printf(&b, "%1000d", 1);
    assert_int_equal(b.len, 1004);
    assert_memory_equal(b.data, "x=5;", 4);
}

static void the_limit_is_exact_and_failure_sticks(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 10);
    mote_buf_str(&b, "0123456789");
    T_OK(mote_buf_status(&b, &err));
    mote_buf_add(&b, "", 0);
    T_OK(mote_buf_status(&b, &err));
    mote_buf_char(&b, 'x');
    T_FAILS(mote_buf_status(&b, &err), MOTE_LIMIT, "10 bytes");
    assert_string_equal(b.data, "0123456789");
    assert_null(mote_buf_take(&b, NULL));
    mote_buf_reset(&b);
    mote_buf_char(&b, 'x');
    T_OK(mote_buf_status(&b, &err));
    mote_buf_printf(&b, "%s", "0123456789");
    T_FAILS(mote_buf_status(&b, &err), MOTE_LIMIT, "");
}

static void take_moves_the_text_to_the_caller(void **state)
{
    (void)state;
    mote_buf b;
    mote_buf_init(&b, 100);
    size_t n = 9;
    char *empty = mote_buf_take(&b, &n);
    assert_string_equal(empty, "");
    assert_int_equal(n, 0);
    mote_free(empty);
    mote_buf_str(&b, "text");
    char *text = mote_buf_take(&b, &n);
    assert_string_equal(text, "text");
    assert_int_equal(n, 4);
    assert_null(b.data);
    mote_free(text);
    mote_buf_release(&b);
}

static mote_status fill(mote_buf *b, mote_err *err)
{
    mote_buf_init(b, 1 << 20);
    for (int i = 0; i < 2000; i++)
        mote_buf_str(b, "word ");
    mote_status st = mote_buf_status(b, err);
    mote_buf_release(b);
    return st;
}

static void out_of_memory_is_reported(void **state)
{
    (void)state;
    mote_err err;
    mote_buf b;
    T_ALLOC_SWEEP(fill(&b, &err), assert_null(b.data));
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t n;
        const char *out;
    } rows[] = {
        {"", 0, "\"\""},
        {"plain", 5, "\"plain\""},
        {"a\"b\\c", 5, "\"a\\\"b\\\\c\""},
        {"\n\r\t\x01\x1f\x7f", 6, "\"\\n\\r\\t\\u0001\\u001f\\u007f\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\xD9\x85", 2, "\"\xD9\x85\""},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1000);
        mote_buf_json_str(&b, rows[i].in, rows[i].n);
        assert_string_equal(b.data, rows[i].out);
    }
}

/* Each byte in each place of texts up to three words long, against the rule a byte at a time. */
static void every_byte_is_escaped_in_every_place(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 24; n++)
        for (size_t at = 0; at < n; at++)
            for (int c = 1; c < 256; c++) {
                char text[25] = {0}, want[64], escape[8];
                memset(text, 'a' + (int)(n % 3), n);
                text[at] = (char)c;
                static const char from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
                const char *known = strchr(from, c);
                if (known)
                    snprintf(escape, sizeof escape, "\\%c", to[known - from]);
                else if (c < 0x20 || c == 0x7F)
                    snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c);
                else
                    snprintf(escape, sizeof escape, "%c", c);
                snprintf(want, sizeof want, "\"%.*s%s%s\"", (int)at, text, escape, text + at + 1);
                MOTE_SCOPED_BUF b;
                mote_buf_init(&b, 1000);
                mote_buf_json_str(&b, text, n);
                assert_string_equal(b.data, want);
            }
}

static void html_is_escaped(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1000);
    mote_buf_html(&b, "<a href=\"x\">R&D's</a>");
    assert_string_equal(b.data, "&lt;a href=&quot;x&quot;&gt;R&amp;D&#39;s&lt;/a&gt;");
}

static void utf8_is_judged_as_the_standard_does(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool valid;
    } rows[] = {
        {"", true},
        {"ascii", true},
        {"\xC2\x80", true},
        {"\xDF\xBF", true},
        {"\xE0\xA0\x80", true},
        {"\xED\x9F\xBF", true},
        {"\xEF\xBF\xBF", true},
        {"\xF0\x90\x80\x80", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"\x80", false},     /* continuation alone */
        {"\xC0\xAF", false}, /* overlong */
        {"\xC1\xBF", false},
        {"\xE0\x9F\xBF", false},
        {"\xF0\x8F\xBF\xBF", false},
        {"\xED\xA0\x80", false},     /* surrogate */
        {"\xF4\x90\x80\x80", false}, /* over U+10FFFF */
        {"\xF5\x80\x80\x80", false},
        {"\xFF", false},
        {"\xC2", false}, /* cut */
        {"\xE2\x82", false},
        {"\xF0\x9F\x90", false},
        {"\xE2\x28\xA1", false},
        {"ok\xE2\x82\xAC then \xE2\x82", false},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++)
        assert_int_equal(mote_utf8_valid(rows[i].s, strlen(rows[i].s)), rows[i].valid);
}

static void a_byte_order_mark_is_counted_only_when_it_is_whole(void **state)
{
    (void)state;
    assert_int_equal(mote_utf8_mark("\xef\xbb\xbf", 3), 3);
    assert_int_equal(mote_utf8_mark("\xef\xbb\xbfx", 4), 3);
    assert_int_equal(mote_utf8_mark("\xef\xbb\xbf", 2), 0);
    assert_int_equal(mote_utf8_mark("\xef\xbb\xbe", 3), 0);
    assert_int_equal(mote_utf8_mark(NULL, 0), 0);
}

static void strings_compare_and_null_is_only_itself(void **state)
{
    (void)state;
    assert_true(mote_str_eq(NULL, NULL));
    assert_false(mote_str_eq(NULL, ""));
    assert_false(mote_str_eq("", NULL));
    assert_true(mote_str_eq("a", "a"));
    assert_false(mote_str_eq("a", "A"));
    assert_true(mote_str_starts("model.tflite", "model"));
    assert_true(mote_str_starts("x", ""));
    assert_false(mote_str_starts("mo", "model"));
    assert_true(mote_str_ends("model.tflite", ".tflite"));
    assert_false(mote_str_ends("e", ".tflite"));
    assert_true(mote_str_ends("x", ""));
}

static void format_says_when_it_had_to_cut(void **state)
{
    (void)state;
    char out[5];
    assert_true(mote_format(out, sizeof out, "%d", 1234));
    assert_string_equal(out, "1234");
    assert_false(mote_format(out, sizeof out, "%d", 12345));
    assert_string_equal(out, "1234");
}

static void the_nearest_name_is_found_or_none(void **state)
{
    (void)state;
    static const char *const names[] = {"train", "trace", "data", "evaluate", "compile", "d"};
    static const struct {
        const char *word;
        const char *want;
    } rows[] = {
        {"train", "train"},
        {"trian", "train"},
        {"tain", "train"},
        {"evalute", "evaluate"},
        {"eavluate", "evaluate"},
        {"complie", "compile"},
        {"dta", "data"},
        {"eval", "evaluate"},
        {"trai", "train"},
        {"tra", "train"},
        {"compiled", "compile"},
        {"xyz", NULL},
        {"", "d"},
        {"zzzzzzzz", NULL},
        {"da", "d"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const char *got = mote_nearest(rows[i].word, names, T_COUNT(names));
        if (!mote_str_eq(got, rows[i].want))
            fail_msg("'%s': '%s' instead of '%s'", rows[i].word, got ? got : "none",
                     rows[i].want ? rows[i].want : "none");
    }
    char longest[200];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(mote_nearest(longest, names, T_COUNT(names)));
    assert_null(mote_nearest("x", names, 0));
}

static void bytes_are_told_to_people(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *want;
    } rows[] = {
        {0, "0 B"},          {640, "640 B"},         {999, "999 B"},          {1000, "1.0 kB"},
        {1549, "1.5 kB"},    {1550, "1.6 kB"},       {999949, "999.9 kB"},    {999950, "1.0 MB"},
        {2100000, "2.1 MB"}, {1000000000, "1.0 GB"}, {UINT64_MAX, "18.4 EB"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char out[32];
        mote_human_bytes(rows[i].bytes, out, sizeof out);
        assert_string_equal(out, rows[i].want);
    }
}

static void counts_have_the_number_of_their_noun(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        const char *nouns, *text;
    } rows[] = {
        {0, "gaps", "0 gaps"},         {1, "gaps", "1 gap"},        {2, "gaps", "2 gaps"},
        {1, "stretches", "1 stretch"}, {1, "series", "1 series"},   {1, "classes", "1 class"},
        {1, "pictures", "1 picture"},  {21, "tables", "21 tables"}, {1, "", "1 "}};
    for (size_t i = 0; i < T_COUNT(rows); i++)
        assert_string_equal(MOTE_COUNTED(rows[i].n, rows[i].nouns), rows[i].text);
}

static void durations_are_told_to_people(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *want;
    } rows[] = {
        {0, "0 us"},          {999, "999 us"},         {1000, "1 ms"},
        {350999, "350 ms"},   {1000000, "1.0 s"},      {59999999, "59.9 s"},
        {64000000, "1m 04s"}, {3599999999, "59m 59s"}, {3600000000, "1h 00m"},
        {-350000, "-350 ms"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char out[32];
        mote_human_duration(rows[i].us, out, sizeof out);
        assert_string_equal(out, rows[i].want);
    }
    char out[40];
    mote_human_duration(INT64_MIN, out, sizeof out); /* must not overflow */
    assert_true(out[0] == '-');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_grows_and_stays_terminated),
        cmocka_unit_test(the_limit_is_exact_and_failure_sticks),
        cmocka_unit_test(take_moves_the_text_to_the_caller),
        cmocka_unit_test(out_of_memory_is_reported),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(every_byte_is_escaped_in_every_place),
        cmocka_unit_test(html_is_escaped),
        cmocka_unit_test(utf8_is_judged_as_the_standard_does),
        cmocka_unit_test(a_byte_order_mark_is_counted_only_when_it_is_whole),
        cmocka_unit_test(strings_compare_and_null_is_only_itself),
        cmocka_unit_test(format_says_when_it_had_to_cut),
        cmocka_unit_test(the_nearest_name_is_found_or_none),
        cmocka_unit_test(bytes_are_told_to_people),
        cmocka_unit_test(counts_have_the_number_of_their_noun),
        cmocka_unit_test(durations_are_told_to_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
