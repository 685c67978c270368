/* SPDX-License-Identifier: Apache-2.0 */
/* Decompression in portions, so that a bomb is noticed at the bound and not behind it. */
#include "web/http_body.h"

#include <string.h>
#include <zlib.h>

#define PORTION 16384

static bool is_coding(const char *s, size_t n, const char *name)
{
    if (strlen(name) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];
        if (c != name[i])
            return false;
    }
    return true;
}

mote_status http_coding_of(const char *header, http_coding *out, mote_err *err)
{
    size_t n = header ? strlen(header) : 0;
    while (n > 0 && (header[n - 1] == ' ' || header[n - 1] == '\t'))
        n--;
    if (n == 0 || is_coding(header, n, "identity"))
        *out = HTTP_CODING_NONE;
    else if (is_coding(header, n, "gzip") || is_coding(header, n, "x-gzip"))
        *out = HTTP_CODING_GZIP;
    else if (is_coding(header, n, "deflate"))
        *out = HTTP_CODING_DEFLATE;
    else
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "Content-Encoding '%.40s' is not taken: send gzip, deflate or no coding",
                         header);
    return MOTE_OK;
}

/* Is this the head of zlib's format? RFC 1950, section 2.2: CM is 8, FCHECK makes a multiple of 31.
 * Raw DEFLATE that looks like it would begin with a block that RFC 1951 does not know. */
static bool has_zlib_head(const unsigned char *b, size_t n)
{
    return n >= 2 && (b[0] & 15) == 8 && (b[0] * 256 + b[1]) % 31 == 0;
}

static mote_status fail_damaged(const z_stream *z, mote_err *err)
{
    return mote_fail(err, MOTE_PARSE, "the compressed body is damaged: %s",
                     z->msg ? z->msg : "it ends too early");
}

static mote_status add(mote_buf *out, const char *bytes, size_t n, mote_err *err)
{
    mote_buf_add(out, bytes, n);
    if (out->status == MOTE_LIMIT)
        return mote_fail(err, MOTE_LIMIT,
                         "the request's body is longer than the limit of %zu bytes when it is "
                         "decompressed",
                         out->max_bytes);
    return mote_buf_status(out, err);
}

static mote_status inflate_all(z_stream *z, bool may_repeat, mote_buf *out, mote_err *err)
{
    char portion[PORTION];
    for (;;) {
        z->next_out = (unsigned char *)portion;
        z->avail_out = sizeof portion;
        int e = inflate(z, Z_NO_FLUSH);
        MOTE_TRY(add(out, portion, sizeof portion - z->avail_out, err));
        if (e == Z_STREAM_END && z->avail_in == 0)
            return MOTE_OK;
        if (e == Z_STREAM_END && may_repeat) {
            if (inflateReset(z) != Z_OK)
                return mote_fail(err, MOTE_NOMEM, "no memory to decompress");
            continue;
        }
        if (e == Z_STREAM_END)
            return mote_fail(err, MOTE_PARSE, "%u bytes follow the compressed body", z->avail_in);
        if (e == Z_MEM_ERROR)
            return mote_fail(err, MOTE_NOMEM, "no memory to decompress");
        if (e != Z_OK || (z->avail_in == 0 && z->avail_out > 0))
            return fail_damaged(z, err);
    }
}

mote_status http_body_decode(http_coding coding, const char *bytes, size_t n, mote_buf *out,
                             mote_err *err)
{
    z_stream z = {0};
    bool is_raw = coding == HTTP_CODING_DEFLATE && !has_zlib_head((const unsigned char *)bytes, n);
    int window = coding == HTTP_CODING_GZIP ? 15 + 16 : is_raw ? -15 : 15;
    if (n > UINT32_MAX)
        return mote_fail(err, MOTE_LIMIT, "the compressed body is too long");
    if (inflateInit2(&z, window) != Z_OK)
        return mote_fail(err, MOTE_NOMEM, "no memory to decompress");
    z.next_in = (z_const unsigned char *)(uintptr_t)bytes;
    z.avail_in = (unsigned)n;
    mote_status st = inflate_all(&z, coding == HTTP_CODING_GZIP, out, err);
    (void)inflateEnd(&z);
    if (st != MOTE_OK) {
        size_t max_bytes = out->max_bytes;
        mote_buf_release(out);
        mote_buf_init(out, max_bytes);
    }
    return st;
}
