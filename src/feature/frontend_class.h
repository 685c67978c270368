/* SPDX-License-Identifier: Apache-2.0 */
/* What a row of the front ends provides. Private to src/feature: frontend.c and the rows. */
#ifndef MOTE_FEATURE_FRONTEND_CLASS_H
#define MOTE_FEATURE_FRONTEND_CLASS_H

#include "data/columns.h"
#include "feature/frontend_device.h"

struct mote_frontend_plan {
    mote_frontend frontend;
    mote_shape in, out;
    int32_t n_workers;
    void *own; /* of the row */
};

/* What fills the holes of a text of templates/ (base/fill.h): values by name, and tables of
 * constants. The letters stay: who asks for the text knows what they stand for. */
enum { FRONTEND_MAX_VALUES = 40, FRONTEND_MAX_ARRAYS = 10 };
typedef enum { FRONTEND_F32, FRONTEND_I32, FRONTEND_I16, FRONTEND_U16 } frontend_number;

typedef struct frontend_text frontend_text;
struct frontend_text {
    const mote_frontend_plan *p;
    mote_input_quant quant; /* scale 0: the network's input is float32 */
    struct frontend_value {
        const char *name;
        int64_t number;
        const char *text; /* a text of templates/, with the same holes */
        void (*write)(const frontend_text *t, mote_buf *out);
    } values[FRONTEND_MAX_VALUES];
    size_t n_values;
    struct frontend_array {
        const char *name;
        frontend_number type;
        int32_t n;
        const void *data; /* NULL: there is none, and the pointer to it is NULL */
    } arrays[FRONTEND_MAX_ARRAYS];
    size_t n_arrays;
};

/* @{name}, and @{if name}: a number that is not 0, a text that is not "", or what is written. */
void frontend_say(frontend_text *t, const char *name, int64_t number);
void frontend_say_text(frontend_text *t, const char *name, const char *text);
void frontend_say_written(frontend_text *t, const char *name,
                          void (*write)(const frontend_text *t, mote_buf *out));
/* @{arrays} defines them as @f_name, @{pointers} has a line for each: its name or NULL. */
void frontend_say_array(frontend_text *t, const char *name, frontend_number type, int32_t n,
                        const void *data);

/* The device part; frontend_device.h says what each does. */
typedef struct {
    void (*of)(const mote_frontend_plan *p, mote_frontend_device *out);
    bool (*uses)(const mote_frontend_plan *p, const char *path);
    const char *header, *source; /* texts of templates/ */
    /* What fills them, beside what all have: @{float} @{fixed} @{arrays} @{pointers}
     * @{quantisation}, the constant @f_quant that turns features into int8. */
    void (*fill)(const mote_frontend_plan *p, frontend_text *t);
} mote_frontend_device_class;

extern const char frontend_mfcc_h[], frontend_mfcc_c[], frontend_series_h[], frontend_series_c[];
extern const char frontend_pixels_h[], frontend_pixels_c[];
extern const char frontend_columns_h[], frontend_columns_c[];
extern const char frontend_array_c[], frontend_pointer_c[], frontend_quantisation_c[];

/* Are features integers times 2^-12? */
bool mote_frontend_gives_integers(const mote_frontend *f);

/* Functions may be NULL where that is said. Those that get a front end get a checked one, except
 * check and describe. */
struct mote_frontend_class {
    const char *name;
    const char *doc;
    mote_input_kind input; /* MOTE_N_INPUTS: any */
    bool is_light;         /* computing costs less than keeping what was computed */
    bool is_fitted;        /* scales its values: mote_frontend_fit */
    bool energy_is_first;
    /* Defaults into f->own; NULL: nothing to set. */
    void (*init)(mote_frontend *f);
    /* NULL: cannot be named in mote.yaml. f is initialised. */
    void (*of_project)(const mote_project_features *y, double rate_hz, mote_frontend *f);
    mote_status (*check)(const mote_frontend *f, mote_err *err);
    /* o holds the row's own members alone; to_json makes them. */
    mote_status (*parse)(const json_t *o, const char *what, mote_frontend *f, mote_err *err);
    json_t *(*to_json)(const mote_frontend *f);
    mote_sha256 (*hash)(const mote_frontend *f);
    void (*describe)(const mote_frontend *f, char *out, size_t out_bytes);
    /* NULL: one arithmetic, float. */
    bool (*is_fixed)(const mote_frontend *f);
    void (*set_fixed)(mote_frontend *f, bool is_fixed);
    mote_status (*shape)(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                         mote_err *err);
    bool (*pace)(const mote_frontend *f, const mote_shape *in, mote_frontend_pace *out); /* NULL */
    /* Fill p->own, and free it; all else in *p is there. NULL: nothing to keep. */
    mote_status (*plan)(mote_frontend_plan *p, mote_err *err);
    void (*release)(mote_frontend_plan *p);
    /* Frames, before what a window does to them. */
    mote_status (*run)(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err);
    /* What a window does to its frames [n_frames][values], to out (which may be they). NULL: no
     * setting of the row does anything. kept: working memory, as many int16. */
    bool (*sees_window)(const mote_frontend *f);
    void (*window)(const mote_frontend_plan *p, const float *frames, size_t n_frames, int16_t *kept,
                   float *out);
    /* NULL: run, sample by sample. */
    mote_status (*batch)(const mote_frontend_plan *p, mote_pool *pool, const void *const *x,
                         size_t n, float *out, mote_err *err);
    void (*words)(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                  mote_value_words *out); /* NULL: "value 3" */
    bool (*picture)(const mote_frontend *f, mote_frontend *out, double *low_hz,
                    double *high_hz); /* NULL: none */
    /* A row that is fitted in its own way: whether it is still to be, and doing it, from the
     * features of training as it gives them before (mote_frontend_fit). NULL: by is_fitted. */
    bool (*wants_fit)(const mote_frontend *f);
    mote_status (*fit)(const mote_frontend *f, const mote_frames *x, mote_frontend *out,
                       mote_err *err);
    mote_status (*take_columns)(mote_frontend *f, const mote_columns *columns,
                                mote_err *err); /* NULL: it has none */
    const mote_frontend_device_class *device;   /* NULL: no part of its own */
};

extern const mote_frontend_device_class mote_frontend_mfcc_device; /* frontend_mfcc_device.c */

extern const mote_frontend_class mote_frontend_row_none;
#define FRONTEND(name, input, settings, doc)                                                       \
    extern const mote_frontend_class mote_frontend_row_##name;
#include "project/frontends.def"
#undef FRONTEND

#endif
