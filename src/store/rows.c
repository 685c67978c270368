/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of rows in an arena. See rows.h. */
#include "store/rows.h"

#include <string.h>

mote_status mote_rows_room(mote_arena *a, void *list_ptr, size_t n, size_t *cap, size_t size,
                           mote_err *err)
{
    if (n < *cap)
        return MOTE_OK;
    size_t grown = *cap == 0 ? 8 : *cap * 2;
    void *old = NULL;
    void *items = NULL;
    MOTE_TRY(mote_arena_take(a, grown, size, &items, err));
    memcpy(&old, list_ptr, sizeof old);
    if (n > 0)
        memcpy(items, old, n * size); /* n <= grown, whose product was checked */
    memcpy(list_ptr, &items, sizeof items);
    *cap = grown;
    return MOTE_OK;
}

mote_status mote_rows_copy(mote_arena *a, const char *s, const char **out, mote_err *err)
{
    const char *copy = NULL;
    if (s != NULL) {
        copy = mote_arena_strdup(a, s);
        if (copy == NULL)
            return mote_fail(err, MOTE_NOMEM, "out of memory for a text of the store");
    }
    *out = copy;
    return MOTE_OK;
}

mote_status mote_rows_text(mote_arena *a, mote_stmt *q, int32_t column, const char **out,
                           mote_err *err)
{
    return mote_rows_copy(a, mote_stmt_text(q, column), out, err);
}

mote_status mote_rows_read(mote_stmt *q, const mote_row_kind *kind, mote_arena *a, void *list,
                           size_t *n, mote_err *err)
{
    const size_t size = kind->item_bytes;
    char *items = NULL;
    size_t k = 0;
    size_t cap = 0;
    for (;; k++) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        MOTE_TRY(mote_rows_room(a, &items, k, &cap, size, err));
        memset(items + k * size, 0, size); /* within what room made */
        MOTE_TRY(kind->read(q, a, items + k * size, err));
    }
    memcpy(list, &items, sizeof items);
    *n = k;
    return MOTE_OK;
}
