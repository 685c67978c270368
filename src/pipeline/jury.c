/* SPDX-License-Identifier: Apache-2.0 */
/* Who judges which clips, see jury.h. */
#include "pipeline/jury.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/stage_parts.h"
#include "pipeline/listen.h"
#include "pipeline/refit.h"

#define PART_SEED 100 /* between the seeds of the parts of a stream */
#define BETWEEN_S 60  /* a part of a stream begins at a multiple of this */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static mote_judge judge_for(const mote_pipeline *p, const mote_dataset *d)
{
    return (mote_judge){.features = mote_setting_features(p->settings),
                        .sample = d->shape,
                        .answer = d->answer,
                        .pool = p->cfg.pool};
}

/* ---- a split ----------------------------------------------------------------------------- */

mote_status mote_jury_of_split(mote_pipeline *p, const mote_jury_samples *of,
                               const mote_graph *graph, mote_jury *out, mote_err *err)
{
    mote_jury j = {.n_parts = 1};
    mote_dataset_config c = *mote_setting_dataset(p->settings);
    c.split = of->split;
    c.words = of->words;
    MOTE_TRY(mote_stage_load(p, of->version, &c, &j.clips, err));
    j.judge = judge_for(p, &j.clips);
    j.parts[0] = (mote_jury_part){.n = j.clips.n, .own = j.clips.own, .graph = graph};
    *out = j;
    return MOTE_OK;
}

void mote_jury_release(mote_jury *j)
{
    mote_dataset_release(&j->clips);
    *j = (mote_jury){0};
}

/* ---- folds ------------------------------------------------------------------------------- */

/* Nobody whom fold `k` judges, and no word that is held apart, is in another fold: what its model
 * learned from, or stopped by, it does not judge. `labels` [n]: of its clips, sorted. */
static void check_apart(const mote_data_version *v, const mote_fold *fold, int32_t k,
                        const mote_dataset *part, const char **labels, size_t n)
{
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        if (it->role != MOTE_ROLE_EXAMPLE || fold[i].group < 0) /* built in: it keeps its split */
            continue;
        MOTE_BUG_IF(fold[i].group != k && bsearch(&it->group, part->groups, part->n_groups,
                                                  sizeof *part->groups, compare_names));
        MOTE_BUG_IF(fold[i].word >= 0 && fold[i].word != k &&
                    bsearch(&it->label, labels, n, sizeof *labels, compare_names));
    }
}

typedef struct {
    mote_pipeline *p;
    const mote_data_version *v;
    mote_dataset_words words;
    int32_t n;
    mote_arena arena;
    const char **foreign; /* [n_foreign] words of the user that are held apart, sorted */
    size_t n_foreign;
    mote_dataset parts[MOTE_MAX_FOLDS];
    mote_jury jury;
} assembling;

static mote_status load_parts(assembling *m, mote_err *err)
{
    mote_fold *fold = NULL;
    MOTE_TRY(mote_version_folds(m->v, m->n, m->v->seed, &m->arena, &fold, err));
    MOTE_TRY(mote_arena_take(&m->arena, m->v->n + 1, sizeof *m->foreign, &m->foreign, err));
    for (size_t i = 0; i < m->v->n; i++)
        if (fold[i].word >= 0)
            m->foreign[m->n_foreign++] = m->v->items[i].label;
    qsort(m->foreign, m->n_foreign, sizeof *m->foreign, compare_names);
    for (int32_t k = 0; k < m->n; k++) {
        mote_dataset *part = &m->parts[k];
        const char **labels = NULL;
        size_t n = 0;
        mote_dataset_config c = *mote_setting_dataset(m->p->settings);
        c.split = MOTE_SPLIT_TEST;
        c.n_folds = m->n;
        c.round = k;
        c.fold_seed = m->v->seed;
        c.words = m->words;
        c.nothing = c.nothing && m->words == MOTE_WORDS_APART;
        MOTE_TRY(mote_stage_load(m->p, m->v, &c, part, err));
        MOTE_TRY(mote_arena_take(&m->arena, part->n + 1, sizeof *labels, &labels, err));
        for (size_t i = 0; i < part->n && m->words == MOTE_WORDS_APART; i++)
            if (!mote_sample_is_builtin(part->groups[part->group_id[i]]))
                labels[n++] = part->label[i];
        qsort(labels, n, sizeof *labels, compare_names);
        check_apart(m->v, fold, k, part, labels, n);
    }
    return MOTE_OK;
}

