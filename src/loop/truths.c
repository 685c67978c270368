/* SPDX-License-Identifier: Apache-2.0 */
/* Joining truths with the prediction log. See truths.h. */
#include "loop/truths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "loop/kept_internal.h"
#include "project/part.h"
#include "project/schema.h"
#include "serve/predlog.h"
#include "store/rows.h"

#define PORTION           256 /* records read at a time */
#define PORTION_MAX_BYTES ((size_t)64 << 20)
#define NAME_BYTES        200
#define SAID_MAX_BYTES    4096
#define BUNDLE_MAX_BYTES  ((size_t)1 << 30)

/* What was said once. */
typedef struct {
    const char *request; /* "": it has none */
    int64_t id;
    int32_t class_id;
    const float *said;
} said;

typedef struct {
    const mote_truths_config *cfg;
    const mote_signature *signature;
    mote_arena *a;
    said *all, *by_id; /* [n] in order of request, then of number; in that of numbers */
    size_t n, room;
    mote_truth *truths; /* [out->n_joined] */
    const char **names; /* of each */
    size_t n_inside;    /* values inside their interval */
    mote_truths *out;
} join;

static const char *const states[2] = {"normal", "anomaly"};

/* ---- the log --------------------------------------------------------------------------------- */

static int compare_said(const void *a, const void *b)
{
    const said *x = a, *y = b;
    int order = strcmp(x->request, y->request);
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

static int compare_ids(const void *a, const void *b)
{
    const said *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static mote_status keep_record(join *j, const mote_predlog_record *r, mote_err *err)
{
    float *numbers = NULL;
    said one = {.id = r->id, .class_id = r->class_id};
    MOTE_TRY(mote_rows_room(j->a, &j->by_id, j->n, &j->room, sizeof *j->by_id, err));
    MOTE_TRY(mote_rows_copy(j->a, r->request_id ? r->request_id : "", &one.request, err));
    if (j->signature->answer != MOTE_ANSWER_CLASS) {
        MOTE_TRY(mote_arena_take(j->a, (size_t)r->n_labels, sizeof *numbers, &numbers, err));
        memcpy(numbers, r->probabilities, (size_t)r->n_labels * sizeof *numbers);
    }
    one.said = numbers;
    j->by_id[j->n++] = one;
    return MOTE_OK;
}

/* All that this version said and that can still be read. */
static mote_status read_log(mote_store *s, join *j, mote_err *err)
{
    const mote_monitor_config *of = &j->cfg->config.watch;
    char version[24];
    mote_predlog_page page = {.model = of->model, .max = PORTION};
    (void)mote_format(version, sizeof version, "%lld", (long long)of->version);
    for (size_t n = 1; n > 0;) {
        MOTE_SCOPED_ARENA scratch;
        mote_predlog_record *r = NULL;
        mote_arena_init(&scratch, PORTION_MAX_BYTES);
        MOTE_TRY(mote_predlog_list(s, &page, &scratch, &r, &n, err));
        for (size_t i = 0; i < n; i++) {
            page.after_id = r[i].id;
            if (strcmp(r[i].version, version) == 0 && r[i].n_labels == j->signature->n_outputs)
                MOTE_TRY(keep_record(j, &r[i], err));
        }
    }
    MOTE_TRY(mote_arena_take(j->a, j->n + 1, sizeof *j->all, &j->all, err));
    if (j->n == 0)
        return MOTE_OK;
    memcpy(j->all, j->by_id, j->n * sizeof *j->all);
    qsort(j->all, j->n, sizeof *j->all, compare_said);
    qsort(j->by_id, j->n, sizeof *j->by_id, compare_ids);
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
    while (lo + n < j->n && *id && strcmp(j->all[lo + n].request, id) == 0)
        n++;
    *first = lo;
    return n;
}

/* What a truth is about: a prediction by its number, the only one of the request, or ID:3 the third
 * of several. NULL: *n is how many there are. */
static const said *find_said(const join *j, const mote_kept_label *l, size_t *n)
{
    size_t first = 0;
    uint64_t which = 0;
    char id[256];
    const said wanted = {.id = l->id};
    *n = 0;
    if (!l->request)
        return j->n ? bsearch(&wanted, j->by_id, j->n, sizeof wanted, compare_ids) : NULL;
    *n = find_request(j, l->request, &first);
    if (*n == 1)
        return &j->all[first];
    const char *colon = strrchr(l->request, ':');
    if (*n > 1 || !colon || !mote_parse_u64(colon + 1, strlen(colon + 1), &which) ||
        !mote_format(id, sizeof id, "%.*s", (int)(colon - l->request), l->request))
        return NULL;
    *n = find_request(j, id, &first);
    if (which >= 1 && which <= *n)
        return &j->all[first + which - 1];
    *n = 0;
    return NULL;
}

/* ---- what is true ---------------------------------------------------------------------------- */

/* Does the kind of answer know such a truth? Then *t says how wrong what was said is. */
typedef mote_status understand(join *j, const said *what, const char *label, mote_truth *t,
                               bool *is_clear, mote_err *err);

static mote_status understand_values(join *j, const said *what, const char *label, mote_truth *t,
                                     bool *is_clear, mote_err *err)
{
    const mote_value_point *interval = &mote_model_decision(j->cfg->model)->value;
    const int32_t n_values = j->signature->n_outputs;
    double truth = 0;
    size_t at = 0, from = 0, n = 0, n_inside = 0;
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, SAID_MAX_BYTES);
    *is_clear = true;
    for (int32_t k = 0; k < n_values && *is_clear; k++) {
        *is_clear = kept_next_value(label, &at, &from, &n) &&
                    mote_parse_f64(label + from, n, &truth) && isfinite(truth);
        if (!*is_clear)
            return MOTE_OK;
        const mote_value_interval of = mote_value_interval_of(interval, k, what->said[k]);
        t->error += fabs((double)what->said[k] - truth) / n_values;
        n_inside += interval->n > 0 && (double)of.lo <= truth && truth <= (double)of.hi;
        mote_buf_printf(&text, "%s%.9g", k ? ", " : "", truth);
    }
    *is_clear = *is_clear && !kept_next_value(label, &at, &from, &n);
    j->n_inside += *is_clear ? n_inside : 0;
    MOTE_TRY(mote_buf_status(&text, err));
    return mote_rows_copy(j->a, text.data, &t->truth, err);
}

static int32_t find_label(const mote_signature *s, const char *label)
{
    for (int32_t k = 0; k < s->n_labels; k++)
        if (strcmp(s->labels[k], label) == 0)
            return k;
    return -1;
}

/* What is no class of the model is one of its other ones, where it has that class. */
static mote_status understand_class(join *j, const said *what, const char *label, mote_truth *t,
                                    bool *is_clear, mote_err *err)
{
    (void)err;
    t->class_id = find_label(j->signature, label);
    if (t->class_id < 0 && *label)
        t->class_id = find_label(j->signature, MOTE_CLASS_UNKNOWN);
    t->error = t->class_id != what->class_id;
    t->truth = label;
    *is_clear = t->class_id >= 0;
    return MOTE_OK;
}

/* What is normal is said to be so, or has a label that is; everything else is not. Held against the
 * promise are false alarms, which is what was promised. */
static mote_status understand_score(join *j, const said *what, const char *label, mote_truth *t,
                                    bool *is_clear, mote_err *err)
{
    const bool is_alarm = !(what->said[0] < mote_model_decision(j->cfg->model)->anomaly.threshold);
    bool is_normal = strcmp(label, states[0]) == 0;
    (void)err;
    for (size_t i = 0; i < j->cfg->normal.n; i++)
        is_normal = is_normal || strcmp(label, j->cfg->normal.items[i]) == 0;
    t->class_id = !is_normal;
    t->is_tested = is_normal;
    t->error = is_alarm == is_normal;
    t->truth = label;
    *is_clear = *label != '\0';
    return MOTE_OK;
}

static understand *const understanding[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = understand_class,
    [MOTE_ANSWER_VALUE] = understand_values,
    [MOTE_ANSWER_ANOMALY] = understand_score,
};

/* ---- joining --------------------------------------------------------------------------------- */

static void note(mote_truths_odd *odd, const char *name)
{
    if (odd->n < MOTE_TRUTHS_NAMED)
        odd->first[odd->n] = name;
    odd->n++;
}

static mote_status name_of(const mote_kept_label *l, mote_arena *a, const char **out, mote_err *err)
{
    char name[NAME_BYTES];
    if (l->request)
        return mote_rows_copy(a, l->request, out, err);
    (void)mote_format(name, sizeof name, "%lld", (long long)l->id);
    return mote_rows_copy(a, name, out, err);
}

static mote_status join_one(join *j, const mote_kept_label *l, mote_err *err)
{
    mote_truths *o = j->out;
    const char *name = NULL;
    size_t n = 0;
    bool is_clear = false;
    mote_truth t = {.class_id = -1, .is_tested = true};
    const said *what = find_said(j, l, &n);
    MOTE_TRY(name_of(l, j->a, &name, err));
    o->n_rows++;
    if (!what) {
        note(n > 0 ? &o->unclear : &o->unknown, name);
        return MOTE_OK;
    }
    t.prediction = what->id;
    MOTE_TRY(understanding[j->signature->answer](j, what, l->label, &t, &is_clear, err));
    if (!is_clear) {
        note(&o->unclear, name);
        return MOTE_OK;
    }
    j->names[o->n_joined] = name;
    j->truths[o->n_joined++] = t;
    return MOTE_OK;
}

/* ---- what was promised ----------------------------------------------------------------------- */

/* The worse end of what validation promised, or what the test measured if that is worse: both are
 * in the bundle. */
static double promised_of(const mote_model *m, mote_metric metric)
{
    const mote_metric_row *row = mote_metric_info(metric);
    const json_t *metrics = json_object_get(mote_model_document(m), "metrics"), *p;
    size_t i;
    json_array_foreach(json_object_get(metrics, "promises"), i, p)
    {
        const char *name = json_string_value(json_object_get(p, "metric"));
        const json_t *end =
            json_object_get(json_object_get(p, "promised"), row->is_higher_better ? "lo" : "hi");
        const json_t *measured = json_object_get(p, "measured");
        if (!name || strcmp(name, row->name) != 0 || !json_is_number(end) ||
            !json_is_number(measured))
            continue;
        const double x = json_number_value(end), y = json_number_value(measured);
        return row->is_higher_better ? 1 - fmin(x, y) : fmax(x, y); /* of a share its errors */
    }
    return (double)NAN;
}

static mote_truth_measure measure_of(const mote_model *m, mote_answer_kind answer)
{
    if (answer == MOTE_ANSWER_VALUE)
        return (mote_truth_measure){"mae", false, promised_of(m, MOTE_METRIC_mae)};
    if (answer == MOTE_ANSWER_ANOMALY)
        return (mote_truth_measure){"false_alarm_rate", true,
                                    promised_of(m, MOTE_METRIC_false_alarm_rate)};
    return (mote_truth_measure){"error_rate", true, promised_of(m, MOTE_METRIC_accuracy)};
}

static void note_fates(join *j)
{
    for (size_t i = 0; i < j->out->n_joined; i++) {
        if (j->truths[i].fate == MOTE_TRUTH_REPEATED)
            note(&j->out->repeated, j->names[i]);
        if (j->truths[i].fate == MOTE_TRUTH_DISAGREES)
            note(&j->out->disagreeing, j->names[i]);
    }
}

static mote_truth_config config_of(const join *j)
{
    const mote_signature *s = j->signature;
    mote_truth_config c = j->cfg->config;
    c.measure = j->out->measure;
    c.classes = s->answer == MOTE_ANSWER_CLASS ? s->labels : states;
    c.n_classes = s->answer == MOTE_ANSWER_CLASS     ? (size_t)s->n_labels
                  : s->answer == MOTE_ANSWER_ANOMALY ? sizeof states / sizeof states[0]
                                                     : 0;
    return c;
}

mote_status mote_truths_join(mote_store *s, const mote_truths_config *cfg,
                             const mote_kept_labels *labels, mote_arena *a, mote_truths *out,
                             mote_err *err)
{
    mote_truths t = {.inside = (double)NAN};
    join j = {.cfg = cfg, .signature = mote_model_signature(cfg->model), .a = a, .out = &t};
    const int32_t n_values = j.signature->n_outputs;
    t.measure = measure_of(cfg->model, j.signature->answer);
    MOTE_TRY(mote_arena_take(a, labels->n + 1, sizeof *j.truths, &j.truths, err));
    MOTE_TRY(mote_arena_take(a, labels->n + 1, sizeof *j.names, &j.names, err));
    MOTE_TRY(read_log(s, &j, err));
    for (size_t i = 0; i < labels->n; i++)
        MOTE_TRY(join_one(&j, &labels->items[i], err));
    if (t.n_joined > 0 && mote_model_decision(cfg->model)->value.n > 0)
        t.inside = (double)j.n_inside / (double)t.n_joined / n_values;
    const mote_truth_config judged = config_of(&j);
    const mote_truth_list list = {j.truths, t.n_joined};
    MOTE_TRY(mote_truths_judge(s, &judged, &list, a, &t.judged, err));
    note_fates(&j);
    *out = t;
    return MOTE_OK;
}

/* ---- whose they are -------------------------------------------------------------------------- */

static mote_monitor_config watch_of(const mote_project *project, const mote_model_version *v)
{
    mote_project view;
    const mote_project *p = &view;
    mote_reader_view(project, MOTE_READER_monitor, &view);
    return (mote_monitor_config){.model = v->model,
                                 .version = v->version,
                                 .bundle = v->bundle,
                                 .window = p->monitor.window,
                                 .min_predictions = p->monitor.min_predictions,
                                 .false_alarm = p->monitor.false_alarm};
}

mote_status mote_truths_open(mote_store *s, const mote_project *project, const char *name,
                             mote_arena *a, mote_truths_model *out, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    mote_truths_model m = {.model = NULL};
    const char *which = name ? name : project->name;
    char champion[256];
    size_t n = 0;
    (void)mote_format(champion, sizeof champion, "%s%s", which,
                      strpbrk(which, "@/") ? "" : "@champion");
    MOTE_TRY(mote_registry_resolve(s, champion, a, &m.version, err));
    MOTE_TRY(mote_object_get(s, &m.version.bundle, BUNDLE_MAX_BYTES, &bytes, &n, err));
    MOTE_TRY(mote_model_load(bytes, n, &m.model, err));
    m.config = (mote_truths_config){.model = m.model,
                                    .normal = project->anomaly.normal,
                                    .config = {.watch = watch_of(project, &m.version)}};
    *out = m;
    return MOTE_OK;
}

void mote_truths_close(mote_truths_model *m)
{
    mote_model_unref(m->model);
    m->model = NULL;
}
