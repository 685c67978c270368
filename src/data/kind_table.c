/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as a kind of input: see kind.h and kind_table.h. Files are read by csv.c, types are found
 * by table_types.c; here cells become indices of different texts, and rows say what is asked for.
 */
#include "data/kind_table.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/columns.h"
#include "data/kind_table_check.h"
#include "data/table_internal.h"

#define MAX_TABLE_BYTES ((size_t)4 << 30) /* decoded */
#define MAX_FILE_BYTES  ((size_t)1 << 30)
#define MAX_TABLE_ROWS  100000000u
#define FIRST_SLOTS     1024u

static const char *const endings[] = {"csv", "tsv", "txt", "data", NULL};
static const mote_filetype reads[] = {MOTE_N_FILETYPES};
static const mote_filetype locked[] = {MOTE_FILETYPE_hdf5, MOTE_FILETYPE_numpy,
                                       MOTE_FILETYPE_parquet, MOTE_N_FILETYPES};

static mote_decoding decoding(void)
{
    return (mote_decoding){.max_bytes = MAX_FILE_BYTES};
}

#define WIDE_COLUMNS 8 /* a row of so many that is longer than the head is no prose */

/* A text of which most rows have the same number of cells; of one column, numbers. */
static bool recognise(mote_filetype type, const uint8_t *head, size_t n)
{
    mote_csv_glance g;
    if (type != MOTE_FILETYPE_text || !mote_csv_look(head, n, &g))
        return false;
    if (g.n_columns > 1 && g.n_rows > 1)
        return 2 * g.n_alike > g.n_rows;
    return g.n_columns > 1 ? g.n_rows == 0 && g.n_columns >= WIDE_COLUMNS : g.n_number_rows > 1;
}

/* ---- different cells ------------------------------------------------------------------------ */

/* The texts of a column by what they are: open addressing, at most half full. */
typedef struct {
    uint32_t *slots; /* [n_slots] index + 1; 0: free; owned */
    uint32_t n_slots;
    uint64_t *hashes; /* [room] of the texts; owned */
    const char **texts;
    double *numbers; /* both owned until they are copied */
    uint32_t n, room;
} dictionary;

static void release_dictionary(dictionary *d)
{
    mote_free(d->slots);
    mote_free(d->hashes);
    mote_free(d->texts);
    mote_free(d->numbers);
}

