/* SPDX-License-Identifier: Apache-2.0 */
/* detections.h and detections.c: from a stream of samples to detections, with the network run every
 * few frames and the detector of device/stream behind it. See codegen_internal.h. */
#include <math.h>

#include "compile/codegen_layer.h"
#include "compile/codegen_template.h"
#include "device/stream/mrt_detector.h"

extern const char codegen_detections_c[], codegen_detections_h[], codegen_detections_old_h[];
extern const char codegen_main_detections_c[], codegen_use_detections_md[];

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

static void fill(const codegen *c, mote_buf *b, const char *text)
{
    uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES];
    mrt_detector_config d = detector_of(c, thresholds);
    const codegen_value values[] = {
        {"clip_samples", .number = c->in->sample.dims[0]},
        {"hop_ms", .number = c->in->hop_ms},
        {"hop_frames", .number = codegen_hop_frames(c->in)},
        {"smooth_hops", .number = d.smooth_hops},
        {"min_count", .number = d.min_count},
        {"suppress_hops", .number = d.suppress_hops},
        {"quiet_ms", .number = (int64_t)d.suppress_hops * c->in->hop_ms},
        {"detector_bytes", .number = (int64_t)mrt_detector_bytes(&d)},
        {"thresholds", .write = write_thresholds},
    };
    CODEGEN_FILL(c, b, text, values);
}

static bool uses(const codegen *c, const char *path)
{
    (void)c;
    return mote_str_starts(path, "stream/mrt_detector");
}

static mote_status check(const mote_compile_input *in, mote_err *err)
{
    if (in->n_labels < 1 || in->n_labels > MRT_DETECTOR_MAX_CLASSES)
        return mote_fail(err, MOTE_ARG, "a detector needs 1 to %d labels, the model has %d",
                         MRT_DETECTOR_MAX_CLASSES, in->n_labels);
    if (in->smooth_hops < 1 || in->smooth_hops > MRT_DETECTOR_MAX_HOPS)
        return mote_fail(err, MOTE_RANGE, "smoothing over %d runs, 1 to %d are possible",
                         in->smooth_hops, MRT_DETECTOR_MAX_HOPS);
    if (in->suppress_ms < 0 || in->suppress_ms > 1000000)
        return mote_fail(err, MOTE_RANGE, "a suppression of %d ms, 0 to 1000000 are possible",
                         in->suppress_ms);
    mote_frontend_pace pace;
    if (!codegen_pace(in, &pace))
        return mote_fail(err, MOTE_ARG, "a detector needs a front end that goes over time");
    if (in->hop_ms < 1 || in->hop_ms > 60000 || codegen_hop_frames(in) < 1)
        return mote_fail(err, MOTE_ARG,
                         "the network runs every %d ms, which is no whole number of "
                         "the front end's hops of %g ms",
                         in->hop_ms, 1e3 * pace.hop / pace.rate_hz);
    return MOTE_OK;
}

/* On the device pointers have 32 bits: what detections_state of the generated detections.h holds
 * besides buffers, the front end's stream, mrt_detector and two counters. */
#define DETECTIONS_STATE_BYTES (16 + 40 + 8)

/* The window of frames. */
static size_t frames_bytes(const mote_compile_input *in, const mote_frontend_device *d)
{
    return mote_frontend_elements(in->features, &in->sample) *
           (d->is_windowed ? sizeof(int16_t) : sizeof(int8_t));
}

static mote_status ram(const mote_compile_input *in, const mote_frontend_device *d, int64_t *out,
                       mote_err *err)
{
    static const uint32_t thresholds[MRT_DETECTOR_MAX_CLASSES] = {0};
    const mrt_detector_config c = {.n_classes = in->n_labels,
                                   .smooth_hops = in->smooth_hops,
                                   .min_count = in->smooth_hops,
                                   .thresholds = thresholds};
    const size_t bytes = mrt_detector_bytes(&c);
    if (bytes == 0 || d == NULL)
        return mote_fail(err, MOTE_ARG,
                         "a detector of %d classes over %d runs; 1 to %d classes and 1 to %d runs "
                         "are possible",
                         in->n_labels, in->smooth_hops, MRT_DETECTOR_MAX_CLASSES,
                         MRT_DETECTOR_MAX_HOPS);
    *out = (int64_t)(d->stream_bytes + frames_bytes(in, d) + bytes + DETECTIONS_STATE_BYTES);
    return MOTE_OK;
}

static void code(const mote_compile_input *in, const mote_frontend_device *d, const char **parts)
{
    (void)in;
    (void)d;
    parts[0] = "DETECTOR";
}

const codegen_layer codegen_stream_layer = {
    .name = "detections",
    .old_name = "keyword",
    .words = "a stream of samples to detections",
    .header = codegen_detections_h,
    .source = codegen_detections_c,
    .example = codegen_main_detections_c,
    .use = codegen_use_detections_md,
    .old_header = codegen_detections_old_h,
    .fill = fill,
    .uses = uses,
    .check = check,
    .code = code,
    .ram = ram,
    .measured_by = "measure_detections.h",
};
