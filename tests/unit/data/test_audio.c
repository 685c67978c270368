/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding, resampling and writing audio; every way in which a file can be wrong. */
#include <sndfile.h>

#include "audio_files.h"

static mote_audio_config at_rate(int32_t rate_hz)
{
    mote_audio_config c = mote_audio_config_default();
    c.rate_hz = rate_hz;
    return c;
}

static mote_audio decode(const void *bytes, size_t n, int32_t rate_hz)
{
    mote_err err;
    mote_audio a = {0};
    mote_audio_config cfg = at_rate(rate_hz);
    T_OK(mote_audio_decode(&(mote_file_bytes){"test", bytes, n}, &cfg, &a, &err));
    return a;
}

static void every_sample_format_decodes_to_the_same_samples(void **state)
{
    (void)state;
    static const struct {
        wav_kind kind;
        double step;
    } cases[] = {
        {{1, 8, 1, 16000}, 1.0 / 128}, {{1, 16, 1, 16000}, 1.0 / 32768}, {{1, 24, 1, 16000}, 0},
        {{1, 32, 1, 16000}, 0},        {{3, 32, 1, 16000}, 0},           {{3, 64, 1, 16000}, 0},
    };
    double x[400];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = 0.7 * sin(0.1 * (double)i);
    for (size_t c = 0; c < T_COUNT(cases); c++) {
        size_t n;
        uint8_t *w = make_wav(cases[c].kind, x, T_COUNT(x), &n);
        mote_audio a = decode(w, n, 16000);
        assert_int_equal(a.n, T_COUNT(x));
        assert_int_equal(a.source.bits, cases[c].kind.bits);
        assert_int_equal(a.source.duration_us, 25000);
        for (size_t i = 0; i < a.n; i++) {
            /* Half a step of the file's format, and half a step of 16 bits. */
            double want = x[i] * 32768.0, slack = cases[c].step * 32768.0 / 2 + 0.51;
            if (fabs(a.samples[i] - want) > slack)
                fail_msg("case %zu sample %zu: %d, wanted %g", c, i, a.samples[i], want);
        }
        mote_audio_release(&a);
        mote_free(w);
    }
}

static void sixteen_bit_mono_passes_unchanged(void **state)
{
    (void)state;
    int16_t x[1000];
    mote_rng rng;
    mote_rng_init(&rng, 7);
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (int16_t)mote_rng_u64(&rng);
    x[0] = INT16_MIN;
    x[1] = INT16_MAX;
    mote_err err;
    mote_buf wav;
    mote_buf_init(&wav, 1 << 20);
    T_OK(mote_audio_encode_wav(x, T_COUNT(x), 22050, &wav, &err));
    assert_int_equal(wav.len, 44 + sizeof x);
    mote_audio a = decode(wav.data, wav.len, 22050);
    assert_int_equal(a.n, T_COUNT(x));
    assert_memory_equal(a.samples, x, sizeof x);
    mote_audio_release(&a);
    mote_buf_release(&wav);
}

/* The short way for 16-bit mono and the way through libsndfile must agree: the same samples with a
 * second, equal channel take the long way. */
static void both_ways_of_reading_agree(void **state)
{
    (void)state;
    double x[500], xx[1000];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = xx[2 * i] = xx[2 * i + 1] = ldexp((double)((int)(i * 7919) % 65536 - 32768), -15);
    size_t n1, n2;
    uint8_t *mono = make_wav((wav_kind){1, 16, 1, 8000}, x, T_COUNT(x), &n1);
    uint8_t *stereo = make_wav((wav_kind){1, 16, 2, 8000}, xx, T_COUNT(x), &n2);
    mote_audio a = decode(mono, n1, 8000), b = decode(stereo, n2, 8000);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.samples, b.samples, a.n * sizeof *a.samples);
    assert_int_equal(b.source.n_channels, 2);
    mote_audio_release(&a);
    mote_audio_release(&b);
    mote_free(mono);
    mote_free(stereo);
}

static void channels_are_averaged(void **state)
{
    (void)state;
    double x[3 * 10];
    for (size_t i = 0; i < 10; i++) {
        x[3 * i] = 0.5;
        x[3 * i + 1] = -0.25;
        x[3 * i + 2] = 0.125;
    }
    size_t n;
    uint8_t *w = make_wav((wav_kind){3, 32, 3, 16000}, x, 10, &n);
    mote_audio a = decode(w, n, 16000);
    assert_int_equal(a.n, 10);
    for (size_t i = 0; i < a.n; i++)
        assert_int_equal(a.samples[i], 4096); /* 0.125 * 32768 */
    mote_audio_release(&a);
    mote_free(w);
}