/* FNV-1a, 64 bits: www.isthe.com/chongo/tech/comp/fnv */
static uint64_t hash_text(const char *s, size_t n)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)s[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static uint32_t *find_slot(const dictionary *d, uint64_t hash, const char *s, size_t n)
{
    uint32_t at = (uint32_t)hash & (d->n_slots - 1);
    for (; d->slots[at]; at = (at + 1) & (d->n_slots - 1)) {
        uint32_t i = d->slots[at] - 1;
        if (d->hashes[i] == hash && strlen(d->texts[i]) == n && memcmp(d->texts[i], s, n) == 0)
            break;
    }
    return &d->slots[at];
}

static bool grow_lists(dictionary *d)
{
    uint32_t room = d->room ? 2 * d->room : FIRST_SLOTS / 2;
    uint64_t *hashes = mote_realloc(d->hashes, room, sizeof *hashes);
    d->hashes = hashes ? hashes : d->hashes;
    const char **texts = mote_realloc(d->texts, room, sizeof *texts);
    d->texts = texts ? texts : d->texts;
    double *numbers = mote_realloc(d->numbers, room, sizeof *numbers);
    d->numbers = numbers ? numbers : d->numbers;
    if (!hashes || !texts || !numbers)
        return false;
    d->room = room;
    return true;
}

static bool grow_slots(dictionary *d)
{
    uint32_t n_slots = d->n_slots ? 2 * d->n_slots : FIRST_SLOTS;
    uint32_t *slots = mote_alloc_zero(n_slots, sizeof *slots);
    if (!slots)
        return false;
    mote_free(d->slots);
    d->slots = slots;
    d->n_slots = n_slots;
    for (uint32_t i = 0; i < d->n; i++) {
        uint32_t at = (uint32_t)d->hashes[i] & (n_slots - 1);
        while (slots[at])
            at = (at + 1) & (n_slots - 1);
        slots[at] = i + 1;
    }
    return true;
}

static mote_status number_cell(dictionary *d, const mote_csv *csv, const mote_csv_cell *cell,
                               mote_arena *a, uint32_t *out, mote_err *err)
{
    if ((d->n == d->room && !grow_lists(d)) || (2 * d->n >= d->n_slots && !grow_slots(d)))
        return mote_fail(err, MOTE_NOMEM, "the different cells of a column");
    uint64_t hash = hash_text(cell->s, cell->n);
    uint32_t *slot = find_slot(d, hash, cell->s, cell->n);
    if (!*slot) {
        char *text = mote_arena_strndup(a, cell->s, cell->n);
        double number = 0;
        if (!text)
            return mote_fail(err, MOTE_NOMEM, "the different cells of a column");
        d->hashes[d->n] = hash;
        d->texts[d->n] = text;
        d->numbers[d->n] = mote_csv_number(csv, cell, &number) ? number : (double)NAN;
        *slot = ++d->n;
    }
    *out = *slot - 1;
    return MOTE_OK;
}

/* ---- decoding ------------------------------------------------------------------------------- */

typedef struct {
    mote_table *from;
    const mote_csv *csv;
    mote_table_rows *to;
    dictionary *words; /* [n_columns] */
    void **cells;      /* [n_columns][n_rows] of cell_bytes */
    uint64_t *row_hash;
    mote_sha256 content;
} reading;

/* How many bytes hold the places of so many texts, and 0 beside. */
static uint8_t bytes_for(uint64_t n_texts)
{
    return n_texts < UINT8_MAX ? 1 : n_texts < UINT16_MAX ? 2 : 4;
}

/* The place of a cell, in the room that opening the table foretold. */
static mote_status put_cell(reading *r, uint32_t c, size_t row, uint32_t at, mote_err *err)
{
    const uint8_t bytes = r->to->columns[c].cell_bytes;
    if (bytes_for(at) > bytes) /* two texts of one hash, which nobody writes by accident */
        return mote_fail(err, MOTE_CORRUPT, "column '%s' cannot be told apart by its hashes",
                         r->to->columns[c].name);
    if (bytes == 1)
        ((uint8_t *)r->cells[c])[row] = (uint8_t)(at + 1);
    else if (bytes == 2)
        ((uint16_t *)r->cells[c])[row] = (uint16_t)(at + 1);
    else
        ((uint32_t *)r->cells[c])[row] = at + 1;
    return MOTE_OK;
}

static mote_status read_row(reading *r, size_t row, mote_hasher *all, mote_err *err)
{
    const mote_csv_cell *cells = NULL;
    mote_hasher *one = NULL;
    MOTE_TRY(mote_table_cells(r->from, row, &cells, err));
    MOTE_TRY(mote_hasher_create(&one, err));
    mote_status st = MOTE_OK;
    for (uint32_t c = 0; c < r->to->n_columns && st == MOTE_OK; c++) {
        uint32_t at = 0;
        if (mote_table_marker(&cells[c])) {
            r->to->columns[c].n_missing++;
            mote_hasher_add_u64(one, UINT64_MAX);
            continue;
        }
        mote_hasher_add_u64(one, cells[c].n);
        mote_hasher_add(one, cells[c].s, cells[c].n);
        st = number_cell(&r->words[c], r->csv, &cells[c], &r->to->arena, &at, err);
        if (st == MOTE_OK)
            st = put_cell(r, c, row, at, err);
    }
    mote_sha256 h = mote_hasher_finish(one);
    mote_hasher_destroy(one);
    memcpy(&r->row_hash[row], h.bytes, sizeof *r->row_hash);
    mote_hasher_add(all, h.bytes, sizeof h.bytes);
    return st;
}

static mote_status read_rows(reading *r, mote_err *err)
{
    mote_hasher *all = NULL;
    MOTE_TRY(mote_hasher_create(&all, err));
    mote_status st = MOTE_OK;
    for (uint32_t c = 0; c < r->to->n_columns; c++)
        mote_hasher_add(all, r->to->columns[c].name, strlen(r->to->columns[c].name) + 1);
    for (size_t row = 0; row < r->to->n_rows && st == MOTE_OK; row++)
        st = read_row(r, row, all, err);
    r->content = mote_hasher_finish(all);
    mote_hasher_destroy(all);
    return st;
}

/* The lists of the dictionaries, into the arena. */
static mote_status keep_words(reading *r, mote_err *err)
{
    for (uint32_t c = 0; c < r->to->n_columns; c++) {
        const dictionary *d = &r->words[c];
        mote_table_column *to = &r->to->columns[c];
        const char **texts = NULL;
        double *numbers = NULL;
        MOTE_TRY(mote_arena_take(&r->to->arena, (size_t)d->n + 1, sizeof *texts, &texts, err));
        MOTE_TRY(mote_arena_take(&r->to->arena, (size_t)d->n + 1, sizeof *numbers, &numbers, err));
        if (d->n > 0) {
            memcpy(texts, d->texts, d->n * sizeof *texts);
            memcpy(numbers, d->numbers, d->n * sizeof *numbers);
        }
        to->texts = texts;
        to->numbers = numbers;
        to->n_texts = d->n;
        to->cells = r->cells[c];
    }
    r->to->row_hash = r->row_hash;
    return MOTE_OK;
}

static mote_status copy_text(mote_arena *a, const char *s, const char **out, mote_err *err)
{
    *out = s ? mote_arena_strdup(a, s) : NULL;
    return !s || *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "a table");
}

