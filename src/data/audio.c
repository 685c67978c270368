/* SPDX-License-Identifier: Apache-2.0 */
/* Audio files to samples: see audio.h for the steps and their order. What a file is, data/filetype
 * says; whether it is whole, data/wav and data/container; libsndfile decodes. A WAV file is given
 * to it with a head of ours, so that odd headers are understood once, here. */
#include "data/audio.h"

#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/container.h"
#include "data/filetype.h"
#include "data/wav.h"

#define CHUNK_FRAMES 4096
#define LOUDEST      128.0f /* 42 dB over full scale: no recording, but integers as floats */

mote_audio_config mote_audio_config_default(void)
{
    return (mote_audio_config){
        .rate_hz = 16000, .max_bytes = 128u * 1000 * 1000, .max_ms = 30 * 60 * 1000};
}

const char *mote_audio_container_name(mote_audio_container c)
{
    static const char *const names[] = {"WAV", "FLAC", "OGG", "MP3", "AIFF",
                                        "AU",  "CAF",  "W64", "RF64"};
    return (size_t)c < sizeof names / sizeof names[0] ? names[c] : "unknown";
}

int16_t mote_audio_to_i16(float x)
{
    float y = x * 32768.0f;
    if (!(y > -32768.0f))
        return y <= -32768.0f ? INT16_MIN : 0; /* NaN fails both comparisons */
    return y >= 32767.0f ? INT16_MAX : (int16_t)lrintf(y);
}

/* ---- reading through libsndfile ------------------------------------------------------------ */

/* A file in memory, of two pieces: a head, and what stands in the input. */
typedef struct {
    const uint8_t *head, *body;
    sf_count_t n_head, n, at; /* n: of both */
} memory_file;

static sf_count_t memory_len(void *user)
{
    return ((memory_file *)user)->n;
}
static sf_count_t memory_tell(void *user)
{
    return ((memory_file *)user)->at;
}
static sf_count_t memory_write(const void *p, sf_count_t n, void *user)
{
    (void)p;
    (void)n;
    (void)user;
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
    sf_count_t left = m->n - m->at, done = 0;
    n = n < 0 ? 0 : n < left ? n : left;
    if (m->at < m->n_head) {
        done = n < m->n_head - m->at ? n : m->n_head - m->at;
        memcpy(p, m->head + m->at, (size_t)done);
    }
    if (n > done)
        memcpy((char *)p + done, m->body + (m->at + done - m->n_head), (size_t)(n - done));
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
    float *x; /* mono, owned */
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

/* A file while it is decoded. */
typedef struct {
    const mote_file_bytes *file;
    const mote_audio_config *cfg;
    mono m;       /* what was decoded so far, at the rate of the file */
    mote_audio a; /* what becomes of it */
} reading;

static mote_status mono_add(reading *r, const float *frames, size_t n, int32_t n_channels,
                            mote_err *err)
{
    mono *m = &r->m;
    MOTE_TRY(mono_reserve(m, n, err));
    const double scale = 1.0 / n_channels;
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int32_t c = 0; c < n_channels; c++)
            sum += (double)frames[i * (size_t)n_channels + (size_t)c];
        float x = (float)(sum * scale);
        if (!isfinite(x))
            return mote_fail(err, MOTE_CORRUPT, "'%s': sample %zu is not a number", r->file->name,
                             m->n + i);
        if (fabsf(x) > LOUDEST)
            return mote_fail(err, MOTE_CORRUPT,
                             "'%s': sample %zu is %g, full scale of floats is 1; if these are "
                             "16-bit integers stored as floats, divide them by 32768",
                             r->file->name, m->n + i, (double)x);
        m->x[m->n + i] = x;
    }
    m->n += n;
    return MOTE_OK;
}

static int32_t bits_of(int format)
{
    switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_IMA_ADPCM:
    case SF_FORMAT_MS_ADPCM:
        return 4;
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
        return 8;
    case SF_FORMAT_PCM_16:
        return 16;
    case SF_FORMAT_PCM_24:
        return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT:
        return 32;
    case SF_FORMAT_DOUBLE:
        return 64;
    default:
        return 0;
    }
}

