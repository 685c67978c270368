/* SPDX-License-Identifier: Apache-2.0 */
/* The fixed-point front end after windowing, as source text for one frame or several side by side;
 * see mrt_fft_body.h, for which V is int32_t (or the vector of them), S is int16_t and
 *
 *     MRT_MUL(v, s) = floor(v * s / 2^15).
 *
 * Besides, define U (uint32_t) and D (uint64_t), or vectors of as many lanes, and
 *
 *     MRT_LESS(u, c)  as V: 1 where the U is below the constant, else 0
 *     MRT_WIDE(u)     U as D, zero-extended;  MRT_HIGH(d)  the upper half of a D as U
 *
 * Formats and bounds (n = n_fft, N = log2 n, P = 1 with pre-emphasis, else 0). Quiet frames are
 * scaled up: g is the number of bits by which the largest |x| of the frame is below full scale.
 *
 *   pcm            |x| <= 2^(15-g)
 *   emphasised     Q14: x * 2^14 - (a x' >> 1), of magnitude <= 2^29 + 2^15 * 32440 / 2 < 2^30
 *   window         Q15, w <= 32767; y w >> 15, or x w >> 1 without pre-emphasis: Q14, < 2^(30-g)
 *   windowed       of those, N + P - 1 - g bits are dropped: pcm with F = 15 - N - P + g; g is
 *                  bounded so that F <= 14. With the sum of a Hann window at most n/2:
 *                  sum |x_i| <= 2^(15+P-g) * 2^F * n/2 = 2^29
 *   FFT            every intermediate is a sum of rotated inputs, of magnitude <= 2^29, plus the
 *                  roundings (below 2 in a component per pass); a component of a rotated value is
 *                  the sum of two products of <= 2^29
 *   2X             |2X| <= 2 * 2^29 = 2^30; its parts E and T, |Z[k]| + |Z[m-k]| <= 2^30 each,
 *                  and their sum is a component of 2X again
 *   mantissas      2X = r * 2^s, s in {0, 4, 8, 12, 16}, |r| <= 2^15: at least 11 significant
 *                  bits, or all there are
 *   power          r^2 + i^2 <= 2^31 in U, times 2^2s
 *   weights        Q16 < 2^16; p * w >> 16 from halves, each below 2^32
 *   energy         D. Parseval: the sum over bins of |X|^2 <= n/2 * sum x^2
 *                  <= n/2 * 2^(15+P-g+F) * 2^29 = 2^58, so the sum of |2X|^2 <= 2^60, and with the
 *                  roundings of the mantissas (2^-10 of it) and the offset (1e-6 * 2^60 at most)
 *                  below 2^61
 *   logarithm      Q16. Energy in units of (1/32768)^2: E = D * 2^-(32 + 2F); |ln| < 2^5, 21 bits
 *   DCT            Q15 coefficients of norm <= 1: |sum| <= sqrt(128) * 2^21 < 2^25
 *   out            Q16 rounded to Q12 */
#ifdef MRT_FN

/* log2 of *energy > 0 in Q16, error below 6e-5: the position of the leading one, the 16 bits behind
 * it as f, and f (1 - f) q(f), q the cubic of least error (1.6e-5) for log2(1 + f) - f. */
MRT_FN V MRT_NAME(log2)(const D *energy)
{
    D d = *energy;
    V n = MRT_LESS(MRT_HIGH(d), 1u) * 32; /* leading zeros, by halves */
    d = d << MRT_WIDE((U)n);
    U top = MRT_HIGH(d);
    V z = MRT_LESS(top, 0x10000u) * 16;
    V more = z;
    top = top << (U)z;
    z = MRT_LESS(top, 0x1000000u) * 8;
    more = more + z;
    top = top << (U)z;
    z = MRT_LESS(top, 0x10000000u) * 4;
    more = more + z;
    top = top << (U)z;
    z = MRT_LESS(top, 0x40000000u) * 2;
    more = more + z;
    top = top << (U)z;
    more = more + MRT_LESS(top, 0x80000000u);
    top = MRT_HIGH(d << MRT_WIDE((U)more));

    const V f16 = (V)((top >> 15) & 0xffffu);
    const V f = f16 >> 1;                /* Q15 */
    const V g = (f * (32768 - f)) >> 15; /* Q15, <= 1/4 */
    V q = 9727 - ((f * 2959) >> 15);     /* Q16 */
    q = ((q * f) >> 15) - 17510;
    q = ((q * f) >> 15) + 28961;
    return (63 - n - more) * 65536 + f16 + ((q * g) >> 15);
}

