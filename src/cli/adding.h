/* SPDX-License-Identifier: Apache-2.0 */
/* Adding a folder of samples, as `mote data add FOLDER` does, for a command that begins with one.
 * Used by cmd_init.c; cmd_data_add.c has it. */
#ifndef MOTE_CLI_ADDING_H
#define MOTE_CLI_ADDING_H

#include "cli/cli.h"

/* Add what is below `path` to the project of `cli`, whose store is open and locked for writing, and
 * say what came of it; with --json its document is appended to `list`. UNMET: files that are or may
 * hold samples were left out, and all others are there. */
MOTE_MUST_USE mote_status mote_adding_folder(mote_cli *cli, const char *path, json_t *list,
                                             mote_err *err);

#endif
