/* SPDX-License-Identifier: Apache-2.0 */
/* A new project folder from a template: mote.yaml with a comment for each block, README,
 * .gitignore.
 *
 * Depends on base. Used by `mote init`. */
#ifndef MOTE_PROJECT_INIT_H
#define MOTE_PROJECT_INIT_H

#include <stddef.h>

#include "base/mem.h"
#include "base/status.h"

/* The names of the templates; *n of them. Static storage.
 * lint: unused_exports: a test begins a project with each */
const char *const *mote_init_templates(size_t *n);

/* What comes after a template, in words for a terminal: what to do in mote.yaml, and a line for
 * each way in which data come in. */
typedef struct {
    const char *first, *data;
} mote_init_next;
/* Of a template that exists; of the first when none is named. Static storage. */
const mote_init_next *mote_init_next_of(const char *template_name);

/* Create `dir` (with parents) if needed and put the files of `template_name` into it. The project
 * is named after the folder. README.md and .gitignore that exist are left alone.
 *
 *   *created  the paths that were written, relative to dir; [*n], lives as long as `a`
 *
 * Errors:  EXISTS     there is a mote.yaml in dir already; nothing is changed
 *          NOT_FOUND  there is no such template; names the nearest
 *          IO, DENIED, NOMEM */
MOTE_MUST_USE mote_status mote_project_init(const char *dir, const char *template_name,
                                            mote_arena *a, const char *const **created, size_t *n,
                                            mote_err *err);

#endif
