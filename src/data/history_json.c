/* SPDX-License-Identifier: Apache-2.0 */
/* What a removal or an undoing did, as JSON: the same for the command line and for programs. */
#include "data/history.h"

json_t *mote_remove_report_json(const mote_remove_report *r, const mote_remove_config *cfg)
{
    json_t *o = json_pack("{s:I, s:I, s:I, s:b, s:b, s:I, s:[]}", "recordings", (json_int_t)r->n,
                          "in_versions", (json_int_t)r->n_in_versions, "removal", (json_int_t)r->id,
                          "dry_run", cfg->dry_run, "erased", cfg->erase && !cfg->dry_run,
                          "objects_erased", (json_int_t)r->n_objects_erased, "samples");
    json_t *list = json_object_get(o, "samples");
    for (size_t i = 0; list && i < r->n; i++) {
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(&r->rows[i].object, hex);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "hash", hex, "label",
                                              r->rows[i].label, "group", r->rows[i].group, "source",
                                              mote_json_text(r->rows[i].source)));
    }
    return o;
}

json_t *mote_undo_report_json(const mote_undo_report *r)
{
    return json_pack("{s:I, s:s, s:o, s:o, s:I, s:I, s:I}", "id", (json_int_t)r->id, "kind",
                     r->kind == MOTE_HISTORY_ADD ? "add" : "remove", "what",
                     mote_json_text(r->what), "who", mote_json_text(r->who), "started_ms",
                     (json_int_t)r->started_ms, "taken_out", (json_int_t)r->n_removed, "put_back",
                     (json_int_t)r->n_restored);
}
