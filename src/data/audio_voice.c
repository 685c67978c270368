/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the voice itself. See audio_voice.h. */
#include "data/audio_voice.h"

#include <math.h>
#include <string.h>

#include "data/loops.h"

/* Source: E. Catmull and R. Rom, A Class of Local Interpolating Splines, 1974. */
void mote_voice_read_at(const float *x, size_t n, double f, float *y, size_t n_out)
{
    mote_loops_best()->read_at(x, n, f, y, n_out);
}

/* Where in [from, to] the input continues `tail` best: the largest correlation, normalised. Every
 * other sample and lag is enough to line up voices. */
static size_t best_fit(const float *x, size_t from, size_t to, const float *tail, size_t n_tail)
{
    size_t best = from;
    float best_score = -1e30f;
    for (size_t at = from; at <= to; at += 2) {
        float dot = 0.0f, norm = 1e-3f;
        for (size_t i = 0; i < n_tail; i += 2) {
            dot += tail[i] * x[at + i];
            norm += x[at + i] * x[at + i];
        }
        float score = dot * fabsf(dot) / norm;
        if (score > best_score) {
            best_score = score;
            best = at;
        }
    }
    return best;
}

/* Stretch x[0..n) to y[0..n_out): pieces of `hop` with `overlap` crossfaded. Needs n of at least
 * a few hops; the caller gives a second of sound. */
void mote_voice_stretch(const float *x, size_t n, float *y, size_t n_out, int32_t rate_hz)
{
    const size_t hop = (size_t)rate_hz / 50, overlap = (size_t)rate_hz / 100;
    const size_t reach = (size_t)rate_hz / 125;
    const size_t piece = hop + overlap;
    const double step = (double)n / (double)n_out;
    if (n < piece + 1) { /* too short to cut: repeat nothing, keep as is */
        memset(y, 0, n_out * sizeof *y);
        memcpy(y, x, (n < n_out ? n : n_out) * sizeof *y);
        return;
    }
    size_t done = 0; /* y[0..done) is final, y[done..+overlap) a tail */
    memcpy(y, x, (piece < n_out ? piece : n_out) * sizeof *y);
    done = hop;
    while (done < n_out) {
        size_t wish = (size_t)((double)done * step);
        size_t last = n - piece;
        size_t from = wish > reach ? wish - reach : 0, to = wish + reach;
        from = from < last ? from : last;
        to = to < last ? to : last;
        size_t left = n_out - done, tail = overlap < left ? overlap : left;
        size_t at = best_fit(x, from, to, y + done, tail);
        for (size_t i = 0; i < tail; i++) {
            float w = (float)i / (float)overlap;
            y[done + i] += w * (x[at + i] - y[done + i]);
        }
        size_t rest = piece < left ? piece : left;
        for (size_t i = tail; i < rest; i++)
            y[done + i] = x[at + i];
        done += hop;
    }
}
