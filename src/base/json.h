/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents: jansson's values (json_t) with our errors and our arena of habits.
 *
 * Modules include <jansson.h> through this header and use json_t directly; this file adds what
 * each of them would write again: reading with an error that names line and column, writing in one
 * canonical form (sorted keys, shortest numbers), and typed access that fails with the path. */
#ifndef MOTE_BASE_JSON_H
#define MOTE_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"
#include "base/status.h"
#include "base/text.h"

void mote_json_scoped(json_t **j);
/* MOTE_SCOPED_JSON *j = NULL; */
#define MOTE_SCOPED_JSON __attribute__((cleanup(mote_json_scoped))) json_t

/* Has memory been refused to a value of this thread that was being made, since this was asked last
 * (or first)? Then a document that was built from many parts may lack one. */
bool mote_json_was_refused(void);

/* Parse text[0..n). `what` names the source in errors: "requirements.json:3:14: ...". Duplicate
 * keys are refused. *out is a new reference owned by the caller. */
MOTE_MUST_USE
mote_status mote_json_parse(const char *what, const char *text, size_t n, json_t **out,
                            mote_err *err);
MOTE_MUST_USE
/* lint: unused_exports: tests read golden files with it */
mote_status mote_json_load(const char *path, size_t max_bytes, json_t **out, mote_err *err);

/* Append the document. compact: sorted keys, no blanks (canonical: equal values, equal bytes);
 * pretty: two-space indent, insertion order, a newline at the end. */
void mote_json_write(mote_buf *b, const json_t *j, bool pretty);

/* A string value of a text from outside, such as a file name: a new reference, NULL when there is
 * no memory. Bytes that are not UTF-8 become U+FFFD each, because JSON cannot hold them. */
json_t *mote_json_text(const char *s);

/* Whole numbers from lo to hi, both of them too. */
typedef struct {
    int64_t lo, hi;
} mote_i64_range;

/* Required members of object `o`; errors name `what` and the key, and the type that was found.
 * Strings are borrowed from `o`. */
MOTE_MUST_USE
mote_status mote_json_get_str(const json_t *o, const char *what, const char *key, const char **out,
                              mote_err *err);
MOTE_MUST_USE
/* lint: unused_exports: one for each type that JSON has */
mote_status mote_json_get_bool(const json_t *o, const char *what, const char *key, bool *out,
                               mote_err *err);
MOTE_MUST_USE
mote_status mote_json_get_i64(const json_t *o, const char *what, const char *key,
                              mote_i64_range range, int64_t *out, mote_err *err);
/* How many: a whole number from 0 on. */
MOTE_MUST_USE
mote_status mote_json_get_count(const json_t *o, const char *what, const char *key, int64_t *out,
                                mote_err *err);
MOTE_MUST_USE
mote_status mote_json_get_f64(const json_t *o, const char *what, const char *key, double *out,
                              mote_err *err);
MOTE_MUST_USE
mote_status mote_json_get_obj(const json_t *o, const char *what, const char *key, json_t **out,
                              mote_err *err);
MOTE_MUST_USE
mote_status mote_json_get_arr(const json_t *o, const char *what, const char *key, json_t **out,
                              mote_err *err);

/* ---- making documents: the first failure is the caller's, and nothing leaks ---- */

/* Put a value; its reference is taken also on failure. NOMEM, also when value is NULL. */
MOTE_MUST_USE mote_status mote_json_put(json_t *object, const char *key, json_t *value,
                                        mote_err *err);

/* Append a value; its reference is taken also on failure. NOMEM, also when value is NULL. */
MOTE_MUST_USE mote_status mote_json_append(json_t *array, json_t *value, mote_err *err);

/* {"value": .., "lo": .., "hi": ..}; what is not finite is null. */
MOTE_MUST_USE mote_status mote_json_put_interval(json_t *object, const char *key, mote_interval x,
                                                 mote_err *err);

/* A number, or null when it is not finite. */
json_t *mote_json_number(double x);

/* Lists of x[0..n), each a new reference, NULL when there is no memory. Of doubles, what is not
 * finite is null, as mote_json_number has it; floats are what formats keep and read again, and one
 * that is not finite makes no list: NULL. */
json_t *mote_json_numbers(const double *x, size_t n);
json_t *mote_json_floats(const float *x, size_t n);

/* Read {"value", "lo", "hi"}; null is NaN. PARSE when it is not that. */
MOTE_MUST_USE mote_status mote_json_get_interval(const json_t *object, const char *key,
                                                 mote_interval *out, mote_err *err);

#endif
