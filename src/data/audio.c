/* SPDX-License-Identifier: Apache-2.0 */
/* Audio files to samples: see audio.h for the steps and their order.
 *
 * A WAV file is a list of chunks:
 *
 *     'RIFF' size 'WAVE'  { id[4] size[4] bytes[size] pad-to-even } ...
 *
 * riff_check walks it and insists that every chunk up to 'data' lies inside the file, because
 * libsndfile quietly shortens a file whose header promises more than is there. A recording that
 * was cut short must be reported, not learned from. */
#include "data/audio.h"

#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

#define CHUNK_FRAMES 4096

mote_audio_config mote_audio_config_default(void)
{
    return (mote_audio_config){.rate_hz = 16000, .max_bytes = 128u * 1000 * 1000,
                               .max_ms = 30 * 60 * 1000};
}

const char *mote_audio_container_name(mote_audio_container c)
{
    switch (c) {
    case MOTE_AUDIO_WAV: return "WAV";
    case MOTE_AUDIO_FLAC: return "FLAC";
    case MOTE_AUDIO_OGG: return "OGG";
    }
    return "unknown";
}

int16_t mote_audio_to_i16(float x)
{
    float y = x * 32768.0f;
    if (!(y > -32768.0f))
        return y <= -32768.0f ? INT16_MIN : 0;          /* NaN fails both comparisons */
    return y >= 32767.0f ? INT16_MAX : (int16_t)lrintf(y);
}

/* ---- what kind of file it is -------------------------------------------------------------- */

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

typedef struct {
    const uint8_t *data;         /* borrowed from the input */
    size_t data_bytes;
    uint32_t coding;             /* WAVE_FORMAT_x of the samples: 1 integer, 3 float */
    int32_t n_channels;
    int32_t rate_hz;
    int32_t bits;
} wav_layout;

static mote_status wav_format(const uint8_t *c, size_t size, const char *what, wav_layout *w,
                              mote_err *err)
{
    if (size < 16)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': the format chunk is %zu bytes, expected 16 or more", what, size);
    w->coding = get_u16(c);
    w->n_channels = get_u16(c + 2);
    uint32_t rate_hz = get_u32(c + 4);
    w->bits = get_u16(c + 14);
    if (w->coding == 0xFFFE) { /* WAVE_FORMAT_EXTENSIBLE: the GUID's start */
        if (size < 40)
            return mote_fail(err, MOTE_CORRUPT, "'%s': the extended format chunk is cut short",
                             what);
        w->coding = get_u16(c + 24);
    }
    if (w->coding != 1 && w->coding != 3)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s': WAV coding 0x%04x is not supported; convert it to "
                         "PCM (for example with 'sox in.wav -e signed -b 16 out.wav')",
                         what, (unsigned)w->coding);
    bool bits_ok = w->coding == 1 ? w->bits == 8 || w->bits == 16 || w->bits == 24 || w->bits == 32
                                  : w->bits == 32 || w->bits == 64;
    if (!bits_ok)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': %d-bit %s samples are not supported", what,
                         (int)w->bits, w->coding == 1 ? "integer" : "float");
    if (w->n_channels < 1 || w->n_channels > MOTE_AUDIO_MAX_CHANNELS)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': %d channels, expected 1 to %d", what,
                         (int)w->n_channels, MOTE_AUDIO_MAX_CHANNELS);
    if (rate_hz < MOTE_AUDIO_MIN_RATE_HZ || rate_hz > MOTE_AUDIO_MAX_RATE_HZ)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s': a sampling rate of %lu Hz, expected %d to %d", what,
                         (unsigned long)rate_hz, MOTE_AUDIO_MIN_RATE_HZ, MOTE_AUDIO_MAX_RATE_HZ);
    w->rate_hz = (int32_t)rate_hz;
    if (get_u16(c + 12) != w->n_channels * w->bits / 8)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': a frame of %d bytes does not fit %d channels of %d bits", what,
                         (int)get_u16(c + 12), (int)w->n_channels, (int)w->bits);
    return MOTE_OK;
}

