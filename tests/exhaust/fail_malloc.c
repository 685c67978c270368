/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into the program (run_exhaust.sh): the allocation FAIL_AT (from 1) of the process, and
 * the FAIL_N - 1 after it, fail, whoever asks: libraries too. When the process ends, the number of
 * allocations is written to the file FAIL_COUNT, if that is set. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);

static _Atomic long n_done;
static long first = -1, last = -1; /* set before main */

static int fails(void)
{
    long i = atomic_fetch_add(&n_done, 1) + 1;
    if (first < 0 || i < first || i > last)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    if (fails())
        return ENOMEM;
    *out = __libc_memalign(alignment, n);
    return *out ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return fails() ? NULL : __libc_memalign(alignment, n);
}

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAIL_AT"), *n = getenv("FAIL_N");
    atomic_store(&n_done, 0);
    if (at && at[0]) {
        first = strtol(at, NULL, 10);
        last = first + (n ? strtol(n, NULL, 10) : 1) - 1;
    }
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAIL_COUNT");
    char text[32];
    if (!path)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int len = snprintf(text, sizeof text, "%ld\n", atomic_load(&n_done));
    if (fd >= 0) {
        if (write(fd, text, (size_t)len) < 0)
            _exit(99);
        close(fd);
    }
}
