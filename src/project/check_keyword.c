/* SPDX-License-Identifier: Apache-2.0 */
/* What is checked of keywords alone: the classes that they make, and what hearing them is worth.
 * See check.c. */
#include "project/reader_internal.h"

void mote_reader_set_words(mote_reader *r)
{
    mote_project *p = r->project;
    size_t n = p->words.n;
    if (!mote_reader_is_ours(r, "keywords"))
        return; /* its classes are the labels of its samples */
    const char **items = mote_reader_alloc(r, n + 2, sizeof *items);
    if (!items)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = p->words.items[i];
    if (p->unknown)
        items[n++] = MOTE_CLASS_UNKNOWN;
    if (p->silence)
        items[n++] = MOTE_CLASS_SILENCE;
    p->classes = (mote_names){items, n};
    if (n == 1 && mote_reader_is_good(r, "keywords"))
        mote_reader_complain_key(
            r, "keywords", "one keyword alone is not a choice: switch 'unknown' or 'silence' on");
}

void mote_reader_check_value(mote_reader *r)
{
    mote_project_value *v = &r->project->value;
    v->is_given = mote_reader_has(r, "value");
    if (v->is_given && !(v->volume_per_day > 0) && mote_reader_is_good(r, "value.volume_per_day"))
        mote_reader_complain_key(r, "value.volume_per_day",
                                 "'value' needs 'volume_per_day': how many keywords are "
                                 "spoken in a day");
    if (v->is_given && v->false_reject > v->true_accept &&
        mote_reader_are_good(r, "value.false_reject", "value.true_accept"))
        mote_reader_complain_key(r, "value.false_reject",
                                 "a missed keyword (%g) cannot be worth more than an "
                                 "understood one (%g): losses are negative",
                                 v->false_reject, v->true_accept);
    if (v->is_given && v->false_accept > 0 && mote_reader_is_good(r, "value.false_accept"))
        mote_reader_complain_key(r, "value.false_accept",
                                 "a false accept cannot be a gain (%g): losses are negative",
                                 v->false_accept);
    for (size_t i = 0; i < r->project->n_requirements; i++) {
        const mote_requirement *q = &r->project->requirements[i];
        if (q->metric == MOTE_METRIC_value_per_day && !v->is_given)
            mote_reader_complain(r, q->line, q->column, "'value_per_day' needs the block 'value'");
    }
}
