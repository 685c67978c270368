/* SPDX-License-Identifier: Apache-2.0 */
/* Two passes of libyaml: the events are counted and checked first, then the document is composed
 * and copied into the arena. The first pass never holds more than one event, so limits on depth,
 * count and aliases hold before any tree exists. */
#include "project/yaml_tree.h"

#include <limits.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "project/yaml_text.h"

static int32_t from_mark(size_t zero_based)
{
    return zero_based < INT32_MAX ? (int32_t)zero_based + 1 : INT32_MAX;
}

static mote_status fault_at(mote_yaml_fault *fault, yaml_mark_t mark, const char *text,
                            mote_err *err)
{
    fault->line = from_mark(mark.line);
    fault->column = from_mark(mark.column);
    (void)mote_format(fault->text, sizeof fault->text, "%s", text);
    return mote_fail(err, MOTE_PARSE, "line %d, column %d: %s", fault->line, fault->column, text);
}

static mote_status fault_of(mote_yaml_fault *fault, const mote_yaml_wrong *w, mote_err *err)
{
    fault->line = w->line;
    fault->column = w->column;
    (void)mote_format(fault->text, sizeof fault->text, "%s", w->text);
    return mote_fail(err, MOTE_PARSE, "line %d, column %d: %s", w->line, w->column, w->text);
}

static mote_status parser_fault(const yaml_parser_t *p, const char *text, size_t n,
                                mote_yaml_fault *fault, mote_err *err)
{
    if (p->error == YAML_MEMORY_ERROR)
        return mote_fail(err, MOTE_NOMEM, "out of memory while reading YAML");
    mote_yaml_wrong wrong;
    if (mote_yaml_line_is_wrong(text, n, from_mark(p->problem_mark.line), &wrong))
        return fault_of(fault, &wrong, err);
    char words[200];
    (void)mote_format(words, sizeof words, "%s%s%s", p->problem ? p->problem : "malformed YAML",
                      p->context ? " " : "", p->context ? p->context : "");
    return fault_at(fault, p->problem_mark, words, err);
}

typedef struct {
    size_t depth, n_nodes, n_documents;
} event_count;

/* What one event must not be. NULL when it is fine. */
static const char *refuse_event(const yaml_event_t *e, event_count *c)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    bool is_node = true;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
        if (memchr(e->data.scalar.value, 0, e->data.scalar.length))
            return "a text may not hold a zero byte";
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
        c->depth++;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
        c->depth++;
    } else {
        is_node = false;
        if (e->type == YAML_ALIAS_EVENT)
            return "aliases (*name) are not accepted here: write the value out";
        if (e->type == YAML_SEQUENCE_END_EVENT || e->type == YAML_MAPPING_END_EVENT)
            c->depth--;
        if (e->type == YAML_DOCUMENT_START_EVENT && ++c->n_documents > 1)
            return "only one document is accepted: remove this '---'";
    }
    if (anchor)
        return "anchors (&name) are not accepted here: write the value out";
    if (tag)
        return "tags (!name) are not accepted here";
    if (is_node && ++c->n_nodes > MOTE_YAML_MAX_NODES)
        return "too many values";
    if (c->depth > MOTE_YAML_MAX_DEPTH)
        return "nested too deeply";
    return NULL;
}

/* Characters of a scalar without quotes that look like others. */
static mote_status check_scalar(const yaml_event_t *e, mote_yaml_fault *fault, mote_err *err)
{
    char words[MOTE_YAML_WORDS_BYTES];
    int32_t at = 0;
    if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
        !mote_yaml_plain_is_wrong((const char *)e->data.scalar.value, e->data.scalar.length, &at,
                                  words))
        return MOTE_OK;
    yaml_mark_t mark = e->start_mark;
    if (e->start_mark.line == e->end_mark.line)
        mark.column += (size_t)at;
    return fault_at(fault, mark, words, err);
}

static mote_status check_events(const char *text, size_t n, event_count *count,
                                mote_yaml_fault *fault, mote_err *err)
{
    yaml_parser_t p;
    if (!yaml_parser_initialize(&p))
        return mote_fail(err, MOTE_NOMEM, "out of memory while reading YAML");
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)text, n);
    mote_status st = MOTE_OK;
    bool is_end = false;
    while (st == MOTE_OK && !is_end) {
        yaml_event_t e;
        if (!yaml_parser_parse(&p, &e)) {
            st = parser_fault(&p, text, n, fault, err);
            break;
        }
        is_end = e.type == YAML_STREAM_END_EVENT;
        const char *refusal = refuse_event(&e, count);
        if (refusal)
            st = fault_at(fault, e.start_mark, refusal, err);
        else if (e.type == YAML_SCALAR_EVENT)
            st = check_scalar(&e, fault, err);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&p);
    return st;
}

