/* SPDX-License-Identifier: Apache-2.0 */
/* The front end on several frames side by side, one per lane of the machine's vectors.
 *
 * Each path compiles the device's own source text (device/signal/mrt_*_body.h) with vectors in
 * place of scalars: every lane sees the operations of mrt_frontend_frame_* in the same order, so
 * the bits are the same. Used by mfcc.c only. */
#ifndef MOTE_FEATURE_MFCC_LANES_H
#define MOTE_FEATURE_MFCC_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "device/signal/mrt_frontend.h"

#define MOTE_MAX_LANES 16

/* lanes frames: pcm[l] [window] to out[l] [values] (int32 of the fixed variant as exact floats).
 * scratch is aligned to 64 and holds (n_fft + 2 * n_mels) * lanes * 4 bytes. */
typedef void mote_lane_frames(const mrt_frontend_tables *t, const int16_t *const *pcm,
                              void *scratch, float *const *out);

typedef struct {
    const char *name;
    int32_t lanes;
    mote_lane_frames *f32;
    mote_lane_frames *q;
} mote_lane_path;

/* NULL when this program was not built for such a machine. */
const mote_lane_path *mote_lanes_avx512(void);
const mote_lane_path *mote_lanes_avx2(void);
const mote_lane_path *mote_lanes_portable(void);

#endif
