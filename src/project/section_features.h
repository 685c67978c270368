/* SPDX-License-Identifier: Apache-2.0 */
/* Section `features` of mote.yaml: the front end: what the model sees of a sample. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_FEATURES_H
#define MOTE_PROJECT_SECTION_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "project/setting_types.h"

typedef struct {
    bool is_stated;             /* the file says something of it */
    const char *kind;           /* a row of frontends.def */
    int32_t mels, coefficients; /* coefficients: mfcc only, <= mels */
    double window_ms, hop_ms;
    int32_t low_hz, high_hz; /* low < high <= rate / 2 */
    double pre_emphasis;
    const char *normalise; /* "none", "mean", "running", "pcen" (logmel only) */
    double normalise_ms;   /* running, pcen */
    double pcen_gain, pcen_bias, pcen_power;
    const char *arithmetic; /* "float" or "fixed" */
    /* Of series. */
    double frame_ms, frame_hop_ms;    /* 0: the whole sample; 0: as long as a frame */
    mote_names statistics;            /* statistics only */
    int32_t bands;                    /* spectral only, as the next */
    double band_low_hz, band_high_hz; /* high 0: half the rate */
} mote_project_features;

#endif
