/* SPDX-License-Identifier: Apache-2.0 */
/* Stage data: freeze what is in the store as a version. Its key names the samples that are there,
 * so it is stale as soon as one is added or erased, unless schedule.retrain.new_samples has them
 * wait (retrain.c). */
#include "pipeline/stages_internal.h"

#include <string.h>

#include "data/builtin.h"
#include "data/facts.h"
#include "data/version.h"
#include "evaluate/json_parts.h"

mote_status mote_stage_data_more(mote_pipeline *p, json_t *components, mote_err *err)
{
    char text[96];
    mote_builtin_plan plan;
    MOTE_TRY(mote_builtin_choose(p->cfg.store, mote_setting_builtin(p->settings), &plan, err));
    if (plan.take) {
        (void)mote_format(text, sizeof text, "%s %u", plan.set, (unsigned)plan.take);
        MOTE_TRY(mote_json_put(components, "builtin", json_string(text), err));
    }
    MOTE_TRY(mote_retrain_samples(p, components, text, err));
    return mote_json_put(components, "samples", json_string(text), err);
}

/* Samples that count in each split. */
static mote_status count_splits(const mote_data_version *v, mote_stage_run *r, mote_err *err)
{
    json_t *splits = json_object();
    mote_stage_set(r, "splits", splits);
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        int64_t n = 0;
        for (size_t i = 0; i < v->n; i++)
            n += mote_version_used(&v->items[i]) && v->items[i].split == (mote_split)s;
        MOTE_TRY(mote_json_put(splits, mote_split_name((mote_split)s), json_integer(n), err));
    }
    return MOTE_OK;
}

/* ---- the built-in set -------------------------------------------------------------------- */

typedef struct {
    mote_pipeline *p;
    const mote_stage_run *r;
} teller;

static void builtin_progress(void *arg, size_t done, size_t total)
{
    teller *t = arg;
    mote_stage_progress(t->p, t->r, (int64_t)done, (int64_t)total, "making other words and noises");
}

static mote_status prepare_builtin(mote_pipeline *p, mote_stage_run *r, mote_builtin_plan *plan,
                                   mote_builtin_report *made, mote_err *err)
{
    teller t = {p, r};
    mote_builtin_config cfg = *mote_setting_builtin(p->settings);
    cfg.now_ms = p->cfg.now_ms();
    cfg.pool = p->cfg.pool;
    cfg.cancel = p->cfg.cancel;
    cfg.progress = builtin_progress;
    cfg.progress_arg = &t;
    return mote_builtin_prepare(p->cfg.store, &cfg, plan, made, err);
}

/* What of a version is built in. */
typedef struct {
    size_t n_words, n_noises, n_spoken;
    char why[MOTE_BUILTIN_WHY_BYTES]; /* words are in training alone; "": not for that reason */
} builtin_count;

static builtin_count count_builtin(const mote_pipeline *p, const mote_builtin_plan *plan,
                                   const mote_data_version *v, const mote_version_config *cfg)
{
    builtin_count n = {0};
    mote_builtin_why(mote_setting_builtin(p->settings), plan, n.why);
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        if (!mote_sample_is_builtin(it->group))
            continue;
        *(it->role == MOTE_ROLE_BACKGROUND        ? &n.n_noises
          : mote_version_asks_for(cfg, it->label) ? &n.n_spoken
                                                  : &n.n_words) += 1;
    }
    return n;
}

static void say_builtin(const builtin_count *n, const mote_builtin_report *made, mote_stage_run *r)
{
    if (n->n_words + n->n_noises + n->n_spoken == 0)
        return;
    mote_stage_set(r, "builtin",
                   json_pack("{s:I, s:I, s:I, s:s, s:s, s:s?}", "spoken", (json_int_t)n->n_spoken,
                             "words", (json_int_t)n->n_words, "noises", (json_int_t)n->n_noises,
                             "made_by", made->engines, "not_installed", made->missing, "why",
                             n->why[0] ? n->why : NULL));
}

/* Examples of a version, but those that are built in: files, and what they hold. */
typedef struct {
    const mote_kind *kind; /* NULL: there are none, or it is not known */
    size_t n_files, n_samples;
} contents;

