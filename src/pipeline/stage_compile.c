/* SPDX-License-Identifier: Apache-2.0 */
/* Stage compile: what the model takes on the device. The memory plan is exact without any tool; the
 * rest is measured on the emulated target with golden samples. Where the cross compiler or the
 * emulator is not installed, the stage says which package is missing and the requirements of the
 * device stay unknown; it does not fail, so that a laptop without them can still train and serve.
 */
#include <math.h>
#include <string.h>

#include "base/process.h"
#include "compile/advice.h"
#include "compile/footprint.h"
#include "compile/measure.h"
#include "evaluate/json_parts.h"
#include "model/model.h"
#include "pipeline/golden.h"
#include "pipeline/judge.h"
#include "pipeline/stage_parts.h"
#include "pipeline/stages_internal.h"

#define MEASURE_TIMEOUT_MS 600000

/* Whether the tools are there belongs to the key: installing them makes the stage stale. */
mote_status mote_stage_compile_more(mote_pipeline *p, json_t *components, mote_err *err)
{
    const mote_target *t = NULL;
    char compiler[64];
    MOTE_TRY(mote_target_find(mote_setting_device(p->settings)->target, &t, err));
    (void)mote_format(compiler, sizeof compiler, "%sgcc", t->prefix);
    bool all = mote_process_in_path(compiler) && mote_process_in_path(t->emulator);
    return mote_json_put(components, "cross compiler and emulator",
                         json_string(all ? "there" : "missing"), err);
}

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_golden golden;
    mote_graph *s8;
    mote_signature signature;
    mote_decision decision;
    mote_compile_input input;
    const mote_target *target;
    char basis[MOTE_SHA256_HEX_BYTES];
    mote_measurement_list found;
    mote_device_measurement measured;
    bool is_measured;
} compiling;

static mote_status open_inputs(compiling *c, mote_err *err)
{
    mote_pipeline *p = c->p;
    const mote_task_setting *task = mote_setting_task(p->settings);
    MOTE_SCOPED_FREE char *golden = NULL;
    size_t n_golden = 0;
    MOTE_TRY(mote_target_find(mote_setting_device(p->settings)->target, &c->target, err));
    MOTE_TRY(mote_stage_get(p, MOTE_STAGE_evaluate, MOTE_GOLDEN_NAME, &golden, &n_golden, err));
    MOTE_TRY(mote_golden_read(golden, n_golden, &c->arena, &c->golden, err));
    MOTE_TRY(mote_stage_graph(p, MOTE_STAGE_compress, MOTE_SHIPPED_GRAPH, &c->s8, err));
    const mote_sha256 *h = mote_stage_find(p, MOTE_STAGE_compress, MOTE_SHIPPED_GRAPH);
    MOTE_BUG_IF(!h);
    mote_sha256_hex(h, c->basis);
    c->signature = mote_stage_signature(task, mote_setting_form(p->settings));
    const json_t *chosen = json_object_get(p->results[MOTE_STAGE_evaluate].output, "decision");
    MOTE_TRY(mote_decision_from_json(chosen, &c->signature, &c->decision, err));
    const mote_operating_point *op = &c->decision.op;
    c->input = (mote_compile_input){.name = mote_setting_about(p->settings)->name,
                                    .graph = c->s8,
                                    .n_labels = c->signature.n_labels,
                                    .labels = c->signature.labels,
                                    .features = mote_setting_features(p->settings),
                                    .sample = c->signature.sample,
                                    .signature = &c->signature,
                                    .decision = &c->decision,
                                    .is_float = mote_graph_is_f32(c->s8)};
    if (task->is_stream) { /* a detector looks every hop */
        c->input.smooth_hops = op->smooth_hops;
        c->input.suppress_ms = op->suppress_ms;
        c->input.hop_ms = op->hop_ms;
        c->input.thresholds = op->thresholds;
    }
    return MOTE_OK;
}

