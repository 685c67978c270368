/* SPDX-License-Identifier: Apache-2.0 */
/* Changing single settings in the text of mote.yaml, so that all the rest of the file, comments and
 * order included, stays as somebody wrote it.
 *
 * A key that is there gets another value where it stands; one that is not there is put at the end
 * of its block, and a block that is not there at the end of the file. Depends on yaml_tree.h. Used
 * by scope.c. */
#ifndef MOTE_PROJECT_EDIT_H
#define MOTE_PROJECT_EDIT_H

#include <stdbool.h>

#include "base/mem.h"
#include "base/status.h"

/* A comment of its own line, "# tag: text", above the line of a key; it takes the place of the line
 * with the same tag. tag NULL: none. */
typedef struct {
    const char *tag, *text;
} mote_edit_note;

/* The text that is worked on, terminated; what a function makes of it takes its place only when all
 * went well, and lives as long as `a`. */
typedef struct {
    mote_arena *a;
    const char *text;
} mote_editor;

/* Set the key at `path` ("device.budget.ram") to `value`, YAML as it stands behind the colon; note
 * NULL: none.
 *
 * Errors:  UNSUPPORTED  the file is written in a way that this cannot change, and says which key to
 *                       set by hand
 *          PARSE        the text is not YAML */
MOTE_MUST_USE mote_status mote_edit_set(mote_editor *e, const char *path, const char *value,
                                        const mote_edit_note *note, mote_err *err);

/* One entry of `requirements`: limit and place of `metric` (everywhere, not of a slice). */
typedef struct {
    const char *metric;
    const char *limit_key; /* "at_least" or "at_most" */
    const char *limit;     /* "92 %"; NULL: as it is */
    const char *where;     /* "field"; NULL: as it is, and where the metric usually is */
} mote_edit_requirement;

/* Change that entry, or add it. Errors as above; NOT_FOUND: it is not there, and there is no limit
 * to make it with. */
MOTE_MUST_USE mote_status mote_edit_require(mote_editor *e, const mote_edit_requirement *q,
                                            const mote_edit_note *note, mote_err *err);

/* The text on one line: what YAML takes for the end of one, and other control characters, are
 * blanks. Lives as long as `a`; NULL without memory. */
char *mote_edit_line(const char *text, mote_arena *a);

/* Is there a key at the path, with a value? False for a text that is not YAML, too. */
bool mote_edit_has(const char *text, const char *path, mote_arena *a);

/* The text of the line "# tag: text", without blanks around it; NULL: there is none. */
const char *mote_edit_note_find(const char *text, const char *tag, mote_arena *a);

#endif
