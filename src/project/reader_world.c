/* SPDX-License-Identifier: Apache-2.0 */
/* `augmentation.world`: presets of the effects below `augmentation`, where the file does not say
 * otherwise (worlds.def). */
#include <string.h>

#include "project/own_keys.h"
#include "project/reader_internal.h"

static const struct {
    const char *name, *keys;
} worlds[] = {
#define WORLD(name, keys) {name, keys},
#include "project/worlds.def"
#undef WORLD
};

static void set_unsaid(mote_reader *r, const mote_schema_row *row, const char *word)
{
    char text[64];
    mote_schema_row own = *row;
    own.preset = text;
    if (mote_own_keys_preset(word, text, sizeof text))
        mote_reader_set_preset(r, &own, (char *)r->project + row->offset);
}

void mote_reader_world(mote_reader *r)
{
    static const char key[] = "augmentation.world", block[] = "augmentation.";
    const char *name = r->project->augmentation.world;
    size_t n, w = 0;
    const mote_schema_row *rows = mote_schema_rows(&n);
    if (!name || !mote_reader_is_good(r, key))
        return;
    while (w < sizeof worlds / sizeof worlds[0] && strcmp(worlds[w].name, name) != 0)
        w++;
    if (w == sizeof worlds / sizeof worlds[0])
        return;
    for (size_t i = 0; i < n && r->fatal == MOTE_OK; i++) {
        if (!mote_str_starts(rows[i].path, block) || mote_reader_has(r, rows[i].path) ||
            !mote_schema_is_of(&rows[i], r->task, r->input)) /* nobody babbles where no word is */
            continue;
        const char *word = mote_own_keys_find(worlds[w].keys, rows[i].path + strlen(block));
        if (word)
            set_unsaid(r, &rows[i], word);
    }
}
