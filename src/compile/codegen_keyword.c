/* SPDX-License-Identifier: Apache-2.0 */
/* keyword.h and keyword.c: from a stream of samples to detections, with the network run every few
 * frames and the detector of device/stream behind it. See codegen_internal.h. */
#include <math.h>

#include "compile/codegen_template.h"
#include "device/stream/mrt_detector.h"

int32_t codegen_hop_frames(const mote_compile_input *in)
{
    mote_frontend_pace pace;
    if (!codegen_pace(in, &pace))
        return 0;
    double steps = in->hop_ms * pace.rate_hz / 1000.0, frames = steps / pace.hop;
    double whole = floor(frames + 0.5); /* rates that are no whole number: to a thousandth step */
    return fabs(steps - whole * pace.hop) < 1e-3 ? (int32_t)whole : 0;
}

static mrt_detector_config detector_of(const codegen *c, uint32_t *thresholds)
{
    const mote_compile_input *in = c->in;
    for (int32_t i = 0; i < in->n_labels; i++)
        thresholds[i] = mrt_detector_threshold(in->thresholds[i]);
    mrt_detector_config d = {.n_classes = in->n_labels,
                             .smooth_hops = in->smooth_hops,
                             .min_count = in->smooth_hops,
                             .suppress_hops = (in->suppress_ms + in->hop_ms / 2) / in->hop_ms,
                             .thresholds = thresholds};
    return d;
}

static void runtime(const codegen *c, mote_buf *b)
{
    static const char *const headers[] = {"mrt_detector.h", "mrt_lang.h", NULL};
    codegen_runtime(c, b, headers);
}

static void extern_c(const codegen *c, mote_buf *b)
{
    (void)c;
    codegen_extern_c(b);
}

static void extern_c_end(const codegen *c, mote_buf *b)
{
    (void)c;
    codegen_extern_c_end(b);
}

void codegen_keyword_header(const codegen *c, mote_buf *b)
{
    uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES];
    mrt_detector_config d = detector_of(c, thresholds);
    const codegen_value values[] = {
        {"clip_samples", c->in->sample.dims[0], NULL},
        {"hop_ms", c->in->hop_ms, NULL},
        {"smooth_hops", d.smooth_hops, NULL},
        {"quiet_ms", (int64_t)d.suppress_hops * c->in->hop_ms, NULL},
        {"hop_frames", codegen_hop_frames(c->in), NULL},
        {"detector_bytes", (int64_t)mrt_detector_bytes(&d), NULL},
        {"runtime", 0, runtime},
        {"extern_c", 0, extern_c},
        {"extern_c_end", 0, extern_c_end},
    };
    codegen_fill(c, b, codegen_keyword_h, values, sizeof values / sizeof values[0]);
}

/* A line for each label. */
static void write_thresholds(const codegen *c, mote_buf *b)
{
    uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES];
    mrt_detector_config d = detector_of(c, thresholds);
    for (int32_t i = 0; i < d.n_classes; i++) {
        mote_buf_printf(b, "    %u, /* ", thresholds[i]);
        codegen_comment(b, c->in->labels[i]);
        mote_buf_str(b, " */\n");
    }
}

void codegen_keyword_source(const codegen *c, mote_buf *b)
{
    uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES];
    mrt_detector_config d = detector_of(c, thresholds);
    const codegen_value values[] = {
        {"thresholds", 0, write_thresholds},
        {"smooth_hops", d.smooth_hops, NULL},
        {"min_count", d.min_count, NULL},
        {"suppress_hops", d.suppress_hops, NULL},
    };
    codegen_fill(c, b, codegen_keyword_c, values, sizeof values / sizeof values[0]);
}
