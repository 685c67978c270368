/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: put, get, damage, garbage, full disks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "store/store_internal.h"
#include "temp_dir.h"

#define NOW 1000000000

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    temp_dir_make(f->dir);
    assert_ok(mote_store_open(f->dir, true, &f->store, &err));
    assert_ok(mote_store_exec(
        f->store, "CREATE TABLE user_of (o BLOB REFERENCES object(hash)) STRICT", &err));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static mote_sha256 put(fixture *f, const char *text)
{
    mote_err err;
    mote_sha256 id = {{0}};
    assert_ok(mote_object_put(f->store, text, strlen(text), NOW, &id, &err));
    return id;
}

static void refer_to(fixture *f, const mote_sha256 *id)
{
    mote_err err;
    MOTE_SCOPED_STMT *q = NULL;
    assert_ok(mote_stmt_prepare(f->store,
                                "INSERT INTO data_version(manifest, created_ms, note, n_samples, "
                                "duration_us) VALUES (?1, 0, '', 0, 0)",
                                &q, &err));
    mote_stmt_bind_hash(q, 1, id);
    assert_ok(mote_stmt_run(q, &err));
}

static bool has(fixture *f, const mote_sha256 *id)
{
    mote_err err;
    bool found = false;
    assert_ok(mote_object_has(f->store, id, &found, &err));
    return found;
}

static void overwrite(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void bytes_of_every_size_come_back(void **state)
{
    fixture *f = *state;
    mote_err err;
    static const size_t sizes[] = {0, 1, 511, 512, 513, 4096, 100000, 1 << 20};
    mote_rng rng;
    mote_rng_init(&rng, 7);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int kind = 0; kind < 4; kind++) { /* noise or plain, raw or as it likes */
            size_t n = sizes[i];
            char *bytes = malloc(n + 1);
            for (size_t k = 0; k < n; k++)
                bytes[k] = kind % 2 == 0 ? (char)mote_rng_u64(&rng) : (char)('a' + k % 7);
            mote_sha256 id;
            char *back = NULL;
            size_t n_back = 0;
            assert_ok(kind < 2 ? mote_object_put(f->store, bytes, n, NOW, &id, &err)
                               : mote_object_put_raw(f->store, bytes, n, NOW, &id, &err));
            assert_ok(mote_object_get(f->store, &id, MOTE_OBJECT_MAX_BYTES, &back, &n_back, &err));
            assert_int_equal(n_back, n);
            assert_memory_equal(back, bytes, n);
            assert_int_equal(back[n], 0);
            mote_free(back);
            free(bytes);
        }
    }
    assert_ok(mote_store_check(f->store, true, &err));
}

static void plain_text_is_kept_compressed_and_raw_on_request(void **state)
{
    fixture *f = *state;
    mote_err err;
    char text[8192];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    mote_arena a;
    mote_arena_init(&a, 1 << 16);
    char *path = NULL;
    mote_object_info info;
    mote_sha256 id = put(f, text);
    assert_ok(mote_object_stat(f->store, &id, &info, &err));
    assert_true(info.is_compressed && info.stored_bytes < 200 && info.size_bytes == 8191);
    assert_int_equal(mote_object_path(f->store, &id, &a, &path, &err), MOTE_UNSUPPORTED);
    /* the same bytes, now wanted plain */
    assert_ok(mote_object_put_raw(f->store, text, strlen(text), NOW, &id, &err));
    assert_ok(mote_object_path(f->store, &id, &a, &path, &err));
    char *bytes = NULL;
    size_t n = 0;
    assert_ok(mote_file_read(path, 1 << 20, &bytes, &n, &err));
    assert_string_equal(bytes, text);
    mote_free(bytes);
    mote_gc_report r; /* the compressed file is rubbish now */
    refer_to(f, &id);
    assert_ok(mote_store_collect(f->store, &(mote_gc_options){.now_ms = NOW + 1}, &r, &err));
    assert_int_equal(r.n_rubbish, 1);
    assert_int_equal(r.n_removed, 0);
    assert_ok(mote_store_check(f->store, true, &err));
    mote_arena_release(&a);
}

