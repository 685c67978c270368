/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the three builds of kernels.inc; kernels.c chooses. */
#ifndef MOTE_LEARN_KERNELS_INTERNAL_H
#define MOTE_LEARN_KERNELS_INTERNAL_H

#include "learn/kernels.h"

extern const mote_kernels mote_kernels_portable;
#if defined(__x86_64__)
extern const mote_kernels mote_kernels_avx2;
extern const mote_kernels mote_kernels_avx512;
#endif

#endif
