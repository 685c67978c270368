/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a CSV file: refused in words, or rows that are the same on a second pass and from
 * every place that was marked; never a crash. The first byte chooses the settings. */
#include <stdlib.h>
#include <string.h>

#include "data/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEPT = 64 };

/* A sum over the cells of a row that any lost or moved byte changes. */
static uint64_t sum_of(const mote_csv_row *row)
{
    uint64_t h = 1469598103934665603u;
    for (uint32_t i = 0; i < row->n_cells; i++) {
        for (uint32_t k = 0; k < row->cells[i].n; k++)
            h = (h ^ (uint8_t)row->cells[i].s[k]) * 1099511628211u;
        h = (h ^ (row->cells[i].is_quoted ? 257 : 256)) * 1099511628211u;
    }
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_csv_config cfg = mote_csv_config_default();
    mote_csv *csv = NULL;
    mote_csv_mark marks[KEPT];
    uint64_t sums[KEPT], n = 0;
    mote_err err;
    if (size == 0)
        return 0;
    cfg.header = (mote_csv_header)(data[0] % 3);
    cfg.delimiter = data[0] & 16 ? ',' : '\0';
    cfg.max_row_bytes = data[0] & 32 ? 64 : 1 << 20;
    cfg.max_columns = data[0] & 64 ? 4 : 16384;
    mote_csv_glance g;
    if (mote_csv_look(data + 1, size - 1, &g) &&
        (g.n_alike > g.n_rows || g.n_number_rows > g.n_alike))
        abort();
    if (mote_csv_open_bytes(&(mote_file_bytes){"fuzz", data + 1, size - 1}, &cfg, &csv, &err) !=
        MOTE_OK)
        return 0;
    for (;;) {
        mote_csv_row row;
        mote_csv_mark mark = mote_csv_tell(csv);
        if (mote_csv_next(csv, &row, &err) != MOTE_OK || !row.cells)
            break;
        double x;
        (void)mote_csv_number(csv, &row.cells[row.n_cells - 1], &x);
        if (n < KEPT) {
            marks[n] = mark;
            sums[n] = sum_of(&row);
        }
        n++;
    }
    if (n > size)
        abort();
    for (uint64_t i = n < KEPT ? n : KEPT; i-- > 0;) {
        mote_csv_row row;
        mote_csv_seek(csv, &marks[i]);
        if (mote_csv_next(csv, &row, &err) != MOTE_OK || !row.cells || sum_of(&row) != sums[i])
            abort();
    }
    mote_buf b;
    mote_buf_init(&b, 1 << 16);
    mote_csv_describe(csv, &b);
    if (mote_buf_status(&b, &err) != MOTE_OK)
        abort();
    mote_buf_release(&b);
    mote_csv_destroy(csv);
    return 0;
}
