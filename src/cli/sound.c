/* SPDX-License-Identifier: Apache-2.0 */
/* See sound.h. */
#include "cli/sound.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)
#define MAX_FILE_MS    (6 * 3600000)
#define PIECE_MS       100
#define IDLE_MS        200 /* how often Ctrl-C is looked for while it is quiet */

#define MAX_ARGS 20
/* RATE stands for the rate. */
static const char *const recorders[][MAX_ARGS] = {
    {"arecord", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", "RATE", NULL},
    {"parec", "--raw", "--format=s16le", "--channels=1", "--rate", "RATE", NULL},
    {"ffmpeg", "-nostdin", "-loglevel", "error", "-f", "alsa", "-i", "default", "-ac", "1", "-ar",
     "RATE", "-f", "s16le", "-", NULL},
};

static mote_status open_microphone(mote_sound *s, mote_err *err)
{
    char rate[16];
    const char *argv[MAX_ARGS];
    (void)mote_format(rate, sizeof rate, "%d", (int)s->rate_hz);
    for (size_t i = 0; i < sizeof recorders / sizeof recorders[0]; i++) {
        if (!mote_process_in_path(recorders[i][0]))
            continue;
        for (size_t k = 0; k < MAX_ARGS; k++)
            argv[k] =
                recorders[i][k] && strcmp(recorders[i][k], "RATE") == 0 ? rate : recorders[i][k];
        const mote_process p = {.argv = argv, .own_group = true}; /* Ctrl-C is for us */
        MOTE_TRY(mote_process_open(&p, &s->recorder, err));
        s->fd = s->recorder.fd;
        s->program = recorders[i][0];
        (void)mote_format(s->name, sizeof s->name, "the microphone (%s)", s->program);
        return MOTE_OK;
    }
    return mote_fail(err, MOTE_MISSING_TOOL,
                     "no program to record with is installed; install one of the packages "
                     "alsa-utils (arecord), pulseaudio-utils (parec) and ffmpeg, or give sound by "
                     "--input FILE or --input -");
}

static mote_status open_file(mote_sound *s, const char *path, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_audio_config cfg = mote_audio_config_default();
    cfg.rate_hz = s->rate_hz;
    cfg.max_bytes = MAX_FILE_BYTES;
    cfg.max_ms = MAX_FILE_MS;
    MOTE_TRY(mote_file_read(path, MAX_FILE_BYTES, &bytes, &n, err));
    MOTE_TRY(mote_audio_decode(&(mote_file_bytes){path, bytes, n}, &cfg, &s->file, err));
    (void)mote_format(s->name, sizeof s->name, "'%s'", path);
    return MOTE_OK;
}

mote_status mote_sound_open(mote_sound *s, const char *input, int32_t rate_hz, bool is_fast,
                            mote_err *err)
{
    *s = (mote_sound){.fd = -1, .rate_hz = rate_hz, .is_fast = is_fast};
    s->start_us = mote_clock_mono_us();
    if (strcmp(input, "default") == 0)
        return open_microphone(s, err);
    if (strcmp(input, "-") != 0)
        return open_file(s, input, err);
    s->fd = STDIN_FILENO;
    (void)mote_format(s->name, sizeof s->name, "standard input");
    return MOTE_OK;
}

int64_t mote_sound_wait_ms(const mote_sound *s)
{
    if (s->fd >= 0)
        return IDLE_MS;
    const int64_t due_us = (int64_t)((double)s->at * 1e6 / s->rate_hz) + PIECE_MS * 1000;
    const int64_t left_us = s->start_us + due_us - mote_clock_mono_us();
    return s->is_fast || left_us <= 0 ? 0 : (left_us + 999) / 1000;
}

static void read_file(mote_sound *s, int16_t *out, size_t most, size_t *n)
{
    const size_t piece = (size_t)s->rate_hz * PIECE_MS / 1000, left = s->file.n - s->at;
    size_t now = piece < most ? piece : most;
    now = now < left ? now : left;
    *n = mote_sound_wait_ms(s) > 0 ? 0 : now;
    memcpy(out, s->file.samples + s->at, *n * sizeof *out);
    s->at += *n;
    s->is_ended = s->at == s->file.n;
}

static mote_status say_ended(mote_sound *s, mote_err *err)
{
    char said[400];
    int code = 0;
    s->is_ended = true;
    if (!s->program)
        return MOTE_OK;
    s->fd = -1;
    mote_process_close(&s->recorder, &code, said, sizeof said);
    if (s->n_read > 0 && code == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_IO, "'%s' gave no%s sound: %s", s->program,
                     s->n_read > 0 ? " more" : "", said[0] ? said : "it ended without a word");
}

mote_status mote_sound_read(mote_sound *s, int16_t *out, size_t most, size_t *n, mote_err *err)
{
    unsigned char bytes[8192];
    *n = 0;
    if (s->fd < 0) {
        read_file(s, out, most, n);
        return MOTE_OK;
    }
    const size_t held = s->has_odd ? 1 : 0;
    size_t want = 2 * most - held;
    want = want < sizeof bytes - 1 ? want : sizeof bytes - 1;
    bytes[0] = s->odd;
    const ssize_t got = read(s->fd, bytes + held, want);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return MOTE_OK;
    if (got < 0)
        return mote_fail_errno(err, "read sound from %s", s->name);
    if (got == 0)
        return say_ended(s, err);
    const size_t all = held + (size_t)got;
    *n = all / 2;
    for (size_t i = 0; i < *n; i++)
        out[i] = (int16_t)(uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
    s->has_odd = all % 2 == 1;
    s->odd = bytes[all - 1];
    s->n_read += (int64_t)*n;
    return MOTE_OK;
}

void mote_sound_close(mote_sound *s)
{
    char said[400];
    int code;
    mote_process_close(&s->recorder, &code, said, sizeof said);
    mote_audio_release(&s->file);
    *s = (mote_sound){.fd = -1};
}
