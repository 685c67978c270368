/* SPDX-License-Identifier: Apache-2.0 */
/* What editors and copying do to a file of settings: what means nothing is taken off, the rest is
 * said in words that name the character and what to do. Depends on base. Used by yaml_tree.c. */
#ifndef MOTE_PROJECT_YAML_TEXT_H
#define MOTE_PROJECT_YAML_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOTE_YAML_WORDS_BYTES 256

/* Where and why; line and column (in characters) from 1. */
typedef struct {
    int32_t line, column;
    char text[MOTE_YAML_WORDS_BYTES];
} mote_yaml_wrong;

/* The text without what is accepted silently: a byte-order mark of UTF-8 before it, zero bytes and
 * Ctrl-Z behind it. Points into `text`; *n becomes shorter. */
const char *mote_yaml_text_trim(const char *text, size_t *n);

/* Is it something else than text in UTF-8: UTF-16 or UTF-32, a control character, a broken
 * sequence? */
bool mote_yaml_text_is_wrong(const char *text, size_t n, mote_yaml_wrong *out);

/* Does the value of a scalar without quotes hold what looks like an ordinary character and is none:
 * a typographic quote or dash in front, a blank that is not U+0020? *at is its place in characters.
 * In quotes and comments all of these are fine. */
bool mote_yaml_plain_is_wrong(const char *s, size_t n, int32_t *at,
                              char words[static MOTE_YAML_WORDS_BYTES]);

/* For a text that cannot be read, at the line (from 1) where that was noticed: does it, or the line
 * before, hold what is known to have that effect: a tab as indentation, a blank that is none, the
 * marks of a merge conflict? */
bool mote_yaml_line_is_wrong(const char *text, size_t n, int32_t line, mote_yaml_wrong *out);

#endif
