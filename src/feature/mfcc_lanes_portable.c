/* SPDX-License-Identifier: Apache-2.0 */
/* 4 frames side by side: 128-bit vectors, which every x86-64 and AArch64 has; elsewhere the
 * compiler takes the vectors apart. */
#define LANES 4
#define TARGET
#define PATH      mote_lanes_portable
#define PATH_NAME "portable"
#include "feature/mfcc_lanes_body.h"
