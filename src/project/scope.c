/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and their answers. See scope.h. */
#include "project/scope.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "project/edit.h"
#include "project/schema.h"
#include "project/yaml_tree.h"

#define TAG_BYTES 48

static const mote_scope_question questions[] = {
#define QUESTION(id, path, needs, words, hint) {#id, path, needs, words, hint},
#include "project/scope.def"
#undef QUESTION
};
#define N_QUESTIONS (sizeof questions / sizeof questions[0])

/* The work on one text. */
typedef struct {
    mote_arena *a;
    mote_editor e;         /* with the text */
    mote_project *project; /* as it was before the answers */
} scope_work;

const mote_scope_question *mote_scope_questions(size_t *n)
{
    *n = N_QUESTIONS;
    return questions;
}

const mote_scope_question *mote_scope_find(const char *id)
{
    for (size_t i = 0; i < N_QUESTIONS; i++)
        if (strcmp(questions[i].id, id) == 0)
            return &questions[i];
    return NULL;
}

static const mote_schema_row *row_of(const mote_scope_question *q)
{
    return mote_schema_find(q->path, strlen(q->path));
}

bool mote_scope_is_asked(const mote_project *p, const mote_scope_question *q)
{
    return mote_schema_is_of_project(row_of(q), p);
}

bool mote_scope_is_open(const mote_project_scope *s, const mote_scope_question *q)
{
    for (size_t i = 0; i < s->open.n; i++)
        if (strcmp(s->open.items[i], q->id) == 0)
            return true;
    return false;
}

const char *mote_scope_hint(const mote_scope_question *q, mote_arena *a)
{
    const mote_schema_row *row = row_of(q);
    if (!row->choices)
        return q->hint;
    char *hint = mote_arena_printf(a, "%s: %s", q->hint, row->choices);
    for (char *s = hint ? strchr(hint, '|') : NULL; s; s = strchr(s, '|'))
        *s = '/';
    return hint;
}

/* ---- one answer -------------------------------------------------------------------------- */

static void tag_of(const mote_scope_question *q, char out[TAG_BYTES])
{
    (void)mote_format(out, TAG_BYTES, "scope.%s", q->id);
}

const char *mote_scope_said(const char *text, const mote_scope_question *q, mote_arena *a)
{
    char tag[TAG_BYTES];
    tag_of(q, tag);
    return mote_edit_note_find(text, tag, a);
}

/* The answer without its reason. */
static const char *value_of(scope_work *w, const char *answer)
{
    static const char because[] = " because ";
    const char *end = strstr(answer, because);
    size_t n = end ? (size_t)(end - answer) : strlen(answer);
    while (n > 0 && (answer[n - 1] == ' ' || answer[n - 1] == ','))
        n--;
    answer += strspn(answer, " ");
    return mote_arena_strndup(w->a, answer, n);
}

