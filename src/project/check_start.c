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

/* Keys that are read with another one alone. */
static void refuse_without(mote_reader *r, const char *const *keys, size_t n, const char *without,
                           const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (mote_reader_has(r, keys[i]) && mote_reader_is_good(r, keys[i]))
            mote_reader_complain_key(r, keys[i], "'%s' means nothing without '%s', %s", keys[i],
                                     without, what);
}

void mote_reader_check_start(mote_reader *r)
{
    static const char *const of_start[] = {"training.freeze", "training.views",
                                           "training.thaw_epochs", "training.thaw_rate"};
    static const char *const of_teacher[] = {"training.teacher_weight",
                                             "training.teacher_temperature"};
    mote_project *p = r->project;
    p->features.is_stated = says(r, "features");
    if (!p->training.start || !mote_reader_are_good(r, "training.start", "training.teacher"))
        return;
    if (p->training.teachers.n == 0 && p->training.seeds < 2)
        refuse_without(r, of_teacher, sizeof of_teacher / sizeof *of_teacher, "training.teacher",
                       "the models that teach, or 'training.seeds' above 1");
    if (*p->training.start)
        refuse_layers(r);
    else
        refuse_without(r, of_start, sizeof of_start / sizeof *of_start, "training.start",
                       "the model to begin with");
}
