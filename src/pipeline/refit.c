/* SPDX-License-Identifier: Apache-2.0 */
/* The models that judge a recipe whose model learns from everybody. See refit.h.
 *
 * A finished fold in the work folder: one line of JSON, with the SHA-256 of the graph that follows.
 * One that is damaged, or of another kind, is made again. */
#include "pipeline/refit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "evaluate/json_parts.h"
#include "pipeline/recipe.h"
#include "pipeline/seeds.h"
#include "pipeline/stage_parts.h"

#define STEPS      10000 /* of a progress of 1 */
#define MAX_BYTES  ((size_t)1 << 30)
#define PATH_BYTES 4096

void mote_refit_object(int32_t fold, char out[static 24])
{
    (void)mote_format(out, 24, "fold-%d.s8", (int)fold + 1);
}

void mote_refit_front(int32_t fold, char out[static 24])
{
    (void)mote_format(out, 24, "fold-%d.front", (int)fold + 1);
}

void mote_refit_progress(mote_pipeline *p, const mote_stage_run *r, int32_t n, int32_t index,
                         double part, const char *note)
{
    /* A fold learns from n - 2 parts of the data, the model that ships from n. */
    int64_t each = n - 2, weight = index < n ? each : n, total = n * each + n;
    int64_t done = index * each * STEPS + (int64_t)((double)(weight * STEPS) * part);
    mote_stage_progress(p, r, done, total * STEPS, note);
}

/* ---- what is finished -------------------------------------------------------------------- */

static void path_of(const mote_pipeline *p, const mote_stage_run *r, int32_t fold,
                    const char *suffix, char out[static PATH_BYTES])
{
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&r->key, hex);
    (void)mote_format(out, PATH_BYTES, "%s/train-%.16s.fold-%d%s", p->work_dir, hex, (int)fold + 1,
                      suffix);
}

void mote_refit_clear(const mote_pipeline *p, const mote_stage_run *r)
{
    char path[PATH_BYTES];
    for (int32_t f = 0; f < MOTE_MAX_FOLDS; f++) {
        path_of(p, r, f, "", path);
        (void)unlink(path);
        path_of(p, r, f, ".checkpoint", path);
        mote_recipe_forget(path);
    }
}

static json_t *to_json(const mote_fold_result *f)
{
    json_t *o = json_pack("{s:I, s:I, s:I, s:f, s:f, s:i, s:i}", "train", (json_int_t)f->n_train,
                          "validation", (json_int_t)f->n_validation, "test", (json_int_t)f->n_test,
                          "accuracy_f32", f->accuracy_f32, "accuracy_s8", f->accuracy_s8, "epochs",
                          f->n_epochs, "best_epoch", f->best_epoch);
    if (o && f->n_seeds > 0 &&
        json_object_set_new(o, "seeds_s8", mote_json_numbers(f->seeds_s8, (size_t)f->n_seeds)) !=
            0) {
        json_decref(o);
        o = NULL;
    }
    return o;
}

/* What each of the members did; there are none in folds of one training. */
static mote_status seeds_from_json(const json_t *j, const char *what, mote_fold_result *f,
                                   mote_err *err)
{
    const json_t *seeds = json_object_get(j, "seeds_s8");
    const size_t n = json_array_size(seeds);
    if (n > MOTE_MAX_SEEDS)
        return mote_fail(err, MOTE_RANGE, "%s: %zu members, at most %d are possible", what, n,
                         MOTE_MAX_SEEDS);
    for (size_t k = 0; k < n; k++) {
        if (!json_is_number(json_array_get(seeds, k)))
            return mote_fail(err, MOTE_PARSE, "%s: member %zu is no number", what, k + 1);
        f->seeds_s8[k] = json_number_value(json_array_get(seeds, k));
    }
    f->n_seeds = (int32_t)n;
    return MOTE_OK;
}

static mote_status from_json(const json_t *j, mote_fold_result *out, mote_err *err)
{
    const char *what = "finished fold";
    int64_t n[5];
    static const char *const names[] = {"train", "validation", "test", "epochs", "best_epoch"};
    mote_fold_result f = {0};
    const json_t *front = json_object_get(j, "front_end");
    if (front)
        MOTE_TRY(mote_frontend_from_json(front, what, &f.features, err));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        MOTE_TRY(mote_json_get_i64(j, what, names[i], (mote_i64_range){0, INT32_MAX}, &n[i], err));
    MOTE_TRY(mote_json_get_f64(j, what, "accuracy_f32", &f.accuracy_f32, err));
    MOTE_TRY(mote_json_get_f64(j, what, "accuracy_s8", &f.accuracy_s8, err));
    f.n_train = (size_t)n[0];
    f.n_validation = (size_t)n[1];
    f.n_test = (size_t)n[2];
    f.n_epochs = (int32_t)n[3];
    f.best_epoch = (int32_t)n[4];
    MOTE_TRY(seeds_from_json(j, what, &f, err));
    *out = f;
    return MOTE_OK;
}

