/* SPDX-License-Identifier: Apache-2.0 */
/* Shares over groups, see share.h. */
#include "evaluate/share.h"

#include <math.h>
#include <stdbool.h>

#include "base/interval_score.h"

void mote_share_add(mote_share *s, double n, double k)
{
    if (!(n > 0))
        return;
    s->n += n;
    s->k += k;
    s->nn += n * n;
    s->kn += k * n;
    s->kk += k * k;
    s->n_groups++;
}

void mote_share_by_voices(mote_share *s)
{
    s->alike = MOTE_SHARE_ALIKE_VOICES;
    s->is_told_by_groups = true;
}

mote_share mote_share_of(const mote_share_samples *x, double *scratch)
{
    mote_share s = {0};
    double *sizes = scratch, *counts = x->group_of ? scratch + x->n_groups : NULL;
    for (int32_t g = 0; x->group_of && g < x->n_groups; g++)
        sizes[g] = counts[g] = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (x->is_in && !x->is_in[i])
            continue;
        if (!x->group_of) {
            mote_share_add(&s, 1, x->is_counted[i] ? 1 : 0);
            continue;
        }
        sizes[x->group_of[i]] += 1;
        counts[x->group_of[i]] += x->is_counted[i] ? 1 : 0;
    }
    for (int32_t g = 0; x->group_of && g < x->n_groups; g++)
        mote_share_add(&s, sizes[g], counts[g]);
    return s;
}

/* Samples that a sample has in its group, itself among them: sum n_g^2 / n. */
static double per_group(const mote_share *s)
{
    return s->nn / s->n;
}

static double usually_alike(const mote_share *s)
{
    return s->alike > 0 ? s->alike : MOTE_SHARE_ALIKE;
}

static bool is_each_alone(const mote_share *s)
{
    return s->nn <= s->n;
}

double mote_share_effect(const mote_share *s)
{
    if (!(s->n > 0) || is_each_alone(s))
        return 1;
    const double p = s->k / s->n, alone = p * (1 - p) * s->n, groups = (double)s->n_groups;
    const double usual = 1 + (per_group(s) - 1) * usually_alike(s);
    const double rarer = fmin(s->k, s->n - s->k);
    /* Linearised variance of a ratio over clusters, Cochran, Sampling Techniques, 9A.1. */
    const double between = s->kk - 2 * p * s->kn + p * p * s->nn;
    const double seen =
        groups > 1 && alone > 0 ? fmax(0, between) * groups / (groups - 1) / alone : usual;
    const double told = s->is_told_by_groups ? fmin(rarer, groups - 1) : rarer;
    return fmax(1, (seen * told + usual * MOTE_SHARE_PRIOR) / (told + MOTE_SHARE_PRIOR));
}

static double quantile_of(const mote_share *s, double confidence)
{
    const double p = (1 + confidence) / 2;
    if (is_each_alone(s))
        return mote_normal_quantile(p);
    return mote_student_quantile((double)s->n_groups - 1 + MOTE_SHARE_PRIOR, p);
}

double mote_share_independent(const mote_share *s)
{
    if (!(s->n > 0))
        return 0;
    const double shrunk = mote_normal_quantile(0.975) / quantile_of(s, 0.95);
    return s->n / mote_share_effect(s) * shrunk * shrunk;
}

static bool is_said(const mote_share *s, double confidence)
{
    return s->n > 0 && s->k >= 0 && s->k <= s->n && confidence > 0 && confidence < 1;
}

mote_interval mote_share_interval(const mote_share *s, double confidence)
{
    if (!is_said(s, confidence))
        return (mote_interval){(double)NAN, 0, 1};
    return mote_interval_score(s->k / s->n, s->n / mote_share_effect(s),
                               quantile_of(s, confidence));
}

mote_interval mote_share_next(const mote_share *s, const mote_share *next, double confidence)
{
    if (!is_said(s, confidence) || !(next->n > 0))
        return (mote_interval){(double)NAN, 0, 1};
    const double effect = mote_share_effect(s);
    /* how alike samples of a group are, for groups of another size */
    const double alike =
        is_each_alone(s) ? usually_alike(s) : fmin(1, (effect - 1) / (per_group(s) - 1));
    const double n = s->n / effect, m = next->n / (1 + (per_group(next) - 1) * alike);
    const double p = s->k / s->n, q = quantile_of(s, confidence);
    const double a = n / (n + m), b = m / (n + m), c = q * q * (1 / n + 1 / m);
    /* (y - p)^2 = c (a p + b y) (1 - a p - b y), a quadratic in y */
    const double square = 1 + c * b * b, linear = -2 * p - c * b * (1 - 2 * a * p),
                 rest = p * p - c * a * p * (1 - a * p);
    const double root = sqrt(fmax(0, linear * linear - 4 * square * rest));
    mote_interval out = {p, (-linear - root) / (2 * square), (-linear + root) / (2 * square)};
    out.lo = p <= 0 ? 0 : fmax(0, fmin(out.lo, p));
    out.hi = p >= 1 ? 1 : fmin(1, fmax(out.hi, p));
    return out;
}
