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
 * scheme it knows, and otherwise every recording is its own group, which the report says.
 *
 * A file that cannot be taken is reported with the reason, remembered in the store for
 * `mote data check`, and left out; it never stops the import. Samples are committed in portions:
 * when the process is killed, everything reported as committed is there, and the same import
 * run again adds the rest and nothing twice.
 *
 * Reading, hashing and decoding run on the pool; the order of the samples is the byte order of
 * the paths, whatever the number of threads. Depends on base, store, data/sample, data/pattern. */
#ifndef MOTE_DATA_IMPORT_H
#define MOTE_DATA_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "data/audio.h"
#include "store/store.h"

typedef enum {
    MOTE_IMPORT_BY_FOLDER,
    MOTE_IMPORT_KEYWORD,
    MOTE_IMPORT_BACKGROUND
} mote_import_role;

typedef struct {
    size_t n_files;              /* audio files found */
    size_t n_done;               /* of them: decided, and committed */
    size_t n_added;
    size_t n_known;              /* were there already */
    size_t n_rejected;
    int64_t bytes;               /* of the files done */
    int64_t added_us;            /* duration of what was added */
} mote_import_progress;

typedef struct {
    mote_audio_config audio;
    mote_import_role role;
    const char *label;           /* NULL: the folder's name */
    const char *group_pattern;   /* NULL: look for a known scheme */
    size_t batch_files;          /* committed together; 0: 64 */
    int64_t now_ms;
    mote_pool *pool;             /* NULL: this thread only */
    const mote_cancel *cancel;   /* NULL: none; looked at between portions */
    /* After every commit, on the caller's thread. NULL: none. */
    void (*progress)(void *arg, const mote_import_progress *p);
    void *progress_arg;
} mote_import_config;

mote_import_config mote_import_config_default(void);

typedef struct { const char *path, *reason; } mote_import_rejected;

typedef struct {
    mote_import_progress total;
    size_t n_other_files;        /* not audio by their names; not looked at */
    size_t n_keyword, n_background;      /* of n_added */
    size_t n_ungrouped;          /* audio files without a group in the name, each its own group */
    const char *pattern;         /* used; NULL: none */
    const char *pattern_name; /* the scheme that was recognised; NULL: pattern was given or none */
    mote_import_rejected *rejected;      /* [total.n_rejected], in order of path */
} mote_import_report;

/* Import the file or folder `path`. The report's arrays live as long as `a`; it is written also
 * when the import is stopped (CANCELLED) or fails half way, and tells what was committed.
 * Errors: NOT_FOUND no such path, or no audio file below it; ARG pattern or config; CANCELLED;
 * IO, CORRUPT, CONFLICT of the store. A damaged file is not an error. */
MOTE_MUST_USE mote_status mote_data_import(mote_store *s, const char *path,
                                           const mote_import_config *cfg, mote_arena *a,
                                           mote_import_report *out, mote_err *err);

/* Is this the name of a folder of background recordings? */
bool mote_import_is_background(const char *folder, size_t n);

#endif