static mote_status write_fold(const char *path, const mote_fold_result *f, const mote_buf *graph,
                              mote_err *err)
{
    MOTE_SCOPED_JSON *head = to_json(f);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MAX_BYTES);
    mote_sha256 sum = mote_sha256_of(graph->data, graph->len);
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&sum, hex);
    MOTE_TRY(mote_json_put(head, "graph", json_string(hex), err));
    if (f->features.n_fitted > 0)
        MOTE_TRY(mote_json_put(head, "front_end", mote_frontend_to_json(&f->features), err));
    mote_json_write(&b, head, false);
    mote_buf_char(&b, '\n');
    mote_buf_add(&b, graph->data, graph->len);
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_file_write(path, b.data, b.len, err);
}

/* False: there is none that can be used. */
static bool read_fold(const char *path, mote_fold_result *f, mote_buf *graph)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    MOTE_SCOPED_JSON *head = NULL;
    size_t n = 0;
    mote_err err = {0};
    if (mote_file_read(path, MAX_BYTES, &bytes, &n, &err) != MOTE_OK)
        return false;
    char *end = memchr(bytes, '\n', n), hex[MOTE_SHA256_HEX_BYTES];
    const char *wanted = NULL;
    if (!end || mote_json_parse(path, bytes, (size_t)(end - bytes), &head, &err) != MOTE_OK ||
        mote_json_get_str(head, "finished fold", "graph", &wanted, &err) != MOTE_OK)
        return false;
    const char *at = end + 1;
    size_t left = n - (size_t)(at - bytes);
    mote_sha256 sum = mote_sha256_of(at, left);
    mote_sha256_hex(&sum, hex);
    if (strcmp(hex, wanted) != 0 || from_json(head, f, &err) != MOTE_OK)
        return false;
    mote_buf_add(graph, at, left);
    return mote_buf_status(graph, &err) == MOTE_OK;
}

/* ---- one fold ---------------------------------------------------------------------------- */

/* The model of one fold, to be made or taken from where a stopped attempt left it. */
typedef struct {
    mote_pipeline *p;
    const mote_stage_run *r; /* the attempt of stage train */
    const mote_data_version *version;
    int32_t n, fold; /* [0, n) */
} fold_task;

static bool report(void *arg, const mote_train_progress *g)
{
    const fold_task *w = arg;
    char note[144], who[24];
    mote_seeds_who(g, who);
    (void)mote_format(note, sizeof note, "fold %d/%d, %sepoch %d/%d, loss %.3f, %.0f samples/s",
                      (int)w->fold + 1, (int)w->n, who, g->epoch + 1, g->n_epochs, g->loss,
                      g->samples_per_s);
    mote_refit_progress(w->p, w->r, w->n, w->fold, mote_train_done(g), note);
    return true;
}

static void warn_of_checkpoint(void *arg, const char *why)
{
    const fold_task *w = arg;
    mote_stage_lost_checkpoint(w->p, why);
}

static mote_status make_fold(fold_task *t, mote_fold_result *out, mote_buf *graph, mote_err *err)
{
    mote_pipeline *p = t->p;
    char path[PATH_BYTES], checkpoint[PATH_BYTES], hex[MOTE_SHA256_HEX_BYTES];
    char identity[MOTE_SHA256_HEX_BYTES + 24];
    path_of(p, t->r, t->fold, "", path);
    if (read_fold(path, out, graph))
        return MOTE_OK;
    mote_buf_reset(graph);
    path_of(p, t->r, t->fold, ".checkpoint", checkpoint);
    mote_sha256_hex(&t->r->key, hex);
    (void)mote_format(identity, sizeof identity, "%s fold %d/%d", hex, (int)t->fold + 1, (int)t->n);
    mote_fold_job job = {.p = p,
                         .version = t->version,
                         .n_folds = t->n,
                         .fold = t->fold,
                         .seed = t->version->seed,
                         .host = {p->cfg.pool, p->cfg.cancel, report, warn_of_checkpoint, t},
                         .checkpoint = checkpoint,
                         .identity = identity};
    mote_graph *s8 = NULL;
    MOTE_TRY(mote_fold_make(&job, out, &s8, err));
    mote_graph_save(s8, graph);
    mote_graph_destroy(s8);
    MOTE_TRY(mote_buf_status(graph, err));
    MOTE_TRY(write_fold(path, out, graph, err));
    mote_recipe_forget(checkpoint);
    return MOTE_OK;
}

