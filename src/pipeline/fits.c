/* SPDX-License-Identifier: Apache-2.0 */
/* The budget against the footprint. See fits.h. */
#include "pipeline/fits.h"

#include <math.h>

#include "pipeline/stage_parts.h"
#include "project/archs.h"

mote_status mote_fits_footprint(const mote_settings *s, const mote_graph *g, mote_footprint *out,
                                mote_err *err)
{
    static const float any_thresholds[1] = {0.5f}; /* that there are some is all that counts */
    const mote_task_setting *task = mote_setting_task(s);
    const mote_stream_setting *stream = mote_setting_stream(s);
    const mote_signature signature = mote_stage_signature(task, mote_setting_form(s));
    const mote_target *t = NULL;
    MOTE_TRY(mote_signature_check(&signature, err)); /* more labels than a model can have, say */
    MOTE_TRY(mote_target_find(mote_setting_device(s)->target, &t, err));
    mote_compile_input in = {.name = "plan",
                             .graph = g,
                             .n_labels = (int32_t)task->classes.n,
                             .features = mote_setting_features(s),
                             .sample = mote_setting_form(s)->shape,
                             .signature = &signature,
                             .smooth_hops = stream->detector.smooth_hops,
                             .hop_ms = stream->hop_ms,
                             .thresholds = task->is_stream ? any_thresholds : NULL};
    return mote_footprint_estimate(&in, t, out, err);
}

/* Every look is a whole number of frames behind the one before, or the device, the test and the
 * server would each look at other windows. */
static mote_status check_hop(const mote_settings *s, mote_err *err)
{
    const mote_sample_form *form = mote_setting_form(s);
    const int32_t hop_ms = mote_setting_stream(s)->hop_ms;
    mote_frontend_pace pace = {.hop = 1};
    (void)mote_frontend_pace_of(mote_setting_features(s), &form->shape, &pace);
    const double frame_ms = 1000.0 * pace.hop / form->rate_hz, frames = hop_ms / frame_ms;
    if (mote_setting_task(s)->events.n == 0 || fabs(frames - round(frames)) < 1e-6)
        return MOTE_OK;
    return mote_fail(err, MOTE_ARG,
                     "'stream.hop_ms' is %d, which is %g times the front end's hop of %g ms at %g "
                     "Hz: make it a whole number of them, such as %g, or change "
                     "features.frame_hop_ms",
                     (int)hop_ms, frames, frame_ms, form->rate_hz,
                     fmax(1, round(frames)) * frame_ms);
}

/* The settings that move most. */
static const char *advice(const mote_settings *s, bool for_ram)
{
    const mote_arch_row *row = mote_arch_row_find(mote_setting_arch(s)->name);
    MOTE_BUG_IF(!row); /* mote.yaml knows no others */
    return for_ram ? row->less_ram : row->less_flash;
}

mote_status mote_fits_check(const mote_settings *s, const mote_graph *g, mote_footprint *out,
                            mote_err *err)
{
    mote_footprint f;
    const mote_budget_setting *d = mote_setting_budget(s);
    const char *target = mote_setting_device(s)->target;
    MOTE_TRY(check_hop(s, err));
    MOTE_TRY(mote_fits_footprint(s, g, &f, err));
    if (d->ram_bytes > 0 && f.ram_bytes > d->ram_bytes)
        return mote_fail(err, MOTE_UNMET,
                         "the model would need %lld bytes of RAM on %s (network %lld, front end "
                         "and detector %lld), device.budget.ram is %lld: %lld too many; %s would "
                         "help",
                         (long long)f.ram_bytes, target, (long long)f.arena_bytes,
                         (long long)f.buffer_bytes, (long long)d->ram_bytes,
                         (long long)(f.ram_bytes - d->ram_bytes), advice(s, true));
    if (d->flash_bytes > 0 && f.least_flash_bytes > d->flash_bytes)
        return mote_fail(err, MOTE_UNMET,
                         "the model would need about %lld bytes of flash on %s (weights %lld, "
                         "tables %lld, code about %lld), device.budget.flash is %lld: at least "
                         "%lld too many; %s would help",
                         (long long)f.flash_bytes, target, (long long)f.weights_bytes,
                         (long long)f.table_bytes, (long long)f.code_bytes,
                         (long long)d->flash_bytes,
                         (long long)(f.least_flash_bytes - d->flash_bytes), advice(s, false));
    *out = f;
    return MOTE_OK;
}
