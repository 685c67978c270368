/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/mem.c. */
#include "support.h"

#include "base/rng.h"

static void sizes_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t a, b;
        bool mul, add;
    } rows[] = {
        {0, SIZE_MAX, true, true},          {1, SIZE_MAX, true, false},
        {2, SIZE_MAX / 2, true, true},      {2, SIZE_MAX / 2 + 1, false, true},
        {SIZE_MAX, SIZE_MAX, false, false}, {3, 4, true, true},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        size_t out = 77;
        assert_int_equal(mote_mul_size(rows[i].a, rows[i].b, &out), rows[i].mul);
        assert_int_equal(out, rows[i].mul ? rows[i].a * rows[i].b : 77);
        out = 77;
        assert_int_equal(mote_add_size(rows[i].a, rows[i].b, &out), rows[i].add);
        assert_int_equal(out, rows[i].add ? rows[i].a + rows[i].b : 77);
    }
}

static void heap_pointers_are_unique_and_checked(void **state)
{
    (void)state;
    void *a = mote_alloc(0, 8);
    void *b = mote_alloc(8, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    mote_free(a);
    mote_free(b);
    mote_free(NULL);
    assert_null(mote_alloc(SIZE_MAX, 2));
    assert_null(mote_alloc_zero(SIZE_MAX / 2, 3));
    assert_null(mote_alloc_aligned(64, SIZE_MAX / 2, 3));
    unsigned char *z = mote_alloc_zero(100, 10);
    assert_non_null(z);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(z[i], 0);
    mote_free(z);
    for (size_t align = 1; align <= 4096; align *= 2) {
        void *p = mote_alloc_aligned(align, 3, 5);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % align, 0);
        mote_free(p);
    }
}

static void a_failed_realloc_leaves_the_old_block(void **state)
{
    (void)state;
    char *p = mote_alloc(4, 1);
    assert_non_null(p);
    memcpy(p, "abc", 4);
    assert_null(mote_realloc(p, SIZE_MAX, 2));
    assert_string_equal(p, "abc");
    char *q = mote_realloc(p, 1000, 1);
    assert_non_null(q);
    assert_string_equal(q, "abc");
    mote_free(q);
}

static void the_ordered_allocation_fails_and_all_after_it(void **state)
{
    (void)state;
    mote_mem_fail_after(2);
    void *a = mote_alloc(1, 1);
    void *b = mote_alloc_zero(1, 1);
    void *c = mote_alloc(1, 1);
    void *d = mote_alloc(1, 1);
    mote_mem_fail_never();
    void *e = mote_alloc(1, 1);
    assert_non_null(a);
    assert_non_null(b);
    assert_null(c);
    assert_null(d);
    assert_non_null(e);
    mote_free(a);
    mote_free(b);
    mote_free(e);
}

static void arena_pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 8 << 20);
    mote_rng r;
    mote_rng_init(&r, t_seed());
    enum { N = 400 };
    unsigned char *piece[N];
    size_t bytes[N];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < N; i++) {
            bytes[i] = mote_rng_below(&r, i % 50 == 0 ? 40000 : 300);
            piece[i] = mote_arena_alloc(&a, bytes[i], 1);
            assert_non_null(piece[i]);
            assert_int_equal((uintptr_t)piece[i] % 64, 0);
            for (size_t k = 0; k < bytes[i]; k++)
                assert_int_equal(piece[i][k], 0);
            memset(piece[i], (int)(i % 251) + 1, bytes[i]);
        }
        for (size_t i = 0; i < N; i++) {
            for (size_t k = 0; k < bytes[i]; k++)
                assert_int_equal(piece[i][k], i % 251 + 1);
        }
        mote_arena_reset(&a);
        assert_int_equal(a.used_bytes, 0);
    }
}

static void the_limit_holds_to_the_byte(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1000);
    assert_null(mote_arena_alloc(&a, 1001, 1));
    assert_non_null(mote_arena_alloc(&a, 1000, 1));
    assert_null(mote_arena_alloc(&a, 1, 1));
    mote_arena_reset(&a);
    assert_non_null(mote_arena_alloc(&a, 1000, 1));
    assert_null(mote_arena_alloc(&a, SIZE_MAX, 2));
    mote_err err;
    void *p = &a;
    T_FAILS(mote_arena_take(&a, 3, 5, &p, &err), MOTE_NOMEM, "3 x 5 bytes");
    assert_ptr_equal(p, &a);
    MOTE_SCOPED_ARENA none;
    mote_arena_init(&none, 0);
    assert_null(mote_arena_alloc(&none, 1, 1));
}

