/* SPDX-License-Identifier: Apache-2.0 */
/* Responses of devices: a microphone in its housing, the band of a loudspeaker or a line. See
 * audio_response.h. */
#include <math.h>

#include "data/audio_response.h"

#define NEVER (-100.0) /* dB */

static double low_edge(double hz, double edge, int order)
{
    return hz > 0.0 ? -10.0 * log10(1.0 + pow(edge / hz, 2.0 * order)) : NEVER;
}

static double high_edge(double hz, double edge, double nyquist_hz, int order)
{
    return edge >= nyquist_hz ? 0.0 : -10.0 * log10(1.0 + pow(hz / edge, 2.0 * order));
}

void mote_band_magnitude(const mote_convolver *c, double low_hz, double high_hz, int order,
                         double *gain_db)
{
    const double nyquist_hz = 0.5 * c->rate_hz;
    for (size_t k = 0; k <= c->block; k++) {
        const double hz = nyquist_hz * (double)k / (double)c->block;
        gain_db[k] = low_edge(hz, low_hz, order) + high_edge(hz, high_hz, nyquist_hz, order);
    }
}

/* A peak or dip: a bell over the logarithm of the frequency. */
typedef struct {
    double at, width, height_db; /* octaves over 1 kHz, octaves */
} bell;

static double bells_at(const bell *all, int32_t n, double octave)
{
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) {
        const double d = (octave - all[i].at) / all[i].width;
        sum += all[i].height_db * exp(-d * d);
    }
    return sum;
}

/* Tilt about 1 kHz, bells anywhere from 100 Hz to the top, cuts of the first or second order. The
 * middle of speech (300 to 3400 Hz) keeps its level on average. */
void mote_microphone_magnitude(const mote_convolver *c, const mote_project_effects *e, mote_rng *r,
                               double *gain_db)
{
    enum { MOST = 8 }; /* the limit of effects.def */
    bell bells[MOST];
    const double nyquist_hz = 0.5 * c->rate_hz, top = log2(nyquist_hz / 1000.0);
    const double tilt = mote_rng_range(r, e->microphone.tilt_db.lo, e->microphone.tilt_db.hi);
    const double low = mote_rng_range(r, e->microphone.low_cut_hz.lo, e->microphone.low_cut_hz.hi);
    const double high =
        mote_rng_range(r, e->microphone.high_cut_hz.lo, e->microphone.high_cut_hz.hi);
    const int order = 1 + (int)mote_rng_below(r, 2);
    const int32_t most = e->microphone.resonances < MOST ? e->microphone.resonances : MOST;
    const int32_t n = (int32_t)mote_rng_below(r, (uint32_t)most + 1);
    double sum = 0.0, n_middle = 0.0;
    for (int32_t i = 0; i < n; i++) {
        bells[i].at = mote_rng_range(r, -3.3, top);
        bells[i].width = mote_rng_range(r, 0.15, 1.0);
        bells[i].height_db =
            mote_rng_range(r, e->microphone.resonance_db.lo, e->microphone.resonance_db.hi);
    }
    for (size_t k = 0; k <= c->block; k++) {
        const double hz = nyquist_hz * (double)k / (double)c->block;
        const double octave = log2((hz > 20.0 ? hz : 20.0) / 1000.0);
        gain_db[k] = tilt * octave + bells_at(bells, n, octave) + low_edge(hz, low, order) +
                     high_edge(hz, high, nyquist_hz, order);
        if (hz >= 300.0 && hz <= 3400.0) {
            sum += gain_db[k];
            n_middle += 1.0;
        }
    }
    for (size_t k = 0; k <= c->block && n_middle > 0.0; k++)
        gain_db[k] -= sum / n_middle;
}
