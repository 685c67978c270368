/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with holes, kept in files that read as what they become (templates/):
 *
 *     @{name}, @{name words}    what the name stands for, said of the words
 *     @x                        a name of one letter
 *     @{if name}..@{else}..@{end}
 *                               one of two texts, which may have holes and be split again
 *
 * A hole that is a line of its own stands for whole lines: where what is written is nothing or ends
 * a line, the hole's own end of line goes. An @ before anything else is an @. The texts are the
 * program's own: one with a hole that nobody knows, or with an if that has no end, is a bug of
 * ours. Depends on text.h. Used by compile/. */
#ifndef MOTE_BASE_FILL_H
#define MOTE_BASE_FILL_H

#include "base/text.h"

/* What fills the holes; `of` is handed on. */
typedef struct {
    const void *of;
    /* Append what a name stands for; words is "" for none. False: there is no such name. */
    bool (*write)(const void *of, const char *name, const char *words, mote_buf *out);
    /* Does it hold? False as well: there is no such name. */
    bool (*holds)(const void *of, const char *name, bool *out);
    const char *(*letter)(const void *of, char x); /* NULL: @x is those two characters */
} mote_filling;

/* Append the text; failures are those of the buffer. Cost: linear in what is written. */
void mote_fill(const char *text, const mote_filling *f, mote_buf *out);

#endif