/* Find 'fmt ' and 'data', all inside bytes[0..n). Invariant of the loop: at <= n. */
static mote_status wav_check(const uint8_t *bytes, size_t n, const char *what, wav_layout *out,
                             mote_err *err)
{
    wav_layout w = {0};
    for (size_t at = 12; n - at >= 8;) {
        const uint8_t *chunk = bytes + at;
        size_t size = get_u32(chunk + 4);
        size_t present = n - at - 8;
        bool is_data = memcmp(chunk, "data", 4) == 0;
        if (size > present)
            return mote_fail(err, MOTE_CORRUPT,
                             "'%s': the header promises %zu bytes of %s, only %zu are "
                             "there; the file was cut short",
                             what, size, is_data ? "samples" : "header", present);
        if (memcmp(chunk, "fmt ", 4) == 0) {
            MOTE_TRY(wav_format(chunk + 8, size, what, &w, err));
        } else if (is_data) {
            if (w.coding == 0)
                return mote_fail(err, MOTE_CORRUPT, "'%s': no format chunk before the samples",
                                 what);
            w.data = chunk + 8;
            w.data_bytes = size;
            if (size == 0)
                return mote_fail(err, MOTE_CORRUPT, "'%s': holds no samples", what);
            if (size % (size_t)(w.n_channels * w.bits / 8) != 0)
                return mote_fail(err, MOTE_CORRUPT,
                                 "'%s': %zu bytes of samples are not whole frames of %d", what,
                                 size, (int)(w.n_channels * w.bits / 8));
            *out = w;
            return MOTE_OK;
        }
        size_t step = 8 + size + (size & 1);
        at = step > n - at ? n : at + step; /* the pad byte may be missing at the end */
    }
    return mote_fail(err, MOTE_CORRUPT, "'%s': a WAV header without samples", what);
}

/* ---- reading through libsndfile ------------------------------------------------------------ */

typedef struct { const uint8_t *bytes; sf_count_t n, at; } memory_file;

static sf_count_t memory_len(void *user) { return ((memory_file *)user)->n; }
static sf_count_t memory_tell(void *user) { return ((memory_file *)user)->at; }
static sf_count_t memory_write(const void *p, sf_count_t n, void *user)
{
    (void)p; (void)n; (void)user;
    return 0;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *user)
{
    memory_file *m = user;
    sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m->at : m->n;
    if (offset < -base || offset > m->n - base)
        return -1;
    m->at = base + offset;
    return m->at;
}

static sf_count_t memory_read(void *p, sf_count_t n, void *user)
{
    memory_file *m = user;
    sf_count_t left = m->n - m->at;
    n = n < 0 ? 0 : n < left ? n : left;
    memcpy(p, m->bytes + m->at, (size_t)n);
    m->at += n;
    return n;
}

static void sndfile_scoped(SNDFILE **f)
{
    if (*f)
        sf_close(*f);
    *f = NULL;
}

typedef struct {
    float *x;                    /* mono, owned */
    size_t n, capacity;
} mono;

static mote_status mono_reserve(mono *m, size_t more, mote_err *err)
{
    if (m->capacity - m->n >= more)
        return MOTE_OK;
    size_t want = m->capacity + m->capacity / 2 + more;
    float *x = mote_realloc(m->x, want, sizeof *x);
    if (!x)
        return mote_fail(err, MOTE_NOMEM, "%zu samples of audio", want);
    m->x = x;
    m->capacity = want;
    return MOTE_OK;
}

static mote_status mono_add(mono *m, const float *frames, size_t n, int32_t n_channels,
                            const char *what, mote_err *err)
{
    MOTE_TRY(mono_reserve(m, n, err));
    const double scale = 1.0 / n_channels;
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int32_t c = 0; c < n_channels; c++)
            sum += (double)frames[i * (size_t)n_channels + (size_t)c];
        float x = (float)(sum * scale);
        if (!isfinite(x))
            return mote_fail(err, MOTE_CORRUPT, "'%s': sample %zu is not a number", what, m->n + i);
        m->x[m->n + i] = x;
    }
    m->n += n;
    return MOTE_OK;
}

static int32_t bits_of(int format)
{
    switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8: return 8;
    case SF_FORMAT_PCM_16: return 16;
    case SF_FORMAT_PCM_24: return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT: return 32;
    case SF_FORMAT_DOUBLE: return 64;
    default: return 0;
    }
}

