/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the build of the loops that this processor runs. See loops.h. */
#include "data/loops.h"

#include <string.h>

#include "data/loops_internal.h"

const mote_loops *mote_loops_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return &mote_loops_avx2;
#endif
    return &mote_loops_portable;
}

const mote_loops *mote_loops_find(const char *name)
{
    const mote_loops *best = mote_loops_best();
    if (strcmp(name, best->name) == 0)
        return best;
    return strcmp(name, mote_loops_portable.name) == 0 ? &mote_loops_portable : NULL;
}
