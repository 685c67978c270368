/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/json.c. */
#include "support.h"

#include <math.h>

#include "base/json.h"

static json_t *parse(const char *text)
{
    mote_err err;
    json_t *j = NULL;
    T_OK(mote_json_parse("test", text, strlen(text), &j, &err));
    return j;
}

static void errors_name_source_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"", "r.json:1:"},
        {"{\"a\": 1,\n  \"b\": }", "r.json:2:8:"},
        {"{\"a\": 1, \"a\": 2}", "duplicate"},
        {"[1, 2", "r.json:1:"},
        {"[1] x", "r.json:1:"},
        {"\"\xC3\"", "r.json:1:"},
        {"[1e999]", "r.json:1:"},
        {"[99999999999999999999]", "r.json:1:"},
        {"\"\\u0000\"", "r.json:1:"},
        {"nul", "r.json:1:"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err;
        json_t *j = NULL;
        T_FAILS(mote_json_parse("r.json", rows[i].text, strlen(rows[i].text), &j, &err), MOTE_PARSE,
                rows[i].words);
        assert_null(j);
    }
}

static void zero_bytes_are_refused(void **state)
{
    (void)state;
    mote_err err;
    json_t *j = NULL;
    T_FAILS(mote_json_parse("zero", "0\0", 2, &j, &err), MOTE_PARSE,
            "zero: a 0 byte after 1 bytes");
    T_FAILS(mote_json_parse("zero", "[1,\0 2]", 7, &j, &err), MOTE_PARSE, "zero: ");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    static char text[200000];
    memset(text, '[', sizeof text);
    mote_err err;
    json_t *j = NULL;
    T_FAILS(mote_json_parse("deep", text, sizeof text, &j, &err), MOTE_PARSE, "deep");
}

static void compact_text_is_canonical(void **state)
{
    (void)state;
    MOTE_SCOPED_JSON *one =
        parse("{\"b\": [1, 2.50, -0.0, 1e2, {}], \"a\": {\"z\": null, \"y\": true}}");
    MOTE_SCOPED_JSON *two = parse("{\"a\":{\"y\":true,\"z\":null},\"b\":[1,2.5,-0.0,100.0,{}]}");
    MOTE_SCOPED_BUF b;
    MOTE_SCOPED_BUF c;
    mote_buf_init(&b, 1000);
    mote_buf_init(&c, 1000);
    mote_json_write(&b, one, false);
    mote_json_write(&c, two, false);
    assert_string_equal(b.data, "{\"a\":{\"y\":true,\"z\":null},\"b\":[1,2.5,-0.0,100.0,{}]}");
    assert_string_equal(b.data, c.data);
}

static void pretty_text_keeps_the_order(void **state)
{
    (void)state;
    MOTE_SCOPED_JSON *j = parse("{\"b\":[1,\"x\\n\"],\"a\":{},\"c\":[],\"d\":{\"e\":0.1}}");
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1000);
    mote_json_write(&b, j, true);
    assert_string_equal(b.data,
                        "{\n  \"b\": [\n    1,\n    \"x\\n\"\n  ],\n  \"a\": {},\n  \"c\": [],\n"
                        "  \"d\": {\n    \"e\": 0.1\n  }\n}\n");
}

static void writing_and_parsing_again_gives_an_equal_value(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "null",
        "true",
        "3",
        "3.0",
        "-1e-7",
        "\"\\u0007\\u20ac\\ud83d\\udc26\"",
        "[]",
        "{}",
        "[[[[1]]]]",
        "{\"\":{\"\":[]}}",
        "[9223372036854775807,-9223372036854775808]",
        "[1e15,1e22,123456789012345680.0]",
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        for (int pretty = 0; pretty < 2; pretty++) {
            MOTE_SCOPED_JSON *j = parse(rows[i]);
            MOTE_SCOPED_BUF b;
            mote_buf_init(&b, 1000);
            mote_json_write(&b, j, pretty);
            MOTE_SCOPED_JSON *again = parse(b.data);
            if (!json_equal(j, again))
                fail_msg("'%s' became '%s'", rows[i], b.data);
        }
    }
}

