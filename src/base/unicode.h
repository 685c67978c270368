/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside, made safe to compare and to show.
 *
 * Names (labels, groups, keywords) are compared in Unicode normalization form C, so that a word
 * typed on one machine equals the same word from the file names of another. What a person cannot
 * see in a name (controls, bidirectional controls, zero-width characters) is no part of one. What
 * comes from outside is never sent to a terminal as it is: an escape sequence in a file name is
 * shown, not obeyed.
 *
 * Depends on mem, status, text and utf8proc. Sources: UAX #15 (normalization), UAX #9 (the
 * bidirectional controls), UTS #39 (invisible characters). */
#ifndef MOTE_BASE_UNICODE_H
#define MOTE_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

/* s[0..n), UTF-8, in normalization form C. *out lives as long as `a`, is 0-terminated.
 * Errors: ARG not UTF-8; NOMEM. */
MOTE_MUST_USE mote_status mote_text_nfc(const char *s, size_t n, mote_arena *a, char **out,
                                        mote_err *err);

/* The same with every letter in lower case, for comparing what people type. Not UTF-8: as it is. */
MOTE_MUST_USE mote_status mote_text_fold(const char *s, mote_arena *a, char **out, mote_err *err);

/* What in the UTF-8 text s[0..n) cannot stand in a name: "a control character", "a bidirectional
 * control character", "an invisible character"; NULL: nothing. *code is then its code point. The
 * joiners U+200C and U+200D are spelling in some scripts: between two letters that are not ASCII
 * they may stand. */
const char *mote_text_unfit(const char *s, size_t n, uint32_t *code);

/* Check that `name` can be a `kind` ("label"): UTF-8 of 1 to max_bytes bytes with nothing unfit.
 * The message begins with `where` ("'a.wav'") and says which character it is. ARG. */
MOTE_MUST_USE mote_status mote_text_check_name(const char *where, const char *kind,
                                               const char *name, size_t max_bytes, mote_err *err);

/* Append s[0..n) so that nothing in it can move a cursor, change a colour or turn the direction:
 * those characters, and bytes that are not UTF-8, as \x1b, \u202e, \U000e0001. With `lines` set,
 * line feeds and tabs stay. */
void mote_buf_shown(mote_buf *b, const char *s, size_t n, bool lines);

/* Append the JSON text s[0..n) with the same characters, which can only stand in strings, as
 * \u escapes: the document is the same. */
void mote_buf_shown_json(mote_buf *b, const char *s, size_t n);

#endif
