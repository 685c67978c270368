/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the built-in set: builtin.c decides and stores, builtin_words.c has the
 * words, builtin_sounds.c compares and edits them, builtin_plan.c says who says what,
 * builtin_cast.c in which split a voice is, builtin_engines.c runs flite and festival,
 * builtin_noise.c makes the noises. Private to data/. */
#ifndef MOTE_DATA_BUILTIN_INTERNAL_H
#define MOTE_DATA_BUILTIN_INTERNAL_H

#include "base/mem.h"
#include "data/builtin.h"
#include "data/synth_internal.h"

#define MOTE_BUILTIN_MAX_WORDS  1024
#define MOTE_BUILTIN_TURN_WORDS 12
#define MOTE_BUILTIN_N_NOISES   16
#define MOTE_BUILTIN_SEED       1

/* ---- builtin.c ---- */

/* Does data.spoken ask for the keywords? */
bool mote_builtin_is_spoken(const mote_builtin_config *c);

/* ---- builtin_words.c ---- */

/* The words of a language; *out has *n of them and lives as long as `a`. */
MOTE_MUST_USE mote_status mote_builtin_words(const char *language, mote_arena *a, const char ***out,
                                             size_t *n, mote_err *err);

/* ---- builtin_engines.c ---- */

typedef enum {
    MOTE_ENGINE_ESPEAK,
    MOTE_ENGINE_FLITE,
    MOTE_ENGINE_FESTIVAL,
    MOTE_N_ENGINES
} mote_engine_id;

const char *mote_engine_name(mote_engine_id id); /* "espeak-ng", "flite", "festival" */

typedef struct {
    char version[64];    /* "" when it is not installed or does not speak */
    const char **voices; /* [n_voices]; for espeak-ng its variants */
    size_t n_voices;     /* 0: not there, or no voice for the language */
} mote_engine;

/* Look for flite or festival and its voices for the language; not to find it is no error. A voice
 * counts when it has said a word. */
MOTE_MUST_USE mote_status mote_engine_find(mote_engine_id id, const char *language, mote_arena *a,
                                           mote_engine *out, mote_err *err);

/* Who speaks, and how. */
typedef struct {
    mote_engine_id engine;
    const char *name; /* of the voice, as the engine calls it; borrowed */
    double stretch;   /* 1.2: slower by a fifth */
} mote_engine_voice;

/* Speak plain ASCII words, each by itself. */
MOTE_MUST_USE mote_status mote_engine_words(const mote_engine_voice *v, const char *const *words,
                                            size_t n, mote_speech *out, mote_err *err);

/* ---- builtin_plan.c ---- */

typedef struct {
    const char *spoken; /* a word, or "[[b'Et]]": phonemes for espeak-ng */
    const char *label;
} mote_builtin_word;

/* One voice says some words. */
typedef struct {
    mote_split split;
    mote_engine_id engine;
    const char *voice;  /* for espeak-ng the variant */
    const char *accent; /* espeak-ng only */
    mote_builtin_word words[MOTE_BUILTIN_TURN_WORDS];
    size_t n;
    bool is_of_keywords;
} mote_builtin_turn;

typedef struct {
    const char *language;
    mote_espeak espeak;
    mote_engine engines[MOTE_N_ENGINES];
    mote_builtin_turn *turns; /* [n_turns] */
    size_t n_turns;
    size_t n_clips;           /* of other words */
    size_t n_keywords;        /* clips of keywords */
    const char **train_words; /* [n_train_words], for babble */
    size_t n_train_words;
} mote_builtin_script;

/* Who says what. Lives as long as `a`. MISSING_TOOL, NOT_FOUND as in builtin.h. */
MOTE_MUST_USE mote_status mote_builtin_write_script(const mote_builtin_config *cfg, mote_arena *a,
                                                    mote_builtin_script *out, mote_err *err);

/* A word as it is given to engines: small letters, blanks for '_' and '-'. *plain: nothing else is
 * in it, which is what flite and festival can say; other words espeak-ng says alone. */
MOTE_MUST_USE mote_status mote_builtin_spell(const char *word, mote_arena *a, const char **out,
                                             bool *plain, mote_err *err);

/* The split of a word or voice that is known by a hash: 64 : 16 : 20. */
mote_split mote_builtin_split_of(const mote_sha256 *key);

/* ---- builtin_cast.c ---- */

/* A voice of another engine than espeak-ng, and who may hear it. */
typedef struct {
    mote_engine_id engine;
    const char *voice;
    char person[24]; /* whose voice it is: "kal" for flite's kal16 and festival's kal_diphone */
    mote_split split;
} mote_builtin_other;

/* All voices of other engines, for keywords that are spoken: whole people are dealt, so that one
 * whom two engines have is in one split. Of two and more people, in the order of their names, the
 * first half validate and the rest test; of six and more, a third teaches instead; one alone
 * tests. So what is promised rests on engines that training never heard, as what is found does.
 * *out [*n] lives as long as `a`. */
MOTE_MUST_USE mote_status mote_builtin_others(const mote_engine engines[MOTE_N_ENGINES],
                                              mote_arena *a, mote_builtin_other **out, size_t *n,
                                              mote_err *err);

/* ---- builtin_sounds.c ---- */

/* A word that does not exist, one sound away from a keyword. */
typedef struct {
    mote_builtin_word word;
    mote_split split;
} mote_builtin_made_up;

typedef struct {
    mote_builtin_made_up *items; /* [n] */
    size_t n;
} mote_builtin_inventions;

/* Words from the phonemes of keywords ("b_E_d"): 8 a keyword (80 in all) with a sound replaced by
 * another consonant or vowel, for training; with every_way also 12 a keyword (30 in all) each with
 * a sound left out, put in and replaced, in every split. None is a keyword; none comes twice.
 * *out lives as long as `a`. */
MOTE_MUST_USE mote_status mote_builtin_make_up(const char *const *sounds, size_t n_keywords,
                                               bool every_way, mote_arena *a,
                                               mote_builtin_inventions *out, mote_err *err);

/* Sounds that differ between two lists of phonemes ("b_E_d"), and whether `part` occurs in
 * `whole`.
 * lint: unused_exports: a test measures them by themselves */
size_t mote_phonemes_count(const char *x);
size_t mote_phoneme_distance(const char *x, const char *y);
bool mote_phonemes_contain(const char *whole, const char *part);

/* ---- builtin_noise.c ---- */

/* Noise number k (0 .. MOTE_BUILTIN_N_NOISES-1), n samples at the rate of the babble; *name is what
 * it is. A babble without words: nobody speaks, pink noise takes its place. */
MOTE_MUST_USE mote_status mote_builtin_noise(size_t k, const mote_babble *babble, int16_t *out,
                                             size_t n, const char **name, mote_err *err);

#endif
