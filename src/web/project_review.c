/* SPDX-License-Identifier: Apache-2.0 */
/* The review list over HTTP: what `mote data review` does (data/review.h), and a page on which one
 * listens and takes or drops. */
#include "data/review.h"

#include <string.h>

#include "base/clock.h"
#include "base/unicode.h"
#include "project/project.h"
#include "web/project_internal.h"
#include "web/wish_body.h"

#define MOST_BYTES  ((size_t)256 << 20)
#define SOUND_BYTES ((size_t)64 << 20)

/* ---- the list -------------------------------------------------------------------------------- */

static void row(const mote_review_item *r, mote_buf *out)
{
    const bool is_miss = r->what == MOTE_REVIEW_MISS;
    mote_buf_printf(out,
                    "<tr data-n=%lld><td>%lld</td><td>%s</td><td><audio controls preload=none "
                    "src=\"/v1/project/review/%lld\"></audio></td><td>",
                    (long long)r->id, (long long)r->id,
                    is_miss ? "missed" : "heard, and nobody said it", (long long)r->id);
    if (is_miss && !r->is_taken) {
        mote_buf_str(out, "<input aria-label=\"what was said\" value=\"");
        mote_buf_html(out, r->label);
        mote_buf_str(out, "\">");
    } else {
        mote_buf_html(out, *r->label ? r->label : "—");
    }
    mote_buf_str(out, "</td><td>");
    mote_buf_html(out, r->source);
    mote_buf_str(out, "<span>by ");
    mote_buf_html(out, r->who);
    mote_buf_str(out, "</span></td><td>");
    if (r->is_taken)
        mote_buf_str(out, "in the data");
    else
        mote_buf_str(out, "<button data-do=take>Take into training</button> <button "
                          "data-do=drop>Drop</button><span class=said role=status></span>");
    mote_buf_str(out, "</td></tr>\n");
}

static void write_page(const mote_review_item *items, size_t n, mote_http_reply *rp)
{
    mote_project_page_begin(
        rp, "Review list",
        "What did people mark as wrong in use, and is it so? What is taken "
        "becomes an example of its word, or of other words, in training alone.");
    if (n == 0)
        mote_buf_str(rp->body, "<div class=card>Nothing waits: <code>mote listen --record "
                               "DIR</code> keeps what is marked, <code>mote data review add "
                               "DIR</code> puts it here.</div>\n");
    else {
        mote_buf_str(rp->body, "<div class=\"card wrap\"><table><tr><th>Number</th><th>Marked</th>"
                               "<th>Sound</th><th>Word</th><th>From</th><th></th></tr>\n");
        for (size_t i = 0; i < n; i++)
            row(&items[i], rp->body);
        mote_buf_str(rp->body, "</table></div>\n<p class=says><code>mote run</code> learns from "
                               "what was taken and compares before and after on the same test; "
                               "<code>mote data undo</code> takes it out again.</p>\n");
    }
    mote_project_page_end(rp);
}

static mote_status list(mote_project_api *p, const mote_http_request *rq, mote_http_reply *rp,
                        json_t **out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_store *s = NULL;
    mote_review_item *items = NULL;
    size_t n = 0;
    const char *all = mote_http_query_find(rq, "all");
    mote_arena_init(&a, MOST_BYTES);
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_review_list(s, all && strcmp(all, "0") != 0, &a, &items, &n, err));
    if (mote_project_page_is_asked(rq, rp))
        write_page(items, n, rp);
    else
        *out = mote_review_list_json(items, n);
    return MOTE_OK;
}

void mote_project_api_review(void *context, const mote_http_request *rq, const char *const *params,
                             mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    const mote_status st = list(context, rq, rp, &document, &err);
    if (st != MOTE_OK || rp->body->len == 0)
        mote_project_api_reply(rp, st, document, &err);
}

/* ---- one of them ----------------------------------------------------------------------------- */

