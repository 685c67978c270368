/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing: bytes that only the holder of a key can read, and that show when they were changed.
 *
 * AES-256 in Galois/Counter Mode (NIST SP 800-38D) by OpenSSL EVP, with a random nonce of 96 bits
 * for each sealing (8.2.2; so at most 2^32 sealings under one key), and a tag of 128 bits:
 *
 *     sealed = nonce (12) | ciphertext (n) | tag (16)
 *
 * To destroy the key is to destroy what it sealed. Depends on OpenSSL. Used by serve/. */
#ifndef MOTE_BASE_SEAL_H
#define MOTE_BASE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"

#define MOTE_SEAL_EXTRA_BYTES 28 /* nonce and tag */

typedef struct {
    uint8_t bytes[32];
} mote_seal_key;

/* Bytes nobody can foretell, for keys. */
MOTE_MUST_USE mote_status mote_random_bytes(void *out, size_t n, mote_err *err);

/* The key, and what a sealed record is bound to: it opens with the same bytes only. */
typedef struct {
    const mote_seal_key *key;
    const void *bound;
    size_t n_bound;
} mote_seal_with;

/* out takes n + MOTE_SEAL_EXTRA_BYTES. `bound` says what the bytes belong to: it is not kept, and
 * needed, the same, to open them again. */
MOTE_MUST_USE mote_status mote_seal(const mote_seal_with *with, const void *plain, size_t n,
                                    uint8_t *out, mote_err *err);

/* The reverse; out takes n_sealed - MOTE_SEAL_EXTRA_BYTES. CORRUPT, and out holds nothing of it,
 * when key, `bound` or bytes are not those of the sealing. */
MOTE_MUST_USE mote_status mote_unseal(const mote_seal_with *with, const void *sealed,
                                      size_t n_sealed, uint8_t *out, mote_err *err);

/* HMAC-SHA-256 (RFC 2104): a name that only the holder of the key can give to a text. */
MOTE_MUST_USE mote_status mote_keyed_hash(const mote_seal_key *key, const void *bytes, size_t n,
                                          mote_sha256 *out, mote_err *err);

void mote_wipe(void *p, size_t n); /* zeros that no compiler leaves out */

#endif
