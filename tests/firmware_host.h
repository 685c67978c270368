/* SPDX-License-Identifier: Apache-2.0 */
/* The generated firmware of a model, compiled for this machine and fed with samples: what every
 * other answer of Mote about detections is held against. */
#ifndef MOTE_TESTS_FIRMWARE_HOST_H
#define MOTE_TESTS_FIRMWARE_HOST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "project_host.h"

/* Records of int32 n and n steps (AXES of NUMBER each), each heard by a device that was just
 * switched on. Frame by frame, so that every run of the network is seen: "o" and its outputs, "d
 * class average" behind the run that completes a detection, "." at the end of a record. */
static const char firmware_driver[] =
    "#include <stdio.h>\n#include <stdlib.h>\n#include \"detections.h\"\n"
    "static _Alignas(8) signed char arena[MODEL_ARENA_BYTES];\n"
    "static detections_state k;\n"
    "/* Steps that complete a frame. */\n"
    "static void push(const NUMBER *x, size_t n)\n{\n"
    "    size_t used;\n    detections_event e;\n"
    "    int32_t hit = 0;\n"
    "    while (n > 0) {\n"
    "        hit = detections_push(&k, arena, x, n, &used, &e);\n"
    "        x += used * AXES;\n        n -= used;\n"
    "    }\n"
    "    if (k.n_frames == FEATURES_FRAMES && k.wait == DETECTIONS_HOP_FRAMES - 1) {\n"
    "        printf(\"o\");\n"
    "        for (int i = 0; i < MODEL_N_LABELS; i++)\n"
    "            printf(\" %d\", arena[MODEL_OUTPUT_OFFSET + i]);\n"
    "        printf(\"\\n\");\n"
    "    }\n"
    "    if (hit)\n        printf(\"d %d %u\\n\", (int)e.class_id, (unsigned)e.average_q16);\n"
    "}\n"
    "int main(void)\n{\n"
    "    int32_t n;\n"
    "    while (fread(&n, sizeof n, 1, stdin) == 1) {\n"
    "        NUMBER *x = malloc(((size_t)n + 1) * AXES * sizeof *x);\n"
    "        if (fread(x, AXES * sizeof *x, (size_t)n, stdin) != (size_t)n)\n            return "
    "1;\n"
    "        detections_init(&k);\n"
    "        int32_t at = 0, step = FEATURES_WINDOW;\n"
    "        while (at + step <= n) {\n"
    "            push(x + at * AXES, (size_t)step);\n"
    "            at += step;\n            step = FEATURES_HOP;\n"
    "        }\n"
    "        free(x);\n        printf(\".\\n\");\n"
    "    }\n    return 0;\n}\n";

#define FIRMWARE_MAX_WINDOWS 4096
#define FIRMWARE_MAX_HITS    FIRMWARE_MAX_WINDOWS

/* What the firmware said of one record. */
typedef struct {
    size_t n_windows, n_hits;
    int8_t outputs[FIRMWARE_MAX_WINDOWS][MOTE_MODEL_MAX_LABELS];
    struct {
        size_t window; /* that completed it */
        int32_t class_id;
        uint32_t average_q16;
    } hits[FIRMWARE_MAX_HITS];
} firmware_said;

/* Generate and build in `dir`; run it with firmware_hear. */
static inline void firmware_build(const mote_model *m, const char *dir)
{
    const mote_operating_point *op = mote_model_operating_point(m);
    const char *labels[MOTE_MODEL_MAX_LABELS];
    mote_compile_input in = {.name = "firmware",
                             .graph = mote_model_graph(m),
                             .n_labels = mote_model_n_labels(m),
                             .labels = labels,
                             .features = mote_model_features(m),
                             .sample = *mote_model_sample(m),
                             .smooth_hops = op->smooth_hops,
                             .suppress_ms = op->suppress_ms,
                             .hop_ms = op->hop_ms,
                             .thresholds = op->thresholds};
    for (int32_t i = 0; i < in.n_labels; i++)
        labels[i] = mote_model_label(m, i);
    char axes[32];
    (void)mote_format(axes, sizeof axes, "-DAXES=%d",
                      in.sample.n_dims > 1 ? (int)in.sample.dims[1] : 1);
    const char *number = in.sample.dtype == MOTE_F32 ? "-DNUMBER=float" : "-DNUMBER=int16_t";
    const char *const words[] = {number, axes, NULL};
    project_generate(&in, dir, firmware_driver);
    project_build(dir, "-O2", words);
}

/* Feed `before` steps of zeros, x[0..n) of step_bytes each and `after` zeros, from power-on. */
static inline void firmware_feed(const char *dir, const void *x, size_t n, size_t step_bytes,
                                 size_t before, size_t after, firmware_said *out)
{
    int32_t total = (int32_t)(before + n + after);
    size_t bytes = sizeof total + (size_t)total * step_bytes;
    char *input = calloc(bytes, 1);
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 24);
    memcpy(input, &total, sizeof total);
    if (n)
        memcpy(input + sizeof total + before * step_bytes, x, n * step_bytes);
    project_said(dir, input, bytes, &text);
    free(input);
    memset(out, 0, sizeof *out);
    for (char *line = text.data; line && line < text.data + text.len; line = strchr(line, '\n') + 1)
        if (line[0] == 'o') {
            char *at = line + 1;
            for (int i = 0; *at == ' '; i++)
                out->outputs[out->n_windows][i] = (int8_t)strtol(at, &at, 10);
            out->n_windows++;
        } else if (line[0] == 'd') {
            char *at = line + 1;
            out->hits[out->n_hits].window = out->n_windows - 1;
            out->hits[out->n_hits].class_id = (int32_t)strtol(at, &at, 10);
            out->hits[out->n_hits++].average_q16 = (uint32_t)strtoul(at, NULL, 10);
        }
}

/* The same of sound. */
static inline void firmware_hear(const char *dir, const int16_t *pcm, size_t n, size_t before,
                                 size_t after, firmware_said *out)
{
    firmware_feed(dir, pcm, n, sizeof *pcm, before, after, out);
}

#endif