static mote_status check_length(const reading *r, int64_t n_frames, int32_t rate_hz, mote_err *err)
{
    if (n_frames > r->cfg->max_ms * rate_hz / 1000)
        return mote_fail(err, MOTE_LIMIT, "'%s': longer than %lld s; cut it into pieces",
                         r->file->name, (long long)(r->cfg->max_ms / 1000));
    return MOTE_OK;
}

/* Decode everything to mono floats. Memory grows with what is decoded, not with info.frames. */
static mote_status read_frames(reading *r, SNDFILE *f, const SF_INFO *info, mote_err *err)
{
    const char *what = r->file->name;
    const mono *m = &r->m;
    MOTE_SCOPED_FREE float *chunk =
        mote_alloc(CHUNK_FRAMES * (size_t)info->channels, sizeof *chunk);
    if (!chunk)
        return mote_fail(err, MOTE_NOMEM, "'%s'", what);
    sf_count_t got;
    do {
        got = sf_readf_float(f, chunk, CHUNK_FRAMES);
        /* Asked each time: the next read forgets an error, and decoders go on behind damage. */
        if (sf_error(f) != SF_ERR_NO_ERROR)
            return mote_fail(err, MOTE_CORRUPT, "'%s': damaged after sample %zu: %s", what, m->n,
                             sf_strerror(f));
        if (got > 0)
            MOTE_TRY(mono_add(r, chunk, (size_t)got, info->channels, err));
        MOTE_TRY(check_length(r, (int64_t)m->n, info->samplerate, err));
    } while (got > 0);
    if (m->n == 0)
        return mote_fail(err, MOTE_CORRUPT, "'%s': holds no samples", what);
    if (info->frames != (sf_count_t)m->n)
        return mote_fail(err, MOTE_CORRUPT,
                         "'%s': the header promises %lld samples, only %zu could be "
                         "decoded; the file was cut short or is damaged",
                         what, (long long)info->frames, m->n);
    return MOTE_OK;
}

static mote_status decode_sndfile(reading *r, memory_file *file, mote_err *err)
{
    const char *what = r->file->name;
    mote_audio_info *source = &r->a.source;
    SF_VIRTUAL_IO io = {memory_len, memory_seek, memory_read, memory_write, memory_tell};
    SF_INFO info = {0};
    __attribute__((cleanup(sndfile_scoped))) SNDFILE *f =
        sf_open_virtual(&io, SFM_READ, &info, file);
    if (!f)
        return mote_fail(err, MOTE_CORRUPT, "'%s': not a readable %s file: %s", what,
                         mote_audio_container_name(source->container), sf_strerror(NULL));
    if (info.channels < 1 || info.channels > MOTE_AUDIO_MAX_CHANNELS)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': %d channels, expected 1 to %d", what,
                         info.channels, MOTE_AUDIO_MAX_CHANNELS);
    if (info.samplerate < MOTE_AUDIO_MIN_RATE_HZ || info.samplerate > MOTE_AUDIO_MAX_RATE_HZ)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': a sampling rate of %d Hz, expected %d to %d",
                         what, info.samplerate, MOTE_AUDIO_MIN_RATE_HZ, MOTE_AUDIO_MAX_RATE_HZ);
    MOTE_TRY(check_length(r, info.frames, info.samplerate, err));
    MOTE_TRY(read_frames(r, f, &info, err));
    source->rate_hz = info.samplerate;
    source->n_channels = info.channels;
    source->bits = bits_of(info.format);
    source->n_frames = (int64_t)r->m.n;
    return MOTE_OK;
}

/* ---- resampling ---------------------------------------------------------------------------- */

static size_t resampled_count(size_t n, int32_t from_hz, int32_t to_hz)
{
    double exact = (double)n * to_hz / from_hz;
    size_t count = (size_t)(exact + 0.5);
    return count > 0 ? count : 1;
}

