/* SPDX-License-Identifier: Apache-2.0 */
/* How long words and phrases last, before there is a recording of them: they are spoken by voices
 * of every engine that is installed, slowly and fast, and measured. From that follows how long a
 * clip must be.
 *
 * Depends on base (process), data/builtin. Used by cli. */
#ifndef MOTE_DATA_SPOKEN_H
#define MOTE_DATA_SPOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

typedef struct {
    size_t n;                                  /* times that something was said */
    double shortest_ms, middle_ms, longest_ms; /* of all words; middle: the median */
    const char *longest;                       /* the word, borrowed from the call */
    double clip_ms;    /* the longest and 200 ms around it, a multiple of 100; 1000 at least */
    char engines[200]; /* "espeak-ng 1.51, flite 2.2": who spoke */
    char missing[100]; /* "festival": who was not found; "" */
} mote_spoken_length;

/* Speak words[0..n), n >= 1, each several times, and measure.
 *   language  espeak-ng's code; "": by the script of the words, else en
 * Errors: MISSING_TOOL espeak-ng is not installed (names packages); NOT_FOUND it has no voice for
 * the language; UNSUPPORTED the voice has no sound for a word; RANGE a word lasts longer than a
 * clip can be; NOMEM.
 * Cost: about 0.1 s of CPU a word; 1 s to find the engines. */
MOTE_MUST_USE mote_status mote_spoken_measure(const char *const *words, size_t n,
                                              const char *language, mote_spoken_length *out,
                                              mote_err *err);

#endif
