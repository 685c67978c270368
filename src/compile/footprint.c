/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the parts of a program. See footprint.h. */
#include "compile/footprint.h"

#include <string.h>

#include "device/stream/mrt_detector.h"
#include "feature/frontend_device.h"

typedef enum {
#define CODE(part, m0plus, m4f, m7, m55, rv32imac) PART_##part,
#include "compile/code_sizes.def"
#undef CODE
    N_PARTS
} part;

#define N_COLUMNS 5
static const int32_t code_sizes[N_PARTS][N_COLUMNS] = {
#define CODE(part, m0plus, m4f, m7, m55, rv32imac) {m0plus, m4f, m7, m55, rv32imac},
#include "compile/code_sizes.def"
#undef CODE
};

/* N_PARTS: no code of its own on a device. */
static part part_of(mote_kernel k)
{
    switch (k) {
#define KERNEL_PART(name)                                                                          \
    case MOTE_KERNEL_##name:                                                                       \
        return PART_##name
        KERNEL_PART(CONV);
        KERNEL_PART(DENSE);
        KERNEL_PART(DEPTHWISE);
        KERNEL_PART(DEPTHWISE_3X3);
        KERNEL_PART(AVG_POOL);
        KERNEL_PART(MAX_POOL);
        KERNEL_PART(ADD);
        KERNEL_PART(SOFTMAX);
        KERNEL_PART(CONV_REF);
        KERNEL_PART(DEPTHWISE_REF);
        KERNEL_PART(DENSE_REF);
#undef KERNEL_PART
    case MOTE_KERNEL_HOST_CONV:
    case MOTE_KERNEL_HOST_DEPTHWISE:
    case MOTE_KERNEL_NONE:
    case MOTE_N_KERNELS:
        break;
    }
    return N_PARTS;
}

/* The part that a front end names. */
static part part_named(const char *name)
{
    static const char *const names[N_PARTS] = {
#define CODE(part, m0plus, m4f, m7, m55, rv32imac) #part,
#include "compile/code_sizes.def"
#undef CODE
    };
    size_t i = 0;
    while (i < N_PARTS && strcmp(names[i], name) != 0)
        i++;
    MOTE_BUG_IF(i == N_PARTS);
    return (part)i;
}

static size_t column_of(const mote_target *t)
{
    size_t column = (size_t)(t - mote_targets);
    MOTE_BUG_IF(column >= N_COLUMNS || mote_n_targets != N_COLUMNS);
    return column;
}

static void add_code(mote_footprint *f, const mote_target *t, part p)
{
    f->code_bytes += code_sizes[p][column_of(t)];
}

static mote_status add_network(const mote_compile_input *in, const mote_target *t,
                               mote_footprint *f, mote_err *err)
{
    mote_plan plan;
    MOTE_TRY(mote_plan_make(in->graph, mote_target_isa(t), &plan, err));
    f->arena_bytes = plan.arena_bytes;
    f->weights_bytes = plan.weights_bytes;
    f->macs = mote_graph_macs(in->graph);
    bool seen[N_PARTS + 1] = {false};
    for (int32_t i = 0; i < plan.n_ops; i++) {
        part p = part_of(plan.kernels[i]);
        if (p == N_PARTS)
            continue;
        add_code(f, t, PART_CALL);
        if (!seen[p])
            add_code(f, t, p);
        seen[p] = true;
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
    add_code(f, t, part_named(d.code));
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
    add_code(f, t, PART_DETECTOR);
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
    add_code(&f, t, PART_PROGRAM);
    f.ram_bytes = f.arena_bytes + f.buffer_bytes;
    int64_t constants = f.weights_bytes + f.table_bytes;
    f.flash_bytes = constants + f.code_bytes;
    /* |estimate - built| <= tolerance * built, so built >= estimate / (1 + tolerance). */
    f.least_flash_bytes = constants + (int64_t)((double)f.code_bytes / (1.0 + MOTE_CODE_TOLERANCE));
    *out = f;
    return MOTE_OK;
}
