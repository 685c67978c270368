/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on the compiler or the instruction set, and nothing else: the rest of device/ is
 * strict ISO C11. A target without one of the instruction sets below runs the portable bodies,
 * which give the same bits. Depends on nothing; used by the kernels in nn/ and by signal/. */
#ifndef MRT_PORT_H
#define MRT_PORT_H

#include <stddef.h>
#include <stdint.h>

#define MRT_INLINE static inline __attribute__((always_inline))

/* Cortex-M4, M7, M33: two 16-bit multiply-accumulates in one instruction. */
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH) && defined(__thumb2__) && !defined(MRT_NO_DSP)
#define MRT_HAVE_DSP 1
#else
#define MRT_HAVE_DSP 0
#endif

/* A freestanding compiler may still call these four; a hosted C library or the start-up code of
 * the board provides them. */
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

#endif
