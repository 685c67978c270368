/* SPDX-License-Identifier: Apache-2.0 */
/* Line charts and heat maps. See chart.h.
 *
 * PNG (ISO/IEC 15948) with a palette of 64 colours; the image data is a zlib stream of stored
 * blocks (RFC 1950, RFC 1951 section 3.2.4): no compression, no library; pictures here have a few
 * thousand pixels. */
#include "web/chart.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"

/* ---- line charts ------------------------------------------------------------------------- */

#define WIDTH  440
#define HEIGHT 240
#define LEFT   52
#define RIGHT  12
#define TOP    28
#define BOTTOM 40

static const char *const colors[] = {"#1f6feb", "#d1570a", "#2da44e",
                                     "#8250df", "#bf3989", "#57606a"};

typedef struct {
    double x_lo, x_hi, y_lo, y_hi;
} frame;

static double at_x(const mote_chart *c, double x)
{
    return c->log_x ? log10(x) : x;
}

static frame frame_of(const mote_chart *c)
{
    const double most = (double)INFINITY;
    frame f = {most, -most, most, -most};
    for (size_t s = 0; s < c->n_series; s++)
        for (size_t i = 0; i < c->series[s].n; i++) {
            double x = at_x(c, c->series[s].x[i]), y = c->series[s].y[i];
            if (!isfinite(x) || !isfinite(y))
                continue;
            f.x_lo = x < f.x_lo ? x : f.x_lo;
            f.x_hi = x > f.x_hi ? x : f.x_hi;
            f.y_lo = y < f.y_lo ? y : f.y_lo;
            f.y_hi = y > f.y_hi ? y : f.y_hi;
        }
    if (isfinite(c->threshold) && f.y_lo <= f.y_hi) {
        f.y_lo = c->threshold < f.y_lo ? c->threshold : f.y_lo;
        f.y_hi = c->threshold > f.y_hi ? c->threshold : f.y_hi;
    }
    if (c->y_lo < c->y_hi) {
        f.y_lo = c->y_lo;
        f.y_hi = c->y_hi;
    }
    if (!(f.x_lo < f.x_hi)) {
        f.x_lo = isfinite(f.x_lo) ? f.x_lo - 0.5 : 0.0;
        f.x_hi = f.x_lo + 1.0;
    }
    if (!(f.y_lo < f.y_hi)) {
        f.y_lo = isfinite(f.y_lo) ? f.y_lo - 0.5 : 0.0;
        f.y_hi = f.y_lo + 1.0;
    }
    return f;
}

static double px(const frame *f, double x)
{
    return LEFT + (x - f->x_lo) / (f->x_hi - f->x_lo) * (WIDTH - LEFT - RIGHT);
}

static double py(const frame *f, double y)
{
    return HEIGHT - BOTTOM - (y - f->y_lo) / (f->y_hi - f->y_lo) * (HEIGHT - TOP - BOTTOM);
}

