/* SPDX-License-Identifier: Apache-2.0 */
/* Where `mote listen` takes sound from: a microphone by a program that records, raw sound on
 * standard input, or a file. Depends on base (process), data/audio. */
#ifndef MOTE_CLI_SOUND_H
#define MOTE_CLI_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/process.h"
#include "data/audio.h"

typedef struct {
    char name[256]; /* "the microphone (arecord)", "standard input", "'a.wav'" */
    int fd;         /* to be read when it is ready; -1: a file, which always is when it is due */
    bool is_ended;
    int32_t rate_hz;
    mote_process_stream recorder; /* pid 0: none */
    const char *program;          /* that records; NULL: none */
    mote_audio file;              /* n 0: none */
    size_t at;                    /* of the file: next sample */
    bool is_fast;
    int64_t start_us;
    unsigned char odd; /* half a sample that came alone */
    bool has_odd;
    int64_t n_read;
} mote_sound;

/* input: "default" the microphone, "-" standard input, else a file. Is closed also after an error.
 * Errors: MISSING_TOOL no program to record with, naming packages; those of files and sound. */
MOTE_MUST_USE mote_status mote_sound_open(mote_sound *s, const char *input, int32_t rate_hz,
                                          bool is_fast, mote_err *err);

/* How long until there is sound: for poll. */
int64_t mote_sound_wait_ms(const mote_sound *s);

/* The next samples, at most `most`; 0: none yet, or is_ended. IO with the recorder's own words when
 * it ended without a sound. */
MOTE_MUST_USE mote_status mote_sound_read(mote_sound *s, int16_t *out, size_t most, size_t *n,
                                          mote_err *err);
void mote_sound_close(mote_sound *s);

#endif