/* A value that may stand behind a colon as it is. */
static bool is_plain_value(const char *s)
{
    if (!*s || strchr("-.+ ", *s) == s + strlen(s))
        return false;
    for (; *s; s++)
        if (!(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') && !(*s >= '0' && *s <= '9') &&
            !strchr("-+._% ", *s))
            return false;
    return true;
}

static mote_status set_key(scope_work *w, const mote_scope_question *q, const char *answer,
                           const mote_edit_note *note, mote_err *err)
{
    const char *value = value_of(w, answer);
    MOTE_SCOPED_BUF quoted;
    mote_buf_init(&quoted, 1 << 14);
    if (!value)
        return mote_fail(err, MOTE_NOMEM, "no memory for an answer");
    if (row_of(q)->type == MOTE_KEY_TEXT) {
        mote_buf_json_str(&quoted, value, strlen(value));
        MOTE_TRY(mote_buf_status(&quoted, err));
        value = quoted.data;
    } else if (!is_plain_value(value)) {
        return mote_fail(err, MOTE_ARG, "'%s' is no value: %s", value, q->hint);
    }
    return mote_edit_set(&w->e, q->path, value, note, err);
}

/* "accuracy 92 %": the metric, and behind it the limit. */
static mote_status split_metric(scope_work *w, const mote_scope_question *q, const char *answer,
                                mote_edit_requirement *out, mote_err *err)
{
    const char *value = value_of(w, answer);
    if (!value)
        return mote_fail(err, MOTE_NOMEM, "no memory for an answer");
    const size_t n = strcspn(value, " ");
    const char *limit = value + n + strspn(value + n, " ");
    out->metric = mote_arena_strndup(w->a, value, n);
    if (!out->metric)
        return mote_fail(err, MOTE_NOMEM, "no memory for an answer");
    const mote_metric metric = mote_metric_find(out->metric);
    if (metric == MOTE_N_METRICS || !is_plain_value(limit))
        return mote_fail(err, MOTE_ARG, "'%s' is not %s", value, q->hint);
    out->limit_key = mote_metric_info(metric)->is_higher_better ? "at_least" : "at_most";
    out->limit = limit;
    return MOTE_OK;
}

static mote_status set_metric(scope_work *w, const mote_scope_question *q, const char *answer,
                              const mote_edit_note *note, mote_err *err)
{
    mote_edit_requirement e = {0};
    MOTE_TRY(split_metric(w, q, answer, &e, err));
    return mote_edit_require(&w->e, &e, note, err);
}

/* Whether the metric that was named can be known before. */
static mote_status set_place(scope_work *w, const mote_scope_question *q, const char *answer,
                             const mote_edit_note *note, mote_err *err)
{
    const mote_scope_question *metric = mote_scope_find(q->needs);
    const char *said = mote_scope_said(w->e.text, metric, w->a), *value = value_of(w, answer);
    mote_edit_requirement e = {0};
    if (!said || !value)
        return mote_fail(err, MOTE_NOMEM, "no memory for an answer");
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return mote_fail(err, MOTE_ARG, "'%s' is neither 'yes' nor 'no'", value);
    MOTE_TRY(split_metric(w, metric, said, &e, err));
    const mote_metric_row *row = mote_metric_info(mote_metric_find(e.metric));
    e.where = mote_place_name(*value == 'n' ? MOTE_AT_FIELD : row->preset_place);
    e.limit = NULL;
    return mote_edit_require(&w->e, &e, note, err);
}

/* What is not a key, or waits for one, is kept as a note above `scope.open`. */
static mote_status keep_note(scope_work *w, const mote_edit_note *note, mote_err *err)
{
    return mote_edit_set(&w->e, "scope.open", "[]", note, err);
}

/* Is what it needs neither answered nor in the file? */
static bool is_waiting(scope_work *w, const mote_scope_question *q)
{
    if (!*q->needs)
        return false;
    const mote_scope_question *needed = mote_scope_find(q->needs);
    const bool is_key = row_of(needed)->type != MOTE_KEY_SECTION;
    return !mote_scope_said(w->e.text, needed, w->a) &&
           !(is_key && mote_edit_has(w->e.text, needed->path, w->a));
}

static mote_status write_answer(scope_work *w, const mote_scope_question *q, const char *answer,
                                mote_err *err)
{
    char tag[TAG_BYTES];
    tag_of(q, tag);
    const mote_edit_note note = {tag, answer};
    if (is_waiting(w, q))
        return keep_note(w, &note, err);
    if (strcmp(q->id, "metric") == 0)
        return set_metric(w, q, answer, &note, err);
    if (strcmp(q->id, "before") == 0)
        return set_place(w, q, answer, &note, err);
    return set_key(w, q, answer, &note, err);
}

/* ---- all of them ------------------------------------------------------------------------- */

static mote_status read_project(scope_work *w, mote_project **out, mote_err *err)
{
    return mote_project_parse(&(mote_file_bytes){MOTE_PROJECT_FILE, w->e.text, strlen(w->e.text)},
                              w->a, out, NULL, err);
}

static mote_status check_answer(scope_work *w, const mote_scope_answer *answer,
                                const mote_scope_question **out, mote_err *err)
{
    const char *ids[N_QUESTIONS];
    const mote_scope_question *q = mote_scope_find(answer->id);
    for (size_t i = 0; i < N_QUESTIONS; i++)
        ids[i] = questions[i].id;
    if (!q) {
        const char *near = mote_nearest(answer->id, ids, N_QUESTIONS);
        return mote_fail(err, MOTE_NOT_FOUND, "no question '%s'%s%s%s", answer->id,
                         near ? ", did you mean '" : ": 'mote scope --list' shows them",
                         near ? near : "", near ? "'?" : "");
    }
    if (!mote_scope_is_asked(w->project, q))
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' is no question for task '%s'", q->id,
                         w->project->task);
    if (strlen(answer->text) > MOTE_SCOPE_ANSWER_MAX_BYTES)
        return mote_fail(err, MOTE_ARG, "the answer to '%s' is longer than %d bytes", q->id,
                         MOTE_SCOPE_ANSWER_MAX_BYTES);
    if (!answer->text[strspn(answer->text, " \t")])
        return mote_fail(err, MOTE_ARG, "the answer to '%s' is empty", q->id);
    *out = q;
    return MOTE_OK;
}

