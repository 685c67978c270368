/* SPDX-License-Identifier: Apache-2.0 */
/* Included by the sources whose floating-point results must be the same bits everywhere, before any
 * code: a * b + c is rounded twice. The flag -ffp-contract=off says so too; this is for builds that
 * cannot set it (Arduino), whose compiler would fuse the two on a core with FPU. Not for headers
 * that others include: it holds for what follows in the file. */
#ifndef MRT_EXACT_H
#define MRT_EXACT_H

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__) && (defined(__FP_FAST_FMAF) || defined(__FP_FAST_FMA))
#pragma GCC optimize("fp-contract=off")
#endif

#endif
