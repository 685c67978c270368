/* SPDX-License-Identifier: Apache-2.0 */
/* `mote evaluate` elsewhere than on the project's own test: another labelled folder, the user's own
 * hours, and people of a collection that training has not heard. */
#ifndef MOTE_CLI_EVALUATE_H
#define MOTE_CLI_EVALUATE_H

#include "cli/cli.h"

typedef struct {
    const char *folder;
    const char *model; /* a reference (track/model_ref.h); NULL: the project's present one */
    double threshold;  /* 0: that of the model */
} mote_evaluate_elsewhere;

MOTE_MUST_USE mote_status mote_evaluate_folder(mote_cli *cli, const mote_evaluate_elsewhere *e,
                                               mote_err *err);
MOTE_MUST_USE mote_status mote_evaluate_hours(mote_cli *cli, const mote_evaluate_elsewhere *e,
                                              mote_err *err);

/* Trains with each collection left out; by NULL: collector. */
MOTE_MUST_USE mote_status mote_evaluate_strangers(mote_cli *cli, const char *by, mote_err *err);

#endif
