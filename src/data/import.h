/* SPDX-License-Identifier: Apache-2.0 */
/* Import: a folder of recordings becomes samples in the store.
 *
 *   recordings/
 *     yes/anna_nohash_0.wav          label 'yes', group 'anna'
 *     no/bert_nohash_0.flac          label 'no', group 'bert'
 *     _background_noise_/tap.wav     a background recording
 *
 * The label is the name of the folder that holds the file. Files below a folder whose name starts
 * with 'background' or '_background' are background recordings. The group (speaker) is taken from
 * the file name by a pattern (data/pattern.h); without one, Mote looks whether the names follow a
 * scheme it knows, and otherwise every recording is its own group, which the report says. Published
 * sets and exports that say in a file of theirs what their recordings are, are understood
 * (data/layout.h): labels, groups and splits are then theirs.
 *
 * Every entry below the folder is accounted for. What a file is, its content says:
 *
 *   taken      a recording that is in the store now (n_added, n_known)
 *   skipped    no recording: a text, an image, a hidden file, what a layout leaves out on purpose
 *   refused    a recording, or what looks like one or may hold some, that could not be taken:
 *              reported with the reason and remembered for `mote data check`
 *
 * A file that was added before under this path and has changed since, in content, label or group,
 * replaces what it was (data/history.h keeps that for `undo`); with `keep` both stay. Samples whose
 * file is gone are counted, and stay. Samples are committed in portions: when the process is
 * killed, everything reported as committed is there, and the same import run again adds the rest
 * and nothing twice.
 *
 * Reading, hashing and decoding run on the pool; the order of the samples is the byte order of
 * the paths, whatever the number of threads. Depends on base, store, data/sample, data/pattern,
 * data/layout, data/tree, data/filetype, data/history. */
#ifndef MOTE_DATA_IMPORT_H
#define MOTE_DATA_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "data/kind.h"
#include "data/layout.h"
#include "data/provided.h"
#include "data/sample.h"
#include "store/store.h"

typedef enum {
    MOTE_IMPORT_BY_FOLDER,
    MOTE_IMPORT_EXAMPLE,
    MOTE_IMPORT_BACKGROUND,
    MOTE_IMPORT_NEGATIVE
} mote_import_role;

typedef struct {
    size_t n_files; /* recordings, and what looks like one */
    size_t n_done;  /* of them: decided, and committed */
    size_t n_added;
    size_t n_replaced; /* of n_added: in the place of what the file was before */
    size_t n_known;    /* were there already */
    size_t n_rejected;
    int64_t bytes;    /* of the files done */
    int64_t added_us; /* duration of what was added */
} mote_import_progress;

typedef struct {
    const mote_kind *kind; /* what the project takes in */
    mote_decoding decoding;
    mote_import_role role;
    const char *label;         /* NULL: the folder's name */
    const char *label_from;    /* data.label_from; NULL or "": by itself */
    const char *group_pattern; /* NULL: look for a known scheme */
    const char *const *labels; /* [n_labels] that the project asks for, to compare with */
    size_t n_labels;
    mote_provided_part part; /* where all of it belongs; MOTE_N_PROVIDED: as it says, or dealt */
    const char *who;         /* for the record; NULL: not said */
    bool keep;               /* what a file was stays beside what it is */
    bool find;               /* say what was found (report.found), of a file that is known, too */
    bool dry_run;            /* plan only: nothing is decoded, nothing is written */
    size_t batch_files;      /* committed together; 0: 64 */
    int64_t now_ms;
    mote_pool *pool;           /* NULL: this thread only */
    const mote_cancel *cancel; /* NULL: none; looked at between portions */
    /* After every commit, on the caller's thread. NULL: none. */
    void (*progress)(void *arg, const mote_import_progress *p);
    void *progress_arg;
} mote_import_config;

/* For files of a kind, decoded as it does by itself. */
mote_import_config mote_import_config_default(const mote_kind *kind);

typedef struct {
    const char *path, *reason;
} mote_import_rejected;
typedef struct {
    const char *reason;
    size_t n;
} mote_import_skipped;

/* What would become of a file. */
typedef struct {
    const char *path;          /* below the root */
    const char *label, *group; /* NULL: none */
    mote_data_role role;
    mote_provided_part part;       /* MOTE_N_PROVIDED: dealt by Mote */
    const char *skipped, *refused; /* why, or NULL */
} mote_import_plan;

typedef struct {
    mote_import_progress total;
    size_t n_entries; /* everything below the folder: n_files and n_skipped together */
    size_t n_skipped;
    mote_import_skipped *skipped; /* [n_reasons] */
    size_t n_reasons;
    size_t n_examples, n_background, n_negative; /* of n_added */
    size_t n_ungrouped;       /* audio files without a group in the name, each its own group */
    const char *pattern;      /* used; NULL: none */
    const char *pattern_name; /* the scheme that was recognised; NULL: pattern was given or none */
    mote_import_rejected *rejected; /* [total.n_rejected], in order of path */
    const char **recognised;        /* [n_recognised]: "an Edge Impulse export (info.labels, ..)" */
    size_t n_recognised;
    const char **labels;        /* [n_labels] of words, each once, sorted */
    size_t n_labels, n_foreign; /* n_foreign: of them not asked for by the project */
    size_t n_provided;          /* recordings whose split came with them */
    size_t n_split_conflicts;   /* groups that stay where they were; .. */
    const char *split_conflict; /* .. the first of them in words, or NULL */
    const char *seen;           /* the first sample in words, or NULL */
    const char *found;          /* in it, as JSON (mote_kind.found), or NULL */
    size_t n_gone;              /* samples from below this folder whose file is not there now */
    const char *gone;           /* the first of them, or NULL */
    int64_t import_id;          /* 0: nothing changed */
    mote_import_plan *plan;     /* [n_plan] with dry_run, in order of path */
    size_t n_plan;
} mote_import_report;

/* Import the file or folder `path`. The report's arrays live as long as `a`; it is written also
 * when the import is stopped (CANCELLED) or fails, and tells what was committed.
 * Errors: NOT_FOUND no such path, or nothing in it could be taken; ARG config, or a pattern that is
 * none or fits no name at all; CANCELLED; IO, CORRUPT, CONFLICT of the store. A damaged file among
 * others is not an error. */
MOTE_MUST_USE mote_status mote_data_import(mote_store *s, const char *path,
                                           const mote_import_config *cfg, mote_arena *a,
                                           mote_import_report *out, mote_err *err);

/* What the folders right below `root` call what is in them: their names in normalization form C, in
 * byte order, without those of backgrounds and negatives, those that begin with '_' or '.' and
 * those in which no file is. Lives as long as `a`. */
MOTE_MUST_USE mote_status mote_import_folder_labels(const char *root, mote_arena *a,
                                                    const char *const **out, size_t *n_out,
                                                    mote_err *err);

/* Is this the name of a folder of background recordings?
 * lint: unused_exports: a test asks for names one by one */
bool mote_import_is_background(const char *folder, size_t n);

/* "_negatives_", "negatives", "negative": of recordings in which nothing that is asked for is said.
 * lint: unused_exports: a test asks for names one by one */
bool mote_import_is_negative(const char *folder, size_t n);

#endif
