/* SPDX-License-Identifier: Apache-2.0 */
/* The report page: its parts in the order in which a reader asks. See report.h. */
#include "web/report.h"

#include "web/report_figure.h"
#include "web/report_internal.h"

static void head(const mote_report *r, mote_buf *out)
{
    mote_buf_str(out, "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta "
                      "name=viewport content=\"width=device-width,initial-scale=1\"><title>");
    mote_buf_html(out, r->project->name);
    mote_buf_str(out, ": report</title><style>");
    mote_buf_str(out, mote_report_css);
    mote_buf_str(out, "</style></head><body>\n<p class=head>Mote: report on ");
    mote_buf_html(out, r->project->name);
    mote_buf_str(out, ", ");
    mote_buf_html(out, r->made_at);
    mote_buf_str(out, "</p>\n<main>");
}

mote_status mote_report_html(const mote_report *r, mote_buf *out, mote_err *err)
{
    if (r->n_laps == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "there is nothing to report yet, see 'mote run'");
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)256 << 20);
    size_t start = out->len;
    head(r, out);
    report_answers(r, out);
    MOTE_TRY(report_changes(r, out, err));
    report_requirements(r, out);
    MOTE_TRY(report_in_use(r, &a, out, err));
    MOTE_TRY(report_sounds(r, &a, out, err));
    report_figures(r, out);
    MOTE_TRY(report_shown(r, &a, out, err));
    MOTE_TRY(report_alarms(r, &a, out, err));
    report_confusion(r, out);
    MOTE_TRY(report_position(r, &a, out, err));
    MOTE_TRY(report_stream(r, &a, out, err));
    MOTE_TRY(report_outside(r, &a, out, err));
    MOTE_TRY(report_training(r, &a, out, err));
    report_made(r, out);
    mote_buf_str(out, "</main><footer>Made by Mote " MOTE_VERSION " at ");
    mote_buf_html(out, r->made_at);
    mote_buf_str(out, ".</footer>\n</body></html>\n");
    MOTE_TRY(mote_buf_status(out, err));
    if (out->len - start > MOTE_REPORT_MAX_BYTES)
        return mote_fail(err, MOTE_LIMIT, "the report has %zu bytes, over its limit of %zu",
                         out->len - start, MOTE_REPORT_MAX_BYTES);
    return MOTE_OK;
}
