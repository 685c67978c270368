/* SPDX-License-Identifier: Apache-2.0 */
/* What `mote status` says of the data: what waits, and what is missing. See loop.h. */
#include "cli/loop.h"

#define MOST_MISSING 6

void mote_loop_say_data(mote_cli *cli, const mote_data_waiting *w, bool has_facts)
{
    if (w->n_waiting > 0) {
        mote_say(cli, "\nwaiting for the next version: ");
        bool is_first = true;
        for (size_t i = 0; i < w->n_classes; i++) {
            if (w->classes[i].n_waiting == 0)
                continue;
            mote_say(cli, "%s%s %zu", is_first ? "" : ", ", w->classes[i].label,
                     w->classes[i].n_waiting);
            is_first = false;
        }
        mote_say(cli, "\n");
    }
    if (w->n_left > 0)
        mote_say(cli, "%sremoved since v%lld: %zu recordings\n", w->n_waiting > 0 ? "" : "\n",
                 (long long)w->version, w->n_left);
    if (has_facts && w->n_waiting == 0)
        return;
    if (w->n_missing > 0)
        mote_say(cli, "\nmissing for a model that can be trusted\n");
    for (size_t i = 0; i < w->n_missing && i < MOST_MISSING; i++)
        mote_say(cli, "  %s\n", w->missing[i]);
    if (w->n_missing > MOST_MISSING)
        mote_say(cli, "  and %zu more\n", w->n_missing - MOST_MISSING);
}