static mote_status check_length(int64_t n_frames, int32_t rate_hz, const char *what,
                                const mote_audio_config *cfg, mote_err *err)
{
    if (n_frames > cfg->max_ms * rate_hz / 1000)
        return mote_fail(err, MOTE_LIMIT, "'%s': longer than %lld s; cut it into pieces", what,
                         (long long)(cfg->max_ms / 1000));
    return MOTE_OK;
}

/* Decode everything to mono floats. Memory grows with what is decoded, not with info.frames. */
static mote_status read_frames(SNDFILE *f, const SF_INFO *info, const char *what,
                               const mote_audio_config *cfg, mono *m, mote_err *err)
{
    MOTE_SCOPED_FREE float *chunk =
        mote_alloc(CHUNK_FRAMES * (size_t)info->channels, sizeof *chunk);
    if (!chunk)
        return mote_fail(err, MOTE_NOMEM, "'%s'", what);
    for (;;) {
        sf_count_t got = sf_readf_float(f, chunk, CHUNK_FRAMES);
        if (got <= 0)
            break;
        MOTE_TRY(mono_add(m, chunk, (size_t)got, info->channels, what, err));
        MOTE_TRY(check_length((int64_t)m->n, info->samplerate, what, cfg, err));
    }
    if (sf_error(f) != SF_ERR_NO_ERROR)
        return mote_fail(err, MOTE_CORRUPT, "'%s': damaged after sample %zu: %s", what, m->n,
                         sf_strerror(f));
    if (m->n == 0)
        return mote_fail(err, MOTE_CORRUPT, "'%s': holds no samples", what);
    if (info->frames != (sf_count_t)m->n)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': the header promises %lld samples, only %zu could be "
                         "decoded; the file was cut short or is damaged",
                         what, (long long)info->frames, m->n);
    return MOTE_OK;
}

static mote_status decode_sndfile(const uint8_t *bytes, size_t n, const char *what,
                                  const mote_audio_config *cfg, mono *m, mote_audio_info *source,
                                  mote_err *err)
{
    memory_file file = {bytes, (sf_count_t)n, 0};
    SF_VIRTUAL_IO io = {memory_len, memory_seek, memory_read, memory_write, memory_tell};
    SF_INFO info = {0};
    __attribute__((cleanup(sndfile_scoped))) SNDFILE *f =
        sf_open_virtual(&io, SFM_READ, &info, &file);
    if (!f)
        return mote_fail(err, MOTE_CORRUPT, "'%s': not a readable %s file: %s", what,
                         mote_audio_container_name(source->container), sf_strerror(NULL));
    if (info.channels < 1 || info.channels > MOTE_AUDIO_MAX_CHANNELS)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': %d channels, expected 1 to %d", what,
                         info.channels, MOTE_AUDIO_MAX_CHANNELS);
    if (info.samplerate < MOTE_AUDIO_MIN_RATE_HZ || info.samplerate > MOTE_AUDIO_MAX_RATE_HZ)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': a sampling rate of %d Hz, expected %d to %d",
                         what, info.samplerate, MOTE_AUDIO_MIN_RATE_HZ, MOTE_AUDIO_MAX_RATE_HZ);
    MOTE_TRY(check_length(info.frames, info.samplerate, what, cfg, err));
    MOTE_TRY(read_frames(f, &info, what, cfg, m, err));
    source->rate_hz = info.samplerate;
    source->n_channels = info.channels;
    source->bits = bits_of(info.format);
    source->n_frames = (int64_t)m->n;
    return MOTE_OK;
}

/* ---- resampling ---------------------------------------------------------------------------- */

size_t mote_audio_resampled_count(size_t n, int32_t from_hz, int32_t to_hz)
{
    double exact = (double)n * to_hz / from_hz;
    size_t count = (size_t)(exact + 0.5);
    return count > 0 ? count : 1;
}

