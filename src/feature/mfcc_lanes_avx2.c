/* SPDX-License-Identifier: Apache-2.0 */
/* 8 frames side by side. */
#include <stddef.h>

#if defined(__x86_64__)
#define LANES     8
#define TARGET    __attribute__((target("avx2")))
#define PATH      mote_lanes_avx2
#define PATH_NAME "avx2"
#include "feature/mfcc_lanes_body.h"
#else
#include "feature/mfcc_lanes.h"

const mote_lane_path *mote_lanes_avx2(void)
{
    return NULL;
}
#endif
