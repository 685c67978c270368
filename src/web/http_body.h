/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies that come compressed: Content-Encoding gzip and deflate (RFC 9110, section 8.4.1).
 *
 * Private to web/http*.c. Depends on base/, zlib. */
#ifndef MOTE_WEB_HTTP_BODY_H
#define MOTE_WEB_HTTP_BODY_H

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"

typedef enum { HTTP_CODING_NONE, HTTP_CODING_GZIP, HTTP_CODING_DEFLATE } http_coding;

/* What a Content-Encoding header names; NULL and "identity" are none. UNSUPPORTED: another coding,
 * or more than one (each more is another factor of 1000 that a few bytes can grow by). */
MOTE_MUST_USE mote_status http_coding_of(const char *header, http_coding *out, mote_err *err);

/* Undo the coding of bytes[0..n) into *out (empty, max_bytes its bound). "deflate" is zlib's format
 * (RFC 1950), and raw DEFLATE as some clients send it. A gzip file of several members is taken.
 * LIMIT when the result does not fit; PARSE when the bytes are damaged, cut short or followed by
 * more. *out is emptied on error. */
MOTE_MUST_USE mote_status http_body_decode(http_coding coding, const char *bytes, size_t n,
                                           mote_buf *out, mote_err *err);

#endif
