/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by run, train, evaluate and status. See loop.h. */
#include "cli/loop.h"

#include <string.h>

#include "base/clock.h"
#include "pipeline/remarks.h"

/* ---- the pipeline with a bar ------------------------------------------------------------- */

void mote_loop_bar_end(mote_loop_bar *bar)
{
    if (bar->is_open)
        mote_progress_end(&bar->progress, NULL);
    bar->is_open = false;
}

static void on_progress(void *arg, mote_stage_id stage, int64_t done, int64_t total,
                        const char *note)
{
    mote_loop_bar *bar = arg;
    if (!bar->is_open || bar->stage != stage || bar->progress.total != total) {
        mote_loop_bar_end(bar);
        mote_progress_start(&bar->progress, bar->cli, mote_stage_name(stage), total);
        bar->stage = stage;
        bar->is_open = true;
    }
    mote_progress_update(&bar->progress, done, "%s", note);
}

static void on_warning(void *arg, const char *text)
{
    mote_loop_bar *bar = arg;
    mote_loop_bar_end(bar);
    mote_tell(bar->cli, "mote: %s\n", text);
}

mote_pipeline_config mote_loop_config(mote_cli *cli, mote_loop_bar *bar)
{
    *bar = (mote_loop_bar){.cli = cli};
    return (mote_pipeline_config){.store = cli->store,
                                  .project = cli->project,
                                  .pool = cli->pool,
                                  .cancel = cli->cancel,
                                  .progress = on_progress,
                                  .progress_arg = bar,
                                  .now_ms = mote_clock_wall_ms,
                                  .warn = on_warning};
}

mote_status mote_loop_open(mote_cli *cli, mote_loop_bar *bar, mote_pipeline **out, mote_err *err)
{
    const mote_pipeline_config cfg = mote_loop_config(cli, bar);
    return mote_pipeline_create(&cfg, out, err);
}

/* What stage compile has to say of settings that do not suit the target. */
static void say_hints(mote_cli *cli, const json_t *hints)
{
    for (size_t i = 0; i < json_array_size(hints); i++) {
        const char *text = json_string_value(json_object_get(json_array_get(hints, i), "text"));
        if (text != NULL)
            mote_say(cli, "hint: %s\n", text);
    }
}

mote_status mote_loop_run(mote_pipeline *p, mote_loop_bar *bar, mote_stage_id last, bool force,
                          mote_err *err)
{
    mote_stage_status before[MOTE_N_STAGES];
    MOTE_TRY(mote_pipeline_status(p, before, err));
    mote_status st = MOTE_OK;
    /* One stage at a time, so that each is reported as soon as it is done. */
    for (int i = 0; st == MOTE_OK && i <= (int)last; i++) {
        mote_stage_id id = (mote_stage_id)i;
        st = mote_pipeline_run(p, id, force && id == last, err);
        mote_loop_bar_end(bar);
        const mote_stage_result *r = NULL;
        if (st == MOTE_OK)
            st = mote_pipeline_result(p, id, &r, err);
        if (st != MOTE_OK)
            break;
        bool ran = before[i].state != MOTE_STAGE_FRESH || (force && id == last);
        const char *summary = json_string_value(json_object_get(r->output, "summary"));
        mote_say(bar->cli, "%-9s %-6s %s\n", mote_stage_name(id), ran ? "ran" : "fresh",
                 summary ? summary : "");
        say_hints(bar->cli, json_object_get(r->output, "hints"));
        if (!bar->cli->json)
            fflush(bar->cli->out);
    }
    return st;
}

/* ---- requirements ------------------------------------------------------------------------ */

mote_status mote_loop_facts(mote_pipeline *p, const json_t **out, mote_err *err)
{
    const mote_stage_result *r = NULL;
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_data, &r, err));
    *out = json_object_get(r->output, "facts");
    return MOTE_OK;
}

void mote_loop_say_facts(mote_cli *cli, const json_t *facts)
{
    const json_t *missing = json_object_get(facts, "missing");
    const char *advice = json_string_value(json_object_get(facts, "advice"));
    if (json_array_size(missing) == 0 && !advice)
        return;
    mote_say(cli, "\nwhat the data cannot show\n");
    for (size_t i = 0; i < json_array_size(missing); i++)
        mote_say(cli, "  %s\n", json_string_value(json_array_get(missing, i)));
    if (advice)
        mote_say(cli, "  advice: %s\n", advice);
}

void mote_loop_say_verdicts(mote_cli *cli, const mote_verdicts *all, const json_t *remarks)
{
    for (size_t i = 0; i < all->n; i++) {
        mote_buf b;
        mote_buf_init(&b, 4096);
        mote_verdict_text(&all->items[i], &b);
        if (b.status == MOTE_OK)
            mote_say(cli, "  %s\n", b.data);
        cli->is_cut |= b.status != MOTE_OK;
        mote_buf_release(&b);
    }
    MOTE_SCOPED_BUF beside;
    mote_buf_init(&beside, 1u << 20);
    mote_remarks_text(remarks, "  ", &beside);
    cli->is_cut |= beside.status != MOTE_OK;
    if (beside.status == MOTE_OK && beside.len > 0)
        mote_say(cli, "%s", beside.data);
}
