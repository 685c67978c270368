/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a work goes, and how long it still takes.
 *
 * Only what is done while it is watched counts. A work that goes on where it was stopped (training
 * from a checkpoint, folds and seeds that are finished already) says at once that much of it is
 * done; that was done in another process, in a time that nobody here knows. So the first news says
 * where the work starts, and the pace is what is added to it. News of less than before begin
 * another piece, with a pace of its own.
 *
 * Times are the caller's. Depends on nothing. Used by show.c. */
#ifndef MOTE_CLI_PACE_H
#define MOTE_CLI_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: nothing heard yet. Private. */
typedef struct {
    bool has_begun;
    int64_t first, done; /* at the first news of the piece, and at the last */
    int64_t first_us;    /* when the first came */
} mote_pace;

/* `done` units are done at `now_us`. */
void mote_pace_hear(mote_pace *p, int64_t done, int64_t now_us);

/* Units a second up to now; 0: not known yet. */
double mote_pace_per_s(const mote_pace *p, int64_t now_us);

/* Microseconds to `total` units (0: it is not known how many) at this pace; -1: not known. */
int64_t mote_pace_left_us(const mote_pace *p, int64_t total, int64_t now_us);

#endif
