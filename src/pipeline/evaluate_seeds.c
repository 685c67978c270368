/* SPDX-License-Identifier: Apache-2.0 */
/* The members of training.seeds beside the student that ships, by the chief metric on the same
 * samples, nothing being chosen on any of them: how much of a figure is chance of the seed. Where
 * folds judge, stage train has said it (refit.h): each member of a fold on whom it had not heard.
 */
#include "base/json.h"
#include "pipeline/evaluate_internal.h"
#include "pipeline/seeds.h"

/* What one graph is worth on the samples that judge. */
static mote_status chief_of(const mote_evaluating *e, const mote_graph *g, double *out,
                            mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_jury jury = *e->clips; /* a view: of the split, so of one part */
    float *said = NULL;
    mote_answers x;
    mote_arena_init(&a, (size_t)8 << 30);
    jury.parts[0].graph = g;
    MOTE_TRY(mote_jury_said(&jury, jury.clips.x, &a, &said, err));
    MOTE_TRY(mote_judge_answers(&jury.clips, said, mote_jury_width(&jury), &a, &x, err));
    x.n_named = (int32_t)mote_setting_task(e->p->settings)->labels.n;
    return mote_answers_chief(&x, &a, out, err);
}

/* The members as what ships is: int8, or float where that lost too much. */
static mote_status judge_members(const mote_evaluating *e, mote_seeds_spread *s, mote_err *err)
{
    const bool is_s8 = !mote_graph_is_f32(e->s8);
    for (int32_t k = 0; k < s->n; k++) {
        mote_graph *g = NULL;
        char name[24];
        mote_seeds_object(k, is_s8, name);
        MOTE_TRY(mote_stage_graph(e->p, MOTE_STAGE_train, name, &g, err));
        const mote_status st = chief_of(e, g, &s->values[k], err);
        mote_graph_destroy(g);
        MOTE_TRY(st);
    }
    return chief_of(e, e->s8, &s->student, err);
}

mote_status mote_evaluate_seeds(mote_evaluating *e, mote_err *err)
{
    const json_t *trained = e->p->results[MOTE_STAGE_train].output;
    json_t *seeds = json_object_get(trained, "seeds"), *spread = NULL;
    int64_t n = 0;
    if (!seeds)
        return MOTE_OK;
    if (e->folds.n > 0) {
        spread = json_incref(json_object_get(seeds, "spread"));
    } else {
        mote_seeds_spread s = {.metric = mote_metric_chief(e->clips->clips.answer)};
        MOTE_TRY(mote_json_get_i64(seeds, "train stage", "n", (mote_i64_range){2, MOTE_MAX_SEEDS},
                                   &n, err));
        s.n = (int32_t)n;
        MOTE_TRY(judge_members(e, &s, err));
        MOTE_TRY(mote_seeds_to_json(&s, &spread, err));
    }
    mote_buf_printf(&e->summary, "; %s", json_string_value(json_object_get(spread, "text")));
    mote_stage_set(e->r, "seeds", spread);
    return MOTE_OK;
}