static mote_status apply_one(scope_work *w, const mote_scope_question *q, const char *answer,
                             mote_err *err)
{
    mote_project *next = NULL;
    mote_err why = {0};
    const char *before = w->e.text;
    const char *line = mote_edit_line(answer, w->a);
    mote_status st = line ? write_answer(w, q, line, &why)
                          : mote_fail(&why, MOTE_NOMEM, "no memory for the answer");
    if (st == MOTE_OK)
        st = read_project(w, &next, &why);
    if (st == MOTE_OK)
        return MOTE_OK;
    w->e.text = before;
    return mote_fail(err, st == MOTE_PARSE || st == MOTE_NOT_FOUND ? MOTE_ARG : st, "'%s': %s",
                     q->id, why.text);
}

/* Answers that waited for one of these. */
static mote_status apply_waiting(scope_work *w, const mote_scope_question *answered, mote_err *err)
{
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        const mote_scope_question *q = &questions[i];
        const char *said = mote_scope_said(w->e.text, q, w->a);
        if (said && strcmp(q->needs, answered->id) == 0 && mote_scope_is_asked(w->project, q))
            MOTE_TRY(apply_one(w, q, said, err));
    }
    return MOTE_OK;
}

static mote_status list_open(scope_work *w, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 12);
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        const mote_scope_question *q = &questions[i];
        if (!mote_scope_is_asked(w->project, q))
            continue;
        if (!mote_scope_said(w->e.text, q, w->a) || is_waiting(w, q))
            mote_buf_printf(&b, "%s%s", b.len > 0 ? ", " : "[", q->id);
    }
    mote_buf_str(&b, b.len > 0 ? "]" : "[]");
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_edit_set(&w->e, "scope.open", b.data, NULL, err);
}

mote_status mote_scope_apply(const char *text, const mote_scope_answer *answers, size_t n,
                             mote_arena *a, char **out, mote_err *err)
{
    scope_work w = {.a = a, .e = {a, text}};
    mote_project *whole = NULL;
    MOTE_TRY(read_project(&w, &w.project, err));
    /* In the order of the questions, whatever the order of the answers: some need others. */
    for (size_t k = 0; k < n; k++) {
        const mote_scope_question *q = NULL;
        MOTE_TRY(check_answer(&w, &answers[k], &q, err));
    }
    for (size_t i = 0; i < N_QUESTIONS; i++)
        for (size_t k = 0; k < n; k++) {
            if (strcmp(answers[k].id, questions[i].id) != 0)
                continue;
            MOTE_TRY(apply_one(&w, &questions[i], answers[k].text, err));
            MOTE_TRY(apply_waiting(&w, &questions[i], err));
        }
    MOTE_TRY(list_open(&w, err));
    MOTE_TRY(read_project(&w, &whole, err));
    *out = mote_arena_strdup(a, w.e.text);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for " MOTE_PROJECT_FILE);
}

