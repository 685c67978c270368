/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the person at the terminal the questions of a project (project/scope.h).
 *
 * Nothing is written before the last question: Ctrl-C leaves mote.yaml as it was. Used by
 * `mote scope` and `mote init`. */
#ifndef MOTE_CLI_ASK_H
#define MOTE_CLI_ASK_H

#include "cli/cli.h"
#include "project/scope.h"

/* Is there somebody to ask: standard input and the messages are a terminal, and no document is
 * wanted? */
bool mote_ask_can(const mote_cli *cli);

/* A yes-or-no question; a line that begins with 'y' is yes, Enter and the end of the input no.
 * CANCELLED after Ctrl-C. */
MOTE_MUST_USE mote_status mote_ask_yes(mote_cli *cli, const char *words, bool *out, mote_err *err);

/* Ask what is open (all: everything) and write what was answered. Enter leaves a question as it is;
 * the end of the input leaves the rest. CANCELLED after Ctrl-C. */
MOTE_MUST_USE mote_status mote_ask_scope(mote_cli *cli, const char *dir, bool all, mote_err *err);

#endif