mote_status mote_audio_resample(const float *in, size_t n, int32_t from_hz, int32_t to_hz,
                                mote_resample_quality quality, float **out, size_t *n_out,
                                mote_err *err)
{
    double ratio = (double)to_hz / from_hz;
    if (from_hz <= 0 || to_hz <= 0 || !src_is_valid_ratio(ratio) || n > (size_t)INT32_MAX)
        return mote_fail(err, MOTE_ARG,
                         "resample %zu samples from %d to %d Hz: outside what is possible", n,
                         (int)from_hz, (int)to_hz);
    size_t count = mote_audio_resampled_count(n, from_hz, to_hz);
    if (count > (size_t)INT32_MAX)
        return mote_fail(err, MOTE_LIMIT, "resample: %zu samples are too many", count);
    float *y = mote_alloc_zero(count, sizeof *y);
    if (!y)
        return mote_fail(err, MOTE_NOMEM, "resample to %zu samples", count);
    SRC_DATA d = {.data_in = in,
                  .data_out = y,
                  .input_frames = (long)n,
                  .output_frames = (long)count,
                  .src_ratio = ratio,
                  .end_of_input = 1};
    const int kind = quality == MOTE_RESAMPLE_BEST ? SRC_SINC_BEST_QUALITY
                   : quality == MOTE_RESAMPLE_MEDIUM ? SRC_SINC_MEDIUM_QUALITY : SRC_SINC_FASTEST;
    int rc = src_simple(&d, kind, 1);
    if (rc != 0) {
        mote_free(y);
        return mote_fail(err, MOTE_ARG, "resample: %s", src_strerror(rc));
    }
    *out = y;
    *n_out = count;
    return MOTE_OK;
}

/* ---- the whole way ------------------------------------------------------------------------- */

/* 16-bit mono at the wanted rate: the samples as they are. */
static mote_status copy_pcm16(const wav_layout *w, mote_audio *out, mote_err *err)
{
    size_t n = w->data_bytes / 2;
    int16_t *samples = mote_alloc(n, sizeof *samples);
    if (!samples)
        return mote_fail(err, MOTE_NOMEM, "%zu samples of audio", n);
    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)get_u16(w->data + 2 * i);
    out->samples = samples;
    out->n = n;
    return MOTE_OK;
}

static mote_status finish(mono *m, int32_t from_hz, const mote_audio_config *cfg, mote_audio *out,
                          mote_err *err)
{
    if (from_hz != cfg->rate_hz) {
        float *y = NULL;
        size_t n = 0;
        MOTE_TRY(mote_audio_resample(m->x, m->n, from_hz, cfg->rate_hz, MOTE_RESAMPLE_BEST, &y, &n,
                                     err));
        mote_free(m->x);
        *m = (mono){y, n, n};
    }
    int16_t *samples = mote_alloc(m->n, sizeof *samples);
    if (!samples)
        return mote_fail(err, MOTE_NOMEM, "%zu samples of audio", m->n);
    for (size_t i = 0; i < m->n; i++)
        samples[i] = mote_audio_to_i16(m->x[i]);
    out->samples = samples;
    out->n = m->n;
    return MOTE_OK;
}

static mote_status recognise(const uint8_t *bytes, size_t n, const char *what,
                             mote_audio_container *out, mote_err *err)
{
    if (n == 0)
        return mote_fail(err, MOTE_CORRUPT, "'%s': is empty", what);
    if (n >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WAVE", 4) == 0)
        *out = MOTE_AUDIO_WAV;
    else if (n >= 4 && memcmp(bytes, "fLaC", 4) == 0)
        *out = MOTE_AUDIO_FLAC;
    else if (n >= 4 && memcmp(bytes, "OggS", 4) == 0)
        *out = MOTE_AUDIO_OGG;
    else
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': not a WAV, FLAC or OGG file", what);
    return MOTE_OK;
}

static mote_status decode_into(const uint8_t *bytes, size_t n_bytes, const char *what,
                               const mote_audio_config *cfg, mono *m, mote_audio *a, mote_err *err)
{
    MOTE_TRY(recognise(bytes, n_bytes, what, &a->source.container, err));
    if (cfg->wav_only && a->source.container != MOTE_AUDIO_WAV)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': a %s file, only WAV is taken here", what,
                         mote_audio_container_name(a->source.container));
    if (a->source.container == MOTE_AUDIO_WAV) {
        wav_layout w = {0};
        MOTE_TRY(wav_check(bytes, n_bytes, what, &w, err));
        int64_t n_frames = (int64_t)(w.data_bytes / (size_t)(w.n_channels * w.bits / 8));
        MOTE_TRY(check_length(n_frames, w.rate_hz, what, cfg, err));
        if (w.coding == 1 && w.bits == 16 && w.n_channels == 1 && w.rate_hz == cfg->rate_hz) {
            a->source.rate_hz = w.rate_hz;
            a->source.n_channels = 1;
            a->source.bits = 16;
            a->source.n_frames = n_frames;
            return copy_pcm16(&w, a, err);
        }
    }
    MOTE_TRY(decode_sndfile(bytes, n_bytes, what, cfg, m, &a->source, err));
    return finish(m, a->source.rate_hz, cfg, a, err);
}

