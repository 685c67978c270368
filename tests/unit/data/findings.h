/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for a finding of 'mote data check' by its id, and what it must say. */
#ifndef MOTE_TESTS_FINDINGS_H
#define MOTE_TESTS_FINDINGS_H

#include <string.h>

#include "data/check.h"
#include "support.h"

static inline const mote_finding *find(const mote_check_report *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->findings[i].id, id) == 0)
            return &r->findings[i];
    return NULL;
}

static inline void expect(const mote_check_report *r, const char *id,
                          mote_finding_severity severity, size_t count, const char *example)
{
    const mote_finding *f = find(r, id);
    if (!f)
        fail_msg("no finding '%s'", id);
    if (f->severity != severity || f->count != count)
        fail_msg("'%s': severity %d, count %zu: %s", id, (int)f->severity, f->count, f->text);
    if (example && (f->n_examples == 0 || !strstr(f->examples[0], example)))
        fail_msg("'%s': example '%s'", id, f->n_examples ? f->examples[0] : "none");
    assert_true(f->text[0] && f->remedy[0]);
}

#endif
