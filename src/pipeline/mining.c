/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds of mining: see mining.h. How recordings are heard is their kind's own (mining_audio.c). */
#include "pipeline/mining.h"

#include <math.h>
#include <string.h>

#include "evaluate/json_parts.h"

#define NAME_BYTES     512
#define USUAL_WINDOWS  500
#define PROGRESS_STEPS 10000
#define STILL_FALLS    0.95 /* of the rate before: less than that is no progress */

typedef struct {
    const mote_mining_job *job;
    mote_mining found_by;
    mote_arena *arena;
    mote_dataset train;  /* with what was found so far */
    mote_sha256 windows; /* of all of them: what a checkpoint must have been of */
    int32_t round;
    json_t *list; /* borrowed from the output */
} rounds;

static bool report(void *arg, const mote_train_progress *g)
{
    const rounds *x = arg;
    char note[120], who[24];
    mote_seeds_who(g, who);
    (void)mote_format(note, sizeof note, "mining round %d, %sepoch %d/%d, loss %.3f", (int)x->round,
                      who, g->epoch + 1, g->n_epochs, g->loss);
    mote_stage_progress(x->found_by.p, x->found_by.r,
                        (int64_t)(mote_train_done(g) * PROGRESS_STEPS), PROGRESS_STEPS, note);
    return true;
}

static void warn_of_checkpoint(void *arg, const char *why)
{
    const rounds *x = arg;
    mote_stage_lost_checkpoint(x->found_by.p, why);
}

void mote_mining_checkpoint(const char *of, int32_t round, char *out, size_t n)
{
    (void)mote_format(out, n, "%s-mined%d", of, (int)round);
}

/* The hash of what was found before and of what is found now. */
static mote_sha256 hash_of(const mote_sha256 *before, const mote_mined *m, size_t bytes)
{
    char hex[2][MOTE_SHA256_HEX_BYTES], both[2 * MOTE_SHA256_HEX_BYTES];
    const mote_sha256 now = mote_sha256_of(m->samples, m->n * bytes);
    mote_sha256_hex(before, hex[0]);
    mote_sha256_hex(&now, hex[1]);
    (void)mote_format(both, sizeof both, "%s%s", hex[0], hex[1]);
    return mote_sha256_of(both, strlen(both));
}

/* Train anew on everything that was found. */
static mote_status train_again(rounds *x, mote_mining_model *out, mote_err *err)
{
    const mote_settings *s = x->found_by.p->settings;
    char checkpoint[NAME_BYTES], identity[NAME_BYTES], hex[MOTE_SHA256_HEX_BYTES];
    mote_recipe_job job = *x->job->recipe;
    mote_sha256_hex(&x->windows, hex);
    mote_mining_checkpoint(job.checkpoint, x->round, checkpoint, sizeof checkpoint);
    (void)mote_format(identity, sizeof identity, "%s+%s", job.identity, hex);
    job.train = &x->train;
    job.checkpoint = checkpoint;
    job.identity = identity;
    job.seeds = &out->seeds;
    job.host.report = report;
    job.host.bad_checkpoint = warn_of_checkpoint;
    job.host.arg = x;
    MOTE_TRY(mote_recipe_new_graph(s, mote_setting_training(s)->config.seed, &out->graph, err));
    return mote_recipe_train(&job, out->graph, x->arena, &out->result, &out->folded, err);
}

static mote_status put_round(const rounds *x, const mote_mined *m, double rate, mote_err *err)
{
    json_t *o = json_object();
    MOTE_TRY(mote_json_append(x->list, o, err));
    MOTE_TRY(mote_json_put(o, "heard", json_integer((json_int_t)m->n_heard), err));
    MOTE_TRY(mote_json_put(o, "answers", json_integer((json_int_t)m->n_answers), err));
    MOTE_TRY(mote_json_put(o, "added", json_integer((json_int_t)m->n), err));
    return mote_json_put(o, "validation_per_hour", mote_json_number(rate), err);
}

static void release(mote_mining_model *m)
{
    mote_graph_destroy(m->graph);
    mote_graph_destroy(m->folded);
    mote_seeds_release(&m->seeds);
    m->graph = m->folded = NULL;
}

/* One round: *is_better says whether the model is the new one, and *rate what it does. */
static mote_status one_round(rounds *x, mote_mining_model *model, double *rate, bool *is_better,
                             mote_err *err)
{
    const int32_t asked = mote_setting_training(x->found_by.p->settings)->mining_windows;
    const size_t most = asked > 0 ? (size_t)asked : USUAL_WINDOWS;
    mote_mined found;
    mote_mining_model next = {0};
    *is_better = false;
    x->found_by.graph = model->folded;
    MOTE_TRY(mote_mining_find(&x->found_by, &x->train, most, x->arena, &found, err));
    if (found.n == 0)
        return put_round(x, &found, *rate, err);
    x->windows = hash_of(&x->windows, &found, mote_dataset_sample_bytes(&x->train));
    MOTE_TRY(mote_mining_append(&x->train, &found, x->arena, &x->train, err));
    double now = (double)NAN;
    mote_status st = train_again(x, &next, err);
    x->found_by.graph = next.folded;
    if (st == MOTE_OK)
        st = mote_mining_rate(&x->found_by, &x->train, &now, err);
    if (st == MOTE_OK)
        st = put_round(x, &found, now, err);
    *is_better = st == MOTE_OK && (isnan(now) || now < STILL_FALLS * *rate);
    if (!*is_better) {
        release(&next);
        return st;
    }
    release(model);
    *model = next;
    *rate = now;
    return MOTE_OK;
}

mote_status mote_mining_rounds(const mote_mining_job *job, mote_mining_model *model, mote_arena *a,
                               mote_err *err)
{
    const int32_t n = mote_setting_training(job->mining.p->settings)->mining_rounds;
    rounds x = {.job = job, .found_by = job->mining, .arena = a, .train = *job->recipe->train};
    double rate = (double)NAN;
    bool goes_on = true;
    if (n == 0 || !mote_mining_is_possible(&job->mining))
        return MOTE_OK;
    x.list = json_array();
    mote_stage_set(job->mining.r, "mining", x.list);
    x.found_by.graph = model->folded;
    MOTE_TRY(mote_mining_rate(&x.found_by, &x.train, &rate, err));
    MOTE_TRY(put_round(&x, &(mote_mined){0}, rate, err));
    for (x.round = 1; x.round <= n && goes_on; x.round++)
        MOTE_TRY(one_round(&x, model, &rate, &goes_on, err));
    return MOTE_OK;
}
