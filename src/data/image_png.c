/* SPDX-License-Identifier: Apache-2.0 */
/* PNG by libpng: palette resolved, grey kept, 16 bits scaled to 8, alpha laid on the background.
 * libpng leaves by longjmp; everything that must outlive that is in the job and in `png` below. */
#include <png.h>
#include <setjmp.h>
#include <string.h>

#include "base/mem.h"
#include "data/image_internal.h"

typedef struct {
    mote_image_job *job;
    mote_err *err;
    mote_status st;
    size_t at;
    int64_t row;     /* that is being read; -1: before the first */
    uint8_t *raw;    /* [height][width][raw_channels], with alpha; owned */
    png_bytep *rows; /* owned */
    int raw_channels;
    bool has_alpha;
    png_structp read;
    png_infop info;
} png;

static void on_error(png_structp read, png_const_charp message)
{
    png *p = png_get_error_ptr(read);
    if (p->st == MOTE_OK)
        p->st = p->at > p->job->n
                    ? mote_fail(p->err, MOTE_CORRUPT, "'%s' ends early: it is cut off at byte %zu",
                                p->job->what, p->job->n)
                    : mote_fail(p->err, MOTE_CORRUPT, "'%s' is damaged near byte %zu: %s",
                                p->job->what, p->at, message);
    png_longjmp(read, 1);
}

static void on_warning(png_structp read, png_const_charp message)
{
    (void)read;
    (void)message; /* of what has no bearing on pixels: colour profiles, times */
}

static void on_read(png_structp read, png_bytep out, size_t n)
{
    png *p = png_get_io_ptr(read);
    if (n > p->job->n - p->at) {
        p->at = p->job->n + 1;
        png_error(read, "the end");
    }
    memcpy(out, p->job->bytes + p->at, n);
    p->at += n;
}

static png_voidp on_alloc(png_structp read, png_alloc_size_t n)
{
    (void)read;
    return mote_alloc(n, 1);
}

static void on_free(png_structp read, png_voidp ptr)
{
    (void)read;
    mote_free(ptr);
}

/* Say what rows should look like: 8 bits, grey or RGB, with alpha or not. */
static void ask_for_8_bits(png *p)
{
    png_byte type = png_get_color_type(p->read, p->info);
    bool has_trns = png_get_valid(p->read, p->info, PNG_INFO_tRNS) != 0;
    p->job->info.bits = png_get_bit_depth(p->read, p->info);
    p->job->info.has_palette = type == PNG_COLOR_TYPE_PALETTE;
    p->has_alpha = has_trns || (type & PNG_COLOR_MASK_ALPHA) != 0;
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(p->read);
    else if (!(type & PNG_COLOR_MASK_COLOR) && p->job->info.bits < 8)
        png_set_expand_gray_1_2_4_to_8(p->read);
    if (has_trns)
        png_set_tRNS_to_alpha(p->read);
    if (p->job->info.bits == 16)
        png_set_scale_16(p->read);
    p->job->info.has_alpha = p->has_alpha;
    p->job->info.n_channels = type & PNG_COLOR_MASK_COLOR ? 3 : 1;
    p->job->info.is_interlaced = png_get_interlace_type(p->read, p->info) != PNG_INTERLACE_NONE;
    (void)png_set_interlace_handling(p->read);
    png_read_update_info(p->read, p->info);
    p->raw_channels = png_get_channels(p->read, p->info);
}

