/* SPDX-License-Identifier: Apache-2.0 */
/* What stands where the store should be: a lost database, a pipe, a folder that may not be written.
 */
#include "tests/support.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "store/store.h"

#define NOBODY 65534

static int n_projects;

/* A project with one object, closed again. */
static void make(char project[256], mote_sha256 *id)
{
    char name[32];
    mote_err err = {0};
    MOTE_SCOPED_STORE *s = NULL;
    snprintf(name, sizeof name, "place%d", n_projects++);
    snprintf(project, 256, "%s", t_path(name));
    T_OK(mote_dir_make(project, &err));
    T_OK(mote_store_open(project, true, &s, &err));
    T_OK(mote_object_put(s, "kept", 4, 1000, id, &err));
}

static void path_in(const char *project, const char *name, char out[512])
{
    snprintf(out, 512, "%s/.mote/%s", project, name);
}

static void empty_file(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
}

static void a_database_lost_beside_objects_is_an_error_and_not_a_new_project(void **state)
{
    (void)state;
    char project[256], db[512], objects[512];
    mote_sha256 id;
    mote_err err = {0};
    mote_store *s = NULL;
    make(project, &id);
    path_in(project, "store.db", db);
    path_in(project, "objects", objects);
    assert_int_equal(unlink(db), 0);
    for (int create = 0; create < 2; create++) {
        T_FAILS(mote_store_open(project, create != 0, &s, &err), MOTE_CORRUPT, "is missing");
        assert_non_null(strstr(err.text, "restore"));
        assert_non_null(strstr(err.text, "mote doctor --new"));
        assert_false(mote_path_exists(db)); /* and none was made */
    }
    empty_file(db);
    T_FAILS(mote_store_open(project, true, &s, &err), MOTE_CORRUPT, "is empty");
    T_FAILS(mote_store_open(project, false, &s, &err), MOTE_CORRUPT, "is empty");
    assert_null(s);
}

static void a_database_without_tables_beside_objects_is_an_error(void **state)
{
    (void)state;
    char project[256], other[256], db[512], empty[512];
    mote_sha256 id;
    mote_err err = {0};
    mote_store *s = NULL;
    make(project, &id);
    make(other, &id);
    T_OK(mote_store_open(other, true, &s, &err));
    path_in(other, "empty.db", empty);
    char sql[700];
    snprintf(sql, sizeof sql, "ATTACH '%s' AS e; PRAGMA e.user_version = 7; DETACH e", empty);
    T_OK(mote_store_exec(s, sql, &err));
    mote_store_close(s);
    s = NULL;
    path_in(project, "store.db", db);
    assert_int_equal(rename(empty, db), 0);
    T_FAILS(mote_store_open(project, true, &s, &err), MOTE_CORRUPT, "has no tables");
}

static void a_log_or_keys_without_a_database_are_remains_too(void **state)
{
    (void)state;
    static const char *const left[] = {"store.db-wal", "keys/master"};
    for (size_t i = 0; i < T_COUNT(left); i++) {
        char project[256], path[512], dir[512];
        mote_err err = {0};
        mote_store *s = NULL;
        snprintf(project, sizeof project, "%s", t_path(i ? "with-keys" : "with-log"));
        path_in(project, left[i], path);
        snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
        T_OK(mote_dir_make(dir, &err));
        T_OK(mote_file_write(path, "x", 1, &err));
        T_FAILS(mote_store_open(project, true, &s, &err), MOTE_CORRUPT, "is missing");
        assert_int_equal(unlink(path), 0);
        T_OK(mote_store_open(project, true, &s, &err)); /* nothing is left: a new project */
        mote_store_close(s);
    }
}

/* A process was killed, or is at work, between its first page and its first tables. */
static void a_store_just_being_made_is_not_taken_for_a_lost_one(void **state)
{
    (void)state;
    char project[256], dir[512], db[512], log[512], sql[700];
    mote_err err = {0};
    mote_store *s = NULL;
    mote_sha256 id;
    char other[256];
    make(other, &id);
    snprintf(project, sizeof project, "%s", t_path("beginning"));
    path_in(project, "", dir);
    path_in(project, "store.db", db);
    path_in(project, "store.db-wal", log);
    T_OK(mote_dir_make(dir, &err));
    T_OK(mote_store_open(other, true, &s, &err)); /* only to have a database made */
    snprintf(sql, sizeof sql, "ATTACH '%s' AS e; PRAGMA e.user_version = 7; DETACH e", db);
    T_OK(mote_store_exec(s, sql, &err));
    mote_store_close(s);
    s = NULL;
    T_OK(mote_file_write(log, "of a transaction that never ended", 33, &err));
    T_OK(mote_store_open(project, true, &s, &err));
    mote_store_close(s);
}

static void what_is_left_is_set_aside_and_a_new_store_begins(void **state)
{
    (void)state;
    char project[256], db[512];
    char *where = NULL;
    mote_sha256 id;
    mote_err err = {0};
    mote_store *s = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 16);
    make(project, &id);
    path_in(project, "store.db", db);
    assert_int_equal(unlink(db), 0);
    for (int i = 1; i <= 2; i++) {
        T_OK(mote_store_set_aside(project, &a, &where, &err));
        assert_int_equal(where[strlen(where) - 1], '0' + i);
        assert_true(mote_path_is_dir(where));
        T_OK(mote_store_open(project, true, &s, &err));
        bool has = true;
        T_OK(mote_object_has(s, &id, &has, &err));
        assert_false(has);
        mote_store_close(s);
        s = NULL;
    }
}