/* Names of the groups of all parts, in byte order, each once. */
static mote_status join_groups(assembling *m, mote_err *err)
{
    mote_dataset *d = &m->jury.clips;
    size_t n = 0;
    for (int32_t k = 0; k < m->n; k++)
        n += m->parts[k].n_groups;
    const char **names = NULL;
    MOTE_TRY(mote_arena_take(&d->arena, n + 1, sizeof *names, &names, err));
    n = 0;
    for (int32_t k = 0; k < m->n; k++)
        for (size_t g = 0; g < m->parts[k].n_groups; g++) {
            names[n] = mote_arena_strdup(&d->arena, m->parts[k].groups[g]);
            if (!names[n++])
                return mote_fail(err, MOTE_NOMEM, "no memory for the groups of folds");
        }
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++)
        if (d->n_groups == 0 || strcmp(names[i], names[d->n_groups - 1]) != 0)
            names[d->n_groups++] = names[i];
    d->groups = names;
    return MOTE_OK;
}

/* Does another fold judge the clip, or none? Built-in words of the test are new to every fold, so
 * each of them is dealt to one, but for words that the user has too, which the fold may have heard.
 * A clip of silence is judged once. */
static bool is_left_out(const assembling *m, const mote_dataset *part, int32_t k, size_t i)
{
    const mote_dataset *d = &m->jury.clips;
    if (mote_sample_is_builtin(part->groups[part->group_id[i]]))
        return part->key[i].bytes[0] % m->n != k ||
               bsearch(&part->label[i], m->foreign, m->n_foreign, sizeof *m->foreign,
                       compare_names);
    if (!part->class_id || strcmp(part->label[i], MOTE_CLASS_SILENCE) != 0)
        return false;
    for (size_t j = 0; j < d->n; j++)
        if (d->class_id[j] == part->class_id[i] && mote_sha256_equal(&d->key[j], &part->key[i]))
            return true;
    return false;
}

/* What is true of sample i of a part is true of sample d->n. */
static void add_target(mote_dataset *d, const mote_dataset *part, size_t i)
{
    if (part->class_id) {
        d->class_id[d->n] = part->class_id[i];
        d->n_per_class[part->class_id[i]]++;
    }
    size_t n = (size_t)part->n_values;
    if (part->values)
        memcpy(d->values + d->n * n, part->values + i * n, n * sizeof *d->values);
    if (d->time_s)
        d->time_s[d->n] = part->time_s ? part->time_s[i] : (double)NAN;
}

static mote_status add_part(assembling *m, int32_t k, mote_err *err)
{
    mote_dataset *d = &m->jury.clips;
    const mote_dataset *part = &m->parts[k];
    mote_jury_part *to = &m->jury.parts[k];
    to->first = d->n;
    for (size_t i = 0; i < part->n; i++) {
        if (is_left_out(m, part, k, i))
            continue;
        const char **g = bsearch(&part->groups[part->group_id[i]], d->groups, d->n_groups,
                                 sizeof *d->groups, compare_names);
        MOTE_BUG_IF(!g);
        memcpy((char *)d->x + d->n * mote_dataset_sample_bytes(d), mote_dataset_sample(part, i),
               mote_dataset_sample_bytes(d));
        add_target(d, part, i);
        d->group_id[d->n] = (int32_t)(g - d->groups);
        d->key[d->n] = part->key[i];
        d->place[d->n] = part->place[i];
        d->label[d->n] = mote_arena_strdup(&d->arena, part->label[i]);
        if (!d->label[d->n])
            return mote_fail(err, MOTE_NOMEM, "no memory for the clips of folds");
        d->n++;
    }
    to->n = d->n - to->first;
    MOTE_BUG_IF(part->own && !d->kind->copy_own);
    return part->own ? d->kind->copy_own(part->own, &d->arena, &to->own, err) : MOTE_OK;
}

