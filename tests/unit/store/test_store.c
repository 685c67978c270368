/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, schema, transactions, statements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <math.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store_internal.h"
#include "temp_dir.h"

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
        f->store, "CREATE TABLE t (k TEXT PRIMARY KEY, i INTEGER, x REAL, b BLOB) STRICT", &err));
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

static int64_t count_rows(mote_store *s)
{
    mote_err err;
    int64_t n = -1;
    assert_ok(mote_store_query_i64(s, "SELECT count(*) FROM t", &n, &err));
    return n;
}

static mote_status insert(mote_store *s, const char *key, int64_t i, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT INTO t(k, i) VALUES (?1, ?2)", &q, err));
    mote_stmt_bind_text(q, 1, key);
    mote_stmt_bind_i64(q, 2, i);
    return mote_stmt_run(q, err);
}

static void a_missing_store_is_refused_with_what_to_run(void **state)
{
    (void)state;
    char dir[TEMP_DIR_BYTES];
    mote_err err;
    mote_store *s = NULL;
    temp_dir_make(dir);
    assert_int_equal(mote_store_open(dir, false, &s, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "mote init"));
    assert_null(s);
    temp_dir_remove(dir);
    assert_int_equal(mote_store_open("/nonexistent-folder", true, &s, &err), MOTE_NOT_FOUND);
    assert_null(s);
}

static void reopening_finds_what_was_written(void **state)
{
    fixture *f = *state;
    mote_err err;
    assert_ok(insert(f->store, "a", 1, &err));
    mote_store_close(f->store);
    f->store = NULL;
    assert_ok(mote_store_open(f->dir, false, &f->store, &err));
    assert_int_equal(count_rows(f->store), 1);
    assert_string_equal(mote_store_project(f->store), f->dir);
}

static void promised_settings_are_in_force(void **state)
{
    fixture *f = *state;
    mote_err err;
    int64_t x = 0;
    assert_ok(mote_store_query_i64(f->store, "PRAGMA synchronous", &x, &err));
    assert_int_equal(x, 2);
    assert_ok(mote_store_query_i64(f->store, "PRAGMA foreign_keys", &x, &err));
    assert_int_equal(x, 1);
    assert_ok(mote_store_query_i64(f->store, "SELECT journal_mode = 'wal' FROM pragma_journal_mode",
                                   &x, &err));
    assert_int_equal(x, 1);
    assert_ok(mote_store_query_i64(f->store,
                                   "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' "
                                   "AND type = 'table' AND strict = 0 "
                                   "AND name NOT LIKE 'sqlite_%'",
                                   &x, &err));
    assert_int_equal(x, 0);
}

static void a_store_of_a_newer_mote_is_refused_with_words(void **state)
{
    fixture *f = *state;
    mote_err err;
    assert_ok(
        mote_store_exec(f->store, "INSERT INTO migration VALUES ('990_tomorrow', x'00')", &err));
    mote_store *again = NULL;
    assert_int_equal(mote_store_open(f->dir, false, &again, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "990_tomorrow"));
    assert_non_null(strstr(err.text, "newer"));
    assert_null(again);
}

static void an_edited_schema_file_is_noticed(void **state)
{
    fixture *f = *state;
    mote_err err;
    assert_ok(mote_store_exec(
        f->store, "UPDATE migration SET sha256 = zeroblob(32) WHERE name = '010_object'", &err));
    mote_store *again = NULL;
    assert_int_equal(mote_store_open(f->dir, false, &again, &err), MOTE_CORRUPT);
    assert_non_null(strstr(err.text, "010_object"));
}

static void pending_schema_files_are_applied_all_or_none(void **state)
{
    fixture *f = *state;
    mote_err err;
    int64_t n = 0;
    mote_schema_file files[64];
    assert_true(mote_n_schema_files + 2 <= sizeof files / sizeof files[0]);
    memcpy(files, mote_schema_files, mote_n_schema_files * sizeof files[0]);
    size_t k = mote_n_schema_files;
    files[k] = (mote_schema_file){"991_good", "CREATE TABLE good (x INTEGER) STRICT;", 37};
    files[k + 1] = (mote_schema_file){"992_bad", "CREATE TABLE oops (", 19};
    assert_int_not_equal(mote_schema_apply(f->store, files, k + 2, &err), MOTE_OK);
    assert_non_null(strstr(err.text, "992_bad"));
    assert_ok(mote_store_query_i64(
        f->store, "SELECT count(*) FROM sqlite_schema WHERE name = 'good'", &n, &err));
    assert_int_equal(n, 0);
    assert_ok(mote_schema_apply(f->store, files, k + 1, &err));
    assert_ok(mote_schema_apply(f->store, files, k + 1, &err));
    assert_ok(mote_store_query_i64(
        f->store, "SELECT count(*) FROM sqlite_schema WHERE name = 'good'", &n, &err));
    assert_int_equal(n, 1);
}

