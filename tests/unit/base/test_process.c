/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/process.c, with the programs that every POSIX system has. */
#include "support.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"

static void output_and_exit_code_come_back(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_BUF out;
    MOTE_SCOPED_BUF err_out;
    mote_buf_init(&out, 1000);
    mote_buf_init(&err_out, 1000);
    int code = -1;
    const char *const argv[] = {"sh", "-c", "echo to out; echo to err >&2; exit 7", NULL};
    mote_process p = {.argv = argv, .out = &out, .err_out = &err_out};
    T_OK(mote_process_run(&p, &code, &err));
    assert_int_equal(code, 7);
    assert_string_equal(out.data, "to out\n");
    assert_string_equal(err_out.data, "to err\n");
    p.out = p.err_out = NULL;
    T_OK(mote_process_run(&p, &code, &err));
}

static void output_is_read_while_the_program_runs(void **state)
{
    (void)state;
    mote_err err;
    char piece[100] = "", said[100];
    int code = -1;
    mote_process_stream s;
    const char *const argv[] = {"sh", "-c", "echo why >&2; echo first; exec sleep 100", NULL};
    const mote_process p = {.argv = argv, .own_group = true};
    const int64_t begin_us = mote_clock_mono_us();
    T_OK(mote_process_open(&p, &s, &err));
    assert_int_equal(read(s.fd, piece, sizeof piece), 6);
    assert_string_equal(piece, "first\n");
    mote_process_close(&s, &code, said, sizeof said);
    assert_int_equal(code, 128 + SIGTERM);
    assert_string_equal(said, "why");
    assert_true(mote_clock_mono_us() - begin_us < 50000000);
    mote_process_close(&s, &code, said, sizeof said); /* once more is nothing */
    assert_int_equal(code, 0);

    const char *const ends[] = {"sh", "-c", "exit 3", NULL}, *const none[] = {"no-such-thing",
                                                                              NULL};
    const mote_process q = {.argv = ends}, nothing = {.argv = none};
    T_OK(mote_process_open(&q, &s, &err));
    assert_int_equal(read(s.fd, piece, sizeof piece), 0);
    mote_process_close(&s, &code, said, sizeof said);
    assert_true(code == 3 || code == 128 + SIGTERM);
    T_FAILS(mote_process_open(&nothing, &s, &err), MOTE_MISSING_TOOL, "no-such-thing");
}

static void much_input_flows_through_while_output_is_read(void **state)
{
    (void)state;
    mote_err err;
    static char big[1 << 20];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)('a' + i % 23);
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 2 * sizeof big);
    int code = -1;
    const char *const argv[] = {"cat", NULL};
    mote_process p = {.argv = argv, .input = big, .input_bytes = sizeof big, .out = &out};
    T_OK(mote_process_run(&p, &code, &err));
    assert_int_equal(code, 0);
    assert_int_equal(out.len, sizeof big);
    assert_memory_equal(out.data, big, sizeof big);
}

static void a_child_that_reads_no_input_does_no_harm(void **state)
{
    (void)state;
    mote_err err;
    static char big[1 << 20];
    int code = -1;
    const char *const argv[] = {"true", NULL};
    mote_process p = {.argv = argv, .input = big, .input_bytes = sizeof big};
    for (int i = 0; i < 5; i++) {
        T_OK(mote_process_run(&p, &code, &err));
        assert_int_equal(code, 0);
    }
    sigset_t pending;
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
}

static void no_input_is_an_empty_one(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 100);
    int code = -1;
    const char *const argv[] = {"wc", "-c", NULL};
    mote_process p = {.argv = argv, .out = &out, .timeout_ms = 10000};
    T_OK(mote_process_run(&p, &code, &err));
    assert_int_equal(out.data[strspn(out.data, " ")], '0');
}

static void too_slow_is_killed_and_told(void **state)
{
    (void)state;
    mote_err err;
    int code = -1;
    const char *const sleeps[] = {"sleep", "30", NULL};
    mote_process p = {.argv = sleeps, .timeout_ms = 50};
    int64_t start = mote_clock_mono_us();
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_TIMEOUT, "'sleep' did not end within 50 ms");
    const char *const closes[] = {"sh", "-c", "exec >&- 2>&- <&-; exec sleep 30", NULL};
    p.argv = closes;
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_TIMEOUT, "'sh'");
    assert_true(mote_clock_mono_us() - start < 10000000);
    assert_int_equal(code, -1);
}

