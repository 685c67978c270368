/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by OpenSSL and CRC-32. Depends on mem and status; used by store, data, bundles.
 *
 * Its SHA256_Init, _Update and _Final, which OpenSSL 3 calls old, are used and not EVP: they keep
 * their state where we say and allocate nothing, so that a digest cannot run out of memory. EVP
 * looks the digest up and makes a context at every call, and each of the two can fail. The code
 * behind both is the same, with the processor's SHA instructions. */
#define OPENSSL_API_COMPAT 0x10100000L /* they are old to 3.0; not gone */
#include "base/hash.h"

#include <openssl/sha.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"

struct mote_hasher {
    SHA256_CTX state;
};

static void reset(mote_hasher *h)
{
    int ok = SHA256_Init(&h->state);
    MOTE_BUG_IF(ok != 1);
}

mote_status mote_hasher_create(mote_hasher **out, mote_err *err)
{
    mote_hasher *h = mote_alloc(1, sizeof *h);
    if (!h)
        return mote_fail(err, MOTE_NOMEM, "no memory for a hash");
    reset(h);
    *out = h;
    return MOTE_OK;
}

void mote_hasher_destroy(mote_hasher *h)
{
    mote_free(h);
}

void mote_hasher_add(mote_hasher *h, const void *bytes, size_t n)
{
    int ok = n ? SHA256_Update(&h->state, bytes, n) : 1;
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
    int ok = SHA256_Final(out.bytes, &h->state);
    MOTE_BUG_IF(ok != 1);
    reset(h);
    return out;
}

mote_sha256 mote_sha256_of(const void *bytes, size_t n)
{
    mote_sha256 out;
    SHA256_CTX state;
    int ok = SHA256_Init(&state) == 1 && (n == 0 || SHA256_Update(&state, bytes, n) == 1) &&
             SHA256_Final(out.bytes, &state) == 1;
    MOTE_BUG_IF(!ok);
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
        int hi = hex_value(hex[2 * i]); /* -1 at the 0 byte, so we never read behind it */
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

/* IEEE 802.3, clause 3.2.9: polynomial 0x04C11DB7, bit-reversed 0xEDB88320. Eight bytes a step
 * ("slicing by 8": Kounavis and Berry, IEEE ISCC 2005): tables[k][b] is the remainder of the byte b
 * followed by k zero bytes. The tables are computed once and then only read. */
static uint32_t tables[8][256];
static pthread_once_t tables_made = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        tables[0][b] = crc;
    }
    for (int k = 1; k < 8; k++) {
        for (uint32_t b = 0; b < 256; b++)
            tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 255];
    }
}

uint32_t mote_crc32(uint32_t seed, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint32_t crc = ~seed;
    (void)pthread_once(&tables_made, make_tables);
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                              (uint32_t)p[3] << 24);
        crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^
              tables[4][low >> 24] ^ tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^
              tables[0][p[7]];
    }
    for (; n > 0; n--, p++)
        crc = crc >> 8 ^ tables[0][(crc ^ *p) & 255];
    return ~crc;
}
