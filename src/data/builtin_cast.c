/* SPDX-License-Identifier: Apache-2.0 */
/* Whose voices they are, and in which split those people are heard. See builtin_internal.h. */
#include <string.h>

#include "base/text.h"
#include "data/builtin_internal.h"

/* People from whom a third can be spared for training. */
#define MANY 6

/* "kal" of "kal16" and of "kal_diphone", "slt" of "cmu_us_slt_arctic_hts". */
static void name_person(const char *voice, char out[24])
{
    static const char arctic[] = "cmu_us_";
    const char *at = mote_str_starts(voice, arctic) ? voice + strlen(arctic) : voice;
    (void)mote_format(out, 24, "%.*s", (int)strcspn(at, "0123456789_"), at);
}

/* Sorted by person, then engine: whole people stand together. */
static void insert(mote_builtin_other *all, size_t *n, const mote_builtin_other *o)
{
    size_t at = (*n)++;
    for (; at > 0 && strcmp(all[at - 1].person, o->person) > 0; at--)
        all[at] = all[at - 1];
    all[at] = *o;
}

/* Person number i of n. */
static mote_split split_of_person(size_t i, size_t n)
{
    const size_t n_train = n >= MANY ? n / 3 : 0, n_validate = (n - n_train) / 2;
    return i < n_train                ? MOTE_SPLIT_TRAIN
           : i < n_train + n_validate ? MOTE_SPLIT_VALIDATION
                                      : MOTE_SPLIT_TEST;
}

mote_status mote_builtin_others(const mote_engine engines[MOTE_N_ENGINES], mote_arena *a,
                                mote_builtin_other **out, size_t *n, mote_err *err)
{
    mote_builtin_other *all = NULL;
    size_t most = 1, found = 0, n_people = 0;
    for (int id = MOTE_ENGINE_ESPEAK + 1; id < MOTE_N_ENGINES; id++)
        most += engines[id].n_voices;
    MOTE_TRY(mote_arena_take(a, most, sizeof *all, &all, err));
    for (int id = MOTE_ENGINE_ESPEAK + 1; id < MOTE_N_ENGINES; id++)
        for (size_t i = 0; i < engines[id].n_voices; i++) {
            mote_builtin_other o = {.engine = (mote_engine_id)id, .voice = engines[id].voices[i]};
            name_person(o.voice, o.person);
            insert(all, &found, &o);
        }
    for (size_t i = 0; i < found; i++)
        n_people += i == 0 || strcmp(all[i].person, all[i - 1].person) != 0;
    for (size_t i = 0, person = 0; i < found; i++) {
        person += i > 0 && strcmp(all[i].person, all[i - 1].person) != 0;
        all[i].split = split_of_person(person, n_people);
    }
    *out = all;
    *n = found;
    return MOTE_OK;
}
