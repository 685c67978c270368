/* SPDX-License-Identifier: Apache-2.0 */
/* What hear.c and listener.c share: the detector of a model's operating point. */
#ifndef MOTE_MODEL_HEAR_INTERNAL_H
#define MOTE_MODEL_HEAR_INTERNAL_H

#include "base/mem.h"
#include "base/status.h"
#include "device/stream/mrt_detector.h"
#include "model/model.h"

/* Points into itself: it stays where it was made. */
typedef struct {
    mrt_detector_config config;
    mrt_detector detector;
    uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES];
} mote_model_detector;

/* At its beginning; its memory lives as long as `a`. RANGE: the operating point fits none. */
MOTE_MUST_USE mote_status mote_model_detector_make(const mote_model *m, mote_arena *a,
                                                   mote_model_detector *out, mote_err *err);

#endif