static mote_status join(assembling *m, mote_err *err)
{
    mote_dataset *d = &m->jury.clips;
    const mote_dataset *first = &m->parts[0];
    const mote_graph *g = m->jury.parts[0].graph;
    size_t n = 0;
    for (int32_t k = 0; k < m->n; k++)
        n += m->parts[k].n;
    d->kind = first->kind;
    d->shape = first->shape;
    d->rate_hz = first->rate_hz;
    d->answer = first->answer;
    d->n_values = first->n_values;
    d->n_classes = first->class_id ? (size_t)mote_tensor_elements(&g->tensors[g->outputs[0]]) : 0;
    const char **classes = NULL;
    MOTE_TRY(mote_arena_take(&d->arena, d->n_classes, sizeof *classes, &classes, err));
    MOTE_TRY(
        mote_arena_take(&d->arena, d->n_classes, sizeof *d->n_per_class, &d->n_per_class, err));
    MOTE_BUG_IF(first->n_classes > d->n_classes);
    for (size_t c = 0; c < first->n_classes; c++)
        classes[c] = first->classes[c]; /* of mote.yaml, or constant */
    d->classes = classes;
    MOTE_TRY(mote_arena_take(&d->arena, n, mote_dataset_sample_bytes(d), &d->x, err));
    if (first->class_id)
        MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *d->class_id, &d->class_id, err));
    if (first->values)
        MOTE_TRY(mote_arena_take(&d->arena, n * (size_t)d->n_values, sizeof *d->values, &d->values,
                                 err));
    if (first->time_s)
        MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *d->time_s, &d->time_s, err));
    MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *d->group_id, &d->group_id, err));
    MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *d->label, &d->label, err));
    MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *d->key, &d->key, err));
    MOTE_TRY(mote_arena_take(&d->arena, n, sizeof *d->place, &d->place, err));
    MOTE_TRY(join_groups(m, err));
    for (int32_t k = 0; k < m->n; k++)
        MOTE_TRY(add_part(m, k, err));
    d->own = m->jury.parts[0].own;
    return MOTE_OK;
}

mote_status mote_jury_of_folds(mote_pipeline *p, const mote_data_version *v,
                               mote_dataset_words words, const mote_jury_graphs *graphs,
                               mote_jury *out, mote_err *err)
{
    assembling m = {.p = p, .v = v, .words = words, .n = graphs->n};
    m.jury = (mote_jury){.n_parts = graphs->n, .is_folds = true};
    MOTE_BUG_IF(graphs->seed != v->seed); /* models of other folds have heard these clips */
    mote_arena_init(&m.jury.clips.arena, (size_t)16 << 30);
    mote_arena_init(&m.arena, (size_t)1 << 30);
    for (int32_t k = 0; k < m.n; k++) {
        m.jury.parts[k].graph = graphs->graphs[k];
        m.jury.parts[k].features = mote_jury_front(graphs, k);
    }
    mote_status st = load_parts(&m, err);
    if (st == MOTE_OK)
        st = join(&m, err);
    if (st == MOTE_OK)
        m.jury.judge = judge_for(p, &m.jury.clips);
    for (int32_t k = 0; k < m.n; k++)
        mote_dataset_release(&m.parts[k]);
    mote_arena_release(&m.arena);
    if (st != MOTE_OK) {
        mote_jury_release(&m.jury);
        return st;
    }
    *out = m.jury;
    return MOTE_OK;
}

mote_status mote_jury_some(const mote_jury *j, int32_t first, int32_t n, mote_arena *a,
                           mote_jury *out, mote_err *err)
{
    MOTE_BUG_IF(first < 0 || n < 1 || first + n > j->n_parts);
    mote_jury some = *j;
    mote_dataset *d = &some.clips;
    size_t from = j->parts[first].first;
    some.n_parts = n;
    *d = mote_dataset_part(&j->clips, from, j->clips.n - from);
    d->n = 0;
    d->own = j->parts[first].own;
    MOTE_TRY(mote_arena_take(a, d->n_classes, sizeof *d->n_per_class, &d->n_per_class, err));
    for (int32_t k = 0; k < n; k++) {
        some.parts[k] = j->parts[first + k];
        some.parts[k].first -= from;
        d->n += some.parts[k].n;
    }
    for (size_t i = 0; d->class_id && i < d->n; i++)
        d->n_per_class[d->class_id[i]]++;
    *out = some;
    return MOTE_OK;
}

