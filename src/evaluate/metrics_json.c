/* SPDX-License-Identifier: Apache-2.0 */
/* An evaluation as one JSON document, and back. */
#include <math.h>

#include "evaluate/json_parts.h"
#include "evaluate/metrics.h"

static mote_status classes_json(const mote_evaluation *e, const char *const *names, json_t **out,
                                mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (int32_t k = 0; k < e->n_classes; k++) {
        const mote_class_result *c = &e->classes[k];
        json_t *o = json_object();
        if (!list || json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of an evaluation");
        MOTE_TRY(mote_json_put(o, "class", json_string(names[k]), err));
        MOTE_TRY(mote_json_put(o, "n", json_integer(c->n), err));
        MOTE_TRY(mote_json_put(o, "n_predicted", json_integer(c->n_predicted), err));
        MOTE_TRY(mote_json_put(o, "n_right", json_integer(c->n_right), err));
        MOTE_TRY(mote_json_put(o, "precision", json_real(c->precision), err));
        MOTE_TRY(mote_json_put_interval(o, "recall", c->recall_interval, err));
        MOTE_TRY(mote_json_put(o, "f1", json_real(c->f1), err));
    }
    *out = json_incref(list);
    return MOTE_OK;
}

static mote_status groups_json(const mote_evaluation *e, const char *const *names, json_t **out,
                               mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (int32_t k = 0; k < e->n_groups; k++) {
        const mote_group_result *g = &e->groups[k];
        if (g->n == 0)
            continue;
        json_t *o = json_object();
        if (!list || json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of an evaluation");
        MOTE_TRY(mote_json_put(o, "group", json_string(names[k]), err));
        MOTE_TRY(mote_json_put(o, "n", json_integer(g->n), err));
        MOTE_TRY(mote_json_put(o, "n_right", json_integer(g->n_right), err));
        MOTE_TRY(mote_json_put_interval(o, "accuracy", g->accuracy, err));
    }
    *out = json_incref(list);
    return MOTE_OK;
}

static mote_status confusion_json(const mote_evaluation *e, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (int32_t i = 0; i < e->n_classes; i++) {
        json_t *row = json_array();
        if (!list || json_array_append_new(list, row) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of an evaluation");
        for (int32_t k = 0; k < e->n_classes; k++)
            if (json_array_append_new(row, json_integer(e->confusion[i * e->n_classes + k])) != 0)
                return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of an evaluation");
    }
    *out = json_incref(list);
    return MOTE_OK;
}

static mote_status bins_json(const mote_evaluation *e, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (int32_t b = 0; b < e->n_bins; b++) {
        const mote_calibration_bin *bin = &e->bins[b];
        json_t *o = json_object();
        if (!list || json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of an evaluation");
        MOTE_TRY(mote_json_put(o, "n", json_integer(bin->n), err));
        MOTE_TRY(mote_json_put(o, "confidence", json_real(bin->confidence), err));
        MOTE_TRY(mote_json_put(o, "accuracy", json_real(bin->accuracy), err));
    }
    *out = json_incref(list);
    return MOTE_OK;
}

static mote_status put_worst(const mote_evaluation *e, const char *const *names,
                             const char *const *group_names, json_t *o, mote_err *err)
{
    if (e->worst_class >= 0)
        MOTE_TRY(mote_json_put(o, "worst_class", json_string(names[e->worst_class]), err));
    if (e->worst_group >= 0 && group_names)
        MOTE_TRY(mote_json_put(o, "worst_group", json_string(group_names[e->worst_group]), err));
    return MOTE_OK;
}

mote_status mote_evaluation_to_json(const mote_evaluation *e, const char *const *names,
                                    const char *const *group_names, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    json_t *part = NULL;
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of an evaluation");
    MOTE_TRY(mote_json_put(o, "n", json_integer(e->n), err));
    MOTE_TRY(mote_json_put(o, "n_right", json_integer(e->n_right), err));
    MOTE_TRY(mote_json_put(o, "confidence", json_real(e->confidence_level), err));
    MOTE_TRY(mote_json_put_interval(o, "accuracy", e->accuracy, err));
    MOTE_TRY(mote_json_put_interval(o, "macro_f1", e->macro_f1, err));
    MOTE_TRY(mote_json_put_interval(o, "ece", e->ece, err));
    MOTE_TRY(mote_json_put_interval(o, "brier", e->brier, err));
    MOTE_TRY(mote_json_put_interval(o, "nll", e->nll, err));
    MOTE_TRY(put_worst(e, names, group_names, o, err));
    MOTE_TRY(classes_json(e, names, &part, err));
    MOTE_TRY(mote_json_put(o, "classes", part, err));
    MOTE_TRY(confusion_json(e, &part, err));
    MOTE_TRY(mote_json_put(o, "confusion", part, err));
    if (group_names) {
        MOTE_TRY(groups_json(e, group_names, &part, err));
        MOTE_TRY(mote_json_put(o, "groups", part, err));
    }
    MOTE_TRY(bins_json(e, &part, err));
    MOTE_TRY(mote_json_put(o, "calibration", part, err));
    *out = json_incref(o);
    return MOTE_OK;
}

/* ---- reading ---- */

#define WHAT        "evaluation"
#define MAX_CLASSES 4096
#define MAX_GROUPS  10000000

static mote_status read_count(const json_t *o, const char *key, int64_t *out, mote_err *err)
{
    return mote_json_get_count(o, WHAT, key, out, err);
}

static mote_status read_name(const json_t *o, const char *key, mote_arena *a, const char **out,
                             mote_err *err)
{
    const char *name = NULL;
    MOTE_TRY(mote_json_get_str(o, WHAT, key, &name, err));
    *out = mote_arena_strdup(a, name);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for an evaluation");
}

static mote_status read_class(const json_t *o, mote_class_result *c, mote_err *err)
{
    MOTE_TRY(read_count(o, "n", &c->n, err));
    MOTE_TRY(read_count(o, "n_predicted", &c->n_predicted, err));
    MOTE_TRY(read_count(o, "n_right", &c->n_right, err));
    MOTE_TRY(mote_json_get_f64(o, WHAT, "precision", &c->precision, err));
    MOTE_TRY(mote_json_get_f64(o, WHAT, "f1", &c->f1, err));
    MOTE_TRY(mote_json_get_interval(o, "recall", &c->recall_interval, err));
    c->recall = c->n > 0 ? c->recall_interval.value : 0;
    return MOTE_OK;
}

static mote_status read_classes(const json_t *j, mote_arena *a, mote_evaluation *e,
                                const char ***names, mote_err *err)
{
    json_t *classes = NULL, *confusion = NULL;
    MOTE_TRY(mote_json_get_arr(j, WHAT, "classes", &classes, err));
    MOTE_TRY(mote_json_get_arr(j, WHAT, "confusion", &confusion, err));
    size_t n = json_array_size(classes);
    if (n < 2 || n > MAX_CLASSES || json_array_size(confusion) != n)
        return mote_fail(err, MOTE_RANGE, WHAT ": %zu classes, but %zu rows of confusion", n,
                         json_array_size(confusion));
    e->n_classes = (int32_t)n;
    MOTE_TRY(mote_arena_take(a, n, sizeof **names, names, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *e->classes, &e->classes, err));
    MOTE_TRY(mote_arena_take(a, n * n, sizeof *e->confusion, &e->confusion, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(confusion, i), *o = json_array_get(classes, i);
        MOTE_TRY(read_name(o, "class", a, &(*names)[i], err));
        MOTE_TRY(read_class(o, &e->classes[i], err));
        if (!json_is_array(row) || json_array_size(row) != n)
            return mote_fail(err, MOTE_RANGE, WHAT ": row %zu of the confusion is not %zu long", i,
                             n);
        for (size_t k = 0; k < n; k++) {
            json_int_t count = json_integer_value(json_array_get(row, k));
            if (!json_is_integer(json_array_get(row, k)) || count < 0)
                return mote_fail(err, MOTE_PARSE, WHAT ": a confusion is not a count");
            e->confusion[i * n + k] = count;
        }
    }
    return MOTE_OK;
}

static mote_status read_groups(const json_t *j, mote_arena *a, mote_evaluation *e,
                               const char ***names, mote_err *err)
{
    const json_t *groups = json_object_get(j, "groups");
    size_t n = json_array_size(groups); /* 0 when there are none */
    if (n > MAX_GROUPS)
        return mote_fail(err, MOTE_RANGE, WHAT ": %zu groups", n);
    e->n_groups = (int32_t)n;
    MOTE_TRY(mote_arena_take(a, n, sizeof **names, names, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *e->groups, &e->groups, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(groups, i);
        MOTE_TRY(read_name(o, "group", a, &(*names)[i], err));
        MOTE_TRY(read_count(o, "n", &e->groups[i].n, err));
        MOTE_TRY(read_count(o, "n_right", &e->groups[i].n_right, err));
        MOTE_TRY(mote_json_get_interval(o, "accuracy", &e->groups[i].accuracy, err));
    }
    return MOTE_OK;
}

static mote_status read_bins(const json_t *j, mote_arena *a, mote_evaluation *e, mote_err *err)
{
    json_t *bins = NULL;
    MOTE_TRY(mote_json_get_arr(j, WHAT, "calibration", &bins, err));
    size_t n = json_array_size(bins);
    if (n > 1000)
        return mote_fail(err, MOTE_RANGE, WHAT ": %zu bins", n);
    e->n_bins = (int32_t)n;
    MOTE_TRY(mote_arena_take(a, n, sizeof *e->bins, &e->bins, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(bins, i);
        MOTE_TRY(read_count(o, "n", &e->bins[i].n, err));
        MOTE_TRY(mote_json_get_f64(o, WHAT, "confidence", &e->bins[i].confidence, err));
        MOTE_TRY(mote_json_get_f64(o, WHAT, "accuracy", &e->bins[i].accuracy, err));
    }
    return MOTE_OK;
}

static int32_t index_of(const json_t *j, const char *key, const char *const *names, int32_t n)
{
    const char *name = json_string_value(json_object_get(j, key));
    for (int32_t i = 0; name && i < n; i++)
        if (mote_str_eq(names[i], name))
            return i;
    return -1;
}

mote_status mote_evaluation_from_json(const json_t *j, mote_arena *a, mote_evaluation *out,
                                      const char *const **names, const char *const **group_names,
                                      mote_err *err)
{
    mote_evaluation e = {0};
    const char **classes = NULL, **groups = NULL;
    if (!json_is_object(j))
        return mote_fail(err, MOTE_PARSE, WHAT ": not a JSON object");
    MOTE_TRY(read_count(j, "n", &e.n, err));
    MOTE_TRY(read_count(j, "n_right", &e.n_right, err));
    MOTE_TRY(mote_json_get_f64(j, WHAT, "confidence", &e.confidence_level, err));
    MOTE_TRY(mote_json_get_interval(j, "accuracy", &e.accuracy, err));
    MOTE_TRY(mote_json_get_interval(j, "macro_f1", &e.macro_f1, err));
    MOTE_TRY(mote_json_get_interval(j, "ece", &e.ece, err));
    MOTE_TRY(mote_json_get_interval(j, "brier", &e.brier, err));
    MOTE_TRY(mote_json_get_interval(j, "nll", &e.nll, err));
    MOTE_TRY(read_classes(j, a, &e, &classes, err));
    MOTE_TRY(read_groups(j, a, &e, &groups, err));
    MOTE_TRY(read_bins(j, a, &e, err));
    e.worst_class = index_of(j, "worst_class", classes, e.n_classes);
    e.worst_group = index_of(j, "worst_group", groups, e.n_groups);
    *out = e;
    *names = classes;
    *group_names = groups;
    return MOTE_OK;
}
