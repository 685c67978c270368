/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that were found: see state.h. */
#include "project/state.h"

#include <string.h>

#include "project/edit.h"
#include "project/project.h"
#include "project/scope.h"

bool mote_project_states(const char *dir, const char *path, mote_arena *a)
{
    char *text = NULL;
    return mote_scope_load(dir, a, &text, NULL) == MOTE_OK && mote_edit_has(text, path, a);
}

mote_status mote_project_state(const char *dir, const char *path, const char *value, mote_arena *a,
                               mote_err *err)
{
    char *before = NULL;
    mote_project *whole = NULL;
    MOTE_TRY(mote_scope_load(dir, a, &before, err));
    if (mote_edit_has(before, path, a))
        return mote_fail(err, MOTE_EXISTS,
                         "'%s' is in " MOTE_PROJECT_FILE " already, and stays as it is", path);
    mote_editor e = {a, before};
    MOTE_TRY(mote_edit_set(&e, path, value, NULL, err));
    MOTE_TRY(mote_project_parse(&(mote_file_bytes){MOTE_PROJECT_FILE, e.text, strlen(e.text)}, a,
                                &whole, NULL, err));
    return mote_scope_save(dir, before, e.text, a, err);
}
