/* SPDX-License-Identifier: Apache-2.0 */
/* What the folders of a collection call what is in them, before anything is imported. See
 * import.h. */
#include <string.h>

#include "base/file.h"
#include "base/unicode.h"
#include "data/import.h"

/* Of background recordings, of negatives, or of what Mote makes itself ("_unknown_"). */
static bool is_no_label(const char *folder, size_t n)
{
    return folder[0] == '_' || mote_import_is_background(folder, n) ||
           mote_import_is_negative(folder, n);
}

mote_status mote_import_folder_labels(const char *root, mote_arena *a, const char *const **out,
                                      size_t *n_out, mote_err *err)
{
    char **paths = NULL;
    const char **labels = NULL, *before = "";
    size_t n_paths = 0, n = 0;
    MOTE_TRY(mote_dir_walk(root, a, &paths, &n_paths, err));
    MOTE_TRY(mote_arena_take(a, n_paths + 1, sizeof *labels, &labels, err));
    for (size_t i = 0; i < n_paths; i++) { /* in byte order: what is in a folder stands together */
        const char *slash = strchr(paths[i], '/');
        const size_t len = slash ? (size_t)(slash - paths[i]) : 0;
        if (len == 0 || is_no_label(paths[i], len) ||
            (strncmp(before, paths[i], len) == 0 && before[len] == '/'))
            continue;
        before = paths[i];
        char *label = NULL;
        const mote_status st = mote_text_nfc(before, len, a, &label, err);
        if (st != MOTE_OK)
            return mote_wrap(err, st, "the name of folder %zu of '%s'", n + 1, root);
        labels[n++] = label;
    }
    *out = labels;
    *n_out = n;
    return MOTE_OK;
}
