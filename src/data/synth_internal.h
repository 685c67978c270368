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
#include "base/text.h"
#include "data/audio.h"
#include "data/sample.h"

/* ---- speech.c ---- */

#define MOTE_ESPEAK_RATE_HZ 22050

typedef struct {
    char version[64];
    const char **accents; /* [n_accents] names for -v, the language's main one first */
    size_t n_accents;
    const char **variants; /* [n_variants] "f3"; "" is the plain voice */
    size_t n_variants;
} mote_espeak;

/* Ask espeak-ng what it has for a language. Lists live as long as `a`. MISSING_TOOL, NOT_FOUND. */
MOTE_MUST_USE mote_status mote_espeak_find(const char *language, mote_arena *a, mote_espeak *out,
                                           mote_err *err);

typedef struct {
    char voice[96]; /* "en-us+f3" */
    int32_t words_per_minute;
    int32_t pitch; /* 0 .. 99 */
} mote_espeak_voice;

typedef struct {
    size_t from, to; /* of samples: [from, to) */
} mote_word_place;

typedef struct {
    float *samples; /* at rate_hz, owned (mote_free) */
    size_t n;
    mote_word_place *words; /* [n_words] where each is, owned (mote_free) */
    size_t n_words;
    int32_t rate_hz;
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
size_t mote_speech_cut(const mote_wave *sound, double gap_ms, mote_word_place *out, size_t max);

/* Phonemes of each word as the voice ("en-us") says it, in espeak-ng's mnemonics with '_' between
 * them and without marks of stress ("b_E_d"); "" for what it cannot say. One process for all. */
MOTE_MUST_USE mote_status mote_espeak_phonemes(const char *voice, const char *const *words,
                                               size_t n, mote_arena *a, const char ***out,
                                               mote_err *err);

/* ---- room.c ---- */

typedef struct {
    double level_dbfs;      /* of the speech */
    double wet_db;          /* room against direct sound; 0 when dry */
    double reverberation_s; /* time to fall by 60 dB; 0: dry */
    double floor_db;        /* noise floor under the speech */
} mote_room;

/* A recording of a word at its rate: out has n_out >= word->n samples and is written whole. What
 * was drawn is told in *room. scratch: at least 2 * n_out floats. */
void mote_room_record(const mote_wave *word, mote_rng *r, float *scratch, int16_t *out,
                      size_t n_out, mote_room *room);

/* ---- synth.c, for the built-in set too ---- */

/* One finished WAV file with what is to be said of it. */
typedef struct {
    mote_buf wav;
    mote_sample_draft draft;
    mote_sample_facts facts;
    char label[128], group[96], source[192], provenance[512];
} mote_synth_product;

typedef struct {
    mote_synth_product *items; /* [n], owned */
    size_t n;
    mote_status status;
    mote_err err;
} mote_synth_result;

/* Room for n products; mote_synth_release. */
MOTE_MUST_USE mote_status mote_synth_take(mote_synth_result *r, size_t n, mote_err *err);
void mote_synth_release(mote_synth_result *r);

/* Samples into the product's WAV file, and that into a draft ready for the store. Role, label,
 * group, source and provenance are set before or after. */
MOTE_MUST_USE mote_status mote_synth_finish(mote_synth_product *p, const int16_t *x, size_t n,
                                            int32_t rate_hz, mote_err *err);

/* Backgrounds are made at FULL; then their level wanders between LOW and HIGH, to a new one about
 * every two seconds, so that a stretch of any recording has quiet and loud moments: with one level
 * per recording, ten recordings would be ten levels, and another ten others. */
#define MOTE_SYNTH_FULL_DBFS (-26.0)
#define MOTE_SYNTH_LOW_DBFS  (-60.0)
#define MOTE_SYNTH_HIGH_DBFS (-28.0)

void mote_synth_wander(mote_rng *r, int16_t *x, size_t n, int32_t rate_hz);

/* Many talkers at once, of all the words and voices that are given. */
typedef struct {
    const mote_espeak *espeak;
    const char *const *words;
    size_t n_words;
    int32_t rate_hz;
} mote_babble;
MOTE_MUST_USE mote_status mote_synth_babble(const mote_babble *b, mote_rng *r, int16_t *out,
                                            size_t n, mote_err *err);

#endif
