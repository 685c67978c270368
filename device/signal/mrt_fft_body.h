/* SPDX-License-Identifier: Apache-2.0 */
/* The FFT of a real frame, as source text for several arithmetics; empty without the definitions
 * below.
 *
 * The same lines are compiled for one frame (device: float, int32_t) and for 4, 8 or 16 frames side
 * by side (host: vectors of them), so every frame sees the same operations in the same order and
 * the results are the same bits by construction. Before the #include, define
 *
 *     V               a value: float, int32_t, or a vector of them
 *     S               an entry of the sine table: float or int16_t
 *     MRT_FN          storage class and attributes of the functions made here
 *     MRT_NAME(x)     names the functions
 *     MRT_MUL(v, s)   V times S, rounded once
 *
 * A real frame x[0..n) goes in as m = n/2 complex numbers z[j] = x[2j] + i x[2j+1], stored as pairs
 * of V at the bit-reversed place of j. Decimation in time, radix 4 with bit-reversed order: the
 * quarters of a block hold the sub-transforms of the residues 0, 2, 1, 3 (mod 4).
 *
 *     block of 4q:  [ a: residue 0 | c: residue 2 | b: residue 1 | d: residue 3 ]
 *     out[j]      = a + w^j b + w^2j c + w^3j d                    w = exp(-2 pi i / 4q)
 *     out[j + q]  = a - i w^j b - w^2j c + i w^3j d                and so on
 *
 * When log2(m) is odd, a pass of radix 2 comes first. Then mrt_split turns Z into 2X, twice the
 * spectrum of the real frame (the factor is taken out in the window or in the logarithm):
 *     2X[k]           = E + T      E = Z[k] + conj Z[m-k],
 *     conj 2X[m - k]  = E - T      T = -i exp(-2 pi i k / n) (Z[k] - conj Z[m-k])      0 < k < m/2
 * Source: Cooley and Tukey 1965; Oppenheim and Schafer, Discrete-Time Signal Processing, ch. 9. */
#ifdef MRT_FN

/* Butterfly of a and (already rotated) b, c, d, which are at pa, pb, pc, pd. */
#define MRT_BUTTERFLY(ar, ai, br, bi, cr, ci, dr, di)                                              \
    do {                                                                                           \
        const V t0r = (ar) + (cr), t0i = (ai) + (ci);                                              \
        const V t1r = (ar) - (cr), t1i = (ai) - (ci);                                              \
        const V t2r = (br) + (dr), t2i = (bi) + (di);                                              \
        const V t3r = (br) - (dr), t3i = (bi) - (di);                                              \
        pa[0] = t0r + t2r;                                                                         \
        pa[1] = t0i + t2i;                                                                         \
        pc[0] = t1r + t3i;                                                                         \
        pc[1] = t1i - t3r;                                                                         \
        pb[0] = t0r - t2r;                                                                         \
        pb[1] = t0i - t2i;                                                                         \
        pd[0] = t1r - t3i;                                                                         \
        pd[1] = t1i + t3r;                                                                         \
    } while (0)

MRT_FN void MRT_NAME(fft_pass)(V *z, const S *sine, uint32_t n, uint32_t q)
{
    const uint32_t m = n / 2, step = n / (4 * q);
    const S *cosine = sine + n / 4;

    for (uint32_t i = 0; i < m; i += 4 * q) { /* j = 0: nothing to rotate */
        V *pa = z + 2 * i, *pc = pa + 2 * q, *pb = pc + 2 * q, *pd = pb + 2 * q;
        const V ar = pa[0], ai = pa[1], br = pb[0], bi = pb[1];
        const V cr = pc[0], ci = pc[1], dr = pd[0], di = pd[1];
        MRT_BUTTERFLY(ar, ai, br, bi, cr, ci, dr, di);
    }
    for (uint32_t j = 1; j < q; j++) {
        const uint32_t w = j * step;
        const S c1 = cosine[w], s1 = sine[w], c2 = cosine[2 * w], s2 = sine[2 * w];
        const S c3 = cosine[3 * w], s3 = sine[3 * w];
        for (uint32_t i = j; i < m; i += 4 * q) {
            V *pa = z + 2 * i, *pc = pa + 2 * q, *pb = pc + 2 * q, *pd = pb + 2 * q;
            const V ar = pa[0], ai = pa[1];
            const V br = MRT_MUL(pb[0], c1) + MRT_MUL(pb[1], s1);
            const V bi = MRT_MUL(pb[1], c1) - MRT_MUL(pb[0], s1);
            const V cr = MRT_MUL(pc[0], c2) + MRT_MUL(pc[1], s2);
            const V ci = MRT_MUL(pc[1], c2) - MRT_MUL(pc[0], s2);
            const V dr = MRT_MUL(pd[0], c3) + MRT_MUL(pd[1], s3);
            const V di = MRT_MUL(pd[1], c3) - MRT_MUL(pd[0], s3);
            MRT_BUTTERFLY(ar, ai, br, bi, cr, ci, dr, di);
        }
    }
}

/* z [n] values in bit-reversed complex order, transformed in place. */
MRT_FN void MRT_NAME(fft)(V *z, const S *sine, uint32_t n)
{
    const uint32_t m = n / 2;
    uint32_t q = 1;

    if ((m & 0x55555555u) == 0) { /* log2(m) is odd */
        for (uint32_t i = 0; i < 2 * m; i += 4) {
            const V ar = z[i], ai = z[i + 1], br = z[i + 2], bi = z[i + 3];
            z[i] = ar + br;
            z[i + 1] = ai + bi;
            z[i + 2] = ar - br;
            z[i + 3] = ai - bi;
        }
        q = 2;
    }
    for (; q < m; q *= 4)
        MRT_NAME(fft_pass)(z, sine, n, q);
}

/* Z in place to 2X for the bins 1 .. m-1: bin k at z[2k], z[2k+1] (bins above m/2 conjugated). What
 * the bins 0 and m would need is left where it is; no mel filter reads them. */
MRT_FN void MRT_NAME(split)(V *z, const S *sine, uint32_t n)
{
    const uint32_t m = n / 2;
    const S *cosine = sine + n / 4;

    for (uint32_t k = 1; k < m / 2; k++) {
        V *a = z + 2 * k, *b = z + 2 * (m - k);
        const V er = a[0] + b[0], ei = a[1] - b[1];
        const V gr = a[0] - b[0], gi = a[1] + b[1];
        const V tr = MRT_MUL(gi, cosine[k]) - MRT_MUL(gr, sine[k]);
        const V ti = MRT_MUL(gr, cosine[k]) + MRT_MUL(gi, sine[k]);
        a[0] = er + tr;
        a[1] = ei - ti;
        b[0] = er - tr;
        b[1] = ei + ti;
    }
    z[m] = z[m] + z[m]; /* k = m/2: 2X is 2 conj Z */
    z[m + 1] = z[m + 1] + z[m + 1];
}

#undef MRT_BUTTERFLY

#endif /* MRT_FN */
