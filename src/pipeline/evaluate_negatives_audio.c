/* SPDX-License-Identifier: Apache-2.0 */
/* False accepts in hours in which nothing that is asked for happens: recordings of role negative,
 * as they are, heard by the model every hop. See evaluate_internal.h. */
#include <math.h>

#include "data/kind_audio.h"
#include "data/negatives.h"
#include "pipeline/evaluate_internal.h"
#include "pipeline/listen.h"

typedef struct {
    mote_evaluating *e;
    mote_judge judge;
    mote_stream_tally *tally;
    size_t n_heard;
} hearing;

static mote_status hear(void *arg, const mote_negative *one, mote_err *err)
{
    hearing *h = arg;
    mote_evaluating *e = h->e;
    const mote_stream_setting *st = mote_setting_stream(e->p->settings);
    const mote_audio *sound = mote_decoded_audio(one->decoded);
    const mote_stream_track track = {.rate_hz = sound->rate_hz,
                                     .steps = sound->samples,
                                     .n = sound->n,
                                     .step_bytes = sizeof *sound->samples};
    const mote_listening listening = {
        .track = &track, .hop = st->hop_samples, .cancel = e->p->cfg.cancel};
    MOTE_SCOPED_ARENA scratch;
    mote_stream_outputs said;
    mote_arena_init(&scratch, (size_t)1 << 30);
    mote_stage_progress(e->p, e->r, (int64_t)one->index, (int64_t)one->n,
                        "listening to negative recordings");
    if (sound->n < (size_t)h->judge.sample.dims[0])
        return MOTE_OK; /* shorter than a window: nothing can be said of it */
    h->n_heard++;
    MOTE_TRY(mote_listen(&h->judge, &listening, &scratch, &said, err));
    return mote_stream_tally_add(h->tally, &said, &track, err);
}

/* Those of validation and of test; or of the fold. */
static mote_dataset_config asked_for(const mote_evaluating *e, int32_t part)
{
    mote_dataset_config cfg = *mote_setting_dataset(e->p->settings);
    cfg.cancel = e->p->cfg.cancel;
    cfg.split = e->folds.n == 0 && part == 0 ? MOTE_SPLIT_VALIDATION : MOTE_SPLIT_TEST;
    cfg.n_folds = e->folds.n;
    cfg.round = e->folds.n > 0 ? part : 0;
    cfg.fold_seed = e->version.seed;
    return cfg;
}

mote_status mote_evaluate_negatives(mote_evaluating *e, const mote_jury *j, int32_t part,
                                    mote_stream_tally **out, mote_err *err)
{
    const mote_dataset_config cfg = asked_for(e, part);
    hearing h = {.e = e, .judge = j->judge};
    *out = NULL;
    if (e->version.n_negative == 0 || !cfg.kind->hears_negatives)
        return MOTE_OK;
    h.judge.graph = j->parts[0].graph;
    h.judge.features = j->parts[0].features ? j->parts[0].features : j->judge.features;
    MOTE_TRY(mote_stream_tally_create(0, (int32_t)mote_setting_task(e->p->settings)->labels.n,
                                      &mote_setting_stream(e->p->settings)->detector, &e->arena,
                                      &h.tally, err));
    MOTE_TRY(mote_negatives_each(e->p->cfg.store, &e->version, &cfg, hear, &h, err));
    e->n_negatives_heard += part > 0 || e->folds.n > 0 ? h.n_heard : 0;
    *out = h.n_heard > 0 ? h.tally : NULL;
    return MOTE_OK;
}

void mote_evaluate_bound(mote_stream_curve *curve, const mote_stream_curve *negatives)
{
    for (size_t i = 0; i < MOTE_STREAM_POINTS; i++) {
        mote_stream_point *p = &curve->points[i];
        const mote_stream_point *q = &negatives->points[i];
        p->counts.n_false_accepts += q->counts.n_false_accepts;
        if (q->false_accepts_per_hour.hi > p->false_accepts_per_hour.hi) {
            p->false_accepts_per_hour = q->false_accepts_per_hour;
            p->independent_hours = q->independent_hours;
        }
    }
}

static mote_status put(json_t *all, const char *name, const mote_stream_point *p, mote_err *err)
{
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(all, name, o, err));
    MOTE_TRY(mote_json_put(o, "hours", json_real(p->counts.hours), err));
    MOTE_TRY(mote_json_put(o, "n_false_accepts",
                           json_integer((json_int_t)p->counts.n_false_accepts), err));
    return mote_json_put_interval(o, "false_accepts_per_hour", p->false_accepts_per_hour, err);
}

mote_status mote_evaluate_negative_point(mote_evaluating *e, const mote_stream_point *promised,
                                         const mote_stream_point *judged, mote_err *err)
{
    const bool is_folds = e->folds.n > 0;
    if (!promised && !judged)
        return MOTE_OK;
    json_t *all = json_object();
    mote_stage_set(e->r, "negatives", all);
    if (promised)
        MOTE_TRY(put(all, "validation", promised, err));
    if (!judged)
        return MOTE_OK;
    const mote_measured_at at = {MOTE_METRIC_negative_accepts_per_hour, MOTE_AT_STREAM, "", ""};
    mote_measurement m = mote_evaluating_like(e);
    MOTE_TRY(put(all, is_folds ? "folds" : "test", judged, err));
    m.value = judged->false_accepts_per_hour.value;
    m.lo = judged->false_accepts_per_hour.lo;
    m.hi = judged->false_accepts_per_hour.hi;
    m.n = judged->counts.n_false_accepts;
    m.exposure_hours = judged->independent_hours;
    m.evidence = MOTE_EVIDENCE_REAL;
    m.on = mote_arena_printf(&e->words, "%zu negative recordings%s, %.2f h", e->n_negatives_heard,
                             is_folds ? ", each heard by one fold" : " of the test",
                             judged->counts.hours);
    return m.on ? mote_judge_add(&e->found, &at, &m, &e->arena, err)
                : mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
}
