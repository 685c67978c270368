/* SPDX-License-Identifier: Apache-2.0 */
/* Where the bytes of objects lie. One row so far, a folder (blob_folder.c).
 *
 * A blob is what an object's row names: its hash, and whether it is compressed. Bytes are staged
 * first, without a lock; `put` gives them their name while the write lock of the database is held,
 * and `sync` makes them durable before the row is committed. So a crash leaves at worst a blob that
 * no row names, which `list` finds, and never a row without its blob.
 *
 * Depends on store.h. Used by object.c, gc.c, sweep.c, check.c, store.c only. */
#ifndef MOTE_STORE_BLOB_H
#define MOTE_STORE_BLOB_H

#include "store/store.h"

#define MOTE_BLOB_PATH_BYTES 4096
#define MOTE_BLOB_PARTS      256 /* of a listing: the first byte of the hash */

typedef struct {
    mote_sha256 id;
    bool is_compressed;
} mote_blob_name;

typedef struct {
    char at[MOTE_BLOB_PATH_BYTES]; /* the driver's own */
} mote_blob_staged;

typedef struct {
    const char *name;
    mote_status (*stage)(mote_store *s, const void *bytes, size_t n, mote_blob_staged *out,
                         mote_err *err);
    void (*discard)(mote_store *s, const mote_blob_staged *b); /* nothing when it was put */
    mote_status (*put)(mote_store *s, const mote_blob_name *name, const mote_blob_staged *b,
                       mote_err *err);
    /* Of those put since the last sync that have these hashes. */
    mote_status (*sync)(mote_store *s, const mote_sha256 *ids, size_t n, mote_err *err);

    /* NOT_FOUND; LIMIT when it has more than max_bytes. *out is owned by the caller. */
    mote_status (*get)(mote_store *s, const mote_blob_name *name, size_t max_bytes, char **out,
                       size_t *n, mote_err *err);
    /* *bytes is -1 when it is not there. */
    mote_status (*size)(mote_store *s, const mote_blob_name *name, int64_t *bytes, mote_err *err);
    /* Fine for those that are not there. overwrite: the bytes are overwritten first, as far as the
     * place can promise that. Durable after sync_removed, which needs no lock. */
    mote_status (*remove)(mote_store *s, const mote_blob_name *names, size_t n, bool overwrite,
                          mote_err *err);
    mote_status (*sync_removed)(mote_store *s, const mote_blob_name *names, size_t n,
                                mote_err *err);
    /* Those whose hash begins with `part`, in no order; what is no blob is left out. Lives as long
     * as `a`. */
    mote_status (*list)(mote_store *s, size_t part, mote_arena *a, mote_blob_name **names,
                        size_t *n, mote_err *err);
    /* For people, and for programs that read files: where it lies, there or not. */
    mote_status (*where)(mote_store *s, const mote_blob_name *name, char out[MOTE_BLOB_PATH_BYTES],
                         mote_err *err);
} mote_blob_driver;

extern const mote_blob_driver mote_blob_folder;

#endif
