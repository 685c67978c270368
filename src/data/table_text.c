/* SPDX-License-Identifier: Apache-2.0 */
/* What was found in a table, as data and as YAML that a person reads, mends and keeps. */
#include <string.h>

#include "base/unicode.h"
#include "data/columns.h"

#define WHY_COLUMN 46 /* where the reason begins */

/* ---- as data --------------------------------------------------------------------------------- */

static bool put(json_t *o, const char *key, const char *value)
{
    return !value || !*value || json_object_set_new(o, key, mote_json_text(value)) == 0;
}

/* What mote.yaml calls it; what nothing is learned from is a text, which is not looked at. */
static const char *type_of(const mote_table_column *c)
{
    mote_field_type t;
    return mote_field_type_of(c->found, &t) ? mote_field_type_name(t) : "text";
}

static json_t *found_column(const mote_table_column *c)
{
    json_t *o = json_pack("{s:o, s:s, s:I}", "name", mote_json_text(c->name), "type", type_of(c),
                          "n_missing", (json_int_t)c->n_missing);
    if (o && put(o, "format", c->format) && put(o, "missing", c->marker) && put(o, "why", c->why) &&
        put(o, "hint", c->hint))
        return o;
    json_decref(o);
    return NULL;
}

json_t *mote_columns_found(const mote_table_rows *t)
{
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < t->n_columns; i++)
        if (json_array_append_new(list, found_column(&t->columns[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* ---- as YAML --------------------------------------------------------------------------------- */

/* Can the text stand in YAML without quotes and mean itself? */
static bool is_plain(const char *s)
{
    static const char *const words[] = {"y",     "n",  "yes", "no",  "true",
                                        "false", "on", "off", "null"};
    if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_'))
        return false;
    for (const char *c = s; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
              *c == '_' || *c == '-' || *c == '.'))
            return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t k = 0;
        while (words[i][k] && (s[k] | 0x20) == words[i][k])
            k++;
        if (!words[i][k] && !s[k])
            return false;
    }
    return true;
}

static void add_scalar(mote_buf *b, const char *s)
{
    if (is_plain(s))
        mote_buf_str(b, s);
    else
        mote_buf_json_str(b, s, strlen(s)); /* JSON's strings are YAML's */
}

static const char *text_at(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

/* Everything behind '#' must end with its line, whatever a cell holds. */
static void add_comment(const json_t *o, mote_buf *b)
{
    const char *const parts[] = {text_at(o, "why"), text_at(o, "hint")};
    const json_int_t n_missing = json_integer_value(json_object_get(o, "n_missing"));
    mote_buf_str(b, "#");
    for (size_t i = 0; i < 2; i++) {
        if (parts[i]) {
            mote_buf_str(b, i > 0 ? "; " : " ");
            mote_buf_shown(b, parts[i], strlen(parts[i]), false);
        }
        if (i == 0 && n_missing > 0)
            mote_buf_printf(b, ", %lld missing", (long long)n_missing);
    }
}

void mote_columns_write(const json_t *found, size_t indent, mote_buf *b)
{
    static const char *const keys[] = {"type", "format", "missing"};
    const size_t n = json_array_size(found);
    mote_buf_str(b, "[\n");
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(found, i);
        const size_t start = b->len;
        mote_buf_printf(b, "%*s{name: ", (int)indent, "");
        add_scalar(b, text_at(o, "name"));
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
            if (text_at(o, keys[k])) {
                mote_buf_printf(b, ", %s: ", keys[k]);
                add_scalar(b, text_at(o, keys[k]));
            }
        mote_buf_str(b, i + 1 < n ? "}," : "}");
        do
            mote_buf_char(b, ' ');
        while (b->status == MOTE_OK && b->len - start < WHY_COLUMN + indent);
        add_comment(o, b);
        mote_buf_char(b, '\n');
    }
    mote_buf_printf(b, "%*s]", indent > 2 ? (int)indent - 2 : 0, "");
}
