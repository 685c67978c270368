/* SPDX-License-Identifier: Apache-2.0 */
/* The page at '/': what this is, for the person who typed the address into a browser. Programs get
 * the same as JSON (api.c). One page, nothing is fetched from elsewhere. */
#include "web/api_internal.h"

#include <string.h>

static const char style[] =
    "<style>:root{color-scheme:light dark;--bg:#f4f5f7;--surface:#fff;--line:#dde1e7;--ink:#161a20;"
    "--ink2:#454e5c;--accent:#2459cd}@media(prefers-color-scheme:dark){:root{--bg:#0e1115;"
    "--surface:#161a20;--line:#29303a;--ink:#e9ecf1;--ink2:#b7c0cc;--accent:#8db0f8}}"
    "body{font:15px/23px Inter,\"Segoe UI\",-apple-system,Roboto,\"Noto Sans\",\"Liberation Sans\","
    "Arial;background:var(--bg);color:var(--ink);margin:0 auto;max-width:1128px;padding:24px}"
    "h1{font-size:26px;line-height:32px}h2{font-size:16px;margin-top:32px}p{color:var(--ink2)}"
    "table{border-collapse:collapse;width:100%;background:var(--surface)}"
    "td,th{padding:4px 12px;border:1px solid var(--line);text-align:left;vertical-align:top}"
    "pre,code{font:13px/20px \"SF Mono\",\"Cascadia Mono\",Consolas,Menlo,monospace}"
    "pre{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:12px;"
    "overflow-x:auto}td{overflow-wrap:anywhere}a{color:var(--accent)}</style>";

static void add_models(const mote_model_set *set, mote_buf *b)
{
    mote_buf_str(b, "<h2>Which models answer?</h2><table><tr><th>model<th>version<th>takes"
                    "<th>says<th>from</tr>");
    for (int32_t i = 0; i < set->n; i++) {
        const mote_served *s = set->items[i];
        mote_buf_str(b, "<tr><td>");
        mote_buf_html(b, s->name);
        mote_buf_str(b, "<td>");
        mote_buf_html(b, s->version);
        mote_buf_str(b, "<td>");
        s->intake->describe(s, b);
        mote_buf_str(b, "<td>");
        for (int32_t k = 0; k < s->n_labels; k++) {
            mote_buf_str(b, k ? ", " : "");
            mote_buf_html(b, mote_model_label(s->model, k));
        }
        mote_buf_str(b, "<td>");
        mote_buf_html(b, s->source);
        mote_buf_str(b, "</tr>");
    }
    mote_buf_str(b, "</table>");
}

static void add_example(const mote_model_set *set, const char *host, mote_buf *b)
{
    bool reads_files = set->n > 0 && set->items[0]->intake->reads_files;
    mote_buf_str(b, "<h2>How is it asked?</h2><pre>");
    if (reads_files)
        mote_buf_str(b, "curl --data-binary @word.wav http://");
    else
        mote_buf_str(b, "curl http://");
    mote_buf_html(b, host);
    mote_buf_str(b, reads_files ? "/v1/classify" : "/v2/models");
    mote_buf_str(b, "</pre>");
}

void mote_api_page_write(const mote_api *api, const mote_http_request *rq, mote_http_reply *rp)
{
    const char *host = mote_http_header_find(rq, "host");
    mote_model_set *set = mote_models_get(api->cfg.models);
    mote_buf *b = rp->body;
    rp->content_type = "text/html; charset=utf-8";
    mote_buf_str(rp->headers, "Content-Security-Policy: default-src 'none'; style-src "
                              "'unsafe-inline'; frame-ancestors 'none'\r\n"
                              "X-Content-Type-Options: nosniff\r\n");
    mote_buf_str(b, "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
                    "content=\"width=device-width\"><title>Mote inference server</title>");
    mote_buf_str(b, style);
    mote_buf_str(b, "<h1>What answers at this address?</h1><p>Mote ");
    mote_buf_html(b, api->version);
    mote_buf_printf(b,
                    ", an inference server with %d model%s loaded. It is asked by programs, over "
                    "HTTP with JSON; <a href=\"/metrics\">its counters</a> are in the format of "
                    "Prometheus.</p>",
                    (int)set->n, set->n == 1 ? "" : "s");
    add_models(set, b);
    add_example(set, host ? host : "127.0.0.1", b);
    mote_buf_str(b, "<h2>What can be asked?</h2><pre>");
    for (size_t i = 0; i < api->door.n_apps; i++) {
        const mote_app *app = &api->door.apps[i];
        for (size_t k = 0; k < app->n_routes; k++)
            mote_buf_printf(b, "%-4s %s%s\n", mote_http_method_text(app->routes[k].method),
                            app->prefix, app->routes[k].pattern);
    }
    mote_buf_str(b, "</pre></html>");
    mote_model_set_unref(set);
}
