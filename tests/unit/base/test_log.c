/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/log.c: standard error is turned into a file and read back. */
#include "support.h"

#include <fcntl.h>

#include "base/json.h"
#include "base/log.h"

static char text[200000];

static void catch_lines(void (*say)(void))
{
    const char *path = t_path("log");
    int old = dup(STDERR_FILENO);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(old >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO);
    say();
    assert_int_equal(dup2(old, STDERR_FILENO), STDERR_FILENO);
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    close(fd);
    close(old);
}

static void say_all(void)
{
    mote_log(MOTE_LOG_ERROR, "store", "one %d", 1);
    mote_log(MOTE_LOG_WARN, "store", "two");
    mote_log(MOTE_LOG_INFO, "store", "three");
    mote_log(MOTE_LOG_DEBUG, "store", "four");
}

static void a_line_has_time_level_area_and_text(void **state)
{
    (void)state;
    setenv("MOTE_FIXED_TIME_MS", "1700000000042", 1);
    mote_log_set(MOTE_LOG_WARN, false);
    catch_lines(say_all);
    unsetenv("MOTE_FIXED_TIME_MS");
    assert_string_equal(text, "2023-11-14T22:13:20.042Z error store: one 1\n"
                              "2023-11-14T22:13:20.042Z warn store: two\n");
}

static size_t lines_at(mote_log_level level)
{
    size_t n = 0;
    mote_log_set(level, false);
    catch_lines(say_all);
    for (const char *s = strchr(text, '\n'); s; s = strchr(s + 1, '\n'))
        n++;
    return n;
}

static void the_level_decides(void **state)
{
    (void)state;
    assert_int_equal(lines_at(MOTE_LOG_ERROR), 1);
    assert_int_equal(lines_at(MOTE_LOG_INFO), 3);
    assert_int_equal(lines_at(MOTE_LOG_DEBUG), 4);
}

static void say_strange(void)
{
    mote_log(MOTE_LOG_INFO, "web", "a \"quote\",\na line");
}

static void json_lines_parse(void **state)
{
    (void)state;
    mote_err err;
    mote_log_set(MOTE_LOG_INFO, true);
    catch_lines(say_strange);
    size_t n = strlen(text);
    assert_true(n > 0 && strchr(text, '\n') == text + n - 1);
    MOTE_SCOPED_JSON *j = NULL;
    T_OK(mote_json_parse("log", text, n, &j, &err));
    const char *words = NULL;
    T_OK(mote_json_get_str(j, "log", "text", &words, &err));
    assert_string_equal(words, "a \"quote\",\na line");
    T_OK(mote_json_get_str(j, "log", "level", &words, &err));
    assert_string_equal(words, "info");
}

static void say_long(void)
{
    static char words[100000];
    memset(words, 'w', sizeof words - 1);
    mote_log(MOTE_LOG_INFO, "web", "%s", words);
    mote_mem_fail_after(0);
    mote_log(MOTE_LOG_INFO, "web", "no memory");
    mote_mem_fail_never();
}

static void neither_length_nor_memory_breaks_it(void **state)
{
    (void)state;
    mote_log_set(MOTE_LOG_INFO, false);
    catch_lines(say_long);
    assert_true(strlen(text) < 70000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_area_and_text),
        cmocka_unit_test(the_level_decides),
        cmocka_unit_test(json_lines_parse),
        cmocka_unit_test(neither_length_nor_memory_breaks_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