static void pipes_in_place_of_the_database_are_named_and_not_waited_for(void **state)
{
    (void)state;
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm"};
    for (size_t i = 0; i < T_COUNT(names); i++) {
        char project[256], path[512];
        mote_sha256 id;
        mote_err err = {0};
        mote_store *s = NULL;
        make(project, &id);
        path_in(project, names[i], path);
        (void)unlink(path);
        assert_int_equal(mkfifo(path, 0600), 0);
        alarm(20);
        T_FAILS(mote_store_open(project, true, &s, &err), MOTE_IO, "is a pipe (fifo)");
        alarm(0);
    }
}

static void a_damaged_object_file_is_written_anew_by_a_put_that_doubts_it(void **state)
{
    (void)state;
    char project[256], file[512];
    mote_sha256 id;
    mote_err err = {0};
    MOTE_SCOPED_STORE *s = NULL;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_FREE char *bytes = NULL;
    char *path = NULL;
    size_t n = 0;
    mote_arena_init(&a, 1 << 16);
    make(project, &id);
    T_OK(mote_store_open(project, true, &s, &err));
    T_OK(mote_object_path(s, &id, &a, &path, &err));
    snprintf(file, sizeof file, "%s", path);
    T_OK(mote_file_write(file, "kepT", 4, &err));
    T_OK(mote_object_put(s, "kept", 4, 1000, &id, &err)); /* as long as it was: not doubted */
    T_FAILS(mote_object_get(s, &id, 100, &bytes, &n, &err), MOTE_CORRUPT, "does not hold");
    T_OK(mote_object_put_again(s, "kept", 4, 1000, &id, &err));
    T_OK(mote_object_get(s, &id, 100, &bytes, &n, &err));
    bool is_there = true;
    T_OK(mote_object_drop_file(s, &id, &err));
    T_OK(mote_object_in_place(s, &id, &is_there, &err));
    assert_false(is_there);
    T_OK(mote_object_drop_file(s, &id, &err)); /* it is gone already */
    T_OK(mote_object_put(s, "kept", 4, 1000, &id, &err));
    T_OK(mote_object_in_place(s, &id, &is_there, &err));
    assert_true(is_there);
}

/* ---- read-only ---- */

/* In a process that may not write: exit code 0 when all is as it should be. */
static int look(const char *project, const mote_sha256 *id)
{
    mote_err err = {0};
    mote_store *s = NULL;
    mote_txn txn = {0};
    char *bytes = NULL;
    size_t n = 0;
    mote_sha256 other;
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return 1;
    if (mote_store_open(project, true, &s, &err) != MOTE_OK) {
        print_message("%s\n", err.text);
        return 2;
    }
    if (!mote_store_is_read_only(s) || mote_object_get(s, id, 100, &bytes, &n, &err) != MOTE_OK ||
        n != 4)
        return 3;
    if (mote_store_begin(s, &txn, &err) != MOTE_DENIED || !strstr(err.text, "not writable"))
        return 4;
    if (mote_object_put(s, "new", 3, 1, &other, &err) != MOTE_DENIED &&
        mote_object_put(s, "new", 3, 1, &other, &err) != MOTE_IO)
        return 5;
    if (mote_store_exec(s, "DELETE FROM object", &err) != MOTE_DENIED)
        return 6;
    mote_free(bytes);
    mote_store_close(s);
    return 0;
}

static void give(const char *path, mode_t mode)
{
    if (geteuid() == 0)
        assert_int_equal(chown(path, NOBODY, NOBODY), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int look_apart(const char *project, const mote_sha256 *id)
{
    int code = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(look(project, id));
    assert_int_equal(waitpid(pid, &code, 0), pid);
    return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

static void a_store_that_may_not_be_written_can_be_read(void **state)
{
    (void)state;
    char project[256], path[512], command[1200];
    mote_sha256 id;
    make(project, &id);
    assert_int_equal(chmod(t_temp(), 0711), 0);
    path_in(project, "", path);
    snprintf(command, sizeof command, "chmod -R a-w '%s'%s%s%s", path,
             geteuid() == 0 ? " && chown -R 65534 '" : "", geteuid() == 0 ? path : "",
             geteuid() == 0 ? "'" : "");
    assert_int_equal(system(command), 0);
    give(project, 0555);
    assert_int_equal(look_apart(project, &id), 0);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0500); /* made private, not writable */
    /* A log that is not in the database yet cannot be left out of what is shown. */
    path_in(project, "store.db-wal", path);
    char dir[512];
    path_in(project, "", dir);
    assert_int_equal(chmod(dir, 0700), 0);
    mote_err err = {0};
    T_OK(mote_file_write(path, "not empty", 9, &err));
    give(path, 0400);
    assert_int_equal(chmod(dir, 0500), 0);
    assert_int_equal(look_apart(project, &id), 2);
    assert_int_equal(chmod(dir, 0700), 0);
    assert_int_equal(chmod(project, 0755), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_lost_beside_objects_is_an_error_and_not_a_new_project),
        cmocka_unit_test(a_database_without_tables_beside_objects_is_an_error),
        cmocka_unit_test(a_log_or_keys_without_a_database_are_remains_too),
        cmocka_unit_test(a_store_just_being_made_is_not_taken_for_a_lost_one),
        cmocka_unit_test(what_is_left_is_set_aside_and_a_new_store_begins),
        cmocka_unit_test(pipes_in_place_of_the_database_are_named_and_not_waited_for),
        cmocka_unit_test(a_damaged_object_file_is_written_anew_by_a_put_that_doubts_it),
        cmocka_unit_test(a_store_that_may_not_be_written_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
