/* SPDX-License-Identifier: Apache-2.0 */
/* The project's present model as the bundle that would ship, before anybody registers one: what
 * judges it elsewhere than on the project's own data (hours.h, elsewhere.h) takes any model, and
 * this is the one at hand. */
#ifndef MOTE_PIPELINE_PRESENT_H
#define MOTE_PIPELINE_PRESENT_H

#include "model/model.h"
#include "pipeline/pipeline.h"

/* Network, front end and decision, of the stages that are fresh; the stage evaluate must be.
 * *out has one reference for the caller. */
MOTE_MUST_USE mote_status mote_present_model(mote_pipeline *p, mote_model **out, mote_err *err);

#endif
