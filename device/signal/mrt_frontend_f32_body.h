/* SPDX-License-Identifier: Apache-2.0 */
/* The float front end after windowing, as source text for one frame or several side by side.
 * Define what mrt_fft_body.h (S is float) and mrt_logf_body.h ask for. */
#ifdef MRT_FN

#include "device/signal/mrt_logf_body.h"

/* Logarithms of the energies of the mel bands; bin k is at z[2k] (real) and z[2k+1] (imaginary).
 * Every bin lies between two corners b and b + 1; it feeds filter b with weight w and filter b - 1
 * with 1 - w. */
MRT_FN void MRT_NAME(mel)(const V *z, const uint16_t *band, const float *weight, uint32_t n_mels,
                          V *mel)
{
    V rising = {0};

    for (uint32_t b = 0; b <= n_mels; b++) {
        V up = {0}, down = {0};
        for (uint32_t k = band[b]; k < band[b + 1]; k++) {
            const V re = z[2 * k], im = z[2 * k + 1];
            const V power = re * re + im * im;
            const V v = power * weight[k - band[0]];
            up = up + v;
            down = down + (power - v);
        }
        if (b > 0)
            mel[b - 1] = MRT_NAME(log)((rising + down) + 1e-6f);
        rising = up;
    }
}

/* out[c] = sum over mel, in order, of mel[i] * dct[i][c]; four coefficients at a time. */
MRT_FN void MRT_NAME(dct)(const V *mel, const float *dct, uint32_t n_mels, uint32_t n_coefficients,
                          V *out)
{
    uint32_t c = 0;

    for (; c + 4 <= n_coefficients; c += 4) {
        const float *d = dct + c;
        V s0 = mel[0] * d[0], s1 = mel[0] * d[1], s2 = mel[0] * d[2], s3 = mel[0] * d[3];
        for (uint32_t i = 1; i < n_mels; i++) {
            d += n_coefficients;
            s0 = s0 + mel[i] * d[0];
            s1 = s1 + mel[i] * d[1];
            s2 = s2 + mel[i] * d[2];
            s3 = s3 + mel[i] * d[3];
        }
        out[c] = s0;
        out[c + 1] = s1;
        out[c + 2] = s2;
        out[c + 3] = s3;
    }
    for (; c < n_coefficients; c++) {
        V s = mel[0] * dct[c];
        for (uint32_t i = 1; i < n_mels; i++)
            s = s + mel[i] * dct[i * n_coefficients + c];
        out[c] = s;
    }
}

/* Windowed samples in z (bit-reversed) to out [values]. mel [n_mels] is scratch; with
 * n_coefficients 0 it may be `out`. */
MRT_FN void MRT_NAME(spectrum)(const mrt_frontend_tables *t, V *z, V *mel, V *out)
{
    const uint32_t n = (uint32_t)t->config.n_fft, n_mels = (uint32_t)t->config.n_mels;
    const uint32_t n_coefficients = (uint32_t)t->config.n_coefficients;

    MRT_NAME(fft)(z, t->sine_f32, n);
    MRT_NAME(split)(z, t->sine_f32, n);
    MRT_NAME(mel)(z, t->band, t->mel_f32, n_mels, n_coefficients > 0 ? mel : out);
    if (n_coefficients > 0)
        MRT_NAME(dct)(mel, t->dct_f32, n_mels, n_coefficients, out);
}

#endif /* MRT_FN */
