/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of synthesis: synth.c plans and stores, speech.c runs espeak-ng and cuts its
 * sound into words, room.c makes a recording of a word. Private to data/. */
#ifndef MOTE_DATA_SYNTH_INTERNAL_H
#define MOTE_DATA_SYNTH_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/status.h"

/* ---- speech.c ---- */

#define MOTE_ESPEAK_RATE_HZ 22050

typedef struct {
    char version[64];
    const char **accents;        /* [n_accents] names for -v, the language's main one first */
    size_t n_accents;
    const char **variants;       /* [n_variants] "f3"; "" is the plain voice */
    size_t n_variants;
} mote_espeak;

/* Ask espeak-ng what it has for a language. Lists live as long as `a`. MISSING_TOOL, NOT_FOUND. */
MOTE_MUST_USE mote_status mote_espeak_find(const char *language, mote_arena *a, mote_espeak *out,
                                           mote_err *err);

typedef struct {
    char voice[96];              /* "en-us+f3" */
    int32_t words_per_minute;
    int32_t pitch;               /* 0 .. 99 */
} mote_espeak_voice;

typedef struct { size_t from, to; } mote_stretch;

typedef struct {
    float *samples;              /* at MOTE_ESPEAK_RATE_HZ, owned (mote_free) */
    size_t n;
    mote_stretch *words;         /* [n_words] where each is, owned (mote_free) */
    size_t n_words;
} mote_speech;

/* Speak the words one after another and find each. `marks` [n]: punctuation behind each word ('.',
 * '?', '!', 0 for none), for intonation. UNSUPPORTED, naming the word, when one has no sound. */
MOTE_MUST_USE mote_status mote_espeak_words(const mote_espeak_voice *v, const char *const *words,
                                            const char *marks, size_t n, mote_speech *out,
                                            mote_err *err);

/* Speak a text with pauses as short as the voice makes them; words stays NULL. */
MOTE_MUST_USE mote_status mote_espeak_text(const mote_espeak_voice *v, const char *const *words,
                                           size_t n, mote_speech *out, mote_err *err);
void mote_speech_release(mote_speech *s);

/* Find the words in a sound: stretches with energy, at least `gap_ms` of quiet between them. At
 * most max stretches are written; returns how many there are. */
size_t mote_speech_cut(const float *x, size_t n, int32_t rate_hz, double gap_ms,
                       mote_stretch *out, size_t max);

/* ---- room.c ---- */

typedef struct {
    double level_dbfs;           /* of the speech */
    double wet_db;               /* room against direct sound; 0 when dry */
    double reverberation_s;      /* time to fall by 60 dB; 0: dry */
    double floor_db;             /* noise floor under the speech */
} mote_room;

/* A recording of word[0..n) at rate_hz: out has n_out >= n samples and is written whole. What was
 * drawn is told in *room. scratch: at least 2 * n_out floats. */
void mote_room_record(const float *word, size_t n, int32_t rate_hz, mote_rng *r, float *scratch,
                      int16_t *out, size_t n_out, mote_room *room);

#endif