mote_status mote_audio_resample(const mote_wave *in, int32_t to_hz, mote_resample_quality quality,
                                mote_wave *out, mote_err *err)
{
    const int32_t from_hz = in->rate_hz;
    const size_t n = in->n;
    double ratio = (double)to_hz / from_hz;
    if (from_hz <= 0 || to_hz <= 0 || !src_is_valid_ratio(ratio) || n > (size_t)INT32_MAX)
        return mote_fail(err, MOTE_ARG,
                         "resample %zu samples from %d to %d Hz: outside what is possible", n,
                         (int)from_hz, (int)to_hz);
    size_t count = resampled_count(n, from_hz, to_hz);
    if (count > (size_t)INT32_MAX)
        return mote_fail(err, MOTE_LIMIT, "resample: %zu samples are too many", count);
    float *y = mote_alloc_zero(count, sizeof *y);
    if (!y)
        return mote_fail(err, MOTE_NOMEM, "resample to %zu samples", count);
    SRC_DATA d = {.data_in = in->samples,
                  .data_out = y,
                  .input_frames = (long)n,
                  .output_frames = (long)count,
                  .src_ratio = ratio,
                  .end_of_input = 1};
    const int kind = quality == MOTE_RESAMPLE_BEST     ? SRC_SINC_BEST_QUALITY
                     : quality == MOTE_RESAMPLE_MEDIUM ? SRC_SINC_MEDIUM_QUALITY
                                                       : SRC_SINC_FASTEST;
    int rc = src_simple(&d, kind, 1);
    if (rc != 0) {
        mote_free(y);
        return mote_fail(err, MOTE_ARG, "resample: %s", src_strerror(rc));
    }
    *out = (mote_wave){y, count, to_hz};
    return MOTE_OK;
}

/* ---- the whole way ------------------------------------------------------------------------- */

/* 16-bit mono at the wanted rate: the samples as they are. */
static mote_status copy_pcm16(const mote_wav *w, mote_audio *out, mote_err *err)
{
    size_t n = w->data_bytes / 2;
    int16_t *samples = mote_alloc(n, sizeof *samples);
    if (!samples)
        return mote_fail(err, MOTE_NOMEM, "%zu samples of audio", n);
    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)(uint16_t)(w->data[2 * i] | w->data[2 * i + 1] << 8);
    out->source.rate_hz = w->rate_hz;
    out->source.n_channels = 1;
    out->source.bits = 16;
    out->source.n_frames = (int64_t)n;
    out->samples = samples;
    out->n = n;
    return MOTE_OK;
}

static mote_status finish(reading *r, mote_err *err)
{
    mono *m = &r->m;
    if (r->a.source.rate_hz != r->cfg->rate_hz) {
        const mote_wave in = {m->x, m->n, r->a.source.rate_hz};
        mote_wave made = {0};
        MOTE_TRY(mote_audio_resample(&in, r->cfg->rate_hz, MOTE_RESAMPLE_MEDIUM, &made, err));
        mote_free(m->x);
        *m = (mono){made.samples, made.n, made.n};
    }
    int16_t *samples = mote_alloc(m->n, sizeof *samples);
    if (!samples)
        return mote_fail(err, MOTE_NOMEM, "%zu samples of audio", m->n);
    for (size_t i = 0; i < m->n; i++)
        samples[i] = mote_audio_to_i16(m->x[i]);
    r->a.samples = samples;
    r->a.n = m->n;
    return MOTE_OK;
}

static bool container_of(mote_filetype type, mote_audio_container *out)
{
    static const struct {
        mote_filetype type;
        mote_audio_container container;
    } rows[] = {{MOTE_FILETYPE_wav, MOTE_AUDIO_WAV},   {MOTE_FILETYPE_flac, MOTE_AUDIO_FLAC},
                {MOTE_FILETYPE_ogg, MOTE_AUDIO_OGG},   {MOTE_FILETYPE_mp3, MOTE_AUDIO_MP3},
                {MOTE_FILETYPE_aiff, MOTE_AUDIO_AIFF}, {MOTE_FILETYPE_au, MOTE_AUDIO_AU},
                {MOTE_FILETYPE_caf, MOTE_AUDIO_CAF},   {MOTE_FILETYPE_w64, MOTE_AUDIO_W64},
                {MOTE_FILETYPE_rf64, MOTE_AUDIO_RF64}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].type == type) {
            *out = rows[i].container;
            return true;
        }
    }
    return false;
}

