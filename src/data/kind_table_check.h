/* SPDX-License-Identifier: Apache-2.0 */
/* What a check has seen of tables: gathered a file at a time (kind_table_check.c), judged when all
 * have been looked at (kind_table_judge.c). Private to those files and to kind_table.c.
 *
 * Memory, all of it in the checker's arena: 32 bytes a row; a column holds at most MANY different
 * texts and numbers that came in no training row, and MOTE_FIELD_MAX_VALUES that did. */
#ifndef MOTE_DATA_KIND_TABLE_CHECK_H
#define MOTE_DATA_KIND_TABLE_CHECK_H

#include "data/check_internal.h"
#include "data/columns.h"

#define MOTE_TABLE_CHECK_MANY 4096 /* texts or numbers that are kept of what training lacks */
#define MOTE_TABLE_NO_CLASS   UINT32_MAX

/* A text or number, and how many rows have it: of training, and of the other splits. */
typedef struct {
    const char *text; /* NULL: a number */
    double number;
    size_t n_train, n_other;
} mote_seen_value;

typedef struct {
    mote_seen_value *items;
    size_t n, room;
} mote_seen_values;

/* A column in all files. */
typedef struct {
    const char *name;
    bool is_input, is_stated; /* the model takes it; mote.yaml says what it is */
    mote_field field;         /* then as what; of a category no values */
    mote_column_type found;
    size_t n_rows, n_missing, n_train, n_other;
    const char *marker; /* the first that mote.yaml does not name and that reads as missing */
    const char *only;   /* the one value so far; "" before there is any */
    bool is_varied;
    size_t n_unfit; /* cells that are not of its type */
    const char *unfit;
    size_t n_odd; /* cells that look like a marker, and are taken as a value */
    const char *odd;
    size_t n_like_number, n_like_date, n_texts; /* of cells that are taken as texts */
    const char *like;
    double min, max;         /* of training; min > max: there was no number */
    mote_seen_values values; /* categories of either side, or numbers outside of training so far */
    double alone; /* least share of the answer that it gives away in a file; NaN: not judged */
} mote_seen_column;

typedef struct {
    uint64_t all, inputs; /* hashes of the whole row, and of what the model takes of it */
    uint32_t class_id;    /* or MOTE_TABLE_NO_CLASS */
    uint32_t row;         /* in its file, from 0 */
    uint32_t file;        /* index into the checker's rows */
    uint32_t split;
} mote_seen_row;

typedef struct {
    mote_seen_column *columns; /* [n_columns] of the first file */
    size_t n_columns;
    mote_seen_row *rows;
    size_t n_rows, room;
    const char **classes; /* [n_classes] in the order in which they came; of classes only */
    mote_class_count *counts;
    size_t n_classes;
    mote_seen_values groups;          /* of the column table.group */
    size_t n_unanswered;              /* rows without an answer */
    bool is_dealt;                    /* all files so far have their splits */
    const mote_data_version *version; /* the latest; NULL: there is none */
} mote_seen_tables;

MOTE_MUST_USE mote_status mote_table_look(struct mote_checker *c, size_t i, const mote_decoded *d,
                                          mote_err *err);
MOTE_MUST_USE mote_status mote_table_judge(struct mote_checker *c, mote_err *err);

#endif
