/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as JSON: the same for the command line and for programs. */
#include "evaluate/json_parts.h"
#include "monitor/health.h"

mote_status mote_health_json(const mote_symptoms *list, const mote_health_report *r, json_t **out,
                             mote_err *err)
{
    size_t n_open = mote_symptoms_open(list, MOTE_SYMPTOM_WARNING);
    MOTE_SCOPED_JSON *o = json_pack(
        "{s:b, s:I, s:[], s:I, s:{s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I}}", "ok", n_open == 0,
        "open", (json_int_t)n_open, "findings", "more", (json_int_t)list->n_more, "checked",
        "objects", (json_int_t)r->store.n_objects, "bytes", (json_int_t)r->store.n_bytes, "damaged",
        (json_int_t)r->store.n_damaged, "models", (json_int_t)r->n_versions, "keys",
        (json_int_t)r->n_keys, "programs", (int)r->n_programs, "wal_bytes",
        (json_int_t)r->store.wal_bytes, "free_bytes", (json_int_t)r->store.free_bytes);
    json_t *array = json_object_get(o, "findings");
    if (!array)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    for (size_t i = 0; i < list->n; i++) {
        const mote_symptom *f = &list->items[i];
        MOTE_TRY(
            mote_json_append(array,
                             json_pack("{s:s, s:s, s:o, s:o, s:o, s:b, s:b}", "severity",
                                       mote_severity_name(f->severity), "check", f->check, "where",
                                       mote_json_text(f->where), "what", mote_json_text(f->what),
                                       "remedy", mote_json_text(f->remedy), "repairable",
                                       f->is_repairable, "repaired", f->is_repaired),
                             err));
    }
    *out = json_incref(o);
    return MOTE_OK;
}