static void members_are_typed_and_complaints_name_them(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_JSON *j =
        parse("{\"s\":\"x\",\"i\":7,\"f\":2.5,\"t\":true,\"o\":{},\"a\":[],\"n\":null}");
    const char *s = NULL;
    int64_t i = 0;
    double f = 0;
    bool t = false;
    json_t *v = NULL;
    T_OK(mote_json_get_str(j, "r", "s", &s, &err));
    assert_string_equal(s, "x");
    T_OK(mote_json_get_i64(j, "r", "i", (mote_i64_range){0, 7}, &i, &err));
    assert_true(i == 7);
    T_OK(mote_json_get_f64(j, "r", "f", &f, &err));
    assert_true(f == 2.5);
    T_OK(mote_json_get_f64(j, "r", "i", &f, &err));
    assert_true(f == 7);
    T_OK(mote_json_get_bool(j, "r", "t", &t, &err));
    assert_true(t);
    T_OK(mote_json_get_obj(j, "r", "o", &v, &err));
    assert_true(json_is_object(v));
    T_OK(mote_json_get_arr(j, "r", "a", &v, &err));
    assert_true(json_is_array(v));

    T_FAILS(mote_json_get_str(j, "r", "nope", &s, &err), MOTE_PARSE, "r: 'nope' is missing");
    T_FAILS(mote_json_get_str(j, "r", "i", &s, &err), MOTE_PARSE,
            "'i' is a whole number, expected a string");
    T_FAILS(mote_json_get_i64(j, "r", "f", (mote_i64_range){0, 9}, &i, &err), MOTE_PARSE,
            "number with a fraction");
    T_FAILS(mote_json_get_i64(j, "r", "i", (mote_i64_range){8, 9}, &i, &err), MOTE_RANGE,
            "'i' is 7, expected 8 to 9");
    T_FAILS(mote_json_get_f64(j, "r", "n", &f, &err), MOTE_PARSE, "'n' is null");
    T_FAILS(mote_json_get_bool(j, "r", "o", &t, &err), MOTE_PARSE, "'o' is an object");
    T_FAILS(mote_json_get_obj(j, "r", "a", &v, &err), MOTE_PARSE, "'a' is an array");
    T_FAILS(mote_json_get_arr(j, "r", "t", &v, &err), MOTE_PARSE, "'t' is true or false");
    T_FAILS(mote_json_get_str(json_object_get(j, "a"), "r", "x", &s, &err), MOTE_PARSE,
            "r: is an array");
    T_FAILS(mote_json_get_str(NULL, "r", "x", &s, &err), MOTE_PARSE, "r: is nothing");
    assert_string_equal(s, "x");
    assert_true(i == 7);
}

static void any_bytes_can_be_shown(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"plain \xC3\xBC", "plain \xC3\xBC"},
        {"w\xFF.wav", "w\xEF\xBF\xBD.wav"},
        {"\xC3", "\xEF\xBF\xBD"},
        {"\xE2\x82z\xE2\x82\xAC", "\xEF\xBF\xBD\xEF\xBF\xBDz\xE2\x82\xAC"},
        {"\xF0\x9F\x98\x80\x80", "\xF0\x9F\x98\x80\xEF\xBF\xBD"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *j = mote_json_text(cases[i].in);
        assert_non_null(j);
        assert_string_equal(json_string_value(j), cases[i].out);
        json_decref(j);
    }
}

static void files_load_with_a_limit(void **state)
{
    (void)state;
    mote_err err;
    const char *path = t_path("x.json");
    T_OK(mote_file_write(path, "{\"a\":1}\n", 8, &err));
    MOTE_SCOPED_JSON *j = NULL;
    T_FAILS(mote_json_load(path, 7, &j, &err), MOTE_LIMIT, path);
    T_OK(mote_json_load(path, 8, &j, &err));
    T_FAILS(mote_json_load(t_path("none"), 8, &j, &err), MOTE_NOT_FOUND, "none");
}

static void *sweep_alloc(size_t n)
{
    return mote_alloc(n, 1);
}

static mote_status round_trip(mote_buf *b, mote_err *err)
{
    static const char text[] = "{\"b\":[1,2.5,{\"c\":\"text\"}],\"a\":{\"k\":[true,null]}}";
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_TRY(mote_json_parse("sweep", text, sizeof text - 1, &j, err));
    mote_json_write(b, j, false);
    return mote_buf_status(b, err);
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    mote_err err;
    json_set_alloc_funcs(sweep_alloc, mote_free);
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1000);
        mote_mem_fail_after(n);
        mote_status st = round_trip(&b, &err);
        mote_mem_fail_never();
        done = st == MOTE_OK;
        /* jansson's lexer takes a buffer that cannot grow for the end of the text: PARSE. */
        assert_true(done || st == MOTE_NOMEM || st == MOTE_PARSE);
        if (done)
            assert_string_equal(b.data,
                                "{\"a\":{\"k\":[true,null]},\"b\":[1,2.5,{\"c\":\"text\"}]}");
        assert_true(n < 1000);
    }
}

static void lists_of_numbers_say_what_is_not_finite(void **state)
{
    (void)state;
    const double x[] = {1.0, 0.1, (double)NAN, -2.5e-3, (double)INFINITY};
    const float f[] = {0.5f, -3.0f, 0.25f}, not_finite[] = {1.0f, NAN};
    MOTE_SCOPED_JSON *numbers = mote_json_numbers(x, 5);
    MOTE_SCOPED_JSON *floats = mote_json_floats(f, 3);
    MOTE_SCOPED_JSON *none = mote_json_floats(NULL, 0);
    MOTE_SCOPED_JSON *refused = mote_json_floats(not_finite, 2);
    MOTE_SCOPED_JSON *all = json_pack("[O, O, O]", numbers, floats, none);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1000);
    mote_json_write(&b, all, false);
    assert_int_equal(b.status, MOTE_OK);
    assert_string_equal(b.data, "[[1.0,0.1,null,-0.0025,null],[0.5,-3.0,0.25],[]]");
    assert_null(refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_source_line_and_column),
        cmocka_unit_test(zero_bytes_are_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(compact_text_is_canonical),
        cmocka_unit_test(pretty_text_keeps_the_order),
        cmocka_unit_test(writing_and_parsing_again_gives_an_equal_value),
        cmocka_unit_test(members_are_typed_and_complaints_name_them),
        cmocka_unit_test(any_bytes_can_be_shown),
        cmocka_unit_test(files_load_with_a_limit),
        cmocka_unit_test(lists_of_numbers_say_what_is_not_finite),
        cmocka_unit_test(every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
