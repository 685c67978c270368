/* SPDX-License-Identifier: Apache-2.0 */
/* CSV and its relatives, read as they come: a file is mapped, its dialect is found (or given), and
 * its rows are handed out one by one as slices of the file.
 *
 *   mote_csv *csv = NULL;
 *   MOTE_TRY(mote_csv_open("a.csv", NULL, &csv, err));
 *   mote_csv_row row;
 *   while (mote_csv_next(csv, &row, err) == MOTE_OK && row.cells) ...
 *   mote_csv_destroy(csv);
 *
 * What is found, each with its evidence in mote_csv_describe:
 *   encoding   UTF-8 (with or without a mark), UTF-16 of either order (with a mark, or by its zero
 *              bytes), Windows-1252, whose printable part is Latin-1, when the bytes are no UTF-8;
 *              UTF-8 with damage, when most of what is not ASCII is. All but UTF-8 is converted
 *              piece by piece.
 *   delimiter  comma, semicolon, tab, '|': the one by which most rows have the same number of
 * cells, more than one. When several do it equally well the rarest character in prose wins: tab,
 * '|', ';', ','. A first line "sep=;" (spreadsheets write it) is obeyed. Blanks, one or many, when
 * none of these does and most cells then are numbers, or when all are. line end   LF, CRLF or CR
 *   header     given, or found: see mote_csv_dialect
 *   decimal    '.', or ',' when more cells are numbers with it
 *
 * Grammar: RFC 4180 (a cell may stand in double quotes, and then hold delimiters, line ends, and
 * quotes written twice), with what real files do besides: blanks around a cell are no part of it
 * unless quoted; a quote inside an unquoted cell is a character; text behind a closing quote is
 * kept and counted; empty lines are passed over and counted; rows of another length are handed out
 * and named by line.
 *
 * Memory: the map, one row's slices, and for what is converted a window of at least one row; never
 * more than a few times max_row_bytes. Depends on base and data/filetype. Used by data/table,
 * data/series_csv. Not shared between threads. */
#ifndef MOTE_DATA_CSV_H
#define MOTE_DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/status.h"
#include "base/text.h"

typedef enum {
    MOTE_CSV_UTF8,
    MOTE_CSV_UTF8_DAMAGED, /* bytes that are none become U+FFFD */
    MOTE_CSV_UTF16LE,
    MOTE_CSV_UTF16BE,
    MOTE_CSV_WINDOWS_1252,
    MOTE_N_CSV_ENCODINGS
} mote_csv_encoding;

const char *mote_csv_encoding_name(mote_csv_encoding e);

typedef enum { MOTE_CSV_HEADER_FIND, MOTE_CSV_HEADER_YES, MOTE_CSV_HEADER_NO } mote_csv_header;

typedef struct {
    char delimiter; /* 0: find it; any byte but a quote, a line end, '.', a digit */
    char decimal;   /* 0: find it; else '.' or ',' */
    mote_csv_header header;
    size_t max_row_bytes; /* 64 .. 1 GiB; a longer row is refused: a quote that never closes */
    uint32_t max_columns; /* 1 .. 1e6 */
} mote_csv_config;

mote_csv_config mote_csv_config_default(void); /* all found, 16 MiB, 16384 columns */

typedef struct {
    mote_csv_encoding encoding;
    bool has_mark; /* a byte order mark stands at the start */
    char delimiter;
    char decimal;
    char line_end[3]; /* "\n", "\r\n" or "\r": of the first line */
    bool has_header;
    bool has_row_names; /* every row has one cell more than the header: the first, as R writes it */
    uint32_t n_columns; /* of most of the sampled rows */
    char header_why[96];    /* "row 1 holds no number, the rows below it do in 5 columns" */
    char delimiter_why[96]; /* "the same number of cells in 200 of 200 rows" */
    size_t bad_byte;    /* WINDOWS_1252, UTF8_DAMAGED: where the first byte is that is no UTF-8 */
    size_t n_bad_bytes; /* and how many bytes are none */
} mote_csv_dialect;

typedef struct {
    const char *s; /* UTF-8, not terminated; borrowed until the next call on the reader */
    uint32_t n;
    bool is_quoted; /* "" in quotes is an empty text, not a missing one */
} mote_csv_cell;

