/* SPDX-License-Identifier: Apache-2.0 */
/* Transforms of frames side by side (lanes.h), as source text for any number of lanes: what comes
 * before and behind the FFT. Include device/signal/mrt_fft_body.h with S float first; V, MRT_FN and
 * MRT_NAME are as there. */
#ifdef MRT_FN

/* z holds the samples: 2j and 2j + 1 at the place of j in reversed order; it becomes twice their
 * spectrum. */
MRT_FN void MRT_NAME(forward_placed)(const mote_lane_fft *f, V *z)
{
    MRT_NAME(fft)(z, f->sine, f->n);
    MRT_NAME(split)(z, f->sine, f->n);
    const V re = z[0], im = z[1];
    z[0] = 2.0f * (re + im);
    z[1] = 2.0f * (re - im);
}

/* x becomes n/2 times the samples whose spectrum is z, each pair of them turned round. The split of
 * mrt_fft_body.h backwards: with a = 2X[k] = E + T and b = conj 2X[m-k] = E - T come Z and Z[m-k]
 * again. Real and imaginary parts change places, since FFT(i conj z) = i conj(m IFFT(z)) makes the
 * same lines transform back. */
MRT_FN void MRT_NAME(inverse_turned)(const mote_lane_fft *f, const V *z, V *x)
{
    const uint32_t n = f->n, m = n / 2;
    const float *sine = f->sine, *cosine = sine + n / 4;
    x[0] = 0.5f * (z[0] - z[1]);
    x[1] = 0.5f * (z[0] + z[1]);
    for (uint32_t k = 1; k < m / 2; k++) {
        const V *a = z + 2 * k, *b = z + 2 * (m - k);
        const V er = 0.5f * (a[0] + b[0]), tr = 0.5f * (a[0] - b[0]);
        const V ei = 0.5f * (a[1] + b[1]), ti = 0.5f * (b[1] - a[1]);
        const V gi = tr * cosine[k] + ti * sine[k], gr = ti * cosine[k] - tr * sine[k];
        V *za = x + 2 * (size_t)f->reversed[k], *zb = x + 2 * (size_t)f->reversed[m - k];
        za[0] = ei + gi;
        za[1] = er + gr;
        zb[0] = gi - ei;
        zb[1] = er - gr;
    }
    V *middle = x + 2 * (size_t)f->reversed[m / 2];
    middle[0] = z[m + 1];
    middle[1] = z[m];
    MRT_NAME(fft)(x, f->sine, n);
}

#endif /* MRT_FN */
