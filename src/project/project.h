/* SPDX-License-Identifier: Apache-2.0 */
/* mote.yaml as plain structs: what the product needs, what each stage does, what must hold.
 *
 * The keys, their types, units, ranges and defaults are the table config.def; the headers of the
 * sections are where the values land. A project is read once, checked whole, and never changed
 * afterwards. Numbers are in the unit that their name carries, whatever unit the file used. Depends
 * on base; used by every stage. */
#ifndef MOTE_PROJECT_PROJECT_H
#define MOTE_PROJECT_PROJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "project/requirement.h"
#include "project/section_anomaly.h"
#include "project/section_augmentation.h"
#include "project/section_compress.h"
#include "project/section_conditions.h"
#include "project/section_consent.h"
#include "project/section_data.h"
#include "project/section_device.h"
#include "project/section_features.h"
#include "project/section_image.h"
#include "project/section_model.h"
#include "project/section_monitor.h"
#include "project/section_schedule.h"
#include "project/section_scope.h"
#include "project/section_serving.h"
#include "project/section_stream.h"
#include "project/section_table.h"
#include "project/section_training.h"
#include "project/section_value.h"
#include "project/task.h"

#define MOTE_PROJECT_FILE             "mote.yaml"
#define MOTE_PROJECT_MAX_BYTES        131072 /* of mote.yaml */
#define MOTE_PROJECT_MAX_PROBLEMS     20
#define MOTE_PROJECT_MAX_REQUIREMENTS 64

/* Names of the two classes that nobody asked for. */
#define MOTE_CLASS_UNKNOWN "_unknown_"
#define MOTE_CLASS_SILENCE "_silence_"

typedef struct {
    int32_t version; /* of the file's keys: 1 */
    const char *name;
    const char *task;           /* a name of tasks.def */
    const char *input, *answer; /* names of task.h; the task's own where it leaves no choice */
    mote_names words;      /* that are asked for by name; none: what the samples are labelled */
    bool unknown, silence; /* whether those classes exist */
    mote_names classes;    /* derived: words in order, then _unknown_, _silence_ */
    double clip_ms;
    int32_t rate_hz;
    mote_project_scope scope;
    mote_project_image image;
    mote_project_data data;
    mote_project_anomaly anomaly;
    mote_project_table table;
    mote_project_features features;
    mote_project_model model;
    mote_project_training training;
    mote_project_augmentation augmentation;
    mote_project_compress compress;
    mote_project_conditions conditions; /* beside the samples as they are */
    mote_project_stream stream;
    mote_project_value value;
    mote_project_device device;
    mote_project_consent consent;
    mote_project_serving serving;
    mote_project_monitor monitor;
    mote_project_schedule schedule;
    mote_requirement *requirements; /* as written, then those that the device budget implies */
    size_t n_requirements;
    mote_names warnings; /* of what will not be read one day: "mote.yaml:12:5: ..." */
    const char *dir;     /* folder of mote.yaml; "" when parsed from memory */
} mote_project;

/* The labels that are asked for by name: words, or what is normal; none: those that the samples
 * have. Borrowed from p. */
static inline const mote_names *mote_project_labels(const mote_project *p)
{
    return p->anomaly.normal.n > 0 ? &p->anomaly.normal : &p->words;
}

/* Whether they are words that people say. */
static inline bool mote_project_is_of_words(const mote_project *p)
{
    return p->words.n > 0;
}

/* One complaint about the file. `text` is complete: "mote.yaml:12:5: unknown key ...". */
typedef struct {
    int32_t line, column; /* from 1 */
    char text[512];
} mote_project_problem;

typedef struct {
    mote_project_problem items[MOTE_PROJECT_MAX_PROBLEMS]; /* in the order of the file */
    size_t n;
    size_t n_more; /* found, but no room */
} mote_project_problems;

/* Read a file of mote.yaml. *out lives as long as `a` (64 kB are plenty for a usual file; 4 MB
 * always suffice). All complaints are put in `problems` (NULL allowed); `err` has the first one and
 * how many more there are.
 *
 * Errors:  PARSE  the file is not as config.def says; see problems
 *          LIMIT  it is longer than MOTE_PROJECT_MAX_BYTES
 *          NOMEM  `a` is full */
MOTE_MUST_USE mote_status mote_project_parse(const mote_file_bytes *file, mote_arena *a,
                                             mote_project **out, mote_project_problems *problems,
                                             mote_err *err);

/* The same from `dir`/mote.yaml. Also NOT_FOUND and what reading a file can give. */
MOTE_MUST_USE mote_status mote_project_load(const char *dir, mote_arena *a, mote_project **out,
                                            mote_project_problems *problems, mote_err *err);

/* The nearest folder from `start` upwards that holds mote.yaml, as an absolute path in `a`.
 * NOT_FOUND says where it looked and names 'mote init'. */
MOTE_MUST_USE mote_status mote_project_find(const char *start, mote_arena *a, char **dir,
                                            mote_err *err);

/* Append the canonical JSON of one section: all its keys with their values in effect, defaults
 * included, so that equal settings give equal bytes however the file was written. Sections: "task"
 * (task, its words, unknown, silence, clip_ms, rate_hz), "project" (mote, name), and the blocks of
 * mote.yaml: "data", "features", ... "requirements". NOT_FOUND for other names. */
/* lint: unused_exports: tests and a fuzzer look at the settings as they were read */
MOTE_MUST_USE mote_status mote_project_section_json(const mote_project *p, const char *section,
                                                    mote_buf *out, mote_err *err);

/* The names accepted above, in the order of the file; *n of them. Static storage. */
/* lint: unused_exports: the same */
const char *const *mote_project_sections(size_t *n);

#endif
