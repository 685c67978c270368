/* SPDX-License-Identifier: Apache-2.0 */
/* The budget against the footprint. See fits.h. */
#include "pipeline/fits.h"

#include <math.h>
#include <string.h>

#include "evaluate/stream.h"
#include "pipeline/keyword.h"

mote_status mote_fits_footprint(const mote_project *p, const mote_graph *g, mote_footprint *out,
                                mote_err *err)
{
    static const float any_thresholds[1] = {0.5f}; /* that there are some is all that counts */
    mote_feature_config features = mote_keyword_features(p);
    const mote_target *t = NULL;
    MOTE_TRY(mote_target_find(p->device.target, &t, err));
    mote_compile_input in = {.name = p->name,
                             .graph = g,
                             .n_labels = (int32_t)p->classes.n,
                             .features = &features,
                             .clip_samples = mote_keyword_clip_samples(p),
                             .smooth_hops = mote_stream_detector_of(p).smooth_hops,
                             .hop_ms = (int32_t)lround(p->stream.hop_ms),
                             .thresholds = any_thresholds};
    return mote_footprint_estimate(&in, t, out, err);
}

/* The settings that move most. */
static const char *advice(const mote_project *p, bool for_ram)
{
    if (strcmp(p->model.architecture, "dense") == 0)
        return "smaller or fewer layers in model.hidden";
    return for_ram ? "fewer model.channels or a larger model.stride"
                   : "fewer model.channels or model.blocks";
}

mote_status mote_fits_check(const mote_project *p, const mote_graph *g, mote_err *err)
{
    mote_footprint f;
    const mote_project_device *d = &p->device;
    MOTE_TRY(mote_fits_footprint(p, g, &f, err));
    if (d->ram_bytes > 0 && f.ram_bytes > d->ram_bytes)
        return mote_fail(err, MOTE_UNMET,
                         "the model would need %lld bytes of RAM on %s (network %lld, front end "
                         "and detector %lld), device.budget.ram is %lld: %lld too many; %s would "
                         "help",
                         (long long)f.ram_bytes, d->target, (long long)f.arena_bytes,
                         (long long)f.buffer_bytes, (long long)d->ram_bytes,
                         (long long)(f.ram_bytes - d->ram_bytes), advice(p, true));
    if (d->flash_bytes > 0 && f.least_flash_bytes > d->flash_bytes)
        return mote_fail(err, MOTE_UNMET,
                         "the model would need about %lld bytes of flash on %s (weights %lld, "
                         "tables %lld, code about %lld), device.budget.flash is %lld: at least "
                         "%lld too many; %s would help",
                         (long long)f.flash_bytes, d->target, (long long)f.weights_bytes,
                         (long long)f.table_bytes, (long long)f.code_bytes,
                         (long long)d->flash_bytes,
                         (long long)(f.least_flash_bytes - d->flash_bytes), advice(p, false));
    return MOTE_OK;
}
