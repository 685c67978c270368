/* SPDX-License-Identifier: Apache-2.0 */
/* Features to the float32 input of a network, in the form of mrt_quantize.h: generated code calls
 * the one or the other. Depends on mrt_quantize.h. Used by the firmware of float32 models. */
#ifndef MRT_KEEP_H
#define MRT_KEEP_H

#include "device/signal/mrt_quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/* n values as they are; those of a fixed-point front end times 2^-12, which is exact below 2^24.
 * p is not read. out may not overlap x.
 * lint: unused_exports: generated code calls them; codegen puts their names together */
void mrt_keep_f32(const mrt_quant_f32 *p, const float *x, size_t n, float *out);
void mrt_keep_fixed(const mrt_quant_fixed *p, const int32_t *x, size_t n, float *out);

#ifdef __cplusplus
}
#endif

#endif
