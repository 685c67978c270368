/* SPDX-License-Identifier: Apache-2.0 */
/* Joining truths with the prediction log. See truths.h. */
#include "loop/truths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/csv.h"
#include "project/schema.h"
#include "serve/predlog.h"

#define PORTION 4096 /* records read at a time */

/* What was said once. */
typedef struct {
    const char *request;
    int64_t id, time_ms;
    const float *said;
} said;

typedef struct {
    const mote_truths_config *cfg;
    const mote_signature *signature;
    mote_arena *a;
    said *all; /* [n] in order of request, then of number */
    size_t n, room;
    mote_truth *truths; /* [out->n_joined] */
    size_t truths_room;
    double sum;      /* of errors */
    size_t n_inside; /* values inside their interval */
    mote_truths *out;
} join;

/* ---- the log --------------------------------------------------------------------------------- */

static int compare_said(const void *a, const void *b)
{
    const said *x = a, *y = b;
    int order = strcmp(x->request, y->request);
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

static mote_status keep_record(join *j, const mote_predlog_record *r, mote_err *err)
{
    if (j->n == j->room) {
        size_t room = j->room ? 2 * j->room : PORTION;
        said *more = mote_realloc(j->all, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "no memory for the prediction log");
        j->all = more;
        j->room = room;
    }
    j->all[j->n++] = (said){r->request_id, r->id, r->time_ms, r->probabilities};
    return MOTE_OK;
}

/* All that this version said, with a name, and that can still be read. */
static mote_status read_log(mote_store *s, join *j, mote_err *err)
{
    const mote_monitor_config *of = &j->cfg->config.watch;
    char version[24];
    mote_predlog_page page = {.model = of->model, .max = PORTION};
    size_t n = PORTION;
    (void)mote_format(version, sizeof version, "%lld", (long long)of->version);
    while (n == PORTION) {
        mote_predlog_record *r = NULL;
        MOTE_TRY(mote_predlog_list(s, &page, j->a, &r, &n, err));
        for (size_t i = 0; i < n; i++) {
            page.after_id = r[i].id;
            if (r[i].request_id && *r[i].request_id && strcmp(r[i].version, version) == 0 &&
                r[i].n_labels == j->signature->n_outputs)
                MOTE_TRY(keep_record(j, &r[i], err));
        }
    }
    if (j->n > 0)
        qsort(j->all, j->n, sizeof *j->all, compare_said);
    return MOTE_OK;
}

/* The predictions of a request: how many from *first on. */
static size_t find_request(const join *j, const char *id, size_t *first)
{
    size_t lo = 0, hi = j->n, n = 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(j->all[mid].request, id) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    while (lo + n < j->n && strcmp(j->all[lo + n].request, id) == 0)
        n++;
    *first = lo;
    return n;
}

/* What a row of truths is about: the only prediction of the request, or ID:3 the third of several.
 * NULL: *n is how many there are. */
static const said *find_said(const join *j, char *id, size_t *n)
{
    size_t first = 0;
    uint64_t which = 0;
    *n = find_request(j, id, &first);
    if (*n == 1)
        return &j->all[first];
    char *colon = strrchr(id, ':');
    if (*n > 1 || !colon || !mote_parse_u64(colon + 1, strlen(colon + 1), &which))
        return NULL;
    *colon = 0;
    *n = find_request(j, id, &first);
    if (which >= 1 && which <= *n)
        return &j->all[first + which - 1];
    *n = 0;
    return NULL;
}

/* ---- the file -------------------------------------------------------------------------------- */

typedef struct {
    size_t id, value[MOTE_MODEL_MAX_LABELS]; /* which cell */
} columns;

static mote_status find_cell(const mote_csv *csv, const char *name, size_t *out, mote_err *err)
{
    const char *const *header = mote_csv_get_header(csv);
    const size_t n = header ? mote_csv_get_dialect(csv)->n_columns : 0;
    for (*out = 0; *out < n; ++*out)
        if (strcmp(header[*out], name) == 0)
            return MOTE_OK;
    const char *near = mote_nearest(name, header, n);
    return mote_fail(err, MOTE_NOT_FOUND, "'%s': there is no column '%s'%s%s%s",
                     mote_csv_get_name(csv), name, near ? "; is it '" : "", near ? near : "",
                     near ? "'?" : "");
}

static mote_status find_columns(const join *j, const mote_csv *csv, columns *out, mote_err *err)
{
    MOTE_TRY(find_cell(csv, "id", &out->id, err));
    for (int32_t k = 0; k < j->signature->n_outputs; k++)
        MOTE_TRY(find_cell(csv, j->signature->labels[k], &out->value[k], err));
    return MOTE_OK;
}

static mote_status keep_truth(join *j, const said *what, double error, mote_err *err)
{
    if (j->out->n_joined == j->truths_room) {
        size_t room = j->truths_room ? 2 * j->truths_room : PORTION;
        mote_truth *more = mote_realloc(j->truths, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "no memory for truths");
        j->truths = more;
        j->truths_room = room;
    }
    j->truths[j->out->n_joined++] = (mote_truth){what->id, what->time_ms, error};
    j->sum += error;
    return MOTE_OK;
}

static mote_status join_row(join *j, const mote_csv *csv, const columns *at,
                            const mote_csv_row *row, mote_err *err)
{
    const mote_value_point *interval = &mote_model_decision(j->cfg->model)->value;
    const int32_t n_values = j->signature->n_outputs;
    double truth[MOTE_MODEL_MAX_LABELS], error = 0;
    char id[256];
    size_t n = 0;
    bool is_whole = at->id < row->n_cells && row->cells[at->id].n < sizeof id;
    for (int32_t k = 0; is_whole && k < n_values; k++)
        is_whole = at->value[k] < row->n_cells &&
                   mote_csv_number(csv, &row->cells[at->value[k]], &truth[k]) && isfinite(truth[k]);
    j->out->n_rows++;
    if (!is_whole) {
        j->out->n_unclear++;
        return MOTE_OK;
    }
    (void)mote_format(id, sizeof id, "%.*s", (int)row->cells[at->id].n, row->cells[at->id].s);
    const said *what = find_said(j, id, &n);
    if (!what) {
        j->out->n_unclear += n > 0;
        j->out->n_unknown += n == 0;
        return MOTE_OK;
    }
    for (int32_t k = 0; k < n_values; k++) {
        error += fabs((double)what->said[k] - truth[k]) / n_values;
        if (interval->n == 0)
            continue;
        const mote_value_interval of = mote_value_interval_of(interval, k, what->said[k]);
        j->n_inside += (double)of.lo <= truth[k] && truth[k] <= (double)of.hi;
    }
    return keep_truth(j, what, error, err);
}

static mote_status join_rows(join *j, mote_csv *csv, mote_err *err)
{
    columns at;
    mote_csv_row row;
    MOTE_TRY(find_columns(j, csv, &at, err));
    MOTE_TRY(mote_csv_next(csv, &row, err));
    while (row.cells) {
        MOTE_TRY(join_row(j, csv, &at, &row, err));
        MOTE_TRY(mote_csv_next(csv, &row, err));
    }
    return MOTE_OK;
}

static mote_status join_file(join *j, mote_err *err)
{
    mote_csv_config how = mote_csv_config_default();
    mote_csv *csv = NULL;
    how.header = MOTE_CSV_HEADER_YES;
    MOTE_TRY(mote_csv_open(j->cfg->path, &how, &csv, err));
    mote_status st = join_rows(j, csv, err);
    mote_csv_destroy(csv);
    return st;
}

/* ---- what was promised ----------------------------------------------------------------------- */

/* The upper end of what validation promised of the chief metric, or what the test measured if that
 * is more: both are in the bundle. */
static double promised_error(const mote_model *m)
{
    const char *chief = mote_metric_info(mote_metric_chief(MOTE_ANSWER_VALUE))->name;
    const json_t *metrics = json_object_get(mote_model_document(m), "metrics");
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(metrics, "promises"), i, p)
    {
        const char *metric = json_string_value(json_object_get(p, "metric"));
        const json_t *hi = json_object_get(json_object_get(p, "promised"), "hi");
        const json_t *measured = json_object_get(p, "measured");
        if (metric && strcmp(metric, chief) == 0 && json_is_number(hi) && json_is_number(measured))
            return fmax(json_number_value(hi), json_number_value(measured));
    }
    return (double)NAN;
}

