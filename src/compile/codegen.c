/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a generated project: checks the input, makes the plan, lays out the files. The texts are
 * in templates/, what they are filled with in codegen_*.c. Depends on plan.h, lower.h, feature/;
 * see codegen.h. */
#include "compile/codegen.h"

#include <string.h>

#include "base/file.h"
#include "compile/codegen_layer.h"
#include "compile/codegen_template.h"
#include "compile/device_sources.h"
#include "compile/project_files.h"

bool mote_compile_has_features(const mote_compile_input *in)
{
    return in->features != NULL && mote_frontend_is_given(in->features);
}

bool codegen_pace(const mote_compile_input *in, mote_frontend_pace *out)
{
    return mote_compile_has_features(in) && mote_frontend_pace_of(in->features, &in->sample, out);
}

mote_isa mote_compile_isa(const mote_compile_input *in, const mote_target *t)
{
    return in->is_float ? MOTE_ISA_F32 : mote_target_isa(t);
}

/* float32 is for answers: streams and networks alone are int8. */
static mote_status check_type(const mote_compile_input *in, mote_err *err)
{
    if (in->is_float != mote_graph_is_f32(in->graph))
        return mote_fail(err, MOTE_ARG, "the model '%s' has no %s graph", in->name,
                         in->is_float ? "float32" : "int8");
    if (in->is_float && (in->thresholds != NULL || in->signature == NULL))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "a float32 graph answers for one sample at a time; a stream and a network "
                         "alone are int8");
    return MOTE_OK;
}

static mote_status check_input(const mote_compile_input *in, mote_err *err)
{
    const mote_graph *g = in->graph;
    if (g == NULL || g->n_ops == 0)
        return mote_fail(err, MOTE_ARG, "the model '%s' has no int8 graph", in->name);
    MOTE_TRY(check_type(in, err));
    int64_t n_out = mote_tensor_elements(&g->tensors[g->outputs[0]]);
    if (in->n_labels != 0 && in->n_labels != n_out)
        return mote_fail(err, MOTE_SHAPE, "the model has %lld outputs but %d labels",
                         (long long)n_out, in->n_labels);
    const codegen_layer *layer = codegen_layer_of(in);
    if (!mote_compile_has_features(in) && in->thresholds != NULL)
        return mote_fail(err, MOTE_ARG, "a detector needs a front end");
    if (!mote_compile_has_features(in))
        return layer != NULL ? layer->check(in, err) : MOTE_OK;
    mote_shape out;
    MOTE_TRY(mote_frontend_shape(in->features, &in->sample, &out, err));
    int64_t n_in = mote_tensor_elements(&g->tensors[g->inputs[0]]);
    if (mote_shape_elements(&out) != n_in) {
        char given[MOTE_SHAPE_TEXT_BYTES], taken[MOTE_SHAPE_TEXT_BYTES];
        mote_shape_text(&out, given);
        mote_shape_text(&in->sample, taken);
        return mote_fail(err, MOTE_SHAPE,
                         "the front end gives %s for a sample %s, the network takes %lld values",
                         given, taken, (long long)n_in);
    }
    return layer != NULL ? layer->check(in, err) : MOTE_OK;
}

bool codegen_uses(const codegen *c, const char *path)
{
    const char *const only_float[] = {"nn/mrt_f32.h", "signal/mrt_keep.h", "signal/mrt_keep.c"};
    for (size_t i = 0; i < sizeof only_float / sizeof only_float[0]; i++)
        if (mote_str_eq(path, only_float[i]))
            return c->in->is_float && (c->features != NULL || path[0] == 'n');
    bool signal = c->features != NULL && (mote_str_starts(path, "signal/mrt_quantize") ||
                                          mote_frontend_device_uses(c->features, path));
    if (signal || (c->layer != NULL && c->layer->uses(c, path)))
        return true;
    if (!mote_str_starts(path, "nn/"))
        return strchr(path, '/') == NULL;
    if (mote_str_ends(path, ".h"))
        return true;
    for (int32_t i = 0; i < c->lowered.n_calls; i++)
        if (mote_str_eq(path + 3, mote_kernel_source(c->lowered.calls[i].kernel)))
            return true;
    return false;
}

typedef enum { ALWAYS, WITH_FEATURES, WITH_LAYER, WITH_OLD_NAME } when;

typedef struct {
    const char *name; /* a template */
    void (*write)(const codegen *c, mote_buf *b);
    when when;
    bool is_yours; /* to be adapted: kept when it was */
} text_file;

static void layer_header(const codegen *c, mote_buf *b)
{
    c->layer->fill(c, b, c->layer->header);
}

static void layer_source(const codegen *c, mote_buf *b)
{
    c->layer->fill(c, b, c->layer->source);
}

static void layer_old_header(const codegen *c, mote_buf *b)
{
    c->layer->fill(c, b, c->layer->old_header);
}