static mote_status take_columns(reading *r, mote_err *err)
{
    mote_table_rows *to = r->to;
    const mote_column *found = mote_table_get_columns(r->from, &to->n_columns);
    size_t n = to->n_columns;
    MOTE_TRY(mote_arena_take(&to->arena, n, sizeof *to->columns, &to->columns, err));
    MOTE_TRY(mote_arena_take(&to->arena, n, sizeof *r->words, &r->words, err));
    MOTE_TRY(mote_arena_take(&to->arena, n, sizeof *r->cells, &r->cells, err));
    MOTE_TRY(mote_arena_take(&to->arena, to->n_rows, sizeof *r->row_hash, &r->row_hash, err));
    for (size_t c = 0; c < n; c++) {
        mote_table_column *k = &to->columns[c];
        *k = (mote_table_column){
            .found = found[c].type,
            .cell_bytes = bytes_for(found[c].is_at_least ? UINT32_MAX : found[c].n_different)};
        MOTE_TRY(copy_text(&to->arena, found[c].name, &k->name, err));
        MOTE_TRY(copy_text(&to->arena, found[c].format, &k->format, err));
        MOTE_TRY(copy_text(&to->arena, found[c].why, &k->why, err));
        MOTE_TRY(copy_text(&to->arena, found[c].hint, &k->hint, err));
        MOTE_TRY(copy_text(&to->arena, found[c].missing, &k->marker, err));
        MOTE_TRY(mote_arena_take(&to->arena, to->n_rows, k->cell_bytes, &r->cells[c], err));
    }
    return MOTE_OK;
}

static mote_status read_table(reading *r, const char *what, mote_err *err)
{
    uint64_t n_rows = mote_table_n_rows(r->from);
    r->csv = mote_table_get_csv(r->from);
    r->to->n_rows = (size_t)n_rows;
    r->to->has_header = mote_csv_get_dialect(r->csv)->has_header;
    r->to->n_ragged = (size_t)mote_csv_get_findings(r->csv)->n_ragged;
    if (n_rows == 0)
        return mote_fail(err, MOTE_CORRUPT, "'%s': it has no row", what);
    if (n_rows > MAX_TABLE_ROWS)
        return mote_fail(err, MOTE_LIMIT, "'%s': it has more than %u rows", what, MAX_TABLE_ROWS);
    MOTE_TRY(take_columns(r, err));
    mote_status st = read_rows(r, err);
    if (st == MOTE_OK)
        st = keep_words(r, err);
    for (uint32_t c = 0; c < r->to->n_columns; c++)
        release_dictionary(&r->words[c]);
    return st;
}