static void too_much_output_is_refused(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 1000);
    int code = -1;
    const char *const argv[] = {"sh", "-c", "while :; do echo more and more; done", NULL};
    mote_process p = {.argv = argv, .out = &out, .timeout_ms = 10000};
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_LIMIT, "output of 'sh'");
}

static void signals_are_told_as_128_and_more(void **state)
{
    (void)state;
    mote_err err;
    int code = -1;
    const char *const argv[] = {"sh", "-c", "kill -9 $$", NULL};
    mote_process p = {.argv = argv};
    T_OK(mote_process_run(&p, &code, &err));
    assert_int_equal(code, 137);
}

static void what_is_not_installed_is_named(void **state)
{
    (void)state;
    mote_err err;
    int code = -1;
    const char *const argv[] = {"no-such-program-here", NULL};
    mote_process p = {.argv = argv};
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_MISSING_TOOL, "'no-such-program-here'");
    const char *const folder[] = {"/", NULL};
    p.argv = folder;
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_MISSING_TOOL, "'/'");
    const char *const empty[] = {"", NULL};
    p.argv = empty;
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_MISSING_TOOL, "");
    assert_true(mote_process_in_path("sh"));
    assert_false(mote_process_in_path("no-such-program-here"));
}

static void a_file_that_is_no_program_is_reported(void **state)
{
    (void)state;
    mote_err err;
    int code = -1;
    const char *path = t_path("garbage");
    T_OK(mote_file_write(path,
                         "\x7f"
                         "ELF nonsense",
                         13, &err));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    fclose(f);
    const char *const chmod_argv[] = {"chmod", "+x", path, NULL};
    mote_process p = {.argv = chmod_argv};
    T_OK(mote_process_run(&p, &code, &err));
    const char *const argv[] = {path, NULL};
    p.argv = argv;
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_IO, "start '");
}

static void the_folder_can_be_chosen(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 1000);
    int code = -1;
    const char *const argv[] = {"pwd", "-P", NULL};
    mote_process p = {.argv = argv, .cwd = "/", .out = &out};
    T_OK(mote_process_run(&p, &code, &err));
    assert_string_equal(out.data, "/\n");
    p.cwd = "/no/such/folder";
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_NOT_FOUND, "in '/no/such/folder'");
}

static void what_a_group_leaves_running_is_killed(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 100);
    int code = -1;
    const char *const argv[] = {"sh", "-c", "sleep 30 >/dev/null 2>&1 & echo $!", NULL};
    mote_process p = {.argv = argv, .out = &out, .own_group = true};
    T_OK(mote_process_run(&p, &code, &err));
    pid_t pid = (pid_t)strtol(out.data, NULL, 10);
    assert_true(pid > 1);
    bool gone = false;
    for (int i = 0; i < 200 && !gone; i++) { /* until init has reaped it; a zombie has no name */
        char path[64];
        char *name = NULL;
        size_t n = 0;
        snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
        gone = mote_file_read(path, 1000, &name, &n, NULL) != MOTE_OK || n == 0;
        mote_free(name);
        mote_clock_sleep_ms(gone ? 0 : 5);
    }
    assert_true(gone);
}

static void no_descriptor_is_left_open(void **state)
{
    (void)state;
    mote_err err;
    int before = dup(0);
    int code;
    close(before);
    const char *const good[] = {"true", NULL};
    const char *const slow[] = {"sleep", "30", NULL};
    mote_process p = {.argv = good};
    T_OK(mote_process_run(&p, &code, &err));
    p = (mote_process){.argv = slow, .timeout_ms = 10};
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_TIMEOUT, "");
    p = (mote_process){.argv = good, .cwd = "/nope"};
    T_FAILS(mote_process_run(&p, &code, &err), MOTE_NOT_FOUND, "");
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_exit_code_come_back),
        cmocka_unit_test(output_is_read_while_the_program_runs),
        cmocka_unit_test(much_input_flows_through_while_output_is_read),
        cmocka_unit_test(a_child_that_reads_no_input_does_no_harm),
        cmocka_unit_test(no_input_is_an_empty_one),
        cmocka_unit_test(too_slow_is_killed_and_told),
        cmocka_unit_test(too_much_output_is_refused),
        cmocka_unit_test(signals_are_told_as_128_and_more),
        cmocka_unit_test(what_is_not_installed_is_named),
        cmocka_unit_test(a_file_that_is_no_program_is_reported),
        cmocka_unit_test(the_folder_can_be_chosen),
        cmocka_unit_test(what_a_group_leaves_running_is_killed),
        cmocka_unit_test(no_descriptor_is_left_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
