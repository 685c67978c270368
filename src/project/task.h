/* SPDX-License-Identifier: Apache-2.0 */
/* The three questions that a project answers: what comes in, what is said, and when.
 *
 * `task` in mote.yaml names a usual combination; the table is tasks.def. Nothing outside the files
 * of a kind compares these values: what differs between kinds is a row in a table of each room.
 * Depends on base; used by every room above. */
#ifndef MOTE_PROJECT_TASK_H
#define MOTE_PROJECT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* What comes in: inputs.def. */
typedef enum {
#define INPUT(id, name) MOTE_INPUT_##id,
#include "project/inputs.def"
#undef INPUT
    MOTE_N_INPUTS
} mote_input_kind;

/* What is said: answers.def. */
typedef enum {
#define ANSWER(id, name) MOTE_ANSWER_##id,
#include "project/answers.def"
#undef ANSWER
    MOTE_N_ANSWERS
} mote_answer_kind;

/* A set of inputs, answers or tasks as flags: MOTE_ONE_OF(MOTE_INPUT_SERIES) | ... */
#define MOTE_ONE_OF(kind) (1u << (unsigned)(kind))

typedef enum {
#define TASK(id, input, inputs, answer, answers, is_stream, doc) MOTE_TASK_##id,
#include "project/tasks.def"
    MOTE_N_TASKS
} mote_task_id;

/* A task about one kind of input, and about whichever, as flags of a set: whose a key is. */
#define MOTE_TASK_ABOUT(id, input) MOTE_ONE_OF((unsigned)(id)*MOTE_N_INPUTS + (unsigned)(input))
#define MOTE_TASK_ANY(id)          (((1u << MOTE_N_INPUTS) - 1) << ((unsigned)(id)*MOTE_N_INPUTS))
_Static_assert(MOTE_N_TASKS *MOTE_N_INPUTS < 32, "the flags of all tasks fit in 32 bits");

/* Whose a key is, by name. */
enum {
#define TASK_SET(id, tasks) MOTE_TASKS_##id = (int)(tasks),
#include "project/tasks.def"
};

/* A row of tasks.def. */
typedef struct {
    const char *name;
    mote_input_kind input;   /* what comes in when mote.yaml does not say */
    mote_answer_kind answer; /* what is said when mote.yaml does not say */
    bool is_stream;          /* judged on windows of what never ends, and on events */
    uint32_t inputs;         /* all kinds that it can be about: MOTE_ONE_OF(MOTE_INPUT_..) */
    uint32_t answers;        /* all that can be said: MOTE_ONE_OF(MOTE_ANSWER_..) */
    const char *doc;
} mote_task;

/* The row of `id`, 0..MOTE_N_TASKS-1. Static storage. */
const mote_task *mote_task_get(mote_task_id id);

/* The row of that name; NULL when there is none. Static storage. */
const mote_task *mote_task_find(const char *name);

/* Which row this one is. */
mote_task_id mote_task_index(const mote_task *task);

/* As the tables have them. Static storage. */
const char *mote_input_name(mote_input_kind kind);
const char *mote_answer_name(mote_answer_kind kind);

/* The kind of that name. ARG for others, with the names there are; *out is then left alone. */
MOTE_MUST_USE mote_status mote_input_parse(const char *name, mote_input_kind *out, mote_err *err);
MOTE_MUST_USE mote_status mote_answer_parse(const char *name, mote_answer_kind *out, mote_err *err);

#endif
