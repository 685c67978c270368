/* SPDX-License-Identifier: Apache-2.0 */
/* Which columns a model takes: as the project states them, or as they are found; the categories of
 * each from training rows. See columns.h; rows are read in columns_row.c. */
#include "data/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* One cell in so many may be of another type: files have odd cells. */
#define ODD_SHARE 50

static const char *const type_names[MOTE_N_FIELDS] = {"number", "integer", "category", "date"};

const char *mote_field_type_name(mote_field_type t)
{
    return type_names[t];
}

bool mote_field_type_find(const char *name, mote_field_type *out)
{
    for (int i = 0; i < MOTE_N_FIELDS; i++)
        if (strcmp(name, type_names[i]) == 0) {
            *out = (mote_field_type)i;
            return true;
        }
    return false;
}

size_t mote_columns_width(const mote_columns *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->fields[i].type == MOTE_FIELD_DATE ? MOTE_DATE_NUMBERS : 1;
    return n;
}

static bool is_same_field(const mote_field *a, const mote_field *b)
{
    bool same = strcmp(a->name, b->name) == 0 && a->type == b->type && a->n_values == b->n_values &&
                strcmp(a->missing, b->missing) == 0 &&
                (a->type != MOTE_FIELD_DATE || a->format == b->format);
    for (size_t i = 0; same && i < a->n_values; i++)
        same = strcmp(a->values[i], b->values[i]) == 0;
    return same;
}

bool mote_columns_equal(const mote_columns *a, const mote_columns *b)
{
    if (!a || !b)
        return a == b;
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = is_same_field(&a->fields[i], &b->fields[i]);
    return same;
}

/* ---- which there are ------------------------------------------------------------------------ */

typedef struct {
    const mote_project_table *table;
    const mote_table_rows *const *tables;
    const bool *const *use; /* NULL: all rows */
    size_t n_tables;
    mote_arena *a;
    mote_field *fields;
    size_t n;
} finder;

static mote_status no_column(const mote_table_rows *t, const char *key, const char *name,
                             mote_err *err)
{
    const char *names[MOTE_TABLE_MAX_COLUMNS];
    size_t n = t->n_columns < MOTE_TABLE_MAX_COLUMNS ? t->n_columns : MOTE_TABLE_MAX_COLUMNS;
    for (size_t i = 0; i < n; i++)
        names[i] = t->columns[i].name;
    if (!t->has_header)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "%s: the table has no column '%s', for it has no header: its columns are "
                         "called column_1 to column_%u; take such a name, or list them in "
                         "table.columns, in order",
                         key, name, t->n_columns);
    const char *near = mote_nearest(name, names, n);
    return mote_fail(err, MOTE_NOT_FOUND, "%s: the table has no column '%s'%s%s%s", key, name,
                     near ? "; is it '" : "", near ? near : "", near ? "'?" : "");
}

static bool is_ignored(const mote_project_column *c)
{
    for (size_t i = 0; i < c->treat.n; i++)
        if (strcmp(c->treat.items[i], "ignore") == 0)
            return true;
    return strcmp(c->type, "text") == 0;
}

/* What is asked for and who it is about is not what is learned from; nor is the time by which rows
 * are in order, unless it is listed with a treatment. */
static bool is_aside(const mote_project_table *t, const char *name, bool is_treated)
{
    return mote_table_asks(t, name) || strcmp(name, t->group) == 0 ||
           (strcmp(name, t->time) == 0 && !is_treated);
}

const char *mote_columns_asked(const mote_project_table *t, char out[MOTE_ASKED_BYTES])
{
    out[0] = 0;
    for (size_t i = 0; i < t->target.n; i++) {
        const size_t used = strlen(out);
        (void)mote_format(out + used, MOTE_ASKED_BYTES - used, "%s%s", i ? ", " : "",
                          t->target.items[i]);
    }
    return out;
}

static mote_status add(finder *f, const mote_field *field, mote_err *err)
{
    if (f->n == MOTE_COLUMNS_MAX)
        return mote_fail(err, MOTE_LIMIT,
                         "table.columns: a model takes at most %d columns; ignore some",
                         MOTE_COLUMNS_MAX);
    f->fields[f->n] = *field;
    f->fields[f->n].name = mote_arena_strdup(f->a, field->name);
    return f->fields[f->n++].name ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "columns");
}

/* The format of a date: as stated, else as found. */
static mote_status find_format(const char *stated, const mote_table_column *c, const char *name,
                               mote_time_format *out, mote_err *err)
{
    const char *format = *stated ? stated : c->format ? c->format : "";
    if (mote_time_format_find(format, out))
        return MOTE_OK;
    return mote_fail(err, MOTE_ARG,
                     *stated ? "table.columns: column '%s' has format '%s', which is none; "
                               "'%%Y-%%m-%%d' is one"
                             : "table.columns: column '%s' holds no dates that are understood%s",
                     name, stated);
}