mote_status mote_audio_decode(const void *bytes, size_t n_bytes, const char *what,
                              const mote_audio_config *cfg, mote_audio *out, mote_err *err)
{
    if (cfg->rate_hz < MOTE_AUDIO_MIN_RATE_HZ || cfg->rate_hz > MOTE_AUDIO_MAX_RATE_HZ ||
        cfg->max_ms <= 0 || cfg->max_ms > (int64_t)24 * 3600 * 1000)
        return mote_fail(err, MOTE_ARG,
                         "decode audio to %d Hz, at most %lld ms: outside what is possible",
                         (int)cfg->rate_hz, (long long)cfg->max_ms);
    if (n_bytes > cfg->max_bytes)
        return mote_fail(err, MOTE_LIMIT, "'%s': %zu bytes, at most %zu are accepted", what,
                         n_bytes, cfg->max_bytes);
    mono m = {0};
    mote_audio a = {.rate_hz = cfg->rate_hz};
    mote_status st = decode_into(bytes, n_bytes, what, cfg, &m, &a, err);
    mote_free(m.x);
    if (st != MOTE_OK)
        return st;
    a.source.duration_us = a.source.n_frames * 1000000 / a.source.rate_hz;
    *out = a;
    return MOTE_OK;
}

mote_status mote_audio_load(const char *path, const mote_audio_config *cfg, mote_audio *out,
                            mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, cfg->max_bytes, &bytes, &n, err));
    return mote_audio_decode(bytes, n, path, cfg, out, err);
}

void mote_audio_release(mote_audio *a)
{
    mote_free(a->samples);
    *a = (mote_audio){0};
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put_u32(uint8_t *p, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(x >> (8 * i));
}

mote_status mote_audio_encode_wav(const int16_t *samples, size_t n, int32_t rate_hz, mote_buf *out,
                                  mote_err *err)
{
    if (n > (UINT32_MAX - 36) / 2)
        return mote_fail(err, MOTE_LIMIT, "%zu samples do not fit a WAV file", n);
    uint8_t h[44] = "RIFF....WAVEfmt ";
    uint32_t data_bytes = (uint32_t)n * 2;
    put_u32(h + 4, 36 + data_bytes);
    put_u32(h + 16, 16);
    put_u32(h + 20, 1u | 1u << 16);                      /* PCM, one channel */
    put_u32(h + 24, (uint32_t)rate_hz);
    put_u32(h + 28, (uint32_t)rate_hz * 2);
    put_u32(h + 32, 2u | 16u << 16);                     /* two bytes a frame, 16 bits */
    memcpy(h + 36, "data", 4);
    put_u32(h + 40, data_bytes);
    mote_buf_add(out, h, sizeof h);
    uint8_t block[1024];
    for (size_t at = 0; at < n;) {
        size_t k = n - at < sizeof block / 2 ? n - at : sizeof block / 2;
        for (size_t i = 0; i < k; i++) {
            block[2 * i] = (uint8_t)((uint16_t)samples[at + i] & 0xff);
            block[2 * i + 1] = (uint8_t)((uint16_t)samples[at + i] >> 8);
        }
        mote_buf_add(out, block, 2 * k);
        at += k;
    }
    return mote_buf_status(out, err);
}
