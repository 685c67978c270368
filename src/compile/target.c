/* SPDX-License-Identifier: Apache-2.0 */
/* The table of targets. See target.h. */
#include "compile/target.h"

#include "project/targets.h"

const mote_target mote_targets[] = {
#define TARGET(name, text, prefix, package, libc_package, cflags, emulator, emulator_package,      \
               machine, code_origin, code_bytes, ram_origin, ram_bytes, counter, clock_hz,         \
               flash_limit, ram_limit, has_fpu)                                                    \
    {name,         text,                                                                           \
     prefix,       package,                                                                        \
     libc_package, cflags,                                                                         \
     emulator,     emulator_package,                                                               \
     machine,      code_origin,                                                                    \
     code_bytes,   ram_origin,                                                                     \
     ram_bytes,    MOTE_COUNTER_##counter,                                                         \
     clock_hz,     flash_limit,                                                                    \
     ram_limit,    has_fpu},
#include "project/targets.def"
#undef TARGET
};
const char mote_target_help[] =
#define TARGET(name, ...) name ", "
#include "project/targets.def"
#undef TARGET
    "preset " MOTE_TARGET_PRESET;
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
