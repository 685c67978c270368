/* SPDX-License-Identifier: Apache-2.0 */
/* The `columns:` section: what was found, as YAML that a person reads, mends and keeps. */
#include <string.h>

#include "base/unicode.h"
#include "data/table_internal.h"

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

static void add_count(mote_buf *b, const char *before, uint64_t n, const char *after)
{
    mote_buf_printf(b, "%s%llu%s", before, (unsigned long long)n, after);
}

/* A comment must end with its line, whatever a cell holds. */
static void add_comment(mote_buf *b, const char *text)
{
    mote_buf_shown(b, text, strlen(text), false);
}

static void add_findings(const mote_column *c, mote_buf *b)
{
    add_comment(b, c->why);
    if (c->n_missing) {
        add_count(b, "; ", c->n_missing, " missing (");
        add_comment(b, c->missing && *c->missing ? c->missing : "empty");
        mote_buf_char(b, ')');
    }
    if (c->n_unfit) {
        add_count(b, "; ", c->n_unfit, " do not fit: '");
        add_comment(b, c->unfit ? c->unfit : "");
        add_count(b, "' in line ", c->unfit_line[0], "");
    }
}

void mote_table_write_columns(const mote_table *t, mote_buf *b)
{
    uint32_t n;
    const mote_column *columns = mote_table_get_columns(t, &n);
    add_count(b, "# ", mote_table_n_rows(t), " rows\ncolumns:\n");
    for (uint32_t i = 0; i < n; i++) {
        const mote_column *c = &columns[i];
        size_t start = b->len;
        mote_buf_str(b, "  ");
        add_scalar(b, c->name);
        mote_buf_printf(b, ": ");
        if (c->format) {
            mote_buf_printf(b, "{type: %s, format: ", mote_column_type_name(c->type));
            add_scalar(b, c->format);
            mote_buf_char(b, '}');
        } else {
            mote_buf_str(b, mote_column_type_name(c->type));
        }
        do
            mote_buf_char(b, ' ');
        while (b->status == MOTE_OK && b->len - start < 34);
        mote_buf_str(b, "# ");
        add_findings(c, b);
        mote_buf_char(b, '\n');
        if (c->hint) {
            mote_buf_printf(b, "%36s# ", "");
            add_comment(b, c->hint);
            mote_buf_char(b, '\n');
        }
    }
}
