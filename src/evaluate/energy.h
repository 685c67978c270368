/* SPDX-License-Identifier: Apache-2.0 */
/* How much goes on in a sample that runs in time, in a few numbers: what the simplest rule looks at
 * (baseline.h), before any front end.
 *
 * Of each channel the root mean square about its mean in the sample, and that of the loudest tenth
 * of the sample, about the same mean; of several channels the same of all of them together too.
 * In the units of the channel: a threshold on it is one on any monotone function of it, decibels
 * included. Depends on base/. Used beside every model that is judged. */
#ifndef MOTE_EVALUATE_ENERGY_H
#define MOTE_EVALUATE_ENERGY_H

#include <stddef.h>

#include "base/tensor.h"

#define MOTE_ENERGY_PARTS 10 /* stretches of a sample that the loudest one is looked for among */

/* Numbers of a sample of that shape [steps] or [steps][channels], int16 or float32; 0: it has
 * another shape or type. */
size_t mote_energy_width(const mote_shape *shape);

/* out [mote_energy_width]. One number that is not finite makes all of its channel 0. */
void mote_energy_of(const mote_shape *shape, const void *sample, float *out);

#endif
