/* SPDX-License-Identifier: Apache-2.0 */
/* The impulse response of a shoebox room. See audio_response.h.
 *
 * Up to 60 ms after the direct sound every reflection is there, as the sound of an image of the
 * mouth behind the walls: Allen and Berkley, "Image method for efficiently simulating small-room
 * acoustics", JASA 65(4), 1979, equation 10, with one coefficient for all walls. Later ones are so
 * many that they are noise: normal numbers under the decay that the images tend to, whose energy a
 * second is c / (4 pi V) exp(-13.8 t / T) of a source whose direct sound has the amplitude
 * 1 / (4 pi d) (Kuttruff, Room Acoustics, chapter 4). The coefficient follows from the
 * reverberation time T by Eyring's formula: beta^2 = exp(-13.8 * 4 V / (c S T)). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/audio_response.h"

#define SOUND_M_S  343.0
#define FOUR_PI    12.566370614359172
#define PI         3.141592653589793
#define IMAGES_S   0.060
#define NEPER      13.815510557964274 /* ln 10^6: 60 dB */
#define HALF_SINC  8
#define WALL_M     0.25 /* nobody is nearer to a wall, if the room allows it */
#define LOW_CUT_HZ 60.0 /* reflections of one sign pile up at 0 Hz (Allen and Berkley, IV) */

typedef struct {
    double size[3], mouth[3], ear[3];
    double beta, distance;
} shoebox;

static double inside(mote_rng *r, double size)
{
    const double margin = WALL_M < 0.2 * size ? WALL_M : 0.2 * size;
    return mote_rng_range(r, margin, size - margin);
}

static bool is_inside(const shoebox *b, const double *at)
{
    for (int k = 0; k < 3; k++)
        if (at[k] < 0.05 || at[k] > b->size[k] - 0.05)
            return false;
    return true;
}

/* The mouth in some direction from the microphone, as far as was drawn or as the room is. */
static void place(shoebox *b, double distance, mote_rng *r)
{
    for (int k = 0; k < 3; k++)
        b->ear[k] = inside(r, b->size[k]);
    for (;; distance *= 0.93) {
        const double z = mote_rng_range(r, -0.7, 0.7), angle = mote_rng_range(r, 0.0, 2.0 * PI);
        const double flat = sqrt(1.0 - z * z);
        const double way[3] = {flat * cos(angle), flat * sin(angle), z};
        for (int k = 0; k < 3; k++)
            b->mouth[k] = b->ear[k] + distance * way[k];
        if (is_inside(b, b->mouth))
            break;
    }
    b->distance = distance;
}

/* += amplitude at `at` samples, between samples by a windowed sine cardinal. */
static void add_pulse(float *taps, size_t n, double at, double amplitude)
{
    const int64_t middle = (int64_t)floor(at);
    for (int64_t i = middle - HALF_SINC + 1; i <= middle + HALF_SINC; i++) {
        const double d = at - (double)i;
        if (i < 0 || i >= (int64_t)n)
            continue;
        const double sinc = fabs(d) < 1e-9 ? 1.0 : sin(PI * d) / (PI * d);
        taps[i] += (float)(amplitude * sinc * (0.5 + 0.5 * cos(PI * d / (HALF_SINC + 1))));
    }
}

/* The images of one cell of the lattice of rooms. */
static void add_cell(const shoebox *b, const int cell[3], int32_t rate_hz, double until_s,
                     float *taps, size_t n)
{
    for (int q = 0; q < 8; q++) {
        double far2 = 0.0;
        int n_walls = 0;
        for (int k = 0; k < 3; k++) {
            const int side = q >> k & 1;
            const double at = (side ? -b->mouth[k] : b->mouth[k]) + 2.0 * cell[k] * b->size[k];
            far2 += (at - b->ear[k]) * (at - b->ear[k]);
            n_walls += abs(cell[k] - side) + abs(cell[k]);
        }
        const double far = sqrt(far2), later_s = (far - b->distance) / SOUND_M_S;
        if (later_s >= until_s)
            continue;
        add_pulse(taps, n, later_s * rate_hz, pow(b->beta, n_walls) / (FOUR_PI * far));
    }
}