static void loud_floats_are_clipped_not_wrapped(void **state)
{
    (void)state;
    const double x[] = {1.0, 1.5, -1.0, -7.0, 0.0, 0.99999};
    const int16_t want[] = {32767, 32767, -32768, -32768, 0, 32767};
    size_t n;
    uint8_t *w = make_wav((wav_kind){3, 32, 1, 16000}, x, T_COUNT(x), &n);
    mote_audio a = decode(w, n, 16000);
    assert_memory_equal(a.samples, want, sizeof want);
    mote_audio_release(&a);
    mote_free(w);
}

/* Amplitude of `hz` in x, by correlation over the middle part. */
static double amplitude_at(const int16_t *x, size_t n, int32_t rate_hz, double hz)
{
    double re = 0, im = 0;
    size_t from = n / 4, to = n - n / 4;
    for (size_t i = from; i < to; i++) {
        re += x[i] * cos(2 * PI * hz * (double)i / rate_hz);
        im += x[i] * sin(2 * PI * hz * (double)i / rate_hz);
    }
    return 2.0 * hypot(re, im) / (double)(to - from) / 32768.0;
}

static void resampling_keeps_tones_and_removes_what_does_not_fit(void **state)
{
    (void)state;
    static const int32_t rates[] = {8000, 11025, 22050, 44100, 48000, 96000};
    for (size_t r = 0; r < T_COUNT(rates); r++) {
        size_t n_in = (size_t)rates[r], n;
        double *x = mote_alloc(n_in, sizeof *x);
        for (size_t i = 0; i < n_in; i++) {
            x[i] = 0.5 * sin(2 * PI * 1000 * (double)i / rates[r]);
            if (rates[r] > 40000)
                x[i] += 0.4 * sin(2 * PI * 13000 * (double)i / rates[r]); /* folds to 3 kHz */
        }
        uint8_t *w = make_wav((wav_kind){1, 16, 1, rates[r]}, x, n_in, &n);
        mote_audio a = decode(w, n, 16000);
        assert_int_equal(a.n, 16000);
        assert_float_equal(amplitude_at(a.samples, a.n, 16000, 1000), 0.5, 0.001);
        if (rates[r] > 40000)
            assert_true(amplitude_at(a.samples, a.n, 16000, 3000) < 0.0001);
        mote_audio_release(&a);
        mote_free(w);
        mote_free(x);
    }
}

static void decoding_twice_gives_the_same_bytes(void **state)
{
    (void)state;
    double x[4410];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = 0.3 * sin(0.05 * (double)i) + 0.2 * sin(0.31 * (double)i);
    size_t n;
    uint8_t *w = make_wav((wav_kind){1, 24, 1, 44100}, x, T_COUNT(x), &n);
    mote_audio a = decode(w, n, 16000), b = decode(w, n, 16000);
    assert_int_equal(a.n, 1600);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.samples, b.samples, a.n * sizeof *a.samples);
    mote_audio_release(&a);
    mote_audio_release(&b);
    mote_free(w);
}

/* ---- other containers: written by libsndfile ---- */

static void write_container(const char *path, int format, const int16_t *x, size_t n)
{
    SF_INFO info = {.samplerate = 16000, .channels = 1, .format = format};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_non_null(f);
    assert_int_equal(sf_writef_short(f, x, (sf_count_t)n), (sf_count_t)n);
    sf_close(f);
}

static mote_status load(const char *path, const mote_audio_config *cfg, mote_audio *out,
                        mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, cfg->max_bytes, &bytes, &n, err));
    return mote_audio_decode(&(mote_file_bytes){path, bytes, n}, cfg, out, err);
}

static void flac_is_exact_and_ogg_is_close(void **state)
{
    (void)state;
    static int16_t x[16000];
    make_tone(x, T_COUNT(x), 16000, 440, 0.5, 3);
    mote_err err;
    mote_audio_config cfg = at_rate(16000);
    mote_audio a;
    write_container(t_path("a.flac"), SF_FORMAT_FLAC | SF_FORMAT_PCM_16, x, T_COUNT(x));
    T_OK(load(t_path("a.flac"), &cfg, &a, &err));
    assert_int_equal(a.source.container, MOTE_AUDIO_FLAC);
    assert_int_equal(a.source.bits, 16);
    assert_int_equal(a.n, T_COUNT(x));
    assert_memory_equal(a.samples, x, sizeof x);
    mote_audio_release(&a);

    cfg.wav_only = true;
    T_FAILS(load(t_path("a.flac"), &cfg, &a, &err), MOTE_UNSUPPORTED, "only WAV");
    cfg.wav_only = false;

    write_container(t_path("a.ogg"), SF_FORMAT_OGG | SF_FORMAT_VORBIS, x, T_COUNT(x));
    T_OK(load(t_path("a.ogg"), &cfg, &a, &err));
    assert_int_equal(a.source.container, MOTE_AUDIO_OGG);
    assert_int_equal(a.n, T_COUNT(x));
    assert_float_equal(amplitude_at(a.samples, a.n, 16000, 440), 0.5, 0.02);
    mote_audio_release(&a);
}

