/* SPDX-License-Identifier: Apache-2.0 */
/* The project as a folder: finding and loading mote.yaml. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "project/project.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

mote_status mote_project_load(const char *dir, mote_arena *a, mote_project **out,
                              mote_project_problems *problems, mote_err *err)
{
    char *path = NULL, here[PATH_MAX];
    MOTE_TRY(mote_path_join(a, dir, MOTE_PROJECT_FILE, &path, err));
    /* In the folder itself the short name is what people expect to see and click. */
    bool is_here = strcmp(dir, ".") == 0 || (getcwd(here, sizeof here) && strcmp(dir, here) == 0);
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MOTE_PROJECT_MAX_BYTES, &text, &n, err));
    mote_project *p = NULL;
    MOTE_TRY(mote_project_parse(&(mote_file_bytes){is_here ? MOTE_PROJECT_FILE : path, text, n}, a,
                                &p, problems, err));
    p->dir = mote_arena_strdup(a, dir);
    if (!p->dir)
        return mote_fail(err, MOTE_NOMEM, "load '%s': out of memory", path);
    *out = p;
    return MOTE_OK;
}

mote_status mote_project_find(const char *start, mote_arena *a, char **dir, mote_err *err)
{
    char here[PATH_MAX];
    if (!realpath(start, here))
        return mote_fail_errno(err, "look for a project in '%s'", start);
    for (;;) {
        char *path = NULL;
        MOTE_TRY(mote_path_join(a, here, MOTE_PROJECT_FILE, &path, err));
        if (mote_path_exists(path) && !mote_path_is_dir(path)) {
            *dir = mote_arena_strdup(a, here);
            return *dir ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "find project: out of memory");
        }
        char *slash = strrchr(here, '/');
        if (here[1] == 0)
            return mote_fail(
                err, MOTE_NOT_FOUND,
                "no %s in '%s' or any folder above: create a project with 'mote init DIR'",
                MOTE_PROJECT_FILE, start);
        slash[slash == here] = 0; /* "/a" becomes "/" */
    }
}
