/* SPDX-License-Identifier: Apache-2.0 */
/* 16 frames side by side. */
#include <stddef.h>

#if defined(__x86_64__)
#define LANES     16
#define TARGET    __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl")))
#define PATH      mote_lanes_avx512
#define PATH_NAME "avx512"
#include "feature/mfcc_lanes_body.h"
#else
#include "feature/mfcc_lanes.h"

const mote_lane_path *mote_lanes_avx512(void)
{
    return NULL;
}
#endif