bool mote_columns_takes(const mote_project_table *table, const mote_table_column *in,
                        const mote_project_column *stated, mote_field *out)
{
    const char *name = stated ? stated->name : in->name, *format = in->format ? in->format : "";
    mote_field field = {.name = name, .missing = stated ? stated->missing : ""};
    *out = field;
    if (is_aside(table, name, stated && stated->treat.n > 0) || (stated && is_ignored(stated)))
        return false;
    if (!(stated ? mote_field_type_find(stated->type, &field.type)
                 : mote_field_type_of(in->found, &field.type)))
        return false;
    if (stated && *stated->format)
        format = stated->format;
    if (field.type == MOTE_FIELD_DATE && !mote_time_format_find(format, &field.format))
        return false;
    *out = field;
    return true;
}

static mote_status add_stated(finder *f, const mote_project_column *c, mote_err *err)
{
    mote_field field = {.name = c->name, .missing = c->missing, .treat = c->treat};
    const mote_table_column *in =
        mote_table_rows_find(f->tables[0], &f->table->columns, c->name, f->n);
    if (!in)
        return no_column(f->tables[0], "table.columns", c->name, err);
    if (is_ignored(c) || is_aside(f->table, c->name, c->treat.n > 0))
        return MOTE_OK;
    bool is_known = mote_field_type_find(c->type, &field.type);
    MOTE_BUG_IF(!is_known); /* text is ignored */
    if (field.type == MOTE_FIELD_DATE)
        MOTE_TRY(find_format(c->format, in, c->name, &field.format, err));
    return add(f, &field, err);
}

/* What a column of a found type is learned from as; false: it is left out. */
bool mote_field_type_of(mote_column_type found, mote_field_type *out)
{
    switch (found) {
    case MOTE_COLUMN_INT:
        *out = MOTE_FIELD_INTEGER;
        return true;
    case MOTE_COLUMN_FLOAT:
        *out = MOTE_FIELD_NUMBER;
        return true;
    case MOTE_COLUMN_BOOL:
    case MOTE_COLUMN_CATEGORY:
        *out = MOTE_FIELD_CATEGORY;
        return true;
    case MOTE_COLUMN_TIME:
        *out = MOTE_FIELD_DATE;
        return true;
    case MOTE_COLUMN_CONSTANT:
    case MOTE_COLUMN_TEXT:
    case MOTE_COLUMN_ID:
    case MOTE_N_COLUMN_TYPES:
        break;
    }
    return false;
}

static mote_status add_found(finder *f, const mote_table_column *c, mote_err *err)
{
    mote_field field = {.name = c->name, .missing = ""};
    if (is_aside(f->table, c->name, false) || !mote_field_type_of(c->found, &field.type))
        return MOTE_OK;
    if (field.type == MOTE_FIELD_DATE)
        MOTE_TRY(find_format("", c, c->name, &field.format, err));
    return add(f, &field, err);
}

/* ---- categories ----------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which texts of a column training rows hold, appended to the list. */
static mote_status gather_values(finder *f, size_t at, size_t t, const char ***list, size_t *n,
                                 mote_err *err)
{
    const mote_table_rows *rows = f->tables[t];
    const mote_field *field = &f->fields[at];
    const mote_table_column *c = mote_table_rows_find(rows, &f->table->columns, field->name, at);
    bool *is_there = NULL;
    const char **more = NULL;
    if (!c)
        return no_column(rows, "table.columns", field->name, err);
    MOTE_TRY(mote_arena_take(f->a, (size_t)c->n_texts + 1, sizeof *is_there, &is_there, err));
    MOTE_TRY(mote_arena_take(f->a, *n + c->n_texts + 1, sizeof *more, &more, err));
    for (size_t row = 0; row < rows->n_rows; row++)
        if (mote_table_cell(c, row) != MOTE_CELL_MISSING && (!f->use || f->use[t][row]))
            is_there[mote_table_cell(c, row)] = true;
    if (*n > 0)
        memcpy(more, *list, *n * sizeof *more);
    for (uint32_t i = 0; i < c->n_texts; i++)
        if (is_there[i] && strcmp(c->texts[i], field->missing) != 0)
            more[(*n)++] = c->texts[i];
    *list = more;
    return MOTE_OK;
}

static mote_status find_values(finder *f, size_t at, mote_err *err)
{
    mote_field *field = &f->fields[at];
    const char **list = NULL;
    size_t n = 0, n_different = 0;
    for (size_t t = 0; t < f->n_tables; t++)
        MOTE_TRY(gather_values(f, at, t, &list, &n, err));
    if (list) // without one, n is 0
        qsort(list, n, sizeof *list, compare_texts);
    for (size_t i = 0; list && i < n; i++)
        if (n_different == 0 || strcmp(list[n_different - 1], list[i]) != 0)
            list[n_different++] = list[i];
    if (n_different > MOTE_FIELD_MAX_VALUES)
        return mote_fail(err, MOTE_LIMIT,
                         "table.columns: column '%s' has %zu different values, a category has at "
                         "most %d; is it a text?",
                         field->name, n_different, MOTE_FIELD_MAX_VALUES);
    for (size_t i = 0; i < n_different; i++)
        if (!(list[i] = mote_arena_strdup(f->a, list[i])))
            return mote_fail(err, MOTE_NOMEM, "columns");
    field->values = list;
    field->n_values = n_different;
    return MOTE_OK;
}