static void a_file_that_is_no_database_is_corrupt(void **state)
{
    (void)state;
    char dir[TEMP_DIR_BYTES];
    char path[TEMP_DIR_BYTES + 32];
    char noise[8192];
    mote_err err;
    temp_dir_make(dir);
    snprintf(path, sizeof path, "%s/.mote", dir);
    assert_ok(mote_dir_make(path, &err));
    snprintf(path, sizeof path, "%s/.mote/store.db", dir);
    memset(noise, 'x', sizeof noise);
    assert_ok(mote_file_write(path, noise, sizeof noise, &err));
    mote_store *s = NULL;
    assert_int_equal(mote_store_open(dir, true, &s, &err), MOTE_CORRUPT);
    assert_non_null(strstr(err.text, "restore"));
    temp_dir_remove(dir);
}

static mote_status insert_then_leave(mote_store *s, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(insert(s, "lost", 1, err));
    return mote_fail(err, MOTE_ARG, "changed our mind");
}

static void leaving_the_scope_rolls_back(void **state)
{
    fixture *f = *state;
    mote_err err;
    assert_int_equal(insert_then_leave(f->store, &err), MOTE_ARG);
    assert_int_equal(count_rows(f->store), 0);
    assert_ok(insert(f->store, "kept", 1, &err));
    assert_int_equal(count_rows(f->store), 1);
}

static void inner_transactions_are_savepoints(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_txn outer = {0};
    mote_txn inner = {0};
    assert_ok(mote_store_begin(f->store, &outer, &err));
    assert_ok(insert(f->store, "a", 1, &err));
    assert_ok(mote_store_begin(f->store, &inner, &err));
    assert_ok(insert(f->store, "b", 1, &err));
    mote_store_rollback(&inner);
    assert_int_equal(count_rows(f->store), 1);
    assert_ok(mote_store_begin(f->store, &inner, &err));
    assert_ok(insert(f->store, "c", 1, &err));
    assert_ok(mote_store_commit(&inner, &err));
    assert_ok(mote_store_commit(&outer, &err));
    assert_int_equal(count_rows(f->store), 2);
    mote_store_rollback(&outer); /* a closed one is fine */
}

static void every_type_comes_back(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_stmt *q = NULL;
    mote_sha256 id = mote_sha256_of("x", 1);
    mote_sha256 back;
    assert_ok(mote_stmt_prepare(f->store, "INSERT INTO t VALUES (?1, ?2, ?3, ?4)", &q, &err));
    mote_stmt_bind_text_n(q, 1, "h\xc3\xa4user!", 6);
    mote_stmt_bind_i64(q, 2, INT64_MIN);
    mote_stmt_bind_f64(q, 3, 0.1);
    mote_stmt_bind_hash(q, 4, &id);
    assert_ok(mote_stmt_run(q, &err));
    mote_stmt_bind_text(q, 1, "second");
    mote_stmt_bind_null(q, 2);
    mote_stmt_bind_f64(q, 3, (double)NAN);
    mote_stmt_bind_blob(q, 4, NULL, 0);
    assert_ok(mote_stmt_run(q, &err));
    mote_stmt_release(&q);
    assert_null(q);

    bool row = false;
    size_t n = 99;
    assert_ok(mote_stmt_prepare(f->store, "SELECT * FROM t ORDER BY rowid", &q, &err));
    assert_ok(mote_stmt_step(q, &row, &err));
    assert_true(row);
    assert_string_equal(mote_stmt_text(q, 0), "h\xc3\xa4use");
    assert_true(mote_stmt_i64(q, 1) == INT64_MIN);
    assert_true(mote_stmt_f64(q, 2) == 0.1);
    assert_true(mote_stmt_hash(q, 3, &back));
    assert_true(mote_sha256_equal(&back, &id));
    assert_ok(mote_stmt_step(q, &row, &err));
    assert_true(row && mote_stmt_is_null(q, 1) && isnan(mote_stmt_f64(q, 2)) &&
                !mote_stmt_is_null(q, 3));
    assert_false(mote_stmt_hash(q, 3, &back));
    (void)mote_stmt_blob(q, 3, &n);
    assert_int_equal(n, 0);
    assert_ok(mote_stmt_step(q, &row, &err));
    assert_false(row);
    mote_stmt_release(&q);
}