static mote_status take_memory(png *p)
{
    mote_image_job *job = p->job;
    int64_t width = png_get_image_width(p->read, p->info);
    int64_t height = png_get_image_height(p->read, p->info);
    job->info.width = (int32_t)width;
    job->info.height = (int32_t)height;
    MOTE_TRY(mote_image_begin(job, width, height, job->info.n_channels, p->err));
    if (p->raw_channels != job->info.n_channels + p->has_alpha ||
        png_get_rowbytes(p->read, p->info) != (size_t)width * (size_t)p->raw_channels)
        return mote_fail(p->err, MOTE_BUG, "'%s': %d channels", job->what, p->raw_channels);
    if (p->has_alpha)
        p->raw = mote_alloc((size_t)(width * height), (size_t)p->raw_channels);
    p->rows = mote_alloc((size_t)height, sizeof *p->rows);
    if (!p->rows || (p->has_alpha && !p->raw))
        return mote_fail(p->err, MOTE_NOMEM, "'%s'", job->what);
    uint8_t *pixels = p->has_alpha ? p->raw : job->image.pixels;
    for (int64_t y = 0; y < height; y++)
        p->rows[y] = pixels + (size_t)(y * width) * (size_t)p->raw_channels;
    return MOTE_OK;
}

/* c * a + background * (255 - a), over 255, rounded. */
static void lay_on_background(const png *p)
{
    const mote_image *im = &p->job->image;
    size_t n = (size_t)im->width * (size_t)im->height, n_channels = (size_t)im->n_channels;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *from = p->raw + i * (n_channels + 1);
        uint32_t a = from[n_channels], rest = (255 - a) * p->job->cfg->background;
        for (size_t c = 0; c < n_channels; c++)
            im->pixels[i * n_channels + c] = (uint8_t)((from[c] * a + rest + 127) / 255);
    }
}

/* All that may leave by longjmp: no local is changed behind the setjmp. */
static void read_picture(png *p)
{
    if (setjmp(png_jmpbuf(p->read)))
        return;
    png_set_read_fn(p->read, p, on_read);
    png_set_user_limits(p->read, 65535, 65535);
    png_set_chunk_malloc_max(p->read, (png_alloc_size_t)8 << 20);
    png_set_chunk_cache_max(p->read, 64);
    png_read_info(p->read, p->info);
    ask_for_8_bits(p);
    p->st = take_memory(p);
    if (p->st != MOTE_OK)
        return;
    png_read_image(p->read, p->rows);
    png_read_end(p->read, NULL);
}

/* Frames that an animated PNG promises (chunk acTL, before the pixels); 0: it is none. What of
 * several pictures is meant, nobody can know. Source: APNG specification 1.0. */
static uint32_t frames_of(const uint8_t *d, size_t n)
{
    size_t at = 8;
    while (n >= 12 && at <= n - 12) {
        size_t length = (size_t)d[at] << 24 | (size_t)d[at + 1] << 16 | (size_t)d[at + 2] << 8 |
                        (size_t)d[at + 3];
        const uint8_t *body = d + at + 8;
        if (memcmp(d + at + 4, "acTL", 4) == 0)
            return (uint32_t)body[0] << 24 | (uint32_t)body[1] << 16 | (uint32_t)body[2] << 8 |
                   body[3];
        if (memcmp(d + at + 4, "IDAT", 4) == 0 || length > n - at - 12)
            return 0;
        at += 12 + length;
    }
    return 0;
}

mote_status mote_image_png(mote_image_job *job, mote_err *err)
{
    uint32_t n_frames = frames_of(job->bytes, job->n);
    if (n_frames > 1)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s' is an animation of %u frames; save the frame that is meant as a PNG",
                         job->what, n_frames);
    png p = {.job = job, .err = err, .row = -1};
    p.read = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &p, on_error, on_warning, NULL,
                                      on_alloc, on_free);
    p.info = p.read ? png_create_info_struct(p.read) : NULL;
    if (!p.info) {
        png_destroy_read_struct(&p.read, NULL, NULL);
        return mote_fail(err, MOTE_NOMEM, "'%s'", job->what);
    }
    read_picture(&p);
    if (p.st == MOTE_OK && p.has_alpha)
        lay_on_background(&p);
    png_destroy_read_struct(&p.read, &p.info, NULL);
    mote_free(p.raw);
    mote_free(p.rows);
    return p.st;
}
