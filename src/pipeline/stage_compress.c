/* SPDX-License-Identifier: Apache-2.0 */
/* Stage compress: the float graph to int8, calibrated on training clips as training sees them (half
 * of them as they are, half augmented), and what that costs on the validation split, measured with
 * the device kernels. */
#include <string.h>

#include "graph/runner.h"
#include "pipeline/keyword.h"
#include "pipeline/keyword_model.h"
#include "pipeline/stages_internal.h"

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_dataset clips;
    mote_feature_plan *plan;
    mote_graph *f32, *s8;
} compressing;

/* Accuracy of both graphs on the validation split. */
static mote_status measure_loss(compressing *c, double *f32, double *s8, mote_err *err)
{
    mote_data_version v;
    mote_dataset d;
    MOTE_TRY(mote_keyword_version(c->p, &c->arena, &v, err));
    MOTE_TRY(mote_keyword_split(c->p, &v, MOTE_SPLIT_VALIDATION, &d, err));
    float *x = NULL;
    mote_runner *runner = NULL;
    mote_status st = mote_keyword_clip_features(c->p, &d, &c->arena, &x, err);
    if (st == MOTE_OK)
        st = mote_runner_create(c->s8, &runner, err);
    const mote_tensor *in = &c->s8->tensors[c->s8->input];
    size_t elements = (size_t)mote_tensor_elements(in), n_classes = d.n_classes, right_f = 0,
           right_q = 0;
    int8_t *q = NULL, *qy = NULL;
    float *y = NULL;
    if (st == MOTE_OK)
        st = mote_arena_take(&c->arena, elements, 1, &q, err);
    if (st == MOTE_OK)
        st = mote_arena_take(&c->arena, n_classes, 1, &qy, err);
    if (st == MOTE_OK)
        st = mote_arena_take(&c->arena, n_classes, sizeof *y, &y, err);
    for (size_t i = 0; st == MOTE_OK && i < d.n; i++) {
        st = mote_graph_run_f32(c->f32, x + i * elements, y, NULL, NULL, err);
        if (st == MOTE_OK)
            st = mote_feature_quantize(c->plan, in->quant.scales[0], in->quant.zero_point,
                                       x + i * elements, elements, q, err);
        if (st != MOTE_OK)
            break;
        mote_runner_run(runner, q, qy, NULL, NULL);
        size_t best_f = 0, best_q = 0;
        for (size_t k = 1; k < n_classes; k++) {
            best_f = y[k] > y[best_f] ? k : best_f;
            best_q = qy[k] > qy[best_q] ? k : best_q;
        }
        right_f += best_f == (size_t)d.class_id[i];
        right_q += best_q == (size_t)d.class_id[i];
        mote_stage_progress(c->p, c->r, (int64_t)i + 1, (int64_t)d.n, "comparing with float");
    }
    *f32 = (double)right_f / (double)d.n;
    *s8 = (double)right_q / (double)d.n;
    mote_runner_destroy(runner);
    mote_dataset_release(&d);
    return st;
}

static mote_status compress(compressing *c, mote_err *err)
{
    MOTE_TRY(mote_keyword_graph(c->p, MOTE_STAGE_train, "graph.f32", &c->f32, err));
    mote_data_version v;
    MOTE_TRY(mote_keyword_version(c->p, &c->arena, &v, err));
    MOTE_TRY(mote_keyword_split(c->p, &v, MOTE_SPLIT_TRAIN, &c->clips, err));
    mote_feature_config features = mote_keyword_features(c->p->cfg.project);
    mote_keyword_job job = {
        .project = c->p->cfg.project, .features = &features, .train = &c->clips};
    size_t n = 0;
    MOTE_TRY(mote_keyword_quantise(&job, c->f32, &c->s8, &n, err));
    MOTE_TRY(mote_feature_plan_create(&features, 1, &c->plan, err));
    double f32 = 0.0, s8 = 0.0;
    MOTE_TRY(measure_loss(c, &f32, &s8, err));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 30);
    mote_graph_save(c->s8, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    MOTE_TRY(mote_stage_put(c->p, c->r, "graph.s8", b.data, b.len, err));
    char summary[120];
    (void)mote_format(summary, sizeof summary, "int8 %.1f %% against float %.1f %% on validation",
                      100.0 * s8, 100.0 * f32);
    json_t *o = c->r->output;
    json_object_set_new(o, "summary", json_string(summary));
    json_object_set_new(o, "accuracy_f32", json_real(f32));
    json_object_set_new(o, "accuracy_s8", json_real(s8));
    json_object_set_new(o, "calibration_clips", json_integer((json_int_t)n));
    return MOTE_OK;
}

mote_status mote_stage_compress_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    compressing c = {.p = p, .r = r};
    mote_arena_init(&c.arena, (size_t)8 << 30);
    mote_status st = compress(&c, err);
    mote_feature_plan_destroy(c.plan);
    mote_dataset_release(&c.clips);
    mote_graph_destroy(c.f32);
    mote_graph_destroy(c.s8);
    mote_arena_release(&c.arena);
    return st;
}
