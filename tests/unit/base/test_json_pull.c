/* SPDX-License-Identifier: Apache-2.0 */
/* base/json_pull: structure, errors with their place, exact floats against strtof. */
#include "base/json_pull.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/rng.h"

static uint64_t seed(void)
{
    const char *text = getenv("T_SEED");
    uint64_t s = text ? strtoull(text, NULL, 10) : 20261;
    print_message("T_SEED=%llu\n", (unsigned long long)s);
    return s;
}

static uint32_t bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static void expect_float(const char *text)
{
    float got = -7.0f;
    float want = strtof(text, NULL);
    bool ok = mote_parse_f32(text, strlen(text), &got);
    if (isinf(want)) {
        if (ok)
            fail_msg("'%s' is infinite but was read as %.9g", text, (double)got);
        return;
    }
    if (!ok || bits(got) != bits(want))
        fail_msg("'%s': read %.9g (%d), nearest is %.9g", text, (double)got, ok, (double)want);
}

static void floats_are_the_nearest_ones(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "0",
        "-0",
        "1",
        "-1.5",
        "0.1",
        "3.4028234663852886e38",
        "3.4028235e38",
        "3.4028235677973366e38",
        "1e39",
        "1e-45",
        "7.006492321624085e-46",
        "7.0064923216240853e-46",
        "7.0064923216240854e-46",
        "1.1754943508222875e-38",
        "1e-400",
        "1e400",
        "1.17549435e-38",
        "1.1754942e-38",
        "16777217",
        "16777217.0000000001",
        "16777216.9999999999",
        "16777219",
        "33554433",
        "1.00000005960464477539062500",
        "1.00000005960464477539062501",
        "1.00000005960464477539062499",
        "1.000000059604644775390625000000000000000000000000000000000000000000000000000000000001",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000000000000000001",
        "9007199254740993",
        "1e22",
        "1e23",
        ("0.0000000000000000000000000000000000000000000007006492321624085354618"
         "7347112734690286949975151181310764"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_float(cases[i]);
    mote_rng r;
    mote_rng_init(&r, seed());
    char text[200];
    for (int i = 0; i < 400000; i++) {
        uint32_t u = (uint32_t)mote_rng_u64(&r) & 0x7FFFFFFFu;
        float f;
        memcpy(&f, &u, sizeof f);
        if (!isfinite(f))
            continue;
        float up = nextafterf(f, INFINITY);
        double mid = isinf(up) ? (double)f : ((double)f + (double)up) / 2;
        static const int digits[] = {6, 9, 17, 25, 150};
        double x = mote_rng_below(&r, 2) ? (double)f : mid;
        if (mote_rng_below(&r, 4))
            (void)snprintf(text, sizeof text, "%.*g", digits[mote_rng_below(&r, 5)], x);
        else
            (void)snprintf(text, sizeof text, "%.*f", (int)mote_rng_below(&r, 12), x);
        expect_float(text);
    }
}

/* The exact decimals of midpoints, and the same with the last digit moved by one. */
static void midpoints_are_decided_exactly(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, seed());
    for (int i = 0; i < 20000; i++) {
        uint32_t u = mote_rng_below(&r, 0x7F7FFFFF);
        float f;
        memcpy(&f, &u, sizeof f);
        double mid = ((double)f + (double)nextafterf(f, INFINITY)) / 2;
        char text[200];
        (void)snprintf(text, sizeof text, "%.120e", mid);
        expect_float(text);
        char *e = strchr(text, 'e');
        e[-1] = '1';
        expect_float(text);
        (void)snprintf(text, sizeof text, "%.*e", 17 + (int)mote_rng_below(&r, 20), mid);
        expect_float(text);
    }
}

