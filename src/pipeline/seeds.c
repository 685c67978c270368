/* SPDX-License-Identifier: Apache-2.0 */
/* Members and their student. See seeds.h. */
#include "pipeline/seeds.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "pipeline/start.h"
#include "project/quantity.h"

#define PATH_MAX_BYTES 4200
#define FORWARD_PART                                                                               \
    (1.0 / 3.0) /* of a step of training: what asking a member costs the student                   \
                 */

void mote_seeds_release(mote_seeds *s)
{
    for (int32_t k = 0; k < s->n; k++)
        mote_graph_destroy(s->folded[k]);
    *s = (mote_seeds){.n = 0};
}

void mote_seeds_checkpoint(const char *of, int32_t k, char *out, size_t n)
{
    (void)mote_format(out, n, "%s.seed-%d", of, (int)k + 1);
}

/* ---- training ---------------------------------------------------------------------------- */

/* One of the trainings, to those who hear of the whole. */
typedef struct {
    const mote_train_host *host;
    int32_t member, n_members; /* from 1; 0: the student */
} hearing;

static bool report(void *arg, const mote_train_progress *p)
{
    const hearing *h = arg;
    mote_train_progress all = *p;
    if (!h->host->report)
        return true;
    const double n = h->n_members, total = n + 1.0 + n * FORWARD_PART;
    all.member = h->member;
    all.n_members = h->n_members;
    all.before = h->member > 0 ? (h->member - 1) / total : n / total;
    all.share = h->member > 0 ? 1.0 / total : 1.0 - n / total;
    return h->host->report(h->host->arg, &all);
}

static void bad_checkpoint(void *arg, const char *why)
{
    const hearing *h = arg;
    h->host->bad_checkpoint(h->host->arg, why);
}

/* The job of one of the trainings, and its settings: as if there were no others. */
static mote_recipe_job job_of(const mote_recipe_job *whole, hearing *h, mote_settings *s)
{
    mote_recipe_job one = *whole;
    *s = *whole->settings;
    s->training_.n_seeds = 1;
    one.settings = s;
    one.seeds = NULL;
    one.host.report = report;
    one.host.bad_checkpoint = whole->host.bad_checkpoint ? bad_checkpoint : NULL;
    one.host.arg = h;
    return one;
}

/* The trainings that are one. */
typedef struct {
    const mote_recipe_job *job; /* of the whole */
    mote_settings *own;         /* of the training in hand */
    mote_seeds members;
} ensemble;

static mote_status train_member(ensemble *e, int32_t k, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)8 << 30);
    char checkpoint[PATH_MAX_BYTES];
    hearing h = {.host = &e->job->host,
                 .member = k + 1,
                 .n_members = mote_setting_training(e->job->settings)->n_seeds};
    mote_recipe_job one = job_of(e->job, &h, e->own);
    e->own->training_.config.seed += (uint64_t)k;
    if (one.checkpoint) {
        mote_seeds_checkpoint(one.checkpoint, k, checkpoint, sizeof checkpoint);
        one.checkpoint = checkpoint;
    }
    mote_graph *g = NULL;
    mote_train_result r;
    MOTE_TRY(mote_recipe_new_graph(e->own, e->own->training_.config.seed, &g, err));
    const mote_status st = mote_recipe_train(&one, g, &a, &r, &e->members.folded[k], err);
    mote_graph_destroy(g);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "seed %d of %d", (int)k + 1, (int)h.n_members);
    e->members.val_accuracy[k] = r.history[r.best_epoch].val_accuracy;
    e->members.n = k + 1;
    return MOTE_OK;
}

/* The members are its teachers; those that mote.yaml names were theirs. */
static mote_status train_student(const ensemble *e, mote_graph *g, mote_arena *a,
                                 mote_train_result *result, mote_graph **folded, mote_err *err)
{
    mote_start teachers[MOTE_MAX_SEEDS];
    const mote_seeds *m = &e->members;
    hearing h = {.host = &e->job->host, .n_members = m->n};
    const mote_recipe_job one = job_of(e->job, &h, e->own);
    for (int32_t k = 0; k < m->n; k++) {
        teachers[k] = (mote_start){.graph = m->folded[k]};
        (void)mote_format(teachers[k].name, sizeof teachers[k].name, "seed %d of training.seeds",
                          (int)k + 1);
    }
    e->own->teachers = teachers;
    e->own->training_.teachers.n = (size_t)m->n;
    return mote_recipe_train(&one, g, a, result, folded, err);
}

