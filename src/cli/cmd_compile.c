/* SPDX-License-Identifier: Apache-2.0 */
/* mote compile MODEL --target T -o DIR: a C project for a microcontroller. */
#include "cli/cli.h"
#include "loop/device_input.h"
#include "compile/advice.h"
#include "compile/footprint.h"
#include "project/targets.h"

typedef struct {
    const char *target, *out, *name;
} compile_values;

/* A project that was written, and what is known of it before it is built. */
typedef struct {
    const mote_target *target;
    mote_compile_result result;
    mote_footprint footprint;
    mote_advice advice;
} written;

static mote_status say(mote_cli *cli, const compile_values *v, const written *w, mote_err *err)
{
    const mote_target *t = w->target;
    const mote_compile_result *r = &w->result;
    const mote_footprint *f = &w->footprint;
    const mote_advice *advice = &w->advice;
    mote_say(cli,
             "%s: %d files for %s\n  working memory  %lld bytes\n  weights         %lld bytes\n"
             "  flash           about %lld bytes in all\n"
             "next: make -C %s, or mote measure MODEL --target %s\n",
             v->out, r->n_files, t->name, (long long)r->arena_bytes, (long long)r->weights_bytes,
             (long long)f->flash_bytes, v->out, t->name);
    if (r->n_kept > 0)
        mote_say(cli, "kept as you changed it: main.c or target.ld\n");
    for (int32_t i = 0; i < advice->n; i++)
        mote_say(cli, "hint: %s\n", advice->items[i].text);
    if (!cli->json)
        return MOTE_OK;
    json_t *o =
        json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "dir", v->out,
                  "target", t->name, "files", r->n_files, "kept", r->n_kept, "arena_bytes",
                  (json_int_t)r->arena_bytes, "ram_bytes", (json_int_t)f->ram_bytes,
                  "weights_bytes", (json_int_t)r->weights_bytes, "code_estimate_bytes",
                  (json_int_t)f->code_bytes, "flash_estimate_bytes", (json_int_t)f->flash_bytes,
                  "macs", (json_int_t)f->macs, "hints", mote_advice_to_json(advice));
    if (o == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    mote_say_json(cli, o);
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const compile_values *v = values;
    (void)n_args;
    if (v->out == NULL)
        return mote_fail(err, MOTE_USAGE, "say where to write: -o DIR");
    if (v->name != NULL)
        MOTE_TRY(mote_compile_symbol_check(v->name, err));
    written w;
    MOTE_TRY(mote_target_find(v->target, &w.target, err));
    mote_device_input m;
    MOTE_TRY(mote_device_input_load(cli->store, args[0], &m, err));
    m.input.symbol = v->name;
    mote_status st = mote_compile_project(&m.input, w.target, v->out, &w.result, err);
    if (st == MOTE_OK)
        st = mote_footprint_estimate(&m.input, w.target, &w.footprint, err);
    if (st == MOTE_OK)
        st = mote_advise_estimated(&(mote_placement){.input = &m.input, .target = w.target},
                                   &w.footprint, NULL, &w.advice, err);
    mote_device_input_release(&m);
    return st == MOTE_OK ? say(cli, v, &w, err) : st;
}

static const mote_option options[] = {
    {"target", 't', MOTE_OPT_STRING, offsetof(compile_values, target), 0, 0, "NAME",
     mote_target_help},
    {"output", 'o', MOTE_OPT_STRING, offsetof(compile_values, out), 0, 0, "DIR",
     "folder to write to; made if needed"},
    {"name", 'n', MOTE_OPT_STRING, offsetof(compile_values, name), 0, 0, "NAME",
     "begins every file and name: NAME.h, NAME_run, NAME_ARENA_BYTES (default: model.h, ..)"},
};
static const compile_values defaults = {.target = MOTE_TARGET_PRESET};

const mote_command mote_cmd_compile = {
    .usage = "MODEL -o DIR [options]",
    .about =
        "Writes a readable C project: the network as straight calls with its weights, the\n"
        "front end, what your program calls, the kernels they use, an example, a Makefile\n"
        "and a linker script. No heap, no interpreter; C11 and C++11 at once. Models of\n"
        "different names fit one firmware and share the files in device/. MODEL is a registry\n"
        "name, a run, a bundle file or an int8 .tflite file.",
    .examples = "mote compile kws@champion --target cortex-m4f -o firmware\n"
                "mote compile model.tflite -t rv32imac -o firmware\n"
                "mote compile wake@champion --name wake -o firmware/wake",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(compile_values),
    .defaults = &defaults,
    .run = run,
};
