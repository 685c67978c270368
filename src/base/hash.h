/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (OpenSSL): the name of every byte string that Mote keeps. CRC-32 for sections of
 * files. */
#ifndef MOTE_BASE_HASH_H
#define MOTE_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    uint8_t bytes[32];
} mote_sha256;
#define MOTE_SHA256_HEX_BYTES 65 /* 64 digits and the 0 */

typedef struct mote_hasher mote_hasher; /* incremental; create, add.., finish, destroy */
MOTE_MUST_USE mote_status mote_hasher_create(mote_hasher **out, mote_err *err);
void mote_hasher_add(mote_hasher *h, const void *bytes, size_t n);
/* Length first, so that neighbouring fields cannot run together. */
void mote_hasher_add_str(mote_hasher *h, const char *s);
void mote_hasher_add_u64(mote_hasher *h, uint64_t x);
mote_sha256 mote_hasher_finish(mote_hasher *h); /* and reset */
void mote_hasher_destroy(mote_hasher *h);

mote_sha256 mote_sha256_of(const void *bytes, size_t n);
void mote_sha256_hex(const mote_sha256 *h, char out[MOTE_SHA256_HEX_BYTES]);
bool mote_sha256_parse(const char *hex, mote_sha256 *out); /* exactly 64 lower-case digits */
bool mote_sha256_equal(const mote_sha256 *a, const mote_sha256 *b);

uint32_t mote_crc32(uint32_t seed, const void *bytes, size_t n); /* IEEE 802.3, seed 0 to start */

#endif
