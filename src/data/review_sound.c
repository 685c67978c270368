/* SPDX-License-Identifier: Apache-2.0 */
/* See review.h. A stretch of a recording is kept as a file of its own at the project's rate. */
#include "data/review.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "data/audio.h"
#include "data/csv.h"
#include "data/history.h"
#include "data/provided.h"
#include "data/sample.h"
#include "project/schema.h"
#include "store/rows.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)

static const char *const names[MOTE_N_REVIEW] = {"miss", "false"};

const char *mote_review_what_name(mote_review_what what)
{
    return names[what];
}

/* ---- adding -------------------------------------------------------------------------------- */

enum { FILE_NAME, START, END, WHAT, LABEL, N_COLUMNS };
static const char *const column_names[N_COLUMNS] = {"file", "start", "end", "what", "label"};

typedef struct {
    mote_store *store;
    const mote_review_by *by;
    mote_csv *csv;
    const char *folder; /* that files are in */
    mote_arena arena;
    uint32_t columns[N_COLUMNS], n_columns; /* n_columns: there is none */
    mote_review_added report;
} adder;

/* A line of the file. */
typedef struct {
    uint64_t line;
    char *file, *label;
    double start, end; /* end 0: to the end */
    mote_review_what what;
} mark;

static mote_status find_columns(adder *x, mote_err *err)
{
    const char *const *header = mote_csv_get_header(x->csv);
    x->n_columns = mote_csv_get_dialect(x->csv)->n_columns;
    for (int c = 0; c < N_COLUMNS; c++) {
        x->columns[c] = x->n_columns;
        for (uint32_t i = 0; i < x->n_columns; i++)
            if (strcmp(header[i], column_names[c]) == 0)
                x->columns[c] = i;
        if (x->columns[c] == x->n_columns && (c == FILE_NAME || c == WHAT))
            return mote_fail(err, MOTE_ARG,
                             "'%s' has no column '%s'; it needs file,start,end,what,label",
                             mote_csv_get_name(x->csv), column_names[c]);
    }
    return MOTE_OK;
}

static mote_csv_cell cell(const adder *x, const mote_csv_row *row, int column)
{
    const uint32_t i = x->columns[column];
    return i < row->n_cells ? row->cells[i] : (mote_csv_cell){.s = ""};
}

static mote_status bad_cell(const adder *x, const mote_csv_row *row, int column, const char *wants,
                            mote_err *err)
{
    const mote_csv_cell c = cell(x, row, column);
    return mote_fail(err, MOTE_PARSE, "'%s': line %llu, column '%s': '%.*s' is not %s",
                     mote_csv_get_name(x->csv), (unsigned long long)row->line, column_names[column],
                     (int)(c.n < 60 ? c.n : 60), c.s, wants);
}

static mote_status read_mark(adder *x, const mote_csv_row *row, mark *m, mote_err *err)
{
    const mote_csv_cell file = cell(x, row, FILE_NAME), what = cell(x, row, WHAT);
    const mote_csv_cell label = cell(x, row, LABEL);
    *m = (mark){.line = row->line, .what = MOTE_N_REVIEW};
    for (int i = 0; i < MOTE_N_REVIEW; i++)
        if (strlen(names[i]) == what.n && memcmp(names[i], what.s, what.n) == 0)
            m->what = (mote_review_what)i;
    if (m->what == MOTE_N_REVIEW)
        return bad_cell(x, row, WHAT, "'miss' or 'false'", err);
    if (file.n == 0)
        return bad_cell(x, row, FILE_NAME, "a file", err);
    const int times[2] = {START, END};
    double *const to[2] = {&m->start, &m->end};
    for (int i = 0; i < 2; i++) {
        const mote_csv_cell c = cell(x, row, times[i]);
        if (c.n > 0 && (!mote_csv_number(x->csv, &c, to[i]) || !(*to[i] >= 0)))
            return bad_cell(x, row, times[i], "a time in seconds", err);
    }
    if (m->end > 0 && !(m->end > m->start))
        return bad_cell(x, row, END, "behind its start", err);
    m->file = mote_arena_strndup(&x->arena, file.s, file.n);
    m->label = mote_arena_strndup(&x->arena, label.s, label.n);
    return m->file && m->label ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for marks");
}

