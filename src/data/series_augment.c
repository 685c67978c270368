/* SPDX-License-Identifier: Apache-2.0 */
/* See series_augment.h. */
#include "data/series_augment.h"

#include <math.h>
#include <string.h>

#define STREAM 0x73657269u /* "seri": of this purpose among those of one seed */
#define PI     3.14159265358979323846

/* ---- preparing --------------------------------------------------------------------------- */

static mote_status check(const mote_series_augment *c, mote_err *err)
{
    const struct {
        const char *name;
        double value, most;
    } fields[] = {{"noise", c->noise, 1},
                  {"magnitude", c->magnitude, 0.9},
                  {"delay_steps", c->delay_steps, 1e9},
                  {"turn_deg", c->turn_deg, 180}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (!(fields[i].value >= 0 && fields[i].value <= fields[i].most))
            return mote_fail(err, MOTE_ARG, "augmentation of series: '%s' is %g, 0 to %g",
                             fields[i].name, fields[i].value, fields[i].most);
    return MOTE_OK;
}

/* The names differ in one letter alone, which is `from` in one and `to` in the other. */
static bool differ_by(const char *a, const char *b, char from, char to)
{
    size_t len = strlen(a), n = 0;
    if (strlen(b) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (a[i] == b[i])
            continue;
        bool is_step =
            (a[i] == from && b[i] == to) || (a[i] == from - 'a' + 'A' && b[i] == to - 'a' + 'A');
        n += is_step ? 1 : 2;
    }
    return n == 1;
}

static mote_status find_triples(const mote_series_windows *w, mote_arena *a,
                                mote_series_augmenter *g, mote_err *err)
{
    size_t *at = NULL;
    MOTE_TRY(mote_arena_take(a, w->n_axes / 3 + 1, sizeof *at, &at, err));
    for (size_t c = 0; w->names && c + 2 < w->n_axes; c++) {
        if (differ_by(w->names[c], w->names[c + 1], 'x', 'y') &&
            differ_by(w->names[c + 1], w->names[c + 2], 'y', 'z')) {
            at[g->n_triples++] = c;
            c += 2;
        }
    }
    g->triples = at;
    if (g->cfg.turn_deg > 0 && g->n_triples == 0)
        return mote_fail(err, MOTE_ARG,
                         "'augmentation.turn_deg': no three axes side by side have names that end "
                         "in x, y and z or differ in that letter; set it to 0, or name the columns "
                         "like that");
    return MOTE_OK;
}

static mote_status measure(const mote_series_windows *w, mote_arena *a, mote_series_augmenter *g,
                           mote_err *err)
{
    const size_t n = w->n * w->n_steps;
    double *deviation = NULL;
    MOTE_TRY(mote_arena_take(a, w->n_axes, sizeof *deviation, &deviation, err));
    for (size_t c = 0; c < w->n_axes; c++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < n; i++)
            mean += (double)w->x[i * w->n_axes + c] / (double)n;
        for (size_t i = 0; i < n; i++) {
            const double d = (double)w->x[i * w->n_axes + c] - mean;
            square += d * d / (double)n;
        }
        deviation[c] = sqrt(square);
    }
    g->deviation = deviation;
    return MOTE_OK;
}

mote_status mote_series_augmenter_init(const mote_series_augment *cfg, const mote_series_windows *w,
                                       mote_arena *a, mote_series_augmenter *out, mote_err *err)
{
    mote_series_augmenter g = {.cfg = *cfg, .n_steps = w->n_steps, .n_axes = w->n_axes};
    MOTE_TRY(check(cfg, err));
    MOTE_TRY(find_triples(w, a, &g, err));
    MOTE_TRY(measure(w, a, &g, err));
    *out = g;
    return MOTE_OK;
}

void mote_series_augment_rng(mote_rng *r, uint64_t seed, uint32_t epoch, uint32_t position)
{
    mote_rng_init_stream(r, seed, STREAM, (uint64_t)epoch << 32 | position);
}

/* ---- changing ---------------------------------------------------------------------------- */

typedef struct {
    double gain;
    int64_t delay; /* steps */
    double turn[3][3];
} drawn;

/* The matrix that turns by `angle` about the line through (x, y, z), of length 1. */
static void rotation(double x, double y, double z, double angle, double m[3][3])
{
    const double s = sin(angle), c = cos(angle), t = 1 - c;
    const double made[3][3] = {{t * x * x + c, t * x * y - s * z, t * x * z + s * y},
                               {t * x * y + s * z, t * y * y + c, t * y * z - s * x},
                               {t * x * z - s * y, t * y * z + s * x, t * z * z + c}};
    memcpy(m, made, sizeof made);
}

/* Any line is as likely as another: its height is uniform (Archimedes). */
static drawn draw(const mote_series_augment *c, mote_rng *r)
{
    drawn d;
    const double z = mote_rng_range(r, -1, 1), round = mote_rng_range(r, 0, 2 * PI);
    const double angle = c->turn_deg * mote_rng_range(r, -1, 1) * PI / 180;
    const double flat = sqrt(1 - z * z);
    rotation(flat * cos(round), flat * sin(round), z, angle, d.turn);
    d.gain = 1 + c->magnitude * mote_rng_range(r, -1, 1);
    d.delay = llround(c->delay_steps * mote_rng_range(r, -1, 1));
    return d;
}

/* Each sensor's x, y, z at one moment. */
static void turn(const mote_series_augmenter *g, const double m[3][3], float *step)
{
    for (size_t k = 0; k < g->n_triples; k++) {
        float *v = step + g->triples[k];
        const double x = (double)v[0], y = (double)v[1], z = (double)v[2];
        for (size_t i = 0; i < 3; i++)
            v[i] = (float)(m[i][0] * x + m[i][1] * y + m[i][2] * z);
    }
}

static void magnify(const mote_series_augmenter *g, double gain, float *x)
{
    for (size_t c = 0; c < g->n_axes; c++) {
        double mean = 0;
        for (size_t t = 0; t < g->n_steps; t++)
            mean += (double)x[t * g->n_axes + c];
        mean /= (double)g->n_steps;
        for (size_t t = 0; t < g->n_steps; t++) {
            float *at = &x[t * g->n_axes + c];
            *at = (float)(mean + gain * ((double)*at - mean));
        }
    }
}

void mote_series_augment_apply(const mote_series_augmenter *g, mote_rng *r, const float *in,
                               float *out)
{
    const size_t axes = g->n_axes;
    const drawn d = draw(&g->cfg, r);
    const double noise = g->cfg.noise * mote_rng_uniform(r);
    for (size_t t = 0; t < g->n_steps; t++) {
        int64_t from = (int64_t)t - d.delay, last = (int64_t)g->n_steps - 1;
        from = from < 0 ? 0 : from > last ? last : from;
        memcpy(out + t * axes, in + (size_t)from * axes, axes * sizeof *out);
        if (g->cfg.turn_deg > 0)
            turn(g, d.turn, out + t * axes);
    }
    if (g->cfg.magnitude > 0)
        magnify(g, d.gain, out);
    for (size_t t = 0; g->cfg.noise > 0 && t < g->n_steps; t++)
        for (size_t c = 0; c < axes; c++)
            out[t * axes + c] += (float)(noise * g->deviation[c] * mote_rng_normal(r));
}
