/* SPDX-License-Identifier: Apache-2.0 */
/* A split of a data version in memory: see dataset.h.
 *
 * Two passes: `plan` decides from the manifest alone which items make which class; then samples
 * are counted, the size is checked, and they are cut in the order of the plan. */
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/dataset_internal.h"
#include "data/form.h"
#include "project/project.h"

mote_dataset_config mote_dataset_config_default(const mote_kind *kind)
{
    return (mote_dataset_config){.kind = kind,
                                 .cut = {.rate_hz = 16000, .length_ms = 1000},
                                 .nothing_ratio = 1.0,
                                 .max_bytes = (size_t)4 << 30};
}

/* ---- the plan ------------------------------------------------------------------------------ */

static mote_status check_config(const mote_dataset_config *cfg, mote_err *err)
{
    MOTE_TRY(cfg->kind->check_cut(&cfg->cut, err));
    if (!(cfg->other_ratio >= 0.0) || !(cfg->nothing_ratio >= 0.0 && cfg->nothing_ratio <= 1e3))
        return mote_fail(err, MOTE_ARG, "data set: unknown or silence ratio out of range");
    if (cfg->nothing && !cfg->kind->make_nothing)
        return mote_fail(err, MOTE_ARG, "data set: " MOTE_CLASS_SILENCE " cannot be made of %s",
                         cfg->kind->many);
    const int32_t most = cfg->cut.table.target.n > 1 ? (int32_t)cfg->cut.table.target.n : 1;
    if (cfg->n_values < 0 || cfg->n_values > most)
        return mote_fail(err, MOTE_ARG, "data set: %d values a sample", (int)cfg->n_values);
    if (cfg->n_folds != 0 && (cfg->round < 0 || cfg->round >= cfg->n_folds))
        return mote_fail(err, MOTE_ARG, "data set: round %d of %d folds does not exist",
                         (int)cfg->round, (int)cfg->n_folds);
    return MOTE_OK;
}

static mote_status name_classes(mote_loader *l, mote_err *err)
{
    const mote_dataset_config *cfg = l->cfg;
    size_t n = cfg->n_labels + (cfg->other ? 1 : 0) + (cfg->nothing ? 1 : 0);
    if (cfg->n_values > 0)
        return MOTE_OK;
    const char **classes = NULL;
    MOTE_TRY(mote_arena_take(&l->d->arena, n, sizeof *classes, &classes, err));
    MOTE_TRY(mote_arena_take(&l->d->arena, n, sizeof *l->d->n_per_class, &l->d->n_per_class, err));
    size_t at = 0;
    for (; at < cfg->n_labels; at++)
        classes[at] = cfg->labels[at];
    if (cfg->other)
        classes[at++] = MOTE_CLASS_UNKNOWN;
    if (cfg->nothing)
        classes[at++] = MOTE_CLASS_SILENCE;
    l->d->classes = classes;
    l->d->n_classes = n;
    return MOTE_OK;
}

int32_t mote_loader_class(const mote_loader *l, const char *label)
{
    for (size_t c = 0; c < l->d->n_classes; c++) {
        if (strcmp(label, l->d->classes[c]) == 0)
            return (int32_t)c;
    }
    /* What is in a folder '_silence_' of a project without that class is no other label. */
    if (!l->cfg->other || strcmp(label, MOTE_CLASS_SILENCE) == 0)
        return -1;
    if (l->cfg->is_score && l->cfg->split == MOTE_SPLIT_TRAIN && !l->cfg->all_splits)
        return -1;
    return (int32_t)l->cfg->n_labels;
}

/* Is the item among those that are asked for? */
static bool is_wanted(const mote_loader *l, size_t item)
{
    const mote_version_item *it = &l->v->items[item];
    mote_split people = it->split, word = it->word;
    bool is_word = it->is_word;
    if (l->cfg->all_splits)
        return true;
    const mote_fold *f = l->fold ? &l->fold[item] : NULL;
    if (f && f->group >= 0) { /* the built-in set keeps its splits */
        is_word = f->word >= 0;
        people = mote_fold_role(l->cfg->n_folds, l->cfg->round, f->group);
        word = is_word ? mote_fold_role(l->cfg->n_folds, l->cfg->round, f->word) : people;
    }
    if (people != l->cfg->split)
        return false;
    return l->cfg->words == MOTE_WORDS_HEARD ? is_word && word == MOTE_SPLIT_TRAIN : word == people;
}

