/* SPDX-License-Identifier: Apache-2.0 */
/* How the project stands: each stage, each requirement, the champion, what the monitor saw, what
 * waits in the data, what is due and what to do next. Looks, and runs nothing.
 *
 * `mote status` shows it as text; as JSON (docs/commands/status.md) every door gives the same.
 * Depends on pipeline/, track/, serve/predlog.h, monitor/, data/waiting.h. Used by cli/, web/. */
#ifndef MOTE_LOOP_OVERVIEW_H
#define MOTE_LOOP_OVERVIEW_H

#include "data/waiting.h"
#include "monitor/monitor.h"
#include "pipeline/judged.h"
#include "serve/predlog.h"
#include "track/registry.h"

typedef struct {
    const mote_project *project;
    bool is_writable; /* the store, here */
    mote_stage_status stages[MOTE_N_STAGES];
    const char *summaries[MOTE_N_STAGES]; /* "" when it is not fresh */
    mote_judged judged;
    mote_model_version champion;
    bool has_champion;
    const char *damage; /* why the champion cannot be used; NULL: it can */
    int64_t newest;     /* version that the deploy stage registered; 0: it is not fresh */
    mote_alert *alerts; /* [n_alerts], not resolved */
    size_t n_alerts;
    mote_window *windows; /* [n_windows], the newest one, or none */
    size_t n_windows;
    mote_predlog_state log;
    mote_data_waiting data;
    json_t *facts;   /* of the data stage (data/facts.h), owned; NULL: it is not fresh */
    const char *due; /* why training is due although it is fresh; NULL: it is not */
    const char *next;
} mote_overview;

/* cfg as for mote_pipeline_create. *out lives as long as `a` and cfg's project, and until it is
 * released. */
MOTE_MUST_USE mote_status mote_overview_of(const mote_pipeline_config *cfg, mote_arena *a,
                                           mote_overview *out, mote_err *err);
void mote_overview_release(mote_overview *o);

/* The document. New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_overview_json(const mote_overview *o, json_t **out, mote_err *err);

#endif
