/* SPDX-License-Identifier: Apache-2.0 */
/* Section `serving` of mote.yaml: the inference server. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_SERVING_H
#define MOTE_PROJECT_SECTION_SERVING_H

#include <stdint.h>

#include "project/setting_types.h"

typedef struct {
    int32_t port;
    int64_t max_body_bytes;
    int32_t max_clients;
    int32_t max_clients_per_address; /* 0: seven eighths of max_clients */
    mote_names hosts;                /* names by which changing routes are reached */
    mote_names origins;              /* of pages that may read answers; empty: CORS is off */
    double deadline_ms;
} mote_project_serving;

#endif