static mote_status plan_folds(mote_loader *l, mote_err *err)
{
    int32_t k = l->cfg->n_folds;
    if (k == 0)
        return MOTE_OK;
    mote_fold *fold = NULL;
    MOTE_TRY(mote_version_folds(l->v, k, l->cfg->fold_seed, l->scratch, &fold, err));
    l->fold = fold;
    return MOTE_OK;
}

static int compare_planned_hash(const void *a, const void *b)
{
    const mote_planned *x = a, *y = b;
    return memcmp(x->item->object.bytes, y->item->object.bytes, sizeof x->item->object.bytes);
}

static int compare_planned_item(const void *a, const void *b)
{
    const mote_planned *x = a, *y = b;
    return (x->item > y->item) - (x->item < y->item);
}

/* Keep at most `most` items of class `class_id`: those of the lowest hashes, which is a fair draw
 * and stays nearly the same when data is added. */
static void thin_out(mote_loader *l, int32_t class_id, size_t most)
{
    mote_planned *end = l->plan + l->n_planned, *out = l->plan;
    qsort(l->plan, l->n_planned, sizeof *l->plan, compare_planned_hash);
    size_t n_taken = 0;
    for (mote_planned *p = l->plan; p < end; p++) {
        if (p->class_id == class_id && n_taken++ >= most)
            l->d->n_left_out++;
        else
            *out++ = *p;
    }
    l->n_planned = (size_t)(out - l->plan);
    qsort(l->plan, l->n_planned, sizeof *l->plan, compare_planned_item);
}

/* A number that was measured, of the label that is asked for. */
static bool plan_value(mote_loader *l, const mote_version_item *it)
{
    if (isnan(it->value) || strcmp(it->label, l->cfg->labels[0]) != 0)
        return false;
    l->plan[l->n_planned++] = (mote_planned){.item = it, .class_id = -1};
    return true;
}

static bool plan_class(mote_loader *l, const mote_version_item *it)
{
    int32_t c = mote_loader_class(l, it->label);
    if (c >= 0)
        l->plan[l->n_planned++] = (mote_planned){.item = it, .class_id = c};
    return c >= 0;
}

static mote_status plan_items(mote_loader *l, mote_err *err)
{
    const mote_data_version *v = l->v;
    MOTE_TRY(mote_arena_take(l->scratch, v->n + 1, sizeof *l->plan, &l->plan, err));
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        if (it->role != MOTE_ROLE_EXAMPLE)
            continue;
        if (it->rows) {
            MOTE_TRY(mote_loader_plan_rows(l, it, err));
            continue;
        }
        if (!is_wanted(l, i)) {
            bool is_other = !l->fold && it->split == l->cfg->split && !mote_version_used(it);
            l->d->n_left_out += is_other && l->cfg->words == MOTE_WORDS_APART ? 1 : 0;
            continue;
        }
        bool is_taken = l->cfg->n_values > 0 ? plan_value(l, it) : plan_class(l, it);
        l->d->n_left_out += is_taken ? 0 : 1;
    }
    return MOTE_OK;
}

