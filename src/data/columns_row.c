/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as numbers: from a decoded table, a JSON object, or the cells of a line. See columns.h. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/columns.h"
#include "data/table_internal.h"

#define DAY_S 86400.0

static size_t width_of(const mote_field *f)
{
    return f->type == MOTE_FIELD_DATE ? MOTE_DATE_NUMBERS : 1;
}

static bool set_missing(const mote_field *f, float *out)
{
    for (size_t i = 0; i < width_of(f); i++)
        out[i] = NAN;
    return true;
}

/* The place of a text among the values; n_values: it is none of them. */
static size_t find_value(const mote_field *f, const char *text, size_t n)
{
    size_t lo = 0, hi = f->n_values;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const char *value = f->values[mid];
        size_t len = strlen(value);
        int order = memcmp(text, value, n < len ? n : len);
        order = order ? order : (n > len) - (n < len);
        if (order == 0)
            return mid;
        if (order < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return f->n_values;
}

static bool read_date(const mote_field *f, const char *text, size_t n, float *out)
{
    double seconds;
    if (!mote_time_parse(f->format, text, n, &seconds)) {
        (void)set_missing(f, out);
        return false;
    }
    double day = floor(seconds / DAY_S);
    out[0] = (float)day;
    out[1] = (float)(seconds - day * DAY_S);
    return true;
}

/* One cell as text to out[1 or 2]; `number` is it as a number, NaN: it is none. False: it is not of
 * the type (and out is then as for one that is missing). */
static bool read_cell(const mote_field *f, const char *text, size_t n, double number, float *out)
{
    bool is_number = f->type == MOTE_FIELD_NUMBER || f->type == MOTE_FIELD_INTEGER;
    if (*f->missing && strlen(f->missing) == n && memcmp(f->missing, text, n) == 0)
        return set_missing(f, out);
    if (f->type == MOTE_FIELD_CATEGORY)
        out[0] = (float)find_value(f, text, n);
    else if (f->type == MOTE_FIELD_DATE)
        return read_date(f, text, n, out);
    else
        out[0] = (float)number;
    return !is_number || isfinite(out[0]) || !set_missing(f, out);
}

void mote_columns_row(const mote_columns *c, const mote_table_rows *t, size_t row, float *out)
{
    for (size_t i = 0; i < c->n; i++) {
        const mote_field *f = &c->fields[i];
        const mote_table_column *in = mote_table_rows_find(t, &c->table.columns, f->name, i);
        MOTE_BUG_IF(!in); /* the shape was asked for before */
        uint32_t cell = mote_table_cell(in, row);
        if (cell == MOTE_CELL_MISSING)
            (void)set_missing(f, out);
        else
            (void)read_cell(f, in->texts[cell], strlen(in->texts[cell]), in->numbers[cell], out);
        out += width_of(f);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static const mote_field *find_field(const mote_columns *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->fields[i].name, name) == 0)
            return &c->fields[i];
    return NULL;
}

/* Columns that the project has and the model does not take may stand in a row: it is as the file
 * has it. */
static bool is_aside(const mote_columns *c, const char *name)
{
    const mote_project_table *t = &c->table;
    for (size_t i = 0; i < t->columns.n; i++)
        if (strcmp(t->columns.items[i].name, name) == 0)
            return true;
    return mote_table_asks(t, name) || (*name && strcmp(name, t->group) == 0) ||
           (*name && strcmp(name, t->time) == 0);
}

static mote_status check_members(const mote_columns *c, const json_t *row, mote_err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        const char *names[MOTE_COLUMNS_MAX];
        if (find_field(c, name) || is_aside(c, name))
            continue;
        for (size_t i = 0; i < c->n; i++)
            names[i] = c->fields[i].name;
        const char *near = mote_nearest(name, names, c->n);
        return mote_fail(err, MOTE_ARG, "row: there is no column '%.60s'%s%s%s", name,
                         near ? "; is it '" : "", near ? near : "", near ? "'?" : "");
    }
    return MOTE_OK;
}

