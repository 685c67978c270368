/* SPDX-License-Identifier: Apache-2.0 */
/* What a version can tell: see facts.h. */
#include "data/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MAX_MISSING 64
#define MOST_FOLDS  5

/* One recording, as far as counting groups needs it. */
typedef struct {
    const char *group;
    int32_t class_id; /* -1: none */
    int32_t split;    /* -1: counts in none */
} entry;

typedef struct {
    const mote_data_version *v;
    const mote_version_config *cfg;
    bool of_words; /* labels are words that people say */
    mote_arena *arena;
    mote_data_facts *f;
    entry *entries; /* [f->n_clips] */
} counter;

static int32_t class_of(const counter *k, const char *label)
{
    for (size_t i = 0; i < k->cfg->n_labels; i++) {
        if (strcmp(label, k->cfg->labels[i]) == 0)
            return (int32_t)i;
    }
    bool is_other = k->cfg->words_apart && strcmp(label, MOTE_CLASS_SILENCE) != 0;
    return is_other ? (int32_t)k->cfg->n_labels : -1;
}

static mote_status name_classes(counter *k, mote_err *err)
{
    const mote_version_config *cfg = k->cfg;
    k->f->n_classes = cfg->n_labels + (cfg->words_apart ? 1 : 0);
    MOTE_TRY(
        mote_arena_take(k->arena, k->f->n_classes + 1, sizeof *k->f->classes, &k->f->classes, err));
    for (size_t i = 0; i < k->f->n_classes; i++)
        k->f->classes[i].name = i < cfg->n_labels ? cfg->labels[i] : MOTE_CLASS_UNKNOWN;
    return MOTE_OK;
}

/* Items are sorted by label: the recordings of a word are neighbours. */
static void count_items(counter *k)
{
    mote_data_facts *f = k->f;
    bool all_apart = true, in_split[MOTE_N_SPLITS] = {false};
    const char *word = NULL;
    for (size_t i = 0; i < k->v->n; i++) {
        const mote_version_item *it = &k->v->items[i];
        if (it->role != MOTE_ROLE_EXAMPLE)
            continue;
        if (mote_sample_is_builtin(it->group)) {
            const int32_t spoken = class_of(k, it->label);
            const bool is_asked = spoken >= 0 && spoken < (int32_t)k->cfg->n_labels;
            *(is_asked ? &f->n_spoken : &f->n_builtin) += 1;
            if (is_asked)
                f->classes[spoken].n_spoken++;
            continue;
        }
        int32_t c = class_of(k, it->label);
        bool is_used = mote_version_used(it), is_other = c == (int32_t)k->cfg->n_labels;
        k->entries[f->n_clips++] = (entry){it->group, c, is_used ? (int32_t)it->split : -1};
        f->n_unused += is_used ? 0 : 1;
        f->n_named += mote_str_starts(it->group, "file:") ? 0 : 1;
        if (is_other && (!word || strcmp(word, it->label) != 0)) {
            word = it->label;
            f->n_words++;
            memset(in_split, 0, sizeof in_split);
        }
        all_apart = all_apart && (!is_other || it->is_word);
        if (is_other && is_used && !in_split[it->split]) {
            in_split[it->split] = true;
            f->words[it->split]++;
        }
    }
    f->words_apart = f->n_words > 0 && all_apart;
}

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int c = strcmp(x->group, y->group);
    if (c == 0)
        c = (x->class_id > y->class_id) - (x->class_id < y->class_id);
    return c ? c : (x->split > y->split) - (x->split < y->split);
}

static void count_groups(counter *k)
{
    mote_data_facts *f = k->f;
    qsort(k->entries, f->n_clips, sizeof *k->entries, compare_entries);
    for (size_t i = 0; i < f->n_clips; i++) {
        const entry *e = &k->entries[i];
        bool new_group = i == 0 || strcmp(e->group, e[-1].group) != 0;
        f->n_groups += new_group ? 1 : 0;
        if (e->class_id < 0 || e->split < 0)
            continue;
        mote_class_facts *c = &f->classes[e->class_id];
        c->clips[e->split]++;
        c->groups[e->split] += new_group || compare_entries(e, e - 1) != 0 ? 1 : 0;
    }
}

/* ---- what is missing ----------------------------------------------------------------------- */

static mote_status say(counter *k, const char *text, mote_err *err)
{
    if (!text)
        return mote_fail(err, MOTE_NOMEM, "no memory for what the data lacks");
    if (k->f->n_missing < MAX_MISSING)
        k->f->missing[k->f->n_missing++] = text;
    return MOTE_OK;
}

