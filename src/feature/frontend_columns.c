/* SPDX-License-Identifier: Apache-2.0 */
/* The row columns: rows of a table, each column prepared by what training showed. Settings and
 * computation; fitting is in frontend_columns_fit.c. */
#include "feature/frontend_columns.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(columns_settings) <= MOTE_FRONTEND_OWN_BYTES, "settings must fit");

#define LARGEST 0x1p40f /* of a number that was fitted */

static const char *const KINDS[] = {"number", "one-hot", "ordinal", "date"};

columns_settings columns_of(const mote_frontend *f)
{
    columns_settings s;
    memcpy(&s, f->own, sizeof s);
    return s;
}

void columns_set(mote_frontend *f, const columns_settings *s)
{
    memcpy(f->own, s, sizeof *s);
}

int32_t columns_numbers(const columns_settings *s)
{
    int32_t n = 0;
    for (int32_t i = 0; i < s->n_columns; i++)
        n += mrt_column_numbers(&s->columns[i]);
    return n;
}

int32_t columns_values(const columns_settings *s)
{
    int32_t n = 0;
    for (int32_t i = 0; i < s->n_columns; i++)
        n += mrt_column_values(&s->columns[i]);
    return n;
}

/* Settings -------------------------------------------------------------------------------- */

static void of_project(const mote_project_features *y, double rate_hz, mote_frontend *f)
{
    (void)y;
    (void)rate_hz;
    (void)f; /* mote_frontend_take_columns says the rest */
}

static void take_number(const mote_field *field, mrt_column *c, uint8_t *wanted)
{
    *wanted = field->treat.n == 0 ? COLUMNS_AUTO : COLUMNS_NO_SCALE;
    for (size_t i = 0; i < field->treat.n; i++) {
        const char *word = field->treat.items[i];
        if (strcmp(word, "mean") == 0)
            *wanted |= COLUMNS_MEAN;
        else if (strcmp(word, "zero") == 0)
            *wanted |= COLUMNS_ZERO;
        else if (strcmp(word, "log") == 0)
            c->flags |= MRT_COLUMN_LOG;
        else if (strcmp(word, "bin") == 0)
            c->flags |= MRT_COLUMN_BIN;
        else if (strcmp(word, "missing") == 0)
            c->flags |= MRT_COLUMN_INDICATOR;
        /* how large numbers are is left as it is only where nothing but `log` and the like is said:
         * a network wants them near 1 */
        if (strcmp(word, "scale") == 0)
            *wanted &= (uint8_t)~COLUMNS_NO_SCALE;
    }
}

static void take_date(const mote_field *field, mrt_column *c, uint8_t *wanted)
{
    static const char *const parts[] = {"year", "month",    "day",       "weekday",
                                        "hour", "day-wave", "week-wave", "year-wave"};
    c->kind = MRT_COLUMN_DATE;
    *wanted = field->treat.n == 0 ? COLUMNS_AUTO : 0;
    for (size_t i = 0; i < field->treat.n; i++)
        for (int k = 0; k < 8; k++)
            if (strcmp(field->treat.items[i], parts[k]) == 0)
                c->flags |= 1 << k;
}

static mote_status take_columns(mote_frontend *f, const mote_columns *columns, mote_err *err)
{
    columns_settings s;
    memset(&s, 0, sizeof s);
    if (columns->n > COLUMNS_MAX)
        return mote_fail(err, MOTE_RANGE, "front end 'columns' takes at most %d columns, not %zu",
                         COLUMNS_MAX, columns->n);
    for (size_t i = 0; i < columns->n; i++) {
        const mote_field *field = &columns->fields[i];
        mrt_column *c = &s.columns[i];
        if (field->type == MOTE_FIELD_DATE) {
            take_date(field, c, &s.wanted[i]);
        } else if (field->type == MOTE_FIELD_CATEGORY) {
            bool is_ordinal = field->treat.n > 0 && strcmp(field->treat.items[0], "ordinal") == 0;
            c->kind = is_ordinal || field->n_values > 256 ? MRT_COLUMN_ORDINAL : MRT_COLUMN_ONE_HOT;
            c->n = (int32_t)(field->n_values > 0 ? field->n_values : 1);
        } else {
            take_number(field, c, &s.wanted[i]);
        }
    }
    s.n_columns = (int32_t)columns->n;
    columns_set(f, &s);
    return MOTE_OK;
}

static bool is_number(float x)
{
    return fabsf(x) <= LARGEST;
}

