/* SPDX-License-Identifier: Apache-2.0 */
/* The row of answers that are one of n classes. The numbers are those of metrics.h. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "evaluate/answer_internal.h"
#include "evaluate/report_text.h"
#include "model/predictor.h"

static mote_predictions predictions_of(const mote_answers *x)
{
    return (mote_predictions){.n = x->n,
                              .n_classes = x->width,
                              .labels = x->class_id,
                              .probabilities = x->said,
                              .groups = x->groups,
                              .n_groups = x->n_groups};
}

/* The worst class is one of the first n_named. */
static void add_numbers(const mote_evaluation *e, int32_t n_named, mote_answer_numbers *out)
{
    mote_interval worst_class = {0}, worst_group = {0};
    int64_t n_class = 0, n_group = 0;
    for (int32_t i = 0; i < n_named && i < e->n_classes; i++) {
        const mote_class_result *r = &e->classes[i];
        if (r->n > 0 && (n_class == 0 || r->recall_interval.value < worst_class.value)) {
            worst_class = r->recall_interval;
            n_class = r->n;
        }
    }
    if (e->worst_group >= 0) {
        worst_group = e->groups[e->worst_group].accuracy;
        n_group = e->groups[e->worst_group].n;
    }
    mote_answer_numbers_add(out, MOTE_METRIC_accuracy, e->accuracy, e->n);
    mote_answer_numbers_add(out, MOTE_METRIC_macro_f1, e->macro_f1, e->n);
    mote_answer_numbers_add(out, MOTE_METRIC_ece, e->ece, e->n);
    mote_answer_numbers_add(out, MOTE_METRIC_worst_class_recall, worst_class, n_class);
    mote_answer_numbers_add(out, MOTE_METRIC_worst_group_accuracy, worst_group, n_group);
}

static mote_status evaluate_classes(const mote_answers *x, const mote_answer_words *words,
                                    const mote_evaluate_config *cfg, mote_arena *a,
                                    mote_answers_report *out, mote_err *err)
{
    mote_predictions p = predictions_of(x);
    mote_evaluation *e = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *e, &e, err));
    MOTE_TRY(mote_evaluate(&p, cfg, a, e, err));
    add_numbers(e, x->n_named, &out->numbers);
    out->classes = e;
    out->worst_group = e->worst_group;
    for (int32_t g = 0; g < e->n_groups; g++)
        out->n_rivals += e->groups[g].n >= cfg->min_group;
    if (e->worst_group >= 0) {
        out->worst_value = e->groups[e->worst_group].accuracy.value;
        out->worst_n = e->groups[e->worst_group].n;
    }
    return words ? mote_evaluation_to_json(e, words->names, words->groups, &out->document, err)
                 : MOTE_OK;
}

/* A temperature that runs into its bound comes from samples that are told apart without a mistake
 * (or not at all): it would only say that nothing is ever in doubt. */
static mote_status choose(const mote_answers *x, const mote_decide_config *cfg, mote_arena *a,
                          mote_decided *out, mote_err *err)
{
    mote_predictions p = predictions_of(x);
    double nll = 0.0;
    (void)cfg;
    (void)a;
    MOTE_TRY(mote_temperature_fit(&p, &out->temperature, &nll, err));
    if (mote_temperature_is_bound(out->temperature)) {
        out->temperature = 1.0;
        out->short_note = "no temperature (it ran into its bound)";
        (void)mote_format(
            out->note, sizeof out->note,
            "validation cannot say how sure the model may be (its clips are told apart without a "
            "mistake, or not at all): probabilities are left as they are; more validation clips "
            "would settle it");
    }
    out->decision.op.temperature = (float)out->temperature;
    return MOTE_OK;
}

static mote_status apply(const mote_decided *d, const mote_decide_range *r, float *said,
                         mote_arena *a, mote_answers *x, mote_err *err)
{
    (void)a;
    (void)err;
    for (size_t i = r->first; i < r->first + r->n; i++)
        mote_temperature_apply(said + i * (size_t)x->width, x->width, d->temperature);
    return MOTE_OK;
}

static mote_status put(const mote_decided *d, const mote_answer_words *words, json_t *into,
                       mote_err *err)
{
    (void)words;
    if (*d->note)
        MOTE_TRY(mote_json_put(into, "temperature_note", json_string(d->note), err));
    return mote_json_put(into, "temperature", json_real(d->temperature), err);
}

/* Whether each sample was right. */
static mote_status prepare(const mote_answers *x, mote_arena *a, const void **state, mote_err *err)
{
    mote_predictions p = predictions_of(x);
    int32_t *said = NULL;
    bool *is_right = NULL;
    MOTE_TRY(mote_predictions_check(&p, err));
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *is_right, &is_right, err));
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *said, &said, err));
    mote_predictions_argmax(&p, said);
    for (size_t i = 0; i < x->n; i++)
        is_right[i] = said[i] == x->class_id[i];
    mote_arena_rewind(a, mark);
    *state = is_right;
    return MOTE_OK;
}

static double accuracy(const mote_answers *x, const void *state, const uint32_t *weights)
{
    const bool *is_right = state;
    double n = 0, n_right = 0;
    for (size_t i = 0; i < x->n; i++) {
        n += weights[i];
        n_right += is_right[i] ? weights[i] : 0;
    }
    return n_right / n;
}

static bool is_same_truth(const mote_answers *a, const mote_answers *b)
{
    return memcmp(a->class_id, b->class_id, a->n * sizeof *a->class_id) == 0;
}

static mote_status tell(const json_t *document, size_t worst, mote_buf *out, mote_err *err)
{
    return mote_report_evaluation_json(document, worst, out, err);
}

/* ---- drift ------------------------------------------------------------------------------- */

static int32_t n_watched(int32_t width)
{
    (void)width;
    return 3;
}

static void watched_name(int32_t k, char *name, size_t bytes)
{
    static const char *const names[] = {"confidence", "entropy", "class"};
    (void)mote_format(name, bytes, "%s", names[k]);
}

static void watch(const float *said, int32_t width, float *out)
{
    int32_t best = 0;
    double entropy = 0;
    bool is_sound = true;
    for (int32_t k = 0; k < width; k++) {
        is_sound = is_sound && isfinite(said[k]);
        if (said[k] > said[best])
            best = k;
        if (said[k] > 0)
            entropy -= (double)said[k] * log((double)said[k]);
    }
    out[0] = is_sound ? said[best] : NAN;
    out[1] = is_sound ? (float)entropy : NAN;
    out[2] = is_sound ? (float)best : NAN;
}

const mote_answer_row mote_answer_row_class = {
    .evaluate = evaluate_classes,
    .prepare = prepare,
    .chief = accuracy,
    .is_same_truth = is_same_truth,
    .is_last_class = true,
    .tell = tell,
    .n_watched = n_watched,
    .watched_name = watched_name,
    .watch = watch,
    .choose = choose,
    .apply = apply,
    .put = put,
};
