/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM, HMAC and random bytes by OpenSSL. */
#include "base/seal.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#include "base/mem.h"

#define NONCE_BYTES 12
#define TAG_BYTES   16

static void free_cipher(EVP_CIPHER_CTX **c)
{
    EVP_CIPHER_CTX_free(*c); /* wipes the key schedule */
}
#define SCOPED_CIPHER __attribute__((cleanup(free_cipher))) EVP_CIPHER_CTX

mote_status mote_random_bytes(void *out, size_t n, mote_err *err)
{
    MOTE_BUG_IF(n > INT_MAX);
    if (RAND_priv_bytes(out, (int)n) != 1)
        return mote_fail(err, MOTE_IO, "the system gives no random bytes");
    return MOTE_OK;
}

mote_status mote_seal(const mote_seal_with *with, const void *plain, size_t n, uint8_t *out,
                      mote_err *err)
{
    if (n > INT_MAX - MOTE_SEAL_EXTRA_BYTES || with->n_bound > INT_MAX)
        return mote_fail(err, MOTE_LIMIT, "%zu bytes are too many to seal at once", n);
    MOTE_TRY(mote_random_bytes(out, NONCE_BYTES, err));
    SCOPED_CIPHER *c = EVP_CIPHER_CTX_new();
    int k = 0, end = 0;
    uint8_t *to = out + NONCE_BYTES;
    if (!c || EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, with->key->bytes, out) != 1 ||
        EVP_EncryptUpdate(c, NULL, &k, with->bound, (int)with->n_bound) != 1 ||
        EVP_EncryptUpdate(c, to, &k, plain, (int)n) != 1 ||
        EVP_EncryptFinal_ex(c, to + k, &end) != 1 ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, to + n) != 1)
        return mote_fail(err, MOTE_NOMEM, "no memory to seal %zu bytes", n);
    return MOTE_OK;
}

mote_status mote_unseal(const mote_seal_with *with, const void *sealed, size_t n_sealed,
                        uint8_t *out, mote_err *err)
{
    if (n_sealed < MOTE_SEAL_EXTRA_BYTES || n_sealed > INT_MAX || with->n_bound > INT_MAX)
        return mote_fail(err, MOTE_CORRUPT, "%zu bytes are no sealed record", n_sealed);
    const uint8_t *in = sealed;
    size_t n = n_sealed - MOTE_SEAL_EXTRA_BYTES;
    uint8_t tag[TAG_BYTES];
    memcpy(tag, in + NONCE_BYTES + n, sizeof tag);
    SCOPED_CIPHER *c = EVP_CIPHER_CTX_new();
    int k = 0, end = 0;
    if (!c || EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, with->key->bytes, in) != 1 ||
        EVP_DecryptUpdate(c, NULL, &k, with->bound, (int)with->n_bound) != 1 ||
        EVP_DecryptUpdate(c, out, &k, in + NONCE_BYTES, (int)n) != 1 ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) != 1)
        return mote_fail(err, MOTE_NOMEM, "no memory to open %zu sealed bytes", n_sealed);
    if (EVP_DecryptFinal_ex(c, out + k, &end) != 1) {
        mote_wipe(out, n);
        return mote_fail(err, MOTE_CORRUPT, "sealed bytes do not open with this key");
    }
    return MOTE_OK;
}

mote_status mote_keyed_hash(const mote_seal_key *key, const void *bytes, size_t n, mote_sha256 *out,
                            mote_err *err)
{
    unsigned int len = 0;
    if (!HMAC(EVP_sha256(), key->bytes, sizeof key->bytes, bytes, n, out->bytes, &len) ||
        len != sizeof out->bytes)
        return mote_fail(err, MOTE_NOMEM, "no memory for a keyed hash");
    return MOTE_OK;
}

void mote_wipe(void *p, size_t n)
{
    OPENSSL_cleanse(p, n);
}
