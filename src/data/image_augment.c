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

/* Row y of what comes out. Weights of the four neighbours are 0 .. 2^16 and sum to 2^16: the sum of
 * products is at most 255 * 2^16. Inlined for each number of channels, so that the loop over them
 * is none. */
static inline void move_row(const affine *m, const mrt_picture *in, int32_t n_channels, int32_t y,
                            uint8_t *out)
{
    const int64_t last_x = (int64_t)(in->width - 1) * ONE, last_y = (int64_t)(in->height - 1) * ONE;
    int64_t from_x = m->x0 + m->xy * y, from_y = m->y0 + m->yy * y;
    for (int32_t x = 0; x < in->width; x++, from_x += m->xx, from_y += m->yx) {
        const int64_t sx = clamp(from_x, 0, last_x), sy = clamp(from_y, 0, last_y);
        const uint32_t wx = (uint32_t)(sx & 0xFFFF) >> 8, wy = (uint32_t)(sy & 0xFFFF) >> 8;
        const uint32_t w11 = wx * wy, w01 = (wx << 8) - w11, w10 = (wy << 8) - w11,
                       w00 = ONE - w01 - w10 - w11;
        const uint8_t *p = in->pixels + ((sy >> 16) * in->width + (sx >> 16)) * n_channels;
        const uint8_t *right = p + (sx < last_x ? n_channels : 0);
        const ptrdiff_t below = sy < last_y ? (ptrdiff_t)in->width * n_channels : 0;
        for (int32_t c = 0; c < n_channels; c++)
            *out++ = (uint8_t)((p[c] * w00 + right[c] * w01 + p[below + c] * w10 +
                                right[below + c] * w11 + ONE / 2) >>
                               16);
    }
}

/* Positions outside take the nearest edge; between pixels, weights of 0 .. 256 each way. */
static void move(const affine *m, const mrt_picture *in, uint8_t *out)
{
    const int32_t n_channels = in->n_channels;
    for (int32_t y = 0; y < in->height; y++, out += in->width * n_channels) {
        if (n_channels == 1)
            move_row(m, in, 1, y, out);
        else if (n_channels == 3)
            move_row(m, in, 3, y, out);
        else
            move_row(m, in, n_channels, y, out);
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
    /* At most 255 * 0.5 / 147.8 * 2^16, times 510: below 2^25. */
    const int32_t scale = (int32_t)q16(255 * (double)c->noise * mote_rng_uniform(r) / 147.8);
    for (size_t i = 0; i < n; i += 2) {
        uint64_t u = mote_rng_u64(r);
        for (size_t k = i; k < i + 2 && k < n; k++, u >>= 32) {
            const int32_t sum =
                (int32_t)((u & 255) + (u >> 8 & 255) + (u >> 16 & 255) + (u >> 24 & 255));
            const int32_t v = x[k] + (((sum - 510) * scale + ONE / 2) >> 16);
            x[k] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
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
