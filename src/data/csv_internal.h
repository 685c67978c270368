/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the CSV reader share: csv.c (the object), csv_scan.c (bytes to cells),
 * csv_text.c (encodings), csv_dialect.c (what is found). */
#ifndef MOTE_DATA_CSV_INTERNAL_H
#define MOTE_DATA_CSV_INTERNAL_H

#include "base/file.h"
#include "base/mem.h"
#include "data/csv.h"

/* ---- csv_text.c ---- */

typedef struct {
    mote_csv_encoding encoding;
    size_t mark_bytes; /* of the byte order mark */
    size_t bad_byte, n_bad_bytes;
} mote_csv_text;

/* Errors: PARSE no text. */
MOTE_MUST_USE mote_status mote_csv_find_encoding(const mote_file_bytes *file, mote_csv_text *out,
                                                 mote_err *err);

/* A piece of text in its encoding; borrowed. */
typedef struct {
    mote_csv_encoding encoding;
    const uint8_t *at; /* [n] */
    size_t n;
    bool is_last; /* nothing follows: what is unfinished at its end is damage; else it is left */
} mote_csv_piece;

/* Convert a piece to UTF-8 as far as it fits room; *used: of its bytes, consumed. Returns bytes
 * written; dst NULL: only counted. */
size_t mote_csv_convert(const mote_csv_piece *piece, char *dst, size_t room, size_t *used);

/* ---- csv_scan.c ---- */

typedef struct {
    char delimiter, line_end; /* line_end: the last byte of it */
} mote_csv_chars;

/* Bit i: p[i] is a delimiter, a quote or a line end; 64 bytes are read. The portable way is what
 * machines without vectors use and what a test holds the other against.
 * lint: unused_exports: of the test that does */
uint64_t mote_csv_marks(const char *p, mote_csv_chars c);
uint64_t mote_csv_marks_portable(const char *p, mote_csv_chars c);

typedef enum { MOTE_CSV_ROW, MOTE_CSV_MORE, MOTE_CSV_END, MOTE_CSV_BAD } mote_csv_scan;

struct mote_csv {
    char *name;
    mote_map map;
    bool is_mapped;
    mote_csv_config cfg;
    mote_csv_dialect dialect;
    mote_csv_findings findings;
    mote_arena arena; /* name, header */
    const char **header;

    const uint8_t *source; /* the file behind its byte order mark */
    size_t source_bytes, mark_bytes;

    /* The window: UTF-8 text d[0..n) of which at .. n is not handed out yet. Without conversion it
     * is the whole file. `source_at`: where in the source the window begins; source_next: ends. */
    const char *d;
    size_t n, at;
    bool is_last;
    char *window; /* owned; NULL without conversion */
    size_t window_bytes;
    size_t source_at, source_next;
    size_t told_n,
        told_source; /* the first told_n bytes of the window were so many of the source */

    /* The block of 64 bytes at d + base, and its marks that are not used yet. */
    size_t base;
    uint64_t marks;
    mote_csv_chars chars;

    uint64_t line, row;  /* of what begins at `at` */
    uint64_t row_line;   /* of the row that was taken last */
    mote_csv_mark first; /* of the first row of data */
    mote_csv_cell *cells;
    size_t *raw; /* [2 * cells]: start and end in the window of cells to be unescaped */
    uint32_t n_cells, cells_room;
    uint32_t n_escaped;
    char *scratch; /* what unescaped cells point to */
    size_t scratch_bytes;
    uint64_t n_odd_quotes; /* quotes in the middle of cells, since the last rewind */
    bool has_failed;
};

/* Forget the block that was being looked at: the window has changed, or `at` was set. */
void mote_csv_rescan(mote_csv *csv);
/* Take the row at csv->at apart; moves at, line. MORE: the window ends before the row does. */
mote_csv_scan mote_csv_scan_row(mote_csv *csv, mote_err *err);

/* ---- csv.c ---- */

/* More text behind what is not handed out yet. Errors: LIMIT a row that does not fit; NOMEM. */
MOTE_MUST_USE mote_status mote_csv_move_window(mote_csv *csv, mote_err *err);

/* ---- csv_dialect.c ---- */

MOTE_MUST_USE mote_status mote_csv_find_dialect(mote_csv *csv, mote_err *err);

#endif
