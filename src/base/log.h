/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines on standard error: "2026-01-31T12:00:00.123Z level area: text", or one JSON object a
 * line. Libraries log at debug only; cli/, serve/ and web/ use the other levels. */
#ifndef MOTE_BASE_LOG_H
#define MOTE_BASE_LOG_H

#include <stdbool.h>

#include "base/status.h"

typedef enum { MOTE_LOG_ERROR, MOTE_LOG_WARN, MOTE_LOG_INFO, MOTE_LOG_DEBUG } mote_log_level;

/* Show this level and the more urgent ones. Before the first call the environment decides:
 * MOTE_LOG=debug|info|warn|error, info without it. */
/* lint: unused_exports: tests show and hide levels, the environment decides for people */
void mote_log_set(mote_log_level level, bool as_json);
MOTE_PRINTF(3, 4) void mote_log(mote_log_level level, const char *area, const char *fmt, ...);

#endif
