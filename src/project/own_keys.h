/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys of a block are whose, where a choice in the block (front end, architecture, loss)
 * decides that: a row's list of words, "key" or "key=preset" with blanks between them.
 *
 * Used by the tables of those choices and by the checks of mote.yaml. */
#ifndef MOTE_PROJECT_OWN_KEYS_H
#define MOTE_PROJECT_OWN_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Where a list speaks of a key; NULL: it is not in it. */
const char *mote_own_keys_find(const char *list, const char *key);

/* The value behind the word found: of "key=value .." into out, cut to out_bytes; false: none. */
bool mote_own_keys_preset(const char *word, char *out, size_t out_bytes);

/* "a b" of "a=1 b", cut to out_bytes. */
void mote_own_keys_names(const char *list, char *out, size_t out_bytes);

#endif
