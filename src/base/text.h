/* SPDX-License-Identifier: Apache-2.0 */
/* Text: a growing buffer with a maximum, locale-free numbers, UTF-8, nearest names.
 *
 * Numbers are read and written the same in every locale: '.' is the point, no grouping. */
#ifndef MOTE_BASE_TEXT_H
#define MOTE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

/* A growing byte buffer, always followed by a 0 byte. After the first failure (out of memory or
 * over max_bytes) it stays failed and further additions do nothing, so a writer may check once at
 * the end with mote_buf_status. */
typedef struct {
    char *data; /* owned by the buffer; never NULL after the first addition */
    size_t len;
    size_t capacity;
    size_t max_bytes;
    mote_status status;
} mote_buf;

void mote_buf_init(mote_buf *b, size_t max_bytes);
void mote_buf_release(mote_buf *b);
void mote_buf_reset(mote_buf *b);
void mote_buf_add(mote_buf *b, const void *bytes, size_t n);
void mote_buf_str(mote_buf *b, const char *s);
void mote_buf_char(mote_buf *b, char c);
MOTE_PRINTF(2, 3) void mote_buf_printf(mote_buf *b, const char *fmt, ...);
MOTE_PRINTF(2, 0) void mote_buf_vprintf(mote_buf *b, const char *fmt, va_list ap);
void mote_buf_dec_u64(mote_buf *b, uint64_t x); /* decimal */
void mote_buf_dec_i64(mote_buf *b, int64_t x);
void mote_buf_f64(mote_buf *b, double x); /* shortest text that reads back the same */
void mote_buf_f32(mote_buf *b, float x);
void mote_buf_json_str(mote_buf *b, const char *s, size_t n); /* quoted and escaped */
void mote_buf_html(mote_buf *b, const char *s);               /* & < > " ' escaped */
mote_status mote_buf_status(const mote_buf *b, mote_err *err);
/* Ownership moves to the caller (mote_free), the buffer is left empty; NULL if it has failed. */
char *mote_buf_take(mote_buf *b, size_t *len);
#define MOTE_SCOPED_BUF __attribute__((cleanup(mote_buf_release))) mote_buf

/* Parse the whole of s[0..n) as a number; false (out untouched) on anything else, also on
 * overflow, on inf and nan, on leading or trailing blanks. A leading '+' is taken by f64 only
 * (sensor files write it); ".5" and "5." are numbers. */
bool mote_parse_i64(const char *s, size_t n, int64_t *out);
bool mote_parse_u64(const char *s, size_t n, uint64_t *out);
bool mote_parse_f64(const char *s, size_t n, double *out);
/* The same with another decimal point: ',' in "3,14". Cost: about 1 ns a digit up to 19 digits. */
bool mote_parse_decimal(const char *s, size_t n, char point, double *out);

bool mote_str_eq(const char *a, const char *b); /* NULL-safe */
bool mote_str_starts(const char *s, const char *prefix);
bool mote_str_ends(const char *s, const char *suffix);
bool mote_utf8_valid(const char *s, size_t n);
/* Bytes of the UTF-8 byte order mark that text[0..n) begins with: 3, or 0. */
size_t mote_utf8_mark(const void *text, size_t n);

/* snprintf that always terminates; returns false when it had to cut. */
MOTE_PRINTF(3, 4) bool mote_format(char *out, size_t out_bytes, const char *fmt, ...);

/* The first candidate that `word` (3 bytes or more) begins, else the nearest by edit distance
 * (insert, delete, replace, swap neighbours); NULL: none within a third of its length (1 to 3). */
const char *mote_nearest(const char *word, const char *const *candidates, size_t n);

/* "1.5 kB", "640 B", "2.1 MB" (powers of 1000); "1m 04s", "3.5 s", "350 ms", "12 us". */
void mote_human_bytes(uint64_t bytes, char *out, size_t out_bytes);
void mote_human_duration(int64_t us, char *out, size_t out_bytes);

/* "1 gap", "2 gaps": a count and its noun, which is given in the plural; of one, its regular
 * singular ("stretches": "1 stretch"; "series" stays). MOTE_COUNTED does it inside a call: its text
 * lives as long as the block. Returns out. */
#define MOTE_COUNTED_BYTES     96
#define MOTE_COUNTED(n, nouns) mote_counted((char[MOTE_COUNTED_BYTES]){0}, n, nouns)
const char *mote_counted(char out[MOTE_COUNTED_BYTES], uint64_t n, const char *nouns);

#endif
