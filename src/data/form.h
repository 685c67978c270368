/* SPDX-License-Identifier: Apache-2.0 */
/* What the samples of a data version look like, without loading them: shape, rate and names, by
 * decoding at most one of its objects, and its classes or values.
 *
 * Depends on data/dataset. Used by the pipeline, before a model is planned. */
#ifndef MOTE_DATA_FORM_H
#define MOTE_DATA_FORM_H

#include "data/dataset.h"

#define MOTE_FORM_MAX_LABELS 512 /* as many as a model can have */

/* The form of the samples that `cfg` cuts from v. *out lives as long as `a` and cfg.
 * Errors: NOT_FOUND v has no example; ARG more labels than a model can have; those of decoding. */
MOTE_MUST_USE mote_status mote_form_of(mote_store *s, const mote_data_version *v,
                                       const mote_dataset_config *cfg, mote_arena *a,
                                       mote_sample_form *out, mote_err *err);

/* The labels that a data set of v is about: those of cfg, or every one of v, or what
 * its rows say. Lives as long as `a` and cfg. NOT_FOUND when there is none, LIMIT when there are
 * too many. */
MOTE_MUST_USE mote_status mote_form_labels(mote_store *s, const mote_data_version *v,
                                           const mote_dataset_config *cfg, mote_arena *a,
                                           mote_names *out, mote_err *err);

/* The same of samples whose shape cfg alone tells, with the labels of cfg: no version is needed.
 * ARG when it does not.
 * lint: unused_exports: tests judge a model before there are data */
MOTE_MUST_USE mote_status mote_form_declared(const mote_dataset_config *cfg, mote_arena *a,
                                             mote_sample_form *out, mote_err *err);

#endif
