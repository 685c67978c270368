/* SPDX-License-Identifier: Apache-2.0 */
/* The review list, and what became of it, as JSON: the same for the command line and for programs.
 */
#include "data/review.h"

json_t *mote_review_list_json(const mote_review_item *items, size_t n)
{
    json_t *o = json_pack("{s:[]}", "marks");
    json_t *list = json_object_get(o, "marks");
    for (size_t i = 0; list && i < n; i++) {
        const mote_review_item *r = &items[i];
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:o, s:o, s:o, s:I, s:b}", "id", (json_int_t)r->id, "what",
                            mote_review_what_name(r->what), "label", mote_json_text(r->label),
                            "source", mote_json_text(r->source), "who", mote_json_text(r->who),
                            "added_ms", (json_int_t)r->added_ms, "taken", r->is_taken));
    }
    return o;
}

json_t *mote_review_added_json(const mote_review_added *r)
{
    return json_pack("{s:I, s:I}", "added", (json_int_t)r->n_added, "known",
                     (json_int_t)r->n_known);
}

json_t *mote_review_taken_json(const mote_review_taken *r)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "misses", (json_int_t)r->n_misses, "false",
                     (json_int_t)r->n_false, "known", (json_int_t)r->n_known, "unnamed",
                     (json_int_t)r->n_unnamed, "import", (json_int_t)r->import);
}

json_t *mote_review_dropped_json(size_t n)
{
    return json_pack("{s:I}", "dropped", (json_int_t)n);
}
