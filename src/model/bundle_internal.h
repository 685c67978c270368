/* SPDX-License-Identifier: Apache-2.0 */
/* Sections of a bundle file: shared by bundle.c (writes, finds) and model.c (reads). */
#ifndef MOTE_MODEL_BUNDLE_INTERNAL_H
#define MOTE_MODEL_BUNDLE_INTERNAL_H

#include "model/model.h"

#define MOTE_BUNDLE_VERSION     1u
#define MOTE_SECTION_NAME_BYTES 16

/* A section of bytes[0..n), checked against its checksum. data NULL when there is none of that
 * name. PARSE or CORRUPT when the file is not a whole bundle. */
typedef struct {
    const uint8_t *data;
    size_t len;
} mote_section;
MOTE_MUST_USE mote_status mote_bundle_section(const void *bytes, size_t n, const char *name,
                                              mote_section *out, mote_err *err);

#endif
