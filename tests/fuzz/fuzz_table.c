/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a table: refused in words, or columns whose counts agree with what is read, and
 * whose section can be written; never a crash. */
#include <math.h>
#include <stdlib.h>

#include "data/kind.h"
#include "data/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was found in a table that is a sample can be written. */
static void write_found(const uint8_t *data, size_t size)
{
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_TABLE);
    mote_decoding cfg = kind->decoding();
    mote_decoded d;
    mote_buf b;
    if (mote_kind_decode(kind, &(mote_file_bytes){"fuzz", data, size}, &cfg, &d, NULL) != MOTE_OK)
        return;
    MOTE_SCOPED_JSON *found = kind->found(&d);
    mote_buf_init(&b, 1 << 26);
    kind->write_found(found, 2, &b);
    if (!found || mote_buf_status(&b, NULL) != MOTE_OK)
        abort();
    mote_buf_release(&b);
    mote_decoded_release(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_table_config cfg = mote_table_config_default();
    mote_table *t = NULL;
    mote_err err;
    cfg.csv.max_columns = 64;
    cfg.memory_bytes = (size_t)64 << 10;
    if (mote_table_open_bytes(&(mote_file_bytes){"fuzz", data, size}, &cfg, &t, &err) != MOTE_OK)
        return 0;
    uint32_t n;
    const mote_column *c = mote_table_get_columns(t, &n);
    uint64_t n_rows = mote_table_n_rows(t), n_nan[64] = {0};
    double row[64];
    for (uint64_t i = 0; i < n_rows; i++) {
        if (mote_table_read(t, i, 1, row, &err) != MOTE_OK)
            abort();
        for (uint32_t k = 0; k < n; k++)
            n_nan[k] += isnan(row[k]) ? 1 : 0;
    }
    for (uint32_t k = 0; k < n; k++) {
        if (c[k].n_rows != n_rows)
            abort();
        if (c[k].type != MOTE_COLUMN_TEXT && c[k].type != MOTE_COLUMN_ID &&
            n_nan[k] != c[k].n_missing + c[k].n_unfit)
            abort();
        if (mote_table_find(t, c[k].name) != (int32_t)k)
            abort();
    }
    mote_table_destroy(t);
    write_found(data, size);
    return 0;
}
