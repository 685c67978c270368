/* SPDX-License-Identifier: Apache-2.0 */
/* Heat maps and thumbnails. See chart.h.
 *
 * PNG (ISO/IEC 15948), heat maps with a palette of 64 colours; the image data is a zlib stream of
 * stored blocks (RFC 1950, RFC 1951 section 3.2.4): no compression, no library; pictures here have
 * a few thousand pixels. */
#include <math.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "web/chart.h"

#define N_COLORS 64

void mote_base64(const void *bytes, size_t n, mote_buf *out)
{
    const uint8_t *data = bytes;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t x = (uint32_t)data[i] << 16;
        if (i + 1 < n)
            x |= (uint32_t)data[i + 1] << 8;
        if (i + 2 < n)
            x |= data[i + 2];
        mote_buf_char(out, digits[x >> 18 & 63]);
        mote_buf_char(out, digits[x >> 12 & 63]);
        mote_buf_char(out, i + 1 < n ? digits[x >> 6 & 63] : '=');
        mote_buf_char(out, i + 2 < n ? digits[x & 63] : '=');
    }
}

static void big_u32(mote_buf *b, uint32_t x)
{
    mote_buf_u8(b, (uint8_t)(x >> 24));
    mote_buf_u8(b, (uint8_t)(x >> 16));
    mote_buf_u8(b, (uint8_t)(x >> 8));
    mote_buf_u8(b, (uint8_t)x);
}

static void chunk(mote_buf *png, const char *type, const mote_buf *data)
{
    big_u32(png, (uint32_t)data->len);
    size_t start = png->len;
    mote_buf_add(png, type, 4);
    mote_buf_add(png, data->data, data->len);
    if (png->status == MOTE_OK)
        big_u32(png, mote_crc32(0, png->data + start, png->len - start));
}

/* zlib stream of stored blocks. */
static void stored(const mote_buf *raw, mote_buf *out)
{
    mote_buf_u8(out, 0x78);
    mote_buf_u8(out, 0x01);
    uint32_t a = 1, b = 0; /* Adler-32, RFC 1950 section 9 */
    for (size_t i = 0; i < raw->len; i++) {
        a = (a + (uint8_t)raw->data[i]) % 65521;
        b = (b + a) % 65521;
    }
    for (size_t at = 0; at < raw->len;) {
        size_t n = raw->len - at < 65535 ? raw->len - at : 65535;
        mote_buf_u8(out, at + n == raw->len ? 1 : 0);
        mote_buf_u16(out, (uint16_t)n);
        mote_buf_u16(out, (uint16_t)~n);
        mote_buf_add(out, raw->data + at, n);
        at += n;
    }
    big_u32(out, b << 16 | a);
}

/* Nine colours that rise in lightness, also for eyes that see fewer (docs on looks: the ramp of
 * sound pictures), straight lines between them. */
static void palette(mote_buf *out)
{
    static const uint32_t stops[] = {0x050613, 0x1b1545, 0x412271, 0x762c86, 0xaf3c7e,
                                     0xdf5966, 0xf98752, 0xfebe6c, 0xfef0a9};
    for (int i = 0; i < N_COLORS; i++) {
        int k = i * 8 / (N_COLORS - 1), at = i * 8 % (N_COLORS - 1);
        k = k < 8 ? k : 7;
        if (i == N_COLORS - 1)
            at = N_COLORS - 1;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = (int)(stops[k] >> shift & 255), to = (int)(stops[k + 1] >> shift & 255);
            mote_buf_u8(out, (uint8_t)(from + (to - from) * at / (N_COLORS - 1)));
        }
    }
}

/* Rows of an image, each with its filter byte, as an <img>; colour 0 grey, 2 red-green-blue, 3 the
 * palette. */
typedef struct {
    size_t rows, columns;
    char color;
    const mote_buf *raw;
} image;

static void write_image(const image *m, int width, int height, const char *alt, mote_buf *out)
{
    const char kind[5] = {8, m->color, 0, 0, 0}; /* 8 bits, no interlace */
    mote_buf png, data;
    mote_buf_init(&png, 1 << 22);
    mote_buf_init(&data, 1 << 22);
    mote_buf_add(&png, "\x89PNG\r\n\x1a\n", 8);
    big_u32(&data, (uint32_t)m->columns);
    big_u32(&data, (uint32_t)m->rows);
    mote_buf_add(&data, kind, sizeof kind);
    chunk(&png, "IHDR", &data);
    mote_buf_reset(&data);
    if (m->color == 3) {
        palette(&data);
        chunk(&png, "PLTE", &data);
        mote_buf_reset(&data);
    }
    stored(m->raw, &data);
    chunk(&png, "IDAT", &data);
    mote_buf_reset(&data);
    chunk(&png, "IEND", &data);
    mote_buf_printf(out, "<img width=%d height=%d alt=\"", width, height);
    mote_buf_html(out, alt);
    mote_buf_str(out, "\" src=\"data:image/png;base64,");
    if (png.status == MOTE_OK && m->raw->status == MOTE_OK && data.status == MOTE_OK)
        mote_base64(png.data, png.len, out);
    else if (out->status == MOTE_OK)
        out->status = MOTE_LIMIT; /* no page without its picture */
    mote_buf_str(out, "\">\n");
    mote_buf_release(&png);
    mote_buf_release(&data);
}

void mote_heat_map(const mote_grid *g, int width, int height, const char *alt, mote_buf *out)
{
    float lo = INFINITY, hi = -INFINITY;
    if (g->rows == 0 || g->columns == 0)
        return;
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        const float x = g->values[i];
        if (!isfinite(x))
            continue;
        lo = x < lo ? x : lo;
        hi = x > hi ? x : hi;
    }
    float scale = hi > lo ? (N_COLORS - 1) / (hi - lo) : 0.0f;
    MOTE_SCOPED_BUF raw;
    mote_buf_init(&raw, 1 << 22);
    for (size_t r = g->rows; r-- > 0;) {
        mote_buf_u8(&raw, 0); /* filter: none */
        for (size_t c = 0; c < g->columns; c++) {
            float at = (g->values[r * g->columns + c] - lo) * scale;
            /* Not a number (also for a range that overflows): the lowest colour. */
            mote_buf_u8(&raw, at > 0.0f ? (uint8_t)(at < N_COLORS - 1 ? at : N_COLORS - 1) : 0);
        }
    }
    const image m = {g->rows, g->columns, 3, &raw};
    write_image(&m, width, height, alt, out);
}

void mote_thumbnail(const mote_pixels *p, int width, int height, const char *alt, mote_buf *out)
{
    size_t row = p->columns * p->channels;
    if (p->rows == 0 || row == 0 || (p->channels != 1 && p->channels != 3))
        return;
    MOTE_SCOPED_BUF raw;
    mote_buf_init(&raw, 1 << 22);
    for (size_t r = 0; r < p->rows; r++) {
        mote_buf_u8(&raw, 0); /* filter: none */
        mote_buf_add(&raw, p->pixels + r * row, row);
    }
    const image m = {p->rows, p->columns, p->channels == 3 ? 2 : 0, &raw};
    write_image(&m, width, height, alt, out);
}
