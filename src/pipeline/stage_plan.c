/* SPDX-License-Identifier: Apache-2.0 */
/* Stage plan: everything that is checked before training, because training would be in vain: what
 * data.require asks of the data, by the same function as 'mote data check', and whether the model
 * will fit the device. A gate of training (stages.c): what it reads makes it stale and nothing
 * else. */
#include "pipeline/fits.h"
#include "pipeline/recipe.h"
#include "pipeline/stages_internal.h"

static mote_status keep_findings(mote_stage_run *r, const mote_check_report *found, mote_err *err)
{
    json_t *list = json_array();
    mote_stage_set(r, "findings", list);
    for (size_t i = 0; i < found->n; i++) {
        const mote_finding *f = &found->findings[i];
        json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "id", f->id, "severity",
                              mote_finding_severity_name(f->severity), "text", f->text, "remedy",
                              f->remedy);
        if (json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the findings");
    }
    return MOTE_OK;
}

/* UNMET, with everything that is missing and what to do about it, in one message. */
static mote_status refuse(const mote_check_report *found, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        const mote_finding *f = &found->findings[i];
        if (!f->is_required)
            continue;
        mote_buf_printf(&b, "%s%s", n++ ? "; " : "", f->text);
        for (size_t k = 0; k < f->n_examples; k++)
            mote_buf_printf(&b, "%s%s", k ? ", " : " (", f->examples[k]);
        mote_buf_printf(&b, "%s: %s", f->n_examples > 0 ? ")" : "", f->remedy);
    }
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_fail(err, MOTE_UNMET, "%s; 'mote data check' tells more", b.data);
}

typedef struct {
    mote_pipeline *p;
    const mote_stage_run *r;
} planning;

static void on_progress(void *arg, size_t done, size_t total)
{
    const planning *q = arg;
    mote_stage_progress(q->p, q->r, (int64_t)done, (int64_t)total, "checking the recordings");
}

static mote_status check_data(mote_pipeline *p, mote_stage_run *r, mote_check_report *found,
                              mote_arena *a, mote_err *err)
{
    planning q = {p, r};
    mote_check_config cfg = *mote_setting_check(p->settings);
    cfg.cancel = p->cfg.cancel;
    cfg.cache = p->decoded;
    cfg.progress = on_progress;
    cfg.progress_arg = &q;
    MOTE_TRY(mote_data_check(p->cfg.store, &cfg, a, found, err));
    if (found->n_required > 0)
        return refuse(found, err);
    return keep_findings(r, found, err);
}

static mote_status check_device(mote_pipeline *p, mote_footprint *out, mote_err *err)
{
    mote_graph *g = NULL;
    MOTE_TRY(mote_recipe_new_graph(p->settings, 0, &g, err));
    mote_status st = mote_fits_check(p->settings, g, out, err);
    mote_graph_destroy(g);
    return st;
}

mote_status mote_stage_plan_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 30);
    mote_check_report found;
    mote_footprint f;
    MOTE_TRY(check_device(p, &f, err)); /* first: it takes no time */
    MOTE_TRY(check_data(p, r, &found, &a, err));
    char summary[160], flash[24], ram[24];
    mote_human_bytes((uint64_t)f.flash_bytes, flash, sizeof flash);
    mote_human_bytes((uint64_t)f.ram_bytes, ram, sizeof ram);
    (void)mote_format(summary, sizeof summary,
                      "%zu %s checked, warnings: %zu; about %s of flash and %s of RAM on %s",
                      found.n_samples, found.many, found.n_warnings + found.n_errors, flash, ram,
                      mote_setting_device(p->settings)->target);
    mote_stage_set(r, "summary", json_string(summary));
    mote_stage_set(r, "footprint",
                   json_pack("{s:I, s:I, s:I, s:I}", "arena_bytes", (json_int_t)f.arena_bytes,
                             "ram_bytes", (json_int_t)f.ram_bytes, "flash_bytes",
                             (json_int_t)f.flash_bytes, "macs", (json_int_t)f.macs));
    return MOTE_OK;
}
