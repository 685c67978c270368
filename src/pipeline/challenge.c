/* SPDX-License-Identifier: Apache-2.0 */
/* Champion against challenger, see challenge.h. */
#include "pipeline/challenge.h"

#include <math.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "pipeline/listen.h"

#define BLOCK_S 10.0 /* stretch of the stream that the paired comparison draws */

bool mote_challenge_is_fair(const mote_challenge *c, const mote_model *m)
{
    const mote_task_setting *p = c->task;
    if ((size_t)mote_model_n_labels(m) != p->classes.n ||
        mote_model_clip_samples(m) != c->judge.clip_samples || !mote_model_features(m) ||
        mote_model_features(m)->rate_hz != p->rate_hz)
        return false;
    for (size_t i = 0; i < p->classes.n; i++)
        if (strcmp(mote_model_label(m, (int32_t)i), p->classes.items[i]) != 0)
            return false;
    return true;
}

static mote_judge judge_of(const mote_challenge *c, const mote_model *m)
{
    mote_judge j = c->judge;
    j.graph = mote_model_graph_s8(m);
    j.features = mote_model_features(m);
    return j;
}

/* ---- clips ------------------------------------------------------------------------------- */

/* What a model says about the test clips under every condition, one after the other. */
static mote_status decide(const mote_challenge *c, const mote_judge *j, mote_arena *a,
                          int32_t **out, mote_err *err)
{
    size_t n = c->test->n;
    MOTE_TRY(mote_arena_take(a, n * MOTE_N_CONDITIONS, sizeof **out, out, err));
    for (int k = 0; k < MOTE_N_CONDITIONS; k++) {
        float *y = NULL;
        MOTE_TRY(mote_judge_clips(j, c->clips[k], n, a, &y, NULL, err));
        mote_judge_decide(y, n, c->test->n_classes, *out + (size_t)k * n);
    }
    return MOTE_OK;
}

/* Both models' answers, with the truth, its speaker and the condition as a slice. */
static mote_status gather(const mote_challenge *c, const mote_model *champion, mote_arena *a,
                          mote_compare_input *out, mote_err *err)
{
    size_t n = c->test->n;
    mote_judge theirs = judge_of(c, champion);
    int32_t *labels = NULL, *groups = NULL, *slices = NULL, *old = NULL, *new = NULL;
    MOTE_TRY(mote_arena_take(a, n * MOTE_N_CONDITIONS, sizeof *labels, &labels, err));
    MOTE_TRY(mote_arena_take(a, n * MOTE_N_CONDITIONS, sizeof *groups, &groups, err));
    MOTE_TRY(mote_arena_take(a, n * MOTE_N_CONDITIONS, sizeof *slices, &slices, err));
    MOTE_TRY(decide(c, &theirs, a, &old, err));
    MOTE_TRY(decide(c, &c->judge, a, &new, err));
    for (size_t i = 0; i < n * MOTE_N_CONDITIONS; i++) {
        labels[i] = c->test->class_id[i % n];
        groups[i] = c->test->group_id[i % n];
        slices[i] = (int32_t)(i / n);
    }
    *out = (mote_compare_input){.n = n * MOTE_N_CONDITIONS,
                                .labels = labels,
                                .champion = old,
                                .challenger = new,
                                .groups = groups,
                                .n_groups = (int32_t)c->test->n_groups,
                                .slices = slices,
                                .n_slices = MOTE_N_CONDITIONS};
    return MOTE_OK;
}

/* ---- the stream -------------------------------------------------------------------------- */

/* What a model does in each stretch of the stream, at its own operating point. */
static mote_status hear(const mote_challenge *c, const mote_judge *j,
                        const mote_operating_point *op, const mote_stream_track *track,
                        mote_arena *a, mote_stream_block **out, size_t *n, mote_err *err)
{
    mote_stream_outputs said;
    size_t hop = (size_t)((int64_t)op->hop_ms * track->rate_hz / 1000);
    MOTE_TRY(mote_listen(j, track, hop, c->progress, c->progress_arg, c->cancel, a, &said,
                         err));
    mote_stream_detector d = {.smooth_hops = op->smooth_hops,
                              .suppress_hops =
                                  (int32_t)lround((double)op->suppress_ms / op->hop_ms),
                              .tolerance_s = c->stream->detector.tolerance_s};
    return mote_stream_blocks(&said, track, (int32_t)c->task->keywords.n, &d, op->thresholds,
                              BLOCK_S, a, out, n, err);
}

