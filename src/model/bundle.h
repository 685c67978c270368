/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle: everything that changes a prediction, in one file.
 *
 * It holds named sections with checksums (docs/formats/bundle.md):
 *   model.json   name, signature, front end, decision, drift reference, lineage, metrics
 *   graph        the graph that ships
 *   training     the float graph it was made from (optional)
 *   golden       golden vectors (optional)
 *
 * It is the unit that is versioned, approved, served, flashed and rolled back.
 * Depends on model.h, golden.h. Used by pipeline/ and serve/, which make bundles. */
#ifndef MOTE_MODEL_BUNDLE_H
#define MOTE_MODEL_BUNDLE_H

#include "base/text.h"
#include "feature/frontend.h"
#include "model/golden.h"
#include "model/model.h"

/* What a bundle is made of; all borrowed. Two bundles of equal parts are the same bytes: when and
 * in which run they were made stands in the registry. */
typedef struct {
    const char *name;
    mote_signature signature;
    const mote_frontend *features; /* NULL: none, the graph takes the sample */
    const mote_decision *decision; /* NULL: defaults */
    const mote_graph *graph;
    const mote_graph *training;    /* NULL: left out */
    const json_t *drift_reference; /* NULL: none; evaluate/reference_profile.h */
    const json_t *lineage;         /* NULL: none; data, seed, settings, program; no times, no run */
    const json_t *metrics;         /* NULL: none; measurements and verdicts, without their times */
    const mote_golden *golden;     /* NULL: none */
} mote_bundle_parts;

MOTE_MUST_USE mote_status mote_bundle_write(const mote_bundle_parts *parts, mote_buf *out,
                                            mote_err *err);

/* The training graph of a bundle of either format, which a loaded model does not keep; *out NULL
 * when it was left out, else owned by the caller.
 * lint: unused_exports: tests of both formats read what is kept for a later version */
MOTE_MUST_USE mote_status mote_bundle_training(const void *bytes, size_t n, mote_graph **out,
                                               mote_err *err);

#endif