static void release(void *own)
{
    mote_table_rows *t = own;
    mote_arena_release(&t->arena);
    mote_free(t);
}

static const mote_said all_rows = {.label = MOTE_LABEL_ROWS};

static mote_status decode(const mote_file_bytes *file, const mote_decoding *cfg, mote_decoded *out,
                          mote_err *err)
{
    mote_table_config c = mote_table_config_default();
    reading r = {0};
    if (file->n > cfg->max_bytes)
        return mote_fail(err, MOTE_LIMIT, "'%s': it has more than %zu bytes", file->name,
                         cfg->max_bytes);
    /* a project that lists the columns says by that whether there is a header */
    MOTE_TRY(mote_table_open_bytes(file, &c, &r.from, err));
    r.to = mote_alloc_zero(1, sizeof *r.to);
    mote_status st = r.to ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "'%s': a table", file->name);
    if (st == MOTE_OK) {
        mote_arena_init(&r.to->arena, MAX_TABLE_BYTES);
        st = read_table(&r, file->name, err);
    }
    mote_table_destroy(r.from);
    if (st == MOTE_OK && cfg->table)
        st = mote_columns_fit(cfg->table, r.to, file->name, err);
    if (st != MOTE_OK) {
        if (r.to)
            release(r.to);
        return st;
    }
    out->own = r.to;
    out->content = r.content;
    out->said = &all_rows;
    out->n_said = 1;
    out->bytes = r.to->arena.used_bytes;
    (void)mote_format(out->facts, sizeof out->facts,
                      "{\"format\":\"CSV\",\"n_rows\":%zu,\"n_columns\":%u,\"n_ragged\":%zu}",
                      r.to->n_rows, r.to->n_columns, r.to->n_ragged);
    return MOTE_OK;
}

/* ---- what is said of it ----------------------------------------------------------------------
 */

static void tell(const mote_decoded *d, mote_buf *out)
{
    const mote_table_rows *t = mote_decoded_table(d);
    mote_buf_printf(out, "CSV %s header, %zu rows, %u columns", t->has_header ? "with" : "without",
                    t->n_rows, t->n_columns);
    if (!t->has_header)
        mote_buf_printf(out, " (column_1 to column_%u, unless table.columns says otherwise)",
                        t->n_columns);
    if (t->n_ragged > 0)
        mote_buf_printf(out, "; passed over, with more or fewer cells: %zu", t->n_ragged);
}

static json_t *found(const mote_decoded *d)
{
    return mote_columns_found(mote_decoded_table(d));
}

/* ---- rows ----------------------------------------------------------------------------------- */

const mote_table_column *mote_table_rows_find(const mote_table_rows *t,
                                              const mote_project_columns *columns, const char *name,
                                              size_t hint)
{
    if (!t->has_header && columns->n > 0) {
        for (size_t i = 0; i < columns->n && i < t->n_columns; i++)
            if (strcmp(columns->items[i].name, name) == 0)
                return &t->columns[i];
        return NULL;
    }
    if (hint < t->n_columns && strcmp(t->columns[hint].name, name) == 0)
        return &t->columns[hint];
    for (uint32_t c = 0; c < t->n_columns; c++)
        if (strcmp(t->columns[c].name, name) == 0)
            return &t->columns[c];
    return NULL;
}

static size_t n_rows(const mote_decoded *d)
{
    return mote_decoded_table(d)->n_rows;
}

static mote_status find_column(const mote_table_rows *t, const mote_project_table *p,
                               const char *name, const char *what, const mote_table_column **out,
                               mote_err *err)
{
    *out = *name ? mote_table_rows_find(t, &p->columns, name, 0) : NULL;
    if (*name && !*out)
        return mote_fail(err, MOTE_NOT_FOUND, "%s: a table has no column '%s'", what, name);
    return MOTE_OK;
}

static double time_of(const mote_table_column *c, uint32_t cell)
{
    mote_time_format f;
    double seconds;
    const char *s = c->texts[cell];
    if (c->found == MOTE_COLUMN_TIME && c->format && mote_time_format_find(c->format, &f) &&
        mote_time_parse(f, s, strlen(s), &seconds))
        return seconds;
    return c->numbers[cell];
}

