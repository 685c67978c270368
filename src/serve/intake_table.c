/* SPDX-License-Identifier: Apache-2.0 */
/* A model of tables: a row as a JSON object of columns and their values, rows as CSV in any dialect
 * that the data room reads (columns by the names of the header, or in order without one), or the
 * numbers of a row as a JSON array or a tensor.
 *
 * Each row has an answer of its own, and each is told to the observer and the log: a file of a
 * hundred rows is a hundred predictions. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "data/columns.h"
#include "serve/intake.h"

#define FIRST_ROOM 64 /* rows, then twice as many each time */
#define MAX_KEPT   ((size_t)64 << 20)

/* A row of numbers, whose texts nobody knows. */
static mote_status encode(const mote_model *m, const void *x, size_t n, mote_buf *out,
                          mote_err *err)
{
    (void)n;
    mote_columns_put_row(mote_model_signature(m)->fields, x, NULL, out);
    return mote_buf_status(out, err);
}

static bool fits(const mote_model *m)
{
    const mote_signature *s = mote_model_signature(m);
    return s->input == MOTE_INPUT_TABLE && s->fields && s->sample.dtype == MOTE_F32;
}

static void shape(const mote_model *m, mote_shape *sample, int32_t *rate_hz)
{
    *sample = mote_model_signature(m)->sample;
    *rate_hz = 0;
}

static void describe(const mote_served *s, mote_buf *out)
{
    mote_buf_printf(out, "rows of %zu columns", mote_model_signature(s->model)->fields->n);
}

/* ---- rows from outside ----------------------------------------------------------------------- */

/* Rows as numbers, [n][width], and what was asked with them. Of those that may be kept also as CSV,
 * whose categories are as they came, also those that training did not have. */
typedef struct {
    const mote_asked *asked;
    const mote_columns *fields;
    size_t width, n, room;
    float *x; /* malloced */
    mote_buf kept;
    size_t *kept_from; /* [n + 1] in it, malloced */
} rows;

/* The last row, as it came. */
static mote_status keep_row(rows *r, const mote_cell_text *texts, mote_err *err)
{
    if (!r->asked->consent)
        return MOTE_OK;
    size_t *from = mote_realloc(r->kept_from, r->room + 1, sizeof *from);
    if (!from)
        return mote_fail(err, MOTE_NOMEM, "no memory for %zu rows", r->room);
    r->kept_from = from;
    from[r->n - 1] = r->kept.len;
    mote_columns_put_row(r->fields, r->x + (r->n - 1) * r->width, texts, &r->kept);
    from[r->n] = r->kept.len;
    return mote_buf_status(&r->kept, err);
}

/* Room for one more row; NULL: out of memory. */
static float *next_row(rows *r, mote_err *err)
{
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : FIRST_ROOM;
        float *x = mote_realloc(r->x, room * r->width, sizeof *x);
        if (!x) {
            mote_ignore(mote_fail(err, MOTE_NOMEM, "no memory for %zu rows", room));
            return NULL;
        }
        r->x = x;
        r->room = room;
    }
    return r->x + r->width * r->n++;
}

static mote_status read_object(rows *r, mote_err *err)
{
    const char *what = r->asked->file.name;
    MOTE_SCOPED_JSON *row = NULL;
    MOTE_TRY(mote_json_parse(what, r->asked->file.bytes, r->asked->file.n, &row, err));
    float *to = next_row(r, err);
    if (!to)
        return MOTE_NOMEM;
    mote_status st = mote_columns_row_json(r->fields, row, to, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "'%s'", what);
    mote_cell_text texts[MOTE_COLUMNS_MAX] = {{0}};
    for (size_t i = 0; i < r->fields->n; i++) {
        const json_t *v = json_object_get(row, r->fields->fields[i].name);
        texts[i] = (mote_cell_text){json_string_value(v), json_string_length(v)};
    }
    return keep_row(r, texts, err);
}

static mote_status read_numbers(rows *r, mote_err *err)
{
    float *to = next_row(r, err);
    return to ? mote_intake_json(r->asked, to, err) : MOTE_NOMEM;
}

static mote_status read_lines(mote_csv *csv, mote_arena *a, rows *r, mote_err *err)
{
    const char *what = r->asked->file.name;
    const mote_csv_dialect *d = mote_csv_get_dialect(csv);
    int32_t *at = NULL;
    MOTE_TRY(mote_arena_take(a, r->fields->n, sizeof *at, &at, err));
    MOTE_TRY(mote_columns_bind(r->fields, mote_csv_get_header(csv), d->n_columns, what, at, err));
    for (mote_csv_row row;;) {
        MOTE_TRY(mote_csv_next(csv, &row, err));
        if (!row.cells)
            break;
        float *to = next_row(r, err);
        if (!to)
            return MOTE_NOMEM;
        MOTE_TRY(mote_columns_row_cells(r->fields, csv, &row, at, to, err));
        mote_cell_text texts[MOTE_COLUMNS_MAX];
        for (size_t i = 0; i < r->fields->n; i++)
            texts[i] = (mote_cell_text){row.cells[at[i]].s, row.cells[at[i]].n};
        MOTE_TRY(keep_row(r, texts, err));
    }
    return r->n > 0 ? MOTE_OK : mote_fail(err, MOTE_SHAPE, "'%s' has no row", what);
}

