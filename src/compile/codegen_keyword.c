/* SPDX-License-Identifier: Apache-2.0 */
/* keyword.h and keyword.c: from a stream of samples to detections, with the network run every few
 * frames and the detector of device/stream behind it. See codegen_internal.h. */
#include <math.h>

#include "compile/codegen_template.h"
#include "device/stream/mrt_detector.h"

extern const char codegen_keyword_c[], codegen_keyword_h[];
extern const char codegen_main_keyword_c[], codegen_use_keyword_md[];

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

static void header(const codegen *c, mote_buf *b)
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

static void source(const codegen *c, mote_buf *b)
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

static void example(const codegen *c, mote_buf *b)
{
    codegen_fill(c, b, codegen_main_keyword_c, NULL, 0);
}

static void use(const codegen *c, mote_buf *b)
{
    codegen_fill(c, b, codegen_use_keyword_md, NULL, 0);
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

/* On the device pointers have 32 bits: what keyword_state of the generated keyword.h holds besides
 * buffers, the front end's stream, mrt_detector and two counters. */
#define KEYWORD_STATE_BYTES (16 + 40 + 8)

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
    *out = (int64_t)(d->stream_bytes + mote_frontend_elements(in->features, &in->sample) + bytes +
                     KEYWORD_STATE_BYTES);
    return MOTE_OK;
}

static void code(const mote_compile_input *in, const mote_frontend_device *d, const char **parts)
{
    (void)in;
    (void)d;
    parts[0] = "DETECTOR";
}

static void flags(const mote_compile_input *in, mote_buf *b)
{
    (void)in;
    (void)b;
}

static size_t said_bytes(const mote_compile_input *in)
{
    (void)in;
    return 0;
}

const codegen_layer codegen_stream_layer = {
    .name = "keyword",
    .words = "a stream of samples to detections",
    .header = header,
    .source = source,
    .example = example,
    .use = use,
    .uses = uses,
    .check = check,
    .code = code,
    .ram = ram,
    .measured_by = "measure_keyword.h",
    .flags = flags,
    .said_bytes = said_bytes,
};