/* The stretch that is meant, as a file. */
static mote_status cut(adder *x, const mark *m, mote_buf *wav, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    char *path = m->file;
    mote_audio whole;
    mote_audio_config cfg = mote_audio_config_default();
    cfg.rate_hz = x->by->project->rate_hz;
    if (m->file[0] != '/')
        MOTE_TRY(mote_path_join(&x->arena, x->folder, m->file, &path, err));
    MOTE_TRY(mote_file_read(path, MAX_FILE_BYTES, &bytes, &n, err));
    MOTE_TRY(mote_audio_decode(&(mote_file_bytes){path, bytes, n}, &cfg, &whole, err));
    const size_t from = (size_t)llround(m->start * cfg.rate_hz);
    size_t to = m->end > 0 ? (size_t)llround(m->end * cfg.rate_hz) : whole.n;
    to = to < whole.n ? to : whole.n;
    mote_status st =
        from < to
            ? mote_audio_encode_wav(whole.samples + from, to - from, cfg.rate_hz, wav, err)
            : mote_fail(err, MOTE_ARG, "'%s': line %llu: '%s' ends before %.3f s",
                        mote_csv_get_name(x->csv), (unsigned long long)m->line, m->file, m->start);
    mote_audio_release(&whole);
    return st;
}

static mote_status is_known(mote_store *s, const mote_sha256 *content, mote_review_what what,
                            bool *known, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT 1 FROM data_review WHERE content = ?1 AND what = ?2", &q,
                               err));
    mote_stmt_bind_hash(q, 1, content);
    mote_stmt_bind_text(q, 2, names[what]);
    return mote_stmt_step(q, known, err);
}

static mote_status put_mark(adder *x, const mark *m, mote_err *err)
{
    bool known = false;
    char source[300];
    mote_sha256 object;
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, MOTE_OBJECT_MAX_BYTES);
    MOTE_TRY(cut(x, m, &wav, err));
    object = mote_sha256_of(wav.data, wav.len);
    MOTE_TRY(is_known(x->store, &object, m->what, &known, err));
    if (known) {
        x->report.n_known++;
        return MOTE_OK;
    }
    MOTE_TRY(mote_object_put(x->store, wav.data, wav.len, x->by->now_ms, &object, err));
    (void)mote_format(source, sizeof source, "%.200s at %.2f s", m->file, m->start);
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(x->store,
                          "INSERT INTO data_review (object, content, what, label, source, who, "
                          "added_ms) VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6)",
                          &q, err));
    mote_stmt_bind_hash(q, 1, &object);
    mote_stmt_bind_text(q, 2, names[m->what]);
    mote_stmt_bind_text(q, 3, m->label);
    mote_stmt_bind_text(q, 4, source);
    mote_stmt_bind_text(q, 5, x->by->who);
    mote_stmt_bind_i64(q, 6, x->by->now_ms);
    x->report.n_added++;
    return mote_stmt_run(q, err);
}

static mote_status add_all(adder *x, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(find_columns(x, err));
    MOTE_TRY(mote_store_begin(x->store, &txn, err));
    for (mote_csv_row row;;) {
        mark m;
        MOTE_TRY(mote_csv_next(x->csv, &row, err));
        if (!row.cells)
            break;
        MOTE_TRY(read_mark(x, &row, &m, err));
        MOTE_TRY(put_mark(x, &m, err));
    }
    return mote_store_commit(&txn, err);
}

