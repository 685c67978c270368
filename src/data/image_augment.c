/* SPDX-License-Identifier: Apache-2.0 */
/* See image_augment.h. The move maps each output pixel back to the source: an affine map in Q16
 * (16 bits behind the point), so that pixels are the same whatever the compiler does with floats;
 * only its four coefficients come from sine and cosine. */
#include "data/image_augment.h"

#include <math.h>
#include <string.h>

#define ONE    65536       /* Q16 */
#define STREAM 0x696D6167u /* of this purpose among those of one seed */

mote_status mote_image_augment_check(const mote_image_augment *c, mote_err *err)
{
    const struct {
        const char *name;
        float value, most;
    } fields[] = {{"crop", c->crop, 0.9f},
                  {"rotate_deg", c->rotate_deg, 180.0f},
                  {"brightness", c->brightness, 1.0f},
                  {"contrast", c->contrast, 0.9f},
                  {"noise", c->noise, 0.5f},
                  {"cut_out", c->cut_out, 0.9f}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (!(fields[i].value >= 0 && fields[i].value <= fields[i].most))
            return mote_fail(err, MOTE_ARG, "'%s' is %g, 0 to %g", fields[i].name,
                             (double)fields[i].value, (double)fields[i].most);
    return MOTE_OK;
}

void mote_image_augment_rng(mote_rng *r, uint64_t seed, uint32_t epoch, uint32_t image)
{
    mote_rng_init_stream(r, seed, STREAM, (uint64_t)epoch << 32 | image);
}

/* Source position of output pixel (x, y) in Q16: (x0 + xx x + xy y, y0 + yx x + yy y). */
typedef struct {
    int64_t x0, xx, xy, y0, yx, yy;
} affine;

static int64_t q16(double x)
{
    return (int64_t)floor(x * ONE + 0.5);
}

/* All draws are made whether or not a setting uses them, so that one setting does not move another.
 */
static affine draw_move(const mote_image_augment *c, mote_rng *r, const mrt_picture *in)
{
    const int32_t width = in->width, height = in->height;
    double u[6];
    for (int i = 0; i < 6; i++)
        u[i] = mote_rng_uniform(r);
    double zoom = 1 - (double)c->crop * u[0]; /* share of each side that is seen */
    double angle = (double)c->rotate_deg * (2 * u[1] - 1) * 3.14159265358979323846 / 180;
    double fx = c->flip_across && u[2] < 0.5 ? -1 : 1, fy = c->flip_down && u[3] < 0.5 ? -1 : 1;
    double sine = sin(angle), cosine = cos(angle);
    double mid_x = (width - 1) / 2.0, mid_y = (height - 1) / 2.0;
    double at_x = mid_x + (1 - zoom) * width * (u[4] - 0.5);
    double at_y = mid_y + (1 - zoom) * height * (u[5] - 0.5);
    affine m = {.xx = q16(zoom * cosine * fx),
                .xy = q16(-zoom * sine * fy),
                .yx = q16(zoom * sine * fx),
                .yy = q16(zoom * cosine * fy)};
    m.x0 = q16(at_x) - q16(mid_x * zoom * cosine * fx - mid_y * zoom * sine * fy);
    m.y0 = q16(at_y) - q16(mid_x * zoom * sine * fx + mid_y * zoom * cosine * fy);
    return m;
}

static int64_t clamp(int64_t x, int64_t lo, int64_t hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Positions outside take the nearest edge; between pixels, weights of 0 .. 256 each way: the sum of
 * products is at most 255 * 2^16. */
static void move(const affine *m, const mrt_picture *in, uint8_t *out)
{
    const int32_t width = in->width, height = in->height, n_channels = in->n_channels;
    const uint8_t *pixels = in->pixels;
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            int64_t sx = clamp(m->x0 + m->xx * x + m->xy * y, 0, (int64_t)(width - 1) * ONE);
            int64_t sy = clamp(m->y0 + m->yx * x + m->yy * y, 0, (int64_t)(height - 1) * ONE);
            int32_t ix = (int32_t)(sx >> 16), iy = (int32_t)(sy >> 16);
            uint32_t wx = (uint32_t)(sx & 0xFFFF) >> 8, wy = (uint32_t)(sy & 0xFFFF) >> 8;
            int32_t right = ix + 1 < width ? n_channels : 0;
            size_t below = iy + 1 < height ? (size_t)width * (size_t)n_channels : 0;
            const uint8_t *p =
                pixels + ((size_t)iy * (size_t)width + (size_t)ix) * (size_t)n_channels;
            for (int32_t c = 0; c < n_channels; c++, p++) {
                uint32_t top = p[0] * (256 - wx) + p[right] * wx;
                uint32_t bottom = p[below] * (256 - wx) + p[below + (size_t)right] * wx;
                *out++ = (uint8_t)((top * (256 - wy) + bottom * wy + 32768) >> 16);
            }
        }
    }
}

