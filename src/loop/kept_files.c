/* SPDX-License-Identifier: Apache-2.0 */
/* Kept inputs as a folder in which people fill in what is true, and back. See kept.h.
 *
 * labels.csv: the number of the prediction first, what is to be filled in last; between them when
 * it was, the file or the columns of the row, what was said and how sure. Only the first and the
 * last are read again, found by their names, so that lines and columns may be moved or left out. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "data/csv.h"
#include "data/csv_write.h"
#include "loop/kept_internal.h"
#include "store/rows.h"

#define LIST_MAX_BYTES ((size_t)1 << 30)
#define ISO_BYTES      32
#define FILE_NAME      "labels.csv"

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct {
    mote_store *store;
    const mote_project *project;
    const char *dir;
    mote_arena *arena;
    mote_buf list;
    const char *header; /* of the rows that stand in the list; NULL: none do */
} writer;

static const char *ending(const mote_kept *k, const char *bytes, size_t n)
{
    if (strcmp(k->form, "pnm") != 0)
        return k->form;
    return n > 1 && bytes[1] == '6' ? "ppm" : "pgm";
}

static void put_text(mote_buf *b, const char *text)
{
    mote_csv_put_text(b, text, strlen(text));
}

/* The header of the list, which its first row decides. */
static mote_status begin_list(writer *w, const char *bytes, size_t n, mote_err *err)
{
    mote_buf_str(&w->list, "id,time,");
    if (kept_is_rows(w->project)) {
        w->header = mote_arena_strndup(w->arena, bytes, kept_chomp(bytes, kept_row_at(bytes, n)));
        if (!w->header)
            return mote_fail(err, MOTE_NOMEM, "no memory for the header of kept rows");
        mote_buf_str(&w->list, w->header);
    } else {
        mote_buf_str(&w->list, "file");
    }
    const mote_names labels = mote_kept_label_columns(w->project);
    mote_buf_str(&w->list, ",said,sure");
    for (size_t i = 0; i < labels.n; i++) {
        mote_buf_str(&w->list, ",");
        put_text(&w->list, labels.items[i]);
    }
    mote_buf_str(&w->list, "\n");
    return MOTE_OK;
}

static mote_status put_file(writer *w, const mote_kept *k, const char *bytes, size_t n,
                            mote_err *err)
{
    char name[64];
    char *path = NULL;
    (void)mote_format(name, sizeof name, "%lld.%s", (long long)k->id, ending(k, bytes, n));
    MOTE_TRY(mote_path_join(w->arena, w->dir, name, &path, err));
    put_text(&w->list, name);
    return mote_file_write(path, bytes, n, err);
}

/* The columns that are filled in: with the truth, where it came. */
static void put_truth(writer *w, const char *truth)
{
    const size_t n = mote_kept_label_columns(w->project).n;
    size_t at = 0, from = 0, length = 0;
    for (size_t i = 0; i < n; i++) {
        mote_buf_str(&w->list, ",");
        if (truth && n == 1)
            put_text(&w->list, truth);
        else if (truth && kept_next_value(truth, &at, &from, &length))
            mote_buf_add(&w->list, truth + from, length);
    }
}

static mote_status put_one(writer *w, const mote_kept *k, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    char when[ISO_BYTES];
    size_t n = 0;
    MOTE_TRY(mote_predlog_input(w->store, k->id, KEPT_MAX_BYTES, &bytes, &n, err));
    const size_t at = kept_row_at(bytes, n);
    if (w->list.len == 0)
        MOTE_TRY(begin_list(w, bytes, n, err));
    if (w->header && (strlen(w->header) != kept_chomp(bytes, at) ||
                      memcmp(w->header, bytes, strlen(w->header)) != 0))
        return mote_fail(err, MOTE_CONFLICT,
                         "prediction %lld has other columns than the ones before it: write those "
                         "of one model at a time (--model)",
                         (long long)k->id);
    mote_time_iso(k->time_ms, when, sizeof when);
    mote_buf_printf(&w->list, "%lld,%s,", (long long)k->id, when);
    if (w->header)
        mote_buf_add(&w->list, bytes + at, kept_chomp(bytes + at, n - at));
    else
        MOTE_TRY(put_file(w, k, bytes, n, err));
    mote_buf_str(&w->list, ",");
    if (k->said)
        put_text(&w->list, k->said);
    mote_buf_str(&w->list, ",");
    if (isfinite(k->sure))
        mote_buf_printf(&w->list, "%.4f", k->sure);
    put_truth(w, k->truth);
    mote_buf_str(&w->list, "\n");
    return mote_buf_status(&w->list, err);
}

static mote_status write_all(writer *w, const char *path, const mote_kept_list *list, mote_err *err)
{
    for (size_t i = 0; i < list->n; i++)
        MOTE_TRY(put_one(w, &list->items[i], err));
    return mote_file_write(path, w->list.data ? w->list.data : "", w->list.len, err);
}

