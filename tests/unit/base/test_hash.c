/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/hash.c. */
#include "support.h"

#include "base/hash.h"
#include "base/rng.h"

static void assert_hex(mote_sha256 h, const char *want)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&h, hex);
    assert_string_equal(hex, want);
}

/* FIPS 180-4 examples (NIST, "SHA256.pdf" of the Cryptographic Standards examples). */
static void sha256_gives_the_standard_answers(void **state)
{
    (void)state;
    assert_hex(mote_sha256_of("", 0),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_hex(mote_sha256_of(NULL, 0),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_hex(mote_sha256_of("abc", 3),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_hex(mote_sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56),
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void pieces_hash_like_the_whole(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    static uint8_t bytes[100000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)mote_rng_u64(&r);
    mote_sha256 want = mote_sha256_of(bytes, sizeof bytes);
    mote_hasher *h = NULL;
    T_OK(mote_hasher_create(&h, &err));
    for (int round = 0; round < 5; round++) { /* finish resets, so the hasher can go again */
        for (size_t at = 0; at < sizeof bytes;) {
            size_t n = mote_rng_below(&r, 5000);
            n = n < sizeof bytes - at ? n : sizeof bytes - at;
            mote_hasher_add(h, bytes + at, n);
            at += n;
        }
        mote_sha256 got = mote_hasher_finish(h);
        assert_true(mote_sha256_equal(&got, &want));
    }
    mote_hasher_destroy(h);
    mote_hasher_destroy(NULL);
}

static void fields_do_not_run_together(void **state)
{
    (void)state;
    mote_err err;
    mote_hasher *h = NULL;
    T_OK(mote_hasher_create(&h, &err));
    mote_hasher_add_str(h, "ab");
    mote_hasher_add_str(h, "c");
    mote_sha256 one = mote_hasher_finish(h);
    mote_hasher_add_str(h, "a");
    mote_hasher_add_str(h, "bc");
    mote_sha256 two = mote_hasher_finish(h);
    assert_false(mote_sha256_equal(&one, &two));
    mote_hasher_add_u64(h, 0x0102030405060708u);
    mote_sha256 number = mote_hasher_finish(h);
    mote_sha256 bytes = mote_sha256_of("\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    assert_true(mote_sha256_equal(&number, &bytes));
    mote_hasher_destroy(h);
}

static void hex_goes_there_and_back_and_nothing_else_is_read(void **state)
{
    (void)state;
    static const char good[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    mote_sha256 h;
    assert_true(mote_sha256_parse(good, &h));
    assert_hex(h, good);
    char bad[80];
    mote_sha256 same = h;
    for (size_t i = 0; i < 64; i++) {
        static const char wrong[] = {'g', 'A', ' ', '\0', '/', ':'};
        for (size_t k = 0; k < sizeof wrong; k++) {
            memcpy(bad, good, sizeof good);
            bad[i] = wrong[k];
            assert_false(mote_sha256_parse(bad, &same));
        }
    }
    snprintf(bad, sizeof bad, "%s0", good);
    assert_false(mote_sha256_parse(bad, &same));
    assert_false(mote_sha256_parse("", &same));
    assert_true(mote_sha256_equal(&same, &h));
}

/* The check value of CRC-32/ISO-HDLC, and an independent bit-by-bit computation. */
static void crc32_gives_the_standard_answers(void **state)
{
    (void)state;
    assert_int_equal(mote_crc32(0, "123456789", 9), 0xCBF43926u);
    assert_int_equal(mote_crc32(0, "", 0), 0);
    mote_rng r;
    mote_rng_init(&r, t_seed());
    uint8_t bytes[1000];
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)mote_rng_u64(&r);
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    assert_int_equal(mote_crc32(0, bytes, sizeof bytes), ~crc);
    assert_int_equal(mote_crc32(mote_crc32(0, bytes, 333), bytes + 333, sizeof bytes - 333), ~crc);
}

static void a_hasher_needs_memory(void **state)
{
    (void)state;
    mote_err err;
    mote_hasher *h = NULL;
    T_ALLOC_SWEEP(mote_hasher_create(&h, &err), assert_null(h));
    mote_hasher_destroy(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_standard_answers),
        cmocka_unit_test(pieces_hash_like_the_whole),
        cmocka_unit_test(fields_do_not_run_together),
        cmocka_unit_test(hex_goes_there_and_back_and_nothing_else_is_read),
        cmocka_unit_test(crc32_gives_the_standard_answers),
        cmocka_unit_test(a_hasher_needs_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