static void what_is_no_number_of_json_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",     "-",   "+1",       "01",        "-01", ".5", "1.", "1.e3", "1e",   "1e+",
        "0x10", "NaN", "Infinity", "-Infinity", "1 ",  " 1", "1,", "--1",  "1e5.5"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float x = 5.0f;
        if (mote_parse_f32(cases[i], strlen(cases[i]), &x))
            fail_msg("'%s' was read as %g", cases[i], (double)x);
        assert_true(bits(x) == bits(5.0f));
    }
}

static void written_floats_read_back_and_are_short(void **state)
{
    (void)state;
    static const struct {
        float x;
        const char *text;
    } cases[] = {
        {0.0f, "0"},
        {-0.0f, "-0.0"},
        {1.0f, "1"},
        {0.1f, "0.1"},
        {-2.5f, "-2.5"},
        {0.00390625f, "0.00390625"},
        {0.99609375f, "0.99609375"},
        {16777216.0f, "16777216"},
        {1234.5f, "1234.5"},
        {0.3333333433f, "0.33333334"},
        {NAN, "null"},
        {-INFINITY, "null"},
    };
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_buf_reset(&b);
        mote_json_add_f32s(&b, &cases[i].x, 1);
        assert_string_equal(b.data, cases[i].text);
    }
    mote_rng r;
    mote_rng_init(&r, seed());
    for (int i = 0; i < 200000; i++) {
        uint32_t u = (uint32_t)mote_rng_u64(&r);
        float x;
        if (i % 2 == 0) {
            memcpy(&x, &u, sizeof x);
            if (!isfinite(x))
                continue;
        } else {
            x = (float)mote_rng_normal(&r);
        }
        mote_buf_reset(&b);
        mote_json_add_f32s(&b, &x, 1);
        float back = strtof(b.data, NULL);
        if (bits(back) != bits(x))
            fail_msg("%.9g was written as '%s'", (double)x, b.data);
        char shortest[400];
        int digits = 1;
        do
            (void)snprintf(shortest, sizeof shortest, "%.*g", digits++, (double)x);
        while (bits(strtof(shortest, NULL)) != bits(x));
        size_t n_digits = 0;
        for (const char *c = b.data; *c && *c != 'e'; c++)
            n_digits += *c >= '0' && *c <= '9' && (n_digits > 0 || *c != '0');
        if (strchr(b.data, '.') && n_digits > (size_t)digits - 1)
            fail_msg("'%s' could be '%s'", b.data, shortest);
    }
}

/* ---- structure ---- */

static mote_status walk(const char *text, mote_err *err)
{
    mote_json_pull p;
    mote_json_pull_init(&p, text, strlen(text));
    MOTE_TRY(mote_pull_skip(&p, err));
    return mote_pull_end(&p, err);
}

static void documents_are_accepted_like_by_jansson(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "[]",
        "[[],{}]",
        "{\"a\":1,\"b\":[true,false,null,\"x\\n\\u00e9\"]}",
        " [ 1 , 2.5e3 ] ",
        "\"text\"",
        "-3",
        "null",
        "{\"a\":{\"b\":{\"c\":[[[1]]]}}}",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "[1 2]",
        "[1]]",
        "{}{}",
        "",
        "[",
        "{",
        "[\"a]",
        "tru",
        "nulll",
        "[01]",
        "[1.]",
        "\"\x01\"",
        "{\"a\":1 \"b\":2}",
        "[}",
        "{]",
        "'a'",
        "[NaN]",
        "[1}",
        "{\"a\":[1}}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_err err = {0};
        bool mine = walk(cases[i], &err) == MOTE_OK;
        json_error_t e;
        json_t *j = json_loads(cases[i], JSON_DECODE_ANY, &e);
        if (mine != (j != NULL))
            fail_msg("'%s': %s here, %s there (%s)", cases[i], mine ? "accepted" : "refused",
                     j ? "accepted" : "refused", err.text);
        json_decref(j);
        if (!mine)
            assert_true(strlen(err.text) > 10);
    }
}