static void cut_containers_are_refused(void **state)
{
    (void)state;
    static int16_t x[16000];
    make_tone(x, T_COUNT(x), 16000, 440, 0.5, 3);
    write_container(t_path("cut.flac"), SF_FORMAT_FLAC | SF_FORMAT_PCM_16, x, T_COUNT(x));
    mote_err err;
    char *bytes;
    size_t n;
    T_OK(mote_file_read(t_path("cut.flac"), 1 << 20, &bytes, &n, &err));
    mote_audio_config cfg = at_rate(16000);
    mote_audio a;
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"cut.flac", bytes, n / 2}, &cfg, &a, &err),
            MOTE_CORRUPT, "cut.flac");
    mote_free(bytes);
}

/* ---- damage ---- */

typedef struct {
    const char *name;
    mote_status wanted;
    const char *words;
    size_t at, n;   /* bytes that are changed .. */
    const char *to; /* .. to these */
    size_t keep;    /* bytes kept; 0: all */
} damage;

static void damaged_wav_files_are_refused_in_words(void **state)
{
    (void)state;
    static const damage cases[] = {
        {"no samples there", MOTE_CORRUPT, "promises 2000 bytes of samples, only 0", 0, 0, "", 44},
        {"cut in the samples", MOTE_CORRUPT, "only 956 are there", 0, 0, "", 1000},
        {"cut in the header", MOTE_CORRUPT, "without samples", 0, 0, "", 37},
        {"cut in the format", MOTE_CORRUPT, "promises 16 bytes of header", 0, 0, "", 30},
        {"only the magic", MOTE_CORRUPT, "without samples", 0, 0, "", 12},
        {"half the magic", MOTE_UNSUPPORTED, "not a sound file, it is", 0, 0, "", 9},
        {"1 GB promised", MOTE_CORRUPT, "1073741824", 40, 4, "\0\0\0\x40", 0},
        {"no channels", MOTE_UNSUPPORTED, "0 channels", 22, 2, "\0\0", 0},
        {"33 channels", MOTE_UNSUPPORTED, "33 channels", 22, 2, "\x21\0", 0},
        {"no rate", MOTE_UNSUPPORTED, "0 Hz", 24, 4, "\0\0\0\0", 0},
        {"a rate of 4 GHz", MOTE_UNSUPPORTED, "4294967295 Hz", 24, 4, "\xff\xff\xff\xff", 0},
        {"ADPCM of 16 bits", MOTE_UNSUPPORTED, "coding 0x0011", 20, 2, "\x11\0", 0},
        {"an unknown coding", MOTE_UNSUPPORTED, "coding 0x0161", 20, 2, "\x61\1", 0},
        {"33 bits", MOTE_UNSUPPORTED, "33-bit", 34, 2, "\x21\0", 0},
        {"frames that do not fit", MOTE_CORRUPT, "frame of 7 bytes", 32, 2, "\x07\0", 0},
        {"an odd byte", MOTE_CORRUPT, "not whole frames", 40, 4, "\xcf\x07\0\0", 0},
        {"zero bytes of samples", MOTE_CORRUPT, "no samples", 40, 4, "\0\0\0\0", 44},
        {"no format", MOTE_CORRUPT, "no format chunk", 12, 4, "junk", 0},
    };
    double x[1000] = {0};
    mote_err err;
    mote_audio_config cfg = at_rate(16000);
    for (size_t c = 0; c < T_COUNT(cases); c++) {
        size_t n;
        uint8_t *w = make_wav((wav_kind){1, 16, 1, 16000}, x, T_COUNT(x), &n);
        memcpy(w + cases[c].at, cases[c].to, cases[c].n);
        mote_audio a = {.n = 77};
        mote_status st = mote_audio_decode(
            &(mote_file_bytes){"x.wav", w, cases[c].keep ? cases[c].keep : n}, &cfg, &a, &err);
        if (st != cases[c].wanted || !strstr(err.text, cases[c].words))
            fail_msg("%s: %s: %s", cases[c].name, mote_status_name(st), err.text);
        assert_non_null(strstr(err.text, "'x.wav'"));
        assert_int_equal(a.n, 77); /* untouched */
        mote_free(w);
    }
}

