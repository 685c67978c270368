/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the row `columns` share: settings (frontend_columns.c), fitting
 * (frontend_columns_fit.c), the device part (frontend_columns_device.c). Private to those files. */
#ifndef MOTE_FEATURE_FRONTEND_COLUMNS_H
#define MOTE_FEATURE_FRONTEND_COLUMNS_H

#include "device/signal/mrt_columns.h"
#include "feature/frontend_class.h"

#define COLUMNS_MAX      128 /* of a row */
#define COLUMNS_MAX_POOL 256 /* edges of bins, and scales of parts of dates */

/* What is wanted of a column, before training has been seen; flags. */
enum {
    COLUMNS_AUTO = 1, /* nothing was said */
    COLUMNS_MEAN = 2, /* for what is missing; else the median */
    COLUMNS_ZERO = 4,
    COLUMNS_NO_SCALE = 8 /* something was said, and not `scale` */
};

typedef struct {
    int32_t is_fitted; /* 0, 1: before it, rows pass as they are */
    int32_t n_columns, n_pool;
    uint8_t wanted[COLUMNS_MAX]; /* flags; of no meaning once it is fitted */
    mrt_column columns[COLUMNS_MAX];
    float pool[COLUMNS_MAX_POOL];
} columns_settings;

/* What a plan of it keeps as its own. */
typedef struct {
    columns_settings s;
    mrt_columns_tables tables;
} columns_plan;

columns_settings columns_of(const mote_frontend *f);
void columns_set(mote_frontend *f, const columns_settings *s);

int32_t columns_numbers(const columns_settings *s); /* of a row */
int32_t columns_values(const columns_settings *s);  /* that it becomes when it is fitted */

mote_status columns_fit(const mote_frontend *f, const mote_frames *rows, mote_frontend *out,
                        mote_err *err);

extern const mote_frontend_device_class columns_device;

#endif
