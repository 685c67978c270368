/* SPDX-License-Identifier: Apache-2.0 */
/* `mote evaluate` outside of the project's own test: another labelled folder, the user's own hours,
 * and people of a collection that training has not heard (loop/outside.h). */
#ifndef MOTE_CLI_EVALUATE_H
#define MOTE_CLI_EVALUATE_H

#include "cli/cli.h"
#include "loop/outside.h"

/* Run what must be fresh, then judge. doing: over the bar of the judging; NULL: it has none. *out:
 * a new reference. */
MOTE_MUST_USE mote_status mote_evaluate_outside(mote_cli *cli, const mote_outside_wish *wish,
                                                const char *doing, json_t **out, mote_err *err);

/* And say what was found. */
MOTE_MUST_USE mote_status mote_evaluate_folder(mote_cli *cli, const mote_outside_wish *wish,
                                               mote_err *err);
MOTE_MUST_USE mote_status mote_evaluate_hours(mote_cli *cli, const mote_outside_wish *wish,
                                              mote_err *err);
MOTE_MUST_USE mote_status mote_evaluate_strangers(mote_cli *cli, const mote_outside_wish *wish,
                                                  mote_err *err);

#endif
