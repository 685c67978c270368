/* SPDX-License-Identifier: Apache-2.0 */
/* Stating in mote.yaml what was found in the data, where nobody has said anything yet. Depends on
 * edit.h, scope.h, project.h. Used by cli. */
#ifndef MOTE_PROJECT_STATE_H
#define MOTE_PROJECT_STATE_H

#include <stdbool.h>

#include "base/mem.h"
#include "base/status.h"

/* Set the key at `path` of the project in `dir` to `value`, YAML as it stands behind the colon. The
 * rest of the file stays as it is, and what is written is a whole project.
 *
 * Errors:  EXISTS       the key has a value already; nothing is changed
 *          PARSE        with the value the file would be no project: says why
 *          UNSUPPORTED  the file is written in a way that cannot be changed there
 *          CONFLICT     somebody else changed the file meanwhile */
MOTE_MUST_USE mote_status mote_project_state(const char *dir, const char *path, const char *value,
                                             mote_arena *a, mote_err *err);

/* Has the key a value there? False for a file that cannot be read, too. */
bool mote_project_states(const char *dir, const char *path, mote_arena *a);

#endif