static mote_status plan_samples(mote_loader *l, mote_err *err)
{
    const mote_dataset_config *cfg = l->cfg;
    MOTE_TRY(plan_items(l, err));
    if (cfg->words == MOTE_WORDS_HEARD && !cfg->all_splits)
        return MOTE_OK;
    size_t n_asked = 0, n_other = 0;
    for (size_t i = 0; i < l->n_planned; i++) {
        size_t n = l->plan[i].rows ? l->plan[i].n : 1;
        n_asked += l->plan[i].class_id < (int32_t)cfg->n_labels ? n : 0;
        n_other += cfg->other && l->plan[i].class_id == (int32_t)cfg->n_labels ? 1 : 0;
    }
    if (n_asked == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "data version v%lld has no %s of a label that is asked for "
                         "('%s', ..) for %s; see 'mote data show'",
                         (long long)l->v->number, cfg->kind->one, cfg->labels[0],
                         cfg->all_splits ? "any split" : mote_split_name(cfg->split));
    double mean = (double)n_asked / (double)cfg->n_labels;
    double most = ceil(mean * cfg->other_ratio);
    if (cfg->other_ratio > 0.0 && (double)n_other > most)
        thin_out(l, (int32_t)cfg->n_labels, (size_t)most);
    if (cfg->nothing)
        l->n_nothing = (size_t)llround(mean * cfg->nothing_ratio);
    return MOTE_OK;
}

/* ---- reading ------------------------------------------------------------------------------- */

mote_status mote_loader_account(mote_loader *l, size_t bytes, mote_err *err)
{
    size_t sum;
    if (!mote_add_size(l->used_bytes, bytes, &sum) || sum > l->cfg->max_bytes)
        return mote_fail(err, MOTE_LIMIT,
                         "the data set needs more than the %zu MB it may use; take "
                         "fewer %s or shorter samples",
                         l->cfg->max_bytes / 1000000, l->cfg->kind->many);
    l->used_bytes = sum;
    return MOTE_OK;
}

mote_status mote_loader_decode(mote_loader *l, const mote_version_item *it, mote_loaded *out,
                               mote_err *err)
{
    return mote_sample_lend(&(mote_sample_shelf){l->store, l->cfg->cache, l->cfg->kind},
                            &it->object, &l->decoding, out, err);
}

static mote_status look_for_cancel(const mote_loader *l, size_t i, mote_err *err)
{
    if (i % 64 == 0 && mote_cancelled(l->cfg->cancel))
        return mote_fail(err, MOTE_CANCELLED, "stopped while loading the data");
    return MOTE_OK;
}

/* How many samples an item gives, and of which shape. */
static mote_status look_at_item(mote_loader *l, mote_planned *p, mote_shape *shape, mote_err *err)
{
    const mote_kind *k = l->cfg->kind;
    mote_loaded one;
    MOTE_TRY(mote_loader_decode(l, p->item, &one, err));
    mote_piece piece = {&one.d, p->item->from_us, p->item->to_us};
    mote_status st = k->shape(&one.d, &l->cfg->cut, shape, err);
    if (!p->rows)
        p->n = st == MOTE_OK && k->count ? k->count(&piece, &l->cfg->cut) : 1;
    mote_loaded_done(&one);
    return st;
}

static mote_status other_shape(const mote_loader *l, const mote_version_item *it,
                               const mote_shape *shape, mote_err *err)
{
    char is[MOTE_SHAPE_TEXT_BYTES], should[MOTE_SHAPE_TEXT_BYTES];
    mote_shape_text(shape, is);
    mote_shape_text(&l->d->shape, should);
    const char *hint = l->cfg->kind->cut_hint;
    return mote_fail(err, MOTE_SHAPE,
                     "a sample of '%s' in group '%s' is %s, where the others are %s%s%s", it->label,
                     it->group, is, should, hint ? "; " : "", hint ? hint : "");
}

static mote_status nothing_fits(const mote_loader *l, mote_err *err)
{
    const mote_kind *k = l->cfg->kind;
    char wanted[48];
    (void)mote_format(wanted, sizeof wanted, "as long as %g ms", l->cfg->cut.length_ms);
    return mote_fail(err, MOTE_NOT_FOUND, "data version v%lld: none of the %zu %s for %s is %s%s%s",
                     (long long)l->v->number, l->n_planned, k->many,
                     l->cfg->all_splits ? "any split" : mote_split_name(l->cfg->split),
                     l->cfg->cut.length_ms > 0 ? wanted : "whole, without a gap",
                     k->cut_hint ? "; " : "", k->cut_hint ? k->cut_hint : "");
}