static void a_file_is_put_as_its_bytes(void **state)
{
    fixture *f = *state;
    mote_err err;
    char path[TEMP_DIR_BYTES + 32];
    snprintf(path, sizeof path, "%s/copy", f->dir);
    mote_sha256 id = put(f, "some bytes");
    mote_sha256 again;
    assert_ok(mote_file_write(path, "some bytes", 10, &err));
    assert_ok(mote_object_put_file(f->store, path, NOW, &again, &err));
    assert_true(mote_sha256_equal(&id, &again));
    assert_int_equal(mote_object_put_file(f->store, "/nonexistent", NOW, &again, &err),
                     MOTE_NOT_FOUND);
}

static void unknown_and_too_large_are_said(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_sha256 id = mote_sha256_of("never put", 9);
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(mote_object_get(f->store, &id, 100, &bytes, &n, &err), MOTE_NOT_FOUND);
    id = put(f, "0123456789");
    assert_int_equal(mote_object_get(f->store, &id, 9, &bytes, &n, &err), MOTE_LIMIT);
    assert_null(bytes);
}

static void damage_is_corrupt_with_path_and_remedy(void **state)
{
    fixture *f = *state;
    mote_err err;
    char text[4096];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int form = 0; form < 2; form++) {
        mote_sha256 id = put(f, form == 0 ? "a short text" : text);
        char path[MOTE_BLOB_PATH_BYTES];
        char *good = NULL;
        char *bytes = NULL;
        size_t n_good = 0;
        size_t n = 0;
        assert_ok(mote_blob_folder.where(f->store, &(mote_blob_name){id, form == 1}, path, &err));
        assert_ok(mote_file_read(path, 1 << 20, &good, &n_good, &err));
        for (size_t at = 0; at < n_good; at++) { /* any one bit */
            good[at] = (char)(good[at] ^ 0x10);
            overwrite(path, good, n_good);
            mote_status st = mote_object_get(f->store, &id, 1 << 20, &bytes, &n, &err);
            /* Some bits of a zstd frame do not matter; then the bytes are right, never wrong. */
            if (st == MOTE_OK && form == 1) {
                assert_string_equal(bytes, text);
                mote_free(bytes);
                bytes = NULL;
            } else {
                assert_int_equal(st, MOTE_CORRUPT);
                assert_non_null(strstr(err.text, path));
                assert_non_null(strstr(err.text, "bring in its source again"));
            }
            good[at] = (char)(good[at] ^ 0x10);
        }
        overwrite(path, good, n_good - 1);
        assert_int_equal(mote_object_get(f->store, &id, 1 << 20, &bytes, &n, &err), MOTE_CORRUPT);
        overwrite(path,
                  "longer than it ever was, by some: 0123456789012345678901234567890123456789", 70);
        assert_int_equal(mote_object_get(f->store, &id, 1 << 20, &bytes, &n, &err), MOTE_CORRUPT);
        assert_int_equal(mote_store_check(f->store, true, &err), MOTE_CORRUPT);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mote_object_get(f->store, &id, 1 << 20, &bytes, &n, &err), MOTE_CORRUPT);
        assert_int_equal(mote_store_check(f->store, false, &err), MOTE_CORRUPT);
        (void)put(f, form == 0 ? "a short text" : text); /* the remedy works */
        assert_ok(mote_store_check(f->store, true, &err));
        free(good);
    }
}

/* A table that reference.def does not list: its foreign key speaks for what it names. */
static void a_reference_that_nobody_listed_loses_nothing(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_gc_report r;
    mote_sha256 used = put(f, "used by an unlisted row");
    mote_sha256 child = put(f, "named by it");
    MOTE_SCOPED_STMT *q = NULL;
    assert_ok(mote_stmt_prepare(f->store, "INSERT INTO user_of VALUES (?1)", &q, &err));
    mote_stmt_bind_hash(q, 1, &used);
    assert_ok(mote_stmt_run(q, &err));
    assert_ok(mote_object_link(f->store, &used, &child, &err));
    assert_ok(mote_store_collect(f->store, &(mote_gc_options){.now_ms = NOW + 10}, &r, &err));
    assert_int_equal(r.n_removed, 0);
    assert_int_equal(r.n_left, 2);
    assert_true(has(f, &used) && has(f, &child));
    assert_ok(mote_store_check(f->store, true, &err));
}

