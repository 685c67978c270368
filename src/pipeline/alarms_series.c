/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of series in the test, with their spans. See alarms.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/kind_series.h"
#include "pipeline/alarms.h"

static int compare_items(const void *a, const void *b)
{
    const mote_version_item *x = *(const mote_version_item *const *)a,
                            *y = *(const mote_version_item *const *)b;
    int by_object = memcmp(x->object.bytes, y->object.bytes, sizeof x->object.bytes);
    if (by_object != 0)
        return by_object;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

/* Items of the test, those of one object one behind the other and in time. */
static mote_status list_items(const mote_recorded_material *m, mote_arena *a,
                              const mote_version_item ***out, size_t *n, mote_err *err)
{
    const mote_data_version *v = m->version;
    const mote_version_item **items = NULL;
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *items, &items, err));
    *n = 0;
    for (size_t i = 0; i < v->n; i++)
        if (mote_version_used(&v->items[i]) && v->items[i].split == MOTE_SPLIT_TEST)
            items[(*n)++] = &v->items[i];
    qsort(items, *n, sizeof *items, compare_items);
    *out = items;
    return MOTE_OK;
}

static bool is_normal(const mote_recorded_material *m, const char *label)
{
    for (size_t i = 0; i < m->normal->n; i++)
        if (strcmp(m->normal->items[i], label) == 0)
            return true;
    return false;
}

/* The first step at or behind a time. */
static size_t step_at(int64_t us, double rate_hz)
{
    const double step = ceil((double)us * rate_hz / 1e6 - 1e-3);
    return step > 0 ? (size_t)step : 0;
}

/* What n items of one object call other than normal; spans that meet are one. */
static mote_status find_spans(const mote_recorded_material *m,
                              const mote_version_item *const *items, size_t n, mote_arena *a,
                              mote_recorded *r, mote_err *err)
{
    mote_anomaly_window *spans = NULL;
    const char **labels = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *spans, &spans, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *labels, &labels, err));
    MOTE_BUG_IF(!spans || !labels);
    for (size_t i = 0; i < n; i++) {
        const mote_version_item *it = items[i];
        const size_t first = it->to_us > 0 ? step_at(it->from_us, m->rate_hz) : 0;
        size_t end = it->to_us > 0 ? step_at(it->to_us, m->rate_hz) : r->n;
        end = end < r->n ? end : r->n;
        if (is_normal(m, it->label) || first >= end)
            continue;
        mote_anomaly_window *before = r->n_spans > 0 ? &spans[r->n_spans - 1] : NULL;
        if (before && first <= before->last + 1) {
            before->last = before->last > end - 1 ? before->last : end - 1;
            continue;
        }
        if (!(labels[r->n_spans] = mote_arena_strdup(a, it->label)))
            return mote_fail(err, MOTE_NOMEM, "no memory for the spans of a recording");
        spans[r->n_spans++] = (mote_anomaly_window){first, end - 1};
    }
    r->spans = spans;
    r->labels = labels;
    return MOTE_OK;
}

static mote_status copy_pieces(const mote_series_samples *s, mote_arena *a, mote_recorded *r,
                               mote_err *err)
{
    const size_t channels = (size_t)s->n_channels;
    mote_recorded_piece *pieces = NULL;
    MOTE_TRY(mote_arena_take(a, s->n_stretches, sizeof *pieces, &pieces, err));
    for (size_t i = 0; i < s->n_stretches; i++) {
        const mote_series_stretch *st = &s->stretches[i];
        const double first = round((double)st->from_us * s->rate_hz / 1e6);
        float *x = NULL;
        MOTE_TRY(mote_arena_take(a, st->n * channels, sizeof *x, &x, err));
        memcpy(x, st->x, st->n * channels * sizeof *x);
        pieces[i] = (mote_recorded_piece){(size_t)first > r->n ? (size_t)first : r->n, st->n, x};
        r->n = pieces[i].first + st->n; /* rounding never lays one over the other */
    }
    r->pieces = pieces;
    r->n_pieces = s->n_stretches;
    return MOTE_OK;
}

static mote_status read_one(const mote_recorded_material *m, const mote_version_item *const *items,
                            size_t n, mote_arena *a, mote_recorded *out, mote_err *err)
{
    mote_decoding how = mote_dataset_decoding(m->cfg);
    mote_loaded one;
    mote_recorded r = {.name = ""};
    how.rate_hz = m->rate_hz;
    MOTE_TRY(mote_sample_lend(&(mote_sample_shelf){m->store, m->cache, m->cfg->kind},
                              &items[0]->object, &how, &one, err));
    mote_status st = copy_pieces(mote_decoded_series(&one.d), a, &r, err);
    mote_loaded_done(&one);
    MOTE_TRY(st);
    MOTE_TRY(find_spans(m, items, n, a, &r, err));
    *out = r;
    return MOTE_OK;
}

static bool is_longer(const mote_recorded *r, size_t window)
{
    for (size_t i = 0; i < r->n_pieces; i++)
        if (r->pieces[i].n > window)
            return true;
    return false;
}

static int compare_rows(const void *a, const void *b)
{
    const mote_sample_row *x = a, *y = b;
    return memcmp(x->object.bytes, y->object.bytes, sizeof x->object.bytes);
}

/* Names of recordings: the files that they came from. */
static mote_status name_all(const mote_recorded_material *m, const mote_sha256 *objects,
                            mote_arena *a, mote_recorded_list *list, mote_err *err)
{
    mote_sample_row *rows = NULL;
    size_t n = 0;
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, (size_t)1 << 30);
    MOTE_TRY(mote_sample_list(m->store, &scratch, &rows, &n, err));
    if (n > 0)
        qsort(rows, n, sizeof *rows, compare_rows);
    for (size_t i = 0; i < list->n; i++) {
        char hex[MOTE_SHA256_HEX_BYTES];
        const mote_sample_row wanted = {.object = objects[i]};
        const mote_sample_row *row =
            n > 0 ? bsearch(&wanted, rows, n, sizeof *rows, compare_rows) : NULL;
        mote_sha256_hex(&objects[i], hex);
        list->items[i].name =
            mote_arena_strdup(a, row && row->source && *row->source ? row->source : hex);
        if (!list->items[i].name)
            return mote_fail(err, MOTE_NOMEM, "no memory for the names of recordings");
    }
    return MOTE_OK;
}

mote_status mote_recorded_series(const mote_recorded_material *m, mote_arena *a,
                                 mote_recorded_list *out, mote_err *err)
{
    const mote_version_item **items = NULL;
    mote_sha256 *objects = NULL;
    mote_recorded_list list = {0};
    size_t n = 0, end = 0;
    MOTE_TRY(list_items(m, a, &items, &n, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *list.items, &list.items, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *objects, &objects, err));
    for (size_t first = 0; first < n; first = end) {
        for (end = first; end < n && mote_sha256_equal(&items[end]->object, &items[first]->object);)
            end++;
        mote_recorded *r = &list.items[list.n];
        MOTE_TRY(read_one(m, items + first, end - first, a, r, err));
        objects[list.n] = items[first]->object;
        list.n += is_longer(r, m->window);
    }
    MOTE_TRY(name_all(m, objects, a, &list, err));
    *out = list;
    return MOTE_OK;
}
