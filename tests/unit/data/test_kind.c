/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of input: every row is whole, and what a file is to one. */
#include "data/kind.h"

#include "audio_files.h"
#include "data/kind_audio.h"

static void every_row_is_whole(void **state)
{
    (void)state;
    size_t n = 0;
    for (int i = 0; i < MOTE_N_INPUTS; i++) {
        const mote_kind *k = mote_kind_of((mote_input_kind)i);
        if (!k)
            continue;
        n++;
        assert_int_equal(k->input, i);
        assert_true(k->one && k->many && k->formats && k->endings && k->endings[0]);
        assert_true(k->reads && k->locked && k->decoding && k->decode && k->release);
        assert_true(!k->load_own == !k->copy_own); /* what is beside samples can be copied */
        mote_decoding d = k->decoding();
        assert_true(d.max_bytes > 0);
    }
    assert_true(n > 0);
}

static void names_end_in_any_case(void **state)
{
    (void)state;
    const mote_kind *k = mote_kind_of(MOTE_INPUT_AUDIO);
    assert_true(mote_kind_has_ending(k, "a.b/C.WAV"));
    assert_true(mote_kind_has_ending(k, "c.Opus"));
    assert_false(mote_kind_has_ending(k, "wav"));
    assert_false(mote_kind_has_ending(k, "c.wavy"));
    assert_false(mote_kind_has_ending(k, "c.txt"));
}

static void a_file_is_read_or_locked_or_nothing_of_the_kind(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t n;
        mote_take take;
    } rows[] = {
        {"fLaC....", 8, MOTE_TAKE_READ},
        {"RIFF\x10\0\0\0WAVEfmt ", 16, MOTE_TAKE_READ},
        {"....ftypM4A ", 12, MOTE_TAKE_LOCKED}, /* sound, but not decoded */
        {"PK\x03\x04....", 8, MOTE_TAKE_LOCKED},
        {"\x89PNG\r\n\x1a\n", 8, MOTE_TAKE_OTHER},
        {"a,b\n1,2\n", 8, MOTE_TAKE_OTHER},
        {"", 0, MOTE_TAKE_LOCKED}, /* there was something once */
    };
    const mote_kind *k = mote_kind_of(MOTE_INPUT_AUDIO);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_filetype t = mote_filetype_of(rows[i].head, rows[i].n);
        assert_int_equal(mote_kind_take(k, t, (const uint8_t *)rows[i].head, rows[i].n),
                         rows[i].take);
    }
}

static void sound_decodes_with_its_facts(void **state)
{
    (void)state;
    mote_err err = {0};
    int16_t x[400];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (int16_t)(17 * i);
    MOTE_SCOPED_BUF wav, copy;
    mote_buf_init(&wav, 1 << 20);
    mote_buf_init(&copy, 1 << 20);
    T_OK(mote_audio_encode_wav(x, T_COUNT(x), 16000, &wav, &err));
    const mote_kind *k = mote_kind_of(MOTE_INPUT_AUDIO);
    mote_decoding cfg = k->decoding();
    mote_decoded d = {.rate_hz = 77};
    T_OK(mote_kind_decode(k, &(mote_file_bytes){"x.wav", wav.data, wav.len}, &cfg, &d, &err));
    assert_int_equal(mote_decoded_audio(&d)->n, T_COUNT(x));
    assert_int_equal(d.duration_us, 25000);
    assert_int_equal(d.rate_hz, 16000);
    assert_string_equal(d.facts, "{\"container\":\"WAV\",\"rate_hz\":16000,\"n_channels\":1,"
                                 "\"bits\":16,\"n_frames\":400}");
    mote_sha256 content = mote_sha256_of(x, sizeof x);
    assert_true(mote_sha256_equal(&d.content, &content));
    T_OK(k->encode_copy(&d, &copy, &err));
    assert_int_equal(copy.len, 0); /* as cheap as it gets */
    mote_decoded_release(&d);

    cfg.rate_hz = 8000;
    T_OK(mote_kind_decode(k, &(mote_file_bytes){"x.wav", wav.data, wav.len}, &cfg, &d, &err));
    T_OK(k->encode_copy(&d, &copy, &err));
    assert_int_equal(copy.len, 44 + 400); /* at half the rate */
    mote_decoded_release(&d);

    d.rate_hz = 77;
    T_FAILS(mote_kind_decode(k, &(mote_file_bytes){"x.wav", "no", 2}, &cfg, &d, &err),
            MOTE_UNSUPPORTED, "x.wav");
    assert_int_equal(d.rate_hz, 77);
    cfg.strangers = true;
    T_FAILS(mote_kind_decode(k, &(mote_file_bytes){"x", "fLaC", 4}, &cfg, &d, &err),
            MOTE_UNSUPPORTED, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(names_end_in_any_case),
        cmocka_unit_test(a_file_is_read_or_locked_or_nothing_of_the_kind),
        cmocka_unit_test(sound_decodes_with_its_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
