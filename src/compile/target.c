/* SPDX-License-Identifier: Apache-2.0 */
/* The table of targets, and estimates of flash and RAM. See target.h. */
#include "compile/target.h"

const mote_target mote_targets[] = {
#define TARGET(name, text, prefix, package, libc_package, cflags, emulator, emulator_package,      \
               machine, code_origin, code_bytes, ram_origin, ram_bytes, counter, clock_hz,         \
               flash_limit, ram_limit)                                                             \
    {name, text, prefix, package, libc_package, cflags, emulator, emulator_package, machine,       \
     code_origin, code_bytes, ram_origin, ram_bytes, MOTE_COUNTER_##counter, clock_hz,             \
     flash_limit, ram_limit},
#include "compile/targets.def"
#undef TARGET
};
const size_t mote_n_targets = sizeof mote_targets / sizeof mote_targets[0];

mote_status mote_target_find(const char *name, const mote_target **out, mote_err *err)
{
    const char *names[sizeof mote_targets / sizeof mote_targets[0]];
    MOTE_SCOPED_BUF list;
    mote_buf_init(&list, 1000);
    for (size_t i = 0; i < mote_n_targets; i++) {
        if (mote_str_eq(mote_targets[i].name, name)) {
            *out = &mote_targets[i];
            return MOTE_OK;
        }
        names[i] = mote_targets[i].name;
        mote_buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = mote_nearest(name, names, mote_n_targets);
    if (nearest != NULL)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no target '%s'; did you mean '%s'?", name,
                         nearest);
    return mote_fail(err, MOTE_NOT_FOUND, "there is no target '%s'; there are %s", name,
                     list.data != NULL ? list.data : "");
}

mote_isa mote_target_isa(const mote_target *t)
{
    (void)t;
    return MOTE_ISA_PORTABLE;
}

/* Bytes of a kernel's code; about the same on all targets with 16-bit encodings. Measured with
 * -Os -O2 mix of the generated Makefile on cortex-m4f. */
static int64_t kernel_code_bytes(mote_kernel k)
{
    switch (k) {
    case MOTE_KERNEL_CONV:
        return 1500;
    case MOTE_KERNEL_DENSE:
        return 600;
    case MOTE_KERNEL_DEPTHWISE:
        return 700;
    case MOTE_KERNEL_DEPTHWISE_3X3:
        return 900;
    case MOTE_KERNEL_AVG_POOL:
    case MOTE_KERNEL_MAX_POOL:
        return 400;
    case MOTE_KERNEL_ADD:
        return 350;
    case MOTE_KERNEL_SOFTMAX:
        return 900;
    case MOTE_KERNEL_CONV_REF:
    case MOTE_KERNEL_DEPTHWISE_REF:
    case MOTE_KERNEL_DENSE_REF:
        return 500;
    case MOTE_KERNEL_HOST_CONV:
    case MOTE_KERNEL_HOST_DEPTHWISE:
    case MOTE_KERNEL_NONE:
    case MOTE_N_KERNELS:
        break;
    }
    return 0;
}

#define CALL_BYTES 100                  /* parameters of a call and the call itself */

mote_status mote_footprint_estimate(const mote_graph *g, const mote_target *t, mote_footprint *out,
                                    mote_err *err)
{
    mote_plan plan;
    mote_isa isa = mote_target_isa(t);
    MOTE_TRY(mote_plan_make(g, isa, &plan, err));
    mote_footprint f = {.arena_bytes = plan.arena_bytes, .weights_bytes = plan.weights_bytes,
                        .macs = mote_graph_macs(g)};
    bool seen[MOTE_N_KERNELS] = {false};
    for (int32_t i = 0; i < plan.n_ops; i++) {
        mote_kernel k = plan.kernels[i];
        f.code_bytes += k == MOTE_KERNEL_NONE ? 0 : CALL_BYTES;
        f.code_bytes += seen[k] ? 0 : kernel_code_bytes(k);
        seen[k] = true;
    }
    f.flash_bytes = f.weights_bytes + f.code_bytes;
    mote_plan_release(&plan);
    *out = f;
    return MOTE_OK;
}