static void what_is_no_audio_is_refused(void **state)
{
    (void)state;
    mote_err err;
    mote_audio_config cfg = at_rate(16000);
    mote_audio a;
    const char text[] = "This is a text that was renamed to .wav, nothing more.";
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"a.wav", text, sizeof text - 1}, &cfg, &a, &err),
            MOTE_UNSUPPORTED, "'a.wav': not a sound file, it is a text");
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"a.wav", "", 0}, &cfg, &a, &err), MOTE_CORRUPT,
            "is empty");
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"a", "fLaC", 4}, &cfg, &a, &err), MOTE_CORRUPT,
            "FLAC");
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"a", "OggS", 4}, &cfg, &a, &err), MOTE_CORRUPT,
            "cut short");
}

static void limits_are_kept(void **state)
{
    (void)state;
    double x[16000] = {0};
    size_t n;
    mote_err err;
    mote_audio a;
    uint8_t *w = make_wav((wav_kind){1, 16, 1, 16000}, x, T_COUNT(x), &n);
    mote_audio_config cfg = at_rate(16000);
    cfg.max_ms = 999;
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"x", w, n}, &cfg, &a, &err), MOTE_LIMIT,
            "longer than");
    cfg.max_ms = 1000;
    T_OK(mote_audio_decode(&(mote_file_bytes){"x", w, n}, &cfg, &a, &err));
    mote_audio_release(&a);
    cfg.max_bytes = n - 1;
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"x", w, n}, &cfg, &a, &err), MOTE_LIMIT, "bytes");
    cfg.max_bytes = n;
    T_OK(mote_audio_decode(&(mote_file_bytes){"x", w, n}, &cfg, &a, &err));
    mote_audio_release(&a);
    cfg.rate_hz = 10;
    T_FAILS(mote_audio_decode(&(mote_file_bytes){"x", w, n}, &cfg, &a, &err), MOTE_ARG, "10 Hz");
    mote_free(w);
}

static void samples_that_are_no_numbers_are_refused(void **state)
{
    (void)state;
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        double x[] = {0, 0.5, bad[i], 0.25};
        size_t n;
        mote_err err;
        mote_audio a;
        mote_audio_config cfg = at_rate(16000);
        uint8_t *w = make_wav((wav_kind){3, 32, 1, 16000}, x, T_COUNT(x), &n);
        T_FAILS(mote_audio_decode(&(mote_file_bytes){"x", w, n}, &cfg, &a, &err), MOTE_CORRUPT,
                "sample 2 is not a number");
        mote_free(w);
    }
}

static void other_chunks_are_skipped(void **state)
{
    (void)state;
    double x[100];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = ldexp((double)i, -10);
    size_t n;
    uint8_t *w = make_wav((wav_kind){1, 16, 1, 16000}, x, T_COUNT(x), &n);
    /* An odd chunk (5 bytes and a pad) between format and samples. */
    uint8_t *v = mote_alloc_zero(n + 14, 1);
    memcpy(v, w, 36);
    memcpy(v + 36, "LIST\5\0\0\0hello", 13);
    memcpy(v + 50, w + 36, n - 36);
    mote_audio a = decode(w, n, 16000), b = decode(v, n + 14, 16000);
    assert_int_equal(b.n, 100);
    assert_memory_equal(a.samples, b.samples, 200);
    mote_audio_release(&a);
    mote_audio_release(&b);
    mote_free(w);
    mote_free(v);
}

static void running_out_of_memory_is_reported(void **state)
{
    (void)state;
    double x[2 * 500] = {0};
    size_t n;
    mote_err err;
    mote_audio_config cfg = at_rate(16000);
    uint8_t *w = make_wav((wav_kind){1, 24, 2, 22050}, x, 500, &n);
    mote_audio a = {.n = 77};
    T_ALLOC_SWEEP(mote_audio_decode(&(mote_file_bytes){"x", w, n}, &cfg, &a, &err),
                  assert_int_equal(a.n, 77));
    mote_audio_release(&a);
    mote_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_format_decodes_to_the_same_samples),
        cmocka_unit_test(sixteen_bit_mono_passes_unchanged),
        cmocka_unit_test(both_ways_of_reading_agree),
        cmocka_unit_test(channels_are_averaged),
        cmocka_unit_test(loud_floats_are_clipped_not_wrapped),
        cmocka_unit_test(resampling_keeps_tones_and_removes_what_does_not_fit),
        cmocka_unit_test(decoding_twice_gives_the_same_bytes),
        cmocka_unit_test(flac_is_exact_and_ogg_is_close),
        cmocka_unit_test(cut_containers_are_refused),
        cmocka_unit_test(damaged_wav_files_are_refused_in_words),
        cmocka_unit_test(what_is_no_audio_is_refused),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(samples_that_are_no_numbers_are_refused),
        cmocka_unit_test(other_chunks_are_skipped),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