mote_status mote_scope_read(const char *what, const char *text, size_t n, mote_arena *a,
                            mote_scope_answers *out, mote_err *err)
{
    const mote_yaml_node *root = NULL;
    mote_yaml_fault fault = {0};
    mote_scope_answer *list = NULL;
    mote_status st = mote_yaml_load(text, n, a, &root, &fault, err);
    if (st == MOTE_PARSE)
        return mote_fail(err, st, "%s:%d:%d: %s", what, fault.line, fault.column, fault.text);
    MOTE_TRY(st);
    if (root && root->kind != MOTE_YAML_MAP)
        return mote_fail(err, MOTE_PARSE, "%s: answers are lines such as 'speed: 200 ms'", what);
    const size_t n_answers = root ? root->n : 0;
    MOTE_TRY(mote_arena_take(a, n_answers + 1, sizeof *list, &list, err));
    for (size_t i = 0; i < n_answers; i++) {
        const mote_yaml_node *value = root->items[i];
        if (value->kind != MOTE_YAML_SCALAR)
            return mote_fail(err, MOTE_PARSE, "%s:%d:%d: the answer to '%s' is no text", what,
                             value->line, value->column, root->keys[i]->text);
        list[i] = (mote_scope_answer){root->keys[i]->text, value->text};
    }
    *out = (mote_scope_answers){list, n_answers};
    return MOTE_OK;
}

mote_status mote_scope_json(const mote_project_scope *s, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o =
        json_pack("{s:s, s:s, s:[]}", "decision", s->decision, "data", s->data, "open");
    json_t *list = json_object_get(o, "open");
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for the open questions");
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        const mote_scope_question *q = &questions[i];
        if (mote_scope_is_open(s, q))
            MOTE_TRY(mote_json_append(
                list,
                json_pack("{s:s, s:s, s:s}", "id", q->id, "question", q->words, "key", q->path),
                err));
    }
    *out = json_incref(o);
    return MOTE_OK;
}

/* ---- the file ---------------------------------------------------------------------------- */

mote_status mote_scope_load(const char *dir, mote_arena *a, char **out, mote_err *err)
{
    char *path = NULL;
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n = 0;
    MOTE_TRY(mote_path_join(a, dir, MOTE_PROJECT_FILE, &path, err));
    MOTE_TRY(mote_file_read(path, MOTE_PROJECT_MAX_BYTES, &text, &n, err));
    *out = mote_arena_strndup(a, text, n);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for '%s'", path);
}

mote_status mote_scope_save(const char *dir, const char *before, const char *after, mote_arena *a,
                            mote_err *err)
{
    char *path = NULL, *now = NULL;
    if (strcmp(before, after) == 0)
        return MOTE_OK;
    MOTE_TRY(mote_path_join(a, dir, MOTE_PROJECT_FILE, &path, err));
    MOTE_TRY(mote_scope_load(dir, a, &now, err));
    if (strcmp(before, now) != 0)
        return mote_fail(err, MOTE_CONFLICT,
                         "'%s' was changed meanwhile by somebody else, and is left as it is", path);
    return mote_file_write(path, after, strlen(after), err);
}

mote_status mote_scope_document(const char *text, mote_arena *a, json_t **out, mote_err *err)
{
    scope_work w = {.a = a, .e = {a, text}};
    char *whole = NULL;
    MOTE_SCOPED_JSON *o = json_pack("{s:[]}", "questions");
    json_t *list = json_object_get(o, "questions");
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for the questions");
    MOTE_TRY(mote_scope_apply(text, NULL, 0, a, &whole, err)); /* what is open, if never asked */
    w.e.text = whole;
    MOTE_TRY(read_project(&w, &w.project, err));
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        const mote_scope_question *q = &questions[i];
        const char *said = mote_scope_said(whole, q, a), *hint = mote_scope_hint(q, a);
        if (!mote_scope_is_asked(w.project, q))
            continue;
        MOTE_TRY(
            mote_json_append(list,
                             json_pack("{s:s, s:s, s:s, s:s, s:b, s:o}", "id", q->id, "question",
                                       q->words, "hint", hint ? hint : "", "key", q->path, "open",
                                       (int)mote_scope_is_open(&w.project->scope, q), "answer",
                                       said ? mote_json_text(said) : json_null()),
                             err));
    }
    MOTE_TRY(mote_json_put(o, "n_open", json_integer((json_int_t)w.project->scope.open.n), err));
    *out = json_incref(o);
    return MOTE_OK;
}