/* Where every item is one sample, of a shape that the kind knows, none but the first is decoded. */
static mote_status count_samples(mote_loader *l, mote_err *err)
{
    const mote_kind *k = l->cfg->kind;
    for (size_t i = 0; i < l->n_planned; i++) {
        mote_planned *p = &l->plan[i];
        mote_shape shape = l->d->shape;
        p->n = p->rows ? p->n : 1;
        if (i == 0 || p->rows || !mote_kind_gives_one(k, &l->cfg->cut)) {
            MOTE_TRY(look_for_cancel(l, i, err));
            MOTE_TRY(look_at_item(l, p, &shape, err));
        }
        if (i > 0 && !mote_shape_equal(&shape, &l->d->shape))
            return other_shape(l, p->item, &shape, err);
        l->d->shape = shape;
        l->n_cut += p->n;
        l->d->n_left_out += p->n == 0 ? 1 : 0;
    }
    if (l->n_planned == 0) /* of what was heard there may be none */
        return k->shape(NULL, &l->cfg->cut, &l->d->shape, err);
    return l->n_cut == 0 ? nothing_fits(l, err) : MOTE_OK;
}

/* What sample i says: the item, or its row. */
static void set_target(mote_dataset *d, size_t i, const mote_planned *p, size_t k,
                       const char *label)
{
    const mote_planned_row *row = p->rows ? &p->rows[k] : NULL;
    d->label[i] = row && d->class_id ? d->classes[row->class_id] : label;
    if (d->time_s)
        d->time_s[i] = row ? row->time_s : (double)NAN;
    if (row && d->values)
        memcpy(d->values + i * (size_t)d->n_values, p->values + k * (size_t)d->n_values,
               (size_t)d->n_values * sizeof *d->values);
    else if (d->values)
        d->values[i] = (float)p->item->value;
    else if (d->class_id)
        d->class_id[i] = row ? row->class_id : p->class_id;
}

/* The samples of one item, from place `at` on. */
static mote_status cut_item(mote_loader *l, const mote_planned *p, size_t at, mote_err *err)
{
    mote_dataset *d = l->d;
    const mote_kind *k = l->cfg->kind;
    mote_loaded one;
    char *label = mote_arena_strdup(&d->arena, p->rows ? l->cfg->labels[0] : p->item->label);
    if (!label)
        return mote_fail(err, MOTE_NOMEM, "data set");
    MOTE_TRY(mote_loader_decode(l, p->item, &one, err));
    mote_piece s = {&one.d, p->item->from_us, p->item->to_us};
    for (size_t i = at; i < at + p->n; i++) {
        size_t which = p->rows ? p->rows[i - at].at : i - at;
        k->cut(&s, &l->cfg->cut, which, (char *)d->x + i * mote_dataset_sample_bytes(d));
        d->place[i] =
            (mote_dataset_place){p->item->object, p->item->from_us, p->item->to_us, which};
        set_target(d, i, p, i - at, label);
    }
    mote_loaded_done(&one);
    return MOTE_OK;
}

static mote_status cut_samples(mote_loader *l, mote_err *err)
{
    size_t at = 0;
    for (size_t i = 0; i < l->n_planned; i++) {
        MOTE_TRY(look_for_cancel(l, i, err));
        MOTE_TRY(cut_item(l, &l->plan[i], at, err));
        at += l->plan[i].n;
        if (l->cfg->progress && (i + 1) % 64 == 0)
            l->cfg->progress(l->cfg->progress_arg, i + 1, l->n_planned);
    }
    if (l->cfg->progress)
        l->cfg->progress(l->cfg->progress_arg, l->n_planned, l->n_planned);
    return MOTE_OK;
}

static mote_status make_nothing(mote_loader *l, mote_err *err)
{
    mote_dataset *d = l->d;
    const mote_kind *k = l->cfg->kind;
    if (k->load_own)
        MOTE_TRY(k->load_own(l, err));
    if (l->n_nothing > 0)
        MOTE_TRY(k->make_nothing(l, (char *)d->x + l->n_cut * mote_dataset_sample_bytes(d), err));
    for (size_t i = l->n_cut; i < d->n; i++) {
        d->class_id[i] = (int32_t)d->n_classes - 1;
        d->label[i] = MOTE_CLASS_SILENCE;
    }
    return MOTE_OK;
}

