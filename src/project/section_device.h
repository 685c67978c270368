/* SPDX-License-Identifier: Apache-2.0 */
/* Section `device` of mote.yaml: the microcontroller and what the model may take of it. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_DEVICE_H
#define MOTE_PROJECT_SECTION_DEVICE_H

#include <stdint.h>

typedef struct {
    const char *target; /* "cortex-m4f", ... */
    double clock_mhz;
    double energy_pj_per_instruction; /* energy model; 0: none, energy stays unknown */
    int64_t ram_bytes, flash_bytes;   /* budget; 0: no limit, here and below */
    int64_t stack_bytes;
    double latency_ms, inferences_per_second, energy_uj;
} mote_project_device;

#endif