/* `on`: what was modelled from what, in words; NULL: counted. */
static mote_status add(compiling *c, mote_metric metric, double value, const char *source,
                       const char *on, mote_err *err)
{
    mote_measurement m = {.value = value,
                          .lo = value,
                          .hi = value,
                          .confidence = 1.0,
                          .source = source,
                          .basis = c->basis,
                          .on = on,
                          .evidence = on ? MOTE_EVIDENCE_MODELLED : MOTE_EVIDENCE_REAL,
                          .time_us = c->p->cfg.now_ms() * 1000};
    const mote_measured_at at = {metric, MOTE_AT_DEVICE, c->target->name, ""};
    return mote_judge_add(&c->found, &at, &m, &c->arena, err);
}

/* Equal outputs on every golden clip: the accuracy that was measured on the test split is the
 * device's too. */
static mote_status add_accuracy(compiling *c, const mote_device_measurement *m, mote_err *err)
{
    const json_t *list = json_object_get(c->p->results[MOTE_STAGE_evaluate].output, "measurements");
    mote_measurements all;
    MOTE_TRY(mote_measurements_from_json(list, &c->arena, &all, err));
    const mote_measurement *found = mote_measurement_find(&all, "accuracy@test");
    if (!found)
        return MOTE_OK;
    mote_measurement same = *found;
    same.source = mote_arena_printf(&c->arena, "%s; the emulated %s says the same on %d samples",
                                    found->source, c->target->name, m->n_inputs);
    const mote_measured_at at = {MOTE_METRIC_accuracy, MOTE_AT_DEVICE, c->target->name, ""};
    return same.source ? mote_judge_add(&c->found, &at, &same, &c->arena, err)
                       : mote_fail(err, MOTE_NOMEM, "no memory for measurements");
}

#define ONE_CYCLE "the emulator's instructions at one cycle each"

/* Device numbers become measurements. One instruction is taken for one cycle, and said so. */
static mote_status add_measured(compiling *c, const mote_device_measurement *m, mote_err *err)
{
    const mote_device_setting *d = mote_setting_device(c->p->settings);
    const char *counted = mote_arena_printf(&c->arena, "emulated %s, %d golden samples",
                                            c->target->name, m->n_inputs);
    const char *timed =
        mote_arena_printf(&c->arena, "instructions of the emulated %s at %g MHz, one a cycle",
                          c->target->name, d->clock_mhz);
    const char *modelled =
        mote_arena_printf(&c->arena, "instructions of the emulated %s, %g pJ each", c->target->name,
                          d->energy_pj_per_instruction);
    if (!counted || !timed || !modelled)
        return mote_fail(err, MOTE_NOMEM, "no memory for measurements");
    double instructions =
        (double)(m->network_instructions + m->clip_instructions + m->post_instructions);
    double seconds = instructions / (d->clock_mhz * 1e6);
    int64_t stack = m->network_stack_bytes > m->features_stack_bytes ? m->network_stack_bytes
                                                                     : m->features_stack_bytes;
    MOTE_TRY(add(c, MOTE_METRIC_ram_bytes, (double)m->ram_static_bytes, counted, NULL, err));
    MOTE_TRY(add(c, MOTE_METRIC_flash_bytes, (double)m->flash_bytes, counted, NULL, err));
    MOTE_TRY(add(c, MOTE_METRIC_stack_bytes, (double)stack, counted, NULL, err));
    MOTE_TRY(add(c, MOTE_METRIC_instructions, instructions, counted, NULL, err));
    MOTE_TRY(add(c, MOTE_METRIC_latency_ms, seconds * 1e3, timed, ONE_CYCLE, err));
    MOTE_TRY(add(c, MOTE_METRIC_inferences_per_second, 1.0 / seconds, timed, ONE_CYCLE, err));
    if (d->energy_pj_per_instruction > 0.0)
        MOTE_TRY(add(c, MOTE_METRIC_energy_uj, instructions * d->energy_pj_per_instruction * 1e-6,
                     modelled, "the emulator's instructions at a stated energy each", err));
    if (m->n_equal < m->n_inputs)
        return mote_fail(
            err, MOTE_BUG,
            "the emulated %s differs from this machine on %d of %d golden samples, first sample %d",
            c->target->name, m->n_inputs - m->n_equal, m->n_inputs, m->first_difference);
    return add_accuracy(c, m, err);
}

