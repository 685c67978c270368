/* SPDX-License-Identifier: Apache-2.0 */
/* Kept inputs with what is true of them into the data. See kept.h.
 *
 * What is not a row becomes a sample of its own. Rows are gathered into piles, one for each subject
 * and header, and each pile becomes one file with the answer as a column behind the others. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "data/csv.h"
#include "data/csv_write.h"
#include "data/history.h"
#include "loop/kept_internal.h"
#include "store/rows.h"

#define FILE_MAX_BYTES ((size_t)1 << 30)
#define MAX_PILES      4096
#define ISO_BYTES      32

/* Rows of one subject under one header. */
typedef struct {
    const char *header; /* without its line end */
    const char *subject;
    const mote_kept *first; /* that is in it */
    bool adds_group, adds_time;
    mote_buf text;
    size_t n;
} pile;

typedef struct {
    mote_store *store;
    const mote_project *project;
    const mote_kind *kind;
    mote_decoding decoding;
    mote_cut_config cut;
    bool is_of_values;
    const char *who;
    int64_t now_ms;
    mote_arena *arena;
    mote_kept *by_id, *by_request; /* [n] everything that is kept, sorted so */
    size_t n;
    pile *piles; /* [n_piles] */
    size_t n_piles, room_piles, room_refused;
    mote_kept_report r;
} taker;

/* ---- finding --------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    const mote_kept *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static int by_request(const void *a, const void *b)
{
    const mote_kept *x = a, *y = b;
    const int order = strcmp(x->request_id, y->request_id);
    return order ? order : by_id(a, b);
}

static mote_status find_all(taker *t, mote_err *err)
{
    const mote_kept_wish all = {.with_taken = true};
    mote_kept_list found;
    MOTE_TRY(mote_kept_find(t->store, &all, t->arena, &found, err));
    t->by_id = found.items;
    t->n = found.n;
    MOTE_TRY(mote_arena_take(t->arena, t->n, sizeof *t->by_request, &t->by_request, err));
    if (t->n == 0)
        return MOTE_OK;
    memcpy(t->by_request, t->by_id, t->n * sizeof *t->by_request);
    qsort(t->by_id, t->n, sizeof *t->by_id, by_id);
    qsort(t->by_request, t->n, sizeof *t->by_request, by_request);
    return MOTE_OK;
}

/* The one that is meant, of by_id; NULL, and why not. */
static mote_kept *find(const taker *t, const mote_kept_label *l, const char **why)
{
    mote_kept wanted = {.id = l->id, .request_id = l->request};
    *why = "no input of it is kept: see 'mote data kept'";
    if (t->n == 0)
        return NULL;
    if (!l->request)
        return bsearch(&wanted, t->by_id, t->n, sizeof wanted, by_id);
    size_t at = 0, end = t->n;
    while (at < end) { /* the first that is not before it; its id is 0 */
        const size_t mid = at + (end - at) / 2;
        if (by_request(&t->by_request[mid], &wanted) < 0)
            at = mid + 1;
        else
            end = mid;
    }
    const bool is_there = at < t->n && strcmp(t->by_request[at].request_id, l->request) == 0;
    if (is_there && at + 1 < t->n && strcmp(t->by_request[at + 1].request_id, l->request) == 0) {
        *why = "several predictions have this request id: name them by their numbers";
        return NULL;
    }
    wanted.id = is_there ? t->by_request[at].id : 0;
    return bsearch(&wanted, t->by_id, t->n, sizeof wanted, by_id);
}

static mote_status refuse(taker *t, const mote_kept_label *l, const char *why, mote_err *err)
{
    mote_kept_refused one = {
        .which = l->request ? mote_arena_printf(t->arena, "request '%s'", l->request)
                            : mote_arena_printf(t->arena, "prediction %lld", (long long)l->id),
        .why = mote_arena_strdup(t->arena, why)};
    if (!one.which || !one.why)
        return mote_fail(err, MOTE_NOMEM, "no memory for what is refused");
    MOTE_TRY(
        mote_rows_room(t->arena, &t->r.refused, t->r.n_refused, &t->room_refused, sizeof one, err));
    t->r.refused[t->r.n_refused++] = one;
    return MOTE_OK;
}