/* ---- groups, keys, counts ------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int32_t group_number(const mote_dataset *d, const char *name)
{
    const char **at = bsearch(&name, d->groups, d->n_groups, sizeof *d->groups, compare_names);
    MOTE_BUG_IF(!at);
    return (int32_t)(at - d->groups);
}

static const char *group_of(const mote_planned *p, size_t k)
{
    return p->rows ? p->rows[k].group : p->item->group;
}

static mote_status number_groups(mote_loader *l, mote_err *err)
{
    mote_dataset *d = l->d;
    const char **names = NULL;
    MOTE_TRY(mote_arena_take(&d->arena, d->n + l->n_planned + 1, sizeof *names, &names, err));
    size_t n = 0;
    for (size_t i = 0; i < l->n_planned; i++)
        for (size_t k = 0; k == 0 || (l->plan[i].rows && k < l->plan[i].n); k++)
            names[n++] = group_of(&l->plan[i], k);
    if (l->n_nothing > 0)
        names[n++] = MOTE_LABEL_BACKGROUND;
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++) {
        if (d->n_groups > 0 && strcmp(names[i], d->groups[d->n_groups - 1]) == 0)
            continue;
        if (!d->groups)
            d->groups = names;
        names[d->n_groups] = mote_arena_strdup(&d->arena, names[i]);
        if (!names[d->n_groups])
            return mote_fail(err, MOTE_NOMEM, "data set");
        d->n_groups++;
    }
    size_t at = 0;
    for (size_t i = 0; i < l->n_planned; i++)
        for (size_t k = 0; k < l->plan[i].n; k++)
            d->group_id[at++] = group_number(d, group_of(&l->plan[i], k));
    while (at < d->n)
        d->group_id[at++] = group_number(d, MOTE_LABEL_BACKGROUND);
    return MOTE_OK;
}

static mote_status take_room(mote_loader *l, mote_err *err)
{
    mote_dataset *d = l->d;
    size_t bytes;
    d->kind = l->cfg->kind;
    d->n_values = l->cfg->n_values;
    d->answer = l->cfg->is_score  ? MOTE_ANSWER_ANOMALY
                : d->n_values > 0 ? MOTE_ANSWER_VALUE
                                  : MOTE_ANSWER_CLASS;
    d->n = l->n_cut + l->n_nothing;
    if (!mote_mul_size(d->n, mote_dataset_sample_bytes(d), &bytes))
        return mote_fail(err, MOTE_LIMIT, "the data set is too large");
    MOTE_TRY(mote_loader_account(l, bytes, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, mote_dataset_sample_bytes(d), &d->x, err));
    if (d->n_values > 0)
        MOTE_TRY(mote_arena_take(&d->arena, d->n, (size_t)d->n_values * sizeof *d->values,
                                 &d->values, err));
    else
        MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->class_id, &d->class_id, err));
    if (l->n_planned > 0 && l->plan[0].rows)
        MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->time_s, &d->time_s, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->group_id, &d->group_id, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->label, &d->label, err));
    MOTE_TRY(mote_arena_take(&d->arena, d->n, sizeof *d->place, &d->place, err));
    return mote_arena_take(&d->arena, d->n, sizeof *d->key, &d->key, err);
}

mote_decoding mote_dataset_decoding(const mote_dataset_config *cfg)
{
    mote_decoding d = cfg->kind->decoding();
    d.samples_only = true;
    d.cut = &cfg->cut;
    d.rate_hz = cfg->cut.rate_hz;
    d.max_ms = (int64_t)24 * 3600 * 1000;
    return d;
}

mote_status mote_dataset_first(mote_store *s, const mote_data_version *v,
                               const mote_dataset_config *cfg, mote_loaded *out, mote_err *err)
{
    mote_decoding d = mote_dataset_decoding(cfg);
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].role == MOTE_ROLE_EXAMPLE)
            return mote_sample_lend(&(mote_sample_shelf){s, cfg->cache, cfg->kind},
                                    &v->items[i].object, &d, out, err);
    return mote_fail(err, MOTE_NOT_FOUND, "data version v%lld has no example",
                     (long long)v->number);
}

/* One rate for all samples of a version, whatever the split. */
static mote_status settle_rate(mote_loader *l, mote_err *err)
{
    if (l->cfg->kind->is_timed && !(l->decoding.rate_hz > 0)) {
        mote_loaded one;
        MOTE_TRY(mote_dataset_first(l->store, l->v, l->cfg, &one, err));
        l->decoding.rate_hz = one.d.rate_hz;
        mote_loaded_done(&one);
    }
    l->d->rate_hz = l->cfg->kind->is_timed ? l->decoding.rate_hz : 0;
    return MOTE_OK;
}

