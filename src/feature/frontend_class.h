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

/* The device part; frontend_device.h says what each does. */
typedef struct {
    void (*of)(const mote_frontend_plan *p, mote_frontend_device *out);
    bool (*uses)(const mote_frontend_plan *p, const char *path);
    void (*header)(const mote_frontend_plan *p, mote_buf *out);
    void (*source)(const mote_frontend_plan *p, float scale, int32_t zero_point, mote_buf *out);
} mote_frontend_device_class;

/* For rows whose arithmetic is as sound's: the constant that turns features into int8, named
 * @f_quant. */
void mote_frontend_write_quant(const mote_frontend_plan *p, float scale, int32_t zero_point,
                               mote_buf *out);
/* A table of constants: "static const T @f_name[n] = {..};". */
void mote_frontend_write_f32(mote_buf *out, const char *name, const float *x, int32_t n);
void mote_frontend_write_i32(mote_buf *out, const char *name, const int32_t *x, int32_t n);
void mote_frontend_write_i16(mote_buf *out, const char *name, const int16_t *x, int32_t n);
void mote_frontend_write_u16(mote_buf *out, const char *name, const uint16_t *x, int32_t n);

/* Functions may be NULL where that is said. Those that get a front end get a checked one, except
 * check and describe. */
struct mote_frontend_class {
    const char *name;
    const char *doc;
    mote_input_kind input; /* MOTE_N_INPUTS: any */
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
    mote_status (*run)(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err);
    /* NULL: run, sample by sample. */
    mote_status (*batch)(const mote_frontend_plan *p, mote_pool *pool, const void *const *x,
                         size_t n, float *out, mote_err *err);
    void (*words)(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                  char *what, size_t what_bytes, const char **sounds_like); /* NULL: "value 3" */
    bool (*picture)(const mote_frontend *f, mote_frontend *out, double *low_hz,
                    double *high_hz); /* NULL: none */
    /* A row that is fitted in its own way: whether it is still to be, and doing it, from the
     * features of training as it gives them before (mote_frontend_fit). NULL: by is_fitted. */
    bool (*wants_fit)(const mote_frontend *f);
    mote_status (*fit)(const mote_frontend *f, const float *x, size_t n_frames, int32_t n_values,
                       mote_frontend *out, mote_err *err);
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
