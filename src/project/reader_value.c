/* SPDX-License-Identifier: Apache-2.0 */
/* Values of mote.yaml by the type of their key. Scalars keep their text until here: 'yes', 'no' and
 * 'on' are keywords like any other, and only BOOL keys know true and false. */
#include <math.h>
#include <string.h>

#include "base/unicode.h"
#include "project/reader_internal.h"

static bool refuse(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                   const char *found)
{
    char words[240];
    mote_schema_describe(row, words, sizeof words);
    mote_reader_complain(r, node->line, node->column, "'%s' must be %s, not %s", row->path, words,
                         found);
    return false;
}

static bool refuse_kind(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node)
{
    char shown[MOTE_SHOWN_BYTES], found[MOTE_SHOWN_BYTES + 16];
    if (node->kind == MOTE_YAML_LIST) {
        (void)mote_format(found, sizeof found, node->n ? "a list of %zu" : "an empty list",
                          node->n);
        return refuse(r, row, node, found);
    }
    if (node->kind == MOTE_YAML_MAP)
        return refuse(r, row, node, "a block of keys");
    if (node->is_plain && node->len == 0)
        return refuse(r, row, node, "empty");
    (void)mote_format(found, sizeof found, "%s'%s'", node->is_plain ? "" : "the quoted text ",
                      mote_reader_shown(node->text, shown));
    return refuse(r, row, node, found);
}

/* A number in the unit of the row and within its range. `is_whole`: no fraction. */
static bool get_number(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                       bool is_whole, double *out)
{
    if (node->kind != MOTE_YAML_SCALAR || !node->is_plain || node->len == 0)
        return refuse_kind(r, row, node);
    mote_err why;
    double x = 0.0;
    if (mote_quantity_parse(node->text, node->len, row->unit, &x, &why) != MOTE_OK) {
        mote_reader_complain(r, node->line, node->column, "'%s': %s", row->path, why.text);
        return false;
    }
    if (is_whole && fabs(x - nearbyint(x)) > 1e-9 * fabs(x))
        return refuse_kind(r, row, node);
    if (is_whole)
        x = nearbyint(x);
    if (!(x >= row->lo && x <= row->hi))
        return refuse_kind(r, row, node);
    *out = x + 0.0; /* no negative zero */
    return true;
}

static bool set_bool(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     bool *field)
{
    if (node->kind != MOTE_YAML_SCALAR || !node->is_plain ||
        (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0))
        return refuse_kind(r, row, node);
    *field = node->text[0] == 't';
    return true;
}

static bool get_text(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     const char **out)
{
    if (node->kind != MOTE_YAML_SCALAR || (double)node->len < row->lo ||
        (double)node->len > row->hi)
        return refuse_kind(r, row, node);
    for (size_t i = 0; i < node->len; i++)
        if ((unsigned char)node->text[i] < 0x20 || node->text[i] == 0x7f) {
            mote_reader_complain(r, node->line, node->column,
                                 "'%s' may not hold control characters", row->path);
            return false;
        }
    *out = mote_reader_strdup(r, node->text);
    return *out != NULL;
}

/* The part of "a|b|c" that equals the text, in the row's order; n_parts is how many there are. */
#define MAX_CHOICES  16
#define CHOICE_BYTES 32

static size_t split_choices(const char *choices, char parts[MAX_CHOICES][CHOICE_BYTES])
{
    size_t n = 0;
    while (*choices) {
        size_t len = strcspn(choices, "|");
        MOTE_BUG_IF(n == MAX_CHOICES || len >= CHOICE_BYTES);
        memcpy(parts[n], choices, len);
        parts[n++][len] = 0;
        choices += len + (choices[len] == '|');
    }
    return n;
}

static bool set_choice(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                       const char **field)
{
    if (node->kind != MOTE_YAML_SCALAR)
        return refuse_kind(r, row, node);
    char parts[MAX_CHOICES][CHOICE_BYTES];
    const char *names[MAX_CHOICES];
    size_t n = split_choices(row->choices, parts);
    for (size_t i = 0; i < n; i++) {
        names[i] = parts[i];
        if (strcmp(parts[i], node->text) == 0) {
            *field = mote_reader_strdup(r, node->text);
            return *field != NULL;
        }
    }
    char shown[MOTE_SHOWN_BYTES];
    const char *near = mote_nearest(node->text, names, n);
    if (near)
        mote_reader_complain(r, node->line, node->column,
                             "'%s' does not know '%s', did you mean '%s'?", row->path,
                             mote_reader_shown(node->text, shown), near);
    else
        (void)refuse_kind(r, row, node);
    return false;
}