static mote_status read_member(const mote_field *f, const json_t *value, float *out, mote_err *err)
{
    char text[40] = "";
    double number = NAN;
    if (!value || json_is_null(value)) {
        (void)set_missing(f, out);
        return MOTE_OK;
    }
    const char *s = json_string_value(value);
    if (json_is_number(value)) {
        number = json_number_value(value);
        (void)mote_format(text, sizeof text, "%.17g", number);
        if (f->type == MOTE_FIELD_CATEGORY) { /* the number as a file would have it */
            MOTE_SCOPED_BUF b;
            mote_buf_init(&b, 64);
            mote_buf_f64(&b, number);
            (void)mote_format(text, sizeof text, "%s", b.status == MOTE_OK ? b.data : "");
        }
        s = text;
    } else if (json_is_boolean(value)) {
        s = json_is_true(value) ? "true" : "false";
    } else if (!s) {
        return mote_fail(err, MOTE_ARG, "row: column '%s' must be a number, a text or null",
                         f->name);
    }
    mote_csv_cell cell = {.s = s, .n = (uint32_t)strlen(s)};
    if (mote_table_marker(&cell)) {
        (void)set_missing(f, out);
        return MOTE_OK;
    }
    if (json_is_string(value))
        (void)mote_parse_f64(s, cell.n, &number);
    if (read_cell(f, s, cell.n, number, out))
        return MOTE_OK;
    return mote_fail(err, MOTE_ARG, "row: column '%s': '%.40s' is no %s", f->name, s,
                     mote_field_type_name(f->type));
}

mote_status mote_columns_row_json(const mote_columns *c, const json_t *row, float *out,
                                  mote_err *err)
{
    if (!json_is_object(row))
        return mote_fail(err, MOTE_ARG, "a row must be an object of columns and their values");
    MOTE_TRY(check_members(c, row, err));
    for (size_t i = 0; i < c->n; i++) {
        const mote_field *f = &c->fields[i];
        MOTE_TRY(read_member(f, json_object_get(row, f->name), out, err));
        out += width_of(f);
    }
    return MOTE_OK;
}

/* ---- cells of a line ------------------------------------------------------------------------ */

/* The place of "column_3" is 2; -1: the name is another. */
static int32_t place_of(const char *name, size_t n_cells)
{
    static const char nameless[] = "column_";
    const size_t n = sizeof nameless - 1;
    uint64_t number = 0;
    if (strncmp(name, nameless, n) != 0 || !mote_parse_u64(name + n, strlen(name + n), &number) ||
        number < 1 || number > n_cells)
        return -1;
    return (int32_t)number - 1;
}

/* Columns that the project never named, in rows that have all of them. */
static bool bind_by_number(const mote_columns *c, size_t n_cells, int32_t *at)
{
    for (size_t i = 0; i < c->n; i++)
        if ((at[i] = place_of(c->fields[i].name, n_cells)) < 0)
            return false;
    return true;
}

/* In a file without header: the project's list, with or without what is asked for; or the columns
 * that are taken, alone; or those of files that had no header either. */
static mote_status bind_in_order(const mote_columns *c, size_t n_cells, const char *what,
                                 int32_t *at, mote_err *err)
{
    const mote_project_columns *all = &c->table.columns;
    if (n_cells == c->n) {
        for (size_t i = 0; i < c->n; i++)
            at[i] = (int32_t)i;
        return MOTE_OK;
    }
    if (all->n == 0 && bind_by_number(c, n_cells, at))
        return MOTE_OK;
    bool without = n_cells + c->table.target.n == all->n;
    if (n_cells != all->n && !without)
        return mote_fail(err, MOTE_SHAPE,
                         "'%s': rows of %zu cells and no header; the model takes %zu columns", what,
                         n_cells, c->n);
    for (size_t i = 0; i < c->n; i++) {
        int32_t place = 0;
        for (size_t k = 0; k < all->n && strcmp(all->items[k].name, c->fields[i].name) != 0; k++)
            place += without && mote_table_asks(&c->table, all->items[k].name) ? 0 : 1;
        at[i] = place;
    }
    return MOTE_OK;
}