mote_status mote_columns_of(const mote_project_table *table, const mote_columns_source *from,
                            mote_arena *a, mote_columns *out, mote_err *err)
{
    const mote_table_rows *const *tables = from->tables;
    finder f = {.table = table, .tables = tables, .use = from->use, .n_tables = from->n, .a = a};
    MOTE_BUG_IF(from->n == 0);
    MOTE_TRY(mote_arena_take(a, MOTE_COLUMNS_MAX, sizeof *f.fields, &f.fields, err));
    for (size_t i = 0; i < table->target.n; i++)
        if (!mote_table_rows_find(tables[0], &table->columns, table->target.items[i], 0))
            return no_column(tables[0], "table.target", table->target.items[i], err);
    for (size_t i = 0; i < table->columns.n; i++)
        MOTE_TRY(add_stated(&f, &table->columns.items[i], err));
    for (uint32_t i = 0; table->columns.n == 0 && i < tables[0]->n_columns; i++)
        MOTE_TRY(add_found(&f, &tables[0]->columns[i], err));
    for (size_t i = 0; i < f.n; i++)
        if (f.fields[i].type == MOTE_FIELD_CATEGORY)
            MOTE_TRY(find_values(&f, i, err));
    char asked[MOTE_ASKED_BYTES];
    if (f.n == 0)
        return mote_fail(err, MOTE_ARG, "the table has no column to learn '%s' from",
                         mote_columns_asked(table, asked));
    *out = (mote_columns){.fields = f.fields, .n = f.n, .table = *table};
    return MOTE_OK;
}

/* ---- does a file fit ------------------------------------------------------------------------ */

static bool is_odd(const mote_project_column *c, const mote_table_column *in,
                   mote_time_format format, uint32_t text)
{
    double ignored;
    const char *s = in->texts[text];
    if (*c->missing && strcmp(s, c->missing) == 0)
        return false;
    if (strcmp(c->type, "date") == 0)
        return !mote_time_parse(format, s, strlen(s), &ignored);
    double x = in->numbers[text];
    return isnan(x) || (strcmp(c->type, "integer") == 0 && floor(x) < x);
}

static mote_status fit_column(const mote_project_column *c, const mote_table_column *in,
                              const mote_table_rows *t, const char *what, mote_err *err)
{
    mote_time_format format = MOTE_TIME_YMD_DASH;
    size_t n_odd = 0, first = 0, n = t->n_rows - in->n_missing;
    if (is_ignored(c) || strcmp(c->type, "category") == 0)
        return MOTE_OK;
    if (strcmp(c->type, "date") == 0)
        MOTE_TRY(find_format(c->format, in, c->name, &format, err));
    for (size_t row = t->n_rows; row-- > 0;)
        if (mote_table_cell(in, row) != MOTE_CELL_MISSING &&
            is_odd(c, in, format, mote_table_cell(in, row))) {
            n_odd++;
            first = row;
        }
    if (n_odd * ODD_SHARE <= n)
        return MOTE_OK;
    return mote_fail(err, MOTE_SHAPE,
                     "'%s': column '%s' is stated as %s, and %zu of %zu cells are not: '%.40s' in "
                     "row %zu; mend the file, or the column's type in mote.yaml",
                     what, c->name, c->type, n_odd, n, in->texts[mote_table_cell(in, first)],
                     first + 1);
}

mote_status mote_columns_fit(const mote_project_table *table, const mote_table_rows *t,
                             const char *what, mote_err *err)
{
    const char *named[MOTE_TABLE_MAX_TARGETS + 2] = {table->group, table->time};
    size_t n_named = 2;
    for (size_t i = 0; i < table->target.n; i++)
        named[n_named++] = table->target.items[i];
    if (!t->has_header && table->columns.n > 0 && table->columns.n != t->n_columns)
        return mote_fail(err, MOTE_SHAPE,
                         "'%s': it has %u columns and no header, table.columns lists %zu", what,
                         t->n_columns, table->columns.n);
    for (size_t i = 0; i < table->columns.n; i++) {
        const mote_project_column *c = &table->columns.items[i];
        const mote_table_column *in = mote_table_rows_find(t, &table->columns, c->name, i);
        mote_status st =
            in ? fit_column(c, in, t, what, err) : no_column(t, "table.columns", c->name, err);
        if (!in)
            return mote_wrap(err, st, "'%s'", what);
        MOTE_TRY(st);
    }
    for (size_t i = 0; i < n_named; i++)
        if (*named[i] && !mote_table_rows_find(t, &table->columns, named[i], 0))
            return mote_wrap(err, no_column(t, "table", named[i], err), "'%s'", what);
    return MOTE_OK;
}
