/* SPDX-License-Identifier: Apache-2.0 */
/* mote export MODEL --format F -o PATH: the model for other programs. */
#include "base/file.h"
#include "cli/cli.h"
#include "loop/device_input.h"
#include "compile/tflite.h"
#include "project/targets.h"
#include "track/model_ref.h"

typedef struct {
    const char *format, *out, *name;
} export_values;

static mote_status export_tflite(const mote_device_input *m, const char *path, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 30);
    MOTE_TRY(mote_export_tflite(m->input.graph, m->name, &b, err));
    return mote_file_write(path, b.data, b.len, err);
}

static mote_status export_c(const mote_device_input *m, const char *dir, mote_err *err)
{
    const mote_target *t;
    mote_compile_result r;
    MOTE_TRY(mote_target_find(MOTE_TARGET_PRESET, &t, err));
    return mote_compile_project(&m->input, t, dir, &r, err);
}

/* The whole model, as the registry or a run has it: what another project can begin with. */
static mote_status export_bundle(mote_store *store, const char *reference, const char *path,
                                 mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_resolved_model m;
    if (mote_path_exists(reference))
        return mote_fail(err, MOTE_USAGE, "'%s' is a file already", reference);
    MOTE_TRY(mote_model_resolve(store, reference, &m, err));
    mote_model_unref(m.model);
    MOTE_TRY(mote_object_get(store, &m.object, MOTE_MODEL_REF_MAX_BYTES, &bytes, &n, err));
    return mote_file_write(path, bytes, n, err);
}

typedef struct {
    const char *name;
    mote_status (*write)(const mote_device_input *m, const char *path, mote_err *err);
} format;

/* write NULL: the bundle itself */
static const format formats[] = {{"tflite", export_tflite}, {"c", export_c}, {"bundle", NULL}};

static mote_status find_format(const char *name, const format **out, mote_err *err)
{
    for (size_t i = 0; i < MOTE_COUNT_OF(formats); i++) {
        if (mote_str_eq(formats[i].name, name)) {
            *out = &formats[i];
            return MOTE_OK;
        }
    }
    return mote_fail(err, MOTE_USAGE, "there is no format '%s'; there are tflite, c and bundle",
                     name);
}

static mote_status export_device(mote_store *store, const char *reference, const format *f,
                                 const export_values *v, mote_err *err)
{
    mote_device_input m;
    MOTE_TRY(mote_device_input_load(store, reference, &m, err));
    m.input.symbol = v->name;
    const mote_status st = f->write(&m, v->out, err);
    mote_device_input_release(&m);
    return st;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const export_values *v = values;
    (void)n_args;
    const format *f = NULL;
    MOTE_TRY(find_format(v->format, &f, err));
    if (v->name != NULL && f->write != export_c)
        return mote_fail(err, MOTE_USAGE,
                         "--name begins the names of generated C; the format '%s' "
                         "has none",
                         f->name);
    if (v->name != NULL)
        MOTE_TRY(mote_compile_symbol_check(v->name, err));
    if (v->out == NULL)
        return mote_fail(err, MOTE_USAGE, "say where to write: -o PATH");
    MOTE_TRY(f->write ? export_device(cli->store, args[0], f, v, err)
                      : export_bundle(cli->store, args[0], v->out, err));
    mote_say(cli, "wrote %s\n", v->out);
    if (cli->json)
        mote_say_json(cli, json_pack("{s:s, s:s}", "path", v->out, "format", f->name));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"format", 'f', MOTE_OPT_STRING, offsetof(export_values, format), 0, 0, "NAME",
     "tflite (default): for TensorFlow Lite, LiteRT and TFLM; c: a C project; bundle: the "
     "whole model, as it is"},
    {"output", 'o', MOTE_OPT_STRING, offsetof(export_values, out), 0, 0, "PATH",
     "file or folder to write to"},
    {"name", 'n', MOTE_OPT_STRING, offsetof(export_values, name), 0, 0, "NAME",
     "with c: begins every file and name, as in 'mote compile --name'"},
};
static const export_values defaults = {.format = "tflite"};

const mote_command mote_cmd_export = {
    .usage = "MODEL -o PATH [options]",
    .about = "Writes the int8 network in another program's format. A .tflite file holds the\n"
             "network alone: front end, labels and thresholds stay in the bundle, which\n"
             "--format bundle hands out whole: for 'training.start' of another project.",
    .examples = "mote export kws@champion --format tflite -o kws.tflite\n"
                "mote export kws@champion --format c -o firmware\n"
                "mote export kws/3 --format bundle -o kws-3.mote",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(export_values),
    .defaults = &defaults,
    .run = run,
};