static mote_status load(mote_loader *l, mote_err *err)
{
    MOTE_TRY(check_config(l->cfg, err));
    MOTE_TRY(settle_rate(l, err));
    MOTE_TRY(name_classes(l, err));
    MOTE_TRY(plan_folds(l, err));
    MOTE_TRY(plan_samples(l, err));
    MOTE_TRY(count_samples(l, err));
    MOTE_TRY(take_room(l, err));
    MOTE_TRY(cut_samples(l, err));
    MOTE_TRY(make_nothing(l, err));
    MOTE_TRY(number_groups(l, err));
    mote_dataset *d = l->d;
    for (size_t i = 0; i < d->n; i++) {
        d->key[i] = mote_sha256_of(mote_dataset_sample(d, i), mote_dataset_sample_bytes(d));
        if (d->class_id)
            d->n_per_class[d->class_id[i]]++;
    }
    return MOTE_OK;
}

size_t mote_dataset_elements(const mote_dataset *d)
{
    return (size_t)mote_shape_elements(&d->shape);
}

size_t mote_dataset_sample_bytes(const mote_dataset *d)
{
    return mote_shape_bytes(&d->shape);
}

const void *mote_dataset_sample(const mote_dataset *d, size_t i)
{
    return (const char *)d->x + i * mote_dataset_sample_bytes(d);
}

mote_dataset mote_dataset_part(const mote_dataset *d, size_t first, size_t n)
{
    MOTE_BUG_IF(first > d->n || n > d->n - first);
    mote_dataset part = *d;
    part.arena = (mote_arena){0};
    part.n = n;
    part.x = (char *)d->x + first * mote_dataset_sample_bytes(d);
    part.class_id = d->class_id ? d->class_id + first : NULL;
    part.time_s = d->time_s ? d->time_s + first : NULL;
    part.values = d->values ? d->values + first * (size_t)d->n_values : NULL;
    part.group_id += first;
    part.label += first;
    part.key += first;
    part.place = d->place ? d->place + first : NULL;
    return part;
}

mote_status mote_dataset_load(mote_store *s, const mote_data_version *v,
                              const mote_dataset_config *wanted, mote_dataset *out, mote_err *err)
{
    mote_dataset d = {0};
    mote_dataset_config filled = *wanted, *cfg = &filled;
    mote_names labels;
    /* The clips are bounded by max_bytes; names, keys and the plan need at most 1 kB an item. */
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++)
        n += mote_version_n(&v->items[i]);
    mote_arena_init(&d.arena, cfg->max_bytes + ((size_t)16 << 20) + n * 1024);
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, ((size_t)16 << 20) + n * 1024);
    mote_loader l = {.store = s, .v = v, .cfg = cfg, .d = &d, .scratch = &scratch};
    l.decoding = mote_dataset_decoding(cfg);
    mote_status st = mote_form_labels(s, v, cfg, &d.arena, &labels, err);
    if (st == MOTE_OK) {
        cfg->labels = labels.items;
        cfg->n_labels = labels.n;
        st = load(&l, err);
    }
    if (st != MOTE_OK) {
        mote_arena_release(&d.arena);
        return st;
    }
    *out = d;
    return MOTE_OK;
}

void mote_dataset_release(mote_dataset *d)
{
    mote_arena_release(&d->arena);
    *d = (mote_dataset){0};
}
