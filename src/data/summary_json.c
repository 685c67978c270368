/* SPDX-License-Identifier: Apache-2.0 */
/* A summary as JSON: the same for the command line and for programs. */
#include "data/summary.h"

static json_t *label_json(const mote_label_summary *l)
{
    json_t *o = json_pack("{s:s, s:I, s:I, s:f, s:I, s:I}", "label", l->label, "recordings",
                          (json_int_t)l->n, "groups", (json_int_t)l->n_groups, "seconds",
                          (double)l->duration_us / 1e6, "unused", (json_int_t)l->n_unused,
                          "without_split", (json_int_t)l->n_unsplit);
    for (int s = 0; o && s < MOTE_N_SPLITS; s++)
        json_object_set_new(o, mote_split_name((mote_split)s),
                            json_integer((json_int_t)l->in_split[s]));
    return o;
}

size_t mote_summary_n_spoken(const mote_data_summary *s, const char *const *words, size_t n_words)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++) {
        const mote_label_summary *l = mote_summary_spoken(s, words[i]);
        n += l ? l->n : 0;
    }
    return n;
}

static json_t *negatives_json(const mote_data_summary *s)
{
    json_t *o = json_pack("{s:I, s:f}", "recordings", (json_int_t)s->n_negative, "hours",
                          (double)s->negative_us / 3.6e9);
    for (int k = 0; o && k < MOTE_N_SPLITS; k++)
        json_object_set_new(o, mote_split_name((mote_split)k),
                            json_real((double)s->negative_in_us[k] / 3.6e9));
    return o;
}

json_t *mote_summary_json(const mote_data_summary *s, const char *version, const mote_names *words,
                          const char *why)
{
    json_t *o = json_pack(
        "{s:s?, s:[], s:o, s:I, s:f, s:{s:I, s:I, s:[], s:s?}, s:o}", "version", version, "labels",
        "total", label_json(&s->total), "backgrounds", (json_int_t)s->n_background, "background_s",
        (double)s->background_us / 1e6, "builtin", "words",
        (json_int_t)(s->n_builtin_words - mote_summary_n_spoken(s, words->items, words->n)),
        "noises", (json_int_t)s->n_builtin_noises, "spoken", "why", why && *why ? why : NULL,
        "negatives", negatives_json(s));
    json_t *labels = json_object_get(o, "labels");
    for (size_t i = 0; labels && i < s->n_labels; i++)
        json_array_append_new(labels, label_json(&s->labels[i]));
    json_t *spoken = json_object_get(json_object_get(o, "builtin"), "spoken");
    for (size_t i = 0; spoken && i < words->n; i++) {
        const mote_label_summary *l = mote_summary_spoken(s, words->items[i]);
        if (l)
            json_array_append_new(spoken, label_json(l));
    }
    return o;
}
