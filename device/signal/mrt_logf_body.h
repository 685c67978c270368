/* SPDX-License-Identifier: Apache-2.0 */
/* The natural logarithm, as source text for one value or several side by side. Define V, MRT_FN and
 * MRT_NAME as for mrt_fft_body.h, and
 *
 *     I               int32_t, or the vector of them with as many lanes as V
 *     MRT_BITS(v)     the bits of a V as I;  MRT_FROM_BITS(i)  the reverse
 *     MRT_TO_F(i)     I converted to V */
#ifdef MRT_FN

/* Natural logarithm of normal positive x.
 * x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); log(1 + f) = f - f^2/2 + f^3 p(f), p the
 * polynomial of degree 7 that minimises the relative error there (0.1 ulp, fitted by Lawson's
 * iteration). ln 2 is split so that e * 0.693359375 is exact. */
MRT_FN V MRT_NAME(log)(V x)
{
    const I bits = MRT_BITS(x);
    const I e = (bits - 0x3f3504f3) >> 23; /* 0x3f3504f3: sqrt(1/2) */
    const V f = MRT_FROM_BITS(bits - e * (1 << 23)) - 1.0f;
    const V ef = MRT_TO_F(e);
    const V f2 = f * f;
    V p = f * -0.07634501f + 0.12761584f;
    p = p * f - 0.13160184f;
    p = p * f + 0.14201757f;
    p = p * f - 0.16623357f;
    p = p * f + 0.20001227f;
    p = p * f - 0.2500082f;
    p = p * f + 0.3333333f;
    V y = p * f * f2;
    y = y + ef * -0.00021219444f; /* ln 2 - 0.693359375 */
    y = y - f2 * 0.5f;
    return (f + y) + ef * 0.693359375f;
}

#endif /* MRT_FN */
