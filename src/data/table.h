/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: one file, many rows, columns whose types are found with the evidence, and then stated.
 *
 * Opening reads the file once: which cells are missing, which are numbers, dates, how many
 * different values there are, and from it a type per column and one line of why, which a person
 * reads and mends (mote_columns_write); a stated type is then held, and cells that do not fit it
 * are counted and named by line.
 *
 * Types and when they are found (of the cells that are not missing):
 *   constant   there is one value only, or none
 *   bool       two values: true/false, yes/no, y/n, t/f, on/off, 0/1, in any case
 *   id         whole numbers that rise by one from row to row; texts without blanks, or whole
 *              numbers under a name that says so, of which no value comes twice (20 rows or more)
 *   int, float numbers; also when at most 2 % of the cells are none: those are named
 *   time       one format of data/time_text fits all; of two that both do, the one in which time
 *              runs back less often
 *   category   at most 1000 different texts, and at most half as many as rows
 *   text       the rest
 *
 * Missing: an empty cell, NA, N/A, #N/A, ?, null, NaN (in any case), -. What only looks like a
 * marker (9999 far above all other values) is suggested, never taken.
 *
 * Memory: a few hundred bytes a column, what is different up to memory_bytes in all, and 24 bytes
 * for every 256 rows or more (at most 64 Ki places). Depends on base, data/csv, data/time_text. */
#ifndef MOTE_DATA_TABLE_H
#define MOTE_DATA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "data/csv.h"

typedef enum {
    MOTE_COLUMN_CONSTANT,
    MOTE_COLUMN_BOOL,
    MOTE_COLUMN_INT,
    MOTE_COLUMN_FLOAT,
    MOTE_COLUMN_CATEGORY,
    MOTE_COLUMN_TIME,
    MOTE_COLUMN_TEXT,
    MOTE_COLUMN_ID,
    MOTE_N_COLUMN_TYPES
} mote_column_type;

/* lint: unused_exports: tests say what was found */
const char *mote_column_type_name(mote_column_type t);

#define MOTE_TABLE_MAX_VALUES 1000 /* of a category */
#define MOTE_TABLE_NAMED      4    /* lines that are named, of each finding */

/* All pointers live as long as the table. */
typedef struct {
    const char *name; /* unique: "x", "x_2"; "column_3" where the header has none */
    mote_column_type type;
    bool is_stated;     /* by the caller, not found */
    const char *format; /* TIME: as mote_time_format_name; else NULL */
    const char *const
        *values; /* BOOL, CATEGORY, CONSTANT: in the order of their bytes; BOOL: no first */
    uint32_t n_values;
    uint64_t n_rows, n_missing;
    const char *missing; /* the marker seen first: "?"; "" is an empty cell; NULL: none missing */
    uint64_t n_unfit;    /* cells that are not of the type; they read as missing */
    uint64_t unfit_line[MOTE_TABLE_NAMED];
    const char *unfit;     /* the first of them, cut at 40 bytes */
    double min, max, mean; /* INT, FLOAT, ID of numbers; of the cells that are numbers */
    uint64_t n_different;
    bool is_at_least; /* n_different is a lower bound: memory_bytes did not hold more */
    const char *why;  /* "whole numbers, 17 to 90, 73 different" */
    const char
        *hint; /* what a person should look at: "99999 comes 244 times, far above ..."; or NULL */
} mote_column;

typedef struct {
    const char *name;
    mote_column_type type;
    const char *format; /* TIME: NULL finds it */
} mote_column_stated;

typedef struct {
    mote_csv_config csv;
    const mote_column_stated *stated; /* borrowed for the call; columns that are not named: found */
    uint32_t n_stated;
    size_t memory_bytes; /* for what is different; 64 KiB .. */
} mote_table_config;

mote_table_config mote_table_config_default(void); /* 64 MiB */

typedef struct mote_table mote_table;

/* The bytes are borrowed for the life of the table. Errors: those of mote_csv_open_bytes and
 * mote_csv_next; NOT_FOUND a stated column is not in the file
 * (names the nearest); ARG a format that is none. */
MOTE_MUST_USE mote_status mote_table_open_bytes(const mote_file_bytes *file,
                                                const mote_table_config *cfg, mote_table **out,
                                                mote_err *err);
void mote_table_destroy(mote_table *t);

const mote_column *mote_table_get_columns(const mote_table *t, uint32_t *n);
/* lint: unused_exports: tests and a fuzzer ask for one by name */
int32_t mote_table_find(const mote_table *t, const char *name); /* -1: no such column */
/* Rows with the right number of cells; the others are passed over, counted and named by the reader.
 */
uint64_t mote_table_n_rows(const mote_table *t);
const mote_csv *mote_table_get_csv(const mote_table *t);

/* Rows first .. first+n into out[n][n_columns]: numbers as they are; bool 0 and 1; category the
 * index in values; time in seconds since 1970; constant 0; id of numbers its number. NaN: missing,
 * not fit for the type, a category that is not in values, text. RANGE: not so many rows.
 * Cost: up to the rows between two kept places (256 or more) are passed over first.
 * lint: unused_exports: a fuzzer holds cells and values together; the program reads rows as text */
MOTE_MUST_USE mote_status mote_table_read(mote_table *t, uint64_t first, uint64_t n, double *out,
                                          mote_err *err);
/* The cells of one row as text, [n_columns], borrowed until the next call on the table. */
MOTE_MUST_USE mote_status mote_table_cells(mote_table *t, uint64_t row, const mote_csv_cell **out,
                                           mote_err *err);

#endif