static void the_same_text_may_be_open_twice(void **state)
{
    fixture *f = *state;
    mote_err err;
    bool row = false;
    assert_ok(insert(f->store, "a", 1, &err));
    assert_ok(insert(f->store, "b", 2, &err));
    mote_stmt *p = NULL;
    mote_stmt *q = NULL;
    assert_ok(mote_stmt_prepare(f->store, "SELECT i FROM t ORDER BY i", &p, &err));
    assert_ok(mote_stmt_prepare(f->store, "SELECT i FROM t ORDER BY i", &q, &err));
    assert_true(p != q);
    assert_ok(mote_stmt_step(p, &row, &err));
    assert_ok(mote_stmt_step(p, &row, &err));
    assert_ok(mote_stmt_step(q, &row, &err));
    assert_int_equal(mote_stmt_i64(p, 0), 2);
    assert_int_equal(mote_stmt_i64(q, 0), 1);
    mote_stmt_release(&p);
    mote_stmt_release(&q);
    for (int i = 0; i < 3 * MOTE_STMT_CACHE; i++) { /* more texts than the cache holds */
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT %d FROM t", i);
        assert_ok(mote_stmt_prepare(f->store, sql, &q, &err));
        assert_ok(mote_stmt_step(q, &row, &err));
        assert_int_equal(mote_stmt_i64(q, 0), i);
        mote_stmt_release(&q);
    }
}

static void broken_rules_have_their_status(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_stmt *q = NULL;
    bool row = false;
    assert_ok(insert(f->store, "a", 1, &err));
    assert_int_equal(insert(f->store, "a", 2, &err), MOTE_EXISTS);
    assert_ok(mote_store_exec(f->store,
                              "CREATE TABLE child (o BLOB REFERENCES object(hash)) STRICT", &err));
    assert_int_equal(mote_store_exec(f->store, "INSERT INTO child VALUES (zeroblob(32))", &err),
                     MOTE_NOT_FOUND);
    assert_int_equal(
        mote_store_exec(f->store, "INSERT INTO t(k, i) VALUES ('z', 'no number')", &err), MOTE_ARG);
    assert_int_equal(mote_stmt_prepare(f->store, "SELEKT", &q, &err), MOTE_BUG);
    assert_null(q);
    assert_ok(mote_stmt_prepare(f->store, "SELECT 1", &q, &err));
    mote_stmt_bind_i64(q, 7, 1); /* no such parameter */
    assert_int_equal(mote_stmt_step(q, &row, &err), MOTE_BUG);
    mote_stmt_release(&q);
    int64_t x = 17;
    assert_int_equal(mote_store_query_i64(f->store, "SELECT i FROM t WHERE k = 'none'", &x, &err),
                     MOTE_NOT_FOUND);
    assert_int_equal(x, 17);
}

#define N_THREADS 4
#define N_INSERTS 25

static void *insert_many(void *arg)
{
    const char *dir = arg;
    mote_err err;
    mote_store *s = NULL;
    intptr_t failed = 0;
    if (said(mote_store_open(dir, false, &s, &err), &err) != MOTE_OK)
        return (void *)(intptr_t)1;
    for (int i = 0; i < N_INSERTS && failed == 0; i++) {
        char key[64];
        mote_txn txn = {0};
        snprintf(key, sizeof key, "%p-%d", (void *)&err, i);
        failed |= said(mote_store_begin(s, &txn, &err), &err) != MOTE_OK;
        failed |= said(insert(s, key, i, &err), &err) != MOTE_OK;
        failed |= said(mote_store_commit(&txn, &err), &err) != MOTE_OK;
    }
    mote_store_close(s);
    return (void *)failed;
}

static void threads_with_a_handle_each_all_get_through(void **state)
{
    fixture *f = *state;
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, insert_many, f->dir), 0);
    for (int i = 0; i < N_THREADS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(count_rows(f->store), N_THREADS * N_INSERTS);
}

/* One who writes nearly all the time: 20 ms of every 22. */
typedef struct {
    const char *dir;
    atomic_int n_begun;
    atomic_bool stop;
} hog;

static void *write_on_and_on(void *arg)
{
    hog *h = arg;
    mote_err err;
    mote_store *s = NULL;
    intptr_t failed = said(mote_store_open(h->dir, false, &s, &err), &err) != MOTE_OK;
    while (failed == 0 && !atomic_load(&h->stop)) {
        mote_txn txn = {0};
        failed |= said(mote_store_begin(s, &txn, &err), &err) != MOTE_OK;
        atomic_fetch_add(&h->n_begun, 1);
        mote_clock_sleep_ms(20);
        mote_store_rollback(&txn);
        mote_clock_sleep_ms(2);
    }
    mote_store_close(s);
    return (void *)failed;
}

