/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of kept inputs share. */
#ifndef MOTE_LOOP_KEPT_INTERNAL_H
#define MOTE_LOOP_KEPT_INTERNAL_H

#include "data/kind.h"
#include "loop/kept.h"

#define KEPT_MAX_BYTES ((size_t)256 << 20) /* of one input */

/* The kind of input that the project takes; whether its samples are rows of tables. */
const mote_kind *kept_kind(const mote_project *p);
bool kept_is_rows(const mote_project *p);

/* Of a label of several values, "3.5, 4", the next: *at is where it begins, and then where the one
 * behind it does; *n its length. False: there is none. */
bool kept_next_value(const char *label, size_t *at, size_t *from, size_t *n);

/* A row as it is kept, "header\nrow\n": where the second begins; n: there is none. Line ends in
 * quotes are part of a cell. */
size_t kept_row_at(const char *text, size_t n);

/* A text without the line end behind it. */
size_t kept_chomp(const char *text, size_t n);

#endif
