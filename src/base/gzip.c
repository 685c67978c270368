/* SPDX-License-Identifier: Apache-2.0 */
/* gzip, read: see gzip.h. */
#include "base/gzip.h"

#include <stdint.h>
#include <zlib.h>

#define PORTION     65536
#define GZIP_WINDOW (15 + 16) /* with gzip's head alone */
#define MOST_INPUT  ((size_t)1 << 30)

static bool begin(z_stream *z, const void *bytes, size_t n)
{
    *z = (z_stream){0};
    z->next_in = (z_const unsigned char *)(uintptr_t)bytes;
    z->avail_in = (unsigned)n;
    return inflateInit2(z, GZIP_WINDOW) == Z_OK;
}

static mote_status inflate_all(z_stream *z, mote_buf *out, mote_err *err)
{
    char portion[PORTION];
    for (;;) {
        z->next_out = (unsigned char *)portion;
        z->avail_out = sizeof portion;
        int e = inflate(z, Z_NO_FLUSH);
        mote_buf_add(out, portion, sizeof portion - z->avail_out);
        MOTE_TRY(mote_buf_status(out, err));
        if (e == Z_STREAM_END && z->avail_in == 0)
            return MOTE_OK;
        if (e == Z_STREAM_END && inflateReset(z) == Z_OK)
            continue; /* another member */
        if (e == Z_MEM_ERROR)
            return mote_fail(err, MOTE_NOMEM, "no memory to unpack");
        if (e != Z_OK || (z->avail_in == 0 && z->avail_out > 0))
            return mote_fail(err, MOTE_CORRUPT, "the gzip archive is damaged: %s",
                             z->msg ? z->msg : "it ends too early");
    }
}

mote_status mote_gunzip(const void *bytes, size_t n, mote_buf *out, mote_err *err)
{
    z_stream z;
    if (n > MOST_INPUT)
        return mote_fail(err, MOTE_LIMIT, "the gzip archive has more than %zu bytes", MOST_INPUT);
    if (!begin(&z, bytes, n))
        return mote_fail(err, MOTE_NOMEM, "no memory to unpack");
    mote_status st = inflate_all(&z, out, err);
    (void)inflateEnd(&z);
    return st;
}

size_t mote_gunzip_head(const void *bytes, size_t n, void *out, size_t out_bytes)
{
    z_stream z;
    if (n > MOST_INPUT || out_bytes > MOST_INPUT || !begin(&z, bytes, n))
        return 0;
    z.next_out = out;
    z.avail_out = (unsigned)out_bytes;
    (void)inflate(&z, Z_SYNC_FLUSH); /* what it could before it failed is what there is */
    size_t got = out_bytes - z.avail_out;
    (void)inflateEnd(&z);
    return got;
}
