/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the table share: table.c (the object, rows), table_types.c (what a column is),
 * table_text.c (the columns in words). */
#ifndef MOTE_DATA_TABLE_INTERNAL_H
#define MOTE_DATA_TABLE_INTERNAL_H

#include "base/mem.h"
#include "data/table.h"
#include "data/time_text.h"

/* A value that came, or a slot that is free (count 0). */
typedef struct {
    uint64_t hash;
    uint32_t count;
    uint32_t value; /* index of its text in `texts`; UINT32_MAX: not kept */
} mote_seen;

/* What one pass over a column gathers. */
typedef struct {
    mote_seen *seen; /* open addressing, n_slots a power of two; owned (mote_free) */
    uint32_t n_slots, n_different, max_slots;
    bool is_full;       /* further different values are not counted */
    bool has_twice;     /* some value came twice */
    const char **texts; /* the first different values, in the arena */
    uint32_t n_texts, texts_room;

    uint64_t n_present, n_missing, n_whole, n_numbers;
    const char *marker;
    double min, max, sum, second_min, second_max; /* the next different ones */
    uint64_t n_min, n_max;
    double last;         /* number of the row before */
    bool rises_by_one;   /* so far, each row */
    uint32_t bool_words; /* pairs of words (bits) that all values belong to */
    uint32_t formats;    /* of time that all values fit */
    uint64_t n_back[MOTE_N_TIME_FORMATS];
    double last_time[MOTE_N_TIME_FORMATS];
    bool has_blank;                             /* inside some value */
    uint64_t odd_line[MOTE_TABLE_NAMED], n_odd; /* cells that are no number */
    char odd[44];
} mote_column_state;

/* Is the cell a missing marker? Its text, static; NULL: it is a value. "" in quotes is a value of
 * nothing, and missing too. */
const char *mote_table_marker(const mote_csv_cell *c);

/* 0 or 1 for a word of the pairs (yes, no, ..); -1: none. *pair: which pair. */
int mote_table_bool_word(const char *s, size_t n, int *pair);

void mote_column_state_init(mote_column_state *s, uint32_t max_different);
void mote_column_state_release(mote_column_state *s);
/* One cell of a row. NOMEM. */
MOTE_MUST_USE mote_status mote_column_state_add(mote_column_state *s, const mote_csv *csv,
                                                const mote_csv_cell *c, uint64_t line,
                                                mote_arena *a, mote_err *err);
/* Decide: fills in all of *out but name, is_stated, n_unfit and unfit. `stated`: NULL, or what is
 * given. */
MOTE_MUST_USE mote_status mote_column_decide(mote_column_state *s, const char *name,
                                             const mote_column_stated *stated, mote_arena *a,
                                             mote_column *out, mote_err *err);

#endif
