/* SPDX-License-Identifier: Apache-2.0 */
/* Where a word lies, and windows around it: see audio_place.h. */
#include "data/audio_place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/round.h"

#define MOST_FRAMES   1024
#define FRAMES_A_S    100    /* of 10 ms; longer ones in clips of more than 10 s */
#define ABOVE_FLOOR   10.0   /* power: 10 dB */
#define UNDER_PEAK    3.2e-4 /* 35 dB */
#define AT_MOST       1.6e-2 /* 18 dB: a loud floor does not eat the word */
#define AT_LEAST      2.5    /* 4 dB above the floor */
#define STANDS_OUT    4.0    /* 6 dB */
#define BRIDGED_S     0.2
#define DIGITAL_S     0.005 /* a shorter run of zeros is a quiet moment */
#define LEAST_QUIET_S 0.05  /* what can be gone on with */
#define GRAIN_S       0.04
#define FADE_S        0.005
#define NO_FLOOR      5.6e-3 /* of the word: 45 dB under it, where nothing quiet was recorded */

/* ---- looking ----------------------------------------------------------------------------- */

typedef struct {
    double power[MOST_FRAMES]; /* mean square */
    size_t n, width;           /* frames, samples of each */
} frames;

static mote_stretch_of live_part(const int16_t *x, size_t n, int32_t rate_hz)
{
    const size_t least = (size_t)(DIGITAL_S * rate_hz);
    mote_stretch_of s = {0, n};
    while (s.from < n && x[s.from] == 0)
        s.from++;
    if (s.from == n)
        return (mote_stretch_of){0, n};
    while (x[s.to - 1] == 0)
        s.to--;
    s.from = s.from < least ? 0 : s.from;
    s.to = n - s.to < least ? n : s.to;
    return s;
}