static void add_images(const shoebox *b, int32_t rate_hz, double until_s, float *taps, size_t n)
{
    int most[3];
    for (int k = 0; k < 3; k++)
        most[k] = (int)((until_s * SOUND_M_S + b->distance) / (2.0 * b->size[k])) + 1;
    for (int x = -most[0]; x <= most[0]; x++)
        for (int y = -most[1]; y <= most[1]; y++)
            for (int z = -most[2]; z <= most[2]; z++)
                add_cell(b, (const int[3]){x, y, z}, rate_hz, until_s, taps, n);
}

static void add_tail(const shoebox *b, double rt60_s, int32_t rate_hz, mote_rng *r, float *taps,
                     size_t n)
{
    const double volume = b->size[0] * b->size[1] * b->size[2];
    const double start = sqrt(SOUND_M_S / (FOUR_PI * volume * rate_hz));
    const double from_s = b->distance / SOUND_M_S; /* the taps begin with the direct sound */
    for (size_t i = (size_t)(IMAGES_S * rate_hz); i < n; i++) {
        const double t = from_s + (double)i / rate_hz;
        taps[i] += (float)(start * exp(-0.5 * NEPER * t / rt60_s) * mote_rng_normal(r));
    }
}

/* What comes after the direct sound, without what piles up at 0 Hz. */
static void cut_low(float *taps, size_t n, int32_t rate_hz)
{
    const float a = (float)(1.0 - exp(-2.0 * PI * LOW_CUT_HZ / rate_hz));
    float low = 0.0f;
    for (size_t i = HALF_SINC + 1; i < n; i++) {
        low += a * (taps[i] - low);
        taps[i] -= low;
    }
}

/* Energy 1 in all, so that a room changes no level; and the direct part of it. */
static double normalise(float *taps, size_t n)
{
    double direct = 0.0, all = 0.0;
    for (size_t i = 0; i < n; i++) {
        all += (double)taps[i] * (double)taps[i];
        direct = i <= HALF_SINC ? all : direct;
    }
    const float gain = (float)(1.0 / sqrt(all));
    for (size_t i = 0; i < n; i++)
        taps[i] *= gain;
    return 10.0 * log10(direct / (all - direct + 1e-12 * all));
}

mote_status mote_room_response_make(const mote_project_effects *e, int32_t rate_hz, mote_rng *r,
                                    mote_room_response *out, mote_err *err)
{
    shoebox b = {.size = {mote_rng_range(r, e->room.size_m.lo, e->room.size_m.hi),
                          mote_rng_range(r, e->room.size_m.lo, e->room.size_m.hi),
                          mote_rng_range(r, 2.3, 3.2)}};
    const double rt60_s = mote_rng_range(r, e->room.rt60_ms.lo, e->room.rt60_ms.hi) / 1000.0;
    place(&b, mote_rng_range(r, e->room.distance_m.lo, e->room.distance_m.hi), r);
    const double volume = b.size[0] * b.size[1] * b.size[2];
    const double walls =
        2.0 * (b.size[0] * b.size[1] + b.size[1] * b.size[2] + b.size[0] * b.size[2]);
    b.beta = exp(-0.5 * NEPER * 4.0 * volume / (SOUND_M_S * walls * rt60_s));
    const size_t n = (size_t)(rt60_s * rate_hz) + 2 * HALF_SINC;
    float *taps = mote_alloc_zero(n, sizeof *taps);
    if (!taps)
        return mote_fail(err, MOTE_NOMEM, "the response of a room");
    add_images(&b, rate_hz, IMAGES_S < rt60_s ? IMAGES_S : rt60_s, taps, n);
    cut_low(taps, n, rate_hz);
    add_tail(&b, rt60_s, rate_hz, r, taps, n);
    *out = (mote_room_response){.size_m = {b.size[0], b.size[1], b.size[2]},
                                .rt60_s = rt60_s,
                                .distance_m = b.distance,
                                .direct_db = normalise(taps, n),
                                .taps = taps,
                                .n = n};
    return MOTE_OK;
}