mote_status mote_columns_bind(const mote_columns *c, const char *const *names, size_t n_names,
                              const char *what, int32_t *at, mote_err *err)
{
    if (!names)
        return bind_in_order(c, n_names, what, at, err);
    for (size_t i = 0; i < c->n; i++) {
        at[i] = -1;
        for (size_t k = 0; k < n_names && at[i] < 0; k++)
            if (strcmp(names[k], c->fields[i].name) == 0)
                at[i] = (int32_t)k;
        if (at[i] >= 0)
            continue;
        const char *near = mote_nearest(c->fields[i].name, names, n_names);
        return mote_fail(err, MOTE_NOT_FOUND, "'%s': there is no column '%s'%s%s%s", what,
                         c->fields[i].name, near ? "; is it '" : "", near ? near : "",
                         near ? "'?" : "");
    }
    return MOTE_OK;
}

mote_status mote_columns_row_cells(const mote_columns *c, const mote_csv *csv,
                                   const mote_csv_row *row, const int32_t *at, float *out,
                                   mote_err *err)
{
    for (size_t i = 0; i < c->n; i++) {
        const mote_field *f = &c->fields[i];
        if (at[i] >= (int32_t)row->n_cells)
            return mote_fail(err, MOTE_SHAPE, "'%s': line %llu has no cell for column '%s'",
                             mote_csv_get_name(csv), (unsigned long long)row->line, f->name);
        const mote_csv_cell *cell = &row->cells[at[i]];
        double number = NAN;
        if (!mote_csv_number(csv, cell, &number))
            number = NAN;
        if (mote_table_marker(cell))
            (void)set_missing(f, out);
        else if (!read_cell(f, cell->s, cell->n, number, out))
            return mote_fail(err, MOTE_ARG, "'%s': line %llu, column '%s': '%.*s' is no %s",
                             mote_csv_get_name(csv), (unsigned long long)row->line, f->name,
                             (int)(cell->n < 40 ? cell->n : 40), cell->s,
                             mote_field_type_name(f->type));
        out += width_of(f);
    }
    return MOTE_OK;
}

/* ---- in a bundle ---------------------------------------------------------------------------- */

