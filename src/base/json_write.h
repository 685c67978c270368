/* SPDX-License-Identifier: Apache-2.0 */
/* JSON written by pushing, straight into a buffer: no tree is built, no comma is written by hand.
 * RFC 8259, compact: no blanks.
 *
 *     mote_json_out w;
 *     mote_out_begin(&w, buf);
 *     mote_out_object(&w, NULL);
 *     mote_out_str(&w, "name", model->name);
 *     mote_out_array(&w, "shape");
 *     mote_out_i64(&w, NULL, 64);
 *     mote_out_end(&w);
 *     mote_out_end(&w);
 *     mote_out_finish(&w);         {"name":"kws","shape":[64]}
 *
 * `key` is the member's name in an object, escaped like any text, and NULL in an array and for the
 * document itself. Wrong nesting is a bug of the caller and ends the program; running out of memory
 * or over the buffer's bound is the buffer's status, which a writer checks once at the end.
 *
 * Depends on text. The counterpart of json_pull.h; documents that are read again and changed are
 * json.h's. */
#ifndef MOTE_BASE_JSON_WRITE_H
#define MOTE_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define MOTE_OUT_MAX_DEPTH 64

typedef struct {
    mote_buf *buf;      /* borrowed; private, as is all below */
    uint64_t in_object; /* bit d: what was opened at depth d is an object */
    uint64_t has_item;  /* bit d: it has a member already */
    int32_t depth;
    bool is_done; /* the document is whole */
} mote_json_out;

/* What `buf` holds already stays in front. Nothing else may write to it until finish, but whole
 * items through mote_out_raw. */
void mote_out_begin(mote_json_out *w, mote_buf *buf);
void mote_out_finish(mote_json_out *w); /* one whole document was written */

void mote_out_object(mote_json_out *w, const char *key);
void mote_out_array(mote_json_out *w, const char *key);
void mote_out_end(mote_json_out *w); /* of what was opened last */

void mote_out_str(mote_json_out *w, const char *key, const char *s); /* NULL: null */
void mote_out_strn(mote_json_out *w, const char *key, const char *s, size_t n);
MOTE_PRINTF(3, 4) void mote_out_format(mote_json_out *w, const char *key, const char *fmt, ...);
void mote_out_i64(mote_json_out *w, const char *key, int64_t x);
void mote_out_u64(mote_json_out *w, const char *key, uint64_t x);
void mote_out_bool(mote_json_out *w, const char *key, bool x);
void mote_out_null(mote_json_out *w, const char *key);
/* The shortest decimals that read back the same; null for what JSON cannot say (NaN, infinities).
 */
void mote_out_f32(mote_json_out *w, const char *key, float x);
/* All of values[0..n) as items of the array that was opened last. */
void mote_out_f32s(mote_json_out *w, const float *values, size_t n);
#endif
