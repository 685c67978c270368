/* SPDX-License-Identifier: Apache-2.0 */
/* The questions with which a project begins, and mote.yaml from their answers.
 *
 * Each question (scope.def) leads to a key. The answer is written there, and above it a comment
 * with what was typed, reason included:
 *
 *     # scope.speed: 200 ms because a light that comes later feels broken
 *     latency_ms: 200 ms
 *
 * What nobody has answered is listed in `scope.open`. The comment is the record: an answer that
 * waits for another one (what a right answer is worth says nothing without how many there are)
 * stands above `scope.open` until that one is there. Depends on edit.h, project.h. Used by
 * `mote scope`, the routes of a project, and whoever shows what is open. */
#ifndef MOTE_PROJECT_SCOPE_H
#define MOTE_PROJECT_SCOPE_H

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "project/project.h"

#define MOTE_SCOPE_ANSWER_MAX_BYTES 1000

typedef struct {
    const char *id, *path, *needs, *words, *hint;
} mote_scope_question;

/* All of them, whatever the task; *n. Static storage. */
const mote_scope_question *mote_scope_questions(size_t *n);

/* The question of an id, or NULL. */
/* lint: unused_exports: tests name questions */
const mote_scope_question *mote_scope_find(const char *id);

/* Is it asked of this project: is its key one of the task? */
bool mote_scope_is_asked(const mote_project *p, const mote_scope_question *q);

/* Does the project's `scope.open` list it? */
bool mote_scope_is_open(const mote_project_scope *s, const mote_scope_question *q);

/* What an answer may be: the hint, and the choices where there are some. Lives as long as `a`; NULL
 * without memory. */
const char *mote_scope_hint(const mote_scope_question *q, mote_arena *a);

/* An answer as it was typed: "200 ms", or with its reason: "200 ms because it feels immediate". */
typedef struct {
    const char *id, *text;
} mote_scope_answer;

typedef struct {
    mote_scope_answer *items;
    size_t n;
} mote_scope_answers;

/* The text of mote.yaml with these answers in it, and with what is open now in `scope.open`; no
 * answers at all: only that. *out lives as long as `a`. The result has been read and is a whole
 * project.
 *
 * Errors:  NOT_FOUND    there is no such question; names the nearest
 *          ARG          the answer is not what its key takes, or is too long; says what it is about
 *          UNSUPPORTED  the question is none for this task, or the file cannot be changed there
 *          PARSE        `text` is no mote.yaml in the first place */
MOTE_MUST_USE mote_status mote_scope_apply(const char *text, const mote_scope_answer *answers,
                                           size_t n, mote_arena *a, char **out, mote_err *err);

/* The answers in a file: a YAML map from question to answer. PARSE names what is else. */
MOTE_MUST_USE mote_status mote_scope_read(const char *what, const char *text, size_t n,
                                          mote_arena *a, mote_scope_answers *out, mote_err *err);

/* What was typed for a question, from the text of mote.yaml; NULL: nothing. */
const char *mote_scope_said(const char *text, const mote_scope_question *q, mote_arena *a);

/* mote.yaml of the project in `dir`, as text. */
MOTE_MUST_USE mote_status mote_scope_load(const char *dir, mote_arena *a, char **out,
                                          mote_err *err);

/* Write `after` in place of `before`, if anything has changed. CONFLICT: the file is not `before`
 * any more, and is left alone. */
MOTE_MUST_USE mote_status mote_scope_save(const char *dir, const char *before, const char *after,
                                          mote_arena *a, mote_err *err);

/* {"questions": [{"id", "question", "hint", "key", "open", "answer"}], "n_open"}: those that are
 * asked of the project whose mote.yaml this is, with what was said. New reference owned by the
 * caller. */
MOTE_MUST_USE mote_status mote_scope_document(const char *text, mote_arena *a, json_t **out,
                                              mote_err *err);

/* {"decision", "data", "open": [{"id", "question", "key"}]}. New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_scope_json(const mote_project_scope *s, json_t **out, mote_err *err);

#endif