/* ---- graphs ------------------------------------------------------------------------------ */

const mote_frontend *mote_jury_front(const mote_jury_graphs *g, int32_t k)
{
    return g->features[k].row ? &g->features[k] : NULL;
}

mote_status mote_jury_read_front(mote_jury_graphs *g, int32_t k, const char *text, size_t n,
                                 mote_err *err)
{
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_TRY(mote_json_parse("front end of a fold", text, n, &j, err));
    return mote_frontend_from_json(j, "front end of a fold", &g->features[k], err);
}

static mote_status read_fold(mote_pipeline *p, mote_jury_graphs *g, int32_t k, mote_err *err)
{
    MOTE_SCOPED_FREE char *text = NULL;
    char name[24];
    size_t n = 0;
    mote_refit_object(k, name);
    MOTE_TRY(mote_stage_graph(p, MOTE_STAGE_train, name, &g->graphs[k], err));
    g->n = k + 1;
    mote_refit_front(k, name);
    if (!mote_stage_find(p, MOTE_STAGE_train, name))
        return MOTE_OK;
    MOTE_TRY(mote_stage_get(p, MOTE_STAGE_train, name, &text, &n, err));
    return mote_jury_read_front(g, k, text, n, err);
}

mote_status mote_jury_graphs_of(mote_pipeline *p, mote_jury_graphs *out, mote_err *err)
{
    const json_t *folds = json_object_get(p->results[MOTE_STAGE_train].output, "refit");
    mote_jury_graphs g = {0};
    int64_t n = 0, seed = 0;
    *out = g;
    if (!folds)
        return MOTE_OK;
    MOTE_TRY(mote_json_get_i64(folds, "train stage", "folds",
                               (mote_i64_range){MOTE_MIN_FOLDS, MOTE_MAX_FOLDS}, &n, err));
    MOTE_TRY(mote_json_get_i64(folds, "train stage", "seed", (mote_i64_range){INT64_MIN, INT64_MAX},
                               &seed, err));
    g.seed = (uint64_t)seed;
    mote_status st = MOTE_OK;
    for (int32_t k = 0; st == MOTE_OK && k < n; k++)
        st = read_fold(p, &g, k, err);
    if (st != MOTE_OK) {
        mote_jury_graphs_release(&g);
        return st;
    }
    *out = g;
    return MOTE_OK;
}

void mote_jury_graphs_release(mote_jury_graphs *g)
{
    for (int32_t k = 0; k < g->n; k++)
        mote_graph_destroy(g->graphs[k]);
    *g = (mote_jury_graphs){0};
}

/* ---- judging ----------------------------------------------------------------------------- */

static mote_judge judge_of(const mote_jury *j, int32_t part)
{
    mote_judge one = j->judge;
    one.graph = j->parts[part].graph;
    if (j->parts[part].features)
        one.features = j->parts[part].features;
    return one;
}

mote_watch_shape mote_jury_watch_shape(const mote_jury *j)
{
    mote_judge one = judge_of(j, 0);
    return mote_judge_watch_shape(&one);
}

int32_t mote_jury_width(const mote_jury *j)
{
    mote_judge one = judge_of(j, 0);
    return mote_judge_width(&one);
}

mote_decision mote_jury_decision(const mote_jury *j)
{
    mote_judge one = judge_of(j, 0);
    return mote_judge_decision(&one);
}

/* Samples of a part, among those of the jury. */
static const void *samples_of(const mote_jury *j, int32_t part, const void *samples)
{
    return (const char *)samples + j->parts[part].first * mote_dataset_sample_bytes(&j->clips);
}