static mote_status check_column(const columns_settings *s, int32_t i, mote_err *err)
{
    const mrt_column *c = &s->columns[i];
    int32_t n_pool = 0;
    for (int32_t part = 0; c->kind == MRT_COLUMN_DATE && part < MRT_DATE_PLAIN; part++)
        n_pool += (c->flags & 1 << part) != 0 ? 2 : 0; /* offset and scale */
    if (c->kind == MRT_COLUMN_NUMBER && (c->flags & MRT_COLUMN_BIN) != 0)
        n_pool = c->n;
    if (c->kind < MRT_COLUMN_NUMBER || c->kind > MRT_COLUMN_DATE || c->flags < 0 ||
        c->flags > 255 || c->n < 0 || c->n > 1000)
        return mote_fail(err, MOTE_RANGE, "column %d of front end 'columns' is none", (int)i + 1);
    if (c->first < 0 || (s->is_fitted && n_pool > s->n_pool - c->first))
        return mote_fail(err, MOTE_RANGE, "column %d lacks %d numbers of the pool", (int)i + 1,
                         (int)n_pool);
    if (!is_number(c->fill) || !is_number(c->offset) || !is_number(c->scale))
        return mote_fail(err, MOTE_RANGE, "column %d has fill %g, offset %g and scale %g",
                         (int)i + 1, (double)c->fill, (double)c->offset, (double)c->scale);
    return MOTE_OK;
}

static mote_status check(const mote_frontend *f, mote_err *err)
{
    const columns_settings s = columns_of(f);
    if (s.n_columns < 0 || s.n_columns > COLUMNS_MAX || s.n_pool < 0 || s.n_pool > COLUMNS_MAX_POOL)
        return mote_fail(err, MOTE_RANGE, "front end 'columns' takes 1 to %d columns, not %d",
                         COLUMNS_MAX, (int)s.n_columns);
    for (int32_t i = 0; i < s.n_columns; i++)
        MOTE_TRY(check_column(&s, i, err));
    for (int32_t i = 0; i < s.n_pool; i++)
        if (!is_number(s.pool[i]))
            return mote_fail(err, MOTE_RANGE, "number %d of the pool of front end 'columns' is %g",
                             (int)i, (double)s.pool[i]);
    return MOTE_OK;
}

/* JSON ------------------------------------------------------------------------------------- */

static mote_status read_column(const json_t *o, const char *what, mrt_column *c, mote_err *err)
{
    const char *kind = NULL;
    double fill = 0, offset = 0, scale = 0;
    int64_t flags = 0, n = 0, first = 0;
    MOTE_TRY(mote_json_get_str(o, what, "kind", &kind, err));
    MOTE_TRY(mote_json_get_i64(o, what, "flags", (mote_i64_range){0, 255}, &flags, err));
    MOTE_TRY(mote_json_get_i64(o, what, "n", (mote_i64_range){0, 1000}, &n, err));
    MOTE_TRY(
        mote_json_get_i64(o, what, "first", (mote_i64_range){0, COLUMNS_MAX_POOL}, &first, err));
    MOTE_TRY(mote_json_get_f64(o, what, "fill", &fill, err));
    MOTE_TRY(mote_json_get_f64(o, what, "offset", &offset, err));
    MOTE_TRY(mote_json_get_f64(o, what, "scale", &scale, err));
    c->kind = -1;
    for (int32_t k = 0; k < 4; k++)
        if (strcmp(kind, KINDS[k]) == 0)
            c->kind = k;
    if (c->kind < 0)
        return mote_fail(err, MOTE_PARSE, "%s: there is no kind of column '%.40s'", what, kind);
    c->flags = (int32_t)flags;
    c->n = (int32_t)n;
    c->first = (int32_t)first;
    c->fill = (float)fill;
    c->offset = (float)offset;
    c->scale = (float)scale;
    return MOTE_OK;
}

static mote_status parse(const json_t *o, const char *what, mote_frontend *f, mote_err *err)
{
    const json_t *columns = json_object_get(o, "columns"), *pool = json_object_get(o, "pool");
    size_t n = json_array_size(columns), n_pool = json_array_size(pool);
    columns_settings s;
    memset(&s, 0, sizeof s);
    if (!json_is_array(columns) || !json_is_array(pool) || n > COLUMNS_MAX ||
        n_pool > COLUMNS_MAX_POOL || json_object_size(o) != 3)
        return mote_fail(err, MOTE_PARSE,
                         "%s: front end 'columns' has the lists 'columns' (at most %d) and 'pool' "
                         "(at most %d), and 'fitted'",
                         what, COLUMNS_MAX, COLUMNS_MAX_POOL);
    bool is_fitted = false;
    MOTE_TRY(mote_json_get_bool(o, what, "fitted", &is_fitted, err));
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(read_column(json_array_get(columns, i), what, &s.columns[i], err));
    for (size_t i = 0; i < n_pool; i++) {
        const json_t *x = json_array_get(pool, i);
        if (!json_is_number(x))
            return mote_fail(err, MOTE_PARSE, "%s: 'pool[%zu]' must be a number", what, i);
        s.pool[i] = (float)json_number_value(x);
    }
    s.is_fitted = is_fitted;
    s.n_columns = (int32_t)n;
    s.n_pool = (int32_t)n_pool;
    columns_set(f, &s);
    return MOTE_OK;
}