typedef struct {
    const mote_csv_cell *cells; /* NULL: the end */
    uint32_t n_cells;
    uint64_t line; /* of its first byte, from 1 */
    uint64_t row;  /* of data, from 0: the header is not counted */
} mote_csv_row;

/* Where a row begins; survives mote_csv_seek as long as the reader lives. */
typedef struct {
    uint64_t byte, line, row;
} mote_csv_mark;

#define MOTE_CSV_NAMED 8 /* lines that are named, of each finding */

typedef struct {
    uint64_t n_rows;   /* handed out since the start */
    uint64_t n_ragged; /* of those, with another number of cells than n_columns */
    uint64_t ragged_line[MOTE_CSV_NAMED]; /* of the first */
    uint32_t ragged_cells[MOTE_CSV_NAMED];
    uint64_t n_blank_lines;
    uint64_t n_behind_quote; /* cells with text behind their closing quote */
    uint64_t behind_quote_line;
} mote_csv_findings;

typedef struct mote_csv mote_csv;

/* What the first bytes of a file show of its rows, taken apart as the reader would: what a door
 * asks before it lets a file in, so that nothing is turned away that could have been read. */
typedef struct {
    uint32_t n_rows;        /* whole ones in the head, at most 200; the header is one */
    uint32_t n_columns;     /* of most of them; 1: nothing parts their cells */
    uint32_t n_alike;       /* rows with as many */
    uint32_t n_number_rows; /* of those, the longest run of which half the cells are numbers */
} mote_csv_glance;
/* head[0..n); false: it is no text, or has no row. */
bool mote_csv_look(const void *head, size_t n, mote_csv_glance *out);

/* Map and look at a file; the rows begin behind the header. cfg NULL: the default.
 *
 * Errors: ARG        a field of cfg is outside its range
 *         NOT_FOUND, DENIED, IO   of the file
 *         PARSE      empty, or no text: what it is instead, by its first bytes
 *         LIMIT, PARSE  a sampled row, as from mote_csv_next
 * Cost: reads the file once at memory speed for its encoding, and the first 200 rows. */
MOTE_MUST_USE mote_status mote_csv_open(const char *path, const mote_csv_config *cfg,
                                        mote_csv **out, mote_err *err);
/* The same of a file in memory, borrowed until the reader is destroyed. */
MOTE_MUST_USE mote_status mote_csv_open_bytes(const mote_file_bytes *file,
                                              const mote_csv_config *cfg, mote_csv **out,
                                              mote_err *err);
void mote_csv_destroy(mote_csv *csv);

const mote_csv_dialect *mote_csv_get_dialect(const mote_csv *csv);
const char *mote_csv_get_name(const mote_csv *csv);
/* Cells of the header as written, n_columns of them ("" for row names); NULL: there is no header.
 * Borrowed as long as the reader lives. */
const char *const *mote_csv_get_header(const mote_csv *csv);
const mote_csv_findings *mote_csv_get_findings(const mote_csv *csv);

/* The next row, *row; row->cells is NULL at the end. After a failure the reader stays failed until
 * it is sought.
 * Errors: PARSE  the file ends inside a quoted cell: its line is named
 *         LIMIT  a row of more than max_row_bytes or max_columns: its line, and what may be the
 * cause NOMEM */
MOTE_MUST_USE mote_status mote_csv_next(mote_csv *csv, mote_csv_row *row, mote_err *err);

/* Where the next row begins, and back to such a place (or, with NULL, to the first row behind the
 * header, findings forgotten). Cost of tell: for converted text, what was read since the last. */
mote_csv_mark mote_csv_tell(mote_csv *csv);
void mote_csv_seek(mote_csv *csv, const mote_csv_mark *to);

/* The byte of the file at such a place, its order mark counted. */
size_t mote_csv_byte_of(const mote_csv *csv, const mote_csv_mark *at);

/* The cell as a number with the file's decimal point, correctly rounded; false: it is none. */
bool mote_csv_number(const mote_csv *csv, const mote_csv_cell *cell, double *out);

/* One line a fact: what was found and why, and what was counted so far; for a person.
 * lint: unused_exports: a test and a fuzzer read it; docs/formats/csv.md is written with it */
void mote_csv_describe(const mote_csv *csv, mote_buf *b);

#endif
