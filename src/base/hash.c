/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by OpenSSL and CRC-32. Depends on mem and status; used by store, data, bundles.
 *
 * OpenSSL's digest calls can only fail by running out of memory for their small context, which is
 * reported where a context is made; later failures would be a broken library and stop us. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/mem.h"

struct mote_hasher {
    EVP_MD_CTX *ctx;
};

mote_status mote_hasher_create(mote_hasher **out, mote_err *err)
{
    mote_hasher *h = mote_alloc(1, sizeof *h);
    if (!h)
        return mote_fail(err, MOTE_NOMEM, "no memory for a hash");
    h->ctx = EVP_MD_CTX_new();
    if (!h->ctx || EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1) {
        mote_hasher_destroy(h);
        return mote_fail(err, MOTE_NOMEM, "no memory for a hash");
    }
    *out = h;
    return MOTE_OK;
}

void mote_hasher_destroy(mote_hasher *h)
{
    if (!h)
        return;
    EVP_MD_CTX_free(h->ctx);
    mote_free(h);
}

void mote_hasher_reset(mote_hasher *h)
{
    int ok = EVP_DigestInit_ex(h->ctx, NULL, NULL);
    MOTE_BUG_IF(ok != 1);
}

void mote_hasher_add(mote_hasher *h, const void *bytes, size_t n)
{
    int ok = n ? EVP_DigestUpdate(h->ctx, bytes, n) : 1;
    MOTE_BUG_IF(ok != 1);
}

void mote_hasher_add_u64(mote_hasher *h, uint64_t x)
{
    uint8_t le[8];
    for (int i = 0; i < 8; i++)
        le[i] = (uint8_t)(x >> (8 * i));
    mote_hasher_add(h, le, sizeof le);
}

void mote_hasher_add_str(mote_hasher *h, const char *s)
{
    size_t n = strlen(s);
    mote_hasher_add_u64(h, n);
    mote_hasher_add(h, s, n);
}

mote_sha256 mote_hasher_finish(mote_hasher *h)
{
    mote_sha256 out;
    int ok = EVP_DigestFinal_ex(h->ctx, out.bytes, NULL);
    MOTE_BUG_IF(ok != 1);
    mote_hasher_reset(h);
    return out;
}

mote_sha256 mote_sha256_of(const void *bytes, size_t n)
{
    mote_sha256 out;
    int ok = EVP_Digest(n ? bytes : "", n, out.bytes, NULL, EVP_sha256(), NULL);
    MOTE_BUG_IF(ok != 1);
    return out;
}

void mote_sha256_hex(const mote_sha256 *h, char out[MOTE_SHA256_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof h->bytes; i++) {
        out[2 * i] = digits[h->bytes[i] >> 4];
        out[2 * i + 1] = digits[h->bytes[i] & 15];
    }
    out[2 * sizeof h->bytes] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mote_sha256_parse(const char *hex, mote_sha256 *out)
{
    mote_sha256 h;
    for (size_t i = 0; i < sizeof h.bytes; i++) {
        int hi = hex_value(hex[2 * i]);  /* -1 at the 0 byte, so we never read behind it */
        int lo = hi < 0 ? -1 : hex_value(hex[2 * i + 1]);
        if (lo < 0)
            return false;
        h.bytes[i] = (uint8_t)(hi << 4 | lo);
    }
    if (hex[2 * sizeof h.bytes] != '\0')
        return false;
    *out = h;
    return true;
}

bool mote_sha256_equal(const mote_sha256 *a, const mote_sha256 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* IEEE 802.3, clause 3.2.9: polynomial 0x04C11DB7, bit-reversed 0xEDB88320, four bits a step
 * (the table is the remainder of each nibble). */
uint32_t mote_crc32(uint32_t seed, const void *bytes, size_t n)
{
    static const uint32_t table[16] = {
        0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
        0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
        0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu};
    const uint8_t *p = bytes;
    uint32_t crc = ~seed;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
