/* SPDX-License-Identifier: Apache-2.0 */
/* Kept inputs as documents, for every door. See kept.h. */
#include <math.h>

#include "base/json.h"
#include "loop/kept.h"

static mote_status one_json(const mote_kept *k, json_t *list, mote_err *err)
{
    return mote_json_append(list,
                            json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s?, s:o, s:s, s:s?, s:s?}",
                                      "id", (json_int_t)k->id, "time_ms", (json_int_t)k->time_ms,
                                      "model", k->model, "version", k->version, "subject",
                                      k->subject, "request", k->request_id, "said", k->said, "sure",
                                      isfinite(k->sure) ? json_real(k->sure) : json_null(), "form",
                                      k->form, "truth", k->truth, "taken", k->taken),
                            err);
}

mote_status mote_kept_json(const mote_kept_list *list, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *document = json_object();
    json_t *kept = json_array();
    if (!document)
        return mote_fail(err, MOTE_NOMEM, "no memory for the list");
    MOTE_TRY(mote_json_put(document, "n", json_integer((json_int_t)list->n_all), err));
    MOTE_TRY(mote_json_put(document, "kept", kept, err));
    for (size_t i = 0; i < list->n; i++)
        MOTE_TRY(one_json(&list->items[i], kept, err));
    *out = json_incref(document);
    return MOTE_OK;
}

mote_status mote_kept_report_json(const mote_kept_report *r, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *document = json_pack(
        "{s:I, s:I, s:I, s:I}", "import", (json_int_t)r->import, "added", (json_int_t)r->n_added,
        "samples", (json_int_t)r->n_samples, "known", (json_int_t)r->n_known);
    json_t *refused = json_array();
    if (!document)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    MOTE_TRY(mote_json_put(document, "refused", refused, err));
    for (size_t i = 0; i < r->n_refused; i++)
        MOTE_TRY(mote_json_append(
            refused,
            json_pack("{s:s, s:s}", "which", r->refused[i].which, "why", r->refused[i].why), err));
    *out = json_incref(document);
    return MOTE_OK;
}
