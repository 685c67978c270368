/* SPDX-License-Identifier: Apache-2.0 */
/* CBOR read by pulling (RFC 8949), as much of it as acquisition files hold: integers, floats of 16,
 * 32 and 64 bits, true, false, null, text and bytes, arrays and maps of stated or open length; tags
 * are passed over. Text in chunks is not read.
 *
 * Nothing is allocated, nesting is bounded, and no length is believed beyond the bytes that are
 * there. The first failure is remembered: every later call returns false, mote_cbor_status says why
 * and at which byte. Depends on base/status. Used by data/series_edge. */
#ifndef MOTE_DATA_CBOR_H
#define MOTE_DATA_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define MOTE_CBOR_MAX_DEPTH 16

typedef enum {
    MOTE_CBOR_NONE, /* the end, or no item */
    MOTE_CBOR_MAP,
    MOTE_CBOR_ARRAY,
    MOTE_CBOR_TEXT,
    MOTE_CBOR_BYTES,
    MOTE_CBOR_NUMBER,
    MOTE_CBOR_BOOL,
    MOTE_CBOR_NULL
} mote_cbor_kind;

typedef struct {
    const uint8_t *d; /* private, as is all below */
    size_t n, at;
    int32_t depth;
    uint64_t left[MOTE_CBOR_MAX_DEPTH]; /* entries of each open item; UINT64_MAX: open length */
    const char *why;                    /* static; NULL: no failure */
    size_t why_at;
} mote_cbor;

void mote_cbor_init(mote_cbor *c, const void *bytes, size_t n); /* bytes are borrowed */
mote_cbor_kind mote_cbor_peek(mote_cbor *c);

/* Enter; then mote_cbor_more says whether another entry follows (of a map: its key, then its value)
 * and leaves when none does. */
bool mote_cbor_map(mote_cbor *c);
bool mote_cbor_array(mote_cbor *c);
bool mote_cbor_more(mote_cbor *c);

bool mote_cbor_text(mote_cbor *c, const char **s, size_t *n); /* borrowed, not checked for UTF-8 */
bool mote_cbor_number(mote_cbor *c, double *x);               /* integers rounded to the nearest */
bool mote_cbor_skip(mote_cbor *c);                            /* any one item */

/* PARSE "'name': byte 17: why"; OK when nothing has failed. */
MOTE_MUST_USE mote_status mote_cbor_status(const mote_cbor *c, const char *name, mote_err *err);

#endif
