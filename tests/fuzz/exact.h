/* SPDX-License-Identifier: Apache-2.0 */
/* What a fuzz target reads, in memory of its exact size, so that reading behind it is seen. */
#ifndef MOTE_TESTS_EXACT_H
#define MOTE_TESTS_EXACT_H

#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/* A copy of n bytes, to be given to mote_free; NULL: out of memory. */
static inline char *exact_copy(const void *bytes, size_t n)
{
    char *copy = mote_alloc(n ? n : 1, 1);
    if (copy && n > 0)
        memcpy(copy, bytes, n);
    return copy;
}

#endif
