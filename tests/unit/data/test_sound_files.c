/* SPDX-License-Identifier: Apache-2.0 */
/* Sound files as recorders and tools write them: read as they are meant, or refused in words. */
#include <sndfile.h>

#include "audio_files.h"
#include "data/filetype.h"

#define N 16000

static int16_t tone[N];

static mote_status try_decode(const void *bytes, size_t n, mote_audio *out, mote_err *err)
{
    mote_audio_config cfg = mote_audio_config_default();
    return mote_audio_decode(&(mote_file_bytes){"x.wav", bytes, n}, &cfg, out, err);
}

/* The first k of x[] have to come out of bytes[]. */
static void expect(const char *what, const void *bytes, size_t n, const int16_t *x, size_t k)
{
    mote_err err;
    mote_audio a = {0};
    if (try_decode(bytes, n, &a, &err) != MOTE_OK)
        fail_msg("%s: %s", what, err.text);
    if (a.n != k || memcmp(a.samples, x, k * sizeof *x) != 0)
        fail_msg("%s: %zu samples, wanted %zu, or others", what, a.n, k);
    mote_audio_release(&a);
}

static uint8_t *tone_wav(wav_kind k, size_t n, size_t *n_bytes)
{
    double x[4000];
    for (size_t i = 0; i < n; i++)
        x[i] = tone[i / (size_t)k.n_channels] / 32768.0;
    return make_wav(k, x, n / (size_t)k.n_channels, n_bytes);
}

static void a_length_that_a_pipe_wrote_means_to_the_end(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0xffffffffu, 0,           0x7ffff000u,
                                       0x7fffffffu, 0x80000000u, 0xfffff000u};
    size_t n;
    uint8_t *w = tone_wav((wav_kind){1, 16, 1, 16000}, 1000, &n);
    for (size_t i = 0; i < T_COUNT(lengths); i++) {
        put_le(w + 4, lengths[i], 4);
        put_le(w + 40, lengths[i], 4);
        expect("to the end", w, n, tone, 1000);
        expect("half a frame more", w, n - 1, tone, 999);
    }
    mote_free(w);
    w = tone_wav((wav_kind){1, 24, 2, 16000}, 2000, &n); /* the long way too */
    put_le(w + 40, 0xffffffffu, 4);
    expect("24 bits", w, n, tone, 1000);
    expect("24 bits, a frame cut", w, n - 5, tone, 999);
    mote_free(w);
}

static void a_length_of_zero_before_other_chunks_is_no_samples(void **state)
{
    (void)state;
    mote_err err;
    mote_audio a;
    uint8_t w[44 + 12];
    size_t n;
    uint8_t *head = tone_wav((wav_kind){1, 16, 1, 16000}, 10, &n);
    memcpy(w, head, 44);
    memcpy(w + 44, "LIST\4\0\0\0INFO", 12);
    put_le(w + 40, 0, 4);
    T_FAILS(try_decode(w, sizeof w, &a, &err), MOTE_CORRUPT, "holds no samples");
    T_FAILS(try_decode(w, 44, &a, &err), MOTE_CORRUPT, "holds no samples");
    mote_free(head);
}

/* `insert` between the RIFF head and the format chunk (at 12) or before the samples (at 36). */
static void with_chunk(const char *what, size_t at, const char *insert, size_t n_insert)
{
    size_t n;
    uint8_t *w = tone_wav((wav_kind){1, 16, 1, 16000}, 1000, &n);
    uint8_t *v = mote_alloc_zero(n + n_insert, 1);
    memcpy(v, w, at);
    memcpy(v + at, insert, n_insert);
    memcpy(v + at + n_insert, w + at, n - at);
    expect(what, v, n + n_insert, tone, 1000);
    mote_free(v);
    mote_free(w);
}

static void chunks_are_found_wherever_they_stand(void **state)
{
    (void)state;
    with_chunk("LIST first", 12, "LIST\4\0\0\0INFO", 12);
    with_chunk("JUNK first", 12, "JUNK\6\0\0\0......", 14);
    with_chunk("bext", 36, "bext\4\0\0\0abcd", 12);
    with_chunk("odd, padded", 36, "LIST\5\0\0\0hello", 14);
    with_chunk("odd, not padded", 36, "LIST\5\0\0\0hello", 13);
    with_chunk("odd, not padded, first", 12, "LIST\5\0\0\0hello", 13);
    with_chunk("empty", 36, "junk\0\0\0\0", 8);
}