static void many_small_pieces_never_pass_the_limit(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 100000);
    size_t total = 0;
    while (mote_arena_alloc(&a, 100, 1))
        total += 100;
    assert_true(total <= 100000);
    assert_true(total >= 70000); /* at most 28 of each 128 bytes are padding */
    assert_true(a.used_bytes <= 100000);
}

static void rewind_drops_what_came_after_the_mark(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 10 << 20);
    char *kept = mote_arena_strdup(&a, "kept");
    for (int round = 0; round < 100; round++) {
        mote_arena_mark mark = mote_arena_save(&a);
        size_t used = a.used_bytes;
        for (int i = 0; i < 50; i++) {
            int *x = mote_arena_alloc(&a, 1000, sizeof *x);
            assert_non_null(x);
            assert_int_equal(x[0] | x[999], 0);
            x[0] = x[999] = -1;
        }
        mote_arena_rewind(&a, mark);
        assert_int_equal(a.used_bytes, used);
    }
    assert_string_equal(kept, "kept");
    mote_arena fresh;
    mote_arena_init(&fresh, 1000);
    mote_arena_mark empty = mote_arena_save(&fresh);
    assert_non_null(mote_arena_alloc(&fresh, 10, 1));
    mote_arena_rewind(&fresh, empty);
    assert_int_equal(fresh.used_bytes, 0);
    mote_arena_release(&fresh);
    assert_non_null(mote_arena_alloc(&fresh, 10, 1)); /* usable again */
    mote_arena_release(&fresh);
}

static void reset_keeps_the_memory(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 10 << 20);
    for (int i = 0; i < 200; i++)
        assert_non_null(mote_arena_alloc(&a, 10000, 1));
    mote_arena_reset(&a);
    mote_mem_fail_after(0); /* from here on the heap gives nothing */
    bool all = true;
    for (int i = 0; i < 200; i++)
        all = all && mote_arena_alloc(&a, 10000, 1) != NULL;
    mote_mem_fail_never();
    assert_true(all);
}

static void strings_are_copied(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 4096);
    assert_string_equal(mote_arena_strdup(&a, "wake"), "wake");
    assert_string_equal(mote_arena_strdup(&a, ""), "");
    assert_string_equal(mote_arena_strndup(&a, "wakeword", 4), "wake");
    assert_string_equal(mote_arena_strndup(&a, NULL, 0), "");
    assert_string_equal(mote_arena_printf(&a, "%s-%03d", "run", 7), "run-007");
    assert_null(mote_arena_printf(&a, "%5000d", 1));
    assert_null(mote_arena_strndup(&a, "x", SIZE_MAX));
}

static mote_status take_twice(mote_arena *a, void **p, mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, 20000, 1, p, err));
    return mote_arena_take(a, 2000000, 1, p, err);
}

static void an_arena_survives_failing_allocations(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 10 << 20);
    mote_err err;
    void *p = NULL;
    T_ALLOC_SWEEP(take_twice(&a, &p, &err), mote_arena_release(&a));
    assert_non_null(p);
}

static void scoped_free_frees_and_clears(void **state)
{
    (void)state;
    char *p = mote_alloc(1, 1);
    mote_free_ptr(&p);
    assert_null(p);
    mote_free_ptr(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_that_do_not_fit_are_refused),
        cmocka_unit_test(heap_pointers_are_unique_and_checked),
        cmocka_unit_test(a_failed_realloc_leaves_the_old_block),
        cmocka_unit_test(the_ordered_allocation_fails_and_all_after_it),
        cmocka_unit_test(arena_pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(the_limit_holds_to_the_byte),
        cmocka_unit_test(many_small_pieces_never_pass_the_limit),
        cmocka_unit_test(rewind_drops_what_came_after_the_mark),
        cmocka_unit_test(reset_keeps_the_memory),
        cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(an_arena_survives_failing_allocations),
        cmocka_unit_test(scoped_free_frees_and_clears),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