typedef struct {
    yaml_document_t *doc;
    mote_arena *arena;
    mote_yaml_fault *fault;
} copy_state;

static mote_status copy_node(copy_state *s, int index, const mote_yaml_node **out, mote_err *err);

static mote_status copy_list(copy_state *s, const yaml_node_t *from, mote_yaml_node *to,
                             mote_err *err)
{
    to->kind = MOTE_YAML_LIST;
    to->n = (size_t)(from->data.sequence.items.top - from->data.sequence.items.start);
    const mote_yaml_node **items = NULL;
    MOTE_TRY(mote_arena_take(s->arena, to->n, sizeof *items, &items, err));
    for (size_t i = 0; i < to->n; i++)
        MOTE_TRY(copy_node(s, from->data.sequence.items.start[i], &items[i], err));
    to->items = items;
    return MOTE_OK;
}

static mote_status copy_map(copy_state *s, const yaml_node_t *from, mote_yaml_node *to,
                            mote_err *err)
{
    to->kind = MOTE_YAML_MAP;
    to->n = (size_t)(from->data.mapping.pairs.top - from->data.mapping.pairs.start);
    const mote_yaml_node **keys = NULL, **items = NULL;
    MOTE_TRY(mote_arena_take(s->arena, to->n, sizeof *keys, &keys, err));
    MOTE_TRY(mote_arena_take(s->arena, to->n, sizeof *items, &items, err));
    for (size_t i = 0; i < to->n; i++) {
        const yaml_node_pair_t *pair = &from->data.mapping.pairs.start[i];
        const yaml_node_t *key = yaml_document_get_node(s->doc, pair->key);
        if (!key || key->type != YAML_SCALAR_NODE)
            return fault_at(s->fault, key ? key->start_mark : from->start_mark,
                            "a key must be a text", err);
        MOTE_TRY(copy_node(s, pair->key, &keys[i], err));
        MOTE_TRY(copy_node(s, pair->value, &items[i], err));
    }
    to->keys = keys;
    to->items = items;
    return MOTE_OK;
}

static mote_status copy_node(copy_state *s, int index, const mote_yaml_node **out, mote_err *err)
{
    const yaml_node_t *from = yaml_document_get_node(s->doc, index);
    MOTE_BUG_IF(!from);
    mote_yaml_node *to = NULL;
    MOTE_TRY(mote_arena_take(s->arena, 1, sizeof *to, &to, err));
    to->line = from_mark(from->start_mark.line);
    to->column = from_mark(from->start_mark.column);
    to->text = "";
    if (from->type == YAML_SEQUENCE_NODE) {
        MOTE_TRY(copy_list(s, from, to, err));
    } else if (from->type == YAML_MAPPING_NODE) {
        MOTE_TRY(copy_map(s, from, to, err));
    } else {
        to->kind = MOTE_YAML_SCALAR;
        to->len = from->data.scalar.length;
        to->is_plain = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        to->text = mote_arena_strndup(s->arena, (const char *)from->data.scalar.value, to->len);
        if (!to->text)
            return mote_fail(err, MOTE_NOMEM, "no memory for a text of %zu bytes", to->len);
    }
    *out = to;
    return MOTE_OK;
}

mote_status mote_yaml_load(const char *text, size_t n, mote_arena *a, const mote_yaml_node **out,
                           mote_yaml_fault *fault, mote_err *err)
{
    event_count count = {0};
    mote_yaml_wrong wrong;
    text = mote_yaml_text_trim(text, &n);
    if (mote_yaml_text_is_wrong(text, n, &wrong))
        return fault_of(fault, &wrong, err);
    MOTE_TRY(check_events(text, n, &count, fault, err));
    if (count.n_documents == 0) {
        *out = NULL;
        return MOTE_OK;
    }
    yaml_parser_t p;
    if (!yaml_parser_initialize(&p))
        return mote_fail(err, MOTE_NOMEM, "out of memory while reading YAML");
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)text, n);
    yaml_document_t doc;
    mote_status st;
    if (!yaml_parser_load(&p, &doc)) {
        st = parser_fault(&p, text, n, fault, err);
    } else {
        const mote_yaml_node *root = NULL;
        copy_state s = {&doc, a, fault};
        yaml_node_t *top = yaml_document_get_root_node(&doc);
        st = top ? copy_node(&s, (int)(top - doc.nodes.start) + 1, &root, err) : MOTE_OK;
        yaml_document_delete(&doc);
        if (st == MOTE_OK)
            *out = root;
    }
    yaml_parser_delete(&p);
    return st;
}

const mote_yaml_node *mote_yaml_find(const mote_yaml_node *node, const char *name)
{
    for (size_t i = 0; node && node->kind == MOTE_YAML_MAP && i < node->n; i++)
        if (strcmp(node->keys[i]->text, name) == 0)
            return node->items[i];
    return NULL;
}
