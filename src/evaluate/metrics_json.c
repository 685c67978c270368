/* SPDX-License-Identifier: Apache-2.0 */
/* An evaluation as one JSON document. */
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
