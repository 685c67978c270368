/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that grow in an arena while rows are read; copies of columns. For track/ and monitor/. */
#ifndef MOTE_TRACK_ROWS_H
#define MOTE_TRACK_ROWS_H

#include "base/mem.h"
#include "store/store.h"

/* Make room for item n of the list at *(T **)list_ptr, of items of `size` bytes; *cap is its
 * capacity. The old items move; the list lives as long as `a`. */
MOTE_MUST_USE mote_status mote_rows_room(mote_arena *a, void *list_ptr, size_t n, size_t *cap,
                                         size_t size, mote_err *err);

/* The text of a column, copied; NULL stays NULL. */
MOTE_MUST_USE mote_status mote_rows_text(mote_arena *a, mote_stmt *q, int32_t column,
                                         const char **out, mote_err *err);
MOTE_MUST_USE mote_status mote_rows_copy(mote_arena *a, const char *s, const char **out,
                                         mote_err *err);

/* A key of a parameter, metric or tag, or the path of an artifact: 1..250 bytes of letters, digits,
 * "_-./: " and UTF-8, in normal form as a path. ARG names it; `what` says what it is. */
MOTE_MUST_USE mote_status mote_rows_check_key(const char *what, const char *key, mote_err *err);

#endif