mote_status mote_jury_said(const mote_jury *j, const void *samples, mote_arena *a, float **said,
                           mote_err *err)
{
    size_t width = (size_t)mote_jury_width(j);
    float *y = NULL;
    MOTE_TRY(mote_arena_take(a, j->clips.n * width, sizeof *y, &y, err));
    for (int32_t k = 0; k < j->n_parts; k++) {
        const mote_jury_part *part = &j->parts[k];
        mote_judge one = judge_of(j, k);
        float *of_part = NULL;
        if (part->n == 0)
            continue;
        mote_arena_mark mark = mote_arena_save(a);
        MOTE_TRY(mote_judge_said(&one, samples_of(j, k, samples), part->n, a, &of_part, err));
        memcpy(y + part->first * width, of_part, part->n * width * sizeof *y);
        mote_arena_rewind(a, mark);
    }
    *said = y;
    return MOTE_OK;
}

mote_status mote_jury_watch(const mote_jury *j, const void *samples, mote_arena *a,
                            mote_judge_watched *out, mote_err *err)
{
    mote_watch_shape shape = mote_jury_watch_shape(j);
    size_t width = (size_t)mote_jury_width(j), n_watched = (size_t)mote_watch_count(&shape);
    mote_judge_watched all = {0};
    MOTE_TRY(mote_arena_take(a, j->clips.n * width, sizeof *all.said, &all.said, err));
    MOTE_TRY(mote_arena_take(a, j->clips.n * n_watched, sizeof *all.watched, &all.watched, err));
    for (int32_t k = 0; k < j->n_parts; k++) {
        const mote_jury_part *part = &j->parts[k];
        mote_judge one = judge_of(j, k);
        mote_judge_watched w = {0};
        if (part->n == 0)
            continue;
        mote_arena_mark mark = mote_arena_save(a);
        MOTE_TRY(mote_judge_watch(&one, samples_of(j, k, samples), part->n, a, &w, err));
        memcpy(all.said + part->first * width, w.said, part->n * width * sizeof *w.said);
        memcpy(all.watched + part->first * n_watched, w.watched,
               part->n * n_watched * sizeof *w.watched);
        mote_arena_rewind(a, mark);
    }
    *out = all;
    return MOTE_OK;
}

/* ---- streams ----------------------------------------------------------------------------- */

typedef struct {
    const mote_jury_stream *s;
    int32_t part, n_parts;
} watcher;

static void progress(void *arg, size_t done, size_t total)
{
    const watcher *w = arg;
    w->s->progress(w->s->progress_arg, done + total * (size_t)w->part, total * (size_t)w->n_parts);
}

static mote_status listen_part(const mote_jury *j, const mote_jury_stream *s, int32_t part,
                               mote_arena *a, mote_jury_heard *out, mote_err *err)
{
    const mote_jury_part *p = &j->parts[part];
    mote_dataset d = mote_dataset_part(&j->clips, p->first, p->n);
    mote_judge one = judge_of(j, part);
    watcher w = {s, part, j->n_parts};
    const mote_listen_material material = {s->task, s->stream, &d,
                                           s->seed + (uint64_t)part * PART_SEED};
    d.own = p->own;
    MOTE_TRY(mote_listen_track(&material, a, &out->track, err));
    for (size_t i = 0; i < out->track.n_events; i++)
        out->track.events[i].clip += (int32_t)p->first;
    const mote_listening listening = {.track = &out->track,
                                      .hop = s->hop,
                                      .progress = s->progress ? progress : NULL,
                                      .progress_arg = &w,
                                      .cancel = s->cancel};
    return mote_listen(&one, &listening, a, &out->said, err);
}

/* Steps from the beginning of a part to that of the next. */
static size_t period_of(const mote_stream_track *part, size_t hop)
{
    size_t step = BETWEEN_S * (size_t)part->rate_hz;
    step = (step + hop - 1) / hop * hop;
    return (mote_stream_extent(part) / step + 2) * step; /* at least one step of silence */
}

