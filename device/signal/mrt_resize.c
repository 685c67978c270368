/* SPDX-License-Identifier: Apache-2.0 */
/* See mrt_resize.h: area average in whole numbers. */
#include "device/signal/mrt_resize.h"

/* round(a * b / c), a half up; a, b, c are at most 65535, so a * b + c / 2 fits 33 bits. */
static int32_t scaled(int32_t a, int32_t b, int32_t c)
{
    uint64_t x = ((uint64_t)(uint32_t)a * (uint32_t)b + (uint32_t)c / 2) / (uint32_t)c;
    return x > 0 ? (int32_t)x : 1;
}

/* The middle `part` of `whole`. */
static int32_t before(int32_t whole, int32_t part)
{
    return (whole - part) / 2;
}

void mrt_fit_rects(const mrt_picture_form *form, int32_t width, int32_t height, mrt_rect *source,
                   mrt_rect *output)
{
    const mrt_fit fit = form->fit;
    const int32_t out_width = form->width, out_height = form->height;
    uint64_t across = (uint64_t)(uint32_t)width * (uint32_t)out_height;
    uint64_t down = (uint64_t)(uint32_t)height * (uint32_t)out_width;
    mrt_rect s = {0, 0, width, height}, o = {0, 0, out_width, out_height};
    if (fit == MRT_FIT_CROP && across > down)
        s.width = scaled(height, out_width, out_height);
    else if (fit == MRT_FIT_CROP)
        s.height = scaled(width, out_height, out_width);
    else if (fit == MRT_FIT_LETTERBOX && across > down)
        o.height = scaled(height, out_width, width);
    else if (fit == MRT_FIT_LETTERBOX)
        o.width = scaled(width, out_height, height);
    s.width = s.width < width ? s.width : width;
    s.height = s.height < height ? s.height : height;
    o.width = o.width < out_width ? o.width : out_width;
    o.height = o.height < out_height ? o.height : out_height;
    s.x = before(width, s.width);
    s.y = before(height, s.height);
    o.x = before(out_width, o.width);
    o.y = before(out_height, o.height);
    *source = s;
    *output = o;
}

/* Source pixels first .. last that output pixel x of m covers, and the weights of the two ends;
 * those between weigh m. When first = last the weight is head alone. */
typedef struct {
    int32_t first, last;
    uint32_t head, tail;
} span;

static span span_of(int32_t x, int32_t n, int32_t m)
{
    uint64_t from = (uint64_t)(uint32_t)x * (uint32_t)n, to = from + (uint32_t)n;
    span s;
    s.first = (int32_t)(from / (uint32_t)m);
    s.last = (int32_t)((to - 1) / (uint32_t)m);
    uint64_t head_end = ((uint64_t)(uint32_t)s.first + 1) * (uint32_t)m;
    s.head = (uint32_t)((head_end < to ? head_end : to) - from);
    s.tail = s.last > s.first ? (uint32_t)(to - (uint64_t)(uint32_t)s.last * (uint32_t)m) : 0;
    return s;
}

/* One row's share of an output value: sum of weight * pixel over the columns of `c`. */
static uint32_t row_sum(const uint8_t *row, span c, int32_t n_channels, uint32_t whole)
{
    uint32_t sum = c.head * row[c.first * n_channels];
    if (c.last > c.first) {
        uint32_t inner = 0;
        for (int32_t i = c.first + 1; i < c.last; i++)
            inner += row[i * n_channels];
        sum += inner * whole + c.tail * row[c.last * n_channels];
    }
    return sum;
}

void mrt_resize_area(const mrt_picture *in, mrt_rect from, uint8_t *out, int32_t out_stride,
                     mrt_rect to)
{
    const int32_t stride = in->width, n_channels = in->n_channels;
    const uint8_t *origin =
        in->pixels + ((size_t)from.y * (size_t)stride + (size_t)from.x) * (size_t)n_channels;
    uint32_t total = (uint32_t)from.width * (uint32_t)from.height;
    for (int32_t y = 0; y < to.height; y++) {
        span down = span_of(y, from.height, to.height);
        uint8_t *line =
            out + ((size_t)(to.y + y) * (size_t)out_stride + (size_t)to.x) * (size_t)n_channels;
        for (int32_t x = 0; x < to.width; x++) {
            span across = span_of(x, from.width, to.width);
            for (int32_t c = 0; c < n_channels; c++) {
                uint32_t sum = 0;
                for (int32_t i = down.first; i <= down.last; i++) {
                    uint32_t weight = i == down.first  ? down.head
                                      : i == down.last ? down.tail
                                                       : (uint32_t)to.height;
                    const uint8_t *row =
                        origin + (size_t)i * (size_t)stride * (size_t)n_channels + c;
                    sum += weight * row_sum(row, across, n_channels, (uint32_t)to.width);
                }
                line[x * n_channels + c] = (uint8_t)((sum + total / 2) / total);
            }
        }
    }
}

/* n pixels [n][3] to grey [n]: (77 r + 150 g + 29 b + 128) >> 8, ITU-R BT.601 in 8 bits. grey may
 * be rgb itself: what is read is not written before. */
static void grey_of_rgb(const uint8_t *rgb, int32_t n, uint8_t *grey)
{
    for (int32_t i = 0; i < n; i++)
        grey[i] =
            (uint8_t)((77u * rgb[3 * i] + 150u * rgb[3 * i + 1] + 29u * rgb[3 * i + 2] + 128u) >>
                      8);
}

void mrt_picture_fit(const mrt_picture *in, const mrt_picture_form *form, uint8_t *grey,
                     uint8_t *out)
{
    mrt_rect from, to;
    size_t n_out = (size_t)form->width * (size_t)form->height;
    size_t n_bytes = n_out * (size_t)form->n_channels;
    int32_t inside = in->n_channels == 3 && form->n_channels == 3 ? 3 : 1;
    mrt_picture source = {in->pixels, in->width, in->height, inside};
    mrt_fit_rects(form, in->width, in->height, &from, &to);
    for (size_t i = 0; i < n_bytes; i++)
        out[i] = form->fill;
    if (in->n_channels == 3 && form->n_channels == 1) {
        grey_of_rgb(in->pixels, in->width * in->height, grey);
        source.pixels = grey;
    }
    mrt_resize_area(&source, from, out, form->width, to);
    for (size_t i = n_out; inside < form->n_channels && i-- > 0;) /* from the end: in place */
        out[3 * i] = out[3 * i + 1] = out[3 * i + 2] = out[i];
}
