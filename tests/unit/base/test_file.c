/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/file.c, with a child that is killed at every step of a write. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void assert_holds(const char *path, const char *want, size_t n)
{
    mote_err err;
    char *text = NULL;
    size_t len = 0;
    T_OK(mote_file_read(path, 1 << 20, &text, &len, &err));
    assert_int_equal(len, n);
    assert_memory_equal(text, want, n);
    assert_int_equal(text[len], 0);
    mote_free(text);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    mote_err err;
    static char big[300000];
    memset(big, 'b', sizeof big);
    const char *path = t_path("f");
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000};
    for (size_t i = 0; i < T_COUNT(sizes); i++) {
        T_OK(mote_file_write(path, big, sizes[i], &err));
        assert_holds(path, big, sizes[i]);
    }
    T_OK(mote_file_write(path, "a\0b", 3, &err));
    assert_holds(path, "a\0b", 3);
}

static void the_limit_of_a_read_is_exact(void **state)
{
    (void)state;
    mote_err err;
    char *text = NULL;
    size_t n = 77;
    const char *path = t_path("limit");
    T_OK(mote_file_write(path, "12345", 5, &err));
    T_FAILS(mote_file_read(path, 4, &text, &n, &err), MOTE_LIMIT, "limit of 4 bytes");
    assert_null(text);
    assert_int_equal(n, 77);
    T_OK(mote_file_read(path, 5, &text, &n, &err));
    mote_free(text);
    text = NULL;
    T_FAILS(mote_file_read("/dev/zero", 100000, &text, &n, &err), MOTE_LIMIT, "/dev/zero");
    T_FAILS(mote_file_read(t_path("none"), 5, &text, &n, &err), MOTE_NOT_FOUND, "none");
    T_FAILS(mote_file_read(t_temp(), 5, &text, &n, &err), MOTE_IO, "directory");
    T_OK(mote_file_read("/proc/self/stat", 100000, &text, &n, &err)); /* its size is told as 0 */
    assert_true(n > 0);
    mote_free(text);
}

