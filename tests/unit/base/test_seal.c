/* SPDX-License-Identifier: Apache-2.0 */
/* base/seal: what is sealed opens with its key and its place only, and published vectors hold. */
#include "tests/support.h"

#include "base/seal.h"

static void what_is_sealed_opens_with_its_key_and_place_only(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_seal_key key, other;
    T_OK(mote_random_bytes(&key, sizeof key, &err));
    T_OK(mote_random_bytes(&other, sizeof other, &err));
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 100000};
    for (size_t i = 0; i < T_COUNT(sizes); i++) {
        size_t n = sizes[i];
        uint8_t *plain = malloc(n + 1), *sealed = malloc(n + MOTE_SEAL_EXTRA_BYTES),
                *again = malloc(n + MOTE_SEAL_EXTRA_BYTES), *back = malloc(n + 1);
        T_OK(mote_random_bytes(plain, n, &err));
        T_OK(mote_seal(&(mote_seal_with){&key, "place", 5}, plain, n, sealed, &err));
        T_OK(mote_seal(&(mote_seal_with){&key, "place", 5}, plain, n, again, &err));
        assert_memory_not_equal(sealed, again, n + MOTE_SEAL_EXTRA_BYTES); /* a nonce of its own */
        size_t n_sealed = n + MOTE_SEAL_EXTRA_BYTES;
        T_OK(mote_unseal(&(mote_seal_with){&key, "place", 5}, sealed, n_sealed, back, &err));
        assert_memory_equal(plain, back, n);
        assert_int_equal(
            mote_unseal(&(mote_seal_with){&other, "place", 5}, sealed, n_sealed, back, &err),
            MOTE_CORRUPT);
        assert_int_equal(
            mote_unseal(&(mote_seal_with){&key, "plac", 4}, sealed, n_sealed, back, &err),
            MOTE_CORRUPT);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(back[k], 0); /* nothing of it is handed out */
        for (size_t at = 0; at < n_sealed; at += 1 + n_sealed / 50) {
            sealed[at] ^= 1;
            assert_int_equal(
                mote_unseal(&(mote_seal_with){&key, "place", 5}, sealed, n_sealed, back, &err),
                MOTE_CORRUPT);
            sealed[at] ^= 1;
        }
        for (size_t cut = 0; cut < n_sealed; cut += 1 + n_sealed / 50)
            assert_int_equal(
                mote_unseal(&(mote_seal_with){&key, "place", 5}, sealed, cut, back, &err),
                MOTE_CORRUPT);
        free(plain);
        free(sealed);
        free(again);
        free(back);
    }
}

static void from_hex(const char *hex, uint8_t *out)
{
    for (size_t i = 0; hex[2 * i]; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        out[i] = (uint8_t)strtol(two, NULL, 16);
    }
}

/* The Galois/Counter Mode of Operation (McGrew, Viega), test case 16: AES-256, 96-bit nonce. */
static void a_published_vector_opens(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_seal_key key;
    uint8_t bound[20], sealed[12 + 60 + 16], plain[60], want[60];
    from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key.bytes);
    from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", bound);
    from_hex("cafebabefacedbaddecaf888"
             "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
             "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
             "76fc6ece0f4e1768cddf8853bb2d551b",
             sealed);
    from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
             "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
             want);
    T_OK(mote_unseal(&(mote_seal_with){&key, bound, sizeof bound}, sealed, sizeof sealed, plain,
                     &err));
    assert_memory_equal(plain, want, sizeof want);
}

/* RFC 4231, test case 1 has a key of 20 bytes; ours have 32, of which HMAC pads the rest with
 * zeros alike. */
static void the_keyed_hash_is_hmac_sha_256(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_seal_key key = {{0}};
    mote_sha256 h;
    uint8_t want[32];
    memset(key.bytes, 0x0b, 20);
    T_OK(mote_keyed_hash(&key, "Hi There", 8, &h, &err));
    from_hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", want);
    assert_memory_equal(h.bytes, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens_with_its_key_and_place_only),
        cmocka_unit_test(a_published_vector_opens),
        cmocka_unit_test(the_keyed_hash_is_hmac_sha_256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
