/* SPDX-License-Identifier: Apache-2.0 */
/* Truths that were joined, as a document for every door. See truths.h. */
#include <math.h>

#include "loop/truths.h"

/* {"n": 12, "first": ["a-7", ..]} */
static mote_status put_odd(json_t *o, const char *member, const mote_truths_odd *odd, mote_err *err)
{
    json_t *one = json_object(), *first = json_array();
    MOTE_TRY(mote_json_put(o, member, one, err));
    MOTE_TRY(mote_json_put(one, "n", json_integer((json_int_t)odd->n), err));
    MOTE_TRY(mote_json_put(one, "first", first, err));
    for (size_t i = 0; i < odd->n && i < MOTE_TRUTHS_NAMED; i++)
        MOTE_TRY(mote_json_append(first, json_string(odd->first[i]), err));
    return MOTE_OK;
}

static mote_status put_classes(json_t *o, const mote_truth_window *w, size_t n_classes,
                               mote_err *err)
{
    json_t *classes = json_object();
    MOTE_TRY(mote_json_put(o, "classes", classes, err));
    for (size_t k = 0; k < n_classes; k++) {
        const mote_truth_class *c = &w->classes[k];
        if (c->n == 0)
            continue;
        const mote_interval recall = mote_interval_wilson(c->n_right, c->n, 0.95);
        json_t *one = json_object();
        MOTE_TRY(mote_json_put(classes, c->name, one, err));
        MOTE_TRY(mote_json_put(one, "n", json_integer(c->n), err));
        MOTE_TRY(mote_json_put_interval(one, "recall", recall, err));
    }
    return MOTE_OK;
}

static mote_status put_window(json_t *o, const mote_truth_measure *m, const mote_truth_window *w,
                              size_t n_classes, mote_err *err)
{
    MOTE_TRY(mote_json_put(o, "start_ms", json_integer(w->start_ms), err));
    MOTE_TRY(mote_json_put(o, "end_ms", json_integer(w->end_ms), err));
    MOTE_TRY(mote_json_put(o, "n", json_integer(w->n), err));
    MOTE_TRY(mote_json_put(o, "n_tested", json_integer(w->n_tested), err));
    MOTE_TRY(mote_json_put(o, "n_independent",
                           mote_json_number(w->n_tested ? w->n_tested / w->effect : 0), err));
    MOTE_TRY(mote_json_put_interval(o, m->name, w->error, err));
    MOTE_TRY(mote_json_put(o, "p_value", mote_json_number(w->p_value), err));
    MOTE_TRY(mote_json_put(o, "is_bad", json_boolean(w->is_bad), err));
    return n_classes > 0 ? put_classes(o, w, n_classes, err) : MOTE_OK;
}

static mote_status put_judged(json_t *o, const mote_truths *t, mote_err *err)
{
    const mote_truths_judged *j = &t->judged;
    json_t *in_use = json_object(), *windows = json_array();
    MOTE_TRY(mote_json_put(o, "in_use", in_use, err));
    MOTE_TRY(mote_json_put(o, "windows", windows, err));
    MOTE_TRY(put_window(in_use, &t->measure, &j->all, j->n_classes, err));
    for (size_t i = 0; i < j->n_windows; i++) {
        json_t *one = json_object();
        MOTE_TRY(mote_json_append(windows, one, err));
        MOTE_TRY(put_window(one, &t->measure, &j->windows[i], j->n_classes, err));
    }
    return MOTE_OK;
}

mote_status mote_truths_json(const mote_monitor_config *of, const mote_truths *t, json_t **out,
                             mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for truths");
    MOTE_TRY(mote_json_put(o, "model", json_string(of->model), err));
    MOTE_TRY(mote_json_put(o, "version", json_integer(of->version), err));
    MOTE_TRY(mote_json_put(o, "read", json_integer((json_int_t)t->n_rows), err));
    MOTE_TRY(mote_json_put(o, "joined", json_integer((json_int_t)t->n_joined), err));
    MOTE_TRY(put_odd(o, "unknown", &t->unknown, err));
    MOTE_TRY(put_odd(o, "unclear", &t->unclear, err));
    MOTE_TRY(put_odd(o, "repeated", &t->repeated, err));
    MOTE_TRY(put_odd(o, "disagreeing", &t->disagreeing, err));
    MOTE_TRY(mote_json_put(o, "waiting", json_integer((json_int_t)t->judged.n_waiting), err));
    MOTE_TRY(mote_json_put(o, "measure", json_string(t->measure.name), err));
    MOTE_TRY(mote_json_put(o, "promised", mote_json_number(t->measure.promised), err));
    MOTE_TRY(mote_json_put(o, "inside", mote_json_number(t->inside), err));
    MOTE_TRY(mote_json_put(o, "opened", json_integer(t->judged.alerts.n_opened), err));
    MOTE_TRY(mote_json_put(o, "resolved", json_integer(t->judged.alerts.n_resolved), err));
    MOTE_TRY(put_judged(o, t, err));
    *out = json_incref(o);
    return MOTE_OK;
}
