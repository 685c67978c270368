/* SPDX-License-Identifier: Apache-2.0 */
/* Sections of a bundle file: shared by bundle.c (writes, finds), model.c (reads) and bundle_v1.c
 * (reads what the first version said otherwise). */
#ifndef MOTE_MODEL_BUNDLE_INTERNAL_H
#define MOTE_MODEL_BUNDLE_INTERNAL_H

#include "model/bundle.h"

#define MOTE_BUNDLE_VERSION     2u
#define MOTE_SECTION_NAME_BYTES 16
#define MOTE_BUNDLE_SECTIONS    16

typedef enum {
    MOTE_SECTION_DOCUMENT,
    MOTE_SECTION_GRAPH,
    MOTE_SECTION_TRAINING,
    MOTE_SECTION_GOLDEN,
    MOTE_N_SECTIONS
} mote_section_id;

/* Borrows the bytes. data NULL: the bundle has no such section. */
typedef struct {
    const uint8_t *data;
    size_t len;
} mote_section;
typedef struct {
    uint32_t version; /* 1 or 2 */
    mote_section sections[MOTE_N_SECTIONS];
} mote_bundle;

/* Find the sections of bytes[0..n) and hold every one against its checksum, unknown ones too.
 * PARSE or CORRUPT when the file is not a whole bundle, UNSUPPORTED when a newer mote made it. */
MOTE_MUST_USE mote_status mote_bundle_open(const void *bytes, size_t n, mote_bundle *out,
                                           mote_err *err);

/* What a model.json says. Texts are borrowed from the document, lists live in `a`. */
typedef struct {
    mote_signature signature;
    mote_frontend frontend;
    mote_decision decision;
} mote_bundle_words;

/* Of the first version; it knows neither the graph's shape for a model without front end: `dims`
 * are those of its input. */
MOTE_MUST_USE mote_status mote_bundle_read_v1(const json_t *document, const mote_tensor *input,
                                              mote_bundle_words *out, mote_err *err);

#endif