static void only_what_nothing_reaches_is_collected(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_sha256 used = put(f, "used by a row");
    mote_sha256 child = put(f, "named by the used one");
    mote_sha256 grandchild = put(f, "named by the child");
    mote_sha256 dead = put(f, "used by nobody");
    mote_sha256 dead_child = put(f, "named by the dead one");
    refer_to(f, &used);
    assert_ok(mote_object_link(f->store, &used, &child, &err));
    assert_ok(mote_object_link(f->store, &child, &grandchild, &err));
    assert_ok(mote_object_link(f->store, &dead, &dead_child, &err));
    assert_ok(mote_object_link(f->store, &dead, &child, &err));

    mote_gc_report r;
    assert_ok(mote_store_collect(
        f->store, &(mote_gc_options){.now_ms = NOW + 10, .grace_ms = 3600000}, &r, &err));
    assert_int_equal(r.n_removed, 0); /* all young */
    assert_ok(mote_store_collect(f->store, &(mote_gc_options){.now_ms = NOW + 10, .dry_run = true},
                                 &r, &err));
    assert_int_equal(r.n_removed, 2);
    assert_true(has(f, &dead)); /* only counted */
    assert_ok(mote_store_collect(f->store, &(mote_gc_options){.now_ms = NOW + 10}, &r, &err));
    assert_int_equal(r.n_removed, 2);
    assert_int_equal(r.n_kept, 3);
    assert_int_equal(r.n_rubbish, 0);
    assert_true(has(f, &used) && has(f, &child) && has(f, &grandchild));
    assert_false(has(f, &dead) || has(f, &dead_child));
    char path[MOTE_BLOB_PATH_BYTES];
    assert_ok(mote_blob_folder.where(f->store, &(mote_blob_name){dead, false}, path, &err));
    assert_false(mote_path_exists(path));
    assert_ok(mote_store_check(f->store, true, &err));

    (void)put(f, "used by nobody"); /* and it can come back */
    assert_true(has(f, &dead));
}

static void leftovers_are_swept_and_strangers_left_alone(void **state)
{
    fixture *f = *state;
    mote_err err;
    char path[TEMP_DIR_BYTES + 128];
    mote_gc_report r;
    mote_txn txn = {0};
    assert_ok(mote_store_begin(f->store, &txn, &err));
    mote_sha256 id = put(f, "rolled back");
    mote_store_rollback(&txn);
    assert_false(has(f, &id));
    snprintf(path, sizeof path, "%s/.mote/objects/README", f->dir);
    overwrite(path, "hello", 5);
    assert_ok(mote_store_collect(f->store, &(mote_gc_options){.now_ms = NOW}, &r, &err));
    assert_int_equal(r.n_rubbish, 1);
    assert_true(mote_path_exists(path));
}

static void erasing_is_refused_while_used_and_complete_when_not(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_sha256 id = put(f, "a voice");
    char path[MOTE_BLOB_PATH_BYTES];
    assert_ok(mote_blob_folder.where(f->store, &(mote_blob_name){id, false}, path, &err));
    refer_to(f, &id);
    assert_int_equal(mote_object_erase(f->store, &id, &err), MOTE_CONFLICT);
    assert_true(mote_path_exists(path));
    assert_ok(mote_store_exec(f->store, "DELETE FROM data_version", &err));
    assert_ok(mote_object_erase(f->store, &id, &err));
    assert_false(mote_path_exists(path) || has(f, &id));
    assert_ok(mote_object_erase(f->store, &id, &err)); /* twice is fine */
}

static void the_list_is_in_order(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_arena a;
    mote_object_info *list = NULL;
    size_t n = 0;
    for (int i = 0; i < 20; i++) {
        char text[16];
        snprintf(text, sizeof text, "object %d", i);
        (void)put(f, text);
    }
    mote_arena_init(&a, 1 << 20);
    assert_ok(mote_object_list(f->store, &a, &list, &n, &err));
    assert_int_equal(n, 20);
    for (size_t i = 1; i < n; i++)
        assert_true(memcmp(list[i - 1].id.bytes, list[i].id.bytes, 32) < 0);
    mote_arena_release(&a);
}

