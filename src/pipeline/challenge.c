/* SPDX-License-Identifier: Apache-2.0 */
/* Champion against challenger, see challenge.h. */
#include "pipeline/challenge.h"

#include <math.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "pipeline/listen.h"
#include "pipeline/stage_parts.h"
#include "project/schema.h"

#define BLOCK_S 10.0 /* stretch of the stream that the paired comparison draws */

bool mote_challenge_is_fair(const mote_challenge *c, const mote_model *m)
{
    const mote_signature ours = mote_stage_signature(c->task, c->form);
    return mote_model_features(m) && mote_signature_equal(&ours, mote_model_signature(m));
}

/* The champion, or its folds, on the same clips. */
static mote_jury jury_of(const mote_challenge *c, const mote_challenged *with)
{
    const mote_model *m = with->champion;
    const mote_jury_graphs *folds = with->folds;
    mote_jury j = *c->jury;
    MOTE_BUG_IF(j.is_folds ? folds->n != j.n_parts : folds->n != 0);
    j.judge.features = mote_model_features(m);
    j.judge.decision = mote_model_decision(m);
    for (int32_t k = 0; k < j.n_parts; k++) {
        j.parts[k].graph = j.is_folds ? folds->graphs[k] : mote_model_graph(m);
        j.parts[k].features = j.is_folds ? mote_jury_front(folds, k) : NULL;
    }
    return j;
}

/* ---- clips ------------------------------------------------------------------------------- */

/* What a jury says about its clips under every condition, one after the other. */
static mote_status decide(const mote_challenge *c, const mote_jury *j, mote_arena *a, int32_t **out,
                          mote_err *err)
{
    size_t n = j->clips.n;
    mote_jury plain = *j; /* which is the largest does not depend on the temperature */
    plain.judge.decision = NULL;
    MOTE_TRY(mote_arena_take(a, n * (size_t)c->conditions->n, sizeof **out, out, err));
    for (int32_t k = 0; k < c->conditions->n; k++) {
        float *y = NULL;
        MOTE_TRY(mote_jury_said(&plain, c->samples[k], a, &y, err));
        mote_judge_decide(y, n, j->clips.n_classes, *out + (size_t)k * n);
    }
    return MOTE_OK;
}

/* Both models' answers, with the truth, its speaker and the condition as a slice. */
static mote_status gather(const mote_challenge *c, const mote_jury *theirs, mote_arena *a,
                          mote_compare_input *out, mote_err *err)
{
    const mote_dataset *d = &c->jury->clips;
    size_t n = d->n, n_all = n * (size_t)c->conditions->n;
    int32_t *labels = NULL, *groups = NULL, *slices = NULL, *old = NULL, *new = NULL;
    MOTE_TRY(mote_arena_take(a, n_all, sizeof *labels, &labels, err));
    MOTE_TRY(mote_arena_take(a, n_all, sizeof *groups, &groups, err));
    MOTE_TRY(mote_arena_take(a, n_all, sizeof *slices, &slices, err));
    MOTE_TRY(decide(c, theirs, a, &old, err));
    MOTE_TRY(decide(c, c->jury, a, &new, err));
    for (size_t i = 0; i < n_all; i++) {
        labels[i] = d->class_id[i % n];
        groups[i] = d->group_id[i % n];
        slices[i] = (int32_t)(i / n);
    }
    *out = (mote_compare_input){.n = n_all,
                                .labels = labels,
                                .champion = old,
                                .challenger = new,
                                .groups = groups,
                                .n_groups = (int32_t)d->n_groups,
                                .slices = slices,
                                .n_slices = c->conditions->n};
    return MOTE_OK;
}

/* ---- the stream -------------------------------------------------------------------------- */

/* What a jury does in each stretch. */
typedef struct {
    mote_stream_stretch in;
    double hours;
} stretches;

