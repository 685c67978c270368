/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/status.c. */
#include "support.h"

#include <errno.h>
#include <sys/wait.h>

#include "base/text.h"

static void every_status_has_a_name_a_text_and_codes(void **state)
{
    (void)state;
    for (int i = 0; i < MOTE_N_STATUS; i++) {
        mote_status st = (mote_status)i;
        assert_true(strlen(mote_status_name(st)) > 1);
        assert_true(strlen(mote_status_text(st)) > 1);
        assert_int_equal(mote_status_exit_code(st), i);
        assert_in_range(mote_status_http_code(st), 200, 599);
    }
    assert_string_equal(mote_status_name(MOTE_NOT_FOUND), "NOT_FOUND");
    assert_int_equal(mote_status_http_code(MOTE_NOT_FOUND), 404);
}

static void a_status_out_of_the_table_reads_as_bug(void **state)
{
    (void)state;
    assert_string_equal(mote_status_name((mote_status)1000), "BUG");
    assert_string_equal(mote_status_name((mote_status)-1), "BUG");
}

static void fail_records_status_and_words(void **state)
{
    (void)state;
    mote_err err;
    assert_int_equal(mote_fail(&err, MOTE_PARSE, "row %d, '%s'", 7, "x"), MOTE_PARSE);
    assert_int_equal(err.status, MOTE_PARSE);
    assert_string_equal(err.text, "row 7, 'x'");
}

static void a_null_err_is_allowed_everywhere(void **state)
{
    (void)state;
    errno = EACCES;
    assert_int_equal(mote_fail_errno(NULL, "x"), MOTE_DENIED);
    assert_int_equal(mote_fail(NULL, MOTE_ARG, "x"), MOTE_ARG);
    assert_int_equal(mote_wrap(NULL, MOTE_ARG, "x"), MOTE_ARG);
}

static void wrap_puts_context_in_front(void **state)
{
    (void)state;
    mote_err err;
    mote_status st = mote_fail(&err, MOTE_IO, "disk on fire");
    assert_int_equal(mote_wrap(&err, st, "load '%s'", "a.csv"), MOTE_IO);
    assert_string_equal(err.text, "load 'a.csv': disk on fire");
}

static void the_old_text_may_be_an_argument_of_the_new(void **state)
{
    (void)state;
    mote_err err;
    (void)mote_fail(&err, MOTE_IO, "inner");
    (void)mote_fail(&err, MOTE_ARG, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
}

static void long_texts_are_cut_and_stay_utf8(void **state)
{
    (void)state;
    char text[3 * MOTE_ERR_BYTES];
    for (size_t offset = 0; offset < 4; offset++) {
        size_t n = 0;
        for (; n < offset; n++)
            text[n] = 'a';
        for (; n + 4 < sizeof text; n += 4)
            memcpy(text + n, "\xF0\x9F\x90\xA6", 4);
        text[n] = '\0';
        mote_err err;
        (void)mote_fail(&err, MOTE_ARG, "%s", text);
        assert_in_range(strlen(err.text), MOTE_ERR_BYTES - 4, MOTE_ERR_BYTES - 1);
        assert_true(mote_utf8_valid(err.text, strlen(err.text)));
        (void)mote_wrap(&err, MOTE_ARG, "%s", text);
        assert_true(mote_utf8_valid(err.text, strlen(err.text)));
    }
}

static void errno_chooses_the_status_and_is_named(void **state)
{
    (void)state;
    static const struct {
        int e;
        mote_status st;
    } rows[] = {{ENOENT, MOTE_NOT_FOUND}, {EEXIST, MOTE_EXISTS}, {EACCES, MOTE_DENIED},
                {EPERM, MOTE_DENIED},     {ENOMEM, MOTE_NOMEM},  {ENOSPC, MOTE_IO}};
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err;
        errno = rows[i].e;
        assert_int_equal(mote_fail_errno(&err, "open '%s'", "f"), rows[i].st);
        assert_int_equal(err.status, rows[i].st);
        assert_memory_equal(err.text, "open 'f': ", 10);
        assert_non_null(strstr(err.text, strerror(rows[i].e)));
    }
}

static void the_reason_survives_a_very_long_path(void **state)
{
    (void)state;
    char path[2 * MOTE_ERR_BYTES];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    mote_err err;
    errno = ENOSPC;
    (void)mote_fail_errno(&err, "write '%s'", path);
    assert_non_null(strstr(err.text, strerror(ENOSPC)));
}

static void a_broken_invariant_aborts(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(9);
        MOTE_BUG_IF(1 + 1 == 2);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_a_text_and_codes),
        cmocka_unit_test(a_status_out_of_the_table_reads_as_bug),
        cmocka_unit_test(fail_records_status_and_words),
        cmocka_unit_test(a_null_err_is_allowed_everywhere),
        cmocka_unit_test(wrap_puts_context_in_front),
        cmocka_unit_test(the_old_text_may_be_an_argument_of_the_new),
        cmocka_unit_test(long_texts_are_cut_and_stay_utf8),
        cmocka_unit_test(errno_chooses_the_status_and_is_named),
        cmocka_unit_test(the_reason_survives_a_very_long_path),
        cmocka_unit_test(a_broken_invariant_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