static void errors_name_line_and_column(void **state)
{
    (void)state;
    mote_err err = {0};
    assert_int_equal(walk("{\"a\": [1,\n  2,\n  oops]}", &err), MOTE_PARSE);
    assert_string_equal(err.text, "line 3, column 3: a value is expected here");
    assert_int_equal(walk("{\"a\": 1", &err), MOTE_PARSE);
    assert_string_equal(err.text, "line 1, column 8: the text ends where ',' or '}' is expected");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    char *text = malloc(2000001);
    memset(text, '[', 2000000);
    text[2000000] = '\0';
    mote_err err = {0};
    assert_int_equal(walk(text, &err), MOTE_LIMIT);
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    assert_int_equal(walk(text, &err), MOTE_OK);
    free(text);
}

static void members_are_pulled_in_order(void **state)
{
    (void)state;
    static const char text[] = "{\"name\":\"a\\u0041\\ud83d\\ude00\",\"n\":-12,\"x\":0.5,\"on\":"
                               "true,\"none\":null,\"list\":[1,2,3]}";
    mote_json_pull p;
    mote_json_pull_init(&p, text, sizeof text - 1);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    int64_t n = 0, sum = 0, item = 0;
    double x = 0;
    bool on = false;
    char *name = NULL;
    mote_slice key, s;
    assert_int_equal(mote_pull_object(&p, NULL), MOTE_OK);
    while (mote_pull_key(&p, &key)) {
        if (mote_slice_is(key, "name")) {
            assert_int_equal(mote_pull_str(&p, &s, NULL), MOTE_OK);
            assert_int_equal(mote_pull_text(s, &a, &name, NULL, NULL), MOTE_OK);
        } else if (mote_slice_is(key, "n")) {
            assert_int_equal(mote_pull_i64(&p, &n, NULL), MOTE_OK);
        } else if (mote_slice_is(key, "x")) {
            assert_int_equal(mote_pull_f64(&p, &x, NULL), MOTE_OK);
        } else if (mote_slice_is(key, "on")) {
            assert_int_equal(mote_pull_bool(&p, &on, NULL), MOTE_OK);
        } else if (mote_slice_is(key, "none")) {
            assert_int_equal(mote_pull_skip(&p, NULL), MOTE_OK);
        } else {
            assert_int_equal(mote_pull_array(&p, NULL), MOTE_OK);
            while (mote_pull_item(&p)) {
                assert_int_equal(mote_pull_i64(&p, &item, NULL), MOTE_OK);
                sum += item;
            }
        }
    }
    assert_int_equal(mote_pull_end(&p, NULL), MOTE_OK);
    assert_string_equal(name, "aA\xF0\x9F\x98\x80");
    assert_int_equal(n, -12);
    assert_true(x > 0.49 && x < 0.51 && on);
    assert_int_equal(sum, 6);
}

static void a_key_given_twice_is_refused_however_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mote_status want;
    } cases[] = {
        {"{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":3},{\"a\":4}]}", MOTE_OK},
        {"{\"a\":1,\"a\":1}", MOTE_PARSE},
        {"{\"a\":1,\"\\u0061\":1}", MOTE_PARSE},
        {"{\"\\u00E9\":1,\"\xc3\xa9\":1}", MOTE_PARSE},
        {"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":1}", MOTE_PARSE},
        {"{\"\\n\":1,\"\\u000a\":1}", MOTE_PARSE},
        {"{\"x\":{\"deep\":[{\"b\":1,\"b\":2}]}}", MOTE_PARSE}, /* also in what is skipped */
        {"{\"\":1,\"\":2}", MOTE_PARSE},
        {"{\"abc\":1,\"ab\\u0063\":2}", MOTE_PARSE},
        {"{\"ab\\u0063\":1,\"abc\":2}", MOTE_PARSE},
        {"{\"ab\":1,\"ab\\u0063\":2,\"\\u0061\":3}", MOTE_OK},
        {"{\"\xc3\xa9\":1,\"\xc3\xa8\":2,\"x\\u00e9\":3}", MOTE_OK},
        {"{\"a\":1,\"A\":2,\"a \":3,\"\\\\a\":4}", MOTE_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_err err = {0};
        mote_status got = walk(cases[i].text, &err);
        if (got != cases[i].want)
            fail_msg("%s: status %d, %s", cases[i].text, (int)got, err.text);
        if (got == MOTE_PARSE)
            assert_non_null(strstr(err.text, "is given twice"));
    }
    char many[4096] = "{";
    for (int i = 0; i < 257; i++)
        snprintf(many + strlen(many), 16, "%s\"%d\":0", i ? "," : "", i);
    strcat(many, "}");
    mote_err err = {0};
    assert_int_equal(walk(many, &err), MOTE_LIMIT);
}

