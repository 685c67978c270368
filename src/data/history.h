/* SPDX-License-Identifier: Apache-2.0 */
/* What came in and what went out, and the way back.
 *
 * Each import and each removal that changes something has a number. What an import replaces (a file
 * that changed) and what a removal takes stand in data_removed until they are erased for good, so
 * the last of them can be undone, and then the one before it.
 *
 * Versions never break: a manifest keeps the recordings it names (store/gc), whatever is removed
 * here; the next version no longer has them. Only an erasure, for consent that was withdrawn, takes
 * the bytes too, and then reading such a version says which recordings were erased.
 *
 * Depends on base, store, data/sample. Used by data/import, cli, routes. */
#ifndef MOTE_DATA_HISTORY_H
#define MOTE_DATA_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "data/sample.h"
#include "store/store.h"

typedef enum { MOTE_HISTORY_ADD, MOTE_HISTORY_REMOVE } mote_history_kind;

/* Something that is about to change what is there. Texts are borrowed. */
typedef struct {
    mote_history_kind kind;
    const char *what; /* for people: the folder, the wish */
    const char *who;  /* NULL: nobody says */
    int64_t at_ms;
} mote_history_event;

/* A new number for what begins, in the caller's transaction. */
MOTE_MUST_USE mote_status mote_history_begin(mote_store *s, const mote_history_event *event,
                                             int64_t *id, mote_err *err);

/* Take the sample out, on behalf of `by`; in the caller's transaction. */
MOTE_MUST_USE mote_status mote_history_take(mote_store *s, int64_t sample, int64_t by,
                                            int64_t now_ms, mote_err *err);

/* Which samples: those that fit every member that is set. */
typedef struct {
    const char *label, *group; /* in normal form, or as typed; NULL: any */
    const char *origin;        /* "file", "synthetic", "upload"; NULL: any */
    const char *sample;        /* leading digits of the hash, 8 or more; NULL: any */
    const char *below;         /* a file or folder it came from; NULL: any */
    int64_t import;            /* 0: any */
    bool gone;                 /* only those whose file is not there any more */
} mote_remove_wish;

typedef struct {
    int64_t id;           /* of the removal; 0: nothing was done */
    size_t n;             /* samples that fit, and were removed */
    size_t n_in_versions; /* of them: named by a version, which keeps them */
    size_t n_objects_erased;
    mote_sample_row *rows; /* [n] */
} mote_remove_report;

typedef struct {
    const char *who;
    int64_t now_ms;
    bool dry_run; /* look, change nothing */
    bool erase;   /* for good: the bytes too, also out of versions; no way back */
} mote_remove_config;

/* Errors: ARG a wish without any member; NOT_FOUND nothing fits; those of the store. An erasure
 * that is interrupted has forgotten the samples and goes on when it is called again. */
MOTE_MUST_USE mote_status mote_data_remove(mote_store *s, const mote_remove_wish *wish,
                                           const mote_remove_config *cfg, mote_arena *a,
                                           mote_remove_report *out, mote_err *err);

typedef struct {
    int64_t id;
    mote_history_kind kind;
    const char *what, *who;
    int64_t started_ms;
    size_t n_removed;  /* samples that the import had added */
    size_t n_restored; /* samples that it had replaced, or that the removal had taken */
} mote_undo_report;

/* Undo the last import or removal that holds. NOT_FOUND when there is none. */
MOTE_MUST_USE mote_status mote_data_undo(mote_store *s, int64_t now_ms, mote_arena *a,
                                         mote_undo_report *out, mote_err *err);

/* Both as JSON, a new reference each (NULL, or parts missing: no memory, mote_json_was_refused). */
json_t *mote_remove_report_json(const mote_remove_report *r, const mote_remove_config *cfg);
json_t *mote_undo_report_json(const mote_undo_report *r);

/* The absolute path of a sample's `file`, which is kept relative when it lies in the project. */
MOTE_MUST_USE mote_status mote_history_path(const mote_store *s, const char *file, mote_arena *a,
                                            char **out, mote_err *err);
/* Is the file there, or the file that it is a part of ("set.ts/12", data/import.h)? */
bool mote_history_is_there(const char *path);
/* And back: how the file or folder `path`, which exists, is kept. */
MOTE_MUST_USE mote_status mote_history_file(const mote_store *s, const char *path, mote_arena *a,
                                            char **out, mote_err *err);

/* When the object was erased for good, for those who miss it; 0: it was not. */
int64_t mote_history_erased_ms(mote_store *s, const mote_sha256 *object);

#endif