mote_status mote_review_add(mote_store *s, const mote_review_by *by, const char *path,
                            mote_review_added *out, mote_err *err)
{
    adder x = {.store = s, .by = by};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    char *list = NULL, *folder = NULL;
    if (mote_project_input(by->project) != MOTE_INPUT_AUDIO)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "the review list is of sound, and this project is of something else: "
                         "'mote data kept' has what its server kept");
    if (mote_path_is_dir(path))
        MOTE_TRY(mote_path_join(&a, path, MOTE_REVIEW_FILE, &list, err));
    folder = mote_arena_strdup(&a, path);
    if (!folder)
        return mote_fail(err, MOTE_NOMEM, "no memory for marks");
    if (!list) {
        list = mote_arena_strdup(&a, path);
        const char *base = mote_path_base(path);
        folder[base - path] = 0;
        folder = folder[0] ? folder : mote_arena_strdup(&a, ".");
    }
    if (!list || !folder)
        return mote_fail(err, MOTE_NOMEM, "no memory for marks");
    mote_csv_config cfg = mote_csv_config_default();
    cfg.header = MOTE_CSV_HEADER_YES;
    MOTE_TRY(mote_csv_open(list, &cfg, &x.csv, err));
    x.folder = folder;
    mote_arena_init(&x.arena, (size_t)64 << 20);
    mote_status st = add_all(&x, err);
    mote_arena_release(&x.arena);
    mote_csv_destroy(x.csv);
    if (st == MOTE_OK)
        *out = x.report;
    return st;
}

/* ---- listing ------------------------------------------------------------------------------- */

static mote_status read_item(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_review_item *r = item;
    const char *what = mote_stmt_text(q, 1);
    r->id = mote_stmt_i64(q, 0);
    r->what = mote_str_eq(what, names[MOTE_REVIEW_FALSE]) ? MOTE_REVIEW_FALSE : MOTE_REVIEW_MISS;
    MOTE_TRY(mote_rows_text(a, q, 2, &r->label, err));
    MOTE_TRY(mote_rows_text(a, q, 3, &r->source, err));
    MOTE_TRY(mote_rows_text(a, q, 4, &r->who, err));
    r->added_ms = mote_stmt_i64(q, 5);
    r->is_taken = mote_stmt_i64(q, 7) > 0;
    if (!mote_stmt_hash(q, 6, &r->object))
        return mote_fail(err, MOTE_CORRUPT, "number %lld of the review list is damaged",
                         (long long)r->id);
    return MOTE_OK;
}

mote_status mote_review_list(mote_store *s, bool with_taken, mote_arena *a, mote_review_item **out,
                             size_t *n, mote_err *err)
{
    static const mote_row_kind kind = {sizeof(mote_review_item), read_item};
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT r.id, r.what, r.label, r.source, r.who, r.added_ms, r.object, "
        "(SELECT count(*) FROM data_sample d WHERE d.object = r.object) "
        "FROM data_review r WHERE r.object IS NOT NULL AND (?1 <> 0 OR NOT EXISTS "
        "(SELECT 1 FROM data_sample d WHERE d.object = r.object)) ORDER BY r.id",
        &q, err));
    mote_stmt_bind_i64(q, 1, with_taken);
    return mote_rows_read(q, &kind, a, out, n, err);
}

/* ---- taking -------------------------------------------------------------------------------- */

/* Is the item wanted? */
static bool is_wanted(const mote_review_wish *w, int64_t id)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->ids[i] == id)
            return true;
    return w->n == 0;
}

/* Every number that is asked for is on the list. */
static mote_status check_wish(const mote_review_wish *w, const mote_review_item *items, size_t n,
                              mote_err *err)
{
    for (size_t i = 0; i < w->n; i++) {
        size_t k = 0;
        while (k < n && items[k].id != w->ids[i])
            k++;
        if (k == n)
            return mote_fail(err, MOTE_NOT_FOUND, "number %lld is not on the review list",
                             (long long)w->ids[i]);
    }
    return MOTE_OK;
}

static mote_status check_label(const mote_project *p, const char *label, mote_err *err)
{
    for (size_t i = 0; i < p->words.n; i++)
        if (strcmp(p->words.items[i], label) == 0)
            return MOTE_OK;
    return mote_fail(err, MOTE_ARG, "'%s' is none of the words of mote.yaml", label);
}

typedef struct {
    mote_store *store;
    const mote_review_by *by;
    char group[MOTE_LABEL_MAX_BYTES + 1];
    mote_review_taken report;
} taker;

static mote_status begin(taker *t, mote_err *err)
{
    if (t->report.import)
        return MOTE_OK;
    (void)mote_format(t->group, sizeof t->group, MOTE_GROUP_REVIEW "%.80s", t->by->who);
    MOTE_TRY(mote_split_provide(t->store, t->group, MOTE_PROVIDED_TRAIN, t->by->now_ms, err));
    return mote_history_begin(
        t->store,
        &(mote_history_event){MOTE_HISTORY_ADD, "the review list", t->by->who, t->by->now_ms},
        &t->report.import, err);
}

