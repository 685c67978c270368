/* SPDX-License-Identifier: Apache-2.0 */
/* How a project reads a folder of samples, for every command that takes one in. */
#ifndef MOTE_CLI_IMPORTING_H
#define MOTE_CLI_IMPORTING_H

#include "cli/cli.h"
#include "data/import.h"

typedef struct {
    mote_import_config cfg;
    mote_cut_config cut; /* what cfg points to */
} mote_importing;

/* As mote.yaml says; role, label and split are those of the folder. *out must stay where it is.
 * UNSUPPORTED: samples of the task cannot be added. */
MOTE_MUST_USE mote_status mote_importing_of(mote_cli *cli, const char *group_pattern,
                                            mote_importing *out, mote_err *err);

#endif
