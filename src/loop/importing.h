/* SPDX-License-Identifier: Apache-2.0 */
/* How a project reads a folder of samples, for every command and route that takes one in. Depends
 * on data/import, project. Used by cli/, web/ and outside.c. */
#ifndef MOTE_LOOP_IMPORTING_H
#define MOTE_LOOP_IMPORTING_H

#include "data/import.h"
#include "project/project.h"

/* Of which project, and who asks. Borrowed. */
typedef struct {
    const mote_project *project;
    const char *who;
    const char *group_pattern; /* NULL: data.group_pattern of mote.yaml */
    int64_t now_ms;
    mote_pool *pool;           /* NULL: one thread */
    const mote_cancel *cancel; /* NULL: cannot be stopped */
} mote_importing_by;

typedef struct {
    mote_import_config cfg;
    mote_cut_config cut; /* what cfg points to */
} mote_importing;

/* As mote.yaml says; role, label and split are those of the folder. *out must stay where it is.
 * UNSUPPORTED: samples of the task cannot be added. */
MOTE_MUST_USE mote_status mote_importing_of(const mote_importing_by *by, mote_importing *out,
                                            mote_err *err);

#endif
