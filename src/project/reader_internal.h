/* SPDX-License-Identifier: Apache-2.0 */
/* State of reading one mote.yaml, shared by reader.c (keys to fields), reader_value.c (values of
 * each type), reader_requirement.c (the list of requirements) and check.c (what one key cannot say
 * alone). */
#ifndef MOTE_PROJECT_READER_INTERNAL_H
#define MOTE_PROJECT_READER_INTERNAL_H

#include "project/project.h"
#include "project/schema.h"
#include "project/yaml_tree.h"

typedef struct {
    int32_t line, column; /* of the value; 0 when the key is absent */
    bool is_bad;          /* there was a complaint about it: checks leave it alone */
} mote_key_place;

typedef struct {
    const char *what; /* names the file in complaints */
    mote_arena *arena;
    mote_project *project;
    mote_project_problems *problems;
    mote_key_place *places; /* one per row of the schema */
    const mote_task *task;  /* NULL: not said, or not known */
    mote_input_kind input;  /* of what it is about */
    mote_status fatal;      /* NOMEM: reading has stopped */
} mote_reader;

/* Add one complaint. */
MOTE_PRINTF(4, 5)
void mote_reader_complain(mote_reader *r, int32_t line, int32_t column, const char *fmt, ...);

/* Add one about the key at `path` (which must exist), where it stands or where its block stands. */
MOTE_PRINTF(3, 4)
void mote_reader_complain_key(mote_reader *r, const char *path, const char *fmt, ...);

/* Say that the key at `path`, which stands in the file, will mean something else one day. */
MOTE_PRINTF(3, 4)
void mote_reader_warn_key(mote_reader *r, const char *path, const char *fmt, ...);

/* Whether the key stands in the file / stands there and is fine, or is absent. */
bool mote_reader_has(const mote_reader *r, const char *path);
bool mote_reader_is_good(const mote_reader *r, const char *path);

/* Copy in the arena, or NULL with fatal set. */
void *mote_reader_alloc(mote_reader *r, size_t n, size_t size);
const char *mote_reader_strdup(mote_reader *r, const char *s);

/* A text of the file, cut and cleaned for a message. Uses `out`. */
#define MOTE_SHOWN_BYTES 64
const char *mote_reader_shown(const char *s, char out[MOTE_SHOWN_BYTES]);

/* Set the field at `base + row->offset` (or the item's storage `base`) from a node; false, after a
 * complaint, when the value is not what the row says. */
bool mote_reader_set(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     void *field);
/* The same from the preset of the row, which must be good. */
void mote_reader_set_preset(mote_reader *r, const mote_schema_row *row, void *field);

/* Say that `key` is not known below `parent`, and what was probably meant. */
void mote_reader_unknown_key(mote_reader *r, const mote_yaml_node *key, const char *parent);

/* A list whose entries are blocks of keys, such as `conditions`. The first key is the name of an
 * entry, has no preset and must be there. */
typedef struct {
    const char *path;        /* "conditions"; rows of its keys are "conditions[].name" */
    const char *one;         /* "condition", for messages */
    const char *example;     /* "name: car-noise" */
    const char *const *keys; /* [n_keys] */
    const size_t *offsets;   /* [n_keys] of their fields in an entry */
    size_t n_keys, most, entry_bytes;
    /* Presets of an entry beside those of its rows, before its keys are read; NULL: none. */
    bool (*begin)(mote_reader *r, const mote_yaml_node *node, void *entry);
    const char *alone; /* the key that an entry has that is a name alone; NULL: none may be */
    /* Is the entry, read, good beside the n before it? Complains. */
    bool (*check)(mote_reader *r, const mote_yaml_node *node, const void *before, size_t n,
                  const void *entry);
} mote_reader_list;

typedef struct {
    const void *items;
    size_t n;
} mote_reader_entries;

/* Read it: *items [*n] are the good entries; false after a complaint. */
bool mote_reader_list_read(mote_reader *r, const mote_yaml_node *node, const mote_reader_list *l,
                           void **items, size_t *n);

/* The list `conditions`, whether all of it is good; and what stands for it when there is
 * none (after the file was read). */
bool mote_reader_conditions(mote_reader *r, const mote_yaml_node *node);
void mote_reader_usual_conditions(mote_reader *r);

/* What `augmentation.world` stands for, of the keys that the file does not say. */
void mote_reader_world(mote_reader *r);

/* The list `table.columns`, whether all of it is good; and what must hold of a table. */
bool mote_reader_columns(mote_reader *r, const mote_yaml_node *node);
void mote_reader_check_table(mote_reader *r);

/* The `requirements` block; then those implied by the device budget. */
void mote_reader_requirements(mote_reader *r, const mote_yaml_node *node);
void mote_reader_implied_requirements(mote_reader *r);

/* What comes in and what is said; of a file with a task. */
mote_input_kind mote_reader_input(const mote_reader *r);
mote_answer_kind mote_reader_answer(const mote_reader *r);

/* A key of a block that decides which others of it count. Those that do not are refused by name; of
 * those that do and are absent, the choice's own presets are set (own_keys.h). */
typedef struct {
    const char *block, *key; /* "model", "architecture" */
    const char *own;         /* what the choice reads */
    const char *presets;     /* of these keys, instead of those in `own`; NULL: none */
    const char *all;         /* the keys that any choice reads; NULL: every key of the block */
    const char *what, *name; /* in complaints: "architecture", "dense" */
} mote_choice;
void mote_reader_own_keys(mote_reader *r, const mote_choice *c);

/* The architecture, the loss, and their keys (check_model.c). */
void mote_reader_check_model(mote_reader *r);
void mote_reader_check_loss(mote_reader *r);

/* The model to begin with, and what is said beside it (check_start.c). */
void mote_reader_check_start(mote_reader *r);

/* Of words that are asked for by name (check_keyword.c): the classes that they are, their worth. */
void mote_reader_set_words(mote_reader *r);
void mote_reader_check_value(mote_reader *r);

/* Does the project's task have that key? And, of two keys, was nothing complained of either? */
bool mote_reader_is_ours(const mote_reader *r, const char *path);
bool mote_reader_are_good(const mote_reader *r, const char *a, const char *b);

/* What must hold between keys. Fills the derived fields. */
void mote_reader_check(mote_reader *r);

#endif