/* ---- together ---------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int32_t epochs_for(const mote_refit *f)
{
    int32_t best[MOTE_MAX_FOLDS] = {0};
    for (int32_t i = 0; i < f->n; i++)
        best[i] = f->folds[i].best_epoch + 1;
    qsort(best, (size_t)f->n, sizeof best[0], by_size);
    return best[(f->n - 1) / 2];
}

/* The members of the folds: each by all whom the folds judge, as the student is. */
static mote_status say_seeds(mote_stage_run *r, const mote_refit *f, mote_metric metric,
                             double student, mote_err *err)
{
    mote_seeds_spread s = {.metric = metric, .n = f->folds[0].n_seeds, .student = student};
    double n = 0.0;
    if (s.n == 0)
        return MOTE_OK;
    for (int32_t i = 0; i < f->n; i++) {
        MOTE_BUG_IF(f->folds[i].n_seeds != s.n);
        for (int32_t k = 0; k < s.n; k++)
            s.values[k] += f->folds[i].seeds_s8[k] * (double)f->folds[i].n_test;
        n += (double)f->folds[i].n_test;
    }
    for (int32_t k = 0; k < s.n; k++)
        s.values[k] /= n;
    json_t *o = json_object(), *spread = NULL;
    mote_stage_set(r, "seeds", o);
    MOTE_TRY(mote_json_put(o, "n", json_integer(s.n), err));
    MOTE_TRY(mote_seeds_to_json(&s, &spread, err));
    return mote_json_put(o, "spread", spread, err);
}

static mote_status say(mote_stage_run *r, const mote_data_version *v, const mote_refit *f,
                       mote_metric metric, mote_err *err)
{
    double right_f32 = 0.0, right_s8 = 0.0, n = 0.0;
    json_t *o = json_object(), *parts = json_array();
    mote_stage_set(r, "refit", o);
    MOTE_TRY(mote_json_put(o, "folds", json_integer(f->n), err));
    MOTE_TRY(mote_json_put(o, "seed", json_integer((json_int_t)v->seed), err));
    MOTE_TRY(mote_json_put(o, "epochs", json_integer(f->n_epochs), err));
    MOTE_TRY(mote_json_put(o, "parts", parts, err));
    for (int32_t i = 0; i < f->n; i++) {
        MOTE_TRY(mote_json_append(parts, to_json(&f->folds[i]), err));
        right_f32 += f->folds[i].accuracy_f32 * (double)f->folds[i].n_test;
        right_s8 += f->folds[i].accuracy_s8 * (double)f->folds[i].n_test;
        n += (double)f->folds[i].n_test;
    }
    MOTE_TRY(mote_json_put(o, "n", json_integer((json_int_t)n), err));
    MOTE_TRY(mote_json_put(o, "accuracy_f32", json_real(right_f32 / n), err));
    MOTE_TRY(mote_json_put(o, "accuracy_s8", json_real(right_s8 / n), err));
    return say_seeds(r, f, metric, right_s8 / n, err);
}

static mote_status keep_front(mote_pipeline *p, mote_stage_run *r, int32_t fold, mote_refit *f,
                              mote_err *err)
{
    MOTE_SCOPED_JSON *front = mote_frontend_to_json(&f->folds[fold].features);
    MOTE_SCOPED_BUF b;
    char name[24];
    mote_buf_init(&b, 1 << 20);
    if (!front)
        return mote_fail(err, MOTE_NOMEM, "no memory for the front end of a fold");
    mote_json_write(&b, front, false);
    MOTE_TRY(mote_buf_status(&b, err));
    mote_refit_front(fold, name);
    MOTE_TRY(mote_stage_put(p, r, name, b.data, b.len, err));
    f->fronts[fold] = r->objects[r->n_objects - 1].object;
    return MOTE_OK;
}

mote_status mote_refit_folds(mote_pipeline *p, mote_stage_run *r, const mote_data_version *v,
                             mote_refit *out, mote_err *err)
{
    const mote_training_setting *y = mote_setting_training(p->settings);
    mote_refit f = {.n = y->n_folds};
    MOTE_SCOPED_BUF graph;
    mote_buf_init(&graph, MAX_BYTES);
    for (int32_t i = 0; i < f.n; i++) {
        char name[24];
        mote_buf_reset(&graph);
        fold_task one = {p, r, v, f.n, i};
        MOTE_TRY(make_fold(&one, &f.folds[i], &graph, err));
        mote_refit_object(i, name);
        MOTE_TRY(mote_stage_put(p, r, name, graph.data, graph.len, err));
        f.graphs[i] = r->objects[r->n_objects - 1].object;
        if (f.folds[i].features.n_fitted > 0)
            MOTE_TRY(keep_front(p, r, i, &f, err));
    }
    f.n_epochs = epochs_for(&f);
    MOTE_TRY(say(r, v, &f, mote_metric_chief(mote_setting_task(p->settings)->answer), err));
    *out = f;
    return MOTE_OK;
}
