/* SPDX-License-Identifier: Apache-2.0 */
/* Section `compress` of mote.yaml: what may be lost on the way to int8. The keys are those of
 * config.def. */
#ifndef MOTE_PROJECT_SECTION_COMPRESS_H
#define MOTE_PROJECT_SECTION_COMPRESS_H

typedef struct {
    double max_loss; /* of the chief metric; above it the float32 graph ships */
} mote_project_compress;

#endif