static const text_file text_files[] = {
    {"@m.h", codegen_model_header, ALWAYS, false},
    {"@m.c", codegen_model_source, ALWAYS, false},
    {"@h.h", codegen_features_header, WITH_FEATURES, false},
    {"@h.c", codegen_features_source, WITH_FEATURES, false},
    {"@k.h", layer_header, WITH_LAYER, false},
    {"@k.c", layer_source, WITH_LAYER, false},
    {"@w.h", layer_old_header, WITH_OLD_NAME, false},
    {"main.c", codegen_main, ALWAYS, true},
    {"Makefile", codegen_makefile, ALWAYS, false},
    {"README.md", codegen_readme, ALWAYS, false},
    {"target.ld", codegen_linker_script, ALWAYS, true},
};

#define N_TEXT_FILES (sizeof text_files / sizeof text_files[0])

/* What the project is made of, until it is written. */
typedef struct {
    mote_buf texts[N_TEXT_FILES];
    mote_project_file *files;
    size_t n;
} layout;

static mote_status file_name(const codegen *c, const char *text, mote_arena *a, char **out,
                             mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1000);
    codegen_fill(c, &b, text, NULL, 0);
    MOTE_TRY(mote_buf_status(&b, err));
    *out = mote_arena_strndup(a, b.data, b.len);
    return *out != NULL ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for a name");
}

static bool has(const codegen *c, when what)
{
    switch (what) {
    case WITH_FEATURES:
        return c->features != NULL;
    case WITH_LAYER:
        return c->layer != NULL;
    case WITH_OLD_NAME:
        return c->layer != NULL && c->layer->old_name != NULL;
    case ALWAYS:
        break;
    }
    return true;
}

static mote_status add_texts(const codegen *c, layout *l, mote_arena *a, mote_err *err)
{
    for (size_t i = 0; i < N_TEXT_FILES; i++) {
        if (!has(c, text_files[i].when))
            continue;
        mote_buf *b = &l->texts[i];
        text_files[i].write(c, b);
        MOTE_TRY(mote_buf_status(b, err));
        char *name = NULL;
        MOTE_TRY(file_name(c, text_files[i].name, a, &name, err));
        l->files[l->n++] = (mote_project_file){
            .name = name, .bytes = b->data, .n = b->len, .is_yours = text_files[i].is_yours};
    }
    return MOTE_OK;
}

static mote_status add_device(const codegen *c, layout *l, mote_arena *a, mote_err *err)
{
    for (size_t i = 0; i < mote_n_device_sources; i++) {
        const mote_device_source *s = &mote_device_sources[i];
        char *name = NULL;
        if (!codegen_uses(c, s->path))
            continue;
        MOTE_TRY(mote_path_join(a, "device", s->file, &name, err));
        l->files[l->n++] = (mote_project_file){.name = name, .bytes = s->text, .n = s->len};
    }
    return MOTE_OK;
}

static mote_status write_layout(const codegen *c, const char *dir, layout *l, mote_arena *a,
                                mote_compile_result *r, mote_err *err)
{
    MOTE_TRY(
        mote_arena_take(a, N_TEXT_FILES + mote_n_device_sources, sizeof *l->files, &l->files, err));
    MOTE_TRY(add_texts(c, l, a, err));
    MOTE_TRY(add_device(c, l, a, err));
    MOTE_TRY(mote_project_files_write(dir, l->files, l->n, a, err));
    for (size_t i = 0; i < l->n; i++) {
        r->n_files += !l->files[i].is_kept;
        r->n_kept += l->files[i].is_kept;
    }
    return MOTE_OK;
}

static mote_status write_files(const codegen *c, const char *dir, mote_compile_result *r,
                               mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    layout l = {.n = 0};
    for (size_t i = 0; i < N_TEXT_FILES; i++)
        mote_buf_init(&l.texts[i], CODEGEN_MAX_FILE_BYTES);
    mote_status st = write_layout(c, dir, &l, &a, r, err);
    for (size_t i = 0; i < N_TEXT_FILES; i++)
        mote_buf_release(&l.texts[i]);
    return st;
}

static mote_status generate(codegen *c, const char *dir, mote_compile_result *r, mote_err *err)
{
    mote_isa isa = mote_compile_isa(c->in, c->target);
    MOTE_TRY(mote_lower(c->in->graph, isa, &c->lowered, err));
    MOTE_TRY(mote_plan_make(c->in->graph, isa, &c->plan, err));
    MOTE_TRY(codegen_features_init(c, err));
    MOTE_TRY(mote_dir_make(dir, err));
    r->arena_bytes = c->plan.arena_bytes;
    r->weights_bytes = c->plan.weights_bytes;
    return write_files(c, dir, r, err);
}

mote_status mote_compile_project(const mote_compile_input *in, const mote_target *t,
                                 const char *dir, mote_compile_result *out, mote_err *err)
{
    codegen c = {.in = in, .target = t, .layer = codegen_layer_of(in)};
    mote_compile_result r = {0};
    if (in->symbol != NULL)
        MOTE_TRY(mote_compile_symbol_check(in->symbol, err));
    MOTE_TRY(check_input(in, err));
    codegen_names_init(&c);
    mote_status st = generate(&c, dir, &r, err);
    mote_frontend_plan_destroy(c.features);
    mote_plan_release(&c.plan);
    mote_lowered_release(&c.lowered);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "compile '%s' for %s", in->name, t->name);
    *out = r;
    return MOTE_OK;
}