static mote_status say_classes(counter *k, mote_err *err)
{
    for (size_t c = 0; c < k->f->n_classes; c++) {
        const mote_class_facts *f = &k->f->classes[c];
        char where[64] = "";
        size_t n_groups = 0;
        for (int s = 0; s < MOTE_N_SPLITS; s++) {
            n_groups += f->groups[s];
            if (!(k->v->fractions[s] > 0) || f->clips[s] > 0)
                continue;
            size_t used = strlen(where);
            (void)mote_format(where + used, sizeof where - used, "%s%s", used ? ", " : "",
                              mote_split_name((mote_split)s));
        }
        bool is_other = c == k->cfg->n_labels;
        if (!where[0] || (is_other && k->f->n_words == 0))
            continue;
        if (f->n_spoken > 0) {
            MOTE_TRY(say(k,
                         mote_arena_printf(k->arena,
                                           "'%s' is said by synthetic voices alone in %s "
                                           "(data.spoken): that says nothing of people; record it "
                                           "from 10 of them (%zu say it)",
                                           f->name, where, n_groups),
                         err));
            continue;
        }
        MOTE_TRY(say(k,
                     mote_arena_printf(k->arena,
                                       k->of_words
                                           ? "'%s' has nothing in %s: record it from more "
                                             "people (%zu say it; each split needs one of its own)"
                                           : "'%s' has nothing in %s: add it from more groups "
                                             "(%zu have it; each split needs one of its own)",
                                       f->name, where, n_groups),
                     err));
    }
    return MOTE_OK;
}

static mote_status say_words(counter *k, mote_err *err)
{
    const mote_data_facts *f = k->f;
    if (!k->cfg->words_apart || f->words_apart)
        return MOTE_OK;
    if (f->n_words == 0 && f->n_builtin > 0)
        return say(k,
                   "no recording of any other word: what it does with other speech is judged on "
                   "synthetic speech only (data.builtin); add recordings of at least 3 other "
                   "words, better 20",
                   err);
    if (f->n_words == 0)
        return say(k,
                   "no recording of any other word: what it does with other speech cannot be "
                   "judged; add recordings of at least 3 other words, better 20",
                   err);
    return say(k,
               mote_arena_printf(k->arena,
                                 "other words are not held apart (there %s %zu, at "
                                 "least 3 with a name are needed): '" MOTE_CLASS_UNKNOWN
                                 "' is judged on words that were learned from; add recordings "
                                 "of more words",
                                 f->n_words == 1 ? "is" : "are", f->n_words),
               err);
}

static mote_status say_people(counter *k, mote_err *err)
{
    const mote_data_facts *f = k->f;
    if (f->n_named == f->n_clips)
        return MOTE_OK;
    return say(k,
               mote_arena_printf(k->arena,
                                 k->of_words
                                     ? "who speaks is not known of %zu of %zu recordings: "
                                       "one person may be in training and in test, which flatters "
                                       "every figure; add them with --group-pattern"
                                     : "of %zu of %zu samples it is not known which belong "
                                       "together: what comes from one person or device may be in "
                                       "training and in test, which flatters every figure; add "
                                       "them with --group-pattern",
                                 f->n_clips - f->n_named, f->n_clips),
               err);
}

/* Is there a class without people in one of the splits? */
static bool is_thin(const counter *k)
{
    for (size_t c = 0; c < k->f->n_classes; c++) {
        bool is_other = c == k->cfg->n_labels;
        for (int s = 0; s < MOTE_N_SPLITS; s++) {
            bool is_empty = k->f->classes[c].clips[s] == 0 && k->v->fractions[s] > 0;
            if (is_empty && !(is_other && k->f->n_words == 0))
                return true;
        }
    }
    return false;
}

static mote_status advise(counter *k, mote_err *err)
{
    mote_data_facts *f = k->f;
    if (f->n_groups >= MOTE_FEW_GROUPS && !is_thin(k))
        return MOTE_OK;
    size_t folds = f->n_groups < MOST_FOLDS ? f->n_groups : MOST_FOLDS;
    const char *people = !k->of_words ? "groups" : f->n_groups == 1 ? "person" : "people";
    f->advice = f->n_groups < 3
                    ? mote_arena_printf(k->arena,
                                        "only %zu %s: record more %s, at least 3, better %d and "
                                        "more",
                                        f->n_groups, people, k->of_words ? "people" : "of them",
                                        MOTE_FEW_GROUPS)
                    : mote_arena_printf(
                          k->arena,
                          "few %s (%zu): one split says little; judge the recipe "
                          "with all of them by 'mote evaluate --folds %zu', and let what ships "
                          "learn from all ('training.refit: all')",
                          people, f->n_groups, folds);
    return f->advice ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for advice");
}

