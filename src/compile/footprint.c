/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the parts of a program. See footprint.h. */
#include "compile/footprint.h"

#include "compile/codegen_layer.h"

static const struct {
    const char *target, *part;
    int32_t bytes;
} code_sizes[] = {
#define CODE(target, part, bytes) {target, #part, bytes},
#include "compile/code_sizes.def"
#undef CODE
};

static void add_code(mote_footprint *f, const mote_target *t, const char *part)
{
    for (size_t i = 0; i < sizeof code_sizes / sizeof code_sizes[0]; i++)
        if (mote_str_eq(code_sizes[i].target, t->name) && mote_str_eq(code_sizes[i].part, part)) {
            f->code_bytes += code_sizes[i].bytes;
            return;
        }
    MOTE_BUG_IF(true); /* a test holds the rows complete */
}

static mote_status add_network(const mote_compile_input *in, const mote_target *t,
                               mote_footprint *f, mote_err *err)
{
    mote_plan plan;
    MOTE_TRY(mote_plan_make(in->graph, mote_compile_isa(in, t), &plan, err));
    f->arena_bytes = plan.arena_bytes;
    f->weights_bytes = plan.weights_bytes;
    f->macs = mote_graph_macs(in->graph);
    bool seen[MOTE_N_KERNELS] = {false};
    for (int32_t i = 0; i < plan.n_ops; i++) {
        mote_kernel k = plan.kernels[i];
        if (mote_kernel_source(k)[0] == '\0')
            continue; /* no code of its own on a device */
        add_code(f, t, "CALL");
        if (!seen[k])
            add_code(f, t, mote_kernel_name(k));
        seen[k] = true;
    }
    mote_plan_release(&plan);
    return MOTE_OK;
}

/* Constants and code of the front end, and what the program around the network keeps. */
static mote_status add_rest(const mote_compile_input *in, const mote_target *t, mote_footprint *f,
                            mote_err *err)
{
    const codegen_layer *layer = codegen_layer_of(in);
    mote_frontend_plan *plan = NULL;
    mote_frontend_device d;
    mote_status st = MOTE_OK;
    if (mote_compile_has_features(in))
        MOTE_TRY(mote_frontend_plan_create(in->features, &in->sample, 1, &plan, err));
    if (plan != NULL && !mote_frontend_device_of(plan, &d))
        st = mote_fail(err, MOTE_UNSUPPORTED, "front end '%s' has no part for a device",
                       mote_frontend_name(in->features));
    if (st == MOTE_OK && plan != NULL) {
        f->table_bytes = d.table_bytes;
        add_code(f, t, d.code);
        if (d.window_code != NULL)
            add_code(f, t, d.window_code);
    }
    if (st == MOTE_OK && layer != NULL) {
        const char *parts[4] = {NULL};
        layer->code(in, plan != NULL ? &d : NULL, parts);
        for (int32_t i = 0; parts[i] != NULL; i++)
            add_code(f, t, parts[i]);
        st = layer->ram(in, plan != NULL ? &d : NULL, &f->buffer_bytes, err);
    } else if (st == MOTE_OK && plan != NULL) {
        f->buffer_bytes =
            (int64_t)d.stream_bytes +
            mote_shape_elements(mote_frontend_plan_out(plan)) * (d.is_windowed ? 2 : 1);
    }
    mote_frontend_plan_destroy(plan);
    return st;
}

mote_status mote_footprint_estimate(const mote_compile_input *in, const mote_target *t,
                                    mote_footprint *out, mote_err *err)
{
    mote_footprint f = {0};
    MOTE_TRY(add_network(in, t, &f, err));
    MOTE_TRY(add_rest(in, t, &f, err));
    add_code(&f, t, "PROGRAM");
    f.ram_bytes = f.arena_bytes + f.buffer_bytes;
    int64_t constants = f.weights_bytes + f.table_bytes;
    f.flash_bytes = constants + f.code_bytes;
    /* |estimate - built| <= tolerance * built, so built >= estimate / (1 + tolerance). */
    f.least_flash_bytes = constants + (int64_t)((double)f.code_bytes / (1.0 + MOTE_CODE_TOLERANCE));
    *out = f;
    return MOTE_OK;
}
