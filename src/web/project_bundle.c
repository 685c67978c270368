/* SPDX-License-Identifier: Apache-2.0 */
/* GET a registered version as the bundle that is flashed and served: its bytes, in pieces. */
#include <string.h>

#include "base/file.h"
#include "track/registry.h"
#include "web/project_internal.h"

#define PIECE_BYTES      ((size_t)128 * 1024)
#define MAX_BUNDLE_BYTES ((size_t)1 << 30)

/* A file that is read as the client takes it, or, of an object that is kept compressed, the bytes
 * of it. */
typedef struct {
    FILE *f;
    char *bytes;
    size_t n, at;
} download;

static mote_status next_piece(void *arg, mote_buf *piece, mote_err *err)
{
    download *d = arg;
    char some[4096];
    size_t n = d->n - d->at < PIECE_BYTES ? d->n - d->at : PIECE_BYTES;
    d->at += n;
    if (d->bytes) {
        mote_buf_add(piece, d->bytes + d->at - n, n);
        return MOTE_OK;
    }
    while (n > 0) {
        size_t got = fread(some, 1, n < sizeof some ? n : sizeof some, d->f);
        if (got == 0)
            return mote_fail(err, MOTE_IO, "the bundle's file became shorter");
        mote_buf_add(piece, some, got);
        n -= got;
    }
    return MOTE_OK;
}

static void release(void *arg)
{
    download *d = arg;
    mote_file_scoped(&d->f);
    mote_free(d->bytes);
    mote_free(d);
}

static mote_status open_object(mote_store *s, const mote_sha256 *id, mote_arena *a, download *d,
                               mote_err *err)
{
    char *path = NULL;
    mote_object_info info;
    MOTE_TRY(mote_object_stat(s, id, &info, err));
    mote_status st = mote_object_path(s, id, a, &path, err);
    if (st == MOTE_UNSUPPORTED) /* compressed */
        return mote_object_get(s, id, MAX_BUNDLE_BYTES, &d->bytes, &d->n, err);
    if (st != MOTE_OK)
        return st;
    d->n = (size_t)info.size_bytes;
    return mote_file_open(&d->f, path, "rb", err);
}

static mote_status find_bundle(mote_project_api *p, const mote_http_request *rq,
                               const char *const *params, download *d, mote_sha256 *id,
                               mote_err *err)
{
    mote_store *s = NULL;
    int64_t number = 0;
    mote_model_version v;
    if (!mote_parse_i64(params[1], strlen(params[1]), &number))
        return mote_fail(err, MOTE_NOT_FOUND,
                         "model '%.100s' has no version '%.100s': versions of the registry are "
                         "numbers",
                         params[0], params[1]);
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_registry_get(s, params[0], number, rq->arena, &v, err));
    *id = v.bundle;
    return open_object(s, id, rq->arena, d, err);
}

void mote_project_api_bundle(void *context, const mote_http_request *rq, const char *const *params,
                             mote_http_reply *rp)
{
    mote_err err = {0};
    mote_sha256 id;
    char hex[MOTE_SHA256_HEX_BYTES];
    download *d = mote_alloc_zero(1, sizeof *d);
    if (!d) {
        mote_http_reply_error(rp, 503, "out of memory");
        return;
    }
    if (find_bundle(context, rq, params, d, &id, &err) != MOTE_OK) {
        release(d);
        mote_http_reply_err(rp, &err);
        return;
    }
    mote_sha256_hex(&id, hex);
    rp->content_type = "application/octet-stream";
    mote_buf_printf(rp->headers, "ETag: \"%s\"\r\nX-Content-Type-Options: nosniff\r\n", hex);
    rp->pull = (mote_http_pull){next_piece, release, d, (int64_t)d->n};
}