mote_status mote_kept_write(mote_store *s, const mote_project *project, const mote_kept_list *list,
                            const char *dir, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 26);
    writer w = {.store = s, .project = project, .dir = dir, .arena = &a};
    char *path = NULL;
    MOTE_TRY(mote_path_join(&a, dir, FILE_NAME, &path, err));
    if (mote_path_exists(path))
        return mote_fail(err, MOTE_CONFLICT,
                         "'%s' is there, and may hold labels that somebody filled in: name another "
                         "folder",
                         path);
    MOTE_TRY(mote_dir_make(dir, err));
    mote_buf_init(&w.list, LIST_MAX_BYTES);
    mote_status st = write_all(&w, path, list, err);
    mote_buf_release(&w.list);
    return st;
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
    mote_csv *csv;
    uint32_t n_columns;
    uint32_t id, request; /* columns; n_columns: there is none */
    uint32_t labels[MOTE_TABLE_MAX_TARGETS], n_labels;
} reader;

static mote_status find_columns(reader *r, mote_names wanted, mote_err *err)
{
    const char *const *header = mote_csv_get_header(r->csv);
    const char *name = mote_csv_get_name(r->csv);
    r->n_columns = mote_csv_get_dialect(r->csv)->n_columns;
    r->id = r->request = r->n_columns;
    r->n_labels = (uint32_t)wanted.n;
    for (size_t k = 0; k < wanted.n; k++)
        r->labels[k] = r->n_columns;
    for (uint32_t i = r->n_columns; i-- > 0;) { /* the first of that name, but the last label */
        r->id = strcmp(header[i], "id") == 0 ? i : r->id;
        r->request = strcmp(header[i], "request") == 0 ? i : r->request;
        for (size_t k = 0; k < wanted.n; k++)
            if (r->labels[k] == r->n_columns && strcmp(header[i], wanted.items[k]) == 0)
                r->labels[k] = i;
    }
    for (size_t k = 0; k < wanted.n; k++)
        if (r->labels[k] == r->n_columns)
            return mote_fail(err, MOTE_ARG, "'%s' has no column '%s', which says what is true",
                             name, wanted.items[k]);
    if (r->id == r->n_columns && r->request == r->n_columns)
        return mote_fail(err, MOTE_ARG,
                         "'%s' has no column 'id' or 'request', which says of which prediction",
                         name);
    return MOTE_OK;
}

static mote_csv_cell cell(const mote_csv_row *row, uint32_t i)
{
    return i < row->n_cells ? row->cells[i] : (mote_csv_cell){.s = ""};
}

/* What is said, several values with commas between; "": nothing. */
static mote_status read_label(const reader *r, const mote_csv_row *row, mote_arena *a,
                              const char **out, mote_err *err)
{
    bool is_blank = true;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    for (uint32_t k = 0; k < r->n_labels; k++) {
        const mote_csv_cell c = cell(row, r->labels[k]);
        is_blank &= c.n == 0;
        mote_buf_str(&b, k ? ", " : "");
        mote_buf_add(&b, c.s, c.n);
    }
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_rows_copy(a, is_blank || !b.data ? "" : b.data, out, err);
}

static mote_status read_row(const reader *r, const mote_csv_row *row, mote_arena *a,
                            mote_kept_label *out, mote_err *err)
{
    const mote_csv_cell id = cell(row, r->id), request = cell(row, r->request);
    if (id.n > 0 && (!mote_parse_i64(id.s, id.n, &out->id) || out->id < 1))
        return mote_fail(err, MOTE_PARSE, "'%s': line %llu: '%.*s' is no number of a prediction",
                         mote_csv_get_name(r->csv), (unsigned long long)row->line,
                         (int)(id.n < 40 ? id.n : 40), id.s);
    if (id.n == 0 && request.n == 0)
        return mote_fail(err, MOTE_PARSE, "'%s': line %llu: says not of which prediction",
                         mote_csv_get_name(r->csv), (unsigned long long)row->line);
    if (id.n == 0)
        out->request = mote_arena_strndup(a, request.s, request.n);
    if (id.n == 0 && !out->request)
        return mote_fail(err, MOTE_NOMEM, "no memory for labels");
    return MOTE_OK;
}

static mote_status read_rows(reader *r, mote_names wanted, mote_arena *a, mote_kept_labels *out,
                             mote_err *err)
{
    mote_kept_labels l = {.n = 0};
    size_t room = 0;
    MOTE_TRY(find_columns(r, wanted, err));
    for (mote_csv_row row;;) {
        MOTE_TRY(mote_csv_next(r->csv, &row, err));
        if (!row.cells)
            break;
        mote_kept_label one = {.id = 0};
        MOTE_TRY(read_label(r, &row, a, &one.label, err));
        if (!*one.label) {
            l.n_blank++;
            continue;
        }
        MOTE_TRY(read_row(r, &row, a, &one, err));
        MOTE_TRY(mote_rows_room(a, &l.items, l.n, &room, sizeof *l.items, err));
        l.items[l.n++] = one;
    }
    *out = l;
    return MOTE_OK;
}

mote_status mote_kept_read(const char *path, const mote_project *project, mote_arena *a,
                           mote_kept_labels *out, mote_err *err)
{
    mote_csv_config cfg = mote_csv_config_default();
    reader r = {.n_columns = 0};
    cfg.header = MOTE_CSV_HEADER_YES;
    MOTE_TRY(mote_csv_open(path, &cfg, &r.csv, err));
    mote_status st = read_rows(&r, mote_kept_label_columns(project), a, out, err);
    mote_csv_destroy(r.csv);
    return st;
}