static json_t *to_json(const mote_frontend *f)
{
    const columns_settings s = columns_of(f);
    json_t *columns = json_array();
    bool ok = columns != NULL;
    for (int32_t i = 0; ok && i < s.n_columns; i++) {
        const mrt_column *c = &s.columns[i];
        ok = json_array_append_new(columns, json_pack("{s:s, s:i, s:i, s:i, s:f, s:f, s:f}", "kind",
                                                      KINDS[c->kind], "flags", (int)c->flags, "n",
                                                      (int)c->n, "first", (int)c->first, "fill",
                                                      (double)c->fill, "offset", (double)c->offset,
                                                      "scale", (double)c->scale)) == 0;
    }
    if (!ok) {
        json_decref(columns);
        return NULL;
    }
    return json_pack("{s:o, s:o, s:b}", "columns", columns, "pool",
                     mote_json_floats(s.pool, (size_t)s.n_pool), "fitted", (int)s.is_fitted);
}

/* Plain integers and floats without a gap, zero where nothing is. */
static mote_sha256 hash(const mote_frontend *f)
{
    unsigned char text[sizeof(columns_settings) + 16];
    memset(text, 0, sizeof text);
    (void)mote_format((char *)text, 16, "mrt.columns %d", MRT_COLUMNS_VERSION);
    memcpy(text + 16, f->own, sizeof(columns_settings));
    return mote_sha256_of(text, sizeof text);
}

static void describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    const columns_settings s = columns_of(f);
    if (s.is_fitted)
        (void)mote_format(out, out_bytes, "%d columns as %d values", (int)s.n_columns,
                          (int)columns_values(&s));
    else
        (void)mote_format(out, out_bytes, "columns, not fitted");
}

static bool wants_fit(const mote_frontend *f)
{
    return !columns_of(f).is_fitted;
}

/* Shapes and computation -------------------------------------------------------------------- */

static mote_status shape(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                         mote_err *err)
{
    const columns_settings s = columns_of(f);
    char text[MOTE_SHAPE_TEXT_BYTES];
    mote_shape_text(in, text);
    if (in->dtype != MOTE_F32 || in->n_dims != 1 || in->dims[0] != columns_numbers(&s))
        return mote_fail(err, MOTE_SHAPE,
                         "front end 'columns' takes the %d numbers of a row, float32, not %s",
                         (int)columns_numbers(&s), text);
    *out = (mote_shape){MOTE_F32, 2, {1, s.is_fitted ? columns_values(&s) : columns_numbers(&s)}};
    return MOTE_OK;
}

static mote_status plan(mote_frontend_plan *p, mote_err *err)
{
    columns_plan *own = mote_alloc_zero(1, sizeof *own);
    if (own == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for front end 'columns'");
    own->s = columns_of(&p->frontend);
    own->tables = (mrt_columns_tables){.n_columns = own->s.n_columns,
                                       .n_numbers = columns_numbers(&own->s),
                                       .n_values = columns_values(&own->s),
                                       .columns = own->s.columns,
                                       .pool = own->s.pool};
    p->own = own;
    return MOTE_OK;
}

static void release(mote_frontend_plan *p)
{
    mote_free(p->own);
    p->own = NULL;
}

static mote_status run(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err)
{
    const columns_plan *own = p->own;
    (void)worker;
    if (n_steps != (size_t)own->tables.n_numbers)
        return mote_fail(err, MOTE_SHAPE, "a row has %d numbers, not %zu",
                         (int)own->tables.n_numbers, n_steps);
    if (own->s.is_fitted)
        mrt_columns_f32(&own->tables, x, out);
    else
        memcpy(out, x, n_steps * sizeof *out);
    return MOTE_OK;
}

const mote_frontend_class mote_frontend_row_columns = {
    .name = "columns",
    .doc = "the columns of a row, prepared",
    .input = MOTE_INPUT_TABLE,
    .is_light = true,
    .of_project = of_project,
    .check = check,
    .parse = parse,
    .to_json = to_json,
    .hash = hash,
    .describe = describe,
    .shape = shape,
    .plan = plan,
    .release = release,
    .run = run,
    .wants_fit = wants_fit,
    .fit = columns_fit,
    .take_columns = take_columns,
    .device = &columns_device,
};
