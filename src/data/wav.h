/* SPDX-License-Identifier: Apache-2.0 */
/* WAV and RF64: the chunks of a file, read as whoever wrote them meant them.
 *
 *     'RIFF' size 'WAVE'  { id[4] size[4] bytes[size] pad-to-even } ...
 *     'RF64' -1   'WAVE'  'ds64' {riff size u64, data size u64, ..} ...       EBU Tech 3306
 *
 * Taken: chunks in any order before the samples (LIST, bext, JUNK, fact, ..), odd chunks with and
 * without their pad byte, any size in the RIFF head, WAVE_FORMAT_EXTENSIBLE, a missing block size;
 * a length of the samples of 0xFFFFFFFF, of 0x7FFF0000 and more, or of 0 where no further chunks
 * follow, is what programs write into a pipe and recorders before they are stopped: it means "to
 * the end". Refused: a length that promises more than is there, because the recording was cut
 * short, and must be reported, not learned from.
 *
 * Only data/audio uses it. Depends on base. Source: Multimedia Programming Interface and Data
 * Specifications 1.0, "RIFF Waveform Audio File Format"; Microsoft, WAVEFORMATEXTENSIBLE. */
#ifndef MOTE_DATA_WAV_H
#define MOTE_DATA_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/status.h"

enum {
    MOTE_WAV_PCM = 1,
    MOTE_WAV_MS_ADPCM = 2,
    MOTE_WAV_FLOAT = 3,
    MOTE_WAV_ALAW = 6,
    MOTE_WAV_MULAW = 7,
    MOTE_WAV_IMA_ADPCM = 0x11,
    MOTE_WAV_GSM610 = 0x31,
};

#define MOTE_WAV_FORMAT_MAX 256 /* bytes of a format chunk */
#define MOTE_WAV_HEAD_MAX   (MOTE_WAV_FORMAT_MAX + 40)

typedef struct {
    uint8_t format[MOTE_WAV_FORMAT_MAX]; /* the format chunk, block and byte rate mended */
    size_t format_bytes;
    const uint8_t *data; /* borrowed from the file */
    size_t data_bytes;   /* whole frames, or what there is of ADPCM */
    uint32_t coding;
    int32_t n_channels, rate_hz;
    int32_t bits;        /* as stored: 12 bits stand in 16 */
    int32_t block_bytes; /* a frame, or a block of ADPCM */
    int64_t n_frames;    /* of a fact chunk of ADPCM; -1: unknown */
} mote_wav;

/* The file starts with 'RIFF'..'WAVE' or 'RF64'/'BW64'..'WAVE'.
 * Errors: CORRUPT cut short or without samples; UNSUPPORTED coding, depth, channels or rate. */
MOTE_MUST_USE mote_status mote_wav_parse(const mote_file_bytes *file, mote_wav *out, mote_err *err);

/* A plain head for w->data: RIFF, the format, the length as it is. Returns its bytes. */
size_t mote_wav_head(const mote_wav *w, uint8_t out[MOTE_WAV_HEAD_MAX]);

#endif