static mote_status measure(compiling *c, mote_err *err)
{
    mote_measure_options options = {.samples = c->golden.x,
                                    .n_inputs = c->golden.n,
                                    .golden_in = c->golden.ins,
                                    .golden_out = c->golden.outs,
                                    .timeout_ms = MEASURE_TIMEOUT_MS};
    mote_device_measurement m;
    mote_stage_progress(c->p, c->r, 0, 0,
                        "building the device project and running it on the emulator");
    mote_err why = {0};
    mote_status st = mote_measure(&c->input, c->target, &options, &m, &why);
    char summary[160];
    if (st == MOTE_MISSING_TOOL) {
        (void)mote_format(summary, sizeof summary, "not measured: %s", why.text);
        mote_stage_set(c->r, "summary", json_string(summary));
        mote_stage_set(c->r, "missing", json_string(why.text));
        return MOTE_OK;
    }
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    c->measured = m;
    c->is_measured = true;
    MOTE_TRY(add_measured(c, &m, err));
    mote_stage_set(c->r, "device", mote_device_measurement_to_json(&m, c->target));
    char flash[24], ram[24];
    mote_human_bytes((uint64_t)m.flash_bytes, flash, sizeof flash);
    mote_human_bytes((uint64_t)m.ram_static_bytes, ram, sizeof ram);
    (void)mote_format(summary, sizeof summary,
                      "%s: flash %s, RAM %s, %.2f M instructions, %d of %d golden samples equal",
                      c->target->name, flash, ram,
                      (double)(m.network_instructions + m.clip_instructions + m.post_instructions) /
                          1e6,
                      m.n_equal, m.n_inputs);
    mote_stage_set(c->r, "summary", json_string(summary));
    return MOTE_OK;
}

/* Settings that do not suit the target go beside the figures; 'mote run' says them. Budgets are no
 * settings of this stage: what they have to do with the device, 'mote measure' says. */
static mote_status advise(compiling *c, const mote_footprint *f, mote_err *err)
{
    const mote_device_setting *device = mote_setting_device(c->p->settings);
    const mote_placement place = {
        .input = &c->input,
        .target = c->target,
        .device = {.clock_hz = device->clock_mhz * 1e6,
                   .energy_pj_per_instruction = device->energy_pj_per_instruction}};
    mote_advice *a = NULL;
    MOTE_TRY(mote_arena_take(&c->arena, 1, sizeof *a, &a, err));
    MOTE_TRY(mote_advise_estimated(&place, f, c->is_measured ? &c->measured : NULL, a, err));
    mote_stage_set(c->r, "hints", mote_advice_to_json(a));
    return MOTE_OK;
}

static mote_status compile(compiling *c, mote_err *err)
{
    MOTE_TRY(open_inputs(c, err));
    mote_footprint f;
    MOTE_TRY(mote_footprint_estimate(&c->input, c->target, &f, err));
    mote_stage_set(c->r, "plan",
                   json_pack("{s:I, s:I, s:I, s:I, s:I}", "arena_bytes", (json_int_t)f.arena_bytes,
                             "ram_bytes", (json_int_t)f.ram_bytes, "weights_bytes",
                             (json_int_t)f.weights_bytes, "flash_bytes", (json_int_t)f.flash_bytes,
                             "macs", (json_int_t)f.macs));
    MOTE_TRY(measure(c, err));
    MOTE_TRY(advise(c, &f, err));
    json_t *measured = NULL;
    mote_measurements all = {c->found.items, c->found.n};
    MOTE_TRY(mote_stage_log(c->p, &all, err));
    MOTE_TRY(mote_measurements_to_json(&all, &measured, err));
    mote_stage_set(c->r, "measurements", measured);
    return MOTE_OK;
}

mote_status mote_stage_compile_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    compiling *c = mote_alloc_zero(1, sizeof *c);
    if (!c)
        return mote_fail(err, MOTE_NOMEM, "no memory to compile");
    c->p = p;
    c->r = r;
    mote_arena_init(&c->arena, (size_t)8 << 30);
    mote_status st = compile(c, err);
    mote_graph_destroy(c->s8);
    mote_arena_release(&c->arena);
    mote_free(c);
    return st;
}
