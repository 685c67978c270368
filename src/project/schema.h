/* SPDX-License-Identifier: Apache-2.0 */
/* The key table of mote.yaml (config.def) as data, for the reader, the writer of section JSON and
 * the reference page. Depends on project.h. */
#ifndef MOTE_PROJECT_SCHEMA_H
#define MOTE_PROJECT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "project/project.h"
#include "project/quantity.h"
#include "project/task.h"

typedef enum {
    MOTE_KEY_SECTION, /* a map of keys; for "requirements" a list of maps */
    MOTE_KEY_BOOL,    /* true or false; bool */
    MOTE_KEY_INT,     /* whole number; int32_t */
    MOTE_KEY_BIG,     /* whole number; int64_t */
    MOTE_KEY_NUM,     /* double */
    MOTE_KEY_TEXT,    /* const char * */
    MOTE_KEY_CHOICE,  /* one of choices; const char *, static storage */
    MOTE_KEY_SPAN,    /* [low, high]; mote_span */
    MOTE_KEY_SIZE2,   /* [time, frequency] or [height, width]; mote_size2 */
    MOTE_KEY_NAMES,   /* list of distinct texts, lo..hi of them; mote_names */
    MOTE_KEY_TEXTS,   /* the same, of any printable ASCII without blanks */
    MOTE_KEY_SOME,    /* a text as of TEXT, or a list of up to 16 different ones; mote_names */
    MOTE_KEY_INTS,    /* list of at most 16 whole numbers; mote_ints */
    MOTE_KEY_LIMIT    /* of a requirement: a number in the unit of its metric */
} mote_key_type;

#define MOTE_KEY_MAX_INTS    16
#define MOTE_KEY_MAX_SOME    16
#define MOTE_SCHEMA_REQUIRED "\x01" /* preset of a key that must be there */

typedef struct {
    const char *path; /* "training.epochs"; "requirements[].metric" */
    mote_key_type type;
    mote_unit unit;
    double lo, hi;
    const char *choices; /* "a|b" or NULL */
    const char *preset;  /* NULL, MOTE_SCHEMA_REQUIRED or text as in mote.yaml */
    size_t offset;       /* in mote_project; of no meaning for SECTION and items */
    const char *doc;
    uint32_t tasks; /* MOTE_TASK_ABOUT(..) it belongs to; of no meaning for SECTION */
} mote_schema_row;

/* All rows in the order of config.def. Static storage. */
const mote_schema_row *mote_schema_rows(size_t *n);

/* The row with this path (of `len` bytes), or NULL. */
const mote_schema_row *mote_schema_find(const char *path, size_t len);

/* Last name of the row's path, and whether the row is directly below `parent` ("" is the top). */
const char *mote_schema_name(const mote_schema_row *row);
bool mote_schema_is_child(const mote_schema_row *row, const char *parent);

/* Does the row belong to a task (NULL: to any) that is about `input`? A block does when one of its
 * keys does. */
bool mote_schema_is_of(const mote_schema_row *row, const mote_task *task, mote_input_kind input);
/* The same of the task and the input of a project that was read. */
bool mote_schema_is_of_project(const mote_schema_row *row, const mote_project *p);

/* What comes in, of a project that was read, or of a view that holds `input`. */
mote_input_kind mote_project_input(const mote_project *p);

/* The tasks of a row as MOTE_TASK_ABOUT(..) flags; those of a block are its keys'. */
uint32_t mote_schema_tasks(const mote_schema_row *row);

/* What a task uses instead of a row that is not its own, as the end of "task 'image' ...", or NULL.
 * Static storage. */
const char *mote_schema_instead(const mote_schema_row *row, const mote_task *task);

/* What a value of the row may be, in words: "a whole number from 1 to 64". Always terminated. */
void mote_schema_describe(const mote_schema_row *row, char *out, size_t out_bytes);

/* How sure a measured number of a metric can be, which decides what proves it and what would. */
typedef enum {
    MOTE_NATURE_EXACT, /* counted or computed: bytes, instructions. Needs no interval */
    MOTE_NATURE_SHARE, /* so many of n: Wilson's interval */
    MOTE_NATURE_RATE,  /* events in a time of exposure: Garwood's interval */
    MOTE_NATURE_SCORE  /* anything else of a sample, whose interval narrows with its root */
} mote_nature;

/* One metric of metrics.def. */
typedef struct {
    const char *name;
    mote_unit unit;
    bool is_higher_better;
    mote_nature nature;
    unsigned places;         /* of mote_place */
    mote_place preset_place; /* the lowest of them */
    double lo, hi;           /* possible limits */
    const char *doc;
    uint32_t answers; /* MOTE_ONE_OF(MOTE_ANSWER_..) that it exists for */
} mote_metric_row;

const mote_metric_row *mote_metric_info(mote_metric metric);
/* By which two models that give this kind of answer are compared. */
mote_metric mote_metric_chief(mote_answer_kind answer);
/* The metric with this name, or MOTE_N_METRICS. */
mote_metric mote_metric_find(const char *name);
/* "test", "stream", "device", "serving". */
const char *mote_place_name(mote_place place);

/* Append the reference of all keys and metrics as Markdown (docs/mote-yaml.md holds it). */
/* lint: unused_exports: a test writes docs/mote-yaml.md with it, and holds it equal */
void mote_schema_reference(mote_buf *out);

#endif