static json_t *texts_json(const char *const *texts, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < n; i++)
        if (json_array_append_new(list, json_string(texts[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

json_t *mote_columns_to_json(const mote_columns *c)
{
    MOTE_SCOPED_JSON *fields = json_array();
    const mote_project_table *t = &c->table;
    MOTE_SCOPED_JSON *all = json_array();
    for (size_t i = 0; fields && i < c->n; i++) {
        const mote_field *f = &c->fields[i];
        json_t *o = json_pack("{s:s, s:s}", "name", f->name, "type", mote_field_type_name(f->type));
        bool ok = o != NULL;
        if (ok && *f->missing)
            ok = json_object_set_new(o, "missing", json_string(f->missing)) == 0;
        if (ok && f->type == MOTE_FIELD_DATE)
            ok = json_object_set_new(o, "format", json_string(mote_time_format_name(f->format))) ==
                 0;
        if (ok && f->type == MOTE_FIELD_CATEGORY)
            ok = json_object_set_new(o, "values", texts_json(f->values, f->n_values)) == 0;
        if (json_array_append_new(fields, o) != 0 || !ok)
            return NULL;
    }
    for (size_t i = 0; all && i < t->columns.n; i++)
        if (json_array_append_new(all, json_string(t->columns.items[i].name)) != 0)
            return NULL;
    json_t *target = t->target.n == 1 ? json_string(t->target.items[0])
                                      : texts_json(t->target.items, t->target.n);
    return json_pack("{s:O, s:O, s:o, s:s, s:s}", "fields", fields, "all", all, "target", target,
                     "group", t->group, "time", t->time);
}

static mote_status read_values(const json_t *o, const char *name, mote_arena *a, mote_field *f,
                               mote_err *err)
{
    const json_t *list = json_object_get(o, "values");
    size_t n = json_array_size(list);
    const char **values = NULL;
    if (!json_is_array(list) || n > MOTE_FIELD_MAX_VALUES)
        return mote_fail(err, MOTE_PARSE,
                         "column '%s': 'values' must be a list of at most %d texts", name,
                         MOTE_FIELD_MAX_VALUES);
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *values, &values, err));
    for (size_t i = 0; i < n; i++) {
        values[i] = json_string_value(json_array_get(list, i));
        if (!values[i] || (i > 0 && strcmp(values[i - 1], values[i]) >= 0))
            return mote_fail(err, MOTE_PARSE,
                             "column '%s': 'values' must be different texts in order of bytes",
                             name);
    }
    f->values = values;
    f->n_values = n;
    return MOTE_OK;
}

static mote_status read_field(const json_t *o, mote_arena *a, mote_field *out, mote_err *err)
{
    const char *name = NULL, *type = NULL;
    mote_field f = {.missing = ""};
    MOTE_TRY(mote_json_get_str(o, "a column", "name", &name, err));
    MOTE_TRY(mote_json_get_str(o, "a column", "type", &type, err));
    if (!mote_field_type_find(type, &f.type))
        return mote_fail(err, MOTE_PARSE, "column '%s': there is no type '%.40s'", name, type);
    f.name = name;
    const json_t *missing = json_object_get(o, "missing"), *format = json_object_get(o, "format");
    if (missing && !(f.missing = json_string_value(missing)))
        return mote_fail(err, MOTE_PARSE, "column '%s': 'missing' must be a text", name);
    if (f.type == MOTE_FIELD_DATE &&
        (!json_is_string(format) || !mote_time_format_find(json_string_value(format), &f.format)))
        return mote_fail(err, MOTE_PARSE, "column '%s': 'format' is not known", name);
    if (f.type == MOTE_FIELD_CATEGORY)
        MOTE_TRY(read_values(o, name, a, &f, err));
    *out = f;
    return MOTE_OK;
}

/* A text, or a list of several. */
static mote_status read_targets(const json_t *j, mote_arena *a, mote_names *out, mote_err *err)
{
    const size_t n = json_is_array(j) ? json_array_size(j) : 1;
    const char **items = NULL;
    if (n == 0 || n > MOTE_TABLE_MAX_TARGETS)
        return mote_fail(err, MOTE_PARSE, "columns: 'target' must be 1 to %d names",
                         MOTE_TABLE_MAX_TARGETS);
    MOTE_TRY(mote_arena_take(a, n, sizeof *items, &items, err));
    for (size_t i = 0; i < n; i++)
        if (!(items[i] = json_string_value(json_is_array(j) ? json_array_get(j, i) : j)))
            return mote_fail(err, MOTE_PARSE,
                             "columns: 'target' must be a name, or a list of them");
    *out = (mote_names){items, n};
    return MOTE_OK;
}

mote_status mote_columns_from_json(const json_t *j, mote_arena *a, mote_columns *out, mote_err *err)
{
    const json_t *fields = json_object_get(j, "fields"), *all = json_object_get(j, "all");
    size_t n = json_array_size(fields), n_all = json_array_size(all);
    mote_columns c = {0};
    mote_field *f = NULL;
    mote_project_column *items = NULL;
    if (!json_is_array(fields) || n == 0 || n > MOTE_COLUMNS_MAX || n_all > MOTE_TABLE_MAX_COLUMNS)
        return mote_fail(err, MOTE_PARSE, "'fields' must be a list of 1 to %d columns",
                         MOTE_COLUMNS_MAX);
    MOTE_TRY(read_targets(json_object_get(j, "target"), a, &c.table.target, err));
    MOTE_TRY(mote_json_get_str(j, "columns", "group", &c.table.group, err));
    MOTE_TRY(mote_json_get_str(j, "columns", "time", &c.table.time, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *f, &f, err));
    MOTE_TRY(mote_arena_take(a, n_all + 1, sizeof *items, &items, err));
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(read_field(json_array_get(fields, i), a, &f[i], err));
    for (size_t i = 0; i < n_all; i++)
        if (!(items[i].name = json_string_value(json_array_get(all, i))))
            return mote_fail(err, MOTE_PARSE, "'all' must be a list of names");
    c.table.columns = (mote_project_columns){items, n_all};
    c.fields = f;
    c.n = n;
    *out = c;
    return MOTE_OK;
}