static void odd_headers_are_read_as_they_are_meant(void **state)
{
    (void)state;
    size_t n;
    uint8_t *w = tone_wav((wav_kind){1, 16, 1, 16000}, 1000, &n);
    put_le(w + 4, 12, 4);
    expect("a wrong RIFF size", w, n, tone, 1000);
    put_le(w + 32, 0, 2);
    put_le(w + 28, 77, 4);
    expect("no block size, a wrong byte rate", w, n, tone, 1000);
    put_le(w + 34, 12, 2);
    expect("12 bits in 16", w, n, tone, 1000);
    mote_free(w);

    double x[1000]; /* 24 bits at the top of four bytes */
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = tone[i] / 32768.0;
    w = make_wav((wav_kind){1, 32, 1, 16000}, x, T_COUNT(x), &n);
    put_le(w + 34, 24, 2);
    expect("24 bits in 32", w, n, tone, 1000);
    mote_free(w);

    static const uint8_t pcm_guid[] = {1,    0, 0, 0,    0, 0,    0x10, 0,
                                       0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
    w = make_wav((wav_kind){1, 24, 1, 16000}, x, T_COUNT(x), &n);
    uint8_t *v = mote_alloc_zero(n + 24, 1);
    memcpy(v, w, 36);
    memcpy(v + 60, w + 36, n - 36);
    put_le(v + 16, 40, 4);
    put_le(v + 20, 0xfffe, 2);
    put_le(v + 36, 22, 2);
    put_le(v + 38, 24, 2);
    memcpy(v + 44, pcm_guid, sizeof pcm_guid);
    expect("WAVE_FORMAT_EXTENSIBLE", v, n + 24, tone, 1000);
    mote_free(v);
    mote_free(w);
}

/* ---- codings and containers that libsndfile writes ------------------------------------------ */

typedef struct {
    const char *name;
    int format;
    double off; /* at most: root mean square of the difference to the tone */
    bool cut_is_seen;
} kind;

static const kind kinds[] = {
    {"mu-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 0.01, true},
    {"A-law", SF_FORMAT_WAV | SF_FORMAT_ALAW, 0.03, true},
    {"IMA ADPCM", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 0.03, true},
    {"MS ADPCM", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, 0.03, true},
    {"extensible float", SF_FORMAT_WAVEX | SF_FORMAT_FLOAT, 0.0001, true},
    {"RF64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 0, true},
    {"RF64, 24 bits", SF_FORMAT_RF64 | SF_FORMAT_PCM_24, 0, true},
    {"W64", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 0, true},
    {"AIFF", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 0, true},
    {"AIFF float", SF_FORMAT_AIFF | SF_FORMAT_FLOAT, 0.0001, true},
    {"AU", SF_FORMAT_AU | SF_FORMAT_PCM_16, 0, true},
    {"AU, little", SF_FORMAT_AU | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 0, true},
    {"CAF", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 0, true},
    {"RIFX", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 0, false},
    {"FLAC", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 0, true},
    {"Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.05, true},
    {"Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 0.05, true},
    {"MP3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0.05, true},
};

static char *written(const kind *k, size_t *n)
{
    const char *path = t_path("written");
    SF_INFO info = {.samplerate = 16000, .channels = 1, .format = k->format};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    if (!f)
        fail_msg("%s: %s", k->name, sf_strerror(NULL));
    (void)sf_command(f, SFC_SET_SCALE_INT_FLOAT_WRITE, NULL, SF_TRUE);
    assert_int_equal(sf_writef_short(f, tone, N), N);
    sf_close(f);
    char *bytes = NULL;
    mote_err err;
    T_OK(mote_file_read(path, 1 << 20, &bytes, n, &err));
    return bytes;
}

static void every_container_and_coding_is_read(void **state)
{
    (void)state;
    for (size_t c = 0; c < T_COUNT(kinds); c++) {
        size_t n;
        mote_err err;
        mote_audio a = {0};
        char *bytes = written(&kinds[c], &n);
        if (try_decode(bytes, n, &a, &err) != MOTE_OK)
            fail_msg("%s: %s", kinds[c].name, err.text);
        bool exact_length = strcmp(kinds[c].name, "MP3") != 0;
        if (exact_length && (a.n < N || a.n > N + 4096))
            fail_msg("%s: %zu samples", kinds[c].name, a.n);
        double sum = 0;
        for (size_t i = 0; exact_length && i < N; i++)
            sum += pow((a.samples[i] - (double)tone[i]) / 32768.0, 2);
        if (sqrt(sum / N) > kinds[c].off)
            fail_msg("%s: off by %g", kinds[c].name, sqrt(sum / N));
        mote_audio_release(&a);
        mote_free(bytes);
    }
}

static void what_was_cut_short_is_refused_whatever_it_is(void **state)
{
    (void)state;
    for (size_t c = 0; c < T_COUNT(kinds); c++) {
        size_t n;
        char *bytes = written(&kinds[c], &n);
        for (size_t tenth = 1; tenth < 10 && kinds[c].cut_is_seen; tenth++) {
            mote_err err;
            mote_audio a = {0};
            if (try_decode(bytes, n * tenth / 10, &a, &err) == MOTE_OK)
                fail_msg("%s, %zu tenths of it, was taken: %zu samples", kinds[c].name, tenth, a.n);
        }
        mote_free(bytes);
    }
}

/* Sixteen bytes of noise in the middle: these formats carry sums that tell. */
static void damage_in_the_middle_is_seen(void **state)
{
    (void)state;
    static const char *const summed[] = {"FLAC", "Vorbis", "Opus"};
    for (size_t c = 0; c < T_COUNT(kinds); c++) {
        bool is_summed = false;
        for (size_t i = 0; i < T_COUNT(summed); i++)
            is_summed = is_summed || strcmp(summed[i], kinds[c].name) == 0;
        if (!is_summed)
            continue;
        size_t n;
        char *bytes = written(&kinds[c], &n);
        for (size_t i = 0; i < 60; i++) {
            size_t at = n / 5 + i * (n * 7 / 10) / 60;
            char kept[16];
            memcpy(kept, bytes + at, sizeof kept);
            for (size_t k = 0; k < sizeof kept; k++)
                bytes[at + k] = (char)(bytes[at + k] ^ (char)(0x35 + i + 3 * k));
            mote_err err;
            mote_audio a = {0};
            if (try_decode(bytes, n, &a, &err) == MOTE_OK)
                fail_msg("%s, damaged at %zu of %zu, was taken", kinds[c].name, at, n);
            memcpy(bytes + at, kept, sizeof kept);
        }
        mote_free(bytes);
    }
}

static void a_damaged_frame_of_mp3_is_seen(void **state)
{
    (void)state;
    size_t n, at = 0, n_frames = 0;
    mote_err err;
    mote_audio a = {0};
    const kind *mp3 = &kinds[T_COUNT(kinds) - 1];
    char *bytes = written(mp3, &n);
    for (; n_frames < 12; n_frames++) {
        size_t frame = mote_mpeg_frame_bytes((const uint8_t *)bytes + at);
        assert_true(frame > 0 && frame < n - at);
        at += frame;
    }
    memset(bytes + at, 0x55, 40);
    T_FAILS(try_decode(bytes, n, &a, &err), MOTE_CORRUPT, "damaged at byte");
    mote_free(bytes);
}

static void integers_stored_as_floats_are_refused_with_the_remedy(void **state)
{
    (void)state;
    double x[] = {0, 0.5, -12000, 16000};
    size_t n;
    mote_err err;
    mote_audio a;
    uint8_t *w = make_wav((wav_kind){3, 32, 1, 16000}, x, T_COUNT(x), &n);
    T_FAILS(try_decode(w, n, &a, &err), MOTE_CORRUPT, "divide them by 32768");
    mote_free(w);
}

/* ---- called what they are ------------------------------------------------------------------- */

static void what_is_no_sound_is_called_what_it_is(void **state)
{
    (void)state;
    char tar[600] = "name";
    memcpy(tar + 257, "ustar", 5);
    const struct {
        const char *bytes;
        size_t n;
        const char *words;
    } cases[] = {
        {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 32044\n", 68,
         "a Git LFS pointer; 'git lfs pull'"},
        {"PK\x03\x04\x14\0\0\0", 8, "a ZIP archive; unpack it"},
        {"\x1f\x8b\x08\0\0\0\0\0", 8, "a gzip archive"},
        {tar, sizeof tar, "a tar archive"},
        {"yes, this is text", 17, "a text"},
        {"\xff\xfeh\0i\0", 6, "a text"},
        {"<!DOCTYPE html><title>404", 25, "a web page"},
        {"  {\"a\": 1}", 10, "a JSON text"},
        {"\0\0\0\x20"
         "ftypM4A ",
         12, "an MPEG-4 file"},
        {"\xff\xf1\x50\x80\0\0\0", 7, "an AAC stream"},
        {"\x1a\x45\xdf\xa3....", 8, "a WebM or Matroska file"},
        {"\x89PNG\r\n\x1a\n", 8, "a PNG image"},
        {"\1\2\3\0\0\1\2\3", 8, "of an unknown kind"},
        {"RIFF\x10\0\0\0"
         "AVI LIST",
         16, "an AVI file"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_audio a;
        mote_status st = try_decode(cases[i].bytes, cases[i].n, &a, &err);
        if (st != MOTE_UNSUPPORTED || !strstr(err.text, cases[i].words))
            fail_msg("%s: %s: %s", cases[i].words, mote_status_name(st), err.text);
    }
}

static int set_up(void **state)
{
    (void)state;
    make_tone(tone, N, 16000, 440, 0.5, 3);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_length_that_a_pipe_wrote_means_to_the_end),
        cmocka_unit_test(a_length_of_zero_before_other_chunks_is_no_samples),
        cmocka_unit_test(chunks_are_found_wherever_they_stand),
        cmocka_unit_test(odd_headers_are_read_as_they_are_meant),
        cmocka_unit_test(every_container_and_coding_is_read),
        cmocka_unit_test(what_was_cut_short_is_refused_whatever_it_is),
        cmocka_unit_test(damage_in_the_middle_is_seen),
        cmocka_unit_test(a_damaged_frame_of_mp3_is_seen),
        cmocka_unit_test(integers_stored_as_floats_are_refused_with_the_remedy),
        cmocka_unit_test(what_is_no_sound_is_called_what_it_is),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
