/* SPDX-License-Identifier: Apache-2.0 */
/* Folders and locks of a project on this machine. See folders.h. */
#include "store/folders.h"

#include "store/store_internal.h"

mote_status mote_store_cache_dir(const mote_store *s, const char *name, mote_arena *a, char **out,
                                 mote_err *err)
{
    return mote_path_join(a, s->dir, name, out, err);
}

mote_status mote_store_write_lock(const mote_store *s, mote_lock *out, mote_err *err)
{
    char path[MOTE_BLOB_PATH_BYTES];
    MOTE_TRY(mote_store_need_writable(s, err));
    if (!mote_format(path, sizeof path, "%s/write.lock", s->dir))
        return mote_fail(err, MOTE_LIMIT, "store: the path of '%s' is too long", s->dir);
    return mote_lock_take(path, "this project", out, err);
}