static mote_status decode_wav(reading *r, mote_err *err)
{
    mote_wav w;
    MOTE_TRY(mote_wav_parse(r->file, &w, err));
    bool is_pcm = w.coding == MOTE_WAV_PCM;
    if (is_pcm)
        MOTE_TRY(check_length(r, (int64_t)(w.data_bytes / (size_t)w.block_bytes), w.rate_hz, err));
    if (is_pcm && w.bits == 16 && w.n_channels == 1 && w.rate_hz == r->cfg->rate_hz)
        return copy_pcm16(&w, &r->a, err);
    uint8_t head[MOTE_WAV_HEAD_MAX];
    size_t n_head = mote_wav_head(&w, head);
    memory_file file = {.head = head,
                        .body = w.data,
                        .n_head = (sf_count_t)n_head,
                        .n = (sf_count_t)(n_head + w.data_bytes)};
    MOTE_TRY(decode_sndfile(r, &file, err));
    /* The last block of ADPCM is filled up; its fact chunk says how far it counts. */
    if (r->a.source.bits == 4 && w.n_frames > 0 && (size_t)w.n_frames < r->m.n &&
        r->m.n - (size_t)w.n_frames < (size_t)w.block_bytes * 2) {
        r->m.n = (size_t)w.n_frames;
        r->a.source.n_frames = w.n_frames;
    }
    return finish(r, err);
}

static mote_status decode(reading *r, mote_err *err)
{
    const char *what = r->file->name;
    const uint8_t *bytes = r->file->bytes;
    const size_t n = r->file->n;
    mote_filetype type = mote_filetype_of(bytes, n);
    if (type == MOTE_FILETYPE_empty)
        return mote_fail(err, MOTE_CORRUPT, "'%s': is empty", what);
    if (!container_of(type, &r->a.source.container))
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': not a sound file, it is %s", what,
                         mote_filetype_name(type));
    if (r->cfg->wav_only && r->a.source.container != MOTE_AUDIO_WAV)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s': a %s file, only WAV is taken here", what,
                         mote_audio_container_name(r->a.source.container));
    bool is_riff = n >= 4 && memcmp(bytes, "RIFF", 4) == 0;
    if (is_riff || r->a.source.container == MOTE_AUDIO_RF64)
        return decode_wav(r, err);
    MOTE_TRY(mote_container_check(type, r->file, err));
    memory_file file = {.body = bytes, .n = (sf_count_t)n};
    MOTE_TRY(decode_sndfile(r, &file, err));
    return finish(r, err);
}

mote_status mote_audio_decode(const mote_file_bytes *file, const mote_audio_config *cfg,
                              mote_audio *out, mote_err *err)
{
    if (cfg->rate_hz < MOTE_AUDIO_MIN_RATE_HZ || cfg->rate_hz > MOTE_AUDIO_MAX_RATE_HZ ||
        cfg->max_ms <= 0 || cfg->max_ms > (int64_t)24 * 3600 * 1000)
        return mote_fail(err, MOTE_ARG,
                         "decode audio to %d Hz, at most %lld ms: outside what is possible",
                         (int)cfg->rate_hz, (long long)cfg->max_ms);
    if (file->n > cfg->max_bytes)
        return mote_fail(err, MOTE_LIMIT, "'%s': %zu bytes, at most %zu are accepted", file->name,
                         file->n, cfg->max_bytes);
    reading r = {.file = file, .cfg = cfg, .a = {.rate_hz = cfg->rate_hz}};
    mote_status st = decode(&r, err);
    mote_free(r.m.x);
    if (st != MOTE_OK)
        return st;
    mote_audio_info *source = &r.a.source;
    MOTE_BUG_IF(source->rate_hz < 1); /* decoded, so it was checked */
    source->duration_us = source->n_frames * 1000000 / source->rate_hz;
    *out = r.a;
    return MOTE_OK;
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
    put_u32(h + 20, 1u | 1u << 16); /* PCM, one channel */
    put_u32(h + 24, (uint32_t)rate_hz);
    put_u32(h + 28, (uint32_t)rate_hz * 2);
    put_u32(h + 32, 2u | 16u << 16); /* two bytes a frame, 16 bits */
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
