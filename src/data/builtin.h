/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in set: other words and noises for a project that has recordings of its keywords and
 * nothing else, so that it learns, and is judged, on something that is not a keyword.
 *
 *   words    about 600 clips of common words of the keywords' language, of those that sound most
 *            like a keyword twice as many, and of words that do not exist, one sound away from a
 *            keyword; spoken by espeak-ng, and in English by flite and festival where installed
 *   noises   16 recordings of 12 s: white, pink, hum, fan, car, babble, tones, clicks
 *   keywords where data.spoken asks for them: the keywords, by the same voices and more of them
 *
 * They are samples of the store of origin 'synthetic' whose group begins with "builtin:", made once
 * and kept; nothing counts them as recordings of the user. A group names its split
 * ("builtin:test:flite:rms"), because voices and words of a split are in no other split, and where
 * several engines are there the test's is one that training never heard; where keywords are spoken
 * validation's too. A version takes them as
 * mote_builtin_plan says (data/version.h).
 *
 * data.builtin   auto   in all splits, as long as there are fewer recordings of other words than
 *                       data.require.min_per_class (noises: no background at all); with enough of
 *                       them, words in training alone as long as there are fewer different ones to
 *                       learn from than data.few_words
 *                train  as auto; with enough of one's own, words in training all the same
 *                on     in all splits, beside one's own: also the test is then partly synthetic
 *                off    never
 *
 * data.spoken    auto   in all splits, as long as any keyword has fewer recordings than
 *                       data.require.min_per_class; then in training alone
 *                train  in training alone
 *                on     in all splits, beside one's own
 *                off    never
 *
 * What is judged on them is judged on synthetic speech: mote_builtin_of_version tells.
 * Depends on base (process), store, project, data/sample, data/noise. Used by pipeline, cli. */
#ifndef MOTE_DATA_BUILTIN_H
#define MOTE_DATA_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"
#include "data/version.h"
#include "project/project.h"
#include "store/store.h"

typedef struct {
    const char *const *keywords; /* [n_keywords], borrowed */
    size_t n_keywords;
    bool unknown;         /* the class _unknown_ exists: words are needed */
    const char *use;      /* data.builtin: "auto", "train", "on", "off" */
    const char *spoken;   /* data.spoken: the same; NULL: "off" */
    const char *language; /* espeak-ng's code; "": by the script of the keywords, else en */
    int32_t few;          /* recordings of one's own other words: fewer are not enough */
    int32_t few_words;    /* different ones to learn from, likewise; 0: not counted */
    int32_t rate_hz;
    double clip_ms;
    int64_t now_ms;
    mote_pool *pool; /* NULL: this thread only */
    const mote_cancel *cancel;
    void (*progress)(void *arg, size_t done, size_t total); /* NULL: none */
    void *progress_arg;
} mote_builtin_config;

/* From mote.yaml; time, pool, cancel and progress are the caller's. Borrows from the project. */
mote_builtin_config mote_builtin_config_of(const mote_project *p);

/* Enough of it to choose with (the rest is the caller's), of labels that are asked for; borrowed.
 */
mote_builtin_config mote_builtin_config_for(const char *const *labels, size_t n, bool unknown);

/* The language that is spoken: `wanted` when it is not empty, else by the script of the keywords
 * (Arabic letters: "ar", ..), else "en". Static storage or `wanted`. */
const char *mote_builtin_language(const char *wanted, const char *const *keywords, size_t n);

/* What a version would take now. */
typedef struct {
    uint32_t take;      /* MOTE_BUILTIN_.. of data/version.h */
    size_t n_own_words; /* the user's recordings of other words */
    size_t n_own_noises;
    /* Different words among n_own_words that may be learned from: without those whose every
     * recording was provided for validation or test (data/provided.h). A recording that is called
     * no more than _unknown_ may be another word, and counts as one. What a version has dealt does
     * not matter: the count must not change because one was made. */
    size_t n_different;
    bool is_for_few; /* words are taken, in training, because n_different is below few_words */
    char set[20];    /* names words and noises of these keywords, language, rate.. */
} mote_builtin_plan;

/* Cost: one query. */
MOTE_MUST_USE mote_status mote_builtin_choose(mote_store *s, const mote_builtin_config *cfg,
                                              mote_builtin_plan *out, mote_err *err);

/* Why a plan has words in training beside the user's own, for people: "13 different other words to
 * learn from, fewer than 20 (data.few_words)"; "" where it has not, or another reason. */
#define MOTE_BUILTIN_WHY_BYTES 120
void mote_builtin_why(const mote_builtin_config *cfg, const mote_builtin_plan *plan,
                      char out[static MOTE_BUILTIN_WHY_BYTES]);

/* The same of what a version would take now. */
MOTE_MUST_USE mote_status mote_builtin_why_now(mote_store *s, const mote_project *p,
                                               char out[static MOTE_BUILTIN_WHY_BYTES],
                                               mote_err *err);

typedef struct {
    size_t n_words, n_noises; /* made now; 0: were there, or are not wanted */
    size_t n_spoken;          /* likewise: clips of keywords */
    char engines[200];        /* "espeak-ng 1.51, flite 2.2" that spoke; "" when nothing did */
    char missing[100];        /* "festival": other voices that were not found; "" */
} mote_builtin_report;

/* Choose, and make what is taken and not there yet, in one transaction: all or nothing.
 * Errors: MISSING_TOOL words are needed and espeak-ng is not installed; NOT_FOUND it has no voice
 * for the language; ARG configuration; CANCELLED; those of the store.
 * Cost: about 8 s of CPU the first time, one query later. */
MOTE_MUST_USE mote_status mote_builtin_prepare(mote_store *s, const mote_builtin_config *cfg,
                                               mote_builtin_plan *plan, mote_builtin_report *out,
                                               mote_err *err);

#endif
