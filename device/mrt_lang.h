/* SPDX-License-Identifier: Apache-2.0 */
/* What C and C++ spell differently. The headers of device/ and of generated code are read by both
 * (C11 and later, C++11 and later), the sources are C11 and may be compiled as C++ too. Depends on
 * nothing; used by the rest of device/, by generated code and by whoever owns its buffers:
 *
 *     static MRT_ALIGNED(8) uint8_t arena[MODEL_ARENA_BYTES]; */
#ifndef MRT_LANG_H
#define MRT_LANG_H

/* Alignment of a variable or member, in front of its type; n is a power of two. GCC's spelling
 * where it is understood: C++ refuses the standard's between 'static' and a type. */
#if defined(__GNUC__)
#define MRT_ALIGNED(n) __attribute__((aligned(n)))
#elif defined(__cplusplus)
#define MRT_ALIGNED(n) alignas(n)
#else
#define MRT_ALIGNED(n) _Alignas(n)
#endif

/* At file scope: compilation fails with `text` when the constant expression is 0. */
#if defined(__cplusplus)
#define MRT_STATIC_ASSERT(truth, text) static_assert(truth, text)
#else
#define MRT_STATIC_ASSERT(truth, text) _Static_assert(truth, text)
#endif

#endif
