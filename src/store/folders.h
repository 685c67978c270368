/* SPDX-License-Identifier: Apache-2.0 */
/* What a project has on this machine beside its store: folders of what can be made again, and the
 * lock of those that write. They are asked for here and nowhere else, so that a store which lies
 * elsewhere still has them on a local disk. Depends on store.h. Used by pipeline/, web/, cli/. */
#ifndef MOTE_STORE_FOLDERS_H
#define MOTE_STORE_FOLDERS_H

#include "base/file.h"
#include "store/store.h"

/* The folder `name` ("work", "features") for what can be made again; it need not be there yet. In
 * `a`. */
MOTE_MUST_USE mote_status mote_store_cache_dir(const mote_store *s, const char *name, mote_arena *a,
                                               char **out, mote_err *err);

/* Whoever writes to the project in the name of a person (a command, a route) holds this lock
 * meanwhile. CONFLICT at once when another process does; DENIED when the store may not be written.
 */
MOTE_MUST_USE mote_status mote_store_write_lock(const mote_store *s, mote_lock *out, mote_err *err);

#endif
