/* SPDX-License-Identifier: Apache-2.0 */
/* The chunks of WAV and RF64 files: see wav.h. */
#include "data/wav.h"

#include <string.h>

#include "data/audio.h"

#define UNKNOWN_LENGTH 0x7fff0000u /* and more: written by a program that cannot seek */

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get_u64(const uint8_t *p)
{
    return get_u32(p) | (uint64_t)get_u32(p + 4) << 32;
}
static uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static void put_u16(uint8_t *p, uint32_t x)
{
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
}

static void put_u32(uint8_t *p, uint32_t x)
{
    put_u16(p, x);
    put_u16(p + 2, x >> 16);
}

/* ---- the format chunk ----------------------------------------------------------------------- */

static mote_status check_coding(const mote_wav *w, const char *what, mote_err *err)
{
    bool ok = false;
    switch (w->coding) {
    case MOTE_WAV_PCM:
        ok = w->bits >= 1 && w->bits <= 32;
        break;
    case MOTE_WAV_FLOAT:
        ok = w->bits == 32 || w->bits == 64;
        break;
    case MOTE_WAV_ALAW:
    case MOTE_WAV_MULAW:
        ok = w->bits == 8;
        break;
    case MOTE_WAV_MS_ADPCM:
    case MOTE_WAV_IMA_ADPCM:
        ok = w->bits == 4;
        break;
    case MOTE_WAV_GSM610:
        ok = true;
        break;
    default:
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s': WAV coding 0x%04x is not supported; convert it to "
                         "PCM (for example with 'sox in.wav -e signed -b 16 out.wav')",
                         what, (unsigned)w->coding);
    }
    if (!ok)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s': %d-bit samples of WAV coding 0x%04x are "
                         "not supported",
                         what, (int)w->bits, (unsigned)w->coding);
    return MOTE_OK;
}

static bool is_plain(const mote_wav *w)
{
    return w->coding == MOTE_WAV_PCM || w->coding == MOTE_WAV_FLOAT || w->coding == MOTE_WAV_ALAW ||
           w->coding == MOTE_WAV_MULAW;
}

/* Bytes of a frame: as written, or as they follow from the rest when nothing is written. */
static mote_status check_block(mote_wav *w, const char *what, mote_err *err)
{
    int32_t sample = (w->bits + 7) / 8, frame = sample * w->n_channels;
    if (!is_plain(w)) {
        if (w->block_bytes < 4 * (w->coding == MOTE_WAV_GSM610 ? 1 : w->n_channels))
            return mote_fail(err, MOTE_CORRUPT, "'%s': a block of %d bytes is too short for ADPCM",
                             what, (int)w->block_bytes);
        return MOTE_OK;
    }
    bool wide = w->coding == MOTE_WAV_PCM && sample == 3 && w->block_bytes == 4 * w->n_channels;
    if (wide) { /* 24 bits at the top of 32 */
        w->bits = 32;
        return MOTE_OK;
    }
    if (w->block_bytes != 0 && w->block_bytes != frame)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': a frame of %d bytes does not fit %d channels of %d bits", what,
                         (int)w->block_bytes, (int)w->n_channels, (int)w->bits);
    w->block_bytes = frame;
    w->bits = sample * 8;
    return MOTE_OK;
}

static mote_status read_format(const uint8_t *c, size_t size, const char *what, mote_wav *w,
                               mote_err *err)
{
    if (size < 16)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': the format chunk is %zu bytes, expected 16 or more", what, size);
    if (size > MOTE_WAV_FORMAT_MAX)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': the format chunk is %zu bytes, expected at "
                         "most %d",
                         what, size, MOTE_WAV_FORMAT_MAX);
    w->coding = get_u16(c);
    w->n_channels = get_u16(c + 2);
    uint32_t rate_hz = get_u32(c + 4);
    w->block_bytes = get_u16(c + 12);
    w->bits = get_u16(c + 14);
    if (w->coding == 0xFFFE) { /* WAVE_FORMAT_EXTENSIBLE: the GUID's start */
        if (size < 40)
            return mote_fail(err, MOTE_CORRUPT, "'%s': the extended format chunk is cut short",
                             what);
        w->coding = get_u16(c + 24);
    }
    MOTE_TRY(check_coding(w, what, err));
    if (w->n_channels < 1 || w->n_channels > MOTE_AUDIO_MAX_CHANNELS)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': %d channels, expected 1 to %d", what,
                         (int)w->n_channels, MOTE_AUDIO_MAX_CHANNELS);
    if (rate_hz < MOTE_AUDIO_MIN_RATE_HZ || rate_hz > MOTE_AUDIO_MAX_RATE_HZ)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s': a sampling rate of %lu Hz, expected %d to %d", what,
                         (unsigned long)rate_hz, MOTE_AUDIO_MIN_RATE_HZ, MOTE_AUDIO_MAX_RATE_HZ);
    w->rate_hz = (int32_t)rate_hz;
    MOTE_TRY(check_block(w, what, err));
    memcpy(w->format, c, size);
    w->format_bytes = size;
    if (is_plain(w)) {
        put_u32(w->format + 8, rate_hz * (uint32_t)w->block_bytes);
        put_u16(w->format + 12, (uint32_t)w->block_bytes);
        put_u16(w->format + 14, (uint32_t)w->bits);
    }
    return MOTE_OK;
}

/* ---- the list of chunks --------------------------------------------------------------------- */

