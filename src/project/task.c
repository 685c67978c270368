/* SPDX-License-Identifier: Apache-2.0 */
/* Names of tasks and kinds. */
#include "project/task.h"

#include <string.h>

#define MOTE_NAMES_BYTES 128 /* all names of one table, with commas */

static const mote_task tasks[MOTE_N_TASKS] = {
#define TASK(id, input_, inputs_, answer_, answers_, is_stream_, doc_)                             \
    [MOTE_TASK_##id] = {.name = #id,                                                               \
                        .input = MOTE_INPUT_##input_,                                              \
                        .answer = MOTE_ANSWER_##answer_,                                           \
                        .is_stream = (is_stream_),                                                 \
                        .inputs = (inputs_),                                                       \
                        .answers = (answers_),                                                     \
                        .doc = (doc_)},
#include "project/tasks.def"
};

static const char *const input_names[MOTE_N_INPUTS] = {
#define INPUT(id, name) [MOTE_INPUT_##id] = name,
#include "project/inputs.def"
#undef INPUT
};

static const char *const answer_names[MOTE_N_ANSWERS] = {
#define ANSWER(id, name) [MOTE_ANSWER_##id] = name,
#include "project/answers.def"
#undef ANSWER
};

/* "a, b, c" in text[0..MOTE_NAMES_BYTES). */
static const char *join(const char *const *names, int n, char *text)
{
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        size_t name_bytes = strlen(names[i]);
        MOTE_BUG_IF(used + name_bytes + 3 > MOTE_NAMES_BYTES);
        if (i > 0) {
            memcpy(text + used, ", ", 2);
            used += 2;
        }
        memcpy(text + used, names[i], name_bytes);
        used += name_bytes;
    }
    text[used] = '\0';
    return text;
}

/* Place of `name` among names[0..n), or n. */
static int place_of(const char *name, const char *const *names, int n)
{
    int i = 0;
    while (i < n && strcmp(names[i], name) != 0)
        i++;
    return i;
}

const mote_task *mote_task_get(mote_task_id id)
{
    MOTE_BUG_IF((int)id < 0 || id >= MOTE_N_TASKS);
    return &tasks[id];
}

const mote_task *mote_task_find(const char *name)
{
    for (int i = 0; i < MOTE_N_TASKS; i++)
        if (strcmp(tasks[i].name, name) == 0)
            return &tasks[i];
    return NULL;
}

mote_task_id mote_task_index(const mote_task *task)
{
    MOTE_BUG_IF(task < tasks || task >= tasks + MOTE_N_TASKS);
    return (mote_task_id)(task - tasks);
}

const char *mote_input_name(mote_input_kind kind)
{
    MOTE_BUG_IF((int)kind < 0 || kind >= MOTE_N_INPUTS);
    return input_names[kind];
}

const char *mote_answer_name(mote_answer_kind kind)
{
    MOTE_BUG_IF((int)kind < 0 || kind >= MOTE_N_ANSWERS);
    return answer_names[kind];
}

mote_status mote_input_parse(const char *name, mote_input_kind *out, mote_err *err)
{
    char text[MOTE_NAMES_BYTES];
    int i = place_of(name, input_names, MOTE_N_INPUTS);
    if (i == MOTE_N_INPUTS)
        return mote_fail(err, MOTE_ARG, "input '%s' is not one of: %s", name,
                         join(input_names, MOTE_N_INPUTS, text));
    *out = (mote_input_kind)i;
    return MOTE_OK;
}

mote_status mote_answer_parse(const char *name, mote_answer_kind *out, mote_err *err)
{
    char text[MOTE_NAMES_BYTES];
    int i = place_of(name, answer_names, MOTE_N_ANSWERS);
    if (i == MOTE_N_ANSWERS)
        return mote_fail(err, MOTE_ARG, "answer '%s' is not one of: %s", name,
                         join(answer_names, MOTE_N_ANSWERS, text));
    *out = (mote_answer_kind)i;
    return MOTE_OK;
}
