/* SPDX-License-Identifier: Apache-2.0 */
/* Images: which decoder, limits, orientation, fitting. */
#include "data/image.h"

#include <string.h>

#include "base/mem.h"
#include "data/filetype.h"
#include "data/image_internal.h"

const char *mote_image_format_name(mote_image_format f)
{
    static const char *const names[] = {"PNG", "JPEG", "BMP", "PNM", "unknown"};
    return names[f];
}

mote_image_config mote_image_config_default(void)
{
    return (mote_image_config){
        .max_bytes = (size_t)64 << 20, .max_pixels = MRT_RESIZE_MAX_PIXELS, .background = 255};
}

static mote_image_format recognise(const void *bytes, size_t n)
{
    const uint8_t *d = bytes;
    if (n >= 8 && memcmp(d, "\x89PNG\r\n\x1a\n", 8) == 0)
        return MOTE_IMAGE_PNG;
    if (n >= 3 && memcmp(d, "\xff\xd8\xff", 3) == 0)
        return MOTE_IMAGE_JPEG;
    if (n >= 18 && d[0] == 'B' && d[1] == 'M' && d[15] == 0 && d[16] == 0 && d[17] == 0 &&
        (d[14] == 12 || (d[14] >= 40 && d[14] <= 124)))
        return MOTE_IMAGE_BMP;
    if (n >= 3 && d[0] == 'P' && d[1] >= '1' && d[1] <= '6' &&
        (d[2] == ' ' || d[2] == '\n' || d[2] == '\r' || d[2] == '\t' || d[2] == '#'))
        return MOTE_IMAGE_PNM;
    return MOTE_N_IMAGE_FORMATS;
}

void mote_image_release(mote_image *image)
{
    mote_free(image->pixels);
    *image = (mote_image){0};
}

mote_status mote_image_begin(mote_image_job *job, int64_t width, int64_t height, int32_t n_channels,
                             mote_err *err)
{
    if (width < 1 || height < 1)
        return mote_fail(err, MOTE_CORRUPT, "'%s' is an image of %lld x %lld pixels", job->what,
                         (long long)width, (long long)height);
    if (width > 65535 || height > 65535 || width * height > job->cfg->max_pixels)
        return mote_fail(err, MOTE_LIMIT,
                         "'%s' is an image of %lld x %lld pixels, %lld in all and 65535 a side are "
                         "the limit; make it smaller",
                         job->what, (long long)width, (long long)height,
                         (long long)job->cfg->max_pixels);
    job->image.pixels = mote_alloc_zero((size_t)(width * height), (size_t)n_channels);
    if (!job->image.pixels)
        return mote_fail(err, MOTE_NOMEM, "'%s': an image of %lld x %lld pixels", job->what,
                         (long long)width, (long long)height);
    job->image.width = (int32_t)width;
    job->image.height = (int32_t)height;
    job->image.n_channels = n_channels;
    return MOTE_OK;
}

/* EXIF orientation o of a w x h picture: where the pixel of the upright picture at (x, y) comes
 * from. 2 mirrored, 3 turned by 180, 4 both, 5 transposed, 6 to be turned right, 7 transversed, 8
 * left. */
static size_t source_of(int32_t o, int32_t w, int32_t h, int32_t x, int32_t y)
{
    int32_t sx = o >= 5 ? y : x, sy = o >= 5 ? x : y;
    if (o == 2 || o == 3 || o == 7 || o == 8)
        sx = w - 1 - sx;
    if (o == 3 || o == 4 || o == 6 || o == 7)
        sy = h - 1 - sy;
    return (size_t)sy * (size_t)w + (size_t)sx;
}

static mote_status turn_upright(mote_image_job *job, mote_err *err)
{
    mote_image *im = &job->image;
    int32_t o = job->info.orientation, w = im->width, h = im->height;
    size_t n_channels = (size_t)im->n_channels;
    if (o < 2 || o > 8)
        return MOTE_OK;
    uint8_t *out = mote_alloc((size_t)w * (size_t)h, n_channels);
    if (!out)
        return mote_fail(err, MOTE_NOMEM, "'%s': an image of %d x %d pixels", job->what, w, h);
    int32_t out_w = o >= 5 ? h : w, out_h = o >= 5 ? w : h;
    uint8_t *to = out;
    for (int32_t y = 0; y < out_h; y++) {
        for (int32_t x = 0; x < out_w; x++, to += n_channels)
            memcpy(to, im->pixels + source_of(o, w, h, x, y) * n_channels, n_channels);
    }
    mote_free(im->pixels);
    *im = (mote_image){out, out_w, out_h, im->n_channels};
    return MOTE_OK;
}

static mote_status decode_as(mote_image_job *job, mote_err *err)
{
    switch (job->info.format) {
    case MOTE_IMAGE_PNG:
        return mote_image_png(job, err);
    case MOTE_IMAGE_JPEG:
        return mote_image_jpeg(job, err);
    case MOTE_IMAGE_BMP:
        return mote_image_bmp(job, err);
    case MOTE_IMAGE_PNM:
        return mote_image_pnm(job, err);
    case MOTE_N_IMAGE_FORMATS:
    default:
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s' is no image that is read (PNG, JPEG, BMP, PGM, PPM): it is %s",
                         job->what, mote_filetype_name(mote_filetype_of(job->bytes, job->n)));
    }
}

mote_status mote_image_decode(const mote_file_bytes *file, const mote_image_config *cfg,
                              mote_image *out, mote_image_info *info, mote_err *err)
{
    mote_image_config chosen = cfg ? *cfg : mote_image_config_default();
    mote_image_job job = {.bytes = file->bytes, .n = file->n, .what = file->name, .cfg = &chosen};
    if (file->n > chosen.max_bytes)
        return mote_fail(err, MOTE_LIMIT, "'%s' has %zu bytes, %zu are the limit", file->name,
                         file->n, chosen.max_bytes);
    if (chosen.max_pixels < 1 || chosen.max_pixels > MRT_RESIZE_MAX_PIXELS)
        return mote_fail(err, MOTE_ARG, "max_pixels is %lld, 1 to %d", (long long)chosen.max_pixels,
                         MRT_RESIZE_MAX_PIXELS);
    job.info.format = recognise(file->bytes, file->n);
    job.info.orientation = 1;
    mote_status st = decode_as(&job, err);
    if (st == MOTE_OK)
        st = turn_upright(&job, err);
    if (st != MOTE_OK) {
        mote_image_release(&job.image);
        return st;
    }
    *out = job.image;
    if (info)
        *info = job.info;
    return MOTE_OK;
}

mote_status mote_image_fit(const mote_image *image, const mrt_picture_form *form, uint8_t *out,
                           mote_err *err)
{
    MOTE_BUG_IF(form->width < 1 || form->height < 1 || form->width > 65535 || form->height > 65535);
    MOTE_BUG_IF(form->n_channels != 1 && form->n_channels != 3);
    const mrt_picture in = {image->pixels, image->width, image->height, image->n_channels};
    MOTE_SCOPED_FREE uint8_t *grey = NULL;
    if (image->n_channels == 3 && form->n_channels == 1) {
        grey = mote_alloc((size_t)image->width * (size_t)image->height, 1);
        if (!grey)
            return mote_fail(err, MOTE_NOMEM, "an image of %d x %d pixels", (int)image->width,
                             (int)image->height);
    }
    mrt_picture_fit(&in, form, grey, out);
    return MOTE_OK;
}
