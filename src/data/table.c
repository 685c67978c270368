/* SPDX-License-Identifier: Apache-2.0 */
/* The table object: names, the pass that gathers, places of rows, reading in blocks.
 *
 * Every `step` rows (256 at first) the place of the row is kept; when 64 Ki places are full every
 * second one is dropped and the step doubles, so that any row is at most 2 * step rows of scanning
 * away in bounded memory. */
#include "data/table.h"

#include <math.h>
#include <string.h>

#include "data/table_internal.h"

#define ARENA_BYTES ((size_t)256 << 20)
#define FIRST_STEP  256u
#define MAX_PLACES  65536u

struct mote_table {
    mote_csv *csv;
    mote_arena arena;
    mote_column *columns;
    uint32_t n_columns;
    uint64_t n_rows;
    mote_csv_mark *places; /* [n_places], of rows 0, step, 2 * step, ..; owned (mote_free) */
    uint32_t n_places, places_room;
    uint64_t step;
    uint64_t next; /* the row that the reader would hand out next; UINT64_MAX: unknown */
};

mote_table_config mote_table_config_default(void)
{
    return (mote_table_config){.csv = mote_csv_config_default(), .memory_bytes = (size_t)64 << 20};
}

/* ---- names ---- */

static bool is_taken(const mote_table *t, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(t->columns[i].name, name) == 0)
            return true;
    return false;
}

/* The name of column i: of the header; where it has none "row" or "column_3"; "x_2" for a second.
 */
static mote_status name_column(mote_table *t, uint32_t i, mote_err *err)
{
    const char *const *header = mote_csv_get_header(t->csv);
    const mote_csv_dialect *d = mote_csv_get_dialect(t->csv);
    const char *name = header ? header[i] : "";
    if (!*name)
        name =
            i == 0 && d->has_row_names ? "row" : mote_arena_printf(&t->arena, "column_%u", i + 1);
    const char *first = name;
    for (uint32_t k = 2; name && is_taken(t, i, name); k++)
        name = mote_arena_printf(&t->arena, "%s_%u", first, k);
    t->columns[i].name = name;
    return name ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "the name of column %u", i + 1);
}

int32_t mote_table_find(const mote_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->columns[i].name, name) == 0)
            return (int32_t)i;
    return -1;
}

static mote_status check_stated(mote_table *t, const mote_table_config *cfg, mote_err *err)
{
    for (uint32_t i = 0; i < cfg->n_stated; i++) {
        if (mote_table_find(t, cfg->stated[i].name) >= 0)
            continue;
        const char **names;
        MOTE_TRY(mote_arena_take(&t->arena, t->n_columns, sizeof *names, &names, err));
        for (uint32_t k = 0; k < t->n_columns; k++)
            names[k] = t->columns[k].name;
        const char *near = mote_nearest(cfg->stated[i].name, names, t->n_columns);
        return mote_fail(err, MOTE_NOT_FOUND, "'%s' has no column '%s'%s%s%s",
                         mote_csv_get_name(t->csv), cfg->stated[i].name, near ? "; is it '" : "",
                         near ? near : "", near ? "'?" : "");
    }
    return MOTE_OK;
}

/* ---- the gathering pass ---- */

static mote_status keep_place(mote_table *t, mote_csv_mark place, mote_err *err)
{
    if (t->n_places == MAX_PLACES) {
        for (uint32_t i = 0; i < MAX_PLACES / 2; i++)
            t->places[i] = t->places[2 * i];
        t->n_places = MAX_PLACES / 2;
        t->step *= 2;
        if (t->n_rows % t->step != 0)
            return MOTE_OK;
    }
    if (t->n_places == t->places_room) {
        uint32_t room = t->places_room ? t->places_room * 2 : 64;
        mote_csv_mark *more = mote_realloc(t->places, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "%u places of rows", room);
        t->places = more;
        t->places_room = room;
    }
    t->places[t->n_places++] = place;
    return MOTE_OK;
}

/* The next row with the right number of cells; false at the end. */
static mote_status next_whole(mote_table *t, mote_csv_row *row, mote_err *err)
{
    do {
        MOTE_TRY(mote_csv_next(t->csv, row, err));
    } while (row->cells && row->n_cells != t->n_columns);
    return MOTE_OK;
}