static contents contents_of(const mote_data_version *v)
{
    contents c = {0};
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].role == MOTE_ROLE_EXAMPLE && !mote_sample_is_builtin(v->items[i].group)) {
            c.kind = v->items[i].kind;
            c.n_files++;
            c.n_samples += mote_version_n(&v->items[i]);
        }
    return c;
}

#define SUMMARY_BYTES 420

/* "v3: 600 clips, 4 background recordings", "v1: 17379 rows in 1 table", and behind it what is
 * built in. */
static void summarise(const mote_data_version *v, bool of_words, const builtin_count *made,
                      char out[static SUMMARY_BYTES])
{
    const size_t n_words = made->n_words, n_noises = made->n_noises;
    const contents c = contents_of(v);
    const char *samples = c.kind && !of_words ? mote_kind_samples(c.kind, c.n_samples) : "clips";
    (void)mote_format(out, SUMMARY_BYTES, "v%lld: %zu %s", (long long)v->number, c.n_samples,
                      samples);
    size_t len = strlen(out);
    if (c.kind && c.kind->n_rows)
        (void)mote_format(out + len, SUMMARY_BYTES - len, " in %zu %s", c.n_files,
                          c.n_files == 1 ? c.kind->one : c.kind->many);
    len = strlen(out);
    if (of_words || v->n_background > 0)
        (void)mote_format(out + len, SUMMARY_BYTES - len, ", %zu background recordings",
                          v->n_background - n_noises);
    len = strlen(out);
    if (v->n_negative > 0)
        (void)mote_format(out + len, SUMMARY_BYTES - len, ", %zu negative recordings",
                          v->n_negative);
    len = strlen(out);
    if (made->n_spoken > 0)
        (void)mote_format(out + len, SUMMARY_BYTES - len,
                          "; by synthetic voices: %zu words (data.spoken)", made->n_spoken);
    len = strlen(out);
    if (n_words > 0)
        (void)mote_format(out + len, SUMMARY_BYTES - len,
                          "; built in, synthetic: %zu other words%s", n_words,
                          n_noises ? "" : " (data.builtin)");
    len = strlen(out);
    if (n_noises > 0)
        (void)mote_format(out + len, SUMMARY_BYTES - len, "%s %zu noises (data.builtin)",
                          n_words ? "," : "; built in, synthetic:", n_noises);
    len = strlen(out);
    if (n_words > 0 && made->why[0])
        (void)mote_format(out + len, SUMMARY_BYTES - len, "; those in training alone: %s",
                          made->why);
}

mote_status mote_stage_data_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    mote_version_config cfg = *mote_setting_version(p->settings);
    cfg.now_ms = p->cfg.now_ms();
    mote_builtin_plan plan;
    mote_builtin_report made;
    MOTE_TRY(prepare_builtin(p, r, &plan, &made, err));
    cfg.builtin = plan.take;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)4 << 30);
    mote_data_version v;
    mote_version_report report;
    MOTE_TRY(mote_version_create(p->cfg.store, &cfg, &a, &v, &report, err));
    mote_data_facts facts;
    MOTE_TRY(mote_data_facts_of(&v, &cfg, &a, &facts, err));
    char hex[MOTE_SHA256_HEX_BYTES], summary[SUMMARY_BYTES + 48];
    mote_sha256_hex(&v.id, hex);
    size_t n_clips = v.n - v.n_background - v.n_negative;
    const builtin_count n_made = count_builtin(p, &plan, &v, &cfg);
    say_builtin(&n_made, &made, r);
    summarise(&v, cfg.of_words, &n_made, summary);
    if (facts.n_unused > 0)
        (void)mote_format(summary + strlen(summary), sizeof summary - strlen(summary),
                          "; %zu clips unused (words held apart)", facts.n_unused);
    mote_stage_set(r, "summary", json_string(summary));
    mote_stage_set(r, "version", json_string(hex));
    mote_stage_set(r, "number", json_integer(v.number));
    mote_stage_set(r, "clips", json_integer((json_int_t)n_clips));
    mote_stage_set(r, "background", json_integer((json_int_t)v.n_background));
    mote_stage_set(r, "duplicates", json_integer((json_int_t)report.n_duplicates));
    mote_stage_set(r, "contradictions", json_integer((json_int_t)report.n_contradictions));
    mote_stage_set(r, "facts", mote_data_facts_json(&facts));
    return count_splits(&v, r, err);
}