static void a_null_member_is_absent_for_who_wants_it_so(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":null,\"b\":1,\"c\":null}";
    mote_json_pull p;
    mote_json_pull_init(&p, text, sizeof text - 1);
    mote_slice key;
    int64_t n = 0;
    assert_int_equal(mote_pull_object(&p, NULL), MOTE_OK);
    assert_true(mote_pull_member(&p, &key));
    assert_true(mote_slice_is(key, "b"));
    assert_int_equal(mote_pull_i64(&p, &n, NULL), MOTE_OK);
    assert_false(mote_pull_member(&p, &key));
    assert_int_equal(mote_pull_end(&p, NULL), MOTE_OK);
    mote_json_pull_init(&p, "{\"a\":nul}", 9);
    assert_int_equal(mote_pull_object(&p, NULL), MOTE_OK);
    assert_false(mote_pull_member(&p, &key));
    assert_int_equal(mote_pull_end(&p, NULL), MOTE_PARSE);
}

static void bad_strings_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"\\x",     "\\u12",   "\\ud800", "\\ud800\\u0041",
                                        "\\udc00", "\\u0000", "\xff",    "\xc0\x80"};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out = NULL;
        assert_int_equal(
            mote_pull_text((mote_slice){cases[i], strlen(cases[i])}, &a, &out, NULL, NULL),
            MOTE_PARSE);
    }
}

static mote_status tensor(const char *text, int32_t n_dims, const int64_t *dims, float *out,
                          size_t *n, mote_err *err)
{
    mote_json_pull p;
    mote_json_pull_init(&p, text, strlen(text));
    MOTE_TRY(mote_pull_f32s(&p, dims, n_dims, out, n, err));
    return mote_pull_end(&p, err);
}

/* Of rows; elsewhere it is refused, as below. */
static void null_is_a_missing_number_where_it_is_asked_for(void **state)
{
    (void)state;
    static const char *const texts[] = {"[1,null,3]", " [ 1 , null , 3 ] "};
    const int64_t dims[] = {3};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        float out[3];
        size_t n = 0;
        mote_json_pull p;
        mote_json_pull_init(&p, texts[i], strlen(texts[i]));
        p.null_is_nan = true;
        assert_int_equal(mote_pull_f32s(&p, dims, 1, out, &n, NULL), MOTE_OK);
        assert_int_equal(mote_pull_end(&p, NULL), MOTE_OK);
        assert_int_equal(n, 3);
        assert_true(out[0] == 1.0f && out[1] != out[1] && out[2] == 3.0f);
    }
    float out[3];
    size_t n = 0;
    mote_json_pull p;
    mote_json_pull_init(&p, "[1,nul]", 7);
    p.null_is_nan = true;
    assert_int_equal(mote_pull_f32s(&p, dims, 1, out, &n, NULL), MOTE_PARSE);
}

