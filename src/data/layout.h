/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts: how published sets and other tools say what their recordings are.
 *
 *   Edge Impulse     info.labels beside the recordings: label, category and metadata of each
 *   Speech Commands  testing_list.txt, validation_list.txt: which recordings are not for training
 *   Common Voice     validated.tsv, train.tsv, dev.tsv, test.tsv, ..: client_id, path, sentence
 *   MSWC             *.csv with LINK, WORD, SPEAKER (VALID, SET where there are such columns)
 *
 * A parser turns one such file into rows: which recording, its label, its group, its split, or why
 * it is not to be taken. Rows are found again by the end of a path, so that it does not matter
 * from which folder of the set an import starts. Parsers read hostile bytes: they bound everything
 * by the bytes that are there and never fail on a strange line; what cannot be read as a layout at
 * all is refused, with the line.
 *
 * Sources: docs.edgeimpulse.com, "Data acquisition format" and exports as seen; Warden, Speech
 * Commands (arXiv:1804.03209), 7; Common Voice release notes; Mazumder et al., Multilingual Spoken
 * Words Corpus (2021), appendix. Depends on base. Used by data/import. */
#ifndef MOTE_DATA_LAYOUT_H
#define MOTE_DATA_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/status.h"
#include "data/provided.h"

typedef enum {
    MOTE_LAYOUT_NONE,
    MOTE_LAYOUT_EDGE_IMPULSE,
    MOTE_LAYOUT_SPEECH_COMMANDS,
    MOTE_LAYOUT_COMMON_VOICE,
    MOTE_LAYOUT_MSWC
} mote_layout_kind;

const char *mote_layout_name(mote_layout_kind kind); /* "an Edge Impulse export" */

typedef struct {
    const char *path;        /* as the layout writes it; tables: without extension */
    const char *label;       /* NULL: the folder's name */
    const char *group;       /* NULL: from the file name */
    const char *skipped;     /* why it is left out on purpose, or NULL */
    const char *refused;     /* why it cannot be taken, or NULL */
    mote_provided_part part; /* MOTE_N_PROVIDED: not said */
    int32_t rank;            /* of rows of one path the highest counts */
} mote_layout_row;

typedef struct {
    mote_layout_kind kind;
    bool has_extensions;           /* the paths of the rows have theirs */
    bool has_validation, has_test; /* Speech Commands: which lists there are */
    mote_layout_row *rows;         /* [n], owned (mote_layout_release); strings live in the arena */
    size_t n, capacity;
} mote_layout;

void mote_layout_init(mote_layout *l, mote_layout_kind kind); /* no rows yet */
void mote_layout_release(mote_layout *l);

/* Could a file of this name belong to a layout? Then its first bytes decide: the kind, or NONE. */
bool mote_layout_is_name(const char *name);
mote_layout_kind mote_layout_of(const mote_file_bytes *file);

/* Add the rows of one file, of which mote_layout_of gave l->kind. On error the rows that were read
 * before it are there. CORRUPT or PARSE, with the line; NOMEM. */
MOTE_MUST_USE mote_status mote_layout_parse(mote_layout *l, const mote_file_bytes *file,
                                            mote_arena *a, mote_err *err);

/* Sort the rows; before mote_layout_find. */
void mote_layout_finish(mote_layout *l);

/* The row of the recording `path`: of the whole path, else of its last two parts, else of its last.
 * `buffer` is scratch. NULL: none. */
const mote_layout_row *mote_layout_find(const mote_layout *l, const char *path);

/* The part that names say: a folder called train or test on the way to the file (`rel`), or a file
 * X_TRAIN.ts beside which stands X_TEST.ts (`path`). MOTE_N_PROVIDED: they say nothing. */
mote_provided_part mote_layout_part_of_names(const char *path, const char *rel);

/* Is a folder of this name a split rather than a label? */
bool mote_layout_is_split_name(const char *name);

/* The middle of a file name of an Edge Impulse export: '<label>.<name>.<ext>.<id>.<ext>' gives
 * <name>, with its length; borrowed from `name`. */
const char *mote_layout_middle(const char *name, size_t *n);

/* ---- for layout_*.c: files without a byte order mark ---- */

MOTE_MUST_USE mote_status mote_layout_add(mote_layout *l, mote_layout_row row, mote_err *err);
MOTE_MUST_USE mote_status mote_layout_parse_info_labels(mote_layout *l, const mote_file_bytes *file,
                                                        mote_arena *a, mote_err *err);
MOTE_MUST_USE mote_status mote_layout_parse_table(mote_layout *l, const mote_file_bytes *file,
                                                  mote_arena *a, mote_err *err);
/* Which of the tables it is; NONE: neither, or there is no memory. */
mote_layout_kind mote_layout_of_table(const mote_file_bytes *file);

#endif