static mote_status join_all(mote_store *s, join *j, mote_err *err)
{
    mote_truth_config judged = j->cfg->config;
    mote_truths *t = j->out;
    MOTE_TRY(read_log(s, j, err));
    MOTE_TRY(join_file(j, err));
    t->promised = judged.promised = promised_error(j->cfg->model);
    if (t->n_joined > 0) {
        const double n = (double)t->n_joined, n_values = j->signature->n_outputs;
        t->error = j->sum / n;
        if (mote_model_decision(j->cfg->model)->value.n > 0)
            t->inside = (double)j->n_inside / n / n_values;
    }
    const mote_truth_list list = {j->truths, t->n_joined};
    return mote_truths_judge(s, &judged, &list, j->a, &t->judged, err);
}

mote_status mote_truths_join(mote_store *s, const mote_truths_config *cfg, mote_arena *a,
                             mote_truths *out, mote_err *err)
{
    mote_truths t = {.error = (double)NAN, .inside = (double)NAN};
    join j = {.cfg = cfg, .signature = mote_model_signature(cfg->model), .a = a, .out = &t};
    if (j.signature->answer != MOTE_ANSWER_VALUE)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'%s' says no values: truths that come later are not joined with what it "
                         "says yet; bring the number back with --record",
                         cfg->config.watch.model);
    mote_status st = join_all(s, &j, err);
    mote_free(j.all);
    mote_free(j.truths);
    if (st == MOTE_OK)
        *out = t;
    return st;
}