mote_status mote_seeds_train(const mote_recipe_job *job, mote_graph *g, mote_arena *a,
                             mote_train_result *result, mote_graph **folded, mote_err *err)
{
    const int32_t n = mote_setting_training(job->settings)->n_seeds;
    ensemble e = {.job = job};
    MOTE_BUG_IF(n < 2 || n > MOTE_MAX_SEEDS);
    if (job->seeds)
        mote_seeds_release(job->seeds);
    MOTE_TRY(mote_arena_take(a, 1, sizeof *e.own, &e.own, err));
    mote_status st = MOTE_OK;
    for (int32_t k = 0; k < n && st == MOTE_OK; k++)
        st = train_member(&e, k, err);
    if (st == MOTE_OK)
        st = train_student(&e, g, a, result, folded, err);
    if (st == MOTE_OK && job->seeds)
        *job->seeds = e.members;
    else
        mote_seeds_release(&e.members);
    return st;
}

void mote_seeds_who(const mote_train_progress *p, char out[static 24])
{
    out[0] = '\0';
    if (p->member > 0)
        (void)mote_format(out, 24, "seed %d/%d, ", (int)p->member, (int)p->n_members);
    else if (p->n_members > 0)
        (void)mote_format(out, 24, "student, ");
}

/* ---- what is kept ------------------------------------------------------------------------ */

void mote_seeds_object(int32_t k, bool is_s8, char out[static 24])
{
    (void)mote_format(out, 24, "seed-%d.%s", (int)k + 1, is_s8 ? "s8" : "f32");
}

/* ---- what is said ------------------------------------------------------------------------ */

/* "3 seeds: 93.1 94.0 92.6 %, their student 94.8 %" */
static void put_text(const mote_seeds_spread *s, mote_buf *out)
{
    const mote_metric_row *row = mote_metric_info(s->metric);
    const bool is_share = row->unit == MOTE_UNIT_RATIO;
    const double by = is_share ? 100.0 : 1.0;
    const char *unit = is_share ? " %" : "";
    mote_buf_printf(out, "%d seeds:", (int)s->n);
    for (int32_t k = 0; k < s->n; k++)
        mote_buf_printf(out, is_share ? " %.1f" : " %.4g", by * s->values[k]);
    mote_buf_printf(out, is_share ? "%s, their student %.1f%s" : "%s, their student %.4g%s", unit,
                    by * s->student, unit);
}

static double worse(double a, double b, bool is_higher_better)
{
    return (a < b) == is_higher_better ? a : b;
}

mote_status mote_seeds_to_json(const mote_seeds_spread *s, json_t **out, mote_err *err)
{
    const mote_metric_row *row = mote_metric_info(s->metric);
    double sum = 0.0, squares = 0.0, worst = s->values[0];
    MOTE_SCOPED_JSON *o = json_object();
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 4096);
    MOTE_TRY(mote_json_put(o, "metric", json_string(row->name), err));
    MOTE_TRY(mote_json_put(o, "values", mote_json_numbers(s->values, (size_t)s->n), err));
    for (int32_t k = 0; k < s->n; k++) {
        sum += s->values[k];
        worst = worse(s->values[k], worst, row->is_higher_better);
    }
    const double mean = sum / s->n;
    for (int32_t k = 0; k < s->n; k++)
        squares += (s->values[k] - mean) * (s->values[k] - mean);
    put_text(s, &text);
    MOTE_TRY(mote_buf_status(&text, err));
    MOTE_TRY(mote_json_put(o, "mean", mote_json_number(mean), err));
    MOTE_TRY(mote_json_put(o, "worst", mote_json_number(worst), err));
    MOTE_TRY(mote_json_put(o, "sd", mote_json_number(sqrt(squares / (s->n - 1))), err));
    MOTE_TRY(mote_json_put(o, "student", mote_json_number(s->student), err));
    MOTE_TRY(mote_json_put(o, "text", json_string(text.data), err));
    *out = json_incref(o);
    return MOTE_OK;
}

mote_status mote_seeds_tell(const json_t *spread, mote_buf *out, mote_err *err)
{
    const char *what = "spread over the seeds", *metric = NULL, *text = NULL;
    double mean, worst, sd;
    MOTE_TRY(mote_json_get_str(spread, what, "metric", &metric, err));
    MOTE_TRY(mote_json_get_str(spread, what, "text", &text, err));
    MOTE_TRY(mote_json_get_f64(spread, what, "mean", &mean, err));
    MOTE_TRY(mote_json_get_f64(spread, what, "worst", &worst, err));
    MOTE_TRY(mote_json_get_f64(spread, what, "sd", &sd, err));
    const mote_metric m = mote_metric_find(metric);
    if (m == MOTE_N_METRICS)
        return mote_fail(err, MOTE_PARSE, "%s: there is no metric '%s'", what, metric);
    if (mote_metric_info(m)->unit == MOTE_UNIT_RATIO)
        mote_buf_printf(out,
                        "%s (%s; over the seeds mean %.1f %%, worst %.1f %%, standard deviation "
                        "%.1f points)\n",
                        text, metric, 100.0 * mean, 100.0 * worst, 100.0 * sd);
    else
        mote_buf_printf(out,
                        "%s (%s; over the seeds mean %.4g, worst %.4g, standard deviation %.2g)\n",
                        text, metric, mean, worst, sd);
    return mote_buf_status(out, err);
}
