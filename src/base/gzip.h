/* SPDX-License-Identifier: Apache-2.0 */
/* gzip, read (RFC 1952): bounded by what may come out of it. Depends on zlib. */
#ifndef MOTE_BASE_GZIP_H
#define MOTE_BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/text.h"

/* Unpack bytes[0..n), of one or more members, behind what is in *out (whose max_bytes is the
 * limit). Errors: CORRUPT damaged or cut off, LIMIT, NOMEM. */
MOTE_MUST_USE mote_status mote_gunzip(const void *bytes, size_t n, mote_buf *out, mote_err *err);

/* The first bytes of what is packed, from the first bytes of the file: how many could be had. */
size_t mote_gunzip_head(const void *bytes, size_t n, void *out, size_t out_bytes);

#endif