/* At its model's own operating point. */
static mote_status hear(const mote_challenge *c, const mote_jury *j, const mote_operating_point *op,
                        mote_arena *a, stretches *out, mote_err *err)
{
    mote_jury_heard h;
    mote_jury_stream s = {.task = c->task,
                          .stream = c->stream,
                          .hop = (size_t)round((double)op->hop_ms * c->form->rate_hz / 1000.0),
                          .seed = MOTE_LISTEN_SEED_TEST,
                          .progress = c->progress,
                          .progress_arg = c->progress_arg,
                          .cancel = c->cancel};
    MOTE_TRY(mote_jury_listen(j, &s, a, &h, err));
    mote_stream_detector d = {.smooth_hops = op->smooth_hops,
                              .suppress_hops =
                                  (int32_t)lround((double)op->suppress_ms / op->hop_ms),
                              .tolerance_s = c->stream->detector.tolerance_s};
    out->hours = (double)h.track.n / h.track.rate_hz / 3600;
    h.track.n = h.extent; /* blocks of silence have nothing in them */
    h.track.extent = 0;
    const mote_stream_heard all = {&h.said, &h.track, (int32_t)c->task->labels.n, &d};
    return mote_stream_blocks(&all, op->thresholds, BLOCK_S, a, &out->in, err);
}

static mote_status compare_stream(const mote_challenge *c, const mote_model *champion,
                                  const mote_jury *theirs, mote_arena *a,
                                  mote_stream_comparison *out, mote_err *err)
{
    stretches old, new;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(hear(c, theirs, mote_model_operating_point(champion), a, &old, err));
    MOTE_TRY(hear(c, c->jury, &c->judge.decision->op, a, &new, err));
    if (new.in.n != old.in.n) /* parts begin at a multiple of the hop, for folds */
        return mote_fail(err, MOTE_ARG,
                         "stream.hop_ms of the champion and of mote.yaml must divide a minute");
    const mote_stream_pair pair = {old.in.blocks, new.in.blocks, new.in.n, new.hours, c->value};
    return mote_compare_stream(&pair, &cfg, a, out, err);
}

/* ---- events in a stream ------------------------------------------------------------------ */

static mote_status to_json(const mote_conditions *all, const mote_comparison *slices,
                           const mote_stream_comparison *stream, const mote_promotion *promotion,
                           json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_pack("{s:{}}", "conditions");
    for (int32_t k = 0; k < all->n; k++) {
        json_t *one = NULL;
        MOTE_TRY(mote_comparison_to_json(&slices[k], &one, err));
        MOTE_TRY(mote_json_put(json_object_get(o, "conditions"), all->items[k].text, one, err));
    }
    json_t *heard = NULL, *rule = NULL;
    MOTE_TRY(mote_stream_comparison_to_json(stream, &heard, err));
    MOTE_TRY(mote_json_put(o, "stream", heard, err));
    MOTE_TRY(mote_promotion_to_json(promotion, &rule, err));
    MOTE_TRY(mote_json_put(o, "promotion", rule, err));
    *out = json_incref(o);
    return MOTE_OK;
}

static mote_status compare_events(const mote_challenge *c, const mote_challenged *with,
                                  mote_arena *a, mote_challenge_result *out, mote_err *err)
{
    const mote_jury theirs = jury_of(c, with);
    mote_compare_input in;
    mote_comparison overall, slices[MOTE_MAX_CONDITIONS];
    mote_stream_comparison stream;
    const char *names[MOTE_MAX_CONDITIONS];
    for (int32_t k = 0; k < c->conditions->n; k++)
        names[k] = c->conditions->items[k].text;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(gather(c, &theirs, a, &in, err));
    MOTE_TRY(mote_compare(&in, &cfg, a, &overall, slices, err));
    MOTE_TRY(compare_stream(c, with->champion, &theirs, a, &stream, err));
    const mote_promotion_case judged = {
        &overall, slices, names, c->conditions->n, 0, &stream, c->value->currency};
    out->promotion = mote_compare_promotion(&judged, c->rule);
    return to_json(c->conditions, slices, &stream, &out->promotion, &out->comparison, err);
}

/* ---- one sample at a time ---------------------------------------------------------------- */

static mote_status put_pair(json_t *o, const mote_answers_pair *pair, mote_err *err)
{
    char text[400];
    mote_answers_pair_text(pair, "champion", "challenger", text, sizeof text);
    MOTE_TRY(mote_json_put(o, "metric", json_string(mote_metric_info(pair->metric)->name), err));
    MOTE_TRY(mote_json_put_interval(o, "before", pair->champion, err));
    MOTE_TRY(mote_json_put_interval(o, "now", pair->challenger, err));
    MOTE_TRY(mote_json_put_interval(o, "difference", pair->difference, err));
    return mote_json_put(o, "text", json_string(text), err);
}

