/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: checked sizes, the only heap functions of the program, and the arena.
 *
 * The default owner of memory is an arena per unit of work (command, step, request, training run)
 * with a byte limit, so that no input can make us allocate without bound. Growing buffers that
 * must be freed alone use mote_alloc and friends. Every allocation of the program goes through
 * here, so that tests can make the n-th one fail (mote_mem_fail_after). */
#ifndef MOTE_BASE_MEM_H
#define MOTE_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* *out = a * b or a + b; false, *out untouched, when it would not fit. */
bool mote_mul_size(size_t a, size_t b, size_t *out);
bool mote_add_size(size_t a, size_t b, size_t *out);

/* Heap. n * size is checked; zero bytes give a unique pointer; NULL when out of memory. The
 * caller owns the result and frees it with mote_free, which accepts NULL. */
MOTE_MUST_USE void *mote_alloc(size_t n, size_t size);
MOTE_MUST_USE void *mote_alloc_zero(size_t n, size_t size);
MOTE_MUST_USE void *mote_alloc_aligned(size_t alignment, size_t n, size_t size);
MOTE_MUST_USE void *mote_realloc(void *p, size_t n, size_t size);
void mote_free(void *p);

/* For tests: the allocation after `n` more successful ones fails, and every one after it, until
 * mote_mem_fail_never. Counts per process. */
/* lint: unused_exports: tests make the n-th allocation fail */
void mote_mem_fail_after(int64_t n);
/* lint: unused_exports: and none any more */
void mote_mem_fail_never(void);

/* Arena: pieces are taken one after another and released all at once. Not shared between threads.
 * The storage of the struct belongs to the caller; the fields are private. */
typedef struct mote_arena_block mote_arena_block;
typedef struct {
    mote_arena_block *last;
    size_t used_bytes;
    size_t limit_bytes;
} mote_arena;

typedef struct {
    mote_arena_block *block;
    size_t used_in_block;
    size_t used_bytes;
} mote_arena_mark;

void mote_arena_init(mote_arena *a, size_t limit_bytes);
void mote_arena_release(mote_arena *a); /* empty, memory returned; usable again */
void mote_arena_reset(mote_arena *a);   /* empty, memory kept */
mote_arena_mark mote_arena_save(const mote_arena *a);
void mote_arena_rewind(mote_arena *a, mote_arena_mark mark); /* drop all taken since */

/* n * size bytes, zeroed, aligned to 64; NULL when over the limit or out of memory. Lives as long
 * as `a`. mote_arena_take reports the failure in err instead (NOMEM). */
MOTE_MUST_USE void *mote_arena_alloc(mote_arena *a, size_t n, size_t size);
MOTE_MUST_USE
mote_status mote_arena_take(mote_arena *a, size_t n, size_t size, void *out_ptr, mote_err *err);

/* Copies in the arena; NULL when it is full. */
MOTE_MUST_USE char *mote_arena_strdup(mote_arena *a, const char *s);
MOTE_MUST_USE char *mote_arena_strndup(mote_arena *a, const char *s, size_t n);
MOTE_PRINTF(2, 3)
MOTE_MUST_USE char *mote_arena_printf(mote_arena *a, const char *fmt, ...);

void mote_free_ptr(void *pp); /* for cleanup attributes: *(void **)pp is freed */
#define MOTE_SCOPED_FREE  __attribute__((cleanup(mote_free_ptr)))
#define MOTE_SCOPED_ARENA __attribute__((cleanup(mote_arena_release))) mote_arena

#endif