/* ---- samples --------------------------------------------------------------------------------- */

static mote_status begin(taker *t, mote_err *err)
{
    if (t->r.import)
        return MOTE_OK;
    return mote_history_begin(
        t->store, &(mote_history_event){MOTE_HISTORY_ADD, "kept inputs", t->who, t->now_ms},
        &t->r.import, err);
}

static mote_status note_taken(taker *t, const mote_kept *k, const char *label, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(t->store,
                               "INSERT INTO prediction_taken (prediction, label, import_id) "
                               "VALUES (?1, ?2, ?3) ON CONFLICT (prediction) DO UPDATE SET "
                               "label = excluded.label, import_id = excluded.import_id",
                               &q, err));
    mote_stmt_bind_i64(q, 1, k->id);
    mote_stmt_bind_text(q, 2, label);
    mote_stmt_bind_i64(q, 3, t->r.import);
    MOTE_TRY(mote_stmt_run(q, err));
    t->r.n_added++;
    return MOTE_OK;
}

/* Put one file; *why is set, in the arena, when it is no sample. */
static mote_status put(taker *t, const mote_kept *k, const char *label, const mote_kept_text *file,
                       const char **why, mote_err *err)
{
    char source[160];
    bool added = false;
    mote_sample_draft d;
    mote_err said = {0};
    MOTE_SCOPED_JSON *from = json_pack("{s:{s:s, s:s, s:I}}", "kept", "model", k->model, "version",
                                       k->version, "prediction", (json_int_t)k->id);
    MOTE_SCOPED_BUF provenance;
    mote_buf_init(&provenance, 4096);
    mote_json_write(&provenance, from, false);
    MOTE_TRY(mote_buf_status(&provenance, err));
    (void)mote_format(source, sizeof source, "kept: %.60s/%.20s, prediction %lld", k->model,
                      k->version, (long long)k->id);
    MOTE_TRY(begin(t, err));
    const mote_sample_facts facts = {.origin = MOTE_ORIGIN_UPLOAD,
                                     .label = label,
                                     .is_given = !kept_is_rows(t->project),
                                     .group = *k->subject ? k->subject : NULL,
                                     .source = source,
                                     .provenance = provenance.data,
                                     .who = t->who,
                                     .import = t->r.import};
    *why = NULL;
    mote_sample_draft_hash(&(mote_file_bytes){source, file->s, file->n}, &d);
    mote_status st = mote_sample_draft_decode(&d, t->kind, &t->decoding, &said);
    if (st == MOTE_OK) {
        d.decoded.taken_ms = d.decoded.taken_ms ? d.decoded.taken_ms : k->time_ms;
        st = mote_sample_put(t->store, &d, &facts, t->now_ms, &added, &said);
    }
    mote_sample_draft_release(&d);
    t->r.n_samples += added;
    if (st == MOTE_OK)
        return MOTE_OK;
    if (st != MOTE_ARG && st != MOTE_PARSE && st != MOTE_SHAPE && st != MOTE_UNSUPPORTED &&
        st != MOTE_CORRUPT && st != MOTE_RANGE)
        return mote_fail(err, st, "%s", said.text);
    *why = mote_arena_strdup(t->arena, said.text);
    return *why ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for what is refused");
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool has_column(mote_csv *csv, const char *name)
{
    const char *const *header = mote_csv_get_header(csv);
    const uint32_t n = mote_csv_get_dialect(csv)->n_columns;
    for (uint32_t i = 0; header && i < n; i++)
        if (strcmp(header[i], name) == 0)
            return true;
    return false;
}

/* Which columns of the project's tables the model was not asked with. */
static mote_status look_at_header(taker *t, pile *p, const char *row, size_t n, mote_err *err)
{
    const mote_project_table *table = &t->project->table;
    mote_csv_config cfg = mote_csv_config_default();
    mote_csv *csv = NULL;
    cfg.header = MOTE_CSV_HEADER_YES;
    cfg.delimiter = ',';
    MOTE_TRY(mote_csv_open_bytes(&(mote_file_bytes){"a kept row", row, n}, &cfg, &csv, err));
    p->adds_group = *table->group && !has_column(csv, table->group);
    p->adds_time = *table->time && !has_column(csv, table->time);
    mote_csv_destroy(csv);
    return MOTE_OK;
}

static void put_cell(pile *p, const char *text, size_t n)
{
    mote_buf_str(&p->text, ",");
    mote_csv_put_text(&p->text, text, n);
}

/* The answer: a cell, or one for each of several values. */
static void put_answer(const taker *t, pile *p, const char *label)
{
    size_t from = 0, n = 0, at = 0;
    if (t->project->table.target.n == 1)
        put_cell(p, label, strlen(label));
    else
        while (kept_next_value(label, &at, &from, &n))
            put_cell(p, label + from, n);
}

static mote_status start_pile(taker *t, const mote_kept *k, const mote_kept_text *file, pile **out,
                              mote_err *err)
{
    const char *row = file->s;
    const size_t n = file->n;
    const mote_project_table *table = &t->project->table;
    const size_t n_header = kept_chomp(row, kept_row_at(row, n));
    if (t->n_piles == MAX_PILES)
        return mote_fail(err, MOTE_LIMIT, "more than %d subjects at a time", MAX_PILES);
    MOTE_TRY(
        mote_rows_room(t->arena, &t->piles, t->n_piles, &t->room_piles, sizeof *t->piles, err));
    pile *p = &t->piles[t->n_piles];
    *p = (pile){
        .header = mote_arena_strndup(t->arena, row, n_header), .subject = k->subject, .first = k};
    if (!p->header)
        return mote_fail(err, MOTE_NOMEM, "no memory for kept rows");
    MOTE_TRY(look_at_header(t, p, row, n, err));
    mote_buf_init(&p->text, FILE_MAX_BYTES);
    t->n_piles++;
    mote_buf_str(&p->text, p->header);
    if (p->adds_group)
        put_cell(p, table->group, strlen(table->group));
    if (p->adds_time)
        put_cell(p, table->time, strlen(table->time));
    for (size_t i = 0; i < table->target.n; i++)
        put_cell(p, table->target.items[i], strlen(table->target.items[i]));
    mote_buf_str(&p->text, "\n");
    *out = p;
    return MOTE_OK;
}

static mote_status pile_up(taker *t, const mote_kept *k, const char *label,
                           const mote_kept_text *file, mote_err *err)
{
    const char *row = file->s;
    const size_t n = file->n;
    const size_t at = kept_row_at(row, n), n_header = kept_chomp(row, at);
    char when[ISO_BYTES];
    pile *p = NULL;
    for (size_t i = 0; i < t->n_piles && !p; i++)
        if (strcmp(t->piles[i].subject, k->subject) == 0 &&
            strlen(t->piles[i].header) == n_header &&
            memcmp(t->piles[i].header, row, n_header) == 0)
            p = &t->piles[i];
    if (!p)
        MOTE_TRY(start_pile(t, k, file, &p, err));
    mote_time_iso(k->time_ms, when, sizeof when);
    mote_buf_add(&p->text, row + at, kept_chomp(row + at, n - at));
    if (p->adds_group)
        put_cell(p, k->subject, strlen(k->subject));
    if (p->adds_time)
        put_cell(p, when, strlen(when));
    put_answer(t, p, label);
    mote_buf_str(&p->text, "\n");
    p->n++;
    MOTE_TRY(begin(t, err));
    MOTE_TRY(note_taken(t, k, label, err));
    return mote_buf_status(&p->text, err);
}

static mote_status put_piles(taker *t, mote_err *err)
{
    for (size_t i = 0; i < t->n_piles; i++) {
        pile *p = &t->piles[i];
        const mote_kept_text file = {p->text.data, p->text.len};
        const char *why = NULL;
        MOTE_TRY(put(t, p->first, MOTE_LABEL_ROWS, &file, &why, err));
        if (why)
            return mote_fail(err, MOTE_CORRUPT, "rows that were kept are no table: %s", why);
    }
    return MOTE_OK;
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* As many numbers as are asked for. */
static const char *wrong_values(const taker *t, const char *label)
{
    const size_t n_asked = mote_kept_label_columns(t->project).n;
    size_t from = 0, n = 0, at = 0, n_said = 0;
    double value = 0;
    for (; n_asked > 1 && kept_next_value(label, &at, &from, &n); n_said++)
        if (!mote_parse_f64(label + from, n, &value))
            break;
    if (n_asked > 1 ? n_said != n_asked || at <= strlen(label)
                    : !mote_parse_f64(label, strlen(label), &value))
        return mote_arena_printf(t->arena, "'%s' is not %s that the project asks for", label,
                                 n_asked > 1 ? "the numbers" : "the number");
    return NULL;
}

/* What of the label itself keeps it from being taken; NULL: nothing. */
static const char *wrong_label(const taker *t, const char *label)
{
    if (!*label)
        return "it is given no label";
    if (strpbrk(label, "\r\n"))
        return "its label has several lines";
    return t->is_of_values ? wrong_values(t, label) : NULL;
}

/* What of a kept input keeps it from being taken. */
static const char *wrong_input(const taker *t, const mote_kept *k, const char *label)
{
    if (strcmp(k->form, "f32") == 0 || strcmp(k->form, "u8") == 0)
        return "it was kept as the numbers of a tensor, which are no file of a sample";
    if (k->taken && strcmp(k->taken, label) != 0)
        return mote_arena_printf(
            t->arena, "it is in the data as '%s': take that out first ('mote data undo')",
            k->taken);
    return NULL;
}

static mote_status take_one(taker *t, const mote_kept_label *l, mote_err *err)
{
    const char *why = wrong_label(t, l->label);
    mote_kept *k = why ? NULL : find(t, l, &why);
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    if (k)
        why = wrong_input(t, k, l->label);
    if (!k || why)
        return refuse(t, l, why ? why : "no memory to say why", err);
    if (k->taken) {
        t->r.n_known++;
        return MOTE_OK;
    }
    MOTE_TRY(mote_predlog_input(t->store, k->id, KEPT_MAX_BYTES, &bytes, &n, err));
    const mote_kept_text file = {bytes, n};
    if (kept_is_rows(t->project)) {
        MOTE_TRY(pile_up(t, k, l->label, &file, err));
    } else {
        MOTE_TRY(put(t, k, l->label, &file, &why, err));
        if (why)
            return refuse(t, l, why, err);
        MOTE_TRY(note_taken(t, k, l->label, err));
    }
    k->taken = l->label; /* it may be named twice */
    return MOTE_OK;
}

static mote_status take_all(taker *t, const mote_kept_labels *labels, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(t->store, &txn, err));
    MOTE_TRY(find_all(t, err));
    for (size_t i = 0; i < labels->n; i++)
        MOTE_TRY(take_one(t, &labels->items[i], err));
    MOTE_TRY(put_piles(t, err));
    if (t->r.n_added > 0)
        return mote_store_commit(&txn, err);
    t->r.import = 0; /* rolled back with what it began */
    return MOTE_OK;
}

mote_status mote_kept_take(mote_store *s, const mote_kept_taking *how,
                           const mote_kept_labels *labels, mote_arena *a, mote_kept_report *out,
                           mote_err *err)
{
    const mote_project *project = how->project;
    taker t = {.store = s,
               .project = project,
               .kind = kept_kind(project),
               .who = how->who,
               .now_ms = how->now_ms,
               .arena = a};
    if (!t.kind)
        return mote_fail(err, MOTE_UNSUPPORTED, "samples of task '%s' cannot be added yet",
                         project->task);
    mote_answer_kind answer = MOTE_ANSWER_CLASS;
    MOTE_TRY(mote_answer_parse(project->answer, &answer, err));
    t.is_of_values = answer == MOTE_ANSWER_VALUE;
    t.decoding = t.kind->decoding();
    t.cut = t.kind->cut_of ? t.kind->cut_of(project) : (mote_cut_config){0};
    t.decoding.table = project->table.target.n > 0 ? &project->table : NULL;
    t.decoding.rate_hz = t.cut.rate_hz;
    t.decoding.cut = &t.cut;
    mote_status st = take_all(&t, labels, err);
    for (size_t i = 0; i < t.n_piles; i++)
        mote_buf_release(&t.piles[i].text);
    if (st == MOTE_OK)
        *out = t.r;
    return st;
}