/* Of several values the same for each, by its name. */
static mote_status put_each(const mote_challenge *c, const mote_answers *champion,
                            const mote_answers *challenger, mote_arena *a, json_t *o, mote_err *err)
{
    const mote_evaluate_config cfg = mote_evaluate_config_default();
    json_t *each = json_object();
    MOTE_TRY(mote_json_put(o, "each", each, err));
    for (int32_t k = 0; k < challenger->width; k++) {
        const char *name = c->form->values.items[k];
        json_t *one = json_object();
        mote_answers of[2];
        mote_answers_pair pair;
        MOTE_TRY(mote_json_put(each, name, one, err));
        MOTE_TRY(mote_answers_value(champion, k, name, a, &of[0], err));
        MOTE_TRY(mote_answers_value(challenger, k, name, a, &of[1], err));
        MOTE_TRY(mote_answers_compare(&of[0], &of[1], &cfg, a, &pair, err));
        MOTE_TRY(put_pair(one, &pair, err));
    }
    return MOTE_OK;
}

static mote_status compare_answers(const mote_challenge *c, const mote_challenged *with,
                                   mote_arena *a, mote_challenge_result *out, mote_err *err)
{
    const mote_jury *ours = c->jury, theirs = jury_of(c, with);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    float *old = NULL, *new = NULL;
    mote_answers champion, challenger;
    mote_answers_pair pair;
    MOTE_TRY(mote_jury_said(&theirs, c->samples[0], a, &old, err));
    MOTE_TRY(mote_jury_said(ours, c->samples[0], a, &new, err));
    MOTE_TRY(mote_judge_answers(&ours->clips, new, mote_jury_width(ours), a, &challenger, err));
    champion = challenger;
    champion.said = old;
    champion.threshold = mote_model_decision(with->champion)->anomaly.threshold;
    challenger.threshold = c->judge.decision->anomaly.threshold;
    MOTE_TRY(mote_answers_compare(&champion, &challenger, &cfg, a, &pair, err));
    out->promotion = mote_answers_promotion(&pair, c->rule);
    json_t *rule = NULL;
    MOTE_SCOPED_JSON *o = json_object();
    MOTE_TRY(put_pair(o, &pair, err));
    if (challenger.kind == MOTE_ANSWER_VALUE && challenger.width > 1)
        MOTE_TRY(put_each(c, &champion, &challenger, a, o, err));
    MOTE_TRY(mote_promotion_to_json(&out->promotion, &rule, err));
    MOTE_TRY(mote_json_put(o, "promotion", rule, err));
    out->comparison = json_incref(o);
    return MOTE_OK;
}

mote_status mote_challenge_run(const mote_challenge *c, const mote_challenged *with, mote_arena *a,
                               mote_challenge_result *out, mote_err *err)
{
    mote_challenge_result r = {.comparison = NULL};
    MOTE_TRY(c->task->is_stream ? compare_events(c, with, a, &r, err)
                                : compare_answers(c, with, a, &r, err));
    *out = r;
    return MOTE_OK;
}

/* ---- the same model ---------------------------------------------------------------------- */

static bool same_decision(const mote_decision *x, const mote_model *m)
{
    const mote_signature *s = mote_model_signature(m);
    MOTE_SCOPED_JSON *a = mote_decision_to_json(x, s);
    MOTE_SCOPED_JSON *b = mote_decision_to_json(mote_model_decision(m), s);
    return a && b && json_equal(a, b);
}

mote_status mote_challenge_is_same(const mote_challenge *c, const mote_model *other, bool *same,
                                   mote_err *err)
{
    *same = false;
    if (!mote_challenge_is_fair(c, other) || !same_decision(c->judge.decision, other))
        return MOTE_OK;
    mote_sha256 our_features = mote_frontend_hash(c->judge.features),
                their_features = mote_frontend_hash(mote_model_features(other));
    if (memcmp(&our_features, &their_features, sizeof our_features) != 0)
        return MOTE_OK;
    MOTE_SCOPED_BUF ours;
    MOTE_SCOPED_BUF theirs;
    mote_buf_init(&ours, (size_t)1 << 30);
    mote_buf_init(&theirs, (size_t)1 << 30);
    mote_graph_save(c->judge.graph, &ours);
    mote_graph_save(mote_model_graph(other), &theirs);
    MOTE_TRY(mote_buf_status(&ours, err));
    MOTE_TRY(mote_buf_status(&theirs, err));
    *same = ours.len == theirs.len && memcmp(ours.data, theirs.data, ours.len) == 0;
    return MOTE_OK;
}
