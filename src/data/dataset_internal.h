/* SPDX-License-Identifier: Apache-2.0 */
/* Between dataset.c, which plans and reads, and the kinds, which cut. Private to data/. */
#ifndef MOTE_DATA_DATASET_INTERNAL_H
#define MOTE_DATA_DATASET_INTERNAL_H

#include "data/dataset.h"
#include "data/sample.h"

/* A row that is wanted of a file of rows. */
typedef struct {
    size_t at;        /* in the file */
    int32_t class_id; /* -1: of values */
    double time_s;    /* NaN: not known */
    const char *label, *group;
} mote_planned_row;

typedef struct {
    const mote_version_item *item;
    int32_t class_id;       /* -1: of values, or each row has its own */
    size_t n;               /* samples that are cut from it */
    mote_planned_row *rows; /* [n]; NULL: the item is what the version says */
    float *values;          /* [n][n_values] of rows of values; else NULL */
} mote_planned;

struct mote_loader {
    mote_store *store;
    const mote_data_version *v;
    const mote_dataset_config *cfg;
    mote_decoding decoding;
    mote_dataset *d; /* shape, x and arena are there when a kind is asked for more */
    mote_arena *scratch;
    const mote_fold *fold; /* [v->n]; NULL without folds */
    mote_planned *plan;    /* [n_planned] items */
    size_t n_planned;
    size_t n_cut;     /* samples cut from them */
    size_t n_nothing; /* samples to make, after the cut ones */
    size_t used_bytes;
};

/* Count bytes of the data set; LIMIT when they are too many. */
MOTE_MUST_USE mote_status mote_loader_account(mote_loader *l, size_t bytes, mote_err *err);

/* The decoded object of an item; to be given back with mote_loaded_done. */
MOTE_MUST_USE mote_status mote_loader_decode(mote_loader *l, const mote_version_item *it,
                                             mote_loaded *out, mote_err *err);

/* Class of a label; -1 for none. */
int32_t mote_loader_class(const mote_loader *l, const char *label);

/* Plan the wanted rows of an item that has rows. */
MOTE_MUST_USE mote_status mote_loader_plan_rows(mote_loader *l, const mote_version_item *it,
                                                mote_err *err);

#endif
