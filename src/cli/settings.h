/* SPDX-License-Identifier: Apache-2.0 */
/* What commands take of mote.yaml beside the stages of the pipeline: each function sees only the
 * parts that config.def marks as READ_BY it. Depends on project/part.h and the headers of the
 * libraries. Used by cmd_*.c and dispatch.c. */
#ifndef MOTE_CLI_SETTINGS_H
#define MOTE_CLI_SETTINGS_H

#include "monitor/live.h"
#include "project/project.h"
#include "web/server.h"

/* Threads of the pool: those of the command line, else training.threads; 0: one per processor. p
 * may be NULL. */
int32_t mote_cli_threads(const mote_project *p, int64_t given);

/* Limits, port (serving) and what may be kept (consent); everything else is left as it is. */
void mote_cli_server(const mote_project *p, mote_server_config *cfg);

/* Windows and their alarm; project, model and bundle are the caller's. */
mote_live_config mote_cli_live(const mote_project *p);

#endif
