/* SPDX-License-Identifier: Apache-2.0 */
/* The review list: what people marked as wrong in use, on its way into training.
 *
 *   miss    somebody said a label and nothing happened: an example of it
 *   false   it took something for a label that nobody said: an example of anything else
 *
 * Marks come as a CSV file (file,start,end,what,label; seconds; 'mote listen --record' writes it),
 * and of each the stretch that is meant is kept. Taken into the data it is a sample of the group
 * "review:NAME", NAME who took it, and that group belongs to training: the test stays what it was,
 * so that before and after are measured on the same. What the built-in set makes room for does not
 * count these samples either (data/builtin.h).
 *
 * Depends on store, project, data/sample, data/history, data/provided. Used by cli/, and by what
 * brings marks from elsewhere. */
#ifndef MOTE_DATA_REVIEW_H
#define MOTE_DATA_REVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "project/project.h"
#include "store/store.h"

#define MOTE_REVIEW_FILE  "review.csv" /* in a folder of marks */
#define MOTE_GROUP_REVIEW "review:"

typedef enum { MOTE_REVIEW_MISS, MOTE_REVIEW_FALSE, MOTE_N_REVIEW } mote_review_what;
const char *mote_review_what_name(mote_review_what what); /* "miss", "false" */

/* Who changes the list, of which project, when. Borrowed. */
typedef struct {
    const mote_project *project;
    const char *who;
    int64_t now_ms;
} mote_review_by;

typedef struct {
    size_t n_added, n_known; /* known: there already, or dropped before */
} mote_review_added;

/* Put the marks of a CSV file, or of review.csv in a folder, on the list; all or nothing. Files are
 * where the CSV file is, unless their path is absolute; without start and end all of one is meant.
 * Errors: PARSE, ARG naming line and column; those of reading a recording; UNSUPPORTED the project
 * is about something else than sound. */
MOTE_MUST_USE mote_status mote_review_add(mote_store *s, const mote_review_by *by, const char *path,
                                          mote_review_added *out, mote_err *err);

typedef struct {
    int64_t id;
    mote_review_what what;
    const char *label; /* "": not known */
    const char *source, *who;
    mote_sha256 object;
    int64_t added_ms;
    bool is_taken;
} mote_review_item;

/* What is on the list, the oldest first; with_taken: also what is in the data already. Lives as
 * long as `a`. */
MOTE_MUST_USE mote_status mote_review_list(mote_store *s, bool with_taken, mote_arena *a,
                                           mote_review_item **out, size_t *n, mote_err *err);

/* Which: numbers of the list; n 0: all that wait. */
typedef struct {
    const int64_t *ids;
    size_t n;
} mote_review_wish;

typedef struct {
    size_t n_misses, n_false, n_known;
    size_t n_unnamed; /* misses left on the list: of which label nobody said */
    int64_t import;   /* that brought them in (data/history.h); 0: nothing was taken */
} mote_review_taken;

/* Take them into the training part of the data, in one transaction. `label`: of misses, in the
 * place of what the mark says; NULL: that. 'mote data undo' takes them out again.
 * Errors: NOT_FOUND a number is not on the list; ARG a label is none of the project's; UNSUPPORTED
 * there is no class for what is none of them, or splits go by time; CONFLICT the group is dealt
 * elsewhere; those of the store. */
MOTE_MUST_USE mote_status mote_review_take(mote_store *s, const mote_review_by *by,
                                           const mote_review_wish *wish, const char *label,
                                           mote_review_taken *out, mote_err *err);

/* Forget them, and what they keep; *n of them. NOT_FOUND as above. */
MOTE_MUST_USE mote_status mote_review_drop(mote_store *s, const mote_review_wish *wish, size_t *n,
                                           mote_err *err);

/* For commands and routes (review_json.c). New references owned by the caller; NULL: no memory. */
json_t *mote_review_list_json(const mote_review_item *items, size_t n);
json_t *mote_review_added_json(const mote_review_added *r);
json_t *mote_review_taken_json(const mote_review_taken *r);
json_t *mote_review_dropped_json(size_t n);

#endif