/* out = (in - 127.5) * gain + 127.5 + shift, by a table of 256. */
static void change_light(const mote_image_augment *c, mote_rng *r, uint8_t *x, size_t n)
{
    uint8_t table[256];
    double gain = 1 + (double)c->contrast * mote_rng_range(r, -1, 1);
    double shift = 255 * (double)c->brightness * mote_rng_range(r, -1, 1);
    for (int i = 0; i < 256; i++)
        table[i] = (uint8_t)clamp((int64_t)floor((i - 127.5) * gain + 128 + shift), 0, 255);
    for (size_t i = 0; i < n; i++)
        x[i] = table[x[i]];
}

/* Sum of four bytes of a draw: near enough normal, mean 510, deviation 147.8; eight draws of 64
 * bits would be dearer than the rest of all. */
static void add_noise(const mote_image_augment *c, mote_rng *r, uint8_t *x, size_t n)
{
    int64_t scale = q16(255 * (double)c->noise * mote_rng_uniform(r) / 147.8);
    for (size_t i = 0; i < n; i += 2) {
        uint64_t u = mote_rng_u64(r);
        for (size_t k = i; k < i + 2 && k < n; k++, u >>= 32) {
            int64_t sum = (int64_t)((u & 255) + (u >> 8 & 255) + (u >> 16 & 255) + (u >> 24 & 255));
            x[k] = (uint8_t)clamp(x[k] + (((sum - 510) * scale + ONE / 2) >> 16), 0, 255);
        }
    }
}

/* Grey, in out, which is as large as `in`. */
static void cut_out(const mote_image_augment *c, mote_rng *r, const mrt_picture *in, uint8_t *out)
{
    const int32_t width = in->width, height = in->height, n_channels = in->n_channels;
    int32_t shorter = width < height ? width : height;
    int32_t side = (int32_t)(mote_rng_uniform(r) * (double)c->cut_out * shorter);
    int32_t x = (int32_t)mote_rng_below(r, (uint32_t)(width - side + 1));
    int32_t y = (int32_t)mote_rng_below(r, (uint32_t)(height - side + 1));
    for (int32_t i = 0; i < side; i++)
        memset(out + ((size_t)(y + i) * (size_t)width + (size_t)x) * (size_t)n_channels, 128,
               (size_t)side * (size_t)n_channels);
}

void mote_image_augment_apply(const mote_image_augment *cfg, mote_rng *r, const mrt_picture *in,
                              uint8_t *out)
{
    size_t n = (size_t)in->width * (size_t)in->height * (size_t)in->n_channels;
    bool moves = cfg->flip_across || cfg->flip_down || cfg->crop > 0 || cfg->rotate_deg > 0;
    affine m = draw_move(cfg, r, in);
    if (moves)
        move(&m, in, out);
    else
        memcpy(out, in->pixels, n);
    if (cfg->brightness > 0 || cfg->contrast > 0)
        change_light(cfg, r, out, n);
    if (cfg->noise > 0)
        add_noise(cfg, r, out, n);
    if (cfg->cut_out > 0)
        cut_out(cfg, r, in, out);
}
