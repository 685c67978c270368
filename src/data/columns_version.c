/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of a data version: its tables decoded, categories from the rows of training. See
 * columns.h. */
#include "data/columns.h"

#include "data/version.h"

typedef struct {
    const mote_table_rows **tables;
    const bool **use;
    mote_decoded *files;
    size_t n;
} opened;

static mote_status open_item(mote_store *s, const mote_version_item *it,
                             const mote_project_table *table, mote_arena *scratch, opened *o,
                             mote_err *err)
{
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_TABLE);
    mote_decoding how = kind->decoding();
    bool *use = NULL;
    how.table = table;
    MOTE_TRY(mote_arena_take(scratch, it->n_rows, sizeof *use, &use, err));
    MOTE_TRY(mote_sample_load(s, kind, &it->object, &how, &o->files[o->n], err));
    for (size_t i = 0; i < it->n_rows; i++)
        use[i] = it->rows[i] == MOTE_SPLIT_TRAIN;
    o->tables[o->n] = mote_decoded_table(&o->files[o->n]);
    o->use[o->n] = use;
    if (o->tables[o->n++]->n_rows != it->n_rows)
        return mote_fail(err, MOTE_CORRUPT, "a table has not the %zu rows of its data version",
                         it->n_rows);
    return MOTE_OK;
}

static mote_status open_all(mote_store *s, const mote_data_version *v,
                            const mote_project_table *table, mote_arena *scratch, opened *o,
                            mote_err *err)
{
    MOTE_TRY(mote_arena_take(scratch, v->n + 1, sizeof *o->tables, &o->tables, err));
    MOTE_TRY(mote_arena_take(scratch, v->n + 1, sizeof *o->use, &o->use, err));
    MOTE_TRY(mote_arena_take(scratch, v->n + 1, sizeof *o->files, &o->files, err));
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].rows)
            MOTE_TRY(open_item(s, &v->items[i], table, scratch, o, err));
    if (o->n == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "data version v%lld has no table",
                         (long long)v->number);
    return MOTE_OK;
}

static void close_all(opened *o)
{
    for (size_t i = 0; i < o->n; i++)
        mote_decoded_release(&o->files[i]);
}

mote_status mote_columns_of_version(mote_store *s, const mote_data_version *v,
                                    const mote_project_table *table, mote_arena *a,
                                    mote_columns *out, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, (size_t)1 << 30);
    opened o = {0};
    mote_status st = open_all(s, v, table, &scratch, &o, err);
    mote_columns_source from = {o.tables, o.use, o.n};
    if (st == MOTE_OK)
        st = mote_columns_of(table, &from, a, out, err);
    close_all(&o);
    return st;
}

/* ---- the form of rows ------------------------------------------------------------------------ */

/* The numbers of a row by name; a date is two. */
static mote_status name_numbers(const mote_columns *c, mote_arena *a, mote_sample_form *out,
                                mote_err *err)
{
    const char **names = NULL;
    size_t n = 0;
    MOTE_TRY(mote_arena_take(a, mote_columns_width(c), sizeof *names, &names, err));
    for (size_t i = 0; i < c->n; i++) {
        const mote_field *f = &c->fields[i];
        names[n++] =
            f->type == MOTE_FIELD_DATE ? mote_arena_printf(a, "%s (day)", f->name) : f->name;
        if (f->type == MOTE_FIELD_DATE)
            names[n++] = mote_arena_printf(a, "%s (second)", f->name);
    }
    for (size_t i = 0; i < n; i++)
        if (!names[i])
            return mote_fail(err, MOTE_NOMEM, "no memory for columns");
    out->columns = names;
    out->n_columns = (int32_t)n;
    return MOTE_OK;
}

mote_status mote_columns_survey(mote_store *s, const mote_data_version *v,
                                const mote_cut_config *cfg, mote_arena *a, mote_sample_form *out,
                                mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, (size_t)1 << 30);
    opened o = {0};
    mote_columns *c = NULL;
    mote_sample_form f = *out;
    mote_status st = open_all(s, v, &cfg->table, &scratch, &o, err);
    mote_columns_source from = {o.tables, o.use, o.n};
    if (st == MOTE_OK)
        st = mote_arena_take(a, 1, sizeof *c, &c, err);
    if (st == MOTE_OK)
        st = mote_columns_of(&cfg->table, &from, a, c, err);
    close_all(&o);
    MOTE_TRY(st);
    MOTE_TRY(name_numbers(c, a, &f, err));
    f.fields = c;
    f.shape = (mote_shape){MOTE_F32, 1, {(int32_t)mote_columns_width(c)}};
    *out = f;
    return mote_shape_check("a row", &out->shape, err);
}
