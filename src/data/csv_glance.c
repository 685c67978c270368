/* SPDX-License-Identifier: Apache-2.0 */
/* A first look at what may be rows: see mote_csv_look in csv.h. */
#include "base/mem.h"
#include "data/csv.h"
#include "data/filetype.h"

#define LOOKED_ROWS 200u

static bool is_numbers(const mote_csv *csv, const mote_csv_row *row)
{
    uint32_t n = 0;
    double x;
    for (uint32_t i = 0; i < row->n_cells; i++)
        n += mote_csv_number(csv, &row->cells[i], &x);
    return n > 0 && 2 * n >= row->n_cells;
}

/* The last row of a head that is not the whole file is cut somewhere: it is read, and not counted.
 */
static void walk(mote_csv *csv, bool is_cut, mote_csv_glance *g)
{
    mote_csv_row row;
    mote_err ignored;
    uint32_t run = 0;
    bool was_alike = false, was_numbers = false;
    for (uint32_t i = 0; i <= LOOKED_ROWS; i++) {
        bool is_there = mote_csv_next(csv, &row, &ignored) == MOTE_OK && row.cells;
        if (i > 0 && (is_there || !is_cut)) {
            g->n_rows++;
            g->n_alike += was_alike;
            run = was_numbers ? run + 1 : 0;
            g->n_number_rows = run > g->n_number_rows ? run : g->n_number_rows;
        }
        if (!is_there)
            return;
        was_alike = row.n_cells == g->n_columns;
        was_numbers = was_alike && is_numbers(csv, &row);
    }
}

bool mote_csv_look(const void *head, size_t n, mote_csv_glance *out)
{
    mote_csv_config cfg = mote_csv_config_default();
    mote_csv_glance g = {0};
    mote_csv *csv = NULL;
    mote_err ignored;
    cfg.header = MOTE_CSV_HEADER_NO; /* one that does not fit is the reader's to name */
    bool is_cut = n >= MOTE_FILETYPE_HEAD_BYTES;
    n = is_cut ? MOTE_FILETYPE_HEAD_BYTES : n;
    if (mote_csv_open_bytes(&(mote_file_bytes){"head", head, n}, &cfg, &csv, &ignored) != MOTE_OK)
        return false;
    g.n_columns = mote_csv_get_dialect(csv)->n_columns;
    walk(csv, is_cut, &g);
    mote_csv_destroy(csv);
    if (g.n_rows == 0 && !is_cut)
        return false;
    *out = g;
    return true;
}
