/* SPDX-License-Identifier: Apache-2.0 */
/* Sound as a kind of input: see kind.h; the work is done in audio.c and those below it. */
#include "data/kind_audio.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/noise.h"

static const char *const endings[] = {
    "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "mp2", "aif",  "aiff", "aifc", "au",  "snd",
    "caf", "w64",  "rf64", "bwf", "m4a", "aac",  "amr", "wma", "webm", "sph",  "raw",  "pcm", NULL};

static const mote_filetype reads[] = {
    MOTE_FILETYPE_wav, MOTE_FILETYPE_rf64, MOTE_FILETYPE_w64, MOTE_FILETYPE_flac, MOTE_FILETYPE_ogg,
    MOTE_FILETYPE_mp3, MOTE_FILETYPE_aiff, MOTE_FILETYPE_au,  MOTE_FILETYPE_caf,  MOTE_N_FILETYPES};

static const mote_filetype locked[] = {
    MOTE_FILETYPE_mp4, MOTE_FILETYPE_aac,      MOTE_FILETYPE_amr,    MOTE_FILETYPE_asf,
    MOTE_FILETYPE_avi, MOTE_FILETYPE_matroska, MOTE_FILETYPE_sphere, MOTE_N_FILETYPES};

static mote_decoding decoding(void)
{
    mote_audio_config c = mote_audio_config_default();
    return (mote_decoding){.rate_hz = c.rate_hz, .max_bytes = c.max_bytes, .max_ms = c.max_ms};
}

/* What is wanted and allowed, in the words of data/audio. */
static mote_audio_config config_from(const mote_decoding *cfg)
{
    return (mote_audio_config){.rate_hz = (int32_t)cfg->rate_hz,
                               .max_bytes = cfg->max_bytes,
                               .max_ms = cfg->max_ms,
                               .wav_only = cfg->strangers};
}

static void write_facts(const mote_audio_info *i, char out[MOTE_FACTS_MAX_BYTES])
{
    (void)mote_format(out, MOTE_FACTS_MAX_BYTES,
                      "{\"container\":\"%s\",\"rate_hz\":%d,\"n_channels\":%d,\"bits\":%d,"
                      "\"n_frames\":%lld}",
                      mote_audio_container_name(i->container), (int)i->rate_hz, (int)i->n_channels,
                      (int)i->bits, (long long)i->n_frames);
}

static mote_status decode(const mote_file_bytes *file, const mote_decoding *cfg, mote_decoded *out,
                          mote_err *err)
{
    mote_audio_config c = config_from(cfg);
    mote_audio *a = mote_alloc_zero(1, sizeof *a);
    if (!a)
        return mote_fail(err, MOTE_NOMEM, "'%s': no memory for a recording", file->name);
    mote_status st = mote_audio_decode(file, &c, a, err);
    if (st != MOTE_OK) {
        mote_free(a);
        return st;
    }
    /* Little-endian in memory on every host we build for; checked once for all. */
    _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "sample hashes are little-endian");
    out->own = a;
    out->bytes = a->n * sizeof *a->samples;
    out->duration_us = a->source.duration_us;
    out->rate_hz = a->rate_hz;
    if (cfg->samples_only)
        return MOTE_OK;
    out->content = mote_sha256_of(a->samples, a->n * sizeof *a->samples);
    write_facts(&a->source, out->facts);
    return MOTE_OK;
}

static void release(void *own)
{
    mote_audio_release(own);
    mote_free(own);
}

static void measure(const mote_decoded *d, const mote_cut_config *cut, mote_measured *out)
{
    (void)cut;
    const mote_audio *a = mote_decoded_audio(d);
    size_t n_full = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < a->n; i++) {
        n_full += a->samples[i] >= 32767 || a->samples[i] <= -32767 ? 1 : 0;
        sum += a->samples[i];
    }
    out->full_scale_share = (double)n_full / (double)a->n;
    out->level_dbfs = mote_speech_level_dbfs(&(mote_sound){a->samples, a->n, a->rate_hz});
    out->offset_share = fabs((double)sum / (double)a->n) / 32768.0;
}

/* Another rate, several channels or a compressed container cost more than a copy. */
static mote_status encode_copy(const mote_decoded *d, mote_buf *out, mote_err *err)
{
    const mote_audio *a = mote_decoded_audio(d);
    if (a->source.container == MOTE_AUDIO_WAV && a->source.bits == 16 &&
        a->source.n_channels == 1 && a->source.rate_hz == a->rate_hz)
        return MOTE_OK;
    return mote_audio_encode_wav(a->samples, a->n, a->rate_hz, out, err);
}

static mote_status encode_cut(const void *own, const mote_shape *shape, const void *x,
                              mote_buf *out, mote_err *err)
{
    const mote_audio_own *set = own;
    return mote_audio_encode_wav(x, (size_t)shape->dims[0], set->rate_hz, out, err);
}

static mote_status copy_own(const void *own, mote_arena *a, const void **out, mote_err *err)
{
    const mote_audio_own *from = own;
    mote_audio_own *to = NULL;
    mote_audio_view *items = NULL;
    const mote_audio_set *b = &from->background;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *to, &to, err));
    MOTE_TRY(mote_arena_take(a, b->n + 1, sizeof *items, &items, err));
    for (size_t i = 0; i < b->n; i++) {
        int16_t *samples = NULL;
        MOTE_TRY(mote_arena_take(a, b->items[i].n, sizeof *samples, &samples, err));
        memcpy(samples, b->items[i].samples, b->items[i].n * sizeof *samples);
        items[i] = (mote_audio_view){samples, b->items[i].n};
    }
    *to = (mote_audio_own){from->rate_hz, {items, b->n}};
    *out = to;
    return MOTE_OK;
}

static mote_cut_config cut_of(const mote_project *p)
{
    return (mote_cut_config){.rate_hz = p->rate_hz,
                             .length_ms = p->clip_ms,
                             .stride_ms = mote_project_is_of_words(p) ? 0
                                          : p->data.stride_ms > 0     ? p->data.stride_ms
                                                                      : p->clip_ms};
}

extern const mote_kind mote_kind_audio;
const mote_kind mote_kind_audio = {
    .input = MOTE_INPUT_AUDIO,
    .one = "recording",
    .many = "recordings",
    .examples = "words",
    .group = "speaker",
    .formats = "WAV, FLAC, OGG, MP3, ..",
    .endings = endings,
    .reads = reads,
    .locked = locked,
    .decoding = decoding,
    .decode = decode,
    .release = release,
    .encode_copy = encode_copy,
    .cut_type = "audio/wav",
    .encode_cut = encode_cut,
    .measure = measure,
    .is_timed = true,
    .hears_negatives = true,
    .cut_of = cut_of,
    .check_cut = mote_audio_check_cut,
    .is_shape_told = true,
    .shape = mote_audio_shape,
    .count = mote_audio_count,
    .gives_one = mote_audio_gives_one,
    .cut = mote_audio_cut,
    .load_own = mote_audio_load_own,
    .make_nothing = mote_audio_make_silence,
    .copy_own = copy_own,
};
