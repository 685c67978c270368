/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs that the server kept become data: what was said of them is listed, people say what is
 * true, and with that they are samples that the next version learns from or is judged on.
 *
 *     prediction log --find--> people, or labels that come later --take--> samples of the data
 *          \--write--> a folder with labels.csv to fill in --read--/
 *
 * A sample names the prediction that it was (provenance "kept"), is of origin 'upload', was
 * recorded when it was predicted, and its group is the subject that the client named, so that a
 * person is never in training and in test at once, and can be taken out again. Rows of tables
 * become one file for each subject. What nobody consented to is not in the log, and so never here.
 *
 * Depends on data/, serve/predlog.h. Used by cli/, web/. */
#ifndef MOTE_LOOP_KEPT_H
#define MOTE_LOOP_KEPT_H

#include "base/json.h"
#include "project/project.h"
#include "serve/predlog.h"

/* Strings live as long as the arena it was read into. */
typedef struct {
    int64_t id, time_ms;
    const char *model, *version, *subject, *request_id;
    const char *said;  /* the label, or the numbers; NULL: outputs are not kept */
    double sure;       /* probability of the label; NaN: no class was said, or outputs not kept */
    const char *form;  /* "csv", "wav", "pnm", or "f32", which cannot become a sample */
    const char *truth; /* what turned out to be true (truths.h); NULL: it did not come */
    const char *taken; /* as what it is in the data; NULL: it is not */
} mote_kept;

typedef struct {
    const char *model; /* NULL: of any */
    bool with_taken;   /* those that are in the data, too */
    bool least_sure;   /* the least sure first: a label of theirs teaches most; else the newest */
    int64_t limit;     /* at most so many; 0: all */
} mote_kept_wish;

typedef struct {
    mote_kept *items;
    size_t n, n_all; /* n_all: without the limit */
} mote_kept_list;

MOTE_MUST_USE mote_status mote_kept_find(mote_store *s, const mote_kept_wish *wish, mote_arena *a,
                                         mote_kept_list *out, mote_err *err);

/* What is true of one: of a prediction by its number, or of a client's own request id. */
typedef struct {
    int64_t id;          /* 0: by request */
    const char *request; /* of the header X-Request-Id or the Open Inference Protocol's 'id' */
    const char *label;   /* class, or number; of several values all of them: "3.5, 4" */
} mote_kept_label;

typedef struct {
    mote_kept_label *items;
    size_t n, n_blank; /* n_blank: lines that were read and hold no label yet */
} mote_kept_labels;

typedef struct {
    const char *which; /* "prediction 12" */
    const char *why;
} mote_kept_refused;

typedef struct {
    int64_t import; /* that 'mote data undo' takes back; 0: nothing was added */
    size_t n_added; /* kept inputs that are in the data now; of tables in n_samples files */
    size_t n_samples;
    size_t n_known; /* were there with this label already */
    mote_kept_refused *refused;
    size_t n_refused;
} mote_kept_report;

/* Those that are not in the data and whose truth came, with it as their label. Live as long as `a`.
 */
MOTE_MUST_USE mote_status mote_kept_true(mote_store *s, mote_arena *a, mote_kept_labels *out,
                                         mote_err *err);

/* Take them into the data of the project; the caller holds the write lock. All in one transaction.
 * What cannot be taken is refused by name, and the others are taken all the same.
 * Errors: those of the store; CORRUPT, NOMEM. */
typedef struct {
    const mote_project *project;
    const char *who; /* says so */
    int64_t now_ms;
} mote_kept_taking;
MOTE_MUST_USE mote_status mote_kept_take(mote_store *s, const mote_kept_taking *how,
                                         const mote_kept_labels *labels, mote_arena *a,
                                         mote_kept_report *out, mote_err *err);

/* Write inputs into the folder `dir`, which is made and must hold no labels.csv: labels.csv with a
 * line for each and a last column to be filled in, which holds the truth where one came, named
 * `label`, or those that the project's tables ask for; rows of tables stand in it, other inputs in
 * files beside it. The files are in the clear and outlive the log. CONFLICT: there is one. */
MOTE_MUST_USE mote_status mote_kept_write(mote_store *s, const mote_project *project,
                                          const mote_kept_list *list, const char *dir,
                                          mote_err *err);

/* Read what was filled in: CSV with a column `id` or `request`, and the last one named as above.
 * PARSE, ARG: names the line. */
MOTE_MUST_USE mote_status mote_kept_read(const char *path, const mote_project *project,
                                         mote_arena *a, mote_kept_labels *out, mote_err *err);

/* What the columns of labels are called; static, or the project's. */
mote_names mote_kept_label_columns(const mote_project *p);

/* For commands and routes. New references owned by the caller. */
MOTE_MUST_USE mote_status mote_kept_json(const mote_kept_list *list, json_t **out, mote_err *err);
MOTE_MUST_USE mote_status mote_kept_report_json(const mote_kept_report *r, json_t **out,
                                                mote_err *err);

#endif
