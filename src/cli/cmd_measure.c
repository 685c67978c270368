/* SPDX-License-Identifier: Apache-2.0 */
/* mote measure MODEL --target T: instructions, RAM, flash and stack on the emulated device. */
#include "cli/cli.h"
#include "loop/device_input.h"
#include "compile/advice.h"
#include "compile/measure.h"
#include "project/targets.h"

typedef struct {
    const char *target, *keep;
    int64_t inputs;
} measure_values;

static void row(mote_table *t, const char *what, int64_t value, const char *unit)
{
    if (value < 0)
        return;
    mote_table_cell(t, "%s", what);
    mote_table_cell(t, "%lld", (long long)value);
    mote_table_cell(t, "%s", unit);
}

static void say(mote_cli *cli, const mote_compile_input *in, const mote_target *t,
                const mote_device_measurement *m, double clock_hz, const mote_advice *advice)
{
    static const char *const titles[] = {"what", ">value", "unit"};
    mote_table table;
    mote_say(cli, "%s (%s, emulated by QEMU's %s)\n", t->name, t->text, t->machine);
    mote_table_init(&table, MOTE_COUNT_OF(titles), titles);
    row(&table, "network", m->network_instructions, "instructions an inference");
    row(&table, "front end, a hop", m->hop_instructions, "instructions");
    row(&table, "front end, a look", m->window_instructions, "instructions");
    row(&table, "front end, a sample", m->clip_instructions, "instructions");
    row(&table, in->thresholds ? "detector, a step" : "output to answer", m->post_instructions,
        "instructions");
    row(&table, "flash", m->flash_bytes, "bytes, the whole example program");
    row(&table, "  of it weights", m->weights_bytes, "bytes");
    row(&table, "RAM, variables", m->ram_static_bytes, "bytes, the whole example program");
    row(&table, "  of it arena", m->arena_bytes, "bytes");
    row(&table, "stack, network", m->network_stack_bytes, "bytes");
    row(&table, "stack, front end", m->features_stack_bytes, "bytes");
    mote_table_say(&table, cli);
    mote_say(cli, "counted in steps of %g instructions; a loop of 2000000 reads %lld\n",
             m->resolution, (long long)m->calibration_instructions);
    mote_say(cli, "at %g MHz (%s), one instruction a cycle: the network %.3g ms\n", clock_hz / 1e6,
             cli->project != NULL ? "'device.clock_mhz'" : "a usual part's",
             (double)m->network_instructions * 1e3 / clock_hz);
    mote_say(cli, "%d of %d outputs equal the host's bit for bit\n", m->n_equal, m->n_inputs);
    for (int32_t i = 0; i < advice->n; i++)
        mote_say(cli, "hint: %s\n", advice->items[i].text);
}

/* Golden clips or inputs of the bundle, as far as they reach. */
static mote_measure_options options_of(const mote_device_input *m, const measure_values *v)
{
    mote_measure_options o = {.work_dir = v->keep, .n_inputs = (int32_t)v->inputs};
    const mote_golden *g = m->model != NULL ? mote_model_golden(m->model) : NULL;
    if (g != NULL && g->n >= o.n_inputs && mote_shape_equal(&g->sample, &m->input.sample)) {
        o.samples = g->x;
        o.golden_in = g->ins;
        o.golden_out = g->outs;
    }
    return o;
}

static mote_advice_device device_of(const mote_cli *cli)
{
    mote_advice_device d = {0};
    if (cli->project != NULL) {
        d.clock_hz = cli->project->device.clock_mhz * 1e6;
        d.latency_budget_ms = cli->project->device.latency_ms;
        d.energy_budget_uj = cli->project->device.energy_uj;
        d.energy_pj_per_instruction = cli->project->device.energy_pj_per_instruction;
    }
    return d;
}

static int add_advice(json_t *j, const mote_advice *a)
{
    if (a->has_other && a->other.hop_instructions >= 0 &&
        (json_object_set_new(j, "other_arithmetic_hop_instructions",
                             json_integer(a->other.hop_instructions)) != 0 ||
         json_object_set_new(j, "other_arithmetic_clip_instructions",
                             json_integer(a->other.clip_instructions)) != 0 ||
         json_object_set_new(j, "other_arithmetic_flash_bytes",
                             json_integer(a->other.flash_bytes)) != 0))
        return -1;
    return json_object_set_new(j, "hints", mote_advice_to_json(a));
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const measure_values *v = values;
    (void)n_args;
    const mote_target *t;
    MOTE_TRY(mote_target_find(v->target, &t, err));
    mote_device_input in;
    MOTE_TRY(mote_device_input_load(cli->store, args[0], &in, err));
    mote_measure_options o = options_of(&in, v);
    mote_device_measurement m;
    mote_advice advice;
    mote_advice_device d = device_of(cli);
    mote_status st = mote_measure(&in.input, t, &o, &m, err);
    if (st == MOTE_OK)
        st = mote_advise_measured(&(mote_placement){&in.input, t, d}, &o, &m, &advice, err);
    if (st != MOTE_OK) {
        mote_device_input_release(&in);
        return st;
    }
    say(cli, &in.input, t, &m, d.clock_hz > 0 ? d.clock_hz : (double)t->clock_hz, &advice);
    mote_device_input_release(&in);
    if (cli->json) {
        json_t *j = mote_device_measurement_to_json(&m, t);
        if (j == NULL || add_advice(j, &advice) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the result");
        mote_say_json(cli, j);
    }
    if (m.n_equal != m.n_inputs)
        return mote_fail(err, MOTE_UNMET, "input %d and %d others differ from the host's output",
                         m.first_difference, m.n_inputs - m.n_equal - 1);
    return MOTE_OK;
}

static const mote_option options[] = {
    {"target", 't', MOTE_OPT_STRING, offsetof(measure_values, target), 0, 0, "NAME",
     mote_target_help},
    {"inputs", 'n', MOTE_OPT_INT, offsetof(measure_values, inputs), 1, 10000, "N",
     "inputs to compare with the host (default 50)"},
    {"keep", 0, MOTE_OPT_STRING, offsetof(measure_values, keep), 0, 0, "DIR",
     "leave the project and what was built there"},
};
static const measure_values defaults = {.target = MOTE_TARGET_PRESET, .inputs = 50};

const mote_command mote_cmd_measure = {
    .usage = "MODEL [options]",
    .about = "Builds the C project of 'mote compile' with the target's compiler, runs it on an\n"
             "emulated device and says what it takes. Every output is compared with this\n"
             "computer's bit for bit; exits 1 when one differs. Inputs are the golden ones of the\n"
             "bundle, random ones when it has fewer than N.",
    .examples = "mote measure kws@champion --target cortex-m4f\n"
                "mote measure model.tflite -t rv32imac --json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(measure_values),
    .defaults = &defaults,
    .run = run,
};
