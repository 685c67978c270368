/* SPDX-License-Identifier: Apache-2.0 */
/* BMP and the portable maps (PBM, PGM, PPM): plain enough to be read here.
 *
 * BMP: 14 bytes of file head (at 10: where the pixels begin), then an info head of 12 bytes (OS/2)
 * or 40 and more; rows from the bottom up unless the height is negative, each padded to 4 bytes; 1,
 * 4, 8 bits index a palette of blue, green, red; 16 bits (5-5-5 or by masks), 24, 32. Run lengths
 * and embedded JPEG or PNG are refused by name. A palette of greys gives a grey image.
 *
 * PNM: "P5 width height maxval" and one white byte before the pixels; P1 to P3 as decimal text; 2
 * bytes a value, the higher first, when maxval is above 255; '#' begins a comment. In PBM 1 is
 * black. Sources: Microsoft's bitmap storage; netpbm's pbm(5), pgm(5), ppm(5). */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "data/image_internal.h"

/* ---- BMP ---- */

typedef struct {
    int64_t width, height;
    bool is_top_down;
    uint32_t pixels_at, head_bytes, compression, n_colours, masks[3];
    uint32_t bits;
    uint8_t palette[256][3]; /* red, green, blue */
    bool is_grey;
} bmp;

static mote_status ends_early(const mote_image_job *job, size_t want, mote_err *err)
{
    return mote_fail(err, MOTE_CORRUPT, "'%s' ends early: it has %zu bytes, %zu are needed",
                     job->what, job->n, want);
}

static mote_status read_bmp_head(const mote_image_job *job, bmp *b, mote_err *err)
{
    mote_reader r;
    mote_reader_init(&r, job->bytes, job->n);
    (void)mote_read_bytes(&r, 10);
    b->pixels_at = mote_read_u32(&r);
    b->head_bytes = mote_read_u32(&r);
    if (b->head_bytes == 12) {
        b->width = mote_read_u16(&r);
        b->height = mote_read_u16(&r);
    } else {
        b->width = mote_read_i32(&r);
        b->height = mote_read_i32(&r);
    }
    b->is_top_down = b->height < 0;
    b->height = b->is_top_down ? -b->height : b->height;
    (void)mote_read_u16(&r);
    b->bits = mote_read_u16(&r);
    if (b->head_bytes >= 40) {
        b->compression = mote_read_u32(&r);
        (void)mote_read_bytes(&r, 12);
        b->n_colours = mote_read_u32(&r);
        (void)mote_read_bytes(&r, 4);
    }
    bool has_masks = b->compression == 3 || b->compression == 6;
    for (int i = 0; i < 3 && has_masks; i++)
        b->masks[i] = mote_read_u32(&r);
    if (r.failed)
        return ends_early(job, 14 + (size_t)b->head_bytes, err);
    if (b->compression != 0 && !has_masks)
        return mote_fail(
            err, MOTE_UNSUPPORTED,
            "'%s' is a BMP of compression %u; only plain ones are read: save it as PNG", job->what,
            b->compression);
    if (b->bits != 1 && b->bits != 4 && b->bits != 8 && b->bits != 16 && b->bits != 24 &&
        b->bits != 32)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' is a BMP of %u bits a pixel", job->what,
                         b->bits);
    if (b->bits == 16 && !has_masks)
        b->masks[0] = 0x7C00, b->masks[1] = 0x3E0, b->masks[2] = 0x1F;
    if (b->bits == 32 && !has_masks)
        b->masks[0] = 0xFF0000, b->masks[1] = 0xFF00, b->masks[2] = 0xFF;
    return MOTE_OK;
}

static mote_status read_palette(const mote_image_job *job, bmp *b, mote_err *err)
{
    size_t entry = b->head_bytes == 12 ? 3 : 4, n = (size_t)1 << b->bits;
    if (b->n_colours > 0 && b->n_colours < n)
        n = b->n_colours;
    size_t at = 14 + (size_t)b->head_bytes;
    if (at > job->n || n * entry > job->n - at)
        return ends_early(job, at + n * entry, err);
    b->is_grey = true;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = job->bytes + at + i * entry;
        for (int c = 0; c < 3; c++)
            b->palette[i][c] = p[2 - c];
        b->is_grey = b->is_grey && p[0] == p[1] && p[1] == p[2];
    }
    return MOTE_OK;
}

