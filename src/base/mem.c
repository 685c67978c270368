/* SPDX-License-Identifier: Apache-2.0 */
/* Checked sizes, the heap, and the arena. Depends on status; used by everything.
 *
 * Arena layout: a chain of blocks. `last` is the block that is being filled; the blocks before it
 * are full (as far as they were used), the blocks after it are spare ones that a reset or rewind
 * has emptied and that are filled again before a new one is allocated.
 *
 *     [used....] <-> [used..|free] <-> [free] <-> [free]
 *                     ^ last           spare
 *
 * Blocks come zeroed from calloc, so that a large piece costs no memset; `dirty` is how far a
 * block was ever used, and only bytes below it are cleared when they are handed out again. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_ALIGN         64
#define ARENA_FIRST_BLOCK   ((size_t)16 << 10)
#define ARENA_LARGEST_BLOCK ((size_t)1 << 20)

struct mote_arena_block {
    mote_arena_block *prev;
    mote_arena_block *next;
    size_t capacity;
    size_t used;
    size_t dirty;
    uint8_t *bytes; /* inside this allocation, aligned to ARENA_ALIGN */
};

bool mote_mul_size(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_mul_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

bool mote_add_size(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_add_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

/* Successful allocations left before the failures begin; negative: never. Only tests set it. */
static _Atomic int64_t allocations_left = -1;

static bool must_fail(void)
{
    if (atomic_load_explicit(&allocations_left, memory_order_relaxed) < 0)
        return false;
    int64_t left = atomic_load(&allocations_left);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&allocations_left, &left, left - 1))
            return false;
    }
    return left == 0;
}

void mote_mem_fail_after(int64_t n)
{
    atomic_store(&allocations_left, n < 0 ? 0 : n);
}
void mote_mem_fail_never(void)
{
    atomic_store(&allocations_left, -1);
}

/* Size of a request, at least 1 so that every pointer is unique; false when it must be refused. */
static bool request_bytes(size_t n, size_t size, size_t *bytes)
{
    size_t total;
    if (!mote_mul_size(n, size, &total) || total > PTRDIFF_MAX || must_fail())
        return false;
    *bytes = total ? total : 1;
    return true;
}

void *mote_alloc(size_t n, size_t size)
{
    size_t bytes;
    return request_bytes(n, size, &bytes) ? malloc(bytes) : NULL;
}

void *mote_alloc_zero(size_t n, size_t size)
{
    size_t bytes;
    return request_bytes(n, size, &bytes) ? calloc(1, bytes) : NULL;
}

void *mote_alloc_aligned(size_t alignment, size_t n, size_t size)
{
    size_t bytes;
    void *p = NULL;
    MOTE_BUG_IF(alignment == 0 || (alignment & (alignment - 1)) != 0);
    if (!request_bytes(n, size, &bytes))
        return NULL;
    if (alignment < sizeof(void *))
        alignment = sizeof(void *);
    return posix_memalign(&p, alignment, bytes) == 0 ? p : NULL;
}

void *mote_realloc(void *p, size_t n, size_t size)
{
    size_t bytes;
    return request_bytes(n, size, &bytes) ? realloc(p, bytes) : NULL;
}

void mote_free(void *p)
{
    free(p);
}

void mote_free_ptr(void *pp)
{
    void *p;
    memcpy(&p, pp, sizeof p); /* pp points to a pointer of any type */
    free(p);
    p = NULL;
    memcpy(pp, &p, sizeof p);
}

/* --- arena --- */

void mote_arena_init(mote_arena *a, size_t limit_bytes)
{
    *a = (mote_arena){.limit_bytes = limit_bytes};
}

static mote_arena_block *first_block(const mote_arena *a)
{
    mote_arena_block *b = a->last;
    while (b && b->prev)
        b = b->prev;
    return b;
}

void mote_arena_release(mote_arena *a)
{
    mote_arena_block *b = first_block(a);
    while (b) {
        mote_arena_block *next = b->next;
        mote_free(b);
        b = next;
    }
    a->last = NULL;
    a->used_bytes = 0;
}

void mote_arena_reset(mote_arena *a)
{
    mote_arena_rewind(a, (mote_arena_mark){0});
}

mote_arena_mark mote_arena_save(const mote_arena *a)
{
    return (mote_arena_mark){
        .block = a->last,
        .used_in_block = a->last ? a->last->used : 0,
        .used_bytes = a->used_bytes,
    };
}

