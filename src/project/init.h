/* SPDX-License-Identifier: Apache-2.0 */
/* A new project folder from a template: mote.yaml with a comment for each block, README,
 * .gitignore.
 *
 * Depends on base. Used by `mote init`. */
#ifndef MOTE_PROJECT_INIT_H
#define MOTE_PROJECT_INIT_H

#include <stdbool.h>
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

/* Does mote.yaml of the template name keywords (or are its labels those of the data)? False of a
 * template that does not exist. */
bool mote_init_takes_words(const char *template_name, mote_arena *a);

typedef struct {
    const char *template_name;
    const char *const *words; /* [n_words] take the place of the template's keywords; none: those */
    size_t n_words;
    double clip_ms;       /* with words: how long a clip is; 0: as in the template */
    const char *measured; /* why so long, for a comment; NULL: none */
} mote_init_config;

/* Create `dir` (with parents) if needed and put the files of the template into it. The project
 * is named after the folder. README.md and .gitignore that exist are left alone.
 *
 *   *created  the paths that were written, relative to dir; [*n], lives as long as `a`
 *
 * Errors:  EXISTS     there is a mote.yaml in dir already; nothing is changed
 *          NOT_FOUND  there is no such template; names the nearest
 *          ARG        words, and the template has no keywords, or one is none; nothing is written
 *          IO, DENIED, NOMEM */
MOTE_MUST_USE mote_status mote_project_init(const char *dir, const mote_init_config *cfg,
                                            mote_arena *a, const char *const **created, size_t *n,
                                            mote_err *err);

#endif