/* Who waits gets in at the first breath or two, not by luck after hundreds. */
static void a_breath_between_writes_lets_others_in(void **state)
{
    fixture *f = *state;
    mote_err err;
    hog h = {.dir = f->dir};
    pthread_t thread;
    void *failed = NULL;
    assert_int_equal(pthread_create(&thread, NULL, write_on_and_on, &h), 0);
    while (atomic_load(&h.n_begun) == 0)
        mote_clock_sleep_ms(1);
    const int before = atomic_load(&h.n_begun);
    for (int i = 0; i < 20; i++) {
        mote_txn txn = {0};
        assert_ok(mote_store_begin(f->store, &txn, &err));
        mote_store_rollback(&txn);
        mote_clock_sleep_ms(5);
    }
    const int n = atomic_load(&h.n_begun) - before;
    atomic_store(&h.stop, true);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_in_range(n, 1, 60);
}

static void *create_store(void *arg)
{
    mote_err err;
    mote_store *s = NULL;
    intptr_t failed = said(mote_store_open(arg, true, &s, &err), &err) != MOTE_OK;
    mote_store_close(s);
    return (void *)failed;
}

static void a_store_created_by_many_at_once_is_whole(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        char dir[TEMP_DIR_BYTES];
        pthread_t threads[N_THREADS];
        temp_dir_make(dir);
        for (int i = 0; i < N_THREADS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, create_store, dir), 0);
        for (int i = 0; i < N_THREADS; i++) {
            void *failed = NULL;
            assert_int_equal(pthread_join(threads[i], &failed), 0);
            assert_null(failed);
        }
        temp_dir_remove(dir);
    }
}

static void a_new_store_survives_every_failed_allocation(void **state)
{
    (void)state;
    char dir[TEMP_DIR_BYTES];
    mote_err err;
    mote_store *s = NULL;
    mote_status st = MOTE_NOMEM;
    int64_t n = 0;
    temp_dir_make(dir);
    for (; n < 200000 && st != MOTE_OK; n += 1 + n / 40) { /* each of the first, then ever fewer */
        mote_mem_fail_after(n);
        st = mote_store_open(dir, true, &s, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK) {
            assert_null(s);
            if (st != MOTE_NOMEM)
                print_message("allocation %lld: %s: %s\n", (long long)n, mote_status_name(st),
                              err.text);
            assert_int_equal(st, MOTE_NOMEM);
        }
    }
    assert_ok(st);
    assert_true(n > 10);
    assert_ok(mote_store_check(s, true, &err));
    mote_store_close(s);
    temp_dir_remove(dir);
}

/* reference.def is what the collector believes; the foreign keys are what is so. */
static void the_references_are_the_foreign_keys_of_the_schema(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    MOTE_SCOPED_STMT *q = NULL;
    assert_ok(mote_stmt_prepare(
        f->store,
        "SELECT m.name, f.\"from\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f "
        "WHERE m.type = 'table' AND f.\"table\" = 'object' AND m.name <> 'object_link' "
        "ORDER BY 1, 2",
        &q, &err));
    const mote_reference *r = mote_references;
    for (bool row = true;; r++) {
        assert_ok(mote_stmt_step(q, &row, &err));
        if (!row)
            break;
        assert_string_equal(r->table, mote_stmt_text(q, 0));
        assert_string_equal(r->column, mote_stmt_text(q, 1));
    }
    assert_null(r->table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_references_are_the_foreign_keys_of_the_schema, set_up,
                                        tear_down),
        cmocka_unit_test(a_missing_store_is_refused_with_what_to_run),
        cmocka_unit_test_setup_teardown(reopening_finds_what_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(promised_settings_are_in_force, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_of_a_newer_mote_is_refused_with_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_edited_schema_file_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pending_schema_files_are_applied_all_or_none, set_up,
                                        tear_down),
        cmocka_unit_test(a_file_that_is_no_database_is_corrupt),
        cmocka_unit_test_setup_teardown(leaving_the_scope_rolls_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(inner_transactions_are_savepoints, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_type_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_text_may_be_open_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_rules_have_their_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_with_a_handle_each_all_get_through, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_breath_between_writes_lets_others_in, set_up, tear_down),
        cmocka_unit_test(a_store_created_by_many_at_once_is_whole),
        cmocka_unit_test(a_new_store_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
