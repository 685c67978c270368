/* SPDX-License-Identifier: Apache-2.0 */
/* Training that drift makes due. See due.h. */
#include "loop/due.h"

#include "monitor/monitor.h"
#include "pipeline/pipeline.h"

mote_status mote_due_by_drift(mote_store *s, const mote_project *project, int64_t trained_ms,
                              mote_arena *a, const char **why, mote_err *err)
{
    const mote_monitor_query open = {.model = project->name, .unresolved_only = true};
    mote_alert *alerts = NULL;
    size_t n = 0;
    *why = NULL;
    if (!mote_retrain_rule_of(project).on_drift)
        return MOTE_OK;
    MOTE_TRY(mote_alert_list(s, &open, a, &alerts, &n, err));
    for (size_t i = 0; i < n && !*why; i++)
        if (alerts[i].opened_ms > trained_ms) {
            *why = mote_arena_printf(a, "alert %lld came after it, of %s: %s",
                                     (long long)alerts[i].id, alerts[i].kind, alerts[i].words);
            if (!*why)
                return mote_fail(err, MOTE_NOMEM, "no memory for the status");
        }
    return MOTE_OK;
}
