/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the parts of a program. See footprint.h. */
#include "compile/footprint.h"

#include "device/stream/mrt_detector.h"
#include "feature/frontend_device.h"

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
    MOTE_TRY(mote_plan_make(in->graph, mote_target_isa(t), &plan, err));
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

static mote_status add_front_end(const mote_compile_input *in, const mote_target *t,
                                 mote_footprint *f, mote_err *err)
{
    mote_frontend_plan *plan = NULL;
    mote_frontend_device d;
    MOTE_TRY(mote_frontend_plan_create(in->features, &in->sample, 1, &plan, err));
    bool has_device = mote_frontend_device_of(plan, &d);
    int64_t n_out = mote_shape_elements(mote_frontend_plan_out(plan));
    mote_frontend_plan_destroy(plan);
    if (!has_device)
        return mote_fail(err, MOTE_UNSUPPORTED, "front end '%s' has no part for a device",
                         mote_frontend_name(in->features));
    f->table_bytes = d.table_bytes;
    f->buffer_bytes = (int64_t)d.stream_bytes + n_out;
    add_code(f, t, d.code);
    return MOTE_OK;
}

/* On the device pointers have 32 bits: what keyword_state of the generated keyword.h holds besides
 * buffers, the front end's stream, mrt_detector and two counters. */
#define KEYWORD_STATE_BYTES (16 + 40 + 8)

static mote_status add_detector(const mote_compile_input *in, const mote_target *t,
                                mote_footprint *f, mote_err *err)
{
    static const uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES] = {0};
    mrt_detector_config c = {.n_classes = in->n_labels,
                             .smooth_hops = in->smooth_hops,
                             .min_count = in->smooth_hops,
                             .thresholds = thresholds};
    size_t bytes = mrt_detector_bytes(&c);
    if (bytes == 0)
        return mote_fail(err, MOTE_ARG,
                         "a detector of %d classes over %d runs; 1 to %d classes and 1 to %d runs "
                         "are possible",
                         in->n_labels, in->smooth_hops, MRT_DETECTOR_MAX_CLASSES,
                         MRT_DETECTOR_MAX_HOPS);
    f->buffer_bytes += (int64_t)bytes + KEYWORD_STATE_BYTES;
    add_code(f, t, "DETECTOR");
    return MOTE_OK;
}

mote_status mote_footprint_estimate(const mote_compile_input *in, const mote_target *t,
                                    mote_footprint *out, mote_err *err)
{
    mote_footprint f = {0};
    MOTE_TRY(add_network(in, t, &f, err));
    if (mote_compile_has_features(in))
        MOTE_TRY(add_front_end(in, t, &f, err));
    if (mote_compile_has_features(in) && in->thresholds != NULL)
        MOTE_TRY(add_detector(in, t, &f, err));
    add_code(&f, t, "PROGRAM");
    f.ram_bytes = f.arena_bytes + f.buffer_bytes;
    int64_t constants = f.weights_bytes + f.table_bytes;
    f.flash_bytes = constants + f.code_bytes;
    /* |estimate - built| <= tolerance * built, so built >= estimate / (1 + tolerance). */
    f.least_flash_bytes = constants + (int64_t)((double)f.code_bytes / (1.0 + MOTE_CODE_TOLERANCE));
    *out = f;
    return MOTE_OK;
}
