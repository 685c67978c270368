/* SPDX-License-Identifier: Apache-2.0 */
/* A file of truths. See truths.h. */
#include <string.h>

#include "data/csv.h"
#include "loop/truths.h"
#include "store/rows.h"

#define TEXT_MAX_BYTES ((size_t)1 << 16)

/* Which cells are read. */
typedef struct {
    size_t id, value[MOTE_MODEL_MAX_LABELS], n_values;
    bool is_value; /* numbers; else one label */
} columns;

static mote_status find_cell(const mote_csv *csv, const char *name, size_t *out, mote_err *err)
{
    const char *const *header = mote_csv_get_header(csv);
    const size_t n = header ? mote_csv_get_dialect(csv)->n_columns : 0;
    for (*out = 0; *out < n; ++*out)
        if (strcmp(header[*out], name) == 0)
            return MOTE_OK;
    const char *near = mote_nearest(name, header, n);
    return mote_fail(err, MOTE_NOT_FOUND, "'%s': there is no column '%s'%s%s%s",
                     mote_csv_get_name(csv), name, near ? "; is it '" : "", near ? near : "",
                     near ? "'?" : "");
}

static mote_status find_columns(const mote_csv *csv, const mote_signature *says, const char *column,
                                columns *out, mote_err *err)
{
    const bool is_value = says->answer == MOTE_ANSWER_VALUE;
    out->is_value = is_value;
    out->n_values = is_value ? (size_t)says->n_outputs : 1;
    MOTE_TRY(find_cell(csv, "id", &out->id, err));
    for (size_t k = 0; k < out->n_values; k++)
        MOTE_TRY(find_cell(csv, is_value ? says->labels[k] : column, &out->value[k], err));
    return MOTE_OK;
}

static void add_cell(const mote_csv_row *row, size_t at, mote_buf *b)
{
    if (at < row->n_cells)
        mote_buf_add(b, row->cells[at].s, row->cells[at].n);
}

/* A number as the file writes them; nothing for what is none. */
static void add_number(const mote_csv *csv, const mote_csv_row *row, size_t at, mote_buf *b)
{
    double x = 0;
    if (at < row->n_cells && mote_csv_number(csv, &row->cells[at], &x))
        mote_buf_printf(b, "%.17g", x);
}

static mote_status read_row(const mote_csv *csv, const mote_csv_row *row, const columns *at,
                            mote_arena *a, mote_kept_label *out, mote_err *err)
{
    MOTE_SCOPED_BUF id;
    MOTE_SCOPED_BUF label;
    mote_buf_init(&id, TEXT_MAX_BYTES);
    mote_buf_init(&label, TEXT_MAX_BYTES);
    add_cell(row, at->id, &id);
    for (size_t k = 0; k < at->n_values; k++) {
        mote_buf_str(&label, k ? ", " : "");
        if (at->is_value)
            add_number(csv, row, at->value[k], &label);
        else
            add_cell(row, at->value[k], &label);
    }
    MOTE_TRY(mote_buf_status(&id, err));
    MOTE_TRY(mote_buf_status(&label, err));
    *out = (mote_kept_label){.id = 0};
    MOTE_TRY(mote_rows_copy(a, id.len ? id.data : "", &out->request, err));
    return mote_rows_copy(a, label.len ? label.data : "", &out->label, err);
}

static mote_status read_rows(mote_csv *csv, const columns *at, mote_arena *a, mote_kept_labels *l,
                             mote_err *err)
{
    mote_csv_row row;
    size_t room = 0;
    MOTE_TRY(mote_csv_next(csv, &row, err));
    while (row.cells) {
        MOTE_TRY(mote_rows_room(a, &l->items, l->n, &room, sizeof *l->items, err));
        MOTE_TRY(read_row(csv, &row, at, a, &l->items[l->n], err));
        l->n++;
        MOTE_TRY(mote_csv_next(csv, &row, err));
    }
    return MOTE_OK;
}

mote_status mote_truths_read(const char *path, const mote_signature *says, const char *column,
                             mote_arena *a, mote_kept_labels *out, mote_err *err)
{
    mote_csv_config how = mote_csv_config_default();
    mote_kept_labels l = {.n = 0};
    mote_csv *csv = NULL;
    columns at;
    how.header = MOTE_CSV_HEADER_YES;
    MOTE_TRY(mote_csv_open(path, &how, &csv, err));
    mote_status st = find_columns(csv, says, column, &at, err);
    if (st == MOTE_OK)
        st = read_rows(csv, &at, a, &l, err);
    mote_csv_destroy(csv);
    if (st == MOTE_OK)
        *out = l;
    return st;
}