static void axes(const mote_chart *c, const frame *f, mote_buf *out)
{
    for (int i = 0; i <= 4; i++) {
        double y = f->y_lo + (f->y_hi - f->y_lo) * i / 4.0,
               x = f->x_lo + (f->x_hi - f->x_lo) * i / 4.0;
        mote_buf_printf(out, "<line class=grid x1=%d x2=%d y1=%.1f y2=%.1f />", LEFT, WIDTH - RIGHT,
                        py(f, y), py(f, y));
        mote_buf_printf(out, "<text x=%d y=%.1f text-anchor=end>%.3g</text>", LEFT - 5,
                        py(f, y) + 4, y);
        mote_buf_printf(out, "<text x=%.1f y=%d text-anchor=middle>%.3g</text>", px(f, x),
                        HEIGHT - BOTTOM + 15, c->log_x ? pow(10.0, x) : x);
    }
    mote_buf_printf(out, "<text class=label x=%d y=%d text-anchor=middle>",
                    (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6);
    mote_buf_html(out, c->x_label);
    mote_buf_printf(
        out,
        "</text><text class=label transform=\"translate(12 %d) rotate(-90)\" text-anchor=middle>",
        (TOP + HEIGHT - BOTTOM) / 2);
    mote_buf_html(out, c->y_label);
    mote_buf_str(out, "</text>");
}

static void one_series(const mote_chart *c, const mote_series *s, const frame *f, mote_buf *out)
{
    const char *color = colors[(size_t)s->color % (sizeof colors / sizeof colors[0])];
    bool open = false;
    for (size_t i = 0; i < s->n; i++) {
        double x = at_x(c, s->x[i]), y = s->y[i];
        bool drawn = isfinite(x) && isfinite(y);
        if (drawn)
            y = y < f->y_lo ? f->y_lo : y > f->y_hi ? f->y_hi : y;
        if (s->dots && drawn)
            mote_buf_printf(out, "<circle cx=%.1f cy=%.1f r=3 fill=\"%s\" />", px(f, x), py(f, y),
                            color);
        if (s->dots)
            continue;
        if (drawn && !open)
            mote_buf_printf(out, "<polyline fill=none stroke=\"%s\" stroke-width=1.6 points=\"",
                            color);
        if (drawn)
            mote_buf_printf(out, "%.1f,%.1f ", px(f, x), py(f, y));
        if (!drawn && open)
            mote_buf_str(out, "\" />");
        open = drawn;
    }
    if (open)
        mote_buf_str(out, "\" />");
}

static void legend(const mote_chart *c, mote_buf *out)
{
    double x = LEFT;
    for (size_t s = 0; s < c->n_series; s++) {
        const char *color = colors[(size_t)c->series[s].color % (sizeof colors / sizeof colors[0])];
        mote_buf_printf(out, "<rect x=%.0f y=20 width=10 height=3 fill=\"%s\" /><text x=%.0f y=25>",
                        x, color, x + 14);
        mote_buf_html(out, c->series[s].name);
        mote_buf_str(out, "</text>");
        x += 24.0 + 6.2 * (double)strlen(c->series[s].name);
    }
}

void mote_chart_svg(const mote_chart *c, mote_buf *out)
{
    frame f = frame_of(c);
    mote_buf_printf(out, "<svg viewBox=\"0 0 %d %d\" role=img><title>", WIDTH, HEIGHT);
    mote_buf_html(out, c->title);
    mote_buf_printf(out, "</title><text class=title x=%d y=12>", LEFT);
    mote_buf_html(out, c->title);
    mote_buf_str(out, "</text>");
    axes(c, &f, out);
    legend(c, out);
    if (!isnan(c->threshold) && c->threshold >= f.y_lo && c->threshold <= f.y_hi)
        mote_buf_printf(out, "<line class=threshold x1=%d x2=%d y1=%.1f y2=%.1f />", LEFT,
                        WIDTH - RIGHT, py(&f, c->threshold), py(&f, c->threshold));
    for (size_t s = 0; s < c->n_series; s++)
        one_series(c, &c->series[s], &f, out);
    mote_buf_str(out, "</svg>\n");
}

/* ---- heat maps --------------------------------------------------------------------------- */

#define N_COLORS 64

static void base64(const uint8_t *data, size_t n, mote_buf *out)
{
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

/* Dark blue, violet, orange, yellow: straight lines between four colours. */
static void palette(mote_buf *out)
{
    static const double stops[4][3] = {{13, 8, 60}, {126, 3, 168}, {240, 112, 60}, {240, 240, 90}};
    for (int i = 0; i < N_COLORS; i++) {
        double x = 3.0 * i / (N_COLORS - 1);
        int k = x < 2.0 ? (int)x : 2;
        for (int c = 0; c < 3; c++)
            mote_buf_u8(out, (uint8_t)(stops[k][c] + (x - k) * (stops[k + 1][c] - stops[k][c])));
    }
}

void mote_heat_map(const float *values, size_t rows, size_t columns, int width, int height,
                   const char *alt, mote_buf *out)
{
    float lo = INFINITY, hi = -INFINITY;
    if (rows == 0 || columns == 0)
        return;
    for (size_t i = 0; i < rows * columns; i++) {
        if (!isfinite(values[i]))
            continue;
        lo = values[i] < lo ? values[i] : lo;
        hi = values[i] > hi ? values[i] : hi;
    }
    float scale = hi > lo ? (N_COLORS - 1) / (hi - lo) : 0.0f;
    mote_buf png, data, raw;
    mote_buf_init(&png, 1 << 22);
    mote_buf_init(&data, 1 << 22);
    mote_buf_init(&raw, 1 << 22);
    mote_buf_add(&png, "\x89PNG\r\n\x1a\n", 8);
    big_u32(&data, (uint32_t)columns);
    big_u32(&data, (uint32_t)rows);
    mote_buf_add(&data, "\x08\x03\0\0\0", 5); /* 8 bits, palette, no interlace */
    chunk(&png, "IHDR", &data);
    mote_buf_reset(&data);
    palette(&data);
    chunk(&png, "PLTE", &data);
    for (size_t r = rows; r-- > 0;) {
        mote_buf_u8(&raw, 0); /* filter: none */
        for (size_t c = 0; c < columns; c++) {
            float at = (values[r * columns + c] - lo) * scale;
            /* Not a number (also for a range that overflows): the lowest colour. */
            mote_buf_u8(&raw, at > 0.0f ? (uint8_t)(at < N_COLORS - 1 ? at : N_COLORS - 1) : 0);
        }
    }
    mote_buf_reset(&data);
    stored(&raw, &data);
    chunk(&png, "IDAT", &data);
    mote_buf_reset(&data);
    chunk(&png, "IEND", &data);
    mote_buf_printf(out, "<img width=%d height=%d alt=\"", width, height);
    mote_buf_html(out, alt);
    mote_buf_str(out, "\" src=\"data:image/png;base64,");
    if (png.status == MOTE_OK && raw.status == MOTE_OK && data.status == MOTE_OK)
        base64((const uint8_t *)png.data, png.len, out);
    else if (out->status == MOTE_OK)
        out->status = MOTE_LIMIT; /* no page without its picture */
    mote_buf_str(out, "\">\n");
    mote_buf_release(&png);
    mote_buf_release(&data);
    mote_buf_release(&raw);
}
