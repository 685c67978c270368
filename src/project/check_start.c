/* SPDX-License-Identifier: Apache-2.0 */
/* training.start: what means something with it alone, and what nothing beside it. */
#include <string.h>

#include "project/reader_internal.h"

/* Is any key of the block said? */
static bool says(const mote_reader *r, const char *block)
{
    size_t n_rows = 0;
    const mote_schema_row *rows = mote_schema_rows(&n_rows);
    const size_t n = strlen(block);
    for (size_t i = 0; i < n_rows; i++)
        if (strncmp(rows[i].path, block, n) == 0 && rows[i].path[n] == '.' &&
            rows[i].type != MOTE_KEY_SECTION && mote_reader_has(r, rows[i].path))
            return true;
    return false;
}

/* The layers are those of the start. */
static void refuse_layers(mote_reader *r)
{
    size_t n_rows = 0;
    const mote_schema_row *rows = mote_schema_rows(&n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        const char *path = rows[i].path;
        if (strncmp(path, "model.", 6) != 0 || strcmp(path, "model.dropout") == 0 ||
            !mote_reader_has(r, path) || !mote_reader_is_good(r, path))
            continue;
        mote_reader_complain_key(r, path,
                                 "'%s' means nothing beside 'training.start': the layers are those "
                                 "of that model; take the key out",
                                 path);
    }
}

void mote_reader_check_start(mote_reader *r)
{
    static const char *const with_it[] = {"training.freeze", "training.views",
                                          "training.thaw_epochs", "training.thaw_rate"};
    mote_project *p = r->project;
    p->features.is_stated = says(r, "features");
    if (!p->training.start || !mote_reader_is_good(r, "training.start") ||
        !mote_reader_is_ours(r, "training.start"))
        return;
    if (*p->training.start) {
        refuse_layers(r);
        return;
    }
    for (size_t i = 0; i < sizeof with_it / sizeof *with_it; i++)
        if (mote_reader_has(r, with_it[i]) && mote_reader_is_good(r, with_it[i]))
            mote_reader_complain_key(r, with_it[i],
                                     "'%s' means nothing without 'training.start', the model to "
                                     "begin with",
                                     with_it[i]);
}