static bool get_pair(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     bool is_whole, double out[2])
{
    if (node->kind != MOTE_YAML_LIST || node->n != 2)
        return refuse_kind(r, row, node);
    return get_number(r, row, node->items[0], is_whole, &out[0]) &&
           get_number(r, row, node->items[1], is_whole, &out[1]);
}

static bool set_span(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     mote_span *field)
{
    double x[2] = {0, 0};
    if (!get_pair(r, row, node, false, x))
        return false;
    if (x[0] > x[1]) {
        mote_reader_complain(r, node->line, node->column,
                             "'%s' is [low, high], but %g is more than %g", row->path, x[0], x[1]);
        return false;
    }
    *field = (mote_span){x[0], x[1]};
    return true;
}

static bool set_size2(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                      mote_size2 *field)
{
    double x[2] = {0, 0};
    if (!get_pair(r, row, node, true, x))
        return false;
    *field = (mote_size2){(int32_t)x[0], (int32_t)x[1]};
    return true;
}

static bool set_ints(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     mote_ints *field)
{
    if (node->kind != MOTE_YAML_LIST || node->n > MOTE_KEY_MAX_INTS)
        return refuse_kind(r, row, node);
    int32_t *items = mote_reader_alloc(r, node->n, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < node->n; i++) {
        double x = 0.0;
        if (!get_number(r, row, node->items[i], true, &x))
            return false;
        items[i] = (int32_t)x;
    }
    *field = (mote_ints){items, node->n};
    return true;
}

/* Names are labels, folder names and JSON keys: printable, no slash, no leading '_' or '.', which
 * are kept for classes and files of ours. */
static bool is_name_refused(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node)
{
    char shown[MOTE_SHOWN_BYTES];
    if (node->kind != MOTE_YAML_SCALAR || node->len == 0 || node->len > 47) {
        mote_reader_complain(r, node->line, node->column,
                             "'%s': each entry must be a text of 1 to 47 bytes", row->path);
        return true;
    }
    uint32_t code = 0;
    const char *unfit = mote_text_unfit(node->text, node->len, &code);
    if (unfit && code > 0x7f) {
        mote_reader_complain(r, node->line, node->column,
                             "'%s': an entry holds %s, U+%04lX; take it out", row->path, unfit,
                             (unsigned long)code);
        return true;
    }
    if (unfit || strpbrk(node->text, "/\\\"") || node->text[0] == '_' || node->text[0] == '.' ||
        node->text[0] == ' ' || node->text[node->len - 1] == ' ') {
        mote_reader_complain(
            r, node->line, node->column,
            "'%s': '%s' may not hold / \\ \" or control characters, nor start with '_' or '.'",
            row->path, mote_reader_shown(node->text, shown));
        return true;
    }
    return false;
}

/* Texts are addresses and the like, which go into headers as they are. */
static bool is_text_refused(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node)
{
    char shown[MOTE_SHOWN_BYTES];
    bool is_plain = node->kind == MOTE_YAML_SCALAR && node->len > 0 && node->len < 256;
    for (size_t i = 0; is_plain && i < node->len; i++)
        is_plain = node->text[i] > ' ' && node->text[i] < 0x7f;
    if (!is_plain)
        mote_reader_complain(r, node->line, node->column,
                             "'%s': '%s' must be 1 to 255 ASCII characters without blanks",
                             row->path,
                             node->kind == MOTE_YAML_SCALAR ? mote_reader_shown(node->text, shown)
                                                            : "a list or block");
    return !is_plain;
}

static bool set_names(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                      mote_names *field)
{
    if (node->kind != MOTE_YAML_LIST || (double)node->n < row->lo || (double)node->n > row->hi)
        return refuse_kind(r, row, node);
    const char **items = mote_reader_alloc(r, node->n, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < node->n; i++) {
        const mote_yaml_node *entry = node->items[i];
        char *normal = NULL;
        if (row->type == MOTE_KEY_TEXTS ? is_text_refused(r, row, entry)
                                        : is_name_refused(r, row, entry))
            return false;
        if (mote_text_nfc(entry->text, entry->len, r->arena, &normal, NULL) != MOTE_OK) {
            r->fatal = MOTE_NOMEM; /* it is UTF-8: YAML is */
            return false;
        }
        for (size_t k = 0; k < i; k++)
            if (strcmp(items[k], normal) == 0) {
                char shown[MOTE_SHOWN_BYTES];
                mote_reader_complain(r, entry->line, entry->column, "'%s': '%s' is there twice",
                                     row->path, mote_reader_shown(entry->text, shown));
                return false;
            }
        items[i] = normal;
    }
    *field = (mote_names){items, node->n};
    return true;
}

