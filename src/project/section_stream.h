/* SPDX-License-Identifier: Apache-2.0 */
/* Section `stream` of mote.yaml: the test as the product hears it. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_STREAM_H
#define MOTE_PROJECT_SECTION_STREAM_H

#include "project/setting_types.h"

typedef struct {
    mote_names events;                 /* labels that are; empty: the task says, or none */
    double smoothing_ms;               /* mean of the probabilities over this time */
    double suppression_ms;             /* after a detection nothing is reported for this time */
    double hop_ms;                     /* between two inferences on a stream */
    double tolerance_ms;               /* how far from the word a detection may be */
    double max_false_accepts_per_hour; /* limit for the operating point when no value is given */
    double hours;                      /* length of the test stream */
    mote_span noise_snr_db;            /* of the words in the stream's noise */
} mote_project_stream;

#endif