static mote_status compare_stream(const mote_challenge *c, const mote_model *champion,
                                  mote_arena *a, mote_stream_comparison *out, mote_err *err)
{
    mote_stream_track track;
    mote_stream_block *old = NULL, *new = NULL;
    size_t n = 0;
    mote_judge theirs = judge_of(c, champion);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(mote_listen_track(c->task, c->stream, c->test, MOTE_LISTEN_SEED_TEST, a, &track, err));
    MOTE_TRY(hear(c, &theirs, mote_model_operating_point(champion), &track, a, &old, &n, err));
    MOTE_TRY(hear(c, &c->judge, c->op, &track, a, &new, &n, err));
    double hours = (double)track.n / track.rate_hz / 3600;
    return mote_compare_stream(old, new, n, hours, c->value, &cfg, a, out, err);
}

/* ---- together ---------------------------------------------------------------------------- */

static mote_status to_json(const mote_comparison *slices, const mote_stream_comparison *stream,
                           const mote_promotion *promotion, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_pack("{s:{}}", "conditions");
    for (int k = 0; k < MOTE_N_CONDITIONS; k++) {
        json_t *one = NULL;
        MOTE_TRY(mote_comparison_to_json(&slices[k], &one, err));
        MOTE_TRY(mote_json_put(json_object_get(o, "conditions"),
                               mote_condition_text((mote_condition)k), one, err));
    }
    json_t *heard = NULL, *rule = NULL;
    MOTE_TRY(mote_stream_comparison_to_json(stream, &heard, err));
    MOTE_TRY(mote_json_put(o, "stream", heard, err));
    MOTE_TRY(mote_promotion_to_json(promotion, &rule, err));
    MOTE_TRY(mote_json_put(o, "promotion", rule, err));
    *out = json_incref(o);
    return MOTE_OK;
}

mote_status mote_challenge_run(const mote_challenge *c, const mote_model *champion, mote_arena *a,
                               mote_promotion *out, json_t **comparison, mote_err *err)
{
    mote_compare_input in;
    mote_comparison overall, slices[MOTE_N_CONDITIONS];
    mote_stream_comparison stream;
    const char *names[MOTE_N_CONDITIONS];
    for (int k = 0; k < MOTE_N_CONDITIONS; k++)
        names[k] = mote_condition_text((mote_condition)k);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(gather(c, champion, a, &in, err));
    MOTE_TRY(mote_compare(&in, &cfg, a, &overall, slices, err));
    MOTE_TRY(compare_stream(c, champion, a, &stream, err));
    mote_promotion p =
        mote_compare_promotion(&overall, slices, names, MOTE_N_CONDITIONS, MOTE_CONDITION_CLEAN,
                               &stream, c->value->currency, c->rule);
    MOTE_TRY(to_json(slices, &stream, &p, comparison, err));
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
    if (!mote_challenge_is_fair(c, other)
        || !same_point(c->op, mote_model_operating_point(other), c->task->classes.n)
)
        return MOTE_OK;
    mote_sha256 our_features = mote_feature_config_hash(c->judge.features),
                their_features = mote_feature_config_hash(mote_model_features(other));
    if (memcmp(&our_features, &their_features, sizeof our_features) != 0)
        return MOTE_OK;
    MOTE_SCOPED_BUF ours;
    MOTE_SCOPED_BUF theirs;
    mote_buf_init(&ours, (size_t)1 << 30);
    mote_buf_init(&theirs, (size_t)1 << 30);
    mote_graph_save(c->judge.graph, &ours);
    mote_graph_save(mote_model_graph_s8(other), &theirs);
    MOTE_TRY(mote_buf_status(&ours, err));
    MOTE_TRY(mote_buf_status(&theirs, err));
    *same = ours.len == theirs.len && memcmp(ours.data, theirs.data, ours.len) == 0;
    return MOTE_OK;
}
