/* SPDX-License-Identifier: Apache-2.0 */
/* A model that says values or scores, beside another one on the same samples, without a stream:
 * judged by the chief metric, on made data. */
#include "support.h"

#include <math.h>

#include "model/bundle.h"
#include "pipeline/challenge.h"
#include "pipeline/stage_parts.h"

enum { N = 60, N_IN = 4 };

/* x -> gain * x[0] + 0 * the others, as a float graph behind a front end that changes nothing. */
static mote_graph *gain_graph(float gain)
{
    mote_err err = {0};
    mote_graph *g = NULL;
    int32_t ids[3], out = 0;
    T_OK(mote_graph_create(0, &g, &err));
    const mote_tensor_spec x = {.name = "x", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, N_IN}},
                           w = {.name = "w", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, N_IN}},
                           b = {.name = "b", .dtype = MOTE_F32, .n_dims = 1, .dims = {1}},
                           y = {.name = "y", .dtype = MOTE_F32};
    T_OK(mote_graph_add_input(g, &x, &ids[0], &err));
    T_OK(mote_graph_add_const(g, &w, &ids[1], &err));
    T_OK(mote_graph_add_const(g, &b, &ids[2], &err));
    ((float *)g->tensors[ids[1]].data)[0] = gain;
    const mote_op_attrs attrs = {.stride_h = 1, .stride_w = 1};
    T_OK(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DENSE, &attrs, ids, &y}, &out, &err));
    return g;
}

/* Four steps of one channel, scaled by 1. */
static mote_frontend plain_frontend(void)
{
    mote_err err = {0};
    mote_frontend f, fitted;
    float x[2] = {-1, 1};
    T_OK(mote_frontend_named("raw", &f, &err));
    T_OK(mote_frontend_fit(&f, &(mote_frames){x, 2, 1}, &fitted, &err));
    return fitted;
}

typedef struct {
    float x[N][N_IN], values[N];
    int32_t groups[N];
    const char *names[N];
    mote_dataset d;
    mote_frontend features;
    mote_task_setting task;
    mote_sample_form form;
    mote_signature signature;
    mote_conditions conditions;
    mote_project_schedule rule;
    mote_project_value value;
    const void *samples[1];
} room;

static const char *const rentals[] = {"rentals"};

static void furnish(room *m)
{
    static const char *groups[6] = {"a", "b", "c", "d", "e", "f"};
    *m = (room){.features = plain_frontend(), .conditions = {.n = 1}};
    for (int i = 0; i < N; i++) {
        m->x[i][0] = (float)(i % 12) - 5.5f;
        m->values[i] = 2 * m->x[i][0] + (i % 2 ? 0.25f : -0.25f);
        m->groups[i] = i % 6;
    }
    m->d = (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_SERIES),
                          .shape = {MOTE_F32, 2, {N_IN, 1}},
                          .n = N,
                          .x = m->x,
                          .answer = MOTE_ANSWER_VALUE,
                          .values = m->values,
                          .n_values = 1,
                          .group_id = m->groups,
                          .groups = groups,
                          .n_groups = 6};
    m->task = (mote_task_setting){.task = mote_task_get(MOTE_TASK_table),
                                  .input = MOTE_INPUT_SERIES,
                                  .answer = MOTE_ANSWER_VALUE,
                                  .labels = {rentals, 1}};
    m->form = (mote_sample_form){
        .shape = m->d.shape, .answer = MOTE_ANSWER_VALUE, .values = {rentals, 1}};
    m->signature = mote_stage_signature(&m->task, &m->form);
    m->samples[0] = m->x;
}

static mote_model *champion_of(const room *m, float gain)
{
    mote_err err = {0};
    mote_graph *g = gain_graph(gain);
    mote_model *model = NULL;
    MOTE_SCOPED_BUF bytes;
    mote_buf_init(&bytes, 1 << 22);
    const mote_bundle_parts parts = {
        .name = "rentals", .signature = m->signature, .features = &m->features, .graph = g};
    T_OK(mote_bundle_write(&parts, &bytes, &err));
    T_OK(mote_model_load(bytes.data, bytes.len, &model, &err));
    mote_graph_destroy(g);
    return model;
}

static mote_challenge_result challenge(room *m, float champion, float challenger, double beat_by)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_model *theirs = champion_of(m, champion);
    mote_graph *ours = gain_graph(challenger);
    const mote_decision decision = mote_decision_default(&m->signature);
    mote_jury jury = {.clips = m->d, .n_parts = 1};
    jury.parts[0] = (mote_jury_part){.n = N, .graph = ours};
    jury.judge = (mote_judge){.features = &m->features,
                              .sample = m->d.shape,
                              .answer = m->d.answer,
                              .decision = &decision};
    m->rule = (mote_project_schedule){.beat_by = beat_by};
    mote_judge shipped = jury.judge;
    shipped.graph = ours;
    const mote_challenge c = {.task = &m->task,
                              .form = &m->form,
                              .value = &m->value,
                              .rule = &m->rule,
                              .jury = &jury,
                              .conditions = &m->conditions,
                              .samples = m->samples,
                              .judge = shipped};
    const mote_jury_graphs none = {.n = 0};
    const mote_challenged with = {theirs, &none};
    mote_challenge_result r;
    assert_true(mote_challenge_is_fair(&c, theirs));
    T_OK(mote_challenge_run(&c, &with, &a, &r, &err));
    bool same = true;
    T_OK(mote_challenge_is_same(&c, theirs, &same, &err));
    assert_true(same == !(fabsf(champion - challenger) > 0));
    mote_graph_destroy(ours);
    mote_model_unref(theirs);
    return r;
}

static void values_are_compared_by_their_mean_error(void **state)
{
    (void)state;
    room m;
    furnish(&m);
    mote_challenge_result r = challenge(&m, 1.5f, 2.0f, 0.05);
    assert_true(r.promotion.is_promoted);
    assert_string_equal(json_string_value(json_object_get(r.comparison, "metric")), "mae");
    /* the challenger is a quarter off everywhere, the champion half of x beside */
    const json_t *now = json_object_get(json_object_get(r.comparison, "now"), "value");
    assert_float_equal(json_number_value(now), 0.25, 1e-5);
    assert_true(
        json_number_value(json_object_get(json_object_get(r.comparison, "before"), "value")) > 1.4);
    assert_true(
        json_number_value(json_object_get(json_object_get(r.comparison, "difference"), "hi")) < 0);
    assert_non_null(strstr(r.promotion.reasons[0], "by mae it is better"));
    assert_null(json_object_get(r.comparison, "stream"));
    json_decref(r.comparison);

    r = challenge(&m, 2.0f, 1.5f, 0); /* the other way round */
    assert_false(r.promotion.is_promoted);
    assert_non_null(strstr(r.promotion.reasons[0], "it is no better"));
    json_decref(r.comparison);

    r = challenge(&m, 2.0f, 2.0f, 0); /* the same model replaces nothing */
    assert_false(r.promotion.is_promoted);
    json_decref(r.comparison);

    r = challenge(&m, 2.2f, 2.19f, 0.5); /* better, and less than is asked for */
    assert_false(r.promotion.is_promoted);
    assert_non_null(strstr(r.promotion.reasons[0], "beat_by"));
    json_decref(r.comparison);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_compared_by_their_mean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
