/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as a kind in its own words: one file, many rows. A decoded table keeps every different
 * cell of a column once and an index for each row, in as few bytes as it needs, whatever the type:
 * types are what the project says (or what is found), and are applied when rows are cut
 * (data/columns.h).
 * Depends on data/kind, data/table. */
#ifndef MOTE_DATA_KIND_TABLE_H
#define MOTE_DATA_KIND_TABLE_H

#include "data/kind.h"
#include "data/table.h"

#define MOTE_CELL_MISSING UINT32_MAX /* 0 - 1 */

/* A column of a decoded table. */
typedef struct {
    const char *name; /* of the header; "column_3" without one */
    mote_column_type found;
    const char *format;       /* of time, else NULL */
    const char *why, *hint;   /* as in mote_column; hint NULL: nothing to look at */
    const char *const *texts; /* [n_texts] different cells that are there */
    const double *numbers;    /* [n_texts] the same as numbers; NaN: it is none */
    uint32_t n_texts;
    size_t n_missing;
    const char *marker; /* the first that stands for a missing cell; "" an empty one; NULL: none */
    const void *cells;  /* [n_rows] of cell_bytes: 0 missing, else index into texts + 1 */
    uint8_t cell_bytes; /* 1, 2 or 4: as few as n_texts needs */
} mote_table_column;

/* Which of the texts row `row` has, or MOTE_CELL_MISSING. */
static inline uint32_t mote_table_cell(const mote_table_column *c, size_t row)
{
    const uint32_t at = c->cell_bytes == 1   ? ((const uint8_t *)c->cells)[row]
                        : c->cell_bytes == 2 ? ((const uint16_t *)c->cells)[row]
                                             : ((const uint32_t *)c->cells)[row];
    return at - 1;
}

/* A file, decoded. All memory lives in the arena. */
typedef struct {
    mote_arena arena;
    bool has_header;
    size_t n_rows;
    size_t n_ragged; /* rows with another number of cells, passed over */
    uint32_t n_columns;
    mote_table_column *columns;
    const uint64_t *row_hash; /* [n_rows] of all cells of the row as text */
} mote_table_rows;

extern const mote_kind_watch mote_table_watch; /* kind_table_watch.c */

static inline const mote_table_rows *mote_decoded_table(const mote_decoded *d)
{
    return d->own;
}

/* The column of that name; in a file without a header that of its place in the project's list.
 * NULL: there is none. `hint`: where it probably is. */
const mote_table_column *mote_table_rows_find(const mote_table_rows *t,
                                              const mote_project_columns *columns, const char *name,
                                              size_t hint);

#endif
