/* SPDX-License-Identifier: Apache-2.0 */
/* Section `scope` of mote.yaml: what was asked when the project began. The keys are those of
 * config.def. */
#ifndef MOTE_PROJECT_SECTION_SCOPE_H
#define MOTE_PROJECT_SECTION_SCOPE_H

#include "project/setting_types.h"

typedef struct {
    const char *decision; /* what is decided with the answer; "" */
    const char *data;     /* which data exist; "" */
    mote_names open;      /* ids of questions (scope.def) that nobody has answered yet */
} mote_project_scope;

#endif