static void tensors_come_flat_or_nested_like_their_shape(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mote_status st;
        size_t n;
    } cases[] = {
        {"[1,2,3,4,5,6]", MOTE_OK, 6},
        {"[[1,2,3],[4,5,6]]", MOTE_OK, 6},
        {" [ [ 1 , 2 , 3 ] , [ 4 ,5, 6 ] ] ", MOTE_OK, 6},
        {"[1,2,3]", MOTE_OK, 3},
        {"[]", MOTE_OK, 0},
        {"[true,false,1]", MOTE_OK, 3},
        {"[[1,2,3],[4,5]]", MOTE_SHAPE, 0},
        {"[[1,2],[3,4],[5,6]]", MOTE_SHAPE, 0},
        {"[[1,2,3],[4,5,6],[7,8,9]]", MOTE_PARSE, 0},
        {"[[1,2,3]]", MOTE_PARSE, 0},
        {"[[1,2,3],4,5,6]", MOTE_PARSE, 0},
        {"[[[1,2,3]],[[4,5,6]]]", MOTE_PARSE, 0},
        {"[1,2,3,4,5,6,7]", MOTE_LIMIT, 0},
        {"[1,2,\"3\"]", MOTE_PARSE, 0},
        {"[1,null]", MOTE_PARSE, 0},
        {"[1,NaN]", MOTE_PARSE, 0},
        {"[1e39]", MOTE_RANGE, 0},
        {"[1,,2]", MOTE_PARSE, 0},
        {"[1,2", MOTE_PARSE, 0},
        {"[1,2,", MOTE_PARSE, 0},
        {"7", MOTE_PARSE, 0},
        {"[", MOTE_PARSE, 0},
        {"[[", MOTE_PARSE, 0},
        {"[[1,2,3],", MOTE_PARSE, 0},
        {"[tru]", MOTE_PARSE, 0},
    };
    const int64_t dims[] = {2, 3};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float out[6] = {0};
        size_t n = 99;
        mote_err err = {0};
        mote_status st = tensor(cases[i].text, 2, dims, out, &n, &err);
        if (st != cases[i].st)
            fail_msg("'%s': %s (%s)", cases[i].text, mote_status_name(st), err.text);
        if (st == MOTE_OK)
            assert_int_equal(n, cases[i].n);
        if (st == MOTE_OK && n == 6)
            for (int k = 0; k < 6; k++)
                assert_true(bits(out[k]) == bits((float)(k + 1)));
    }
}

static void every_prefix_of_a_document_is_refused_without_reading_past_it(void **state)
{
    (void)state;
    static const char text[] = "{\"inputs\":[{\"name\":\"x\\n\",\"shape\":[1,2],\"data\":[1.25e-1,-"
                               "2],\"b\":[true,null]}]}";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *copy = malloc(n ? n : 1); /* exactly n bytes, so that a sanitizer sees one too far */
        memcpy(copy, text, n);
        mote_json_pull p;
        mote_json_pull_init(&p, copy, n);
        mote_err err = {0};
        mote_status st = mote_pull_skip(&p, &err);
        assert_int_not_equal(st == MOTE_OK ? mote_pull_end(&p, &err) : st, MOTE_OK);
        free(copy);
    }
    assert_int_equal(walk(text, NULL), MOTE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_are_the_nearest_ones),
        cmocka_unit_test(midpoints_are_decided_exactly),
        cmocka_unit_test(what_is_no_number_of_json_is_refused),
        cmocka_unit_test(written_floats_read_back_and_are_short),
        cmocka_unit_test(documents_are_accepted_like_by_jansson),
        cmocka_unit_test(errors_name_line_and_column),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(members_are_pulled_in_order),
        cmocka_unit_test(a_key_given_twice_is_refused_however_it_is_written),
        cmocka_unit_test(a_null_member_is_absent_for_who_wants_it_so),
        cmocka_unit_test(bad_strings_are_refused),
        cmocka_unit_test(tensors_come_flat_or_nested_like_their_shape),
        cmocka_unit_test(null_is_a_missing_number_where_it_is_asked_for),
        cmocka_unit_test(every_prefix_of_a_document_is_refused_without_reading_past_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