/* Logarithms (natural, Q16) of the energies of the mel bands, as in the float front end; exponent
 * is the 32 + 2F of above, <= 60. */
MRT_FN void MRT_NAME(mel)(const V *x, const uint16_t *band, const uint16_t *weight, uint32_t n_mels,
                          V exponent, V *mel)
{
    D offset = {0}, rising = {0};

    offset = (offset + 1152921504607u) >> MRT_WIDE((U)(60 - exponent)); /* 1e-6 * 2^60 */
    for (uint32_t b = 0; b <= n_mels; b++) {
        D up = {0}, down = {0};
        for (uint32_t k = band[b]; k < band[b + 1]; k++) {
            const V re = x[2 * k], im = x[2 * k + 1];
            const U size = (U)((re ^ (re >> 31)) | (im ^ (im >> 31)));
            const V s = 16 - 4 * (MRT_LESS(size, 1u << 15) + MRT_LESS(size, 1u << 19) +
                                  MRT_LESS(size, 1u << 23) + MRT_LESS(size, 1u << 27));
            const V half = (1 << s) >> 1;
            const U r = (U)((re + half) >> s), i = (U)((im + half) >> s);
            const U power = r * r + i * i;
            U w = {0};
            w = w + (uint32_t)weight[k - band[0]];
            const U v = (power >> 16) * w + (((power & 0xffffu) * w) >> 16);
            const D shift = MRT_WIDE((U)(s + s));
            up = up + (MRT_WIDE(v) << shift);
            down = down + (MRT_WIDE(power - v) << shift);
        }
        if (b > 0) {
            const D energy = rising + down + offset;
            const V l2 = MRT_NAME(log2)(&energy) - exponent * 65536;
            mel[b - 1] = MRT_MUL(l2, 22713); /* ln 2 in Q15 */
        }
        rising = up;
    }
}

/* out[c] = sum over mel, in order, of mel[i] * dct[i][c]. */
MRT_FN void MRT_NAME(dct)(const V *mel, const int16_t *dct, uint32_t n_mels,
                          uint32_t n_coefficients, V *out)
{
    for (uint32_t c = 0; c < n_coefficients; c++) {
        V s = {0};
        for (uint32_t i = 0; i < n_mels; i++)
            s = s + MRT_MUL(mel[i], dct[i * n_coefficients + c]);
        out[c] = (s + 8) >> 4;
    }
}

/* Windowed samples in z (bit-reversed) with F fraction bits to out [values]; mel [n_mels] is
 * scratch. */
MRT_FN void MRT_NAME(spectrum)(const mrt_frontend_tables *t, V *z, V fraction, V *mel, V *out)
{
    const uint32_t n = (uint32_t)t->config.n_fft, n_mels = (uint32_t)t->config.n_mels;
    const uint32_t n_coefficients = (uint32_t)t->config.n_coefficients;

    MRT_NAME(fft)(z, t->sine_q15, n);
    MRT_NAME(split)(z, t->sine_q15, n);
    MRT_NAME(mel)(z, t->band, t->mel_q16, n_mels, 32 + 2 * fraction, mel);
    if (n_coefficients > 0) {
        MRT_NAME(dct)(mel, t->dct_q15, n_mels, n_coefficients, out);
    } else {
        for (uint32_t i = 0; i < n_mels; i++)
            out[i] = (mel[i] + 8) >> 4;
    }
}

#endif /* MRT_FN */