static void measure(const mote_placed *p, frames *f)
{
    const size_t n = p->live.to - p->live.from;
    const size_t usual = (size_t)(p->rate_hz / FRAMES_A_S),
                 least = (n + MOST_FRAMES - 1) / MOST_FRAMES;
    const int16_t *x = p->clip + p->live.from;
    double mean = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += (double)x[i] / (double)n;
    f->width = usual > least ? usual : least;
    f->n = (n + f->width - 1) / f->width;
    for (size_t k = 0; k < f->n; k++) {
        const size_t from = k * f->width, to = from + f->width < n ? from + f->width : n;
        double sum = 0.0;
        for (size_t i = from; i < to; i++)
            sum += ((double)x[i] - mean) * ((double)x[i] - mean);
        f->power[k] = sum / (double)(to - from);
    }
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The mean of the quietest tenth of the frames. */
static double floor_of(const frames *f)
{
    double sorted[MOST_FRAMES], sum = 0.0;
    const size_t n = f->n / 10 > 0 ? f->n / 10 : 1;
    memcpy(sorted, f->power, f->n * sizeof *sorted);
    qsort(sorted, f->n, sizeof *sorted, compare);
    for (size_t k = 0; k < n; k++)
        sum += sorted[k];
    return sum / (double)n;
}

/* Loud frames from frame `at` on in one direction, over gaps: the last one. */
static size_t reach(const frames *f, size_t at, int step, double least)
{
    const size_t most = (size_t)(BRIDGED_S * FRAMES_A_S);
    size_t last = at, gap = 0;
    for (size_t k = at; gap <= most; k = (size_t)((int64_t)k + step)) {
        gap = f->power[k] >= least ? 0 : gap + 1;
        last = gap == 0 ? k : last;
        if (step < 0 ? k == 0 : k + 1 == f->n)
            break;
    }
    return last;
}

static void find_word(mote_placed *p, const frames *f)
{
    const double floor = p->floor_rms * p->floor_rms;
    size_t loudest = 0;
    for (size_t k = 1; k < f->n; k++)
        loudest = f->power[k] > f->power[loudest] ? k : loudest;
    const double peak = f->power[loudest];
    p->stands_out = peak > STANDS_OUT * floor || p->live.to - p->live.from < p->n;
    p->word = p->live;
    if (!p->stands_out)
        return;
    const double wanted = fmin(fmax(ABOVE_FLOOR * floor, UNDER_PEAK * peak), AT_MOST * peak);
    const double least = peak > STANDS_OUT * floor ? fmax(wanted, AT_LEAST * floor) : 0.0;
    const size_t first = reach(f, loudest, -1, least), last = reach(f, loudest, 1, least);
    const size_t from = p->live.from + (first > 0 ? first - 1 : 0) * f->width;
    const size_t to = p->live.from + (last + 2) * f->width; /* a frame more on either side */
    p->word = (mote_stretch_of){from, to < p->live.to ? to : p->live.to};
}

mote_placed mote_place_look(const int16_t *clip, size_t n, int32_t rate_hz)
{
    mote_placed p = {.clip = clip, .n = n, .rate_hz = rate_hz};
    frames f;
    p.live = live_part(clip, n, rate_hz);
    measure(&p, &f);
    p.floor_rms = sqrt(floor_of(&f));
    find_word(&p, &f);
    if (!p.stands_out)
        return p;
    const mote_stretch_of before = {p.live.from, p.word.from}, after = {p.word.to, p.live.to};
    p.quiet = before.to - before.from > after.to - after.from ? before : after;
    if (p.quiet.to - p.quiet.from < (size_t)(LEAST_QUIET_S * rate_hz))
        p.quiet = (mote_stretch_of){0, 0};
    return p;
}

int64_t mote_place_window(const mote_placed *p, int64_t offset)
{
    return ((int64_t)(p->word.from + p->word.to) - (int64_t)p->n) / 2 - offset;
}

double mote_place_share(const mote_placed *p, int64_t at)
{
    const int64_t from = (int64_t)p->word.from, to = (int64_t)p->word.to;
    const int64_t end = at + (int64_t)p->n;
    const int64_t first = from > at ? from : at, last = to < end ? to : end;
    return last > first ? (double)(last - first) / (double)(to - from) : 0.0;
}

/* ---- what surrounds it ------------------------------------------------------------------- */

/* How loud a clip is that has nothing quiet: what is under its word by as much as a room would be.
 */
static double level_of(const mote_placed *p)
{
    double sum = 0.0;
    if (p->quiet.to > p->quiet.from || (p->floor_rms > 0.0 && !p->stands_out))
        return p->floor_rms;
    for (size_t i = p->word.from; i < p->word.to; i++)
        sum += (double)p->clip[i] * p->clip[i];
    const double under = NO_FLOOR * sqrt(sum / (double)(p->word.to - p->word.from));
    return fmax(under, fmin(p->floor_rms, 8.0 * under));
}

/* Sound without an end: pieces of a recording, each faded in over half its length while the one
 * before goes; of equal power, because they are not correlated. */
typedef struct {
    const int16_t *from; /* [n]; NULL: white noise */
    size_t n, grain;     /* samples, of a piece */
    size_t at[2], used;  /* pieces before and now; samples of the present half */
    double gain;
    mote_rng *rng;
} sound;

static size_t draw_at(sound *s)
{
    return (size_t)mote_rng_below(s->rng, (uint32_t)(s->n - s->grain) + 1);
}

static double next(sound *s)
{
    if (!s->from)
        return s->gain * mote_rng_normal(s->rng);
    const size_t half = s->grain / 2;
    if (s->used == half) {
        s->at[0] = s->at[1] + half;
        s->at[1] = draw_at(s);
        s->used = 0;
    }
    const double x = (double)s->used / (double)half;
    const double y =
        sqrt(1.0 - x) * s->from[s->at[0] + s->used] + sqrt(x) * s->from[s->at[1] + s->used];
    s->used++;
    return s->gain * y;
}

/* All of a long recording is used as it is; what is short is used in pieces. */
static sound start(const int16_t *x, size_t n, size_t grain, mote_rng *rng)
{
    sound s = {.from = x, .n = n, .gain = 1.0, .rng = rng};
    s.grain = (grain < n ? grain : n) / 2 * 2;
    s.at[1] = draw_at(&s);
    s.at[0] = draw_at(&s) + s.grain / 2;
    return s;
}

static double rms(const int16_t *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sqrt(sum / (double)n);
}

/* The clip's own quiet part, else background as loud as that would be. */
static sound go_on(const mote_placed *p, const mote_audio_set *background, mote_rng *rng)
{
    const size_t grain = (size_t)(GRAIN_S * p->rate_hz);
    const size_t n = background ? background->n : 0;
    if (p->quiet.to > p->quiet.from)
        return start(p->clip + p->quiet.from, p->quiet.to - p->quiet.from, grain, rng);
    const mote_audio_view *v = n ? &background->items[mote_rng_below(rng, (uint32_t)n)] : NULL;
    if (v && v->n >= grain) {
        sound s = start(v->samples, v->n, v->n < p->n ? grain : p->n, rng);
        const double loud = rms(v->samples + s.at[1], s.grain);
        s.gain = loud > 0.0 ? level_of(p) / loud : 0.0;
        if (loud > 0.0)
            return s;
    }
    return (sound){.gain = level_of(p), .rng = rng};
}

/* How much of the clip is heard at its sample `at`: 1 but near its ends, where it is not at the end
 * of the window too. */
static double heard(const mote_placed *p, int64_t at)
{
    const double fade = FADE_S * p->rate_hz;
    const int64_t from = (int64_t)p->live.from, to = (int64_t)p->live.to;
    if (at < from || at >= to)
        return 0.0;
    const double edge = (double)(at - from < to - 1 - at ? at - from : to - 1 - at);
    return edge >= fade ? 1.0 : (edge + 1.0) / (fade + 1.0);
}

/* How much of another word is heard at sample k of its own, from its begin on. */
static double faded(const mote_placed *p, int64_t k)
{
    const int64_t n = (int64_t)(p->word.to - p->word.from);
    const double fade = FADE_S * p->rate_hz, edge = (double)(k < n - 1 - k ? k : n - 1 - k);
    return edge < 0.0 ? 0.0 : fmin((edge + 1.0) / (fade + 1.0), 1.0);
}

/* Another word at sample k of this clip, when its first one is at `from`. */
static double other_word(const mote_placed *other, int64_t from, int64_t k)
{
    const double w = faded(other, k - from);
    return w > 0.0 ? w * other->clip[(int64_t)other->word.from + k - from] : 0.0;
}

void mote_place_cut(const mote_placed *p, int64_t at, const mote_surroundings *around,
                    mote_rng *rng, int16_t *out)
{
    const mote_placed *before = around->before, *after = around->after;
    const int64_t after_at = (int64_t)(p->word.to + around->gap_after);
    int64_t before_at = (int64_t)p->word.from - (int64_t)around->gap_before;
    if (at == 0 && p->live.from == 0 && p->live.to == p->n && !before && !after) {
        memcpy(out, p->clip, p->n * sizeof *out);
        return;
    }
    before_at -= before ? (int64_t)(before->word.to - before->word.from) : 0;
    sound own = go_on(p, around->background, rng);
    for (size_t i = 0; i < p->n; i++) {
        const int64_t k = at + (int64_t)i;
        const double w = heard(p, k);
        double x = w > 0.0 ? w * p->clip[k] : 0.0;
        if (w < 1.0)
            x += sqrt(1.0 - w * w) * next(&own);
        x += before ? other_word(before, before_at, k) : 0.0;
        x += after ? other_word(after, after_at, k) : 0.0;
        out[i] = mote_round_i16((float)x);
    }
}
