/* SPDX-License-Identifier: Apache-2.0 */
/* What the planning and the doing of an import share. */
#ifndef MOTE_DATA_IMPORT_INTERNAL_H
#define MOTE_DATA_IMPORT_INTERNAL_H

#include "data/import.h"

typedef struct mote_import_set mote_import_set; /* import_set.c */

/* One entry of the tree: all of them are in memory, so it is small. */
typedef struct {
    const char *rel;              /* path below the root, lives as long as the arena */
    const char *full;             /* as people see it: a part of a file is full/NUMBER */
    const char *disk;             /* the file to read */
    const mote_file_part *inside; /* NULL: the whole file */
    bool is_given;                /* the label is wanted, whatever the file says of itself */
    bool is_in_file;              /* there is no other: the file says what its samples are */
    const char *group;            /* NULL: none in the name */
    const char *label;
    const char *skipped; /* why it is no recording, or NULL */
    const char *refused; /* why it cannot be taken, known before reading it, or NULL */
    mote_provided_part part;
    mote_data_role role;
    int64_t bytes;
    bool is_set;                /* a file that may hold many samples; .. */
    const mote_import_set *set; /* .. that it, or the sample, is in; NULL: none */
    size_t member;              /* of the set */
    const char *said;           /* what the set says it is, or NULL */
} mote_import_item;

typedef struct {
    mote_store *store;
    const mote_import_config *cfg;
    mote_arena *arena;
    const char *root;      /* as given */
    const char *root_file; /* as it is kept (data/history.h); NULL: nothing is written */
    bool is_dir;
    mote_import_item *items; /* of plan_entries: all; after it: [n_items] that are to decide */
    size_t n_items;
    const char *first_facts; /* of the sample that the others must go with; NULL: none yet */
    mote_layout *layouts;    /* [n_layouts], owned */
    size_t n_layouts;
    mote_import_set *sets; /* [n_sets], opened */
    size_t n_sets;
    const char *asked_file; /* of which says_labels tells; NULL: none yet */
    bool says_labels;
    mote_import_report report;
} mote_importer;

/* Find everything below the path and say what would become of it: items, report.plan,
 * report.skipped and the rest that is known before a recording is read. */
MOTE_MUST_USE mote_status mote_import_plan_all(mote_importer *im, mote_err *err);

/* Sets (import_set.c). May the file be one, by its first bytes and its size? open puts items of
 * their samples in the place of those with is_set; say appends words on each set; read gives the
 * bytes of one sample, owned by the caller; release closes them all. */
bool mote_import_may_be_set(const mote_kind *kind, const char *path, const uint8_t *head, size_t n,
                            uint64_t bytes);
MOTE_MUST_USE mote_status mote_import_open_sets(mote_importer *im, mote_err *err);
MOTE_MUST_USE mote_status mote_import_say_sets(mote_importer *im, const char **words, size_t *n,
                                               mote_err *err);
MOTE_MUST_USE mote_status mote_import_read_member(const mote_import_item *it, char **bytes,
                                                  size_t *n, mote_err *err);
void mote_import_release_sets(mote_importer *im);

#endif