static mote_status get_sound(mote_project_api *p, const mote_http_request *rq, const char *number,
                             mote_http_reply *rp, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_FREE char *bytes = NULL;
    mote_store *s = NULL;
    mote_review_item *items = NULL;
    size_t n = 0, i = 0, n_bytes = 0;
    int64_t id = 0;
    mote_arena_init(&a, MOST_BYTES);
    if (!mote_parse_i64(number, strlen(number), &id))
        return mote_fail(err, MOTE_NOT_FOUND, "'%.40s' is no number of the review list", number);
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_review_list(s, true, &a, &items, &n, err));
    while (i < n && items[i].id != id)
        i++;
    if (i == n)
        return mote_fail(err, MOTE_NOT_FOUND, "number %lld is not on the review list",
                         (long long)id);
    MOTE_TRY(mote_object_get(s, &items[i].object, SOUND_BYTES, &bytes, &n_bytes, err));
    mote_buf_add(rp->body, bytes, n_bytes);
    return mote_buf_status(rp->body, err);
}

void mote_project_api_review_sound(void *context, const mote_http_request *rq,
                                   const char *const *params, mote_http_reply *rp)
{
    mote_err err = {0};
    rp->content_type = "audio/wav";
    if (get_sound(context, rq, params[0], rp, &err) != MOTE_OK)
        mote_http_reply_err(rp, &err);
}

/* ---- changes --------------------------------------------------------------------------------- */

/* One change of the list, under the project's lock. */
typedef struct {
    mote_store *store;
    mote_project *project;
    mote_wish_body body;
    mote_review_by by;
    mote_arena *arena;
} change;

static mote_status add(const mote_project_api *p, const mote_http_request *rq, change *c,
                       json_t **out, mote_err *err)
{
    mote_review_added r;
    const char *path = NULL;
    MOTE_TRY(mote_project_api_place(p, rq, c->body.path, &path, err));
    MOTE_TRY(mote_review_add(c->store, &c->by, path, &r, err));
    *out = mote_review_added_json(&r);
    return MOTE_OK;
}

static mote_status take_or_drop(mote_wish_route route, change *c, json_t **out, mote_err *err)
{
    const mote_review_wish wish = {c->body.numbers, c->body.n};
    const char *label = c->body.label;
    char *normal = NULL;
    mote_review_taken r;
    size_t n = 0;
    if (route == MOTE_WISH_TAKE) {
        if (label) {
            MOTE_TRY(mote_text_nfc(label, strlen(label), c->arena, &normal, err));
            label = normal;
        }
        MOTE_TRY(mote_review_take(c->store, &c->by, &wish, label, &r, err));
        *out = mote_review_taken_json(&r);
        return MOTE_OK;
    }
    MOTE_TRY(mote_review_drop(c->store, &wish, &n, err));
    *out = mote_review_dropped_json(n);
    return MOTE_OK;
}

static mote_status do_change(mote_project_api *p, const mote_http_request *rq,
                             mote_wish_route route, mote_lock *lock, json_t **out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    change c = {.arena = &a};
    mote_arena_init(&a, MOST_BYTES);
    MOTE_TRY(mote_wish_body_read(rq, route, &c.body, err));
    MOTE_TRY(mote_project_load(p->dir, &a, &c.project, NULL, err));
    MOTE_TRY(mote_project_api_open_to_write(p, rq, &c.store, lock, err));
    c.by = (mote_review_by){c.project, c.body.who ? c.body.who : "http", mote_clock_wall_ms()};
    return route == MOTE_WISH_ADD ? add(p, rq, &c, out, err) : take_or_drop(route, &c, out, err);
}

static void reply_change(mote_project_api *p, const mote_http_request *rq, mote_wish_route route,
                         mote_http_reply *rp)
{
    mote_err err = {0};
    mote_lock lock = {.fd = -1};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    const mote_status st = do_change(p, rq, route, &lock, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
}

void mote_project_api_review_add(void *context, const mote_http_request *rq,
                                 const char *const *params, mote_http_reply *rp)
{
    (void)params;
    reply_change(context, rq, MOTE_WISH_ADD, rp);
}

void mote_project_api_review_take(void *context, const mote_http_request *rq,
                                  const char *const *params, mote_http_reply *rp)
{
    (void)params;
    reply_change(context, rq, MOTE_WISH_TAKE, rp);
}

void mote_project_api_review_drop(void *context, const mote_http_request *rq,
                                  const char *const *params, mote_http_reply *rp)
{
    (void)params;
    reply_change(context, rq, MOTE_WISH_DROP, rp);
}