void mote_arena_rewind(mote_arena *a, mote_arena_mark mark)
{
    MOTE_BUG_IF(mark.used_bytes > a->used_bytes);
    if (!a->last)
        return;
    mote_arena_block *b = mark.block ? mark.block : first_block(a);
    b->used = mark.block ? mark.used_in_block : 0;
    for (mote_arena_block *spare = b->next; spare && spare->used; spare = spare->next)
        spare->used = 0;
    a->last = b;
    a->used_bytes = mark.used_bytes;
}

/* A new block that holds at least `need` bytes, linked in after `last`. */
static mote_arena_block *add_block(mote_arena *a, size_t need)
{
    size_t capacity = a->last ? a->last->capacity : ARENA_FIRST_BLOCK / 2;
    capacity = capacity < ARENA_LARGEST_BLOCK / 2 ? capacity * 2 : ARENA_LARGEST_BLOCK;
    if (capacity > a->limit_bytes - a->used_bytes)
        capacity = a->limit_bytes - a->used_bytes;
    if (capacity < need)
        capacity = need;
    size_t total;
    if (!mote_add_size(capacity, sizeof(mote_arena_block) + ARENA_ALIGN, &total))
        return NULL;
    mote_arena_block *b = mote_alloc_zero(1, total);
    if (!b)
        return NULL;
    uintptr_t start = (uintptr_t)b + sizeof *b;
    size_t pad = (size_t)(-start & (ARENA_ALIGN - 1));
    b->bytes = (uint8_t *)b + sizeof *b + pad;
    b->capacity = capacity;
    b->prev = a->last;
    if (a->last) {
        b->next = a->last->next;
        a->last->next = b;
        if (b->next)
            b->next->prev = b;
    }
    a->last = b;
    return b;
}

/* Offset in `b` at which `bytes` fit with this alignment, or SIZE_MAX. */
static size_t fit(const mote_arena_block *b, size_t bytes, size_t align)
{
    size_t at = (b->used + align - 1) & ~(align - 1);
    return at <= b->capacity && bytes <= b->capacity - at ? at : SIZE_MAX;
}

static void *take_bytes(mote_arena *a, size_t bytes, size_t align)
{
    if (bytes == 0)
        bytes = 1;
    if (bytes > a->limit_bytes - a->used_bytes)
        return NULL;
    mote_arena_block *b = a->last;
    size_t at = b ? fit(b, bytes, align) : SIZE_MAX;
    if (at == SIZE_MAX && b && b->next && fit(b->next, bytes, align) != SIZE_MAX) {
        b = b->next;
        at = 0;
    } else if (at == SIZE_MAX) {
        b = add_block(a, bytes);
        if (!b)
            return NULL;
        at = 0;
    }
    a->last = b;
    /* The padding counts too, as far as the limit has room for it: the last piece must fit. */
    size_t grown = at + bytes - b->used;
    size_t room = a->limit_bytes - a->used_bytes;
    a->used_bytes += grown < room ? grown : room;
    if (at < b->dirty)
        memset(b->bytes + at, 0, bytes < b->dirty - at ? bytes : b->dirty - at);
    b->used = at + bytes;
    if (b->dirty < b->used)
        b->dirty = b->used;
    return b->bytes + at;
}

void *mote_arena_alloc(mote_arena *a, size_t n, size_t size)
{
    size_t bytes;
    return mote_mul_size(n, size, &bytes) ? take_bytes(a, bytes, ARENA_ALIGN) : NULL;
}

mote_status mote_arena_take(mote_arena *a, size_t n, size_t size, void *out_ptr, mote_err *err)
{
    void *p = mote_arena_alloc(a, n, size);
    if (!p)
        return mote_fail(err, MOTE_NOMEM,
                         "no room for %zu x %zu bytes: %zu of %zu bytes are in use", n, size,
                         a->used_bytes, a->limit_bytes);
    memcpy(out_ptr, &p, sizeof p); /* out_ptr points to a pointer of any type */
    return MOTE_OK;
}

char *mote_arena_strndup(mote_arena *a, const char *s, size_t n)
{
    size_t bytes;
    if (!mote_add_size(n, 1, &bytes))
        return NULL;
    char *copy = take_bytes(a, bytes, 1);
    if (copy && n)
        memcpy(copy, s, n);
    return copy;
}

char *mote_arena_strdup(mote_arena *a, const char *s)
{
    return mote_arena_strndup(a, s, strlen(s));
}

char *mote_arena_printf(mote_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        return NULL;
    char *text = take_bytes(a, (size_t)n + 1, 1);
    if (!text)
        return NULL;
    va_start(ap, fmt);
    (void)vsnprintf(text, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return text;
}
