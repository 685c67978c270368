/* SPDX-License-Identifier: Apache-2.0 */
/* Noise: synthetic backgrounds, and mixing speech with noise at a stated ratio.
 *
 * Every generator is a function of (kind, seed, index, rate): the same bytes on every machine.
 * Depends on base. Used by data/synth (background recordings), data/augment (training), the stream
 * test and the demo (field traffic). */
#ifndef MOTE_DATA_NOISE_H
#define MOTE_DATA_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    MOTE_NOISE_WHITE, /* flat */
    MOTE_NOISE_PINK,  /* -3 dB per octave */
    MOTE_NOISE_HUM,   /* mains at 50 or 60 Hz with harmonics, some hiss */
    MOTE_NOISE_FAN,   /* low-pass noise with blade tones */
    MOTE_NOISE_CAR,   /* inside of a moving car, see below */
    MOTE_N_NOISES
} mote_noise_kind;

const char *mote_noise_name(mote_noise_kind kind); /* "white", "pink", "hum", "fan", "car" */

/* Which noise: the same recipe is the same noise, sample for sample. */
typedef struct {
    mote_noise_kind kind;
    uint64_t seed, index; /* index tells cars (and stretches of driving) apart */
    int32_t rate_hz;      /* 1000 .. 384000 */
    double level_dbfs;    /* root mean square, dB of full scale; -96 .. -3 */
} mote_noise_recipe;

/* n samples of a noise.
 *
 * CAR is the sum of three things, each with drawn strength:
 *   engine  harmonics of half the revolution frequency of a four-stroke engine, 1000 to 4200 rpm,
 *           wandering slowly; the firing order of four cylinders (2 per revolution) is strongest
 *   road    noise through two low passes at 100 to 350 Hz (-12 dB per octave) and a body
 *           resonance at 150 to 260 Hz
 *   wind    noise through a band of 300 Hz to 1.2-3 kHz, in gusts of about a second
 *
 * Errors: ARG rate or level out of range; NOMEM. Cost: about 60 ns a sample. */
MOTE_MUST_USE mote_status mote_noise_make(const mote_noise_recipe *recipe, int16_t *out, size_t n,
                                          mote_err *err);

/* A recording in memory, 16 bits, mono; borrowed. */
typedef struct {
    const int16_t *samples; /* [n] */
    size_t n;
    int32_t rate_hz;
} mote_sound;

/* Root mean square of x as dB of full scale; -120 for silence.
 * lint: unused_exports: tests measure what was made with it */
double mote_level_dbfs(const int16_t *x, size_t n);

/* Level of the speech in a clip: root mean square over the 20 ms frames that have at least a
 * hundredth of the energy of the loudest one, so that silence around a word does not count. */
double mote_speech_level_dbfs(const mote_sound *clip);

#define MOTE_NOMINAL_SPEECH_DBFS (-26.0) /* taken for the speech of a clip without any */

/* out = gain * (speech + noise scaled so that speech level - noise level = snr_db). A clip whose
 * speech is under -60 dBFS counts as silence: the noise then stands snr_db under the nominal level.
 * When the sum would clip, both are lowered together. noise and out are as long as the speech, and
 * out may be its samples. Cost: about 40 us for 16,000 samples. */
void mote_mix_at_snr(const mote_sound *speech, const int16_t *noise, double snr_db, double gain,
                     int16_t *out);

#endif