/* Rows are dealt one by one: the file that they stand in says nothing of them, and there are no
 * facts of files to tell. *any: the version has rows. */
static mote_status look_at_rows(counter *k, bool *any, mote_err *err)
{
    bool dealt = false;
    *any = false;
    for (size_t i = 0; i < k->v->n; i++) {
        const mote_version_item *it = &k->v->items[i];
        *any = *any || it->rows;
        dealt = dealt || (it->rows && mote_version_n_in(it, MOTE_SPLIT_TRAIN) > 0 &&
                          mote_version_n_in(it, MOTE_SPLIT_TEST) > 0);
    }
    const char *group = k->cfg->table.group;
    if (!dealt || k->cfg->by_time || (group && *group))
        return MOTE_OK;
    return say(k,
               "no column says which rows belong together: what comes from one person or place may "
               "be in training and in test, which flatters every figure; name it in table.group, "
               "or split by time (data.splits.by)",
               err);
}

mote_status mote_data_facts_of(const mote_data_version *v, const mote_version_config *cfg,
                               mote_arena *a, mote_data_facts *out, mote_err *err)
{
    mote_data_facts f = {0};
    mote_version_config named = *cfg; /* with the labels that there are, when nobody names any */
    counter k = {.v = v, .cfg = &named, .arena = a, .f = &f, .of_words = cfg->of_words};
    if (cfg->n_labels == 0) {
        mote_names labels;
        MOTE_TRY(mote_version_labels(v, false, a, &labels, err));
        named.labels = labels.items;
        named.n_labels = labels.n;
    }
    MOTE_TRY(mote_arena_take(a, MAX_MISSING, sizeof *f.missing, &f.missing, err));
    bool of_rows = false;
    MOTE_TRY(look_at_rows(&k, &of_rows, err));
    if (of_rows) {
        *out = f;
        return MOTE_OK;
    }
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *k.entries, &k.entries, err));
    MOTE_TRY(name_classes(&k, err));
    count_items(&k);
    count_groups(&k);
    MOTE_TRY(say_classes(&k, err));
    MOTE_TRY(say_words(&k, err));
    MOTE_TRY(say_people(&k, err));
    MOTE_TRY(advise(&k, err));
    *out = f;
    return MOTE_OK;
}

/* ---- as JSON ------------------------------------------------------------------------------- */

static json_t *class_json(const mote_class_facts *c)
{
    json_t *o = json_pack("{s:s}", "label", c->name);
    for (int s = 0; o && s < MOTE_N_SPLITS; s++)
        json_object_set_new(o, mote_split_name((mote_split)s),
                            json_pack("{s:I, s:I}", "clips", (json_int_t)c->clips[s], "groups",
                                      (json_int_t)c->groups[s]));
    return o;
}

json_t *mote_data_facts_json(const mote_data_facts *f)
{
    json_t *words = json_object(), *classes = json_array(), *missing = json_array();
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        json_object_set_new(words, mote_split_name((mote_split)s),
                            json_integer((json_int_t)f->words[s]));
    for (size_t i = 0; i < f->n_classes; i++)
        json_array_append_new(classes, class_json(&f->classes[i]));
    for (size_t i = 0; i < f->n_missing; i++)
        json_array_append_new(missing, json_string(f->missing[i]));
    double known = f->n_clips ? (double)f->n_named / (double)f->n_clips : 1.0;
    return json_pack("{s:I, s:I, s:f, s:I, s:I, s:I, s:b, s:I, s:o, s:o, s:o, s:s?}", "clips",
                     (json_int_t)f->n_clips, "groups", (json_int_t)f->n_groups, "groups_known",
                     known, "unused", (json_int_t)f->n_unused, "builtin_words",
                     (json_int_t)f->n_builtin, "spoken_words", (json_int_t)f->n_spoken,
                     "words_apart", f->words_apart, "n_other_words", (json_int_t)f->n_words,
                     "other_words", words, "classes", classes, "missing", missing, "advice",
                     f->advice);
}
