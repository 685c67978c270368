/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a model will fit the device, asked before it is trained: what the program takes follows
 * from the architecture, the front end and the detector alone. Depends on compile/footprint.h. Used
 * by stage plan and the folds. */
#ifndef MOTE_PIPELINE_FITS_H
#define MOTE_PIPELINE_FITS_H

#include "compile/footprint.h"
#include "pipeline/settings.h"

/* The footprint on the project's target of its program with network `g`, trained or not (settings
 * task, features, stream, device). */
MOTE_MUST_USE mote_status mote_fits_footprint(const mote_settings *s, const mote_graph *g,
                                              mote_footprint *out, mote_err *err);

/* UNMET when the program certainly exceeds device.budget.ram (buffers, counted exactly) or
 * device.budget.flash (constants, counted exactly, and the least that the code may take); says by
 * how much and what would help. A budget of 0 has no limit. What is let through may still miss the
 * flash budget by the uncertainty of the code: stage compile measures it. Besides those of the
 * footprint the settings budget and arch. */
MOTE_MUST_USE mote_status mote_fits_check(const mote_settings *s, const mote_graph *g,
                                          mote_footprint *out, mote_err *err);

#endif
