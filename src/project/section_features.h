/* SPDX-License-Identifier: Apache-2.0 */
/* Section `features` of mote.yaml: the front end: what the model sees of the sound. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_FEATURES_H
#define MOTE_PROJECT_SECTION_FEATURES_H

#include <stdint.h>

typedef struct {
    const char *kind;           /* "mfcc" or "logmel" */
    int32_t mels, coefficients; /* coefficients: mfcc only, <= mels */
    double window_ms, hop_ms;
    int32_t low_hz, high_hz; /* low < high <= rate / 2 */
    double pre_emphasis;
    const char *arithmetic; /* "float" or "fixed" */
} mote_project_features;

#endif
