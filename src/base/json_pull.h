/* SPDX-License-Identifier: Apache-2.0 */
/* JSON read by pulling, for bodies that are mostly numbers: no tree is built, floats land where
 * they are wanted. RFC 8259, strictly: no comments, no trailing commas, no NaN; nesting is bounded.
 *
 *     mote_json_pull p;
 *     mote_json_pull_init(&p, text, n);
 *     MOTE_TRY(mote_pull_object(&p, err));
 *     for (mote_slice key; mote_pull_key(&p, &key);) {
 *         if (mote_slice_is(key, "data"))
 *             MOTE_TRY(mote_pull_f32s(&p, shape, n_dims, out, &n_values, err));
 *         else
 *             MOTE_TRY(mote_pull_skip(&p, err));
 *     }
 *     MOTE_TRY(mote_pull_end(&p, err));
 *
 * The first failure is remembered: every later call fails with it, so loops end by themselves and
 * mote_pull_end reports it. Messages give line and column.
 *
 * Depends on status, mem, text. Used by web/ and whoever reads large arrays. */
#ifndef MOTE_BASE_JSON_PULL_H
#define MOTE_BASE_JSON_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

#define MOTE_PULL_MAX_DEPTH 64
#define MOTE_PULL_MAX_KEYS  256 /* members of an object, with those of the objects around it */

/* Bytes of the text, not terminated. A string slice is what stands between the quotes, escapes
 * still in it; mote_pull_text undoes them. */
typedef struct {
    const char *at;
    size_t n;
} mote_slice;

/* Does it mean `text` (ASCII), escapes undone? */
bool mote_slice_is(mote_slice s, const char *text);

typedef struct {
    const char *text, *at, *end; /* private, as is all below */
    int32_t depth;
    bool is_first; /* directly behind '{' or '[' */
    bool in_object[MOTE_PULL_MAX_DEPTH];
    int32_t first_key[MOTE_PULL_MAX_DEPTH]; /* where the keys of this level begin in `keys` */
    int32_t n_keys;
    mote_slice keys[MOTE_PULL_MAX_KEYS]; /* of the objects that are open, to see one given twice */
    mote_err failure;                    /* status OK: none yet */
    bool null_is_nan; /* public, for mote_pull_f32s: null is a number that is missing */
} mote_json_pull;

/* text[0..n) is borrowed until the last call. */
void mote_json_pull_init(mote_json_pull *p, const char *text, size_t n);

typedef enum {
    MOTE_PULL_NONE, /* no value starts here: the next call will say so */
    MOTE_PULL_OBJECT,
    MOTE_PULL_ARRAY,
    MOTE_PULL_STRING,
    MOTE_PULL_NUMBER,
    MOTE_PULL_BOOL,
    MOTE_PULL_NULL
} mote_pull_kind;
mote_pull_kind mote_pull_peek(mote_json_pull *p);

/* Enter; then key / item say whether there is another one, and leave when there is none. After
 * true the caller reads exactly one value. False also after a failure.
 *
 * A key that an object has twice is refused (PARSE): RFC 8259 section 4 leaves open which of the
 * two counts, and two programs that choose differently can be told two things at once. More than
 * MOTE_PULL_MAX_KEYS members are refused (LIMIT). */
MOTE_MUST_USE mote_status mote_pull_object(mote_json_pull *p, mote_err *err);
bool mote_pull_key(mote_json_pull *p, mote_slice *key);
/* The same, passing over members whose value is null: for a protocol that says absent with null. */
bool mote_pull_member(mote_json_pull *p, mote_slice *key);
MOTE_MUST_USE mote_status mote_pull_array(mote_json_pull *p, mote_err *err);
bool mote_pull_item(mote_json_pull *p);

MOTE_MUST_USE mote_status mote_pull_str(mote_json_pull *p, mote_slice *out, mote_err *err);
MOTE_MUST_USE mote_status mote_pull_bool(mote_json_pull *p, bool *out, mote_err *err);
MOTE_MUST_USE mote_status mote_pull_i64(mote_json_pull *p, int64_t *out,
                                        mote_err *err); /* "3", not "3.0"; RANGE when too large */
MOTE_MUST_USE mote_status mote_pull_f64(mote_json_pull *p, double *out,
                                        mote_err *err); /* nearest double; RANGE when infinite */
MOTE_MUST_USE mote_status mote_pull_skip(mote_json_pull *p, mote_err *err); /* any one value */

/* Has a call failed? Then a loop over keys or items ended for that reason. */
static inline bool mote_pull_has_failed(const mote_json_pull *p)
{
    return p->failure.status != MOTE_OK;
}

/* The whole text was read: only blanks are left. Reports the first failure. */
MOTE_MUST_USE mote_status mote_pull_end(mote_json_pull *p, mote_err *err);

/* An array of numbers, flat or nested like dims[0..n_dims) (each level with that many items), into
 * out[product of dims], the product being known to fit a size_t. LIMIT when there are more, SHAPE
 * when the nesting is another. A flat array may be shorter. true and false count as 1 and 0.
 * Cost: about 1 ns a byte. Source of the conversion: Clinger, "How to Read Floating Point Numbers
 * Accurately", PLDI 1990, fast path in double; the rare rest is decided exactly. */
MOTE_MUST_USE mote_status mote_pull_f32s(mote_json_pull *p, const int64_t *dims, int32_t n_dims,
                                         float *out, size_t *n_values, mote_err *err);

/* The text of a string slice with its escapes undone, terminated, in the arena. PARSE on a bad
 * escape, a lone surrogate, \u0000 or bytes that are not UTF-8; *n may be NULL. */
MOTE_MUST_USE mote_status mote_pull_text(mote_slice s, mote_arena *a, char **out, size_t *n,
                                         mote_err *err);

/* The next value, a string, as such a text. */
MOTE_MUST_USE mote_status mote_pull_string(mote_json_pull *p, mote_arena *a, const char **out,
                                           mote_err *err);

/* The nearest float to the decimal number s[0..n) of JSON's grammar; false on any other text and
 * when the nearest is infinite. */
/* lint: unused_exports: a fuzzer holds the conversion against the exact one */
bool mote_parse_f32(const char *s, size_t n, float *out);

/* Append values with commas between them, each the shortest decimals that read back the same
 * float; null for NaN and infinities, which JSON cannot say. */
void mote_json_add_f32s(mote_buf *b, const float *values, size_t n);

#endif