/* The label is the text of the first; a row that lacks one of several says nothing. */
static mote_status say_targets(const mote_table_rows *t, const mote_project_table *p, size_t row,
                               mote_row_said *said, mote_err *err)
{
    MOTE_BUG_IF(p->target.n > MOTE_TABLE_MAX_TARGETS);
    for (size_t i = 0; i < p->target.n; i++) {
        const mote_table_column *c;
        MOTE_TRY(find_column(t, p, p->target.items[i], "table.target", &c, err));
        const uint32_t cell = c ? mote_table_cell(c, row) : MOTE_CELL_MISSING;
        const bool is_there = cell != MOTE_CELL_MISSING && (i == 0 || said->label);
        said->value[i] = cell != MOTE_CELL_MISSING ? c->numbers[cell] : (double)NAN;
        said->label = !is_there ? NULL : i == 0 ? c->texts[cell] : said->label;
    }
    return MOTE_OK;
}

static mote_status say(const mote_decoded *d, const mote_project_table *p, size_t row,
                       mote_row_said *out, mote_err *err)
{
    const mote_table_rows *t = mote_decoded_table(d);
    const mote_table_column *group, *time;
    mote_row_said said = {.time_s = NAN, .hash = t->row_hash[row]};
    MOTE_TRY(say_targets(t, p, row, &said, err));
    MOTE_TRY(find_column(t, p, p->group, "table.group", &group, err));
    MOTE_TRY(find_column(t, p, p->time, "table.time", &time, err));
    const uint32_t whose = group ? mote_table_cell(group, row) : MOTE_CELL_MISSING;
    const uint32_t when = time ? mote_table_cell(time, row) : MOTE_CELL_MISSING;
    if (whose != MOTE_CELL_MISSING)
        said.group = group->texts[whose];
    if (when != MOTE_CELL_MISSING)
        said.time_s = time_of(time, when);
    *out = said;
    return MOTE_OK;
}

static mote_cut_config cut_of(const mote_project *p)
{
    return (mote_cut_config){.table = p->table};
}

static mote_status check_cut(const mote_cut_config *cfg, mote_err *err)
{
    if (!cfg->columns)
        return mote_fail(err, MOTE_ARG, "data set: the columns of the table are not known");
    return MOTE_OK;
}

static mote_status shape(const mote_decoded *d, const mote_cut_config *cfg, mote_shape *out,
                         mote_err *err)
{
    const mote_columns *c = cfg->columns;
    mote_shape made = {.dtype = MOTE_F32, .n_dims = 1, .dims = {(int32_t)mote_columns_width(c)}};
    for (size_t i = 0; d && i < c->n; i++)
        if (!mote_table_rows_find(mote_decoded_table(d), &c->table.columns, c->fields[i].name, i))
            return mote_fail(err, MOTE_SHAPE, "a table has no column '%s'", c->fields[i].name);
    MOTE_TRY(mote_shape_check("a row", &made, err));
    *out = made;
    return MOTE_OK;
}

static void cut(const mote_piece *p, const mote_cut_config *cfg, size_t k, void *out)
{
    mote_columns_row(cfg->columns, mote_decoded_table(p->decoded), k, out);
}

extern const mote_kind mote_kind_table;
const mote_kind mote_kind_table = {
    .input = MOTE_INPUT_TABLE,
    .one = "table",
    .many = "tables",
    .formats = "CSV, TSV",
    .endings = endings,
    .reads = reads,
    .locked = locked,
    .decoding = decoding,
    .recognise = recognise,
    .unlike = "a text, and not rows of cells parted by comma, semicolon, tab, '|' or blanks",
    .decode = decode,
    .release = release,
    .tell = tell,
    .found = found,
    .write_found = mote_columns_write,
    .found_key = "table.columns",
    .cut_of = cut_of,
    .check_cut = check_cut,
    .shape = shape,
    .cut = cut,
    .n_rows = n_rows,
    .say = say,
    .survey = mote_columns_survey,
    .look = mote_table_look,
    .judge = mote_table_judge,
    .watch = &mote_table_watch,
};