/* Listen to a part, and keep what was heard, but not the stream itself. */
static mote_status hear_part(const mote_jury *j, const mote_jury_stream *s, int32_t k,
                             mote_arena *a, mote_jury_heard *out, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    mote_jury_heard part;
    mote_arena_init(&scratch, (size_t)16 << 30);
    mote_status st = listen_part(j, s, k, &scratch, &part, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "fold %d of %d", (int)k + 1, (int)j->n_parts);
    mote_jury_heard kept = part;
    const size_t n_said = part.said.n * (size_t)part.said.n_classes;
    MOTE_TRY(mote_arena_take(a, part.track.n_events + 1, sizeof *kept.track.events,
                             &kept.track.events, err));
    MOTE_TRY(mote_arena_take(a, n_said + 1, 1, &kept.said.q, err));
    if (part.track.n_events > 0)
        memcpy(kept.track.events, part.track.events,
               part.track.n_events * sizeof *part.track.events);
    if (n_said > 0)
        memcpy(kept.said.q, part.said.q, n_said);
    kept.track.steps = NULL;
    kept.track.pieces = NULL;
    kept.track.n_pieces = 0;
    kept.extent = period_of(&part.track, s->hop);
    *out = kept;
    return MOTE_OK;
}

/* What was heard of a part, put where it belongs. */
static void place(const mote_jury_heard *part, size_t at, mote_jury_heard *h)
{
    const mote_stream_outputs *said = &part->said;
    for (size_t i = 0; i < part->track.n_events; i++) {
        mote_stream_event *e = &h->track.events[h->track.n_events++];
        *e = part->track.events[i];
        e->start += (int64_t)at;
        e->end += (int64_t)at;
    }
    h->track.n_targets += part->track.n_targets;
    h->track.n += part->track.n;
    memcpy(h->said.q + at / (size_t)said->hop * (size_t)said->n_classes, said->q,
           said->n * (size_t)said->n_classes);
}

/* The parts one behind the other, each as long as it is. */
static mote_status join_heard(const mote_jury_heard *parts, int32_t n_parts, mote_arena *a,
                              mote_jury_heard *out, mote_err *err)
{
    mote_jury_heard h = {.said = parts[0].said};
    size_t n_events = 0, at = 0;
    for (int32_t k = 0; k < n_parts; k++) {
        h.extent += parts[k].extent;
        n_events += parts[k].track.n_events;
    }
    h.track.rate_hz = parts[0].track.rate_hz;
    h.track.extent = h.extent;
    h.said.n = h.extent / (size_t)h.said.hop;
    const size_t bytes = h.said.n * (size_t)h.said.n_classes;
    MOTE_TRY(mote_arena_take(a, n_events + 1, sizeof *h.track.events, &h.track.events, err));
    MOTE_TRY(mote_arena_take(a, bytes, 1, &h.said.q, err));
    memset(h.said.q, INT8_MIN, bytes); /* a probability of 0 */
    for (int32_t k = 0; k < n_parts; k++) {
        place(&parts[k], at, &h);
        at += parts[k].extent;
    }
    *out = h;
    return MOTE_OK;
}

mote_status mote_jury_listen(const mote_jury *j, const mote_jury_stream *s, mote_arena *a,
                             mote_jury_heard *out, mote_err *err)
{
    mote_jury_heard h = {0}, *parts = NULL;
    if (j->n_parts == 1) {
        MOTE_TRY(listen_part(j, s, 0, a, &h, err));
        h.extent = mote_stream_extent(&h.track);
        *out = h;
        return MOTE_OK;
    }
    MOTE_TRY(mote_arena_take(a, (size_t)j->n_parts, sizeof *parts, &parts, err));
    for (int32_t k = 0; k < j->n_parts; k++)
        MOTE_TRY(hear_part(j, s, k, a, &parts[k], err));
    return join_heard(parts, j->n_parts, a, out, err);
}

/* ---- words ------------------------------------------------------------------------------- */

mote_status mote_jury_words(const mote_kind *kind, int32_t n_folds, mote_arena *a, const char **out,
                            mote_err *err)
{
    *out = "";
    if (n_folds > 0)
        *out = mote_arena_printf(a,
                                 "judged by %d folds over %ss; the shipped model has "
                                 "learned from everybody",
                                 (int)n_folds, kind->group ? kind->group : "group");
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for who judges");
}
