/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/dir.c. */
#include "support.h"

static void put(const char *name)
{
    mote_err err;
    char path[600];
    snprintf(path, sizeof path, "%s/%s", t_temp(), name);
    for (char *slash = strchr(path + strlen(t_temp()) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        T_OK(mote_dir_make(path, &err));
        *slash = '/';
    }
    T_OK(mote_file_write(path, name, strlen(name), &err));
}

static void folders_are_made_with_parents_and_again(void **state)
{
    (void)state;
    mote_err err;
    char path[600];
    snprintf(path, sizeof path, "%s/a/b//c/", t_temp());
    T_OK(mote_dir_make(path, &err));
    T_OK(mote_dir_make(path, &err));
    assert_true(mote_path_is_dir(t_path("a/b/c")));
    put("file");
    T_FAILS(mote_dir_make(t_path("file"), &err), MOTE_EXISTS, "a file has that name");
    T_FAILS(mote_dir_make(t_path("file/sub"), &err), MOTE_EXISTS, "file");
    T_FAILS(mote_dir_make("", &err), MOTE_ARG, "empty");
    T_OK(mote_dir_make("/", &err));
    char longest[5000];
    memset(longest, 'd', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    T_FAILS(mote_dir_make(longest, &err), MOTE_ARG, "too long");
}

static void paths_are_told_apart(void **state)
{
    (void)state;
    put("here");
    assert_true(mote_path_exists(t_path("here")));
    assert_false(mote_path_exists(t_path("not here")));
    assert_false(mote_path_is_dir(t_path("here")));
    assert_true(mote_path_is_dir(t_temp()));
    assert_string_equal(mote_path_base("a/b/c.wav"), "c.wav");
    assert_string_equal(mote_path_base("c.wav"), "c.wav");
    assert_string_equal(mote_path_base("a/"), "");
}

static void joining_puts_one_slash_between(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"/", "b", "/b"}, {"a", "/b", "/b"}};
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1000);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char *out = NULL;
        T_OK(mote_path_join(&a, rows[i][0], rows[i][1], &out, &err));
        assert_string_equal(out, rows[i][2]);
    }
    MOTE_SCOPED_ARENA tiny;
    mote_arena_init(&tiny, 2);
    char *out = NULL;
    T_FAILS(mote_path_join(&tiny, "a", "b", &out, &err), MOTE_NOMEM, "a/b");
}

static void a_walk_lists_files_in_byte_order(void **state)
{
    (void)state;
    mote_err err;
    put("w/b/two.wav");
    put("w/b.wav");
    put("w/a/z/deep.wav");
    put("w/a/.hidden");
    put("w/.git/config");
    put("w/Z.wav");
    put("outside/other.wav");
    assert_int_equal(symlink("../outside/other.wav", t_path("w/link.wav")), 0);
    assert_int_equal(symlink("../outside", t_path("w/linked-folder")), 0);
    assert_int_equal(symlink("nowhere", t_path("w/dangling")), 0);
    T_OK(mote_dir_make(t_path("w/empty"), &err));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    char **paths = NULL;
    size_t n = 0;
    T_OK(mote_dir_walk(t_path("w"), &a, &paths, &n, &err));
    static const char *const want[] = {"Z.wav", "a/z/deep.wav", "b.wav", "b/two.wav", "link.wav"};
    assert_int_equal(n, T_COUNT(want));
    for (size_t i = 0; i < n; i++)
        assert_string_equal(paths[i], want[i]);
    T_OK(mote_dir_walk(t_path("w/empty"), &a, &paths, &n, &err));
    assert_int_equal(n, 0);
    T_FAILS(mote_dir_walk(t_path("nowhere"), &a, &paths, &n, &err), MOTE_NOT_FOUND, "nowhere");
    T_FAILS(mote_dir_walk(t_path("w/b.wav"), &a, &paths, &n, &err), MOTE_IO, "b.wav");
}

static mote_status walk_once(const char *dir, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    char **paths = NULL;
    size_t n = 0;
    return mote_dir_walk(dir, &a, &paths, &n, err);
}

static void a_walk_reports_failing_memory(void **state)
{
    (void)state;
    mote_err err;
    put("s/a/1");
    put("s/b");
    T_ALLOC_SWEEP(walk_once(t_path("s"), &err), (void)0);
}

static void removing_takes_all_below_and_no_link_target(void **state)
{
    (void)state;
    mote_err err;
    put("kept/file");
    put("r/a/b/c/file");
    put("r/.hidden");
    assert_int_equal(symlink("../kept", t_path("r/link")), 0);
    T_OK(mote_dir_remove(t_path("r"), &err));
    assert_false(mote_path_exists(t_path("r")));
    assert_true(mote_path_exists(t_path("kept/file")));
    T_OK(mote_dir_remove(t_path("r"), &err)); /* fine if absent */
    assert_int_equal(symlink("kept", t_path("to-kept")), 0);
    T_OK(mote_dir_remove(t_path("to-kept"), &err));
    assert_true(mote_path_exists(t_path("kept/file")));
}

static void too_deep_is_refused_not_recursed(void **state)
{
    (void)state;
    mote_err err;
    char path[1000];
    int n = snprintf(path, sizeof path, "%s/deep", t_temp());
    for (int i = 0; i < 100; i++)
        n += snprintf(path + n, sizeof path - (size_t)n, "/d");
    T_OK(mote_dir_make(path, &err));
    T_FAILS(walk_once(t_path("deep"), &err), MOTE_LIMIT, "deeper than");
    T_FAILS(mote_dir_remove(t_path("deep"), &err), MOTE_LIMIT, "deeper than");
    char command[400];
    snprintf(command, sizeof command, "rm -r '%s/deep'", t_temp());
    assert_int_equal(system(command), 0);
}

static void syncing_a_folder_works_or_says_why(void **state)
{
    (void)state;
    mote_err err;
    T_OK(mote_dir_sync(t_temp(), &err));
    T_FAILS(mote_dir_sync(t_path("nowhere"), &err), MOTE_NOT_FOUND, "nowhere");
    mote_io_fail_after(0, false);
    mote_status st = mote_dir_sync(t_temp(), &err);
    mote_io_fail_after(-1, false);
    assert_int_equal(st, MOTE_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_made_with_parents_and_again),
        cmocka_unit_test(paths_are_told_apart),
        cmocka_unit_test(joining_puts_one_slash_between),
        cmocka_unit_test(a_walk_lists_files_in_byte_order),
        cmocka_unit_test(a_walk_reports_failing_memory),
        cmocka_unit_test(removing_takes_all_below_and_no_link_target),
        cmocka_unit_test(too_deep_is_refused_not_recursed),
        cmocka_unit_test(syncing_a_folder_works_or_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
