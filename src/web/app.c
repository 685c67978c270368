/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to the route that answers it. */
#include "web/app.h"

#include <string.h>

static void reply_no_route(const mote_http_request *rq, uint32_t allowed, mote_http_reply *rp)
{
    if (allowed == 0) {
        mote_http_reply_error(rp, 404,
                              "Not Found: there is nothing at '%.200s'; GET / lists what there is",
                              rq->path);
        return;
    }
    char allow[96];
    mote_route_allow(allowed, allow, sizeof allow);
    mote_buf_printf(rp->headers, "Allow: %s\r\n", allow);
    if (rq->method == MOTE_HTTP_OPTIONS)
        rp->code = 204;
    else
        mote_http_reply_error(rp, 405, "Method Not Allowed: '%.200s' takes %s", rq->path, allow);
}

/* A name that no text can have must not become an unknown one, nor a setting of the query that
 * cannot be read an absent one. */
static bool has_readable_target(const mote_http_request *rq, mote_http_reply *rp)
{
    const char *what = mote_http_decode(rq->arena, rq->path, strlen(rq->path)) ? NULL : "path";
    if (!what && !mote_http_decode(rq->arena, rq->query, strlen(rq->query)))
        what = "query";
    if (what)
        mote_http_reply_error(
            rp, 400, "the %s of the request is not percent-encoded UTF-8 without 0 bytes", what);
    return what == NULL;
}

/* The first app that has the path; NULL, and out->allowed 0, when none has. */
static const mote_app *find(const mote_door *d, const mote_http_request *rq, mote_route_match *out)
{
    *out = (mote_route_match){0};
    for (size_t i = 0; i < d->n_apps; i++) {
        const mote_app *app = &d->apps[i];
        size_t n = strlen(app->prefix);
        if (strncmp(rq->path, app->prefix, n) != 0)
            continue;
        mote_route_find(app->routes, app->n_routes, rq, n, out);
        if (out->allowed)
            return app;
    }
    return NULL;
}

/* Would it keep a serving thread for long? Decided before any of the work is done. */
static bool is_for_worker(const mote_route *route, const mote_http_request *rq)
{
    if (route->flags & MOTE_ROUTE_BLOCKS)
        return true;
    if (route->inline_bytes && rq->body_bytes > route->inline_bytes)
        return true;
    const char *resample = mote_http_query_find(rq, "resample");
    return (route->flags & MOTE_ROUTE_CONVERTS) && resample && strcmp(resample, "0") != 0;
}

bool mote_door_handle(void *door, const mote_http_request *rq, mote_http_reply *rp)
{
    const mote_door *d = door;
    mote_route_match m;
    if (!has_readable_target(rq, rp))
        return true;
    const mote_app *app = find(d, rq, &m);
    const mote_route *route = m.route;
    if (route && (route->flags & MOTE_ROUTE_CHANGES) && !mote_site_may_change(&d->site, rq, rp))
        return true;
    if (route && app->guard && !app->guard(app->context, rq, route, rp))
        return true;
    if (route && rq->thread >= 0 && is_for_worker(route, rq))
        return false;
    if (route)
        route->handler(app->context, rq, m.params, rp);
    else
        reply_no_route(rq, m.allowed, rp);
    mote_site_share(&d->site, rq, m.allowed, rp);
    return true;
}
