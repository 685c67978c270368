/* SPDX-License-Identifier: Apache-2.0 */
/* Thread pool with a fixed division of work: piece i of n is the same work whatever the number
 * of threads, so results that are combined in piece order are the same bytes on 1 thread or 8. */
#ifndef MOTE_BASE_POOL_H
#define MOTE_BASE_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct mote_pool mote_pool;

/* n_threads 0: as many as the process may run on. The caller's thread is one of them. */
MOTE_MUST_USE mote_status mote_pool_create(int32_t n_threads, mote_pool **out, mote_err *err);
void mote_pool_destroy(mote_pool *p);
int32_t mote_pool_threads(const mote_pool *p); /* NULL: 1 */

/* Run work(arg, piece, worker) for every piece in [0, n_pieces); returns when all are done.
 * worker in [0, threads) tells which scratch a piece may use. p NULL: in order on this thread.
 * The memory effects of the pieces are visible to the caller afterwards. Not re-entrant. */
typedef void mote_pool_work(void *arg, size_t piece, int32_t worker);
void mote_pool_run(mote_pool *p, size_t n_pieces, mote_pool_work *work, void *arg);

/* Cooperative stop for long work: set by Ctrl-C in cli/, looked at by trainers and importers. */
typedef struct mote_cancel mote_cancel;
struct mote_cancel {
    atomic_int requested; /* lock-free: also set by signal handlers, and by other threads */
};
bool mote_cancelled(const mote_cancel *c); /* NULL: false */

#endif
