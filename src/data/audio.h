/* SPDX-License-Identifier: Apache-2.0 */
/* Audio: any sound file becomes 16-bit mono samples at one rate.
 *
 * The only place where audio bytes from outside are read: importing, serving and the `predict`
 * command all come through here, so hostile input is bounded here. Containers are recognised by
 * their first bytes (data/filetype), whatever the name: WAV and RF64 with integers of 1 to 32 bits,
 * floats, mu-law, A-law, IMA and MS ADPCM, GSM; FLAC; OGG with Vorbis or Opus; MP3; AIFF, AU, CAF,
 * W64. Headers are read as those who wrote them meant them (data/wav); what was cut short or is
 * damaged in the middle is refused (data/container, and the sums inside FLAC).
 * Depends on base, libsndfile (decoding) and libsamplerate (resampling).
 *
 * From file to samples, in this order, the same on every machine:
 *   1. decode to floats in [-1, 1) (integers of b bits are divided by 2^(b-1));
 *   2. average the channels (in double, channel 0 first);
 *   3. resample if the rate differs: libsamplerate, SRC_SINC_BEST_QUALITY, n' = round(n r'/r);
 *   4. scale by 32768, round to the nearest even, clip to [-32768, 32767]. No dither: the same
 *      file must give the same samples.
 * 16-bit mono at the wanted rate passes through unchanged, bit for bit. */
#ifndef MOTE_DATA_AUDIO_H
#define MOTE_DATA_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/status.h"
#include "base/text.h"

typedef enum {
    MOTE_AUDIO_WAV,
    MOTE_AUDIO_FLAC,
    MOTE_AUDIO_OGG, /* Vorbis or Opus in it */
    MOTE_AUDIO_MP3,
    MOTE_AUDIO_AIFF,
    MOTE_AUDIO_AU,
    MOTE_AUDIO_CAF,
    MOTE_AUDIO_W64,
    MOTE_AUDIO_RF64
} mote_audio_container;

#define MOTE_AUDIO_MIN_RATE_HZ  1000
#define MOTE_AUDIO_MAX_RATE_HZ  384000
#define MOTE_AUDIO_MAX_CHANNELS 32

/* What is wanted and what is allowed. */
typedef struct {
    int32_t rate_hz;  /* of the result, 1000 to 384000 */
    size_t max_bytes; /* of the encoded file */
    int64_t max_ms;   /* duration; longer input is refused, not cut */
    bool wav_only;    /* WAV and nothing else: for bytes from strangers, since libsndfile
                         1.2 loses 6 kB with every OGG file that it refuses */
} mote_audio_config;

/* 16 kHz, 128 MB, 30 minutes: recordings of background noise included. */
mote_audio_config mote_audio_config_default(void);

/* What the file itself held, before mixing and resampling. */
typedef struct {
    mote_audio_container container;
    int32_t rate_hz;
    int32_t n_channels;
    int32_t bits;     /* of one stored sample; 0 for OGG and MP3 */
    int64_t n_frames; /* samples per channel */
    int64_t duration_us;
} mote_audio_info;

typedef struct {
    int16_t *samples; /* [n], owned by the caller (mote_audio_release) */
    size_t n;         /* at least 1 */
    int32_t rate_hz;
    mote_audio_info source;
} mote_audio;

/* Samples that belong to somebody else, and several of them: background recordings to mix in. */
typedef struct {
    const int16_t *samples;
    size_t n;
} mote_audio_view;
typedef struct {
    const mote_audio_view *items;
    size_t n;
} mote_audio_set;

/* Decode a file.
 * Memory: proportional to the samples that are really there, never to what a header claims.
 * Errors:  LIMIT       longer than cfg->max_bytes or cfg->max_ms
 *          UNSUPPORTED no sound file, or a coding, rate or channel count outside the above
 *          CORRUPT     empty, cut short, or damaged; a sample is not a number
 *          NOMEM, ARG (cfg). *out is untouched on error. */
MOTE_MUST_USE mote_status mote_audio_decode(const mote_file_bytes *file,
                                            const mote_audio_config *cfg, mote_audio *out,
                                            mote_err *err);

void mote_audio_release(mote_audio *a);

/* Append a 16-bit mono WAV file (44-byte header, canonical). LIMIT when it would pass 4 GB. */
MOTE_MUST_USE mote_status mote_audio_encode_wav(const int16_t *samples, size_t n, int32_t rate_hz,
                                                mote_buf *out, mote_err *err);

typedef enum { MOTE_RESAMPLE_BEST, MOTE_RESAMPLE_MEDIUM, MOTE_RESAMPLE_FAST } mote_resample_quality;

/* Sound as mono floats, full scale 1; whose the samples are, the function says. */
typedef struct {
    float *samples; /* [n] */
    size_t n;
    int32_t rate_hz;
} mote_wave;

/* Resample. out->samples has round(n to_hz / in->rate_hz) of them, at least 1, owned by the caller
 * (mote_free). BEST: 144 dB of stop band, MEDIUM: 121 dB, FAST: 97 dB (libsamplerate's sinc
 * tables). Source: J. O. Smith, Digital Audio Resampling, ccrma.stanford.edu/~jos/resample. */
MOTE_MUST_USE mote_status mote_audio_resample(const mote_wave *in, int32_t to_hz,
                                              mote_resample_quality quality, mote_wave *out,
                                              mote_err *err);

/* x in [-1, 1] to 16 bits as in step 4 above; NaN gives 0. */
int16_t mote_audio_to_i16(float x);

const char *mote_audio_container_name(mote_audio_container c); /* "WAV" */

#endif
