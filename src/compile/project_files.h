/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a generated project, written so that nothing of the user's is lost. codegen.c adds
 * files, then writes all of them or none.
 *
 * A list of what was written stays in the folder, SHA256SUMS, in the format of sha256sum(1). A file
 * that is there is replaced only when it is as that list says, that is, as it was generated. A
 * changed example or linker script is kept; any other changed file, or one that was never
 * generated here, is refused.
 *
 * What the list has and the project has no more stays, and stays in the list: the files of a model
 * of another name. Only what older versions wrote goes when it is as it was generated, because it
 * would be built twice: what lies in folders below device/, and a source whose header is written
 * without it. */
#ifndef MOTE_COMPILE_PROJECT_FILES_H
#define MOTE_COMPILE_PROJECT_FILES_H

#include "base/mem.h"
#include "base/status.h"

#define MOTE_PROJECT_SUMS "SHA256SUMS"

typedef struct {
    const char *name; /* below the folder, with '/' */
    const void *bytes;
    size_t n;
    bool is_yours; /* meant to be changed: kept when it was */
    bool is_kept;  /* set by writing */
} mote_project_file;

/* Write files[0..n) to `dir`. EXISTS, and nothing is written, when one would replace what was not
 * generated. is_kept is set in those that were left as they are. `a` is scratch. */
MOTE_MUST_USE
mote_status mote_project_files_write(const char *dir, mote_project_file *files, size_t n,
                                     mote_arena *a, mote_err *err);

#endif
