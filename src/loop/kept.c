/* SPDX-License-Identifier: Apache-2.0 */
/* Listing the inputs that are kept. See kept.h. */
#include "loop/kept.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "loop/kept_internal.h"
#include "project/schema.h"
#include "store/rows.h"

#define PORTION           256
#define PORTION_MAX_BYTES ((size_t)64 << 20)
#define SAID_MAX_BYTES    4096

/* ---- what the files share -------------------------------------------------------------------- */

const mote_kind *kept_kind(const mote_project *p)
{
    return mote_kind_of(mote_project_input(p));
}

bool kept_is_rows(const mote_project *p)
{
    const mote_kind *k = kept_kind(p);
    return k && k->n_rows;
}

mote_names mote_kept_label_columns(const mote_project *p)
{
    static const char *const one[] = {"label"};
    const bool is_named = kept_is_rows(p) && p->table.target.n > 0;
    return is_named ? p->table.target : (mote_names){.items = one, .n = 1};
}

bool kept_next_value(const char *label, size_t *at, size_t *from, size_t *n)
{
    if (*at > strlen(label))
        return false;
    *from = *at + strspn(label + *at, " ");
    *n = strcspn(label + *from, ",");
    *at = *from + *n + 1;
    while (*n > 0 && label[*from + *n - 1] == ' ')
        --*n;
    return true;
}

size_t kept_row_at(const char *text, size_t n)
{
    bool is_quoted = false;
    for (size_t i = 0; i < n; i++) {
        is_quoted ^= text[i] == '"';
        if (text[i] == '\n' && !is_quoted)
            return i + 1;
    }
    return n;
}

size_t kept_chomp(const char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    return n;
}

/* ---- the list -------------------------------------------------------------------------------- */

typedef struct {
    mote_store *store;
    const mote_kept_wish *wish;
    mote_arena *arena;
    mote_kept *items;
    size_t n, room;
} lister;

static mote_status say(const mote_predlog_record *r, mote_arena *a, mote_kept *out, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, SAID_MAX_BYTES);
    if (r->label) {
        bool is_known = r->class_id >= 0 && r->class_id < r->n_labels;
        out->sure = is_known ? (double)r->probabilities[r->class_id] : (double)NAN;
        return mote_rows_copy(a, r->label, &out->said, err);
    }
    if (r->n_labels == 0)
        return MOTE_OK;
    for (int32_t i = 0; i < r->n_labels && i < 8; i++)
        mote_buf_printf(&b, "%s%.6g", i ? ", " : "", (double)r->probabilities[i]);
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_rows_copy(a, b.data, &out->said, err);
}

/* As what it is in the data. */
static mote_status look_up(mote_store *s, int64_t id, mote_arena *a, const char **label,
                           mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT t.label FROM prediction_taken t JOIN data_import i "
                               "ON i.id = t.import_id WHERE t.prediction = ?1 "
                               "AND i.undone_ms IS NULL",
                               &q, err));
    mote_stmt_bind_i64(q, 1, id);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *label = NULL;
    return row ? mote_rows_text(a, q, 0, label, err) : MOTE_OK;
}

static mote_status look_up_truth(mote_store *s, int64_t id, mote_arena *a, const char **truth,
                                 mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(
        s, "SELECT truth FROM prediction_truth WHERE prediction = ?1 AND truth IS NOT NULL", &q,
        err));
    mote_stmt_bind_i64(q, 1, id);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *truth = NULL;
    return row ? mote_rows_text(a, q, 0, truth, err) : MOTE_OK;
}

static mote_status add(lister *l, const mote_predlog_record *r, mote_err *err)
{
    mote_kept k = {.id = r->id, .time_ms = r->time_ms, .sure = NAN};
    if (!r->has_input)
        return MOTE_OK;
    MOTE_TRY(look_up(l->store, r->id, l->arena, &k.taken, err));
    if (k.taken && !l->wish->with_taken)
        return MOTE_OK;
    MOTE_TRY(look_up_truth(l->store, r->id, l->arena, &k.truth, err));
    MOTE_TRY(mote_rows_copy(l->arena, r->model, &k.model, err));
    MOTE_TRY(mote_rows_copy(l->arena, r->version, &k.version, err));
    MOTE_TRY(mote_rows_copy(l->arena, r->subject, &k.subject, err));
    MOTE_TRY(mote_rows_copy(l->arena, r->request_id, &k.request_id, err));
    MOTE_TRY(mote_rows_copy(l->arena, r->input_kind, &k.form, err));
    MOTE_TRY(say(r, l->arena, &k, err));
    MOTE_TRY(mote_rows_room(l->arena, &l->items, l->n, &l->room, sizeof *l->items, err));
    l->items[l->n++] = k;
    return MOTE_OK;
}

static int newest_first(const void *a, const void *b)
{
    const mote_kept *x = a, *y = b;
    return (x->id < y->id) - (x->id > y->id);
}

/* Of those of which nothing is known the newest, behind the others. */
static int least_sure_first(const void *a, const void *b)
{
    const mote_kept *x = a, *y = b;
    const double p = isnan(x->sure) ? 2 : x->sure, q = isnan(y->sure) ? 2 : y->sure;
    return p != q ? (p > q) - (p < q) : newest_first(a, b);
}

mote_status mote_kept_find(mote_store *s, const mote_kept_wish *wish, mote_arena *a,
                           mote_kept_list *out, mote_err *err)
{
    lister l = {.store = s, .wish = wish, .arena = a};
    mote_predlog_page page = {.model = wish->model, .max = PORTION};
    for (size_t got = 1; got > 0;) {
        MOTE_SCOPED_ARENA scratch;
        mote_predlog_record *records = NULL;
        mote_arena_init(&scratch, PORTION_MAX_BYTES);
        MOTE_TRY(mote_predlog_list(s, &page, &scratch, &records, &got, err));
        for (size_t i = 0; i < got; i++)
            MOTE_TRY(add(&l, &records[i], err));
        page.after_id = got > 0 ? records[got - 1].id : page.after_id;
    }
    if (l.n > 0)
        qsort(l.items, l.n, sizeof *l.items, wish->least_sure ? least_sure_first : newest_first);
    const bool is_cut = wish->limit > 0 && (size_t)wish->limit < l.n;
    *out = (mote_kept_list){l.items, is_cut ? (size_t)wish->limit : l.n, l.n};
    return MOTE_OK;
}

mote_status mote_kept_true(mote_store *s, mote_arena *a, mote_kept_labels *out, mote_err *err)
{
    const mote_kept_wish wish = {.model = NULL};
    mote_kept_list list;
    mote_kept_labels l = {.n = 0};
    MOTE_TRY(mote_kept_find(s, &wish, a, &list, err));
    MOTE_TRY(mote_arena_take(a, list.n + 1, sizeof *l.items, &l.items, err));
    for (size_t i = 0; i < list.n; i++)
        if (list.items[i].truth)
            l.items[l.n++] =
                (mote_kept_label){.id = list.items[i].id, .label = list.items[i].truth};
    *out = l;
    return MOTE_OK;
}
