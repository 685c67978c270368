/* SPDX-License-Identifier: Apache-2.0 */
/* What rooms, devices and lines do to sound, as mote.yaml says it. The keys are those of
 * effects.def. */
#ifndef MOTE_PROJECT_SECTION_EFFECTS_H
#define MOTE_PROJECT_SECTION_EFFECTS_H

#include <stdint.h>

#include "project/setting_types.h"

typedef struct {
    struct {
        double probability;
        mote_span low_hz, high_hz, drive_db;
    } loudspeaker;
    struct {
        double probability;
        mote_span size_m, rt60_ms, distance_m;
    } room;
    struct {
        double probability;
        mote_span tilt_db, resonance_db, low_cut_hz, high_cut_hz;
        int32_t resonances;
    } microphone;
    struct {
        double probability;
        mote_span dbfs;
    } level, floor, automatic_gain;
    struct {
        double probability;
        mote_span ratio, release_ms;
    } compression;
    struct {
        double probability;
        mote_span share;
    } clipping;
    struct {
        double probability;
        mote_span low_hz, high_hz;
    } telephone;
    struct {
        double probability;
        const char *kind; /* "any", "mu-law", .. */
        mote_span bits;
    } codec;
} mote_project_effects;

#endif