/* Can a chunk start at `at`? Four printable characters and a size that fits the file. */
static bool is_chunk(const mote_file_bytes *file, size_t at)
{
    const uint8_t *bytes = file->bytes;
    const size_t n = file->n;
    if (at > n || n - at < 8)
        return false;
    for (size_t i = 0; i < 4; i++)
        if (bytes[at + i] < 0x20 || bytes[at + i] > 0x7e)
            return false;
    uint32_t size = get_u32(bytes + at + 4);
    return size <= n - at - 8 || size >= UNKNOWN_LENGTH;
}

/* Behind a chunk: odd ones are padded, but not by everybody. */
static size_t next_chunk(const mote_file_bytes *file, size_t at, size_t size)
{
    size_t end = at + 8 + size;
    if ((size & 1) == 0)
        return end;
    bool unpadded = is_chunk(file, end) && !is_chunk(file, end + 1);
    return unpadded || end == file->n ? end : end + 1;
}

/* Do chunks, and nothing else, fill the file from `at`? */
static bool only_chunks_follow(const mote_file_bytes *file, size_t at)
{
    const uint8_t *bytes = file->bytes;
    const size_t n = file->n;
    while (n - at >= 8) {
        if (!is_chunk(file, at) || get_u32(bytes + at + 4) > n - at - 8)
            return false;
        at = next_chunk(file, at, get_u32(bytes + at + 4));
    }
    return at == n;
}

/* The samples, from `at` on; of `size` bytes, as their chunk or ds64 says. */
static mote_status take_data(const mote_file_bytes *file, size_t at, uint64_t size, mote_wav *w,
                             mote_err *err)
{
    const char *what = file->name;
    size_t present = file->n - at;
    if (w->coding == 0)
        return mote_fail(err, MOTE_CORRUPT, "'%s': no format chunk before the samples", what);
    bool open =
        (size == 0 && !only_chunks_follow(file, at)) || (size > present && size >= UNKNOWN_LENGTH);
    if (size > present && !open)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': the header promises %llu bytes of samples, only %zu are there; "
                         "the file was cut short",
                         what, (unsigned long long)size, present);
    w->data = (const uint8_t *)file->bytes + at;
    w->data_bytes = open ? present : (size_t)size;
    size_t block = (size_t)w->block_bytes, rest = w->data_bytes % block;
    /* The pad byte of an odd chunk is counted by some; what a pipe lost is only the last frame. */
    bool pad = rest == 1 && (block & 1) && (w->data_bytes & 1) == 0;
    if (is_plain(w) && rest != 0 && !open && !pad)
        return mote_fail(err, MOTE_CORRUPT, "'%s': %zu bytes of samples are not whole frames of %d",
                         what, w->data_bytes, (int)w->block_bytes);
    if (is_plain(w))
        w->data_bytes -= rest;
    if (w->data_bytes == 0)
        return mote_fail(err, MOTE_CORRUPT, "'%s': holds no samples", what);
    return MOTE_OK;
}

/* Invariant of the loop: at <= n. */
mote_status mote_wav_parse(const mote_file_bytes *file, mote_wav *out, mote_err *err)
{
    const uint8_t *bytes = file->bytes;
    const char *what = file->name;
    const size_t n = file->n;
    mote_wav w = {.n_frames = -1};
    bool is_long = memcmp(bytes, "RIFF", 4) != 0;
    uint64_t long_size = 0;
    for (size_t at = 12; n - at >= 8;) {
        const uint8_t *chunk = bytes + at;
        size_t size = get_u32(chunk + 4), present = n - at - 8;
        if (memcmp(chunk, "data", 4) == 0) {
            bool elsewhere = is_long && size == 0xffffffffu && long_size != 0;
            MOTE_TRY(take_data(file, at + 8, elsewhere ? long_size : size, &w, err));
            *out = w;
            return MOTE_OK;
        }
        if (size > present)
            return mote_fail(err, MOTE_CORRUPT,
                             "'%s': the header promises %zu bytes of header, only %zu are there; "
                             "the file was cut short",
                             what, size, present);
        if (memcmp(chunk, "fmt ", 4) == 0)
            MOTE_TRY(read_format(chunk + 8, size, what, &w, err));
        else if (memcmp(chunk, "fact", 4) == 0 && size >= 4 && get_u32(chunk + 8) > 0)
            w.n_frames = get_u32(chunk + 8);
        else if (is_long && memcmp(chunk, "ds64", 4) == 0 && size >= 24)
            long_size = get_u64(chunk + 16);
        size_t next = next_chunk(file, at, size);
        at = next < n ? next : n;
    }
    return mote_fail(err, MOTE_CORRUPT, "'%s': a WAV header without samples", what);
}

size_t mote_wav_head(const mote_wav *w, uint8_t out[MOTE_WAV_HEAD_MAX])
{
    size_t pad = w->format_bytes & 1, n = 20 + w->format_bytes + pad + 8;
    memset(out, 0, MOTE_WAV_HEAD_MAX);
    memcpy(out, "RIFF....WAVEfmt ", 16);
    put_u32(out + 4, (uint32_t)(n - 8 + w->data_bytes));
    put_u32(out + 16, (uint32_t)w->format_bytes);
    memcpy(out + 20, w->format, w->format_bytes);
    memcpy(out + n - 8, "data", 4);
    put_u32(out + n - 4, (uint32_t)w->data_bytes);
    return n;
}
