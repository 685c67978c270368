/* SPDX-License-Identifier: Apache-2.0 */
/* What a run ran on: the machine, and the state of the source code around it. */
#ifndef MOTE_TRACK_ENVIRONMENT_H
#define MOTE_TRACK_ENVIRONMENT_H

#include <stdbool.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

#define MOTE_GIT_DIFF_MAX_BYTES ((size_t)16 << 20)

typedef struct {
    const char *commit; /* 40 digits; NULL: no repository, or no commit yet */
    const char *branch; /* NULL: none (a detached head) */
    bool is_dirty;      /* changed or unknown files */
    const char *diff;   /* of the tracked files; NULL: none, or over the limit */
    size_t diff_bytes;
} mote_git_state;

/* Ask git about the folder. No git, no repository or a slow one (10 s) is not an error: then
 * out->commit is NULL. Lives as long as `a`. */
MOTE_MUST_USE mote_status mote_git_capture(const char *dir, mote_arena *a, mote_git_state *out,
                                           mote_err *err);

/* Append {"compiler":..,"cores":..,"cpu":..,"memory_bytes":..,"os":..}. */
void mote_machine_json(mote_buf *out);

#endif
