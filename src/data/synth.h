/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic data: keywords, other words and backgrounds for a project that has no recordings yet.
 *
 * Words are spoken by espeak-ng, run as a program, with many voices, accents, tempos and pitches.
 * Each utterance is then put at a random place of a clip, into a small drawn room (reflections and
 * reverberation), through a drawn microphone (low cut, tilt, sometimes band limit), at a drawn
 * level over a noise floor, so that a model cannot learn the cleanliness of the synthesiser.
 * Backgrounds are pink and white noise, hum, fans, and babble of many talkers.
 *
 * A voice (espeak-ng's variant: "f3", "m7") is a group: whole voices stay out of training. What
 * comes out depends on the configuration, the seed and the version of espeak-ng alone; each
 * sample's provenance records how it was made, and its origin is 'synthetic'. It is a start: a
 * model for people must be tested on recordings of people.
 *
 * Depends on base (process), store, data/sample, data/noise. Used by cli, pipeline. */
#ifndef MOTE_DATA_SYNTH_H
#define MOTE_DATA_SYNTH_H

#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"
#include "store/store.h"

typedef struct {
    size_t done, total; /* utterances and background recordings; done: committed */
} mote_synth_progress;

/* What to make: the keywords, other words, backgrounds; any of them, or all. */
enum {
    MOTE_SYNTH_KEYWORDS = 1u << 0,
    MOTE_SYNTH_UNKNOWN = 1u << 1,
    MOTE_SYNTH_BACKGROUND = 1u << 2,
    MOTE_SYNTH_ALL = MOTE_SYNTH_KEYWORDS | MOTE_SYNTH_UNKNOWN | MOTE_SYNTH_BACKGROUND
};

typedef struct {
    uint32_t parts;              /* MOTE_SYNTH_..; what is left out is not spoken at all */
    const char *const *keywords; /* [n_keywords]; '_' is spoken as a blank */
    size_t n_keywords;
    const char *language;           /* espeak-ng's code; "en" takes every accent of English */
    int32_t voices_from, voices_to; /* percent of the voices, 0 to 100: 0-75 and 75-100 have
                                       no voice in common, whatever the seed */
    int32_t per_keyword;            /* utterances of each keyword, 1 .. 100000 */
    int32_t n_unknown;              /* utterances of other words in all; -1: twice per_keyword */
    int32_t n_background;           /* background recordings; -1: 10 */
    double background_s;            /* length of each */
    int32_t rate_hz;
    double clip_ms;
    uint64_t seed;
    int64_t now_ms;
    mote_pool *pool; /* NULL: this thread only */
    const mote_cancel *cancel;
    void (*progress)(void *arg, const mote_synth_progress *p); /* after every commit */
    void *progress_arg;
} mote_synth_config;

/* Everything: 100 of each keyword, English, all voices, 10 backgrounds of 12 s, 16 kHz, 1 s. No
 * keywords. */
mote_synth_config mote_synth_config_default(void);

typedef struct {
    size_t n_keyword, n_unknown, n_background; /* added */
    size_t n_known;  /* were there already: the same call was made before */
    size_t n_voices; /* used */
    char espeak[64]; /* version, "1.51" */
} mote_synth_report;

/* Synthesise and add to the store, in portions; run again after an interruption it adds the rest.
 * *out tells what was committed, also on error.
 * Errors: MISSING_TOOL espeak-ng is not installed (names the package); ARG configuration;
 * NOT_FOUND no voice for the language; UNSUPPORTED the voice has no sound for a keyword; CANCELLED;
 * those of the store. Cost: about 5 ms of CPU an utterance. */
MOTE_MUST_USE mote_status mote_data_synth(mote_store *s, const mote_synth_config *cfg,
                                          mote_synth_report *out, mote_err *err);

#endif
