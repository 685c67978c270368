/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of other sites, which a browser on this machine may show, and what they may do here.
 *
 * A page can make the browser POST to any address, 127.0.0.1 included, and the server cannot tell
 * it from a program but by what browsers add: Origin and Sec-Fetch-Site, which pages cannot forge.
 * A page can also point its own name at 127.0.0.1 (DNS rebinding); its requests then look like
 * those of the same site, but carry its name as Host. And without asking first (a CORS preflight) a
 * page can send only three types of content, none of them JSON. Each of the three is looked at. */
#include "web/app.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_listed(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* ---- Host ---- */

/* The name of "name:port" or "[v6]:port" into out; false when it does not fit. */
static bool host_name(const char *host, char *out, size_t out_bytes)
{
    bool is_v6 = host[0] == '[';
    size_t n = is_v6 ? strcspn(host + 1, "]") : strcspn(host, ":");
    if (n >= out_bytes)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = host[i + is_v6];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    out[n] = '\0';
    return true;
}

/* An address is no name that could be pointed elsewhere. */
static bool is_our_host(const mote_site *site, const char *host)
{
    char name[256];
    struct in_addr v4;
    struct in6_addr v6;
    return host && host_name(host, name, sizeof name) &&
           (strcmp(name, "localhost") == 0 || inet_pton(AF_INET, name, &v4) == 1 ||
            inet_pton(AF_INET6, name, &v6) == 1 || is_listed(site->hosts, site->n_hosts, name));
}

/* ---- Origin ---- */

static bool is_own_origin(const mote_http_request *rq, const char *origin)
{
    const char *host = mote_http_header_find(rq, "host"), *at = strstr(origin, "://");
    return at && host && strcmp(at + 3, host) == 0;
}

static bool is_cross_site(const mote_site *site, const mote_http_request *rq)
{
    const char *origin = mote_http_header_find(rq, "origin");
    const char *fetch = mote_http_header_find(rq, "sec-fetch-site");
    if (origin)
        return !is_own_origin(rq, origin) && !is_listed(site->origins, site->n_origins, origin);
    return fetch && strcmp(fetch, "same-origin") != 0 && strcmp(fetch, "none") != 0;
}

/* ---- the type of content ---- */

static bool starts_with(const char *s, const char *lower)
{
    for (; *lower; s++, lower++)
        if ((*s >= 'A' && *s <= 'Z' ? *s + 32 : *s) != *lower)
            return false;
    return true;
}

static bool is_unasked_type(const char *type)
{
    return type && (starts_with(type, "text/plain") ||
                    starts_with(type, "application/x-www-form-urlencoded") ||
                    starts_with(type, "multipart/form-data"));
}

bool mote_site_may_change(const mote_site *site, const mote_http_request *rq, mote_http_reply *rp)
{
    const char *host = mote_http_header_find(rq, "host");
    const char *type = mote_http_header_find(rq, "content-type");
    if (is_cross_site(site, rq))
        mote_http_reply_error(rp, 403,
                              "a page of another site may not do this; one that may belongs into "
                              "serving.origins of mote.yaml");
    else if (!is_our_host(site, host))
        mote_http_reply_error(rp, 403,
                              "this server is not known as '%.100s' here: use its address, or add "
                              "the name to serving.hosts of mote.yaml",
                              host ? host : "");
    else if (is_unasked_type(type))
        mote_http_reply_error(rp, 415,
                              "a request that changes something has no body, or one of the type "
                              "application/json, not '%.100s'",
                              type);
    else
        return true;
    return false;
}

void mote_site_share(const mote_site *site, const mote_http_request *rq, uint32_t allowed,
                     mote_http_reply *rp)
{
    const char *origin = mote_http_header_find(rq, "origin");
    bool any = is_listed(site->origins, site->n_origins, "*");
    if (site->n_origins == 0)
        return;
    if (!any)
        mote_buf_str(rp->headers, "Vary: Origin\r\n");
    if (!origin || !(any || is_listed(site->origins, site->n_origins, origin)))
        return;
    mote_buf_printf(rp->headers, "Access-Control-Allow-Origin: %s\r\n", any ? "*" : origin);
    mote_buf_str(rp->headers, "Access-Control-Expose-Headers: Inference-Header-Content-Length\r\n");
    if (rq->method != MOTE_HTTP_OPTIONS)
        return;
    char methods[96];
    mote_route_allow(allowed, methods, sizeof methods);
    mote_buf_printf(rp->headers,
                    "Access-Control-Allow-Methods: %s\r\n"
                    "Access-Control-Allow-Headers: Content-Type, Content-Encoding, Mote-Consent, "
                    "X-Request-Id, Inference-Header-Content-Length\r\n"
                    "Access-Control-Max-Age: 600\r\n",
                    methods);
}