/* A text is a list of one; an empty one says nothing. */
static bool set_some(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     mote_names *field)
{
    const bool is_list = node->kind == MOTE_YAML_LIST;
    const size_t n = is_list ? node->n : 1;
    if (is_list && (n == 0 || n > MOTE_KEY_MAX_SOME))
        return refuse_kind(r, row, node);
    const char **items = mote_reader_alloc(r, n, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < n; i++) {
        const mote_yaml_node *entry = is_list ? node->items[i] : node;
        char shown[MOTE_SHOWN_BYTES];
        if (!get_text(r, row, entry, &items[i]))
            return false;
        bool is_refused = is_list && !*items[i];
        for (size_t k = 0; k < i && !is_refused; k++)
            is_refused = strcmp(items[k], items[i]) == 0;
        if (is_refused) {
            mote_reader_complain(r, entry->line, entry->column, "'%s': '%s' is %s", row->path,
                                 mote_reader_shown(items[i], shown),
                                 *items[i] ? "there twice" : "no name");
            return false;
        }
    }
    *field = (mote_names){items, *items[0] ? n : 0};
    return true;
}

bool mote_reader_set(mote_reader *r, const mote_schema_row *row, const mote_yaml_node *node,
                     void *field)
{
    double x = 0.0;
    switch (row->type) {
    case MOTE_KEY_BOOL:
        return set_bool(r, row, node, field);
    case MOTE_KEY_INT:
        if (!get_number(r, row, node, true, &x))
            return false;
        *(int32_t *)field = (int32_t)x;
        return true;
    case MOTE_KEY_BIG:
        if (!get_number(r, row, node, true, &x))
            return false;
        *(int64_t *)field = (int64_t)x;
        return true;
    case MOTE_KEY_NUM:
        if (!get_number(r, row, node, false, &x))
            return false;
        *(double *)field = x;
        return true;
    case MOTE_KEY_TEXT:
        return get_text(r, row, node, field);
    case MOTE_KEY_CHOICE:
        return set_choice(r, row, node, field);
    case MOTE_KEY_SPAN:
        return set_span(r, row, node, field);
    case MOTE_KEY_SIZE2:
        return set_size2(r, row, node, field);
    case MOTE_KEY_NAMES:
    case MOTE_KEY_TEXTS:
        return set_names(r, row, node, field);
    case MOTE_KEY_SOME:
        return set_some(r, row, node, field);
    case MOTE_KEY_INTS:
        return set_ints(r, row, node, field);
    case MOTE_KEY_SECTION:
    case MOTE_KEY_LIMIT:
        break; /* read by those who know what they hold */
    }
    MOTE_BUG_IF(true);
}

/* Presets are scalars, or "[a, b]": lists without nesting or quotes. */
#define MAX_PRESET_ITEMS 16

void mote_reader_set_preset(mote_reader *r, const mote_schema_row *row, void *field)
{
    mote_yaml_node items[MAX_PRESET_ITEMS] = {0};
    const mote_yaml_node *item_pointers[MAX_PRESET_ITEMS];
    char texts[MAX_PRESET_ITEMS][64];
    mote_yaml_node node = {.kind = MOTE_YAML_SCALAR,
                           .text = row->preset,
                           .len = strlen(row->preset),
                           .is_plain = true};
    if (row->preset[0] == '[') {
        node = (mote_yaml_node){.kind = MOTE_YAML_LIST, .text = "", .items = item_pointers};
        const char *s = row->preset + 1;
        while (*s != ']') {
            size_t len = strcspn(s, ",]");
            MOTE_BUG_IF(node.n == MAX_PRESET_ITEMS || len >= sizeof texts[0] || s[len] == 0);
            memcpy(texts[node.n], s, len);
            texts[node.n][len] = 0;
            items[node.n] = (mote_yaml_node){
                .kind = MOTE_YAML_SCALAR, .text = texts[node.n], .len = len, .is_plain = true};
            item_pointers[node.n] = &items[node.n];
            node.n++;
            s += len + (s[len] == ',');
            s += *s == ' ';
        }
    }
    bool is_set = mote_reader_set(r, row, &node, field);
    MOTE_BUG_IF(!is_set && r->fatal == MOTE_OK);
}
