/* SPDX-License-Identifier: Apache-2.0 */
/* The columns that a model takes: names, types, categories. From them a row becomes float32
 * numbers, whether it stands in a decoded table, in a line of CSV or in a JSON object.
 *
 *   number, integer   the number
 *   category          0 .. n-1: which of its values; n: one that training did not have
 *   date              two numbers: days since 1970-01-01, and seconds of the day (UTC); each of
 *                     them is exact in float32
 *   missing           NaN (both numbers of a date)
 *
 * Values of categories are those of the training rows, in the order of their bytes.
 * Depends on base, project, data/kind_table, data/time_text. */
#ifndef MOTE_DATA_COLUMNS_H
#define MOTE_DATA_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "data/csv.h"
#include "data/kind_table.h"
#include "data/time_text.h"
#include "project/section_table.h"
#include "store/store.h"

#define MOTE_COLUMNS_MAX      128  /* that a model takes */
#define MOTE_FIELD_MAX_VALUES 1000 /* of a category */
#define MOTE_DATE_NUMBERS     2    /* that a date becomes */

/* The numbers are in bundles: append only. */
typedef enum {
    MOTE_FIELD_NUMBER,
    MOTE_FIELD_INTEGER,
    MOTE_FIELD_CATEGORY,
    MOTE_FIELD_DATE,
    MOTE_N_FIELDS
} mote_field_type;

const char *mote_field_type_name(mote_field_type t); /* "number" */
bool mote_field_type_find(const char *name, mote_field_type *out);

/* As what a column of a found type is taken; false: not at all. */
bool mote_field_type_of(mote_column_type found, mote_field_type *out);

typedef struct {
    const char *name;
    mote_field_type type;
    const char *missing;       /* what stands for nothing beside the usual; "" nothing does */
    mote_time_format format;   /* of a date */
    const char *const *values; /* [n_values] of a category */
    size_t n_values;
    mote_names treat; /* as in mote.yaml; not in bundles */
} mote_field;

typedef struct mote_columns {
    const mote_field *fields; /* [n] what goes in, in order */
    size_t n;
    mote_project_table table; /* what is asked for, and how a file without header is read */
} mote_columns;

/* "casual", or "casual, registered": what is asked for, for messages. */
#define MOTE_ASKED_BYTES 160
const char *mote_columns_asked(const mote_project_table *t, char out[MOTE_ASKED_BYTES]);

/* Numbers of a row. */
size_t mote_columns_width(const mote_columns *c);

/* Decoded tables, and the rows of each that training has: use[t] [n_rows]; NULL: all. */
typedef struct {
    const mote_table_rows *const *tables;
    const bool *const *use;
    size_t n;
} mote_columns_source;

/* The columns of a project: as stated, or as found in the first table; categories from the rows
 * that are used. Lives as long as `a`.
 * NOT_FOUND a column that is named is in no table (names it and the nearest); ARG nothing is left
 * to learn from; LIMIT more than MOTE_COLUMNS_MAX. */
MOTE_MUST_USE mote_status mote_columns_of(const mote_project_table *table,
                                          const mote_columns_source *from, mote_arena *a,
                                          mote_columns *out, mote_err *err);

/* The same of a version: its tables in order, categories from its training rows.
 * lint: unused_exports: a test looks at them before they are a form */
struct mote_data_version;
MOTE_MUST_USE mote_status mote_columns_of_version(mote_store *s, const struct mote_data_version *v,
                                                  const mote_project_table *table, mote_arena *a,
                                                  mote_columns *out, mote_err *err);

/* The form of the rows of a version (mote_kind.survey), into what is known of them. */
MOTE_MUST_USE mote_status mote_columns_survey(mote_store *s, const struct mote_data_version *v,
                                              const mote_cut_config *cfg, mote_arena *a,
                                              mote_sample_form *out, mote_err *err);

/* Is a column of a table learned from (stated: what mote.yaml says of it; NULL: it says nothing of
 * any)? Then *out is what it is taken as, without categories; else only what stands for nothing in
 * it. Texts are borrowed. */
bool mote_columns_takes(const mote_project_table *table, const mote_table_column *in,
                        const mote_project_column *stated, mote_field *out);

/* Does a file have what the project states? Every named column is there, and cells of numbers and
 * dates are such, but for one in fifty. NOT_FOUND, SHAPE; each names the column. */
MOTE_MUST_USE mote_status mote_columns_fit(const mote_project_table *table,
                                           const mote_table_rows *t, const char *what,
                                           mote_err *err);

/* Row `row` of a decoded table to out [width]. */
void mote_columns_row(const mote_columns *c, const mote_table_rows *t, size_t row, float *out);

/* A row as a JSON object by names: numbers, texts, null; a member that is absent is missing.
 * ARG names a member that is no column (and the nearest column) or a value that does not fit. */
MOTE_MUST_USE mote_status mote_columns_row_json(const mote_columns *c, const json_t *row,
                                                float *out, mote_err *err);

/* Where each field stands among the cells of a file: by the header, or (names NULL) in order.
 * at [n] out. NOT_FOUND names a column that the file does not have. */
MOTE_MUST_USE mote_status mote_columns_bind(const mote_columns *c, const char *const *names,
                                            size_t n_names, const char *what, int32_t *at,
                                            mote_err *err);
/* A row of cells, bound. ARG names column and line when a cell is not of its type. */
MOTE_MUST_USE mote_status mote_columns_row_cells(const mote_columns *c, const mote_csv *csv,
                                                 const mote_csv_row *row, const int32_t *at,
                                                 float *out, mote_err *err);

/* What the columns of a table were found to be: a list of {"name", "type" (as in mote.yaml; what
 * nothing is learned from is a text), "n_missing", and where there is one "format", "missing" (the
 * marker), "why", "hint"}. A new reference; NULL: out of memory. */
json_t *mote_columns_found(const mote_table_rows *t);

/* Append that list as the value of table.columns: in brackets, a line a column, indented, with why
 * behind it as a comment. */
void mote_columns_write(const json_t *found, size_t indent, mote_buf *b);

/* A cell as it came; s NULL: it is not known. */
typedef struct {
    const char *s;
    size_t n;
} mote_cell_text;

/* Append a row as CSV, its header above it, that decodes to the same numbers. texts [n] as they
 * came, of categories and dates: a category that training did not have is kept by its text alone.
 * NULL: none is known. Failures stay in `out`. */
void mote_columns_put_row(const mote_columns *c, const float *x, const mote_cell_text *texts,
                          mote_buf *out);

/* The same rows in: either may be NULL. */
bool mote_columns_equal(const mote_columns *a, const mote_columns *b);

/* As it stands in a bundle: a new reference (NULL: out of memory); and back, checked, texts
 * borrowed from j. PARSE. */
json_t *mote_columns_to_json(const mote_columns *c);
MOTE_MUST_USE mote_status mote_columns_from_json(const json_t *j, mote_arena *a, mote_columns *out,
                                                 mote_err *err);

#endif
