/* SPDX-License-Identifier: Apache-2.0 */
/* base/json_write: commas, keys, escapes, numbers, nesting; every document reads back the same. */
#include "tests/support.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/rng.h"

static void a_document_has_its_commas_and_no_blanks(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_json_out w;
    const float values[] = {0.5f, -1, NAN, 0.1f};
    mote_out_begin(&w, &b);
    mote_out_object(&w, NULL);
    mote_out_object(&w, "empty");
    mote_out_end(&w);
    mote_out_array(&w, "none");
    mote_out_end(&w);
    mote_out_str(&w, "name", "a \"b\"\\\n\x01\x7f/é");
    mote_out_str(&w, "nobody", NULL);
    mote_out_strn(&w, "part", "abcdef", 3);
    mote_out_format(&w, "version", "%d.%d", 1, 2);
    mote_out_i64(&w, "low", INT64_MIN);
    mote_out_u64(&w, "high", UINT64_MAX);
    mote_out_i64(&w, "zero", 0);
    mote_out_bool(&w, "yes", true);
    mote_out_bool(&w, "no", false);
    mote_out_null(&w, "null");
    mote_out_f32(&w, "f32", 0.1f);
    mote_out_f32(&w, "inf", INFINITY);
    mote_out_array(&w, "values");
    mote_out_f32s(&w, values, 0);
    mote_out_f32s(&w, values, 4);
    mote_out_f32s(&w, values, 1);
    mote_out_object(&w, NULL);
    mote_out_str(&w, "a \"key\"", "");
    mote_out_end(&w);
    mote_out_end(&w);
    mote_out_end(&w);
    mote_out_finish(&w);
    assert_string_equal(
        b.data,
        "{\"empty\":{},\"none\":[],\"name\":\"a \\\"b\\\"\\\\\\n\\u0001\\u007f/é\",\"nobody\":null,"
        "\"part\":\"abc\",\"version\":\"1.2\",\"low\":-9223372036854775808,"
        "\"high\":18446744073709551615,\"zero\":0,\"yes\":true,\"no\":false,\"null\":null,"
        "\"f32\":0.1,\"inf\":null,\"values\":[0.5,-1,null,0.1,0.5,"
        "{\"a \\\"key\\\"\":\"\"}]}");
}

/* A random document into the writer and, as jansson's value, beside it. */
static json_t *grow(mote_json_out *w, const char *key, mote_rng *r, int depth)
{
    int kind = (int)mote_rng_below(r, depth == 0 ? 4 : 6);
    if (kind == 0) {
        int64_t x = (int64_t)(mote_rng_uniform(r) * 9e18) >> mote_rng_below(r, 63);
        mote_out_i64(w, key, x);
        return json_integer(x);
    }
    if (kind == 1) {
        char text[80];
        size_t n = mote_rng_below(r, sizeof text);
        for (size_t i = 0; i < n; i++)
            text[i] = (char)(1 + mote_rng_below(r, 127));
        mote_out_strn(w, key, text, n);
        return json_stringn(text, n);
    }
    if (kind == 2) {
        bool x = mote_rng_below(r, 2);
        mote_out_bool(w, key, x);
        return json_boolean(x);
    }
    if (kind == 3) {
        double x = (2.0 * mote_rng_below(r, 512) + 1.0) / 16.0; /* few decimals, and not none */
        mote_out_f32(w, key, (float)x);
        return json_real(x);
    }
    json_t *j = kind == 4 ? json_array() : json_object();
    if (kind == 4)
        mote_out_array(w, key);
    else
        mote_out_object(w, key);
    for (size_t i = mote_rng_below(r, 5); i > 0; i--) {
        char name[100];
        snprintf(
            name, sizeof name, "%zu%.*s", i, (int)mote_rng_below(r, 90),
            "a key that is\tlong, \"longer\" than what goes into the buffer in one piece, by a "
            "good deal");
        if (kind == 4)
            json_array_append_new(j, grow(w, NULL, r, depth - 1));
        else
            json_object_set_new(j, name, grow(w, name, r, depth - 1));
    }
    mote_out_end(w);
    return j;
}

static void any_document_reads_back_the_same(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 2000; i++) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1 << 20);
        mote_json_out w;
        mote_out_begin(&w, &b);
        MOTE_SCOPED_JSON *want = json_array();
        mote_out_array(&w, NULL);
        json_array_append_new(want, grow(&w, NULL, &r, 5));
        mote_out_end(&w);
        mote_out_finish(&w);
        MOTE_SCOPED_JSON *got = NULL;
        T_OK(mote_json_parse("written", b.data, b.len, &got, &err));
        if (!json_equal(want, got))
            fail_msg("%s", b.data);
    }
}

static void a_full_buffer_is_told_at_the_end(void **state)
{
    (void)state;
    for (size_t max = 0; max < 40; max++) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, max);
        mote_json_out w;
        mote_out_begin(&w, &b);
        mote_out_object(&w, NULL);
        mote_out_str(&w, "a", "plain");
        mote_out_str(&w, "b", "not\nplain");
        mote_out_i64(&w, "c", 123);
        mote_out_end(&w);
        mote_out_finish(&w); /* {"a":"plain","b":"not\nplain","c":123} */
        assert_int_equal(b.status, max < 38 ? MOTE_LIMIT : MOTE_OK);
    }
}

typedef void bad_caller(mote_json_out *w);

static void key_in_an_array(mote_json_out *w)
{
    mote_out_array(w, NULL);
    mote_out_i64(w, "x", 1);
}

static void no_key_in_an_object(mote_json_out *w)
{
    mote_out_object(w, NULL);
    mote_out_i64(w, NULL, 1);
}

static void left_open(mote_json_out *w)
{
    mote_out_object(w, NULL);
    mote_out_finish(w);
}

static void closed_twice(mote_json_out *w)
{
    mote_out_object(w, NULL);
    mote_out_end(w);
    mote_out_end(w);
}

static void two_documents(mote_json_out *w)
{
    mote_out_i64(w, NULL, 1);
    mote_out_i64(w, NULL, 1);
}

static void too_deep(mote_json_out *w)
{
    for (int i = 0; i <= MOTE_OUT_MAX_DEPTH; i++)
        mote_out_array(w, NULL);
}

static void nothing(mote_json_out *w)
{
    mote_out_finish(w);
}

static void wrong_nesting_ends_the_program(void **state)
{
    (void)state;
    static bad_caller *const bad[] = {key_in_an_array, no_key_in_an_object, left_open,
                                      closed_twice,    two_documents,       too_deep,
                                      nothing};
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        pid_t child = fork();
        if (child == 0) {
            MOTE_SCOPED_BUF b;
            mote_buf_init(&b, 4096);
            mote_json_out w;
            mote_out_begin(&w, &b);
            (void)close(STDERR_FILENO);
            (void)signal(SIGABRT, SIG_DFL);
            bad[i](&w);
            _exit(0);
        }
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
        if (!WIFSIGNALED(how) || WTERMSIG(how) != SIGABRT)
            fail_msg("case %zu went on", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_has_its_commas_and_no_blanks),
        cmocka_unit_test(any_document_reads_back_the_same),
        cmocka_unit_test(a_full_buffer_is_told_at_the_end),
        cmocka_unit_test(wrong_nesting_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