/* One row has no rows below it to find a header by: its words are those of columns, or they are
 * not. */
static bool names_columns(mote_csv *csv, const mote_columns *fields)
{
    mote_csv_row row;
    size_t n_named = 0;
    if (mote_csv_next(csv, &row, NULL) != MOTE_OK || !row.cells)
        return false;
    for (uint32_t i = 0; i < row.n_cells; i++)
        for (size_t k = 0; k < fields->n; k++)
            n_named += strlen(fields->fields[k].name) == row.cells[i].n &&
                       memcmp(fields->fields[k].name, row.cells[i].s, row.cells[i].n) == 0;
    return n_named > 0;
}

static mote_status read_csv(mote_arena *a, rows *r, mote_err *err)
{
    const mote_asked *asked = r->asked;
    mote_csv_config cfg = mote_csv_config_default();
    mote_csv *csv = NULL;
    cfg.header = MOTE_CSV_HEADER_NO;
    MOTE_TRY(mote_csv_open_bytes(&asked->file, &cfg, &csv, err));
    bool has_header = names_columns(csv, r->fields);
    mote_csv_destroy(csv);
    cfg.header = has_header ? MOTE_CSV_HEADER_YES : MOTE_CSV_HEADER_NO;
    MOTE_TRY(mote_csv_open_bytes(&asked->file, &cfg, &csv, err));
    mote_status st = read_lines(csv, a, r, err);
    mote_csv_destroy(csv);
    return st;
}

static mote_status read_rows(mote_arena *a, rows *r, mote_err *err)
{
    const char *text = r->asked->file.bytes;
    size_t at = 0, n = r->asked->file.n;
    while (at < n && strchr(" \t\r\n", text[at]))
        at++;
    if (at < n && text[at] == '{')
        return read_object(r, err);
    if (at < n && text[at] == '[')
        return read_numbers(r, err);
    return read_csv(a, r, err);
}

/* ---- answers --------------------------------------------------------------------------------- */

static mote_status answer(mote_infer *t, const rows *r, mote_arena *a, mote_classification *out,
                          mote_err *err)
{
    const mote_served *s = r->asked->s;
    mote_classify_window *w = NULL;
    mote_prediction p;
    int64_t start_ns = mote_infer_now_ns();
    MOTE_TRY(mote_arena_take(a, r->n, sizeof *w, &w, err));
    for (size_t i = 0; i < r->n; i++) {
        const mote_kept_text kept = r->kept_from
                                        ? (mote_kept_text){r->kept.data + r->kept_from[i],
                                                           r->kept_from[i + 1] - r->kept_from[i]}
                                        : (mote_kept_text){0};
        const mote_infer_input one = {.x = r->x + i * r->width,
                                      .n = r->width,
                                      .request_id = r->asked->request_id,
                                      .consent = r->asked->consent,
                                      .kept = r->kept_from ? &kept : NULL};
        MOTE_TRY(mote_infer_run(t, s, &one, &p, err));
        MOTE_TRY(mote_classify_keep(s, &p, (int64_t)i, a, &w[i], err));
    }
    *out = (mote_classification){.best = w[0],
                                 .windows = w,
                                 .n_windows = r->n,
                                 .is_of_rows = true,
                                 .n_run = r->n,
                                 .infer_ns = mote_infer_now_ns() - start_ns};
    return MOTE_OK;
}

static mote_status classify(mote_infer *t, const mote_asked *asked, mote_arena *a,
                            mote_classification *out, mote_err *err)
{
    rows r = {.asked = asked,
              .fields = mote_model_signature(asked->s->model)->fields,
              .width = (size_t)asked->s->n_values};
    mote_buf_init(&r.kept, MAX_KEPT);
    mote_status st = read_rows(a, &r, err);
    if (st == MOTE_OK)
        st = answer(t, &r, a, out, err);
    mote_free(r.x);
    mote_free(r.kept_from);
    mote_buf_release(&r.kept);
    return st;
}

/* What is missing is NaN, which is a number of a row. */
static mote_status take(const mote_intake_numbers *in, mote_arena *a, const void **out,
                        mote_err *err)
{
    (void)a;
    for (size_t i = 0; i < in->n; i++)
        if (isinf(in->values[i]))
            return mote_fail(err, MOTE_RANGE, "number %zu of input '%s' is infinite", i, in->name);
    *out = in->values;
    return MOTE_OK;
}

extern const mote_intake mote_intake_table;
const mote_intake mote_intake_table = {
    .tensor = "row",
    .kept_as = "csv",
    .takes_missing = true,
    .reads_files = true,
    .fits = fits,
    .shape = shape,
    .describe = describe,
    .predict = mote_predict,
    .classify = classify,
    .take = take,
    .encode = encode,
};
