/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of pictures share with their device part, over device/signal/mrt_pixels.h. Private
 * to frontend_pixels.c and frontend_pixels_device.c. */
#ifndef MOTE_FEATURE_FRONTEND_PIXELS_H
#define MOTE_FEATURE_FRONTEND_PIXELS_H

#include "device/signal/mrt_pixels.h"
#include "feature/frontend_class.h"

/* What a level is reckoned by, of each channel of a plan. */
typedef struct {
    float offset[MRT_PIXELS_MAX_CHANNELS], scale[MRT_PIXELS_MAX_CHANNELS];
} pixels_scaling;
const pixels_scaling *pixels_scaling_of(const mote_frontend_plan *p);

extern const mote_frontend_device_class pixels_device; /* frontend_pixels_device.c */

#endif
