/* SPDX-License-Identifier: Apache-2.0 */
/* What there is, over HTTP: how much data (`mote data show`), and the report (`mote report`). */
#include <string.h>

#include "base/clock.h"
#include "data/builtin.h"
#include "data/summary.h"
#include "project/part.h"
#include "project/project.h"
#include "web/project_internal.h"
#include "web/report_gather.h"

#define MOST_BYTES ((size_t)256 << 20)

/* ---- data ------------------------------------------------------------------------------------ */

static void label_row(const char *name, const mote_label_summary *l, mote_buf *out)
{
    mote_buf_str(out, "<tr><th scope=row>");
    mote_buf_html(out, name);
    mote_buf_printf(out, "</th><td class=r>%zu</td><td class=r>%zu</td><td class=r>%.1f</td>", l->n,
                    l->n_groups, (double)l->duration_us / 1e6);
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        mote_buf_printf(out, "<td class=r>%zu</td>", l->in_split[s]);
    mote_buf_str(out, "</tr>\n");
}

static void write_page(const mote_data_summary *s, const char *why, mote_http_reply *rp)
{
    mote_buf *b = rp->body;
    mote_project_page_begin(rp, "Data", "How much is there of each label, by how many?");
    mote_buf_str(b, "<div class=\"card wrap\"><table><tr><th>Label</th><th class=r>Recordings</th>"
                    "<th class=r>Groups</th><th class=r>Seconds</th><th class=r>Train</th>"
                    "<th class=r>Validation</th><th class=r>Test</th></tr>\n");
    for (size_t i = 0; i < s->n_labels; i++)
        label_row(s->labels[i].label, &s->labels[i], b);
    label_row("all", &s->total, b);
    mote_buf_str(b, "</table></div>\n");
    mote_buf_printf(b, "<p class=says>Backgrounds: <b>%zu</b>, %.1f s.</p>\n", s->n_background,
                    (double)s->background_us / 1e6);
    mote_buf_printf(b,
                    "<p class=says>Negatives, in which nothing that is asked for happens: "
                    "<b>%zu</b>, %.2f h: %.2f train, %.2f validation, %.2f test.</p>\n",
                    s->n_negative, (double)s->negative_us / 3.6e9,
                    (double)s->negative_in_us[MOTE_SPLIT_TRAIN] / 3.6e9,
                    (double)s->negative_in_us[MOTE_SPLIT_VALIDATION] / 3.6e9,
                    (double)s->negative_in_us[MOTE_SPLIT_TEST] / 3.6e9);
    if (*why)
        mote_buf_printf(b, "<p class=says>Synthetic other words are in training: %s.</p>\n", why);
    mote_project_page_end(rp);
}

static mote_status show_data(mote_project_api *p, const mote_http_request *rq, mote_http_reply *rp,
                             json_t **out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_store *store = NULL;
    mote_project *project = NULL;
    mote_data_summary s;
    char name[32], why[MOTE_BUILTIN_WHY_BYTES] = "";
    const char *version = mote_http_query_find(rq, "version");
    mote_arena_init(&a, MOST_BYTES);
    MOTE_TRY(mote_project_api_store(p, rq, &store, err));
    MOTE_TRY(mote_project_load(p->dir, &a, &project, NULL, err));
    if (version) {
        mote_data_version v;
        MOTE_TRY(mote_version_load(store, version, &a, &v, err));
        MOTE_TRY(mote_summary_of_version(&v, NULL, 0, &a, &s, err));
        (void)mote_format(name, sizeof name, "v%lld", (long long)v.number);
    } else {
        MOTE_TRY(mote_summary_of_store(store, NULL, 0, &a, &s, err));
        MOTE_TRY(mote_builtin_why_now(store, project, why, err));
    }
    if (mote_project_page_is_asked(rq, rp))
        write_page(&s, why, rp);
    else
        *out = mote_summary_json(&s, version ? name : NULL, &project->words, why);
    return MOTE_OK;
}

void mote_project_api_data(void *context, const mote_http_request *rq, const char *const *params,
                           mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    const mote_status st = show_data(context, rq, rp, &document, &err);
    if (st != MOTE_OK || rp->body->len == 0)
        mote_project_api_reply(rp, st, document, &err);
}

/* ---- the report ------------------------------------------------------------------------------ */

static mote_status make_report(mote_project_api *p, const mote_http_request *rq, mote_buf *out,
                               mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_store *s = NULL;
    mote_project *project = NULL;
    mote_project view;
    int64_t n_laps = 2;
    const char *versions = mote_http_query_find(rq, "versions");
    mote_arena_init(&a, MOST_BYTES);
    if (versions && (!mote_parse_i64(versions, strlen(versions), &n_laps) || n_laps < 1 ||
                     n_laps > MOTE_REPORT_MAX_LAPS))
        return mote_fail(err, MOTE_ARG, "versions '%.40s': the range is 1 to %d", versions,
                         MOTE_REPORT_MAX_LAPS);
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_project_load(p->dir, &a, &project, NULL, err));
    mote_reader_view(project, MOTE_READER_monitor, &view);
    const mote_report_config cfg = {.project = project,
                                    .false_alarm = view.monitor.false_alarm,
                                    .n_laps = (size_t)n_laps,
                                    .now_ms = mote_clock_wall_ms()};
    return mote_report_make(s, &cfg, out, err);
}

void mote_project_api_report(void *context, const mote_http_request *rq, const char *const *params,
                             mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    MOTE_SCOPED_BUF page;
    mote_buf_init(&page, 2 * MOTE_REPORT_MAX_BYTES);
    if (make_report(context, rq, &page, &err) != MOTE_OK) {
        mote_http_reply_err(rp, &err);
        return;
    }
    rp->content_type = "text/html; charset=utf-8";
    mote_buf_str(rp->headers, "Content-Security-Policy: default-src 'none'; style-src "
                              "'unsafe-inline'; img-src data:; media-src data:; frame-ancestors "
                              "'none'\r\nX-Content-Type-Options: nosniff\r\n");
    mote_buf_add(rp->body, page.data, page.len);
}