/* The bits of the mask scaled to 0 .. 255, rounded. */
static uint8_t by_mask(uint32_t x, uint32_t mask)
{
    if (mask == 0)
        return 0;
    uint32_t shift = (uint32_t)__builtin_ctz(mask);
    uint64_t most = mask >> shift, value = (x & mask) >> shift;
    return (uint8_t)((value * 255 + most / 2) / most);
}

static void bmp_pixel(const bmp *b, const uint8_t *row, int64_t x, uint8_t *out)
{
    if (b->bits <= 8) {
        uint32_t per_byte = 8 / b->bits, shift = 8 - b->bits * (1 + (uint32_t)x % per_byte);
        const uint8_t *rgb = b->palette[(row[x / per_byte] >> shift) & ((1u << b->bits) - 1)];
        memcpy(out, rgb, b->is_grey ? 1 : 3);
        return;
    }
    const uint8_t *p = row + x * (b->bits / 8);
    if (b->bits == 24) {
        out[0] = p[2];
        out[1] = p[1];
        out[2] = p[0];
        return;
    }
    uint32_t value = (uint32_t)p[0] | (uint32_t)p[1] << 8;
    if (b->bits == 32)
        value |= (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    for (int c = 0; c < 3; c++)
        out[c] = by_mask(value, b->masks[c]);
}

mote_status mote_image_bmp(mote_image_job *job, mote_err *err)
{
    bmp b = {0};
    MOTE_TRY(read_bmp_head(job, &b, err));
    if (b.bits <= 8)
        MOTE_TRY(read_palette(job, &b, err));
    if (b.width < 1 || b.width > 65535 || b.height > 65535)
        return mote_image_begin(job, b.width, b.height, 1, err);
    size_t stride = (((size_t)b.width * b.bits + 31) / 32) * 4;
    size_t need = stride * (size_t)b.height;
    if (b.pixels_at > job->n || need > job->n - b.pixels_at)
        return ends_early(job, b.pixels_at + need, err);
    int32_t n_channels = b.is_grey ? 1 : 3;
    MOTE_TRY(mote_image_begin(job, b.width, b.height, n_channels, err));
    job->info.width = (int32_t)b.width;
    job->info.height = (int32_t)b.height;
    job->info.n_channels = n_channels;
    job->info.has_palette = b.bits <= 8;
    job->info.bits = b.bits <= 8 ? (int32_t)b.bits : b.bits == 16 ? 5 : 8;
    uint8_t *out = job->image.pixels;
    for (int64_t y = 0; y < b.height; y++) {
        int64_t from = b.is_top_down ? y : b.height - 1 - y;
        const uint8_t *row = job->bytes + b.pixels_at + (size_t)from * stride;
        for (int64_t x = 0; x < b.width; x++, out += n_channels)
            bmp_pixel(&b, row, x, out);
    }
    return MOTE_OK;
}

/* ---- PNM ---- */

typedef struct {
    const uint8_t *d;
    size_t n, at;
} text;

/* Blanks and comments, then a decimal number; -1: there is none, or it is too large. */
static int64_t next_number(text *t)
{
    int64_t x = 0;
    size_t first;
    for (bool in_comment = false; t->at < t->n; t->at++) {
        uint8_t c = t->d[t->at];
        if (in_comment)
            in_comment = c != '\n' && c != '\r';
        else if (c == '#')
            in_comment = true;
        else if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            break;
    }
    for (first = t->at; t->at < t->n && t->d[t->at] >= '0' && t->d[t->at] <= '9'; t->at++)
        if ((x = x * 10 + (t->d[t->at] - '0')) > INT32_MAX)
            return -1;
    return t->at > first ? x : -1;
}

/* Digits of PBM need no blanks between them. */
static int64_t next_bit(text *t)
{
    while (t->at < t->n && t->d[t->at] != '0' && t->d[t->at] != '1' && t->d[t->at] != '#' &&
           strchr(" \n\r\t", t->d[t->at]) && t->d[t->at])
        t->at++;
    if (t->at < t->n && t->d[t->at] == '#') {
        while (t->at < t->n && t->d[t->at] != '\n')
            t->at++;
        return t->at < t->n ? next_bit(t) : -1;
    }
    if (t->at >= t->n || (t->d[t->at] != '0' && t->d[t->at] != '1'))
        return -1;
    return t->d[t->at++] - '0';
}

static mote_status read_text_values(mote_image_job *job, text *t, int64_t most, bool is_bits,
                                    mote_err *err)
{
    const mote_image *im = &job->image;
    size_t n = (size_t)im->width * (size_t)im->height * (size_t)im->n_channels;
    for (size_t i = 0; i < n; i++) {
        int64_t x = is_bits ? next_bit(t) : next_number(t);
        if (x < 0 || x > most)
            return mote_fail(err, MOTE_CORRUPT,
                             "'%s': value %zu of %zu, at byte %zu, is not a number of 0 to %lld",
                             job->what, i + 1, n, t->at, (long long)most);
        im->pixels[i] = is_bits ? (uint8_t)(x ? 0 : 255) : (uint8_t)((x * 255 + most / 2) / most);
    }
    return MOTE_OK;
}

static void read_byte_values(const mote_image_job *job, const uint8_t *in, int64_t most)
{
    const mote_image *im = &job->image;
    size_t n = (size_t)im->width * (size_t)im->height * (size_t)im->n_channels;
    if (most == 255) {
        memcpy(im->pixels, in, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t x = most > 255 ? in[2 * i] << 8 | in[2 * i + 1] : in[i];
        x = x < most ? x : most;
        im->pixels[i] = (uint8_t)((x * 255 + most / 2) / most);
    }
}

static void read_bit_rows(const mote_image_job *job, const uint8_t *in, size_t stride)
{
    const mote_image *im = &job->image;
    for (int32_t y = 0; y < im->height; y++)
        for (int32_t x = 0; x < im->width; x++)
            im->pixels[(size_t)y * (size_t)im->width + (size_t)x] =
                in[(size_t)y * stride + (size_t)x / 8] >> (7 - x % 8) & 1 ? 0 : 255;
}

mote_status mote_image_pnm(mote_image_job *job, mote_err *err)
{
    text t = {job->bytes, job->n, 2};
    int kind = job->bytes[1] - '0';
    bool is_bits = kind == 1 || kind == 4, is_text = kind <= 3;
    int32_t n_channels = kind == 3 || kind == 6 ? 3 : 1;
    int64_t width = next_number(&t), height = next_number(&t), most = is_bits ? 1 : next_number(&t);
    if (width < 0 || height < 0 || most < 1 || most > 65535)
        return mote_fail(err, MOTE_CORRUPT, "'%s': the head of a P%d file ends at byte %zu",
                         job->what, kind, t.at);
    size_t at = t.at + 1, stride = 0;
    if (!is_text && width >= 1 && height >= 1 && width <= 65535 && height <= 65535) {
        stride = is_bits ? ((size_t)width + 7) / 8
                         : (size_t)width * (size_t)n_channels * (most > 255 ? 2 : 1);
        if (at > job->n || stride * (size_t)height > job->n - at)
            return ends_early(job, at + stride * (size_t)height, err);
    } else if (is_text && width * height > (int64_t)job->n) {
        return ends_early(job, (size_t)(width * height), err); /* a digit a pixel at the least */
    }
    MOTE_TRY(mote_image_begin(job, width, height, n_channels, err));
    job->info.width = (int32_t)width;
    job->info.height = (int32_t)height;
    job->info.n_channels = n_channels;
    job->info.bits = is_bits ? 1 : most > 255 ? 16 : 8;
    if (is_text)
        return read_text_values(job, &t, most, is_bits, err);
    if (is_bits)
        read_bit_rows(job, job->bytes + at, stride);
    else
        read_byte_values(job, job->bytes + at, most);
    return MOTE_OK;
}
