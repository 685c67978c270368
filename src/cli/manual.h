/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages and completion for shells, made of the tables that the program runs by: commands.def
 * and the options of each command. `mote help --man` and its brothers print them; `make install`
 * puts them where a system looks. */
#ifndef MOTE_CLI_MANUAL_H
#define MOTE_CLI_MANUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What `mote help FORM [WORDS..]` prints: "--man" (of the program, or of the command with these
 * words), "--words" (the words of each command, a line each), "--bash", "--zsh", "--fish". False,
 * and nothing is printed: there is no such form, or no such command. */
bool mote_manual_print(const char *const *args, size_t n, FILE *out);

#endif
