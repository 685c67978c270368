/* SPDX-License-Identifier: Apache-2.0 */
/* Section `consent` of mote.yaml: which inputs of the field may be kept, and for how long. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_CONSENT_H
#define MOTE_PROJECT_SECTION_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

#include "project/setting_types.h"

typedef struct {
    mote_names purposes;    /* consent purposes that allow an input to be kept */
    int32_t retention_days; /* 0: nothing is kept */
    bool log_inputs, log_outputs;
    int64_t max_log_bytes; /* of the prediction log; 0: no bound */
    const char *key_file;  /* of its master secret; "": in the store */
} mote_project_consent;

#endif