static void a_replaced_file_keeps_its_access_rights(void **state)
{
    (void)state;
    mote_err err;
    const char *path = t_path("rights");
    T_OK(mote_file_write(path, "1", 1, &err));
    assert_int_equal(chmod(path, 0640), 0);
    T_OK(mote_file_write(path, "2", 1, &err));
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static size_t count_entries(const char *dir)
{
    mote_err err;
    char command[1200];
    snprintf(command, sizeof command, "ls -A '%s' | wc -l > '%s.count'", dir, dir);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s.count", dir);
    char *text = NULL;
    size_t n;
    T_OK(mote_file_read(command, 100, &text, &n, &err));
    size_t count = (size_t)strtoul(text, NULL, 10);
    mote_free(text);
    return count;
}

static void a_failing_write_leaves_the_old_file_and_no_rubbish(void **state)
{
    (void)state;
    mote_err err;
    char dir[300];
    char path[400];
    snprintf(dir, sizeof dir, "%s/failing", t_temp());
    snprintf(path, sizeof path, "%s/f", dir);
    T_OK(mote_dir_make(dir, &err));
    T_OK(mote_file_write(path, "old", 3, &err));
    int64_t step = 0;
    for (;; step++) {
        mote_io_fail_after(step, false);
        mote_status st = mote_file_write(path, "new", 3, &err);
        mote_io_fail_after(-1, false);
        if (st == MOTE_OK)
            break;
        assert_int_equal(st, MOTE_IO);
        assert_non_null(strstr(err.text, "failing"));
        assert_int_equal(count_entries(dir), 1);
        /* open, write, fsync, rename come before the new file is there; the fsync of the folder
         * after it, so that a failure then is told though the new file can be seen. */
        assert_holds(path, step < 4 ? "old" : "new", 3);
    }
    assert_int_equal(step, 5);
    assert_holds(path, "new", 3);
}

static void a_kill_at_any_step_leaves_the_old_file_or_the_new(void **state)
{
    (void)state;
    mote_err err;
    const char *path = t_path("killed");
    bool old_seen = false;
    bool new_seen = false;
    bool finished = false;
    for (int64_t step = 0; !finished; step++) {
        T_OK(mote_file_write(path, "old", 3, &err));
        pid_t pid = fork();
        if (pid == 0) {
            mote_io_fail_after(step, true);
            _exit(mote_file_write(path, "brand new", 9, NULL) == MOTE_OK ? 0 : 1);
        }
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        finished = WIFEXITED(status);
        if (finished)
            assert_int_equal(WEXITSTATUS(status), 0);
        else
            assert_int_equal(WTERMSIG(status), SIGKILL);
        char *text = NULL;
        size_t n = 0;
        T_OK(mote_file_read(path, 100, &text, &n, &err));
        bool is_old = n == 3 && memcmp(text, "old", 3) == 0;
        bool is_new = n == 9 && memcmp(text, "brand new", 9) == 0;
        mote_free(text);
        assert_true(is_old || is_new);
        assert_true(!finished || is_new);
        old_seen = old_seen || is_old;
        new_seen = new_seen || (is_new && !finished);
        assert_in_range(step, 0, 50);
    }
    assert_true(old_seen && new_seen); /* the kills really fell on both sides of the rename */
}

static void bad_targets_are_refused(void **state)
{
    (void)state;
    mote_err err;
    T_FAILS(mote_file_write("/no/such/folder/f", "x", 1, &err), MOTE_NOT_FOUND,
            "/no/such/folder/f");
    T_FAILS(mote_file_write(t_temp(), "x", 1, &err), MOTE_IO, "");
    char longest[6000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    T_FAILS(mote_file_write(longest, "x", 1, &err), MOTE_ARG, "too long");
}

static void a_file_opens_and_closes_by_itself(void **state)
{
    (void)state;
    mote_err err;
    const char *path = t_path("open");
    {
        MOTE_SCOPED_FILE *f = NULL;
        T_OK(mote_file_open(&f, path, "w", &err));
        assert_true(fputs("text", f) >= 0);
    }
    assert_holds(path, "text", 4);
    FILE *f = NULL;
    T_FAILS(mote_file_open(&f, t_path("none"), "r", &err), MOTE_NOT_FOUND, "open '");
    T_FAILS(mote_file_open(&f, t_temp(), "r", &err), MOTE_IO, "open '");
    assert_null(f);
}

static void maps_show_the_bytes(void **state)
{
    (void)state;
    mote_err err;
    mote_map m = {0};
    const char *path = t_path("map");
    T_OK(mote_file_write(path, "mapped", 6, &err));
    T_OK(mote_map_open(path, &m, &err));
    assert_int_equal(m.len, 6);
    assert_memory_equal(m.data, "mapped", 6);
    mote_map_release(&m);
    mote_map_release(&m);
    T_OK(mote_file_write(path, "", 0, &err));
    T_OK(mote_map_open(path, &m, &err));
    assert_int_equal(m.len, 0);
    assert_non_null(m.data);
    mote_map_release(&m);
    T_FAILS(mote_map_open(t_path("none"), &m, &err), MOTE_NOT_FOUND, "none");
    T_FAILS(mote_map_open(t_temp(), &m, &err), MOTE_IO, "not a regular file");
}

static void a_lock_keeps_others_out_and_dies_with_its_holder(void **state)
{
    (void)state;
    mote_err err;
    const char *path = t_path("lock");
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        mote_lock l;
        char ok = mote_lock_take(path, "the project", &l, NULL) == MOTE_OK ? '1' : '0';
        if (write(ready[1], &ok, 1) == 1)
            pause();
        _exit(0);
    }
    char ok = 0;
    assert_int_equal(read(ready[0], &ok, 1), 1);
    assert_int_equal(ok, '1');
    mote_lock l = {-1};
    char holder[40];
    snprintf(holder, sizeof holder, "number %ld;", (long)pid);
    T_FAILS(mote_lock_take(path, "the project", &l, &err), MOTE_CONFLICT, "the project is in use");
    assert_non_null(strstr(err.text, holder));
    assert_int_equal(l.fd, -1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    T_OK(mote_lock_take(path, "the project", &l, &err));
    mote_lock second = {-1};
    T_FAILS(mote_lock_take(path, "it", &second, &err), MOTE_CONFLICT, "it is in use");
    mote_lock_release(&l);
    mote_lock_release(&l);
    T_OK(mote_lock_take(path, "it", &second, &err));
    mote_lock_release(&second);
    close(ready[0]);
    close(ready[1]);
}

static mote_status write_and_read(const char *path, mote_err *err)
{
    char *text = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_write(path, "swept", 5, err));
    MOTE_TRY(mote_file_read(path, 100, &text, &n, err));
    mote_free(text);
    return MOTE_OK;
}

static void reading_reports_failing_memory(void **state)
{
    (void)state;
    mote_err err;
    T_ALLOC_SWEEP(write_and_read(t_path("sweep"), &err), (void)0);
}

static void the_environment_is_read(void **state)
{
    (void)state;
    setenv("MOTE_TEST_ENV", "x", 1);
    assert_string_equal(mote_env("MOTE_TEST_ENV"), "x");
    setenv("MOTE_TEST_ENV", "", 1);
    assert_null(mote_env("MOTE_TEST_ENV"));
    unsetenv("MOTE_TEST_ENV");
    assert_null(mote_env("MOTE_TEST_ENV"));
}

static void pipes_in_place_of_files_are_named_and_not_waited_for(void **state)
{
    (void)state;
    mote_err err = {0};
    char *bytes = NULL;
    size_t n = 0;
    mote_map map;
    char path[512];
    snprintf(path, sizeof path, "%s", t_path("pipe"));
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(30);
    T_FAILS(mote_file_read(path, 100, &bytes, &n, &err), MOTE_IO, "nobody writes to");
    T_FAILS(mote_map_open(path, &map, &err), MOTE_IO, "not a regular file");
    T_FAILS(mote_file_write(path, "x", 1, &err), MOTE_ARG, "a pipe (fifo)");
    assert_int_not_equal(mote_file_shred(path, &err), MOTE_OK);
    alarm(0);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISFIFO(info.st_mode)); /* nothing took its place */
    assert_int_equal(unlink(path), 0);
    T_FAILS(mote_file_write("/dev/null", "x", 1, &err), MOTE_ARG, "a device");
}