static mote_status put_sample(taker *t, const mote_review_item *item, const char *label,
                              mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    bool added = false;
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_AUDIO);
    mote_decoding cfg = kind->decoding();
    char source[400];
    mote_sample_draft d;
    cfg.rate_hz = t->by->project->rate_hz;
    (void)mote_format(source, sizeof source, "review: %s of %s", names[item->what], item->source);
    MOTE_TRY(begin(t, err));
    MOTE_TRY(mote_object_get(t->store, &item->object, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err));
    const mote_sample_facts facts = {.role = MOTE_ROLE_EXAMPLE,
                                     .origin = MOTE_ORIGIN_UPLOAD,
                                     .label = label,
                                     .is_given = true,
                                     .group = t->group,
                                     .source = source,
                                     .who = t->by->who,
                                     .import = t->report.import};
    mote_sample_draft_hash(&(mote_file_bytes){source, bytes, n}, &d);
    mote_status st = mote_sample_draft_decode(&d, kind, &cfg, err);
    if (st == MOTE_OK)
        st = mote_sample_put(t->store, &d, &facts, t->by->now_ms, &added, err);
    mote_sample_draft_release(&d);
    *(!added                           ? &t->report.n_known
      : item->what == MOTE_REVIEW_MISS ? &t->report.n_misses
                                       : &t->report.n_false) += st == MOTE_OK;
    return st;
}

static mote_status take_item(taker *t, const mote_review_item *item, const char *label,
                             mote_err *err)
{
    if (item->what == MOTE_REVIEW_FALSE) {
        if (!t->by->project->unknown)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "what was taken for a word falsely belongs to a class of other words, "
                             "and mote.yaml has none: set 'unknown: true'");
        return put_sample(t, item, MOTE_CLASS_UNKNOWN, err);
    }
    label = label ? label : item->label;
    if (!*label) {
        t->report.n_unnamed++;
        return MOTE_OK;
    }
    MOTE_TRY(check_label(t->by->project, label, err));
    return put_sample(t, item, label, err);
}

mote_status mote_review_take(mote_store *s, const mote_review_by *by, const mote_review_wish *wish,
                             const char *label, mote_review_taken *out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_TXN txn = {0};
    mote_review_item *items = NULL;
    size_t n = 0;
    taker t = {.store = s, .by = by};
    mote_arena_init(&a, (size_t)64 << 20);
    if (strcmp(by->project->data.split_by, "time") == 0)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "splits go by time (data.splits.by), so what is new would be the test; "
                         "the review list takes into training alone");
    MOTE_TRY(mote_review_list(s, false, &a, &items, &n, err));
    MOTE_TRY(check_wish(wish, items, n, err));
    MOTE_TRY(mote_store_begin(s, &txn, err));
    for (size_t i = 0; i < n; i++)
        if (is_wanted(wish, items[i].id))
            MOTE_TRY(take_item(&t, &items[i], label, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    *out = t.report;
    return MOTE_OK;
}

mote_status mote_review_drop(mote_store *s, const mote_review_wish *wish, size_t *n, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_TXN txn = {0};
    mote_review_item *items = NULL;
    size_t n_items = 0, n_dropped = 0;
    mote_arena_init(&a, (size_t)64 << 20);
    MOTE_TRY(mote_review_list(s, wish->n > 0, &a, &items, &n_items, err));
    MOTE_TRY(check_wish(wish, items, n_items, err));
    MOTE_TRY(mote_store_begin(s, &txn, err));
    for (size_t i = 0; i < n_items; i++) {
        if (!is_wanted(wish, items[i].id))
            continue;
        MOTE_SCOPED_STMT *q = NULL;
        MOTE_TRY(
            mote_stmt_prepare(s, "UPDATE data_review SET object = NULL WHERE id = ?1", &q, err));
        mote_stmt_bind_i64(q, 1, items[i].id);
        MOTE_TRY(mote_stmt_run(q, err));
        n_dropped++;
    }
    MOTE_TRY(mote_store_commit(&txn, err));
    *n = n_dropped;
    return MOTE_OK;
}
