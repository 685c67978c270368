/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a statement as a list in an arena; copies of columns. For every room that reads lists
 * from the store. */
#ifndef MOTE_STORE_ROWS_H
#define MOTE_STORE_ROWS_H

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

/* What a row of a statement becomes: a T. */
typedef struct {
    size_t item_bytes; /* of a T */
    /* Fill the zeroed *item from the row of q. mote_stmt_store asks further questions. */
    mote_status (*read)(mote_stmt *q, mote_arena *a, void *item, mote_err *err);
} mote_row_kind;

/* All rows of a bound statement, in its order: *(T **)list gets *n items, NULL when there are none;
 * the list lives as long as `a`. */
MOTE_MUST_USE mote_status mote_rows_read(mote_stmt *q, const mote_row_kind *kind, mote_arena *a,
                                         void *list, size_t *n, mote_err *err);

#endif