static void a_pipe_that_somebody_writes_to_is_read(void **state)
{
    (void)state;
    mote_err err = {0};
    char *bytes = NULL, path[512];
    size_t n = 0;
    snprintf(path, sizeof path, "%s", t_path("written"));
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) { /* 100000 bytes in two goes, the first after the reader has come */
        int fd = open(path, O_WRONLY);
        static char some[50000];
        ssize_t done = write(fd, some, sizeof some);
        struct timespec nap = {.tv_nsec = 50000000};
        nanosleep(&nap, NULL);
        for (size_t i = 0; i < sizeof some; i += 5000)
            done += write(fd, some + i, 5000);
        _exit(done == 100000 ? 0 : 1);
    }
    alarm(30);
    T_OK(mote_file_read(path, 1 << 20, &bytes, &n, &err));
    alarm(0);
    assert_int_equal(n, 100000);
    mote_free(bytes);
    int code = 0;
    assert_int_equal(waitpid(pid, &code, 0), pid);
    assert_int_equal(code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_limit_of_a_read_is_exact),
        cmocka_unit_test(a_replaced_file_keeps_its_access_rights),
        cmocka_unit_test(a_failing_write_leaves_the_old_file_and_no_rubbish),
        cmocka_unit_test(a_kill_at_any_step_leaves_the_old_file_or_the_new),
        cmocka_unit_test(bad_targets_are_refused),
        cmocka_unit_test(pipes_in_place_of_files_are_named_and_not_waited_for),
        cmocka_unit_test(a_pipe_that_somebody_writes_to_is_read),
        cmocka_unit_test(a_file_opens_and_closes_by_itself),
        cmocka_unit_test(maps_show_the_bytes),
        cmocka_unit_test(a_lock_keeps_others_out_and_dies_with_its_holder),
        cmocka_unit_test(reading_reports_failing_memory),
        cmocka_unit_test(the_environment_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
