/* SPDX-License-Identifier: Apache-2.0 */
/* Champion against challenger, see challenge.h. */
#include "pipeline/challenge.h"

#include <math.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "pipeline/listen.h"
#include "pipeline/stage_parts.h"

#define BLOCK_S 10.0 /* stretch of the stream that the paired comparison draws */

bool mote_challenge_is_fair(const mote_challenge *c, const mote_model *m)
{
    const mote_signature ours = mote_stage_signature(c->task, c->form);
    return mote_model_features(m) && mote_signature_equal(&ours, mote_model_signature(m));
}

/* The champion, or its folds, on the same clips. */
static mote_jury jury_of(const mote_challenge *c, const mote_model *m,
                         const mote_jury_graphs *folds)
{
    mote_jury j = *c->jury;
    MOTE_BUG_IF(j.is_folds ? folds->n != j.n_parts : folds->n != 0);
    j.judge.features = mote_model_features(m);
    for (int32_t k = 0; k < j.n_parts; k++)
        j.parts[k].graph = j.is_folds ? folds->graphs[k] : mote_model_graph(m);
    return j;
}

/* ---- clips ------------------------------------------------------------------------------- */

/* What a jury says about its clips under every condition, one after the other. */
static mote_status decide(const mote_challenge *c, const mote_jury *j, mote_arena *a, int32_t **out,
                          mote_err *err)
{
    size_t n = j->clips.n;
    MOTE_TRY(mote_arena_take(a, n * (size_t)c->conditions->n, sizeof **out, out, err));
    for (int32_t k = 0; k < c->conditions->n; k++) {
        float *y = NULL;
        MOTE_TRY(mote_jury_clips(j, c->clips[k], a, &y, NULL, err));
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

/* What a jury does in each stretch of the stream, at its model's own operating point. */
static mote_status hear(const mote_challenge *c, const mote_jury *j, const mote_operating_point *op,
                        mote_arena *a, mote_stream_block **out, size_t *n, double *hours,
                        mote_err *err)
{
    mote_jury_heard h;
    mote_jury_stream s = {.task = c->task,
                          .stream = c->stream,
                          .hop = (size_t)((double)op->hop_ms * c->form->rate_hz / 1000.0),
                          .seed = MOTE_LISTEN_SEED_TEST,
                          .progress = c->progress,
                          .progress_arg = c->progress_arg,
                          .cancel = c->cancel};
    MOTE_TRY(mote_jury_listen(j, &s, a, &h, err));
    mote_stream_detector d = {.smooth_hops = op->smooth_hops,
                              .suppress_hops =
                                  (int32_t)lround((double)op->suppress_ms / op->hop_ms),
                              .tolerance_s = c->stream->detector.tolerance_s};
    *hours = (double)h.track.n / h.track.rate_hz / 3600;
    h.track.n = h.extent; /* blocks of silence have nothing in them */
    return mote_stream_blocks(&h.said, &h.track, (int32_t)c->task->labels.n, &d, op->thresholds,
                              BLOCK_S, a, out, n, err);
}

static mote_status compare_stream(const mote_challenge *c, const mote_model *champion,
                                  const mote_jury *theirs, mote_arena *a,
                                  mote_stream_comparison *out, mote_err *err)
{
    mote_stream_block *old = NULL, *new = NULL;
    size_t n_old = 0, n = 0;
    double hours = 0.0;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(hear(c, theirs, mote_model_operating_point(champion), a, &old, &n_old, &hours, err));
    MOTE_TRY(hear(c, c->jury, c->op, a, &new, &n, &hours, err));
    if (n != n_old) /* parts begin at a multiple of the hop, for folds */
        return mote_fail(err, MOTE_ARG,
                         "stream.hop_ms of the champion and of mote.yaml must divide a minute");
    return mote_compare_stream(old, new, n, hours, c->value, &cfg, a, out, err);
}

/* ---- together ---------------------------------------------------------------------------- */

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

mote_status mote_challenge_run(const mote_challenge *c, const mote_model *champion,
                               const mote_jury_graphs *folds, mote_arena *a, mote_promotion *out,
                               json_t **comparison, mote_err *err)
{
    const mote_jury theirs = jury_of(c, champion, folds);
    mote_compare_input in;
    mote_comparison overall, slices[MOTE_MAX_CONDITIONS];
    mote_stream_comparison stream;
    const char *names[MOTE_MAX_CONDITIONS];
    for (int32_t k = 0; k < c->conditions->n; k++)
        names[k] = c->conditions->items[k].text;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(gather(c, &theirs, a, &in, err));
    MOTE_TRY(mote_compare(&in, &cfg, a, &overall, slices, err));
    MOTE_TRY(compare_stream(c, champion, &theirs, a, &stream, err));
    mote_promotion p = mote_compare_promotion(&overall, slices, names, c->conditions->n, 0, &stream,
                                              c->value->currency, c->rule);
    MOTE_TRY(to_json(c->conditions, slices, &stream, &p, comparison, err));
    *out = p;
    return MOTE_OK;
}

/* ---- the same model ---------------------------------------------------------------------- */

static bool same_point(const mote_operating_point *x, const mote_operating_point *y, size_t n)
{
    MOTE_SCOPED_JSON *a = mote_operating_point_to_json(x, (int32_t)n);
    MOTE_SCOPED_JSON *b = mote_operating_point_to_json(y, (int32_t)n);
    return a && b && json_equal(a, b);
}

mote_status mote_challenge_is_same(const mote_challenge *c, const mote_model *other, bool *same,
                                   mote_err *err)
{
    *same = false;
    if (!mote_challenge_is_fair(c, other) ||
        !same_point(c->op, mote_model_operating_point(other), c->task->classes.n))
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