static mote_status gather(mote_table *t, mote_column_state *states, mote_err *err)
{
    mote_csv_seek(t->csv, NULL);
    for (;;) {
        mote_csv_row row;
        /* a place may be that of a row that is passed over: the next whole one follows it */
        bool is_place = t->n_rows % t->step == 0;
        mote_csv_mark place = {0};
        if (is_place)
            place = mote_csv_tell(t->csv);
        MOTE_TRY(next_whole(t, &row, err));
        if (!row.cells)
            return MOTE_OK;
        if (is_place)
            MOTE_TRY(keep_place(t, place, err));
        for (uint32_t i = 0; i < t->n_columns; i++) {
            mote_status st =
                mote_column_state_add(&states[i], t->csv, &row.cells[i], row.line, &t->arena, err);
            if (st != MOTE_OK)
                return mote_wrap(err, st, "column '%s'", t->columns[i].name);
        }
        t->n_rows++;
    }
}

static mote_status decide(mote_table *t, const mote_table_config *cfg, mote_column_state *states,
                          mote_err *err)
{
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const mote_column_stated *stated = NULL;
        mote_column found;
        for (uint32_t k = 0; k < cfg->n_stated; k++)
            if (strcmp(cfg->stated[k].name, t->columns[i].name) == 0)
                stated = &cfg->stated[k];
        MOTE_TRY(
            mote_column_decide(&states[i], t->columns[i].name, stated, &t->arena, &found, err));
        found.name = t->columns[i].name;
        t->columns[i] = found;
    }
    return MOTE_OK;
}

/* ---- values ---- */