static void many_objects_in_one_transaction_are_all_there(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_txn txn = {0};
    int64_t n = 0;
    assert_ok(mote_store_begin(f->store, &txn, &err));
    for (int i = 0; i < 100; i++) {
        char text[16];
        snprintf(text, sizeof text, "number %d", i);
        (void)put(f, text);
    }
    assert_ok(mote_store_commit(&txn, &err));
    mote_store_close(f->store);
    f->store = NULL;
    assert_ok(mote_store_open(f->dir, false, &f->store, &err));
    assert_ok(mote_store_check(f->store, true, &err));
    assert_ok(mote_store_query_i64(f->store, "SELECT count(*) FROM object", &n, &err));
    assert_int_equal(n, 100);
}

/* ---- full disk, no memory ---- */

/* In a child: limit the size of files, put until it fails, tell how. Exit code 0: as promised. */
static int fill_until_refused(const char *dir)
{
    mote_err err;
    mote_store *s = NULL;
    if (mote_store_open(dir, false, &s, &err) != MOTE_OK)
        return 10;
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {64 << 10, 64 << 10};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 11;
    char *big = malloc(100 << 10);
    mote_rng rng;
    mote_rng_init(&rng, 3);
    for (size_t i = 0; i < 100 << 10; i++)
        big[i] = (char)mote_rng_u64(&rng);
    mote_sha256 id;
    mote_sha256 untouched = {{1, 2, 3}};
    id = untouched;
    if (mote_object_put(s, big, 100 << 10, NOW, &id, &err) != MOTE_IO ||
        !mote_sha256_equal(&id, &untouched))
        return 12; /* the object file does not fit */
    mote_status st = MOTE_OK;
    int n = 0;
    for (; n < 1000 && st == MOTE_OK; n++) /* at last the database does not */
        st = mote_object_put(s, &n, sizeof n, NOW, &id, &err);
    free(big);
    mote_store_close(s);
    return st == MOTE_IO && n > 1 ? 0 : 13;
}

static void a_full_disk_is_refused_and_loses_nothing(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_sha256 before = put(f, "from before");
    mote_store_close(f->store);
    f->store = NULL;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(fill_until_refused(f->dir));
    int wait_status = 0;
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_true(WIFEXITED(wait_status));
    assert_int_equal(WEXITSTATUS(wait_status), 0);
    assert_ok(mote_store_open(f->dir, false, &f->store, &err));
    assert_ok(mote_store_check(f->store, true, &err));
    assert_true(has(f, &before));
    (void)put(f, "and it goes on");
}

static void put_and_get_survive_every_failed_allocation(void **state)
{
    fixture *f = *state;
    mote_err err;
    char text[2000];
    memset(text, 'z', sizeof text);
    mote_status st = MOTE_NOMEM;
    int64_t n = 0;
    mote_sha256 id = {{9}};
    for (; n < 5000 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_object_put(f->store, text, sizeof text, NOW, &id, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK) {
            assert_int_equal(st, MOTE_NOMEM);
            assert_int_equal(id.bytes[0], 9);
        }
    }
    assert_ok(st);
    assert_true(n > 3);
    char *bytes = NULL;
    size_t len = 0;
    st = MOTE_NOMEM;
    for (n = 0; n < 5000 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_object_get(f->store, &id, 1 << 20, &bytes, &len, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK) {
            assert_int_equal(st, MOTE_NOMEM);
            assert_null(bytes);
        }
    }
    assert_ok(st);
    assert_int_equal(len, sizeof text);
    mote_free(bytes);
    assert_ok(mote_store_check(f->store, true, &err));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(bytes_of_every_size_come_back),
        T(plain_text_is_kept_compressed_and_raw_on_request),
        T(a_file_is_put_as_its_bytes),
        T(unknown_and_too_large_are_said),
        T(damage_is_corrupt_with_path_and_remedy),
        T(a_reference_that_nobody_listed_loses_nothing),
        T(only_what_nothing_reaches_is_collected),
        T(leftovers_are_swept_and_strangers_left_alone),
        T(erasing_is_refused_while_used_and_complete_when_not),
        T(the_list_is_in_order),
        T(many_objects_in_one_transaction_are_all_there),
        T(a_full_disk_is_refused_and_loses_nothing),
        T(put_and_get_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
