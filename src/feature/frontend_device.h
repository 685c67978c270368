/* SPDX-License-Identifier: Apache-2.0 */
/* What a front end is on a microcontroller: its memory, its code, its text in a generated project.
 *
 * The texts are files of templates/, which read as what they become. The letters of
 * compile/codegen_template.h are still in them (@f and @F for the names of the front end, @h for
 * its file). Every front end's text makes the same functions:
 *
 *     void @f_frame(const T *x, void *scratch, int8_t *out);       one window to one frame
 *     void @f_clip(const T *x, void *scratch, int8_t *out);        a sample to the whole input
 *     int32_t @f_push(R_stream *s, const T *x, size_t n, size_t *n_used, int8_t *out);
 *
 * A front end that sees windows keeps frames as int16_t, the @y of frame
 * and push, and has besides
 *
 *     void @f_input(const int16_t *frames, int8_t *out);           a window to the whole input
 *
 * where int8_t is written @o and mrt_quantize @u, since a network of float32 takes the numbers as
 * they are (device/signal/mrt_keep.h), with T and R below, and the macros @F_HOP, @F_FRAMES,
 * @F_VALUES, @F_SCRATCH_BYTES,
 * @F_STREAM_BYTES; @f_tables is what R_stream_init takes.
 *
 * Depends on frontend.h. Used by compile/. */
#ifndef MOTE_FEATURE_FRONTEND_DEVICE_H
#define MOTE_FEATURE_FRONTEND_DEVICE_H

#include "feature/frontend.h"

typedef struct {
    const char *runtime;        /* R: the stem of the runtime's stream, "mrt_frontend" */
    const char *number;         /* T: C type of a number of a sample, "int16_t" */
    const char *plain_number;   /* the same for a file that has no <stdint.h>: "short" */
    int32_t n_numbers;          /* in a step; with more than one, @F_CHANNELS is that */
    const char *code;           /* its row of compile/code_sizes.def */
    const char *window_code;    /* and of what it does to a window; NULL: nothing */
    size_t stream_bytes;        /* RAM of a stream, with its scratch */
    bool is_windowed;           /* frames are kept as int16_t, and there is @f_input */
    size_t scratch_bytes;       /* RAM of a sample as a whole, @F_SCRATCH_BYTES */
    int64_t table_bytes;        /* constants in flash */
    int64_t macs;               /* multiply-accumulates of one frame, about */
    const char *variable;       /* what numbers are called in the example: "pcm" */
    const char *driver;         /* the function that waits for them there: "board_read_audio" */
    const char *driver_words;   /* "Your microphone driver: waits for n samples. .." */
    const char *sample_words;   /* "audio samples" */
    const char *feature_words;  /* "audio features" */
    char input_words[160];      /* "Samples are 16 bits, mono, 16000 a second.\n" */
    const char *const *headers; /* of the runtime, for the generated header; NULL behind the last */
} mote_frontend_device;

/* False for a front end without device part: `none`, whose input is the tensor. The texts of *out
 * live as long as p. */
bool mote_frontend_device_of(const mote_frontend_plan *p, mote_frontend_device *out);

/* Does a project with this front end hold device/<path>, a file in a folder of device/? */
bool mote_frontend_device_uses(const mote_frontend_plan *p, const char *path);

/* Behind the includes of the generated header, and of the generated source, for a network whose
 * int8 input stands for that; scale 0: its input is float32. */
void mote_frontend_device_header(const mote_frontend_plan *p, mote_buf *out);
void mote_frontend_device_source(const mote_frontend_plan *p, mote_input_quant q, mote_buf *out);

/* A finite float as a literal that reads as the same bits, in C and C++11. */
void mote_frontend_write_float(mote_buf *out, float x);

#endif