static bool find_value(const mote_column *c, const mote_csv_cell *cell, double *out)
{
    uint32_t lo = 0, hi = c->n_values;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const char *value = c->values[mid];
        size_t n = strlen(value), both = n < cell->n ? n : cell->n;
        int order = memcmp(cell->s, value, both);
        order = order ? order : (cell->n > n) - (cell->n < n);
        if (order == 0) {
            *out = mid;
            return true;
        }
        if (order < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return false;
}

/* The cell by the column's type; false: it does not fit. */
static bool value_of(const mote_table *t, const mote_column *c, const mote_csv_cell *cell,
                     double *out)
{
    mote_time_format f;
    int pair, word;
    switch (c->type) {
    case MOTE_COLUMN_CONSTANT:
        *out = 0;
        return true;
    case MOTE_COLUMN_BOOL:
        word = mote_table_bool_word(cell->s, cell->n, &pair);
        *out = word;
        return word >= 0;
    case MOTE_COLUMN_INT:
        return mote_csv_number(t->csv, cell, out) && *out == floor(*out);
    case MOTE_COLUMN_FLOAT:
        return mote_csv_number(t->csv, cell, out);
    case MOTE_COLUMN_CATEGORY:
        return find_value(c, cell, out);
    case MOTE_COLUMN_TIME:
        return mote_time_format_find(c->format, &f) && mote_time_parse(f, cell->s, cell->n, out);
    case MOTE_COLUMN_ID:
        if (!mote_csv_number(t->csv, cell, out))
            *out = NAN;
        return true;
    case MOTE_COLUMN_TEXT:
    case MOTE_N_COLUMN_TYPES:
    default:
        *out = NAN;
        return true;
    }
}

/* Cells that are there and are not of their column's type. */
static mote_status count_unfit(mote_table *t, mote_err *err)
{
    mote_csv_seek(t->csv, NULL);
    for (;;) {
        mote_csv_row row;
        MOTE_TRY(next_whole(t, &row, err));
        if (!row.cells)
            return MOTE_OK;
        for (uint32_t i = 0; i < t->n_columns; i++) {
            mote_column *c = &t->columns[i];
            const mote_csv_cell *cell = &row.cells[i];
            double ignored;
            if (mote_table_marker(cell) || value_of(t, c, cell, &ignored))
                continue;
            if (c->n_unfit == 0)
                c->unfit = mote_arena_strndup(&t->arena, cell->s, cell->n < 40 ? cell->n : 40);
            if (c->n_unfit < MOTE_TABLE_NAMED)
                c->unfit_line[c->n_unfit] = row.line;
            c->n_unfit++;
        }
    }
}

/* ---- opening ---- */

static uint32_t different_per_column(const mote_table_config *cfg, uint32_t n_columns)
{
    size_t each = cfg->memory_bytes / n_columns / (2 * sizeof(mote_seen));
    uint32_t n = 64;
    while (n < each / 2 && n < 1u << 24)
        n *= 2;
    return n;
}

static mote_status look(mote_table *t, const mote_table_config *cfg, mote_err *err)
{
    t->n_columns = mote_csv_get_dialect(t->csv)->n_columns;
    t->step = FIRST_STEP;
    MOTE_TRY(mote_arena_take(&t->arena, t->n_columns, sizeof *t->columns, &t->columns, err));
    for (uint32_t i = 0; i < t->n_columns; i++)
        MOTE_TRY(name_column(t, i, err));
    MOTE_TRY(check_stated(t, cfg, err));
    mote_column_state *states;
    MOTE_TRY(mote_arena_take(&t->arena, t->n_columns, sizeof *states, &states, err));
    for (uint32_t i = 0; i < t->n_columns; i++)
        mote_column_state_init(&states[i], different_per_column(cfg, t->n_columns));
    mote_status st = gather(t, states, err);
    if (st == MOTE_OK)
        st = decide(t, cfg, states, err);
    for (uint32_t i = 0; i < t->n_columns; i++)
        mote_column_state_release(&states[i]);
    if (st == MOTE_OK)
        st = count_unfit(t, err);
    t->next = UINT64_MAX;
    return st;
}

mote_status mote_table_open_bytes(const mote_file_bytes *file, const mote_table_config *cfg,
                                  mote_table **out, mote_err *err)
{
    mote_table_config chosen = cfg ? *cfg : mote_table_config_default();
    if (chosen.memory_bytes < (size_t)64 << 10)
        return mote_fail(err, MOTE_ARG, "memory_bytes is %zu, 65536 are the least",
                         chosen.memory_bytes);
    mote_table *t = mote_alloc_zero(1, sizeof *t);
    if (!t)
        return mote_fail(err, MOTE_NOMEM, "'%s'", file->name);
    mote_arena_init(&t->arena, ARENA_BYTES);
    mote_status st = mote_csv_open_bytes(file, &chosen.csv, &t->csv, err);
    if (st == MOTE_OK)
        st = look(t, &chosen, err);
    if (st != MOTE_OK) {
        mote_table_destroy(t);
        return st;
    }
    *out = t;
    return MOTE_OK;
}

void mote_table_destroy(mote_table *t)
{
    if (!t)
        return;
    mote_csv_destroy(t->csv);
    mote_free(t->places);
    mote_arena_release(&t->arena);
    mote_free(t);
}

/* ---- rows ---- */

const mote_column *mote_table_get_columns(const mote_table *t, uint32_t *n)
{
    *n = t->n_columns;
    return t->columns;
}

uint64_t mote_table_n_rows(const mote_table *t)
{
    return t->n_rows;
}

const mote_csv *mote_table_get_csv(const mote_table *t)
{
    return t->csv;
}

/* The reader to where row `first` is handed out next. */
static mote_status go_to(mote_table *t, uint64_t first, mote_err *err)
{
    if (t->next == first)
        return MOTE_OK;
    uint64_t place = first / t->step;
    mote_csv_row row;
    mote_csv_seek(t->csv, &t->places[place]);
    for (uint64_t i = place * t->step; i < first; i++)
        MOTE_TRY(next_whole(t, &row, err));
    t->next = first;
    return MOTE_OK;
}

/* Of the file as it was when it was opened. */
static mote_status take_whole(mote_table *t, mote_csv_row *row, mote_err *err)
{
    MOTE_TRY(next_whole(t, row, err));
    if (!row->cells)
        return mote_fail(err, MOTE_CORRUPT, "'%s' has changed since it was opened",
                         mote_csv_get_name(t->csv));
    t->next++;
    return MOTE_OK;
}

static mote_status check_rows(const mote_table *t, uint64_t first, uint64_t n, mote_err *err)
{
    if (first > t->n_rows || n > t->n_rows - first)
        return mote_fail(err, MOTE_RANGE, "'%s' has %llu rows, not %llu from %llu on",
                         mote_csv_get_name(t->csv), (unsigned long long)t->n_rows,
                         (unsigned long long)n, (unsigned long long)first);
    return MOTE_OK;
}

mote_status mote_table_read(mote_table *t, uint64_t first, uint64_t n, double *out, mote_err *err)
{
    MOTE_TRY(check_rows(t, first, n, err));
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(go_to(t, first, err));
    for (uint64_t i = 0; i < n; i++) {
        mote_csv_row row;
        MOTE_TRY(take_whole(t, &row, err));
        for (uint32_t k = 0; k < t->n_columns; k++) {
            double *x = &out[i * t->n_columns + k];
            if (mote_table_marker(&row.cells[k]) || !value_of(t, &t->columns[k], &row.cells[k], x))
                *x = NAN;
        }
    }
    return MOTE_OK;
}

mote_status mote_table_cells(mote_table *t, uint64_t row, const mote_csv_cell **out, mote_err *err)
{
    mote_csv_row got;
    MOTE_TRY(check_rows(t, row, 1, err));
    MOTE_TRY(go_to(t, row, err));
    MOTE_TRY(take_whole(t, &got, err));
    *out = got.cells;
    return MOTE_OK;
}
